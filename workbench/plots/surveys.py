"""Who answers the survey: chances to answer of those who did and those who did not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import wrapped
from workbench.plots.theme import palette_named, template_of

_STEPS = [lead * 10**power for power in range(8) for lead in (1, 2, 5)]


def overlap_figure(
    chances: pd.DataFrame, scores: pd.DataFrame | None = None, *, theme: str = "light"
) -> Any:
    """Draw how likely those who answered were to answer, and those who did not.

    Upwards those who answered, downwards the silent. Where the lower half has
    callers and the upper none, no answer stands for them.

    Parameters
    ----------
    chances : DataFrame
        From `workbench.outcomes.weighted_scores`: answered, chance, weight,
        trimmed.
    scores : DataFrame, optional
        Its scores; the first reading goes under the title.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The bars stand for many calls and hold no seconds.

    Raises
    ------
    InputError
        If there is no call.

    Examples
    --------
    >>> chances = pd.DataFrame({"answered": [True, False], "chance": [0.55, 0.45],
    ...                         "weight": [1.8, 0.0], "trimmed": False})
    >>> overlap_figure(chances).layout.title.text
    'Who answered, and who did not, by the chance to answer'
    """
    import plotly.graph_objects as go

    if chances.empty:
        raise InputError("There is nothing to draw: no call has a chance to answer.")
    palette = palette_named(theme)
    edges = np.linspace(0, 1, 21)
    place = np.clip((chances["chance"].to_numpy(dtype=float) * 20).astype(int), 0, 19)
    answered = chances["answered"].to_numpy(dtype=bool)
    trimmed = chances["trimmed"].to_numpy(dtype=bool)
    figure = go.Figure()
    parts = (
        ("answered", answered, 1, palette.role("customer")),
        ("silent", ~answered & ~trimmed, -1, palette.muted),
        ("silent, left out", ~answered & trimmed, -1, palette.alarm),
    )
    for name, side, way, colour in parts:
        counts = np.bincount(place[side], minlength=20)
        figure.add_trace(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=way * counts,
                width=0.046,
                marker={"color": colour, "line": {"width": 0}},
                hovertext=[
                    f"chance {low:.2f} to {high:.2f}<br>{n} {name}"
                    for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
                ],
                hoverinfo="text",
            )
        )
    for text, y, anchor, colour in (
        ("answered", 1, "top", parts[0][3]),
        ("silent", 0, "bottom", parts[1][3]),
    ):
        figure.add_annotation(
            x=0,
            xref="paper",
            y=y,
            yref="paper",
            text=f"<b>{text}</b>",
            showarrow=False,
            xanchor="left",
            yanchor=anchor,
            xshift=8,
            font={"color": colour, "size": 13},
        )
    most = int(max(np.bincount(place[side], minlength=20).max() for _, side, _, _ in parts))
    step = next(step for step in _STEPS if step * 4 >= most)
    ticks = np.arange(-4, 5) * step
    figure.update_xaxes(title="chance to answer, by what was heard and known", range=[0, 1])
    figure.update_yaxes(
        title="calls",
        tickvals=ticks,
        ticktext=[str(abs(tick)) for tick in ticks],
        zeroline=True,
        zerolinecolor=palette.zero,
    )
    under = "" if scores is None or scores.empty else str(scores["reading"].iloc[0])
    figure.update_layout(
        template=template_of(palette),
        barmode="relative",
        height=390,
        margin={"t": 110},
        title={
            "text": "Who answered, and who did not, by the chance to answer",
            "subtitle": {"text": wrapped(under, 84)},
        },
    )
    return figure
