"""What figures of many calls laid over one another share: means, counts, axes, words."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError
from workbench.plots.marks import add_moment, known_clicks, spelled, wrapped
from workbench.plots.theme import Palette, faded, template_of

CURVE_PX, COUNT_PX = 260, 76
"""Height of the panel of the means, and of the one that counts calls."""

_BOTTOM_PX, _GAP_PX = 48, 34
_TITLE_CHARACTERS, _LINE_CHARACTERS = 72, 98
_SYMBOLS = ("circle", "square")
_DASHES = ("solid", "dash")


def known_bins(means: pd.DataFrame) -> pd.DataFrame:
    """Leave out bins without a rated call.

    Parameters
    ----------
    means : DataFrame
        From `aligned_mean`.

    Returns
    -------
    DataFrame
        At least one row.

    Raises
    ------
    AbstainedError
        If none is left.
    """
    known = means[means["n_calls"] > 0]
    if known.empty:
        raise AbstainedError("Nothing was rated in these parts of the calls; take a wider window.")
    return known


def middles(rows: pd.DataFrame) -> pd.Series:
    """Give the middle of each bin as it stands on the axis.

    Parameters
    ----------
    rows : DataFrame
        With low, high and unit.

    Returns
    -------
    Series
        Seconds, or per cent of the call.
    """
    scale = 100 if len(rows) and rows["unit"].iloc[0] == "share" else 1
    return (rows["low"] + rows["high"]) / 2 * scale


def panels(heights: list[int]) -> Any:
    """Make panels under one another, with one axis of time.

    Parameters
    ----------
    heights : list of int
        Pixels of each.

    Returns
    -------
    Figure
        Empty.
    """
    from plotly.subplots import make_subplots

    inner = sum(heights) + _GAP_PX * (len(heights) - 1)
    return make_subplots(
        rows=len(heights),
        shared_xaxes=True,
        vertical_spacing=_GAP_PX / inner,
        row_heights=[float(height) for height in heights],
    )


def draw_mean(
    figure: Any,
    rows: pd.DataFrame,
    palette: Palette,
    colour: str,
    variable: str,
    *,
    number: int,
    name: str = "",
) -> None:
    """Draw a mean with its band; bins with too few calls are hollow and have no band.

    Parameters
    ----------
    figure : Figure
        Gets the traces in its first row.
    rows : DataFrame
        From `known_bins`.
    palette : Palette
        Colours of the theme.
    colour : str
        Of the curve.
    variable : str
        What was averaged.
    number : int
        Which curve this is; it decides symbol and dash.
    name : str, default ""
        Of the group.
    """
    import plotly.graph_objects as go

    enough = ~rows["note"].str.contains("call", regex=False).to_numpy(dtype=bool)
    x = middles(rows)
    for side, fill in (("ci_high", None), ("ci_low", "tonexty")):
        figure.add_trace(
            go.Scatter(x=x, y=rows[side], mode="lines", line={"width": 0}, fill=fill,
                       fillcolor=faded(colour, 0.2), hoverinfo="skip"),
            row=1, col=1,
        )  # fmt: skip
    shown = rows["estimate"].where(enough)
    dash = _DASHES[number % 2]
    figure.add_trace(
        go.Scatter(x=x, y=shown, mode="lines", hoverinfo="skip",
                   line={"color": colour, "width": 2, "dash": dash}),
        row=1, col=1,
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=x,
            y=rows["estimate"],
            mode="markers",
            name=name,
            marker={
                "size": np.where(enough, 8, 6),
                "symbol": _SYMBOLS[number % 2],
                "color": np.where(enough, colour, palette.background),
                "line": {"color": np.where(enough, palette.background, palette.zero), "width": 1},
            },
            customdata=known_clicks(rows),
            hovertext=[_told_mean(variable, name, row) for row in rows.to_dict("records")],
            hoverinfo="text",
        ),
        row=1,
        col=1,
    )


def draw_counts(figure: Any, groups: list[pd.DataFrame], colours: list[str], *, row: int) -> None:
    """Draw how many calls are behind each bin.

    Parameters
    ----------
    figure : Figure
        Gets the bars.
    groups : list of DataFrame
        From `known_bins`; of one alone the calls that were running too, paler.
    colours : list of str
        Of each group.
    row : int
        Which panel.
    """
    import plotly.graph_objects as go

    for rows, colour in zip(groups, colours, strict=True):
        for column, alpha in (("n_running", 0.25), ("n_calls", 0.8)):
            if len(groups) > 1 and column == "n_running":
                continue
            figure.add_trace(
                go.Bar(
                    x=middles(rows),
                    y=rows[column],
                    marker={"color": faded(colour, alpha), "line": {"width": 0}},
                    hovertext=[
                        f"{calls} calls with rated speech, of {running} running"
                        for calls, running in rows[["n_calls", "n_running"]].to_numpy()
                    ],
                    hoverinfo="text",
                ),
                row=row,
                col=1,
            )
    figure.update_layout(barmode="overlay" if len(groups) == 1 else "group", bargap=0.15)
    figure.update_yaxes(title={"text": "calls"}, rangemode="tozero", nticks=3, row=row, col=1)


def value_axis(figure: Any, groups: list[pd.DataFrame], variable: str, palette: Palette) -> float:
    """Fit the axis of the first panel to the curves and their bands.

    Parameters
    ----------
    figure : Figure
        Is changed.
    groups : list of DataFrame
        From `known_bins`.
    variable : str
        What was averaged; valence always shows 0.
    palette : Palette
        Colours of the theme.

    Returns
    -------
    float
        How much of the variable the axis shows.
    """
    ends = np.concatenate(
        [own[["estimate", "ci_low", "ci_high"]].to_numpy(dtype=float).ravel() for own in groups]
    )
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    if variable == "valence":
        low, high = min(low, 0.0), max(high, 0.0)
    room = max(0.08 * (high - low), 0.04)
    figure.update_yaxes(
        range=[low - room, high + room],
        title={"text": spelled(variable)},
        zeroline=variable == "valence",
        zerolinecolor=palette.zero,
        row=1,
        col=1,
    )
    return high - low + 2 * room


def finish(
    figure: Any,
    rows: pd.DataFrame,
    at: str,
    palette: Palette,
    heights: list[int],
    *,
    title: str,
    told: list[str],
    right: int = 24,
) -> None:
    """Set the axis of time, the line at the event, title and size.

    Parameters
    ----------
    figure : Figure
        Is changed.
    rows : DataFrame
        All bins drawn.
    at : str
        Where calls are aligned.
    palette : Palette
        Colours of the theme.
    heights : list of int
        Pixels of the panels.
    title : str
        What was found.
    told : list of str
        What else to know, for the lines below.
    right : int, default 24
        Pixels for names at the right.
    """
    scale = 100.0 if rows["unit"].iloc[0] == "share" else 1.0
    low, high = float(rows["low"].min()) * scale, float(rows["high"].max()) * scale
    figure.update_xaxes(range=[low, high])
    figure.update_xaxes(title=_axis_words(at), row=len(heights), col=1)
    marked = low < 0 < high
    if marked:
        add_moment(figure, 0.0, spelled(at), palette, colour=palette.text)
    head, below = wrapped(title, _TITLE_CHARACTERS), in_lines(told)
    top = 34 + 22 * (1 + head.count("<br>")) + 17 * (1 + below.count("<br>")) + 16 * marked
    figure.update_layout(
        template=template_of(palette),
        height=sum(heights) + _GAP_PX * (len(heights) - 1) + top + _BOTTOM_PX,
        margin={"t": top, "b": _BOTTOM_PX, "r": min(right, 170)},
        title={"text": head, "subtitle": {"text": below}},
    )


def aligned_words(at: str) -> str:
    """Say where calls are aligned.

    Parameters
    ----------
    at : str
        As in `aligned_table`.

    Returns
    -------
    str
        To follow a noun.
    """
    told = {
        "start": "from the start of the call",
        "end": "up to the end of the call",
        "length": "over the length of the call",
    }
    return told.get(at, f"around the event {spelled(at)}")


def _axis_words(at: str) -> str:
    told = {
        "start": "seconds from the start of the call",
        "end": "seconds to the end of the call",
        "length": "share of the call, %",
    }
    return told.get(at, f"seconds from the event {spelled(at)}")


def who_is_left(rows: pd.DataFrame, at: str) -> list[str]:
    """Say how many calls are in the part that has fewest: those that ended are not in it.

    Parameters
    ----------
    rows : DataFrame
        All bins drawn.
    at : str
        Where calls are aligned.

    Returns
    -------
    list of str
        One sentence, or none where nearly all calls are in every part.
    """
    if at == "length":
        return []
    running = rows.groupby("bin")["n_running"].sum()
    fewest, most = int(running.min()), int(running.max())
    if fewest > 0.9 * most:
        return []
    edge = float(rows.loc[rows["bin"] == running.idxmin(), "low"].iloc[0])
    return [f"{fewest} of {most} calls run at {edge:g} s: calls that are over are not in it"]


def in_lines(parts: list[str]) -> str:
    """Break what a subtitle tells into lines.

    Parameters
    ----------
    parts : list of str
        What to tell, in order.

    Returns
    -------
    str
        Parts that fit beside each other in a line.
    """
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) < _LINE_CHARACTERS:
            lines[-1] += f"; {part}"
        else:
            lines += wrap(part, _LINE_CHARACTERS)
    return "<br>".join(lines)


def _told_mean(variable: str, name: str, row: Mapping[Any, Any]) -> str:
    text = f"<b>{spelled(variable)} {row['estimate']:.2f}</b>"
    if np.isfinite(row["ci_low"]):
        text += f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})"
    who = f"{spelled(name)}, " if name else ""
    text += f"<br>{who}{row['n_calls']} calls of {row['n_running']} running"
    if row["note"]:
        text += f"<br>{row['note']}"
    if pd.isna(row["call_id"]):
        return text
    return text + f"<br>click: call {spelled(str(row['call_id']))}, nearest to the mean"
