"""One call in a picture: valence, tags as lanes, cues, escalation."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.cue_lanes import VOICE_CUES, add_cue_lanes, cue_lanes, fired_cues
from workbench.plots.curves import add_curves, add_shifts
from workbench.plots.marks import (
    add_moment,
    between,
    click_rows,
    label_ends,
    lane_axis,
    one_call,
    spans_xy,
    spelled,
)
from workbench.plots.theme import (
    Palette,
    colour_scale,
    faded,
    palette_named,
    tag_style,
    template_of,
)
from workbench.schema import check_table
from workbench.trajectories import trend_table

_CURVE_PX, _LANE_PX, _GAP_PX, _TOP_PX, _BOTTOM_PX = 230, 25, 22, 96, 46
_SYMBOLS = {"customer": "circle", "agent": "square"}


def trajectory_figure(
    trajectories: pd.DataFrame,
    cues: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    *,
    call_id: str | None = None,
    variable: str = "valence",
    utterances: pd.DataFrame | None = None,
    escalated_at_s: float | None = None,
    curves: pd.DataFrame | None = None,
    shifts: pd.DataFrame | None = None,
    marks: pd.DataFrame | None = None,
    theme: str = "light",
) -> Any:
    """Draw how one call felt over time.

    Above, a dimension for each role: a mark in the middle of each rated utterance,
    and its smoothed curve with the raters' 95 % band; without a curve, a band over
    each utterance's seconds. Curves stop where nobody speaks. On top a triangle
    where the call turns, with a bar for where that may be; at the bottom a stroke
    for each shift that a rater marked. Below, a lane for each tag that anybody
    heard, the mark as large as the share of raters who heard it; then a lane for
    each vocal cue that fired. Every mark holds the seconds behind it, so that a
    click can play them.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`; of several calls, name one.
    cues, events : DataFrame, optional
        The tables of these names; rows of other calls are ignored.
    call_id : str, optional
        Which call.
    variable : str, default "valence"
        The dimension above.
    utterances : DataFrame, optional
        The table of this name, for cues of utterances that nobody has rated.
    escalated_at_s : float, optional
        When the call was escalated, in seconds of the call.
    curves : DataFrame, optional
        From `curve_table`; rows of other calls and variables are ignored.
    shifts : DataFrame, optional
        From `shift_table`; shifts with p above .05 are not drawn.
    marks : DataFrame, optional
        From `marked_shifts`.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, channel, start_s, end_s]. The title
        says that a feeling rises or falls only where the interval of the trend
        leaves out 0.

    Raises
    ------
    InputError
        If nothing was rated in the call, or several calls came without a choice.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence",
    ...     "kind": "dimension", "time_s": [5.0, 35.0], "estimate": [0.5, -0.5],
    ...     "n_raters": 3, "utterance_id": ["u1", "u2"], "channel": 0,
    ...     "start_s": [0.0, 30.0], "end_s": [10.0, 40.0],
    ... })
    >>> trajectory_figure(points).layout.title.text
    'How call 0007 felt'
    """
    from plotly.subplots import make_subplots

    palette = palette_named(theme)
    rows = one_call(check_table(trajectories, "trajectories"), call_id)
    call = str(rows["call_id"].iloc[0])
    curve = rows[rows["variable"] == variable]
    tags = rows[rows["kind"] == "tag"]
    fired = fired_cues(cues, rows if utterances is None else utterances, call)
    lanes = _tag_lanes(tags)
    voice_lanes = [(VOICE_CUES, words) for words in dict.fromkeys(cue_lanes(fired).values())]
    heights = [
        _CURVE_PX if len(curve) else 0,
        *(_LANE_PX * (len(own) + len({role for role, _ in own})) for own in (lanes, voice_lanes)),
    ]
    if not any(heights):
        raise InputError(
            f'Nobody gave "{variable}" or heard a tag in call {call}, so there is nothing to draw. '
            f"{nearest(variable, rows['variable'].unique())}".rstrip()
        )
    panels = [i for i, height in enumerate(heights) if height]
    inner = sum(heights) + _GAP_PX * (len(panels) - 1)
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        vertical_spacing=_GAP_PX / inner if len(panels) > 1 else 0,
        row_heights=[heights[i] for i in panels],
    )
    row_of = {panel: row for row, panel in enumerate(panels, start=1)}
    headings = {role: palette.role(role) for role in (*palette.roles, VOICE_CUES)}
    headings[VOICE_CUES] = palette.muted
    smooth = _of_call(curves, call)
    if smooth is not None:
        smooth = smooth[smooth["variable"] == variable]
    if 0 in row_of:
        _draw_curve(figure, curve, smooth, variable, palette, row_of[0])
        low, high = (-1.0, 1.0) if variable == "valence" else (0.0, 1.0)
        turns = _of_call(shifts, call)
        add_shifts(
            *(figure, turns, _of_call(marks, call), palette), row=row_of[0], low=low, high=high
        )
    for panel, own in ((1, lanes), (2, voice_lanes)):
        if panel in row_of:
            places, axis = lane_axis(own, role_colours=headings)
            figure.update_yaxes(axis, row=row_of[panel], col=1)
            if panel == 1:
                _draw_tags(figure, tags, places, palette, row_of[panel])
            else:
                add_cue_lanes(figure, fired, places, palette, row=row_of[panel])
    spoken = rows if utterances is None else utterances[utterances["call_id"] == call]
    end = max(float(rows["end_s"].max()), float(spoken["end_s"].max()) if len(spoken) else 0.0)
    _draw_events(figure, events, call, palette)
    if escalated_at_s is not None:
        add_moment(figure, escalated_at_s, f"escalated, {escalated_at_s:.0f} s", palette)
        end = max(end, escalated_at_s)
    figure.update_xaxes(range=[-0.01 * end, 1.02 * end])
    figure.update_xaxes(title="seconds from the start of the call", row=len(panels), col=1)
    figure.update_layout(
        template=template_of(palette),
        height=round(inner + _TOP_PX + _BOTTOM_PX),
        margin={"t": _TOP_PX, "b": _BOTTOM_PX, "r": 84 if len(curve) else 24},
        title={
            "text": _title(call, rows, variable),
            "subtitle": {"text": _subtitle(call, rows, smooth)},
        },
    )
    return figure


def _of_call(rows: pd.DataFrame | None, call: str) -> pd.DataFrame | None:
    return None if rows is None else rows[rows["call_id"] == call]


def _tag_lanes(tags: pd.DataFrame) -> list[tuple[str, str]]:
    heard = tags[tags["estimate"] > 0]
    seconds = (heard["estimate"] * (heard["end_s"] - heard["start_s"])).groupby(
        [heard["role"], heard["variable"]]
    )
    order = seconds.sum().rename("seconds").reset_index()
    order["place"] = order["role"].map({"customer": 0, "agent": 1}).fillna(2)
    order = order.sort_values(["place", "role", "seconds"], ascending=[True, True, False])
    return list(zip(order["role"], order["variable"], strict=True))


def _draw_curve(
    figure: Any,
    curve: pd.DataFrame,
    smooth: pd.DataFrame | None,
    variable: str,
    palette: Palette,
    row: int,
) -> None:
    import plotly.graph_objects as go

    signed = variable == "valence"
    low, high = (-1.0, 1.0) if signed else (0.0, 1.0)
    if smooth is not None:
        add_curves(figure, smooth, palette, row=row)
    labels: list[tuple[float, float, str, str]] = []
    for role, own in curve.groupby("role", sort=True):
        own = own.sort_values("time_s")
        colour = palette.role(str(role))
        if smooth is None:
            _draw_bands(figure, own, colour, row)
        figure.add_trace(
            go.Scatter(
                x=own["time_s"],
                y=own["estimate"],
                mode="markers",
                name=str(role),
                marker={
                    "size": 11,
                    "symbol": _SYMBOLS.get(str(role), "diamond"),
                    "color": own["estimate"],
                    "cmin": low,
                    "cmax": high,
                    "colorscale": colour_scale(palette.valence if signed else palette.amount),
                    "line": {"color": colour, "width": 2},
                },
                customdata=click_rows(own),
                hovertext=[_told_value(variable, r) for r in own.to_dict("records")],
                hoverinfo="text",
            ),
            row=row,
            col=1,
        )
        end = (float(own["time_s"].iloc[-1]), float(own["estimate"].iloc[-1]))
        labels.append((*end, str(role), palette.role(str(role))))
    label_ends(figure, labels, room=(high - low) * 0.1)
    axis: dict[str, Any] = {"range": [low - 0.06 * (high - low), high + 0.06 * (high - low)]}
    if signed:
        axis |= {
            "tickvals": [-1, -0.5, 0, 0.5, 1],
            "ticktext": ["very negative", "", "neutral", "", "very positive"],
            "zeroline": True,
            "zerolinecolor": palette.zero,
            "zerolinewidth": 1,
        }
    else:
        axis |= {"title": {"text": spelled(variable)}}
    figure.update_yaxes(axis, row=row, col=1)


def _draw_bands(figure: Any, own: pd.DataFrame, colour: str, row: int) -> None:
    import plotly.graph_objects as go

    known = own.dropna(subset=["ci_low", "ci_high"])
    box_x: list[float | None] = []
    box_y: list[float | None] = []
    columns = ["start_s", "end_s", "ci_low", "ci_high"]
    for start, end, bottom, top in known[columns].to_numpy(dtype=float).tolist():
        box_x += [start, end, end, start, start, None]
        box_y += [bottom, bottom, top, top, bottom, None]
    if len(known):
        figure.add_trace(
            go.Scatter(
                x=box_x,
                y=box_y,
                mode="lines",
                fill="toself",
                hoverinfo="skip",
                fillcolor=faded(colour, 0.16),
                line={"width": 0},
            ),
            row=row,
            col=1,
        )


def _draw_tags(
    figure: Any,
    tags: pd.DataFrame,
    places: Mapping[tuple[str, str], int],
    palette: Palette,
    row: int,
) -> None:
    import plotly.graph_objects as go

    for (role, tag), height in places.items():
        own = tags[(tags["role"] == role) & (tags["variable"] == tag)]
        style = tag_style(tag, palette)
        x, y = spans_xy(own["start_s"], own["end_s"], height)
        figure.add_trace(
            go.Scatter(
                x=x, y=y, mode="lines", hoverinfo="skip", line={"color": palette.grid, "width": 2}
            ),
            row=row,
            col=1,
        )
        heard = own[own["estimate"] > 0]
        x, y = spans_xy(heard["start_s"], heard["end_s"], height)
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                hoverinfo="skip",
                line={"color": faded(style.colour, 0.45), "width": 5},
            ),
            row=row,
            col=1,
        )
        figure.add_trace(
            go.Scatter(
                x=heard["time_s"],
                y=np.full(len(heard), height),
                mode="markers",
                name=f"{role}: {spelled(tag)}",
                marker={
                    "symbol": style.symbol,
                    "color": style.colour,
                    "size": 3 + 13 * np.sqrt(heard["estimate"].to_numpy(dtype=float)),
                    "line": {"color": palette.background, "width": 1},
                    "opacity": 1,
                },
                customdata=click_rows(heard),
                hovertext=[_told_share(tag, r) for r in heard.to_dict("records")],
                hoverinfo="text",
            ),
            row=row,
            col=1,
        )


def _draw_events(figure: Any, events: pd.DataFrame | None, call: str, palette: Palette) -> None:
    if events is None:
        return
    own = events.loc[events["call_id"] == call, ["start_s", "end_s", "kind"]]
    for start, end, kind in own.drop_duplicates().itertuples(index=False, name=None):
        if pd.isna(end):
            add_moment(figure, float(start), spelled(str(kind)), palette, colour=palette.muted)
            continue
        figure.add_shape(
            type="rect",
            x0=float(start),
            x1=float(end),
            xref="x",
            y0=0,
            y1=1,
            yref="paper",
            fillcolor=faded(palette.zero, 0.16),
            line={"width": 0},
            layer="below",
        )
        figure.add_annotation(
            x=float(start),
            xref="x",
            y=1,
            yref="paper",
            text=spelled(str(kind)),
            showarrow=False,
            yanchor="top",
            xanchor="left",
            xshift=3,
            font={"color": palette.muted, "size": 12},
        )


def _title(call: str, rows: pd.DataFrame, variable: str) -> str:
    for role in ("customer", "agent"):
        own = rows[(rows["role"] == role) & (rows["variable"] == variable)]
        if own.empty:
            continue
        trend = trend_table(own, variable=variable, role=role).iloc[0]
        if trend["ci_low"] > 0 or trend["ci_high"] < 0:
            way = "rises" if trend["change"] > 0 else "falls"
            ends = sorted(abs(trend[["ci_low", "ci_high"]].to_numpy(dtype=float)))
            return (
                f"The {role}’s {spelled(variable)} {way} by {abs(trend['change']):.1f} over the "
                f"call ({ends[0]:.1f} to {ends[1]:.1f})"
            )
    return f"How call {escape(call)} felt"


def _subtitle(call: str, rows: pd.DataFrame, smooth: pd.DataFrame | None) -> str:
    n = rows["n_raters"]
    raters = between(n.min(), n.max(), "rater", "raters")
    count = rows["utterance_id"].nunique()
    utterances = between(count, count, "rated utterance", "rated utterances")
    told = f"Call {escape(call)}, {utterances}, {raters} each"
    if smooth is not None and len(smooth):
        width = float(smooth["width_s"].iloc[0])
        where = "before" if smooth["reach"].iloc[0] == "causal" else "around"
        told += f"<br>Curve: rated speech within {width:g} s {where} each moment"
        bands = smooth["ci_low"].notna().any()
        return told + (", band: 95 % interval of its raters" if bands else ", one rater: no band")
    if rows["ci_low"].isna().all():
        return told + "; no intervals, as nobody else rated them."
    return told + "; bands: 95 % interval of the raters’ mean."


def _told_value(variable: str, row: Mapping[Any, Any]) -> str:
    text = f"<b>{spelled(variable)} {row['estimate']:.2f}</b>"
    if np.isfinite(row["ci_low"]):
        text += f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})"
    return text + _told_where(row)


def _told_share(tag: str, row: Mapping[Any, Any]) -> str:
    heard, n = round(row["estimate"] * row["n_raters"], 1), int(row["n_raters"])
    raters = "rater" if n == 1 else "raters"
    return f"<b>{spelled(tag)}</b>, heard by {heard:g} of {n} {raters}{_told_where(row)}"


def _told_where(row: Mapping[Any, Any]) -> str:
    n = int(row["n_raters"])
    raters = "rater" if n == 1 else "raters"
    return f"<br>{row['role']}, {row['start_s']:.1f} to {row['end_s']:.1f} s<br>{n} {raters}"
