"""What figures share: what a click plays, words for seconds and raters, lanes, cues."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.theme import Palette

CLICK_COLUMNS = ["call_id", "channel", "start_s", "end_s"]
"""What a point's customdata holds: the seconds that a click plays."""


def click_rows(rows: pd.DataFrame) -> list[list[Any]]:
    """Say for each row what a click on its point plays.

    Parameters
    ----------
    rows : DataFrame
        With call_id, start_s and end_s; channel where it is known.

    Returns
    -------
    list of [call_id, channel, start_s, end_s]
        Plain Python values; channel None for all channels.

    Examples
    --------
    >>> import pandas as pd
    >>> click_rows(pd.DataFrame({"call_id": ["0007"], "start_s": 1.0, "end_s": 2.5}))
    [['0007', None, 1.0, 2.5]]
    """
    channel = rows["channel"] if "channel" in rows.columns else pd.Series(None, index=rows.index)
    return [
        [str(call), None if pd.isna(c) else int(c), float(start), float(end)]
        for call, c, start, end in zip(
            rows["call_id"], channel, rows["start_s"], rows["end_s"], strict=True
        )
    ]


def known_clicks(rows: pd.DataFrame) -> list[list[Any]]:
    """Say what a click plays, for rows of which some or all have no seconds.

    Parameters
    ----------
    rows : DataFrame
        With the columns of `CLICK_COLUMNS`, or without.

    Returns
    -------
    list of [call_id, channel, start_s, end_s]
        Four times None where there is nothing to hear.

    Examples
    --------
    >>> import pandas as pd
    >>> known_clicks(pd.DataFrame({"tag": ["anger"]}))
    [[None, None, None, None]]
    """
    if not set(CLICK_COLUMNS) <= set(rows.columns):
        return [[None] * 4 for _ in range(len(rows))]
    known = rows["call_id"].notna().to_numpy(dtype=bool)
    clicks = iter(click_rows(rows[known]))
    return [next(clicks) if one else [None] * 4 for one in known]


def one_call(rows: pd.DataFrame, call_id: str | None) -> pd.DataFrame:
    """Select the rows of one call, refusing a choice that nobody made.

    Parameters
    ----------
    rows : DataFrame
        With call_id.
    call_id : str or None
        The call; None if only one came.

    Returns
    -------
    DataFrame
        At least one row.

    Raises
    ------
    InputError
        If there is no such call, or none or several came without a choice.
    """
    known = list(map(str, rows["call_id"].unique()))
    if call_id is None:
        if len(known) == 1:
            return rows
        raise InputError(
            f"One call is drawn, and {len(known)} came. Choose one with call_id=..."
            if known
            else "There is nothing to draw: no utterance of this call has been rated."
        )
    chosen = rows[rows["call_id"] == call_id]
    if chosen.empty:
        raise InputError(
            f'Nothing came for the call "{call_id}".{nearest(call_id, known)} '
            "Has any of its utterances been rated?"
        )
    return chosen


def spelled(name: str) -> str:
    """Write the name of a tag, dimension or cue as words.

    Parameters
    ----------
    name : str
        As in the tables.

    Returns
    -------
    str
        Without underscores, safe to show.

    Examples
    --------
    >>> spelled("high_pitch")
    'high pitch'
    """
    return escape(name.replace("_", " "), quote=False)


def between(low: float, high: float, unit: str, many: str) -> str:
    """Say a range of counts in words.

    Parameters
    ----------
    low, high : float
        Smallest and largest.
    unit, many : str
        The word for one and for several.

    Returns
    -------
    str
        For example "3 to 5 raters" or "1 rater".

    Examples
    --------
    >>> between(3, 5, "rater", "raters"), between(1, 1, "rater", "raters")
    ('3 to 5 raters', '1 rater')
    """
    if low != high:
        return f"{int(low)} to {int(high)} {many}"
    return f"{int(low)} {unit if int(low) == 1 else many}"


def lane_axis(
    lanes: list[tuple[str, str]], *, role_colours: Mapping[str, str], headings: bool = True
) -> tuple[dict[tuple[str, str], int], dict[str, Any]]:
    """Give each (role, name) a lane from the top, under a heading for its role.

    Parameters
    ----------
    lanes : list of (role, name)
        In their order.
    role_colours : mapping of str to str
        Colour of each role's heading.
    headings : bool, default True
        Whether a role's lanes stand under its name.

    Returns
    -------
    places : dict of (role, name) to int
        Height of each lane on the axis, falling.
    axis : dict
        Settings of the Plotly y axis; `range` spans all lanes.

    Examples
    --------
    >>> places, axis = lane_axis([("customer", "anger")], role_colours={"customer": "#0a66a8"})
    >>> places, axis["tickvals"]
    ({('customer', 'anger'): -1}, [0, -1])
    """
    places: dict[tuple[str, str], int] = {}
    values: list[int] = []
    words: list[str] = []
    seen: set[str] = set()
    at = 0
    for role, name in lanes:
        if headings and role not in seen:
            seen.add(role)
            values.append(at)
            words.append(f'<b style="color:{role_colours[role]}">{role}</b>')
            at -= 1
        places[role, name] = at
        values.append(at)
        words.append(spelled(name))
        at -= 1
    axis = {
        "tickvals": values,
        "ticktext": words,
        "range": [at + 0.3, 0.7],
        "showgrid": False,
        "fixedrange": True,
    }
    return places, axis


def spans_xy(starts: Any, ends: Any, height: Any) -> tuple[list[float | None], list[float | None]]:
    """Lay separate horizontal lines from start to end into one trace.

    Parameters
    ----------
    starts, ends : array of float
        Ends of each line, seconds.
    height : float or array of float
        Where each lies.

    Returns
    -------
    x, y : list
        With None between two lines.

    Examples
    --------
    >>> spans_xy([0.0], [2.0], 1.0)
    ([0.0, 2.0, None], [1.0, 1.0, None])
    """
    heights = np.broadcast_to(np.asarray(height, dtype=float), np.shape(starts))
    x: list[float | None] = []
    y: list[float | None] = []
    for start, end, high in zip(starts, ends, heights, strict=True):
        x += [float(start), float(end), None]
        y += [float(high), float(high), None]
    return x, y


def wrapped(text: str, width: int = 56) -> str:
    """Break a sentence into lines for a hover label, safely.

    Parameters
    ----------
    text : str
        The sentence; may come from outside.
    width : int, default 56
        Longest line, in characters.

    Returns
    -------
    str
        Lines joined by a break; angle brackets and ampersands are shown as such.

    Examples
    --------
    >>> wrapped("a < b and so on", width=8)
    'a &lt; b<br>and so<br>on'
    """
    import textwrap

    return "<br>".join(escape(line, quote=False) for line in textwrap.wrap(text, width))


def add_moment(
    figure: Any, at_s: float, words: str, palette: Palette, *, colour: str | None = None
) -> None:
    """Draw a vertical line over all panels, with words at its top.

    Parameters
    ----------
    figure : Figure
        Gets the line.
    at_s : float
        Seconds of the call.
    words : str
        What happened.
    palette : Palette
        Colours of the theme.
    colour : str, optional
        Default: that of an alarm.
    """
    colour = palette.alarm if colour is None else colour
    figure.add_shape(
        type="line",
        x0=at_s,
        x1=at_s,
        xref="x",
        y0=0,
        y1=1,
        yref="paper",
        line={"color": colour, "width": 1.5, "dash": "dot"},
    )
    figure.add_annotation(
        x=at_s,
        xref="x",
        y=1,
        yref="paper",
        text=words,
        showarrow=False,
        yanchor="bottom",
        xanchor="left",
        xshift=-2,
        font={"color": colour, "size": 12},
    )


def padded(*values: Any, share: float = 0.05) -> list[float]:
    """Find an axis range that leaves some room beside all values.

    Parameters
    ----------
    *values : array of float
        What is drawn; NaN is left out.
    share : float, default 0.05
        Room on each side, as a share of the range.

    Returns
    -------
    list of [low, high]
        A range as Plotly takes it.

    Examples
    --------
    >>> padded([0.0, 10.0], [float("nan")])
    [-0.5, 10.5]
    """
    together = np.concatenate([np.asarray(part, dtype=float).ravel() for part in values])
    low, high = float(np.nanmin(together)), float(np.nanmax(together))
    room = share * (high - low or 1.0)
    return [low - room, high + room]


def label_ends(
    figure: Any, labels: Iterable[tuple[float, float, str, str]], *, room: float
) -> None:
    """Write at the right what each curve is, one above the other where they end together.

    Parameters
    ----------
    figure : plotly Figure
        The figure; it is changed.
    labels : iterable of tuple
        Of each curve the last time, seconds, its value there, name and colour.
    room : float
        How far apart two names have to be, in units of the value.
    """
    labels = sorted(labels, key=lambda label: label[1])
    right = max(time_s for time_s, *_ in labels)
    floor = -math.inf
    for _, value, name, colour in labels:
        floor = max(value, floor + room)
        figure.add_annotation(
            x=right,
            y=floor,
            text=f"<b>{escape(name)}</b>",
            showarrow=False,
            xanchor="left",
            xshift=11,
            font={"color": colour, "size": 13},
        )
