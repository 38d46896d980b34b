"""The Tracer over the store, and traces side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.identifiers import settings_hash
from workbench.schema import HEARD
from workbench.taxonomies import Dimension
from workbench.workspace import hearing, labelling
from workbench.workspace.core import check_call

if TYPE_CHECKING:
    import ipywidgets

    from workbench.widgets import Tracer
    from workbench.workspace.core import Core


def tracer(
    ws: Core,
    rater: str,
    *,
    call_id: str,
    dimension: str | list[str],
    pass_: str,
    channel: int | None,
    name: str | None,
    language: str,
) -> Tracer:
    """Open the Tracer on a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who traces.
    call_id : str
        The call.
    dimension : str or list of str
        What is traced; of several the first is open.
    pass_ : str
        voice, or both with the words.
    channel : int or None
        Channel that is judged; None for the call as a whole.
    name : str or None
        The rater's name, when new.
    language : str
        Language of the words on the screen.

    Returns
    -------
    Tracer
        The widget.

    Raises
    ------
    InputError
        If there is no such call, channel, dimension or pass, or the call has no
        audio or no words.
    """
    from workbench.widgets import Tracer

    if pass_ not in HEARD:
        raise InputError(
            f'A trace of the pass "{pass_}" was asked for; one of {", ".join(HEARD)} was expected.'
        )
    files = hearing.channel_files(ws, call_id)
    if files.empty:
        raise InputError(f"Call {call_id} has no audio, so there is nothing to hear and trace.")
    if channel is not None and channel not in set(files["channel"]):
        there = ", ".join(str(c) for c in files["channel"])
        raise InputError(f"Call {call_id} has no channel {channel}; it has {there}.")
    words = ws.store.read("words", call_id=call_id) if pass_ == "both" else None
    if words is not None and words.empty:
        raise InputError(f'Call {call_id} has no words; trace it in the pass "voice".')
    names = [dimension] if isinstance(dimension, str) else list(dimension)
    dimensions = [_dimension(ws, one) for one in names]
    ws.store.add_rater(rater, name=name)
    session_id = ws.store.add_session(rater, client="jupyter")
    mine = {"rater_id": rater, "call_id": call_id, "pass": pass_, "channel": channel}
    traces, points = standing(ws, **mine)
    return Tracer(
        call_id,
        [
            {
                "dimension": one.dimension,
                "low": one.low,
                "high": one.high,
                "low_words": one.low_words,
                "high_words": one.high_words,
            }
            for one in dimensions
        ],
        rater_id=rater,
        audio=partial(hearing.masked_call if pass_ == "masked_voice" else hearing.read_call, ws),
        peaks=lambda call: hearing.call_peaks(ws, call),
        on_save=ws.store.add_trace,
        channel=channel,
        words=words,
        traces=traces.groupby("dimension").tail(1),
        points=points,
        channels=files,
        pass_=pass_,
        session_id=session_id,
        kept_as=settings_hash(str(ws.folder)),
        peaks_per_s=hearing.PEAKS_PER_S,
        language=language,
    )


def standing(ws: Core, **where: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the traces that no other supersedes, and their points.

    Parameters
    ----------
    ws : Core
        The workspace.
    **where : object
        Values of columns that a trace shares with the one it supersedes: call_id,
        channel, rater_id, dimension, pass.

    Returns
    -------
    traces : DataFrame
        Rows of the table traces, the oldest first.
    points : DataFrame
        Their rows of trace_points.
    """
    traces = ws.store.read("traces", **where)
    traces = traces[~traces["trace_id"].isin(traces["supersedes"])]
    traces = traces.sort_values(["created_at", "trace_id"], ignore_index=True)
    return traces, ws.store.read("trace_points", trace_id=traces["trace_id"].tolist())


def traces_figure(
    ws: Core, call_id: str, dimension: str, *, theme: str, **choice: Any
) -> ipywidgets.VBox:
    """Draw the traces of a call over each other, one line a rater.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    dimension : str
        Which dimension.
    theme : str
        "light" or "dark".
    **choice : object
        pass, channel or rater_id, to choose among traces.

    Returns
    -------
    VBox
        The figure and its player.

    Raises
    ------
    InputError
        If there is no such call.
    AbstainedError
        If nobody has traced it.
    """
    from workbench import plots
    from workbench.workspace.pictures import playable

    check_call(ws, call_id)
    traces, points = standing(ws, call_id=call_id, dimension=dimension, **choice)
    if traces.empty:
        raise AbstainedError(
            f"Nobody has traced {dimension} in call {call_id} yet, so there is nothing to draw: "
            f'ws.tracer("your-name", call_id={call_id!r}, dimension={dimension!r}).'
        )
    scale = next(
        (d for d in labelling.current_taxonomy(ws).dimensions if d.dimension == dimension), None
    )
    channels = ws.store.read("channels", call_id=call_id)
    figure = plots.traces_figure(
        traces,
        points,
        ends=(scale.low_words, scale.high_words) if scale else None,
        channels=channels,
        theme=theme,
    )
    return playable(ws, figure)


def _dimension(ws: Core, name: str) -> Dimension:
    dimensions = labelling.current_taxonomy(ws).dimensions
    for one in dimensions:
        if one.dimension == name:
            return one
    known = [one.dimension for one in dimensions]
    raise InputError(
        f'The taxonomy has no dimension "{name}".{nearest(name, known)} It has: {", ".join(known)}.'
    )
