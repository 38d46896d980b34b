"""From a file to samples: a window of it, all of it, or only what it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from workbench.audio.description import AudioInfo, Decoder, Samples, length_in_words
from workbench.audio.ffmpeg import FFmpegDecoder
from workbench.audio.ogg import check_ogg
from workbench.audio.riff import check_riff
from workbench.audio.sndfile import SndfileDecoder
from workbench.audio.sources import head_and_size, is_url, local, not_audio, open_bytes
from workbench.errors import InputError, RecordingError

RATES_HZ = (1000, 400_000)
MISSING_S = 0.1
"""Less missing than this is no cut: headers of compressed files count whole packets."""

_SNDFILE_STARTS = (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b"FORM", b".snd", b"caff", b"NIST")


class AudioReader:
    """A recording that is open for reading; `open_audio` makes one.

    Parameters
    ----------
    place : str or Path
        Where it lies, for messages.
    decoder : Decoder
        What reads it.

    Attributes
    ----------
    codec : str
        Container and codec.
    sampling_rate_hz, n_channels : int
        As decoded.
    """

    def __init__(self, place: str | Path, decoder: Decoder) -> None:
        self._place = place
        self._decoder = decoder
        self._n_frames: int | None = None
        self.codec = decoder.codec
        self.sampling_rate_hz = decoder.sampling_rate_hz
        self.n_channels = decoder.n_channels
        low, high = RATES_HZ
        if not low <= self.sampling_rate_hz <= high or not 1 <= self.n_channels <= 64:
            raise RecordingError(
                f"{place} claims {self.sampling_rate_hz} Hz and {self.n_channels} channels; "
                f"{low} to {high} Hz and 1 to 64 channels can be. Its header is damaged."
            )

    def read(self, start_s: float = 0.0, end_s: float | None = None) -> Samples:
        """Read a window.

        Parameters
        ----------
        start_s : float, default 0.0
            First second.
        end_s : float, optional
            Second before which to stop; by default, and where it lies beyond
            the end, the end.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            The samples.

        Raises
        ------
        InputError
            If the window is empty or begins before 0 or after the end.
        RecordingError
            If the file is damaged there.
        """
        if not 0 <= start_s < (np.inf if end_s is None else end_s):
            raise InputError(
                f"The window {start_s} to {end_s} s came; a window begins at 0 s or later and "
                "ends after it begins."
            )
        first = round(start_s * self.sampling_rate_hz)
        last = None if end_s is None else round(end_s * self.sampling_rate_hz)
        promised = self._decoder.promised_frames
        if promised is not None and self._decoder.quick_to_check and first >= promised:
            raise InputError(self._beyond(start_s, promised))
        pieces, wanted = [], None if last is None else max(1, last - first)
        for piece in self._decoder.pieces(first):
            pieces.append(piece[:wanted])
            if wanted is not None:
                wanted -= len(pieces[-1])
                if wanted <= 0:
                    break
        if not pieces:
            if start_s == 0:
                raise RecordingError(self._empty())
            raise InputError(self._beyond(start_s, self._count()))
        return self._checked(np.concatenate(pieces), first)

    def blocks(self, block_s: float = 30.0) -> Iterator[tuple[float, Samples]]:
        """Read everything, block by block, in constant memory.

        Parameters
        ----------
        block_s : float, default 30.0
            Length of a block, seconds; the last one may be shorter.

        Yields
        ------
        start_s : float
            Where the block begins, seconds.
        samples : ndarray of float32, shape (n_frames, n_channels)
            The block.

        Raises
        ------
        InputError
            If a block would be shorter than one sample.
        RecordingError
            If the file is damaged, or ends before its header says.
        """
        size = round(block_s * self.sampling_rate_hz)
        if size < 1:
            raise InputError(f"Blocks of {block_s} s are shorter than a sample; use 30.0.")
        position, held, waiting = 0, 0, []
        for piece in self._decoder.pieces():
            waiting.append(piece)
            held += len(piece)
            while held >= size:
                joined = waiting[0] if len(waiting) == 1 else np.concatenate(waiting)
                block, rest = joined[:size], joined[size:]
                waiting, held = [rest], len(rest)
                yield position / self.sampling_rate_hz, self._checked(block, position)
                position += size
        if held:
            block = np.concatenate(waiting)
            yield position / self.sampling_rate_hz, self._checked(block, position)
        self._note_length(position + held)

    def info(self) -> AudioInfo:
        """Say what the recording is, having made sure of its length.

        Returns
        -------
        AudioInfo
            Codec, sampling rate, channels and the decoded length.

        Raises
        ------
        RecordingError
            If the file is damaged, or ends before its header says.
        """
        if self._n_frames is None:
            self._count()
        return AudioInfo(
            codec=self.codec,
            sampling_rate_hz=self.sampling_rate_hz,
            n_channels=self.n_channels,
            duration_s=(self._n_frames or 0) / self.sampling_rate_hz,
            note=" ".join(self._decoder.notes),
        )

    def _count(self) -> int:
        promised = self._decoder.promised_frames
        if self._decoder.quick_to_check and promised:
            tail = max(0, promised - self.sampling_rate_hz // 10)
            try:
                if sum(len(piece) for piece in self._decoder.pieces(tail)) == promised - tail:
                    self._n_frames = promised
                    return promised
            except RecordingError:  # decode from the start, to say how much is there
                pass
        n_frames = sum(len(piece) for piece in self._decoder.pieces())
        self._note_length(n_frames)
        return n_frames

    def _note_length(self, n_frames: int) -> None:
        promised = self._decoder.promised_frames
        if not n_frames:
            raise RecordingError(self._empty())
        if promised is not None and promised - n_frames > MISSING_S * self.sampling_rate_hz:
            raise RecordingError(
                f"{self._place} is cut short: its header promises "
                f"{length_in_words(promised / self.sampling_rate_hz)}, "
                f"{length_in_words(n_frames / self.sampling_rate_hz)} are there. Fetch it again."
            )
        self._n_frames = n_frames

    def _checked(self, samples: Samples, first: int) -> Samples:
        sound = np.isfinite(samples)
        if sound.all():
            return samples
        bad = ~sound.all(axis=1)
        at = length_in_words((first + int(bad.argmax())) / self.sampling_rate_hz)
        raise RecordingError(
            f"{self._place} holds {int(bad.sum())} or more samples that are not numbers (NaN or "
            f"infinite), the first at {at}. Write it again from the program that made it."
        )

    def _beyond(self, start_s: float, n_frames: int) -> str:
        length = length_in_words(n_frames / self.sampling_rate_hz)
        return f"The window begins at {start_s} s, but {self._place} ends after {length}."

    def _empty(self) -> str:
        return f"{self._place} holds no sound: it has a header and not one sample."


@contextmanager
def open_audio(place: str | Path) -> Iterator[AudioReader]:
    """Open a recording for reading, whatever its format.

    The content decides which decoder reads it. What libsndfile cannot open, or
    cannot seek in, goes to FFmpeg.

    Parameters
    ----------
    place : str or Path
        Path, or URL that fsspec understands.

    Yields
    ------
    AudioReader
        Open until the end of the `with` block.

    Raises
    ------
    RecordingError
        If there is no such file, or it is empty, cut short or not audio.
    """
    head, n_bytes = head_and_size(place)
    check_riff(place, head, n_bytes)
    note = check_ogg(place, head, n_bytes)
    with open_bytes(place) as stream:
        source = stream if is_url(place) else str(local(place))
        decoder: Decoder | None = None
        said = ""
        if head.startswith(_SNDFILE_STARTS):
            import soundfile

            try:
                opened = SndfileDecoder(place, stream)
                if opened.seekable:
                    decoder = opened
                else:
                    opened.close()
            except soundfile.LibsndfileError as error:
                said = error.error_string.strip().removeprefix("Error : ")
        if decoder is None:
            import av

            try:
                stream.seek(0)
                decoder = FFmpegDecoder(place, source)
            except (av.FFmpegError, ValueError) as error:
                said = said or str(getattr(error, "strerror", None) or error)
                raise not_audio(place, head, n_bytes, said) from error
        if note:
            decoder.notes.append(note)
        try:
            yield AudioReader(place, decoder)
        finally:
            decoder.close()


def probe_audio(path: str | Path) -> AudioInfo:
    """Find out what a recording is and how long, decoding as far as needed to be sure.

    The header of a WAV or FLAC file is checked against the bytes and the last
    tenth of a second; anything else is decoded to its end.

    Parameters
    ----------
    path : str or Path
        Path, or URL that fsspec understands.

    Returns
    -------
    AudioInfo
        Codec, sampling rate, channels and length.

    Raises
    ------
    RecordingError
        If there is no such file, or it is empty, cut short or not audio; the
        message names the file and the reason.
    """
    with open_audio(path) as reader:
        return reader.info()


def read_audio(
    path: str | Path, start_s: float = 0.0, end_s: float | None = None
) -> tuple[Samples, int]:
    """Read a window of a recording, at its own sampling rate.

    Parameters
    ----------
    path : str or Path
        Path, or URL that fsspec understands.
    start_s : float, default 0.0
        First second; 0 is the first sample after the encoder's delay.
    end_s : float, optional
        Second before which to stop; by default, and where it lies beyond the
        end, the end.

    Returns
    -------
    samples : ndarray of float32, shape (n_frames, n_channels)
        Full scale at -1..1.
    sampling_rate_hz : int
        Hertz.

    Raises
    ------
    InputError
        If the window is empty or begins before 0 or after the end.
    RecordingError
        If there is no such file, or it is empty, damaged or not audio, or
        holds samples that are not numbers.

    Notes
    -----
    MP3 and AMR files that do not tell their delay are taken as made by the
    usual encoder (`workbench.audio.ffmpeg.DELAYS`), raw AAC as delayed by one
    frame. A window of a WebM file may lie 1 ms beside the same window of the
    whole: its times are whole milliseconds.

    Examples
    --------
    >>> import fsspec
    >>> from workbench.audio import wav_bytes
    >>> fsspec.filesystem("memory").pipe("/calls/a.wav", wav_bytes([0.0, 0.5, -0.5], 8000))
    >>> samples, sampling_rate_hz = read_audio("memory://calls/a.wav")
    >>> samples.shape, sampling_rate_hz
    ((3, 1), 8000)
    """
    with open_audio(path) as reader:
        return reader.read(start_s, end_s), reader.sampling_rate_hz


def read_blocks(path: str | Path, block_s: float = 30.0) -> Iterator[tuple[float, Samples, int]]:
    """Read a whole recording, block by block, in constant memory.

    Parameters
    ----------
    path : str or Path
        Path, or URL that fsspec understands.
    block_s : float, default 30.0
        Length of a block, seconds; the last one may be shorter.

    Yields
    ------
    start_s : float
        Where the block begins, seconds.
    samples : ndarray of float32, shape (n_frames, n_channels)
        Full scale at -1..1.
    sampling_rate_hz : int
        Hertz.

    Raises
    ------
    InputError
        If a block would be shorter than one sample.
    RecordingError
        If there is no such file, or it is empty, damaged, cut short or not
        audio, or holds samples that are not numbers.
    """
    with open_audio(path) as reader:
        for start_s, samples in reader.blocks(block_s):
            yield start_s, samples, reader.sampling_rate_hz
