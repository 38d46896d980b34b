"""The mean over many calls, with a band that knows whose calls resemble each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.jackknife import (
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    cluster_codes,
    jackknife_interval,
)

MIN_CALLS = MIN_CLUSTERS
"""Fewest calls behind a bin that is shown as more than a hint."""

_Floats = npt.NDArray[np.float64]


def call_curves(aligned: pd.DataFrame) -> pd.DataFrame:
    """Give each call one curve, however many events it has.

    Parameters
    ----------
    aligned : DataFrame
        From `aligned_table`.

    Returns
    -------
    DataFrame
        One row a call (index call_id) and one column a bin; NaN where nothing
        was rated. Several events of a call are averaged by their rated seconds.

    Examples
    --------
    >>> import pandas as pd
    >>> aligned = pd.DataFrame({"call_id": "0007", "bin": 0, "estimate": [1.0, 0.0],
    ...                         "weight_s": [3.0, 1.0]})
    >>> call_curves(aligned).loc["0007", 0].item()
    0.75
    """
    call, names = pd.factorize(aligned["call_id"], sort=True)
    n_bins = int(aligned["bin"].max()) + 1
    cell = call * n_bins + aligned["bin"].to_numpy(dtype=np.int64)
    weight = aligned["weight_s"].to_numpy(dtype=float)
    total = weight * aligned["estimate"].fillna(0.0).to_numpy(dtype=float)
    size = len(names) * n_bins
    with np.errstate(invalid="ignore"):
        mean = np.bincount(cell, total, size) / np.bincount(cell, weight, size)
    return pd.DataFrame(
        mean.reshape(-1, n_bins), index=pd.Index(names, name="call_id"), columns=range(n_bins)
    )


def aligned_mean(
    aligned: pd.DataFrame,
    *,
    clusters: pd.Series | None = None,
    min_calls: int = MIN_CALLS,
) -> pd.DataFrame:
    """Average calls bin by bin, with a band over whole agents or customers.

    A call counts once, however long it speaks in the bin. Calls that had ended,
    or had not begun, are not in a bin: where their number falls, the curve is
    about those that were left, not about all.

    Parameters
    ----------
    aligned : DataFrame
        From `aligned_table`.
    clusters : Series of str, optional
        Agent or customer of each call, by call_id: calls of one of them resemble
        each other. Calls without one are left out. Default: each call for
        itself.
    min_calls : int, default 8
        Fewest calls behind a bin that counts.

    Returns
    -------
    DataFrame
        One row a bin: bin, low, high, unit, estimate, ci_low, ci_high (95 %, for
        this bin alone), n_calls (with rated speech), n_running (calls in
        progress), n_clusters, note (why there is no interval), and call_id,
        channel, start_s, end_s of the call nearest to the mean, to be heard.

    Raises
    ------
    InputError
        If no call has a cluster.

    Notes
    -----
    Delete-one-cluster jackknife with Student's t (`jackknife_interval`). It
    holds from 8 clusters on, and says how far another set of agents (customers)
    would differ, not how far other raters would.
    Simulated: 95 % held in 94 to 95 % of projects, with 8 to 30 agents.
    """
    curves, codes, n_clusters = clustered_curves(aligned, clusters)
    running = aligned[aligned["call_id"].isin(curves.index)]
    n_running = running.groupby("bin")["call_id"].nunique()
    edges = aligned.groupby("bin")[["low", "high", "unit"]].first()
    heard = running[running["estimate"].notna()].sort_values("occasion", kind="stable")
    heard = heard.drop_duplicates(["call_id", "bin"])
    what = "clusters" if clusters is None else str(clusters.name or "cluster").removesuffix("_id")
    rows = []
    for number, (low, high, unit) in edges.iterrows():
        value = curves[number].to_numpy(dtype=float)
        known = np.isfinite(value)
        n = int(known.sum())
        mean, interval, n_in = mean_interval(value[known], codes[known], n_clusters)
        note = ""
        if n < min_calls:
            note = f"{n} {'call' if n == 1 else 'calls'}; {min_calls} are needed."
        elif n_in < MIN_CLUSTERS:
            note = f"{n_in} {what}s; {MIN_CLUSTERS} are needed for an interval."
        if n < min_calls:
            interval = NO_INTERVAL
        rows.append(
            {
                "bin": number,
                "low": low,
                "high": high,
                "unit": unit,
                "estimate": mean,
                "ci_low": interval.low,
                "ci_high": interval.high,
                "n_calls": n,
                "n_running": int(n_running.get(number, 0)),
                "n_clusters": n_in,
                "note": note,
                **_typical(heard[heard["bin"] == number], mean),
            }
        )
    return pd.DataFrame(rows).astype({"channel": "Int64"})


def clustered_curves(
    aligned: pd.DataFrame, clusters: pd.Series | None
) -> tuple[pd.DataFrame, npt.NDArray[np.int64], int]:
    """Give each call its curve and the number of its cluster.

    Parameters
    ----------
    aligned : DataFrame
        From `aligned_table`.
    clusters : Series of str or None
        Agent or customer of each call, by call_id.

    Returns
    -------
    curves : DataFrame
        As from `call_curves`, of the calls that have a cluster and any rated bin.
    codes : ndarray of int
        Their clusters, from 0.
    n_clusters : int
        How many there are.

    Raises
    ------
    InputError
        If no call is left.
    """
    curves = call_curves(aligned)
    curves = curves[curves.notna().any(axis=1)]
    if clusters is None:
        return curves, np.arange(len(curves), dtype=np.int64), len(curves)
    own = clusters.reindex(curves.index)
    curves, own = curves[own.notna()], own[own.notna()]
    if curves.empty:
        raise InputError(
            f'No rated call has a value of "{clusters.name}", so that none can be put together. '
            "Choose another cluster, or None to take each call for itself."
        )
    return curves, *cluster_codes(own, what=str(clusters.name or "cluster"))


def mean_interval(
    value: _Floats, codes: npt.NDArray[np.int64], n_clusters: int
) -> tuple[float, Interval, int]:
    """Average over calls, with the jackknife over their clusters.

    Parameters
    ----------
    value : ndarray of float
        One a call.
    codes : ndarray of int
        Cluster of each call.
    n_clusters : int
        Clusters in all.

    Returns
    -------
    mean : float
        NaN without calls.
    interval : Interval
        All NaN below 8 clusters.
    n_in : int
        Clusters that have a call here.
    """
    n = np.bincount(codes, minlength=n_clusters)
    total = np.bincount(codes, value, minlength=n_clusters)
    there = n > 0
    if not there.any():
        return float("nan"), NO_INTERVAL, 0
    mean = float(total.sum() / n.sum())
    if there.sum() < MIN_CLUSTERS:
        return mean, NO_INTERVAL, int(there.sum())
    without = (total.sum() - total[there]) / (n.sum() - n[there])
    return mean, jackknife_interval(mean, without), int(there.sum())


def _typical(heard: pd.DataFrame, mean: float) -> dict[str, object]:
    columns = ["call_id", "channel", "start_s", "end_s"]
    if heard.empty:
        return dict.fromkeys(columns)
    nearest_row = int((heard["estimate"] - mean).abs().to_numpy().argmin())
    return {name: heard[name].iloc[nearest_row] for name in columns}
