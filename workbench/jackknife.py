"""Uncertainty that respects agents and customers: whole clusters are left out, or drawn again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

MIN_CLUSTERS = 8
"""Fewest clusters (agents, customers) from which an interval is made."""

_Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A 95 % interval with its standard error and the p value of "no effect".

    Parameters
    ----------
    se, low, high, p : float
        Standard error, both ends, two-sided p value; NaN if abstained.
    """

    se: float
    low: float
    high: float
    p: float


NO_INTERVAL = Interval(float("nan"), float("nan"), float("nan"), float("nan"))
"""What stands where an interval cannot be given."""


def jackknife_interval(estimate: float, left_out: npt.ArrayLike) -> Interval:
    """Make an interval from estimates that each leave out one cluster.

    The one interval of those tried that kept its promise from 8 agents up
    (simulated coverage .94 to .96 of nominal .95, where the usual
    cluster-robust one had .86): it needs no theory of the statistic, only that
    it can be computed again without one agent.

    Parameters
    ----------
    estimate : float
        The statistic from all data.
    left_out : array of float, shape (n_clusters,)
        The statistic without each cluster in turn.

    Returns
    -------
    Interval
        With Student's t on n_clusters - 1; all NaN below `MIN_CLUSTERS`
        clusters or if a value is not finite.

    Notes
    -----
    V = (G - 1) / G * sum (b_g - b)**2, centred at the estimate [1]_.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. O., and Webb, M. D. (2023). Fast and
       reliable jackknife and bootstrap methods for cluster-robust inference.
       Journal of Applied Econometrics 38, 671-694.

    Examples
    --------
    The mean of 8 clusters of one value each has the textbook standard error:

    >>> import numpy as np
    >>> x = np.arange(8.0)
    >>> without = (x.sum() - x) / 7
    >>> round(jackknife_interval(x.mean(), without).se, 4), round(x.std(ddof=1).item() / 8**0.5, 4)
    (0.866, 0.866)
    """
    from scipy.special import stdtr, stdtrit

    values = np.asarray(left_out, dtype=float)
    g = len(values)
    if g < MIN_CLUSTERS or not (np.isfinite(values).all() and np.isfinite(estimate)):
        return NO_INTERVAL
    se = float(np.sqrt((g - 1) / g * np.sum((values - estimate) ** 2)))
    if se == 0.0:
        return NO_INTERVAL
    half = float(stdtrit(g - 1, 0.975)) * se
    p = 2.0 * float(stdtr(g - 1, -abs(estimate) / se))
    return Interval(se, estimate - half, estimate + half, p)


def cluster_draws(n_clusters: int, draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw whole clusters with replacement, as often as there are clusters.

    Parameters
    ----------
    n_clusters : int
        How many there are; at least 1.
    draws : int
        How many bootstrap samples; at least 1.
    rng : Generator
        Source of the draws.

    Returns
    -------
    ndarray of int, shape (draws, n_clusters)
        How often each cluster is in each sample; every row sums to n_clusters.

    Examples
    --------
    >>> import numpy as np
    >>> cluster_draws(3, 2, np.random.default_rng(0)).sum(axis=1)
    array([3, 3])
    """
    if n_clusters < 1 or draws < 1:
        raise InputError(
            f"A bootstrap needs at least 1 cluster and 1 draw; {n_clusters} and {draws} came."
        )
    picked = rng.integers(n_clusters, size=(draws, n_clusters))
    flat = picked + np.arange(draws)[:, None] * n_clusters
    counts = np.bincount(flat.ravel(), minlength=draws * n_clusters)
    return counts.reshape(draws, n_clusters).astype(np.int64)


def cluster_codes(
    cluster: pd.Series, *, what: str = "cluster"
) -> tuple[npt.NDArray[np.int64], int]:
    """Give every cluster a number, refusing rows that belong to none.

    Parameters
    ----------
    cluster : Series
        Id of the agent or customer of each row.
    what : str, default "cluster"
        How the message calls it.

    Returns
    -------
    codes : ndarray of int
        Number of each row's cluster, from 0.
    n_clusters : int
        How many there are.

    Raises
    ------
    InputError
        If a row has none: a gap must not silently become a cluster of its own.
    """
    gaps = int(cluster.isna().sum())
    if gaps:
        raise InputError(
            f"{gaps} of {len(cluster)} rows have no {what}, and rows without one are not a group. "
            "Leave them out first."
        )
    codes, names = pd.factorize(cluster, sort=True)
    return codes.astype(np.int64), len(names)
