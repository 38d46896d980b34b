"""Ratings with all that belongs to them, and the rules that hold across their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbench.errors import InputError, WorkbenchError, nearest
from workbench.identifiers import uuid7
from workbench.schema import TABLES
from workbench.store.frames import storable
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
    """Ratings and their parts as tables.

    Parameters
    ----------
    ratings, tags, scores, shifts, notes : DataFrame
        As in the schema.
    """

    ratings: pd.DataFrame
    tags: pd.DataFrame
    scores: pd.DataFrame
    shifts: pd.DataFrame
    notes: pd.DataFrame

    def only(self, keep: pd.Series) -> Judgements:
        """Choose some of the ratings with their parts.

        Parameters
        ----------
        keep : Series of bool
            One value a rating.

        Returns
        -------
        Judgements
            Those.
        """
        ratings = self.ratings[keep].reset_index(drop=True)
        parts = {
            name: (rows := getattr(self, name))[rows["rating_id"].isin(ratings["rating_id"])]
            for name in PARTS[1:]
        }
        return Judgements(ratings, **parts)


def from_payload(payload: Mapping[str, Any]) -> Judgements:
    """Lay out one rating as a widget sends it.

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
        If a field is unknown or of the wrong kind.
    """
    known = [*TABLES["ratings"].columns, *_LISTS, *_TEXTS]
    for name in payload:
        if name not in known:
            raise InputError(
                f'A rating has no field "{name}".{nearest(str(name), known)} '
                f"It has: {', '.join(known)}."
            )
    own = {name: payload.get(name) for name in TABLES["ratings"].columns}
    rating_id = own["rating_id"] = str(own["rating_id"] or uuid7())
    parts = {}
    for name, fields in _LISTS.items():
        rows = [_entry(row, name, fields) for row in payload.get(name) or ()]
        parts[name] = pd.DataFrame([{"rating_id": rating_id, **row} for row in rows])
    texts = [(kind, str(payload.get(field) or "").strip()) for field, kind in _TEXTS.items()]
    notes = [{"rating_id": rating_id, "kind": kind, "text": text} for kind, text in texts if text]
    has_other = any(row == "other" for row in parts["tags"].get("tag", ()))
    if has_other != any(kind == "other_words" and text for kind, text in texts):
        raise InputError(
            f'Rating {rating_id}: the tag "other" and other_words belong together; '
            + ("write in other_words what you heard." if has_other else 'add the tag "other".')
        )
    # a field that is None in the payload was not given
    ratings = pd.DataFrame([{k: v for k, v in own.items() if v is not None}])
    return judgements(ratings, **parts, notes=pd.DataFrame(notes))


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
        With documented columns and dtypes.

    Raises
    ------
    InputError
        If a value is out of range, shares do not sum to 1, a verdict
        contradicts the tags, or a part belongs to no rating that came.
    """
    now = datetime.now(UTC)
    ratings = _filled(ratings, {"retracted": False, "created_at": now})
    out = {
        "ratings": storable(ratings, "ratings"),
        "tags": storable(_filled(tags, {"primary": False}), "tags"),
        "scores": storable(_filled(scores, {}), "scores"),
        "shifts": storable(_filled(shifts, {}), "shifts"),
    }
    authors = ratings.set_index("rating_id")["rater_id"].to_dict() if len(ratings) else {}
    notes = _filled(notes, {"kind": "note", "created_at": now})
    if len(notes):
        if "note_id" not in notes.columns:
            notes["note_id"] = [uuid7() for _ in range(len(notes))]
        notes["rater_id"] = notes["rating_id"].map(authors)
    out["notes"] = storable(notes, "notes")
    for name in PARTS[1:]:
        strangers = out[name].loc[~out[name]["rating_id"].isin(out["ratings"]["rating_id"])]
        if len(strangers):
            raise InputError(
                f"{len(strangers)} rows of {name} belong to no rating that came with them, "
                f'first rating_id "{strangers["rating_id"].iloc[0]}".'
            )
    result = Judgements(**out)
    if len(result.tags):
        _check_tag_rules(result.tags)
    _check_rules(result)
    return result


def refuse(
    rows: pd.DataFrame,
    bad: pd.Series,
    text: str,
    error: type[WorkbenchError] = InputError,
) -> None:
    """Refuse ratings in a sentence that names the first.

    Parameters
    ----------
    rows : DataFrame
        With the column rating_id and those that the text names.
    bad : Series of bool
        Which rows are refused.
    text : str
        The sentence, with columns in braces.
    error : type
        What to raise.

    Raises
    ------
    WorkbenchError
        If any row is bad.
    """
    if bad.any():
        bad = bad.astype("boolean").fillna(False).astype(bool)
        first = {str(k): v for k, v in rows[bad].iloc[0].to_dict().items()}
        more = f" {int(bad.sum())} are like this." if bad.sum() > 1 else ""
        raise error(
            f"Rating {first['rating_id']}: {text.format(**first)}{more} Nothing was written."
        )


def _check_rules(these: Judgements) -> None:
    ratings, tags, scores = these.ratings, these.tags, these.scores
    has_tags = ratings["rating_id"].isin(tags["rating_id"])
    has_scores = ratings["rating_id"].isin(scores["rating_id"])
    back = ratings["retracted"]
    refuse(
        ratings,
        back & ratings["supersedes"].isna(),
        "it takes a rating back without naming one; put its rating_id into supersedes.",
    )
    refuse(
        ratings,
        back & (has_tags | has_scores),
        "it takes a rating back and has tags or scores; send a new rating without retracted.",
    )
    refuse(
        ratings,
        (ratings["verdict"] == "tagged") & ~has_tags & ~has_scores & ~back,
        'its verdict is "tagged", but it has no tag and no score. Expected a tag, a score, or '
        "the verdict neutral, unclear or unusable.",
    )
    refuse(
        ratings,
        (ratings["verdict"] != "tagged") & has_tags,
        'its verdict is "{verdict}", but it has tags. Expected the verdict "tagged", or no tags.',
    )
    refuse(
        ratings,
        (ratings["verdict"] == "unusable") & has_scores,
        'its verdict is "unusable", but it has scores. What cannot be judged has none.',
    )
    named = ratings["cues_named"].fillna("").str.split()
    strange = named.map(lambda words: not set(words) <= set(CUES_NAMED)).astype(bool)
    refuse(
        ratings,
        strange,
        f'cues_named is "{{cues_named}}"; expected words out of {" ".join(CUES_NAMED)}.',
    )
    refuse(ratings, ratings["supersedes"] == ratings["rating_id"], "it supersedes itself.")


def _check_tag_rules(tags: pd.DataFrame) -> None:
    shares = tags.groupby("rating_id")["share"].agg(["count", "size", "sum"]).reset_index()
    some = shares["count"] > 0
    refuse(
        shares,
        some & (shares["count"] < shares["size"]),
        "{count} of its {size} tags have a share; give one to each tag or to none.",
    )
    refuse(
        shares,
        some & ((shares["sum"] - 1).abs() > SHARE_TOLERANCE),
        "its shares sum to {sum:.4g}; they must sum to 1.",
    )
    primaries = tags.groupby("rating_id")["primary"].sum().reset_index()
    refuse(primaries, primaries["primary"] > 1, "{primary} tags are primary; one may be.")


def _entry(row: object, name: str, fields: tuple[str, ...]) -> dict[str, Any]:
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
