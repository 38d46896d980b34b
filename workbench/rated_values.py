"""What raters gave for one variable, one row a rating: what agreement and consensus rest on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_table

WHOLE_VARIABLES = ("tag", "tags", "mixture", "verdict")
"""Variables that every taxonomy has."""

JUDGED = ("tagged", "neutral")
"""Verdicts that say how an utterance sounds; unclear and unusable do not."""

COLUMNS = ("rating_id", "utterance_id", "rater_id", "value")


def current_ratings(ratings: pd.DataFrame, *, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    """Leave out ratings that were superseded or retracted.

    Parameters
    ----------
    ratings : DataFrame
        The table ratings.
    as_of : Timestamp, optional
        Leave out what was rated later, too.

    Returns
    -------
    DataFrame
        The rows that stand, with a new index.

    Raises
    ------
    InputError
        If `as_of` has no time zone, or the table is not as documented.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b"], "utterance_id": "u1", "rater_id": "r1", "taxonomy": "cx",
    ...     "version": "1", "pass": "both", "verdict": "neutral", "supersedes": [None, "a"],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> current_ratings(ratings)["rating_id"].tolist()
    ['b']
    """
    ratings = check_table(ratings, "ratings")
    if as_of is not None:
        as_of = pd.Timestamp(as_of)
        if as_of.tzinfo is None:
            raise InputError(
                f"as_of needs a time zone, because ratings are stored in UTC; "
                f"{as_of.isoformat()} has none. Write pd.Timestamp(..., tz='UTC')."
            )
        ratings = ratings[ratings["created_at"] <= as_of]
    gone = ratings["rating_id"].isin(ratings["supersedes"].dropna()) | ratings["retracted"]
    return ratings[~gone.to_numpy(dtype=bool)].reset_index(drop=True)


def first_ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    """Keep the first rating of a rater, where a hidden repeat asked again.

    Parameters
    ----------
    ratings : DataFrame
        From `current_ratings`.

    Returns
    -------
    DataFrame
        One row an utterance, rater, pass and version of a taxonomy.
    """
    key = ["utterance_id", "rater_id", "taxonomy", "version", "pass"]
    ordered = ratings.sort_values(["created_at", "rating_id"], kind="stable")
    return ordered.drop_duplicates(key).sort_index().reset_index(drop=True)


def rated_values(
    ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame, variable: str
) -> pd.DataFrame:
    """Read what the ratings say about one variable.

    "Unclear" and "unusable" say nothing about a feeling, so such ratings have
    no row, except for the variable verdict. What a rater did not give has no row
    either: nothing is invented.

    Parameters
    ----------
    ratings : DataFrame
        Of the table ratings, those that are to count (see `current_ratings`).
    tags, scores : DataFrame
        The tables of these names.
    variable : str
        ``tag``
            The primary tag, or the only one; "neutral" where the verdict is
            that. Several tags without a primary one give no row.
        ``tags``
            All tags of the rating, a frozenset; of "neutral" alone where the
            verdict is that.
        ``mixture``
            A dict of share by tag, summing to 1: shares that were set, or 1 for
            an only tag or neutral.
        ``verdict``
            tagged, neutral, unclear or unusable.
        ``heard:TAG``
            1 where the tag was given, 0 where the utterance was judged without.
        ``intensity:TAG``
            How strongly, 0..1, of those who heard it.
        any dimension, for example ``valence``
            The score.

    Returns
    -------
    DataFrame
        rating_id, utterance_id, rater_id, value; sorted as the ratings came.

    Raises
    ------
    InputError
        If there is no such variable in these ratings; the message lists those
        there are.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b"], "utterance_id": "u1", "rater_id": ["r1", "r2"],
    ...     "taxonomy": "cx", "version": "1", "pass": "both", "verdict": ["tagged", "neutral"],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> tags = pd.DataFrame({"rating_id": ["a"], "tag": ["anger"], "primary": [True]})
    >>> scores = pd.DataFrame({"rating_id": ["a"], "dimension": ["valence"], "value": [-0.5]})
    >>> rated_values(ratings, tags, scores, "tag")["value"].tolist()
    ['anger', 'neutral']
    >>> rated_values(ratings, tags, scores, "heard:anger")["value"].tolist()
    [1, 0]
    >>> rated_values(ratings, tags, scores, "valence")["value"].tolist()
    [-0.5]
    """
    return values_in(judgements_of(ratings, tags, scores), variable)


class Judgements(NamedTuple):
    """Ratings with what belongs to them, found once for many variables.

    Parameters
    ----------
    ratings : DataFrame
        Of the table ratings, those that count.
    tags, scores : DataFrame
        Their rows of these tables, with `row`, the place in `ratings`.
    """

    ratings: pd.DataFrame
    tags: pd.DataFrame
    scores: pd.DataFrame


def judgements_of(ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame) -> Judgements:
    """Find the tags and scores of ratings.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        As for `rated_values`.

    Returns
    -------
    Judgements
        For `values_in` and `variables_in`.
    """
    ratings = check_table(ratings, "ratings").reset_index(drop=True)
    ids = pd.Index(ratings["rating_id"])
    found = []
    for name, rows in (("tags", tags), ("scores", scores)):
        rows = check_table(rows, name)
        row = ids.get_indexer(pd.Index(rows["rating_id"]))
        found.append(rows.assign(row=row)[row >= 0].reset_index(drop=True))
    return Judgements(ratings, *found)


def variables_of(ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    """List the variables that these ratings have values of.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.

    Returns
    -------
    list of str
        Names for `rated_values`.
    """
    return variables_in(judgements_of(ratings, tags, scores))


def variables_in(these: Judgements) -> list[str]:
    """List the variables of judgements.

    Parameters
    ----------
    these : Judgements
        From `judgements_of`.

    Returns
    -------
    list of str
        Names for `values_in`.
    """
    given = these.tags[these.tags["intensity"].notna()]
    return [
        *WHOLE_VARIABLES,
        *sorted(these.scores["dimension"].unique()),
        *(f"heard:{tag}" for tag in sorted(these.tags["tag"].unique())),
        *(f"intensity:{tag}" for tag in sorted(given["tag"].unique())),
    ]


def values_in(these: Judgements, variable: str) -> pd.DataFrame:
    """Read one variable of judgements.

    Parameters
    ----------
    these : Judgements
        From `judgements_of`.
    variable : str
        As for `rated_values`.

    Returns
    -------
    DataFrame
        As from `rated_values`.

    Raises
    ------
    InputError
        If there is no such variable.
    """
    scores = these.scores
    if variable == "verdict":
        row, value = np.arange(len(these.ratings)), these.ratings["verdict"].to_numpy()
    elif variable in WHOLE_VARIABLES or variable.startswith(("heard:", "intensity:")):
        row, value = _of_tags(these, variable)
    elif (own := (scores["dimension"] == variable).to_numpy(dtype=bool)).any():
        row, value = scores["row"].to_numpy()[own], scores["value"].to_numpy()[own]
    else:
        known = variables_in(these)
        raise InputError(
            f'No rating has the variable "{variable}".{nearest(variable, known)} '
            f"There are: {', '.join(known)}."
        )
    order = np.argsort(row, kind="stable")
    rows: pd.DataFrame = these.ratings[list(COLUMNS[:3])].take(row[order]).reset_index(drop=True)
    rows["value"] = value[order]
    return rows


def _of_tags(these: Judgements, variable: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    kind, _, tag = variable.partition(":")
    verdict = these.ratings["verdict"]
    judged = verdict.isin(JUDGED).to_numpy(dtype=bool)
    neutral = np.flatnonzero((verdict == "neutral").to_numpy(dtype=bool))
    tags = these.tags[judged[these.tags["row"].to_numpy()]]
    if tag:
        own = tags[(tags["tag"] == tag).to_numpy(dtype=bool)]
        if own.empty:
            used = sorted(tags["tag"].unique())
            raise InputError(
                f'No rating has the tag "{tag}".{nearest(tag, used)} '
                f"Tags in these ratings: {', '.join(used) or 'none'}."
            )
        if kind == "intensity":
            own = own[own["intensity"].notna()]
            return own["row"].to_numpy(), own["intensity"].to_numpy()
        heard = np.zeros(len(judged), dtype=np.int64)
        heard[own["row"].to_numpy()] = 1
        return np.flatnonzero(judged), heard[judged]
    # who says neutral hears no feeling, whatever stands beside it
    tags = tags[~np.isin(tags["row"].to_numpy(), neutral)]
    many = tags["row"].duplicated(keep=False).to_numpy()
    if kind == "tag":
        main = tags[tags["primary"].to_numpy(dtype=bool) | ~many].drop_duplicates("row")
        named = np.concatenate([main["tag"].to_numpy(dtype=object), ["neutral"] * len(neutral)])
        return np.concatenate([main["row"].to_numpy(), neutral]), named.astype(object)
    if kind == "tags":
        sets: dict[int, Any] = {}
        for row, name in zip(tags["row"], tags["tag"], strict=True):
            sets.setdefault(row, []).append(name)
        together = {row: frozenset(names) for row, names in sets.items()}
        return _laid_out(together | dict.fromkeys(neutral, frozenset(["neutral"])))
    share = np.where(many, tags["share"].to_numpy(dtype=float), 1.0)
    gaps = set(tags["row"].to_numpy()[np.isnan(share)])
    mixed: dict[int, Any] = {}
    for row, name, part in zip(tags["row"], tags["tag"], share, strict=True):
        if row not in gaps:
            mixed.setdefault(row, {})[name] = float(part)
    return _laid_out(mixed | {row: {"neutral": 1.0} for row in neutral})


def _laid_out(values: dict[Any, Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    out = np.empty(len(values), dtype=object)
    for at, value in enumerate(values.values()):
        out[at] = value
    return np.fromiter(values, dtype=np.int64, count=len(values)), out
