"""Models of outcomes: published figures, statsmodels, and refits without each cluster."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.miscmodels.ordinal_model import OrderedModel

from workbench.outcomes.models import (
    CountModel,
    HazardModel,
    LinearModel,
    LogisticModel,
    OrdinalModel,
    design_of,
    left_out,
    linear_effect,
    logit_effect,
    sandwich,
    two_way_intervals,
)

N, AGENTS = 240, 9


@pytest.fixture(scope="module")
def drawn():
    """One small table for all kinds: x, two covariates, outcomes of every kind, agents."""
    rng = np.random.default_rng(5)
    codes = rng.integers(AGENTS, size=N)
    x, held = rng.uniform(size=N), rng.normal(size=(N, 2))
    drift = x + 0.5 * held[:, 0]
    latent = 1.5 * drift + rng.logistic(size=N)
    duration = np.ceil(rng.exponential(20 / np.exp(drift), N) / 3) * 3
    return {
        "x": x,
        "flag": (codes % 2 + rng.integers(2, size=N) > 1).astype(float),
        "held": held,
        "codes": codes,
        "yes": (latent > 1).astype(float),
        "level": np.digitize(latent, [-0.5, 0.5, 1.5, 3.0]),
        "count": rng.poisson(np.exp(drift) * 0.8),
        "days": rng.uniform(5, 30, N),
        "score": 70 + 8 * drift + rng.normal(0, 5, N),
        "duration": duration,
        "event": (duration < 30) & (rng.random(N) < 0.8),
    }


def made(kind, drawn, stay=slice(None), predictor="x"):
    x, held = drawn[predictor][stay], drawn["held"][stay]
    if kind == "logit":
        return LogisticModel(design_of(x, held), drawn["yes"][stay])
    if kind == "linear":
        return LinearModel(design_of(x, held), drawn["score"][stay])
    if kind == "count":
        days, count = drawn["days"][stay], drawn["count"][stay].astype(float)
        return CountModel(design_of(x, held), count, days, per=30.0)
    design = design_of(x, held, constant=False)
    if kind == "ordinal":
        worth = np.column_stack([np.arange(1.0, 6.0), [0, 0, 0, 1, 1]])
        return OrdinalModel(design, drawn["level"][stay], worth)
    return HazardModel(design, drawn["duration"][stay], drawn["event"][stay], horizon=10.0)


def refit(kind, drawn, stay, predictor="x"):
    """Fit with statsmodels; the coefficient, and effects by differences of its predictions."""
    x = np.column_stack([drawn[predictor], drawn["held"]])[stay]
    with_one = sm.add_constant(x)
    if kind == "linear":
        fit = sm.OLS(drawn["score"][stay], with_one).fit()
        return fit.params[1], [fit.params[1]]
    if kind == "logit":
        fit = sm.Logit(drawn["yes"][stay], with_one).fit(disp=0)
        told = lambda t: fit.predict(sm.add_constant(t, has_constant="add")).mean()  # noqa: E731
        return fit.params[1], [slope_of(told, x, predictor)]
    if kind == "count":
        days = drawn["days"][stay]
        fit = sm.Poisson(drawn["count"][stay], with_one, exposure=days).fit(disp=0)

        def told(t):
            rows = sm.add_constant(t, has_constant="add")
            return 30 * fit.predict(rows, exposure=days).sum() / days.sum()

        return fit.params[1], [slope_of(told, x, predictor)]
    if kind == "ordinal":
        model = OrderedModel(drawn["level"][stay], x, distr="logit")
        fit = model.fit(method="bfgs", disp=0, gtol=1e-9, maxiter=500)
        figures = np.column_stack([np.arange(1.0, 6.0), [0, 0, 0, 1, 1]])
        return fit.params[0], [
            slope_of(lambda t, f=f: (fit.predict(t) @ f).mean(), x, predictor) for f in figures.T
        ]
    model = PHReg(drawn["duration"][stay], x, status=drawn["event"][stay], ties="efron")
    return model.fit(disp=0).params[0], None


def slope_of(told, x, predictor):
    one, two = x.copy(), x.copy()
    if predictor == "flag":
        one[:, 0], two[:, 0] = 0, 1
        return told(two) - told(one)
    one[:, 0] -= 1e-4
    two[:, 0] += 1e-4
    return (told(two) - told(one)) / 2e-4


@pytest.mark.parametrize("predictor", ["x", "flag"])
@pytest.mark.parametrize("kind", ["logit", "linear", "count", "ordinal", "hazard"])
def test_estimates_and_refits_are_those_of_statsmodels(kind, predictor, drawn):
    model = made(kind, drawn, predictor=predictor)
    without = left_out(model, drawn["codes"], AGENTS)
    everybody = np.ones(N, dtype=bool)
    told = [(everybody, model.statistics(model.theta))]
    told += [
        (drawn["codes"] != g, without[g]) for g in range(AGENTS)[:: 4 if kind == "ordinal" else 1]
    ]
    for stay, ours in told:
        coefficient, effects = refit(kind, drawn, stay, predictor)
        assert ours[0] == pytest.approx(coefficient, rel=2e-5 if kind == "ordinal" else 1e-6)
        if effects is not None:
            assert ours[1:] == pytest.approx(effects, rel=5e-5 if kind == "ordinal" else 1e-5)
    if kind == "hazard":
        for g in (0, 5):
            again = made(kind, drawn, drawn["codes"] != g, predictor)
            assert without[g] == pytest.approx(again.statistics(again.theta), rel=1e-6)


def test_left_within_the_horizon_is_what_the_baseline_hazard_says(drawn):
    """The share within 10 days by PHReg's own baseline cumulative hazard (ties by Efron apart)."""
    model = made("hazard", drawn)
    flat = np.zeros(3)
    order = model.order
    sums = model._sums(flat, order)
    nelson = sum(
        1 / ((drawn["duration"] >= t).sum() - rank)
        for t in np.unique(drawn["duration"][drawn["event"]])
        if t <= 10
        for rank in range(((drawn["duration"] == t) & drawn["event"]).sum())
    )
    assert sums.steps[sums.until <= 10].sum() == pytest.approx(nelson)


def test_marginal_effects_of_the_textbook():
    """Spector and Mazzeo as documented by statsmodels: .3626, .0122, and PSI from 0 to 1 .3575."""
    data = sm.datasets.spector.load_pandas().data
    columns = data[["GPA", "TUCE", "PSI"]].to_numpy(dtype=float)
    model = LogisticModel(design_of(columns), data["GRADE"].to_numpy(dtype=float))
    assert model.effects(model.theta)[0].round(4).tolist() == [0.3626, 0.0122, 0.3575]
    assert model.coefficients(model.theta).round(4).tolist() == [2.8261, 0.0952, 2.3787]


def test_ordered_logit_of_ucla():
    """Applying to graduate school (UCLA): coefficients, cuts and log-likelihood as published."""
    path = Path(statsmodels.__file__).parent / "miscmodels/tests/results/ologit_ucla.csv"
    data = pd.read_csv(path)
    columns = data[["pared", "public", "gpa"]].to_numpy(dtype=float)
    level = data["apply"].map({"unlikely": 0, "somewhat likely": 1, "very likely": 2})
    design = design_of(columns, constant=False)
    model = OrdinalModel(design, level.to_numpy(dtype=int), np.arange(3.0)[:, None])
    assert model.coefficients(model.theta) == pytest.approx([1.0476, -0.0586, 0.6158], abs=2e-4)
    shift = columns.mean(axis=0) @ model.coefficients(model.theta)
    assert model.theta[3:] + shift == pytest.approx([2.2035, 4.2990], abs=5e-4)
    assert model.log_likelihood(model.theta) == pytest.approx(-358.512, abs=5e-4)
    errors = np.sqrt(np.diag(np.linalg.inv(model.curvature(model.theta))))[:3] / design.spread
    assert errors == pytest.approx([0.2658, 0.2979, 0.2606], abs=1e-4)


@pytest.mark.skipif(importlib.util.find_spec("lifelines") is None, reason="rossi is in lifelines")
def test_cox_of_rossi():
    """Recidivism (Rossi et al.), ties by Efron: coefficients, standard errors, log-likelihood."""
    from lifelines.datasets import load_rossi

    data = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    design = design_of(data[names].to_numpy(dtype=float), constant=False)
    model = HazardModel(
        design, data["week"].to_numpy(float), data["arrest"].to_numpy(bool), horizon=26
    )
    expected = [-0.3794, -0.0574, 0.3139, -0.1498, -0.4337, -0.0849, 0.0915]
    assert model.coefficients(model.theta).round(4).tolist() == expected
    assert model.log_likelihood(model.theta) == pytest.approx(-658.7477, abs=1e-4)
    errors = np.sqrt(np.diag(np.linalg.inv(model.curvature(model.theta)))) / design.spread
    assert errors.round(4).tolist() == [0.1914, 0.0220, 0.3080, 0.2122, 0.3819, 0.1958, 0.0286]


def test_two_way_clusters_of_grunfeld():
    """Investment of firms and years: standard errors of statsmodels, one and two ways."""
    data = sm.datasets.grunfeld.load_pandas().data
    x = data[["value", "capital"]].to_numpy(dtype=float)
    model = LinearModel(design_of(x), data["invest"].to_numpy(dtype=float))
    influences = model.influences(model.theta)[:, :2]
    firm, year = (pd.factorize(data[name])[0] for name in ("firm", "year"))
    small = (len(x) - 1) / (len(x) - 3)
    by_firm, by_year = sandwich(influences, firm), sandwich(influences, year)
    assert np.sqrt(by_firm * small) == pytest.approx([0.016200, 0.085478], abs=2e-6)
    assert np.sqrt(by_year * small) == pytest.approx([0.007848, 0.038697], abs=2e-6)
    both = two_way_intervals(np.ones(2), by_firm, influences, firm, year)
    ours = np.array([interval.se for interval in both]) * np.sqrt(small)
    assert ours == pytest.approx([0.016676, 0.080081], rel=0.08)
    assert (ours >= np.sqrt(by_firm * small) - 1e-12).all()


def test_a_score_whose_predictor_is_gone_with_a_cluster_has_no_figure_without_it():
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(10), 20)
    only = (codes == 0) & (np.arange(200) < 10)
    found = linear_effect(only.astype(float), rng.normal(size=200), np.empty((200, 0)), codes, 10)
    assert np.isnan(found.left_out[0]) and np.isfinite(found.left_out[1:]).all()
    queue = (codes == 3).astype(float)[:, None]
    held = linear_effect(rng.normal(size=200), rng.normal(size=200), queue, codes, 10)
    assert np.isfinite(held.left_out).all()


def test_a_yes_or_no_whose_predictor_is_gone_with_a_cluster_has_no_figure_without_it():
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(10), 40)
    only = (codes == 0) & (np.arange(400) < 20)
    y = (rng.uniform(size=400) < 0.4).astype(float)
    found = logit_effect(only.astype(float), y, np.empty((400, 0)), codes, 10)
    assert np.isnan(found.left_out[0]) and np.isfinite(found.left_out[1:]).all()
    queue = (codes == 3).astype(float)[:, None]
    held = logit_effect(rng.normal(size=400), y, queue, codes, 10)
    assert np.isfinite(held.left_out).all()
