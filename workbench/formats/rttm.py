"""RTTM: who spoke when, as diarisation programs write it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from workbench.errors import InputError, nearest
from workbench.formats.contract import Imported
from workbench.formats.intervals import check_role, heard_table, known_calls_only, role_of
from workbench.formats.judgements import make_imported
from workbench.formats.source_files import read_source
from workbench.utterances import read_rttm


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
        If the file is not RTTM, a name in `roles` is not in the file, or no
        line belongs to the call.
    """
    source = read_source(path)
    check_role(role)
    spoken = read_rttm(path)
    if spoken.empty:
        raise InputError(f"{source.name} has no SPEAKER line that lasts longer than 0 s.")
    names = spoken["call_id"].unique()
    if call_id is not None and len(names) > 1:
        spoken = spoken[spoken["call_id"] == call_id]
        if spoken.empty:
            raise InputError(
                f"{source.name} has no line of {call_id}.{nearest(call_id, names)} "
                f"It has lines of {len(names)} calls, among them {', '.join(sorted(names)[:5])}."
            )
    speakers = sorted(spoken["speaker"].unique())
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
    rows = [
        {
            **row,
            "call_id": call_id or row["call_id"],
            "channel": channel if channel is not None or mono else row["channel"],
            "role": known[row["speaker"]] or "unknown",
            "tier": row["speaker"],
            "where": f"the line of {row['speaker']} at {row['start_s']} s",
        }
        for row in spoken.to_dict("records")
    ]
    heard, left_out = known_calls_only(heard_table(rows), calls, source.name)
    return make_imported(
        "rttm",
        source,
        heard.to_dict("records"),
        [],
        created_at=None,
        notices=[*notices, *left_out],
    )
