"""How different two values are, summed over the pairs of an utterance and over all pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_Between = Callable[[_Floats, _Floats], _Floats]

MOST_VALUES = 10_000
"""Distinct values of which every pair is still compared: a few seconds."""

TABLE_VALUES = 2_000
"""Distinct values whose distances are kept in a table (32 MB)."""

Sums = tuple[_Floats, _Floats]
"""For each utterance: half-weighted disagreement inside it, and mean distance to all others."""


def _summed(item: _Ints, of_rating: npt.ArrayLike, n_items: int) -> _Floats:
    weights = np.asarray(of_rating, dtype=np.float64)
    return np.asarray(np.bincount(item, weights, minlength=n_items), dtype=np.float64)


def nominal_sums(code: _Ints, item: _Ints, n_per_item: _Ints) -> Sums:
    """Sum distances that are 0 for equal values and 1 for others.

    Parameters
    ----------
    code : ndarray of int, shape (n_ratings,)
        Code of each value, from 0.
    item : ndarray of int, shape (n_ratings,)
        Code of each rating's utterance.
    n_per_item : ndarray of int, shape (n_items,)
        Ratings of each utterance; 2 or more.

    Returns
    -------
    observed, expected : ndarray of float, shape (n_items,)
        Sum of d over the ordered pairs of the utterance, over its ratings less
        one; sum over its ratings of the mean distance to all other ratings.
    """
    n_items, n_codes, n = len(n_per_item), int(code.max()) + 1, len(code)
    cells = item * n_codes + code
    if n_items * n_codes <= 8 * n:
        counts = np.bincount(cells, minlength=n_items * n_codes).reshape(n_items, n_codes)
        equal = np.einsum("ik,ik->i", counts, counts)
    else:
        cell, count = np.unique(cells, return_counts=True)
        equal = _summed(cell // n_codes, count.astype(np.float64) ** 2, n_items)
    observed = (n_per_item**2 - equal) / (n_per_item - 1)
    like = np.bincount(code)
    expected = _summed(item, ((n - like) / (n - 1))[code], n_items)
    return observed, expected


def squared_sums(features: _Floats, item: _Ints, n_per_item: _Ints) -> Sums:
    """Sum squared distances between features, in closed form.

    Parameters
    ----------
    features : ndarray of float, shape (n_ratings, n_features)
        Where each value lies: the number itself, the shares, or their roots.
    item, n_per_item : ndarray of int
        As in `nominal_sums`.

    Returns
    -------
    observed, expected : ndarray of float, shape (n_items,)
        As from `nominal_sums`.
    """
    features = features - features.mean(axis=0)
    n, n_items = len(features), len(n_per_item)
    squares = _summed(item, (features**2).sum(axis=1), n_items)
    sums = np.column_stack([_summed(item, part, n_items) for part in features.T])
    observed = 2 * (n_per_item * squares - (sums**2).sum(axis=1)) / (n_per_item - 1)
    # the features are centred, so their grand sum is 0
    expected = (n * squares + n_per_item * squares.sum()) / (n - 1)
    return np.maximum(observed, 0.0), expected


def ordinal_sums(code: _Ints, item: _Ints, n_per_item: _Ints) -> Sums:
    """Sum Krippendorff's ordinal distances: squared differences of mean ranks.

    The ranks come from the ratings themselves, so a resampled utterance also
    moves them; what that does to both sums is in them to first order, and cancels
    over all utterances.

    Parameters
    ----------
    code : ndarray of int, shape (n_ratings,)
        Place of each value in the order, from 0.
    item, n_per_item : ndarray of int
        As in `nominal_sums`.

    Returns
    -------
    observed, expected : ndarray of float, shape (n_items,)
        As from `nominal_sums`.
    """
    n, n_items = len(code), len(n_per_item)
    count = np.bincount(code).astype(np.float64)
    rank = (np.cumsum(count) - count / 2) / n
    ranks = rank[code]
    observed, expected = squared_sums(ranks[:, None], item, n_per_item)
    total = _summed(item, ranks, n_items)
    from_others = ranks - (total[item] - ranks) / (n_per_item[item] - 1)
    slope_observed = 4 * _summed(code, from_others, len(count))
    slope_expected = 4 * count * (n * rank - ranks.sum()) / (n - 1)
    moved = [
        _summed(item, _pull(slope, rank)[code], n_items)
        for slope in (slope_observed, slope_expected)
    ]
    return observed + moved[0] / n, expected + moved[1] / (2 * n)


def _pull(slope: _Floats, rank: _Floats) -> _Floats:
    """Say how one more rating of each value moves a sum through the ranks."""
    above = slope.sum() - np.cumsum(slope)
    pull: _Floats = above + slope / 2 - (slope * rank).sum()
    return pull


def absolute_sums(features: _Floats, item: _Ints, n_per_item: _Ints) -> Sums:
    """Sum absolute distances between features; all pairs by sorting.

    Parameters
    ----------
    features : ndarray of float, shape (n_ratings, n_features)
        Where each value lies.
    item, n_per_item : ndarray of int
        As in `nominal_sums`.

    Returns
    -------
    observed, expected : ndarray of float, shape (n_items,)
        As from `nominal_sums`.
    """
    n = len(features)
    to_all = np.zeros(n)
    for part in features.T:
        order = np.argsort(part, kind="stable")
        ranked = part[order]
        below = np.cumsum(ranked)
        place = np.arange(1, n + 1)
        to_all[order] += (2 * place - n) * ranked - 2 * below + below[-1]
    expected = _summed(item, to_all / (n - 1), len(n_per_item))

    def apart(i: _Ints, j: _Ints) -> _Floats:
        far: _Floats = np.abs(features[i] - features[j]).sum(axis=1)
        return far

    return _inside(apart, item, n_per_item), expected


def pairwise_sums(
    features: _Floats, code: _Ints, between: _Between, item: _Ints, n_per_item: _Ints
) -> Sums:
    """Sum any distance, by comparing each pair of distinct values once.

    Parameters
    ----------
    features : ndarray of float, shape (n_values, n_features)
        The distinct values.
    code : ndarray of int, shape (n_ratings,)
        Which of them each rating gave.
    between : callable
        Distance of features, over the last axis, with broadcasting.
    item, n_per_item : ndarray of int
        As in `nominal_sums`.

    Returns
    -------
    observed, expected : ndarray of float, shape (n_items,)
        As from `nominal_sums`.

    Raises
    ------
    InputError
        Above `MOST_VALUES` distinct values.
    """
    n_values, n_features = features.shape
    if n_values > MOST_VALUES:
        raise InputError(
            f"This distance compares every pair of values, at most {MOST_VALUES} different ones; "
            f'{n_values} came. Round them, or choose level="interval", for mixtures '
            'distance="energy".'
        )
    count = np.bincount(code, minlength=n_values).astype(np.float64)
    table = np.empty((n_values, n_values)) if n_values <= TABLE_VALUES else None
    to_all = np.empty(n_values)
    at_once = max(1, 4_000_000 // (n_values * n_features))
    for start in range(0, n_values, at_once):
        some = slice(start, start + at_once)
        far = between(features[some, None, :], features[None, :, :])
        to_all[some] = far @ count
        if table is not None:
            table[some] = far
    expected = _summed(item, to_all[code] / (len(code) - 1), len(n_per_item))

    def apart(i: _Ints, j: _Ints) -> _Floats:
        if table is not None:
            kept: _Floats = table[code[i], code[j]]
            return kept
        return between(features[code[i]], features[code[j]])

    return _inside(apart, item, n_per_item), expected


def _inside(apart: Callable[[_Ints, _Ints], _Floats], item: _Ints, n_per_item: _Ints) -> _Floats:
    order = np.argsort(item, kind="stable")
    ordered = item[order]
    summed = np.zeros(len(n_per_item))
    for lag in range(1, int(n_per_item.max())):
        same = np.flatnonzero(ordered[lag:] == ordered[:-lag])
        far = apart(order[same], order[same + lag])
        summed += _summed(ordered[same], far, len(n_per_item))
    observed: _Floats = 2 * summed / (n_per_item - 1)
    return observed


def masi(a: _Floats, b: _Floats) -> _Floats:
    """Compare sets as MASI does: 1 - Jaccard x how one contains the other.

    Parameters
    ----------
    a, b : ndarray of float, shape (..., n_tags)
        1 for the tags of each set, else 0.

    Returns
    -------
    ndarray of float
        0..1; 0 for two empty sets.

    References
    ----------
    .. [1] Passonneau, R. (2006). Measuring agreement on set-valued items (MASI)
       for semantic and pragmatic annotation. Proc. LREC, 831-836.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(masi(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]))), 6)
    0.666667
    """
    shared, size_a, size_b = np.einsum("...t,...t->...", a, b), a.sum(axis=-1), b.sum(axis=-1)
    union = size_a + size_b - shared
    smaller, larger = np.minimum(size_a, size_b), np.maximum(size_a, size_b)
    kind = np.where(shared == larger, 1.0, np.where(shared == smaller, 2 / 3, 1 / 3))
    kind = np.where(shared == 0, 0.0, kind)
    far: _Floats = 1 - np.where(union == 0, 1.0, kind * shared / np.maximum(union, 1))
    return far


def jaccard(a: _Floats, b: _Floats) -> _Floats:
    """Compare sets by the share of their tags that both have.

    Parameters
    ----------
    a, b : ndarray of float, shape (..., n_tags)
        1 for the tags of each set, else 0.

    Returns
    -------
    ndarray of float
        0..1; 0 for two empty sets.
    """
    shared = np.einsum("...t,...t->...", a, b)
    union = a.sum(axis=-1) + b.sum(axis=-1) - shared
    far: _Floats = 1 - np.where(union == 0, 1.0, shared / np.maximum(union, 1))
    return far


def ratio(a: _Floats, b: _Floats) -> _Floats:
    """Compare numbers by their difference in relation to their sum, squared.

    Parameters
    ----------
    a, b : ndarray of float, shape (..., 1)
        Numbers from 0 up.

    Returns
    -------
    ndarray of float
        0..1; 0 for two zeros.
    """
    total = a + b
    far: _Floats = (((a - b) / np.where(total == 0, 1.0, total)) ** 2)[..., 0]
    return far


def jensen_shannon(a: _Floats, b: _Floats) -> _Floats:
    """Compare mixtures by their Jensen-Shannon divergence.

    Parameters
    ----------
    a, b : ndarray of float, shape (..., n_tags)
        Shares that sum to 1.

    Returns
    -------
    ndarray of float
        Bits, 0..1.
    """
    from scipy.special import entr

    far: _Floats = entr((a + b) / 2).sum(-1) - (entr(a).sum(-1) + entr(b).sum(-1)) / 2
    bits: _Floats = np.maximum(far, 0.0) / np.log(2)
    return bits
