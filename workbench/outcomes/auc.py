"""How well a score tells calls with an event from calls without: AUC, clustered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import MIN_CLUSTERS, cluster_codes, cluster_draws

_ROWS_AT_ONCE = 4_000_000

_Floats = npt.NDArray[np.float64]


def auc_table(
    score: npt.ArrayLike,
    event: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    draws: int = 2000,
    rng: np.random.Generator | None = None,
    cluster_name: str = "customer",
) -> pd.DataFrame:
    """Measure how often a call with the event has the higher score, with an interval.

    The AUC is the chance that, of two calls drawn one from each side, the one
    with the event has the higher score; ties count half. 0.5 is a coin. It says
    nothing about how many alarms would be right, which depends on how rare the
    event is. Calls of one customer resemble each other, so whole customers are
    drawn again for the interval.

    Parameters
    ----------
    score : array of float, shape (n,)
        For example the share of dissatisfied time; calls without a score are
        left out.
    event : array of bool, shape (n,)
        Whether it happened; calls where this is not known are left out.
    cluster : array, shape (n,)
        Customer (or agent) of each call.
    draws : int, default 2000
        Bootstrap samples.
    rng : Generator, optional
        Source of the draws; default `numpy.random.default_rng(0)`.
    cluster_name : str, default "customer"
        What the clusters are, for the sentences.

    Returns
    -------
    DataFrame
        One row: auc, ci_low, ci_high (2.5 and 97.5 percentiles), n_calls,
        n_events, n_clusters, n_draws (that held both kinds of calls), method,
        note. Below 8 clusters, or where the score carries no information, there
        is no interval and `note` says why.

    Notes
    -----
    Simulated coverage .95 from about 30 events on, .91 to .93 below; the figures of
    `workbench.outcomes.early_warning` have intervals that hold from 8 events on.

    Raises
    ------
    InputError
        If the lengths differ, a cluster is missing or `event` is not yes or no.
    AbstainedError
        If no call has the event, or all have it.

    Examples
    --------
    >>> score = [0.1, 0.4, 0.35, 0.8]
    >>> auc_table(score, [0, 0, 1, 1], ["a", "b", "c", "d"])["auc"].item()
    0.75
    """
    rows = pd.DataFrame({"score": _column(score), "event": _column(event)})
    clusters = _column(cluster)
    if len(clusters) != len(rows):
        raise InputError(
            f"Score, event and cluster belong together, but {len(rows)} scores and "
            f"{len(clusters)} clusters came."
        )
    rows = rows.assign(cluster=clusters).dropna(subset=["score", "event"])
    known = set(rows["event"].unique()) - {0, 1}
    if known:
        raise InputError(f"An event is yes or no (1 or 0); {min(known, key=str)} came.")
    values = rows["score"].to_numpy(dtype=float)
    happened = rows["event"].to_numpy(dtype=bool)
    codes, g = cluster_codes(rows["cluster"], what=cluster_name)
    n, n_events = len(rows), int(happened.sum())
    if n_events in (0, n):
        raise AbstainedError(
            f"{n_events} of {n} calls have the event; an AUC needs calls on both sides."
        )
    estimate = float(weighted_auc(values, happened, np.ones((1, n)))[0])
    low = high = float("nan")
    n_draws = 0
    note = ""
    if np.ptp(values) == 0:
        note = "The score is the same for all calls: it carries no information."
    elif g < MIN_CLUSTERS:
        note = (
            f"No interval: {g} {cluster_name}s are too few to tell how much another set of "
            f"{cluster_name}s would differ; {MIN_CLUSTERS} are needed."
        )
    else:
        rng = np.random.default_rng(0) if rng is None else rng
        drawn = _bootstrap(values, happened, codes, cluster_draws(g, draws, rng))
        n_draws = len(drawn)
        low, high = (float(x) for x in np.quantile(drawn, [0.025, 0.975]))
        if low == high:
            low = high = float("nan")
            note = "Every draw gives the same figure: no information about its spread."
    return pd.DataFrame(
        [
            {
                "auc": estimate,
                "ci_low": low,
                "ci_high": high,
                "n_calls": n,
                "n_events": n_events,
                "n_clusters": g,
                "n_draws": n_draws,
                "method": f"rank AUC, bootstrap of {cluster_name}s, percentiles",
                "note": note,
            }
        ]
    )


def _column(values: npt.ArrayLike) -> pd.Series:
    return pd.Series(values).reset_index(drop=True)


def _bootstrap(
    values: _Floats,
    happened: npt.NDArray[np.bool_],
    codes: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> _Floats:
    parts = []
    step = max(1, _ROWS_AT_ONCE // len(values))
    for first in range(0, len(counts), step):
        weights = counts[first : first + step][:, codes].astype(float)
        parts.append(weighted_auc(values, happened, weights))
    drawn = np.concatenate(parts)
    return drawn[np.isfinite(drawn)]


def weighted_auc(values: _Floats, happened: npt.NDArray[np.bool_], weights: _Floats) -> _Floats:
    """Compute the AUC for every row of weights at once.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Scores.
    happened : ndarray of bool, shape (n,)
        Whether the event happened.
    weights : ndarray of float, shape (m, n)
        How much each call counts in each AUC.

    Returns
    -------
    ndarray of float, shape (m,)
        NaN where a side is empty.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    weights = weights[:, order]
    with_event = np.add.reduceat(weights * happened[order], starts, axis=1)
    without = np.add.reduceat(weights * ~happened[order], starts, axis=1)
    below = np.cumsum(without, axis=1) - without
    wins = (with_event * (below + without / 2)).sum(axis=1)
    pairs = with_event.sum(axis=1) * without.sum(axis=1)
    out: _Floats = np.full(len(pairs), np.nan)
    np.divide(wins, pairs, out=out, where=pairs > 0)
    return out
