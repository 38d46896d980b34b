"""Between DataFrames and rows of the database."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError
from workbench.schema import Table, check_table, empty_table
from workbench.store.bulk import Row, write_rows
from workbench.store.layout import stored_table
from workbench.store.references import chunks
from workbench.store.values import check_values


def storable(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check rows for a table and bring them into the form in which they come back.

    Parameters
    ----------
    rows : DataFrame
        What came.
    name : str
        The table.

    Returns
    -------
    DataFrame
        With the documented columns and dtypes; JSON as plain Python values.

    Raises
    ------
    InputError
        If the rows are not what the table documents, a value is out of range, or
        one is nothing that a database keeps: a NUL character, an infinite
        number, a value that JSON has no form for.
    """
    table, _ = stored_table(name)
    if rows.empty and not len(rows.columns):
        return _empty(name).copy()
    checked = check_table(rows, name)
    for column in table.columns.values():
        values = checked[column.name]
        if column.kind == "str" and values.str.contains("\x00", regex=False, na=False).any():
            raise InputError(
                f'The column "{column.name}" of {name} holds a NUL character, as text in UTF-16 '
                "does when it is read as another encoding. Read the file with its own encoding."
            )
        if column.kind == "float" and np.isinf(values.to_numpy()).any():
            raise InputError(
                f'The column "{column.name}" of {name} holds an infinite number; leave it empty '
                "where there is no value."
            )
        if column.kind == "json":
            checked[column.name] = _plain_json(values, f'The column "{column.name}" of {name}')
    return check_values(checked, name)


def read_rows(connection: Connection, name: str, query: sa.Select[Any]) -> pd.DataFrame:
    """Run a query for all columns of a table.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    name : str
        The table.
    query : sqlalchemy.Select
        Selects the table's columns in their order.

    Returns
    -------
    DataFrame
        With the documented columns and dtypes.
    """
    table, _ = stored_table(name)
    rows = connection.execute(query).all()
    return checked_frame([dict(zip(table.columns, row, strict=True)) for row in rows], name)


def checked_frame(rows: Sequence[Row], name: str) -> pd.DataFrame:
    """Turn plain rows with all columns of a table into a DataFrame.

    Parameters
    ----------
    rows : sequence of dict
        From `records`, or of the database.
    name : str
        The table.

    Returns
    -------
    DataFrame
        With the documented columns and dtypes.
    """
    if not rows:
        return _empty(name).copy()
    return check_table(pd.DataFrame(rows, dtype="object"), name)


def stored_rows(connection: Connection, name: str, keys: pd.DataFrame) -> pd.DataFrame:
    """Read those rows of a table whose key is among others.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    name : str
        The table.
    keys : DataFrame
        With the table's key columns.

    Returns
    -------
    DataFrame
        The rows that are there.
    """
    table, sql = stored_table(name)
    first = sql.c[table.key[0]]
    parts = [
        read_rows(connection, name, sa.select(sql).where(first.in_(part)))
        for part in chunks(keys[table.key[0]].unique())
    ]
    if not parts:
        return _empty(name).copy()
    found = pd.concat(parts, ignore_index=True)
    if len(table.key) == 1 or found.empty:
        return found
    return found[_index(found, table).isin(_index(keys, table))].reset_index(drop=True)


def records(rows: pd.DataFrame, name: str) -> list[Row]:
    """Turn checked rows into plain Python values.

    Parameters
    ----------
    rows : DataFrame
        From `storable`.
    name : str
        The table.

    Returns
    -------
    list of dict
        One value a column, None for a gap.
    """
    table, _ = stored_table(name)
    columns: list[Sequence[Any]] = []
    for column in table.columns.values():
        values = rows[column.name]
        plain = values.astype("object").to_numpy(copy=True)
        if column.kind == "time":
            plain = np.array([None if v is pd.NaT else v.to_pydatetime() for v in plain], object)
        elif column.kind != "json":
            plain[values.isna().to_numpy()] = None
        columns.append(plain.tolist())
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def insert_rows(connection: Connection, name: str, rows: pd.DataFrame) -> int:
    """Write rows that are not there yet.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction.
    name : str
        The table.
    rows : DataFrame
        From `storable`.

    Returns
    -------
    int
        How many.
    """
    if rows.empty:
        return 0
    _, sql = stored_table(name)
    write_rows(connection, sql, records(rows, name))
    return len(rows)


def insert_new_rows(connection: Connection, name: str, rows: pd.DataFrame, remedy: str) -> int:
    """Write rows; those that are there already with the same content count once.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction.
    name : str
        The table.
    rows : DataFrame
        From `storable`.
    remedy : str
        What to do if a row is there with another content.

    Returns
    -------
    int
        How many were new.

    Raises
    ------
    StoreError
        If a row is there with another content; the message names it.
    """
    table, _ = stored_table(name)
    stored = stored_rows(connection, name, rows)
    if stored.empty:
        return insert_rows(connection, name, rows)
    known = _index(rows, table).isin(_index(stored, table))
    difference = first_difference(stored, rows[known], table)
    if difference:
        raise StoreError(f"{difference} {remedy}")
    return insert_rows(connection, name, rows[~known])


def insert_once(
    connection: Connection, name: str, row: pd.DataFrame, *, stamped: str | None
) -> None:
    """Write one row that an act made; the same act again changes nothing.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction.
    name : str
        The table.
    row : DataFrame
        One row, from `storable`.
    stamped : str or None
        The column that took the present moment, and so may differ.

    Raises
    ------
    StoreError
        If the row is there with another content.
    """
    stored = stored_rows(connection, name, row)
    if stamped and len(stored):
        row = row.assign(**{stamped: stored[stamped]})
    insert_new_rows(connection, name, row, "Nothing was written.")


def upsert_rows(connection: Connection, name: str, rows: pd.DataFrame) -> int:
    """Write rows; in those that are there already, values that came replace the old.

    A value that did not come leaves the old one.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction.
    name : str
        The table.
    rows : DataFrame
        From `storable`.

    Returns
    -------
    int
        How many came.
    """
    if rows.empty:
        return 0
    table, sql = stored_table(name)
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    statement = insert(sql)
    others = [column for column in table.columns if column not in table.key]
    came = {c: sa.func.coalesce(statement.excluded[c], sql.c[c]) for c in others}
    statement = statement.on_conflict_do_update(index_elements=list(table.key), set_=came)
    connection.execute(statement, records(rows, name))
    return len(rows)


def first_difference(stored: pd.DataFrame, rows: pd.DataFrame, table: Table) -> str | None:
    """Say how the first row that came differs from the stored one of the same key.

    Parameters
    ----------
    stored : DataFrame
        Rows of the database.
    rows : DataFrame
        Rows that came, each with a stored one.
    table : Table
        What they are.

    Returns
    -------
    str or None
        A sentence; None if all are equal.
    """
    key = list(table.key)
    pairs = rows.merge(stored, on=key, how="inner", suffixes=("", "_stored"), validate="1:1")
    for column in table.columns:
        if column in table.key:
            continue
        came, was = pairs[column], pairs[f"{column}_stored"]
        if table.columns[column].kind == "json":
            equal = pd.Series([_same(a, b) for a, b in zip(came, was, strict=True)], dtype=bool)
        else:
            equal = ((came == was).fillna(False) | (came.isna() & was.isna())).astype(bool)
        if not equal.all():
            at = int((~equal).to_numpy().argmax())
            names = ", ".join(f"{k} {pairs[k].iloc[at]}" for k in key)
            return (
                f'The table {table.name} has {names} already, with another "{column}": '
                f"{_shown(was.iloc[at])} is stored, {_shown(came.iloc[at])} came."
            )
    return None


@functools.cache
def _empty(name: str) -> pd.DataFrame:
    return empty_table(name)


def _index(frame: pd.DataFrame, table: Table) -> pd.Index:
    if len(table.key) == 1:
        single: pd.Index = pd.Index(frame[table.key[0]])
        return single
    return pd.MultiIndex.from_frame(frame[list(table.key)])


def _same(one: object, other: object) -> bool:
    return (_missing(one) and _missing(other)) or one == other


def _shown(value: object) -> str:
    if _missing(value):
        return "nothing"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _missing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and np.isnan(value))
    )


def _plain_json(values: pd.Series, where: str) -> pd.Series:
    plain: list[object] = []
    for value in values:
        if _missing(value):
            plain.append(None)
            continue
        try:
            plain.append(json.loads(json.dumps(value, allow_nan=False, default=_as_json)))
        except (TypeError, ValueError) as error:
            raise InputError(f"{where} cannot be kept as JSON ({error}).") from error
    return pd.Series(plain, index=values.index, dtype="object")


def _as_json(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not a JSON type")
