"""Kinds of calls by shape: a panel a kind, with calls that stand for it."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.plots.marks import click_rows, spelled
from workbench.plots.theme import Palette, faded, palette_named, template_of
from workbench.trajectories import Phenotypes

_PANEL_PX, _TOP_PX, _BOTTOM_PX = 230, 104, 48
_SHOWN = 3


def phenotypes_figure(
    found: Phenotypes,
    binned: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    audible: pd.Index | None = None,
    theme: str = "light",
) -> Any:
    """Draw each kind of call: its mean, where 80 % of its calls lie, and three of them.

    Parameters
    ----------
    found : Phenotypes
        From `find_phenotypes`.
    binned : DataFrame
        The table that they were found in.
    variable : str, default "valence"
        What was followed.
    role : str, default "customer"
        Whose.
    audible : Index of str, optional
        Calls that can be heard; the three are chosen among them where they are.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Two panels a row. The thin lines are the calls nearest to the mean; a
        click on one of their points plays the seconds there.
    """
    from plotly.subplots import make_subplots

    palette = palette_named(theme)
    names = found.groups["group"].tolist()
    columns = min(len(names), 2)
    rows = -(-len(names) // 2)
    heads = [_head(group, len(names)) for group in found.groups.to_dict("records")]
    gap = 74 / (rows * _PANEL_PX + 74 * (rows - 1))
    figure = make_subplots(
        rows=rows, cols=columns, shared_yaxes=True, subplot_titles=heads,
        vertical_spacing=gap if rows > 1 else 0, horizontal_spacing=0.06,
    )  # fmt: skip
    figure.update_annotations(
        x=0, xanchor="left", align="left", font={"size": 12.5, "color": palette.text}
    )
    for number, name in enumerate(names):
        row, column = number // columns + 1, number % columns + 1
        figure.layout.annotations[number].x = (column - 1) * (1.06 / columns)
        curve = found.curves[_same(found.curves["group"], name)]
        _draw_kind(figure, curve, palette, number, variable, row, column)
        calls = found.calls[_same(found.calls["group"], name)].sort_values("rank")
        _draw_calls(figure, _chosen(calls, audible), binned, palette, row, column)
    signed = variable == "valence"
    figure.update_yaxes(
        range=[-1.05, 1.05] if signed else [-0.03, 1.03],
        zeroline=signed,
        zerolinecolor=palette.zero,
        nticks=5,
    )
    figure.update_yaxes(title={"text": spelled(variable)}, col=1)
    figure.update_xaxes(range=[0, 100], tickvals=[0, 25, 50, 75, 100])
    figure.update_xaxes(title="share of the call, %", row=rows)
    heading, _, rest = found.sentence.partition(": ")
    figure.update_layout(
        template=template_of(palette),
        height=rows * _PANEL_PX + (rows - 1) * 74 + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": escape(heading),
            "subtitle": {
                "text": f"{escape(rest)}<br>{role}, {spelled(variable)}; area: 80 % of the calls; "
                "thin: calls nearest to the mean, to be heard"
            },
        },
    )
    return figure


def _same(column: pd.Series, name: object) -> pd.Series:
    return column.isna() if pd.isna(name) else column == name  # type: ignore[call-overload]


def _head(group: dict[Any, Any], n_groups: int) -> str:
    calls = "call" if group["n_calls"] == 1 else "calls"
    if n_groups == 1:
        return f"<b>all</b>: {group['n_calls']} {calls}"
    return (
        f"<b>{group['group']}</b> {group['words']}<br>{group['n_calls']} {calls}, "
        f"stability {group['stability']:.2f}"
    )


def _chosen(calls: pd.DataFrame, audible: pd.Index | None) -> pd.DataFrame:
    if audible is not None and (heard := calls["call_id"].isin(audible)).any():
        calls = calls[heard]
    return calls.head(_SHOWN)


def _draw_kind(
    figure: Any,
    curve: pd.DataFrame,
    palette: Palette,
    number: int,
    variable: str,
    row: int,
    column: int,
) -> None:
    import plotly.graph_objects as go

    colour = palette.tags[(2, 0, 3, 1, 4, 6, 7, 5)[number % 8]]
    x = (curve["low"] + curve["high"]) / 2 * 100
    for side, fill in (("q90", None), ("q10", "tonexty")):
        figure.add_trace(
            go.Scatter(x=x, y=curve[side], mode="lines", line={"width": 0}, fill=fill,
                       fillcolor=faded(colour, 0.18), hoverinfo="skip"),
            row=row, col=column,
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=x,
            y=curve["estimate"],
            mode="lines",
            line={"color": colour, "width": 3},
            hovertext=[
                f"<b>{spelled(variable)} {mean:.2f}</b> in the mean of {n} calls"
                for mean, n in zip(curve["estimate"], curve["n_calls"], strict=True)
            ],
            hoverinfo="text",
        ),
        row=row,
        col=column,
    )


def _draw_calls(
    figure: Any, calls: pd.DataFrame, binned: pd.DataFrame, palette: Palette, row: int, column: int
) -> None:
    import plotly.graph_objects as go

    n_bins = int(binned["bin"].max()) + 1
    for call in calls["call_id"]:
        own = binned[(binned["call_id"] == call) & binned["estimate"].notna()].sort_values("bin")
        x = (own["bin"].to_numpy(dtype=float) + 0.5) / n_bins * 100
        figure.add_trace(
            go.Scatter(
                x=np.asarray(x),
                y=own["estimate"],
                mode="lines+markers",
                line={"color": palette.muted, "width": 1},
                marker={"size": 6, "color": palette.background,
                        "line": {"color": palette.muted, "width": 1.2}},
                customdata=click_rows(own),
                hovertext=[
                    f"call {escape(str(call))}, {start:.0f} to {end:.0f} s<br>{value:.2f}"
                    for start, end, value in own[["start_s", "end_s", "estimate"]].to_numpy()
                ],
                hoverinfo="text",
            ),
            row=row, col=column,
        )  # fmt: skip
