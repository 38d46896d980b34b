"""Telephone speech of any length: a real call over and over, a sample call where there is none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile
import soxr

import workbench as wb

RATE_HZ = 8000
ROLES = {0: "customer", 1: "agent"}
_HERE = Path(__file__).parent.parent
_PLACES = (
    _HERE.parent / "shared" / "data" / "utep" / "calls" / "utep-126.wav",
    _HERE / "data_samples" / "audio" / "s10.wav",
)


@cache
def real_call() -> tuple[npt.NDArray[np.float32], int]:
    """Read a stereo call.

    Returns
    -------
    samples : ndarray of float32, shape (n_samples, 2)
        Customer and agent.
    sampling_rate_hz : int
        Hertz.
    """
    place = next(place for place in _PLACES if place.exists())
    samples, rate = soundfile.read(place, dtype="float32", always_2d=True)
    return samples, rate


@cache
def call_samples() -> npt.NDArray[np.float32]:
    """Read a stereo call and bring it to 8 kHz.

    Returns
    -------
    ndarray of float32, shape (n_samples, 2)
        Customer and agent.
    """
    return np.asarray(soxr.resample(*real_call(), RATE_HZ), np.float32)


def write_call(path: Path, seconds: float, *, start: int = 0) -> Path:
    """Write a call of any length as 8 kHz mu-law by repeating one.

    Parameters
    ----------
    path : Path
        The file to write.
    seconds : float
        How long it shall be.
    start : int
        Tenths of a second to begin at, so that calls differ.

    Returns
    -------
    Path
        The file.
    """
    once = np.roll(call_samples(), -start * RATE_HZ // 10, axis=0)
    left = round(seconds * RATE_HZ)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "ULAW", format="WAV") as file:
        while left:
            file.write(once[:left])
            left -= min(left, len(once))
    return path


def workspace_of_calls(folder: Path, n: int, seconds: float) -> wb.Workspace:
    """Make a workspace of calls that are cut into utterances and not measured.

    Parameters
    ----------
    folder : Path
        Where; it is made.
    n : int
        How many calls.
    seconds : float
        How long each is.

    Returns
    -------
    Workspace
        Open.
    """
    audio = folder / "audio"
    audio.mkdir(parents=True)
    for i in range(n):
        write_call(audio / f"{i:03}.wav", seconds, start=i + 1)
    ws = wb.create(folder / "workspace")
    failed = pd.concat([ws.ingest(audio, roles=ROLES), ws.segment(jobs=2)])
    if len(failed):
        raise RuntimeError(f"The benchmark's own calls failed: {failed['reason'].iloc[0]}")
    return ws
