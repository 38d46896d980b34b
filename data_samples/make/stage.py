"""Play a call: put the utterances on their channels and write down what is true."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from . import telephone
from .dialogues import ROLES, Direction, Line, Play
from .feelings import tags_text, true_scores
from .people import PEOPLE, delivery_of
from .vocoder import RATE_HZ as VOICE_RATE_HZ
from .vocoder import say

Floats = npt.NDArray[np.float64]
RATE_HZ = telephone.RATE_HZ
LEAD_IN_S, LEAD_OUT_S = 0.9, 1.1


@dataclass
class Performance:
    """One call as played.

    Parameters
    ----------
    play : Play
        What was written.
    length_s : float
        Length of the call.
    sides : dict of str to ndarray
        The signals by role, before encoding.
    utterances, words, events : list of dict
        What is true, in seconds of the call.
    recordings : list of (float, float)
        Start and end of each recording.
    escalated_at_s : float or None
        When the call was escalated.
    """

    play: Play
    length_s: float = 0.0
    sides: dict[str, Floats] = field(default_factory=dict)
    utterances: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    recordings: list[tuple[float, float]] = field(default_factory=list)
    escalated_at_s: float | None = None


def perform(play: Play, seed: int) -> Performance:
    """Play one call.

    Parameters
    ----------
    play : Play
        What was written.
    seed : int
        Seed of all chance; every call has its own stream.

    Returns
    -------
    Performance
        Signals and truth.
    """
    rng = np.random.default_rng([seed, zlib.crc32(play.call_id.encode())])
    done = Performance(play)
    placed: list[tuple[str, float, Floats]] = []
    mutes: list[tuple[float, float]] = []
    muted_since = recording_start = 0.0
    now, last = LEAD_IN_S, ""
    for line in play.lines:
        if isinstance(line, Direction):
            if line.kind == "mute":
                muted_since = now + 0.3
            elif line.kind == "unmute":
                mutes.append((muted_since, now + 0.1))
                done.events.append(_event(done, "agent", *mutes[-1], "silence"))
            elif line.kind == "escalate":
                done.escalated_at_s = round(now, 3)
            elif line.kind == "transfer":
                done.recordings.append((recording_start, round(now + LEAD_OUT_S, 3)))
                recording_start = round(now + LEAD_OUT_S + float(line.value), 3)
                done.events.append(_event(done, None, now + 0.2, recording_start, "transfer"))
                now, last = recording_start + LEAD_IN_S, ""
            else:
                now = _sound(done, line, now, placed)
            continue
        gap = _gap(line, last, rng) if last or line.gap_s is not None else 0.0
        now = max(now, _utter(done, line, now + gap, gap if last else np.nan, placed, rng))
        last = line.who
    done.length_s = round(now + LEAD_OUT_S, 3)
    done.recordings.append((recording_start, done.length_s))
    _mix(done, placed, mutes, rng)
    return done


def _gap(line: Line, last: str, rng: np.random.Generator) -> float:
    chance = rng.random()
    if line.gap_s is not None:
        return line.gap_s
    if line.who == last:
        return 1.25 + 0.4 * chance
    return 0.25 + 0.45 * chance


def channel_of(play: Play, role: str, recording: int = 0) -> int:
    """Tell which channel of the call carries a role.

    Parameters
    ----------
    play : Play
        The call.
    role : str
        customer or agent.
    recording : int
        Number of the recording.

    Returns
    -------
    int
        Channel of the call: the customer first, except where the play says swapped.
    """
    layout = play.head["file"]["layout"]
    if layout == "mono":
        return 0
    first = "agent" if layout == "swapped" else "customer"
    return 2 * recording + (0 if role == first else 1)


def _event(
    done: Performance, role: str | None, start_s: float, end_s: float, kind: str
) -> dict[str, Any]:
    channel = -1 if role is None else channel_of(done.play, role, len(done.recordings))
    return {
        "call_id": done.play.call_id,
        "channel": channel,
        "start_s": round(start_s, 3),
        "end_s": round(end_s, 3),
        "kind": kind,
        "source": "manifest",
    }


def _sound(
    done: Performance, line: Direction, now: float, placed: list[tuple[str, float, Floats]]
) -> float:
    """Place hold music or a beep; give the time when it is over."""
    if line.kind == "hold":
        start, end = now + 0.5, now + 0.5 + float(line.value)
        placed.append(("agent", start, telephone.hold_music(round(float(line.value) * RATE_HZ))))
        done.events.append(_event(done, None, start, end, "hold"))
        done.events.append(_event(done, "agent", start, end, "music"))
        return end
    if line.kind == "beep":
        start, end = now + 0.4, now + 0.7
        tone = telephone.beep(round(0.3 * RATE_HZ))
        placed.extend((role, start, tone) for role in ("customer", "agent"))
        done.events.append(_event(done, None, start, end, "beep"))
        return now
    raise ValueError(f'{done.play.call_id}: nothing is known about "[{line.kind}]".')


def _utter(
    done: Performance,
    line: Line,
    start_s: float,
    gap_s: float,
    placed: list[tuple[str, float, Floats]],
    rng: np.random.Generator,
) -> float:
    """Say a line and write down its truth; give the time when it is over."""
    head = done.play.head
    person = PEOPLE[head["voices"][line.who]]
    delivery = delivery_of(line.tags, line.cues, rng)
    said = say(person, line.words, delivery, line.pauses, rng)
    signal = telephone.band_limited(said.samples, VOICE_RATE_HZ)
    wanted_db = person.level_db + delivery.level_db
    signal *= telephone.gain_of(wanted_db - telephone.active_level_db(signal))
    start_s = round(start_s * RATE_HZ) / RATE_HZ
    role = ROLES[line.who]
    placed.append((role, start_s, signal))
    agent = head.get("second_agent", head["call"]) if line.who == "B" else head["call"]
    channel = channel_of(done.play, role, len(done.recordings))
    end_s = start_s + len(signal) / RATE_HZ
    where = {"call_id": done.play.call_id, "channel": channel}
    done.utterances.append(
        where
        | {
            "role": role,
            "voice": head["voices"][line.who],
            "agent_id": agent["agent_id"],
            "start_s": round(start_s, 3),
            "end_s": round(end_s, 3),
            "text": line.text,
            "tags": tags_text(line.tags),
            **true_scores(line.tags),
            "says": line.says,
            "cues": " ".join(line.cues),
            "pitch_st": round(delivery.pitch_st, 2),
            "f0_spread": round(delivery.spread, 3),
            "rise_st": round(delivery.rise_st, 2),
            "rate": round(delivery.rate, 3),
            "level_db": round(delivery.level_db, 2),
            "pause_inside_s": max(line.pauses.values(), default=0.0),
            "gap_before_s": round(gap_s, 3),
            "f0_median_hz": round(said.f0_median_hz, 1),
        }
    )
    done.words.extend(
        where
        | {"start_s": round(start_s + first, 3), "end_s": round(start_s + last, 3), "text": word}
        for word, first, last in said.words
    )
    return end_s


def _mix(
    done: Performance,
    placed: list[tuple[str, float, Floats]],
    mutes: list[tuple[float, float]],
    rng: np.random.Generator,
) -> None:
    """Add up what each side hears of itself, the other, and the line."""
    settings = done.play.head["file"]
    count = round(done.length_s * RATE_HZ)
    clean = {role: np.zeros(count) for role in ("customer", "agent")}
    for role, start_s, signal in placed:
        first = round(start_s * RATE_HZ)
        room = min(len(signal), count - first)
        clean[role][first : first + room] += signal[:room]
    for start_s, end_s in mutes:
        clean["agent"][round(start_s * RATE_HZ) : round(end_s * RATE_HZ)] = 0.0
    leak = telephone.gain_of(settings.get("crosstalk_db", -46.0))
    delay = round(0.02 * RATE_HZ)
    for role, other in (("customer", "agent"), ("agent", "customer")):
        echo = leak * np.concatenate([np.zeros(delay), clean[other][:-delay]])
        noise = telephone.line_noise(rng, count, -57.0 + 3.0 * rng.random())
        if role == "customer" and "ambience_db" in settings:
            noise += telephone.street(rng, count, settings["ambience_db"])
        side = telephone.through_exchange(clean[role] + echo + noise)
        if role == "agent":
            for start_s, end_s in mutes:
                side[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)] = 0.0
        done.sides[role] = side
