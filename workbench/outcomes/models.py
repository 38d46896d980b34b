"""Effects from one model each, and the same without each cluster in turn."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError

_CELLS_AT_ONCE = 4_000_000
_MAX_COEFFICIENT = 10.0
_MAX_ERROR = 5.0
_SMALL_STEP = 1e-5

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Effect(NamedTuple):
    """An effect a unit of the predictor, and how it moves without each cluster.

    Parameters
    ----------
    estimate : float
        In units of the outcome (a probability for yes/no).
    left_out : ndarray of float, shape (n_clusters,)
        The same without each cluster in turn; NaN where it cannot be computed.
    """

    estimate: float
    left_out: _Floats


def logit_effect(
    x: _Floats, y: _Floats, covariates: _Floats, codes: _Ints, n_clusters: int
) -> Effect:
    """Fit a logit and average its marginal effect over the rows.

    The effect says by how much the chance of the event changes a unit of `x`,
    averaged over the rows as they are, with the covariates held where they are.

    Parameters
    ----------
    x : ndarray of float, shape (n,)
        The predictor, without gaps.
    y : ndarray of float, shape (n,)
        1 where the event happened, else 0.
    covariates : ndarray of float, shape (n, k)
        Held equal; k may be 0.
    codes : ndarray of int, shape (n,)
        Number of the cluster of each row, from 0.
    n_clusters : int
        How many there are.

    Returns
    -------
    Effect
        Change of the probability a unit of `x`.

    Raises
    ------
    AbstainedError
        If `x` or the covariates tell the two kinds of rows apart without
        error (separation), so that the effect has no finite estimate.

    Notes
    -----
    Estimated by statsmodels. The fits without each cluster run side by side as
    Newton steps from that estimate.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 0.0, 1.0])
    >>> y = np.array([0.0, 1.0, 1.0, 0.0])
    >>> round(abs(logit_effect(x, y, np.empty((4, 0)), np.arange(4), 4).estimate), 6)
    0.0
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    design, spread = _design(x, covariates)
    separated = AbstainedError(
        "The predictor or a covariate tells calls with the event from calls without it "
        "without error (separation), so that no finite effect can be estimated."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = sm.Logit(y, design).fit(disp=0, maxiter=50)
        except (PerfectSeparationError, np.linalg.LinAlgError) as error:
            raise separated from error
        beta, errors = np.asarray(fit.params, dtype=float), np.asarray(fit.bse, dtype=float)
    sound = np.isfinite(errors) & (np.abs(beta) <= _MAX_COEFFICIENT) & (errors <= _MAX_ERROR)
    if not (sound[1:].all() and fit.mle_retvals["converged"]):
        raise separated
    chance = _expit(design @ beta)
    estimate = float(np.mean(chance * (1 - chance)) * beta[1] / spread)
    step = max(1, _CELLS_AT_ONCE // len(y))
    parts = [
        _logit_without(design, y, codes, np.arange(first, min(first + step, n_clusters)), beta)
        for first in range(0, n_clusters, step)
    ]
    return Effect(estimate, np.concatenate(parts) / spread)


def linear_effect(
    x: _Floats, y: _Floats, covariates: _Floats, codes: _Ints, n_clusters: int
) -> Effect:
    """Fit a straight line by least squares, for a score as outcome.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        The predictor and the outcome, without gaps.
    covariates : ndarray of float, shape (n, k)
        Held equal; k may be 0.
    codes : ndarray of int, shape (n,)
        Number of the cluster of each row, from 0.
    n_clusters : int
        How many there are.

    Returns
    -------
    Effect
        Change of `y` a unit of `x`.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(6.0)
    >>> linear_effect(x, 2 * x + 1, np.empty((6, 0)), np.arange(6), 6).left_out.round(6)
    array([2., 2., 2., 2., 2., 2.])
    """
    import statsmodels.api as sm

    design, spread = _design(x, covariates)
    beta = np.asarray(sm.OLS(y, design).fit().params, dtype=float)
    k = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(y), k * k)
    own = _sums(products, codes, n_clusters)
    own_y = _sums(design * y[:, None], codes, n_clusters)
    squares = (products.sum(axis=0) - own).reshape(-1, k, k)
    left = np.linalg.pinv(squares, hermitian=True) @ (own_y.sum(axis=0) - own_y)[:, :, None]
    return Effect(float(beta[1]) / spread, left[:, 1, 0] / spread)


def _design(x: _Floats, covariates: _Floats) -> tuple[_Floats, float]:
    spread = float(x.std())
    if spread == 0.0:
        raise AbstainedError("The predictor has the same value in all calls.")
    middle = covariates.mean(axis=0)
    width = covariates.std(axis=0)
    scaled = (covariates - middle) / np.where(width > 0, width, 1.0)
    return np.column_stack([np.ones(len(x)), (x - x.mean()) / spread, scaled]), spread


def _logit_without(
    design: _Floats, y: _Floats, codes: _Ints, clusters: _Ints, start: _Floats
) -> _Floats:
    """Refit without each of these clusters, all side by side; the effect of column 1."""
    n, k = design.shape
    products = (design[:, :, None] * design[:, None, :]).reshape(n, k * k)
    mine = (codes >= clusters[0]) & (codes <= clusters[-1])
    own, own_codes, own_y = design[mine], codes[mine] - clusters[0], y[mine]
    beta = np.repeat(start[:, None], len(clusters), axis=1)
    size = np.full(len(clusters), np.inf)
    for turn in range(25):
        # All start from one point, so the first step needs no look at every row for each.
        chance = _expit(design @ (beta[:, :1] if turn == 0 else beta))
        there = _expit(np.einsum("ij,ji->i", own, beta[:, own_codes]))
        left = _sums(own * (own_y - there)[:, None], own_codes, len(clusters))
        gone = _sums(products[mine] * (there * (1 - there))[:, None], own_codes, len(clusters))
        slope = (design.T @ (y[:, None] - chance)).T - left
        curve = (((chance * (1 - chance)).T @ products) - gone).reshape(-1, k, k)
        step = (np.linalg.pinv(curve, hermitian=True) @ slope[:, :, None])[:, :, 0].T
        beta = np.clip(beta + step, -100.0, 100.0)
        size = np.abs(step).max(axis=0)
        if size.max() < _SMALL_STEP:
            break
    chance = _expit(design @ beta)
    there = _expit(np.einsum("ij,ji->i", own, beta[:, own_codes]))
    curves = (chance * (1 - chance)).sum(axis=0)
    curves -= np.bincount(own_codes, there * (1 - there), minlength=len(clusters))
    rows = n - np.bincount(own_codes, minlength=len(clusters))
    sound = (size < _SMALL_STEP) & (np.abs(beta[1]) <= _MAX_COEFFICIENT)
    return np.where(sound, curves / rows * beta[1], np.nan)


def _expit(eta: _Floats) -> _Floats:
    from scipy.special import expit

    return np.asarray(expit(eta), dtype=np.float64)


def _sums(values: _Floats, codes: _Ints, n_clusters: int) -> _Floats:
    return np.column_stack(
        [np.bincount(codes, column, minlength=n_clusters) for column in values.T]
    ).astype(np.float64)
