"""Ratings with all that belongs to them, and the rules that hold across their rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbench.errors import InputError, WorkbenchError, nearest
from workbench.identifiers import uuid7
from workbench.schema import TABLES
from workbench.store.bulk import Row
from workbench.store.frames import records, storable
from workbench.store.rows import plain_rows
from workbench.store.values import CUES_NAMED

PARTS = ("ratings", "tags", "scores", "shifts", "notes")
SHARE_TOLERANCE = 0.005
"""Shares that a rater set in whole percent may miss 1 by this much."""

_LISTS = {
    "tags": ("tag", "intensity", "share", "primary"),
    "scores": ("dimension", "value", "imported_value"),
    "shifts": ("at_s", "from_tag", "to_tag"),
}
_TEXTS = {"note": "note", "other_words": "other_words"}


@dataclass(frozen=True)
class Judgements:
    """Ratings and their parts, checked, as plain rows.

    Parameters
    ----------
    ratings, tags, scores, shifts, notes : list of dict
        Rows with all columns of the schema.
    """

    ratings: list[Row]
    tags: list[Row]
    scores: list[Row]
    shifts: list[Row]
    notes: list[Row]

    def parts(self) -> dict[str, list[Row]]:
        """Give the rows by the name of their table, in the order in which they are written.

        Returns
        -------
        dict of str to list of dict
            All five.
        """
        return {name: getattr(self, name) for name in PARTS}

    def only(self, rating_ids: Collection[str]) -> Judgements:
        """Choose some of the ratings with their parts.

        Parameters
        ----------
        rating_ids : collection of str
            Which.

        Returns
        -------
        Judgements
            Those.
        """
        chosen = {
            name: [row for row in rows if row["rating_id"] in rating_ids]
            for name, rows in self.parts().items()
        }
        return Judgements(**chosen)


def judgement(payload: Mapping[str, Any]) -> Judgements:
    """Check one rating as a widget sends it.

    Parameters
    ----------
    payload : mapping
        Columns of ratings, and tags, scores, shifts (lists of mappings), note
        and other_words (text or None).

    Returns
    -------
    Judgements
        One rating; an id and the time are made where none came.

    Raises
    ------
    InputError
        If a field is unknown or of the wrong kind, or as in `judgements`.
    """
    known = [*TABLES["ratings"].columns, *_LISTS, *_TEXTS]
    for name in payload:
        if name not in known:
            raise InputError(
                f'A rating has no field "{name}".{nearest(str(name), known)} '
                f"It has: {', '.join(known)}."
            )
    rating_id = str(payload.get("rating_id") or uuid7())
    now = datetime.now(UTC)
    own: Row = {"retracted": False, "created_at": now}
    # a field that is None in the payload was not given
    given = {name: payload.get(name) for name in TABLES["ratings"].columns}
    own |= {name: value for name, value in given.items() if value is not None}
    own["rating_id"] = rating_id
    lists: dict[str, list[Row]] = {
        name: [
            {"rating_id": rating_id} | _entry(row, name, fields) for row in payload.get(name) or ()
        ]
        for name, fields in _LISTS.items()
    }
    for row in lists["tags"]:
        row["primary"] = False if row.get("primary") is None else row["primary"]
    texts = {kind: str(payload.get(field) or "").strip() for field, kind in _TEXTS.items()}
    has_other = any(row.get("tag") == "other" for row in lists["tags"])
    if has_other != bool(texts["other_words"]):
        raise InputError(
            f'Rating {rating_id}: the tag "other" and other_words belong together; '
            + ("write in other_words what you heard." if has_other else 'add the tag "other".')
        )
    notes = [
        {
            "note_id": uuid7(),
            "rating_id": rating_id,
            "rater_id": own.get("rater_id"),
            "kind": kind,
            "text": text,
            "created_at": now,
        }
        for kind, text in texts.items()
        if text
    ]
    came = {"ratings": [own], **lists, "notes": notes}
    return _checked(Judgements(**{name: plain_rows(rows, name) for name, rows in came.items()}))


def judgements(
    ratings: pd.DataFrame,
    tags: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    shifts: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
) -> Judgements:
    """Check ratings and their parts against the schema and against each other.

    Parameters
    ----------
    ratings, tags, scores, shifts, notes : DataFrame
        As in the schema; created_at, retracted and primary may be left out, and
        in notes everything but rating_id and text.

    Returns
    -------
    Judgements
        As plain rows.

    Raises
    ------
    InputError
        If a value is out of range, shares do not sum to 1, a verdict
        contradicts the tags, or a part belongs to no rating that came.
    """
    now = datetime.now(UTC)
    ratings = _filled(ratings, {"retracted": False, "created_at": now})
    authors = ratings.set_index("rating_id")["rater_id"].to_dict() if len(ratings) else {}
    notes = _filled(notes, {"kind": "note", "created_at": now})
    if len(notes):
        if "note_id" not in notes.columns:
            notes["note_id"] = [uuid7() for _ in range(len(notes))]
        notes["rater_id"] = notes["rating_id"].map(authors)
    came = {
        "ratings": ratings,
        "tags": _filled(tags, {"primary": False}),
        "scores": _filled(scores, {}),
        "shifts": _filled(shifts, {}),
        "notes": notes,
    }
    out = {name: records(storable(rows, name), name) for name, rows in came.items()}
    known = {row["rating_id"] for row in out["ratings"]}
    for name in PARTS[1:]:
        strangers = [row for row in out[name] if row["rating_id"] not in known]
        if strangers:
            raise InputError(
                f"{len(strangers)} rows of {name} belong to no rating that came with them, "
                f'first rating_id "{strangers[0]["rating_id"]}".'
            )
    return _checked(Judgements(**out))


def refuse(bad: Sequence[Row], text: str, error: type[WorkbenchError] = InputError) -> None:
    """Refuse ratings in a sentence that names the first.

    Parameters
    ----------
    bad : sequence of dict
        What is refused, with rating_id and whatever the text names.
    text : str
        The sentence, with columns in braces.
    error : type
        What to raise.

    Raises
    ------
    WorkbenchError
        If anything is refused.
    """
    if bad:
        more = f" {len(bad)} are like this." if len(bad) > 1 else ""
        raise error(
            f"Rating {bad[0]['rating_id']}: {text.format(**bad[0])}{more} Nothing was written."
        )


def _checked(these: Judgements) -> Judgements:
    _check_tag_rules(these.tags)
    tagged = {row["rating_id"] for row in these.tags}
    scored = {row["rating_id"] for row in these.scores}
    for forbidden, text in _RULES:
        refuse(
            [
                row
                for row in these.ratings
                if forbidden(row, row["rating_id"] in tagged, row["rating_id"] in scored)
            ],
            text,
        )
    return these


_RULES: tuple[tuple[Callable[[Row, bool, bool], bool], str], ...] = (
    (
        lambda row, tagged, scored: row["retracted"] and row["supersedes"] is None,
        "it takes a rating back without naming one; put its rating_id into supersedes.",
    ),
    (
        lambda row, tagged, scored: row["retracted"] and (tagged or scored),
        "it takes a rating back and has tags or scores; send a new rating without retracted.",
    ),
    (
        lambda row, tagged, scored: (
            row["verdict"] == "tagged" and not (tagged or scored or row["retracted"])
        ),
        'its verdict is "tagged", but it has no tag and no score. Expected a tag, a score, or '
        "the verdict neutral, unclear or unusable.",
    ),
    (
        lambda row, tagged, scored: row["verdict"] != "tagged" and tagged,
        'its verdict is "{verdict}", but it has tags. Expected the verdict "tagged", or no tags.',
    ),
    (
        lambda row, tagged, scored: row["verdict"] == "unusable" and scored,
        'its verdict is "unusable", but it has scores. What cannot be judged has none.',
    ),
    (
        lambda row, tagged, scored: not set((row["cues_named"] or "").split()) <= set(CUES_NAMED),
        f'cues_named is "{{cues_named}}"; expected words out of {" ".join(CUES_NAMED)}.',
    ),
    (
        lambda row, tagged, scored: row["supersedes"] == row["rating_id"],
        "it supersedes itself.",
    ),
)
"""What a rating may not be, given whether it has tags and scores, and the sentence about it."""


def _check_tag_rules(tags: Iterable[Row]) -> None:
    by_rating: dict[str, list[Row]] = {}
    for row in tags:
        by_rating.setdefault(row["rating_id"], []).append(row)
    sums: list[Row] = [
        {
            "rating_id": rating_id,
            "n_tags": len(rows),
            "n_shares": sum(row["share"] is not None for row in rows),
            "share": sum(row["share"] or 0.0 for row in rows),
            "n_primary": sum(bool(row["primary"]) for row in rows),
        }
        for rating_id, rows in by_rating.items()
    ]
    refuse(
        [own for own in sums if 0 < own["n_shares"] < own["n_tags"]],
        "{n_shares} of its {n_tags} tags have a share; give one to each tag or to none.",
    )
    refuse(
        [own for own in sums if own["n_shares"] and abs(own["share"] - 1) > SHARE_TOLERANCE],
        "its shares sum to {share:.4g}; they must sum to 1.",
    )
    refuse(
        [own for own in sums if own["n_primary"] > 1],
        "{n_primary} tags are primary; one may be.",
    )


def _entry(row: object, name: str, fields: tuple[str, ...]) -> Row:
    if not isinstance(row, Mapping) or not set(row) <= {*fields, "rating_id"}:
        raise InputError(
            f"{name} of a rating should be a list of entries with {', '.join(fields)}; "
            f"one that came is {row!r:.80}."
        )
    return {str(key): value for key, value in row.items() if key != "rating_id"}


def _filled(rows: pd.DataFrame | None, defaults: Mapping[str, Any]) -> pd.DataFrame:
    filled = pd.DataFrame() if rows is None else rows.copy()
    for column, value in defaults.items():
        if len(filled) and column not in filled.columns:
            filled[column] = value
        elif len(filled) and isinstance(value, bool):
            filled[column] = filled[column].astype("boolean").fillna(value)
    return filled
