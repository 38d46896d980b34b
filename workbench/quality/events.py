"""What else than speech is in a call: music, ringing, beeps, and nothing at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import HeardChannel
from workbench.schema import check_table, empty_table

MIN_SILENCE_S = 10.0
"""Shorter silence is a pause in which somebody thinks or types, seconds."""

MIN_SPEECH_S = 0.2
"""Shorter speech, a click or a breath, does not end a silence, seconds."""


def event_table(
    call_id: str,
    heard: Mapping[int, HeardChannel],
    speech: Mapping[int, npt.NDArray[np.bool_]],
    offsets_s: Mapping[int, float],
) -> pd.DataFrame:
    """Tell what happens in a call apart from speech.

    Parameters
    ----------
    call_id : str
        The call.
    heard : mapping of int to HeardChannel
        By channel of the call, all with the same hop.
    speech : mapping of int to ndarray of bool, shape (n_frames,)
        Speech by channel, without crosstalk.
    offsets_s : mapping of int to float
        Where the recording behind each channel begins, seconds of the call.

    Returns
    -------
    DataFrame
        The table `events`, source signal. music, ring and beep belong to a
        channel; silence belongs to the call (channel -1): `MIN_SILENCE_S` or
        more in which something is recorded, nobody speaks on any channel, and
        neither music nor ringing is heard. A beep does not end a silence.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.activity import Sound
    >>> nobody = np.zeros(2000, bool)
    >>> beep = Sound("beep", 3.0, 3.5)
    >>> heard = {0: HeardChannel(0.01, nobody, np.full(2000, -60.0, np.float32), (beep,))}
    >>> events = event_table("c1", heard, {0: nobody}, {0: 0.0})
    >>> events[["channel", "kind", "start_s", "end_s"]].values.tolist()
    [[-1, 'silence', 0.0, 20.0], [0, 'beep', 3.0, 3.5]]
    """
    rows = [
        (channel, sound.kind, sound.start_s + offsets_s[channel], sound.end_s + offsets_s[channel])
        for channel, one in heard.items()
        for sound in one.sounds
    ]
    rows += [
        (-1, "silence", start_s, end_s) for start_s, end_s in _silences(heard, speech, offsets_s)
    ]
    if not rows:
        return empty_table("events")
    events = pd.DataFrame(rows, columns=["channel", "kind", "start_s", "end_s"])
    events = events.round({"start_s": 3, "end_s": 3})
    events = events.assign(call_id=call_id, source="signal")
    return check_table(events.sort_values(["start_s", "channel"]), "events")


def music_shares(heard: Mapping[int, HeardChannel]) -> dict[int, float]:
    """Measure how much of each channel is music.

    Parameters
    ----------
    heard : mapping of int to HeardChannel
        By channel.

    Returns
    -------
    dict of int to float
        Share of the time of the channel, 0..1.
    """
    return {
        channel: sum(s.end_s - s.start_s for s in one.sounds if s.kind == "music")
        / max(len(one.levels_db) * one.hop_s, one.hop_s)
        for channel, one in heard.items()
    }


def _silences(
    heard: Mapping[int, HeardChannel],
    speech: Mapping[int, npt.NDArray[np.bool_]],
    offsets_s: Mapping[int, float],
) -> list[tuple[float, float]]:
    if not heard:
        return []
    hop_s = next(iter(heard.values())).hop_s
    firsts = {channel: round(offset_s / hop_s) for channel, offset_s in offsets_s.items()}
    n_frames = max(firsts[channel] + len(one.levels_db) for channel, one in heard.items())
    recorded, busy = np.zeros(n_frames, np.bool_), np.zeros(n_frames, np.bool_)
    for channel, one in heard.items():
        own = slice(firsts[channel], firsts[channel] + len(one.levels_db))
        recorded[own] = True
        for start, end in _runs(speech[channel]):
            if (end - start) * hop_s >= MIN_SPEECH_S:
                busy[own.start + start : own.start + end] = True
        for sound in one.sounds:
            if sound.kind != "beep":
                first = own.start + round(sound.start_s / hop_s)
                busy[first : own.start + round(sound.end_s / hop_s)] = True
    return [
        (start * hop_s, end * hop_s)
        for start, end in _runs(recorded & ~busy)
        if (end - start) * hop_s >= MIN_SILENCE_S
    ]


def _runs(marks: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    change = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(np.int8), [0]])))
    return list(zip(change[::2].tolist(), change[1::2].tolist(), strict=True))
