"""From a manifest to calls that can be registered, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.audio import check_source, file_sha256, open_audio
from workbench.config import Policy
from workbench.errors import InputError, RecordingError
from workbench.identifiers import recording_id
from workbench.manifests import read_manifest
from workbench.quality import measure_signal, quality_table
from workbench.recordings.call_tables import CallTables, no_rows
from workbench.recordings.places import below_root
from workbench.recordings.results import FailedCall, KnownCall, TakenCall
from workbench.recordings.sides import (
    Side,
    check_roles,
    in_order,
    numbered,
    roles_of,
    run_together,
    side_of_row,
    with_offsets,
)
from workbench.schema import check_table


def take_in(
    manifest: pd.DataFrame,
    *,
    root_name: str,
    root: str,
    policy: Policy,
    roles: Mapping[int, str] | None = None,
    known: pd.DataFrame | None = None,
    known_calls: set[str] | frozenset[str] = frozenset(),
) -> Iterator[TakenCall | KnownCall | FailedCall]:
    """Read calls one after the other, each whole or not at all.

    Every recording is decoded once to its end: that shows whether it is sound,
    how long it is and what can be measured on it.

    Parameters
    ----------
    manifest : DataFrame
        As from `read_manifest` or `scan_folder`.
    root_name : str
        Name of the audio root in the register.
    root : str
        Folder or URL that the paths are relative to. Absolute paths are
        understood if they lie below it.
    policy : Policy
        Columns to keep; the key for customer ids is read if there are any.
    roles : mapping of int to str, optional
        Who speaks on which channel of a recording, for calls that do not say. A
        recording with a single signal keeps the role unknown, and so do two
        channels with the same signal.
    known : DataFrame, optional
        Recordings that are registered: sha256 and call_id.
    known_calls : set of str, optional
        Ids of the calls that are registered, with audio or without.

    Returns
    -------
    iterator of TakenCall, KnownCall or FailedCall
        One a call, in the order of the manifest; each is read when it is asked for.

    Raises
    ------
    InputError
        If a role is not known.
    WorkspaceError
        If there are customer ids and the key file cannot be used.

    Notes
    -----
    A call without an id is named by its recording's content: "call_" and 16 digits
    of its SHA-256. Channels are numbered through all recordings of a call: with a
    file a side, the customer's is channel 0; a recording after a transfer gets
    further channels. A recording that belongs to another call, or comes twice,
    fails with the name of that call.
    """
    if "problem" not in manifest:
        manifest = read_manifest(manifest, keep_columns=policy.keep_columns)
    keys = manifest["call_id"].astype("object")
    keys = keys.where(keys.notna(), pd.Series(manifest.index, manifest.index).map(_NoId))
    owners: dict[str, str] = {}
    if known is not None:
        owners = dict(zip(known["sha256"].astype(str), known["call_id"].astype(str), strict=True))
    intake = _Intake(
        tables=CallTables(manifest, keys, policy),
        root_name=root_name,
        root=root,
        roles=check_roles(roles),
        registered=owners,
        known_calls=set(known_calls),
    )
    calls: dict[object, list[dict[str, Any]]] = {}
    for key, row in zip(keys, manifest.to_dict("records"), strict=True):
        said = {str(name): value for name, value in row.items() if not pd.isna(value)}
        calls.setdefault(key, []).append(said)
    return (intake.take(key, rows) for key, rows in calls.items())


class _NoId:
    """Stands for the id of a row that has none: equal to nothing but itself."""

    def __init__(self, row: int) -> None:
        self.row = row


class _Intake:
    """What must be remembered from one call to the next."""

    def __init__(
        self,
        *,
        tables: CallTables,
        root_name: str,
        root: str,
        roles: Mapping[int, str],
        registered: Mapping[str, str],
        known_calls: set[str],
    ) -> None:
        self.tables = tables
        self.root_name = root_name
        self.root = root
        self.roles = roles
        self.registered = registered
        self.known_calls = known_calls
        self.taken: dict[str, str] = {}

    def take(self, key: object, rows: list[dict[str, Any]]) -> TakenCall | KnownCall | FailedCall:
        call_id = "" if isinstance(key, _NoId) else str(key)
        with_audio = [row for row in rows if "path" in row]
        at_fault = str(with_audio[0]["path"]) if with_audio else ""
        for row in rows:
            if "problem" in row:
                return FailedCall(call_id, str(row.get("path", at_fault)), str(row["problem"]))
        try:
            sides: list[Side] = []
            for row in with_audio:
                at_fault = str(row["path"])
                path, place = below_root(at_fault, self.root)
                check_source(place)
                sha256 = file_sha256(place)
                self._check_new(call_id, sha256, [side.sha256 for side in sides])
                sides.append(side_of_row(row, path, place, sha256))
            call_id = call_id or self._id_by_content(sides)
            if self._is_known(call_id, sides):
                return KnownCall(call_id, self.tables.of_call(key, call_id))
            read = []
            for side in in_order(sides):
                at_fault = side.path
                read.append(_read(side))
            tables = self._tables(key, call_id, numbered(with_offsets(read)))
        except (RecordingError, InputError, OSError) as error:
            return FailedCall(call_id, at_fault, str(error))
        self.taken |= {side.sha256: call_id for side in sides}
        self.known_calls.add(call_id)
        return TakenCall(call_id, tables)

    def _id_by_content(self, sides: list[Side]) -> str:
        sha256 = sides[0].sha256
        return self.registered.get(sha256) or f"call_{sha256[:16]}"

    def _check_new(self, call_id: str, sha256: str, own: list[str]) -> None:
        """Refuse a recording that belongs to another call, or came already."""
        if sha256 in own:
            raise RecordingError(
                f"Call {call_id} names the same audio twice (by content). Take one row out."
            )
        owner = self.taken.get(sha256)
        if owner is not None:
            raise RecordingError(
                f"The same audio (by content) came already as call {owner}. Take one of the two "
                "out of the manifest."
            )
        owner = self.registered.get(sha256)
        if owner is not None and call_id and owner != call_id:
            raise RecordingError(
                f"The same audio (by content) is registered already as call {owner}. A recording "
                "belongs to one call."
            )

    def _is_known(self, call_id: str, sides: list[Side]) -> bool:
        if call_id not in self.known_calls:
            return False
        there = {sha256 for sha256, owner in self.registered.items() if owner == call_id}
        came = {side.sha256 for side in sides}
        if not came or came == there:
            return True
        if not there:
            raise RecordingError(
                f"Call {call_id} is registered without audio, and audio cannot be added to it. "
                "Give the recording a call id of its own."
            )
        raise RecordingError(
            f"Call {call_id} is registered already, with other audio ({len(there)} recordings, of "
            f"which {len(there & came)} are the same). Recordings are never replaced; give this "
            "one a call id of its own."
        )

    def _tables(self, key: object, call_id: str, sides: list[Side]) -> dict[str, pd.DataFrame]:
        tables = self.tables.of_call(key, call_id)
        if not sides:
            none = ("recordings", "channels", "events", "quality")
            return tables | {name: no_rows(name) for name in none}
        customer = tables["calls"]["customer_id"].iloc[0]
        recordings, channels, signals, notes = [], [], {}, {}
        for side in sides:
            if side.info is None or side.channel is None or side.offset_s is None:
                continue
            recording = recording_id(side.sha256)
            recordings.append(
                {
                    "recording_id": recording,
                    "call_id": call_id,
                    "root": self.root_name,
                    "path": side.path,
                    "sha256": side.sha256,
                    "codec": side.info.codec,
                    "sampling_rate_hz": side.info.sampling_rate_hz,
                    "n_channels": side.info.n_channels,
                    "duration_s": side.info.duration_s,
                    "offset_s": side.offset_s,
                }
            )
            together = any(run_together(side, other) for other in sides if other is not side)
            speakers = {"customer": None if pd.isna(customer) else str(customer)}
            speakers["agent"] = side.agent_id
            for own, role in roles_of(side, self.roles, side_by_side=together).items():
                channel = side.channel + own
                channels.append(
                    {
                        "call_id": call_id,
                        "channel": channel,
                        "recording_id": recording,
                        "recording_channel": own,
                        "role": role,
                        "speaker_id": speakers.get(role) or f"{call_id}/{channel}",
                    }
                )
                twin = side.signals[own].same_as
                signals[channel] = replace(
                    side.signals[own],
                    same_as=None if twin is None else side.channel + twin,
                    offset_s=side.offset_s,
                )
                notes[channel] = side.info.note
        tables["recordings"] = check_table(pd.DataFrame(recordings), "recordings")
        tables["channels"] = check_table(pd.DataFrame(channels), "channels")
        tables["events"] = _transfers(call_id, sides)
        tables["quality"] = _with_notes(quality_table(call_id, signals), notes)
        return tables


def _read(side: Side) -> Side:
    with open_audio(side.place) as reader:
        signals = measure_signal(reader)
        return replace(side, info=reader.info(), signals=signals)


def _transfers(call_id: str, sides: list[Side]) -> pd.DataFrame:
    begun = sorted(sides, key=lambda side: side.offset_s or 0.0)
    later = [side.offset_s for side in begun[1:] if not run_together(begun[0], side)]
    if not later:
        return no_rows("events")
    rows = [
        {"call_id": call_id, "channel": -1, "start_s": at, "kind": "transfer", "source": "manifest"}
        for at in dict.fromkeys(later)
    ]
    return check_table(pd.DataFrame(rows), "events")


def _with_notes(quality: pd.DataFrame, notes: Mapping[int, str]) -> pd.DataFrame:
    """Add what was odd about the file to what is said of its channels."""
    if not any(notes.values()):
        return quality
    reasons = [
        " ".join(said for said in (reason, notes[channel]) if isinstance(said, str) and said)
        for channel, reason in zip(quality["channel"], quality["reason"], strict=True)
    ]
    return quality.assign(reason=pd.Series([r or None for r in reasons], dtype="str"))
