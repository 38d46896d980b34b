"""The same figures without each agent or customer in turn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.outcomes.models.design import design_of
from workbench.outcomes.models.linear import LinearModel
from workbench.outcomes.models.logistic import LogisticModel
from workbench.outcomes.models.rows import Model

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def left_out(model: Model, codes: _Ints, n_clusters: int) -> _Floats:
    """Fit a model again without each cluster.

    Parameters
    ----------
    model : Model
        Fitted to all rows.
    codes : ndarray of int, shape (n,)
        Number of the cluster of each row, from 0.
    n_clusters : int
        How many there are.

    Returns
    -------
    ndarray of float, shape (n_clusters, n_statistics)
        `Model.statistics` without each; NaN where there is no finite estimate.

    Notes
    -----
    Newton steps from the estimate of all rows. What the left-out rows add is
    taken off the sums over all rows, so that nothing is copied; the result is
    that of fitting again.
    """
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(n_clusters + 1))
    curvature = model.curvature(model.theta)
    rows = []
    for first, last in zip(bounds[:-1], bounds[1:], strict=True):
        without = order[first:last]
        with np.errstate(all="ignore"):
            theta = model.refitted(without, curvature)
            rows.append(model.statistics(theta, without))
    return np.array(rows)


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
        Change of the probability a unit of `x`; of an `x` of 0 and 1, from 0 to 1.

    Raises
    ------
    AbstainedError
        If there is no finite estimate (separation), or `x` has one value.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 0.0, 1.0])
    >>> y = np.array([0.0, 1.0, 1.0, 0.0])
    >>> round(abs(logit_effect(x, y, np.empty((4, 0)), np.arange(4), 4).estimate), 6)
    0.0
    """
    return _effect(LogisticModel(design_of(x, covariates), y), codes, n_clusters)


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

    Raises
    ------
    AbstainedError
        If `x` has one value.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(6.0)
    >>> linear_effect(x, 2 * x + 1, np.empty((6, 0)), np.arange(6), 6).left_out.round(6)
    array([2., 2., 2., 2., 2., 2.])
    """
    return _effect(LinearModel(design_of(x, covariates), y), codes, n_clusters)


def _effect(model: Model, codes: _Ints, n_clusters: int) -> Effect:
    place = model.design.n_predictors
    estimate = float(model.statistics(model.theta)[place])
    return Effect(estimate, left_out(model, codes, n_clusters)[:, place])
