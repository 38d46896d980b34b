"""The version of a database's tables: making them, and bringing older ones up to date.

Opening an older SQLite database migrates it, after a copy was put beside it. An
older PostgreSQL database is shared, so it is migrated only when somebody asks
for it (`migrate_database`): colleagues with the older workbench would be shut out.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import StoreError
from workbench.store.database import Database
from workbench.store.layout import METADATA

VERSIONS = ("0001", "0002", "0003")
"""Every version of the tables that this workbench knows, oldest first."""

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION_TABLE = "workbench_version"
_ONE_AT_A_TIME = 7_405_318_221
_UPGRADE = "pip install --upgrade audio-sentiment-workbench"


def found_version(database: Database) -> str | None:
    """Read which version a database has.

    Parameters
    ----------
    database : Database
        An open database.

    Returns
    -------
    str or None
        The version; None if it holds nothing of the workbench.

    Raises
    ------
    StoreError
        If it is a database of something else.
    """
    with database.reading() as connection:
        return _version(connection, database)


def make_tables(database: Database) -> None:
    """Make the tables where there are none, all or none of them.

    Parameters
    ----------
    database : Database
        An open, empty database.

    Raises
    ------
    StoreError
        If the database refuses.
    """
    _upgrade(database)


def bring_up_to_date(database: Database, *, shared_too: bool = False) -> Path | None:
    """Check the version of a database and migrate an older one.

    Parameters
    ----------
    database : Database
        An open database.
    shared_too : bool
        Whether a PostgreSQL database may be migrated.

    Returns
    -------
    Path or None
        The copy of the older SQLite file, if there was something to do.

    Raises
    ------
    StoreError
        If it holds nothing of the workbench, is of a newer version, or is a
        PostgreSQL database of an older one.
    """
    version = found_version(database)
    if version is None:
        raise StoreError(
            f"The database {database.place} holds no tables of the workbench. Make them with "
            "wb.create(folder, db=...) or workbench.store.create_database(url)."
        )
    if version == VERSIONS[-1]:
        return None
    if version not in VERSIONS:
        raise StoreError(
            f"The database {database.place} is of version {version}; this workbench knows "
            f"versions up to {VERSIONS[-1]}, so a newer one has written it. Upgrade: {_UPGRADE}."
        )
    if database.path is None and not shared_too:
        raise StoreError(
            f"The database {database.place} is of version {version}; this workbench needs "
            f"{VERSIONS[-1]}. Migrating shuts out colleagues with an older workbench, so it is "
            'done on demand. Back it up (pg_dump), then run: python -c "import workbench.store '
            f"as s; s.migrate_database('{database.place}')\"."
        )
    copy = None if database.path is None else _copy_beside(database.path, version)
    _upgrade(database)
    return copy


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    def act(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        if _version(connection, database) == VERSIONS[-1]:
            return
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        config.attributes["version_table"] = _VERSION_TABLE
        command.upgrade(config, VERSIONS[-1])

    database.write(act)


def _version(connection: Connection, database: Database) -> str | None:
    tables = set(sa.inspect(connection).get_table_names())
    if _VERSION_TABLE in tables:
        column: sa.ColumnClause[str] = sa.column("version_num")
        version = connection.execute(sa.select(column).select_from(sa.table(_VERSION_TABLE)))
        return version.scalar()
    ours = tables & set(METADATA.tables)
    if ours or (tables and database.is_sqlite):
        raise StoreError(
            f"The database {database.place} belongs to something else: it has the tables "
            f"{', '.join(sorted(ours or tables)[:5])}, but no {_VERSION_TABLE}. "
            "Name another file or database."
        )
    return None


def _copy_beside(path: Path, version: str) -> Path:
    copy, number = path.with_suffix(f".before-{VERSIONS[-1]}{path.suffix}"), 1
    while copy.exists():
        number += 1
        copy = path.with_suffix(f".before-{VERSIONS[-1]}-{number}{path.suffix}")
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        copy.unlink(missing_ok=True)
        raise StoreError(
            f"The database {path} is of version {version} and must be migrated to "
            f"{VERSIONS[-1]}, but no copy of it can be put beside it ({error}). "
            "Make room or the folder writable; nothing was changed."
        ) from error
    return copy
