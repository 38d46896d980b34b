"""Rows of the tables segmentations and utterances, with ids that do not change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.identifiers import segmentation_id, utterance_id
from workbench.schema import check_table

ROLES = ("customer", "agent", "other", "unknown")


class Segmented(NamedTuple):
    """One way of cutting a call: a row of segmentations and its utterances.

    Parameters
    ----------
    segmentation : DataFrame
        One row of the table segmentations.
    utterances : DataFrame
        Rows of the table utterances, in order of time; none if nobody speaks.
    """

    segmentation: pd.DataFrame
    utterances: pd.DataFrame


def make_segmented(
    rows: Sequence[Mapping[str, Any]],
    *,
    call_id: str,
    unit: str,
    method: str,
    settings: Mapping[str, object],
    created_by: str = "workbench",
    created_at: datetime | None = None,
) -> Segmented:
    """Name a segmentation and its utterances.

    Parameters
    ----------
    rows : sequence of mapping
        Utterances with owner, channel, role, speaker_id, agent_id, start_s, end_s
        and turn. The owner is the recording_id, or the call_id without audio.
    call_id : str
        The call.
    unit : str
        utterance, turn or call.
    method : str
        How it was cut.
    settings : mapping
        The settings, plain JSON.
    created_by : str, default "workbench"
        A rater, or workbench.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    Segmented
        The same rows with ids, times in whole milliseconds, in order of time.
    """
    now = created_at or datetime.now(UTC)
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    name = segmentation_id(call_id, unit, method, canonical)
    segmentation = pd.DataFrame(
        {
            "segmentation_id": [name],
            "call_id": [call_id],
            "unit": [unit],
            "method": [method],
            "settings": [dict(settings)],
            "created_by": [created_by],
            "created_at": [now],
            "in_use": [True],
        }
    )
    taken: set[str] = set()
    places: set[tuple[object, ...]] = set()
    out = []
    for row in sorted(rows, key=_place):
        if _place(row) in places:
            continue
        places.add(_place(row))
        start_s, end_s = round(float(row["start_s"]), 3), round(float(row["end_s"]), 3)
        channel = -1 if pd.isna(row["channel"]) else int(row["channel"])
        found = utterance_id(str(row["owner"]), channel, start_s, end_s, name)
        if found in taken:  # two voices of a mono call with the same bounds
            owner = f"{row['owner']} {row['role']} {row['speaker_id']}"
            found = utterance_id(owner, channel, start_s, end_s, name)
        taken.add(found)
        out.append(
            {
                "utterance_id": found,
                "segmentation_id": name,
                "unit": unit,
                "call_id": call_id,
                "channel": row["channel"],
                "role": row["role"],
                "speaker_id": row["speaker_id"],
                "agent_id": row["agent_id"],
                "start_s": start_s,
                "end_s": end_s,
                "turn": row["turn"],
                "created_at": now,
            }
        )
    return Segmented(
        check_table(segmentation, "segmentations"), check_table(pd.DataFrame(out), "utterances")
    )


def _place(row: Mapping[str, Any]) -> tuple[float, float, int, str, str]:
    channel = -1 if pd.isna(row["channel"]) else int(row["channel"])
    speaker = "" if pd.isna(row["speaker_id"]) else str(row["speaker_id"])
    start_s, end_s = round(float(row["start_s"]), 3), round(float(row["end_s"]), 3)
    return (start_s, end_s, channel, str(row["role"]), speaker)


def party_of(row: Mapping[str, Any]) -> str:
    """Name who speaks: by speaker, else by role, else by channel.

    Parameters
    ----------
    row : mapping
        With role, speaker_id and channel, as in utterances or channels.

    Returns
    -------
    str
        The same for the same voice, as far as it is known.
    """
    if not pd.isna(row["speaker_id"]):
        return f"speaker {row['speaker_id']}"
    if row["role"] in ("customer", "agent"):
        return f"role {row['role']}"
    return f"channel {-1 if pd.isna(row['channel']) else int(row['channel'])}"


def number_turns(
    rows: list[dict[str, Any]], *, max_backchannel_s: float, one_voice: bool
) -> list[dict[str, Any]]:
    """Give turns of a call their numbers; backchannels get none.

    Parameters
    ----------
    rows : list of dict
        Utterances with role, speaker_id, channel, start_s and end_s, of one call.
    max_backchannel_s : float
        Longest backchannel, seconds.
    one_voice : bool
        Whether it is unknown how many people speak (a mono call without roles);
        then there are no turns to tell.

    Returns
    -------
    list of dict
        New rows with `turn`, in order of start.
    """
    ordered = [dict(row) for row in sorted(rows, key=_place)]
    parties = [party_of(row) for row in ordered]
    inside = _inside_another(ordered, parties, max_backchannel_s)
    number, speaking = -1, None
    for row, party, backchannel in zip(ordered, parties, inside, strict=True):
        row["turn"] = pd.NA
        if one_voice or backchannel:
            continue
        if party != speaking:
            number, speaking = number + 1, party
        row["turn"] = number
    return ordered


def _inside_another(
    rows: list[dict[str, Any]], parties: list[str], max_backchannel_s: float
) -> list[bool]:
    """Tell which short utterances lie wholly inside a longer one of another voice."""
    starts = np.array([row["start_s"] for row in rows])
    ends = np.array([row["end_s"] for row in rows])
    names = np.array(parties)
    short = ends - starts <= max_backchannel_s + 1e-9
    return [
        bool(
            short[i]
            and np.any((names != names[i]) & ~short & (starts <= starts[i]) & (ends >= ends[i]))
        )
        for i in range(len(rows))
    ]


def check_roles(roles: pd.Series) -> pd.Series:
    """Check that every role is one.

    Parameters
    ----------
    roles : Series
        Roles; empty ones count as unknown.

    Returns
    -------
    Series
        The roles without gaps.

    Raises
    ------
    InputError
        If a value is not a role; the message suggests the nearest.
    """
    filled = roles.astype("object").where(roles.notna(), "unknown").astype(str)
    for role in filled.unique():
        if role not in ROLES:
            raise InputError(
                f'"{role}" is not a role.{nearest(role, ROLES)} Roles are {", ".join(ROLES)}.'
            )
    return filled
