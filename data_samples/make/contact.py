"""One call of the 600: who feels what and when, and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from .model import COEFFICIENTS, POLICY_FROM, POLICY_QUEUES, REASONS, Agent, chance_of

_FRUSTRATING = {"billing": -0.7, "technical": -0.3, "delivery": -0.8, "retention": -0.6}
_LEAVING_FRUSTRATION = ("neutral", "resignation", "disengagement", "relief")
_QA_ITEMS = {
    "greeting": 10.0,
    "verification": 10.0,
    "listening": 25.0,
    "solution": 30.0,
    "compliance": 15.0,
    "closing": 10.0,
}


def hold_conversation(
    agent: Agent, queue: str, moment: datetime, rng: np.random.Generator
) -> dict[str, Any]:
    """Draw one call.

    Parameters
    ----------
    agent : Agent
        Who answers.
    queue : str
        The line it came in on.
    moment : datetime
        When it begins, UTC.
    rng : Generator
        Source of chance.

    Returns
    -------
    dict
        call (manifest row with outcomes), truth (features, hidden outcomes), utterances.
    """
    rows, now = _talk(agent, queue, rng)
    hold_s = round(float(rng.uniform(20, 120)), 1) if rng.random() < 0.2 else 0.0
    shares = true_shares(rows)
    policy = queue in POLICY_QUEUES and moment >= POLICY_FROM
    model = COEFFICIENTS["escalation"]
    log_odds = (
        model["intercept"]
        + model["frustrated_share_per_10pp"] * 10 * shares["frustrated_share"]
        + model[f"queue_{queue}"]
        + model["callback_policy"] * policy
        + agent.escalation_effect
    )
    escalated = bool(rng.random() < chance_of(log_odds))
    escalated_at_s = round(now + 0.2, 3) if escalated else None
    if escalated:
        now = _after_escalation(rows, now + 1.5, rng)
    outcome = _outcomes(shares, escalated, agent, rng)
    call = {
        "agent_id": agent.agent_id,
        "team": agent.team,
        "queue": queue,
        "reason": str(rng.choice(REASONS[queue])),
        "started_at": moment,
        "utc_offset_min": 0,
        "direction": "inbound",
        "handle_s": round(now + 1.0 + hold_s, 1),
        "hold_s": hold_s,
        "n_transfers": int(escalated),
        "escalated": escalated,
        "escalated_at_s": escalated_at_s,
        "policy_period": "callback" if policy else "standard",
        **{name: outcome[name] for name in ("qa_score", "csat", "nps", "survey_invited")},
        "survey_answered": outcome["survey_answered"],
        "resolved": outcome["resolved"],
    }
    truth = shares | {
        "resolved": outcome["resolved"],
        "nps_of_all": outcome["nps_of_all"],
        "csat_of_all": outcome["csat_of_all"],
        "escalation_log_odds": round(log_odds, 4),
    }
    return {"call": call, "truth": truth, "utterances": rows}


def true_shares(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Work out the true features of a call from utterances before any escalation.

    Parameters
    ----------
    rows : list of dict
        role, start_s, end_s and tags.

    Returns
    -------
    dict of str to float
        frustrated_share and resigned_share of the customer's time, warm_share of the agent's.
    """

    def share(role: str, tags: set[str]) -> float:
        seconds = [(row["end_s"] - row["start_s"], row) for row in rows if row["role"] == role]
        total = sum(length for length, _ in seconds)
        return round(sum(s for s, row in seconds if tags & set(row["tags"])) / total, 6)

    return {
        "frustrated_share": share("customer", {"frustration"}),
        "resigned_share": share("customer", {"resignation", "disengagement"}),
        "warm_share": share("agent", {"warm", "empathic"}),
    }


def _talk(agent: Agent, queue: str, rng: np.random.Generator) -> tuple[list[dict[str, Any]], float]:
    """Draw the utterances before any escalation; give them and the time after them."""
    restless = _FRUSTRATING[queue] + float(rng.normal(0.0, 1.1))
    state = "frustration" if rng.random() < chance_of(restless) else "neutral"
    rows: list[dict[str, Any]] = []
    now = 0.8
    for turn in range(5 + int(rng.poisson(4))):
        manner = _manner(agent, state, rng)
        now = _add(rows, "agent", manner, now, rng)
        if turn:
            state = _next_state(state, manner, restless, rng)
        now = _add(rows, "customer", _feeling(state, rng), now, rng)
    return rows, now


def _add(
    rows: list[dict[str, Any]],
    role: str,
    tags: dict[str, float],
    now: float,
    rng: np.random.Generator,
) -> float:
    length = float(np.clip(rng.lognormal(1.25, 0.5), 0.7, 14.0))
    start_s, end_s = round(now, 3), round(now + length, 3)
    channel = 0 if role == "customer" else 1
    rows.append(
        {"channel": channel, "role": role, "start_s": start_s, "end_s": end_s, "tags": tags}
    )
    return end_s + float(np.clip(rng.normal(0.5, 0.35), 0.05, 2.5))


def _manner(agent: Agent, state: str, rng: np.random.Generator) -> dict[str, float]:
    """How the agent says the next utterance."""
    if rng.random() < chance_of(agent.warmth):
        return {"empathic" if state in ("frustration", "resignation") else "warm": _strength(rng)}
    other = rng.choice(("", "", "scripted", "curt", "impatient"), p=(0.3, 0.25, 0.25, 0.12, 0.08))
    return {str(other): _strength(rng)} if other else {}


def _strength(rng: np.random.Generator) -> float:
    return float(rng.choice((0.4, 0.6, 0.8), p=(0.3, 0.4, 0.3)))


def _feeling(state: str, rng: np.random.Generator) -> dict[str, float]:
    if state == "neutral":
        return {}
    tags = {state: _strength(rng)}
    if state == "frustration" and rng.random() < 0.25:
        tags["anger"] = _strength(rng)
    elif state == "satisfaction" and rng.random() < 0.4:
        tags["gratitude"] = _strength(rng)
    return tags


def _next_state(
    state: str, manner: dict[str, float], restless: float, rng: np.random.Generator
) -> str:
    """Draw what the customer feels next, given how the agent replied."""
    if state == "frustration":
        repair = COEFFICIENTS["repair"]
        log_odds = repair["intercept"]
        log_odds += repair["after_warm_or_empathic"] * bool({"warm", "empathic"} & set(manner))
        log_odds += repair["after_curt_or_impatient"] * bool({"curt", "impatient"} & set(manner))
        if rng.random() < chance_of(log_odds):
            return state
        return str(rng.choice(_LEAVING_FRUSTRATION, p=(0.45, 0.25, 0.15, 0.15)))
    if rng.random() < (0.7 if state in ("resignation", "disengagement", "satisfaction") else 0.35):
        return state
    moves = ("frustration", "neutral", "satisfaction", "confusion", "anxiety", "hesitation")
    weights = np.array([chance_of(restless), 0.6, 0.3, 0.12, 0.08, 0.08])
    weights = np.append(weights, [0.05, 0.07])
    return str(rng.choice((*moves, "disengagement", "urgency"), p=weights / weights.sum()))


def _after_escalation(rows: list[dict[str, Any]], now: float, rng: np.random.Generator) -> float:
    """Add what is said after the escalation: its consequence, not its cause."""
    for _ in range(3 + int(rng.integers(4))):
        now = _add(
            rows, "agent", {"empathic": _strength(rng)} if rng.random() < 0.5 else {}, now, rng
        )
        tags = {"frustration": 0.8, "anger": 0.8} if rng.random() < 0.75 else {}
        now = _add(rows, "customer", tags, now, rng)
    return now


def _ordered(latent: float, cuts: list[float], rng: np.random.Generator) -> int:
    return int(np.searchsorted(cuts, latent + rng.logistic()))


def _outcomes(
    shares: dict[str, float], escalated: bool, agent: Agent, rng: np.random.Generator
) -> dict[str, Any]:
    """Draw resolution, quality score and survey."""
    tens = {name: 10 * value for name, value in shares.items()}
    frustrated = tens["frustrated_share"]
    model = COEFFICIENTS["resolved"]
    log_odds = model["intercept"] + model["frustrated_share_per_10pp"] * frustrated
    resolved = bool(rng.random() < chance_of(log_odds + model["escalated"] * escalated))
    hidden = {}
    for name in ("nps", "csat"):
        model = COEFFICIENTS[name]
        latent = model["frustrated_share_per_10pp"] * frustrated + model["resolved"] * resolved
        hidden[name] = _ordered(latent, model["cuts"], rng) + (name == "csat")
    model = COEFFICIENTS["survey"]
    invited = bool(rng.random() < model["invited_share"])
    log_odds = (
        model["intercept"]
        + model["frustrated_share_per_10pp"] * frustrated
        + model["resigned_or_disengaged_share_per_10pp"] * tens["resigned_share"]
    )
    answered = bool(rng.random() < chance_of(log_odds)) and invited
    model = COEFFICIENTS["qa_score"]
    points = (
        model["intercept"]
        + model["frustrated_share_per_10pp"] * frustrated
        + model["warm_or_empathic_share_per_10pp"] * tens["warm_share"]
        + agent.qa_effect
        + float(rng.normal(0.0, model["noise_sd"]))
    )
    scored = rng.random() < model["scored_share_of_calls"]
    return {
        "resolved": resolved,
        "nps_of_all": hidden["nps"],
        "csat_of_all": hidden["csat"],
        "nps": hidden["nps"] if answered else None,
        "csat": hidden["csat"] if answered else None,
        "survey_invited": invited,
        "survey_answered": answered,
        "qa_score": float(np.clip(round(2 * points) / 2, 0.0, 100.0)) if scored else None,
    }


def items_of(score: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Split a quality score into the points of its items.

    Parameters
    ----------
    score : float
        0..100 in steps of 0.5.
    rng : Generator
        Source of chance.

    Returns
    -------
    list of dict
        item, score and maximum; scores sum to `score`.
    """
    lost = {item: 0.0 for item in _QA_ITEMS}
    weights = np.array([maximum * rng.uniform(0.3, 1.7) for maximum in _QA_ITEMS.values()])
    for _ in range(round(2 * (100.0 - score))):
        room = np.array([_QA_ITEMS[item] - lost[item] > 0 for item in _QA_ITEMS])
        odds = weights * room
        item = str(rng.choice(list(_QA_ITEMS), p=odds / odds.sum()))
        lost[item] += 0.5
    return [
        {"item": item, "score": maximum - lost[item], "maximum": maximum}
        for item, maximum in _QA_ITEMS.items()
    ]
