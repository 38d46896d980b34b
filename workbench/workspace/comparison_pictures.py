"""Figures of many calls side by side: a click plays the seconds behind a point."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import plots
from workbench.workspace import comparisons, known_of, pictures

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def heatmap(
    ws: Core,
    *,
    variable: str,
    role: str,
    at: str,
    sort_by: str | pd.Series | None,
    ascending: bool | None,
    with_audio: bool,
    window: dict[str, float | None],
    theme: str | None,
    **choice: Any,
) -> ipywidgets.VBox:
    """Draw many calls, one row each.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role, at : str
        What is drawn, whose, and where calls are aligned.
    sort_by : str, Series or None
        What sorts the rows.
    ascending : bool or None
        In which order.
    with_audio : bool
        Only calls that can be heard.
    window : dict
        bin_s, before_s, after_s.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    VBox
        The figure and its player.
    """
    found = comparisons.rated(ws, with_audio=with_audio, **choice)
    order = None
    if sort_by is not None:
        order = known_of.about_calls(ws, sort_by, role=role, purpose="to sort by")
    draw = partial(
        plots.calls_heatmap_figure,
        found.points,
        ws.store.read("outcomes"),
        variable=variable,
        role=role,
        at=at,
        moments=comparisons.moments_of(ws, at),
        sort_by=order,
        ascending=ascending,
        durations=found.durations,
        bin_s=window["bin_s"],
        before_s=window["before_s"],
        after_s=window["after_s"],
    )
    return pictures.drawn(ws, draw, theme)


def aligned_figure(
    ws: Core,
    *,
    variable: str,
    role: str,
    at: str,
    cluster: str | None,
    theme: str | None,
    **how: Any,
) -> ipywidgets.VBox:
    """Draw the mean over many calls.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role, at : str
        What is drawn, whose, and where calls are aligned.
    cluster : str or None
        agent_id or customer_id.
    theme : str or None
        "light" or "dark"; None follows the page.
    **how : object
        As for `aligned`.

    Returns
    -------
    VBox
        The figure and its player.
    """
    means = comparisons.aligned(ws, at=at, cluster=cluster, variable=variable, role=role, **how)
    draw = partial(
        plots.aligned_figure,
        means,
        variable=variable,
        role=role,
        at=at,
        cluster=(cluster or "call").removesuffix("_id"),
        n_left_out=len(means.attrs["left_out"]),
    )
    return pictures.drawn(ws, draw, theme)


def comparison_figure(
    ws: Core,
    by: str | pd.Series,
    *,
    variable: str,
    role: str,
    at: str,
    theme: str | None,
    **how: Any,
) -> ipywidgets.VBox:
    """Draw two groups of calls and where they differ.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str or Series
        What makes the groups.
    variable, role, at : str
        What is drawn, whose, and where calls are aligned.
    theme : str or None
        "light" or "dark"; None follows the page.
    **how : object
        As for `compared`.

    Returns
    -------
    VBox
        The figure and its player.
    """
    found = comparisons.compared(ws, by, variable=variable, role=role, at=at, **how)
    draw = partial(
        plots.comparison_figure,
        found.comparison,
        found.means,
        variable=variable,
        role=role,
        at=at,
        warning=found.warning,
        n_left_out=found.n_left_out,
    )
    return pictures.drawn(ws, draw, theme)


def phenotypes_figure(
    ws: Core, *, variable: str, role: str, theme: str | None, **how: Any
) -> ipywidgets.VBox:
    """Draw kinds of calls by shape.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role : str
        What is followed, and whose.
    theme : str or None
        "light" or "dark"; None follows the page.
    **how : object
        As for `phenotypes`.

    Returns
    -------
    VBox
        The figure and its player.
    """
    found, binned = comparisons.phenotypes(ws, variable=variable, role=role, **how)
    draw = partial(
        plots.phenotypes_figure,
        found,
        binned,
        variable=variable,
        role=role,
        audible=comparisons.audible(ws),
    )
    return pictures.drawn(ws, draw, theme)
