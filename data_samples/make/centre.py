"""600 further calls of the same contact centre, without audio: agents, customers, a year."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .contact import hold_conversation
from .feelings import tags_text, true_scores
from .model import (
    BEGIN,
    COEFFICIENTS,
    CULTURES,
    END,
    N_AGENTS_A_TEAM,
    N_CALLS,
    QUEUES,
    TEAMS,
    Agent,
    chance_of,
)


@dataclass
class Centre:
    """What is drawn.

    Parameters
    ----------
    calls : list of dict
        Rows of the manifest, with outcomes.
    utterances : list of dict
        Utterances with true tags and scores.
    truth : list of dict
        The true features and hidden outcomes of every call.
    """

    calls: list[dict[str, Any]] = field(default_factory=list)
    utterances: list[dict[str, Any]] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)


def hire_agents(rng: np.random.Generator) -> list[Agent]:
    """Draw the agents.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    list of Agent
        24 agents in 4 teams.
    """
    agents = []
    for team, language in TEAMS.items():
        for _ in range(N_AGENTS_A_TEAM):
            agents.append(
                Agent(
                    f"a{len(agents) + 1:02d}",
                    team,
                    language,
                    float(rng.uniform(0.6, 1.6)),
                    float(rng.normal(0.0, COEFFICIENTS["escalation"]["agent_sd"])),
                    float(rng.normal(0.0, COEFFICIENTS["qa_score"]["agent_sd"])),
                    float(rng.normal(-0.6, 0.5)),
                )
            )
    return agents


def run_centre(seed: int) -> Centre:
    """Draw customers one after the other, each with all their calls, until there are 600 calls.

    Parameters
    ----------
    seed : int
        Seed of all chance.

    Returns
    -------
    Centre
        Calls in the order of their time.
    """
    rng = np.random.default_rng([seed, 600])
    agents = hire_agents(rng)
    drawn: list[dict[str, Any]] = []
    customer = 0
    while len(drawn) < N_CALLS:
        customer += 1
        drawn.extend(_customer_calls(f"K{1000 + customer}", agents, rng))
    drawn = sorted(drawn[:N_CALLS], key=lambda call: call["call"]["started_at"])
    centre = Centre()
    for number, call in enumerate(drawn, start=1):
        call_id = f"m{number:04d}"
        centre.calls.append({"call_id": call_id} | call["call"])
        centre.truth.append({"call_id": call_id} | call["truth"])
        for row in call["utterances"]:
            tags = row.pop("tags")
            centre.utterances.append(
                {"call_id": call_id} | row | {"tags": tags_text(tags)} | true_scores(tags)
            )
    return centre


def _customer_calls(
    customer_id: str, agents: list[Agent], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """All calls of one customer: the first, its consequences, and what comes after."""
    language = str(rng.choice(("en", "en", "de", "fr")))
    culture = str(rng.choice(CULTURES[language]))
    span_s = (END - BEGIN).total_seconds()
    moment = _office_hours(BEGIN + timedelta(seconds=float(rng.uniform(0, span_s))), rng)
    fitting = [agent for agent in agents if agent.language == language]
    weights = np.array([agent.weight for agent in fitting])
    queue = str(rng.choice(QUEUES))
    calls: list[dict[str, Any]] = []
    leaves_at: datetime | None = None
    while moment < END and (leaves_at is None or moment < leaves_at):
        agent = fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))]
        call = hold_conversation(agent, queue, moment, rng)
        call["call"] |= {
            "customer_id": customer_id,
            "language": language,
            "customer_culture": culture,
            "observed_until": END.date().isoformat(),
            "churned_at": None,
        }
        calls.append(call)
        if leaves_at is None:
            leaves_at = moment + timedelta(days=_days_until_leaving(call["truth"], rng))
        repeat = COEFFICIENTS["repeat_contact"]
        unresolved = 1 - int(call["call"]["resolved"])
        soon = rng.random() < chance_of(repeat["intercept"] + repeat["unresolved"] * unresolved)
        call["truth"]["repeat_within_14_days"] = bool(soon)
        if soon:
            pause_days = float(rng.uniform(0.5, 13.5))
        else:
            pause_days = 14.0 + float(rng.exponential(220.0))
            queue = str(rng.choice(QUEUES))
        moment = _office_hours(moment + timedelta(days=pause_days), rng)
    if leaves_at is not None and leaves_at < END:
        for call in calls:
            call["call"]["churned_at"] = leaves_at.date().isoformat()
    return calls


def _days_until_leaving(first: dict[str, Any], rng: np.random.Generator) -> float:
    churn = COEFFICIENTS["churn"]
    log_hazard = (
        np.log(churn["baseline_hazard_per_year"])
        + churn["frustrated_share_of_first_call_per_10pp"] * 10 * first["frustrated_share"]
        + churn["unresolved_first_call"] * (1 - int(first["resolved"]))
    )
    return max(float(rng.exponential(365.0 / np.exp(log_hazard))), 1.0)


def _office_hours(moment: datetime, rng: np.random.Generator) -> datetime:
    return moment.replace(
        hour=int(rng.integers(8, 18)), minute=int(rng.integers(60)), second=int(rng.integers(60)),
        microsecond=0,
    )  # fmt: skip
