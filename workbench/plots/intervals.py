"""Estimates with their intervals, one line each, a panel for each unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import padded, spelled, wrapped
from workbench.plots.theme import Palette, palette_named, template_of

_ROW_PX, _TOP_PX, _BOTTOM_PX = 34, 84, 56


def intervals_figure(
    table: pd.DataFrame,
    *,
    label: str,
    estimate: str,
    title: str,
    subtitle: str,
    theme: str = "light",
) -> Any:
    """Draw estimates with 95 % intervals against 0.

    A filled mark has an interval that leaves out 0 (and, where p_adjusted came,
    holds after allowing for the number of lines), a hollow one does not, a diamond
    has none.

    Parameters
    ----------
    table : DataFrame
        One row a line: the columns `label` and `estimate`, ci_low, ci_high, unit,
        reading and note.
    label, estimate : str
        Columns of the words at the left and of the estimate.
    title, subtitle : str
        What it shows, and how to read it.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The marks stand for many calls and hold no seconds.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> table = pd.DataFrame({"heard": ["valence_mean"], "difference": 0.2, "ci_low": 0.1,
    ...                       "ci_high": 0.3, "unit": "points", "reading": "", "note": ""})
    >>> figure = intervals_figure(table, label="heard", estimate="difference", title="",
    ...                           subtitle="")
    >>> len(figure.data)
    2
    """
    from plotly.subplots import make_subplots

    if table.empty:
        raise InputError("There is nothing to draw: the table has no row.")
    palette = palette_named(theme)
    panels = [rows for _, rows in table.groupby("unit", sort=False)]
    heights = [len(rows) for rows in panels]
    inner = _ROW_PX * sum(heights) + 64 * (len(panels) - 1)
    figure = make_subplots(
        rows=len(panels),
        row_heights=heights,
        vertical_spacing=64 / inner if len(panels) > 1 else 0,
    )
    for number, rows in enumerate(panels, start=1):
        _draw(figure, rows, label, estimate, number, palette)
    figure.update_layout(
        template=template_of(palette),
        height=inner + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={"text": title, "subtitle": {"text": subtitle}},
    )
    return figure


def _draw(
    figure: Any, rows: pd.DataFrame, label: str, estimate: str, number: int, palette: Palette
) -> None:
    import plotly.graph_objects as go

    low, high = (rows[name].to_numpy(dtype=float) for name in ("ci_low", "ci_high"))
    told = np.isfinite(low)
    found = told & ((low > 0) | (high < 0))
    if "p_adjusted" in rows.columns:
        found &= rows["p_adjusted"].to_numpy(dtype=float) < 0.05
    places = np.arange(len(rows))
    lines_x = np.column_stack([low, high, np.full(len(rows), np.nan)]).ravel()
    figure.add_trace(
        go.Scatter(
            x=lines_x,
            y=np.repeat(places, 3),
            mode="lines",
            line={"color": palette.muted, "width": 2},
            hoverinfo="skip",
        ),
        row=number,
        col=1,
    )
    figure.add_trace(
        go.Scatter(
            x=rows[estimate],
            y=places,
            mode="markers",
            marker={
                "size": 10,
                "opacity": 1,
                "symbol": np.where(told, "circle", "diamond"),
                "color": np.where(found, palette.text, palette.background),
                "line": {"color": palette.text, "width": 1.8},
            },
            hovertext=[
                wrapped(f"{row['reading']} {row['note']}".strip())
                for row in rows.to_dict("records")
            ],
            hoverinfo="text",
        ),
        row=number,
        col=1,
    )
    figure.update_xaxes(
        title=str(rows["unit"].iloc[0]),
        range=padded(rows[estimate], low, high, [0.0]),
        zeroline=True,
        zerolinecolor=palette.zero,
        zerolinewidth=1.5,
        row=number,
        col=1,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[spelled(str(name)) for name in rows[label]],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        row=number,
        col=1,
    )
