"""Many rows at once into PostgreSQL, which takes them five times faster by COPY."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import Connection

WORTHWHILE = 500
"""From how many rows COPY is used."""


def copy_rows(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to a PostgreSQL table with COPY.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction on PostgreSQL.
    table : sqlalchemy.Table
        The table.
    rows : sequence of dict
        Plain Python values by column, the same columns in each.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        If the database refuses, as for any other statement.
    """
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
