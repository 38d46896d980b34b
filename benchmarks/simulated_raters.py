"""Simulated raters whose bias, drift, carry-over, fatigue or indifference is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench import agreement

TAGS = ("anger", "anxiety", "confusion", "frustration", "gratitude", "relief")
MEAN_HEARD = (0.12, 0.10, 0.12, 0.25, 0.15, 0.12)


class Project(NamedTuple):
    """Tables of a simulated project.

    Parameters
    ----------
    ratings, tags, scores, utterances : DataFrame
        The tables of these names.
    """

    ratings: pd.DataFrame
    tags: pd.DataFrame
    scores: pd.DataFrame
    utterances: pd.DataFrame


class Fault(NamedTuple):
    """What is the matter with a simulated rater; nothing by default.

    Parameters
    ----------
    answers : str
        "honest", "random" (answers of the right frequency, at random) or
        "constant" (always the same).
    valence : float
        Added to every valence.
    deaf_to : str
        A tag that is heard half as often.
    drift : float
        Change of valence per 100 ratings of a sitting.
    carry : float
        Share of the valence given before that is added.
    tired : float
        Growth of the scatter's variance per 100 ratings, relative.
    """

    answers: str = "honest"
    valence: float = 0.0
    deaf_to: str = ""
    drift: float = 0.0
    carry: float = 0.0
    tired: float = 0.0


HONEST = Fault()


def rated_project(
    rng: np.random.Generator,
    faults: list[Fault],
    *,
    per_rater: int = 60,
    overlap: int = 5,
    sitting: int = 60,
    per_call: int = 1,
    scored: bool = True,
) -> Project:
    """Let raters, some with faults, rate utterances in an order of their own.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    faults : list of Fault
        One a rater.
    per_rater : int
        Ratings of each.
    overlap : int
        Raters of each utterance.
    sitting : int
        Ratings in one sitting.
    per_call : int
        Utterances of a call.
    scored : bool
        Whether valence and arousal are scored beside the tags.

    Returns
    -------
    Project
        Tables as in a workspace.
    """
    n_raters = len(faults)
    n_items = n_raters * per_rater // overlap
    # raters of each utterance: every rater has the same load
    seats = np.concatenate([rng.permutation(n_raters) for _ in range(per_rater)])
    who = seats.reshape(n_items, overlap)
    for row in who:
        while len(set(row)) < overlap:
            other = who[rng.integers(n_items)]
            a = next(k for k in range(overlap) if row[k] in row[:k])
            b = int(rng.integers(overlap))
            if other[b] not in row and row[a] not in other:
                row[a], other[b] = other[b], row[a]
    call = np.arange(n_items) // per_call
    mood = rng.normal(0, 0.15, call.max() + 1)[call] + rng.normal(0, 0.35, n_items)
    arousal = rng.normal(0.5, 0.2, n_items)
    clear = rng.beta(0.4, 0.4 * (1 / np.array(MEAN_HEARD) - 1), (n_items, len(TAGS)))
    ratings, tags, scores = [], [], []
    begin = pd.Timestamp("2026-11-02 08:00", tz="UTC")
    for r, fault in enumerate(faults):
        own = rng.permutation(np.flatnonzero((who == r).any(axis=1)))
        length_s = 1 + own % 7
        n = len(own)
        place = np.arange(n) % sitting
        told_as = rng.integers(n_items, size=n) if fault.answers == "random" else own
        spread = 0.15 * np.sqrt(np.maximum(1 + fault.tired * place / 100, 0.0))
        valence = mood[told_as] + fault.valence + fault.drift * place / 100
        valence = valence + rng.normal(0, 1, n) * spread
        if fault.carry:
            for t in range(1, n):
                valence[t] += fault.carry * valence[t - 1] * (place[t] > 0)
        excited = arousal[told_as] + rng.normal(0, 0.12, n)
        chance = clear[told_as]
        if fault.deaf_to:
            chance[:, TAGS.index(fault.deaf_to)] *= 0.4
        heard = rng.random(chance.shape) < chance
        if fault.answers == "constant":
            valence, excited = np.zeros(n), np.full(n, 0.5)
            heard = np.zeros_like(heard)
        days = pd.to_timedelta(np.arange(n) // sitting, unit="D")
        spent_ms = 2000 * length_s + rng.lognormal(1.6, 0.4, n) * 1000
        when = begin + days + pd.to_timedelta(np.arange(n) % sitting * 15, unit="s")
        ids = [f"r{r:02d}-{t:05d}" for t in range(n)]
        ratings.append(
            pd.DataFrame(
                {
                    "rating_id": ids,
                    "utterance_id": [f"u{i:05d}" for i in own],
                    "rater_id": f"r{r:02d}",
                    "session_id": [f"r{r:02d}-{t // sitting}" for t in range(n)],
                    "taxonomy": "cx",
                    "version": "1",
                    "pass": "voice",
                    "verdict": np.where(heard.any(axis=1), "tagged", "neutral"),
                    "position": place,
                    "elapsed_ms": spent_ms.astype(np.int64),
                    "created_at": when,
                    "retracted": False,
                }
            )
        )
        at, tag = np.nonzero(heard)
        tags.append(
            pd.DataFrame(
                {
                    "rating_id": [ids[i] for i in at],
                    "tag": [TAGS[k] for k in tag],
                    "primary": False,
                }
            )
        )
        if scored:
            scores.append(
                pd.DataFrame(
                    {
                        "rating_id": ids * 2,
                        "dimension": np.repeat(["valence", "arousal"], n),
                        "value": np.concatenate([valence, excited]),
                    }
                )
            )
    start_s = (np.arange(n_items) % per_call) * 10.0
    utterances = pd.DataFrame(
        {
            "utterance_id": [f"u{i:05d}" for i in range(n_items)],
            "segmentation_id": "s",
            "unit": "utterance",
            "call_id": [f"c{c:05d}" for c in call],
            "role": "customer",
            "start_s": start_s,
            "end_s": start_s + 1 + np.arange(n_items) % 7,
            "created_at": begin,
        }
    )
    empty = pd.DataFrame({"rating_id": [], "dimension": [], "value": []})
    return Project(
        pd.concat(ratings, ignore_index=True),
        pd.concat(tags, ignore_index=True),
        pd.concat(scores, ignore_index=True) if scored else empty,
        utterances,
    )


def _long(
    rng: np.random.Generator, n_calls: int, n_raters: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make calls of 1 to 12 utterances, each rated by 4 in 5 of the raters, two at least."""
    call = np.repeat(np.arange(n_calls), rng.poisson(5, n_calls) + 1)
    asked = rng.random((len(call), n_raters)) < 0.8
    asked |= (asked.sum(axis=1) < 2)[:, None]
    item, rater = np.nonzero(asked)
    return item, rater, call[item]


def bias_of_scores(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the bias of one of five raters in valence, 14 calls.

    Raters are fixed; calls, utterances, how a rater takes to a caller, and scatter
    are drawn. The truth is the rater's offset less the mean offset of the others.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    n_calls, n_raters = 14, 5
    offset = rng.normal(0, 0.1, n_raters)
    item, rater, call = _long(rng, n_calls, n_raters)
    n_items = item.max() + 1
    value = (
        rng.normal(0, 0.3, n_calls)[call]
        + rng.normal(0, 0.3, n_items)[item]
        + offset[rater]
        + rng.normal(0, 0.08, (n_calls, n_raters))[call, rater]
        + rng.normal(0, 0.2, len(item))
    )
    row = agreement.rater_bias(_table(item, rater, call, value)).iloc[0]
    return float(offset[0] - offset[1:].mean()), float(row["ci_low"]), float(row["ci_high"])


def bias_of_tags(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate how much less or more often one of five raters hears a tag, 30 calls.

    As `bias_of_scores` on the scale of log-odds; the truth is the difference of
    expected shares.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    n_calls, n_raters = 30, 5
    offset = rng.normal(-1.5, 0.4, n_raters)
    item, rater, call = _long(rng, n_calls, n_raters)
    logit = (
        rng.normal(0, 1.0, n_calls)[call]
        + rng.normal(0, 1.0, item.max() + 1)[item]
        + offset[rater]
        + rng.normal(0, 0.3, (n_calls, n_raters))[call, rater]
    )
    heard = (rng.random(len(item)) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    usual = (weight / (1 + np.exp(-(offset[:, None] + node * np.sqrt(2.09))))).sum(axis=1)
    usual = usual / weight.sum()
    row = agreement.rater_bias(_table(item, rater, call, heard)).iloc[0]
    return float(usual[0] - usual[1:].mean()), float(row["ci_low"]), float(row["ci_high"])


def drift_in_sittings(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the drift of one of four raters over two sittings of 120 ratings.

    Every rater has a drift, an own order of the 48 calls and an own mood in each
    sitting. The truth is the rater's drift: the others' orders are drawn anew,
    so that theirs falls out.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    n_calls, n_raters, sitting = 48, 4, 120
    drift = rng.normal(0, 0.1, n_raters)
    call_of = np.repeat(np.arange(n_calls), 5)
    level = rng.normal(0, 0.3, n_calls)[call_of] + rng.normal(0, 0.3, len(call_of))
    parts = []
    for rater in range(n_raters):
        order = np.argsort(rng.permutation(n_calls)[call_of], kind="stable")
        place = np.arange(len(order))
        value = (
            level[order]
            + drift[rater] * (place % sitting) / 100
            + rng.normal(0, 0.05, len(order) // sitting)[place // sitting]
            + rng.normal(0, 0.08, n_calls)[call_of[order]]
            + rng.normal(0, 0.2, len(order))
        )
        table = _table(order, np.full(len(order), rater), call_of[order], value)
        table["session_id"], table["place"] = place // sitting, place % sitting
        parts.append(table)
    row = agreement.rater_drift(pd.concat(parts, ignore_index=True)).iloc[0]
    return float(drift[0]), float(row["ci_low"]), float(row["ci_high"])


def agreement_of_a_rater(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the agreement of one of five raters with the rest in valence, 40 calls.

    All raters have the same scatter about what the utterance is like, so that the
    truth is the share of the variance that utterances have.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    n_calls, n_raters = 40, 5
    item, rater, call = _long(rng, n_calls, n_raters)
    signal = rng.normal(0, 0.2, n_calls)[call] + rng.normal(0, 0.3, item.max() + 1)[item]
    value = signal + rng.normal(0, 0.25, len(item))
    row = agreement.rater_agreement(_table(item, rater, call, value)).iloc[0]
    truth = 0.13 / (0.13 + 0.0625)
    return truth, float(row["ci_low"]), float(row["ci_high"])


def _table(
    item: np.ndarray, rater: np.ndarray, call: np.ndarray, value: np.ndarray
) -> pd.DataFrame:
    return pd.DataFrame({"utterance_id": item, "rater_id": rater, "value": value, "call_id": call})


SIMULATIONS: dict[str, Callable[[np.random.Generator], tuple[float, float, float]]] = {
    "rater_bias": bias_of_scores,
    "rater_bias_tags": bias_of_tags,
    "drift": drift_in_sittings,
    "rater_agreement": agreement_of_a_rater,
}
