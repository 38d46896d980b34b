"""Intervals for rows that belong to two things at once: an agent and a customer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, Interval

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def two_way_interval(
    estimate: float,
    variance: float,
    influence: _Floats,
    codes: _Ints,
    other: _Ints,
    n_clusters: int,
) -> Interval:
    """Add to the variance over one kind of cluster what a second kind adds.

    Parameters
    ----------
    estimate : float
        The statistic.
    variance : float
        Its variance over the first kind, by the jackknife.
    influence : ndarray of float, shape (n,)
        How far each row moves the statistic.
    codes, other : ndarray of int, shape (n,)
        Numbers of each row's cluster of the first and of the second kind.
    n_clusters : int
        The smaller of the two numbers of clusters.

    Returns
    -------
    Interval
        With Student's t on n_clusters - 1.

    Notes
    -----
    The two-way variance is V1 + V2 - V12, where V12 takes rows of one agent and
    one customer as a cluster. V1 is the jackknife's, V2 - V12 the sandwich's; a
    difference below 0 counts as 0, so that the interval is never narrower than
    that over the first kind alone.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.arange(16) // 2
    >>> two_way_interval(0.0, 1.0, np.zeros(16), one, np.arange(16), 8).se
    1.0
    """
    from scipy.special import stdtr, stdtrit

    if n_clusters < MIN_CLUSTERS or not (np.isfinite(variance) and np.isfinite(estimate)):
        return NO_INTERVAL
    both = np.unique(codes.astype(np.int64) * (int(other.max()) + 1) + other, return_inverse=True)
    extra = _sandwich(influence, other) - _sandwich(influence, both[1])
    se = float(np.sqrt(variance + max(extra, 0.0)))
    if se == 0.0:
        return NO_INTERVAL
    half = float(stdtrit(n_clusters - 1, 0.975)) * se
    p = 2.0 * float(stdtr(n_clusters - 1, -abs(estimate) / se))
    return Interval(se, estimate - half, estimate + half, p)


def _sandwich(influence: _Floats, codes: _Ints) -> float:
    sums = np.bincount(codes, influence)
    g = len(sums)
    return float(np.sum(sums**2) * g / max(g - 1, 1))
