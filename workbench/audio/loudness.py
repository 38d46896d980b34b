"""How loud a channel is to the ear, and the gain that makes all calls about equally loud."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PART_S = 0.1
"""Loudness is gathered in parts of this length, seconds."""

TARGET_LUFS = -23.0
MOST_GAIN_DB = 20.0

_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_DB = -10.0
_PARTS_A_BLOCK = 4

_FILTERS_48K = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585),
    (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621),
)
"""The two filters of BS.1770 at 48 kHz: b0, b1, b2, a1, a2."""


def weighted_powers(
    samples: npt.NDArray[np.float32], sampling_rate_hz: int
) -> npt.NDArray[np.float32]:
    """Measure the power of each tenth of a second as the ear weighs it.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_frames, n_channels)
        Full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz; at least 4000.

    Returns
    -------
    ndarray of float32, shape (n_channels, n_parts)
        Mean square after the K-weighting of BS.1770 [1]_, applied to the spectrum
        of each part. What is left over at the end is not counted.

    References
    ----------
    .. [1] ITU-R BS.1770-4 (2015). Algorithms to measure audio programme loudness
       and true-peak audio level.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 997 * np.arange(8000) / 8000).astype(np.float32)
    >>> powers = weighted_powers(tone[:, None], 8000)
    >>> powers.shape, round(gated_loudness_lufs(powers[0]), 1)
    ((1, 10), -3.0)
    """
    size = round(PART_S * sampling_rate_hz)
    n_parts = len(samples) // size
    weights = 2.0 / size**2 * _weighting(np.fft.rfftfreq(size, 1 / sampling_rate_hz))
    out = np.empty((samples.shape[1], n_parts), np.float32)
    for channel, signal in enumerate(samples.T):
        spectrum = np.fft.rfft(signal[: n_parts * size].reshape(n_parts, size), axis=1)
        out[channel] = (np.square(spectrum.real) + np.square(spectrum.imag)) @ weights
    return out


def gated_loudness_lufs(powers: npt.NDArray[np.floating]) -> float:
    """Average the loudness over what is not silent.

    Parameters
    ----------
    powers : ndarray of float, shape (n_parts,)
        From `weighted_powers`, one channel.

    Returns
    -------
    float
        Loudness, LUFS, over blocks of 0.4 s that are louder than -70 LUFS and
        not more than 10 below the mean of these (the gates of BS.1770);
        -inf where there is none.

    Examples
    --------
    >>> gated_loudness_lufs(np.zeros(10))
    -inf
    """
    n_blocks = powers.size - _PARTS_A_BLOCK + 1
    if n_blocks < 1:
        return float("-inf")
    sums = np.cumsum(np.concatenate([[0.0], powers.astype(np.float64)]))
    blocks = np.maximum(sums[_PARTS_A_BLOCK:] - sums[:-_PARTS_A_BLOCK], 0.0) / _PARTS_A_BLOCK
    blocks = blocks[blocks > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_DB) / 10)]
    if not blocks.size:
        return float("-inf")
    kept = blocks[blocks > blocks.mean() * 10 ** (_RELATIVE_GATE_DB / 10)]
    return float(_OFFSET_DB + 10 * np.log10(kept.mean()))


def levelling_gain_db(loudness_lufs: float, peak: float) -> float:
    """Choose the gain for playback of even loudness.

    Parameters
    ----------
    loudness_lufs : float
        Loudness of the channel, LUFS.
    peak : float
        Largest magnitude of a sample, full scale being 1.

    Returns
    -------
    float
        Gain, dB, towards -23 LUFS: at most 20 either way, and never so much that
        the peak is clipped; 0 where nothing is to be heard.

    Examples
    --------
    >>> levelling_gain_db(-30.0, 0.1), levelling_gain_db(-50.0, 0.01), levelling_gain_db(-30.0, 1.0)
    (7.0, 20.0, 0.0)
    """
    if not np.isfinite(loudness_lufs) or peak <= 0:
        return 0.0
    wanted_db = float(np.clip(TARGET_LUFS - loudness_lufs, -MOST_GAIN_DB, MOST_GAIN_DB))
    return min(wanted_db, max(0.0, float(-20 * np.log10(peak))))


def _weighting(hz: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Give the power response of both filters."""
    back = np.exp(-2j * np.pi * hz / 48000)
    response = np.ones(hz.size)
    for b0, b1, b2, a1, a2 in _FILTERS_48K:
        passed = (b0 + b1 * back + b2 * back**2) / (1 + a1 * back + a2 * back**2)
        response *= np.abs(passed) ** 2
    response[hz >= 24000] = 0.0
    return response
