"""How often the tag is truly there in a call: a prior for each call, learned from all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.outcomes.rater_error.confusion import Confusion

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

N_GRID = 30
"""Values on which a call's propensity lies."""

GRID: npt.NDArray[np.float64] = np.sin(np.pi / 2 * (np.arange(N_GRID) + 0.5) / N_GRID) ** 2
"""These values: closer together where the tag is rare or nearly always there."""

STEPS = 80
"""Steps of EM."""

LEAN = 10.0
"""A level of the covariates leans on all calls as if it had so many more like them."""

_PARTS = 4

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def levels(covariates: pd.DataFrame) -> tuple[_Ints, int]:
    """Group calls by what the model holds equal.

    Parameters
    ----------
    covariates : DataFrame
        Text or yes/no makes one group a value; numbers with more than four
        values are cut into four parts of equal size.

    Returns
    -------
    codes : ndarray of int
        Group of each row, from 0.
    n_levels : int
        How many there are; 1 without covariates.

    Examples
    --------
    >>> import pandas as pd
    >>> levels(pd.DataFrame({"queue": ["a", "b", "a"]}))
    (array([0, 1, 0]), 2)
    """
    codes = np.zeros(len(covariates), dtype=np.int64)
    for name in covariates.columns:
        column = covariates[name]
        if pd.api.types.is_numeric_dtype(column) and column.nunique() > _PARTS:
            column = pd.qcut(column.rank(method="first"), _PARTS, labels=False)
        own, names = pd.factorize(column, sort=True)
        codes = codes * len(names) + own
        codes = pd.factorize(codes, sort=True)[0].astype(np.int64)
    return codes, int(codes.max(initial=0)) + 1


def grid_likelihoods(
    votes: npt.NDArray[np.int8], counts: csr_matrix, confusion: Confusion
) -> _Floats:
    """Compute how likely a call's ratings are at each propensity.

    Parameters
    ----------
    votes : ndarray of int, shape (n_patterns, n_raters)
        1 heard, 0 not heard, -1 not rated.
    counts : sparse matrix, shape (n_calls, n_patterns)
        Utterances of each pattern.
    confusion : Confusion
        Of the raters.

    Returns
    -------
    ndarray of float, shape (n_calls, N_GRID)
        Likelihoods, the greatest of each call 1.
    """
    there, absent = confusion.likelihoods(votes)
    top = np.maximum(there, absent)
    mixed = np.exp(there - top)[:, None] * GRID + np.exp(absent - top)[:, None] * (1 - GRID)
    logs = counts @ np.log(mixed)
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)), dtype=np.float64)


def grid_weights(
    likelihoods: _Floats,
    level: _Ints,
    n_levels: int,
    *,
    start: _Floats | None = None,
    steps: int = STEPS,
    rows: _Floats | None = None,
) -> _Floats:
    """Learn how propensities are spread over calls, within levels of the covariates.

    Parameters
    ----------
    likelihoods : ndarray of float, shape (n_calls, N_GRID)
        From `grid_likelihoods`.
    level : ndarray of int, shape (n_calls,)
        From `levels`.
    n_levels : int
        How many there are.
    start : ndarray of float, shape (n_levels, N_GRID), optional
        Where to begin.
    steps : int
        Steps of EM.
    rows : ndarray of float, shape (n_calls,), optional
        1 for calls that count, 0 for others.

    Returns
    -------
    ndarray of float, shape (n_levels, N_GRID)
        Weights; every row sums to 1.
    """
    n, k = likelihoods.shape
    counted = np.ones(n) if rows is None else rows
    weights = np.full((n_levels, k), 1.0 / k) if start is None else start.copy()
    one_hot = np.zeros((n_levels, n))
    one_hot[level, np.arange(n)] = counted
    for _ in range(steps):
        joint = likelihoods * weights[level]
        sums = one_hot @ (joint / joint.sum(axis=1, keepdims=True))
        if n_levels > 1:
            together = sums.sum(axis=0)
            sums = sums + LEAN * together / together.sum()
        weights = sums / sums.sum(axis=1, keepdims=True)
    return weights
