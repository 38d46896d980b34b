"""What a database refuses, in sentences: locked, read-only, gone, damaged, full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc
from sqlalchemy.engine import URL

from workbench.errors import StoreBusyError, StoreError
from workbench.store.urls import plain_url

_SQLITE = (
    (
        ("database is locked", "database table is locked"),
        "{place} is held by another program that has been writing for too long. Close it (a "
        "database browser, another notebook) and do it again; nothing was written.",
    ),
    (
        ("readonly database", "read-only"),
        "{place} is read-only. The workbench saves people's work there: ask for the right to "
        "write, or copy the workspace to a folder of your own.",
    ),
    (
        ("unable to open database file",),
        "{place} cannot be opened. Check that its folder exists and that you may write there; "
        "SQLite keeps two more files beside it.",
    ),
    (
        ("file is not a database", "file is encrypted"),
        "{place} is not a SQLite database. Name the workspace's own file, workbench.db, or put "
        "back a copy of it.",
    ),
    (
        ("malformed",),
        "{place} is damaged ({reason}). Put back a copy; what can still be read comes out with "
        "`sqlite3 FILE .recover`.",
    ),
    (
        ("disk is full",),
        "There is no room left on the disk of {place}. Make room and do it again; nothing was "
        "written.",
    ),
    (
        ("disk I/O error",),
        "{place} cannot be read or written: the disk reports an error. Check the disk; on a "
        "network drive move the workspace to a local one.",
    ),
)
_POSTGRESQL = {
    "55P03": "A row or table of {place} is held by another program for too long. Do it again in "
    "a moment; nothing was written.",
    "28P01": "{place} does not accept the password. Give the right one in the environment "
    "variable PGPASSWORD or in a pgpass file.",
    "28000": "{place} does not let you in ({reason}). Ask who runs the server.",
    "3D000": "{place} does not exist on that server. Make it there: createdb NAME.",
    "42501": "You may not do that in {place} ({reason}). Ask who runs the server for the right "
    "to create and write tables.",
    "25006": "{place} is read-only just now. Use the server that takes writes.",
    "53100": "The server of {place} has no room left on its disk. Nothing was written.",
    "53300": "The server of {place} has no free connection. Close other notebooks and do it again.",
}
_PASSES = (
    "database is locked",
    "database table is locked",
    "unable to open database file",
    "disk is full",
    "disk I/O error",
)
_PASSES_STATES = ("55P03", "53100", "53300", "25006")
_AUTHENTICATION = ("password authentication failed", "no password supplied")
_GONE = (
    "{place} does not answer ({reason}). Check that the server runs and that the name is right, "
    "and do it again; a rating that is sent twice counts once."
)


@contextmanager
def sentences(url: URL) -> Iterator[None]:
    """Turn what a database driver raises into a sentence.

    Refused rows (`sqlalchemy.exc.IntegrityError`) pass: who wrote them knows
    better what they were.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        The database.

    Raises
    ------
    StoreBusyError
        If the same may succeed later: locked, full, out of reach.
    StoreError
        For every other error of the database.
    """
    try:
        yield
    except exc.IntegrityError:
        raise
    except exc.DBAPIError as error:
        kind = StoreBusyError if _passes(error, url) else StoreError
        raise kind(_sentence(error, url)) from error
    except exc.TimeoutError as error:
        raise StoreBusyError(
            f"All connections to {_place(url)} are in use. Wait until running cells have ended."
        ) from error


def _sentence(error: exc.DBAPIError, url: URL) -> str:
    reason = _reason(error)
    place = _place(url)
    if url.drivername == "sqlite":
        for signs, text in _SQLITE:
            if any(sign in reason for sign in signs):
                return text.format(place=place, reason=reason)
        return f"{place} refused: {reason}."
    state = getattr(error.orig, "sqlstate", None)
    if any(sign in reason for sign in _AUTHENTICATION):
        state = "28P01"
    if f'database "{url.database}" does not exist' in reason:
        state = "3D000"
    if state in _POSTGRESQL:
        return _POSTGRESQL[state].format(place=place, reason=reason)
    if _lost(error):
        return _GONE.format(place=place, reason=reason)
    return f"{place} refused: {reason}."


def _passes(error: exc.DBAPIError, url: URL) -> bool:
    """Whether the reason may go away without anybody changing the workbench."""
    if url.drivername == "sqlite":
        return any(sign in _reason(error) for sign in _PASSES)
    if any(sign in _reason(error) for sign in _AUTHENTICATION):
        return False
    return getattr(error.orig, "sqlstate", None) in _PASSES_STATES or _lost(error)


def _lost(error: exc.DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    out_of_reach = state is None or state[:2] in ("08", "57")
    return error.connection_invalidated or (
        isinstance(error, exc.OperationalError) and out_of_reach
    )


def _reason(error: exc.DBAPIError) -> str:
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error.orig).__name__


def _place(url: URL) -> str:
    return f"The database {plain_url(url)}"
