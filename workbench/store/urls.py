"""Database URLs: which ones work, and none with a password in a settings file."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from workbench.errors import StoreError, nearest

_SCHEMES = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_EXAMPLES = "sqlite:///workbench.db or postgresql://name@server/database"
_SECRETS = ("password", "sslpassword")


def check_database_url(url: str) -> str:
    """Check a URL that is to be written into workbench.toml.

    A settings file is read, copied and mailed, so it must not hold a password;
    PostgreSQL takes it from the environment (PGPASSWORD) or from a pgpass file.

    Parameters
    ----------
    url : str
        What came, for example "sqlite:///workbench.db" or
        "postgresql://ann@db.example.org/calls".

    Returns
    -------
    str
        The same URL.

    Raises
    ------
    StoreError
        If it is not a URL of SQLite or PostgreSQL, or holds a password.

    Examples
    --------
    >>> check_database_url("postgresql://ann@db.example.org/calls")
    'postgresql://ann@db.example.org/calls'
    """
    parsed = parse_url(url)
    if parsed.password or any(parsed.query.get(secret) for secret in _SECRETS):
        query = {k: v for k, v in parsed.query.items() if k not in _SECRETS}
        bare = parsed.set(password=None, query=query).set(drivername="postgresql")
        raise StoreError(
            "The database URL holds a password, which must not stand in workbench.toml. Write "
            f"{bare.render_as_string()} and give the password in the environment variable "
            "PGPASSWORD or in a pgpass file (~/.pgpass)."
        )
    return url


def parse_url(url: str) -> URL:
    """Understand a database URL and name the driver that is used.

    Parameters
    ----------
    url : str
        What came.

    Returns
    -------
    sqlalchemy.engine.URL
        With the scheme sqlite or postgresql+psycopg.

    Raises
    ------
    StoreError
        If it is not a URL of SQLite or PostgreSQL, or names a database in
        memory, which would be gone with the process.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            f'"{_without_secret(url)}" is not a database URL. Expected {_EXAMPLES}.'
        ) from error
    if parsed.drivername not in _SCHEMES:
        raise StoreError(
            f'The database URL begins with "{parsed.drivername}".'
            f"{nearest(parsed.drivername, _SCHEMES)} "
            f"The workbench keeps its tables in SQLite or PostgreSQL: {_EXAMPLES}."
        )
    parsed = parsed.set(drivername=_SCHEMES[parsed.drivername])
    if parsed.drivername == "sqlite":
        if parsed.host:
            raise StoreError(
                f'"{url}" names a server "{parsed.host}", but SQLite is a file. Write three '
                "slashes before a relative path and four before an absolute one: "
                "sqlite:///workbench.db."
            )
        if parsed.database in (None, "", ":memory:") or "mode=memory" in url:
            raise StoreError(
                "A database in memory is gone with the process, and ratings with it. "
                "Name a file: sqlite:///workbench.db."
            )
    elif not parsed.database:
        raise StoreError(
            "The database URL names a server but no database on it. "
            f"Expected {parsed.set(drivername='postgresql', database='NAME', password=None)}."
        )
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """Find the file behind a URL.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        From `parse_url`.

    Returns
    -------
    Path or None
        The file; None for PostgreSQL.
    """
    if url.drivername != "sqlite" or url.database is None:
        return None
    return Path(url.database).expanduser().resolve()


def plain_url(url: URL) -> str:
    """Write a URL as it may be shown: without password and driver.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        From `parse_url`.

    Returns
    -------
    str
        For example "postgresql://ann@db.example.org/calls".
    """
    scheme = url.drivername.split("+")[0]
    query = {k: v for k, v in url.query.items() if k not in _SECRETS}
    return url.set(drivername=scheme, password=None, query=query).render_as_string()


def check_driver(url: URL) -> None:
    """Check that the driver which a URL needs is installed.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        From `parse_url`.

    Raises
    ------
    StoreError
        If it is not; the message names the install command.
    """
    if url.drivername == "sqlite":
        return
    try:
        importlib.import_module("psycopg")
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs the driver psycopg, which is not installed. "
            'Install it: pip install "audio-sentiment-workbench[postgres]".'
        ) from error


def _without_secret(url: str) -> str:
    return "..." if "@" in url else url
