"""Several variables in one table: taken apart, put together, corrected for their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from workbench.errors import AbstainedError
from workbench.false_discovery import adjusted_p_values


def by_variable(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Go through the variables of a long table.

    Parameters
    ----------
    rows : DataFrame
        With the column variable, or of a single variable.

    Yields
    ------
    tuple of str and DataFrame
        Name ("value" where there is no such column) and its rows, the values of
        numbers as numbers.
    """
    if "variable" not in rows.columns:
        yield "value", rows
        return
    for name, own in rows.groupby("variable", sort=True):
        yield str(name), own.assign(value=own["value"].infer_objects())


def with_adjusted(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Put results together and adjust their p values by the false discovery rate.

    Parameters
    ----------
    rows : iterable of mapping
        Results; what a row lacks is a gap. Each has p, or a note that says why not.
    columns : mapping of str to str
        Columns and their types, in their order.

    Returns
    -------
    DataFrame
        One row a result, with p_adjusted.

    Raises
    ------
    AbstainedError
        If no row has a figure; the note of the first is the message.
    """
    out = pd.DataFrame(list(rows))
    if "p" not in out.columns:
        raise AbstainedError(str(out["note"].iloc[0]))
    out = out.reindex(columns=list(columns))
    out["p_adjusted"] = adjusted_p_values(out["p"].to_numpy(dtype=float))
    for name, kind in columns.items():
        if kind == "str":
            out[name] = out[name].fillna("")
    return out.astype(dict(columns))
