"""Intervals for rows that belong to two things at once: an agent and a customer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, Interval

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def two_way_intervals(
    estimates: _Floats, variances: _Floats, influences: _Floats, codes: _Ints, other: _Ints
) -> list[Interval]:
    """Add to variances over one kind of cluster what a second kind adds.

    Parameters
    ----------
    estimates : ndarray of float, shape (m,)
        The statistics.
    variances : ndarray of float, shape (m,)
        Their variances over the first kind, by the jackknife.
    influences : ndarray of float, shape (n, m)
        How far each row moves each statistic.
    codes, other : ndarray of int, shape (n,)
        Numbers of each row's cluster of the first and of the second kind, from 0.

    Returns
    -------
    list of Interval
        With Student's t on the smaller number of clusters less one; NaN below 8.

    Notes
    -----
    The two-way variance is V1 + V2 - V12, where V12 takes rows of one agent and
    one customer as a cluster. V1 is the jackknife's, V2 - V12 the sandwich's; a
    difference below 0 counts as 0, so that the interval is never narrower than
    that over the first kind alone.

    Examples
    --------
    >>> import numpy as np
    >>> one, other = np.arange(16) // 2, np.arange(16) % 8
    >>> two_way_intervals(np.zeros(1), np.ones(1), np.zeros((16, 1)), one, other)[0].se
    1.0
    """
    from scipy.special import stdtr, stdtrit

    g = min(int(codes.max()), int(other.max())) + 1
    if g < MIN_CLUSTERS:
        return [NO_INTERVAL] * len(estimates)
    pairs = codes.astype(np.int64) * (int(other.max()) + 1) + other
    both = np.unique(pairs, return_inverse=True)[1]
    extra = sandwich(influences, other) - sandwich(influences, both)
    found = []
    for estimate, se in zip(estimates, np.sqrt(variances + np.maximum(extra, 0.0)), strict=True):
        if not (np.isfinite(se) and np.isfinite(estimate)) or se == 0.0:
            found.append(NO_INTERVAL)
            continue
        half = float(stdtrit(g - 1, 0.975)) * float(se)
        p = 2.0 * float(stdtr(g - 1, -abs(estimate) / se))
        found.append(Interval(float(se), float(estimate) - half, float(estimate) + half, p))
    return found


def sandwich(influences: _Floats, codes: _Ints) -> _Floats:
    """Give the cluster-robust variance of statistics from the influence of rows.

    Parameters
    ----------
    influences : ndarray of float, shape (n, m)
        How far each row moves each statistic.
    codes : ndarray of int, shape (n,)
        Number of each row's cluster, from 0.

    Returns
    -------
    ndarray of float, shape (m,)
        With the usual factor G / (G - 1).

    Examples
    --------
    >>> import numpy as np
    >>> sandwich(np.array([[1.0], [-1.0]]), np.array([0, 1]))
    array([4.])
    """
    g = int(codes.max()) + 1
    squares = [np.sum(np.bincount(codes, column, minlength=g) ** 2) for column in influences.T]
    return np.array(squares) * g / max(g - 1, 1)
