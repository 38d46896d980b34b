"""Playback of even loudness: one gain a channel of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio.loudness import PART_S, gated_loudness_lufs, levelling_gain_db
from workbench.workspace import hearing, tables
from workbench.workspace.surveys import survey

if TYPE_CHECKING:
    from workbench.workspace.core import Core


def call_gains(ws: Core, call_id: str) -> dict[int, float]:
    """Choose the gain of each channel of a call for playback.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.

    Returns
    -------
    dict of int to float
        Gain in dB by channel, see `workbench.audio.loudness.levelling_gain_db`.
        The loudness is that of the channel's utterances in use, so that hold
        music does not count; of everything where there are none.

    Raises
    ------
    RecordingError
        If a file is not where it was.
    """
    files = hearing.channel_files(ws, call_id)
    spoken = tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    gains = {}
    for row in files.to_dict("records"):
        where = (str(row["place"]), str(row["root"]))
        shape, powers = survey(ws, call_id, str(row["recording_id"]), *where)
        channel, own = int(row["channel"]), int(row["recording_channel"])
        during = spoken.loc[spoken["channel"] == channel, ["start_s", "end_s"]] - row["offset_s"]
        loudness = gated_loudness_lufs(_while_speaking(powers[own], during))
        gains[channel] = levelling_gain_db(loudness, float(np.abs(shape[own]).max(initial=0.0)))
    return gains


def _while_speaking(
    powers: npt.NDArray[np.float32], during: pd.DataFrame
) -> npt.NDArray[np.float32]:
    """Keep the parts that lie in an utterance; all where there is none."""
    parts = np.rint(during.to_numpy(np.float64) / PART_S).astype(int)
    chosen = [powers[max(0, first) : max(0, last)] for first, last in parts]
    return np.concatenate(chosen) if chosen else powers
