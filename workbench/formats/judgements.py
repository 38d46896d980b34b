"""Turn what a foreign file says into ratings, tags and scores with ids that stay the same."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbench.errors import InputError
from workbench.formats.contract import Imported
from workbench.formats.intervals import check_times, heard_table, name_intervals, overlap_notice
from workbench.formats.labels import LabelMap, map_labels
from workbench.formats.meanings import Meaning
from workbench.formats.source_files import SourceText
from workbench.schema import PASSES, check_table, empty_table
from workbench.taxonomies import Taxonomy, default_taxonomy

NAMESPACE = uuid.UUID("6b1d3a52-8c0e-5f9a-9d43-2f7a1c6e0b57")
"""Namespace of the ids of imported ratings."""


@dataclass(frozen=True)
class Judgement:
    """One rater's judgement of one interval, as an importer found it.

    Parameters
    ----------
    heard : int
        Row of the interval among those that the importer collected, from 0.
    rater_id : str
        Who judged.
    meaning : Meaning
        What was heard.
    label : str
        The source's own label: the imported_value of scores that it stands for.
    taxonomy, version, pass_ : str
        Under which taxonomy and in which pass.
    created_at : datetime or None
        When, if the source says.
    note : str or None
        The rater's words.
    """

    heard: int
    rater_id: str
    meaning: Meaning
    label: str
    taxonomy: str
    version: str
    pass_: str
    created_at: datetime | None = None
    note: str | None = None


def check_pass(pass_: str) -> str:
    """Check the name of a pass.

    Parameters
    ----------
    pass_ : str
        The pass.

    Returns
    -------
    str
        The same.

    Raises
    ------
    InputError
        If there is no such pass.
    """
    if pass_ not in PASSES:
        raise InputError(f'There is no pass "{pass_}"; passes are {", ".join(PASSES)}.')
    return pass_


def judge_labels(
    labelled: list[tuple[int, str, str | None]],
    mapping: LabelMap | pd.DataFrame | str | None,
    taxonomy: Taxonomy | None,
    *,
    pass_: str,
    source: str,
) -> tuple[list[Judgement], list[str]]:
    """Turn labels of intervals into judgements.

    Parameters
    ----------
    labelled : list of (int, str, str or None)
        Row of the interval, its label, and who gave it. Without a label or a
        rater there is no judgement.
    mapping : mapping, DataFrame, str or None
        See `workbench.formats.labels.map_labels`.
    taxonomy : Taxonomy or None
        None is the default taxonomy.
    pass_ : str
        The pass.
    source : str
        Name of the file.

    Returns
    -------
    tuple of (list of Judgement, list of str)
        The judgements, and sentences on what has none.

    Raises
    ------
    InputError
        If a label has no meaning.
    """
    judged = [(i, label, rater) for i, label, rater in labelled if label and rater]
    empty = sum(not label for _, label, _ in labelled)
    notices = []
    if empty:
        notices.append(f"{empty} intervals of {source} have an empty label and get no rating.")
    if unnamed := len(labelled) - empty - len(judged):
        notices.append(
            f"{unnamed} labels of {source} have no rater and stay labels of intervals. Name the "
            "rater as rater_id= (--rater) to take them as ratings."
        )
    if not judged:
        return [], notices
    chosen = taxonomy or default_taxonomy()
    meanings = map_labels([label for _, label, _ in judged], mapping, chosen, source=source)
    judgements = []
    for i, label, rater in judged:
        if (meaning := meanings[label]) is not None:
            judgements.append(
                Judgement(i, rater, meaning, label, chosen.taxonomy, chosen.version, pass_)
            )
    if skipped := len(judged) - len(judgements):
        notices.append(f"{skipped} intervals of {source} get no rating, as the mapping says.")
    return judgements, notices


def make_imported(
    format_name: str,
    source: SourceText,
    heard_rows: Sequence[Mapping[Any, Any]],
    judgements: Iterable[Judgement],
    *,
    created_at: datetime | None,
    notices: Iterable[str] = (),
) -> Imported:
    """Put together what an importer collected.

    Parameters
    ----------
    format_name : str
        Name of the format.
    source : SourceText
        The file.
    heard_rows : sequence of mapping
        Intervals, see `workbench.formats.intervals.heard_table`.
    judgements : iterable of Judgement
        What was heard in them.
    created_at : datetime or None
        When ratings were made whose source does not say; None is now.
    notices : iterable of str
        Sentences of the importer.

    Returns
    -------
    Imported
        With intervals, ratings, tags, scores, notes and raters.
    """
    heard = heard_table(heard_rows)
    check_times(heard, source.name)
    intervals, ids = name_intervals(heard)
    tables = _rating_rows(list(judgements), ids, source.sha256, created_at)
    return Imported(
        format=format_name,
        source=source.name,
        sha256=source.sha256,
        settings=source.settings,
        intervals=intervals,
        roles=_role_hints(intervals, source.name),
        notices=(*source.notices, *notices, *overlap_notice(intervals, source.name)),
        **tables,
    )


def _role_hints(intervals: pd.DataFrame, name: str) -> pd.DataFrame:
    told = intervals[intervals["channel"].notna() & (intervals["role"] != "unknown")]
    hints = []
    for (call, channel), rows in told.groupby(["call_id", "channel"], sort=True):
        if rows["role"].nunique() == 1:
            evidence = f"{name} has {len(rows)} intervals of this role on the channel."
            hints.append((call, channel, rows["role"].iloc[0], evidence))
    return pd.DataFrame(hints, columns=["call_id", "channel", "role", "evidence"])


def _rating_rows(
    judgements: list[Judgement], ids: pd.Series, sha256: str, created_at: datetime | None
) -> dict[str, pd.DataFrame]:
    moment = created_at or datetime.now(UTC)
    seen: Counter[tuple[object, ...]] = Counter()
    ratings, tags, scores, notes = [], [], [], []
    for one in judgements:
        interval = ids.iloc[one.heard]
        place = (one.rater_id, interval, one.taxonomy, one.version, one.pass_)
        seen[place] += 1
        rating = _rating_id(one, place, sha256, seen[place])
        ratings.append(
            {
                "rating_id": rating,
                "utterance_id": interval,
                "rater_id": one.rater_id,
                "taxonomy": one.taxonomy,
                "version": one.version,
                "pass": one.pass_,
                "verdict": one.meaning.verdict,
                "created_at": one.created_at or moment,
                "retracted": False,
            }
        )
        tags += [
            {"rating_id": rating, "tag": t.tag, "intensity": t.intensity, "primary": t.primary}
            for t in one.meaning.tags
        ]
        scores += [
            {
                "rating_id": rating,
                "dimension": dimension,
                "value": value,
                "imported_value": one.meaning.imported_values.get(dimension, one.label),
            }
            for dimension, value in one.meaning.scores.items()
        ]
        if one.note:
            note_id = str(uuid.uuid5(NAMESPACE, f"note {rating}"))
            notes.append(
                {
                    "note_id": note_id,
                    "rating_id": rating,
                    "rater_id": one.rater_id,
                    "kind": "note",
                    "text": one.note,
                    "created_at": one.created_at or moment,
                }
            )
    names = sorted({one.rater_id for one in judgements})
    return {
        "ratings": _table(ratings, "ratings").rename(columns={"utterance_id": "interval_id"}),
        "tags": _table(tags, "tags"),
        "scores": _table(scores, "scores"),
        "notes": _table(notes, "notes"),
        "raters": rater_rows(names),
    }


def _rating_id(one: Judgement, place: tuple[object, ...], sha256: str, repeat: int) -> str:
    said = [
        one.meaning.verdict,
        sorted((t.tag, t.intensity, t.primary) for t in one.meaning.tags),
        sorted(one.meaning.scores.items()),
    ]
    text = json.dumps([*place, sha256, repeat, said], ensure_ascii=False, default=str)
    return str(uuid.uuid5(NAMESPACE, text))


def _table(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    return check_table(pd.DataFrame(rows), name) if rows else empty_table(name)


def rater_rows(names: Iterable[str], kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Make rows of the raters table for raters that a file names.

    Parameters
    ----------
    names : iterable of str
        Their ids.
    kinds : mapping of str to str, optional
        Kind by id; human otherwise.

    Returns
    -------
    DataFrame
        The raters table.
    """
    kinds = kinds or {}
    rows = [
        {"rater_id": n, "role": "rater", "kind": kinds.get(n, "human"), "active": True}
        for n in names
    ]
    return _table(rows, "raters")


def rating_tables(
    imported: Imported, utterances: pd.DataFrame, current: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Give imported ratings their utterances, so that they can be stored.

    Parameters
    ----------
    imported : Imported
        From an import, after `workbench.formats.place_intervals`.
    utterances : DataFrame
        The utterances that were made from its intervals.
    current : DataFrame, optional
        Current ratings of the store. Where the same rater rated the same
        utterance in the same pass and version, the new rating supersedes that
        one: so an import with a corrected label mapping replaces the first.

    Returns
    -------
    dict of str to DataFrame
        Tables ratings, tags, scores, shifts and notes.

    Raises
    ------
    InputError
        If an interval has no utterance.
    """
    ids = dict(zip(_places(utterances), utterances["utterance_id"], strict=True))
    found = [ids.get(place) for place in _places(imported.intervals)]
    by_interval = dict(zip(imported.intervals["interval_id"], found, strict=True))
    utterance_ids = imported.ratings["interval_id"].map(by_interval)
    if (lost := int(utterance_ids.isna().sum())) > 0:
        raise InputError(
            f"{lost} of {len(utterance_ids)} ratings of {imported.source} have no utterance: "
            "make the utterances from the intervals of the same import."
        )
    ratings = imported.ratings.drop(columns="interval_id").assign(utterance_id=utterance_ids)
    if current is not None:
        ratings = _superseding(ratings, current)
    return {
        "ratings": check_table(ratings, "ratings"),
        "tags": imported.tags,
        "scores": imported.scores,
        "shifts": imported.shifts,
        "notes": imported.notes,
    }


def _places(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(
        zip(
            rows["call_id"],
            rows["channel"].astype("str"),
            (rows["start_s"] * 1000).round().astype("int64"),
            (rows["end_s"] * 1000).round().astype("int64"),
            strict=True,
        )
    )


def _superseding(ratings: pd.DataFrame, current: pd.DataFrame) -> pd.DataFrame:
    key = ["utterance_id", "rater_id", "taxonomy", "version", "pass"]
    new = ~ratings["rating_id"].isin(current["rating_id"])
    earlier = current[~current["rating_id"].isin(ratings["rating_id"])].drop_duplicates(key)
    earlier_ids = ratings[key].merge(earlier[[*key, "rating_id"]], on=key, how="left")["rating_id"]
    earlier_ids.index = ratings.index
    free = ratings["supersedes"].isna() & new & ~ratings.duplicated(key)
    return ratings.assign(supersedes=ratings["supersedes"].mask(free, earlier_ids))


def with_notices(imported: Imported, *notices: str) -> Imported:
    """Add sentences to what an import tells.

    Parameters
    ----------
    imported : Imported
        From an import.
    *notices : str
        The sentences.

    Returns
    -------
    Imported
        The same with the sentences at the end.
    """
    return replace(imported, notices=(*imported.notices, *notices))
