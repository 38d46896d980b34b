"""Calls cut into bins: each utterance weighs as many seconds as it fills of one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.trajectories.points import points_of

_Floats = npt.NDArray[np.float64]


def binned_table(
    trajectories: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    n_bins: int = 20,
    durations: pd.Series | None = None,
) -> pd.DataFrame:
    """Cut every call into equally many bins and average a variable in each.

    Within a bin each utterance weighs as many seconds as it fills of it. This
    brings calls of different lengths side by side; a call of one minute and one
    of twenty then look alike, so the seconds stand in every row.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    variable : str, default "valence"
        A tag or dimension.
    role : str, default "customer"
        Whose utterances.
    n_bins : int, default 20
        Bins a call, at least 1.
    durations : Series of float, optional
        Length of each call in seconds by call_id. Default: to the end of the
        last rated utterance of any role.

    Returns
    -------
    DataFrame
        One row a call and bin that holds rated speech: call_id, channel, bin
        (from 0), start_s, end_s, estimate, weight_s (rated seconds in the bin).

    Raises
    ------
    InputError
        If `n_bins` is below 1, a duration is missing, or nobody has this
        variable in this role.

    See Also
    --------
    aligned_table : The same at the start, the end or an event of each call.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence",
    ...     "kind": "dimension", "time_s": [5.0, 35.0], "estimate": [0.5, -0.5], "n_raters": 3,
    ...     "utterance_id": ["u1", "u2"], "start_s": [0.0, 30.0], "end_s": [10.0, 40.0],
    ... })
    >>> binned_table(points, n_bins=2)[["bin", "start_s", "end_s", "estimate"]]
       bin  start_s  end_s  estimate
    0    0      0.0   20.0       0.5
    1    1     20.0   40.0      -0.5
    """
    if n_bins < 1:
        raise InputError(f"A call is cut into 1 bin or more; {n_bins} came.")
    points = points_of(trajectories, variable, role)
    call, names = pd.factorize(points["call_id"], sort=True)
    length = lengths_of(names, trajectories, durations)
    total, weight = seconds_in_bins(
        points, call, origin_s=np.zeros(len(names)), step_s=length / n_bins, n_bins=n_bins
    )
    row, at = np.nonzero(weight > 0)
    step = (length / n_bins)[row]
    calls = names.take(row)
    return pd.DataFrame(
        {
            "call_id": calls,
            "channel": channels_at(points, calls, (at + 0.5) * step),
            "bin": at,
            "start_s": at * step,
            "end_s": (at + 1) * step,
            "estimate": total[row, at] / weight[row, at],
            "weight_s": weight[row, at],
        }
    )


def channels_at(points: pd.DataFrame, calls: pd.Index, middle_s: _Floats) -> pd.Series:
    """Tell on which channel somebody is heard around moments of calls: it changes with a transfer.

    Parameters
    ----------
    points : DataFrame
        With call_id, channel and time_s.
    calls : Index of str, shape (n,)
        Calls that have points.
    middle_s : ndarray of float, shape (n,)
        Seconds of these calls.

    Returns
    -------
    Series of Int64
        Channel of the point nearest in time.
    """
    known = points[["call_id", "time_s", "channel"]].sort_values("time_s", kind="stable")
    wanted = pd.DataFrame({"call_id": calls, "time_s": middle_s}).sort_values(
        "time_s", kind="stable"
    )
    found = pd.merge_asof(
        wanted.reset_index(),
        known.astype({"call_id": wanted["call_id"].dtype}),
        on="time_s",
        by="call_id",
        direction="nearest",
    )
    return found.set_index("index")["channel"].sort_index().rename_axis(None).astype("Int64")


def lengths_of(calls: pd.Index, trajectories: pd.DataFrame, durations: pd.Series | None) -> _Floats:
    """Find how long calls are.

    Parameters
    ----------
    calls : Index of str
        Their ids.
    trajectories : DataFrame
        The table `trajectories`, of all roles.
    durations : Series of float or None
        Seconds by call_id; None for the end of the last rated utterance.

    Returns
    -------
    ndarray of float
        Seconds, in the order of `calls`.

    Raises
    ------
    InputError
        If a duration is missing or not greater than 0.
    """
    if durations is None:
        durations = trajectories.groupby("call_id")["end_s"].max()
    length = durations.reindex(calls).to_numpy(dtype=float)
    if (lost := ~(length > 0)).any():
        raise InputError(
            f'{int(lost.sum())} calls have no duration, the first is "{calls[lost][0]}". '
            "Give durations as a Series of seconds by call_id."
        )
    return length


def seconds_in_bins(
    points: pd.DataFrame,
    row: npt.NDArray[np.intp],
    *,
    origin_s: _Floats,
    step_s: _Floats,
    n_bins: int,
) -> tuple[_Floats, _Floats]:
    """Sum seconds, and seconds times estimate, over equal bins.

    Parameters
    ----------
    points : DataFrame
        With start_s, end_s and estimate.
    row : ndarray of int
        To which row of the result each point belongs.
    origin_s, step_s : ndarray of float, shape (n_rows,)
        Second of the call at which the first bin of each row begins, and how
        long its bins are.
    n_bins : int
        Bins a row.

    Returns
    -------
    total, weight : ndarray of float, shape (n_rows, n_bins)
        Sum of seconds times estimate, and of seconds.
    """
    start, end, value = (
        points[name].to_numpy(dtype=float) for name in ("start_s", "end_s", "estimate")
    )
    origin, step = origin_s[row], step_s[row]
    first = np.clip(np.floor((start - origin) / step), 0, n_bins).astype(np.int64)
    last = np.clip(np.ceil((end - origin) / step), 0, n_bins).astype(np.int64)
    spans = np.maximum(last - first, 0)
    of = np.repeat(np.arange(len(points)), spans)
    bins = np.arange(len(of)) - np.repeat(np.cumsum(spans) - spans - first, spans)
    edge = origin[of] + bins * step[of]
    filled = np.minimum(end[of], edge + step[of]) - np.maximum(start[of], edge)
    filled = np.clip(filled, 0.0, None)
    size = len(origin_s) * n_bins
    cell = row[of] * n_bins + bins
    total: _Floats = np.bincount(cell, filled * value[of], minlength=size).astype(np.float64)
    weight: _Floats = np.bincount(cell, filled, minlength=size).astype(np.float64)
    return total.reshape(-1, n_bins), weight.reshape(-1, n_bins)


def thirds_change(binned: pd.DataFrame) -> dict[str, float | int]:
    """Compare the last third of calls with the first, over several calls.

    Parameters
    ----------
    binned : DataFrame
        From `binned_table`, with 3 bins or more.

    Returns
    -------
    dict
        change (mean over calls of last minus first third), ci_low, ci_high
        (95 %, Student's t over calls), n_calls.

    Raises
    ------
    AbstainedError
        If fewer than 8 calls have rated speech in both thirds.

    Examples
    --------
    >>> import pandas as pd
    >>> binned = pd.DataFrame({"call_id": ["a", "a"], "bin": [0, 2],
    ...                        "estimate": [0.0, -0.5], "weight_s": [9.0, 9.0]})
    >>> thirds_change(binned)
    Traceback (most recent call last):
        ...
    workbench.errors.AbstainedError: 1 call has rated speech in its first and last third; ...
    """
    from scipy.special import stdtrit

    n_bins = int(binned["bin"].max()) + 1 if len(binned) else 0
    third = np.digitize((binned["bin"] + 0.5) / max(n_bins, 1), [1 / 3, 2 / 3])
    sums = (
        pd.DataFrame(
            {
                "call_id": binned["call_id"],
                "third": third,
                "total": binned["estimate"] * binned["weight_s"],
                "weight": binned["weight_s"],
            }
        )
        .groupby(["call_id", "third"])[["total", "weight"]]
        .sum()
    )
    mean = (sums["total"] / sums["weight"]).unstack("third").reindex(columns=[0, 2])
    change = (mean[2] - mean[0]).dropna().to_numpy(dtype=float)
    n = len(change)
    if n < 8:
        calls = "call has" if n == 1 else "calls have"
        raise AbstainedError(
            f"{n} {calls} rated speech in its first and last third; 8 are needed to say "
            "whether calls change."
        )
    half = float(stdtrit(n - 1, 0.975)) * float(change.std(ddof=1)) / n**0.5
    middle = float(change.mean())
    return {"change": middle, "ci_low": middle - half, "ci_high": middle + half, "n_calls": n}
