"""Samples for the eye and the ear: peaks of a waveform, a WAV file in memory."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError


def peaks(samples: npt.ArrayLike, n: int) -> npt.NDArray[np.float32]:
    """Find the lowest and highest sample of equal stretches of one channel.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel.
    n : int
        Number of stretches, at least 0. With more stretches than samples,
        neighbouring stretches share a sample.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Lowest and highest sample of each stretch; 0 without samples.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional or `n` is negative.

    Examples
    --------
    >>> peaks([0.0, 0.5, -0.25, 0.0], 2).tolist()
    [[0.0, 0.5], [-0.25, 0.0]]
    """
    signal = np.asarray(samples, np.float32)
    if signal.ndim != 1:
        raise InputError(
            f"Samples of shape {signal.shape} came; peaks are those of one channel of shape "
            "(n_samples,). Pick one with samples[:, channel]."
        )
    if n < 0:
        raise InputError(f"{n} peaks were asked for; ask for 0 or more.")
    if not signal.size or not n:
        return np.zeros((n, 2), np.float32)
    starts = np.minimum(np.arange(n) * signal.size // n, signal.size - 1)
    if n > signal.size:
        return np.stack([signal[starts], signal[starts]], axis=1)
    lowest, highest = np.minimum.reduceat(signal, starts), np.maximum.reduceat(signal, starts)
    return np.stack([lowest, highest], axis=1)


def wav_bytes(samples: npt.ArrayLike, sampling_rate_hz: int) -> bytes:
    """Write samples as a WAV file in memory, for a player.

    Parameters
    ----------
    samples : array of float, shape (n_frames,) or (n_frames, n_channels)
        Full scale at -1..1; what lies beyond is clipped. One or two channels
        are kept as they are; more are mixed into one, so that nobody goes unheard.
    sampling_rate_hz : int
        Sampling rate, hertz.

    Returns
    -------
    bytes
        A WAV file with 16-bit samples.

    Raises
    ------
    InputError
        If the samples have another shape, or the rate is not positive.

    Examples
    --------
    >>> wav_bytes([0.0, 1.0, -1.0], 8000)[:4], len(wav_bytes([0.0, 1.0, -1.0], 8000))
    (b'RIFF', 50)
    """
    import soundfile

    signal = np.asarray(samples, np.float32)
    if signal.ndim == 1:
        signal = signal[:, np.newaxis]
    if signal.ndim != 2 or not signal.shape[1] or sampling_rate_hz <= 0:
        raise InputError(
            f"Samples of shape {np.shape(samples)} at {sampling_rate_hz} Hz came; a WAV file needs "
            "(n_frames, n_channels) and a positive sampling rate."
        )
    if signal.shape[1] > 2:
        signal = signal.mean(axis=1, keepdims=True)
    out = io.BytesIO()
    clipped = np.clip(np.nan_to_num(signal), -1.0, 1.0)
    soundfile.write(out, clipped, int(sampling_rate_hz), format="WAV", subtype="PCM_16")
    return out.getvalue()
