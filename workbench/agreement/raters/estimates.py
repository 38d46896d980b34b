"""Figures a rater with intervals: the jackknife over calls, and what stands after many tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.false_discovery import adjusted_p_values

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Statistic = Callable[[Floats], Floats]

MIN_CALLS = 6
"""Below this many calls (or utterances, where no calls are known) there is no interval."""


class Estimate(NamedTuple):
    """Figures of all raters.

    Parameters
    ----------
    value, se, low, high, p : ndarray of float, shape (n_raters, n_figures)
        The figure, its standard error, both ends of the 95 % interval, and the
        probability of a figure at least so far from nothing by chance; NaN where
        there are too few calls.
    n_clusters : ndarray of int, shape (n_raters,)
        How many calls are behind it.
    """

    value: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    n_clusters: Ints


def sums(code: Ints, n: int, parts: Floats) -> Floats:
    """Add up rows of the same code.

    Parameters
    ----------
    code : ndarray of int, shape (n_rows,)
        From 0.
    n : int
        How many codes there are.
    parts : ndarray of float, shape (n_rows, n_parts)
        What is added up.

    Returns
    -------
    ndarray of float, shape (n, n_parts)
        The sums.
    """
    out = np.empty((n, parts.shape[1]))
    for k in range(parts.shape[1]):
        out[:, k] = np.bincount(code, parts[:, k], minlength=n)
    return out


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by.

    Parameters
    ----------
    above, below : ndarray of float
        Of the same shape.

    Returns
    -------
    ndarray of float
        The ratios.
    """
    out = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=out, where=np.abs(below) > 1e-12)
    return out


def jackknife(
    full: Floats, left: Floats, owner: Ints, statistic: Statistic, *, lost: Ints | int = 1
) -> Estimate:
    """Estimate with the spread that leaving out one call at a time shows.

    Parameters
    ----------
    full : ndarray of float, shape (n_raters, n_parts)
        Sums of each rater.
    left : ndarray of float, shape (n_cells, n_parts)
        The same without one call, a row for each call of each rater.
    owner : ndarray of int, shape (n_cells,)
        Whose row it is.
    statistic : callable
        Gives the figures of sums: shape (n, n_parts) to (n, n_figures).
    lost : int or ndarray of int
        Degrees of freedom that the figure uses up.

    Returns
    -------
    Estimate
        With Student's t.
    """
    from scipy.special import stdtr, stdtrit

    n = len(full)
    value, without = statistic(full), statistic(left)
    count = np.bincount(owner, minlength=n).astype(np.int64)
    mean = sums(owner, n, without) / np.maximum(count, 1)[:, None]
    squares = sums(owner, n, np.square(without - mean[owner]))
    freedom = count - lost
    enough = (count >= MIN_CALLS) & (freedom >= 2)
    share = (count - 1) / np.maximum(count, 1)
    se = np.where(enough[:, None], np.sqrt(share[:, None] * squares), np.nan)
    steps = np.maximum(freedom, 2)[:, None]
    half = stdtrit(steps, 0.975) * se
    some = se > 1e-9
    t = np.abs(np.divide(value, se, out=np.full(value.shape, np.inf), where=some))
    p = np.where(some, 2 * stdtr(steps, -t), np.where(np.abs(value) > 1e-9, 0.0, 1.0))
    p = np.where(np.isnan(se) | np.isnan(value), np.nan, p)
    return Estimate(value, se, value - half, value + half, p, count)


def over_calls(
    rater: Ints, call: Ints, parts: Floats, n_raters: int, statistic: Statistic
) -> Estimate:
    """Estimate figures of sums over ratings, a rater at a time, calls left out in turn.

    Parameters
    ----------
    rater, call : ndarray of int, shape (n_rows,)
        Codes.
    parts : ndarray of float, shape (n_rows, n_parts)
        What each rating adds.
    n_raters : int
        How many raters there are.
    statistic : callable
        As in `jackknife`.

    Returns
    -------
    Estimate
        One row a rater.
    """
    n_calls = int(call.max(initial=0)) + 1
    cells, cell = np.unique(rater * n_calls + call, return_inverse=True)
    owner = cells // n_calls
    own = sums(cell.astype(np.int64), len(cells), parts)
    full = sums(owner, n_raters, own)
    return jackknife(full, full[owner] - own, owner, statistic)


def exchanged_p(rater: Ints, given: Floats, share: Floats, n_raters: int) -> Floats:
    """Ask how likely a count is if the answers had been dealt out among the same raters.

    Parameters
    ----------
    rater : ndarray of int, shape (n_rows,)
        Codes.
    given : ndarray of float, shape (n_rows, n_figures)
        1 where the rater gave the answer, else 0.
    share : ndarray of float, shape (n_rows, n_figures)
        Share of all who judged the utterance (the rater too) that gave it.
    n_raters : int
        How many raters there are.

    Returns
    -------
    ndarray of float, shape (n_raters, n_figures)
        Two-sided, normal with a correction for whole counts. It does not know
        of calls, but stays honest where counts are small, which the jackknife
        does not.
    """
    from scipy.special import ndtr

    away = np.abs(sums(rater, n_raters, given - share))
    spread = np.sqrt(sums(rater, n_raters, share * (1 - share)))
    z = np.maximum(away - 0.5, 0.0) / np.maximum(spread, 1e-12)
    return np.asarray(2 * ndtr(-z), dtype=np.float64)


def adjusted(p: Floats, weight: Floats | None = None) -> Floats:
    """Raise probabilities so that the share of false findings is controlled.

    Parameters
    ----------
    p : ndarray of float
        Probabilities; NaN where nothing was tested.
    weight : ndarray of float, optional
        How much of the room for error each test has; only ratios matter.

    Returns
    -------
    ndarray of float
        Benjamini and Hochberg's, weighted as by Genovese and others, in the
        same places.
    """
    out = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    own = p[tested]
    if weight is not None:
        own = own * weight[tested].sum() / (max(len(tested), 1) * weight[tested])
    out[tested] = adjusted_p_values(np.minimum(own, 1.0))
    return out


def wilson(heard: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Give Wilson's 95 % interval of a share.

    Parameters
    ----------
    heard, n : ndarray of float
        How often, of how many.

    Returns
    -------
    low, high : ndarray of float
        NaN where n is 0.
    """
    z = 1.959963984540054
    share = ratio(heard, n)
    middle = (heard + z**2 / 2) / (n + z**2)
    inside = np.maximum(n * share * (1 - share), 0.0) + z**2 / 4
    half = z / (n + z**2) * np.sqrt(inside)
    return middle - half, middle + half
