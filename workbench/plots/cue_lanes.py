"""Cues that fired, as lanes under a figure: a cue and its opposite share one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.cues.measures import ENDS, MEASURES
from workbench.plots.marks import click_rows, spans_xy, spelled, wrapped
from workbench.plots.theme import Palette, faded

VOICE_CUES = "voice cues"
"""Heading of the lanes of cues."""

_SIDE = {cue: side for cue, _, side in ENDS}


def fired_cues(cues: pd.DataFrame | None, utterances: pd.DataFrame, call_id: str) -> pd.DataFrame:
    """Join the cues that fired in a call with the seconds of their utterances.

    Parameters
    ----------
    cues : DataFrame or None
        The table `cues`.
    utterances : DataFrame
        With utterance_id, call_id, channel, role, start_s and end_s.
    call_id : str
        The call.

    Returns
    -------
    DataFrame
        Sorted by time; without rows if no cue fired.
    """
    where = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]
    places = utterances.reindex(columns=where)
    places = places[places["call_id"] == call_id].drop_duplicates("utterance_id")
    columns = ["utterance_id", "cue", "evidence", "strength_sd"]
    if cues is None:
        return places.head(0).assign(cue="", evidence="", strength_sd=0.0)
    fired = cues.loc[cues["fired"].fillna(False).astype(bool), columns]
    return fired.merge(places, on="utterance_id").sort_values(["start_s", "cue"])


def cue_lanes(fired: pd.DataFrame) -> dict[str, str]:
    """Name the lane of each cue; a cue and its opposite share one.

    Parameters
    ----------
    fired : DataFrame
        From `fired_cues`.

    Returns
    -------
    dict of str to str
        Words of the lane for each cue that fired, from above.

    Examples
    --------
    >>> import pandas as pd
    >>> cue_lanes(pd.DataFrame({"cue": ["low_pitch", "fast_speech", "high_pitch"]}))["low_pitch"]
    'high pitch ▲ low pitch ▼'
    """
    there = set(fired["cue"])
    lanes: dict[str, str] = {}
    for measure in MEASURES:
        pair = [cue for cue in (measure.higher, measure.lower) if cue in there]
        words = (
            spelled(pair[0])
            if len(pair) == 1
            else " ".join(f"{spelled(cue)} {'▲' if _SIDE[cue] > 0 else '▼'}" for cue in pair)
        )
        lanes |= {cue: words for cue in pair if cue not in lanes}
    return lanes | {cue: spelled(cue) for cue in sorted(there - set(lanes))}


def add_cue_lanes(
    figure: Any,
    cues: pd.DataFrame,
    places: Mapping[tuple[str, str], int],
    palette: Palette,
    *,
    row: int,
) -> None:
    """Draw each fired cue as a mark over the seconds of its utterance.

    Parameters
    ----------
    figure : Figure
        With subplots; gets one trace a cue.
    cues : DataFrame
        From `fired_cues`.
    places : mapping of (heading, lane) to int
        From `lane_axis` for the lanes of `cue_lanes`.
    palette : Palette
        Colours of the theme.
    row : int
        Which subplot.
    """
    import plotly.graph_objects as go

    lanes = cue_lanes(cues)
    for (role, cue), own in cues.groupby(["role", "cue"], sort=True):
        height = places[VOICE_CUES, lanes[str(cue)]]
        colour = palette.role(str(role))
        x, y = spans_xy(own["start_s"], own["end_s"], height)
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                hoverinfo="skip",
                line={"color": faded(colour, 0.35), "width": 5},
            ),
            row=row,
            col=1,
        )
        figure.add_trace(
            go.Scatter(
                x=(own["start_s"] + own["end_s"]) / 2,
                y=np.full(len(own), height),
                mode="markers",
                name=f"{role}: {spelled(str(cue))}",
                marker={
                    "symbol": "triangle-up" if _SIDE.get(str(cue), 1) > 0 else "triangle-down",
                    "size": 10,
                    "color": colour,
                    "line": {"color": palette.background, "width": 1},
                },
                customdata=click_rows(own),
                hovertext=[
                    f"<b>{spelled(str(cue))}</b>, {role}<br>{wrapped(str(evidence))}"
                    f"<br>{start:.1f} to {end:.1f} s"
                    for evidence, start, end in zip(
                        own["evidence"].fillna(""), own["start_s"], own["end_s"], strict=True
                    )
                ],
                hoverinfo="text",
            ),
            row=row,
            col=1,
        )
