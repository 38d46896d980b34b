"""Who judged whom: cultures and languages of raters against those of customers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.callers import culture_of, languages_of, with_callers
from workbench.errors import AbstainedError, InputError, nearest

NOT_GIVEN = "not given"
"""Group of those whose culture or language nobody wrote down; it is never guessed."""

BY = ("culture", "language")

HALF = 0.5
"""A group of which insiders heard less than this share is warned of."""


def with_groups(
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    by: str = "culture",
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Add to each rating of a customer's utterance who judged whom.

    Culture is what a rater wrote down and what the register says of the
    customer; nothing is inferred from a voice or a name. Utterances of agents
    and others are left out where the utterances have a role.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id and anything else; ratings that count
        (`workbench.rated_values.current_ratings`).
    raters : DataFrame
        rater_id and culture or languages (several in a text: "en fr").
    utterances : DataFrame
        utterance_id, call_id and, where there are other speakers, role.
    calls : DataFrame
        call_id and customer_culture or language.
    by : {"culture", "language"}
        What makes the groups.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.

    Returns
    -------
    DataFrame
        The ratings with call_id, rater_group, customer_group ("not given" where
        unknown) and in_group (bool): the same culture, or a language that the
        rater speaks. A rater of several languages is one group, "en fr".

    Raises
    ------
    InputError
        If a column, a rater, an utterance or a call is missing; the message
        names it.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1"], "rater_id": ["a", "b"]})
    >>> raters = pd.DataFrame({"rater_id": ["a", "b"], "culture": ["Swiss", None]})
    >>> utterances = pd.DataFrame({"utterance_id": ["u1"], "call_id": ["c1"]})
    >>> calls = pd.DataFrame({"call_id": ["c1"], "customer_culture": ["swiss"]})
    >>> with_groups(ratings, raters, utterances, calls)[["rater_group", "in_group"]].values.tolist()
    [['swiss', True], ['not given', False]]
    """
    if by not in BY:
        raise InputError(
            f'There are no groups by "{by}".{nearest(by, BY)} There are: {", ".join(BY)}.'
        )
    _need(ratings, "ratings", "utterance_id", "rater_id")
    _need(raters, "raters", "rater_id", "culture" if by == "culture" else "languages")
    _need(utterances, "utterances", "utterance_id", "call_id")
    _need(calls, "calls", "call_id")
    column = "culture" if by == "culture" else "languages"
    judge = _places(ratings["rater_id"], raters["rater_id"], "rater", "raters")
    heard = _places(ratings["utterance_id"], utterances["utterance_id"], "utterance", "utterances")
    out = ratings.reset_index(drop=True)
    out["call_id"] = utterances["call_id"].to_numpy()[heard]
    about = with_callers(pd.DataFrame({"call_id": out["call_id"].unique()}), calls, customers)
    call = _places(out["call_id"], about["call_id"], "call", "calls")
    _places(out["call_id"], calls["call_id"], "call", "calls")
    read: Callable[[object], frozenset[str]] = languages_of if by == "language" else _cultures
    judges = [read(text) for text in raters[column]]
    callers = [read(text) for text in about[f"caller_{by}"]]
    out["rater_group"] = np.array([_name(own) for own in judges], dtype=object)[judge]
    out["customer_group"] = np.array([_name(own) for own in callers], dtype=object)[call]
    kinds, rater_kind = np.unique(np.array([_name(own) for own in judges]), return_inverse=True)
    sorts, call_kind = np.unique(np.array([_name(own) for own in callers]), return_inverse=True)
    same = np.zeros((len(kinds), len(sorts)), dtype=bool)
    for own, kind in zip(judges, rater_kind, strict=True):
        for theirs, sort in zip(callers, call_kind, strict=True):
            same[kind, sort] = bool(own & theirs)
    out["in_group"] = same[rater_kind[judge], call_kind[call]]
    if "role" in utterances.columns:
        out = out[(utterances["role"].to_numpy() == "customer")[heard]].reset_index(drop=True)
    return out


def culture_coverage(
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    by: str = "culture",
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count who judged whom: one row a group of raters and group of customers.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id; ratings that count.
    raters : DataFrame
        rater_id and culture or languages.
    utterances : DataFrame
        utterance_id, call_id and, where others speak too, role.
    calls : DataFrame
        call_id and customer_culture or language.
    by : {"culture", "language"}
        What makes the groups.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.

    Returns
    -------
    DataFrame
        Groups of raters who judged nothing yet have rows too. rater_group,
        customer_group, in_group, n_raters, n_ratings,
        n_utterances; ratings_share (of all ratings of that customer group,
        0..1); and of the whole customer group, alike in all its rows:
        group_utterances, insider_ratings_share (ratings by insiders),
        insider_utterances_share (utterances that an insider heard). The two are
        missing where the customers' group is not given.

    Raises
    ------
    InputError
        If a column, a rater, an utterance or a call is missing.
    AbstainedError
        If no utterance of a customer was rated.
    """
    rows = with_groups(ratings, raters, utterances, calls, by=by, customers=customers)
    if rows.empty:
        raise AbstainedError(
            "No utterance of a customer is rated; coverage needs one rating at least."
        )
    key = ["rater_group", "customer_group"]
    cells = rows.groupby(key).agg(
        n_raters=("rater_id", "nunique"),
        n_ratings=("rater_id", "size"),
        n_utterances=("utterance_id", "nunique"),
        in_group=("in_group", "first"),
    )
    read: Callable[[object], frozenset[str]] = languages_of if by == "language" else _cultures
    all_raters = sorted({_name(read(t)) for t in raters[f"{by}s" if by == "language" else by]})
    all_callers = sorted(set(rows["customer_group"]))
    grid = pd.MultiIndex.from_product([all_raters, all_callers], names=key)
    out = cells.drop(columns="in_group").reindex(grid, fill_value=0).reset_index()
    out.insert(
        2,
        "in_group",
        [
            b != NOT_GIVEN and bool(set(a.split(" ")) & set(b.split(" ")))
            if by == "language"
            else a == b != NOT_GIVEN
            for a, b in grid
        ],
    )
    total = out.groupby("customer_group")["n_ratings"].transform("sum")
    out["ratings_share"] = out["n_ratings"] / total
    each = rows.groupby(["customer_group", "utterance_id"])["in_group"].agg(["any", "sum", "size"])
    whole = each.groupby("customer_group").agg(
        {"any": "mean", "sum": "sum", "size": ["sum", "size"]}
    )
    group = out["customer_group"]
    out["group_utterances"] = group.map(whole["size", "size"]).astype("int64")
    told = group != NOT_GIVEN
    inside = whole["sum", "sum"] / whole["size", "sum"]
    out["insider_ratings_share"] = group.map(inside).where(told)
    out["insider_utterances_share"] = group.map(whole["any", "mean"]).where(told)
    return out


def culture_warnings(coverage: pd.DataFrame) -> list[str]:
    """Say which customers are judged by outsiders, in sentences.

    Parameters
    ----------
    coverage : DataFrame
        From `culture_coverage`.

    Returns
    -------
    list of str
        One sentence a customer group of which insiders heard less than half, and
        how many utterances are of customers whose group is not given; empty if
        there is nothing to warn of.

    Examples
    --------
    >>> import pandas as pd
    >>> culture_warnings(pd.DataFrame({
    ...     "rater_group": ["german"], "customer_group": ["swiss"], "in_group": [False],
    ...     "n_raters": [2], "n_ratings": [40], "group_utterances": [34],
    ...     "insider_utterances_share": [0.0]}))[0][:70]
    'All 34 utterances of swiss customers were judged by raters of other gr'
    """
    told = []
    for group, rows in coverage.groupby("customer_group"):
        total = int(rows["group_utterances"].iloc[0])
        if group == NOT_GIVEN:
            told.append(
                f"Utterances of customers whose group is not given: {total}. Whether insiders "
                "judged them cannot be told."
            )
            continue
        share = float(rows["insider_utterances_share"].iloc[0])
        own = rows[rows["in_group"]]
        if share == 0:
            remedy = (
                "There are raters of that group: a worklist can give them these calls."
                if len(own)
                else "None of the raters is of that group: look for one, and until then say so "
                "beside every figure about these customers."
            )
            told.append(
                f"All {total} utterances of {group} customers were judged by raters of other "
                f"groups; voices of one's own group are read better. {remedy}"
            )
        elif share < HALF:
            alone = total - round(share * total)
            told.append(
                f"{alone} of {total} utterances of {group} customers were judged by raters of "
                "other groups only; a worklist with insiders=1 gives each of them one of their own."
            )
    nameless = coverage[(coverage["rater_group"] == NOT_GIVEN) & (coverage["n_ratings"] > 0)]
    if len(nameless):
        n = int(nameless["n_ratings"].sum())
        told.append(
            f"Ratings by raters whose group is not given: {n}. They count as outsiders here."
        )
    return told


def _cultures(text: object) -> frozenset[str]:
    culture = culture_of(text)
    return frozenset() if culture is None else frozenset([culture])


def _name(groups: frozenset[str]) -> str:
    return " ".join(sorted(groups)) or NOT_GIVEN


def _need(table: pd.DataFrame, what: str, *columns: str) -> None:
    for column in columns:
        if column not in table.columns:
            raise InputError(
                f'The {what} need the column "{column}".'
                f"{nearest(column, map(str, table.columns))} "
                f"They have: {', '.join(map(str, table.columns)) or 'none'}."
            )


def _places(wanted: pd.Series, known: pd.Series, what: str, where: str) -> npt.NDArray[np.intp]:
    index = pd.Index(known)
    if not index.is_unique:
        raise InputError(
            f'The {what} "{index[index.duplicated()][0]}" is in the table {where} more than once.'
        )
    place = index.get_indexer(pd.Index(wanted))
    if (place < 0).any():
        name = wanted.to_numpy()[place < 0][0]
        raise InputError(
            f'The {what} "{name}" of a rating is not in the table {where}; '
            f"{int((place < 0).sum())} ratings are of such."
        )
    return np.asarray(place, dtype=np.intp)
