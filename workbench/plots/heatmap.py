"""Many calls in a picture: a row a call, time from left to right."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError
from workbench.plots.marks import spelled
from workbench.plots.theme import Palette, colour_scale, palette_named, template_of
from workbench.schema import check_table
from workbench.trajectories import binned_table, thirds_change

_NAMED_ROWS, _TOP_PX, _BOTTOM_PX = 45, 84, 92
_GROUPS = ("escalated", "not escalated", "escalation unknown")


class _Row(NamedTuple):
    """A call and its place from the top."""

    call_id: str
    group: str
    place: int


def calls_heatmap_figure(
    trajectories: pd.DataFrame,
    outcomes: pd.DataFrame | None = None,
    *,
    variable: str = "valence",
    role: str = "customer",
    n_bins: int = 20,
    durations: pd.Series | None = None,
    theme: str = "light",
) -> Any:
    """Draw many calls under one another, each from its start to its end.

    Every call is cut into equally many parts, so that calls of different length
    lie side by side; each cell is the mean over the rated seconds in it, and
    empty where nothing was rated. Escalated calls stand above the others, a
    diamond where the call was escalated. Within a group the call comes first
    whose last third is lowest; for a tag, highest.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    outcomes : DataFrame, optional
        The table of this name, to group by escalation.
    variable : str, default "valence"
        A dimension or tag.
    role : str, default "customer"
        Whose utterances.
    n_bins : int, default 20
        Cells a call.
    durations : Series of float, optional
        Length of each call in seconds by call_id; default the end of its last
        rated utterance.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each cell's customdata is [call_id, channel, start_s, end_s]. The title
        says that a group's calls change from the first to the last third only
        where the interval over calls leaves out 0.

    Raises
    ------
    InputError
        If nobody has this variable in this role.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({
    ...     "call_id": ["0007", "0008"], "role": "customer", "variable": "valence",
    ...     "kind": "dimension", "time_s": 5.0, "estimate": [0.5, -0.5], "n_raters": 3,
    ...     "utterance_id": ["u1", "u2"], "channel": 0, "start_s": 0.0, "end_s": 10.0,
    ... })
    >>> calls_heatmap_figure(points).layout.title.text
    'The customer’s valence over 2 calls'
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    binned = binned_table(
        trajectories, variable=variable, role=role, n_bins=n_bins, durations=durations
    )
    events = _escalations(outcomes)
    is_tag = bool((trajectories.loc[trajectories["variable"] == variable, "kind"] == "tag").all())
    rows = _ordered(binned, events, highest_first=is_tag)
    place = {row.call_id: row.place for row in rows}
    height = max(place.values()) + 1
    value = np.full((height, n_bins), np.nan)
    y, x = binned["call_id"].map(place).to_numpy(dtype=int), binned["bin"].to_numpy(dtype=int)
    value[y, x] = binned["estimate"].to_numpy(dtype=float)
    custom: list[list[list[Any]]] = [[[None] * 4 for _ in range(n_bins)] for _ in range(height)]
    columns = binned[["call_id", "channel", "start_s", "end_s"]].astype(object)
    for down, right, (call, channel, start, end) in zip(y, x, columns.to_numpy(), strict=True):
        number = None if pd.isna(channel) else int(channel)
        custom[down][right] = [str(call), number, float(start), float(end)]
    signed = variable == "valence"
    figure = go.Figure(
        go.Heatmap(
            z=[[None if np.isnan(v) else float(v) for v in row] for row in value],
            x=(np.arange(n_bins) + 0.5) / n_bins * 100,
            y=np.arange(height),
            zmin=-1 if signed else 0,
            zmax=1,
            colorscale=colour_scale(palette.valence if signed else palette.amount),
            xgap=1,
            ygap=1 if height <= 150 else 0,
            customdata=custom,
            hoverongaps=False,
            hovertemplate=(
                f"<b>{spelled(variable)} %{{z:.2f}}</b><br>call %{{customdata[0]}}, "
                "%{customdata[2]:.0f} to %{customdata[3]:.0f} s<extra></extra>"
            ),
            colorbar=_colour_bar(variable, is_tag),
        )
    )
    _mark_escalations(figure, binned, trajectories, events, durations, place, palette)
    _name_rows(figure, rows, palette)
    row_px = 22 if height <= _NAMED_ROWS else max(2.0, 990 / height)
    figure.update_xaxes(
        title="share of the call, %",
        range=[0, 100],
        showgrid=False,
        tickvals=[0, 25, 50, 75, 100],
    )
    figure.update_layout(
        template=template_of(palette),
        height=round(max(height * row_px, 90) + _TOP_PX + _BOTTOM_PX),
        margin={"t": _TOP_PX, "b": _BOTTOM_PX, "r": 164 if len(events) else 48},
        title={
            "text": _title(binned, rows, variable, role),
            "subtitle": {"text": _subtitle(trajectories, rows, role, variable, is_tag)},
        },
    )
    return figure


def _escalations(outcomes: pd.DataFrame | None) -> pd.DataFrame:
    if outcomes is None:
        return pd.DataFrame({"escalated": [], "escalated_at_s": []}, dtype="float64")
    known = check_table(outcomes, "outcomes").set_index("call_id")
    return known[["escalated", "escalated_at_s"]]


def _ordered(binned: pd.DataFrame, events: pd.DataFrame, *, highest_first: bool) -> list[_Row]:
    late = binned[binned["bin"] >= 2 / 3 * (binned["bin"].max() + 1)]
    last = late.groupby("call_id")["estimate"].mean()
    calls = pd.DataFrame(index=pd.Index(binned["call_id"].unique()))
    calls["last"] = last.reindex(calls.index)
    known = events["escalated"].reindex(calls.index)
    calls["group"] = known.map({True: _GROUPS[0], False: _GROUPS[1]}).fillna(_GROUPS[2])
    calls["id"] = calls.index
    rows: list[_Row] = []
    place = 0
    for group in _GROUPS:
        own = calls[calls["group"] == group].sort_values(
            ["last", "id"], ascending=[not highest_first, True]
        )
        if len(own) and rows:
            place += 1 + len(calls) // 60
        for call in own["id"]:
            rows.append(_Row(str(call), group, place))
            place += 1
    return rows


def _colour_bar(variable: str, is_tag: bool) -> dict[str, Any]:
    bar = {
        "orientation": "h",
        "thickness": 9,
        "len": 230,
        "lenmode": "pixels",
        "outlinewidth": 0,
        "x": 1.0,
        "xanchor": "right",
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "xpad": 0,
        "ypad": 8,
        "tickfont": {"size": 11},
    }
    if variable == "valence":
        return bar | {
            "tickvals": [-1, 0, 1],
            "ticktext": ["very negative", "neutral", "very positive"],
        }
    ends = ["no rater", "half", "all raters"] if is_tag else ["low", "", "high"]
    return bar | {"tickvals": [0, 0.5, 1], "ticktext": ends}


def _mark_escalations(
    figure: Any,
    binned: pd.DataFrame,
    trajectories: pd.DataFrame,
    events: pd.DataFrame,
    durations: pd.Series | None,
    place: dict[str, int],
    palette: Palette,
) -> None:
    import plotly.graph_objects as go

    if durations is None:
        durations = trajectories.groupby("call_id")["end_s"].max()
    moments = events["escalated_at_s"].dropna().astype("float64")
    moments = moments[moments.index.isin(list(place))]
    if moments.empty:
        return
    share = (moments / durations.reindex(moments.index)).clip(0, 1) * 100
    channels = binned.groupby("call_id")["channel"].first().to_dict()
    named = len(place) <= _NAMED_ROWS
    figure.add_trace(
        go.Scatter(
            x=share,
            y=[place[str(call)] for call in moments.index],
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": 9 if named else 5,
                "color": palette.background,
                "line": {"color": palette.text, "width": 1.6 if named else 1},
            },
            customdata=[
                [
                    str(call),
                    None if pd.isna(channels[call]) else int(channels[call]),
                    max(float(at) - 10.0, 0.0),
                    float(at),
                ]
                for call, at in moments.items()
            ],
            hovertext=[f"call {call}<br>escalated, {at:.0f} s" for call, at in moments.items()],
            hoverinfo="text",
        )
    )


def _name_rows(figure: Any, rows: list[_Row], palette: Palette) -> None:
    named = len(rows) <= _NAMED_ROWS
    figure.update_yaxes(
        tickvals=[row.place for row in rows] if named else [],
        ticktext=[row.call_id for row in rows] if named else [],
        range=[rows[-1].place + 0.5, -0.5],
        showgrid=False,
        title="" if named else "calls",
    )
    groups = [group for group in _GROUPS if any(row.group == group for row in rows)]
    if groups == [_GROUPS[2]]:
        return
    for group in groups:
        own = [row.place for row in rows if row.group == group]
        figure.add_annotation(
            x=1,
            xref="paper",
            y=own[0] if len(own) > 2 else float(np.mean(own)),
            yref="y",
            text=f"<b>{group}</b><br>{len(own)} call{'s' if len(own) != 1 else ''}",
            showarrow=False,
            xanchor="left",
            xshift=10,
            align="left",
            yanchor="top" if len(own) > 2 else "middle",
            yshift=9 if len(own) > 2 else 0,
            font={"size": 12, "color": palette.text},
        )


def _title(binned: pd.DataFrame, rows: list[_Row], variable: str, role: str) -> str:
    for group in _GROUPS:
        calls = [row.call_id for row in rows if row.group == group]
        try:
            told = thirds_change(binned[binned["call_id"].isin(calls)])
        except AbstainedError:
            continue
        if told["ci_low"] <= 0 <= told["ci_high"]:
            continue
        way = "rises" if told["change"] > 0 else "falls"
        ends = sorted((abs(told["ci_low"]), abs(told["ci_high"])))
        where = f" of {group} calls" if group != _GROUPS[2] else ""
        return (
            f"{spelled(variable).capitalize()} {way} by {abs(told['change']):.2f} from the first "
            f"to the last third{where} ({ends[0]:.2f} to {ends[1]:.2f})"
        )
    calls_word = "call" if len(rows) == 1 else "calls"
    return f"The {role}’s {spelled(variable)} over {len(rows)} {calls_word}"


def _subtitle(
    trajectories: pd.DataFrame, rows: list[_Row], role: str, variable: str, is_tag: bool
) -> str:
    own = trajectories[(trajectories["role"] == role) & (trajectories["variable"] == variable)]
    what = "share of raters who heard it" if is_tag else "mean"
    calls_word = "call" if len(rows) == 1 else "calls"
    return (
        f"{role}, {len(rows)} {calls_word}, {own['utterance_id'].nunique()} rated utterances; "
        f"{what} over the rated seconds of each part; empty: nothing rated"
    )
