"""Samples and peaks as the browser wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

MAX_BINS = 20_000

Samples = npt.NDArray[np.floating[Any]]


def columns_of(samples: Samples) -> npt.NDArray[np.float32]:
    """Give samples one column a channel.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels)
        Samples from -1 to 1.

    Returns
    -------
    ndarray of float32, shape (n_frames, n_channels)
        The same samples.

    Raises
    ------
    InputError
        If there are no dimensions or more than two.

    Examples
    --------
    >>> columns_of(np.zeros(8)).shape
    (8, 1)
    """
    out = np.asarray(samples, dtype=np.float32)
    if out.ndim == 1:
        out = out[:, None]
    if out.ndim != 2:
        raise InputError(
            f"Samples of shape {out.shape} came; (n_frames,) or (n_frames, n_channels) is needed."
        )
    return out


def sound_answer(samples: Samples, sampling_rate_hz: int) -> tuple[dict[str, Any], list[bytes]]:
    """Pack samples into a message: 16 bit, little endian, channels interleaved.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels)
        Samples from -1 to 1; what lies beyond is clipped.
    sampling_rate_hz : int
        Sampling rate, hertz.

    Returns
    -------
    content : dict
        sampling_rate_hz and n_channels.
    buffers : list of bytes
        One buffer.

    Examples
    --------
    >>> content, buffers = sound_answer(np.array([0.0, 1.0]), 8000)
    >>> content["n_channels"], buffers[0].hex()
    (1, '0000ff7f')
    """
    columns = columns_of(samples)
    packed = np.clip(np.round(columns * 32768), -32768, 32767).astype("<i2")
    content = {"sampling_rate_hz": int(sampling_rate_hz), "n_channels": int(columns.shape[1])}
    return content, [packed.tobytes()]


def lanes_answer(
    peaks: Mapping[int, npt.NDArray[np.floating[Any]]],
    roles: Mapping[int, str],
    gains_db: Mapping[int, float] | None = None,
) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Pack the peaks of a call's channels: one lane each, lowest channel first.

    Parameters
    ----------
    peaks : mapping of int to ndarray, shape (n, 2)
        Lowest and highest sample of each bin, by channel.
    roles : mapping of int to str
        Who speaks, by channel.
    gains_db : mapping of int to float, optional
        Gain for playback of even loudness, by channel; 0 where there is none.

    Returns
    -------
    lanes : list of dict
        channel, role and gain_db of each lane.
    buffers : list of bytes
        For each lane signed bytes, low and high in turn, at most 20,000 bins.
    """
    gains_db = gains_db or {}
    lanes = [
        {
            "channel": int(c),
            "role": roles.get(int(c), "unknown"),
            "gain_db": float(gains_db.get(int(c), 0.0)),
        }
        for c in sorted(peaks)
    ]
    return lanes, [_coarse(peaks[c]) for c in sorted(peaks)]


def _coarse(peaks: npt.NDArray[np.floating[Any]]) -> bytes:
    pairs = np.asarray(peaks, dtype=np.float32).reshape(-1, 2)
    if len(pairs) > MAX_BINS:
        starts = np.linspace(0, len(pairs), MAX_BINS, endpoint=False).astype(int)
        low = np.minimum.reduceat(pairs[:, 0], starts)
        high = np.maximum.reduceat(pairs[:, 1], starts)
        pairs = np.stack([low, high], axis=1)
    return np.clip(np.round(pairs * 127), -127, 127).astype(np.int8).tobytes()


def sample_peaks(samples: Samples, n_bins: int = 1000) -> dict[int, npt.NDArray[np.float32]]:
    """Measure lowest and highest sample in equal bins of each channel.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels)
        Samples.
    n_bins : int, default 1000
        Bins; fewer where there are fewer samples.

    Returns
    -------
    dict of int to ndarray of float32, shape (n, 2)
        By column.

    Examples
    --------
    >>> sample_peaks(np.array([0.0, 1.0, -1.0, 0.5]), n_bins=2)[0].tolist()
    [[0.0, 1.0], [-1.0, 0.5]]
    """
    columns = columns_of(samples)
    if len(columns) == 0:
        return {channel: np.zeros((1, 2), np.float32) for channel in range(columns.shape[1])}
    starts = np.linspace(0, len(columns), min(n_bins, len(columns)), endpoint=False).astype(int)
    low = np.minimum.reduceat(columns, starts, axis=0)
    high = np.maximum.reduceat(columns, starts, axis=0)
    return {c: np.stack([low[:, c], high[:, c]], axis=1) for c in range(columns.shape[1])}
