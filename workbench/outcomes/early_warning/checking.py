"""Tables that are handed from one step of early warning to the next."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from workbench.errors import InputError


def check_step(table: pd.DataFrame, needed: Iterable[str], *, made_by: str) -> pd.DataFrame:
    """Make sure that a table is what the step before gives.

    Parameters
    ----------
    table : DataFrame
        What came.
    needed : iterable of str
        Columns that it has to have.
    made_by : str
        The function that makes such a table.

    Returns
    -------
    DataFrame
        The table, with at least one row.

    Raises
    ------
    InputError
        If a column is missing or there is no row.

    Examples
    --------
    >>> check_step(pd.DataFrame({"auc": [0.5]}), ["auc", "score"], made_by="warning_table")
    Traceback (most recent call last):
        ...
    workbench.errors.InputError: A table from warning_table is needed; this one lacks score.
    """
    lacking = [name for name in needed if name not in table.columns]
    if lacking:
        raise InputError(f"A table from {made_by} is needed; this one lacks {', '.join(lacking)}.")
    if table.empty:
        raise InputError(f"The table from {made_by} has no rows.")
    return table
