"""Making and opening databases."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.errors import StoreError
from workbench.store.database import Database
from workbench.store.revisions import bring_up_to_date, found_version, make_tables
from workbench.store.store import Store
from workbench.store.urls import parse_url, plain_url, sqlite_path

_EFFECTIVE = os.access in os.supports_effective_ids
WAIT_S = 20.0
"""How long to wait for a lock or an answer, seconds."""


def open_store(url: str, *, create: bool = False, wait_s: float = WAIT_S) -> Store:
    """Open a database of the workbench.

    An older SQLite database is migrated, after a copy was put beside it; an
    older PostgreSQL database is refused with the command that migrates it.

    Parameters
    ----------
    url : str
        SQLite or PostgreSQL, for example "sqlite:///workbench.db" (relative to
        the working folder) or "postgresql://ann@db.example.org/calls".
    create : bool
        Whether to make the tables if there are none yet.
    wait_s : float
        How long to wait for a lock or an answer, seconds.

    Returns
    -------
    Store
        Open; safe to use from several threads.

    Raises
    ------
    StoreError
        If the URL is wrong, the driver missing, the file no database, not
        writable or of a newer version, or the server does not answer.

    Examples
    --------
    >>> import tempfile
    >>> store = open_store(f"sqlite:///{tempfile.mkdtemp()}/workbench.db", create=True)
    >>> store.read("calls").shape
    (0, 16)
    """
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None:
        _check_file(path, create=create)
    new_file = path is not None and not path.exists()
    database = Database(parsed, wait_s=wait_s)
    try:
        if create and found_version(database) is None:
            make_tables(database)
        else:
            bring_up_to_date(database)
        database.use_write_ahead_log()
    except BaseException:
        database.close()
        if path is not None and new_file and path.exists() and path.stat().st_size == 0:
            path.unlink()
        raise
    database.remember_file()
    return Store(database)


def create_database(url: str, *, wait_s: float = WAIT_S) -> Store:
    """Make a database of the workbench and open it.

    A PostgreSQL database that holds the workbench's tables already is joined:
    that is how a team shares one. A SQLite file that exists is refused.

    Parameters
    ----------
    url : str
        As in `open_store`; a PostgreSQL database must exist, its tables are made.
    wait_s : float
        How long to wait for a lock or an answer, seconds.

    Returns
    -------
    Store
        Open.

    Raises
    ------
    StoreError
        If a SQLite file is there already, or as in `open_store`. Nothing
        half-made stays behind.
    """
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None and path.exists() and path.stat().st_size:
        raise StoreError(
            f"The database {plain_url(parsed)} exists already. Open it with open_store, "
            "or name another file."
        )
    return open_store(url, create=True, wait_s=wait_s)


def migrate_database(url: str, *, wait_s: float = WAIT_S) -> Path | None:
    """Bring an older database up to date, a shared one too.

    Parameters
    ----------
    url : str
        As in `open_store`.
    wait_s : float
        How long to wait for a lock or an answer, seconds.

    Returns
    -------
    Path or None
        The copy that was put beside a SQLite file; None if there was nothing to
        do, and for PostgreSQL, which pg_dump copies.

    Raises
    ------
    StoreError
        As in `open_store`.
    """
    parsed = parse_url(url)
    path = sqlite_path(parsed)
    if path is not None:
        _check_file(path, create=False)
    database = Database(parsed, wait_s=wait_s)
    try:
        return bring_up_to_date(database, shared_too=True)
    finally:
        database.close()


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a database. Name a file in it: workbench.db.")
    if not path.parent.is_dir():
        raise StoreError(f"There is no folder {path.parent} to hold a database. Make it first.")
    if not path.exists() and not create:
        raise StoreError(
            f"There is no database {path}. Make one with wb.create(folder), or name the file of "
            "an existing workspace."
        )
    for place in (path.parent, path):
        if place.exists() and not os.access(place, os.W_OK, effective_ids=_EFFECTIVE):
            raise StoreError(
                f"{place} is read-only, and the workbench saves people's work there. Ask for the "
                "right to write, or copy the workspace to a folder of your own."
            )
