"""Seconds of a sound, read piece by piece as they are played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError
from workbench.widgets.sound import Samples, columns_of, sample_peaks

Read = Callable[[float, float], tuple[Samples, int]]
ReadPeaks = Callable[[], Mapping[int, npt.NDArray[np.float32]]]


@dataclass(frozen=True)
class Snippet:
    """What a player plays: an hour of it takes no more memory than ten seconds.

    Parameters
    ----------
    read : callable
        `read(start_s, end_s)` gives samples, shape (n_frames, n_channels), and
        their rate in hertz; seconds from the beginning of the snippet. It is
        asked for ten seconds at a time and may be called in any thread.
    peaks : callable
        `peaks()` gives for each channel the lowest and highest sample of equal
        bins of the whole snippet, shape (n, 2).
    duration_s : float
        Length, seconds.
    caption : str, default ""
        What it is.
    start_s : float, default 0.0
        Second of the call at which it begins; for the times shown.
    roles : mapping of int to str, optional
        Who speaks on each channel, for the colours.
    """

    read: Read
    peaks: ReadPeaks
    duration_s: float
    caption: str = ""
    start_s: float = 0.0
    roles: Mapping[int, str] = field(default_factory=dict)


def snippet_of_samples(
    samples: Samples,
    sampling_rate_hz: int | None,
    *,
    caption: str = "",
    start_s: float = 0.0,
    roles: Sequence[str] = (),
) -> Snippet:
    """Make a snippet of samples that are here already.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels)
        What to play, from -1 to 1.
    sampling_rate_hz : int
        Sampling rate, hertz.
    caption : str, default ""
        What it is.
    start_s : float, default 0.0
        Second of the call at which the samples begin.
    roles : sequence of str, optional
        Who speaks on each channel.

    Returns
    -------
    Snippet
        Reads from the samples.

    Raises
    ------
    InputError
        If there is no sampling rate, or the samples have more than two
        dimensions.

    Examples
    --------
    >>> snippet_of_samples(np.zeros(8000), 8000).duration_s
    1.0
    """
    if not sampling_rate_hz:
        raise InputError("Samples came without a sampling rate; give sampling_rate_hz.")
    columns, rate = columns_of(samples), int(sampling_rate_hz)
    return Snippet(
        read=lambda start, end: (columns[round(start * rate) : round(end * rate)], rate),
        peaks=lambda: sample_peaks(columns),
        duration_s=len(columns) / rate,
        caption=caption,
        start_s=float(start_s),
        roles=dict(enumerate(roles)),
    )


def caption_of(where: Mapping[str, Any]) -> str:
    """Say which seconds of which call are played, and whose.

    Parameters
    ----------
    where : mapping
        call_id, and role, start_s and end_s where they are known.

    Returns
    -------
    str
        The caption.

    Examples
    --------
    >>> caption_of({"call_id": "0007", "role": "customer", "start_s": 61.5, "end_s": 64.0})
    'Call 0007, customer, 1:01.5 to 1:04.0'
    """
    parts = [f"Call {where['call_id']}"]
    if where.get("role"):
        parts.append(str(where["role"]))
    if "start_s" in where and "end_s" in where:
        parts.append(f"{_clock(where['start_s'])} to {_clock(where['end_s'])}")
    return ", ".join(parts)


def _clock(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
