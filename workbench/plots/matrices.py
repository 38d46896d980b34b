"""Square pictures of tables: rater by rater, tag by tag; a click on a cell plays an example."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import between, known_clicks, spelled, wrapped
from workbench.plots.theme import Palette, colour_scale, palette_named, template_of

_CELL_PX, _TOP_PX, _BOTTOM_PX = 46, 92, 78
_LIGHT_UNTIL, _DARK_UNTIL = 0.68, 0.62


def rater_pairs_figure(pairs: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw how far each two raters agree.

    Parameters
    ----------
    pairs : DataFrame
        From `workbench.agreement.rater_pairs`; with call_id, channel, start_s
        and end_s of an example where the two differ, a click plays it.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        One cell a pair, below the diagonal; customdata is [call_id, channel,
        start_s, end_s].

    Raises
    ------
    InputError
        If there is no pair.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"rater_a": ["a"], "rater_b": ["b"], "value": 0.4, "ci_low": 0.2,
    ...                       "ci_high": 0.6, "n_items": 40, "same_share": 0.7, "note": ""})
    >>> rater_pairs_figure(pairs).layout.title.text
    'How far each two raters agree'
    """
    if pairs.empty:
        raise InputError("There is no pair of raters to draw: none share an utterance.")
    palette = palette_named(theme)
    down = list(dict.fromkeys(pairs["rater_b"]))
    along = list(dict.fromkeys(pairs["rater_a"]))
    told = [_pair_told(row) for row in pairs.to_dict("records")]
    figure = cell_matrix(
        pairs.assign(down=pairs["rater_b"], along=pairs["rater_a"], told=told),
        down,
        along,
        palette=palette,
        colours=palette.amount,
        ends=("0: chance", "1: always"),
    )
    figure.update_layout(
        title={
            "text": "How far each two raters agree",
            "subtitle": {
                "text": f"Krippendorff’s alpha of {len(pairs)} pairs, "
                f"{_items(pairs)} each; "
                "it is about the pair, not a mark for one of the two"
            },
        }
    )
    return figure


def confusions_figure(confusions: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw which tags are taken for which.

    Parameters
    ----------
    confusions : DataFrame
        From `workbench.agreement.confusions`; with call_id, channel, start_s
        and end_s of an example, a click plays it.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Rows: what one rater heard; columns: what the other raters of the same
        utterance heard. Each cell's customdata is [call_id, channel, start_s,
        end_s].

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({
    ...     "heard": ["anger", "anger"], "other": ["anger", "neutral"], "share": [0.7, 0.3],
    ...     "ci_low": 0.1, "ci_high": 0.9, "expected": 0.5, "n_pairs": 20, "n_items": 9,
    ... })
    >>> confusions_figure(cells).layout.title.text
    'What others hear where one rater hears a tag'
    """
    if confusions.empty:
        raise InputError("There is no confusion to draw: no utterance has two ratings.")
    palette = palette_named(theme)
    order = list(dict.fromkeys([*confusions["heard"], *confusions["other"]]))
    told = [_confusion_told(row) for row in confusions.to_dict("records")]
    figure = cell_matrix(
        confusions.assign(
            down=confusions["heard"],
            along=confusions["other"],
            value=confusions["share"].where(confusions["n_pairs"] > 0),
            told=told,
        ),
        order,
        order,
        palette=palette,
        colours=palette.amount,
        ends=("never", "always"),
    )
    figure.update_yaxes(title="one rater heard")
    figure.update_xaxes(title="another rater of the same utterance heard")
    figure.update_layout(
        title={
            "text": "What others hear where one rater hears a tag",
            "subtitle": {
                "text": "share of the other raters of the same utterance; a row sums to 1; "
                "nobody is taken to be right"
            },
        }
    )
    return figure


def culture_figure(cells: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw who has judged whom: rater groups by customer groups.

    Parameters
    ----------
    cells : DataFrame
        From `workbench.agreement.culture_coverage`; with call_id, channel,
        start_s and end_s of an example, a click plays it.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Columns: groups of customers; rows: groups of raters; a cell is the share
        of a customer group's ratings. Each cell's customdata is [call_id,
        channel, start_s, end_s].

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({
    ...     "rater_group": ["german"], "customer_group": ["german"], "n_ratings": [40],
    ...     "n_utterances": [30], "n_raters": [2], "in_group": [True], "ratings_share": [1.0],
    ... })
    >>> culture_figure(cells).layout.title.text
    'Who judged whom'
    """
    if cells.empty:
        raise InputError("There is no culture or language to draw: no rating has both sides known.")
    palette = palette_named(theme)
    down = list(dict.fromkeys(cells["rater_group"]))
    along = list(dict.fromkeys(cells["customer_group"]))
    told = [_culture_told(row) for row in cells.to_dict("records")]
    figure = cell_matrix(
        cells.assign(
            down=cells["rater_group"],
            along=cells["customer_group"],
            value=cells["ratings_share"].where(cells["n_ratings"] > 0),
            told=told,
        ),
        down,
        along,
        palette=palette,
        colours=palette.amount,
        ends=("none", "all"),
    )
    for row in cells[cells["in_group"].to_numpy(dtype=bool)].to_dict("records"):
        x, y = along.index(row["customer_group"]), down.index(row["rater_group"])
        figure.add_shape(
            type="rect",
            x0=x - 0.47,
            x1=x + 0.47,
            y0=y - 0.47,
            y1=y + 0.47,
            line={"color": palette.alarm, "width": 2},
        )
    figure.update_yaxes(title="raters")
    figure.update_xaxes(title="customers")
    figure.update_layout(
        title={
            "text": "Who judged whom",
            "subtitle": {
                "text": "share of each customer group’s ratings; framed: raters of the same group; "
                "a column sums to 1"
            },
        }
    )
    return figure


def cell_matrix(
    cells: pd.DataFrame,
    down: list[str],
    along: list[str],
    *,
    palette: Palette,
    colours: tuple[str, ...],
    ends: tuple[str, str],
) -> Any:
    """Draw a matrix of cells, each with its value.

    Parameters
    ----------
    cells : DataFrame
        down, along, value (0..1), told (under the pointer) and, where they can be
        heard, call_id, channel, start_s, end_s.
    down, along : list of str
        Names of rows and columns in their order.
    palette : Palette
        Colours of the theme.
    colours : tuple of str
        From 0 to 1.
    ends : tuple of two str
        Words for 0 and 1.

    Returns
    -------
    plotly.graph_objects.Figure
        Without a title.
    """
    import plotly.graph_objects as go

    value = np.full((len(down), len(along)), np.nan)
    told: list[list[str]] = [[""] * len(along) for _ in down]
    custom: list[list[list[Any]]] = [[[None] * 4 for _ in along] for _ in down]
    clicks = known_clicks(cells)
    for row, click in zip(cells.to_dict("records"), clicks, strict=True):
        y, x = down.index(row["down"]), along.index(row["along"])
        value[y, x] = row["value"]
        told[y][x] = row["told"]
        custom[y][x] = click
    figure = go.Figure(
        go.Heatmap(
            z=[[None if np.isnan(v) else float(v) for v in row] for row in value],
            x=np.arange(len(along)),
            y=np.arange(len(down)),
            zmin=0,
            zmax=1,
            colorscale=colour_scale(colours),
            xgap=2,
            ygap=2,
            customdata=custom,
            hovertext=told,
            hoverongaps=False,
            hovertemplate="%{hovertext}<extra></extra>",
            colorbar={
                "thickness": 9,
                "len": 0.7,
                "outlinewidth": 0,
                "tickvals": [0, 1],
                "ticktext": list(ends),
                "tickfont": {"size": 11},
            },
        )
    )
    for (y, x), v in np.ndenumerate(value):
        if np.isfinite(v):
            figure.add_annotation(
                x=x,
                y=y,
                text=f"{v:.2f}".replace("0.", ".", 1) if 0 <= v < 1 else f"{v:.2f}",
                showarrow=False,
                font={"size": 11.5, "color": _on(float(v), palette)},
            )
    figure.update_xaxes(
        tickvals=np.arange(len(along)),
        ticktext=[spelled(str(name)) for name in along],
        showgrid=False,
        tickangle=-35 if len(along) > 6 else 0,
        side="bottom",
        range=[-0.5, len(along) - 0.5],
        tickfont={"color": palette.text},
    )
    figure.update_yaxes(
        tickvals=np.arange(len(down)),
        ticktext=[spelled(str(name)) for name in down],
        showgrid=False,
        range=[len(down) - 0.5, -0.5],
        tickfont={"color": palette.text},
    )
    figure.update_layout(
        template=template_of(palette),
        height=_CELL_PX * len(down) + _TOP_PX + _BOTTOM_PX + (40 if len(along) > 6 else 0),
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
    )
    return figure


def _on(value: float, palette: Palette) -> str:
    """Choose words that can be read on a cell."""
    light = value < _LIGHT_UNTIL if palette.name == "light" else value > _DARK_UNTIL
    return "#1b1f24" if light else "#ffffff"


def _items(pairs: pd.DataFrame) -> str:
    return between(
        pairs["n_items"].min(), pairs["n_items"].max(), "shared utterance", "shared utterances"
    )


def _pair_told(row: dict[Any, Any]) -> str:
    head = f"<b>{spelled(str(row['rater_a']))} and {spelled(str(row['rater_b']))}</b>"
    shared = f"the same in {row['same_share']:.0%} of {row['n_items']} shared utterances"
    if not np.isfinite(row["value"]):
        return f"{head}<br>{shared}<br>{wrapped(str(row['note']))}"
    return (
        f"{head}<br>alpha {row['value']:.2f}{_ends(row)}<br>{shared}<br>click: one they differ on"
    )


def _confusion_told(row: dict[Any, Any]) -> str:
    head = f"<b>{spelled(str(row['heard']))}, another rater: {spelled(str(row['other']))}</b>"
    if not row["n_pairs"]:
        return f"{head}<br>never"
    return (
        f"{head}<br>{row['share']:.0%}{_ends(row)}; {row['expected']:.0%} by chance<br>"
        f"{row['n_pairs']} pairs of raters, {row['n_items']} utterances<br>click: one of them"
    )


def _culture_told(row: dict[Any, Any]) -> str:
    head = (
        f"<b>{spelled(str(row['rater_group']))} raters, "
        f"{spelled(str(row['customer_group']))} customers</b>"
    )
    return (
        f"{head}<br>{row['n_ratings']} ratings of {row['n_utterances']} utterances "
        f"by {between(row['n_raters'], row['n_raters'], 'rater', 'raters')}"
    )


def _ends(row: dict[Any, Any]) -> str:
    if not np.isfinite(row["ci_low"]):
        return ""
    return f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})"
