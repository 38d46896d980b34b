"""What a table is: columns with dtype, unit and meaning, a key, and a check at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest

DTYPES: dict[str, Any] = {
    "str": "str",
    "int": "Int64",
    "float": "float64",
    "bool": "boolean",
    "time": "datetime64[us, UTC]",
    "json": "object",
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        The name, with the unit as its ending where it has one.
    kind : str
        One of str, int, float, bool, time (UTC) and json.
    meaning : str
        One line for the data dictionary.
    required : bool
        Whether a value must be present in every row.
    """

    name: str
    kind: str
    meaning: str
    required: bool


@dataclass(frozen=True)
class Table:
    """A documented table.

    Parameters
    ----------
    name : str
        The name, as in `ws.table(name)`.
    part : str
        "register", "people", "derived" or "outcomes".
    key : tuple of str
        Columns that together name a row.
    meaning : str
        One line for the data dictionary.
    columns : mapping of str to Column
        The columns in their order.
    """

    name: str
    part: str
    key: tuple[str, ...]
    meaning: str
    columns: Mapping[str, Column]


def define_table(name: str, part: str, key: str, meaning: str, columns: str) -> Table:
    """Build a table from text, one `name kind meaning` a line.

    A kind followed by `!` must have a value in every row; key columns always must.

    Parameters
    ----------
    name, part, meaning : str
        As in `Table`.
    key : str
        Names of the key columns, separated by spaces.
    columns : str
        The lines.

    Returns
    -------
    Table
        The table.
    """
    keys = tuple(key.split())
    parsed: dict[str, Column] = {}
    for line in columns.strip().splitlines():
        column, kind, text = line.strip().split(maxsplit=2)
        required = kind.endswith("!") or column in keys
        parsed[column] = Column(column, kind.rstrip("!"), text, required)
    return Table(name, part, keys, meaning, parsed)


def empty_table(table: Table) -> pd.DataFrame:
    """Make a table with its columns and dtypes and no rows.

    Parameters
    ----------
    table : Table
        What to make.

    Returns
    -------
    DataFrame
        Without rows.
    """
    return pd.DataFrame({c.name: _gaps(c.kind, 0) for c in table.columns.values()})


def check_table(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Check a table at the door and give it its documented columns and dtypes.

    Columns that may be missing are added empty; the argument is not changed.

    Parameters
    ----------
    rows : DataFrame
        What came.
    table : Table
        What is expected.

    Returns
    -------
    DataFrame
        A copy with exactly the table's columns, in order, index from 0.

    Raises
    ------
    InputError
        If a column is unknown, a required one is missing or has gaps, a value
        does not fit its dtype, or a key occurs twice.
    """
    for name in rows.columns:
        if name not in table.columns:
            raise InputError(
                f'The table {table.name} has no column "{name}".'
                f"{nearest(str(name), table.columns)} It has: {', '.join(table.columns)}."
            )
    out = {}
    for column in table.columns.values():
        if column.name not in rows.columns:
            if column.required and len(rows):
                raise InputError(f'The table {table.name} needs the column "{column.name}".')
            out[column.name] = _gaps(column.kind, len(rows))
            continue
        values = _with_dtype(rows[column.name], column, table.name)
        out[column.name] = values.array
        if column.required and (gaps := int(values.isna().sum())):
            raise InputError(
                f'{gaps} of {len(rows)} rows of {table.name} have no "{column.name}"; '
                "every row needs one."
            )
    checked = pd.DataFrame(out, index=pd.RangeIndex(len(rows)))
    twice = checked.duplicated(list(table.key))
    if twice.any():
        first = checked.loc[twice, list(table.key)].iloc[0].to_dict()
        raise InputError(f"{int(twice.sum())} rows of {table.name} repeat a key, first: {first}.")
    return checked


@cache
def _gap(kind: str) -> Any:
    return pd.Series(None, index=[0], dtype=DTYPES[kind]).array


def _gaps(kind: str, n: int) -> Any:
    return _gap(kind).take(np.zeros(n, dtype=np.intp))


def _with_dtype(values: pd.Series, column: Column, table: str) -> pd.Series:
    if values.dtype == DTYPES[column.kind]:
        return values
    try:
        if column.kind == "time":
            return pd.to_datetime(values, utc=True).astype(DTYPES["time"])
        if column.kind == "json":
            return values.astype("object")
        if column.kind == "float":
            return pd.to_numeric(values).astype("float64")
        return values.astype(DTYPES[column.kind])
    except (ValueError, TypeError) as error:
        example = values.dropna().iloc[0]
        raise InputError(
            f'The column "{column.name}" of {table} should hold {column.kind} values; '
            f"one that came is {example!r} ({error})."
        ) from error
