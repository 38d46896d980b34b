"""Five simulated raters: what each hears of what is there, with known faults."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from .feelings import AGENT_TAGS, CUSTOMER_TAGS, tags_from

STEPS = 3
OUT_GROUP_SENSITIVITY = 0.85
OUT_GROUP_VALENCE = 0.8
SHARES_SET = 0.5
PER_SITTING = 120


@dataclass(frozen=True)
class Rater:
    """One simulated rater and the truth about them.

    Parameters
    ----------
    rater_id, name, role, culture, languages, training : str
        As in the table raters.
    sensitivity : float
        Chance to hear a tag of intensity 1 from somebody of the own culture.
    false_alarm : float
        Chance to add a tag that is not there.
    unclear : float
        Chance to answer "unclear".
    valence_bias, arousal_bias : float
        Added to every score.
    score_sd : float
        Scatter of every score.
    intensity_bias : float
        Added to intensity before it is put on the steps.
    drift_per_100 : float
        Change of valence per 100 ratings of a sitting.
    """

    rater_id: str
    name: str
    role: str
    culture: str
    languages: str
    training: str
    sensitivity: float
    false_alarm: float
    unclear: float
    valence_bias: float
    arousal_bias: float
    score_sd: float
    intensity_bias: float
    drift_per_100: float


RATERS = (
    Rater("r1", "Ada", "lead", "british", "en", "two days, cx 1",
          0.92, 0.04, 0.01, 0.00, 0.00, 0.12, 0.00, 0.00),
    Rater("r2", "Ben", "rater", "british", "en fr", "two days, cx 1",
          0.82, 0.08, 0.02, 0.12, 0.00, 0.16, 0.05, 0.00),
    Rater("r3", "Clara", "rater", "german", "de en", "two days, cx 1",
          0.88, 0.15, 0.01, -0.15, 0.08, 0.16, 0.10, 0.00),
    Rater("r4", "Deniz", "rater", "german", "de en fr", "none",
          0.68, 0.22, 0.05, 0.00, 0.00, 0.30, 0.00, 0.00),
    Rater("r5", "Elise", "rater", "french", "fr en de", "two days, cx 1",
          0.80, 0.10, 0.02, 0.05, -0.05, 0.18, -0.05, -0.20),
)  # fmt: skip
_FROM_NOTHING = ("frustration",) * 5 + CUSTOMER_TAGS
_NEAR = {
    "frustration": ("anger", "urgency", "anxiety"),
    "anger": ("frustration", "urgency"),
    "anxiety": ("urgency", "confusion", "hesitation"),
    "confusion": ("hesitation", "anxiety", "frustration"),
    "hesitation": ("confusion", "anxiety"),
    "resignation": ("disengagement", "relief"),
    "disengagement": ("resignation", "hesitation"),
    "relief": ("satisfaction", "gratitude"),
    "gratitude": ("satisfaction", "relief"),
    "satisfaction": ("gratitude", "relief"),
    "urgency": ("frustration", "anxiety"),
    "warm": ("empathic", "scripted"),
    "empathic": ("warm", "scripted"),
    "curt": ("impatient", "scripted"),
    "scripted": ("curt", "warm"),
    "impatient": ("curt",),
}


@dataclass
class Book:
    """What raters have written so far.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    ratings, tags, scores, sessions : list of dict
        Rows of the four tables.
    furthest_s : dict
        By rater and call, how far the rater has heard the call, seconds.
    """

    rng: np.random.Generator
    ratings: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    furthest_s: dict[tuple[str, str], float] = field(default_factory=dict)
    _count: int = 0

    def new_id(self, moment: datetime) -> str:
        """Make a UUID of version 7 that is the same in every run.

        Parameters
        ----------
        moment : datetime
            When the act happened.

        Returns
        -------
        str
            The UUID: time, then a counter where others have chance.
        """
        self._count += 1
        stamp = int(moment.timestamp() * 1000)
        value = (stamp << 80) | (0x7 << 76) | (0x2 << 62) | self._count
        return str(uuid.UUID(int=value))


def may_rate(rater: Rater, language: str) -> bool:
    """Tell whether a rater speaks the language of a call.

    Parameters
    ----------
    rater : Rater
        Who.
    language : str
        Language of the call.

    Returns
    -------
    bool
        Whether they do.
    """
    return language in rater.languages.split()


def sit_and_rate(
    book: Book,
    rater: Rater,
    todo: pd.DataFrame,
    start: datetime,
    dimensions: tuple[str, ...],
    pass_: str = "both",
) -> datetime:
    """Let one rater rate utterances in order, in sittings of `PER_SITTING`.

    Parameters
    ----------
    book : Book
        Where the ratings go.
    rater : Rater
        Who.
    todo : DataFrame
        call_id, channel, role, start_s, end_s, customer_culture, tags and the true scores;
        for the pass `text` also word_tags and word_valence.
    start : datetime
        When the first sitting begins, UTC.
    dimensions : tuple of str
        What is scored.
    pass_ : str
        The pass.

    Returns
    -------
    datetime
        When the last sitting was over.
    """
    now, session = start, ""
    for place, row in enumerate(todo.to_dict("records")):
        position = place % PER_SITTING
        if position == 0:
            now = start if place == 0 else _next_morning(now)
            session = book.new_id(now)
            book.sessions.append(
                {
                    "session_id": session,
                    "rater_id": rater.rater_id,
                    "started_at": now,
                    "order_mode": "in_call",
                    "headphones": rater.training != "none",
                    "client": "simulated",
                }
            )
        seconds = 2.0 * (row["end_s"] - row["start_s"]) + float(book.rng.lognormal(1.6, 0.4))
        now += timedelta(milliseconds=round(1000 * seconds))
        _rate(book, rater, row, session, position, now, round(1000 * seconds), dimensions, pass_)
    return now


def _next_morning(now: datetime) -> datetime:
    day = (now + timedelta(days=1)).date()
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)


def _rate(
    book: Book,
    rater: Rater,
    row: dict[str, Any],
    session: str,
    position: int,
    now: datetime,
    elapsed_ms: int,
    dimensions: tuple[str, ...],
    pass_: str,
) -> None:
    rng = book.rng
    call = (rater.rater_id, row["call_id"])
    if pass_ != "text":
        book.furthest_s[call] = max(book.furthest_s.get(call, 0.0), row["end_s"])
    own = row["customer_culture"] == rater.culture or row["role"] == "agent"
    true_tags = tags_from(row["word_tags" if pass_ == "text" else "tags"])
    heard = _heard(rater, true_tags, row["role"], own, rng)
    unclear = bool(rng.random() < rater.unclear)
    rating_id = book.new_id(now)
    book.ratings.append(
        {
            "rating_id": rating_id,
            "rater_id": rater.rater_id,
            "call_id": row["call_id"],
            "channel": row["channel"],
            "role": row["role"],
            "start_s": row["start_s"],
            "end_s": row["end_s"],
            "session_id": session,
            "taxonomy": "cx",
            "version": "1",
            "pass": pass_,
            "verdict": "unclear" if unclear else ("tagged" if heard else "neutral"),
            "certainty": round(float(rng.beta(8, 3 if heard and not unclear else 4)), 2),
            "position": position,
            "heard_until_s": book.furthest_s.get(call, 0.0),
            "elapsed_ms": elapsed_ms,
            "created_at": now,
            "supersedes": None,
        }
    )
    if unclear:
        return
    shares = _shares(heard, rng)
    main = max(heard, key=lambda tag: heard[tag], default="")
    book.tags.extend(
        {
            "rating_id": rating_id,
            "tag": tag,
            "intensity": step / STEPS,
            "share": shares.get(tag),
            "primary": tag == main,
        }
        for tag, step in heard.items()
    )
    for dimension in dimensions:
        true = float(row[dimension])
        if dimension == "valence" and pass_ == "text":
            true = float(row["word_valence"])
        if dimension == "valence":
            true = true * (1.0 if own else OUT_GROUP_VALENCE)
            true += rater.valence_bias + rater.drift_per_100 * position / 100.0
        elif dimension == "arousal":
            true += rater.arousal_bias
        value = true + rng.normal(0.0, rater.score_sd)
        low = -1.0 if dimension == "valence" else 0.0
        book.scores.append(
            {
                "rating_id": rating_id,
                "dimension": dimension,
                "value": round(float(np.clip(value, low, 1.0)), 2),
            }
        )


def _heard(
    rater: Rater, true_tags: dict[str, float], role: str, own: bool, rng: np.random.Generator
) -> dict[str, int]:
    """Tags that this rater hears, with the step of intensity."""
    heard: dict[str, int] = {}
    for tag, intensity in true_tags.items():
        chance = rater.sensitivity * (0.7 + 0.3 * intensity)
        if rng.random() < chance * (1.0 if own else OUT_GROUP_SENSITIVITY):
            felt = intensity + rater.intensity_bias + rng.normal(0.0, 0.12)
            heard[tag] = int(np.clip(round(felt * STEPS), 1, STEPS))
    if rng.random() < rater.false_alarm:
        if true_tags:
            near = _NEAR[next(iter(true_tags))]
        else:
            near = _FROM_NOTHING if role == "customer" else AGENT_TAGS
        heard.setdefault(str(rng.choice(near)), 1)
    return heard


def _shares(heard: dict[str, int], rng: np.random.Generator) -> dict[str, float]:
    """Shares of a mixed feeling where the rater cared to set them, in steps of 0.05."""
    if len(heard) < 2 or rng.random() > SHARES_SET:
        return {}
    weights = np.array(list(heard.values()), dtype=float)
    steps = np.round(20 * weights / weights.sum()).astype(int)
    steps[-1] = 20 - steps[:-1].sum()
    return {tag: float(step) / 20 for tag, step in zip(heard, steps, strict=True)}
