"""Which file comes when in a call, which channel it gets, and who speaks on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from workbench.audio import AudioInfo
from workbench.errors import InputError, RecordingError
from workbench.manifests.columns import ROLE_WORDS, role_channel
from workbench.quality import ChannelSignal

_CUSTOMER_FIRST = {"customer": 0, "agent": 1, "other": 2, "unknown": 3}


@dataclass(frozen=True, eq=False)
class Side:
    """A recording of a call, before and after it was read.

    Parameters
    ----------
    path, place, sha256 : str
        Path below the root, where it lies, hash of its content.
    role : str or None
        Who speaks in the whole file.
    roles : mapping of int to str
        Who speaks on which channel of the file, as the manifest says.
    channel : int or None
        Number of its first signal in the call, as the manifest says; later as
        numbered.
    part : int
        Order after a transfer.
    offset_s : float or None
        Where it begins in the call; None until known.
    agent_id : str or None
        The agent on the line.
    started_at : Timestamp or None
        When it began.
    info : AudioInfo or None
        What it is, once read.
    signals : sequence of ChannelSignal
        What was measured, once read.
    """

    path: str
    place: str
    sha256: str
    role: str | None
    roles: Mapping[int, str]
    channel: int | None
    part: int
    offset_s: float | None
    agent_id: str | None
    started_at: pd.Timestamp | None
    info: AudioInfo | None = None
    signals: Sequence[ChannelSignal] = ()


def side_of_row(row: Mapping[str, Any], path: str, place: str, sha256: str) -> Side:
    """Read what a row of a manifest says of its recording.

    Parameters
    ----------
    row : mapping
        The row, without its missing values.
    path, place, sha256 : str
        Path below the root, where it lies, hash of its content.

    Returns
    -------
    Side
        Not yet read.
    """
    by_channel = {role_channel(name): str(value) for name, value in row.items()}
    return Side(
        path=path,
        place=place,
        sha256=sha256,
        role=_text(row.get("role")),
        roles={channel: role for channel, role in by_channel.items() if channel is not None},
        channel=int(row["channel"]) if "channel" in row else None,
        part=int(row.get("part", 0)),
        offset_s=float(row["offset_s"]) if "offset_s" in row else None,
        agent_id=_text(row.get("agent_id")),
        started_at=pd.Timestamp(row["started_at"]) if "started_at" in row else None,
    )


def in_order(sides: Sequence[Side]) -> list[Side]:
    """Sort recordings: earlier before later, given channels, then customer before agent.

    Parameters
    ----------
    sides : sequence of Side
        The recordings of a call.

    Returns
    -------
    list of Side
        In the order in which their channels are numbered.
    """

    def place(side: Side) -> tuple[int, float, int, int]:
        channel = 99 if side.channel is None else side.channel
        role = _CUSTOMER_FIRST.get(side.role or "unknown", 3)
        return side.part, side.offset_s or 0.0, channel, role

    return sorted(sides, key=place)


def with_offsets(sides: Sequence[Side]) -> list[Side]:
    """Say where each recording begins in the call.

    What the manifest says holds. Without it, a later part begins as much later as
    it was started later, or, without times, where the part before it ends.

    Parameters
    ----------
    sides : sequence of Side
        In order, read.

    Returns
    -------
    list of Side
        With `offset_s`.
    """
    out: list[Side] = []
    ends = 0.0
    first_at = min((s.started_at for s in sides if s.started_at is not None), default=None)
    for part in sorted({side.part for side in sides}):
        begin = ends if out else 0.0
        own = [side for side in sides if side.part == part]
        at = min((s.started_at for s in own if s.started_at is not None), default=None)
        if out and at is not None and first_at is not None and at > first_at:
            begin = (at - first_at).total_seconds()
        for side in own:
            offset_s = begin if side.offset_s is None else side.offset_s
            out.append(replace(side, offset_s=offset_s))
            ends = max(ends, offset_s + (side.info.duration_s if side.info else 0.0))
    return out


def numbered(sides: Sequence[Side]) -> list[Side]:
    """Give each channel of a call its number, through all recordings.

    Parameters
    ----------
    sides : sequence of Side
        In order, read.

    Returns
    -------
    list of Side
        With `channel`, the number of each recording's first signal.

    Raises
    ------
    RecordingError
        If two recordings are given the same number.
    """
    out: list[Side] = []
    taken: set[int] = set()
    for side in sides:
        width = side.info.n_channels if side.info else 1
        first = side.channel
        if first is None:
            first = max(taken, default=-1) + 1
        own = set(range(first, first + width))
        if own & taken:
            raise RecordingError(
                f"{side.path} is to begin with channel {first}, which another recording of the "
                "call has already. Correct the column channel, or leave it empty."
            )
        taken |= own
        out.append(replace(side, channel=first))
    return out


def check_roles(roles: Mapping[int, str] | None) -> dict[int, str]:
    """Check roles by channel that are given for all calls.

    Parameters
    ----------
    roles : mapping of int to str, optional
        For example {0: "customer", 1: "agent"}.

    Returns
    -------
    dict of int to str
        With the role that each word means.

    Raises
    ------
    InputError
        If a channel is no number or a role is not known.
    """
    out: dict[int, str] = {}
    for channel, word in (roles or {}).items():
        try:
            number = int(channel)
        except (TypeError, ValueError):
            number = -1
        role = ROLE_WORDS.get(str(word).strip().lower())
        if number < 0 or role is None:
            raise InputError(
                f"The role {channel!r}: {word!r} came; expected is a channel from 0 with customer, "
                'agent or other, for example roles={0: "customer", 1: "agent"}.'
            )
        out[number] = role
    return out


def run_together(one: Side, other: Side) -> bool:
    """Tell two sides of a conversation from recordings that follow each other.

    Parameters
    ----------
    one, other : Side
        Two recordings of a call, read and placed.

    Returns
    -------
    bool
        True if they overlap by more than half of the shorter one.
    """
    spans = []
    for side in (one, other):
        length_s = side.info.duration_s if side.info else 0.0
        spans.append((side.offset_s or 0.0, (side.offset_s or 0.0) + length_s))
    overlap_s = min(end for _, end in spans) - max(start for start, _ in spans)
    return overlap_s > 0.5 * min(end - start for start, end in spans)


def roles_of(side: Side, given: Mapping[int, str], *, side_by_side: bool) -> dict[int, str]:
    """Say who speaks on each channel of a recording.

    What the manifest says of the channel comes first, then what it says of the
    file, then what was given for all calls. A single signal that holds both
    speakers stays unknown.

    Parameters
    ----------
    side : Side
        The recording, read and numbered.
    given : mapping of int to str
        Roles by channel, for calls that do not say.
    side_by_side : bool
        Whether another recording of the call runs at the same time.

    Returns
    -------
    dict of int to str
        Role by channel of the file.

    Raises
    ------
    RecordingError
        If the manifest names more channels than the file has.
    """
    n_channels = side.info.n_channels if side.info else 1
    if n_channels == 1:
        told = set(side.roles.values())
        one = side.role or (next(iter(told)) if len(told) == 1 else None)
        if one is None and side_by_side and side.channel is not None:
            one = given.get(side.channel)
        return {0: one or "unknown"}
    beyond = [channel for channel in side.roles if channel >= n_channels]
    if beyond:
        raise RecordingError(
            f"The manifest gives a role to channel {beyond[0]} of {side.path}, which has "
            f"{n_channels} channels (0 to {n_channels - 1})."
        )
    out = {}
    for channel in range(n_channels):
        out[channel] = side.roles.get(channel) or side.role or given.get(channel) or "unknown"
    twins = {c: s.same_as for c, s in enumerate(side.signals) if s.same_as is not None}
    for channel, twin in twins.items():
        if out[channel] != out[twin]:
            out[channel] = out[twin] = "unknown"
    return out


def _text(value: object) -> str | None:
    return None if value is None else str(value)
