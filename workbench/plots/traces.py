"""Traces of one call over each other: a line a rater, gaps open, lag told."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import between, click_rows, label_ends, spelled
from workbench.plots.theme import Palette, palette_named, template_of
from workbench.schema import check_table

MOST_BINS = 1500
CLICK_S = 2.0
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_VALENCE = ("very negative", "very positive")
_TOP_PX, _BOTTOM_PX, _CURVE_PX = 84, 46, 280


def traces_figure(
    traces: pd.DataFrame,
    points: pd.DataFrame,
    *,
    ends: tuple[str, str] | None = None,
    channels: pd.DataFrame | None = None,
    theme: str = "light",
) -> Any:
    """Draw the continuous ratings of one call and dimension over each other.

    One line a rater, each with a colour and a dash of its own and named at its
    end. Where a rater traced nothing, the line is open. Long traces are drawn as
    means of equal steps; the subtitle says of how many seconds.

    Parameters
    ----------
    traces : DataFrame
        The table `traces`, of one call, dimension and pass; only those that
        stand.
    points : DataFrame
        The table `trace_points`; points of other traces are ignored.
    ends : tuple of str, optional
        Words for the low and the high end of the scale.
    channels : DataFrame, optional
        The table `channels`, to say whose voice was judged.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each point's customdata is [call_id, channel, start_s, end_s], the four
        seconds around it.

    Raises
    ------
    InputError
        If there is nothing to draw, or traces of several calls, dimensions,
        passes or channels came.

    Examples
    --------
    >>> import pandas as pd
    >>> traces = pd.DataFrame({
    ...     "trace_id": ["t1"], "call_id": "0007", "rater_id": "r01", "dimension": "valence",
    ...     "pass": "voice", "lag_s": 0.5, "created_at": pd.Timestamp("2026-03-01", tz="UTC"),
    ... })
    >>> points = pd.DataFrame({"trace_id": "t1", "time_s": [0.0, 0.04], "value": [0.0, 0.1]})
    >>> traces_figure(traces, points).layout.title.text
    'Valence as it was traced in call 0007'
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    rows = check_table(traces, "traces").sort_values(["rater_id", "created_at"])
    held = check_table(points, "trace_points")
    held = held[held["trace_id"].isin(rows["trace_id"])]
    if rows.empty or held.empty:
        raise InputError("There is nothing to draw: no trace with points came.")
    for column in ("call_id", "dimension", "pass", "channel"):
        if rows[column].nunique(dropna=False) > 1:
            some = ", ".join("none" if pd.isna(v) else str(v) for v in rows[column].unique())
            raise InputError(
                f"Traces of one {column} are drawn together, and of several came: {some}. "
                f"Choose one{f' with {column}=...' if column != 'pass' else ' with pass_=...'}"
            )
    call, dimension = str(rows["call_id"].iloc[0]), str(rows["dimension"].iloc[0])
    length = float(held["time_s"].max())
    step_s = length / MOST_BINS if len(held) > MOST_BINS * len(rows) else 0.0
    figure = go.Figure()
    labels = []
    for number, row in enumerate(rows.to_dict("records")):
        own = held[held["trace_id"] == row["trace_id"]].sort_values("time_s")
        if own.empty:
            continue
        time_s, value = _drawn(
            own["time_s"].to_numpy(dtype=float), own["value"].to_numpy(dtype=float), step_s
        )
        colour = palette.tags[number % len(palette.tags)]
        figure.add_trace(
            go.Scatter(
                x=time_s,
                y=value,
                mode="lines",
                connectgaps=False,
                name=str(row["rater_id"]),
                line={"color": colour, "width": 2, "dash": _DASHES[number % len(_DASHES)]},
                customdata=_clicks(row, time_s, value),
                hovertemplate=f"<b>{escape(str(row['rater_id']))}</b> %{{y:.2f}}"
                "<br>%{x:.1f} s<extra></extra>",
            )
        )
        last = int(np.flatnonzero(~np.isnan(value))[-1])
        labels.append((float(time_s[last]), float(value[last]), str(row["rater_id"]), colour))
    label_ends(figure, labels, room=0.16 if dimension == "valence" else 0.08)
    figure.update_yaxes(_scale(dimension, ends, palette))
    figure.update_xaxes(title="seconds from the start of the call", range=[0, 1.005 * length])
    figure.update_layout(
        template=template_of(palette),
        height=_CURVE_PX + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX, "r": 84},
        title={
            "text": f"{spelled(dimension).capitalize()} as it was traced in call {escape(call)}",
            "subtitle": {"text": _subtitle(rows, held, channels, step_s)},
        },
    )
    return figure


def _drawn(
    time_s: npt.NDArray[np.float64], value: npt.NDArray[np.float64], step_s: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Thin points to means of equal steps, and open the line where none are."""
    if step_s > 0:
        bins = np.floor(time_s / step_s).astype(int)
        number, inverse, count = np.unique(bins, return_inverse=True, return_counts=True)
        time_s = np.bincount(inverse, time_s) / count
        value = np.bincount(inverse, value) / count
        gaps = np.flatnonzero(np.diff(number) > 1) + 1
    else:
        apart = np.diff(time_s)
        usual = float(np.median(apart)) if len(apart) else 0.0
        gaps = np.flatnonzero(apart > 1.5 * usual) + 1
    middle = (time_s[gaps] + time_s[gaps - 1]) / 2
    return np.insert(time_s, gaps, middle), np.insert(value, gaps, np.nan)


def _clicks(
    row: dict[Any, Any], time_s: npt.NDArray[np.float64], value: npt.NDArray[np.float64]
) -> list[list[Any]]:
    around = pd.DataFrame(
        {
            "call_id": row["call_id"],
            "channel": row["channel"],
            "start_s": np.maximum(0.0, time_s - CLICK_S),
            "end_s": time_s + CLICK_S,
        }
    )
    nothing = [None, None, None, None]
    return [
        nothing if gap else click
        for click, gap in zip(click_rows(around), np.isnan(value), strict=True)
    ]


def _scale(dimension: str, ends: tuple[str, str] | None, palette: Palette) -> dict[str, Any]:
    signed = dimension == "valence"
    low, high = (-1.0, 1.0) if signed else (0.0, 1.0)
    words = ends or (_VALENCE if signed else ("0", "1"))
    middle = (low + high) / 2
    return {
        "range": [low - 0.04 * (high - low), high + 0.04 * (high - low)],
        "tickvals": [low, (low + middle) / 2, middle, (middle + high) / 2, high],
        "ticktext": [escape(words[0]), "", "neutral" if signed else "", "", escape(words[1])],
        "zeroline": signed,
        "zerolinecolor": palette.zero,
        "zerolinewidth": 1,
    }


def _subtitle(
    rows: pd.DataFrame, held: pd.DataFrame, channels: pd.DataFrame | None, step_s: float
) -> str:
    raters = rows["rater_id"].nunique()
    told = [f"1 call, {between(raters, raters, 'rater', 'raters')}"]
    told.append(f"pass {spelled(rows['pass'].iloc[0])}")
    channel = rows["channel"].iloc[0]
    if not pd.isna(channel):
        role = f"channel {int(channel)}"
        if channels is not None:
            own = channels[
                (channels["call_id"] == rows["call_id"].iloc[0]) & (channels["channel"] == channel)
            ]
            role = str(own["role"].iloc[0]) if len(own) else role
        told.append(f"the {escape(role)} judged")
    lags = dict(zip(rows["rater_id"], rows["lag_s"], strict=True))
    if any(lags.values()):
        each = ", ".join(f"{escape(str(r))} {lag:g} s" for r, lag in lags.items())
        told.append(f"reaction lag taken off: {each}")
    else:
        told.append("no reaction lag taken off")
    if step_s > 0:
        told.append(f"means of {step_s:.2g} s")
    return "; ".join(told) + "."
