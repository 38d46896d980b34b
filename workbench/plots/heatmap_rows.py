"""The rows of a heat map of calls: in which order, under which headings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.plots.marks import spelled

MOST_HEADINGS = 12
_N_TICKS = 9


class HeatRow(NamedTuple):
    """A call and its place from the top.

    Parameters
    ----------
    call_id : str
        The call.
    group : str
        Heading that it stands under; empty without headings.
    place : int
        From the top; groups are apart.
    """

    call_id: str
    group: str
    place: int


class Order(NamedTuple):
    """The order of the rows.

    Parameters
    ----------
    rows : list of HeatRow
        From the top.
    ticks : dict of int to str
        What to write beside some places: values of the column that sorts.
    """

    rows: list[HeatRow]
    ticks: dict[int, str]


def ordered_rows(late: pd.Series, sort_by: pd.Series, *, ascending: bool | None) -> Order:
    """Put calls in order.

    Parameters
    ----------
    late : Series of float
        By call_id of all calls: what sorts them within a heading, lowest first.
    sort_by : Series
        By call_id, named. True and False, or up to 12 words, make headings;
        numbers and times sort all calls, those without one last.
    ascending : bool or None
        None is rising, but True before False.

    Returns
    -------
    Order
        Rows and values to write beside them.

    Examples
    --------
    >>> import pandas as pd
    >>> late = pd.Series({"a": 0.1, "b": 0.2, "c": 0.0})
    >>> known = pd.Series({"a": False, "b": True}, name="escalated", dtype="boolean")
    >>> [(row.call_id, row.group) for row in ordered_rows(late, known, ascending=None).rows]
    [('b', 'escalated'), ('a', 'not escalated'), ('c', 'escalated unknown')]
    """
    own = sort_by.reindex(late.index)
    name = spelled(str(sort_by.name or "value"))
    kinds = _yes_or_no(own)
    is_number = kinds is None and pd.api.types.is_numeric_dtype(own)
    is_time = pd.api.types.is_datetime64_any_dtype(own)
    calls = pd.DataFrame({"late": late, "id": late.index.astype(str)}, index=late.index)
    if kinds is not None:
        first = False if ascending is None else ascending
        words: dict[object, str] = {True: name, False: f"not {name}"}
        return _under_headings(calls, kinds, [not first, first], words, name)
    if not is_number and not is_time and own.nunique() <= MOST_HEADINGS:
        levels = sorted(own.dropna().unique(), key=str, reverse=ascending is False)
        return _under_headings(calls, own, levels, {v: spelled(str(v)) for v in levels}, name)
    calls["value"] = own
    calls = calls.sort_values(
        ["value", "late", "id"], ascending=[ascending is not False, True, True]
    )
    known = int(calls["value"].notna().sum())
    apart = _apart(calls) if 0 < known < len(calls) else 0
    places = np.arange(len(calls)) + apart * (np.arange(len(calls)) >= known)
    rows = [HeatRow(str(call), "", int(at)) for call, at in zip(calls["id"], places, strict=True)]
    named = np.unique(np.linspace(0, known - 1, min(_N_TICKS, known)).astype(int))
    ticks = {int(places[at]): _told(calls["value"].iloc[at]) for at in named}
    if known < len(calls):
        ticks[int(places[known])] = "unknown"
    return Order(rows, ticks)


def _apart(calls: pd.DataFrame) -> int:
    """Say how many rows stay empty between two groups."""
    return 1 + len(calls) // 60


def _yes_or_no(own: pd.Series) -> pd.Series | None:
    known = own.dropna()
    if len(known) == len(own) == 0 or pd.api.types.is_bool_dtype(own):
        return own
    if len(known) and known.map(lambda value: isinstance(value, (bool, np.bool_))).all():
        return own
    return None


def _under_headings(
    calls: pd.DataFrame,
    kinds: pd.Series,
    levels: list[object],
    words: dict[object, str],
    name: str,
) -> Order:
    rows: list[HeatRow] = []
    place = 0
    groups = [(words[level], calls[(kinds == level).fillna(False)]) for level in levels]
    for word, group in [*groups, (f"{name} unknown", calls[kinds.isna()])]:
        if len(group) and rows:
            place += _apart(calls)
        for call in group.sort_values(["late", "id"])["id"]:
            rows.append(HeatRow(str(call), word, place))
            place += 1
    return Order(rows, {})


def _told(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (int, float, np.number)):
        return f"{float(value):.3g}" if abs(float(value)) < 1000 else f"{float(value):.0f}"
    return spelled(str(value))
