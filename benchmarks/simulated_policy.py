"""Made-up contact centres with a known truth, for what steers: policy, survey, agents, repeats."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError
from workbench.outcomes import (
    agent_cards,
    answered_against_silent,
    difference_in_differences,
    interrupted_series,
    policy_series,
    repeat_contacts,
    weighted_scores,
)
from workbench.outcomes.policy.autocorrelation import fit_series

Simulated = tuple[float, float, float]
_Floats = npt.NDArray[np.float64]

START = pd.Timestamp("2025-09-01")
SINCE = pd.Timestamp("2026-03-02")
FRUSTRATED = 0.15
"""How much a logit rises with a share of frustrated time of 10 points."""


def errors(rng: np.random.Generator, n: int, autocorrelation: float) -> _Floats:
    """Draw errors that go on from point to point, of standard deviation 1.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    n : int
        How many points.
    autocorrelation : float
        Of neighbours.

    Returns
    -------
    ndarray of float, shape (n,)
        The errors.
    """
    fresh = rng.normal(size=n)
    out = np.empty(n)
    out[0] = fresh[0]
    for t in range(1, n):
        out[t] = autocorrelation * out[t - 1] + np.sqrt(1 - autocorrelation**2) * fresh[t]
    return out


def level(rng: np.random.Generator, *, points: int, autocorrelation: float) -> Simulated:
    """Draw a series with a trend that a policy moves by -1.5, and estimate the step.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    points : int
        How many; the policy comes in the middle.
    autocorrelation : float
        Of the errors.

    Returns
    -------
    tuple of float
        The true step, and the ends of the interval.
    """
    months = (np.arange(points) - points // 2) / 4
    after = months >= 0
    value = 10 + 0.1 * months - 1.5 * after + errors(rng, points, autocorrelation)
    design = np.column_stack([np.ones(points), months, after, np.where(after, months, 0)])
    _, low, high, _ = fit_series(value, design).told([[0, 0, 1, 0]])
    return -1.5, float(low[0]), float(high[0])


def newey_west(rng: np.random.Generator, *, points: int, autocorrelation: float) -> Simulated:
    """Draw the series of `level`, and take the interval of Newey-West with 4 lags.

    Parameters
    ----------
    rng, points, autocorrelation
        As in `level`.

    Returns
    -------
    tuple of float
        The true step, and the ends of the interval.
    """
    import statsmodels.api as sm

    time = np.arange(points) - points // 2
    after = time >= 0
    value = 10 - 1.5 * after + errors(rng, points, autocorrelation)
    design = np.column_stack([np.ones(points), time, after, np.where(after, time, 0)])
    options = {"maxlags": 4, "use_correction": True}
    fit = sm.OLS(value, design).fit(cov_type="HAC", cov_kwds=options, use_t=True)
    low, high = fit.conf_int()[2]
    return -1.5, float(low), float(high)


def weekly_rate(rng: np.random.Generator, *, weeks: int, calls: int) -> Simulated:
    """Draw weeks of calls of which a share escalates that wanders from week to week.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    weeks, calls : int
        How many weeks, and calls a week on average.

    Returns
    -------
    tuple of float
        The true step in points, and the ends of the interval.
    """
    n = rng.poisson(calls, weeks)
    after = np.arange(weeks) >= weeks // 2
    chance = 0.25 - 0.08 * after + 0.04 * errors(rng, weeks, 0.5)
    week = np.repeat(np.arange(weeks), n)
    days = START + pd.to_timedelta(week * 7, "D")
    escalated = rng.uniform(size=n.sum()) < np.clip(chance, 0.01, 0.99)[week]
    rows = pd.DataFrame({"started_at": days, "escalated": escalated})
    since = START + pd.Timedelta(days=7 * (weeks // 2))
    row = interrupted_series(policy_series(rows, "escalated", since=since)).iloc[0]
    return -8.0, float(row["ci_low"]), float(row["ci_high"])


def centre(
    rng: np.random.Generator,
    *,
    agents: int,
    per_agent: int,
    effect: float = -0.10,
    by_agent: bool = False,
) -> pd.DataFrame:
    """Draw the calls of a centre in which a policy comes to one queue, or to some agents.

    Agents escalate more or less often, respond to the policy more or less, and have
    more or fewer calls.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    agents, per_agent : int
        How many agents, and calls of each on average.
    effect : float
        Of the policy on the chance to be escalated.
    by_agent : bool
        Whether the policy comes to every other agent, else to the queue technical.

    Returns
    -------
    DataFrame
        started_at, queue, agent_id, team (of agents with the policy and without),
        escalated.
    """
    agent = np.repeat(np.arange(agents), rng.poisson(per_agent, agents) + 5)
    n = len(agent)
    days = rng.integers(364, size=n)
    after = days >= (SINCE - START).days
    technical = rng.uniform(size=n) < 0.5
    treated = agent % 2 == 0 if by_agent else technical
    own, moved = rng.normal(0, 0.05, agents), rng.normal(0, 0.04, agents)
    chance = 0.30 + 0.03 * after + 0.05 * technical + own[agent]
    chance += (effect + moved[agent]) * (treated & after)
    return pd.DataFrame(
        {
            "started_at": START + pd.to_timedelta(days, "D"),
            "queue": np.where(technical, "technical", "billing"),
            "agent_id": np.char.add("a", agent.astype(str)),
            "team": np.where(agent % 2 == 0, "with", "without"),
            "escalated": rng.uniform(size=n) < chance,
        }
    )


def differences(rng: np.random.Generator, *, agents: int, by_agent: bool) -> Simulated:
    """Estimate the policy's effect in a centre.

    Parameters
    ----------
    rng, agents, by_agent
        As in `centre`, with 40 calls an agent.

    Returns
    -------
    tuple of float
        The true effect in points, and the ends of the interval.
    """
    rows = centre(rng, agents=agents, per_agent=40, by_agent=by_agent)
    row = difference_in_differences(
        rows,
        "escalated",
        treated=["with"] if by_agent else ["technical"],
        since=SINCE,
        where="team" if by_agent else "queue",
    ).iloc[0]
    return -10.0, float(row["ci_low"]), float(row["ci_high"])


def surveyed(rng: np.random.Generator, customers: int) -> pd.DataFrame:
    """Draw calls whose answers to a survey depend on what was heard, and the queue.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers : int
        How many; each calls once to four times.

    Returns
    -------
    DataFrame
        call_id, customer_id, queue, valence_mean, resignation_share, answered, nps
        and csat (of those who answered), nps_of_all, csat_of_all.
    """
    n_calls = rng.integers(1, 5, customers)
    customer = np.repeat(np.arange(customers), n_calls)
    n = len(customer)
    mood = 0.5 * rng.normal(size=customers)[customer] + 0.8 * rng.normal(size=n)
    resigned = np.where(rng.uniform(size=n) < 0.35, rng.beta(2, 4, n), 0.0)
    billing = rng.uniform(size=n) < 0.4
    liking = 6.5 + 1.8 * mood - 4 * resigned - 0.8 * billing + 1.5 * rng.normal(size=n)
    nps = np.clip(np.round(liking), 0, 10)
    csat = np.clip(np.round(liking / 2), 1, 5)
    wish = 0.3 * mood - 3 * resigned + 0.3 * billing
    answered = rng.uniform(size=n) < 1 / (1 + np.exp(-wish))
    return pd.DataFrame(
        {
            "call_id": np.arange(n).astype(str),
            "customer_id": customer,
            "queue": np.where(billing, "billing", "technical"),
            "valence_mean": mood,
            "resignation_share": resigned,
            "answered": answered,
            "nps": np.where(answered, nps, np.nan),
            "csat": np.where(answered, csat, np.nan),
            "nps_of_all": nps,
            "csat_of_all": csat,
        }
    )


@cache
def true_survey() -> dict[str, float]:
    """Give the true figures of `surveyed`, from 200,000 customers.

    Returns
    -------
    dict of str to float
        nps and csat of all, and by how much the resigned share of those who answer
        lies above the silents', in points.
    """
    rows = surveyed(np.random.default_rng(20260301), 200_000)
    nps, answered = rows["nps_of_all"], rows["answered"]
    resigned = rows["resignation_share"]
    return {
        "nps": 100 * float((nps >= 9).mean() - (nps <= 6).mean()),
        "csat": float(rows["csat_of_all"].mean()),
        "heard": 100 * float(resigned[answered].mean() - resigned[~answered].mean()),
    }


def weighted(rng: np.random.Generator, *, score: str, customers: int) -> Simulated:
    """Weigh the answers of a survey.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    score : str
        nps or csat.
    customers : int
        How many.

    Returns
    -------
    tuple of float
        The score of all, and the ends of the interval; NaN where it is refused.
    """
    rows = surveyed(rng, customers)
    try:
        scores = weighted_scores(rows, ["valence_mean", "resignation_share", "queue"]).scores
    except AbstainedError:
        return true_survey()[score], np.nan, np.nan
    row = scores[scores["score"] == score].iloc[0]
    return true_survey()[score], float(row["ci_low"]), float(row["ci_high"])


def answered(rng: np.random.Generator, *, customers: int) -> Simulated:
    """Compare the resigned share of those who answered and the silent.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers : int
        How many.

    Returns
    -------
    tuple of float
        The true difference in points, and the ends of the interval.
    """
    row = answered_against_silent(surveyed(rng, customers), ["resignation_share"]).iloc[0]
    return true_survey()["heard"], float(row["ci_low"]), float(row["ci_high"])


def card(rng: np.random.Generator, *, agents: int, rate: bool) -> Simulated:
    """Make cards of agents with few calls and take one at random.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    agents : int
        How many; 5 to about 45 calls each.
    rate : bool
        Whether the measure is yes or no, else a score.

    Returns
    -------
    tuple of float
        The agent's true figure for the mix of all calls, and the ends of its
        interval.
    """
    per_agent = 5 + rng.poisson(rng.gamma(2, 10, agents))
    agent = np.repeat(np.arange(agents), per_agent)
    often = rng.beta(2, 2, agents)
    hard = rng.uniform(size=len(agent)) < often[agent]
    own = rng.normal(0, 0.5, agents)
    one = int(rng.integers(agents))
    value: npt.NDArray[np.float64 | np.bool_]
    if rate:
        value = rng.uniform(size=len(agent)) < _logistic(-1.7 + 0.8 * hard + own[agent])
        chance = _logistic(-1.7 + 0.8 * np.array([0, 1]) + own[one])
        truth = 100 * float(chance @ [1 - hard.mean(), hard.mean()])
    else:
        value = 75 - 4 * hard + 6 * own[agent] + rng.normal(0, 6, len(agent))
        truth = float(75 - 4 * hard.mean() + 6 * own[one])
    rows = pd.DataFrame(
        {
            "agent_id": np.char.add("a", np.char.zfill(agent.astype(str), 4)),
            "queue": np.where(hard, "retention", "billing"),
            "measure": value,
        }
    )
    row = agent_cards(rows, ["measure"], held_equal=["queue"]).iloc[one]
    return truth, float(row["ci_low"]), float(row["ci_high"])


def _logistic(x: _Floats) -> _Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)


def first_contacts(rng: np.random.Generator, customers: int, agents: int) -> pd.DataFrame:
    """Draw first calls, and who called again; most calls have no frustration.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers, agents : int
        How many.

    Returns
    -------
    DataFrame
        called_again, frustration_share, queue, agent_id, chance and slope (the true
        chance to call again, and by how much it rises a unit of the share).
    """
    agent = rng.integers(agents, size=customers)
    share = np.where(rng.uniform(size=customers) < 0.55, rng.beta(1.2, 3, customers), 0.0)
    share = np.clip(share + 0.05 * rng.normal(size=agents)[agent] * (share > 0), 0, 1)
    billing = rng.uniform(size=customers) < 0.4
    habit = rng.normal(0, 0.4, agents)
    chance = _logistic(-1.6 + 10 * FRUSTRATED * share + 0.3 * billing + habit[agent])
    return pd.DataFrame(
        {
            "called_again": pd.array(rng.uniform(size=customers) < chance, dtype="boolean"),
            "frustration_share": share,
            "queue": np.where(billing, "billing", "technical"),
            "agent_id": np.char.add("a", agent.astype(str)),
            "chance": chance,
            "slope": 10 * FRUSTRATED * chance * (1 - chance),
        }
    )


@cache
def true_repeat() -> float:
    """Give the true mean change of `first_contacts` for 10 points more, in points.

    Returns
    -------
    float
        Of the model that does not know the agents' habits, from 300,000 customers
        of 30,000 agents.
    """
    import statsmodels.api as sm

    rows = first_contacts(np.random.default_rng(20260302), 300_000, 30_000)
    share = rows["frustration_share"].to_numpy()
    design = np.column_stack([np.ones(len(rows)), share, rows["queue"] == "billing"])
    fit = sm.GLM(rows["chance"].to_numpy(), design, family=sm.families.Binomial()).fit()
    chance = fit.predict()
    return 100 * 0.1 * float(fit.params[1] * (chance * (1 - chance)).mean())


def repeated(rng: np.random.Generator, *, customers: int, agents: int) -> Simulated:
    """Relate frustration in first calls to another call.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers, agents : int
        How many.

    Returns
    -------
    tuple of float
        The true change in points, and the ends of the interval.
    """
    rows = first_contacts(rng, customers, agents)
    row = repeat_contacts(rows, ["frustration_share"], covariates=["queue"]).iloc[0]
    return true_repeat(), float(row["ci_low"]), float(row["ci_high"])


SIMULATIONS: dict[str, Callable[[np.random.Generator], Simulated]] = {
    "policy level, 60 points": partial(level, points=60, autocorrelation=0.0),
    "policy level, 60 points, autocorrelation .5": partial(level, points=60, autocorrelation=0.5),
    "policy level, 104 points": partial(level, points=104, autocorrelation=0.0),
    "policy level, 104 points, autocorrelation .5": partial(level, points=104, autocorrelation=0.5),
    "policy level, 60 weeks of 20 calls": partial(weekly_rate, weeks=60, calls=20),
    "differences, 12 agents": partial(differences, agents=12, by_agent=False),
    "differences, 7 of 14 agents": partial(differences, agents=14, by_agent=True),
    "answered against silent, 120 customers": partial(answered, customers=120),
    "weighted NPS, 120 customers": partial(weighted, score="nps", customers=120),
    "weighted CSAT, 120 customers": partial(weighted, score="csat", customers=120),
    "agent card, rate, 12 agents": partial(card, agents=12, rate=True),
    "agent card, score, 12 agents": partial(card, agents=12, rate=False),
    "repeat contacts, 400 customers, 15 agents": partial(repeated, customers=400, agents=15),
}
AT_OTHER_SIZES: dict[str, Callable[[np.random.Generator], Simulated]] = {
    "policy level, 24 points": partial(level, points=24, autocorrelation=0.0),
    "policy level, 24 points, autocorrelation .5": partial(level, points=24, autocorrelation=0.5),
    "policy level, 36 points, autocorrelation .5": partial(level, points=36, autocorrelation=0.5),
    "policy level, 60 points, autocorrelation .8": partial(level, points=60, autocorrelation=0.8),
    "policy level, 156 points, autocorrelation .5": partial(level, points=156, autocorrelation=0.5),
    "policy level, 104 weeks of 300 calls": partial(weekly_rate, weeks=104, calls=300),
    "differences, 8 agents": partial(differences, agents=8, by_agent=False),
    "differences, 4 of 8 agents": partial(differences, agents=8, by_agent=True),
    "differences, 40 agents": partial(differences, agents=40, by_agent=False),
    "weighted NPS, 60 customers": partial(weighted, score="nps", customers=60),
    "weighted NPS, 400 customers": partial(weighted, score="nps", customers=400),
    "weighted CSAT, 400 customers": partial(weighted, score="csat", customers=400),
    "agent card, rate, 6 agents": partial(card, agents=6, rate=True),
    "agent card, score, 6 agents": partial(card, agents=6, rate=False),
    "agent card, rate, 40 agents": partial(card, agents=40, rate=True),
    "repeat contacts, 400 customers, 8 agents": partial(repeated, customers=400, agents=8),
    "repeat contacts, 1500 customers, 40 agents": partial(repeated, customers=1500, agents=40),
}
"""The same at odd sizes: for a look when an interval changes."""
NEWEY_WEST: dict[str, Callable[[np.random.Generator], Simulated]] = {
    f"Newey-West, {points} points, autocorrelation {autocorrelation:g}": partial(
        newey_west, points=points, autocorrelation=autocorrelation
    )
    for points in (24, 60, 104)
    for autocorrelation in (0.0, 0.5)
}
"""What other tools give: too narrow, and shown only beside."""
