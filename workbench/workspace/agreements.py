"""How far the ratings of a workspace can be trusted: agreement, raters, cultures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from workbench import agreement as measures
from workbench import plots
from workbench.errors import AbstainedError, InputError, nearest
from workbench.rated_values import current_ratings, first_ratings, rated_values
from workbench.workspace import pictures, tables

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

PEOPLE = ("human", "simulated")
"""Kinds of raters whose agreement is asked about; models and votes have none with people."""


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
    raters = ws.store.read("raters")
    people = raters.loc[raters["kind"].isin(PEOPLE), "rater_id"]
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    ratings = ratings[
        ratings["rater_id"].isin(people) & ratings["utterance_id"].isin(utterances["utterance_id"])
    ].reset_index(drop=True)
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
    most = rows.groupby(measures.GROUP, sort=True).size().idxmax()
    same = (rows[measures.GROUP] == list(most)).all(axis=1)
    return rows[same].drop(columns="unit").reset_index(drop=True)


def values(
    ws: Core, variable: str, *, as_of: datetime | None = None, **choice: str
) -> pd.DataFrame:
    """Make the long table of one variable, as every coefficient takes it.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable : str
        As in `rated_values`.
    as_of : datetime, optional
        Ratings as they were then.
    **choice : str
        As in `one_kind`.

    Returns
    -------
    DataFrame
        rating_id, utterance_id, rater_id, value, call_id.
    """
    found = rated(ws, as_of=as_of)
    chosen = one_kind(first_ratings(current_ratings(found.ratings)), found.utterances, **choice)
    long = rated_values(chosen, found.tags, found.scores, variable)
    calls = found.utterances.drop_duplicates("utterance_id").set_index("utterance_id")["call_id"]
    return long.assign(call_id=long["utterance_id"].map(calls))


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


def agreement_figure(
    ws: Core, *, theme: str | None, as_of: datetime | None = None, draws: int = 1000
) -> ipywidgets.VBox:
    """Draw alpha of all variables beside published figures.

    Parameters
    ----------
    ws : Core
        The workspace.
    theme : str or None
        "light" or "dark"; None follows the page.
    as_of : datetime, optional
        Ratings as they were then.
    draws : int
        Bootstrap draws.

    Returns
    -------
    VBox
        The figure.
    """
    table = agreement(ws, as_of=as_of, draws=draws)
    return pictures.drawn(ws, partial(plots.agreement_figure, table, measures.anchors()), theme)


def level_of(long: pd.DataFrame) -> str:
    """Choose the level of alpha that fits a variable.

    Parameters
    ----------
    long : DataFrame
        With value.

    Returns
    -------
    str
        set, mixture, nominal or interval.
    """
    first = next(iter(long["value"]), None)
    if isinstance(first, frozenset):
        return "set"
    if isinstance(first, dict):
        return "mixture"
    return "nominal" if isinstance(first, str) else "interval"


def drawn(
    ws: Core, draw: Callable[..., Any], rows: pd.DataFrame, theme: str | None
) -> ipywidgets.VBox:
    """Draw a table whose rows name utterances, so that a click plays them.

    Parameters
    ----------
    ws : Core
        The workspace.
    draw : callable
        A figure of `workbench.plots`.
    rows : DataFrame
        The table, with utterance_id.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    return pictures.drawn(ws, partial(draw, with_spans(ws, rows)), theme)


def rater_pairs(ws: Core, variable: str, *, theme: str | None, **choice: Any) -> ipywidgets.VBox:
    """Draw how far each two raters agree.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable : str
        As in `rated_values`.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    VBox
        The figure and its player.
    """
    long = values(ws, variable, **choice)
    found = measures.rater_pairs(long, level=level_of(long), audible=audible(ws))
    return drawn(ws, plots.rater_pairs_figure, found, theme)


def confusions(ws: Core, *, theme: str | None, **choice: Any) -> ipywidgets.VBox:
    """Draw which tags are taken for which.

    Parameters
    ----------
    ws : Core
        The workspace.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    VBox
        The figure and its player.
    """
    found = measures.confusions(values(ws, "tag", **choice), audible=audible(ws))
    return drawn(ws, plots.confusions_figure, found, theme)
