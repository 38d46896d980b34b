"""Agreement of raters who cut calls into segments of their own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.designs import Design, read_design
from workbench.agreement.resampling import interval_over_clusters
from workbench.agreement.results import result_row
from workbench.errors import AbstainedError, InputError, nearest

SHIFTS = 24
"""By how many steps a rater's boundaries are turned round a call for the chance level."""

_CLOSE_S = 1e-6

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class _Marked(NamedTuple):
    """What one rater marked in one call: starts, ends and codes of the values, in order."""

    start_s: _Floats
    end_s: _Floats
    code: _Ints


class _Timeline(NamedTuple):
    """One call, or one channel of it, as its raters marked it."""

    length_s: float
    raters: tuple[_Marked, ...]


def timeline_agreement(
    segments: pd.DataFrame,
    *,
    durations: Mapping[str, float] | pd.Series | None = None,
    tag: str | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how far raters who segmented for themselves hear the same at the same time.

    Nominal alpha of Krippendorff over time: every moment of a call is an item, and
    a rater who marked nothing there says "nothing". It is what alpha of short
    frames comes to as they get shorter, reckoned exactly from the overlaps. It asks
    what is heard when; whether raters cut at the same moments is asked by
    `boundary_agreement`. Take both where gamma of Mathet and others [1]_ would be
    used: gamma mixes the two in one figure, by weights that must be chosen.

    Parameters
    ----------
    segments : DataFrame
        rater_id, call_id, start_s, end_s (seconds of the call), value and, where
        sides are marked apart, channel. Segments of one rater may not overlap. A
        rater who heard the call and marked nothing has one row with start_s,
        end_s and value missing; without any row the rater did not hear it.
    durations : mapping or Series, optional
        Seconds of each call by call_id. Default: until the last segment's end, so
        that silence after it does not count as agreement on nothing.
    tag : str, optional
        Ask for this value against all else.
    draws : int, default 1000
        Bootstrap draws for the interval over calls; 0 leaves it out.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row; see `workbench.agreement.results.result_row`. Items are calls (or
        their channels), ratings what a rater marked in one; `prevalence` is the
        share of time of the most frequent value, which is often nothing.

    Raises
    ------
    InputError
        If the table is not as described, segments of a rater overlap, a call is
        shorter than its segments, or nobody used the tag.
    AbstainedError
        If no call was marked by two raters, or only one value fills all the time.

    References
    ----------
    .. [1] Mathet, Y., Widlocher, A., and Metivier, J.-P. (2015). The unified and
       holistic method gamma. Computational Linguistics 41, 437-479.

    Examples
    --------
    Of 10 seconds one rater heard anger from 2 to 6, the other from 3 to 6:

    >>> import pandas as pd
    >>> segments = pd.DataFrame({"rater_id": ["a", "b"], "call_id": "c1", "start_s": [2.0, 3.0],
    ...                          "end_s": 6.0, "value": "anger"})
    >>> row = timeline_agreement(segments, durations={"c1": 10.0}, draws=0)
    >>> round(row["value"].item(), 3)
    0.78
    """
    timelines, names, design = _read(segments, durations, tag)
    k = len(names) + 1
    apart = np.zeros(len(timelines))
    spent = np.zeros((len(timelines), k))
    for row, timeline in enumerate(timelines):
        length, counts = _pieces(timeline, k)
        m = len(timeline.raters)
        apart[row] = length @ (m**2 - (counts**2).sum(axis=1)) / (m - 1)
        spent[row] = length @ counts
    total = spent.sum(axis=0)
    if (total > 0).sum() < 2:
        only = [*names, "nothing"][int(total.argmax())]
        raise AbstainedError(
            f'All the time is marked "{only}": one value cannot be told from another, and '
            "agreement is undefined. Give the durations of the calls, or calls that differ."
        )
    interval = interval_over_clusters(
        _by_call(np.column_stack([apart, spent]), design), _alpha, draws=draws, seed=seed
    )
    value = _alpha(np.r_[apart.sum(), total][None, :])[0]
    return result_row(
        "timeline_alpha", value, interval, design,
        level="nominal", prevalence=total.max() / total.sum(), note=_of(tag),
    )  # fmt: skip


def boundary_agreement(
    segments: pd.DataFrame,
    *,
    tolerance_s: float = 0.5,
    durations: Mapping[str, float] | pd.Series | None = None,
    tag: str | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how far raters who segmented for themselves cut at the same moments.

    A boundary is where a segment starts or ends, inside the call. Two raters'
    boundaries are matched one to one within the tolerance; F1 is the share of
    their boundaries that found a partner, over all pairs of raters. Many
    boundaries meet by chance: read it against `chance`, the same with one
    rater's boundaries turned round the call.

    Parameters
    ----------
    segments : DataFrame
        As for `timeline_agreement`.
    tolerance_s : float, default 0.5
        How far two boundaries may lie apart, in seconds.
    durations : mapping or Series, optional
        Seconds of each call by call_id; the end of a call is no boundary.
    tag : str, optional
        Only boundaries of this value.
    draws : int, default 1000
        Bootstrap draws for the interval over calls; 0 leaves it out.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row as for `timeline_agreement`, and `chance`.

    Raises
    ------
    InputError
        As `timeline_agreement`, or if the tolerance is below 0.
    AbstainedError
        If no call was marked by two raters, or nobody set a boundary.

    Examples
    --------
    >>> import pandas as pd
    >>> segments = pd.DataFrame({"rater_id": ["a", "b"], "call_id": "c1", "start_s": [2.0, 3.0],
    ...                          "end_s": 6.0, "value": "anger"})
    >>> row = boundary_agreement(segments, durations={"c1": 10.0}, draws=0)
    >>> row["value"].item()
    0.5
    """
    if not tolerance_s >= 0:
        raise InputError(f"tolerance_s is 0 or more seconds; {tolerance_s} came.")
    timelines, _, design = _read(segments, durations, tag)
    sums = np.array([_boundary_sums(timeline, tolerance_s) for timeline in timelines])
    total = sums.sum(axis=0)
    if not total[1]:
        raise AbstainedError(
            "Nobody set a boundary inside a call that two raters heard; agreement on boundaries "
            "needs some."
        )
    interval = interval_over_clusters(_by_call(sums, design), _f1, draws=draws, seed=seed)
    row = result_row(
        "boundary_f1", _f1(total[None, :])[0], interval, design,
        level=f"within {tolerance_s:g} s", note=_of(tag),
    )  # fmt: skip
    return row.assign(chance=float(2 * total[2] / total[1]))


def _alpha(sums: _Floats) -> _Floats:
    n = sums[:, 1:].sum(axis=1)
    chance = 1.0 - ((sums[:, 1:] / n[:, None]) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 - sums[:, 0] / n / chance, dtype=np.float64)


def _f1(sums: _Floats) -> _Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(2 * sums[:, 0] / sums[:, 1], dtype=np.float64)


def _of(tag: str | None) -> str:
    return f"{tag} against all else." if tag else ""


def _by_call(sums: _Floats, design: Design) -> _Floats:
    own = np.zeros((len(design.clusters), sums.shape[1]))
    np.add.at(own, design.cluster, sums)
    return own


def _pieces(timeline: _Timeline, k: int) -> tuple[_Floats, _Floats]:
    """Cut a call at all boundaries: lengths, and how many raters gave each value there."""
    edges = [part for marked in timeline.raters for part in (marked.start_s, marked.end_s)]
    cuts = np.unique(np.concatenate([*edges, [0.0, timeline.length_s]]))
    length, middle = np.diff(cuts), (cuts[1:] + cuts[:-1]) / 2
    counts = np.zeros((len(middle), k))
    for marked in timeline.raters:
        code = np.full(len(middle), k - 1)
        at = np.searchsorted(marked.start_s, middle) - 1
        inside = at >= 0
        inside[inside] = middle[inside] < marked.end_s[at[inside]]
        code[inside] = marked.code[at[inside]]
        counts[np.arange(len(middle)), code] += 1
    return length, counts


def _boundary_sums(timeline: _Timeline, tolerance_s: float) -> tuple[float, float, float]:
    """Sum matches, boundaries and matches by chance over the pairs of raters of a call."""
    length = timeline.length_s
    marks = []
    for marked in timeline.raters:
        at = np.unique(np.concatenate([marked.start_s, marked.end_s]))
        marks.append(at[(at > _CLOSE_S) & (at < length - _CLOSE_S)])
    matches = boundaries = chance = 0.0
    for a, b in combinations(marks, 2):
        matches += _matched(a, b, tolerance_s)
        boundaries += len(a) + len(b)
        turned = ((b + length * (step + 0.5) / SHIFTS) % length for step in range(SHIFTS))
        chance += sum(_matched(a, np.sort(t), tolerance_s) for t in turned) / SHIFTS
    return matches, boundaries, chance


def _matched(a: _Floats, b: _Floats, tolerance_s: float) -> int:
    """Match two sorted series one to one; taking the first that fits gives the most matches."""
    i = j = found = 0
    one, other = a.tolist(), b.tolist()
    while i < len(one) and j < len(other):
        apart = one[i] - other[j]
        if abs(apart) <= tolerance_s + _CLOSE_S:
            found, i, j = found + 1, i + 1, j + 1
        elif apart < 0:
            i += 1
        else:
            j += 1
    return found


def _read(
    segments: pd.DataFrame, durations: Mapping[str, float] | pd.Series | None, tag: str | None
) -> tuple[list[_Timeline], list[str], Design]:
    """Check segments; give the calls that two raters heard, the values, and the design."""
    rows = _checked(segments)
    if tag is not None:
        known = sorted(set(rows["value"].dropna().astype(str)))
        if tag not in known:
            raise InputError(
                f'Nobody marked "{tag}".{nearest(tag, known)} Values: {", ".join(known)}.'
            )
        other = (rows["value"] != tag).to_numpy()
        rows.loc[other, ["start_s", "end_s"]] = np.nan
        rows["value"] = rows["value"].where(~other)
    code, names = pd.factorize(rows["value"], sort=True)
    rows["code"] = code
    heard = rows[["unit", "rater_id", "call_id"]].drop_duplicates()
    heard = heard[heard.groupby("unit")["rater_id"].transform("size") >= 2]
    if heard.empty:
        raise AbstainedError(
            "Agreement over time needs a call that two raters marked; there is none. A rater who "
            "heard it and marked nothing has a row with start_s, end_s and value missing."
        )
    design = read_design(
        heard.rename(columns={"unit": "utterance_id"}).assign(value=1.0), min_items=1
    )
    kept = rows[rows["unit"].isin(heard["unit"])]
    own = kept[["unit", "rater_id"]]
    part = np.flatnonzero((own != own.shift()).any(axis=1))
    first = kept.iloc[part]
    start, end = kept["start_s"].to_numpy(dtype=float), kept["end_s"].to_numpy(dtype=float)
    codes = kept["code"].to_numpy(dtype=np.int64)
    by_unit: dict[str, list[_Marked]] = {}
    for unit, rows_of in zip(first["unit"], np.split(np.arange(len(kept)), part[1:]), strict=True):
        given = rows_of[np.isfinite(start[rows_of])]
        by_unit.setdefault(unit, []).append(_Marked(start[given], end[given], codes[given]))
    call_of = dict(zip(first["unit"], first["call_id"], strict=True))
    timelines = [
        _Timeline(_length(call_of[unit], raters, durations), tuple(raters))
        for unit, raters in by_unit.items()
    ]
    return timelines, [str(name) for name in names], design


def _length(
    call_id: str,
    raters: list[_Marked],
    durations: Mapping[str, float] | pd.Series | None,
) -> float:
    last = float(max((marked.end_s.max(initial=0.0) for marked in raters), default=0.0))
    if durations is None:
        return last
    if call_id not in durations:
        raise InputError(f"durations has no call {call_id}; give the seconds of every call.")
    length = float(durations[call_id])
    if not length >= last - _CLOSE_S:
        raise InputError(f"The call {call_id} lasts {length:g} s, but a segment ends at {last:g}.")
    return length


def _checked(segments: pd.DataFrame) -> pd.DataFrame:
    needed = ["rater_id", "call_id", "start_s", "end_s", "value"]
    for column in needed:
        if column not in segments.columns:
            raise InputError(
                f'Segments need the columns {", ".join(needed)}; "{column}" is missing.'
                f"{nearest(column, map(str, segments.columns))}"
            )
    rows = segments[needed].copy()
    unit = rows["call_id"].astype("str")
    if "channel" in segments.columns:
        unit = unit + " " + segments["channel"].astype("str")
    rows["unit"] = unit
    if rows[["rater_id", "call_id"]].isna().any(axis=None):
        raise InputError("A segment has no rater_id or no call_id; every one needs both.")
    gaps = rows[["start_s", "end_s", "value"]].isna().sum(axis=1)
    if gaps.isin([1, 2]).any():
        raise InputError(
            "A segment has only some of start_s, end_s and value; give all three, or none where a "
            "rater marked nothing in the call."
        )
    start, end = (rows[c].to_numpy(dtype=np.float64, na_value=np.nan) for c in ("start_s", "end_s"))
    wrong = (gaps == 0).to_numpy() & ~((start >= 0) & (end > start) & np.isfinite(end))
    if wrong.any():
        bad = rows[wrong].iloc[0]
        raise InputError(
            f"A segment of {bad['rater_id']} in the call {bad['call_id']} goes from "
            f"{bad['start_s']:g} to {bad['end_s']:g} s; it must start at 0 or later and end after."
        )
    rows = rows.sort_values(["unit", "rater_id", "start_s"], ignore_index=True)
    after = rows.groupby(["unit", "rater_id"])["start_s"].shift(-1)
    over = (after < rows["end_s"] - _CLOSE_S).to_numpy()
    if over.any():
        bad = rows[over].iloc[0]
        raise InputError(
            f"Segments of {bad['rater_id']} in the call {bad['call_id']} overlap at "
            f"{bad['end_s']:g} s. Give one value at a time: ask tag by tag, or mark channels apart."
        )
    return rows
