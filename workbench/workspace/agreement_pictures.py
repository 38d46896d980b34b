"""Figures of agreement: a click on a cell plays an example."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench import agreement as measures
from workbench import plots
from workbench.rated_values import variables_in
from workbench.workspace import agreements, cultures, pictures

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def agreement_figure(ws: Core, table: pd.DataFrame | None, *, theme: str | None) -> ipywidgets.VBox:
    """Draw alpha of all variables beside published figures.

    Parameters
    ----------
    ws : Core
        The workspace.
    table : DataFrame or None
        From `agreement_table`; None computes it.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    if table is None:
        table = agreements.agreement(ws, as_of=None, draws=1000)
    like = measures.anchors()
    about = {
        task for name in set(table["variable"]) for task in measures.anchors_about(name)["task"]
    }
    like = like[like["task"].isin(about) & like["modality"].isin(("voice", "any"))]
    rows = table.assign(utterance_id=pd.Series(_examples(ws, table), index=table.index))
    draw = partial(plots.agreement_figure, agreements.with_spans(ws, rows), like)
    return pictures.drawn(ws, draw, theme)


def _examples(ws: Core, table: pd.DataFrame) -> list[str | None]:
    """Find for each row of an agreement table where raters are far apart and can be heard."""
    if table.empty:
        return []
    heard, found = agreements.audible(ws), agreements.rated(ws)
    examples: dict[tuple[str, ...], str | None] = {}
    for group, rows in table.groupby(measures.GROUP):
        choice = {name: str(value) for name, value in zip(measures.GROUP, group, strict=True)}
        own = agreements.choose(found, **choice)
        for variable in set(rows["variable"]) & set(variables_in(own.these)):
            far = measures.most_apart(own.values(variable), audible=heard)
            examples[*choice.values(), variable] = far
    keys = table[[*measures.GROUP, "variable"]].itertuples(index=False, name=None)
    return [examples.get(key) for key in keys]


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
    long = agreements.chosen(ws, **choice).values(variable)
    found = measures.rater_pairs(long, level=level_of(long), audible=agreements.audible(ws))
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
    found = measures.confusions(
        agreements.chosen(ws, **choice).values("tag"), audible=agreements.audible(ws)
    )
    return drawn(ws, plots.confusions_figure, found, theme)


def raters_needed_figure(
    ws: Core, variable: str, *, theme: str | None, **choice: Any
) -> ipywidgets.VBox:
    """Draw how many raters an utterance each tag needs.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable : str
        As in `rated_values`.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        As in `plan_raters`.

    Returns
    -------
    VBox
        The figure.
    """
    needed = agreements.plan_raters(ws, variable, **choice)
    choice.pop("targets")
    long = agreements.chosen(ws, **choice).values(variable)
    heard = agreements.audible(ws)
    example = {tag: _example_of(long, tag, heard) for tag in needed["tag"].unique()}
    rows = agreements.with_spans(ws, needed.assign(utterance_id=needed["tag"].map(example)))
    return pictures.drawn(ws, partial(plots.raters_needed_figure, rows), theme)


def _example_of(long: pd.DataFrame, tag: str, heard: list[str]) -> str | None:
    """Find where raters differ on one tag, or on a number."""
    if pd.api.types.is_numeric_dtype(long["value"]):
        return measures.most_apart(long, audible=heard)
    given = [tag in own if isinstance(own, frozenset) else tag == own for own in long["value"]]
    return measures.most_apart(long.assign(value=np.array(given, dtype=float)), audible=heard)


def culture_figure(ws: Core, *, by: str, theme: str | None, **choice: Any) -> ipywidgets.VBox:
    """Draw who judged whom.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str
        culture or language.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows = cultures.culture(ws, by=by, **choice)
    return pictures.drawn(ws, partial(plots.culture_figure, rows), theme)


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
    return pictures.drawn(ws, partial(draw, agreements.with_spans(ws, rows)), theme)
