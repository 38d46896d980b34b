"""A likelihood averaged over label sets: Newton steps, Louis' information, the jackknife."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError
from workbench.outcomes.rater_error.likelihoods import Likelihood, Terms

_TURNS, _SMALL, _MAX_COEFFICIENT, _BUMP = 60, 1e-6, 10.0, 1e-4

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Model(NamedTuple):
    """Calls, their label sets and their outcome.

    Parameters
    ----------
    likelihood : Likelihood
        Of the outcome.
    x : ndarray of float, shape (n_calls, n_sets)
        The feature on each label set; one set where it is taken as known.
    held : ndarray of float, shape (n_calls, k)
        What is held equal; with a column of ones where there is an intercept.
    """

    likelihood: Likelihood
    x: _Floats
    held: _Floats

    @property
    def design(self) -> _Floats:
        """How what a call has follows from the parameters, (n_calls, 2 + m, n_parameters)."""
        n, k = self.held.shape
        loading = self.likelihood.loading
        design = np.zeros((n, 2 + loading.shape[1], 1 + k + loading.shape[2]))
        design[:, 0, 0] = 1.0
        design[:, 1, 1 : 1 + k] = self.held
        design[:, 2:, 1 + k :] = loading
        return design


class Fit(NamedTuple):
    """An estimate, and what each call adds to it.

    Parameters
    ----------
    model : Model
        What was fitted.
    theta : ndarray of float, shape (n_parameters,)
        The feature's coefficient, those of what is held equal, further ones.
    design : ndarray of float, shape (n_calls, q, n_parameters)
        See `Model.design`.
    slopes : ndarray of float, shape (n_calls, q)
        Of each call's log likelihood, at the estimate.
    curves : ndarray of float, shape (n_calls, q, q)
        Its curvature.
    """

    model: Model
    theta: _Floats
    design: _Floats
    slopes: _Floats
    curves: _Floats

    @property
    def covariance(self) -> _Floats:
        """Inverse of Louis' information."""
        return np.asarray(np.linalg.pinv(-_summed(self.design, self.curves), hermitian=True))


def fitted(model: Model, start: _Floats | None = None) -> Fit:
    """Maximise the mean over label sets of a likelihood.

    Parameters
    ----------
    model : Model
        What to fit.
    start : ndarray of float, optional
        Where to begin.

    Returns
    -------
    Fit
        With slopes and curvature by Louis' formula.

    Raises
    ------
    AbstainedError
        If there is no finite estimate.

    Notes
    -----
    sum_i log mean_j P(y_i | x_ij; theta), where x_ij is the feature of call i on its label
    set j, drawn without a look at the outcome.
    """
    family, k = model.likelihood, model.held.shape[1]
    design = model.design
    if start is None:
        theta = np.zeros(design.shape[2])
        theta[1 + k :] = family.start
        if family.intercept:
            theta[1] = family.begin()
    else:
        theta = start.copy()
    log, slopes, curves = _louis(model, design @ theta)
    for _ in range(_TURNS):
        slope = np.einsum("nq,nqp->p", slopes, design)
        step = _uphill(-_summed(design, curves), slope)
        gain = float(slope @ step)
        for _ in range(30):
            new = theta + step
            log_new, slopes_new, curves_new = _louis(model, design @ new)
            if log_new >= log - 1e-9 * abs(log):
                break
            step = step / 2
        theta, log, slopes, curves = new, log_new, slopes_new, curves_new
        if gain < _SMALL:
            break
    ours = theta[: 1 + k]
    slope_columns = np.r_[True, np.ptp(model.held, axis=0) > 0] if k else np.array([True])
    if (
        gain >= 1e-3
        or not np.isfinite(theta).all()
        or (family.separable and np.abs(ours[slope_columns]).max() > _MAX_COEFFICIENT)
    ):
        raise AbstainedError(
            "The predictor or a covariate tells the outcomes apart without error (separation), so "
            "that no finite effect can be estimated."
        )
    return Fit(model, theta, design, slopes, curves)


class Jackknifed(NamedTuple):
    """What the fit says, and what it would say without each cluster.

    Parameters
    ----------
    effect : float
        How the expected outcome moves a unit of the feature, over all calls.
    effects_left : ndarray of float, shape (n_clusters,)
        The same without each cluster.
    coefficients_left : ndarray of float, shape (n_clusters,)
        The feature's coefficient without each.
    """

    effect: float
    effects_left: _Floats
    coefficients_left: _Floats


def jackknifed(
    fit: Fit,
    cluster: _Ints,
    n_clusters: int,
    log_weights: Callable[[int], _Floats] | None = None,
) -> Jackknifed:
    """Estimate again without each cluster, by one Newton step each.

    The label sets stay; where `log_weights` came, they weigh otherwise without a
    cluster.

    Parameters
    ----------
    fit : Fit
        The estimate from all calls.
    cluster : ndarray of int, shape (n_calls,)
        Cluster of each call, from 0.
    n_clusters : int
        How many there are; 0 for the effect alone.
    log_weights : callable, optional
        Gives for the cluster that is left out how label sets weigh then,
        (n_calls, n_sets).

    Returns
    -------
    Jackknifed
        The effect to first order in the parameters.

    References
    ----------
    The linearised jackknife CV3L of MacKinnon, J. G., Nielsen, M. O., and Webb,
    M. D. (2025). Cluster-robust jackknife and bootstrap inference for logistic
    regression models. Econometric Reviews 44.
    """
    model, design, theta = fit.model, fit.design, fit.theta
    local = design @ theta
    slopes = np.einsum("nq,nqp->np", fit.slopes, design)
    total = _summed(design, fit.curves)
    terms, firsts = _firsts(model, local)
    log, values = _effects(model, local, theta)
    plain = _normalised(log, None)[0]
    here = _means(plain, [values])[:, 0]
    turn = _turn_of_effect(fit, local)
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.arange(n_clusters + 1))
    effects, coefficients = np.empty(n_clusters), np.empty(n_clusters)
    slope_sum, turn_sum, here_sum = slopes.sum(axis=0), turn.sum(axis=0), here.sum()
    for g in range(n_clusters):
        own = order[bounds[g] : bounds[g + 1]]
        curve = total - _summed(design[own], fit.curves[own])
        if log_weights is None:
            slope, base = slope_sum - slopes[own].sum(axis=0), here_sum - here[own].sum()
        else:
            kept = cluster != g
            weights = _normalised(terms.log, log_weights(g))[0]
            means = _means(weights, [*firsts, values])[kept]
            slope = np.einsum("nq,nqp->p", means[:, :-1], design[kept])
            base = means[:, -1].sum()
        step = _uphill(-curve, slope)
        coefficients[g] = theta[0] + step[0]
        effects[g] = (base + (turn_sum - turn[own].sum(axis=0)) @ step) / (len(here) - len(own))
    return Jackknifed(float(here.mean()), effects, coefficients)


def _turn_of_effect(fit: Fit, local: _Floats) -> _Floats:
    """How each call's effect moves with the parameters, by differences."""
    model, design, theta = fit.model, fit.design, fit.theta
    n, q, p = design.shape
    inner = np.zeros((n, q))
    for k in range(q):
        bump = np.zeros(q)
        bump[k] = _BUMP
        up, down = (_mean_effects(model, local + s * bump, theta) for s in (1, -1))
        inner[:, k] = (up - down) / (2 * _BUMP)
    turn = np.einsum("nq,nqp->np", inner, design)
    if model.likelihood.uses_extra:
        for k in range(p - model.likelihood.loading.shape[2], p):
            bump = np.zeros(p)
            bump[k] = _BUMP
            up, down = (_mean_effects(model, local, theta + s * bump) for s in (1, -1))
            turn[:, k] += (up - down) / (2 * _BUMP)
    return np.asarray(turn, dtype=np.float64)


def set_weights(fit: Fit, theta: _Floats | None = None) -> _Floats:
    """Weigh each call's label sets by what its outcome says of them.

    Parameters
    ----------
    fit : Fit
        The estimate.
    theta : ndarray of float, optional
        Other parameters.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        Weights that sum to 1 a call.
    """
    local = fit.design @ (fit.theta if theta is None else theta)
    terms = fit.model.likelihood.terms(*_parts(fit.model, local))
    return _normalised(terms.log, None)[0]


def _parts(model: Model, local: _Floats) -> tuple[_Floats, _Floats]:
    return local[:, :1] * model.x + local[:, 1:2], local[:, 2:] + model.likelihood.offset


def _normalised(log: _Floats, log_weights: _Floats | None) -> tuple[_Floats, _Floats]:
    if log_weights is not None:
        log = log + log_weights
    top = log.max(axis=1, keepdims=True)
    weights = np.exp(log - top)
    sums = weights.sum(axis=1, keepdims=True)
    return weights / sums, (top + np.log(sums / log.shape[1]))[:, 0]


def _effects(model: Model, local: _Floats, theta: _Floats) -> tuple[_Floats, _Floats]:
    """Log likelihood and effect of each call and label set."""
    family = model.likelihood
    u, further = _parts(model, local)
    extra = theta[len(theta) - family.loading.shape[2] :]
    return family.terms(u, further).log, family.slope(u, further, extra) * local[:, :1]


def _mean_effects(model: Model, local: _Floats, theta: _Floats) -> _Floats:
    log, effects = _effects(model, local, theta)
    return _means(_normalised(log, None)[0], [effects])[:, 0]


def _firsts(model: Model, local: _Floats) -> tuple[Terms, list[_Floats]]:
    terms = model.likelihood.terms(*_parts(model, local))
    return terms, [terms.u * model.x, terms.u, *terms.local]


def _means(weights: _Floats, values: list[_Floats]) -> _Floats:
    return np.stack([np.einsum("nj,nj->n", weights, value) for value in values], axis=1)


def _louis(model: Model, local: _Floats) -> tuple[float, _Floats, _Floats]:
    """Log likelihood of all calls; slopes and curvature of each in what it has."""
    terms, firsts = _firsts(model, local)
    weights, logs = _normalised(terms.log, None)
    x, q = model.x, local.shape[1]
    slopes = _means(weights, firsts)
    curves = np.empty((len(x), q, q))
    for a in range(q):
        for b in range(a, q):
            second = firsts[a] * firsts[b]
            further_slope = _second(terms, x, a, b)
            if further_slope is not None:
                second = second + further_slope
            mean = np.einsum("nj,nj->n", weights, second) - slopes[:, a] * slopes[:, b]
            curves[:, a, b] = curves[:, b, a] = mean
    return float(logs.sum()), slopes, curves


def _second(terms: Terms, x: _Floats, a: int, b: int) -> _Floats | None:
    if b == 0:
        return terms.uu * x * x
    if a == 0 and b == 1:
        return terms.uu * x
    if a == 1 and b == 1:
        return terms.uu
    if a == 0:
        return terms.u_local[b - 2] * x
    if a == 1:
        return terms.u_local[b - 2]
    return terms.local_local.get((a - 2, b - 2))


def _summed(design: _Floats, curves: _Floats) -> _Floats:
    p = design.shape[2]
    half = curves @ design
    return np.asarray(design.reshape(-1, p).T @ half.reshape(-1, p), dtype=np.float64)


def _uphill(information: _Floats, slope: _Floats) -> _Floats:
    """Newton step; where the curvature is not downward, along its size instead."""
    try:
        np.linalg.cholesky(information)
        return np.asarray(np.linalg.solve(information, slope), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(information)
        floor = max(float(np.abs(values).max()) * 1e-8, 1e-10)
        return np.asarray(
            vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), floor)), dtype=np.float64
        )
