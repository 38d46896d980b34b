"""The long-term spectrum of a channel: how far it reaches and how it falls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

SPECTRUM_WINDOW_S = 0.032
TILT_EDGES_HZ = (50.0, 1000.0, 5000.0)
BAND_HZ = 250.0
"""Width of the bands in which the bandwidth is looked for, hertz."""

RANGE_DB = 55.0
"""How far below its strongest band a channel still counts as carrying speech, dB."""


@lru_cache(maxsize=16)
def _window(width: int) -> npt.NDArray[np.float32]:
    window = np.hanning(width + 2)[1:-1]
    return np.asarray(window * np.sqrt(2 / (width * np.sum(np.square(window)))), np.float32)


def power_spectra(
    samples: npt.NDArray[np.float32],
    sampling_rate_hz: int,
    middles: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Compute the power spectrum around some samples.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        One channel at its own rate.
    sampling_rate_hz : int
        Its rate, hertz.
    middles : ndarray of int64, shape (n_spectra,)
        Middles of the windows.

    Returns
    -------
    ndarray of float32, shape (n_spectra, n_bins)
        Mean square a bin, full scale being 1; bins are one over 32 ms apart. 0 where
        a window leaves the signal: its edge would sound like a click.
    """
    from scipy import fft

    width = max(4, round(SPECTRUM_WINDOW_S * sampling_rate_hz))
    starts = middles - width // 2
    inside = (starts >= 0) & (starts + width <= samples.size)
    power = np.zeros((middles.size, width // 2 + 1), np.float32)
    if inside.any():
        frames = np.lib.stride_tricks.sliding_window_view(samples, width)[starts[inside]]
        spectrum = fft.rfft(frames * _window(width), axis=1)
        power[inside] = np.square(spectrum.real) + np.square(spectrum.imag)
    return power


def tilt_powers(spectra: npt.NDArray[np.float32], sampling_rate_hz: int) -> npt.NDArray[np.float32]:
    """Sum spectra below and above 1 kHz.

    Parameters
    ----------
    spectra : ndarray of float32, shape (n_spectra, n_bins)
        See `power_spectra`.
    sampling_rate_hz : int
        Rate of the recording, hertz.

    Returns
    -------
    ndarray of float32, shape (n_spectra, 2)
        Power from 50 Hz to 1 kHz and from 1 to 5 kHz.
    """
    bins = np.arange(spectra.shape[1]) * (sampling_rate_hz / 2) / max(1, spectra.shape[1] - 1)
    low, middle, high = np.searchsorted(bins, TILT_EDGES_HZ)
    return np.stack(
        [spectra[:, low:middle].sum(axis=1), spectra[:, middle:high].sum(axis=1)], axis=1
    )


def bandwidth(
    speech: npt.NDArray[np.float64], noise: npt.NDArray[np.float64] | None, sampling_rate_hz: int
) -> float:
    """Find the highest frequency with speech energy.

    Parameters
    ----------
    speech : ndarray of float64, shape (n_bins,)
        Mean power spectrum of the utterances of a channel.
    noise : ndarray of float64, shape (n_bins,), or None
        Mean power spectrum of what lies between them.
    sampling_rate_hz : int
        Rate of the recording, hertz.

    Returns
    -------
    float
        Upper edge of the highest band of 250 Hz that is at most 55 dB softer than
        the strongest and at least 3 dB louder than the noise, hertz; NaN without
        energy.

    Examples
    --------
    Energy up to 3 kHz in a recording of 16 kHz:

    >>> import numpy as np
    >>> spectrum = np.where(np.linspace(0, 8000, 257) < 3000, 1e-4, 1e-12)
    >>> bandwidth(spectrum, None, 16000)
    3000.0
    """
    per_band = max(1, round(BAND_HZ * 2 * (speech.size - 1) / sampling_rate_hz))
    n_bands = speech.size // per_band
    bands = speech[: n_bands * per_band].reshape(n_bands, per_band).mean(axis=1)
    if not bands.size or bands.max() <= 1e-14:
        return float("nan")
    heard = bands > bands.max() * 10 ** (-RANGE_DB / 10)
    if noise is not None:
        floor = noise[: n_bands * per_band].reshape(n_bands, per_band).mean(axis=1)
        heard &= bands > 2 * floor
    if not heard.any():
        return float("nan")
    top = (int(np.flatnonzero(heard)[-1]) + 1) * per_band
    return min(sampling_rate_hz / 2, top * sampling_rate_hz / (2 * (speech.size - 1)))
