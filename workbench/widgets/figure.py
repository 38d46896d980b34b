"""Figures as widgets: Plotly's own code, which is large, goes to the page once for all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import ipywidgets
import traitlets

from workbench.widgets.answering import bundle

if TYPE_CHECKING:
    import plotly.graph_objects as go


def figure_widget(figure: go.Figure) -> go.FigureWidget:
    """Make a widget of a figure.

    Plotly's own widget takes its 5 MB of code along with each figure; this one
    takes it along with the first that a kernel shows, and a page reads it once.

    Parameters
    ----------
    figure : plotly Figure
        To be shown; it stays as it is.

    Returns
    -------
    FigureWidget
        As wide as its cell, also when that changes.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> figure_widget(go.Figure(go.Scatter(y=[1, 2]))).data[0].y
    (1, 2)
    """
    widget = _light_figure()(data=figure.data, layout=_with_subtitle_in_title(figure.layout))
    widget._config = {**widget._config, "responsive": True}
    widget._esm = bundle("figure.js")
    widget._plotly = _plotly_code()
    widget.whole = True
    widget.open()
    return widget


class PlotlyCode(ipywidgets.Widget):  # type: ignore[misc]
    """The browser side of Plotly's widget, to which figures refer."""

    version = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)


_sent: list[PlotlyCode] = []


def _plotly_code() -> PlotlyCode:
    """Give what was sent already, unless somebody closed all widgets of the kernel."""
    if not _sent or _sent[-1].comm is None:
        import plotly
        import plotly.graph_objects as go

        _sent[:] = [PlotlyCode(version=plotly.__version__, code=str(go.FigureWidget._esm))]
    return _sent[-1]


@cache
def _light_figure() -> type[go.FigureWidget]:
    with _left_out("rfc3987_syntax"):
        from plotly.graph_objects import FigureWidget

    class LightFigure(FigureWidget):  # type: ignore[misc]
        """Goes to the page in one message: sent in parts, a busy page draws it empty."""

        _esm = traitlets.Unicode().tag(sync=True)
        _plotly = traitlets.Instance(PlotlyCode, allow_none=True).tag(
            sync=True, **ipywidgets.widget_serialization
        )
        whole = False

        def open(self) -> None:
            if self.whole:
                super().open()

    return LightFigure


@contextmanager
def _left_out(optional: str) -> Iterator[None]:
    """Import without an optional module, if it is not here already.

    Plotly's widget looks for nbformat, that imports jsonschema, and that the module
    rfc3987_syntax if it finds it, whose grammars of web addresses take 5 s to build.
    Without it jsonschema checks no addresses that are not ASCII; nobody here asks for that.
    """
    if optional in sys.modules:
        yield
        return
    sys.modules[optional] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[optional]


def _with_subtitle_in_title(layout: go.Layout) -> go.Layout:
    """Put the subtitle below the title as text: drawn out of sight, Plotly lays it over."""
    import plotly.graph_objects as go

    copy = go.Layout(layout)
    title = copy.title
    if title.subtitle.text:
        font = copy.template.layout.title.subtitle.font
        style = f"font-size:{font.size or 12}px;color:{font.color or 'inherit'}"
        title.text = f'{title.text}<br><span style="{style}">{title.subtitle.text}</span>'
        title.subtitle.text = None
    return copy
