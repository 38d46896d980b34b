"""What raters gave for one variable, one row a rating: what agreement and consensus rest on."""

from __future__ import annotations

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
    ratings = check_table(ratings, "ratings")
    tags, scores = check_table(tags, "tags"), check_table(scores, "scores")
    tags = tags[tags["rating_id"].isin(ratings["rating_id"])]
    scores = scores[scores["rating_id"].isin(ratings["rating_id"])]
    if variable == "verdict":
        values = ratings.set_index("rating_id")["verdict"]
    elif variable in WHOLE_VARIABLES or variable.startswith(("heard:", "intensity:")):
        judged = ratings[ratings["verdict"].isin(JUDGED)]
        tags = tags[tags["rating_id"].isin(judged["rating_id"])]
        values = _of_tags(variable, judged, tags)
    elif variable in set(scores["dimension"]):
        own = scores[scores["dimension"] == variable]
        values = own.set_index("rating_id")["value"]
    else:
        known = variables_of(ratings, tags, scores)
        raise InputError(
            f'No rating has the variable "{variable}".{nearest(variable, known)} '
            f"There are: {', '.join(known)}."
        )
    place = pd.Index(values.index).get_indexer(pd.Index(ratings["rating_id"]))
    rows: pd.DataFrame = ratings.loc[place >= 0, list(COLUMNS[:3])].reset_index(drop=True)
    rows["value"] = values.to_numpy()[place[place >= 0]]
    return rows


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
    ids = set(ratings["rating_id"])
    used = sorted(set(tags.loc[tags["rating_id"].isin(ids), "tag"]))
    given = tags[tags["rating_id"].isin(ids) & tags["intensity"].notna()]
    return [
        *WHOLE_VARIABLES,
        *sorted(set(scores.loc[scores["rating_id"].isin(ids), "dimension"])),
        *(f"heard:{tag}" for tag in used),
        *(f"intensity:{tag}" for tag in sorted(set(given["tag"]))),
    ]


def _of_tags(variable: str, judged: pd.DataFrame, tags: pd.DataFrame) -> pd.Series:
    kind, _, tag = variable.partition(":")
    if tag:
        own = tags[tags["tag"] == tag]
        if own.empty:
            used = sorted(set(tags["tag"]))
            raise InputError(
                f'No rating has the tag "{tag}".{nearest(tag, used)} '
                f"Tags in these ratings: {', '.join(used) or 'none'}."
            )
        if kind == "intensity":
            return own.dropna(subset=["intensity"]).set_index("rating_id")["intensity"]
        heard = judged["rating_id"].isin(own["rating_id"]).astype("int64")
        return pd.Series(heard.to_numpy(), index=judged["rating_id"])
    neutral = judged.loc[judged["verdict"] == "neutral", "rating_id"]
    tags = tags[~tags["rating_id"].isin(neutral)]
    many = tags["rating_id"].duplicated(keep=False)
    if kind == "tag":
        main = tags[tags["primary"].to_numpy(dtype=bool) | ~many.to_numpy()]
        named: pd.Series = main.drop_duplicates("rating_id").set_index("rating_id")["tag"]
        both: pd.Series = pd.concat([named, pd.Series("neutral", index=neutral, dtype="str")])
        return both
    if kind == "tags":
        sets = tags.groupby("rating_id", sort=False)["tag"].agg(frozenset)
        alone = pd.Series([frozenset(["neutral"])] * len(neutral), index=neutral, dtype=object)
        all_sets: pd.Series = pd.concat([sets.astype(object), alone])
        return all_sets
    share = tags["share"].astype("float64").where(many, 1.0)
    gap = tags.loc[share.isna(), "rating_id"]
    told = tags.assign(share=share)[~tags["rating_id"].isin(gap)]
    mixed = {
        str(name): dict(zip(own["tag"], own["share"].astype(float), strict=True))
        for name, own in told.groupby("rating_id", sort=False)
    } | {str(name): {"neutral": 1.0} for name in neutral}
    return pd.Series(list(mixed.values()), index=pd.Index(list(mixed), dtype=object), dtype=object)
