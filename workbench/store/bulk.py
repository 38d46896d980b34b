"""Plain rows into a table; many at once into PostgreSQL by COPY, which is five times faster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

Row: TypeAlias = dict[str, Any]
"""One value a column: str, int, float, bool, datetime in UTC, or None."""

_WORTHWHILE = 500
"""From how many rows COPY is used."""


def write_rows(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Write rows that are not there yet.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction.
    table : sqlalchemy.Table
        The table.
    rows : sequence of dict
        The same columns in each.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        If the database refuses.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= _WORTHWHILE:
        _copy_rows(connection, table, rows)
    else:
        connection.execute(sa.insert(table), rows)


def _copy_rows(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    import psycopg
    from psycopg import sql

    columns = list(rows[0])
    json_at = [i for i, name in enumerate(columns) if isinstance(table.c[name].type, sa.JSON)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    try:
        driver: Any = connection.connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                values = list(row.values())
                for i in json_at:
                    values[i] = None if values[i] is None else _json(values[i])
                copy.write_row(values)
    except psycopg.Error as error:
        raise exc.DBAPIError.instance(
            "COPY", None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
