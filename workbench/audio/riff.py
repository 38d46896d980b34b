"""What the header of a WAV file promises, against what is there."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

from workbench.audio.description import length_in_words, size_in_words
from workbench.audio.sources import open_bytes
from workbench.errors import RecordingError

TOLERATED_S = 0.02
"""Some recorders count their own header in; so little missing is no cut."""


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
        bytes_per_s, promised, start = _sound_chunk(stream, n_bytes)
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


def _sound_chunk(stream: IO[bytes], n_bytes: int) -> tuple[int, int, int]:
    """Find bytes per second, promised bytes and first byte of the sound; 0 where not found."""
    position, bytes_per_s, long_size = 12, 0, 0
    while position + 8 <= n_bytes:
        stream.seek(position)
        name, size = struct.unpack("<4sI", stream.read(8))
        if name == b"fmt ":
            fields = stream.read(16)
            if len(fields) == 16:
                bytes_per_s = struct.unpack("<HHIIHH", fields)[3]
        elif name == b"ds64":
            fields = stream.read(16)
            if len(fields) == 16:
                long_size = struct.unpack("<QQ", fields)[1]
        elif name == b"data":
            promised = long_size if long_size and size == 0xFFFFFFFF else size
            return bytes_per_s, promised, position + 8
        position += 8 + size + size % 2
    return bytes_per_s, 0, 0


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
