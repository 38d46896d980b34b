"""RTTM: who spoke when, as diarisation programs write it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from workbench.errors import InputError, nearest
from workbench.formats.contract import Imported
from workbench.formats.intervals import check_role, heard_table, known_calls_only, role_of
from workbench.formats.judgements import make_imported
from workbench.formats.source_files import SourceText, read_source

EXPECTED = "SPEAKER file channel onset duration <NA> <NA> speaker <NA> <NA>"


def import_rttm(
    path: str | Path,
    *,
    call_id: str | None = None,
    role: str | None = None,
    channel: int | None = None,
    calls: Collection[str] | None = None,
    roles: Mapping[str, str] | None = None,
    mono: bool = False,
) -> Imported:
    """Read the SPEAKER lines of an RTTM file.

    Parameters
    ----------
    path : str or Path
        The file; lines of 9 fields are read like those of 10.
    call_id : str, optional
        The call. The file's own names are the calls if not given; where a file
        holds several, only the lines of this one are read.
    role : str, optional
        Whose voice it is, if the file has one speaker only.
    channel : int, optional
        Channel of the call, from 0, for all lines; else the file's, which
        counts from 1.
    calls : collection of str, optional
        Calls of the register; lines of others are left out.
    roles : mapping of str to str, optional
        Role by speaker name. Names such as agent and customer speak for themselves.
    mono : bool, default False
        Do not believe the file's channel, but let it be found by role.

    Returns
    -------
    Imported
        Intervals with speaker and role, and role hints.

    Raises
    ------
    InputError
        If a line is not RTTM, a name in `roles` is not in the file, or no line
        belongs to the call.
    """
    source = read_source(path)
    check_role(role)
    rows, others = _speaker_lines(source)
    names = {str(row["call_id"]) for row in rows}
    if call_id is not None and len(names) > 1:
        rows = [row for row in rows if row["call_id"] == call_id]
        if not rows:
            raise InputError(
                f"{source.name} has no line of {call_id}.{nearest(call_id, names)} "
                f"It has lines of {len(names)} calls, among them {', '.join(sorted(names)[:5])}."
            )
    speakers = sorted({str(row["speaker"]) for row in rows})
    for name in roles or {}:
        if name not in speakers:
            raise InputError(
                f'{source.name} has no speaker "{name}".{nearest(name, speakers)} '
                f"It has: {', '.join(speakers)}."
            )
    known = {name: check_role((roles or {}).get(name)) or role_of(name) for name in speakers}
    if role is not None and len(speakers) == 1:
        known[speakers[0]] = role
    notices = []
    if nameless := [name for name, found in known.items() if found is None]:
        lines = ", ".join(f'"{name}": "customer"' for name in nameless[:2])
        notices.append(
            f"The speakers {', '.join(nameless[:8])} of {source.name} have no role. "
            f"Give it as roles={{{lines}}}."
        )
    if others:
        notices.append(f"{others} lines of {source.name} are not SPEAKER lines and were left out.")
    for row in rows:
        row["role"] = known[str(row["speaker"])] or "unknown"
        row["call_id"] = call_id or row["call_id"]
        if channel is not None or mono:
            row["channel"] = channel
    heard, left_out = known_calls_only(heard_table(rows), calls, source.name)
    return make_imported(
        "rttm",
        source,
        heard.to_dict("records"),
        [],
        created_at=None,
        notices=[*notices, *left_out],
    )


def _speaker_lines(source: SourceText) -> tuple[list[dict[str, Any]], int]:
    rows, others = [], 0
    for number, line in enumerate(source.text.splitlines(), start=1):
        cells = line.split()
        if not cells or cells[0].startswith(";;"):
            continue
        if cells[0] != "SPEAKER":
            others += 1
            continue
        try:
            if len(cells) not in (9, 10):
                raise ValueError(f"it has {len(cells)} fields")
            onset, duration = float(cells[3]), float(cells[4])
            channel = None if cells[2] in ("NA", "<NA>") else int(cells[2]) - 1
            if channel is not None and channel < 0:
                raise ValueError("channels count from 1")
        except ValueError as error:
            raise InputError(
                f"Line {number} of {source.name} is not RTTM ({error}): {line[:80]!r}. "
                f"Expected: {EXPECTED}, with seconds for onset and duration."
            ) from error
        rows.append(
            {
                "call_id": cells[1],
                "channel": channel,
                "speaker": cells[7],
                "start_s": onset,
                "end_s": onset + duration,
                "tier": cells[7],
                "where": f"line {number}",
            }
        )
    if not rows:
        raise InputError(f"{source.name} has no SPEAKER line. Expected: {EXPECTED}.")
    return rows, others
