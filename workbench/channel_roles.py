"""Suggest who speaks on which channel, for a person to confirm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import frame_levels_db, remove_crosstalk, speech_activity

HOP_S = 0.01
COLUMNS = ["call_id", "channel", "role", "evidence"]

_OPENING_S = 180.0
_WINDOW_S = 0.032
_MIN_LEAD_S = 0.3
_MIN_TURN_S = 0.2
_MIN_CALLS_OF_LAYOUT = 5
_MIN_LAYOUT_SHARE = 0.8
_MIN_CALLS_OF_AGENT = 4
_MIN_CLOSER_DB = 0.8
_BANDS_HZ = np.geomspace(200.0, 3400.0, 17)
_ROUNDS = 10

_Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class HeardCall:
    """The opening minutes of a call, to be listened to.

    Parameters
    ----------
    call_id : str
        The call.
    channels : mapping of int to (ndarray of float, shape (n_samples,), int)
        Samples and sampling rate in hertz by channel of the call; all begin at
        the start of the call. Three minutes are used.
    agent_id : str or None, default None
        The agent, to compare calls of the same one.
    direction : str or None, default None
        "outbound" if the contact centre called.
    """

    call_id: str
    channels: Mapping[int, tuple[_Floats, int]]
    agent_id: str | None = None
    direction: str | None = None


@dataclass(frozen=True, eq=False)
class _Profile:
    """What is kept of a call: who begins when, and how each channel sounds."""

    call_id: str
    agent_id: str | None
    outbound: bool
    channels: tuple[int, ...]
    onsets_s: Mapping[int, float]
    spectra_db: Mapping[int, _Floats]


def suggest_roles(calls: Iterable[HeardCall]) -> pd.DataFrame:
    """Suggest which channel is the agent's and which the customer's.

    A guess for a person to confirm; nothing is changed. Three signs are looked
    at, and each that speaks has one vote:

    - who speaks first: agents greet (on an outbound call the customer does);
    - what the other calls do, since a recorder mostly keeps its layout: counted
      if at least 5 calls were heard and four in five agree;
    - whose sound comes again in the calls of the same agent: the mean spectrum
      of speech, compared over at least 4 calls of one agent.

    Parameters
    ----------
    calls : iterable of HeardCall
        Taken one at a time, so that not all need to be in memory. The more calls
        of the same centre, the better.

    Returns
    -------
    DataFrame
        One row a channel: call_id, channel, role (agent, customer; unknown where
        the signs contradict each other or there is none) and evidence, a
        sentence with the signs.

    Notes
    -----
    A call is left unknown unless exactly two of its channels carry speech. The
    first sign is right as often as agents greet first: not after a transfer,
    nor where the recording begins in the middle.
    """
    profiles = [_profile(call) for call in calls]
    two = [profile for profile in profiles if len(profile.onsets_s) == 2]
    first = {profile.call_id: _greets(profile) for profile in two}
    layout = _layout(first)
    voices = _voices(two, first, layout[0] if layout else None)
    rows: list[tuple[str, int, str, str]] = []
    for profile in profiles:
        votes: list[tuple[int, str]] = []
        if (agent := first.get(profile.call_id)) is not None:
            votes.append((agent, _greeting(profile, agent)))
        if layout and profile.call_id in first:
            votes.append((layout[0], layout[1]))
        if profile.call_id in voices:
            votes.append(voices[profile.call_id])
        rows += _rows(profile, votes)
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        {"call_id": "str", "channel": "Int64", "role": "str", "evidence": "str"}
    )


def _profile(call: HeardCall) -> _Profile:
    activity, levels, spectra = {}, {}, {}
    for channel, (samples, rate) in call.channels.items():
        opening = np.asarray(samples, np.float32)[: round(_OPENING_S * rate)]
        activity[channel] = speech_activity(opening, rate, hop_s=HOP_S)
        levels[channel] = frame_levels_db(opening, rate, hop_s=HOP_S)
        spectra[channel] = opening, rate
    clean = remove_crosstalk(activity, levels, hop_s=HOP_S)
    onsets = {channel: _onset_s(frames) for channel, frames in clean.items()}
    return _Profile(
        call_id=call.call_id,
        agent_id=call.agent_id,
        outbound=(call.direction or "").lower().startswith("out"),
        channels=tuple(sorted(call.channels)),
        onsets_s={channel: onset for channel, onset in onsets.items() if onset is not None},
        spectra_db={
            channel: _spectrum_db(*spectra[channel], clean[channel])
            for channel, onset in onsets.items()
            if onset is not None
        },
    )


def _onset_s(speech: npt.NDArray[np.bool_]) -> float | None:
    """Find the first stretch of speech that is longer than a click."""
    change = np.diff(np.concatenate([[0], speech.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    long = np.flatnonzero((ends - starts) * HOP_S >= _MIN_TURN_S)
    return float(starts[long[0]] * HOP_S) if long.size else None


def _spectrum_db(signal: _Floats, rate: int, speech: npt.NDArray[np.bool_]) -> _Floats:
    """Average the spectrum of speech in third octaves, its overall level taken out."""
    hop, width = round(HOP_S * rate), round(_WINDOW_S * rate)
    starts = np.flatnonzero(speech) * hop
    starts = starts[starts + width <= len(signal)]
    windows = np.lib.stride_tricks.sliding_window_view(signal, width)[starts]
    power = np.square(np.abs(np.fft.rfft(windows * np.hanning(width), axis=1))).mean(axis=0)
    frequencies = np.fft.rfftfreq(width, 1 / rate)
    centres = np.sqrt(_BANDS_HZ[1:] * _BANDS_HZ[:-1])
    bands = 10 * np.log10(np.interp(centres, frequencies, power) + 1e-12)
    return np.asarray(bands - bands.mean())


def _greets(profile: _Profile) -> int | None:
    """Tell the agent's channel by who speaks first; None if both begin together."""
    (early, early_s), (late, late_s) = sorted(profile.onsets_s.items(), key=lambda item: item[1])
    if late_s - early_s < _MIN_LEAD_S:
        return None
    return late if profile.outbound else early


def _greeting(profile: _Profile, agent: int) -> str:
    other = next(channel for channel in profile.onsets_s if channel != agent)
    first, second = (other, agent) if profile.outbound else (agent, other)
    says = "on an outbound call the customer greets" if profile.outbound else "agents greet"
    return (
        f"channel {first} speaks first, at {profile.onsets_s[first]:.1f} s, channel {second} at "
        f"{profile.onsets_s[second]:.1f} s ({says})"
    )


def _layout(first: Mapping[str, int | None]) -> tuple[int, str] | None:
    """Find the channel that is the agent's in most calls."""
    told = [channel for channel in first.values() if channel is not None]
    if len(told) < _MIN_CALLS_OF_LAYOUT:
        return None
    usual = max(sorted(set(told)), key=told.count)
    n = told.count(usual)
    if n < _MIN_LAYOUT_SHARE * len(told):
        return None
    return usual, f"channel {usual} is the greeting one in {n} of {len(told)} calls"


def _voices(
    profiles: Iterable[_Profile], first: Mapping[str, int | None], usual: int | None
) -> dict[str, tuple[int, str]]:
    """Find, in the calls of each agent, the channel whose sound comes again."""
    by_agent: dict[str, list[_Profile]] = {}
    for profile in profiles:
        if profile.agent_id is not None:
            by_agent.setdefault(profile.agent_id, []).append(profile)
    votes: dict[str, tuple[int, str]] = {}
    for agent_id, own in by_agent.items():
        if len(own) < _MIN_CALLS_OF_AGENT:
            continue
        chosen = {p.call_id: first[p.call_id] if usual is None else usual for p in own}
        for _ in range(_ROUNDS):
            nearer = {p.call_id: _nearer(p, own, chosen)[0] for p in own}
            if nearer == chosen:
                break
            chosen = nearer
        for profile in own:
            channel, near_db, far_db = _nearer(profile, own, chosen)
            if channel is not None and far_db - near_db >= _MIN_CLOSER_DB:
                votes[profile.call_id] = (
                    channel,
                    f"channel {channel} sounds like agent {agent_id} in {len(own) - 1} other calls "
                    f"({near_db:.1f} dB apart, the other channel {far_db:.1f} dB)",
                )
    return votes


def _nearer(
    profile: _Profile, own: Iterable[_Profile], chosen: Mapping[str, int | None]
) -> tuple[int | None, float, float]:
    """Compare both channels with what is the agent's in the other calls."""
    others = [
        other.spectra_db[channel]
        for other in own
        if other is not profile
        and (channel := chosen[other.call_id]) is not None
        and channel in other.spectra_db
    ]
    if len(others) < _MIN_CALLS_OF_AGENT - 1:
        return None, 0.0, 0.0
    usual = np.mean(others, axis=0)
    apart = {c: float(np.std(own_db - usual)) for c, own_db in profile.spectra_db.items()}
    near, far = sorted(apart, key=lambda channel: apart[channel])
    return near, apart[near], apart[far]


def _rows(profile: _Profile, votes: list[tuple[int, str]]) -> list[tuple[str, int, str, str]]:
    channels = profile.channels
    if len(profile.onsets_s) != 2:
        n_speak = len(profile.onsets_s)
        why = f"{n_speak} of {len(channels)} channels carry speech; two are needed."
        return [(profile.call_id, channel, "unknown", why) for channel in channels]
    for_channel = {c: [text for agent, text in votes if agent == c] for c in profile.onsets_s}
    counts = {channel: len(texts) for channel, texts in for_channel.items()}
    said = "; ".join(text for _, text in votes) or "both begin at the same time"
    agent = max(counts, key=lambda channel: counts[channel])
    other = next(channel for channel in counts if channel != agent)
    if counts[agent] == counts[other]:
        evidence = f"No suggestion: {said}."
        return [(profile.call_id, channel, "unknown", evidence) for channel in channels]
    n_for, n_votes = counts[agent], len(votes)
    signs = f"{n_for} of {n_votes} signs" if n_votes > 1 else "1 sign"
    evidence = f"{signs}: {said}."
    roles = {agent: "agent", other: "customer"}
    return [(profile.call_id, c, roles.get(c, "unknown"), evidence) for c in channels]
