"""What tells speech from noise and tones, frame by frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity.frames import decibels

LOW_HZ, HIGH_HZ = 100.0, 3800.0
BLOCK_S, BLOCKS_A_STEP = 0.1, 10
FRAMES_MARGIN_STEPS = 6

_VOICE_HZ = 1600.0
_BAND_EDGES_HZ = np.geomspace(150.0, HIGH_HZ, 13).astype(np.float32)
_LAGS_S = (1 / np.geomspace(70.0, 400.0, 48)).astype(np.float32)
_NOTHING = 1e-11
_BIAS, _LASTING_BIAS = 1.6, 1.25
_LASTING_S = 2.0
_BESIDE = 12

_Rows = npt.NDArray[np.float32]


class FrameFeatures(NamedTuple):
    """Per frame: distance from the noise, voicing, steadiness, level of the speech band."""

    snr_db: _Rows
    voicing: _Rows
    similarity: _Rows
    level_db: _Rows


def frames_a_step(hop_s: float) -> int:
    """Count the frames of a step, in which the least power of the noise is looked for.

    Parameters
    ----------
    hop_s : float
        Length of a frame, seconds.

    Returns
    -------
    int
        About a second of frames.
    """
    return round(BLOCK_S / hop_s) * BLOCKS_A_STEP


def frame_features(
    power: _Rows, frequencies_hz: _Rows, hop_s: float, inner: slice
) -> FrameFeatures:
    """Measure frames within their surroundings.

    Parameters
    ----------
    power : ndarray of float32, shape (n_frames, n_bins)
        Power spectra; the first frame begins a step. What lies `FRAMES_MARGIN_STEPS`
        steps away does not change a frame.
    frequencies_hz : ndarray of float32, shape (n_bins,)
        Middle of each bin, hertz.
    hop_s : float
        Length of a frame, seconds.
    inner : slice
        Which frames to measure.

    Returns
    -------
    FrameFeatures
        One value a frame of `inner`.
    """
    from scipy.ndimage import maximum_filter1d

    block = round(BLOCK_S / hop_s)
    floor = _noise_floor(power, block) + np.float32(_NOTHING)
    first = max(0, inner.start - _BESIDE)
    own = slice(inner.start - first, inner.stop - first)
    power = power[first : inner.stop + _BESIDE]
    blocks = np.arange(first, first + len(power)) // block
    in_band = (frequencies_hz[:, None] >= _BAND_EDGES_HZ[:-1]) & (
        frequencies_hz[:, None] < _BAND_EDGES_HZ[1:]
    )
    bands = in_band.astype(np.float32)
    noise = np.maximum(floor @ bands, np.float32(1e-12))
    ratio = np.maximum(power @ bands, np.float32(1e-12)) / noise[blocks]
    snr_db = (10 * np.log10(np.clip(ratio, 1, 10**2.5, out=ratio), out=ratio)).mean(axis=1)

    voice = frequencies_hz < _VOICE_HZ
    cosines = np.cos(2 * np.pi * frequencies_hz[voice][:, None] * _LAGS_S).astype(np.float32)
    low = power[:, voice]
    total = np.maximum(low.sum(axis=1), np.float32(1e-12))
    cleaned = low - (2 * floor[:, voice])[blocks]
    voicing = (np.maximum(cleaned, 0, out=cleaned) @ cosines).max(axis=1) / total

    size = np.maximum(np.sqrt(np.einsum("ij,ij->i", power, power)), np.float32(1e-15))
    apart = max(1, round(0.05 / hop_s))
    similarity = np.zeros(len(power), np.float32)
    if len(power) > apart:
        steady = np.einsum("ij,ij->i", power[apart:], power[:-apart])
        steady /= size[apart:] * size[:-apart]
        similarity[apart:] = steady
        similarity[:-apart] = np.maximum(similarity[:-apart], steady)
    locked = maximum_filter1d(similarity, 7, mode="nearest") > 0.999
    similarity[locked] = 1.0  # the on- and offset of a machine's tone
    level_db = decibels(power.sum(axis=1)).astype(np.float32)
    tracks = (_smooth(snr_db), _smooth(voicing), similarity, level_db)
    return FrameFeatures(*(track[own] for track in tracks))


def _noise_floor(power: _Rows, block: int) -> _Rows:
    """Estimate the power of the noise per block and bin; see the notes of speech_activity."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    n_whole = len(power) // block
    whole = power[: n_whole * block].reshape(n_whole, block, power.shape[1])
    mean, quietest = whole.mean(axis=1), whole.sum(axis=2).min(axis=1)
    rest = power[n_whole * block :]
    if len(rest):
        mean = np.concatenate([mean, rest.mean(axis=0, keepdims=True)])
        quietest = np.append(quietest, rest.sum(axis=1).min())
    silent = quietest < 1e-10
    size = 2 * round(_LASTING_S / BLOCK_S / 2) + 1
    lasting = minimum_filter1d(np.where(silent[:, None], 0, mean), size, axis=0, mode="nearest")
    lasting = maximum_filter1d(lasting, size, axis=0, mode="nearest")
    mean[silent] = np.inf
    n_steps = -(-len(mean) // BLOCKS_A_STEP)
    fill = np.full((n_steps * BLOCKS_A_STEP - len(mean), mean.shape[1]), np.inf, mean.dtype)
    lowest = np.concatenate([mean, fill]).reshape(n_steps, BLOCKS_A_STEP, -1).min(axis=1)
    around = np.pad(lowest, ((4, 4), (0, 0)), constant_values=np.inf)
    n_finite = sum(np.isfinite(around[k : k + n_steps]) for k in range(9))
    floor = np.choose(np.minimum(n_finite // 4, 2), three_smallest(around))
    floor = np.repeat(floor, BLOCKS_A_STEP, axis=0)[: len(mean)]
    usual = np.where(np.isfinite(floor), floor, 0)
    return np.maximum(_BIAS * usual, _LASTING_BIAS * lasting).astype(np.float32)


def three_smallest(steps: _Rows) -> tuple[_Rows, _Rows, _Rows]:
    """Find the three smallest values among nine neighbours.

    Parameters
    ----------
    steps : ndarray of float32, shape (n_steps + 8, n_bins)
        Values, with four steps before and after.

    Returns
    -------
    tuple of ndarray of float32, shape (n_steps, n_bins)
        The smallest, the second and the third; much quicker than sorting.
    """
    first = second = third = np.full_like(steps[8:], np.inf)
    for k in range(9):
        value = steps[k : len(steps) - 8 + k]
        first, value = np.minimum(first, value), np.maximum(first, value)
        second, value = np.minimum(second, value), np.maximum(second, value)
        third = np.minimum(third, value)
    return first, second, third


def _smooth(track: _Rows) -> _Rows:
    if len(track) < 3:
        return track.astype(np.float32)
    return np.convolve(track, np.array([0.25, 0.5, 0.25], np.float32), "same").astype(np.float32)
