"""The curves of a recording, block by block, when somebody wants to hear or see them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from workbench.activity import speech_activity
from workbench.audio import read_audio
from workbench.prosody import HOP_S, voice_curves

BLOCK_S = 30
"""Length of a block, seconds. A block is the same whoever asks for it."""

CONTEXT_S = 5
"""What is heard on either side of a block to judge noise and range of F0, seconds."""

KEPT_BLOCKS = 32
"""How many blocks are kept for who hears them again: 16 minutes, 3 MB for two channels."""

_FRAMES = round(BLOCK_S / HOP_S)


def tracks_between(
    place: str, sha256: str, length_s: float, channel: int, start_s: float, end_s: float
) -> pd.DataFrame:
    """Track one channel of a recording, back to where its voice last paused.

    Parameters
    ----------
    place : str
        Path or URL of the recording.
    sha256 : str
        Its content.
    length_s : float
        Its length, seconds.
    channel : int
        Channel of the file.
    start_s, end_s : float
        Seconds of the recording.

    Returns
    -------
    DataFrame
        time_s, f0_hz, intensity_db and speech, one row each 10 ms, from before
        the last unvoiced frame before `start_s` to after `end_s` where there are
        such; whole blocks.
    """
    last = int(min(end_s + 2 * HOP_S, length_s - HOP_S) // BLOCK_S)
    block = int(max(0.0, start_s - 2 * HOP_S) // BLOCK_S)
    parts = [_block(place, sha256, length_s, k)[channel] for k in range(block, last + 1)]
    before = round(start_s / HOP_S) - block * _FRAMES
    while block > 0 and _all_voiced(parts[0].iloc[:before]):
        block, before = block - 1, _FRAMES
        parts.insert(0, _block(place, sha256, length_s, block)[channel])
    tracks = pd.concat(parts, ignore_index=True)
    tracks.insert(0, "time_s", (np.arange(len(tracks)) + block * _FRAMES + 0.5) * HOP_S)
    return tracks


def _all_voiced(tracks: pd.DataFrame) -> bool:
    """Say whether there are no two frames in a row without voice."""
    quiet = ~(tracks["speech"] & tracks["f0_hz"].notna()).to_numpy()
    return not (quiet[:-1] & quiet[1:]).any()


@lru_cache(maxsize=KEPT_BLOCKS)
def _block(place: str, sha256: str, length_s: float, number: int) -> tuple[pd.DataFrame, ...]:
    """Track all channels of a block: f0_hz, intensity_db, speech."""
    start_s, end_s = number * BLOCK_S, min((number + 1) * BLOCK_S, length_s)
    from_s = max(0, start_s - CONTEXT_S)
    samples, rate = read_audio(place, from_s, end_s + CONTEXT_S)
    own = slice(round((start_s - from_s) / HOP_S), round((start_s - from_s) / HOP_S) + _FRAMES)
    tracks = []
    for signal in samples.T:
        curves = voice_curves(signal, rate)
        speech = np.resize(speech_activity(signal, rate, hop_s=HOP_S), len(curves))
        part = curves[["f0_hz", "intensity_db"]].astype("float32").assign(speech=speech)
        tracks.append(part.iloc[own].reset_index(drop=True))
    return tuple(tracks)
