"""Figures of warnings: how early, how right the chances are, whether acting on them pays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.outcomes.early_warning.readings import UNKNOWN_RATERS
from workbench.plots.marks import label_ends, spelled, wrapped
from workbench.plots.theme import Palette, faded, palette_named, template_of

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def early_warning_figure(
    warnings: pd.DataFrame, *, reading: str | None = None, theme: str = "light"
) -> Any:
    """Draw how well each score warns at each landmark: AUC with its interval.

    Parameters
    ----------
    warnings : DataFrame
        From `workbench.outcomes.early_warning.warning_table`.
    reading : str, optional
        The title, for example a reading of `earliest_warning`.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A mark a landmark and score; hollow where there is no interval.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"landmark_s": [30.0, 60.0], "score": "frustration",
    ...                       "auc": [0.5, 0.7], "auc_low": [0.4, 0.6], "auc_high": [0.6, 0.8],
    ...                       "n_calls": [90, 80], "n_events": [20, 17], "reading": ["", ""]})
    >>> figure = early_warning_figure(table)
    >>> [float(y) for y in figure.data[0].y]
    [0.5, 0.7]
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    figure = go.Figure()
    moments = sorted(warnings["landmark_s"].unique())
    names = list(warnings["score"].unique())
    for number, name in enumerate(names):
        own = warnings[(warnings["score"] == name) & warnings["auc"].notna()]
        shift = (number - (len(names) - 1) / 2) * 0.13
        told = own["auc_low"].notna().to_numpy(dtype=bool)
        colour = palette.tags[number % len(palette.tags)]
        figure.add_trace(
            go.Scatter(
                x=[moments.index(at) + shift for at in own["landmark_s"]],
                y=own["auc"],
                mode="markers",
                name=spelled(name),
                marker={
                    "size": 10,
                    "symbol": _SYMBOLS[number % len(_SYMBOLS)],
                    "color": [colour if one else palette.background for one in told],
                    "line": {"color": colour, "width": 2},
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": (own["auc_high"] - own["auc"]).fillna(0),
                    "arrayminus": (own["auc"] - own["auc_low"]).fillna(0),
                    "color": colour,
                    "thickness": 2,
                    "width": 0,
                },
                hovertext=[wrapped(str(said)) for said in own["reading"]],
                hoverinfo="text",
            )
        )
    figure.add_hline(y=0.5, line={"color": palette.zero, "width": 1.5, "dash": "dot"})
    first = warnings.drop_duplicates("landmark_s").set_index("landmark_s")
    words = [
        f"<b>{at:g} s</b><br>{int(first.loc[at, 'n_calls'])} calls<br>"
        f"{int(first.loc[at, 'n_events'])} events"
        for at in moments
    ]
    figure.update_xaxes(
        tickvals=list(range(len(moments))),
        ticktext=words,
        range=[-0.6, len(moments) - 0.4],
        showgrid=False,
    )
    lowest = float(np.nanmin([0.45, *warnings["auc"], *warnings["auc_low"]]))
    figure.update_yaxes(title="AUC; 0.5 is a coin", range=[lowest - 0.05, 1.02])
    _finish(
        figure,
        palette,
        title=reading or "How early is there a warning?",
        subtitle=_with_note(
            "calls still running and not yet escalated; bar: 95 % interval; hollow: none", warnings
        ),
        height=430,
        legend=True,
    )
    return figure


def calibration_figure(
    calibration: pd.DataFrame, *, landmark_s: float | None = None, theme: str = "light"
) -> Any:
    """Draw how often it happened against the chance that a score gave.

    Parameters
    ----------
    calibration : DataFrame
        From `workbench.outcomes.early_warning.calibration_table`.
    landmark_s : float, optional
        Which landmark; needed if there are several.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A curve a score, with 95 % intervals; on the diagonal chances are right.

    Raises
    ------
    InputError
        If the landmark is unknown, or there are several and none is chosen.
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    rows = one_landmark(calibration, landmark_s)
    figure = go.Figure()
    top = float(np.nanmax(rows[["chance", "ci_high", "happened"]].to_numpy(dtype=float)))
    top = min(1.0, 1.08 * top)
    figure.add_shape(
        type="line", x0=0, y0=0, x1=top, y1=top, line={"color": palette.zero, "dash": "dot"}
    )
    for number, (name, own) in enumerate(rows.groupby("score", sort=False)):
        colour = palette.tags[number % len(palette.tags)]
        figure.add_trace(
            go.Scatter(
                x=own["chance"],
                y=own["happened"],
                mode="lines+markers",
                name=spelled(str(name)),
                line={"color": colour, "width": 2, "dash": _DASHES[number % len(_DASHES)]},
                marker={"size": 9, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": (own["ci_high"] - own["happened"]).fillna(0),
                    "arrayminus": (own["happened"] - own["ci_low"]).fillna(0),
                    "color": colour,
                    "thickness": 1.5,
                    "width": 0,
                },
                hovertext=[
                    f"<b>{spelled(str(name))}</b><br>said {said:.0%}, happened {real:.0%}<br>"
                    f"{events} of {n} calls"
                    for said, real, events, n in own[
                        ["chance", "happened", "n_events", "n_calls"]
                    ].itertuples(index=False)
                ],
                hoverinfo="text",
            )
        )
    figure.update_xaxes(title="chance that was said", range=[0, top], tickformat=".0%")
    figure.update_yaxes(title="share with the event", range=[0, top], tickformat=".0%")
    _finish(
        figure,
        palette,
        title=f"Are the chances right, {float(rows['landmark_s'].iloc[0]):g} s into the call?",
        subtitle=_with_note(
            "groups of equally many tested calls; bar: 95 % interval; dotted: right", rows
        ),
        height=430,
        legend=True,
    )
    return figure


def decision_figure(
    decision: pd.DataFrame, *, landmark_s: float | None = None, theme: str = "light"
) -> Any:
    """Draw the net benefit of acting on a score, against acting always and never.

    Parameters
    ----------
    decision : DataFrame
        From `workbench.outcomes.early_warning.decision_table`.
    landmark_s : float, optional
        Which landmark; needed if there are several.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A curve a score with a 95 % band, and the two rivals.

    Raises
    ------
    InputError
        If the landmark is unknown, or there are several and none is chosen.
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    rows = one_landmark(decision, landmark_s)
    figure = go.Figure()
    names = list(rows["score"].unique())
    always = rows[rows["score"] == names[0]]
    ends = []
    for number, name in enumerate(names):
        own = rows[rows["score"] == name].sort_values("threshold")
        colour = palette.tags[number % len(palette.tags)]
        told = own.dropna(subset=["ci_low"])
        figure.add_trace(
            go.Scatter(
                x=[*told["threshold"], *told["threshold"][::-1]],
                y=[*told["ci_high"], *told["ci_low"][::-1]],
                fill="toself",
                fillcolor=faded(colour, 0.08),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=own["threshold"],
                y=own["net_benefit"],
                mode="lines",
                name=spelled(str(name)),
                line={"color": colour, "width": 2.5, "dash": _DASHES[number % len(_DASHES)]},
                hovertext=[
                    f"<b>{spelled(str(name))}</b>, acting from {p:.0%} on<br>net benefit "
                    f"{100 * benefit:.1f} right alarms per 100 calls<br>{alarms:.0f} alarms per 100"
                    for p, benefit, alarms in own[
                        ["threshold", "net_benefit", "alarms_per_100"]
                    ].itertuples(index=False)
                ],
                hoverinfo="text",
            )
        )
    for column, words, dash in (
        ("treat_all", "always act", "solid"),
        ("treat_none", "never", "dot"),
    ):
        figure.add_trace(
            go.Scatter(
                x=always["threshold"],
                y=always[column],
                mode="lines",
                line={"color": palette.zero, "width": 1.5, "dash": dash},
                hoverinfo="skip",
                showlegend=False,
            )
        )
        if column == "treat_none":
            ends.append((float(always["threshold"].max()), 0.0, words, palette.muted))
    highest = float(rows[["net_benefit", "treat_all", "ci_high"]].max().max())
    floor = -0.25 * max(highest, 0.02)
    seen = always[always["treat_all"] > floor]
    if len(seen):
        last = seen.iloc[-1]
        ends.append((last["threshold"], float(last["treat_all"]), "", palette.muted))
        figure.add_annotation(
            x=float(last["threshold"]),
            y=float(last["treat_all"]),
            text="always act",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"color": palette.muted, "size": 12},
        )
    label_ends(figure, [end for end in ends if end[2]], room=0.001)
    figure.update_xaxes(title="chance from which one acts", tickformat=".0%")
    figure.update_yaxes(title="net benefit per call", range=[floor, 1.05 * max(highest, 0.02)])
    _finish(
        figure,
        palette,
        title=f"Does acting on it pay, {float(rows['landmark_s'].iloc[0]):g} s into the call?",
        subtitle=_with_note(
            "right alarms less wrong ones at their price; band: 95 %; useful above both grey lines",
            rows,
        ),
        height=430,
        legend=True,
    )
    figure.update_layout(margin={"r": 70})
    return figure


def one_landmark(rows: pd.DataFrame, landmark_s: float | None) -> pd.DataFrame:
    """Select the rows of one landmark.

    Parameters
    ----------
    rows : DataFrame
        With landmark_s.
    landmark_s : float or None
        Which; None if there is one only.

    Returns
    -------
    DataFrame
        At least one row.

    Raises
    ------
    InputError
        If the landmark is unknown, or there are several and none is chosen.
    """
    known = sorted(rows["landmark_s"].unique())
    listed = ", ".join(f"{at:g}" for at in known)
    if landmark_s is None:
        if len(known) != 1:
            raise InputError(f"One landmark is drawn; choose one with landmark_s=: {listed}.")
        return rows
    chosen = rows[rows["landmark_s"] == landmark_s]
    if chosen.empty:
        close = nearest(f"{landmark_s:g}", [f"{at:g}" for at in known])
        raise InputError(
            f"There are no chances at {landmark_s:g} s.{close} Landmarks with chances: {listed}."
        )
    return chosen


def _with_note(subtitle: str, rows: pd.DataFrame) -> str:
    """Say below the title what every output has to say about its raters."""
    note = str(rows["note"].iloc[0]) if "note" in rows.columns else ""
    return f"{subtitle}<br>{UNKNOWN_RATERS}" if UNKNOWN_RATERS in note else subtitle


def _finish(
    figure: Any, palette: Palette, *, title: str, subtitle: str, height: int, legend: bool
) -> None:
    figure.update_layout(
        template=template_of(palette),
        height=height,
        title={"text": wrapped(title, 84), "subtitle": {"text": subtitle}},
        showlegend=legend,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.0,
            "yanchor": "bottom",
            "font": {"size": 12.5, "color": palette.text},
        },
        margin={"t": 112},
    )
