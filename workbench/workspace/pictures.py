"""Figures over the tables: a click on a point plays the seconds behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import plots, prosody
from workbench.cues import cue_table, default_thresholds
from workbench.cues.baseline import KINDS
from workbench.errors import InputError
from workbench.workspace import hearing, listening, tables

if TYPE_CHECKING:
    import ipywidgets

    from workbench.widgets import ThresholdExplorer
    from workbench.workspace.core import Core


def signals(
    ws: Core, call_id: str, *, start_s: float, end_s: float, theme: str | None
) -> ipywidgets.VBox:
    """Draw waveform, F0 and intensity of some seconds.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    start_s, end_s : float
        Seconds of the call.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    from workbench.audio import peaks

    samples, rate = hearing.read_call(ws, call_id, None, start_s, end_s)
    channels = hearing.channel_files(ws, call_id)["channel"].astype(int)
    recorded = [bool(signal.any()) for signal in samples.T]
    tracks, shapes = {}, {}
    for channel, signal, holds_sound in zip(channels, samples.T, recorded, strict=True):
        if not holds_sound and any(recorded):
            continue  # the recording before or after a transfer
        frames = prosody.frame_tracks(signal, rate)
        tracks[channel] = frames.assign(time_s=frames["time_s"] + start_s)
        shapes[channel] = peaks(signal, min(1200, len(signal)))
    draw = partial(
        plots.signals_figure,
        tracks,
        tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False),
        peaks=shapes,
        cues=tables.cues(ws, call_id=call_id),
        call_id=call_id,
        start_s=start_s,
        end_s=end_s,
    )
    return drawn(ws, draw, theme)


def baseline(ws: Core, utterance_id: str, cue: str, *, theme: str | None) -> ipywidgets.VBox:
    """Draw what a cue of an utterance is held against: the same speaker's others.

    Parameters
    ----------
    ws : Core
        The workspace.
    utterance_id : str
        The utterance.
    cue : str
        Which cue.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.

    Raises
    ------
    InputError
        If there is no such utterance.
    """
    call_id, speaker_id = _whose(ws, utterance_id)
    draw = partial(
        plots.baseline_figure,
        tables.cues(ws, call_id=call_id),
        tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False),
        cue=cue,
        speaker_id=speaker_id,
        call_id=call_id,
    )
    return drawn(ws, draw, theme)


def three_baselines(ws: Core, utterance_id: str, cue: str, *, theme: str | None) -> ipywidgets.VBox:
    """Draw what is usual by each of the three baselines.

    Parameters
    ----------
    ws : Core
        The workspace.
    utterance_id : str
        The utterance.
    cue : str
        Which cue.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.

    Raises
    ------
    InputError
        If there is no such utterance.
    """
    call_id, speaker_id = _whose(ws, utterance_id)
    draw = partial(
        plots.three_baselines_figure,
        {kind: tables.cues(ws, call_id=call_id, baseline=kind) for kind in KINDS},
        tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False),
        cue=cue,
        call_id=call_id,
        speaker_id=speaker_id,
    )
    return drawn(ws, draw, theme)


def threshold_explorer(ws: Core, *, theme: str) -> ThresholdExplorer:
    """Open the thresholds with a slider over a figure of what they find.

    Parameters
    ----------
    ws : Core
        The workspace.
    theme : str
        "light" or "dark".

    Returns
    -------
    ThresholdExplorer
        A widget.
    """
    from workbench.widgets import ThresholdExplorer

    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    measured = tables.prosody(ws)
    utterances = utterances[utterances["utterance_id"].isin(measured["utterance_id"])]
    return ThresholdExplorer(
        default_thresholds(),
        lambda thresholds: cue_table(
            measured,
            utterances,
            infer_roles=ws.config.policy.infer_roles,
            thresholds=thresholds,
        ),
        lambda cues, cue: plots.strengths_figure(cues, utterances, cue=cue, theme=theme),
        lambda row: listening.snippet(ws, row),
    )


def _whose(ws: Core, utterance_id: str) -> tuple[str, str | None]:
    found = ws.store.read("utterances", utterance_id=utterance_id)
    if found.empty:
        raise InputError(f'There is no utterance "{utterance_id}".')
    speaker = found["speaker_id"].item()
    return str(found["call_id"].item()), None if pd.isna(speaker) else str(speaker)


def playable(ws: Core, figure: Any) -> ipywidgets.VBox:
    """Make a figure play.

    Parameters
    ----------
    ws : Core
        The workspace.
    figure : plotly Figure
        With [call_id, channel, start_s, end_s] as customdata of its points.

    Returns
    -------
    VBox
        The figure and its player.
    """
    from workbench import widgets

    return widgets.playable(figure, lambda row: listening.snippet(ws, row))


def drawn(ws: Core, draw: Callable[..., Any], theme: str | None) -> ipywidgets.VBox:
    """Make a figure play, in the theme of the page unless one is chosen.

    Parameters
    ----------
    ws : Core
        The workspace.
    draw : callable
        `draw(theme=)` gives the figure.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    if theme is not None:
        return playable(ws, draw(theme=theme))
    from workbench import widgets

    return widgets.playable(
        draw(theme="light"),
        lambda row: listening.snippet(ws, row),
        redraw=lambda theme: draw(theme=theme),
    )
