"""Label Studio in: the JSON export of a project that labelled regions of audio."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import pandas as pd

from workbench.errors import InputError
from workbench.formats.contract import Imported
from workbench.formats.intervals import check_role, heard_table, known_calls_only, role_of
from workbench.formats.judgements import Judgement, check_pass, make_imported
from workbench.formats.label_studio import HEARD, MAIN, STRENGTH
from workbench.formats.labels import LabelMap, map_labels
from workbench.formats.meanings import Meaning, check_against, join_label
from workbench.formats.source_files import SourceText, read_source
from workbench.taxonomies import Taxonomy, default_taxonomy

NOTE_CONTROLS = ("note", "notes", "comment", "comments", "remark")


@dataclass
class _Region:
    """What one annotation says of one region."""

    task: dict[str, Any]
    rater: str
    where: str
    start_s: float
    end_s: float
    channel: int | None
    created_at: datetime | None
    role: str | None = None
    labels: list[str] = field(default_factory=list)
    main: list[str] = field(default_factory=list)
    stars: dict[str, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    note: str | None = None


def import_label_studio(
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
    raters: Mapping[str, str] | None = None,
    heard: Collection[str] | None = None,
    rating_max: int = 5,
    created_at: datetime | None = None,
) -> Imported:
    """Read annotations from Label Studio's JSON export.

    Labels that are words for roles say whose voice a region is; other labels
    and choices say what was heard; a rating is the intensity of the region's
    tag; a number whose control is named after a dimension is a value on it.
    Predictions and cancelled annotations are left out.

    Parameters
    ----------
    path : str or Path
        Label Studio's export as JSON (not JSON-MIN), or our own tasks.json.
    call_id : str, optional
        The call; else what the task's data say, else the name of its audio file.
    rater_id : str, optional
        Who judged, if there is only one annotator.
    role : str, optional
        Whose voice it is, in regions that do not say.
    channel : int, optional
        Channel of the call, from 0, in place of what the regions say.
    calls : collection of str, optional
        Calls of the register; regions of others are left out.
    mapping : mapping, DataFrame or str, optional
        What each label means, see `workbench.formats.labels.check_labels`.
        Without it, labels must be the taxonomy's own.
    taxonomy : Taxonomy, optional
        The default taxonomy if not given.
    pass_ : str, default "voice"
        What the raters had, in tasks that do not say.
    raters : mapping of str to str, optional
        Rater by Label Studio's user id or e-mail; others are named
        "label_studio_" and the id or e-mail.
    heard : collection of str, optional
        Names of the controls that say what was heard; all choices and labels if
        not given.
    rating_max : int, default 5
        Number of stars of rating controls, in tasks that do not say.
    created_at : datetime, optional
        For annotations that do not say when.

    Returns
    -------
    Imported
        Intervals and ratings.

    Raises
    ------
    InputError
        If the file is broken, a label unknown or no call in the register.
    """
    source = read_source(path)
    check_role(role)
    chosen = taxonomy or default_taxonomy()
    skipped: Counter[str] = Counter()
    regions = list(_regions(_tasks(source), source.name, raters or {}, heard, skipped))
    if not regions:
        raise InputError(
            f"{source.name} has no annotated region of audio ({_listed(skipped)}). "
            "Annotations count, predictions do not."
        )
    _name_rater(regions, rater_id, source.name)
    rows = [_heard_row(one, call_id, role, channel, source.name) for one in regions]
    table, left_out = known_calls_only(heard_table(rows), calls, source.name)
    rows, regions = [rows[i] for i in table.index], [regions[i] for i in table.index]
    found = [label for one in regions for label in one.labels]
    meanings = map_labels(found, mapping, chosen, source=source.name)
    judgements = []
    for place, one in enumerate(regions):
        meaning = _meaning(one, meanings, chosen, rating_max, skipped, source.name)
        if meaning is not None:
            judgements.append(_judgement(place, one, meaning, chosen, pass_))
    notices = [*left_out]
    if skipped.total():
        notices.append(f"Of {source.name} was left out: {_listed(skipped)}.")
    return make_imported(
        "label_studio", source, rows, judgements, created_at=created_at, notices=notices
    )


def _listed(skipped: Counter[str]) -> str:
    return "; ".join(f"{count} {what}" for what, count in skipped.items() if count) or "it is empty"


def _tasks(source: SourceText) -> list[dict[str, Any]]:
    try:
        content = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{source.name} is not JSON: {error.msg} in line {error.lineno}. "
            "Export the project from Label Studio as JSON."
        ) from error
    tasks = content if isinstance(content, list) else [content]
    for number, task in enumerate(tasks, start=1):
        if not (isinstance(task, dict) and isinstance(task.get("data"), dict)):
            raise InputError(
                f'Task {number} of {source.name} has no "data": this is not Label Studio\'s full '
                "JSON. Export the project as JSON, not as JSON-MIN or CSV."
            )
    return tasks


def _regions(
    tasks: list[dict[str, Any]],
    source: str,
    raters: Mapping[str, str],
    heard: Collection[str] | None,
    skipped: Counter[str],
) -> Iterator[_Region]:
    for number, task in enumerate(tasks, start=1):
        skipped["predictions"] += len(task.get("predictions") or [])
        for place, annotation in enumerate(task.get("annotations") or [], start=1):
            where = f"annotation {place} of task {number}"
            if annotation.get("was_cancelled"):
                skipped["cancelled annotations"] += 1
                continue
            try:
                rater = _rater_of(annotation, raters)
                found: dict[str, _Region] = {}
                for part in annotation.get("result") or []:
                    _read_part(part, found, task, rater, where, annotation, heard, skipped)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise InputError(
                    f"The {where} of {source} is not as Label Studio writes them "
                    f"({type(error).__name__}: {error}). Export the project again as JSON."
                ) from error
            yield from found.values()


def _rater_of(annotation: Mapping[str, Any], raters: Mapping[str, str]) -> str:
    by = annotation.get("completed_by")
    told = [by.get("email"), by.get("id")] if isinstance(by, dict) else [by]
    names = [str(name) for name in told if name is not None]
    for name in names:
        if name in raters:
            return raters[name]
    if annotation.get("rater_id"):
        return str(annotation["rater_id"])
    return f"label_studio_{names[0]}" if names else ""


def _read_part(
    part: Mapping[str, Any],
    found: dict[str, _Region],
    task: dict[str, Any],
    rater: str,
    where: str,
    annotation: Mapping[str, Any],
    heard: Collection[str] | None,
    skipped: Counter[str],
) -> None:
    value, kind, control = part.get("value"), part.get("type"), str(part.get("from_name"))
    if not isinstance(value, dict) or "start" not in value or "end" not in value:
        skipped["answers that are not about a region"] += 1
        return
    one = found.get(part["id"])
    if one is None:
        created = annotation.get("created_at")
        one = found[part["id"]] = _Region(
            task,
            rater,
            f"region {part['id']} in {where}",
            float(value["start"]),
            float(value["end"]),
            None if value.get("channel") is None else int(value["channel"]),
            datetime.fromisoformat(created) if created else None,
        )
    length = part.get("original_length")
    if length is not None and one.end_s > float(length) + 1.0:
        raise ValueError(f"the {one.where} ends at {one.end_s} s, after the audio at {length} s")
    if kind in ("labels", "choices"):
        words = [str(word) for word in value[kind]]
        roles = [role for word in words if (role := role_of(word))]
        if kind == "labels" and len(roles) == len(words) == 1:
            one.role = roles[0]
        elif control == MAIN and "intensity_steps" in task["data"]:
            one.main += words
        elif heard is None or control in heard or control == HEARD:
            one.labels += [word for word in words if word not in one.labels]
        else:
            skipped[f'answers of the control "{control}"'] += 1
    elif kind == "rating":
        one.stars[control] = float(value["rating"])
    elif kind == "number":
        one.values[control] = float(value["number"])
    elif kind == "textarea" and control.lower() in NOTE_CONTROLS:
        one.note = "\n".join(map(str, value["text"]))
    else:
        skipped[f'answers of the control "{control}" ({kind})'] += 1


def _name_rater(regions: list[_Region], rater_id: str | None, source: str) -> None:
    raters = sorted({one.rater for one in regions})
    if rater_id is not None and len(raters) > 1:
        lines = ", ".join(f'"{name.removeprefix("label_studio_")}": "r01"' for name in raters[:2])
        raise InputError(
            f"{source} has annotations by {len(raters)} raters ({', '.join(raters[:6])}), so "
            f"rater_id={rater_id!r} cannot stand for all. Name them with raters={{{lines}}}, or "
            "leave rater_id out."
        )
    for one in regions:
        one.rater = rater_id or one.rater or "label_studio"


def _heard_row(
    one: _Region, call_id: str | None, role: str | None, channel: int | None, source: str
) -> dict[str, Any]:
    data = one.task["data"]
    call = call_id or data.get("call_id")
    if call is None:
        urls = [v for v in data.values() if isinstance(v, str) and PurePosixPath(v).suffix]
        if not urls:
            raise InputError(
                f"The {one.where} of {source} does not say which call it is: its task has neither "
                'a "call_id" nor an audio file in "data". Pass call_id=.'
            )
        split = urlsplit(urls[0])
        call = PurePosixPath(unquote(split.query.partition("d=")[2] or split.path)).stem
    inside = one.channel
    if channel is None and inside is not None:
        places = data.get("channels")
        channel = int(places.get(str(inside), inside)) if isinstance(places, dict) else inside
    offset_s = float(data.get("offset_s") or 0.0)
    return {
        "call_id": str(call),
        "channel": channel,
        "role": one.role or role or "unknown",
        "start_s": one.start_s + offset_s,
        "end_s": one.end_s + offset_s,
        "tier": one.rater,
        "label": " + ".join(one.labels) or None,
        "where": one.where,
    }


def _meaning(
    one: _Region,
    meanings: Mapping[str, Meaning | None],
    taxonomy: Taxonomy,
    rating_max: int,
    skipped: Counter[str],
    source: str,
) -> Meaning | None:
    said = [found for label in one.labels if (found := meanings[label]) is not None]
    if one.labels and not said:
        return None
    tags = {tag.tag: tag for found in said for tag in found.tags}
    verdicts = [found.verdict for found in said if found.verdict != "tagged"]
    if tags and verdicts or len(set(verdicts)) > 1:
        skipped['verdicts beside others in one region (tags go first, then "unclear")'] += 1
    verdict = "tagged" if tags or not verdicts else _strongest(verdicts)
    of = f"The {one.where} of {source}"
    steps = float(one.task["data"].get("intensity_steps") or rating_max)
    for control, stars in one.stars.items():
        if not 0 < stars <= steps:
            raise InputError(
                f"{of} has {stars:g} stars of {steps:g}. Give the number of stars as rating_max=."
            )
        tag = control.removeprefix(STRENGTH)
        if not control.startswith(STRENGTH) and len(tags) == 1:
            tag = next(iter(tags))
        if tag in tags:
            tags[tag] = replace(tags[tag], intensity=stars / steps)
        else:
            skipped["ratings of regions with several tags, or none"] += 1
    tags |= {tag: replace(tags[tag], primary=True) for tag in one.main if tag in tags}
    scores = {dimension: value for found in said for dimension, value in found.scores.items()}
    known = {scale.dimension for scale in taxonomy.dimensions}
    values = {control: value for control, value in one.values.items() if control in known}
    skipped["numbers that are not on a dimension"] += len(one.values) - len(values)
    texts = {dimension: f"{value:g}" for dimension, value in values.items()}
    if verdict == "tagged" and not (tags or scores or values):
        return None
    meaning = Meaning(verdict, tuple(tags.values()), {**scores, **values}, texts)
    check_against(meaning, taxonomy, of=of)
    return meaning


def _strongest(verdicts: list[str]) -> str:
    return "unclear" if "unclear" in verdicts else verdicts[0]


def _judgement(
    place: int, one: _Region, meaning: Meaning, taxonomy: Taxonomy, pass_: str
) -> Judgement:
    data = one.task["data"]
    return Judgement(
        heard=place,
        rater_id=one.rater,
        meaning=meaning,
        label=join_label("", one.labels),
        taxonomy=str(data.get("taxonomy") or taxonomy.taxonomy),
        version=str(data.get("version") or taxonomy.version),
        pass_=check_pass(str(data.get("pass") or pass_)),
        created_at=one.created_at,
        note=one.note,
    )
