"""Every table of the workbench: columns, dtypes, units and keys in one place."""

from __future__ import annotations

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import derived, people, register
from workbench.schema.passes import HEARD, PASSES
from workbench.schema.tables import DTYPES, Column, Table
from workbench.schema.tables import check_table as _check_table
from workbench.schema.tables import empty_table as _empty_table

TABLES: dict[str, Table] = {
    table.name: table for table in (*register.TABLES, *people.TABLES, *derived.TABLES)
}
"""All tables by name."""


def table_named(name: str) -> Table:
    """Find a table's definition.

    Parameters
    ----------
    name : str
        Name of a table.

    Returns
    -------
    Table
        Its columns, key and meaning.

    Raises
    ------
    InputError
        If there is no such table; the message suggests the nearest.
    """
    if name not in TABLES:
        raise InputError(
            f'There is no table "{name}".{nearest(name, TABLES)} '
            f"The tables are: {', '.join(TABLES)}."
        )
    return TABLES[name]


def check_table(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check rows against a named table; see `workbench.schema.tables.check_table`.

    Parameters
    ----------
    rows : DataFrame
        What came.
    name : str
        Name of the table.

    Returns
    -------
    DataFrame
        A copy with the documented columns and dtypes.
    """
    return _check_table(rows, table_named(name))


def check_utterances(rows: pd.DataFrame) -> pd.DataFrame:
    """Check utterances that may carry the words that were said in a column `text`.

    Parameters
    ----------
    rows : DataFrame
        The table utterances, with or without `text`.

    Returns
    -------
    DataFrame
        A copy with the documented columns and dtypes, without `text`.
    """
    return check_table(rows.drop(columns="text", errors="ignore"), "utterances")


def empty_table(name: str) -> pd.DataFrame:
    """Make a named table without rows.

    Parameters
    ----------
    name : str
        Name of the table.

    Returns
    -------
    DataFrame
        With columns and dtypes, without rows.
    """
    return _empty_table(table_named(name))


def data_dictionary() -> pd.DataFrame:
    """List every column of every table with its dtype and meaning.

    Returns
    -------
    DataFrame
        Columns table, column, dtype, key, required, meaning.

    Examples
    --------
    >>> data_dictionary().query("column == 'qa_score'")["meaning"].item()
    'Quality score, 0..100.'
    """
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "dtype": DTYPES[column.kind],
                "key": column.name in table.key,
                "required": column.required,
                "meaning": column.meaning,
            }
            for table in TABLES.values()
            for column in table.columns.values()
        ]
    )


__all__ = [
    "DTYPES",
    "HEARD",
    "PASSES",
    "TABLES",
    "Column",
    "Table",
    "check_table",
    "check_utterances",
    "data_dictionary",
    "empty_table",
    "table_named",
]
