"""Where the feeling of a call turns: place, size, chance, and what raters marked there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.false_discovery import adjusted_p_values
from workbench.schema import check_table
from workbench.trajectories.feature_dictionary import MIN_FOR_SHIFTS, MIN_SEGMENT
from workbench.trajectories.points import points_of

_Floats = npt.NDArray[np.float64]


class Place(NamedTuple):
    """The most likely place of a shift among utterances, and those it may have.

    Parameters
    ----------
    at, low, high : int
        First utterance after the shift: most likely, earliest, latest.
    """

    at: int
    low: int
    high: int


def shift_table(
    trajectories: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    marks: pd.DataFrame | None = None,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the moment at which a call turns, and say whether chance would do as much.

    Of all places between two utterances the one is taken that best divides the call
    into two levels; utterances weigh by their seconds. The same is done with the
    call's utterances shuffled: p is the share of shuffles with a split as strong.
    Shuffling takes utterances for exchangeable. Neighbours often resemble each other,
    so their resemblance is estimated, taken out before shuffling and put back.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`, points and not smoothed.
    variable : str, default "valence"
        A tag or dimension.
    role : str, default "customer"
        Whose utterances.
    marks : DataFrame, optional
        Moments at which raters marked a shift: call_id, role, at_s; from
        `marked_shifts`.
    draws : int, default 999
        Shuffles of a call.
    seed : int, default 0
        Of the shuffles.

    Returns
    -------
    DataFrame
        One row a call:

        call_id, role, variable, n_utterances
            What was looked at.
        at_s, at_low_s, at_high_s
            Between which utterances it turns, in seconds of the call: the middle of
            the gap, and a 95 % interval from the end of an utterance to the start of
            another.
        before, after, change
            Level on either side, and the difference.
        p_value, p_adjusted
            By shuffling; adjusted for all calls of the table (false discovery rate,
            Benjamini and Hochberg).
        n_marks, nearest_mark_s, mark_distance_s
            Raters' marks in the call, the nearest one and how much later it lies than
            at_s; missing without marks.
        channel, start_s, end_s
            The utterance before the shift and the one after it, to be heard.
        note
            Why there is no shift to tell.

    Raises
    ------
    InputError
        If the points are smoothed, draws is below 99, or nobody has this variable
        in this role.

    Notes
    -----
    A single shift of level. Simulated with normal utterances and 5 % promised, false
    alarms are .03 to .05 for 8 to 40 independent utterances. With neighbours that
    correlate by .2, .4 and .6 they are .08, .13 and .18 at 12 utterances and .08, .06
    and .08 at 40: short calls cannot tell a drift from a shift, so look and listen.
    A shift of two standard deviations in the middle is found in .5 of calls with 12
    utterances, .8 with 20 and nearly all with 40. The interval of the place is that
    of a flat prior over places and levels: it held the place in .94 to .97 of calls with
    12 to 40 utterances, shifts of one to two standard deviations and neighbours that
    correlate by 0 to .4, in .93 to .95 at .6. Larger shifts are held more often.

    Examples
    --------
    >>> import pandas as pd
    >>> start = pd.Series(range(12)) * 10.0
    >>> points = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence", "kind": "dimension",
    ...     "time_s": start + 2.0, "n_raters": 3, "utterance_id": [f"u{i}" for i in range(12)],
    ...     "estimate": [0.3, 0.2, 0.25, 0.3, 0.35, 0.2, -0.4, -0.5, -0.45, -0.3, -0.5, -0.4],
    ...     "start_s": start, "end_s": start + 4.0,
    ... })
    >>> shift = shift_table(points).iloc[0]
    >>> float(shift["at_s"]), round(float(shift["change"]), 2), bool(shift["p_value"] < 0.05)
    (57.0, -0.69, True)
    """
    if draws < 99:
        raise InputError(f"A p value of 5 % needs 99 shuffles or more; draws={draws} came.")
    points = points_of(trajectories, variable, role)
    if (points["width_s"] > 0).any():
        raise InputError(
            "Shifts are looked for in points, and a smoothed curve came: neighbours on it resemble "
            "each other by construction. Give the points of trajectory_table."
        )
    rng = np.random.default_rng(seed)
    points = points.sort_values(["call_id", "start_s", "channel"], kind="stable")
    rows = []
    for call_id, own in points.groupby("call_id", sort=True):
        found = _of_call(own, rng, draws)
        rows.append({"call_id": call_id, "role": role, "variable": variable} | found)
    table = pd.DataFrame(rows)
    table["p_adjusted"] = adjusted_p_values(table["p_value"].to_numpy(dtype=float))
    table = _with_marks(table, marks, role)
    order = [*table.columns.difference(_LAST, sort=False), *_LAST]
    return table[order].astype({"channel": "Int64"})


_LAST = [
    *("p_value", "p_adjusted", "n_marks", "nearest_mark_s", "mark_distance_s"),
    *("channel", "start_s", "end_s", "note"),
]


def _of_call(own: pd.DataFrame, rng: np.random.Generator, draws: int) -> dict[str, object]:
    from workbench.trajectories import shift_kernels

    n = len(own)
    row: dict[str, object] = dict.fromkeys(
        ("at_s", "at_low_s", "at_high_s", "before", "after", "change", "p_value"), np.nan
    )
    row = {"n_utterances": n} | row
    row |= {"channel": own["channel"].iloc[0], "start_s": np.nan, "end_s": np.nan}
    value, start, end = (
        np.ascontiguousarray(own[c], dtype=float) for c in ("estimate", "start_s", "end_s")
    )
    if n < MIN_FOR_SHIFTS:
        return row | {"note": f"{n} rated utterances; {MIN_FOR_SHIFTS} are needed."}
    if np.ptp(value) <= 1e-12:
        return row | {"note": "All utterances have the same value: nothing turns."}
    weight = end - start
    place = place_of(value, weight)
    order = np.argsort(rng.random((draws, n)), axis=1)
    at = place.at
    before = float(np.average(value[:at], weights=weight[:at]))
    after = float(np.average(value[at:], weights=weight[at:]))
    return row | {
        "at_s": (end[at - 1] + start[at]) / 2,
        "at_low_s": min(end[place.low - 1], start[place.low]),
        "at_high_s": max(end[place.high - 1], start[place.high]),
        "before": before,
        "after": after,
        "change": after - before,
        "p_value": shift_kernels.chance_of_split(value, weight, MIN_SEGMENT, order),
        "start_s": start[at - 1],
        "end_s": end[at],
        "note": "",
    }


def place_of(value: _Floats, weight: _Floats) -> Place:
    """Find where the level of a series shifts, and the places it may have.

    Parameters
    ----------
    value, weight : ndarray of float, shape (n,)
        The series in order, and what each value weighs; at least twice MIN_SEGMENT.

    Returns
    -------
    Place
        The least squares place and the span of the smallest set of places that holds
        95 % of the posterior under a flat prior over places, levels and log spread;
        resemblance of neighbours makes it wider.

    Examples
    --------
    >>> import numpy as np
    >>> place_of(np.r_[np.zeros(5), np.ones(5)] + 0.1 * np.sin(range(10)), np.ones(10))
    Place(at=5, low=5, high=6)
    """
    from workbench.trajectories import shift_kernels

    n = len(value)
    left = np.empty(n)
    shift_kernels.splits(value, weight, MIN_SEGMENT, left)
    at = int(left.argmin())
    r = shift_kernels.resemblance(value, weight, at, False)
    can = np.flatnonzero(np.isfinite(left))
    before = np.cumsum(weight)[can - 1]
    as_many = (n - 2) * (1 - r) / (1 + r)
    rest = np.maximum(left[can], 1e-12 * left[can].max() + 1e-300)
    log_p = -as_many / 2 * np.log(rest) - 0.5 * np.log(before * (weight.sum() - before))
    p = np.exp(log_p - log_p.max())
    likely = np.argsort(-p, kind="stable")
    enough = int(np.searchsorted(np.cumsum(p[likely]) / p.sum(), 0.95)) + 1
    among = np.r_[can[likely[:enough]], at]
    return Place(at, int(among.min()), int(among.max()))


def marked_shifts(
    shifts: pd.DataFrame, ratings: pd.DataFrame, utterances: pd.DataFrame
) -> pd.DataFrame:
    """List the moments at which raters marked that the feeling turns.

    Parameters
    ----------
    shifts, ratings, utterances : DataFrame
        The tables of these names; only ratings that stand count.

    Returns
    -------
    DataFrame
        One row a mark: call_id, role, channel, at_s, rater_id, from_tag, to_tag,
        utterance_id, start_s, end_s.

    Raises
    ------
    InputError
        If a table is not as documented.
    """
    marks = check_table(shifts, "shifts")
    ratings = check_table(ratings, "ratings")[["rating_id", "rater_id", "utterance_id"]]
    place = utterances[["utterance_id", "call_id", "role", "channel", "start_s", "end_s"]]
    rows = marks.merge(ratings, on="rating_id").merge(place, on="utterance_id")
    columns = ["call_id", "role", "channel", "at_s", "rater_id", "from_tag", "to_tag"]
    columns += ["utterance_id", "start_s", "end_s"]
    return rows.sort_values(["call_id", "at_s", "rater_id"], ignore_index=True)[columns]


def _with_marks(table: pd.DataFrame, marks: pd.DataFrame | None, role: str) -> pd.DataFrame:
    n_marks, near = [], []
    own = None if marks is None else marks[marks["role"] == role]
    for call_id, at in zip(table["call_id"], table["at_s"], strict=True):
        moments = np.array([]) if own is None else own.loc[own["call_id"] == call_id, "at_s"]
        moments = np.asarray(moments, dtype=float)
        n_marks.append(len(moments))
        told = len(moments) and np.isfinite(at)
        near.append(moments[np.abs(moments - at).argmin()] if told else np.nan)
    table = table.assign(n_marks=n_marks, nearest_mark_s=near)
    table["mark_distance_s"] = table["nearest_mark_s"] - table["at_s"]
    return table
