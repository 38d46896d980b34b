"""Many calls in a picture: a row a call, time from left to right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.plots.heatmap_rows import HeatRow, Order, ordered_rows
from workbench.plots.marks import add_moment, spelled
from workbench.plots.over_calls import in_lines
from workbench.plots.theme import Palette, colour_scale, palette_named, template_of
from workbench.schema import check_table
from workbench.trajectories import aligned_table, thirds_change

_NAMED_ROWS, _TOP_PX, _BOTTOM_PX = 45, 100, 92


def calls_heatmap_figure(
    trajectories: pd.DataFrame,
    outcomes: pd.DataFrame | None = None,
    *,
    variable: str = "valence",
    role: str = "customer",
    at: str = "length",
    moments: pd.DataFrame | None = None,
    sort_by: pd.Series | None = None,
    ascending: bool | None = None,
    n_bins: int = 20,
    durations: pd.Series | None = None,
    bin_s: float | None = None,
    before_s: float | None = None,
    after_s: float | None = None,
    theme: str = "light",
) -> Any:
    """Draw hundreds or thousands of calls under one another.

    Each cell is the mean over the rated seconds in it, and empty where nothing
    was rated or the call was not running. Escalated calls stand above the
    others, a diamond where the call was escalated. Within a group the call comes
    first whose last third is lowest; for a tag, highest.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    outcomes : DataFrame, optional
        The table of this name, to group by escalation and to mark it.
    variable : str, default "valence"
        A dimension or tag.
    role : str, default "customer"
        Whose utterances.
    at : str, default "length"
        Where calls are aligned, as in `aligned_table`: "length" (all stretched
        to the same length), "start", "end" or an event.
    moments : DataFrame, optional
        call_id and time_s of the event; of several in a call the first counts.
    sort_by : Series, optional
        What sorts the calls, by call_id: numbers and times in order, yes and no
        or a few words under headings. Its name is written. Default: escalation.
    ascending : bool, optional
        Whether low values stand above; by default they do, and yes before no.
    n_bins : int, default 20
        Cells a call, at "length".
    durations : Series of float, optional
        Length of each call in seconds by call_id; default the end of its last
        rated utterance.
    bin_s, before_s, after_s : float, optional
        As in `aligned_table`.
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
        If nobody has this variable in this role, no call has the event, or
        nothing is known to sort by.

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
    aligned = aligned_table(
        trajectories,
        variable=variable,
        role=role,
        at=at,
        moments=moments,
        n_bins=n_bins,
        durations=durations,
        bin_s=bin_s,
        before_s=before_s,
        after_s=after_s,
    )
    left_out = aligned.attrs["left_out"]
    cells = aligned[aligned["estimate"].notna()]
    if cells.empty:
        raise InputError(f'Nothing was rated near the event "{at}"; take a wider window.')
    events = _escalations(outcomes)
    is_tag = bool((trajectories.loc[trajectories["variable"] == variable, "kind"] == "tag").all())
    order = _order(cells, events, sort_by, ascending, highest_first=is_tag)
    place = {row.call_id: row.place for row in order.rows}
    height, n = max(place.values()) + 1, int(aligned["bin"].max()) + 1
    y, x = cells["call_id"].map(place).to_numpy(dtype=int), cells["bin"].to_numpy(dtype=int)
    edges = aligned.groupby("bin")[["low", "high"]].first().reindex(range(n))
    scale = 100.0 if at == "length" else 1.0
    named = height <= _NAMED_ROWS
    figure = go.Figure(
        go.Heatmap(
            z=_filled(cells["estimate"].to_numpy(dtype=float), y, x, (height, n)),
            x=(edges["low"] + edges["high"]).interpolate().to_numpy(dtype=float) / 2 * scale,
            y=np.arange(height),
            zmin=-1 if variable == "valence" else 0,
            zmax=1,
            colorscale=colour_scale(palette.valence if variable == "valence" else palette.amount),
            xgap=1,
            ygap=1 if height <= 150 else 0,
            customdata=_clicks(cells, y, x, (height, n)),
            hoverongaps=False,
            hovertemplate=(
                f"<b>{spelled(variable)} %{{z:.2f}}</b><br>call %{{customdata[0]}}, "
                "%{customdata[2]:.0f} to %{customdata[3]:.0f} s<extra></extra>"
            ),
            colorbar=_colour_bar(variable, is_tag),
        )
    )
    if at != "escalation":
        _mark_escalations(figure, cells, events, place, at, palette)
    _name_rows(figure, order, palette, sort_by)
    ends = [float(edges["low"].min()) * scale, float(edges["high"].max()) * scale]
    figure.update_xaxes(
        title=_axis_title(at),
        range=ends,
        showgrid=False,
        **({"tickvals": [0, 25, 50, 75, 100]} if at == "length" else {}),
    )
    if ends[0] < 0 < ends[1]:
        add_moment(figure, 0.0, spelled(at), palette, colour=palette.text)
    row_px = 22 if named else max(2.0 if height < 500 else 0.5, 990 / height)
    headings = any(row.group for row in order.rows) and _has_headings(order)
    figure.update_layout(
        template=template_of(palette),
        height=round(max(height * row_px, 90) + _TOP_PX + _BOTTOM_PX),
        margin={"t": _TOP_PX, "b": _BOTTOM_PX, "r": 164 if headings else 48},
        title={
            "text": _title(cells, order.rows, variable, role, at),
            "subtitle": {"text": _subtitle(cells, variable, is_tag, at, sort_by, len(left_out))},
        },
    )
    return figure


def _escalations(outcomes: pd.DataFrame | None) -> pd.DataFrame:
    if outcomes is None:
        return pd.DataFrame({"escalated": [], "escalated_at_s": []}, dtype="float64")
    known = check_table(outcomes, "outcomes").set_index("call_id")
    return known[["escalated", "escalated_at_s"]]


def _order(
    cells: pd.DataFrame,
    events: pd.DataFrame,
    sort_by: pd.Series | None,
    ascending: bool | None,
    *,
    highest_first: bool,
) -> Order:
    calls = pd.Index(cells["call_id"].unique())
    if sort_by is None:
        sort_by = events["escalated"].astype("boolean").rename("escalated")
    elif not sort_by.reindex(calls).notna().any():
        raise InputError(
            f'None of the {len(calls)} calls has a value of "{sort_by.name}" to sort by. '
            "Give a Series by call_id."
        )
    late = cells[cells["bin"] >= 2 / 3 * (cells["bin"].max() + 1)]
    last = late.groupby("call_id")["estimate"].mean().reindex(calls)
    return ordered_rows(-last if highest_first else last, sort_by, ascending=ascending)


class _Click(tuple[Any, ...]):
    """What a cell plays. Plotly copies figures deeply, cell by cell; this need not be copied."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> _Click:
        return self


def _filled(values: Any, y: Any, x: Any, shape: tuple[int, int]) -> Any:
    out = np.full(shape, None, dtype=object)
    out[y, x] = values.round(3).tolist()
    return out


def _clicks(cells: pd.DataFrame, y: Any, x: Any, shape: tuple[int, int]) -> Any:
    clicks = np.empty(len(cells), dtype=object)
    channels = [
        None if pd.isna(channel) else int(channel) for channel in cells["channel"].astype(object)
    ]
    spans = cells[["start_s", "end_s"]].to_numpy(dtype=float).round(2).tolist()
    for at, (call, channel, span) in enumerate(
        zip(cells["call_id"].tolist(), channels, spans, strict=True)
    ):
        clicks[at] = _Click((call, channel, *span))
    nothing = np.empty(1, dtype=object)
    nothing[0] = _Click((None,) * 4)
    custom = np.repeat(nothing, shape[0] * shape[1]).reshape(shape)
    custom[y, x] = clicks
    return custom


def _axis_title(at: str) -> str:
    told = {
        "length": "share of the call, %",
        "start": "seconds from the start of the call",
        "end": "seconds before the end of the call",
    }
    return told.get(at, f"seconds before and after the event: {spelled(at)}")


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
    cells: pd.DataFrame,
    events: pd.DataFrame,
    place: dict[str, int],
    at: str,
    palette: Palette,
) -> None:
    import plotly.graph_objects as go

    moments = events["escalated_at_s"].dropna().astype("float64")
    # Where a second of the call lies on the axis is told by any cell of the call that is whole.
    cell = (
        cells.assign(s=cells["end_s"] - cells["start_s"])
        .sort_values("s")
        .drop_duplicates("call_id", keep="last")
    )
    cell = cell.set_index("call_id")
    moments = moments[moments.index.isin(cell.index)]
    if moments.empty:
        return
    cell = cell.loc[moments.index]
    x = cell["low"] + (moments - cell["start_s"])
    if at == "length":
        share = (moments - cell["start_s"]) / cell["s"] * (cell["high"] - cell["low"])
        x = (100 * (cell["low"] + share)).clip(0, 100)
    named = len(place) <= _NAMED_ROWS
    channels = cell["channel"].astype(object)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=[place[str(call)] for call in moments.index],
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": 9 if named else 5,
                "color": palette.background,
                "line": {"color": palette.text, "width": 1.6 if named else 1},
            },
            customdata=[
                [str(call), None if channel is pd.NA else channel, max(when - 10.0, 0.0), when]
                for (call, when), channel in zip(moments.items(), channels, strict=True)
            ],
            hovertext=[f"call {call}<br>escalated, {when:.0f} s" for call, when in moments.items()],
            hoverinfo="text",
        )
    )


def _has_headings(order: Order) -> bool:
    groups = {row.group for row in order.rows}
    return groups != {""} and not (len(groups) == 1 and next(iter(groups)).endswith(" unknown"))


def _name_rows(figure: Any, order: Order, palette: Palette, sort_by: pd.Series | None) -> None:
    rows = order.rows
    ticks = order.ticks
    title = spelled(str(sort_by.name)) if sort_by is not None and ticks else "calls"
    if len(rows) <= _NAMED_ROWS:
        ticks = {
            row.place: f"{row.call_id} · {ticks[row.place]}" if row.place in ticks else row.call_id
            for row in rows
        }
        title = ""
    figure.update_yaxes(
        tickvals=list(ticks),
        ticktext=list(ticks.values()),
        range=[rows[-1].place + 0.5, -0.5],
        showgrid=False,
        title=title,
    )
    if not _has_headings(order):
        return
    for group in dict.fromkeys(row.group for row in rows):
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


def _title(cells: pd.DataFrame, rows: list[HeatRow], variable: str, role: str, at: str) -> str:
    for group in dict.fromkeys(row.group for row in rows) if at == "length" else ():
        calls = [row.call_id for row in rows if row.group == group]
        try:
            told = thirds_change(cells[cells["call_id"].isin(calls)])
        except AbstainedError:
            continue
        if told["ci_low"] <= 0 <= told["ci_high"]:
            continue
        way = "rises" if told["change"] > 0 else "falls"
        ends = sorted((abs(told["ci_low"]), abs(told["ci_high"])))
        where = f" of {group} calls" if group and not group.endswith(" unknown") else ""
        return (
            f"{spelled(variable).capitalize()} {way} by {abs(told['change']):.2f} from the first "
            f"to the last third{where} ({ends[0]:.2f} to {ends[1]:.2f})"
        )
    calls_word = "call" if len(rows) == 1 else "calls"
    return f"The {role}’s {spelled(variable)} over {len(rows)} {calls_word}"


def _subtitle(
    cells: pd.DataFrame,
    variable: str,
    is_tag: bool,
    at: str,
    sort_by: pd.Series | None,
    n_left_out: int,
) -> str:
    what = "share of raters who heard it" if is_tag else "mean"
    empty = "nothing rated" if at == "length" else "nothing rated, or the call not running"
    told = [f"{what} over the rated seconds of each part; empty: {empty}"]
    if sort_by is not None:
        told.insert(0, f"sorted by {spelled(str(sort_by.name))}")
    if n_left_out:
        told.append(f"{n_left_out} calls without {spelled(at)} left out")
    return in_lines(told)
