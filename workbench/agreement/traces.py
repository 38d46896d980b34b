"""How far raters who follow a call with the hand trace the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.concordance import Lagged, lagged_concordance
from workbench.agreement.designs import read_design
from workbench.agreement.resampling import interval_over_clusters
from workbench.agreement.results import result_row
from workbench.errors import AbstainedError, InputError
from workbench.schema import check_table

RATE_HZ = 25
"""Points a second of a trace."""

MAX_GAP_S = 1.0
"""Points further apart than this leave a gap between them."""

MIN_OVERLAP_S = 10.0
"""Shortest stretch that two traces must have in common."""

MISMATCHES = 3
"""With how many other calls each pair is compared to tell the chance level."""

_Floats = npt.NDArray[np.float64]

_KIND = ["dimension", "pass"]


class _Trace(NamedTuple):
    unit: str
    call_id: str
    rater_id: str
    value: _Floats


def trace_agreement(
    traces: pd.DataFrame,
    trace_points: pd.DataFrame,
    *,
    max_lag_s: float = 2.0,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how far traces of the same calls agree (CCC), each allowed its own delay.

    Raters follow what they hear with a delay of their own, so that two traces are
    moved against each other until they agree most, by `max_lag_s` at most. That
    search finds some agreement in anything: read the figure against `chance`, the
    same search on traces of different calls.

    Parameters
    ----------
    traces, trace_points : DataFrame
        The tables of these names. Traces that were superseded are left out.
    max_lag_s : float, default 2.0
        Greatest delay between two raters, in seconds; 0 allows none.
    draws : int, default 1000
        Bootstrap draws for the interval; 0 leaves it out.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        Two rows a dimension and pass, which are never pooled: `level` is "pairs"
        (every two raters) or "others" (each rater and the mean of the others).
        The columns of a result, where an item is a call or its channel and a
        rating a trace, and beside them:

        dimension, pass : str
            Of the traces.
        ccc_lag_0 : float
            The same without moving anything.
        lag_s : float
            Median distance by which traces were moved, in seconds.
        chance : float
            Mean of the same search on mismatched calls; missing with one call.

        The interval is over calls.

    Raises
    ------
    InputError
        If a table is not as documented, or a rater has two traces of the same
        that both stand.
    AbstainedError
        If no call was traced by two raters for `MIN_OVERLAP_S` in common.

    See Also
    --------
    trace_pairs : The single pairs behind these figures.

    Notes
    -----
    A mean over pairs, so that a call with many raters counts for more. Laboratories
    that trace in quiet rooms ask for .90; from telephone calls expect less.
    """
    found = _compared(traces, trace_points, max_lag_s, "pairs", "others")
    rows = []
    for (level, kind), (pairs, kept) in found.items():
        defined = pairs.dropna(subset=["ccc"])
        if defined.empty:
            continue
        design = read_design(
            pd.DataFrame(
                {
                    "utterance_id": [trace.unit for trace in kept],
                    "rater_id": [trace.rater_id for trace in kept],
                    "call_id": [trace.call_id for trace in kept],
                    "value": 1.0,
                }
            ),
            min_items=1,
        )
        sums = defined.groupby("call_id")["ccc"].agg(["sum", "count"]).to_numpy(dtype=np.float64)
        interval = interval_over_clusters(
            sums, lambda total: total[:, 0] / total[:, 1], draws=draws, seed=seed
        )
        lost = len(pairs) - len(defined)
        note = f"{lost} of {len(pairs)} pairs have too little in common." if lost else ""
        row = result_row("ccc", defined["ccc"].mean(), interval, design, level=level, note=note)
        row.insert(0, "dimension", kind[0])
        row.insert(1, "pass", kind[1])
        row["ccc_lag_0"] = defined["ccc_lag_0"].mean()
        row["lag_s"] = defined["lag_s"].abs().median()
        row["chance"] = defined["chance"].mean()
        rows.append(row)
    if not rows:
        raise AbstainedError(
            f"Agreement of traces needs a call that two raters traced for {MIN_OVERLAP_S:g} s in "
            "common, on the same channel, dimension and pass; there is none."
        )
    table = pd.concat(rows, ignore_index=True)
    return table.sort_values([*_KIND, "level"], ascending=[True, True, False], ignore_index=True)


def trace_pairs(
    traces: pd.DataFrame, trace_points: pd.DataFrame, *, max_lag_s: float = 2.0
) -> pd.DataFrame:
    """Compare every two raters' traces of a call.

    Parameters
    ----------
    traces, trace_points : DataFrame
        The tables of these names. Traces that were superseded are left out.
    max_lag_s : float, default 2.0
        Greatest delay between two raters, in seconds; 0 allows none.

    Returns
    -------
    DataFrame
        One row a pair, sorted: dimension, pass, call_id, unit (call, and channel
        where one was judged), rater_a, rater_b; ccc at the best lag; lag_s, by
        which rater_b is later (negative: earlier); ccc_lag_0; overlap_s, how long
        both traced; chance, the mean of the same on mismatched calls.

    Raises
    ------
    InputError
        As `trace_agreement`.
    """
    found = _compared(traces, trace_points, max_lag_s, "pairs")
    tables = [pairs for pairs, _ in found.values()]
    columns = [*_KIND, "call_id", "unit", "rater_a", "rater_b"]
    if not tables:
        rest = ["ccc", "lag_s", "ccc_lag_0", "overlap_s", "chance"]
        return pd.DataFrame({name: [] for name in [*columns, *rest]})
    return pd.concat(tables).sort_values(columns, ignore_index=True)


def _compared(
    traces: pd.DataFrame, trace_points: pd.DataFrame, max_lag_s: float, *levels: str
) -> dict[tuple[str, tuple[str, str]], tuple[pd.DataFrame, list[_Trace]]]:
    """Compare traces by dimension and pass; give the pairs, and the traces they are of."""
    if not max_lag_s >= 0:
        raise InputError(f"max_lag_s is 0 or more seconds; {max_lag_s} came.")
    found = {}
    for kind, units in _by_kind(traces, trace_points):
        for level in levels:
            rows = []
            for at, unit in enumerate(units):
                others = [
                    units[(at + step) % len(units)]
                    for step in range(1, min(MISMATCHES, len(units) - 1) + 1)
                ]
                for a, b in _partners(unit, level):
                    row = _row(unit[a], b, unit, max_lag_s)
                    ways = [(a, b), (b[0], (a,))] if level == "pairs" else [(a, b)]
                    chances = [
                        _chance(unit[one], rest, other, max_lag_s)
                        for other in others
                        for one, rest in ways
                    ]
                    known = [value for value in chances if np.isfinite(value)]
                    row["chance"] = float(np.mean(known)) if known else np.nan
                    rows.append(dict(zip(_KIND, kind, strict=True)) | row)
            if rows:
                kept = [trace for unit in units for trace in unit.values()]
                found[level, kind] = pd.DataFrame(rows), kept
    return found


def _by_kind(
    traces: pd.DataFrame, trace_points: pd.DataFrame
) -> Iterator[tuple[tuple[str, str], list[dict[str, _Trace]]]]:
    """Give, for each dimension and pass, the traces of each unit that two raters traced."""
    traces, points = check_table(traces, "traces"), check_table(trace_points, "trace_points")
    traces = traces[~traces["trace_id"].isin(traces["supersedes"].dropna())]
    channel = traces["channel"].astype("str").where(traces["channel"].notna(), "")
    traces = traces.assign(unit=(traces["call_id"] + " " + channel).str.strip())
    twice = traces[traces.duplicated([*_KIND, "unit", "rater_id"])]
    if len(twice):
        one = twice.iloc[0]
        raise InputError(
            f"{one['rater_id']} has two traces of {one['dimension']} of the call {one['call_id']} "
            f"in the pass {one['pass']} that both stand. Leave one out; a trace that replaces "
            "another names it in supersedes."
        )
    points = points[points["trace_id"].isin(traces["trace_id"])].sort_values("time_s")
    series = {
        str(name): _on_grid(own["time_s"].to_numpy(), own["value"].to_numpy())
        for name, own in points.groupby("trace_id")
    }
    for kind, of_kind in traces.groupby(_KIND):
        units = []
        for _, own in of_kind.groupby("unit"):
            unit = {
                str(row.rater_id): _Trace(
                    str(row.unit), str(row.call_id), str(row.rater_id), series[str(row.trace_id)]
                )
                for row in own.sort_values("rater_id").itertuples()
                if str(row.trace_id) in series
            }
            if len(unit) >= 2:
                units.append(unit)
        yield (str(kind[0]), str(kind[1])), units


def _on_grid(time_s: _Floats, value: _Floats) -> _Floats:
    """Lay points on the grid from second 0; NaN before, after and in gaps."""
    grid = np.arange(int(np.floor(time_s[-1] * RATE_HZ + 1e-6)) + 1) / RATE_HZ
    laid = np.interp(grid, time_s, value)
    after = np.clip(np.searchsorted(time_s, grid - 1e-6), 0, len(time_s) - 1)
    before = np.clip(np.searchsorted(time_s, grid + 1e-6) - 1, 0, None)
    gap = (time_s[after] - time_s[before] > MAX_GAP_S) | (grid < time_s[0] - 1e-6)
    return np.where(gap, np.nan, laid)


def _partners(unit: dict[str, _Trace], level: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each rater of a unit with those to compare with: one other, or all the others."""
    names = list(unit)
    if level == "others":
        yield from ((name, tuple(n for n in names if n != name)) for name in names)
    else:
        yield from ((a, (b,)) for i, a in enumerate(names) for b in names[i + 1 :])


def _mean(unit: dict[str, _Trace], raters: tuple[str, ...]) -> _Floats:
    series = [unit[rater].value for rater in raters if rater in unit]
    if not series:
        return np.empty(0)
    stacked = np.full((len(series), max(map(len, series))), np.nan)
    for row, one in zip(stacked, series, strict=True):
        row[: len(one)] = one
    given = np.isfinite(stacked)
    n = given.sum(axis=0)
    total = np.where(given, stacked, 0.0).sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _row(
    a: _Trace, b: tuple[str, ...], unit: dict[str, _Trace], max_lag_s: float
) -> dict[str, Any]:
    best = _best(a.value, _mean(unit, b), max_lag_s)
    return {
        "call_id": a.call_id,
        "unit": a.unit,
        "rater_a": a.rater_id,
        "rater_b": " ".join(b),
        "ccc": best.ccc,
        "lag_s": best.lag / RATE_HZ,
        "ccc_lag_0": best.ccc_lag_0,
        "overlap_s": best.n / RATE_HZ,
    }


def _chance(a: _Trace, b: tuple[str, ...], other: dict[str, _Trace], max_lag_s: float) -> float:
    """Compare a rater's trace with traces of another call, of the same raters where they are."""
    raters = tuple(r for r in b if r in other) or tuple(r for r in other if r != a.rater_id)
    return _best(a.value, _mean(other, raters), max_lag_s).ccc


def _best(x: _Floats, y: _Floats, max_lag_s: float) -> Lagged:
    return lagged_concordance(
        x, y, max_lag=round(max_lag_s * RATE_HZ), min_overlap=round(MIN_OVERLAP_S * RATE_HZ)
    )
