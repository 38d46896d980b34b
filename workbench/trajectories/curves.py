"""Smoothed curves over a call that state their width, leave gaps in silence and carry bands."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_table, empty_table

ONE_RATER = "One rater, so no band."
"""Why a point of a curve has none."""

ALL_THE_SAME = "All raters gave the same, which says nothing about their spread: no band."
"""Why a point of a curve has none."""

NO_RATERS = "Made from a consensus without its raters, so no band."
"""Why a curve has none."""

ONE_ONLY = "Rests on one rater alone in places, so no band."
"""Why a point of a curve has none."""

_NEEDED = (
    *("call_id", "role", "variable", "kind", "utterance_id", "channel", "start_s", "end_s"),
    "value",
)
_Floats = npt.NDArray[np.float64]


def curve_table(
    values: pd.DataFrame,
    *,
    width_s: float = 10.0,
    reach: Literal["whole", "causal"] = "whole",
    step_s: float = 1.0,
) -> pd.DataFrame:
    """Smooth what raters heard over a call, with a band for the raters' disagreement.

    Each second of rated speech within `width_s` counts, the nearer the more; so
    long utterances weigh more than short ones, and it does not matter how evenly
    they lie. Where no rated speech lies within the width there is no row: silence
    and the other's turns are not bridged.

    A whole curve looks both ways and is for looking at. A causal curve at a moment
    rests only on utterances that had ended by then, and on ratings whose rater had
    heard no further where that is known; only it may enter what predicts.

    Parameters
    ----------
    values : DataFrame
        From `rater_values` or `trace_values`; or the table `trajectories` of a
        consensus, whose curve then has no band.
    width_s : float, default 10
        How far a second may lie from the moment, in seconds, on either side (whole)
        or before it (causal).
    reach : {"whole", "causal"}, default "whole"
        Whether it looks ahead.
    step_s : float, default 1
        Seconds from one moment to the next, from the start of the call.

    Returns
    -------
    DataFrame
        The table `trajectories`, one row a moment that has rated speech within the
        width; utterance_id, channel, start_s and end_s are of the nearest utterance
        that counts, so that it can be heard.

    Raises
    ------
    InputError
        If a column is missing, the width or the step is not above 0, or there is no
        such reach.

    Notes
    -----
    Epanechnikov's kernel, integrated over each utterance's seconds. The band leaves
    out each rater with all their ratings in turn (jackknife) and takes Student's t
    with one degree of freedom less than raters; where all rated the same utterances
    this is the interval of the mean of the raters' own curves. Resampling 2 to 4
    raters by percentiles is far too narrow (simulated coverage .52, .73 and .81 with
    2, 3 and 4 raters, where this has .93 to .96 with 2, 3, 5 and 8). Shares of raters have
    Wilson's interval with the number of raters that the jackknife's variance amounts
    to [1]_, which keeps it between 0 and 1. It is an interval for what raters like
    these hear in this call, and wide with few of them, as it must be.

    References
    ----------
    .. [1] Korn, E. L., and Graubard, B. I. (1998). Confidence intervals for
       proportions with small expected number of positive counts estimated from
       survey data. Survey Methodology 24, 193-201.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence", "kind": "dimension",
    ...     "utterance_id": ["u1", "u1", "u2", "u2"], "channel": 0, "start_s": [0.0, 0, 30, 30],
    ...     "end_s": [6.0, 6, 36, 36], "rater_id": ["a", "b"] * 2, "value": [0.2, 0.4, -0.6, -0.5],
    ... })
    >>> curve = curve_table(values, width_s=5.0, step_s=5.0)
    >>> curve[["time_s", "estimate"]].round(2).values.tolist()
    [[0.0, 0.3], [5.0, 0.3], [10.0, 0.3], [30.0, -0.55], [35.0, -0.55], [40.0, -0.55]]
    """
    for name, seconds in (("width_s", width_s), ("step_s", step_s)):
        if not (seconds > 0 and np.isfinite(seconds)):
            raise InputError(f"{name} is a number of seconds above 0; {seconds} came.")
    if reach not in ("whole", "causal"):
        raise InputError(
            f'There is no reach "{reach}".{nearest(reach, ("whole", "causal"))} A curve is "whole" '
            'or "causal".'
        )
    rows, by_raters = _checked(values)
    if rows.empty:
        return empty_table("trajectories")
    table = _smoothed(rows, float(width_s), reach, float(step_s))
    if not by_raters:
        table["note"] = NO_RATERS
    return check_table(table, "trajectories")


def points_table(values: pd.DataFrame) -> pd.DataFrame:
    """Average what raters gave to each utterance: points, with a band and not smoothed.

    For traces and for models, where no consensus is made; the consensus of ratings
    has `trajectory_table`.

    Parameters
    ----------
    values : DataFrame
        As for `curve_table`, by rater.

    Returns
    -------
    DataFrame
        The table `trajectories`, one row an utterance; bands as in `curve_table`.

    Raises
    ------
    InputError
        If a column is missing.
    """
    rows, _ = _checked(values)
    if rows.empty:
        return empty_table("trajectories")
    key = ["call_id", "role", "variable", "start_s", "channel", "utterance_id"]
    grouped = rows.groupby(key, sort=True, dropna=False)
    table = grouped.agg(
        kind=("kind", "first"),
        end_s=("end_s", "first"),
        estimate=("value", "mean"),
        sd=("value", "std"),
        n_raters=("value", "size"),
        rater_heard_until_s=("heard_until_s", "max"),
        n_known=("heard_until_s", "count"),
    ).reset_index()
    se = table["sd"].fillna(0.0).to_numpy(dtype=float) / np.sqrt(table["n_raters"].to_numpy())
    table = _with_bands(table, se)
    table["rater_heard_until_s"] = table["rater_heard_until_s"].where(
        table["n_known"] == table["n_raters"]
    )
    table = table.assign(
        time_s=(table["start_s"] + table["end_s"]) / 2,
        reach="causal",
        width_s=0.0,
        weight_s=table["end_s"] - table["start_s"],
        audio_until_s=table["end_s"],
    )
    return check_table(table[list(empty_table("trajectories").columns)], "trajectories")


def _checked(values: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    by_raters = "rater_id" in values.columns
    if not by_raters and "estimate" in values.columns:
        values = values.rename(
            columns={"estimate": "value", "rater_heard_until_s": "heard_until_s"}
        ).assign(rater_id="consensus")
    for column in (*_NEEDED, "rater_id"):
        if column not in values.columns:
            raise InputError(
                f'A curve is made from values by rater, and the column "{column}" is missing.'
                f"{nearest(column, map(str, values.columns))} rater_values makes such a table."
            )
    if "heard_until_s" not in values.columns:
        values = values.assign(heard_until_s=np.nan)
    twice = values.duplicated(["utterance_id", "variable", "rater_id"])
    if twice.any():
        row = values[twice].iloc[0]
        raise InputError(
            f"Rater {row['rater_id']} gave {row['variable']} of utterance {row['utterance_id']} "
            "twice; a curve takes one value a rater."
        )
    return values[values["value"].notna()], by_raters


def _smoothed(rows: pd.DataFrame, width_s: float, reach: str, step_s: float) -> pd.DataFrame:
    from workbench.trajectories import curve_kernels

    curve = rows.groupby(["call_id", "role", "variable"], sort=True).ngroup().to_numpy()
    utterance, rater = (
        pd.factorize(rows[c], sort=True)[0].astype(np.int64) for c in ("utterance_id", "rater_id")
    )
    start, end, value, heard = (
        rows[c].to_numpy(dtype=float, na_value=np.nan)
        for c in ("start_s", "end_s", "value", "heard_until_s")
    )
    order = np.lexsort((rater, utterance, end, start, curve))
    curve, utterance, rater = curve[order], utterance[order], rater[order]
    start, end, value, heard = start[order], end[order], value[order], heard[order]
    bounds = np.r_[np.flatnonzero(np.diff(curve, prepend=-1)), len(curve)]
    moments, figures, nearest_rows = [], [], []
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        first = np.flatnonzero(np.diff(utterance[low:high], prepend=-1))
        names, own = np.unique(rater[low:high], return_inverse=True)
        at = np.arange(0.0, end[low:high].max() + width_s + step_s / 2, step_s)
        out = np.empty((len(at), curve_kernels.N_OF_MOMENT))
        curve_kernels.curve(
            *(at, width_s, reach == "causal", np.r_[first, high - low]),
            *(start[low + first], end[low + first], own.astype(np.int64), len(names)),
            *(value[low:high], heard[low:high], out),
        )
        told = np.isfinite(out[:, 0])
        moments.append(at[told])
        figures.append(out[told])
        nearest_rows.append(order[low + first[out[told, 5].astype(int)]])
    out = np.concatenate(figures)
    near = rows.iloc[np.concatenate(nearest_rows)]
    columns = ["call_id", "role", "variable", "kind", "utterance_id", "channel", "start_s", "end_s"]
    table = near[columns].reset_index(drop=True)
    table["n_raters"] = out[:, 2].astype(np.int64)
    if "n_raters" in near.columns:
        table["n_raters"] = near["n_raters"].to_numpy()
    table["time_s"], table["estimate"] = np.concatenate(moments), out[:, 0]
    table["reach"], table["width_s"], table["weight_s"] = reach, width_s, out[:, 4]
    table["audio_until_s"], table["rater_heard_until_s"] = out[:, 6], out[:, 7]
    return _with_bands(table, out[:, 1])


def _with_bands(table: pd.DataFrame, se: _Floats) -> pd.DataFrame:
    low, high = np.full((2, len(table)), np.nan)
    note = np.full(len(table), "", dtype=object)
    estimate, n_raters = (table[c].to_numpy(dtype=float) for c in ("estimate", "n_raters"))
    tags = (table["kind"] == "tag").to_numpy(dtype=bool)
    signed = (table["variable"] == "valence").to_numpy(dtype=bool) & ~tags
    for own, kind in ((tags, "tag"), (signed, "signed"), (~tags & ~signed, "amount")):
        if own.any():
            low[own], high[own], note[own] = band(estimate[own], se[own], n_raters[own], kind=kind)
    return table.assign(ci_low=low, ci_high=high, note=note)


def band(
    estimate: _Floats, se: _Floats, n_raters: _Floats, *, kind: str
) -> tuple[_Floats, _Floats, npt.NDArray[Any]]:
    """Make intervals from the jackknife's standard errors, and say where there is none.

    Parameters
    ----------
    estimate, se, n_raters : ndarray of float
        Smoothed value, its standard error (NaN where a rater stands alone), raters.
    kind : {"tag", "signed", "amount"}
        A share of raters, a dimension from -1 to 1, or one from 0 to 1.

    Returns
    -------
    low, high : ndarray of float
        95 % interval; NaN where there is none.
    note : ndarray of str
        Why there is none.
    """
    from scipy.special import ndtri, stdtrit

    several = n_raters >= 2
    t = stdtrit(np.maximum(n_raters - 1, 1), 0.975)
    note = np.full(len(estimate), "", dtype=object)
    note[np.isnan(se)] = ONE_ONLY
    note[~several] = ONE_RATER
    if kind == "tag":
        z = float(ndtri(0.975))
        with np.errstate(divide="ignore", invalid="ignore"):
            amounts_to = estimate * (1 - estimate) / se**2 * (z / t) ** 2
        n = np.where(np.isfinite(amounts_to) & (amounts_to > 0), amounts_to, n_raters)
        middle = (estimate + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(estimate * (1 - estimate) / n + z * z / (4 * n * n))
        low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
        shown = several & ~np.isnan(se)
    else:
        floor = -1.0 if kind == "signed" else 0.0
        low, high = estimate - t * se, estimate + t * se
        inside = (estimate >= floor) & (estimate <= 1.0)
        low = np.where(inside, np.maximum(low, floor), low)
        high = np.where(inside, np.minimum(high, 1.0), high)
        same = several & (se <= 1e-12)
        note[same] = ALL_THE_SAME
        shown = several & ~np.isnan(se) & ~same
    return np.where(shown, low, np.nan), np.where(shown, high, np.nan), note
