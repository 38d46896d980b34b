"""Decoding by libsndfile: WAV, FLAC, Ogg and their kin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from workbench.audio.description import Samples, length_in_words
from workbench.errors import RecordingError

PIECE_FRAMES = 1 << 14
_UNKNOWN_LENGTH = 1 << 40


class SndfileDecoder:
    """A recording opened by libsndfile.

    Its Ogg decoders leave out the encoder's delay and the padding at the end.

    Parameters
    ----------
    place : str or Path
        Name for messages.
    stream : file object
        The file, open for reading.

    Attributes
    ----------
    seekable : bool
        Whether a window can be read exactly without decoding what lies before it.
    codec : str
        Container and codec.
    sampling_rate_hz, n_channels : int
        Of the file.
    promised_frames : int or None
        Number of frames by the header; None if it does not say.
    quick_to_check : bool
        Whether reading the last frames is enough to know that all are there.
    notes : list of str
        What was odd.
    """

    def __init__(self, place: str | Path, stream: IO[bytes]) -> None:
        import soundfile

        self._place = place
        self._stream = stream
        self._error: type[Exception] = soundfile.LibsndfileError
        self._file = self._open()
        self.codec = f"{self._file.format}/{self._file.subtype}".lower()
        self.sampling_rate_hz = int(self._file.samplerate)
        self.n_channels = int(self._file.channels)
        frames = int(self._file.frames)
        self.promised_frames: int | None = frames if frames < _UNKNOWN_LENGTH else None
        exact = self._file.subtype != "VORBIS"  # libsndfile 1.2.2 lands 128 samples off
        self.seekable = bool(self._file.seekable()) and exact
        self.quick_to_check = self.codec.startswith(("wav", "flac", "rf64", "w64", "aiff", "au"))
        self.notes: list[str] = []

    def _open(self) -> Any:
        import soundfile

        self._stream.seek(0)
        return soundfile.SoundFile(_nameless(self._stream), closefd=False)

    def pieces(self, first: int = 0) -> Iterator[Samples]:
        """Decode from a frame to the end.

        Parameters
        ----------
        first : int, default 0
            The frame to begin with.

        Yields
        ------
        ndarray of float32, shape (n_frames, n_channels)
            One piece after the other.

        Raises
        ------
        RecordingError
            If the file is damaged or cut short.
        """
        position = self._safe_start(first)
        skip = first - position
        try:
            self._file.seek(position)
            while len(piece := self._file.read(PIECE_FRAMES, dtype="float32", always_2d=True)):
                position += len(piece)
                if skip < len(piece):
                    yield np.asarray(piece[skip:], np.float32)
                skip = max(0, skip - len(piece))
        except self._error as error:
            self._file.close()
            self._file = self._open()  # an error leaves the decoder unusable
            raise RecordingError(self._damage(position)) from error

    def _safe_start(self, first: int) -> int:
        """Begin a second before the end at the latest: on the last page of Opus a seek is off."""
        if self.codec != "ogg/opus" or self.promised_frames is None:
            return first
        return min(first, max(0, self.promised_frames - self.sampling_rate_hz))

    def _damage(self, position: int) -> str:
        promised = ""
        if self.promised_frames is not None:
            length = length_in_words(self.promised_frames / self.sampling_rate_hz)
            promised = f"its header promises {length}, "
        at = length_in_words(position / self.sampling_rate_hz)
        there = f"{promised}about {at} can be decoded"
        return f"{self._place} is cut short or damaged: {there}. Fetch it again."

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _nameless(stream: IO[bytes]) -> Any:
    """Hide the name, whose ending libsndfile would trust more than the content."""
    try:
        return stream.fileno()
    except (AttributeError, OSError):
        return _Callbacks(stream)


class _Callbacks:
    """The three calls that libsndfile makes on a file that is not on this machine."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.read = stream.read
        self.seek = stream.seek
        self.tell = stream.tell
