"""The grid of frames, the level and the short-time spectrum on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

SILENCE_DB = -120.0
"""Level given to frames without any signal, dB re full scale."""

WINDOW_S = 0.032
"""Length of the analysis window: two periods of the lowest voice, seconds."""

_AT_ONCE = 1 << 19


def frame_levels_db(
    samples: npt.ArrayLike, sampling_rate_hz: int, *, hop_s: float = 0.01
) -> npt.NDArray[np.float32]:
    """Measure the level of each frame of one channel.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1. Values that are not finite count as 0.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float, default 0.01
        Length of a frame, seconds. Frame `i` covers `[i * hop_s, (i + 1) * hop_s)`;
        the last may be shorter.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        Root-mean-square level in dB re full scale: 0.0 for a full-scale square
        wave, -3.0 for a full-scale sine, -120.0 for digital silence.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional, or a frame would be shorter than a
        sample.

    Examples
    --------
    >>> import numpy as np
    >>> frame_levels_db(np.r_[np.zeros(80), np.full(80, 0.1)], 8000).tolist()
    [-120.0, -20.0]
    """
    signal = one_channel(samples, sampling_rate_hz, hop_s)
    if not signal.size:
        return np.zeros(0, np.float32)
    n_frames = count_frames(signal.size, sampling_rate_hz, hop_s)
    edges = frame_edges(0, n_frames, sampling_rate_hz, hop_s)
    edges[-1] = signal.size
    return levels_between(signal, edges)


def frame_edges(
    first: int, n_frames: int, sampling_rate_hz: int, hop_s: float
) -> npt.NDArray[np.int64]:
    """Find the samples at which frames begin.

    Parameters
    ----------
    first, n_frames : int
        Number of the first frame, and how many.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float
        Length of a frame, seconds.

    Returns
    -------
    ndarray of int64, shape (n_frames + 1,)
        First sample of each frame, and the one after the last.
    """
    numbers = np.arange(first, first + n_frames + 1)
    return np.asarray(np.rint(numbers * hop_s * sampling_rate_hz), np.int64)


def levels_between(
    signal: npt.NDArray[np.float32], edges: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Measure the level between samples.

    Parameters
    ----------
    signal : ndarray of float32, shape (n_samples,)
        One channel, finite.
    edges : ndarray of int64, shape (n_frames + 1,)
        Samples, rising.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        Root-mean-square level, dB re full scale.
    """
    signal, edges = signal[edges[0] : edges[-1]], edges - edges[0]
    starts = np.minimum(edges[:-1], signal.size - 1)  # the last may be less than half a sample
    lengths = np.maximum(np.diff(edges), 1)
    power = np.add.reduceat(np.square(signal, dtype=np.float64), starts) / lengths
    return decibels(power).astype(np.float32)


def decibels(power: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Turn power into dB, with a floor at `SILENCE_DB`.

    Parameters
    ----------
    power : ndarray of float
        Mean square, 1.0 at full scale.

    Returns
    -------
    ndarray of float
        Level in dB re full scale.
    """
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (SILENCE_DB / 10))))


def one_channel(
    samples: npt.ArrayLike, sampling_rate_hz: int, hop_s: float
) -> npt.NDArray[np.float32]:
    """Check that the samples are one channel and a frame is at least a sample.

    Parameters
    ----------
    samples : array of float
        What came.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float
        Length of a frame, seconds.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The samples; a copy with zeros where values were not finite.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional, or a frame would be shorter than a
        sample.
    """
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
    if not np.isfinite(signal).all():
        signal = np.nan_to_num(signal, nan=0.0, posinf=0.0, neginf=0.0)
    return signal


def count_frames(n_samples: int, sampling_rate_hz: int, hop_s: float) -> int:
    """Count the frames of a signal, the last one possibly shorter.

    Parameters
    ----------
    n_samples : int
        Length of the signal.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float
        Length of a frame, seconds.

    Returns
    -------
    int
        Number of frames.
    """
    return int(np.ceil(round(n_samples / (hop_s * sampling_rate_hz), 6)))


def power_spectra(
    signal: npt.NDArray[np.float32],
    sampling_rate_hz: int,
    *,
    hop_s: float,
    first: int,
    n_frames: int,
    low_hz: float,
    high_hz: float,
    window_s: float = WINDOW_S,
    begins_at: int = 0,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Compute power spectra of some frames, between two frequencies.

    Each window lies around the middle of its frame. The spacing of the bins is
    one over the length of the window at every sampling rate, so that what is
    measured on them means the same for telephone and studio recordings.

    Parameters
    ----------
    signal : ndarray of float32, shape (n_samples,)
        One channel, or a piece of it; taken as 0 beyond its ends.
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float
        Length of a frame, seconds.
    first, n_frames : int
        Number of the first frame, and how many.
    low_hz, high_hz : float
        Bounds of the frequencies that are kept, hertz.
    window_s : float, default 0.032
        Length of the window, seconds.
    begins_at : int, default 0
        Number of the first sample of `signal` in the channel.

    Returns
    -------
    power : ndarray of float32, shape (n_frames, n_bins)
        Mean square that falls into a bin; the sum over bins is that of the band.
    frequencies_hz : ndarray of float32, shape (n_bins,)
        Middle of each bin, hertz.
    """
    from scipy.fft import rfft

    width = window_width(sampling_rate_hz, window_s)
    frequencies = np.arange(width // 2 + 1) * (sampling_rate_hz / width)
    keep = slice(
        int(np.searchsorted(frequencies, low_hz)), int(np.searchsorted(frequencies, high_hz))
    )
    window = np.hanning(width).astype(np.float32)
    window *= np.sqrt(2 / (width * np.sum(np.square(window))))
    middles = np.rint((first + np.arange(n_frames) + 0.5) * hop_s * sampling_rate_hz)
    starts = middles.astype(np.int64) - width // 2 - begins_at
    begin, end = int(starts[0]), int(starts[-1]) + width
    padded = np.zeros(end - begin, np.float32)
    inside = slice(max(begin, 0), max(0, min(end, signal.size)))
    padded[inside.start - begin : inside.stop - begin] = signal[inside]
    step = hop_s * sampling_rate_hz
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    windows = windows[:: round(step)] if step == round(step) else windows[starts - begin]
    power = np.empty((n_frames, keep.stop - keep.start), np.float32)
    at_once = max(1, _AT_ONCE // width)
    for a in range(0, n_frames, at_once):
        spectrum = rfft(windows[a : a + at_once] * window, axis=1)[:, keep]
        own = power[a : a + at_once]
        np.square(spectrum.real, out=own)
        own += np.square(spectrum.imag)
    return power, frequencies[keep].astype(np.float32)


def window_width(sampling_rate_hz: int, window_s: float = WINDOW_S) -> int:
    """Count the samples of an analysis window.

    Parameters
    ----------
    sampling_rate_hz : int
        Sampling rate, hertz.
    window_s : float, default 0.032
        Length of the window, seconds.

    Returns
    -------
    int
        A number that is quick to transform, at least `window_s`.
    """
    from scipy.fft import next_fast_len

    return int(next_fast_len(max(2, round(window_s * sampling_rate_hz)), real=True))
