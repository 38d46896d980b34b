"""Figures that can be heard: a click on a point plays the seconds behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.widgets.answering import sentence_of
from workbench.widgets.figure import figure_widget
from workbench.widgets.player import Player
from workbench.widgets.snippet import Snippet

if TYPE_CHECKING:
    import ipywidgets
    import plotly.graph_objects as go

Play = Callable[[dict[str, Any]], Snippet]
Redraw = Callable[[str], "go.Figure"]

CLICK = "Click a point to hear it."
SILENT = "Nothing here stands for single seconds. Rows of the tables can be heard: ws.listen(row)."


def playable(figure: go.Figure, play: Play, *, redraw: Redraw | None = None) -> ipywidgets.VBox:
    """Put a player under a figure; a click on a point plays what is behind it.

    The figure is as wide as the cell, also when that changes.

    Parameters
    ----------
    figure : plotly Figure
        Its traces hold [call_id, channel, start_s, end_s] as customdata of each
        point; channel None stands for all, and end_s None for the whole call.
        A point without customdata stays silent.
    play : callable
        `play(row)` gives the Snippet behind a point; `row` holds call_id, and
        channel, start_s and end_s where they are known.
    redraw : callable, optional
        `redraw(theme)` gives the figure for "light" or "dark"; with it a figure
        that came light turns with the page that shows it.

    Returns
    -------
    VBox
        The figure as a FigureWidget, and the player.

    See Also
    --------
    Player : The player alone.
    """
    import ipywidgets

    sounds = any(trace.customdata is not None for trace in figure.data)
    player = Player(sentence=CLICK if sounds else SILENT, below_figure=True)
    box = ipywidgets.VBox()

    def clicked(trace: Any, points: Any, _state: object) -> None:
        row = clicked_row(trace, points.point_inds)
        if row is None:
            return
        try:
            player.show(play(row))
        except Exception as error:  # whatever a callback raises belongs under the figure
            player.say(sentence_of(error))

    def put(drawn: go.Figure) -> None:
        widget = figure_widget(drawn)
        for trace in widget.data:
            if trace.customdata is not None and hasattr(trace, "on_click"):
                trace.on_click(clicked)
        before, box.children = box.children, (widget, player)
        for old in before[:1]:
            old.close()

    put(figure)
    box.drawn = figure
    if redraw is not None:
        player.observe(lambda change: put(redraw(change["new"])), "_theme")
    return box


def figure_of(box: ipywidgets.VBox) -> go.Figure | None:
    """Take the figure out of what `playable` made, as it came.

    Parameters
    ----------
    box : VBox
        From `playable`.

    Returns
    -------
    plotly Figure or None
        As it was drawn first, whatever the page's theme made of it since; None
        if the box is not from `playable`.
    """
    return getattr(box, "drawn", None)


def clicked_row(trace: Any, point_inds: list[Any]) -> dict[str, Any] | None:
    """Find the row behind a clicked point.

    Parameters
    ----------
    trace : plotly trace
        With customdata.
    point_inds : list
        Numbers of the points that were clicked; for a heat map pairs of row and
        column.

    Returns
    -------
    dict or None
        call_id, and channel, start_s and end_s where they are known; None if no
        point was hit or nothing is behind it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> trace = SimpleNamespace(customdata=[["0007", 0, 1.5, 4.0], None])
    >>> clicked_row(trace, [0])
    {'call_id': '0007', 'channel': 0, 'start_s': 1.5, 'end_s': 4.0}
    >>> clicked_row(trace, [1]) is None
    True
    """
    if not point_inds:
        return None
    data: Any = trace.customdata
    at = point_inds[0]
    for index in at if isinstance(at, (list, tuple)) else (at,):
        data = data[int(index)]
    if data is None or len(data) == 0 or data[0] is None:
        return None
    call_id, channel, start_s, end_s = [*data, None, None, None][:4]
    row: dict[str, Any] = {"call_id": str(call_id)}
    if not _missing(channel):
        row["channel"] = int(channel)
    if not _missing(start_s):
        row["start_s"] = float(start_s)
    if not _missing(end_s):
        row["end_s"] = float(end_s)
    return row


def _missing(value: Any) -> bool:
    return value is None or value != value or value == ""
