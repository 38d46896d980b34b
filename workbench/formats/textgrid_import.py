"""Praat TextGrid in: our own files, and tiers of other tools."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import Imported
from workbench.formats.intervals import heard_table, known_calls_only
from workbench.formats.judgements import Judgement, check_pass, judge_labels, make_imported
from workbench.formats.labels import LabelMap, check_labels
from workbench.formats.meanings import HeardTag, Meaning, check_against, split_label
from workbench.formats.praat import (
    INTERVALS,
    POINTS,
    Grid,
    GridTier,
    Mark,
    check_not_binary,
    read_grid,
)
from workbench.formats.source_files import read_source
from workbench.formats.staging import id_of_stem
from workbench.formats.tiers import STRENGTHS, TAGS, Tier, assign_tiers, read_tier_name
from workbench.taxonomies import Taxonomy, default_taxonomy


def import_textgrid(
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
    tiers: Collection[str] | None = None,
    roles: Mapping[str, str] | None = None,
    raters: Mapping[str, str] | None = None,
    created_at: datetime | None = None,
) -> Imported:
    """Read a TextGrid, our own or another's, in long or short text.

    In our own files the tiers say everything. In others, a tier named
    `role:what@rater` says as much as it can, and arguments say the rest. A
    point tier named after a dimension gives values to the intervals of the
    same party and rater that its points lie in.

    Parameters
    ----------
    path : str or Path
        The file; UTF-8, or UTF-16 with a byte-order mark.
    call_id : str, optional
        The call; the file's name without its ending if not given.
    rater_id : str, optional
        Who judged, for tiers that do not say. Where nobody is named, intervals
        come without ratings.
    role : str, optional
        Whose voice it is, for tiers that do not say.
    channel : int, optional
        Channel of the call, from 0, for tiers that do not say.
    calls : collection of str, optional
        Calls of the register; a file of another call is refused.
    mapping : mapping, DataFrame or str, optional
        What each label means, see `workbench.formats.labels.check_labels`.
        Without it, labels must be the taxonomy's own, joined with "+".
    taxonomy : Taxonomy, optional
        The default taxonomy if not given.
    pass_ : str, default "voice"
        What the raters had, for tiers that do not say.
    tiers : collection of str, optional
        Names of the tiers to read; all if not given.
    roles, raters : mapping of str to str, optional
        Role and rater by name of tier.
    created_at : datetime, optional
        When the ratings were made; Praat does not say, so now if not given.

    Returns
    -------
    Imported
        Intervals, and ratings where raters are known.

    Raises
    ------
    InputError
        If the file is broken, a label unknown or the call not in the register.
    """
    check_not_binary(Path(path))
    source = read_source(path)
    check_pass(pass_)
    grid = read_grid(source)
    by_name = assign_tiers(
        [tier.name for tier in grid.tiers],
        source=source.name,
        role=role,
        rater_id=rater_id,
        roles=roles,
        raters=raters,
    )
    wanted = _wanted(grid, tiers, source.name)
    own = any(by_name[tier.name].own for tier in wanted)
    call = call_id or (id_of_stem(source.stem) if own else source.stem)
    marks = _labelled_marks(wanted, by_name)
    heard = [_heard(name, mark, by_name[name], call, channel) for name, mark in marks]
    if not heard:
        raise InputError(f"{source.name} has no labelled interval: all of its tiers are empty.")
    known_calls_only(heard_table(heard), calls, source.name)
    own_judgements, own_notices = _judge_own(marks, wanted, by_name, mapping, taxonomy, source.name)
    labelled = [
        (i, mark.text, by_name[name].rater_id)
        for i, (name, mark) in enumerate(marks)
        if not by_name[name].own
    ]
    judgements, notices = judge_labels(labelled, mapping, taxonomy, pass_=pass_, source=source.name)
    judgements, lost = _with_points(judgements, marks, wanted, by_name, taxonomy, source.name)
    return make_imported(
        "textgrid",
        source,
        heard,
        [*own_judgements, *judgements],
        created_at=created_at,
        notices=[*own_notices, *notices, *lost],
    )


def _wanted(grid: Grid, tiers: Collection[str] | None, source: str) -> list[GridTier]:
    names = [tier.name for tier in grid.tiers]
    if not names:
        raise InputError(f"{source} has no tiers.")
    if tiers is None:
        return list(grid.tiers)
    for name in tiers:
        if name not in names:
            raise InputError(
                f'{source} has no tier "{name}".{nearest(name, names)} It has: {", ".join(names)}.'
            )
    return [tier for tier in grid.tiers if tier.name in tiers]


def _labelled_marks(wanted: list[GridTier], by_name: Mapping[str, Tier]) -> list[tuple[str, Mark]]:
    return [
        (tier.name, mark)
        for tier in wanted
        if tier.kind == INTERVALS and not (by_name[tier.name].own and _what(by_name, tier) != TAGS)
        for mark in tier.marks
        if mark.text.strip()
    ]


def _what(by_name: Mapping[str, Tier], tier: GridTier) -> str:
    return by_name[tier.name].what


def _heard(name: str, mark: Mark, tier: Tier, call: str, channel: int | None) -> dict[str, Any]:
    return {
        "call_id": call,
        "channel": tier.channel if tier.own else channel,
        "role": tier.role,
        "start_s": mark.start_s,
        "end_s": mark.end_s,
        "tier": name,
        "label": mark.text,
        "where": f'{mark.text!r} in the tier "{name}"',
    }


def _judge_own(
    marks: list[tuple[str, Mark]],
    wanted: list[GridTier],
    by_name: Mapping[str, Tier],
    mapping: LabelMap | pd.DataFrame | str | None,
    taxonomy: Taxonomy | None,
    source: str,
) -> tuple[list[Judgement], list[str]]:
    own = [(i, by_name[name], mark) for i, (name, mark) in enumerate(marks) if by_name[name].own]
    if not own:
        return [], []
    given = {} if mapping is None else check_labels(mapping)
    chosen = taxonomy or default_taxonomy()
    strengths, points = _companions(wanted, by_name, source)
    judgements, unchecked = [], set()
    for i, tier, mark in own:
        where = f'The label {mark.text!r} at {mark.start_s:.3f} s in the tier "{tier.name}"'
        if mark.text in given:
            meaning = given[mark.text]
        else:
            meaning = _own_meaning(mark, tier, strengths, points, f"{where} of {source}")
        if meaning is None or tier.rater_id is None:
            continue
        if (tier.taxonomy, tier.version) == (chosen.taxonomy, chosen.version):
            check_against(meaning, chosen, of=f"{where} of {source}")
        else:
            unchecked.add(f"{tier.taxonomy} {tier.version}")
        judgements.append(
            Judgement(
                i,
                tier.rater_id,
                meaning,
                mark.text,
                str(tier.taxonomy),
                str(tier.version),
                check_pass(str(tier.pass_)),
            )
        )
    notices = [
        f"{source} was labelled under {name}, which is not the taxonomy at hand "
        f"({chosen.taxonomy} {chosen.version}); its tags were not checked."
        for name in sorted(unchecked)
    ]
    used = sum(len(one.meaning.imported_values) for one in judgements)
    if lost := sum(len(found) for found in points.values()) - used:
        notices.append(f"{lost} points of {source} lie in no rated interval and were left out.")
    return judgements, notices


_Companions = dict[tuple[object, ...], list[tuple[str, Mark]]]


def _companions(
    wanted: list[GridTier], by_name: Mapping[str, Tier], source: str
) -> tuple[_Companions, _Companions]:
    strengths: _Companions = {}
    points: _Companions = {}
    for tier in wanted:
        own = by_name[tier.name]
        if not own.own or (tier.kind == INTERVALS and own.what != STRENGTHS):
            continue
        found = (points if tier.kind == POINTS else strengths).setdefault(_key(tier.name), [])
        found += [(own.what, mark) for mark in tier.marks if mark.text.strip()]
    return strengths, points


def _key(name: str) -> tuple[object, ...]:
    return read_tier_name(name).key


def _own_meaning(
    mark: Mark, tier: Tier, strengths: _Companions, points: _Companions, where: str
) -> Meaning:
    verdict, names = split_label(mark.text)
    middle = (mark.start_s + mark.end_s) / 2
    intensities: list[float | None] = [None] * len(names)
    for _, strength in strengths.get(_key(tier.name), []):
        if strength.start_s <= middle < strength.end_s:
            cells = strength.text.split("+")
            if len(cells) != len(names):
                raise InputError(
                    f"{where} has {len(names)} tags but the intensities {strength.text!r}; one "
                    "for each tag was expected, joined with +."
                )
            intensities = [_value(cell, where) if cell else None for cell in cells]
    scores: dict[str, float] = {}
    texts: dict[str, str] = {}
    for dimension, point in points.get(_key(tier.name), []):
        if mark.start_s <= point.start_s < mark.end_s:
            if dimension in scores:
                raise InputError(f"{where} has more than one point for {dimension}; keep one.")
            scores[dimension], texts[dimension] = _value(point.text, where), point.text
    tags = tuple(HeardTag(n, i) for n, i in zip(names, intensities, strict=True))
    return Meaning(verdict, tags, scores, texts)


def _value(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise InputError(f"{where} has the value {text!r}; a number was expected.")
    return value


def _with_points(
    judgements: list[Judgement],
    marks: list[tuple[str, Mark]],
    wanted: list[GridTier],
    by_name: Mapping[str, Tier],
    taxonomy: Taxonomy | None,
    source: str,
) -> tuple[list[Judgement], list[str]]:
    foreign = [t for t in wanted if t.kind == POINTS and not by_name[t.name].own and t.marks]
    if not foreign:
        return judgements, []
    chosen = taxonomy or default_taxonomy()
    dimensions = {str(entry.dimension) for entry in chosen.dimensions}
    notices = []
    for tier in foreign:
        told = by_name[tier.name]
        if told.what not in dimensions:
            notices.append(
                f'The point tier "{tier.name}" of {source} was left out: it is not named after a '
                f"dimension ({', '.join(sorted(dimensions))})."
            )
            continue
        used = 0
        for place, one in enumerate(judgements):
            name, mark = marks[one.heard]
            same = (by_name[name].role, one.rater_id) == (told.role, told.rater_id)
            inside = [p for p in tier.marks if mark.start_s <= p.start_s < mark.end_s]
            if same and len(inside) == 1:
                used += 1
                judgements[place] = _scored(one, told.what, inside[0], chosen, source)
        if lost := len(tier.marks) - used:
            notices.append(
                f'{lost} points of the tier "{tier.name}" of {source} were left out: a point needs '
                "a rated interval of the same party and rater to itself."
            )
    return judgements, notices


def _scored(
    one: Judgement, dimension: str, point: Mark, taxonomy: Taxonomy, source: str
) -> Judgement:
    where = f"The point at {point.start_s:.3f} s for {dimension} in {source}"
    meaning = replace(
        one.meaning,
        scores={**one.meaning.scores, dimension: _value(point.text, where)},
        imported_values={**one.meaning.imported_values, dimension: point.text},
    )
    check_against(meaning, taxonomy, of=where)
    return replace(one, meaning=meaning)
