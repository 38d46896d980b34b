"""Ratings that were given before, as the Labeler takes them to go on."""

from __future__ import annotations

from typing import Any

import pandas as pd


def earlier_ratings(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    notes: pd.DataFrame | None = None,
    shifts: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """Join the tables of a store to one dict a rating.

    Parameters
    ----------
    ratings : DataFrame
        Current ratings of one rater.
    tags, scores : DataFrame
        Their tags and scores; rows of other ratings are left out.
    notes : DataFrame, optional
        Their notes, with kind note or other_words.
    shifts : DataFrame, optional
        Where the feeling turns in them.

    Returns
    -------
    list of dict
        What `Labeler(ratings=...)` takes, in the order of `ratings`.

    Examples
    --------
    >>> ratings = pd.DataFrame({"rating_id": ["r1"], "utterance_id": ["u1"],
    ...                         "verdict": ["tagged"], "position": [3]})
    >>> tags = pd.DataFrame({"rating_id": ["r1"], "tag": ["relief"], "intensity": [1.0],
    ...                      "share": [None], "primary": [False]})
    >>> scores = pd.DataFrame({"rating_id": ["r1"], "dimension": ["valence"], "value": [0.5]})
    >>> earlier_ratings(ratings, tags, scores)[0]["tags"]
    [{'tag': 'relief', 'intensity': 1.0, 'share': None, 'primary': False}]
    """
    tag_rows = _by_rating(tags, ("tag", "intensity", "share", "primary"))
    score_rows = _by_rating(scores, ("dimension", "value"))
    note_rows = _by_rating(notes, ("kind", "text")) if notes is not None else {}
    shift_rows = _by_rating(shifts, ("at_s", "from_tag", "to_tag")) if shifts is not None else {}
    out = []
    for own in _rows(ratings, tuple(map(str, ratings.columns))):
        own["tags"] = tag_rows.get(own["rating_id"], [])
        own["scores"] = score_rows.get(own["rating_id"], [])
        own["shifts"] = shift_rows.get(own["rating_id"], [])
        words = {note["kind"]: note["text"] for note in note_rows.get(own["rating_id"], [])}
        own["note"], own["other_words"] = words.get("note"), words.get("other_words")
        out.append(own)
    return out


def _by_rating(rows: pd.DataFrame, names: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for rating_id, row in zip(rows.get("rating_id", ()), _rows(rows, names), strict=True):
        out.setdefault(rating_id, []).append(row)
    return out


def _rows(table: pd.DataFrame, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give rows of plain Python values, and None for a gap of any kind."""
    columns = []
    for name in names:
        own = table.get(name, pd.Series(None, table.index, "object")).astype("object")
        columns.append(own.where(own.notna(), None).tolist())
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
