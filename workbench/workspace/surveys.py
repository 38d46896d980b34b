"""What is gathered over a whole recording in one reading: its waveform and how loud it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.audio import peaks, read_blocks
from workbench.audio.loudness import PART_S, weighted_powers
from workbench.errors import RecordingError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

PEAKS_PER_S = 50

_BLOCK_S = 30.0


def survey(
    ws: Core, call_id: str, recording_id: str, place: str, root: str
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Read or make the peaks and powers of a recording.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id, recording_id : str
        The call and its recording.
    place, root : str
        Where the file is, and the name of its audio root.

    Returns
    -------
    peaks : ndarray of float32, shape (n_channels, n, 2)
        Lowest and highest sample in each fiftieth of a second.
    powers : ndarray of float32, shape (n_channels, n_parts)
        See `workbench.audio.loudness.weighted_powers`.

    Raises
    ------
    RecordingError
        If the file is not where it was, or cannot be read.
    """
    on_peaks, on_powers = (recording_id, PEAKS_PER_S), (recording_id, PART_S)
    shape = ws.cache.array("peaks", call_id, *on_peaks)
    powers = ws.cache.array("powers", call_id, *on_powers)
    if shape is None or powers is None:
        shape, powers = _read_through(present(ws, place, root))
        ws.cache.write_array("peaks", call_id, shape, *on_peaks)
        ws.cache.write_array("powers", call_id, powers, *on_powers)
    return shape, powers


def _read_through(place: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    shapes, powers = [], []
    for _, samples, rate in read_blocks(place, block_s=_BLOCK_S):
        n_peaks = round(len(samples) * PEAKS_PER_S / rate)
        shapes.append(np.stack([peaks(column, n_peaks) for column in samples.T]))
        powers.append(weighted_powers(samples, rate))
    return np.concatenate(shapes, axis=1), np.concatenate(powers, axis=1)


def present(ws: Core, place: str, root: str) -> str:
    """Make sure that a file is where it was.

    Parameters
    ----------
    ws : Core
        The workspace.
    place : str
        From `place_of`.
    root : str
        Name of its audio root.

    Returns
    -------
    str
        The same place.

    Raises
    ------
    RecordingError
        If there is no file any more.
    """
    if "://" not in place and not Path(place).exists():
        raise RecordingError(
            f"The audio is not at {place} any more. If it moved, say where its root is now: "
            f'ws.reroot("{root}", "/where/the/audio/is"), which changes [audio.roots] in '
            f"{ws.folder / 'workbench.toml'}."
        )
    return place
