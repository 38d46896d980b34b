"""Simulated projects with raters who err: whether carried effects hold the truth.

Calls have a true propensity of the tag, agents calls, raters their own errors; one rater
judges each utterance but for a part that all of them hear. The truth of an effect is that of
the same model on true labels of very many calls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.outcomes.rater_error import carried_effect

Simulated = tuple[float, float, float]
_Floats = npt.NDArray[np.float64]

SENSITIVITY, SPECIFICITY = np.array([0.85, 0.75, 0.65]), np.array([0.93, 0.90, 0.85])
"""Of the three raters."""

MEAN, SPREAD = 0.25, 0.23
"""Of the propensities: a beta distribution."""

NPS_CUTS = np.array([-2.2, -1.6, -1.2, -0.8, -0.4, 0.0, 0.4, 0.9, 1.6, 2.4])
"""Thresholds of the answers 0 to 10."""


class Design(NamedTuple):
    """What is simulated.

    Parameters
    ----------
    kind : str
        Kind of the outcome.
    calls, per_call, agents : int
        How many; with 0 agents each call is its own cluster.
    effect : float
        Of 10 points more share on the linear predictor; points for a score.
    overlap : float
        Share of utterances that all raters hear; the others are heard by one.
    streaks : bool
        Whether the tag comes in streaks.
    agent_sd : float
        Between agents, on the linear predictor; points for a score.
    feature : str
        Which feature acts on the outcome.
    """

    kind: str = "binary"
    calls: int = 300
    per_call: int = 15
    agents: int = 20
    effect: float = 0.3
    overlap: float = 0.2
    streaks: bool = False
    agent_sd: float = 0.3
    feature: str = "share"


class Project(NamedTuple):
    """A simulated project.

    Parameters
    ----------
    heard, rows : DataFrame
        As `carried_effect` takes them.
    truth : DataFrame
        One row an utterance as if by one rater who never errs.
    """

    heard: pd.DataFrame
    rows: pd.DataFrame
    truth: pd.DataFrame


def project(rng: np.random.Generator, design: Design) -> Project:
    """Draw one project.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    design : Design
        What to draw.

    Returns
    -------
    Project
        Calls with y and agent_id, and what was heard.
    """
    n, m = design.calls, design.per_call
    there = _labels(rng, design)
    agent = rng.integers(design.agents, size=n) if design.agents else np.arange(n)
    lift = rng.normal(0, design.agent_sd, max(design.agents, 1))
    own = lift[agent] if design.agents else np.zeros(n)
    rows = _outcome(rng, design, _feature(design, there), own)
    call_id = np.char.mod("c%06d", np.arange(n))
    rows.insert(0, "call_id", call_id)
    rows["agent_id"] = agent
    raters = len(SENSITIVITY)
    together = rng.random(n * m) < design.overlap
    single = rng.integers(raters, size=n * m)
    rated = together[:, None] | (single[:, None] == np.arange(raters))
    flat = there.ravel()
    chance = np.where(flat[:, None], SENSITIVITY, 1 - SPECIFICITY)
    said = rng.random((n * m, raters)) < chance
    unit, rater = np.nonzero(rated)
    start_s = 5.0 * (np.arange(n * m) % m)
    heard = pd.DataFrame(
        {
            "call_id": call_id[unit // m],
            "utterance_id": unit,
            "rater_id": np.array(["r1", "r2", "r3"])[rater],
            "value": said[unit, rater].astype("int64"),
            "start_s": start_s[unit],
            "end_s": start_s[unit] + 5.0,
        }
    )
    every = np.arange(n * m)
    truth = pd.DataFrame(
        {
            "call_id": call_id[every // m],
            "utterance_id": every,
            "value": flat.astype("int64"),
            "start_s": start_s,
            "end_s": start_s + 5.0,
        }
    )
    return Project(heard, rows, truth)


def true_effect(design: Design) -> tuple[float, float]:
    """Compute the effect and the coefficient of a step that very many calls have.

    Parameters
    ----------
    design : Design
        What is simulated.

    Returns
    -------
    tuple of float
        Effect in its unit, and coefficient a step.
    """
    return _true_effect(design._replace(calls=0, overlap=0.0))


@cache
def _true_effect(design: Design) -> tuple[float, float]:
    from workbench.outcomes.rater_error.fitting import Model, fitted, jackknifed
    from workbench.outcomes.rater_error.label_features import FEATURES
    from workbench.outcomes.rater_error.outcome_columns import kind_named, outcome_of

    rng = np.random.default_rng(20261126)
    many = design._replace(calls=100_000, agents=10_000 if design.agents else 0)
    x = _feature(many, _labels(rng, many))
    lift = rng.normal(0, many.agent_sd, many.calls) if many.agents else np.zeros(many.calls)
    rows = _outcome(rng, many, x, lift)
    outcome = outcome_of(rows, many.kind, 0, horizon=HORIZON if _timed(many) else None)
    ones = np.ones((many.calls, 1 if outcome.likelihood.intercept else 0))
    fit = fitted(Model(outcome.likelihood, x[:, None], ones))
    step = FEATURES[design.feature].step
    effect = jackknifed(fit, np.zeros(many.calls, dtype=np.int64), 0).effect
    return effect * step * kind_named(many.kind).times, float(fit.theta[0]) * step


HORIZON = 200.0
"""Days at which effects on a time to an event are told."""


def simulate(rng: np.random.Generator, design: Design, **options: Any) -> Simulated:
    """Draw one project and carry the rater error through.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    design : Design
        What to draw.
    **options : object
        Arguments of `carried_effect`.

    Returns
    -------
    tuple of float
        The true effect, and the ends of the interval.
    """
    made = project(rng, design)
    table = carried_effect(
        made.heard,
        made.rows,
        design.kind,
        feature=design.feature,
        horizon=HORIZON if _timed(design) else None,
        rng=rng,
        **options,
    )
    row = table[table["method"] == "carried"].iloc[0]
    return true_effect(design)[0], float(row["ci_low"]), float(row["ci_high"])


def _timed(design: Design) -> bool:
    return design.kind == "time_to_event"


def _labels(rng: np.random.Generator, design: Design) -> npt.NDArray[np.bool_]:
    n, m = design.calls, design.per_call
    size = MEAN * (1 - MEAN) / SPREAD**2 - 1
    p = rng.beta(MEAN * size, (1 - MEAN) * size, n)[:, None]
    there = rng.random((n, m)) < p
    if design.streaks:
        stays = rng.random((n, m)) < 0.6
        for k in range(1, m):
            there[:, k] = np.where(stays[:, k], there[:, k - 1], there[:, k])
    return there


def _feature(design: Design, there: npt.NDArray[np.bool_]) -> _Floats:
    from workbench.outcomes.rater_error.label_features import FEATURES

    n, m = there.shape
    start_s = 5.0 * (np.arange(n * m) % m)
    starts = np.arange(0, n * m, m)
    labels = there.reshape(-1, 1).astype(np.uint8)
    return FEATURES[design.feature].compute(labels, start_s, start_s + 5.0, starts)[:, 0]


def _outcome(rng: np.random.Generator, design: Design, x: _Floats, own: _Floats) -> pd.DataFrame:
    from workbench.outcomes.rater_error.label_features import FEATURES

    n = len(x)
    push = design.effect * x / FEATURES[design.feature].step + own
    if design.kind == "binary":
        return pd.DataFrame({"y": (rng.random(n) < _expit(push - 1.75)).astype(int)})
    if design.kind == "count":
        rate = np.exp(push - 0.9) * rng.gamma(2.0, 0.5, n)
        return pd.DataFrame({"y": rng.poisson(rate)})
    if design.kind == "continuous":
        return pd.DataFrame({"y": 80 + push + rng.normal(0, 5, n)})
    if design.kind == "ordinal":
        above = rng.logistic(size=n) + push
        return pd.DataFrame({"y": np.searchsorted(NPS_CUTS, above)})
    until = 300.0 * (rng.exponential(size=n) * np.exp(-push)) ** (1 / 1.3)
    seen = rng.uniform(30.0, 365.0, n)
    event = (until <= seen).astype(int)
    return pd.DataFrame({"duration_days": np.minimum(until, seen), "event": event})


def _expit(x: _Floats) -> _Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)


SIMULATIONS: dict[str, Callable[[np.random.Generator], Simulated]] = {
    f"rater error carried, {words}": partial(simulate, design=design)
    for words, design in {
        "yes or no, 20 agents": Design(),
        "count, 20 agents": Design("count", effect=0.12),
        "score, 20 agents": Design("continuous", effect=-1.0, agent_sd=1.5),
        "nps, 20 agents": Design("ordinal", effect=-0.25),
        "time to churn, 20 agents": Design("time_to_event", effect=0.15),
    }.items()
}

SMALL_PROJECTS = 24
"""Projects of each kind that the tests run: at least 19 of the intervals have to hold the truth."""

SMALL: dict[str, Callable[[np.random.Generator], Simulated]] = {
    kind: partial(simulate, design=Design(kind, 150, 10, 10, effect, 0.4, agent_sd=agent_sd))
    for kind, effect, agent_sd in (
        ("binary", 0.3, 0.2),
        ("count", 0.12, 0.2),
        ("continuous", -1.0, 1.0),
        ("ordinal", -0.25, 0.2),
        ("time_to_event", 0.15, 0.2),
    )
}
"""Smaller projects, for the tests."""
