"""Connections: every commit is on the disk before anyone is told that it is saved."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from workbench.store.urls import check_driver

BEGIN = "workbench_begin"
"""Execution option of a SQLite connection: the statement that begins a transaction."""


def make_engine(url: URL, *, wait_s: float) -> Engine:
    """Make the source of connections to a database; none is opened yet.

    SQLite runs with full synchronisation and checked references. PostgreSQL
    runs with synchronous commit.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        From `parse_url`.
    wait_s : float
        How long to wait for a lock or an answer, seconds.

    Returns
    -------
    sqlalchemy.engine.Engine
        Safe to use from several threads, each with its own connection.

    Raises
    ------
    StoreError
        If the driver is not installed.
    """
    check_driver(url)
    arguments: dict[str, Any] = (
        {"timeout": wait_s}
        if url.drivername == "sqlite"
        else {"connect_timeout": max(2, round(wait_s))}
    )
    engine = sa.create_engine(
        url,
        connect_args=arguments,
        pool_pre_ping=url.drivername != "sqlite",
        pool_size=8,
        max_overflow=24,
        pool_timeout=wait_s,
        json_serializer=_to_json,
        hide_parameters=True,
    )
    if url.drivername == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "connect", _prepare_postgresql(wait_s))
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    statement = connection.get_execution_options().get(BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _prepare_postgresql(wait_s: float) -> Any:
    settings = f"SET synchronous_commit TO on; SET lock_timeout TO {round(wait_s * 1000)}"

    def prepare(connection: Any, _record: object) -> None:
        autocommit = connection.autocommit
        connection.autocommit = True
        connection.execute(settings)
        connection.autocommit = autocommit

    return prepare


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
