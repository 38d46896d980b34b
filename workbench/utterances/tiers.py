"""Utterances from intervals that someone else cut: transcripts, RTTM, annotation tools."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_table
from workbench.utterances.cutting import with_agents
from workbench.utterances.rows import ROLES, check_roles, make_segmented, number_turns
from workbench.utterances.settings import UtteranceSettings

_COLUMNS = ("call_id", "channel", "start_s", "end_s", "role", "speaker")


class TierUtterances(NamedTuple):
    """Utterances of an imported tier, and which interval became which.

    Parameters
    ----------
    segmentation : DataFrame
        One row of the table segmentations.
    utterances : DataFrame
        Rows of the table utterances, in order of time.
    utterance_ids : Series of str
        The utterance of each interval, on the index of the intervals that came;
        empty for intervals of other calls. Two intervals of the same voice and
        bounds are one utterance.
    """

    segmentation: pd.DataFrame
    utterances: pd.DataFrame
    utterance_ids: pd.Series


def from_tier(
    intervals: pd.DataFrame,
    method: str,
    *,
    call_id: str,
    channels: pd.DataFrame | None = None,
    settings: Mapping[str, object] | str | None = None,
    roles: Mapping[str, str] | None = None,
    speaker_ids: Mapping[str, str] | None = None,
    agent_id: str | None = None,
    created_by: str = "workbench",
    created_at: datetime | None = None,
) -> TierUtterances:
    """Make utterances of imported intervals, a segmentation of their own.

    It stands beside the one from voice activity; one of them is in use. Works for
    calls without audio too. Bounds are kept as they came, overlaps included.

    Parameters
    ----------
    intervals : DataFrame
        start_s and end_s (seconds of the call); where the source tells, channel
        (from 0), role, speaker (the source's name) and call_id. Other columns
        are left alone; rows of other calls are left out.
    method : str
        The format they came in, for example "rttm", "elan" or "webvtt".
    call_id : str
        The call.
    channels : DataFrame, optional
        The table channels. An interval without channel is laid on the channel of
        its role, or on the only one. Leave it out for a call without audio.
    settings : mapping or str, optional
        What names this import, plain JSON, such as the hash of the file; by
        default the hash of the intervals.
    roles : mapping of str to str, optional
        Role by speaker. Speakers named after a role need none.
    speaker_ids : mapping of str to str, optional
        Who the customer and the agent are, by role.
    agent_id : str, optional
        The agent of the call.
    created_by : str, default "workbench"
        A rater, or workbench.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    TierUtterances
        A row of segmentations, its utterances, and the utterance of each interval.

    Raises
    ------
    InputError
        If a column is missing, an interval has no length or begins before the
        call, a channel does not exist or cannot be known, or a role is none or
        contradicts the channel's.

    See Also
    --------
    segment_channels : Utterances from speech activity.
    assign_roles_from_tier : Keep the bounds of speech activity, take the speakers.

    Examples
    --------
    >>> import pandas as pd
    >>> turns = pd.DataFrame({"start_s": [0.0, 2.0], "end_s": [1.5, 4.0],
    ...                       "speaker": ["agent", "S1"]})
    >>> tier = from_tier(turns, "rttm", call_id="c1", roles={"S1": "customer"})
    >>> tier.utterances[["role", "speaker_id", "turn"]].values.tolist()
    [['agent', 'c1/agent', 0], ['customer', 'c1/S1', 1]]
    """
    heard = check_intervals(intervals, call_id)
    voices = check_voices(heard, roles)
    there = _channels_here(channels, call_id)
    rows = [
        _laid(row, there, call_id, speaker_ids or {}, agent_id) for row in voices.to_dict("records")
    ]
    nobody = all(row["role"] == "unknown" for row in rows) and not voices["speaker"].notna().any()
    limit = UtteranceSettings().max_backchannel_s
    one_voice = bool(nobody) and len({row["channel"] for row in rows}) <= 1
    numbered = number_turns(rows, max_backchannel_s=limit, one_voice=one_voice)
    cut = make_segmented(
        with_agents(numbered, call_id=call_id),
        call_id=call_id,
        unit="utterance",
        method=method,
        settings={**_named(settings, voices), "max_backchannel_s": limit},
        created_by=created_by,
        created_at=created_at,
    )
    by_place = {
        _place(row): row["utterance_id"]
        for row in cut.utterances.astype("object").to_dict("records")
    }
    ids = pd.Series([by_place[_place(row)] for row in rows], index=heard.index, dtype="str")
    return TierUtterances(*cut, ids.reindex(intervals.index))


def check_intervals(intervals: pd.DataFrame, call_id: str) -> pd.DataFrame:
    """Check imported intervals and complete their columns.

    Parameters
    ----------
    intervals : DataFrame
        As in `from_tier`.
    call_id : str
        The call; rows of others are left out.

    Returns
    -------
    DataFrame
        Columns channel, start_s, end_s, role and speaker; the index that came.

    Raises
    ------
    InputError
        If start_s or end_s is missing, or an interval has no length or begins
        before the call.
    """
    for name in ("start_s", "end_s"):
        if name not in intervals.columns:
            near = nearest(name, [str(c) for c in intervals.columns if c not in _COLUMNS])
            raise InputError(
                f'Intervals need the column "{name}" (seconds of the call).{near} '
                f"They have: {', '.join(map(str, intervals.columns)) or 'no columns'}."
            )
    heard = intervals
    if "call_id" in intervals.columns:
        heard = intervals[intervals["call_id"] == call_id]
    heard = heard.reindex(columns=[name for name in _COLUMNS if name != "call_id"])
    try:
        times = heard[["start_s", "end_s"]].astype("float64")
        numbers = heard["channel"].astype("Int64")
    except (ValueError, TypeError) as error:
        raise InputError(
            f"Times of intervals are seconds and channels whole numbers from 0 ({error})."
        ) from error
    heard = heard.assign(start_s=times["start_s"], end_s=times["end_s"], channel=numbers)
    wrong = heard[~((heard["start_s"] >= 0) & (heard["end_s"] - heard["start_s"] >= 0.001))]
    wrong = pd.concat([wrong, heard[heard["end_s"] == float("inf")]])
    if len(wrong):
        first = wrong.iloc[0]
        raise InputError(
            f"{len(wrong)} of {len(heard)} intervals of {call_id} cannot be, the first goes from "
            f"{first['start_s']} s to {first['end_s']} s. An interval begins at 0 or later and "
            "ends at least a millisecond after its start."
        )
    return heard


def check_voices(heard: pd.DataFrame, roles: Mapping[str, str] | None) -> pd.DataFrame:
    """Fill in the role of each interval from its speaker where that is known.

    Parameters
    ----------
    heard : DataFrame
        From `check_intervals`.
    roles : mapping of str to str or None
        Role by speaker.

    Returns
    -------
    DataFrame
        The same with roles without gaps.

    Raises
    ------
    InputError
        If a role is none, or a speaker in `roles` is not in the intervals.
    """
    speakers = [str(name) for name in heard["speaker"].dropna().unique()]
    for name in roles or {}:
        if name not in speakers:
            raise InputError(
                f'There is no speaker "{name}".{nearest(name, speakers)} '
                f"The intervals have: {', '.join(speakers) or 'none'}."
            )
    named = {name: name.lower() for name in speakers if name.lower() in ROLES}
    named.update(roles or {})
    own = check_roles(heard["role"])
    by_speaker = check_roles(heard["speaker"].map(named))
    return heard.assign(role=own.where(own != "unknown", by_speaker))


def _channels_here(channels: pd.DataFrame | None, call_id: str) -> pd.DataFrame:
    here = check_table(pd.DataFrame() if channels is None else channels, "channels")
    return here[here["call_id"] == call_id]


def _laid(
    row: Mapping[Any, Any],
    there: pd.DataFrame,
    call_id: str,
    speaker_ids: Mapping[str, str],
    agent_id: str | None,
) -> dict[str, Any]:
    """Lay an interval on its channel, with role and speaker."""
    laid = {
        "owner": call_id,
        "channel": row["channel"],
        "role": row["role"],
        "speaker_id": None if pd.isna(row["speaker"]) else f"{call_id}/{row['speaker']}",
        "agent_id": agent_id,
        "start_s": row["start_s"],
        "end_s": row["end_s"],
    }
    if len(there):
        channel = _channel_of(row, there, call_id)
        registered = channel["role"]
        if registered != "unknown" and row["role"] not in ("unknown", registered):
            raise InputError(
                f"The interval at {row['start_s']:.3f} s of {call_id} is said to be the "
                f"{row['role']}; channel {channel['channel']} is the {registered}. Correct the "
                "roles of the call, or those of the intervals."
            )
        laid["owner"] = channel["recording_id"]
        laid["channel"] = int(channel["channel"])
        if row["role"] == "unknown":
            laid["role"] = registered
        if laid["role"] == registered and (registered != "unknown" or pd.isna(row["speaker"])):
            laid["speaker_id"] = channel["speaker_id"]
    if laid["role"] in speaker_ids:
        laid["speaker_id"] = speaker_ids[str(laid["role"])]
    return laid


def _channel_of(row: Mapping[Any, Any], there: pd.DataFrame, call_id: str) -> dict[Any, Any]:
    if not pd.isna(row["channel"]):
        found = there[there["channel"] == row["channel"]]
        if found.empty:
            listed = ", ".join(str(channel) for channel in sorted(there["channel"]))
            raise InputError(
                f"An interval is on channel {row['channel']} of {call_id}, which has the channels "
                f"{listed} (counted from 0)."
            )
    else:
        found = there[there["role"] == row["role"]]
        if len(found) != 1 and len(there) == 1:
            found = there
        if len(found) != 1:
            raise InputError(
                f"It cannot be known on which of the {len(there)} channels of {call_id} the "
                f"interval at {row['start_s']:.3f} s ({row['role']}) is; give it a channel, or "
                "the channels their roles."
            )
    return dict(found.iloc[0])


def _named(settings: Mapping[str, object] | str | None, voices: pd.DataFrame) -> dict[str, object]:
    if settings is None:
        text = voices.to_csv(index=False, float_format="%.3f")
        return {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    if isinstance(settings, str):
        settings = json.loads(settings)
    if not isinstance(settings, Mapping):
        raise InputError(
            f"The settings of an imported tier are names with values; {settings!r} came."
        )
    return dict(settings)


def _place(row: Mapping[Any, Any]) -> tuple[object, ...]:
    channel = -1 if pd.isna(row["channel"]) else int(row["channel"])
    speaker = "" if pd.isna(row["speaker_id"]) else str(row["speaker_id"])
    times = (round(float(row["start_s"]), 3), round(float(row["end_s"]), 3))
    return (channel, *times, row["role"], speaker)
