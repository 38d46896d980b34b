"""Utterances from the speech activity of each channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table
from workbench.utterances.rows import (
    Segmented,
    check_roles,
    make_segmented,
    number_turns,
    party_of,
)
from workbench.utterances.settings import UtteranceSettings, read_settings

Spans = npt.NDArray[np.float64]
"""Start and end of intervals in seconds of the call, shape (n, 2), in order, apart."""


def segment_channels(
    activity: Mapping[int, tuple[npt.NDArray[np.bool_], float, float]],
    channels: pd.DataFrame,
    *,
    call_id: str,
    settings: UtteranceSettings | Mapping[str, object] | None = None,
    end_s: Mapping[int, float] | None = None,
    agent_id: str | None = None,
    created_at: datetime | None = None,
) -> Segmented:
    """Cut a call into utterances by who is heard on which channel.

    An utterance ends when its speaker is silent for `min_silence_s`, or when
    the turn ends: in the speaker's pause, others speak for more than
    `max_backchannel_s`, even if the speaker goes on soon after. Less than that
    is a backchannel ("mhm", "okay"): an utterance of its own on the other
    channel, that does not cut this one and has no turn number. Speech of others
    *while* this speaker speaks never cuts: that is overlap.

    Parameters
    ----------
    activity : mapping of int to tuple
        By channel of the call: speech activity (ndarray of bool, one value a
        frame, as from `speech_activity`), time from frame to frame (seconds),
        and when the first frame begins (seconds of the call).
    channels : DataFrame
        Rows of the table channels; those of other calls are left out. A channel
        without activity has no utterances.
    call_id : str
        The call.
    settings : UtteranceSettings or mapping, optional
        When an utterance ends; stored with the segmentation.
    end_s : mapping of int to float, optional
        Where the recording behind a channel ends (seconds of the call), so that
        the last, shorter frame does not reach beyond.
    agent_id : str, optional
        The agent of the call, for the column agent_id. After a transfer, when
        there are several channels of agents, it is whoever spoke last on one.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    Segmented
        A row of segmentations (unit utterance, method voice_activity) and its
        utterances. Turns are numbered from 0 over the call; on a mono call with
        unknown roles nobody knows whose turn it is, and they are empty.

    Raises
    ------
    InputError
        If a channel with activity is not in `channels`, its frames are not a
        one-dimensional array of bool, or a setting is unknown or without meaning.

    See Also
    --------
    turns_of : Turns from utterances.
    from_tier : Utterances from intervals of a transcript, RTTM or annotation tool.
    gap_table : Pauses, response latency and overlap.

    Notes
    -----
    Ids come from the recording, channel and bounds in milliseconds, so that
    cutting again with the same settings gives the same ids. A role that is
    corrected later does not change them.

    Examples
    --------
    The customer speaks, the agent answers, the customer goes on:

    >>> import numpy as np, pandas as pd
    >>> channels = pd.DataFrame({
    ...     "call_id": "c1", "channel": [0, 1], "recording_id": "rec_1",
    ...     "recording_channel": [0, 1], "role": ["customer", "agent"],
    ... })
    >>> customer = np.zeros(100, bool); customer[0:20] = True; customer[50:80] = True
    >>> agent = np.zeros(100, bool); agent[22:48] = True
    >>> activity = {0: (customer, 0.1, 0.0), 1: (agent, 0.1, 0.0)}
    >>> cut = segment_channels(activity, channels, call_id="c1")
    >>> cut.utterances[["role", "start_s", "end_s", "turn"]].values.tolist()
    [['customer', 0.0, 2.0, 0], ['agent', 2.2, 4.8, 1], ['customer', 5.0, 8.0, 2]]
    """
    chosen = read_settings(settings)
    rows = _channel_rows(channels, call_id, activity)
    speech = {
        channel: _long_enough(spans, chosen.min_speech_s)
        for channel, spans in activity_spans(activity, end_s).items()
    }
    parties = {channel: party_of(row) for channel, row in rows.items()}
    cut: list[dict[str, Any]] = []
    for channel, spans in speech.items():
        others = merged(
            span
            for other, theirs in speech.items()
            if parties[other] != parties[channel]
            for span in theirs
        )
        row = rows[channel]
        cut += [
            {
                "owner": row["recording_id"],
                "channel": channel,
                "role": row["role"],
                "speaker_id": row["speaker_id"],
                "agent_id": agent_id,
                "start_s": float(start),
                "end_s": float(end),
            }
            for start, end in _joined(spans, others, chosen)
        ]
    one_voice = len(rows) == 1 and all(row["role"] == "unknown" for row in rows.values())
    numbered = number_turns(cut, max_backchannel_s=chosen.max_backchannel_s, one_voice=one_voice)
    return make_segmented(
        with_agents(numbered, call_id=call_id),
        call_id=call_id,
        unit="utterance",
        method="voice_activity",
        settings=chosen.as_dict(),
        created_at=created_at,
    )


def _channel_rows(
    channels: pd.DataFrame, call_id: str, activity: Mapping[int, object]
) -> dict[int, dict[str, Any]]:
    here = check_table(channels, "channels")
    here = here[here["call_id"] == call_id]
    here = here.assign(role=check_roles(here["role"]))
    rows = {int(row["channel"]): row for row in here.to_dict("records")}
    for channel in activity:
        if channel not in rows:
            listed = ", ".join(map(str, rows)) or "none"
            raise InputError(
                f"There is speech activity for channel {channel} of {call_id}, which has the "
                f"channels {listed} (counted from 0)."
            )
    return {channel: {str(k): v for k, v in row.items()} for channel, row in rows.items()}


def activity_spans(
    activity: Mapping[int, tuple[npt.NDArray[np.bool_], float, float]],
    end_s: Mapping[int, float] | None = None,
) -> dict[int, Spans]:
    """Turn speech activity into intervals.

    Parameters
    ----------
    activity : mapping of int to tuple
        As in `segment_channels`.
    end_s : mapping of int to float, optional
        Where the recording behind a channel ends, seconds of the call.

    Returns
    -------
    dict of int to ndarray, shape (n, 2)
        Start and end of each run of speech, seconds of the call, not before 0.

    Raises
    ------
    InputError
        If frames are not a one-dimensional array of bool, or a hop is not positive.
    """
    spans = {}
    for channel, (frames, hop_s, offset_s) in activity.items():
        frames = np.asarray(frames)
        if frames.ndim != 1 or (frames.dtype != np.bool_ and frames.size):
            raise InputError(
                f"The speech activity of channel {channel} is an array of {frames.dtype} with "
                f"{frames.ndim} dimensions; it is one bool a frame, as from speech_activity."
            )
        if not hop_s > 0:
            raise InputError(
                f"The frames of channel {channel} are {hop_s} s apart; the hop is greater than 0."
            )
        change = np.diff(np.concatenate([[0], frames.astype(np.int8), [0]]))
        edges = np.column_stack([np.flatnonzero(change == 1), np.flatnonzero(change == -1)])
        seconds = np.round(edges * hop_s + offset_s, 3)
        last = (
            np.inf
            if end_s is None or channel not in end_s
            else np.floor(end_s[channel] * 1000) / 1000
        )
        seconds = np.clip(seconds, 0.0, last)
        spans[channel] = seconds[seconds[:, 1] > seconds[:, 0]]
    return spans


def merged(spans: Iterable[npt.NDArray[np.float64]]) -> Spans:
    """Join intervals that touch or overlap.

    Parameters
    ----------
    spans : iterable of ndarray, shape (2,)
        Start and end of each, in any order.

    Returns
    -------
    ndarray, shape (n, 2)
        Intervals in order, apart from each other.
    """
    rows = np.array(list(spans), np.float64).reshape(-1, 2)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    if not len(rows):
        return rows
    latest = np.maximum.accumulate(rows[:, 1])
    first = np.append(True, rows[1:, 0] > latest[:-1])
    last = np.append(first[1:], True)
    return np.column_stack([rows[first, 0], latest[last]])


def covered(spans: Spans, until: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Measure how much of the time until some moments is covered.

    Parameters
    ----------
    spans : ndarray, shape (n, 2)
        Intervals in order, apart from each other.
    until : ndarray of float
        Moments, seconds.

    Returns
    -------
    ndarray of float
        Covered time before each moment, seconds.
    """
    if not len(spans):
        return np.zeros(len(until))
    lengths = spans[:, 1] - spans[:, 0]
    sums = np.column_stack([np.cumsum(lengths) - lengths, np.cumsum(lengths)])
    return np.interp(until, spans.ravel(), sums.ravel())


def _long_enough(spans: Spans, min_speech_s: float) -> Spans:
    return spans[spans[:, 1] - spans[:, 0] >= min_speech_s - 1e-9]


def _joined(spans: Spans, others: Spans, settings: UtteranceSettings) -> Spans:
    """Join runs of one speaker across pauses in which nobody takes the turn."""
    if not len(spans):
        return spans
    begin, end = spans[:-1, 1], spans[1:, 0]
    taken = covered(others, end) - covered(others, begin)
    cut = (end - begin >= settings.min_silence_s - 1e-9) | (
        taken > settings.max_backchannel_s + 1e-9
    )
    return np.column_stack([spans[np.append(True, cut), 0], spans[np.append(cut, True), 1]])


def with_agents(rows: list[dict[str, Any]], *, call_id: str) -> list[dict[str, Any]]:
    """Fill agent_id where several agents speak one after the other.

    Parameters
    ----------
    rows : list of dict
        Utterances with role, speaker_id, agent_id and start_s.
    call_id : str
        The call; speakers named after it are nobody known.

    Returns
    -------
    list of dict
        New rows; agent_id is who spoke last on an agent's channel, before the
        first of them the first.
    """
    spoke = [
        (row["start_s"], str(row["speaker_id"]))
        for row in sorted(rows, key=lambda row: (row["start_s"], row["end_s"]))
        if row["role"] == "agent"
        and not pd.isna(row["speaker_id"])
        and not str(row["speaker_id"]).startswith(call_id)
    ]
    agents = {speaker for _, speaker in spoke}
    if not agents:
        return rows
    starts = np.array([start for start, _ in spoke])
    filled = []
    for row in rows:
        agent = row["agent_id"]
        if len(agents) > 1 or agent is None or pd.isna(agent):
            last = max(int(np.searchsorted(starts, row["start_s"], side="right")) - 1, 0)
            agent = spoke[last][1]
        filled.append({**row, "agent_id": agent})
    return filled
