"""Where a recording lies: below the audio root, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.errors import RecordingError


def below_root(path: str, root: str) -> tuple[str, str]:
    """Find a recording and write its path relative to the audio root.

    Parameters
    ----------
    path : str
        As a manifest has it: relative to the root, absolute, or a URL. The
        backslashes of Windows are understood.
    root : str
        The audio root: a folder or a URL.

    Returns
    -------
    relative : str
        The path below the root, with "/".
    place : str
        Where the recording lies: an absolute path or a URL.

    Raises
    ------
    RecordingError
        If it lies outside the root, where it could not be found again.
    """
    if "://" in root and not root.startswith("file://"):
        base = root.rstrip("/") + "/"
        place = path if "://" in path else base + path.replace("\\", "/").lstrip("/")
        if not place.startswith(base) or ".." in place.split("/"):
            raise RecordingError(_outside(path, root))
        return place.removeprefix(base), place
    if "://" in path and not path.startswith("file://"):
        raise RecordingError(_outside(path, root))
    folder = os.path.normpath(Path(root.removeprefix("file://")).expanduser().absolute())
    given = Path(path.removeprefix("file://")).expanduser()
    if "\\" in path and not (folder / given).exists():
        given = Path(path.replace("\\", "/"))
    place = os.path.normpath(folder / given)
    if not Path(place).is_relative_to(folder):
        raise RecordingError(_outside(path, root))
    return Path(place).relative_to(folder).as_posix(), place


def _outside(path: str, root: str) -> str:
    return (
        f"{path} lies outside the audio root {root}. Name a root that holds all recordings, "
        "or put the recording below this one."
    )
