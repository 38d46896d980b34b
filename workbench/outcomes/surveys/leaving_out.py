"""A logit, and the same without each group of customers, side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError

_CELLS_AT_ONCE = 4_000_000
_MOST = 10.0
_TURNS, _TURNS_AGAIN = 50, 8
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def logit_without(
    design: _Floats, y: _Floats, codes: _Ints, n_groups: int
) -> tuple[_Floats, _Floats]:
    """Fit a logit, and again without each group.

    Parameters
    ----------
    design : ndarray of float, shape (n, k)
        The columns, scaled, the first a constant.
    y : ndarray of float, shape (n,)
        1 where it happened, else 0.
    codes : ndarray of int, shape (n,)
        Group of each row, from 0.
    n_groups : int
        How many there are.

    Returns
    -------
    coefficients : ndarray of float, shape (k,)
        From all rows.
    left_out : ndarray of float, shape (n_groups, k)
        Without each group; a row of NaN where that has no finite estimate.

    Raises
    ------
    AbstainedError
        If a column tells the two kinds of rows apart without error.

    Notes
    -----
    The fits without each group run side by side, as Newton steps from the estimate
    of all rows.

    Examples
    --------
    >>> fit = logit_without(np.ones((4, 1)), np.array([1.0, 1, 0, 0]), np.arange(4), 4)
    >>> np.exp(fit[1][:, 0]).round(6).tolist()
    [0.5, 0.5, 2.0, 2.0]
    """
    n = len(y)
    products = _products(design)
    start = np.zeros((design.shape[1], 1))
    beta, done = _climbed(design, products, y, np.ones((n, 1)), start, turns=_TURNS)
    if not done.all() or np.abs(beta[1:]).max(initial=0.0) > _MOST:
        raise AbstainedError(
            "A predictor tells those with the event from those without it without error "
            "(separation), so that nothing finite can be estimated. Leave it out."
        )
    left_out = np.empty((n_groups, design.shape[1]))
    at_once = max(1, _CELLS_AT_ONCE // n)
    for first in range(0, n_groups, at_once):
        own = np.arange(first, min(first + at_once, n_groups))
        keep = (codes[:, None] != own).astype(float)
        again = np.repeat(beta, len(own), axis=1)
        without, done = _climbed(design, products, y, keep, again, turns=_TURNS_AGAIN)
        sound = done & (np.abs(without[1:]).max(axis=0, initial=0.0) <= _MOST)
        left_out[own] = np.where(sound, without, np.nan).T
    return beta[:, 0], left_out


def _products(design: _Floats) -> _Floats:
    n, k = design.shape
    return (design[:, :, None] * design[:, None, :]).reshape(n, k * k)


def _climbed(
    design: _Floats, products: _Floats, y: _Floats, keep: _Floats, beta: _Floats, *, turns: int
) -> tuple[_Floats, npt.NDArray[np.bool_]]:
    from scipy.special import expit

    k = design.shape[1]
    size = np.full(beta.shape[1], np.inf)
    for _ in range(turns):
        chance = expit(design @ beta)
        slope = design.T @ (keep * (y[:, None] - chance))
        curve = ((keep * chance * (1 - chance)).T @ products).reshape(-1, k, k)
        step = (np.linalg.pinv(curve, hermitian=True) @ slope.T[:, :, None])[:, :, 0].T
        beta = np.clip(beta + step, -30.0, 30.0)
        size = np.abs(step).max(axis=0)
        if size.max() < 1e-8:
            break
    return beta, size < 1e-6
