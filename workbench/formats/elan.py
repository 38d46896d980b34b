"""ELAN's tab-delimited export, as annotators send it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from workbench.errors import InputError
from workbench.formats.contract import Imported
from workbench.formats.intervals import heard_table, known_calls_only, role_of
from workbench.formats.judgements import check_pass, judge_labels, make_imported
from workbench.formats.labels import LabelMap
from workbench.formats.source_files import SourceText, read_source
from workbench.formats.tiers import assign_tiers
from workbench.taxonomies import Taxonomy

CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
SECONDS = re.compile(r"-?\d+(?:\.\d+)?")
EXPECTED = (
    "Export it from ELAN with File > Export As > Tab-delimited Text, defaults: tier, participant, "
    "then begin, end and duration as hh:mm:ss.ms and as seconds, then the annotation, "
    "separated by tabs"
)


@dataclass(frozen=True)
class TabLine:
    """One annotation of the file.

    Parameters
    ----------
    number : int
        Line in the file, from 1.
    tier, participant, value : str
        As they came; participant may be empty.
    start_s, end_s : float
        Seconds.
    """

    number: int
    tier: str
    participant: str
    start_s: float
    end_s: float
    value: str


def read_elan_tab(source: SourceText) -> list[TabLine]:
    """Read the lines of a tab-delimited export.

    The participant column may be empty or missing; times may stand in
    hh:mm:ss.ms, in seconds or in both; a duration may be missing.

    Parameters
    ----------
    source : SourceText
        The file.

    Returns
    -------
    list of TabLine
        The annotations in the order of the file.

    Raises
    ------
    InputError
        If a line is not of this form, or its times contradict each other; the
        message names the line.
    """
    lines = []
    for number, line in enumerate(source.text.splitlines(), start=1):
        if line.strip() and not line.startswith(('"#', "#")):
            lines.append(_tab_line(line, number, source.name))
    if not lines:
        raise InputError(f"{source.name} holds no annotation. {EXPECTED}.")
    return lines


def _tab_line(line: str, number: int, name: str) -> TabLine:
    cells = line.split("\t")
    first = 1 if len(cells) > 1 and _seconds(cells[1]) is not None else 2
    times = cells[first:-1]
    values = [_seconds(cell) for cell in times]
    if len(cells) < 4 or len(times) not in (2, 3, 4, 6) or None in values:
        raise InputError(
            f"Line {number} of {name} has {len(cells)} cells that do not fit: {line[:80]!r}. "
            f"{EXPECTED}."
        )
    step = 2 if len(times) in (4, 6) else 1
    known = [value for value in values if value is not None]
    groups = [known[i : i + step] for i in range(0, len(known), step)]
    for group in groups:
        if max(group) - min(group) > 0.0015:
            raise InputError(
                f"Line {number} of {name} gives the same time as {times[0]} and {times[1]}: "
                f"{line[:80]!r}. {EXPECTED}."
            )
    start_s, end_s = groups[0][-1], groups[1][-1]
    if len(groups) == 3 and abs(end_s - start_s - groups[2][-1]) > 0.0025:
        raise InputError(
            f"Line {number} of {name} goes from {start_s:g} to {end_s:g} s but says it lasts "
            f"{groups[2][-1]:g} s. {EXPECTED}."
        )
    participant = cells[1].strip() if first == 2 else ""
    return TabLine(number, cells[0].strip(), participant, start_s, end_s, cells[-1].strip())


def _seconds(cell: str) -> float | None:
    cell = cell.strip()
    if clock := CLOCK.fullmatch(cell):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3])
    return float(cell) if SECONDS.fullmatch(cell) else None


def import_elan_tab(
    path: str | Path,
    *,
    call_id: str | None = None,
    rater_id: str | None = None,
    role: str | None = None,
    channel: int | None = None,
    calls: Collection[str] | None = None,
    mapping: LabelMap | pd.DataFrame | str | None = None,
    taxonomy: Taxonomy | None = None,
    pass_: str = "voice",
    roles: Mapping[str, str] | None = None,
    raters: Mapping[str, str] | None = None,
    created_at: datetime | None = None,
) -> Imported:
    """Read ELAN's tab-delimited export.

    Parameters
    ----------
    path : str or Path
        The file.
    call_id : str, optional
        The call; the file's name without its ending if not given.
    rater_id : str, optional
        Who judged, for tiers whose name does not end in `@rater`. Where nobody
        is named, intervals come without ratings.
    role : str, optional
        Whose voice it is, where neither the participant nor the tier says.
    channel : int, optional
        Channel of the call, from 0; found by role if not given.
    calls : collection of str, optional
        Calls of the register; a file of another call is refused.
    mapping : mapping, DataFrame or str, optional
        What each label means, see `workbench.formats.labels.check_labels`;
        "utep" for the labels of the UTEP calls. Without it, labels must be the
        taxonomy's own, joined with "+".
    taxonomy : Taxonomy, optional
        The default taxonomy if not given.
    pass_ : str, default "voice"
        What the raters had: text, masked_voice, voice or both.
    roles, raters : mapping of str to str, optional
        Role and rater by name of tier.
    created_at : datetime, optional
        When the ratings were made; ELAN does not say, so now if not given.

    Returns
    -------
    Imported
        Intervals, and ratings where raters are known.

    Raises
    ------
    InputError
        If the file is broken, a label unknown or the call not in the register.
    """
    source = read_source(path)
    check_pass(pass_)
    lines = read_elan_tab(source)
    tiers = assign_tiers(
        [line.tier for line in lines],
        source=source.name,
        role=role,
        rater_id=rater_id,
        roles=roles,
        raters=raters,
    )
    heard = [
        {
            "call_id": call_id or source.stem,
            "channel": channel,
            "role": role_of(line.participant) or tiers[line.tier].role,
            "speaker": line.participant or None,
            "start_s": line.start_s,
            "end_s": line.end_s,
            "tier": line.tier,
            "label": line.value,
            "where": f"line {line.number}",
        }
        for line in lines
    ]
    known_calls_only(heard_table(heard), calls, source.name)
    judgements, notices = judge_labels(
        [(i, line.value, tiers[line.tier].rater_id) for i, line in enumerate(lines)],
        mapping,
        taxonomy,
        pass_=pass_,
        source=source.name,
    )
    return make_imported(
        "elan_tab", source, heard, judgements, created_at=created_at, notices=notices
    )
