"""Many calls laid over one another: the mean with its band, and two groups compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.plots.marks import known_clicks, label_ends, spelled
from workbench.plots.over_calls import (
    COUNT_PX,
    CURVE_PX,
    aligned_words,
    draw_counts,
    draw_mean,
    finish,
    known_bins,
    middles,
    panels,
    value_axis,
    who_is_left,
)
from workbench.plots.theme import faded, palette_named
from workbench.trajectories import comparison_words

_DIFFERENCE_PX = 190


def aligned_figure(
    means: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    at: str = "start",
    cluster: str = "call",
    n_left_out: int = 0,
    theme: str = "light",
) -> Any:
    """Draw the mean over many calls, with the number of calls behind each bin below.

    Bins with too few calls are hollow and have no band. The bars below show how
    many calls are behind each bin, and paler how many were running: where they
    fall, the curve is about the calls that were left.

    Parameters
    ----------
    means : DataFrame
        From `aligned_mean`.
    variable : str, default "valence"
        What was averaged.
    role : str, default "customer"
        Whose.
    at : str, default "start"
        Where the calls are aligned.
    cluster : str, default "call"
        What the band goes over: agent, customer or call.
    n_left_out : int, default 0
        Calls without the event.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A click on a point plays the call nearest to the mean there.

    Raises
    ------
    AbstainedError
        If no bin has a rated call.

    Examples
    --------
    >>> import pandas as pd
    >>> means = pd.DataFrame({
    ...     "bin": 0, "low": 0.0, "high": 10.0, "unit": "s", "estimate": [0.2], "ci_low": 0.1,
    ...     "ci_high": 0.3, "n_calls": 9, "n_running": 12, "n_clusters": 9, "note": "",
    ...     "call_id": "0007", "channel": 0, "start_s": 0.0, "end_s": 10.0})
    >>> aligned_figure(means).layout.title.text
    'The customer’s valence from the start of the call, over 9 calls'
    """
    palette = palette_named(theme)
    known = known_bins(means)
    figure = panels([CURVE_PX, COUNT_PX])
    colour = palette.role(role)
    draw_mean(figure, known, palette, colour, variable, number=0)
    draw_counts(figure, [known], [colour], row=2)
    value_axis(figure, [known], variable, palette)
    told = [
        "each call counts once",
        f"band: 95 % over {cluster}s, for each part alone",
        *who_is_left(known, at),
        *([f"{n_left_out} calls without {spelled(at)} left out"] if n_left_out else []),
    ]
    if not known["ci_low"].notna().any():
        told[1] = "no band: " + next((note for note in known["note"] if note), "too few calls")
    n = int(known["n_calls"].max())
    title = f"The {role}’s {variable} {aligned_words(at)}, over {n} calls"
    finish(figure, known, at, palette, [CURVE_PX, COUNT_PX], title=title, told=told)
    return figure


def comparison_figure(
    comparison: pd.DataFrame,
    means: Mapping[str, pd.DataFrame],
    *,
    variable: str = "valence",
    role: str = "customer",
    at: str = "start",
    warning: str = "",
    n_left_out: int = 0,
    theme: str = "light",
) -> Any:
    """Draw two groups of calls and where they differ by more than chance makes.

    Above, both means; below, their difference with its interval, on the grey band
    in which 95 of 100 differences stay that chance makes, in all parts at once.
    Below that, the calls behind each part.

    Parameters
    ----------
    comparison : DataFrame
        From `compare_groups`.
    means : mapping of str to DataFrame
        From `aligned_mean`, by the names of the groups.
    variable : str, default "valence"
        What was averaged.
    role : str, default "customer"
        Whose.
    at : str, default "start"
        Where the calls are aligned.
    warning : str, default ""
        What else the reader has to know, for example what was cut.
    n_left_out : int, default 0
        Calls that are in neither group, or lack the event.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The title says where the difference leaves the band. A click on a point
        plays the call nearest to its group's mean there.

    Raises
    ------
    AbstainedError
        If no bin has a rated call.
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    names = [str(comparison[name].iloc[0]) for name in ("group_a", "group_b")]
    known = [known_bins(means[name]) for name in names]
    colours = [palette.tags[0], palette.tags[2]]
    figure = panels([CURVE_PX, _DIFFERENCE_PX, COUNT_PX])
    labels = []
    for number, (own, name, colour) in enumerate(zip(known, names, colours, strict=True)):
        draw_mean(figure, own, palette, colour, variable, number=number, name=name)
        last = own[own["note"] == ""].tail(1) if (own["note"] == "").any() else own.tail(1)
        where = (float(middles(last).iloc[0]), float(last["estimate"].iloc[0]))
        labels.append((*where, spelled(name), colour))
    span = value_axis(figure, known, variable, palette)
    label_ends(figure, labels, room=0.09 * span)
    told = comparison[comparison["band_low"].notna()]
    x = middles(told)
    for side, fill in (("band_high", None), ("band_low", "tonexty")):
        figure.add_trace(
            go.Scatter(x=x, y=told[side], mode="lines", line={"width": 0}, fill=fill,
                       fillcolor=faded(palette.zero, 0.28), hoverinfo="skip"),
            row=2, col=1,
        )  # fmt: skip
    outside = told["outside"].to_numpy(dtype=bool)
    own_clicks = known_clicks(_spans_of(told, known[0]))
    figure.add_trace(
        go.Scatter(
            x=x,
            y=told["difference"],
            mode="lines+markers",
            line={"color": palette.text, "width": 1.5},
            marker={
                "size": np.where(outside, 11, 7),
                "symbol": np.where(outside, "diamond", "circle"),
                "color": np.where(outside, palette.alarm, palette.background),
                "line": {"color": np.where(outside, palette.alarm, palette.text), "width": 1.5},
            },
            error_y={
                "type": "data",
                "symmetric": False,
                "array": (told["ci_high"] - told["difference"]).to_numpy(dtype=float),
                "arrayminus": (told["difference"] - told["ci_low"]).to_numpy(dtype=float),
                "color": palette.muted,
                "thickness": 1,
                "width": 0,
            },
            customdata=own_clicks,
            hovertext=[_told_difference(row) for row in told.to_dict("records")],
            hoverinfo="text",
        ),
        row=2,
        col=1,
    )
    figure.update_yaxes(
        title={"text": "difference"}, zeroline=True, zerolinecolor=palette.zero, row=2, col=1
    )
    draw_counts(figure, known, colours, row=3)
    both = pd.concat(known)
    heights = [CURVE_PX, _DIFFERENCE_PX, COUNT_PX]
    first = comparison.iloc[0]
    lines = [
        f"{role}, {spelled(variable)} {aligned_words(at)}; {names[0]} less {names[1]}",
        "bars: 95 % for each part alone",
        f"grey: 95 of 100 chance differences stay in it everywhere ({first['permuted']})",
        *([warning] if warning else []),
        *who_is_left(both, at),
        *([f"{n_left_out} calls left out"] if n_left_out else []),
    ]
    finish(
        figure,
        both,
        at,
        palette,
        heights,
        title=comparison_words(comparison),
        told=lines,
        right=24 + 8 * max(map(len, names)),
    )
    return figure


def _spans_of(told: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    spans = known.set_index("bin")[["call_id", "channel", "start_s", "end_s"]]
    return spans.reindex(told["bin"]).reset_index()


def _told_difference(row: Mapping[Any, Any]) -> str:
    side = "outside the band" if row["outside"] else "inside the band"
    text = f"<b>difference {row['difference']:.2f}</b>"
    if np.isfinite(row["ci_low"]):
        text += f" ({row['ci_low']:.2f} to {row['ci_high']:.2f})"
    return text + (
        f"<br>{side}, p = {row['p_value']:.3f} for all parts together"
        f"<br>{row['n_calls_a']} and {row['n_calls_b']} calls"
    )
