"""What exports of labels carry: the ratings that hold now, with where they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.meanings import HeardTag, Meaning
from workbench.schema import empty_table

PLACE_COLUMNS = ("call_id", "channel", "role", "start_s", "end_s")
CARRIED = (
    "rating_id", "utterance_id", "rater_id", "taxonomy", "version", "pass", "verdict",
    "supersedes", "retracted",
)  # fmt: skip
GROUP = ("role", "rater_id", "channel", "pass", "taxonomy", "version")
"""What keeps tiers and annotations apart: passes and versions are never pooled."""


@dataclass(frozen=True)
class CurrentWork:
    """The current ratings of the tables that were handed to an export.

    Parameters
    ----------
    ratings : DataFrame
        Ratings that are neither superseded nor retracted, with call_id, channel,
        role, start_s and end_s of their utterances; in order of call and time.
    meanings : dict of str to Meaning
        What each says, by rating_id; the primary tag comes first.
    losses : list of (str, int, str)
        What is in the tables and cannot be carried.
    """

    ratings: pd.DataFrame
    meanings: dict[str, Meaning]
    losses: list[tuple[str, int, str]]


def table_of(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Take a table, or an empty one if it was not handed over.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables by name.
    name : str
        The table.

    Returns
    -------
    DataFrame
        The table.
    """
    return tables[name] if name in tables else empty_table(name)


def current_work(
    tables: Mapping[str, pd.DataFrame],
    *,
    calls: Collection[str] | None = None,
    unrated: bool = False,
) -> CurrentWork:
    """Collect the ratings that hold now.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        At least ratings and utterances; tags and scores belong to them.
    calls : collection of str, optional
        Only these calls.
    unrated : bool, default False
        Whether it is right that there is no rating.

    Returns
    -------
    CurrentWork
        The ratings, what they say, and what is lost.

    Raises
    ------
    InputError
        If a table is missing, nothing is left, or a call is not there.
    """
    for name in ("utterances",) if unrated else ("utterances", "ratings"):
        if name not in tables:
            raise InputError(f'An export of labels needs the table "{name}".')
    all_ratings, utterances = table_of(tables, "ratings"), tables["utterances"]
    if calls is not None:
        there = set(utterances["call_id"])
        for call in calls:
            if call not in there:
                raise InputError(f"There is no utterance of {call}.{nearest(call, there)}")
        utterances = utterances[utterances["call_id"].isin(list(calls))]
        all_ratings = all_ratings[all_ratings["utterance_id"].isin(utterances["utterance_id"])]
    held = ~all_ratings["retracted"].astype("bool")
    held &= ~all_ratings["rating_id"].isin(all_ratings["supersedes"].dropna())
    places = utterances[["utterance_id", *PLACE_COLUMNS]]
    ratings = all_ratings[held].merge(places, on="utterance_id", how="inner")
    ratings = ratings.sort_values(
        ["call_id", "start_s", "end_s", "rater_id", "rating_id"], ignore_index=True
    )
    if ratings.empty and not unrated:
        raise InputError(
            f"There is nothing to export: of {len(all_ratings)} ratings none is current and "
            f"has one of the {len(utterances)} utterances. Label some first (ws.labeler)."
        )
    tags, scores = (_of(tables, name, ratings) for name in ("tags", "scores"))
    losses = [
        (
            "ratings",
            int((~held).sum()),
            "superseded or retracted; only current ratings are exported",
        ),
        ("ratings", int(held.sum()) - len(ratings), "their utterances were not handed over"),
        *_lost_columns(ratings),
        ("tags.share", int(tags["share"].notna().sum()), "the format has no place for shares"),
        ("notes", len(_of(tables, "notes", ratings)), "free text of raters stays in the store"),
        ("shifts", len(_of(tables, "shifts", ratings)), "the format has no place for shifts"),
        ("traces", len(table_of(tables, "traces")), "continuous ratings are not labels"),
    ]
    return CurrentWork(ratings, _meanings(ratings, tags, scores), losses)


def _of(tables: Mapping[str, pd.DataFrame], name: str, ratings: pd.DataFrame) -> pd.DataFrame:
    rows = table_of(tables, name)
    return rows[rows["rating_id"].isin(ratings["rating_id"])]


def _lost_columns(ratings: pd.DataFrame) -> list[tuple[str, int, str]]:
    kept = {*CARRIED, *PLACE_COLUMNS}
    return [
        (f"ratings.{column}", int(ratings[column].notna().sum()), "the format has no place for it")
        for column in ratings.columns
        if column not in kept
    ]


def _meanings(
    ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame
) -> dict[str, Meaning]:
    heard: dict[str, list[HeardTag]] = {}
    for row in tags.sort_values("primary", ascending=False, kind="stable").to_dict("records"):
        intensity = None if pd.isna(row["intensity"]) else float(row["intensity"])
        tag = HeardTag(str(row["tag"]), intensity, bool(row["primary"]))
        heard.setdefault(str(row["rating_id"]), []).append(tag)
    values: dict[str, dict[str, float]] = {}
    for row in scores.to_dict("records"):
        by_dimension = values.setdefault(str(row["rating_id"]), {})
        by_dimension[str(row["dimension"])] = float(row["value"])
    return {
        str(rating): Meaning(str(verdict), tuple(heard.get(rating, ())), values.get(rating, {}))
        for rating, verdict in zip(ratings["rating_id"], ratings["verdict"], strict=True)
    }
