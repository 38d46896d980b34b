"""Read the text of foreign files, whatever the encoding."""

from __future__ import annotations

import codecs
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InputError

MOST_CONTROL_SHARE, MOST_IN_UTF8 = 0.01, 0.25
"""Share of control characters from which a file is not text; in UTF-8, names may hold a few."""


@dataclass(frozen=True)
class SourceText:
    """The text of a file and what is known of it.

    Parameters
    ----------
    text : str
        The content, without a byte-order mark; line ends as they came.
    name : str
        Name of the file, without its folder.
    sha256 : str
        SHA-256 of the bytes, hexadecimal.
    notices : tuple of str
        A sentence if the encoding had to be guessed.
    """

    text: str
    name: str
    sha256: str
    notices: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        """Canonical JSON that names the content, for a segmentation's id."""
        return json.dumps({"sha256": self.sha256}, separators=(",", ":"))

    @property
    def stem(self) -> str:
        """Name of the file without its ending."""
        return Path(self.name).stem


def read_source(path: str | Path) -> SourceText:
    """Read a text file whatever its encoding.

    UTF-8 and UTF-16 with or without a byte-order mark are told apart safely;
    anything else is taken as Windows-1252, with a notice.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SourceText
        Its text, name and hash.

    Raises
    ------
    InputError
        If the file is missing, cannot be read, is empty or is not text.
    """
    path = Path(path)
    raw = _bytes_of(path)
    text, notices = _decode(raw, path.name)
    strange = sum(ord(letter) < 32 and not letter.isspace() for letter in text[:2000])
    if strange > (MOST_CONTROL_SHARE if notices else MOST_IN_UTF8) * len(text[:2000]):
        raise InputError(
            f"{path.name} is not a text file: {strange} of its first {len(text[:2000])} characters "
            "are none."
        )
    if not text.strip():
        raise InputError(f"{path.name} is empty: it holds {len(raw)} bytes and no text.")
    return SourceText(text, path.name, hashlib.sha256(raw).hexdigest(), notices)


def read_binary(path: str | Path) -> SourceText:
    """Take note of a file that is not text: its name and hash.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SourceText
        With an empty text.

    Raises
    ------
    InputError
        If the file is missing, cannot be read or is empty.
    """
    path = Path(path)
    return SourceText("", path.name, hashlib.sha256(_bytes_of(path)).hexdigest())


def _bytes_of(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Check the path.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not raw.strip():
        raise InputError(f"{path.name} is empty: it holds {len(raw)} bytes and no text.")
    return raw


def _decode(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    encoding = _encoding_of(raw)
    if encoding:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name} begins like {encoding.upper()} but is broken at byte {error.start}. "
                "Save it again as UTF-8."
            ) from error
        if "\0" in text:
            raise InputError(f"{name} is not a text file: it holds zero bytes.")
        return text.removeprefix("\ufeff"), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    odd = next(c for c in text if ord(c) > 127)
    line = next(line for line in text.splitlines() if odd in line).strip()
    return text, (
        f"{name} is not UTF-8 and was read as Windows-1252, so that it says {line[:60]!r}. "
        "If that looks wrong, save the file as UTF-8 and import it again.",
    )


def _encoding_of(raw: bytes) -> str | None:
    marks = {
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF32_LE: "utf-32",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    for mark, encoding in marks.items():
        if raw.startswith(mark):
            return encoding
    head = raw[:1000]
    if b"\0" not in head:
        return "utf-8" if b"\0" in raw else None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even > 4 * odd:
        return "utf-16-be"
    return "utf-16-le" if odd > 4 * even else "utf-8"
