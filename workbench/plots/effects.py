"""What sentiment goes with, in a picture: effects with intervals; calls behind one effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.outcomes.kinds import OUTCOME_KINDS
from workbench.outcomes.readings import held_words, outcome_words, predictor_words
from workbench.plots.marks import wrapped
from workbench.plots.theme import Palette, palette_named, template_of

_ROW_PX, _TOP_PX, _BOTTOM_PX = 46, 128, 60


def effects_figure(effects: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw the effects of `relate`, one panel an outcome and figure.

    A filled mark holds after allowing for the number of figures, a hollow one
    does not; the bar is the 95 % interval. Where there is no interval, the
    reason stands under the pointer, and where there is no estimate, in its place.

    Parameters
    ----------
    effects : DataFrame
        From `workbench.outcomes.relate`.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The marks stand for models of many calls and hold no seconds.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> effects = pd.DataFrame({
    ...     "predictor": ["frustration_share"], "outcome": "escalated", "effect": 2.1,
    ...     "unit": "percentage points", "step": 0.1, "ci_low": 0.4, "ci_high": 3.8,
    ...     "p_adjusted": 0.02, "n_calls": 600, "n_events": 66, "n_clusters": 12,
    ...     "cluster": "agent_id", "covariates": "",
    ...     "n_tests": 1, "note": "", "reading": "",
    ... })
    >>> effects_figure(effects).layout.title.text
    '1 of 1 relations holds after allowing for their number'
    """
    from plotly.subplots import make_subplots

    if effects.empty:
        raise InputError("There is no effect to draw; relate gave no row.")
    palette = palette_named(theme)
    panels = [group for _, group in effects.groupby(["outcome", "unit"], sort=False)]
    predictors = _order(effects, panels[0])
    figure = make_subplots(
        cols=len(panels),
        rows=1,
        shared_yaxes=True,
        horizontal_spacing=0.05,
        subplot_titles=[_panel_title(panel, palette) for panel in panels],
    )
    for annotation in figure.layout.annotations:
        annotation.update(x=annotation.x, yshift=14, align="center", font={"size": 13})
    steps = effects.drop_duplicates("predictor").set_index("predictor")["step"]
    for column, panel in enumerate(panels, start=1):
        own = panel.set_index("predictor").reindex(predictors)
        _draw_panel(figure, own, column, palette)
        figure.update_xaxes(
            title=str(panel["unit"].iloc[0]),
            zeroline=True,
            zerolinecolor=palette.zero,
            zerolinewidth=1,
            range=_range(own),
            showticklabels=bool(own["effect"].notna().any()),
            row=1,
            col=column,
        )
    figure.update_yaxes(
        tickvals=list(range(len(predictors))),
        ticktext=[wrapped(predictor_words(p, float(steps[p])), 30) for p in predictors],
        range=[len(predictors) - 0.45, -0.55],
        showgrid=False,
    )
    figure.update_yaxes(tickfont={"color": palette.text, "size": 12.5}, col=1)
    figure.update_layout(
        template=template_of(palette),
        height=_ROW_PX * len(predictors) + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={"text": _title(effects), "subtitle": {"text": _subtitle(effects)}},
    )
    return figure


def _order(effects: pd.DataFrame, panel: pd.DataFrame) -> list[str]:
    first = panel.sort_values("effect", ascending=False)
    return [str(p) for p in dict.fromkeys([*first["predictor"], *effects["predictor"]])]


def _panel_title(own: pd.DataFrame, palette: Palette) -> str:
    row = own.iloc[0]
    kind = OUTCOME_KINDS.get(str(row["outcome"]))
    who = "calls" if kind is None else kind.who.lower()
    events = "" if pd.isna(row["n_events"]) else f", {int(row['n_events'])} events"
    name = outcome_words(str(row["outcome"]))
    grouped = str(row["cluster"]).split(", ")[0].removesuffix("_id")
    return (
        f"<b>{name}</b><br><span style='font-size:12px;color:{palette.muted}'>"
        f"{int(own['n_calls'].max())} {who}{events}, {int(own['n_clusters'].max())} {grouped}s"
        "</span>"
    )


def _range(own: pd.DataFrame) -> list[float]:
    figures = own[["effect", "ci_low", "ci_high"]].to_numpy(dtype=float).ravel()
    ends = np.append(figures[np.isfinite(figures)], 0.0)
    width = float(ends.max() - ends.min()) or 1.0
    return [float(ends.min()) - 0.12 * width, float(ends.max()) + 0.12 * width]


def _draw_panel(figure: Any, own: pd.DataFrame, column: int, palette: Palette) -> None:
    import plotly.graph_objects as go

    for place, row in enumerate(own.to_dict("records")):
        if not np.isfinite(row["effect"]):
            figure.add_annotation(
                x=0.5,
                xref=f"x{column if column > 1 else ''} domain",
                y=place,
                yref="y",
                text=wrapped(str(row["note"]), 40),
                showarrow=False,
                row=1,
                col=column,
                font={"size": 10.5, "color": palette.muted},
            )
            continue
        told = np.isfinite(row["ci_low"])
        holds = bool(row["p_adjusted"] < 0.05)
        if told:
            figure.add_trace(
                go.Scatter(
                    x=[row["ci_low"], row["ci_high"]],
                    y=[place, place],
                    mode="lines",
                    line={"color": palette.text if holds else palette.zero, "width": 2.5},
                    hoverinfo="skip",
                ),
                row=1,
                col=column,
            )
        figure.add_trace(
            go.Scatter(
                x=[row["effect"]],
                y=[place],
                mode="markers+text",
                text=[f"{row['effect']:+.1f}"],
                textposition="top center",
                textfont={"size": 12, "color": palette.text if holds else palette.muted},
                cliponaxis=False,
                marker={
                    "size": 11,
                    "symbol": "circle" if told else "diamond",
                    "color": palette.text if holds else palette.background,
                    "line": {"color": palette.text if holds else palette.zero, "width": 2},
                },
                hovertext=[wrapped(f"{row['reading']} {row['note']}".strip())],
                hoverinfo="text",
            ),
            row=1,
            col=column,
        )


def _title(effects: pd.DataFrame) -> str:
    tested = int(effects["p_adjusted"].notna().sum())
    if not tested:
        return "Relations in these calls alone: no interval can be given"
    held = int((effects["p_adjusted"] < 0.05).sum())
    if not held:
        return f"None of {tested} relations holds after allowing for their number"
    verb = "holds" if held == 1 else "hold"
    return f"{held} of {tested} relations {verb} after allowing for their number"


def _subtitle(effects: pd.DataFrame) -> str:
    bars = "bar: 95 % interval, a cluster left out at a time; filled: holds; "
    if effects["ci_low"].isna().all():
        bars = "too few agents for intervals; "
    held = [held_words(tuple(names.split())) for names in effects["covariates"].unique()]
    equal = f", the same {held[0]} given" if held == [held[0]] and held[0] else ""
    if len(held) > 1:
        equal = ", covariates held equal as each row says"
    return f"Change for the step at the left{equal}; {bars}associations, not causes"


def outcome_figure(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    predictor: str = "valence_mean",
    outcome: str = "escalated",
    theme: str = "light",
) -> Any:
    """Draw the calls behind one effect, a mark a call.

    Parameters
    ----------
    features : DataFrame
        From `workbench.trajectories.call_features`.
    outcomes : DataFrame
        The table of this name.
    predictor : str, default "valence_mean"
        A column of `features`.
    outcome : str, default "escalated"
        A column of `outcomes`: yes or no, or a score.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, None, None, None]: the whole call.

    Raises
    ------
    InputError
        If a column is unknown or no call has both.

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({"call_id": ["1", "2"], "valence_mean": [0.2, -0.4]})
    >>> outcomes = pd.DataFrame({"call_id": ["1", "2"], "escalated": [False, True]})
    >>> figure = outcome_figure(features, outcomes)
    >>> [point[0] for trace in figure.data for point in trace.customdata]
    ['1', '2']
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    for name, table, what in ((predictor, features, "features"), (outcome, outcomes, "outcomes")):
        if name not in table.columns:
            known = [str(c) for c in table.columns]
            raise InputError(f'The {what} have no column "{name}".{nearest(name, known)}')
    rows = features[["call_id", predictor]].merge(outcomes[["call_id", outcome]], on="call_id")
    rows = rows.dropna()
    if rows.empty:
        raise InputError(f"No call has both {predictor} and {outcome}.")
    yes_no = rows[outcome].isin([0, 1]).all()
    height = _jittered(rows) if yes_no else rows[outcome].astype("float64")
    figure = go.Figure()
    groups = [False, True] if yes_no else [None]
    for group in groups:
        own = rows if group is None else rows[rows[outcome].astype(bool) == group]
        figure.add_trace(
            go.Scatter(
                x=own[predictor],
                y=height[own.index],
                mode="markers",
                marker={
                    "size": 8,
                    "color": palette.text,
                    "opacity": 0.55,
                    "symbol": "diamond" if group else "circle",
                },
                customdata=[[str(call), None, None, None] for call in own["call_id"]],
                hovertext=[
                    f"<b>call {call}</b><br>{predictor.replace('_', ' ')} {x:.2f}<br>"
                    f"{outcome_words(outcome)} {y}"
                    for call, x, y in own[["call_id", predictor, outcome]].itertuples(index=False)
                ],
                hoverinfo="text",
            )
        )
        if group is not None and len(own):
            middle = float(own[predictor].median())
            figure.add_shape(
                type="line",
                x0=middle,
                x1=middle,
                y0=group - 0.38,
                y1=group + 0.38,
                line={"color": palette.alarm, "width": 3},
            )
    words = outcome_words(outcome)
    if yes_no:
        counts = [int((~rows[outcome].astype(bool)).sum()), int(rows[outcome].astype(bool).sum())]
        figure.update_yaxes(
            tickvals=[0, 1],
            range=[-0.6, 1.6],
            showgrid=False,
            ticktext=[f"not {words}<br>{counts[0]} calls", f"{words}<br>{counts[1]} calls"],
        )
    else:
        figure.update_yaxes(title=words)
    figure.update_xaxes(title=predictor.replace("_", " "))
    under = "line: median" if yes_no else "association, not cause"
    figure.update_layout(
        template=template_of(palette),
        height=330 if yes_no else 430,
        title={
            "text": f"{predictor.replace('_', ' ').capitalize()} and {words}, call by call",
            "subtitle": {"text": f"{len(rows)} calls, one mark each; {under}"},
        },
    )
    return figure


def _jittered(rows: pd.DataFrame) -> pd.Series:
    shift = np.random.default_rng(0).uniform(-0.28, 0.28, len(rows))
    return rows.iloc[:, 2].astype(bool).astype(float) + shift
