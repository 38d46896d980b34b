"""One cue of one speaker against the whole call, what came before, and earlier calls."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.cues.measures import ENDS, Measure
from workbench.errors import InputError, nearest
from workbench.plots.marks import click_rows, one_call, spelled, wrapped
from workbench.plots.theme import Palette, faded, palette_named, template_of

_WORDS = {
    "call": "against the rest of the call, also what comes later",
    "causal": "against what came before in the call",
    "speaker_history": "against earlier calls",
}
_PANEL_PX, _GAP_PX, _TOP_PX, _BOTTOM_PX = 150, 30, 96, 46


def three_baselines_figure(
    cues: Mapping[str, pd.DataFrame],
    utterances: pd.DataFrame,
    *,
    cue: str = "high_pitch",
    call_id: str | None = None,
    speaker_id: str | None = None,
    theme: str = "light",
) -> Any:
    """Compare in a picture what one cue is held against.

    A panel for each baseline: the same marks, one an utterance, over the line
    and band of what is usual according to that baseline. A filled mark is a cue.
    Where a baseline knows too little, its panel says so.

    Parameters
    ----------
    cues : mapping of str to DataFrame
        For each baseline (call, causal, speaker_history) the table cues that
        `cue_table` made with it.
    utterances : DataFrame
        The table of this name.
    cue : str, default "high_pitch"
        Which cue.
    call_id : str, optional
        Which call; needed if several came.
    speaker_id : str, optional
        Whose, where several speak.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, channel, start_s, end_s].

    Raises
    ------
    InputError
        If there is no such cue, or nothing of it was measured in the call.

    Examples
    --------
    >>> import pandas as pd
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "call_id": "0007", "channel": 0, "role": "customer",
    ...     "start_s": [0.0, 9.0], "end_s": [4.0, 12.0],
    ... })
    >>> table = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "cue": "high_pitch", "value": [180.0, 240.0],
    ...     "fired": [False, True], "evidence": ["", "F0 4.9 semitones above."], "abstained": None,
    ...     "baseline": [{"centre": 181.0, "spread": 1.5}] * 2,
    ... })
    >>> len(three_baselines_figure({"call": table}, utterances).data)
    4
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    found = {name: measure for name, measure, _ in ENDS if not measure.kind}
    if cue not in found:
        raise InputError(
            f'There is no cue "{cue}" with one measure.{nearest(cue, found)} '
            f"Cues: {', '.join(found)}."
        )
    measure, palette = found[cue], palette_named(theme)
    own = one_call(utterances, call_id)
    if speaker_id is not None:
        own = own[own["speaker_id"] == speaker_id]
    panels = {kind: _rows(table, own, cue) for kind, table in cues.items()}
    if all(rows.empty for rows in panels.values()):
        raise InputError(f"Nothing was measured for {spelled(cue)} in this call.")
    inner = _PANEL_PX * len(panels) + _GAP_PX * (len(panels) - 1)
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        shared_yaxes="all",
        vertical_spacing=_GAP_PX / inner if len(panels) > 1 else 0,
    )
    role = str(next(rows["role"].iloc[0] for rows in panels.values() if len(rows)))
    colour = palette.role(role)
    for number, (kind, rows) in enumerate(panels.items(), start=1):
        judged = rows[rows["centre"].notna()]
        x, low, middle, high = _band(judged, measure)
        for y, fill in ((low, None), (high, "tonexty")):
            figure.add_trace(
                go.Scatter(
                    x=x,
                    y=y,
                    mode="lines",
                    line={"width": 0, "shape": "hv"},
                    fill=fill,
                    fillcolor=faded(colour, 0.13),
                    hoverinfo="skip",
                ),
                row=number,
                col=1,
            )
        figure.add_trace(
            go.Scatter(
                x=x,
                y=middle,
                mode="lines",
                hoverinfo="skip",
                line={"color": palette.zero, "width": 1.5, "shape": "hv"},
            ),
            row=number,
            col=1,
        )
        fired = rows["fired"].to_numpy(dtype=bool)
        symbol = "triangle-up" if _side(cue) > 0 else "triangle-down"
        figure.add_trace(
            go.Scatter(
                x=(rows["start_s"] + rows["end_s"]) / 2,
                y=rows["value"],
                mode="markers",
                marker={
                    "opacity": 1,
                    "size": np.where(fired, 13, 8),
                    "symbol": np.where(fired, symbol, "circle"),
                    "color": np.where(fired, colour, palette.background),
                    "line": {"color": colour, "width": 1.6},
                },
                customdata=click_rows(rows),
                hovertext=[_told(row) for row in rows.to_dict("records")],
                hoverinfo="text",
            ),
            row=number,
            col=1,
        )
        _head(figure, number, kind, rows, judged, palette)
    logarithmic = {"type": "log"} if measure.steps else {}
    figure.update_yaxes(title=measure.unit, nticks=5, **logarithmic)
    figure.update_xaxes(showgrid=False)
    figure.update_xaxes(title="seconds from the start of the call", row=len(panels), col=1)
    call = escape(str(own["call_id"].iloc[0]))
    figure.update_layout(
        template=template_of(palette),
        height=inner + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": f"{spelled(cue).capitalize()}: what is usual for this {role} of call {call}",
            "subtitle": {
                "text": "Line: the usual; band: how much it usually varies; filled: a cue"
            },
        },
    )
    return figure


def _rows(table: pd.DataFrame, utterances: pd.DataFrame, cue: str) -> pd.DataFrame:
    where = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]
    rows = table[(table["cue"] == cue) & table["value"].notna()]
    rows = rows.merge(utterances.reindex(columns=where), on="utterance_id").sort_values("start_s")
    for name in ("centre", "spread"):
        rows[name] = [b[name] if isinstance(b, dict) else np.nan for b in rows["baseline"]]
    return rows


def _band(judged: pd.DataFrame, measure: Measure) -> tuple[Any, Any, Any, Any]:
    """Draw what is usual from the start of each utterance to the start of the next."""
    if judged.empty:
        return [], [], [], []
    x = [*judged["start_s"], float(judged["end_s"].iloc[-1])]
    centre = judged["centre"].to_numpy(dtype=float)
    spread = judged["spread"].to_numpy(dtype=float)
    scaled = measure.scaled(centre)
    lines = (measure.unscaled(scaled + step * spread) for step in (-1, 0, 1))
    low, middle, high = ([*line, line[-1]] for line in lines)
    return x, low, middle, high


def _head(
    figure: Any,
    number: int,
    kind: str,
    rows: pd.DataFrame,
    judged: pd.DataFrame,
    palette: Palette,
) -> None:
    words = _WORDS.get(kind, kind)
    missing = rows.loc[rows["centre"].isna(), "abstained"].dropna()
    text = f"<b>{kind.replace('_', ' ')}</b>: {words}"
    if judged.empty and len(missing):
        text += f". {escape(str(missing.iloc[-1]), quote=False)}"
    axis = "" if number == 1 else str(number)
    figure.add_annotation(
        x=0,
        xref=f"x{axis} domain",
        y=1,
        yref=f"y{axis} domain",
        text=text,
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        yshift=2,
        font={"color": palette.muted, "size": 12.5},
    )


def _side(cue: str) -> int:
    return next(side for name, _, side in ENDS if name == cue)


def _told(row: Mapping[Any, Any]) -> str:
    said = row["evidence"] if isinstance(row["evidence"], str) else row["abstained"]
    return f"{wrapped(str(said))}<br>{row['start_s']:.1f} to {row['end_s']:.1f} s"
