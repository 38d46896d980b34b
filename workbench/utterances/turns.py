"""Longer units to rate: turns, and the call as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table, check_utterances
from workbench.utterances.rows import ROLES, Segmented, check_roles, make_segmented


def turns_of(
    utterances: pd.DataFrame,
    channels: pd.DataFrame | None = None,
    *,
    created_at: datetime | None = None,
) -> Segmented:
    """Join the utterances of each turn: all one speaker says until another takes over.

    Backchannels, which have no turn number, are left out: they are heard within
    the other's turn and change nothing about who has the floor.

    Parameters
    ----------
    utterances : DataFrame
        Utterances of one segmentation, unit utterance, as from `segment_channels`
        or `from_tier`; at least one.
    channels : DataFrame, optional
        The table channels, for ids that name the recording. Leave it out for a
        call without audio.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    Segmented
        A row of segmentations (unit turn, method turns, with the id of the
        utterances' segmentation as setting) and a row of utterances a turn. No
        turns where nobody knows whose they are (a mono call without roles).

    Raises
    ------
    InputError
        If the utterances are none, not of one segmentation, or not of unit
        utterance.
    """
    rows = _one_segmentation(check_utterances(utterances))
    call_id = str(rows["call_id"].iloc[0])
    owners = _owners(channels, call_id)
    known = rows[rows["turn"].notna()]
    turns: list[dict[str, Any]] = []
    for _, said in known.groupby(["turn", "channel", "role"], dropna=False, sort=True):
        first = said.iloc[0]
        channel = first["channel"]
        turns.append(
            {
                "owner": owners.get(-1 if pd.isna(channel) else int(channel), call_id),
                "channel": channel,
                "role": first["role"],
                "speaker_id": first["speaker_id"],
                "agent_id": first["agent_id"],
                "start_s": said["start_s"].min(),
                "end_s": said["end_s"].max(),
                "turn": int(first["turn"]),
            }
        )
    return make_segmented(
        turns,
        call_id=call_id,
        unit="turn",
        method="turns",
        settings={"of": str(rows["segmentation_id"].iloc[0])},
        created_at=created_at,
    )


def whole_call(
    call_id: str,
    *,
    end_s: float,
    start_s: float = 0.0,
    channels: pd.DataFrame | None = None,
    roles: Sequence[str] | None = None,
    agent_id: str | None = None,
    created_at: datetime | None = None,
) -> Segmented:
    """Make the units for judging a call as a whole: one a role, over all channels.

    Raters judge how the customer felt over the call, and how the agent sounded;
    these are two judgements of the same seconds, so each known role has a row.

    Parameters
    ----------
    call_id : str
        The call.
    end_s : float
        Where the call ends, seconds; the last end of its recordings, or the
        handling time of a call without audio.
    start_s : float, default 0.0
        Where it begins, seconds of the call.
    channels : DataFrame, optional
        The table channels, for the roles and speakers.
    roles : sequence of str, optional
        Roles to judge, in place of those of `channels`.
    agent_id : str, optional
        The agent of the call.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    Segmented
        A row of segmentations (unit call, method whole_call) and a row of
        utterances for the customer and one for the agent, as far as they are
        known; a single row of role unknown if neither is. The channel is empty.

    Raises
    ------
    InputError
        If the call has no length, or a role is not one.

    Examples
    --------
    >>> whole_call("c1", end_s=61.5, roles=["customer"]).utterances["role"].tolist()
    ['customer']
    >>> whole_call("c1", end_s=61.5).utterances["role"].tolist()
    ['unknown']
    """
    if not 0 <= start_s < end_s < float("inf"):
        raise InputError(
            f"The call {call_id} would go from {start_s} s to {end_s} s; it needs a length. Give "
            "the end of its recordings, or the handling time, in seconds as end_s."
        )
    here = check_table(pd.DataFrame() if channels is None else channels, "channels")
    here = here[here["call_id"] == call_id]
    if roles is None:
        roles = [str(role) for role in here["role"]]
    named = set(check_roles(pd.Series(list(roles), dtype="object")))
    judged = [role for role in ROLES[:2] if role in named] or ["unknown"]
    rows = []
    for role in judged:
        speakers = here.loc[here["role"] == role, "speaker_id"].dropna().unique()
        rows.append(
            {
                "owner": f"{call_id} {role}",
                "channel": pd.NA,
                "role": role,
                "speaker_id": speakers[0] if len(speakers) == 1 else None,
                "agent_id": agent_id,
                "start_s": start_s,
                "end_s": end_s,
                "turn": pd.NA,
            }
        )
    return make_segmented(
        rows,
        call_id=call_id,
        unit="call",
        method="whole_call",
        settings={"start_s": round(start_s, 3), "end_s": round(end_s, 3), "roles": judged},
        created_at=created_at,
    )


def _one_segmentation(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["retired_at"].isna()]
    if rows.empty:
        raise InputError(
            "No utterances came, so there are no turns to tell. A call in which nobody speaks "
            "has none; leave it out."
        )
    for column in ("call_id", "segmentation_id", "unit"):
        several = list(rows[column].unique())
        if len(several) > 1:
            raise InputError(
                f"Utterances with {len(several)} values of {column} came ({several[0]}, "
                f"{several[1]}, ...); turns are made for one segmentation of one call at a time."
            )
    unit = rows["unit"].iloc[0]
    if unit != "utterance":
        raise InputError(f'Units "{unit}" came; turns are made of utterances.')
    return rows


def _owners(channels: pd.DataFrame | None, call_id: str) -> dict[int, str]:
    if channels is None:
        return {}
    here = check_table(channels, "channels")
    here = here[here["call_id"] == call_id]
    return {
        int(channel): str(recording)
        for channel, recording in zip(here["channel"], here["recording_id"], strict=True)
    }
