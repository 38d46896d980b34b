"""Simulated projects with known answers of one voice to another, and known gaps to the words.

Agents differ in warmth and in what their warmth does; calls differ in how they go for both
voices from the start; raters differ in habit and scatter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.contradictions import contradiction_index, pass_gap
from workbench.dialogue import contagion, contingent_empathy, repair, tone_consistency

Simulated = tuple[float, float, float]
_Floats = npt.NDArray[np.float64]


def _chance(log_odds: _Floats) -> _Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _exchanges(rng: np.random.Generator, agents: int, each: int, spread: float) -> pd.DataFrame:
    """Draw replies of agents; the customer is frustrated before four in ten."""
    size = np.maximum(rng.poisson(each, agents), 12)
    agent = np.repeat(np.arange(agents), size)
    n = len(agent)
    before = (rng.random(n) < 0.4).astype(float)
    warmth = rng.normal(-0.6, spread, agents)
    needed = rng.normal(0.5, spread / 2, agents)
    warm = (rng.random(n) < _chance(warmth[agent] + needed[agent] * before)).astype(float)
    curt = np.where(warm == 1, 0.0, (rng.random(n) < 0.3).astype(float))
    effect = rng.normal(-0.9, spread / 2, agents)
    stays = _chance(1.0 + effect[agent] * warm + 0.7 * curt)
    return pd.DataFrame(
        {
            "call_id": np.arange(n),
            "agent_id": agent,
            "before_frustration": before,
            "reply_warm": warm,
            "reply_curt": curt,
            "after_frustration": (rng.random(n) < stays).astype(float),
        }
    )


def empathy_difference(
    rng: np.random.Generator, *, agents: int, each: int = 60, spread: float = 0.5
) -> Simulated:
    """Draw one project and compare warm replies after distress with those after calm.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    agents, each : int
        How many agents, and replies of each on average.
    spread : float, default 0.5
        SD of the agents' log-odds of warmth.

    Returns
    -------
    tuple of float
        The true difference in percentage points over agents like these, and both ends.
    """
    rows = _exchanges(rng, agents, each, spread)
    found = contingent_empathy(rows, distress=("frustration",), reply=("warm",)).iloc[2]
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    wide = np.hypot(spread, spread / 2)
    truth = float(weights @ (_chance(-0.1 + wide * nodes) - _chance(-0.6 + spread * nodes)))
    return 100 * truth, float(found["ci_low"]), float(found["ci_high"])


def repair_effect(
    rng: np.random.Generator, *, agents: int, row: int, each: int = 60, spread: float = 0.0
) -> Simulated:
    """Draw one project and estimate what a reply goes with, in log-odds.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    agents, each : int
        How many agents, and replies of each on average.
    row : int
        1 for a warm reply, 2 for a curt one.
    spread : float, default 0.0
        SD of what a warm reply does, times two.

    Returns
    -------
    tuple of float
        The true log-odds, and the ends of the interval.
    """
    rows = _exchanges(rng, agents, each, spread)
    found = repair(rows, warm=("warm",), curt=("curt",)).iloc[row]
    return (-0.9, 0.7)[row - 1], float(found["ci_low"]), float(found["ci_high"])


def contagion_effect(
    rng: np.random.Generator, *, calls: int, kind: str = "within", level: float = 0.3
) -> Simulated:
    """Draw calls in which each voice follows the other, and estimate how far.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    calls : int
        How many, of 16 to 40 turns.
    kind : {"within", "pooled"}, default "within"
        As in `contagion`.
    level : float, default 0.3
        SD of the call's level, which both voices share.

    Returns
    -------
    tuple of float
        The true coefficient of the agent's next turn, and the ends of the interval.
    """
    n = rng.integers(16, 41, calls)
    base = rng.normal(0, level, calls)
    value = np.zeros((calls, 60))
    for at in range(2, 60):
        noise = rng.normal(0, 0.3, calls)
        value[:, at] = base + 0.2 * value[:, at - 1] + 0.4 * value[:, at - 2] + noise
    call = np.repeat(np.arange(calls), n)
    turn = np.concatenate([np.arange(k) for k in n])
    heard = pd.DataFrame(
        {
            "call_id": call,
            "role": np.where(turn % 2 == 0, "customer", "agent"),
            "start_s": 4.0 * turn,
            "end_s": 4.0 * turn + 3,
            "valence_score": value[call, turn + 20],
        }
    )
    found = contagion(heard, kind=kind).iloc[0]
    return 0.2, float(found["ci_low"]), float(found["ci_high"])


def consistency(rng: np.random.Generator, *, agents: int, icc: float, each: int = 12) -> Simulated:
    """Draw agents with unequal numbers of calls and estimate the ICC of their tone.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    agents, each : int
        How many agents, and calls of each on average.
    icc : float
        The true share between agents.

    Returns
    -------
    tuple of float
        The ICC, and the ends of the interval.
    """
    size = np.maximum(rng.poisson(each, agents), 2)
    agent = np.repeat(np.arange(agents), size)
    value = rng.normal(0, icc**0.5, agents)[agent] + rng.normal(0, (1 - icc) ** 0.5, len(agent))
    found = tone_consistency(pd.DataFrame({"agent_id": agent, "value": value}), minimum_group=5)
    return icc, float(found["ci_low"].item()), float(found["ci_high"].item())


def _rated(rng: np.random.Generator, truth: _Floats, raters: int, most: int) -> pd.DataFrame:
    """Let two to `most` raters of habit and scatter rate every utterance."""
    n = len(truth)
    habit = rng.normal(0, 0.08, raters)
    chosen = np.argsort(rng.random((n, raters)), axis=1)[:, :most]
    use = np.arange(most) < rng.integers(2, most + 1, n)[:, None]
    value = truth[:, None] + habit[chosen] + rng.normal(0, 0.15, (n, most))
    at = np.repeat(np.arange(n), most).reshape(n, most)[use]
    return pd.DataFrame({"utterance_id": at, "rater_id": chosen[use], "value": value[use]})


def gap_of_passes(rng: np.random.Generator, *, utterances: int, same: bool) -> Simulated:
    """Draw utterances rated by voice and by text, and estimate one gap.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    utterances : int
        How many.
    same : bool
        Whether the same raters gave both passes.

    Returns
    -------
    tuple of float
        The true gap of one utterance, and the ends of its interval.
    """
    words = rng.normal(0, 0.3, utterances)
    gap = np.where(rng.random(utterances) < 0.2, -0.6, 0.0)
    if same:
        both = _rated(rng, words, 6, 4)
        shift = rng.normal(0, 0.12, len(both))
        read = both.assign(value=both["value"] + rng.normal(0, 0.1, len(both)))
        voice = both.assign(value=both["value"] + gap[both["utterance_id"]] + shift)
    else:
        read, voice = _rated(rng, words, 12, 4), _rated(rng, words + gap, 12, 4)
    found = pass_gap(voice, read).iloc[0]
    return float(gap[found["utterance_id"]]), float(found["ci_low"]), float(found["ci_high"])


def gap_to_tool(rng: np.random.Generator, *, utterances: int) -> Simulated:
    """Draw utterances rated by voice and by text and judged by a tool; estimate one gap.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    utterances : int
        How many.

    Returns
    -------
    tuple of float
        The true gap between voice and words of one utterance, and both ends.
    """
    said = rng.uniform(-0.8, 0.8, utterances)
    words = 0.1 + 0.5 * said + rng.normal(0, 0.15, utterances)
    gap = np.where(rng.random(utterances) < 0.2, -0.4, 0.0)
    text = pd.DataFrame({"utterance_id": np.arange(utterances), "sentiment": said})
    found = contradiction_index(
        _rated(rng, words + gap, 12, 4), text, text_ratings=_rated(rng, words, 12, 4)
    ).iloc[0]
    return float(gap[found["utterance_id"]]), float(found["ci_low"]), float(found["ci_high"])


SIMULATIONS: dict[str, Callable[[np.random.Generator], Simulated]] = {
    "contingent empathy, 10 agents": partial(empathy_difference, agents=10),
    "contingent empathy, 30 agents": partial(empathy_difference, agents=30),
    "repair after a warm reply, 12 agents": partial(repair_effect, agents=12, row=1),
    "repair after a warm reply, 24 agents that differ": partial(
        repair_effect, agents=24, row=1, spread=0.4
    ),
    "repair after a curt reply, 24 agents": partial(repair_effect, agents=24, row=2),
    "contagion within 60 calls": partial(contagion_effect, calls=60),
    "contagion pooled, calls of one level": partial(
        contagion_effect, calls=40, kind="pooled", level=0.0
    ),
    "consistency of tone, 10 agents": partial(consistency, agents=10, icc=0.3),
    "consistency of tone, 30 agents": partial(consistency, agents=30, icc=0.15),
    "voice less text of an utterance, same raters": partial(
        gap_of_passes, utterances=40, same=True
    ),
    "voice less text of an utterance, other raters": partial(
        gap_of_passes, utterances=40, same=False
    ),
    "voice less text tool of an utterance": partial(gap_to_tool, utterances=60),
}
