"""Whether an Ogg file ends the way it should."""

from __future__ import annotations

from pathlib import Path

from workbench.audio.sources import open_bytes
from workbench.errors import RecordingError

_LONGEST_PAGE = 27 + 255 + 255 * 255
_LAST_PAGE = 0x04


def check_ogg(place: str | Path, head: bytes, n_bytes: int) -> str:
    """Refuse an Ogg file that stops in the middle of a page.

    An Ogg header promises no length, so the end is all that can tell.

    Parameters
    ----------
    place : str or Path
        Path or URL, to be named in the message.
    head : bytes
        The first bytes of the file; anything but an Ogg file passes.
    n_bytes : int
        Size of the file.

    Returns
    -------
    str
        A note if the last page is whole but not marked as the last one, as
        recorders leave it that stop without finishing; else "".

    Raises
    ------
    RecordingError
        If the last page is cut.
    """
    if head[:4] != b"OggS":
        return ""
    with open_bytes(place) as stream:
        stream.seek(max(0, n_bytes - _LONGEST_PAGE))
        tail = stream.read()
    at = tail.rfind(b"OggS")
    page = tail[at:]
    whole = at >= 0 and len(page) >= 27 and len(page) >= 27 + page[26]
    if not whole or len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]]):
        raise RecordingError(
            f"{place} is cut short: it ends in the middle of a page of Ogg. Fetch it again."
        )
    if page[5] & _LAST_PAGE:
        return ""
    return "The file has no end mark; its recorder stopped without finishing it."
