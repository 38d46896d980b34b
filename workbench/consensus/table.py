"""One soft label an utterance, from the current ratings of all raters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.cells import Cells
from workbench.consensus.kinds import (
    KINDS,
    NOTES,
    Panel,
    dimension_rows,
    tag_rows,
    verdict_rows,
)
from workbench.consensus.labels import MODELS
from workbench.errors import InputError, nearest
from workbench.rated_values import current_ratings
from workbench.schema import check_table, empty_table

METHODS = ("mean", "ewe", "dawid_skene", "mace", "adjudicated")
"""Ways of making a consensus."""

_Floats = npt.NDArray[np.float64]


def consensus_table(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    method: str = "mean",
    weights: pd.Series | None = None,
    single: bool | None = None,
    adjudicated: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame] | None = None,
    pass_: str | None = None,
    taxonomy: str | None = None,
    version: str | None = None,
    as_of: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Say what the raters heard together, one row an utterance and variable.

    Every rater counts once: who rated an utterance twice (a hidden repeat)
    enters with the mean of the two. Ratings that were superseded or retracted
    are left out. Ratings of several passes or versions of a taxonomy are never
    pooled; choose one. Use it before trajectories and outcomes.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.
    method : str, default "mean"
        How the consensus comes about:

        mean
            Every rater counts alike. Take it unless there is a reason not to.
        ewe
            Raters weigh as much as they go with the mean of the others
            (`ewe_weights`), over all tags together, over all intensities, over
            all verdicts, and on each dimension.
        dawid_skene, mace
            Tags and neutral are posteriors of the model with smoothing 5: one
            model of all tags where a rating means one tag, else a model of heard
            or not heard for each. Both are for categories, so numbers are as by
            ewe; unclear and unusable are shares.
            Posteriors have no interval and are no percentages of being right
            until they went through `calibrate`.
        adjudicated
            Where there is a decision it stands alone, elsewhere the mean.
    weights : Series of float, optional
        Weight of each rating by rating_id, 0 or more, for mean and ewe. Only
        their proportions within an utterance matter.
    single : bool, optional
        Whether a rating means one tag: its main or only one, or neutral. Other
        tags, and ratings with several tags and no main one, then do not count.
        Default: True for dawid_skene and mace if no rating has several tags.
    adjudicated : tuple of three DataFrame, optional
        The tables ratings, tags and scores of the decisions, for that method. The
        last decision of the same pass and version counts; decisions never mix
        with raters.
    pass_ : str, optional
        text, masked_voice, voice or both; needed if ratings of several came.
    taxonomy, version : str, optional
        Needed if ratings of several came.
    as_of : Timestamp, optional
        Leave out what was rated later. Default: nothing is left out, and the
        column `as_of` tells when the last of these ratings was made.

    Returns
    -------
    DataFrame
        The table `consensus`, sorted by utterance, kind and variable:

        tag
            `variable` is the tag, `estimate` the share of raters who heard it
            (0..1) among those who gave a judgement: verdict tagged or neutral.
            "Unclear" and "unusable" say nothing about a tag and are not counted
            as "not heard". There is a row for every tag that any of these
            raters used.
        intensity
            `variable` is the tag and ``_intensity``, `estimate` the mean of
            those who heard it and said how strongly (0..1).
        verdict
            neutral, unclear or unusable; share of all raters (0..1).
        dimension
            `variable` is the dimension, `estimate` the mean value.

        `ci_low` and `ci_high` are missing, not equal, where nothing can be said
        about the spread: one rater, or raters who all gave the same value on a
        dimension. `note` says where a row is something else than its method
        says: a decision, a tag too rare for a model, raters who all weigh 0.

    Raises
    ------
    InputError
        If a table is not as documented, `method` is unknown, no rating is left,
        several passes or versions came, a tag has the name of a dimension, or
        weights or decisions do not fit the method.
    AbstainedError
        If there is too little for a model of raters: one rater, one label, or
        fewer than 10 utterances that two raters judged.

    Notes
    -----
    Shares have Wilson's interval [1]_ and the standard error of Agresti and
    Coull [2]_, which is not 0 where all raters agree. Means have Student's
    interval, cut off at the ends of the scale (valence -1..1, others 0..1)
    unless a value lies beyond. Both take the raters as a sample of possible
    raters; with two or three of them they are wide, and should be. Where weights
    differ, the number of raters in both is Kish's effective one, the squared sum
    of the weights over the sum of their squares; the weights count as known.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and
       statistical inference. JASA 22, 209-212.
    .. [2] Agresti, A., and Coull, B. A. (1998). Approximate is better than
       "exact" for interval estimation of binomial proportions. The American
       Statistician 52, 119-126.

    Examples
    --------
    Two of three raters heard frustration:

    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b", "c"], "utterance_id": "u1",
    ...     "rater_id": ["r1", "r2", "r3"], "taxonomy": "cx", "version": "1",
    ...     "pass": "both", "verdict": ["tagged", "tagged", "neutral"],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> tags = pd.DataFrame({
    ...     "rating_id": ["a", "b"], "tag": "frustration", "primary": True,
    ... })
    >>> table = consensus_table(ratings, tags, empty_table("scores"))
    >>> table.loc[table["kind"] == "tag", ["estimate", "ci_low", "ci_high"]].round(2)
       estimate  ci_low  ci_high
    0      0.67    0.21     0.94
    """
    if method not in METHODS:
        raise InputError(
            f'There is no consensus method "{method}".{nearest(method, METHODS)} '
            f"The methods are: {', '.join(METHODS)}."
        )
    if (method == "adjudicated") != (adjudicated is not None):
        raise InputError(
            'Method "adjudicated" needs the decisions, and only it takes them: '
            "adjudicated=(ratings, tags, scores) of the decisions."
        )
    wanted = {"pass": pass_, "taxonomy": taxonomy, "version": version}
    chosen = _of_one_kind(current_ratings(ratings, as_of=as_of), wanted)
    tags, scores = check_table(tags, "tags"), check_table(scores, "scores")
    decided: set[str] = set()
    if adjudicated is not None:
        chosen, tags, scores, decided = _with_decisions(
            chosen, (tags, scores), adjudicated, as_of, wanted
        )
    if chosen.empty:
        return empty_table("consensus")
    given = _checked_weights(weights, method, chosen)
    cells = Cells(chosen)
    tags, single = _one_tag_each(cells, tags, single, method)
    panel = Panel(cells, tags, scores, method, given, single)
    parts = [*tag_rows(panel), verdict_rows(panel), dimension_rows(panel)]
    table = _assembled([part for part in parts if len(part)], cells)
    first = chosen.iloc[0]
    for column, value in (
        ("taxonomy", first["taxonomy"]),
        ("version", first["version"]),
        ("pass", first["pass"]),
        ("method", method),
        ("as_of", chosen["created_at"].max() if as_of is None else as_of),
    ):
        table[column] = value
    if decided:
        own = table["utterance_id"].isin(decided)
        table["note"] = table["note"].mask(own, "Decided by adjudication; the raters do not count.")
    return check_table(table, "consensus")


def _checked_weights(weights: pd.Series | None, method: str, ratings: pd.DataFrame) -> _Floats:
    if weights is None:
        return np.ones(len(ratings))
    if method not in ("mean", "ewe"):
        raise InputError(
            f'weights go with the methods mean and ewe; method is "{method}", which makes its own.'
        )
    if weights.index.has_duplicates:
        twice = weights.index[weights.index.duplicated()][0]
        raise InputError(f'weights has the rating_id "{twice}" twice; one weight a rating.')
    given = weights.reindex(ratings["rating_id"]).to_numpy(dtype=np.float64)
    if (odd := ~(given >= 0) | np.isinf(given)).any():
        first = ratings["rating_id"].to_numpy()[odd][0]
        raise InputError(
            f"weights is a Series of numbers of 0 or more by rating_id; {int(odd.sum())} ratings "
            f'have none, the first is "{first}" ({given[odd][0]}).'
        )
    return given


def _with_decisions(
    chosen: pd.DataFrame,
    tables: tuple[pd.DataFrame, pd.DataFrame],
    adjudicated: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    as_of: pd.Timestamp | None,
    wanted: dict[str, str | None],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, set[str]]:
    """Put the last decision of an utterance in the place of its ratings."""
    decisions = current_ratings(adjudicated[0], as_of=as_of)
    ratings = chosen[~chosen["rating_id"].isin(decisions["rating_id"])]
    if ratings.empty:
        decisions = _of_one_kind(decisions, wanted)
    for column in wanted:
        if len(ratings):
            decisions = decisions[decisions[column] == ratings[column].iloc[0]]
    decisions = decisions.sort_values(["created_at", "rating_id"]).drop_duplicates(
        "utterance_id", keep="last"
    )
    decided = set(decisions["utterance_id"])
    ratings = ratings[~ratings["utterance_id"].isin(decided)]
    both = [
        pd.concat(
            [
                table[table["rating_id"].isin(ratings["rating_id"])],
                own[own["rating_id"].isin(decisions["rating_id"])],
            ]
        )
        for table, own in zip(
            tables,
            (check_table(adjudicated[1], "tags"), check_table(adjudicated[2], "scores")),
            strict=True,
        )
    ]
    return pd.concat([ratings, decisions], ignore_index=True), both[0], both[1], decided


def _of_one_kind(ratings: pd.DataFrame, wanted: dict[str, str | None]) -> pd.DataFrame:
    for column, value in wanted.items():
        if value is None or ratings.empty:
            continue
        known = ratings[column].unique()
        ratings = ratings[ratings[column] == value]
        if ratings.empty:
            raise InputError(
                f'No rating has the {column} "{value}".{nearest(value, known)} '
                f"There are ratings of: {', '.join(map(str, known))}."
            )
    kinds = ratings[["taxonomy", "version", "pass"]].value_counts(sort=False).reset_index()
    if len(kinds) > 1:
        came = "; ".join(f"{t} {v}, pass {p} ({n} ratings)" for t, v, p, n in kinds.to_numpy())
        raise InputError(
            "Ratings of different passes or versions of a taxonomy are never pooled, "
            f"and these came: {came}. Choose with pass_, taxonomy and version."
        )
    return ratings.reset_index(drop=True)


def _one_tag_each(
    cells: Cells, tags: pd.DataFrame, single: bool | None, method: str
) -> tuple[pd.DataFrame, bool]:
    """Keep the main tag of each rating, where a rating means one tag."""
    row = cells.found(tags["rating_id"])
    tags = tags[(row >= 0) & cells.judged[row]]
    many = tags["rating_id"].duplicated(keep=False).to_numpy()
    if single is None:
        single = method in MODELS and not many.any()
    if single:
        main = tags[tags["primary"].to_numpy(dtype=bool) | ~many].drop_duplicates("rating_id")
        meant = cells.ids.isin(main["rating_id"]) | (cells.verdict == "neutral")
        cells.judged = cells.judged & meant
        tags = main
    return tags, single


def _assembled(parts: list[pd.DataFrame], cells: Cells) -> pd.DataFrame:
    names = pd.concat([part[["kind", "word"]].drop_duplicates() for part in parts])
    twice = names.loc[names["word"].duplicated(keep=False)].sort_values("kind")
    if len(twice):
        kinds = " and a ".join(KINDS[kind] for kind in twice["kind"].unique())
        raise InputError(
            f'"{twice["word"].iloc[0]}" is the name of a {kinds} in these ratings, so the '
            "two cannot be told apart in a table. Rename one of them in the taxonomy."
        )
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((rows["variable"], rows["kind"], rows["utterance"]))
    rows = rows.iloc[order].reset_index(drop=True)
    kind = np.array(KINDS, dtype=object)[rows["kind"].to_numpy(dtype=int)]
    out = rows.drop(columns=["utterance", "variable", "word", "plain"])
    note = np.array(NOTES, dtype=object)[rows["note"].to_numpy(dtype=int)]
    return out.assign(
        note=pd.Series(note, dtype="str"),
        utterance_id=cells.names.take(rows["utterance"].to_numpy(dtype=int)),
        variable=rows["word"],
        kind=kind,
    )
