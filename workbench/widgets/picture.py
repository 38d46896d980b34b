"""What the zoomed view draws: spectrogram, F0 and level of some seconds of one channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.widgets.answering import Answer


@dataclass(frozen=True)
class Picture:
    """Spectrogram, F0 and level on one grid of frames.

    Parameters
    ----------
    start_s : float
        Second of the call at which the first frame begins; frame `i` lies around
        `start_s + (i + 0.5) * hop_s`.
    hop_s : float
        Time from one frame to the next, seconds.
    levels : ndarray of uint8, shape (n_frames, n_bands)
        0 at `floor_db` and below, 255 at `ceiling_db`; lowest band first.
    low_hz, high_hz : float
        Edges of the lowest and the highest band, hertz.
    floor_db, ceiling_db : float
        Level of a band at 0 and at 255, dB re full scale.
    f0_hz : ndarray of float32, shape (n_frames,)
        F0, hertz; NaN where there is no voice.
    level_db : ndarray of float32, shape (n_frames,)
        Level, dB re full scale; -120 in digital silence.
    scale : str, default "mel"
        How the bands lie: "mel", equally far apart in 2595 log10(1 + f / 700), or
        "linear", equally far apart in hertz.
    """

    start_s: float
    hop_s: float
    levels: npt.NDArray[np.uint8]
    low_hz: float
    high_hz: float
    floor_db: float
    ceiling_db: float
    f0_hz: npt.NDArray[np.float32]
    level_db: npt.NDArray[np.float32]
    scale: str = "mel"


def picture_answer(picture: Picture) -> Answer:
    """Pack a picture into a message.

    Parameters
    ----------
    picture : Picture
        What to draw.

    Returns
    -------
    content : dict
        start_s, hop_s, n_frames, n_bands, low_hz, high_hz, scale, floor_db and
        ceiling_db.
    buffers : list of bytes
        The spectrogram as unsigned bytes, frame after frame; F0 and level as
        32-bit floats, little endian.

    Examples
    --------
    >>> two = np.zeros(2, np.float32)
    >>> content, buffers = picture_answer(
    ...     Picture(1.0, 0.01, np.zeros((2, 80), np.uint8), 0.0, 4000.0, -90.0, -20.0, two, two)
    ... )
    >>> content["n_frames"], content["n_bands"], [len(buffer) for buffer in buffers]
    (2, 80, [160, 8, 8])
    """
    n_frames, n_bands = picture.levels.shape
    content = {
        "start_s": float(picture.start_s),
        "hop_s": float(picture.hop_s),
        "n_frames": n_frames,
        "n_bands": n_bands,
        "low_hz": float(picture.low_hz),
        "high_hz": float(picture.high_hz),
        "scale": picture.scale,
        "floor_db": float(picture.floor_db),
        "ceiling_db": float(picture.ceiling_db),
    }
    buffers = [
        np.ascontiguousarray(picture.levels, np.uint8).tobytes(),
        np.asarray(picture.f0_hz, "<f4").tobytes(),
        np.asarray(picture.level_db, "<f4").tobytes(),
    ]
    return content, buffers
