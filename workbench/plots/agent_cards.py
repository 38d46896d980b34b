"""Agent cards and QA against tone: what is chance, and which calls to hear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.marks import known_clicks, padded, spelled, wrapped
from workbench.plots.theme import palette_named, template_of

_ROW_PX, _TOP_PX, _BOTTOM_PX = 24, 118, 50


def agent_cards_figure(cards: pd.DataFrame, *, by: str = "agent_id", theme: str = "light") -> Any:
    """Draw agents in the order of their names, a panel a measure.

    A filled mark is the figure drawn towards the middle, with its 95 % interval;
    a small hollow one the plain mean of these calls. The line is all calls.

    Parameters
    ----------
    cards : DataFrame
        From `workbench.outcomes.agent_cards`.
    by : str, default "agent_id"
        Its column of agents or teams.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The marks stand for many calls and hold no seconds.

    Raises
    ------
    InputError
        If there is no card.

    Examples
    --------
    >>> cards = pd.DataFrame({"measure": "qa_score", "agent_id": ["a", "b"], "estimate": [75, 77],
    ...     "ci_low": [70, 72], "ci_high": [80, 82], "raw": [71, 81], "overall": 76.0,
    ...     "unit": "QA points", "reading": "", "note": "", "n_calls": 9})
    >>> len(agent_cards_figure(cards).data)
    3
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    if cards.empty:
        raise InputError("There is no card to draw.")
    palette = palette_named(theme)
    colour = palette.role("agent")
    measures = list(dict.fromkeys(cards["measure"]))
    agents = sorted(cards[by].unique())
    heads = cards.drop_duplicates("measure").set_index("measure")
    figure = make_subplots(
        cols=len(measures),
        shared_yaxes=True,
        horizontal_spacing=0.04,
        subplot_titles=[f"<b>{wrapped(spelled(name), 24)}</b>" for name in measures],
    )
    for annotation in figure.layout.annotations:
        annotation.update(font={"size": 13}, yshift=4)
    for column, name in enumerate(measures, start=1):
        own = cards[cards["measure"] == name]
        place = own[by].map({agent: i for i, agent in enumerate(agents)}).to_numpy(dtype=float)
        low, high = (own[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
        overall = float(own["overall"].iloc[0])
        told = (low > overall) | (high < overall)
        figure.add_trace(
            go.Scatter(
                x=np.column_stack([low, high, np.full(len(own), np.nan)]).ravel(),
                y=np.repeat(place, 3),
                mode="lines",
                line={"color": colour, "width": 1.6},
                hoverinfo="skip",
            ),
            row=1,
            col=column,
        )
        figure.add_trace(
            go.Scatter(
                x=own["raw"],
                y=place,
                mode="markers",
                marker={
                    "size": 6,
                    "color": palette.background,
                    "line": {"color": palette.muted, "width": 1.2},
                },
                hoverinfo="skip",
            ),
            row=1,
            col=column,
        )
        figure.add_trace(
            go.Scatter(
                x=own["estimate"],
                y=place,
                mode="markers",
                marker={
                    "size": 9,
                    "opacity": 1,
                    "color": np.where(told, colour, palette.background),
                    "line": {"color": colour, "width": 1.8},
                },
                hovertext=[
                    wrapped(f"{row[by]}: {row['reading']}") for row in own.to_dict("records")
                ],
                hoverinfo="text",
            ),
            row=1,
            col=column,
        )
        figure.add_vline(
            x=overall, line={"color": palette.zero, "width": 1.5}, row=1, col=column, layer="below"
        )
        unit = str(heads.loc[name, "unit"])
        figure.update_xaxes(
            title="percent" if unit == "percentage points" else unit,
            range=padded(low, high, own["raw"], [overall]),
            row=1,
            col=column,
        )
    figure.update_yaxes(
        tickvals=list(range(len(agents))),
        ticktext=[spelled(str(agent)) for agent in agents],
        range=[len(agents) - 0.4, -0.6],
        showgrid=False,
    )
    figure.update_layout(
        template=template_of(palette),
        height=_ROW_PX * len(agents) + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": "Agents by name: most cannot be told apart"
            if _mostly_alike(cards)
            else "Agents by name",
            "subtitle": {
                "text": "Mark: drawn to the middle as far as calls are few, 95 % interval;<br>"
                "filled where it leaves out the line (all calls); small: plain mean"
            },
        },
    )
    return figure


def _mostly_alike(cards: pd.DataFrame) -> bool:
    apart = (cards["ci_low"] > cards["overall"]) | (cards["ci_high"] < cards["overall"])
    return bool(apart.mean() < 0.5)


def _heard(rows: pd.DataFrame) -> list[list[Any]]:
    """Give what a click plays; calls without seconds cannot be heard."""
    if "start_s" not in rows.columns:
        return known_clicks(rows)
    return known_clicks(rows.assign(call_id=rows["call_id"].where(rows["start_s"].notna())))


def qa_figure(
    rows: pd.DataFrame,
    listed: pd.DataFrame,
    *,
    tone: str = "valence_mean",
    reading: str = "",
    theme: str = "light",
) -> Any:
    """Draw QA scores against how the customer sounded, the calls to hear filled.

    Parameters
    ----------
    rows : DataFrame
        One row a call: call_id, qa_score, the tone; channel, start_s and end_s of
        what a click plays where it is known.
    listed : DataFrame
        From `workbench.outcomes.qa_disagreements`: the calls that part.
    tone : str, default "valence_mean"
        The column of the tone.
    reading : str, default ""
        A sentence for under the title.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, channel, start_s, end_s].

    Raises
    ------
    InputError
        If a column is unknown or no call has both.

    Examples
    --------
    >>> rows = pd.DataFrame({"call_id": ["1", "2"], "qa_score": [90.0, 70.0],
    ...                      "valence_mean": [-0.5, 0.2]})
    >>> listed = pd.DataFrame({"call_id": ["1"], "kind": "QA high, sounded bad"})
    >>> len(qa_figure(rows, listed).data)
    2
    """
    import plotly.graph_objects as go

    for name in ("qa_score", tone):
        if name not in rows.columns:
            known = [str(column) for column in rows.columns]
            raise InputError(f'The calls have no column "{name}".{nearest(name, known)}')
    known_rows = rows.dropna(subset=["qa_score", tone])
    if known_rows.empty:
        raise InputError(f"No call has both a QA score and {spelled(tone)}.")
    palette = palette_named(theme)
    kinds = dict(zip(listed["call_id"], listed["kind"], strict=True))
    kind = known_rows["call_id"].map(kinds).fillna("")
    figure = go.Figure()
    for name in ["", *dict.fromkeys(listed["kind"])]:
        own = known_rows[kind == name]
        bad = name.endswith("bad")
        colour = palette.valence[0] if bad else palette.valence[4] if name else palette.muted
        figure.add_trace(
            go.Scatter(
                x=own[tone],
                y=own["qa_score"],
                mode="markers",
                marker={
                    "size": 10 if name else 7,
                    "symbol": "triangle-down" if bad else "triangle-up" if name else "circle",
                    "color": colour,
                    "opacity": 0.9 if name else 0.35,
                },
                customdata=_heard(own),
                hovertext=[
                    f"<b>call {wrapped(str(row['call_id']))}</b><br>QA {row['qa_score']:.1f}, "
                    f"{spelled(tone)} {row[tone]:.2f}<br>{name}"
                    for row in own.to_dict("records")
                ],
                hoverinfo="text",
            )
        )
        if name and len(own):
            figure.add_annotation(
                x=0 if bad else 1,
                xref="paper",
                y=1 if bad else 0,
                yref="paper",
                text=f"<b>{name}: {len(own)}</b>",
                showarrow=False,
                xanchor="left" if bad else "right",
                yanchor="bottom" if bad else "top",
                yshift=2 if bad else -44,
                font={"color": colour, "size": 12.5},
            )
    figure.update_xaxes(title=f"{spelled(tone)} of the customer", zeroline=True)
    figure.update_yaxes(title="QA score")
    figure.update_layout(
        template=template_of(palette),
        height=460,
        margin={"t": 112, "b": 66},
        title={
            "text": "Where the QA form and the customer's tone part",
            "subtitle": {"text": wrapped(reading, 84)},
        },
    )
    return figure
