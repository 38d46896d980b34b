"""The model that the 600 calls without audio are drawn from: every coefficient, in one place.

Shares are shares of time: seconds of a side's utterances that truly carry a tag, before
any escalation, over all seconds of that side's utterances before any escalation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

BEGIN = datetime(2025, 9, 1, tzinfo=UTC)
END = datetime(2026, 9, 1, tzinfo=UTC)
POLICY_FROM = datetime(2026, 3, 1, tzinfo=UTC)
POLICY_QUEUES = ("technical", "delivery")
QUEUES = ("billing", "technical", "delivery", "retention")
REASONS = {
    "billing": ("bill query", "double charge", "refund"),
    "technical": ("broadband fault", "router setup", "slow broadband"),
    "delivery": ("late parcel", "wrong item", "return"),
    "retention": ("cancellation", "price", "moving house"),
}
TEAMS = {"north": "en", "south": "en", "rhine": "de", "west": "fr"}
CULTURES = {"en": ("british",), "de": ("german", "german", "austrian"), "fr": ("french",)}
N_CALLS = 600
N_AGENTS_A_TEAM = 6

COEFFICIENTS: dict[str, Any] = {
    "escalation": {
        "model": "logit",
        "intercept": -3.0,
        "frustrated_share_per_10pp": 0.35,
        "queue_billing": 0.0,
        "queue_technical": 0.3,
        "queue_delivery": 0.0,
        "queue_retention": 0.5,
        "callback_policy": -0.8,
        "agent_sd": 0.4,
    },
    "resolved": {
        "model": "logit",
        "intercept": 1.6,
        "frustrated_share_per_10pp": -0.15,
        "escalated": -1.0,
    },
    "qa_score": {
        "model": "linear, points",
        "intercept": 79.0,
        "frustrated_share_per_10pp": -1.2,
        "warm_or_empathic_share_per_10pp": 0.8,
        "agent_sd": 3.0,
        "noise_sd": 5.0,
        "scored_share_of_calls": 0.7,
    },
    "nps": {
        "model": "ordered logit, 0..10",
        "frustrated_share_per_10pp": -0.30,
        "resolved": 0.9,
        "cuts": [-3.6, -3.1, -2.7, -2.3, -1.9, -1.4, -0.9, -0.2, 0.7, 1.6],
    },
    "csat": {
        "model": "ordered logit, 1..5",
        "frustrated_share_per_10pp": -0.35,
        "resolved": 1.0,
        "cuts": [-3.0, -2.0, -0.9, 0.8],
    },
    "survey": {
        "model": "logit of an answer among those invited",
        "invited_share": 0.75,
        "intercept": 0.3,
        "frustrated_share_per_10pp": 0.10,
        "resigned_or_disengaged_share_per_10pp": -0.30,
    },
    "churn": {
        "model": "exponential hazard a year from the first call on",
        "baseline_hazard_per_year": 0.30,
        "frustrated_share_of_first_call_per_10pp": 0.20,
        "unresolved_first_call": 0.6,
    },
    "repeat_contact": {
        "model": "logit of another call within 14 days",
        "intercept": -2.0,
        "unresolved": 1.6,
    },
    "repair": {
        "model": "logit that a frustrated customer is frustrated in the next utterance",
        "intercept": 1.0,
        "after_warm_or_empathic": -0.9,
        "after_curt_or_impatient": 0.7,
    },
}


@dataclass(frozen=True)
class Agent:
    """One agent and their hidden traits.

    Parameters
    ----------
    agent_id, team, language : str
        As registered.
    weight : float
        How many calls they take.
    escalation_effect : float
        Log-odds.
    qa_effect : float
        Points.
    warmth : float
        Log-odds of a warm or empathic utterance.
    """

    agent_id: str
    team: str
    language: str
    weight: float
    escalation_effect: float
    qa_effect: float
    warmth: float


def chance_of(log_odds: float) -> float:
    """Turn log-odds into a probability.

    Parameters
    ----------
    log_odds : float
        Log-odds.

    Returns
    -------
    float
        Probability.
    """
    return float(1.0 / (1.0 + np.exp(-log_odds)))
