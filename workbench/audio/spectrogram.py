"""Mel spectrograms for the eye."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

HOP_S = 0.01
"""Time from one frame to the next, seconds."""

N_BANDS = 80
HIGHEST_HZ = 8000.0
RANGE_DB = 70.0
"""What is shown below the strongest band, dB."""

LEAST_CEILING_DB = -50.0
"""The strongest band counts as at least this, so that noise is not shown as if it were loud."""

_WINDOW_S = 0.032
_SILENCE_DB = -120.0
_AT_ONCE = 256


@dataclass(frozen=True)
class Spectrogram:
    """How strong each band is in each frame, ready to be drawn.

    Parameters
    ----------
    levels : ndarray of uint8, shape (n_frames, n_bands)
        0 at `floor_db` and below, 255 at `ceiling_db`; lowest band first. Frame
        `i` lies around `(i + 0.5) * HOP_S`.
    low_hz, high_hz : float
        Edges of the lowest and the highest band, hertz.
    floor_db, ceiling_db : float
        Level of a band at 0 and at 255, dB re full scale.
    """

    levels: npt.NDArray[np.uint8]
    low_hz: float
    high_hz: float
    floor_db: float
    ceiling_db: float


def mel_spectrogram(samples: npt.ArrayLike, sampling_rate_hz: int) -> Spectrogram:
    """Measure the level of mel bands every 10 ms of one channel.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz; at least 4000. What is above 16 kHz is brought down to it.

    Returns
    -------
    Spectrogram
        80 bands from 0 to 8000 Hz, or to half the sampling rate where that is
        lower. The bands are triangles whose middles are equally far apart in
        mel, 2595 log10(1 + f / 700); together they hold all the power, so their sum
        is the level of the frame. The range is the 70 dB below the strongest band.

    Raises
    ------
    InputError
        If the samples are not one channel, or the rate is too low.

    Examples
    --------
    A tone of 1 kHz is strongest in the band whose middle is nearest:

    >>> import numpy as np
    >>> tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> picture = mel_spectrogram(tone, 8000)
    >>> picture.levels.shape, picture.high_hz, int(picture.levels[50].argmax())
    ((100, 80), 4000.0, 37)
    """
    signal = np.asarray(samples, np.float32)
    if signal.ndim != 1 or sampling_rate_hz < 4000:
        raise InputError(
            f"Samples of shape {signal.shape} at {sampling_rate_hz} Hz came; a spectrogram is that "
            "of one channel, shape (n_samples,), at 4000 Hz or more."
        )
    n_frames = int(np.ceil(round(signal.size / (HOP_S * sampling_rate_hz), 6)))
    rate = min(round(2 * HIGHEST_HZ), sampling_rate_hz // 100 * 100)
    if rate != sampling_rate_hz:
        import soxr

        signal = soxr.resample(signal, sampling_rate_hz, rate)
    decibels = _band_levels_db(signal, rate, n_frames)
    ceiling_db = max(LEAST_CEILING_DB, float(decibels.max(initial=_SILENCE_DB)))
    scaled = (decibels - np.float32(ceiling_db - RANGE_DB)) * np.float32(255 / RANGE_DB)
    return Spectrogram(
        np.clip(np.round(scaled), 0, 255).astype(np.uint8),
        0.0,
        rate / 2,
        ceiling_db - RANGE_DB,
        ceiling_db,
    )


def _band_levels_db(
    signal: npt.NDArray[np.float32], rate: int, n_frames: int
) -> npt.NDArray[np.float32]:
    from scipy import fft

    if not n_frames:
        return np.zeros((0, N_BANDS), np.float32)
    hop, width = round(HOP_S * rate), round(_WINDOW_S * rate)
    size = 1 << int(np.ceil(np.log2(2 * width)))
    lead = (size - hop) // 2
    padded = np.zeros(size + (n_frames - 1) * hop, np.float32)
    padded[lead : lead + signal.size] = signal[: padded.size - lead]
    window = np.zeros(size, np.float32)
    window[(size - width) // 2 :][:width] = np.hanning(width + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    bands = _mel_bands(rate, size)
    power = np.empty((n_frames, N_BANDS), np.float32)
    for a in range(0, n_frames, _AT_ONCE):
        spectrum = fft.rfft(frames[a : a + _AT_ONCE] * window, axis=1)
        power[a : a + _AT_ONCE] = (spectrum.real**2 + spectrum.imag**2) @ bands
    power *= np.float32(2 / (size * np.square(window, dtype=np.float64).sum()))
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (_SILENCE_DB / 10))), np.float32)


@lru_cache(maxsize=4)
def _mel_bands(rate: int, size: int) -> npt.NDArray[np.float32]:
    """Give the weight of each bin of a spectrum in each band, shape (n_bins, n_bands)."""
    edges = 700 * (10 ** (np.linspace(0, _mel(rate / 2), N_BANDS + 2) / 2595) - 1)
    hz = np.arange(size // 2 + 1)[:, None] * rate / size
    rising = (hz - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - hz) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _mel(hz: float) -> float:
    return 2595 * float(np.log10(1 + hz / 700))
