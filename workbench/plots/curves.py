"""Smoothed curves with bands, and where a call turns, drawn into a figure of one call."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.plots.marks import click_rows, spelled
from workbench.plots.theme import Palette, faded

SHOWN_P = 0.05
"""Up to which p value a shift is drawn."""

DASHES = {"customer": "solid", "agent": "dash"}
"""How the roles' lines differ beside their colour."""


def add_curves(figure: Any, curves: pd.DataFrame, palette: Palette, *, row: int) -> None:
    """Draw smoothed curves with their bands; nothing is drawn across a gap.

    Parameters
    ----------
    figure : plotly Figure
        Where to.
    curves : DataFrame
        The table `trajectories`, smoothed, of one call and variable.
    palette : Palette
        Colours of the theme.
    row : int
        Panel of the figure.
    """
    import plotly.graph_objects as go

    for role, own in curves.groupby("role", sort=True):
        own = own.sort_values("time_s")
        colour = palette.role(str(role))
        time = own["time_s"].to_numpy(dtype=float)
        step = np.diff(time).min() if len(time) > 1 else 1.0
        piece = np.cumsum(np.r_[0, np.diff(time) > 1.5 * step])
        known = own["ci_low"].notna().to_numpy()
        band_x: list[float | None] = []
        band_y: list[float | None] = []
        line_x: list[float | None] = []
        line_y: list[float | None] = []
        clicks: list[list[Any]] = []
        for number in np.unique(piece):
            here = own[piece == number]
            line_x += [*here["time_s"], None]
            line_y += [*here["estimate"], None]
            clicks += [*click_rows(here), [None] * 4]
            runs = np.split(np.flatnonzero(piece == number), _breaks(known[piece == number]))
            for run in runs:
                if known[run].all():
                    part = own.iloc[run]
                    band_x += [*part["time_s"], *part["time_s"][::-1], None]
                    band_y += [*part["ci_low"], *part["ci_high"][::-1], None]
        figure.add_trace(
            go.Scatter(
                x=band_x,
                y=band_y,
                mode="lines",
                fill="toself",
                hoverinfo="skip",
                fillcolor=faded(colour, 0.16),
                line={"width": 0},
            ),
            row=row,
            col=1,
        )
        figure.add_trace(
            go.Scatter(
                x=line_x,
                y=line_y,
                mode="lines",
                customdata=clicks,
                hoverinfo="skip",
                line={"color": colour, "width": 2, "dash": DASHES.get(str(role), "dot")},
            ),
            row=row,
            col=1,
        )


def _breaks(known: Any) -> Any:
    return np.flatnonzero(np.diff(known.astype(int))) + 1


def add_shifts(
    figure: Any,
    shifts: pd.DataFrame | None,
    marks: pd.DataFrame | None,
    palette: Palette,
    *,
    row: int,
    low: float,
    high: float,
) -> None:
    """Draw where a call turns, with the interval of the place, and raters' own marks.

    Parameters
    ----------
    figure : plotly Figure
        Where to.
    shifts : DataFrame or None
        From `shift_table`, of one call; only shifts that chance seldom makes are drawn.
    marks : DataFrame or None
        From `marked_shifts`, of one call.
    palette : Palette
        Colours of the theme.
    row : int
        Panel of the figure.
    low, high : float
        Heights at which raters' marks and shifts stand.
    """
    import plotly.graph_objects as go

    if shifts is not None:
        told = shifts[(shifts["p_value"] <= SHOWN_P).fillna(False).to_numpy(dtype=bool)]
        for number, shift in enumerate(told.to_dict("records")):
            colour = palette.role(str(shift["role"]))
            height = high - number * (high - low) * 0.05
            figure.add_trace(
                go.Scatter(
                    x=[shift["at_low_s"], shift["at_high_s"]],
                    y=[height, height],
                    mode="lines",
                    hoverinfo="skip",
                    line={"color": colour, "width": 4},
                ),
                row=row,
                col=1,
            )
            figure.add_trace(
                go.Scatter(
                    x=[shift["at_s"]],
                    y=[height],
                    mode="markers",
                    name=f"{shift['role']}: shift",
                    marker={
                        "symbol": "triangle-down" if shift["change"] < 0 else "triangle-up",
                        "size": 14,
                        "color": colour,
                        "line": {"color": palette.background, "width": 1},
                    },
                    customdata=click_rows(pd.DataFrame([shift])),
                    hovertext=[_told_shift(shift)],
                    hoverinfo="text",
                ),
                row=row,
                col=1,
            )
    if marks is not None and len(marks):
        figure.add_trace(
            go.Scatter(
                x=marks["at_s"],
                y=np.full(len(marks), low),
                mode="markers",
                name="shift marked by a rater",
                marker={
                    "symbol": "line-ns",
                    "size": 14,
                    "color": [palette.role(str(role)) for role in marks["role"]],
                    "line": {
                        "width": 2.5,
                        "color": [palette.role(str(role)) for role in marks["role"]],
                    },
                },
                customdata=click_rows(marks),
                hovertext=[_told_mark(mark) for mark in marks.to_dict("records")],
                hoverinfo="text",
            ),
            row=row,
            col=1,
        )


def _told_shift(shift: dict[Any, Any]) -> str:
    way = "falls" if shift["change"] < 0 else "rises"
    chance = "p &lt; .001" if shift["p_value"] <= 0.001 else f"p = {shift['p_value']:.3f}"
    return (
        f"<b>{spelled(str(shift['variable']))} {way} by {abs(shift['change']):.2f}</b>"
        f"<br>{shift['role']}, at {shift['at_s']:.1f} s "
        f"({shift['at_low_s']:.1f} to {shift['at_high_s']:.1f} s)"
        f"<br>{chance} against shuffled utterances"
    )


def _told_mark(mark: dict[Any, Any]) -> str:
    tags = [escape(str(mark[c])) if pd.notna(mark[c]) else "?" for c in ("from_tag", "to_tag")]
    return (
        f"<b>shift marked by {escape(str(mark['rater_id']))}</b>"
        f"<br>{mark['role']}, at {mark['at_s']:.1f} s: {tags[0]} to {tags[1]}"
    )
