"""How long a logit with clusters takes on 100,000 calls, and its jackknife."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np

from benchmarks.lines import line
from workbench.jackknife import jackknife_interval
from workbench.outcomes.models import (
    LogisticModel,
    design_of,
    left_out,
    sandwich,
    two_way_intervals,
)

CALLS, PREDICTORS, AGENTS, CUSTOMERS = 100_000, 10, 300, 60_000


def run() -> Iterator[dict[str, object]]:
    """Measure both, with 10 predictors, 300 agents and 60,000 customers.

    Yields
    ------
    dict
        Lines outcomes.logit_two_way (all coefficients and marginal effects with
        intervals that allow for agents and customers) and outcomes.logit_jackknife
        (all of them again without each agent), in seconds.
    """
    import statsmodels.api as sm

    rng = np.random.default_rng(7)
    agent, customer = rng.integers(AGENTS, size=CALLS), rng.integers(CUSTOMERS, size=CALLS)
    x = rng.normal(size=(CALLS, PREDICTORS))
    drift = -2 + x @ np.linspace(0, 0.4, PREDICTORS) + rng.normal(0, 0.4, AGENTS)[agent]
    y = (rng.random(CALLS) < 1 / (1 + np.exp(-drift))).astype(float)

    began = perf_counter()
    model = LogisticModel(design_of(x), y)
    values, influence = model.statistics(model.theta), model.influences(model.theta)
    _, customers = np.unique(customer, return_inverse=True)
    two_way_intervals(values, sandwich(influence, agent), influence, agent, customers)
    ours = perf_counter() - began

    began = perf_counter()
    groups = np.column_stack([agent, customers])
    fit = sm.Logit(y, sm.add_constant(x)).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    fit.get_margeff().summary_frame()
    theirs = perf_counter() - began
    yield line(
        "outcomes.logit_two_way",
        ours,
        "s",
        n=CALLS,
        rival="statsmodels Logit, two-way clusters, get_margeff",
        rival_value=theirs,
        less_is_better=True,
    )

    began = perf_counter()
    without = left_out(model, agent, AGENTS)
    for j, value in enumerate(values):
        jackknife_interval(float(value), without[:, j])
    yield line("outcomes.logit_jackknife", perf_counter() - began, "s", n=AGENTS)
