"""Likelihoods of every kind of outcome: slopes by differences, estimates by statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from workbench.outcomes.rater_error.fitting import Model, _louis, _summed, fitted, jackknifed
from workbench.outcomes.rater_error.likelihoods import (
    Binary,
    Gaussian,
    Hazard,
    NegativeBinomial,
    Ordinal,
    Poisson,
)

N, SETS = 60, 7


def families(rng, n=N):
    duration = rng.exponential(2.0, n) + 0.01
    codes = np.r_[np.arange(5), rng.integers(0, 5, n - 5)]
    return {
        "binary": Binary(rng.integers(0, 2, n).astype(float)),
        "poisson": Poisson(rng.poisson(1.0, n).astype(float), rng.uniform(0.5, 2, n)),
        "negative binomial": NegativeBinomial(
            rng.poisson(1.0, n).astype(float), rng.uniform(0.5, 2, n), 0.5
        ),
        "gaussian": Gaussian(rng.normal(size=n)),
        "ordinal": Ordinal(codes, np.array([0.0, 1.0, 2.0, 5.0, 9.0])),
        "hazard": Hazard(
            duration, rng.integers(0, 2, n).astype(float), np.array([0.0, 1.0, 2.0]), 1.5
        ),
    }


KINDS = list(families(np.random.default_rng(0)))


@pytest.mark.parametrize("kind", KINDS)
def test_slopes_and_curvature_are_those_of_differences(kind):
    rng = np.random.default_rng(1)
    family = families(rng)[kind]
    held = rng.normal(size=(N, 2))
    if family.intercept:
        held[:, 0] = 1.0
    model = Model(family, rng.normal(size=(N, SETS)), held)
    design = model.design
    theta = np.r_[0.3, 0.1, -0.2, family.start]

    def slope(at):
        return np.einsum("nq,nqp->p", _louis(model, design @ at)[1], design)

    bumps = 1e-5 * np.eye(len(theta))
    by_differences = [
        (_louis(model, design @ (theta + b))[0] - _louis(model, design @ (theta - b))[0]) / 2e-5
        for b in bumps
    ]
    assert np.allclose(slope(theta), by_differences, rtol=1e-5, atol=1e-4)
    curve = np.array([(slope(theta + b) - slope(theta - b)) / 2e-5 for b in bumps])
    assert np.allclose(_summed(design, _louis(model, design @ theta)[2]), curve, atol=1e-3)


def fit_of(family, x, covariate):
    held = covariate[:, None]
    if family.intercept:
        held = np.column_stack([np.ones(len(x)), held])
    return fitted(Model(family, x[:, None], held))


@pytest.fixture(scope="module")
def xz():
    rng = np.random.default_rng(4)
    return rng, rng.normal(size=400), rng.normal(size=400)


def test_logit_and_its_average_effect_as_statsmodels(xz):
    rng, x, z = xz
    y = (rng.random(400) < 1 / (1 + np.exp(-x + 0.5 * z))).astype(float)
    theirs = sm.Logit(y, np.column_stack([x, np.ones(400), z])).fit(disp=0)
    fit = fit_of(Binary(y), x, z)
    assert np.allclose(fit.theta, theirs.params, atol=1e-5)
    assert np.allclose(fit.covariance, theirs.cov_params(), atol=1e-5)
    ours = jackknifed(fit, np.arange(400) % 10, 10)
    assert ours.effect == pytest.approx(theirs.get_margeff().margeff[0], abs=1e-5)


def test_spector_as_published():
    # outcomes.md section 7: GPA 2.8261, TUCE .0952, PSI 2.3787; average effect of GPA .3626.
    data = sm.datasets.spector.load_pandas()
    held = np.column_stack([np.ones(32), data.exog[["TUCE", "PSI"]]])
    x = data.exog["GPA"].to_numpy()
    fit = fitted(Model(Binary(data.endog.to_numpy()), x[:, None], held))
    assert np.allclose(fit.theta, [2.8261, -13.0213, 0.0952, 2.3787], atol=2e-3)
    assert jackknifed(fit, np.arange(32), 32).effect == pytest.approx(0.3626, abs=1e-4)


def test_counts_as_statsmodels(xz):
    rng, x, z = xz
    exposure = rng.uniform(0.5, 2, 400)
    mu = exposure * np.exp(0.4 * x - 0.2 * z + 0.3)
    design = np.column_stack([x, np.ones(400), z])
    y = rng.poisson(mu).astype(float)
    theirs = sm.Poisson(y, design, exposure=exposure).fit(disp=0)
    assert np.allclose(fit_of(Poisson(y, exposure), x, z).theta, theirs.params, atol=1e-5)
    y = rng.poisson(mu * rng.gamma(2, 0.5, 400)).astype(float)
    theirs = sm.NegativeBinomial(y, design, exposure=exposure).fit(disp=0, maxiter=200)
    fit = fit_of(NegativeBinomial(y, exposure, 1.0), x, z)
    assert np.allclose(fit.theta[:3], theirs.params[:3], atol=1e-3)
    assert np.exp(-fit.theta[3]) == pytest.approx(theirs.params[3], abs=1e-3)


def test_ordered_logit_as_published():
    # outcomes.md section 7, UCLA apply: pared 1.0476, public -.0586, gpa .6158, cuts 2.2035, 4.299.
    from pathlib import Path

    import statsmodels.miscmodels.tests.results as results

    data = pd.read_csv(Path(results.__file__).parent / "ologit_ucla.csv")
    order = ["unlikely", "somewhat likely", "very likely"]
    codes = data["apply"].map(order.index).to_numpy(int)
    held = data[["public", "gpa"]].to_numpy(float)
    family = Ordinal(codes, np.array([0.0, 1.0, 2.0]))
    fit = fitted(Model(family, data[["pared"]].to_numpy(float), held))
    assert np.allclose(fit.theta, [1.0476, -0.0586, 0.6158, 2.2035, 4.2990], atol=2e-3)
    assert np.sqrt(np.diag(fit.covariance))[:3] == pytest.approx([0.2658, 0.2979, 0.2606], abs=1e-3)


def test_hazard_in_pieces_is_a_poisson_of_pieces(xz):
    # Holford 1980: the likelihood is that of a Poisson with the time spent in a piece as exposure.
    rng, x, z = xz
    time = rng.exponential(np.exp(-0.5 * x + 0.2 * z))
    seen = rng.uniform(0.1, 3.0, 400)
    duration, event = np.minimum(time, seen), (time <= seen).astype(float)
    edges = np.array([0.0, 0.3, 0.8])
    rows = []
    for k, (a, b) in enumerate(zip(edges, [0.3, 0.8, np.inf], strict=True)):
        spent = np.clip(duration - a, 0, b - a)
        own = spent > 0
        died = event * (duration > a) * (duration <= b)
        rows.append(np.column_stack([x, z, *(np.full(400, float(j == k)) for j in range(3)), spent,
                                     died])[own])  # fmt: skip
    long = np.vstack(rows)
    theirs = sm.Poisson(long[:, 6], long[:, :5], exposure=long[:, 5]).fit(disp=0)
    fit = fit_of(Hazard(duration, event, edges, 1.0), x, z)
    assert np.allclose(fit.theta, theirs.params, atol=1e-4)


def test_scores_as_least_squares(xz):
    rng, x, z = xz
    y = 3 + 2 * x - z + rng.normal(size=400)
    theirs = sm.OLS(y, np.column_stack([x, np.ones(400), z])).fit()
    fit = fit_of(Gaussian(y), x, z)
    assert np.allclose(fit.theta[:3], theirs.params, atol=1e-6)
    left = jackknifed(fit, np.arange(400) % 20, 20)
    assert left.effect == pytest.approx(theirs.params[0])


@pytest.mark.parametrize("kind", KINDS)
def test_one_newton_step_is_near_a_fit_without_the_cluster(kind):
    rng = np.random.default_rng(8)
    n, clusters = 240, np.arange(240) % 12
    x = rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, SETS))
    family = families(rng, n)[kind]
    ones = np.ones((n, 1 if family.intercept else 0))
    fit = fitted(Model(family, x, ones))
    near = jackknifed(fit, clusters, 12)
    kept = clusters != 0
    again = fitted(Model(_rows_of(family, kept), x[kept], ones[kept]))
    spread = abs(again.theta[0] - fit.theta[0])
    assert near.coefficients_left[0] == pytest.approx(again.theta[0], abs=0.1 * spread + 2e-3)
    exact = jackknifed(again, clusters[kept], 0).effect
    assert near.effects_left[0] == pytest.approx(exact, abs=0.1 * abs(exact - near.effect) + 5e-3)


def _rows_of(family, kept):
    import copy

    part = copy.copy(family)
    for name, value in vars(family).items():
        if isinstance(value, np.ndarray) and value.ndim and len(value) == len(kept):
            setattr(part, name, value[kept])
    return part
