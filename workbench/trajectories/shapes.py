"""Curves with gaps put into groups, and made-up curves of one crowd to hold them against."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

N_STARTS, N_ROUNDS = 5, 25
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Grouped(NamedTuple):
    """Curves in groups.

    Parameters
    ----------
    groups : ndarray of int, shape (n_curves,)
        Group of each curve, from 0.
    centres : ndarray of float, shape (n_groups, n_bins)
        Mean curve of each group.
    spread : float
        Mean squared distance of a curve to its centre over the bins it has.
    """

    groups: _Ints
    centres: _Floats
    spread: float


def distances(curves: _Floats, centres: _Floats) -> _Floats:
    """Measure how far curves are from centres, over the bins that each curve has.

    Parameters
    ----------
    curves : ndarray of float, shape (n_curves, n_bins)
        NaN where nothing was rated.
    centres : ndarray of float, shape (..., n_groups, n_bins)
        Without gaps.

    Returns
    -------
    ndarray of float, shape (..., n_curves, n_groups)
        Mean squared difference; nothing is filled in.

    Examples
    --------
    >>> import numpy as np
    >>> distances(np.array([[0.0, np.nan]]), np.array([[0.5, 9.0]])).item()
    0.25
    """
    known = np.isfinite(curves)
    value, there = np.where(known, curves, 0.0), known.astype(float)
    turned = np.swapaxes(centres, -1, -2)
    squares = (value**2).sum(axis=1)[:, None] - 2 * value @ turned + there @ turned**2
    mean: _Floats = np.maximum(squares, 0.0) / there.sum(axis=1)[:, None]
    return mean


def group_curves(curves: _Floats, n_groups: int, rng: np.random.Generator) -> Grouped:
    """Put curves into groups: k-means that leaves gaps open.

    Parameters
    ----------
    curves : ndarray of float, shape (n_curves, n_bins)
        NaN where nothing was rated; at least one bin a curve.
    n_groups : int
        How many groups.
    rng : Generator
        Source of the beginnings (k-means++), of which the best of five is taken.

    Returns
    -------
    Grouped
        The largest group first.
    """
    known = np.isfinite(curves)
    both = np.concatenate([np.where(known, curves, 0.0), known], axis=1)
    n, n_bins = curves.shape
    middle = both[:, :n_bins].sum(axis=0) / np.maximum(both[:, n_bins:].sum(axis=0), 1)
    squares = (both[:, :n_bins] ** 2).sum(axis=1)
    width = both[:, n_bins:].sum(axis=1)
    centres = _beginnings(np.where(known, curves, middle), n_groups, rng)
    own = np.full((n, N_STARTS), -1)
    for _ in range(N_ROUNDS):
        flat = centres.reshape(-1, n_bins).T
        far = (both @ np.concatenate([-2 * flat, flat**2])).reshape(n, N_STARTS, n_groups)
        before, own = own, far.argmin(axis=2)
        if np.array_equal(own, before):
            break
        member = (own[:, :, None] == np.arange(n_groups)).reshape(n, -1).astype(float)
        sums = (member.T @ both).reshape(N_STARTS, n_groups, 2 * n_bins)
        seen = sums[:, :, n_bins:]
        centres = np.where(seen > 0, sums[:, :, :n_bins] / np.maximum(seen, 1), centres)
    spreads = ((far.min(axis=2) + squares[:, None]) / width[:, None]).mean(axis=0)
    best = int(spreads.argmin())
    order = np.argsort(-np.bincount(own[:, best], minlength=n_groups), kind="stable")
    rank = np.empty(n_groups, dtype=np.int64)
    rank[order] = np.arange(n_groups)
    return Grouped(rank[own[:, best]], centres[best][order], float(spreads[best]))


def _beginnings(filled: _Floats, n_groups: int, rng: np.random.Generator) -> _Floats:
    """Choose curves that are far apart (k-means++), once for each start."""
    n = len(filled)
    chosen = [filled[rng.integers(n, size=N_STARTS)]]
    least = np.full((N_STARTS, n), np.inf)
    own = (filled**2).sum(axis=1)
    for _ in range(n_groups - 1):
        last = chosen[-1]
        far = own - 2 * last @ filled.T + (last**2).sum(axis=1)[:, None]
        least = np.minimum(least, np.maximum(far, 0.0))
        rising = np.cumsum(least, axis=1)
        drawn = rng.random(N_STARTS)[:, None] * rising[:, -1:]
        chosen.append(filled[np.minimum((rising < drawn).sum(axis=1), n - 1)])
    return np.stack(chosen, axis=1)


def agreement_of(one: _Ints, other: _Ints) -> float:
    """Measure how far two groupings of the same curves agree: the adjusted Rand index.

    Parameters
    ----------
    one, other : ndarray of int
        Group of each curve.

    Returns
    -------
    float
        1 for the same groups, 0 as by chance [1]_.

    References
    ----------
    .. [1] Hubert, L., and Arabie, P. (1985). Comparing partitions. Journal of
       Classification 2, 193-218.

    Examples
    --------
    >>> import numpy as np
    >>> agreement_of(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    table = crossed(one, other)

    def pairs(n: npt.NDArray[np.int64]) -> float:
        return float((n * (n - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(np.array([len(one)]))
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def overlap_of(one: _Ints, other: _Ints, n_groups: int) -> _Floats:
    """Measure for each group how well the best group of another grouping covers it.

    Parameters
    ----------
    one, other : ndarray of int
        Group of each curve.
    n_groups : int
        Groups of the first.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        Jaccard: curves in both over curves in either; NaN for a group without
        curves here.

    Examples
    --------
    >>> import numpy as np
    >>> overlap_of(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2).round(2).tolist()
    [0.67, 0.5]
    """
    table = crossed(one, other, n_groups)
    size = table.sum(axis=1)
    either = size[:, None] + table.sum(axis=0)[None, :] - table
    return np.where(size > 0, (table / np.maximum(either, 1)).max(axis=1), np.nan)


def crossed(one: _Ints, other: _Ints, n_groups: int | None = None) -> _Ints:
    """Count the curves in each pair of groups.

    Parameters
    ----------
    one, other : ndarray of int
        Group of each curve.
    n_groups : int, optional
        Groups of the first; by default as many as there are.

    Returns
    -------
    ndarray of int, shape (n_groups, n_other)
        Counts.
    """
    rows = int(one.max()) + 1 if n_groups is None else n_groups
    columns = int(other.max()) + 1
    counts = np.bincount(one * columns + other, minlength=rows * columns)
    return counts.reshape(rows, columns).astype(np.int64)


class Crowd(NamedTuple):
    """One crowd without groups: a cloud with one summit, seen through a scale with two ends.

    Parameters
    ----------
    middle, spread : ndarray of float, shape (n_bins,)
        Of the cloud behind the scale.
    lean : ndarray of float, shape (n_bins,)
        How skewed it is: the logarithms would be normal with this deviation.
    root : ndarray of float, shape (n_bins, n_bins)
        Makes neighbouring bins resemble each other as they do in the curves.
    low, high : float
        Ends of the scale.
    """

    middle: _Floats
    spread: _Floats
    lean: _Floats
    root: _Floats
    low: float
    high: float

    def drawn(self, gaps: npt.NDArray[np.bool_], rng: np.random.Generator) -> _Floats:
        """Make curves of this crowd, with gaps where the real ones have them.

        Parameters
        ----------
        gaps : ndarray of bool, shape (n_curves, n_bins)
            Where nothing was rated.
        rng : Generator
            Source of chance.

        Returns
        -------
        ndarray of float, shape (n_curves, n_bins)
            Curves.
        """
        noise = rng.normal(size=gaps.shape) @ self.root.T
        lean = np.where(np.abs(self.lean) < 0.01, 0.01, self.lean)
        grown = np.exp(lean**2 / 2)
        noise = (np.exp(lean * noise) / grown - 1) / np.sqrt(grown**2 - 1) * np.sign(lean)
        curves = np.clip(self.middle + self.spread * noise, self.low, self.high)
        return np.where(gaps, np.nan, curves)


def crowd_like(curves: _Floats, low: float, high: float, rng: np.random.Generator) -> Crowd:
    """Fit one crowd to curves: the same mean, spread, skew and likeness of bins, but no groups.

    Parameters
    ----------
    curves : ndarray of float, shape (n_curves, n_bins)
        NaN where nothing was rated.
    low, high : float
        Ends of the scale. Where many values lie at an end the cloud reaches
        beyond it.
    rng : Generator
        Source of the curves by which the cloud is fitted.

    Returns
    -------
    Crowd
        To be drawn from.
    """
    mean, spread, skew = _moments(curves)
    likeness = _likeness(curves)
    crowd = Crowd(mean, spread, np.zeros_like(mean), _root(likeness), low, high)
    behind = likeness.copy()
    whole = np.zeros((4000, curves.shape[1]), dtype=bool)
    for _ in range(16):
        made = crowd.drawn(whole, rng)
        mean_made, spread_made, skew_made = _moments(made)
        behind = np.clip(behind + likeness - _likeness(made), -0.98, 0.98)
        crowd = Crowd(
            crowd.middle + mean - mean_made,
            crowd.spread * np.clip(spread / np.maximum(spread_made, 1e-9), 0.5, 2.0),
            np.clip(crowd.lean + 0.15 * (skew - skew_made), -0.8, 0.8),
            _root(behind),
            low,
            high,
        )
    return crowd


def _moments(curves: _Floats) -> tuple[_Floats, _Floats, _Floats]:
    mean, spread = np.nanmean(curves, axis=0), np.nanstd(curves, axis=0)
    skew = np.nanmean((curves - mean) ** 3, axis=0) / np.maximum(spread, 1e-9) ** 3
    return mean, spread, skew


def _likeness(curves: _Floats) -> _Floats:
    """Correlate bins over the curves that have both."""
    known = np.isfinite(curves).astype(float)
    value = np.where(known > 0, curves - np.nanmean(curves, axis=0), 0.0)
    squares = np.sqrt(((value**2).T @ known) * (known.T @ value**2))
    likeness: _Floats = (value.T @ value) / np.maximum(squares, 1e-12)
    return likeness


def _root(likeness: _Floats) -> _Floats:
    symmetric = (likeness + likeness.T) / 2
    np.fill_diagonal(symmetric, 1.0)
    values, vectors = np.linalg.eigh(symmetric)
    root: _Floats = vectors * np.sqrt(np.clip(values, 0.0, None))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    return root
