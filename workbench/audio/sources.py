"""Where a recording lies, a path or a URL, and what lies there if it is not audio."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from workbench.errors import RecordingError

HEAD_BYTES = 512
_CHUNK_BYTES = 1 << 20

_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"-----BEGIN", "an encrypted or signed message"),
    (b"Salted__", "encrypted by OpenSSL"),
    (b"MZ", "a Windows program"),
)
_HEADERLESS = {
    ".raw": "s16 -r 8000", ".pcm": "s16 -r 8000", ".sln": "s16 -r 8000", ".ulaw": "ul -r 8000",
    ".ul": "ul -r 8000", ".pcmu": "ul -r 8000", ".alaw": "al -r 8000", ".al": "al -r 8000",
    ".pcma": "al -r 8000", ".gsm": "gsm -r 8000", ".vox": "vox -r 8000",
}  # fmt: skip


def is_url(place: str | Path) -> bool:
    """Tell a URL from a path.

    Parameters
    ----------
    place : str or Path
        Where a recording lies.

    Returns
    -------
    bool
        True for anything with "://" in it, except file://.
    """
    text = str(place)
    return "://" in text and not text.startswith("file://")


def local(place: str | Path) -> Path:
    """Turn a path or a file:// URL into a path.

    Parameters
    ----------
    place : str or Path
        Where a recording lies; not a remote URL.

    Returns
    -------
    Path
        Absolute, so that no decoder can take it for a protocol.
    """
    return Path(str(place).removeprefix("file://")).expanduser().absolute()


@contextmanager
def open_bytes(place: str | Path) -> Iterator[IO[bytes]]:
    """Open a path or a URL for reading.

    Parameters
    ----------
    place : str or Path
        Where a recording lies.

    Yields
    ------
    file object
        Binary and seekable.

    Raises
    ------
    RecordingError
        If there is nothing to read there, or it may not be read.
    """
    if not is_url(place):
        path = local(place)
        try:
            if path.is_dir():
                raise RecordingError(f"{place} is a folder; a recording is one file.")
            stream: IO[bytes] = path.open("rb")
        except FileNotFoundError as error:
            raise RecordingError(f"There is no file {place}.{_similar(path)}") from error
        except OSError as error:
            raise RecordingError(f"{place} cannot be read: {error.strerror}.") from error
        with stream:
            yield stream
        return
    with _open_remote(str(place)) as stream:
        yield stream


@contextmanager
def _open_remote(place: str) -> Iterator[IO[bytes]]:
    import fsspec

    try:
        opened = fsspec.open(place, "rb").open()
    except FileNotFoundError as error:
        raise RecordingError(f"There is no file {place}.") from error
    except ImportError as error:
        raise RecordingError(
            f"{place} cannot be reached: {error}. Install that package beside the workbench."
        ) from error
    except Exception as error:  # every file system of fsspec has errors of its own
        raise RecordingError(
            f"{place} cannot be read ({type(error).__name__}: {error}). "
            "Check the address and the access rights."
        ) from error
    with cast(Any, opened) as stream:
        yield stream


def head_and_size(place: str | Path) -> tuple[bytes, int]:
    """Read the first bytes of a file and its size.

    Parameters
    ----------
    place : str or Path
        Path or URL.

    Returns
    -------
    head : bytes
        At most 512 bytes.
    n_bytes : int
        Size of the file.

    Raises
    ------
    RecordingError
        If it cannot be read or is empty.
    """
    with open_bytes(place) as stream:
        head = stream.read(HEAD_BYTES)
        n_bytes = stream.seek(0, 2)
    if not n_bytes:
        raise RecordingError(f"{place} is empty (0 bytes). Fetch it again from where it came.")
    return head, n_bytes


def check_source(place: str | Path) -> str | Path:
    """Make sure that there is a file that can be read and is not empty.

    Parameters
    ----------
    place : str or Path
        Path or URL.

    Returns
    -------
    str or Path
        The argument.

    Raises
    ------
    RecordingError
        If there is no file, it may not be read, or it is empty.
    """
    head_and_size(place)
    return place


def file_sha256(place: str | Path) -> str:
    """Hash the content of a file.

    Parameters
    ----------
    place : str or Path
        Path or URL.

    Returns
    -------
    str
        SHA-256 in 64 hexadecimal digits.

    Raises
    ------
    RecordingError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    with open_bytes(place) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def not_audio(place: str | Path, head: bytes, n_bytes: int, detail: str) -> RecordingError:
    """Explain a file that no decoder can read.

    Parameters
    ----------
    place : str or Path
        Path or URL.
    head : bytes
        The first bytes of the file.
    n_bytes : int
        Size of the file.
    detail : str
        What the decoder said.

    Returns
    -------
    RecordingError
        To be raised: what the file seems to be, and what to do.
    """
    suffix = Path(str(place)).suffix.lower()
    for magic, meaning in _MAGIC:
        if head.startswith(magic):
            return RecordingError(f"{place} is not audio: it is {meaning}.")
    if not head.strip(b"\0"):
        return RecordingError(f"{place} is not audio: it begins with {len(head)} zero bytes.")
    if text := _as_text(head):
        kind = "a text file"
        if text.lower().startswith(("<!doctype html", "<html")):
            kind = "a web page (perhaps a log-in page saved in place of the recording)"
        elif text.startswith(("<?xml", "{")):
            kind = "XML or JSON (perhaps an error message saved in place of the recording)"
        start = " ".join(text.split())[:40]
        return RecordingError(f"{place} is not audio: it is {kind} that begins “{start}”.")
    if head[4:8] == b"ftyp":
        return RecordingError(
            f"{place} is cut short or was never finished: the table of contents that an MP4 file "
            "needs is missing. Fetch it again."
        )
    if head[:4] == b"RIFF":
        return RecordingError(
            f"{place} is a WAV file that cannot be decoded ({detail}): its header is damaged or "
            "its coding is unknown. Convert it with the program that made it."
        )
    if suffix in _HEADERLESS:
        return RecordingError(
            f"{place} has no header that would say its sampling rate and coding. Wrap it first, "
            f"for example: sox -t {_HEADERLESS[suffix]} -c 1 {Path(str(place)).name} "
            f"{Path(str(place)).stem}.wav"
        )
    return RecordingError(
        f"{place} ({n_bytes} bytes) is not audio that libsndfile or FFmpeg can read ({detail})."
    )


def _as_text(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore")
    else:
        text = head.decode("utf-8", "ignore")
        if len(text.encode()) < 0.9 * len(head):
            return ""
    printable = sum(c.isprintable() or c in "\r\n\t\ufeff" for c in text)
    return text.lstrip("\ufeff") if printable > 0.97 * len(text) else ""


def _similar(path: Path) -> str:
    if not path.parent.is_dir():
        return f" There is no folder {path.parent} either."
    names = [p.name for _, p in zip(range(5000), path.parent.iterdir(), strict=False)]
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(path.name.lower(), by_lower, n=1, cutoff=0.85)
    return f' Did you mean "{by_lower[close[0]]}"?' if close else ""
