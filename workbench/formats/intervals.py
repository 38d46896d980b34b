"""Intervals of a foreign file: checked, named, and laid on the channels of a call."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import INTERVAL_COLUMNS, Imported
from workbench.schema import DTYPES

ROLES = ("customer", "agent", "other", "unknown")
ROLE_WORDS = {
    **{role: role for role in ROLES},
    "caller": "customer",
    "client": "customer",
    "external": "customer",
    "internal": "agent",
    "merchant": "agent",
    "operator": "agent",
    "spk_customer": "customer",
    "spk_agent": "agent",
}
"""Words for roles in other tools, lower case."""

HEARD_COLUMNS = {**INTERVAL_COLUMNS, "where": "str"}


def role_of(word: object) -> str | None:
    """Find the role that a tool's word for a party stands for.

    Parameters
    ----------
    word : object
        The word, in any case.

    Returns
    -------
    str or None
        customer, agent, other or unknown; None if the word is not one for a role.

    Examples
    --------
    >>> role_of("AGENT"), role_of("spk1")
    ('agent', None)
    """
    return ROLE_WORDS.get(str(word).strip().lower())


def check_role(role: str | None) -> str | None:
    """Check a role given as an argument.

    Parameters
    ----------
    role : str or None
        The role.

    Returns
    -------
    str or None
        The same.

    Raises
    ------
    InputError
        If it is not a role of the workbench.
    """
    if role is not None and role not in ROLES:
        raise InputError(
            f'"{role}" is not a role.{nearest(role, ROLES)} Roles are {", ".join(ROLES)}.'
        )
    return role


def heard_table(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """Make the table that importers collect: an interval a row, repeats allowed.

    Parameters
    ----------
    rows : sequence of mapping
        With the columns of `Imported.intervals` but interval_id, and "where":
        the place in the file, for messages.

    Returns
    -------
    DataFrame
        With documented dtypes and interval_id empty.
    """
    table = pd.DataFrame(rows).reindex(columns=list(HEARD_COLUMNS))
    return table.astype({name: DTYPES[kind] for name, kind in HEARD_COLUMNS.items()})


def check_times(heard: pd.DataFrame, name: str, *, duration_s: float | None = None) -> None:
    """Check that every interval lies in time as an interval should.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`.
    name : str
        Name of the file, for the message.
    duration_s : float, optional
        Length of the call, seconds.

    Raises
    ------
    InputError
        If an interval ends before it starts, has no length, starts before 0
        or ends more than a second after the call; the message names the first.
    """
    start, end = heard["start_s"], heard["end_s"]
    limit = np.inf if duration_s is None else duration_s + 1.0
    problems = (
        (~(np.isfinite(start) & np.isfinite(end)), "has no finite start and end"),
        (start < 0, "starts before the call does"),
        (end < start, "ends before it starts"),
        ((end * 1000).round() == (start * 1000).round(), "has no length"),
        (end > limit, f"ends after the call, which is {limit - 1:.3f} s long"),
    )
    for broken, what in problems:
        if broken.any():
            row = heard[broken].iloc[0]
            raise InputError(
                f"{int(broken.sum())} of {len(heard)} intervals of {name} cannot be used; the "
                f"first, {row['where']}, {what}: {row['start_s']:g} to {row['end_s']:g} s. "
                "Correct it in the tool it comes from and export again."
            )


def name_intervals(heard: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Give intervals ids; the same stretch of the same voice counts once.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`.

    Returns
    -------
    tuple of (DataFrame, Series)
        `Imported.intervals`, in order of call, start and channel; and for each
        row of `heard` the interval_id.
    """
    milliseconds = (heard[["start_s", "end_s"]] * 1000).round().astype("int64")
    keys = zip(
        heard["call_id"],
        heard["channel"].astype("str"),
        heard["role"],
        milliseconds["start_s"],
        milliseconds["end_s"],
        strict=True,
    )
    ids = pd.Series([_interval_id(key) for key in keys], index=heard.index, dtype="str")
    named = heard.assign(interval_id=ids)[list(INTERVAL_COLUMNS)]
    labels: dict[str, dict[str, None]] = {}
    for name, label in zip(ids, named["label"].astype("object"), strict=True):
        labels.setdefault(name, {}).update({label: None} if isinstance(label, str) else {})
    intervals = named.drop_duplicates("interval_id").sort_values(
        ["call_id", "start_s", "end_s", "channel", "role"], ignore_index=True
    )
    joined = [" | ".join(labels[name]) for name in intervals["interval_id"]]
    intervals["label"] = pd.Series(joined, index=intervals.index, dtype="str")
    return intervals, ids


def _interval_id(key: tuple[object, ...]) -> str:
    text = "\x1f".join(str(part) for part in key)
    return f"int_{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def overlap_notice(intervals: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Tell of intervals of one voice that overlap.

    Parameters
    ----------
    intervals : DataFrame
        `Imported.intervals`.
    name : str
        Name of the file.

    Returns
    -------
    tuple of str
        One sentence, or none.
    """
    groups = ["call_id", "channel", "role", "speaker"]
    ordered = intervals.sort_values(["call_id", "start_s", "end_s"])
    voice = ordered.groupby(groups, dropna=False).ngroup()
    latest = ordered.groupby(voice)["end_s"].cummax().groupby(voice).shift(fill_value=-np.inf)
    overlapping = ordered[ordered["start_s"] < latest - 0.0005]
    if overlapping.empty:
        return ()
    row = overlapping.iloc[0]
    return (
        f"{len(overlapping)} intervals of {name} overlap an earlier one of the same voice, the "
        f"first in {row['call_id']} at {row['start_s']:.3f} s. They stay as they are; shares of "
        "time count such seconds twice.",
    )


def known_calls_only(
    heard: pd.DataFrame, calls: Collection[str] | None, name: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave out rows of calls that are not in the register.

    Parameters
    ----------
    heard : DataFrame
        Any table with call_id.
    calls : collection of str or None
        The register's calls; None knows all.
    name : str
        Name of the file.

    Returns
    -------
    tuple of (DataFrame, tuple of str)
        What is left, and a sentence if something was left out.

    Raises
    ------
    InputError
        If no row is left; the message suggests the nearest call.
    """
    if calls is None:
        return heard, ()
    known = heard["call_id"].isin(list(calls))
    if known.all():
        return heard, ()
    unknown = list(dict.fromkeys(heard.loc[~known, "call_id"]))
    listed = ", ".join(map(str, unknown[:5])) + (", ..." if len(unknown) > 5 else "")
    if not known.any():
        raise InputError(
            f"{name} speaks of {listed}, which the register does not have."
            f"{nearest(str(unknown[0]), calls)} Ingest the call first, or name the call "
            "that the file belongs to as call_id=."
        )
    return heard[known], (
        f"{int((~known).sum())} rows of {name} belong to {len(unknown)} calls that the register "
        f"does not have ({listed}) and were left out.",
    )


def place_intervals(
    imported: Imported, channels: pd.DataFrame, recordings: pd.DataFrame | None = None
) -> Imported:
    """Lay intervals on the channels of their calls.

    A channel is found by role where the source names only the role, and the
    role by channel where it names only the channel. On a mono call, or in a
    call without audio, the source's role is kept.

    Parameters
    ----------
    imported : Imported
        From an import.
    channels : DataFrame
        The channels table of the register.
    recordings : DataFrame, optional
        The recordings table: settles which of several channels of one role is
        meant (after a transfer) by time.

    Returns
    -------
    Imported
        The same with channel and role filled in `intervals`.

    Raises
    ------
    InputError
        If a channel does not exist, a role contradicts the register, or it
        cannot be known which channel is meant.
    """
    by_call = _voices(channels, recordings)
    placed = []
    for row in imported.intervals.to_dict("records"):
        there = by_call.get(str(row["call_id"]))
        if there is not None:
            row["channel"], row["role"] = _place(row, there, imported.source)
        placed.append(row)
    intervals = pd.DataFrame(placed, columns=list(INTERVAL_COLUMNS)).astype(
        {name: DTYPES[kind] for name, kind in INTERVAL_COLUMNS.items()}
    )
    return replace(imported, intervals=intervals)


class _Voice(NamedTuple):
    channel: int
    role: str
    from_s: float
    until_s: float


def _voices(channels: pd.DataFrame, recordings: pd.DataFrame | None) -> dict[str, list[_Voice]]:
    times: dict[str, tuple[float, float]] = {}
    if recordings is not None:
        for row in recordings.to_dict("records"):
            offset_s = float(row["offset_s"])
            times[row["recording_id"]] = (offset_s, offset_s + float(row["duration_s"]))
    voices: dict[str, list[_Voice]] = {}
    for row in channels.to_dict("records"):
        span = times.get(row["recording_id"], (0.0, np.inf))
        voice = _Voice(int(row["channel"]), str(row["role"]), *span)
        voices.setdefault(str(row["call_id"]), []).append(voice)
    return voices


def _place(row: Mapping[Any, Any], there: list[_Voice], source: str) -> tuple[int, str]:
    role, call = row["role"], row["call_id"]
    if not pd.isna(row["channel"]):
        found = [voice for voice in there if voice.channel == row["channel"]]
        if not found:
            listed = ", ".join(str(voice.channel) for voice in there)
            raise InputError(
                f"{source} speaks of channel {row['channel']} of {call}, which has the "
                f"channels {listed} (counted from 0)."
            )
    elif role == "unknown":
        found = there
    else:
        found = [voice for voice in there if voice.role == role]
        found = found or [voice for voice in there if voice.role == "unknown"]
    if len(found) > 1:
        shared = [
            min(voice.until_s, row["end_s"]) - max(voice.from_s, row["start_s"]) for voice in found
        ]
        most = max(shared)
        found = [v for v, time in zip(found, shared, strict=True) if time == most and time > 0]
    if len(found) != 1:
        known = ", ".join(f"{voice.channel}={voice.role}" for voice in there)
        raise InputError(
            f"It cannot be known which channel of {call} the {role} interval at "
            f"{row['start_s']:.3f} s of {source} belongs to; its channels are {known}. "
            "Name one with role= or channel=, or correct the roles of the call."
        )
    channel, registered = found[0].channel, found[0].role
    if role == "unknown":
        return channel, registered
    if registered not in ("unknown", role):
        raise InputError(
            f"{source} takes channel {channel} of {call} for the {role}, the register for the "
            f"{registered}. Correct the roles of the call, or import with roles that fit; if the "
            "file counts everything as channel 1 (RTTM of a mono mix), import with mono=True."
        )
    return channel, role
