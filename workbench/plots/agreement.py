"""Agreement with its intervals beside published figures; raters needed for a reliability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import between, known_clicks, spelled, wrapped
from workbench.plots.theme import Palette, palette_named, template_of

_ROW_PX, _TOP_PX, _BOTTOM_PX = 30, 92, 60
_TARGET_COLOURS = (2, 0, 3, 4)


def agreement_figure(
    table: pd.DataFrame,
    anchors: pd.DataFrame | None = None,
    *,
    coefficient: str = "krippendorff_alpha",
    theme: str = "light",
) -> Any:
    """Draw one coefficient of all variables, with what others reached beside it.

    Parameters
    ----------
    table : DataFrame
        From `workbench.agreement.agreement_table`; with call_id, channel, start_s
        and end_s of an example, a click plays it.
    anchors : DataFrame, optional
        From `workbench.agreement.anchors`: published figures of like tasks.
    coefficient : str, default "krippendorff_alpha"
        Which of the coefficients.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        One row a pass and variable: mark and bar of the 95 % interval; below
        them the anchors, hollow.

    Raises
    ------
    InputError
        If the table has no value of this coefficient.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "pass": ["both"], "unit": "utterance", "variable": "tag", "level": "nominal",
    ...     "coefficient": "krippendorff_alpha", "value": 0.4, "ci_low": 0.3, "ci_high": 0.5,
    ...     "n_items": 80, "n_raters": 3, "note": "",
    ... })
    >>> agreement_figure(table).layout.title.text
    'How far the raters agree'
    """
    import plotly.graph_objects as go

    own = table[(table["coefficient"] == coefficient) & table["value"].notna()]
    if own.empty:
        known = sorted(set(table.loc[table["value"].notna(), "coefficient"]))
        raise InputError(
            f'There is no value of "{coefficient}" to draw. '
            f"The table has values of: {', '.join(known) or 'none'}."
        )
    palette = palette_named(theme)
    several = own[["pass", "unit"]].drop_duplicates().shape[0] > 1
    words = [_row_words(row, several) for row in own.to_dict("records")]
    ours = own.assign(words=words, told=[_told(row) for row in own.to_dict("records")])
    theirs = _anchor_rows(anchors, coefficient, list(ours["level"]))
    n = len(ours) + len(theirs)
    figure = go.Figure()
    for rows, start, filled in ((ours, 0, True), (theirs, len(ours), False)):
        if len(rows):
            _draw_rows(figure, rows, start, filled=filled, palette=palette)
    figure.update_yaxes(
        tickvals=list(range(n)),
        ticktext=[*ours["words"], *theirs["words"]],
        range=[n - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": palette.text},
    )
    low = min(0.0, float(np.nanmin([*ours["ci_low"], *ours["value"], 0.0])))
    figure.update_xaxes(
        title=f"{spelled(coefficient)}: 0 is chance, 1 always the same",
        range=[low - 0.04, 1.04],
        zeroline=True,
        zerolinecolor=palette.zero,
        zerolinewidth=1,
    )
    figure.update_layout(
        template=template_of(palette),
        height=_ROW_PX * n + _TOP_PX + _BOTTOM_PX,
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": "How far the raters agree",
            "subtitle": {"text": _subtitle(own, len(theirs) > 0)},
        },
    )
    return figure


def _draw_rows(
    figure: Any, rows: pd.DataFrame, start: int, *, filled: bool, palette: Palette
) -> None:
    import plotly.graph_objects as go

    colour = palette.roles["customer"] if filled else palette.muted
    value = rows["value"].to_numpy(dtype=float)
    low, high = (rows[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
    figure.add_trace(
        go.Scatter(
            x=value,
            y=np.arange(start, start + len(rows)),
            mode="markers",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(high - value),
                "arrayminus": np.nan_to_num(value - low),
                "thickness": 2,
                "width": 0,
                "color": colour,
            },
            marker={
                "size": 10,
                "symbol": "circle" if filled else "circle-open",
                "color": colour,
                "line": {"width": 2, "color": colour},
            },
            customdata=known_clicks(rows),
            hovertext=rows["told"],
            hoverinfo="text",
        )
    )


def _subtitle(own: pd.DataFrame, beside_others: bool) -> str:
    raters = between(own["n_raters"].min(), own["n_raters"].max(), "rater", "raters")
    items = between(own["n_items"].min(), own["n_items"].max(), "utterance", "utterances")
    others = "; hollow: published figures of like tasks" if beside_others else ""
    return f"{raters}, {items} a row; bars: 95 % intervals{others}"


def _row_words(row: dict[Any, Any], several: bool) -> str:
    name = spelled(str(row["variable"]).replace(":", ": "))
    if "(" in str(row["level"]):
        name += f" ({spelled(str(row['level']).partition('(')[2])}"
    where = f" ({row['pass']}, {row['unit']}s)" if several else ""
    return f"{name}{spelled(where)}"


def _told(row: dict[Any, Any]) -> str:
    ends = ""
    if np.isfinite(row["ci_low"]):
        ends = f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})"
    note = f"<br>{wrapped(str(row['note']))}" if row["note"] else ""
    return (
        f"<b>{spelled(str(row['variable']))}</b>, {row['level']}<br>{row['value']:.2f}{ends}<br>"
        f"{row['n_items']} items, {row['n_raters']} raters{note}"
    )


def _anchor_rows(anchors: pd.DataFrame | None, coefficient: str, levels: list[str]) -> pd.DataFrame:
    columns = ["value", "ci_low", "ci_high", "words", "told"]
    if anchors is None:
        return pd.DataFrame(columns=columns)
    like = anchors[(anchors["coefficient"] == coefficient) & anchors["level"].isin(levels)]
    like = like.reset_index(drop=True)
    return like.assign(
        words=[
            f"<i>{wrapped(f'{task} ({modality})', 44)}</i>"
            for task, modality in zip(like["task"], like["modality"], strict=True)
        ],
        told=[
            f"<b>{wrapped(str(row['task']))}</b><br>{row['value']:.2f}<br>"
            f"{wrapped(str(row['source']))}"
            for row in like.to_dict("records")
        ],
    )


def raters_needed_figure(needed: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw how many raters an utterance each tag needs.

    Parameters
    ----------
    needed : DataFrame
        From `workbench.agreement.raters_needed`: tag, target, raters, raters_low,
        raters_high; with call_id, channel, start_s and end_s of an example, a
        click plays it.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        One row a tag, one mark a target.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> needed = pd.DataFrame({"tag": ["anger", "anger"], "target": [0.7, 0.8],
    ...                        "raters": [3, 5], "raters_low": [3, 4], "raters_high": [4, 6]})
    >>> raters_needed_figure(needed).layout.title.text
    'Raters an utterance for a reliable share'
    """
    import plotly.graph_objects as go

    if needed.empty:
        raise InputError("There is no tag to plan for; raters_needed gave no row.")
    palette = palette_named(theme)
    known = needed[needed["raters"].notna()]
    order = list(known.groupby("tag")["raters"].max().sort_values().index)
    order += [tag for tag in dict.fromkeys(needed["tag"]) if tag not in order]
    figure = go.Figure()
    targets = sorted(needed["target"].unique())
    for number, target in enumerate(targets):
        own = known[known["target"] == target]
        middle = number - (len(targets) - 1) / 2
        _draw_target(figure, own, order, target, number, middle, palette)
    figure.update_yaxes(
        tickvals=list(range(len(order))),
        ticktext=[spelled(str(tag)) for tag in order],
        range=[len(order) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": palette.text},
    )
    figure.update_xaxes(title="raters an utterance", rangemode="tozero")
    figure.update_layout(
        template=template_of(palette),
        height=44 * len(order) + _TOP_PX + _BOTTOM_PX + 24,
        margin={"t": _TOP_PX + 24, "b": _BOTTOM_PX},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        title={
            "text": "Raters an utterance for a reliable share",
            "subtitle": {
                "text": "by Spearman-Brown from how two raters agree; bars: 95 % intervals"
            },
        },
    )
    return figure


def _draw_target(
    figure: Any,
    own: pd.DataFrame,
    order: list[str],
    target: float,
    number: int,
    middle: float,
    palette: Palette,
) -> None:
    import plotly.graph_objects as go

    value, low, high = (
        own[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("raters", "raters_low", "raters_high")
    )
    colour = palette.tags[_TARGET_COLOURS[number % len(_TARGET_COLOURS)]]
    figure.add_trace(
        go.Scatter(
            x=value,
            y=[order.index(tag) + 0.28 * middle for tag in own["tag"]],
            mode="markers",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(high - value),
                "arrayminus": np.nan_to_num(value - low),
                "thickness": 2,
                "width": 0,
                "color": colour,
            },
            marker={
                "size": 10,
                "color": colour,
                "symbol": ("circle", "diamond", "square")[number % 3],
            },
            customdata=known_clicks(own),
            hovertext=[
                f"<b>{spelled(str(tag))}</b><br>{v:.0f} raters for {target:.2f} "
                f"({_end(a)} to {_end(b)})"
                for tag, v, a, b in zip(own["tag"], value, low, high, strict=True)
            ],
            hoverinfo="text",
            name=f"reliability {target:.2f}",
        )
    )


def _end(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "more"
