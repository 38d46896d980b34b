"""Rows as plain Python values: what a widget sends is one row, and goes without a DataFrame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.schema import Column, Table
from workbench.store.bulk import Row
from workbench.store.frames import records, storable
from workbench.store.layout import stored_table
from workbench.store.values import may_hold


def plain_rows(rows: Iterable[Mapping[str, Any]], name: str) -> list[Row]:
    """Check a few rows for a table, as `storable` checks many.

    Rows whose values are plain and within their limits are taken as they are;
    all others go through `storable`, which brings them into form or says what is
    wrong with them.

    Parameters
    ----------
    rows : iterable of mapping
        What came; columns may be left out.
    name : str
        The table.

    Returns
    -------
    list of dict
        With all columns in their order.

    Raises
    ------
    InputError
        As `storable` does.
    """
    rows = list(rows)
    table, _ = stored_table(name)
    plain = [row for row in (_plain(row, table) for row in rows) if row is not None]
    keys = {tuple(row[column] for column in table.key) for row in plain}
    if len(keys) == len(rows) and all(may_hold(row, name) for row in plain):
        return plain
    return records(storable(pd.DataFrame(rows), name), name)


def read_plain_rows(connection: Connection, query: sa.Select[Any]) -> list[Row]:
    """Run a query.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    query : sqlalchemy.Select
        What to read.

    Returns
    -------
    list of dict
        The rows by the names of their columns.
    """
    return [dict(row) for row in connection.execute(query).mappings()]


def _plain(row: Mapping[str, Any], table: Table) -> Row | None:
    """Complete a row; None where it needs a closer look."""
    if not row.keys() <= table.columns.keys():
        return None
    out = {}
    for column in table.columns.values():
        value = row.get(column.name)
        if value is None:
            if column.required:
                return None
        elif not _IS_PLAIN[column.kind](value):
            return None
        out[column.name] = _settled(value, column)
    return out


def _settled(value: Any, column: Column) -> Any:
    if type(value) is int and column.kind == "float":
        return float(value)
    return value.astimezone(UTC) if type(value) is datetime else value


def _is_text(value: object) -> bool:
    return (
        type(value) is str
        and "\x00" not in value
        and (value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value))
    )


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < 1 << 53


_IS_PLAIN: dict[str, Callable[[Any], bool]] = {
    "str": _is_text,
    "int": _is_whole,
    "float": lambda value: _is_whole(value) or (type(value) is float and isfinite(value)),
    "bool": lambda value: type(value) is bool,
    "time": lambda value: type(value) is datetime and value.tzinfo is not None,
    "json": lambda value: False,
}
