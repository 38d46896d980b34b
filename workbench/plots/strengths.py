"""How far every utterance lies from its speaker's usual, call by call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.marks import click_rows, spelled, wrapped
from workbench.plots.theme import faded, palette_named, template_of

_ROW_PX, _TOP_PX, _BOTTOM_PX = 24, 84, 52


def strengths_figure(
    cues: pd.DataFrame, utterances: pd.DataFrame, *, cue: str = "high_pitch", theme: str = "light"
) -> Any:
    """Draw the strength of one cue in all utterances, one row a call.

    Shows what a threshold takes in and what it leaves out: the further right a
    mark lies, the further the utterance is from its speaker's usual. Filled marks
    are cues; a hollow one beyond the line is too small to matter to the ear.

    Parameters
    ----------
    cues, utterances : DataFrame
        The tables of these names.
    cue : str, default "high_pitch"
        Which cue.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, channel, start_s, end_s].

    Raises
    ------
    InputError
        If no utterance has a judgement on this cue.

    Examples
    --------
    >>> import pandas as pd
    >>> cues = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "cue": "high_pitch", "strength_sd": [0.1, 2.6],
    ...     "threshold_sd": 2.4, "fired": [False, True], "evidence": ["", "F0 3 st above."],
    ... })
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "call_id": "0007", "channel": 0, "role": "customer",
    ...     "start_s": [0.0, 9.0], "end_s": [4.0, 12.0],
    ... })
    >>> strengths_figure(cues, utterances).layout.title.text
    'High pitch: 1 of 2 utterances'
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    known = sorted(cues["cue"].unique())
    rows = cues[(cues["cue"] == cue) & cues["strength_sd"].notna()]
    if rows.empty:
        raise InputError(
            f'No utterance has a judgement on "{cue}".{nearest(cue, known)} The column abstained '
            "of the table cues tells why."
        )
    where = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]
    rows = rows.merge(utterances.reindex(columns=where), on="utterance_id")
    calls = sorted(rows["call_id"].unique())
    threshold = float(rows["threshold_sd"].iloc[0])
    figure = go.Figure()
    figure.add_vrect(x0=-1, x1=1, fillcolor=faded(palette.zero, 0.14), line_width=0, layer="below")
    figure.add_vline(x=threshold, line={"color": palette.alarm, "width": 1.5, "dash": "dot"})
    for role, own in rows.groupby("role", sort=True):
        fired = own["fired"].to_numpy(dtype=bool)
        colour = palette.role(str(role))
        figure.add_trace(
            go.Scatter(
                x=own["strength_sd"],
                y=own["call_id"],
                mode="markers",
                name=str(role),
                marker={
                    "opacity": 1,
                    "size": np.where(fired, 12, 8),
                    "symbol": np.where(fired, "triangle-up", "circle"),
                    "color": np.where(fired, colour, palette.background),
                    "line": {"color": colour, "width": 1.5},
                },
                customdata=click_rows(own),
                hovertext=[wrapped(str(sentence)) for sentence in own["evidence"].fillna("")],
                hoverinfo="text",
            )
        )
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=calls[::-1],
        title="call",
        range=[-0.7, len(calls) - 0.3],
    )
    figure.update_xaxes(title="strength, in the speaker’s own spread")
    hits = int(rows["fired"].sum())
    figure.update_layout(
        template=template_of(palette),
        height=max(_ROW_PX * len(calls), 80) + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": f"{spelled(cue).capitalize()}: {hits} of {len(rows)} utterances",
            "subtitle": {
                "text": f"Filled: a cue, from {threshold:g} spreads on (dotted line); "
                "hollow beyond it: too small for the ear"
            },
        },
    )
    return figure
