"""What is known of a recording, and the numbers of its sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]
"""Samples of shape (n_frames, n_channels), full scale at -1..1."""


@dataclass(frozen=True)
class AudioInfo:
    """What a recording is and how much of it there is.

    Parameters
    ----------
    codec : str
        Container and codec, for example "wav/ulaw" or "mp4/aac".
    sampling_rate_hz : int
        Sampling rate as decoded, hertz. Opus is coded at 48 kHz; an Ogg file
        that names the rate of its source is decoded at that rate.
    n_channels : int
        Number of channels.
    duration_s : float
        Decoded length after the encoder's delay, seconds.
    note : str, default ""
        What was odd but could be read, in a sentence.
    """

    codec: str
    sampling_rate_hz: int
    n_channels: int
    duration_s: float
    note: str = ""


class Decoder(Protocol):
    """What both decoders offer; `workbench.audio.reading.open_audio` chooses one.

    Attributes
    ----------
    codec : str
        Container and codec.
    sampling_rate_hz, n_channels : int
        As decoded.
    promised_frames : int or None
        Number of frames by the header; None if it does not say.
    quick_to_check : bool
        Whether reading the last frames is enough to know that all are there.
    notes : list of str
        What was odd.
    """

    codec: str
    sampling_rate_hz: int
    n_channels: int
    promised_frames: int | None
    quick_to_check: bool
    notes: list[str]

    def pieces(self, first: int = 0) -> Iterator[Samples]:
        """Decode from a frame to the end, piece by piece.

        Parameters
        ----------
        first : int, default 0
            The frame to begin with.

        Yields
        ------
        ndarray of float32, shape (n_frames, n_channels)
            One piece after the other.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def length_in_words(seconds: float) -> str:
    """Say a length of time the way a person would.

    Parameters
    ----------
    seconds : float
        The length.

    Returns
    -------
    str
        In seconds, minutes or hours.

    Examples
    --------
    >>> length_in_words(12.34), length_in_words(3725), length_in_words(268000)
    ('12.3 s', '62 min 5 s', '74 h 27 min')
    """
    if seconds < 100:
        return f"{seconds:.1f} s"
    if seconds < 6000:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {round(seconds % 3600 / 60)} min"


def size_in_words(n_bytes: float) -> str:
    """Say a number of bytes the way a person would.

    Parameters
    ----------
    n_bytes : float
        The number.

    Returns
    -------
    str
        In bytes, kB, MB or GB.

    Examples
    --------
    >>> size_in_words(44), size_in_words(16_000), size_in_words(4_294_967_295)
    ('44 bytes', '16.0 kB', '4.3 GB')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.1f} {unit}"
    return f"{int(n_bytes)} bytes"
