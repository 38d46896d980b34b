"""Calls of different lengths side by side: equally many bins each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.trajectories.points import points_of


def binned_table(
    trajectories: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    n_bins: int = 20,
    durations: pd.Series | None = None,
) -> pd.DataFrame:
    """Cut every call into equally long bins and average a variable in each.

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
    if durations is None:
        durations = trajectories.groupby("call_id")["end_s"].max()
    call, names = pd.factorize(points["call_id"], sort=True)
    length = durations.reindex(names).to_numpy(dtype=float)
    if (lost := ~(length > 0)).any():
        raise InputError(
            f'{int(lost.sum())} calls have no duration, the first is "{names[lost][0]}". '
            "Give durations as a Series of seconds by call_id."
        )
    width = (length / n_bins)[call][:, None]
    start, end = (points[c].to_numpy(dtype=float)[:, None] for c in ("start_s", "end_s"))
    edges = np.arange(n_bins)[None, :] * width
    filled = np.clip(np.minimum(end, edges + width) - np.maximum(start, edges), 0.0, None)
    cell = (call[:, None] * n_bins + np.arange(n_bins)[None, :]).ravel()
    size = len(names) * n_bins
    weight = np.bincount(cell, filled.ravel(), minlength=size)
    value = points["estimate"].to_numpy(dtype=float)[:, None]
    total = np.bincount(cell, (filled * value).ravel(), minlength=size)
    at = np.flatnonzero(weight > 0)
    channel = points.groupby(call)["channel"].first()
    step = (length / n_bins)[at // n_bins]
    return pd.DataFrame(
        {
            "call_id": names.take(at // n_bins),
            "channel": channel.reindex(at // n_bins).to_numpy(),
            "bin": at % n_bins,
            "start_s": at % n_bins * step,
            "end_s": (at % n_bins + 1) * step,
            "estimate": total[at] / weight[at],
            "weight_s": weight[at],
        }
    ).astype({"channel": "Int64"})


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
