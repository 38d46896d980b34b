"""Effects with and without allowing for raters who err, side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.outcomes.readings import outcome_words
from workbench.plots.marks import spelled, wrapped
from workbench.plots.theme import Palette, palette_named, template_of

_METHODS = {
    "naive": ("labels as they are", "circle-open"),
    "preview": ("quick preview", "diamond-open"),
    "carried": ("rater error carried", "circle"),
}
_NEEDED = ("outcome", "predictor", "method", "effect", "ci_low", "ci_high", "unit", "step")
_ROW_PX, _TOP_PX, _GAP_PX, _BOTTOM_PX = 40, 110, 92, 20


def carried_figure(table: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw naive, preview and carried estimates, one panel an outcome and feature.

    Parameters
    ----------
    table : DataFrame
        From `workbench.outcomes.rater_error.carried_effect`, one or several put
        together.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The marks stand for models of many calls and hold no seconds.

    Raises
    ------
    InputError
        If a column is missing or there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "outcome": "escalated", "predictor": "frustration share", "step": 0.1,
    ...     "method": ["naive", "preview", "carried"], "effect": [2.4, 2.0, 2.1],
    ...     "unit": "percentage points", "ci_low": [1.2, 0.8, 0.9], "ci_high": [3.6, 3.2, 3.3],
    ...     "n_calls": 600, "reading": "", "note": "",
    ... })
    >>> len(carried_figure(table).data)
    6
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise InputError(f"A table of carried_effect is needed; {', '.join(missing)} did not come.")
    if table.empty:
        raise InputError("There is no effect to draw.")
    palette = palette_named(theme)
    groups = list(table.groupby(["outcome", "predictor"], sort=False))
    inner = _ROW_PX * len(_METHODS)
    height = _TOP_PX + len(groups) * inner + (len(groups) - 1) * _GAP_PX + _BOTTOM_PX + 40
    plotted = height - _TOP_PX - _BOTTOM_PX - 40
    figure = make_subplots(
        rows=len(groups),
        cols=1,
        vertical_spacing=_GAP_PX / plotted if len(groups) > 1 else 0.0,
        subplot_titles=[_panel_title(own, palette) for _, own in groups],
    )
    for annotation in figure.layout.annotations:
        annotation.update(x=0, xanchor="left", align="left", font={"size": 13}, yshift=4)
    names = list(_METHODS)
    for number, (_, own) in enumerate(groups, start=1):
        for row in own.to_dict("records"):
            place = names.index(row["method"])
            colour = palette.text if row["method"] == "carried" else palette.muted
            if not np.isfinite(row["effect"]):
                figure.add_annotation(
                    x=0,
                    y=place,
                    text=wrapped(str(row.get("note", "")), 90),
                    showarrow=False,
                    font={"size": 11, "color": palette.muted},
                    row=number,
                    col=1,
                )
                continue
            told = bool(np.isfinite(row["ci_low"]))
            ends = [row["ci_low"], row["ci_high"]] if told else [row["effect"]] * 2
            figure.add_trace(
                go.Scatter(
                    x=ends,
                    y=[place, place],
                    mode="lines",
                    line={"color": colour, "width": 3 if row["method"] == "carried" else 2},
                    hoverinfo="skip",
                ),
                row=number,
                col=1,
            )
            figure.add_trace(
                go.Scatter(
                    x=[row["effect"]],
                    y=[place],
                    mode="markers+text",
                    text=[_number(row["effect"])],
                    textposition="top center",
                    textfont={"size": 12, "color": colour},
                    cliponaxis=False,
                    marker={
                        "size": 11,
                        "symbol": _METHODS[row["method"]][1],
                        "color": colour,
                        "line": {"color": colour, "width": 2},
                    },
                    customdata=[[None, None, None, None]],
                    hovertext=[wrapped(f"{row.get('reading', '')} {row.get('note', '')}".strip())],
                    hoverinfo="text",
                ),
                row=number,
                col=1,
            )
        figure.update_xaxes(
            title={"text": str(own["unit"].iloc[0]), "standoff": 4},
            zeroline=True,
            zerolinecolor=palette.zero,
            zerolinewidth=1,
            range=_range(own),
            row=number,
            col=1,
        )
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[_METHODS[name][0] for name in names],
        range=[len(names) - 0.5, -0.65],
        tickfont={"color": palette.text, "size": 12.5},
        showgrid=False,
        zeroline=False,
    )
    bars = "too few clusters for intervals"
    if table["ci_low"].notna().any():
        left_out = str(table["cluster"].iloc[0]) if "cluster" in table.columns else "cluster"
        bars = f"bar: 95 % interval, one {spelled(left_out.removesuffix('_id'))} left out at a time"
    figure.update_layout(
        template=template_of(palette),
        height=height,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX + 40},
        showlegend=False,
        title={
            "text": "What raters who err make of an effect",
            "subtitle": {"text": f"{bars}; associations, not causes"},
        },
    )
    return figure


def _panel_title(own: pd.DataFrame, palette: Palette) -> str:
    row = own.iloc[0]
    calls = f", {int(row['n_calls'])} calls" if "n_calls" in own.columns else ""
    return (
        f"<b>{outcome_words(str(row['outcome']))}</b> "
        f"<span style='font-size:12px;color:{palette.muted}'>{spelled(str(row['predictor']))}, "
        f"a step of {row['step']:.3g}{calls}</span>"
    )


def _range(own: pd.DataFrame) -> list[float]:
    figures = own[["effect", "ci_low", "ci_high"]].to_numpy(dtype=float).ravel()
    ends = np.append(figures[np.isfinite(figures)], 0.0)
    width = float(ends.max() - ends.min()) or 1.0
    return [float(ends.min()) - 0.1 * width, float(ends.max()) + 0.1 * width]


def _number(value: float) -> str:
    return f"{value:+.1f}" if abs(value) >= 1 else f"{value:+.2g}"
