"""What the header of a WAV file promises, against what is there."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbench.audio.description import length_in_words, size_in_words
from workbench.audio.sources import is_url, open_bytes
from workbench.errors import RecordingError

TOLERATED_S = 0.02
"""Some recorders count their own header in; so little missing is no cut."""

_ENCODINGS = {(1, 16): "s16", (1, 8): "u8", (7, 8): "mulaw", (6, 8): "alaw"}
_EXTENSIBLE = 0xFFFE


@dataclass(frozen=True)
class WavLayout:
    """Where the samples of an uncompressed WAV file lie, for who reads its bytes.

    Parameters
    ----------
    encoding : str
        Of one sample: s16 (little endian), u8, mulaw or alaw (G.711).
    sampling_rate_hz : int
        Hertz.
    n_channels : int
        Samples of a frame, which lie side by side.
    data_start : int
        First byte of the first frame.
    bytes_per_frame : int
        Bytes of all samples of a moment.
    n_frames : int
        How many frames there are.
    n_bytes : int
        Size of the file.
    """

    encoding: str
    sampling_rate_hz: int
    n_channels: int
    data_start: int
    bytes_per_frame: int
    n_frames: int
    n_bytes: int


def wav_layout(place: str | Path) -> WavLayout | None:
    """Find where the samples of an uncompressed WAV file lie.

    Parameters
    ----------
    place : str or Path
        Path or URL.

    Returns
    -------
    WavLayout or None
        None for a URL, a file of any other kind or encoding, and one whose
        header does not say what is there.

    Raises
    ------
    RecordingError
        If there is no such file, or it cannot be read.
    """
    if is_url(place):
        return None
    with open_bytes(place) as stream:
        n_bytes = stream.seek(0, 2)
        stream.seek(0)
        head = stream.read(12)
        if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
            return None
        sound = _sound_chunk(stream, n_bytes)
        if len(sound.form) < 16 or not sound.start:
            return None
    tag, n_channels, rate, _, size, bits = struct.unpack("<HHIIHH", sound.form[:16])
    if tag == _EXTENSIBLE and len(sound.form) >= 26:
        tag = struct.unpack("<H", sound.form[24:26])[0]
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None or not n_channels or size != n_channels * bits // 8:
        return None
    if not 0 < sound.promised <= n_bytes - sound.start:
        return None
    n_frames = sound.promised // size
    return WavLayout(encoding, rate, n_channels, sound.start, size, n_frames, n_bytes)


def check_riff(place: str | Path, head: bytes, n_bytes: int) -> None:
    """Refuse a WAV file that holds less sound than its header promises.

    Decoders read such a file without a word and give what is there.

    Parameters
    ----------
    place : str or Path
        Path or URL, to be named in the message.
    head : bytes
        The first bytes of the file; anything but a WAV file passes.
    n_bytes : int
        Size of the file.

    Raises
    ------
    RecordingError
        If the file is cut short, was never finished, or has no sound in it;
        the message says how much was promised and how much is there.
    """
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return
    with open_bytes(place) as stream:
        sound = _sound_chunk(stream, n_bytes)
    bytes_per_s, promised, start = sound.bytes_per_s, sound.promised, sound.start
    if not start:
        raise RecordingError(
            f"{place} is cut short: its {n_bytes} bytes end before any sound. Fetch it again."
        )
    there = max(0, n_bytes - start)
    if not bytes_per_s:
        return
    if promised == 0 and there > bytes_per_s * TOLERATED_S and not _is_chunk(place, start):
        raise RecordingError(
            f"{place} was never finished: its header says 0 s of sound, but "
            f"{length_in_words(there / bytes_per_s)} follow. {_remedy(place)}"
        )
    if (promised - there) / bytes_per_s > TOLERATED_S:
        raise RecordingError(
            f"{place} is cut short or was never finished: its header promises "
            f"{length_in_words(promised / bytes_per_s)} of sound ({size_in_words(promised)}), "
            f"{length_in_words(there / bytes_per_s)} are there ({size_in_words(there)}). "
            f"{_remedy(place)}"
        )


@dataclass(frozen=True)
class _SoundChunk:
    """The chunk "fmt " and where the sound lies; nothing or 0 where not found."""

    form: bytes
    promised: int = 0
    start: int = 0

    @property
    def bytes_per_s(self) -> int:
        return int.from_bytes(self.form[8:12], "little") if len(self.form) >= 16 else 0


def _sound_chunk(stream: IO[bytes], n_bytes: int) -> _SoundChunk:
    position, form, long_size = 12, b"", 0
    while position + 8 <= n_bytes:
        stream.seek(position)
        name, size = struct.unpack("<4sI", stream.read(8))
        if name == b"fmt ":
            form = stream.read(min(size, 40))
        elif name == b"ds64":
            fields = stream.read(16)
            if len(fields) == 16:
                long_size = struct.unpack("<QQ", fields)[1]
        elif name == b"data":
            promised = long_size if long_size and size == 0xFFFFFFFF else size
            return _SoundChunk(form, promised, position + 8)
        position += 8 + size + size % 2
    return _SoundChunk(form)


def _is_chunk(place: str | Path, start: int) -> bool:
    with open_bytes(place) as stream:
        stream.seek(start)
        name = stream.read(4)
    return len(name) == 4 and name.isascii() and name.decode("ascii").strip().isalnum()


def _remedy(place: str | Path) -> str:
    path = Path(str(place))
    return (
        "Fetch it again; if this is all there is, give it a new header: "
        f'ffmpeg -i "{path.name}" -c copy "{path.stem}-whole.wav"'
    )
