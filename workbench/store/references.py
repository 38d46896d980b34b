"""Rows that name others: finding out which name is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.schema import TABLES
from workbench.store.bulk import Row
from workbench.store.layout import METADATA, REFERENCES

Rows: TypeAlias = pd.DataFrame | Sequence[Row]

_CHUNK = 900
_REMEDY = {
    "calls": "Register the call first (ws.ingest).",
    "utterances": "Cut the call into utterances first (ws.segment).",
    "raters": "Add the rater first: store.add_rater(...).",
    "sessions": "Add the session first: store.add_session(...).",
    "taxonomies": "Add the taxonomy's version first: store.add_taxonomy_version(...).",
}


def chunks(values: Iterable[object]) -> list[list[object]]:
    """Cut values into lists that fit into one query.

    Parameters
    ----------
    values : iterable
        Any number of values.

    Returns
    -------
    list of list
        Each short enough for every database.
    """
    values = list(values)
    return [values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK)]


def known_keys(
    connection: Connection, table: str, columns: Sequence[str], keys: set[tuple[object, ...]]
) -> set[tuple[object, ...]]:
    """Find out which keys a table has.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    table : str
        The table.
    columns : sequence of str
        The columns that make the key.
    keys : set of tuple
        What to look for.

    Returns
    -------
    set of tuple
        Those that are there.
    """
    sql = METADATA.tables[table]
    wanted = [sql.c[name] for name in columns]
    found: set[tuple[object, ...]] = set()
    for part in chunks({key[0] for key in keys}):
        rows = connection.execute(sa.select(*wanted).where(wanted[0].in_(part)).distinct())
        found |= {tuple(row) for row in rows}
    return keys & found


def explain_refusal(connection: Connection, tables: Mapping[str, Rows]) -> str | None:
    """Say which row names another that is not there.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        After the refused transaction was rolled back.
    tables : mapping of str to DataFrame or list of dict
        What was to be written, by table.

    Returns
    -------
    str or None
        A sentence; None if every name is there.
    """
    for name, frame in tables.items():
        for columns, other in REFERENCES.get(name, {}).items():
            keys = _tuples(frame, columns)
            together = _tuples(tables[other], TABLES[other].key) if other in tables else set()
            wanted = keys - together
            missing = wanted - known_keys(connection, other, TABLES[other].key, wanted)
            if missing:
                first = ", ".join(str(part) for part in min(missing, key=str))
                return (
                    f"{len(missing)} {'and '.join(columns)} of {name} "
                    f"{'is' if len(missing) == 1 else 'are'} not in the table {other}: "
                    f'"{first}"{" and others" if len(missing) > 1 else ""}. '
                    f"{_REMEDY.get(other, f'Add it to {other} first.')}"
                )
    return None


def _tuples(rows: Rows, columns: Sequence[str]) -> set[tuple[object, ...]]:
    if isinstance(rows, pd.DataFrame):
        return set(rows[list(columns)].dropna().itertuples(index=False, name=None))
    keys = {tuple(row[column] for column in columns) for row in rows}
    return {key for key in keys if None not in key}
