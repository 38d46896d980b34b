"""Before and after a policy: the points, the fit, where the former trend led; placebo dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import padded, spelled, wrapped
from workbench.plots.theme import Palette, faded, palette_named, template_of


def policy_figure(
    lines: pd.DataFrame,
    effects: pd.DataFrame | None = None,
    *,
    comparison: pd.DataFrame | None = None,
    treated_name: str = "",
    theme: str = "light",
) -> Any:
    """Draw a series before and after a policy, with the trend that it left.

    The solid line is the fit with its 95 % band. The dashed one carries the
    former trend on: what was to be expected without a change. A mark is a day or
    a week, larger with more calls; a comparison has hollow marks and no band.

    Parameters
    ----------
    lines : DataFrame
        From `workbench.outcomes.interrupted_lines`.
    effects : DataFrame, optional
        From `interrupted_series`; its first reading becomes the title.
    comparison : DataFrame, optional
        `interrupted_lines` of the calls without the policy.
    treated_name : str, default ""
        What got the policy, for the label.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A mark's customdata is [call_id, None, None, None]: an example call of that
        day or week; four times None where none can be heard.

    Raises
    ------
    InputError
        If there is no point.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes import interrupted_lines
    >>> series = pd.DataFrame({"starts_on": pd.date_range("2026-01-01", periods=40, freq="7D"),
    ...     "days": 7, "value": np.sin(np.arange(40)), "after": np.arange(40) >= 20})
    >>> figure = policy_figure(interrupted_lines(series))
    >>> figure.layout.shapes[0].x0
    '2026-05-21'
    """
    import plotly.graph_objects as go

    if lines.empty or lines["value"].isna().all():
        raise InputError("There is nothing to draw: no day or week of the series has a call.")
    palette = palette_named(theme)
    figure = go.Figure()
    colour, other = palette.role("customer"), palette.muted
    if comparison is not None:
        _curves(figure, comparison, other, palette, name="comparison", hollow=True, expected=False)
    _curves(figure, lines, colour, palette, name=treated_name or "policy", expected=True)
    start = f"{lines.loc[lines['after'].astype(bool), 'starts_on'].iloc[0]:%Y-%m-%d}"
    figure.add_shape(
        type="line",
        x0=start,
        x1=start,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": palette.alarm, "width": 1.5, "dash": "dot"},
    )
    figure.add_annotation(
        x=start,
        y=1,
        yref="paper",
        text=f"policy from {start}",
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        font={"color": palette.alarm, "size": 12},
    )
    measure = str(lines["measure"].iloc[0]) if "measure" in lines else "value"
    unit = str(lines["unit"].iloc[0]) if "unit" in lines else ""
    figure.update_yaxes(title=f"{spelled(measure)}, {_axis(unit)}", range=_range(lines, comparison))
    figure.update_xaxes(showgrid=False)
    figure.update_layout(
        template=template_of(palette),
        height=430,
        margin={"t": 100, "r": 110},
        title={
            "text": _title(measure, effects),
            "subtitle": {
                "text": "Line: fit with 95 % band; dashed: the former trend, carried on; "
                f"a mark: a {_word(lines)}, larger with more calls"
            },
        },
    )
    return figure


def _curves(
    figure: Any,
    lines: pd.DataFrame,
    colour: str,
    palette: Palette,
    *,
    name: str,
    expected: bool,
    hollow: bool = False,
) -> None:
    import plotly.graph_objects as go

    after = lines["after"].to_numpy(dtype=bool)
    parts = [("fitted", ~after, "solid"), ("fitted", after, "solid")]
    if expected:
        parts.append(("expected", after, "dash"))
    for what, side, dash in parts:
        own = lines[side]
        shade = palette.muted if what == "expected" else colour
        for ending, fill in () if hollow else (("_low", None), ("_high", "tonexty")):
            figure.add_trace(
                go.Scatter(
                    x=own["starts_on"],
                    y=own[f"{what}{ending}"],
                    mode="lines",
                    line={"width": 0},
                    fill=fill,
                    fillcolor=faded(shade, 0.1 if what == "expected" else 0.18),
                    hoverinfo="skip",
                )
            )
        figure.add_trace(
            go.Scatter(
                x=own["starts_on"],
                y=own[what],
                mode="lines",
                line={"color": shade, "width": 2, "dash": dash},
                hoverinfo="skip",
            )
        )
    known = lines[lines["value"].notna()]
    calls = known["n_calls"].to_numpy(dtype=float) if "n_calls" in known else np.ones(len(known))
    figure.add_trace(
        go.Scatter(
            x=known["starts_on"],
            y=known["value"],
            mode="markers",
            marker={
                "size": 5 + 9 * np.sqrt(calls / calls.max()),
                "opacity": 0.85,
                "color": palette.background if hollow else colour,
                "line": {"color": colour, "width": 1.4},
            },
            customdata=_clicks(known),
            hovertext=[_told(row, name) for row in known.to_dict("records")],
            hoverinfo="text",
        )
    )
    last = lines[lines["fitted"].notna()].iloc[-1]
    figure.add_annotation(
        x=last["starts_on"],
        y=last["fitted"],
        text=f"<b>{wrapped(name, 16)}</b>",
        showarrow=False,
        xanchor="left",
        xshift=8,
        align="left",
        font={"color": colour, "size": 12},
    )


def _clicks(rows: pd.DataFrame) -> list[list[Any]]:
    if "call_id" not in rows:
        return [[None] * 4 for _ in range(len(rows))]
    return [[None if pd.isna(one) else str(one), None, None, None] for one in rows["call_id"]]


def _told(row: dict[Any, Any], name: str) -> str:
    heard = "" if pd.isna(row.get("call_id")) else f"<br>click: call {wrapped(str(row['call_id']))}"
    calls = f", {int(row['n_calls'])} calls" if "n_calls" in row else ""
    return f"<b>{row['starts_on']:%Y-%m-%d}</b> {wrapped(name)}<br>{row['value']:.1f}{calls}{heard}"


def _word(lines: pd.DataFrame) -> str:
    return "day" if "days" in lines and lines["days"].iloc[0] == 1 else "week"


def _axis(unit: str) -> str:
    return "% of calls" if unit == "percentage points" else unit


def _range(lines: pd.DataFrame, comparison: pd.DataFrame | None) -> list[float]:
    """Show the points and the fit; the band of the expected may run out of the picture."""
    names = ["value", "fitted", "fitted_low", "fitted_high", "expected"]
    other = [] if comparison is None else [comparison[["value", "fitted"]]]
    return padded(lines[names], *other)


def _title(measure: str, effects: pd.DataFrame | None) -> str:
    name = spelled(measure).capitalize()
    if effects is None or effects.empty:
        return f"{name} before and after the policy"
    row = effects.iloc[0]
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return f"{name}: no step is shown at the policy's date"
    side = "up" if row["effect"] > 0 else "down"
    return f"{name}: a step {side} of {abs(row['effect']):.1f} at the policy's date"


def placebo_figure(table: pd.DataFrame, *, unit: str = "", theme: str = "light") -> Any:
    """Draw the same estimate at the policy's date and at dates when nothing happened.

    Parameters
    ----------
    table : DataFrame
        From `workbench.outcomes.placebo_dates`.
    unit : str, default ""
        Unit of the effect, for the axis.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The marks stand for many calls and hold no seconds.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2026-01-01", "2026-03-01"]),
    ...     "effect": [0.5, -8.0], "ci_low": [-4.0, -13.0], "ci_high": [5.0, -3.0],
    ...     "policy": [False, True], "as_large_share": 0.0, "reading": ""})
    >>> placebo_figure(table).layout.title.text
    'None of 1 placebo dates has an estimate as far from 0'
    """
    import plotly.graph_objects as go

    if table.empty:
        raise InputError("There is nothing to draw: the table has no date.")
    palette = palette_named(theme)
    real = table["policy"].to_numpy(dtype=bool)
    figure = go.Figure()
    for side, colour in ((~real, palette.muted), (real, palette.alarm)):
        own = table[side]
        ends = own[["ci_low", "ci_high"]].to_numpy(dtype=float)
        middle = own["effect"].to_numpy(dtype=float)
        figure.add_trace(
            go.Scatter(
                x=own["date"],
                y=middle,
                mode="markers",
                marker={"size": 10, "color": colour, "opacity": 1},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": ends[:, 1] - middle,
                    "arrayminus": middle - ends[:, 0],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 0,
                },
                hovertext=[
                    f"<b>{row['date']:%Y-%m-%d}</b>{' policy' if row['policy'] else ''}<br>"
                    f"{row['effect']:+.1f} ({row['ci_low']:+.1f} to {row['ci_high']:+.1f})"
                    for row in own.to_dict("records")
                ],
                hoverinfo="text",
            )
        )
    n = int((~real).sum())
    large = round(float(table["as_large_share"].iloc[0]) * n)
    figure.update_yaxes(
        title=unit or "effect", zeroline=True, zerolinecolor=palette.zero, zerolinewidth=1.5
    )
    figure.update_xaxes(showgrid=False)
    verb = "has" if large < 2 else "have"
    figure.update_layout(
        template=template_of(palette),
        height=360,
        title={
            "text": f"{large or 'None'} of {n} placebo dates {verb} an estimate as far from 0",
            "subtitle": {
                "text": "Red: the policy's date; grey: the same estimate at dates when nothing "
                "happened; bar: 95 % interval"
            },
        },
    )
    return figure
