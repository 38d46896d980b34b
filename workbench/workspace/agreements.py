"""How far the ratings of a workspace can be trusted: agreement, raters, how many are needed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from workbench import agreement as measures
from workbench.errors import AbstainedError, InputError, nearest
from workbench.rated_values import Judgements, first_ratings, judgements_of, values_in
from workbench.workspace import tables

if TYPE_CHECKING:
    from workbench.workspace.core import Core


class Rated(NamedTuple):
    """The ratings of people that count now, and where they belong.

    Parameters
    ----------
    ratings, tags, scores, utterances : DataFrame
        The tables of these names.
    """

    ratings: pd.DataFrame
    tags: pd.DataFrame
    scores: pd.DataFrame
    utterances: pd.DataFrame


def rated(ws: Core, *, as_of: datetime | None = None) -> Rated:
    """Read the ratings of people on the utterances in use.

    Parameters
    ----------
    ws : Core
        The workspace.
    as_of : datetime, optional
        As they were then.

    Returns
    -------
    Rated
        Decisions of a lead are not among them: they were not made blind.

    Raises
    ------
    AbstainedError
        If nobody has rated anything.
    """
    ratings, tags, scores = ws.store.current_ratings(as_of=as_of)
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    ratings = tables.of_people(ws, ratings)
    in_use = pd.Index(utterances["utterance_id"]).get_indexer(pd.Index(ratings["utterance_id"]))
    ratings = ratings[in_use >= 0].reset_index(drop=True)
    if ratings.empty:
        raise AbstainedError(
            'No person has rated anything here yet. Rate first: ws.labeler("your-name"), or share '
            'the work out so that two raters hear the same: ws.worklist("first", overlap=2).'
        )
    return Rated(ratings, tags, scores, utterances)


def one_kind(ratings: pd.DataFrame, utterances: pd.DataFrame, **choice: str) -> pd.DataFrame:
    """Choose ratings that may be compared: one pass, unit and version of a taxonomy.

    Parameters
    ----------
    ratings : DataFrame
        The table ratings.
    utterances : DataFrame
        With utterance_id and unit.
    **choice : str
        taxonomy, version, pass or unit. What is not chosen is that of most
        ratings.

    Returns
    -------
    DataFrame
        The ratings that have it.

    Raises
    ------
    InputError
        If a word is unknown or no rating has what was chosen.
    """
    for name in set(choice) - set(measures.GROUP):
        raise InputError(
            f'Ratings are not chosen by "{name}".{nearest(name, measures.GROUP)} '
            f"Choose by: {', '.join(measures.GROUP)}."
        )
    units = utterances.drop_duplicates("utterance_id").set_index("utterance_id")["unit"]
    rows = ratings.assign(unit=ratings["utterance_id"].map(units))
    for name, value in choice.items():
        known = rows[name].unique()
        rows = rows[rows[name] == value]
        if rows.empty:
            raise InputError(
                f'No rating has the {name} "{value}".{nearest(value, known)} '
                f"There are: {', '.join(map(str, known))}."
            )
    kinds = rows[measures.GROUP].value_counts(sort=False).sort_index().reset_index()
    most = kinds.loc[[kinds["count"].idxmax()], measures.GROUP]
    return rows.merge(most, on=measures.GROUP).drop(columns="unit")


class Chosen(NamedTuple):
    """Ratings of one kind, read once for many variables.

    Parameters
    ----------
    these : Judgements
        The first rating of each rater and utterance, with its tags and scores.
    call_of : Series of str
        The call of each utterance, by utterance_id.
    """

    these: Judgements
    call_of: pd.Series

    def values(self, variable: str) -> pd.DataFrame:
        """Make the long table of one variable.

        Parameters
        ----------
        variable : str
            As in `rated_values`.

        Returns
        -------
        DataFrame
            rating_id, utterance_id, rater_id, value, call_id.
        """
        long = values_in(self.these, variable)
        return long.assign(call_id=long["utterance_id"].map(self.call_of))


def choose(found: Rated, **choice: str) -> Chosen:
    """Choose ratings that may be compared, for many variables.

    Parameters
    ----------
    found : Rated
        From `rated`.
    **choice : str
        As in `one_kind`.

    Returns
    -------
    Chosen
        What every figure of agreement is made from.
    """
    ratings = one_kind(first_ratings(found.ratings), found.utterances, **choice)
    calls = found.utterances.drop_duplicates("utterance_id").set_index("utterance_id")["call_id"]
    return Chosen(judgements_of(ratings, found.tags, found.scores), calls)


def chosen(ws: Core, *, as_of: datetime | None = None, **choice: str) -> Chosen:
    """Read ratings that may be compared.

    Parameters
    ----------
    ws : Core
        The workspace.
    as_of : datetime, optional
        As they were then.
    **choice : str
        As in `one_kind`.

    Returns
    -------
    Chosen
        For one variable or many.
    """
    return choose(rated(ws, as_of=as_of), **choice)


def agreement(ws: Core, *, as_of: datetime | None, draws: int) -> pd.DataFrame:
    """Compute the agreement table.

    Parameters
    ----------
    ws : Core
        The workspace.
    as_of : datetime or None
        Ratings as they were then.
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        As from `agreement_table`.
    """
    return measures.agreement_table(*rated(ws, as_of=as_of), draws=draws)


def rater_report(ws: Core, *, as_of: datetime | None, **choice: str) -> pd.DataFrame:
    """Look at the work of every rater.

    Parameters
    ----------
    ws : Core
        The workspace.
    as_of : datetime or None
        Ratings as they were then.
    **choice : str
        As in `one_kind`.

    Returns
    -------
    DataFrame
        As from `workbench.agreement.rater_report`.
    """
    found = rated(ws, as_of=as_of)
    chosen = one_kind(found.ratings, found.utterances, **choice)
    return measures.rater_report(
        chosen,
        found.tags,
        found.scores,
        found.utterances,
        ws.store.read("assignments"),
        ws.store.read("gold"),
    )


def rater_evidence(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """List the ratings behind rows of a report.

    Parameters
    ----------
    ws : Core
        The workspace.
    rows : DataFrame
        Rows of `rater_report`.

    Returns
    -------
    DataFrame
        As from `workbench.agreement.rater_evidence`; every row can be heard.
    """
    found = rated(ws)
    return measures.rater_evidence(rows, found.ratings, found.tags, found.scores, found.utterances)


def plan_raters(
    ws: Core, variable: str, *, targets: tuple[float, ...], **choice: Any
) -> pd.DataFrame:
    """Say how many raters an utterance are needed, and what they cost.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable : str
        As in `rated_values`.
    targets : tuple of float
        Reliabilities to reach.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    DataFrame
        As from `raters_needed`, with hours_per_1000 (of all raters together for
        1,000 utterances, at the pace of these ratings; missing where no pace is
        known).
    """
    long = chosen(ws, **choice).values(variable)
    needed = measures.raters_needed(long, targets=targets)
    ratings = ws.store.read("ratings")
    own = ratings[ratings["rating_id"].isin(long["rating_id"])]
    try:
        seconds = measures.seconds_per_rating(own)
    except AbstainedError:
        return needed.assign(hours_per_1000=float("nan"))
    hours = measures.cost_hours(1000, needed["raters"], seconds=seconds)
    return needed.assign(hours_per_1000=hours)


def with_spans(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """Add what a click plays to rows that name an utterance.

    Parameters
    ----------
    ws : Core
        The workspace.
    rows : DataFrame
        With utterance_id, missing where there is none.

    Returns
    -------
    DataFrame
        With call_id, channel, start_s and end_s.
    """
    columns = ["call_id", "channel", "start_s", "end_s"]
    spans = ws.store.read("utterances").drop_duplicates("utterance_id")
    kept = rows.drop(columns=[name for name in columns if name in rows.columns])
    return kept.merge(spans[["utterance_id", *columns]], on="utterance_id", how="left")


def audible(ws: Core) -> list[str]:
    """List the utterances that can be heard.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    list of str
        Their ids.
    """
    recorded = ws.store.read("recordings")["call_id"]
    rows = tables.utterances_in_use(ws, unit=None, text=False)
    return rows.loc[rows["call_id"].isin(recorded), "utterance_id"].tolist()
