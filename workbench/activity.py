"""When a channel carries speech: levels and speech activity on a 10 ms grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

SILENCE_DB = -120.0
"""Level given to frames without any signal, dB re full scale."""


def frame_levels_db(
    samples: npt.ArrayLike, sampling_rate_hz: int, *, hop_s: float = 0.01
) -> npt.NDArray[np.float32]:
    """Measure the level of each frame of one channel.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float, default 0.01
        Length of a frame, seconds. Frame `i` covers `[i * hop_s, (i + 1) * hop_s)`.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        Root-mean-square level in dB re full scale; -120 for digital silence.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional or the rate or the hop is not positive.
    """
    signal = _checked(samples, sampling_rate_hz, hop_s)
    if not signal.size:
        return np.zeros(0, np.float32)
    edges = _edges(signal.size, sampling_rate_hz, hop_s)
    power = np.add.reduceat(np.square(signal, dtype=np.float64), edges[:-1]) / np.diff(edges)
    return (10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10)))).astype(np.float32)


def speech_activity(
    samples: npt.ArrayLike, sampling_rate_hz: int, *, hop_s: float = 0.01
) -> npt.NDArray[np.bool_]:
    """Decide speech or silence for each frame of one channel.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float, default 0.01
        Length of a frame, seconds.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        True where there is speech.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional or the rate or the hop is not positive.
    """
    from scipy.ndimage import binary_closing, binary_opening

    levels = frame_levels_db(samples, sampling_rate_hz, hop_s=hop_s)
    heard = levels[levels > -75]
    if not heard.size:
        return np.zeros(levels.size, np.bool_)
    floor, top = np.percentile(heard, [10, 95])
    threshold = max(min(floor + 10, top - 12), top - 35)
    if top - floor < 12:
        return np.zeros(levels.size, np.bool_)
    active = binary_opening(levels > threshold, np.ones(3))
    return np.asarray(binary_closing(np.pad(active, 20), np.ones(21))[20:-20], np.bool_)


def _checked(
    samples: npt.ArrayLike, sampling_rate_hz: int, hop_s: float
) -> npt.NDArray[np.float32]:
    signal = np.asarray(samples, np.float32)
    if signal.ndim != 1:
        raise InputError(
            f"Samples of shape {signal.shape} came; one channel of shape (n_samples,) is needed. "
            "Pick one with samples[:, channel]."
        )
    if sampling_rate_hz <= 0 or hop_s * sampling_rate_hz < 1:
        raise InputError(
            f"A hop of {hop_s} s at {sampling_rate_hz} Hz is less than one sample; "
            "use a positive sampling rate and a hop such as 0.01 s."
        )
    return signal


def _edges(n_samples: int, sampling_rate_hz: int, hop_s: float) -> npt.NDArray[np.int64]:
    n_frames = int(np.ceil(round(n_samples / (hop_s * sampling_rate_hz), 6)))
    edges = np.rint(np.arange(n_frames + 1) * hop_s * sampling_rate_hz).astype(np.int64)
    edges[-1] = n_samples
    return edges
