"""Squares of ratings between utterances, between raters, and what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.agreement.designs import Design

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class MeanSquares(NamedTuple):
    """Mean squares of all ratings, and of all without each call in turn.

    Parameters
    ----------
    items, error : ndarray of float, shape (1 + n_clusters,)
        Mean square between utterances, and what is left: first of all ratings,
        then without the first call, without the second, and so on.
    per_item : ndarray of float, shape (1 + n_clusters,)
        How many times the variance between utterances the first of them holds,
        beside the error; on a complete design the number of raters.
    raters : float
        Mean square between raters, of all ratings; NaN where raters are unknown.
    df_raters : int
        Its degrees of freedom.
    per_rater : float
        How many times the variance between raters it holds, beside the error; on
        a complete design the number of utterances.
    """

    items: _Floats
    error: _Floats
    per_item: _Floats
    raters: float = np.nan
    df_raters: int = 0
    per_rater: float = np.nan


def one_way(design: Design, value: _Floats) -> MeanSquares:
    """Split squares between and within utterances; who rated does not matter.

    Parameters
    ----------
    design : Design
        Which rating is of which utterance; each utterance has two or more.
    value : ndarray of float, shape (n_ratings,)
        The values.

    Returns
    -------
    MeanSquares
        On a complete design BMS and WMS of Shrout and Fleiss (1979).
    """
    n = design.n_per_item.astype(np.float64)
    total, squares = _per(design.item, value, len(n)), _per(design.item, value**2, len(n))
    parts = np.stack([np.ones_like(n), n, n**2, total, total**2 / n, squares], axis=1)
    items, ratings, n_squared, summed, of_items, squared = _without_each(design, parts).T
    return MeanSquares(
        (of_items - summed**2 / ratings) / (items - 1),
        (squared - of_items) / (ratings - items),
        (ratings - n_squared / ratings) / (items - 1),
    )


def two_way(design: Design, value: _Floats) -> MeanSquares | None:
    """Split squares between utterances, between raters and what is left.

    Constants of utterances and raters are fitted together by least squares
    (Henderson's method III), so that a rater who heard only angry calls is not
    taken for one who exaggerates.

    Parameters
    ----------
    design : Design
        Who rated what; each utterance has two ratings or more.
    value : ndarray of float, shape (n_ratings,)
        The values.

    Returns
    -------
    MeanSquares or None
        On a complete design BMS, EMS and JMS of Shrout and Fleiss (1979). None
        if nothing is left for the error because raters share too few utterances.

    Notes
    -----
    Without a call, the raters' constants of all ratings are used: they minimise
    the error, so leaving a call out changes it by them in second order only.
    """
    n_items, n_raters, n = len(design.items), len(design.raters), len(value)
    constants, n_parts = _rater_constants(design, value)
    if n - n_items - n_raters + n_parts < 1:
        return None
    left = _squares_within(design, value - constants[design.rater])
    parts = np.stack([np.ones(n_items), design.n_per_item.astype(np.float64), left], axis=1)
    items, ratings, error = _without_each(design, parts).T
    raters, of_raters = _raters_without_each(design, value)
    squares = _per(np.zeros(n, dtype=np.int64), value**2, 1)[0]
    own = _per(design.cluster[design.item], value**2, len(design.clusters))
    reduced = squares - np.r_[0.0, own] - of_raters
    explained = float(_squares_within(design, value).sum() - error[0])
    df_items, df_raters = items - n_parts, n_raters - n_parts
    return MeanSquares(
        (reduced - error) / df_items,
        error / np.maximum(ratings - items - raters + n_parts, 1.0),
        (ratings - raters) / df_items,
        explained / df_raters if df_raters else np.nan,
        df_raters,
        (n - n_items) / df_raters if df_raters else np.nan,
    )


def _per(code: _Ints, value: _Floats, n: int) -> _Floats:
    return np.bincount(code, value, minlength=n).astype(np.float64)


def _squares_within(design: Design, value: _Floats) -> _Floats:
    n = design.n_per_item
    mean = _per(design.item, value, len(n)) / n
    return _per(design.item, (value - mean[design.item]) ** 2, len(n))


def _without_each(design: Design, parts: _Floats) -> _Floats:
    """Sum parts of the items: of all, then without each cluster in turn."""
    columns = [_per(design.cluster, part, len(design.clusters)) for part in parts.T]
    own = np.stack(columns, axis=1)
    without: _Floats = np.concatenate([np.zeros((1, own.shape[1])), -own]) + own.sum(axis=0)
    return without


def _rater_constants(design: Design, value: _Floats) -> tuple[_Floats, int]:
    """Fit what each rater adds; also count the groups of raters that share no utterance."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n_items, n_raters = len(design.items), len(design.raters)
    cells = csr_array((np.ones(len(value)), (design.item, design.rater)), shape=(n_items, n_raters))
    n = design.n_per_item
    shared = (cells.T @ (csr_array((1.0 / n, (range(n_items),) * 2)) @ cells)).toarray()
    n_parts, part = connected_components(csr_array(shared), directed=False)
    normal = np.diag(_per(design.rater, np.ones(len(value)), n_raters)) - shared
    normal += part[:, None] == part[None, :]
    mean = _per(design.item, value, n_items) / n
    right = _per(design.rater, value - mean[design.item], n_raters)
    constants: _Floats = np.linalg.solve(normal, right).astype(np.float64)
    return constants, int(n_parts)


def _raters_without_each(design: Design, value: _Floats) -> tuple[_Floats, _Floats]:
    """Count raters and sum their squared totals over their n: of all, then without each cluster."""
    n_raters, n_clusters = len(design.raters), len(design.clusters)
    pair, place = np.unique(
        design.cluster[design.item] * n_raters + design.rater, return_inverse=True
    )
    cluster, rater = pair // n_raters, pair % n_raters
    n, total = (
        _per(design.rater, np.ones(len(value)), n_raters),
        _per(design.rater, value, n_raters),
    )
    n_own, own = _per(place, np.ones(len(value)), len(pair)), _per(place, value, len(pair))
    n_rest = n[rater] - n_own
    rest = np.where(n_rest > 0, (total[rater] - own) ** 2 / np.maximum(n_rest, 1.0), 0.0)
    whole = total**2 / n
    gone = _per(cluster, (n_rest == 0).astype(np.float64), n_clusters)
    change = _per(cluster, rest - whole[rater], n_clusters)
    return n_raters - np.r_[0.0, gone], whole.sum() + np.r_[0.0, change]
