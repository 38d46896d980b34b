"""Write files in one step: all of them, or none."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from workbench.errors import InputError

UNSAFE = re.compile(r'[/\\:*?"<>|%\x00-\x1f\x7f]|^\.|\.$|^ | $')


def file_stem(identifier: str) -> str:
    """Make a file name out of an id, so that it can be read back.

    Parameters
    ----------
    identifier : str
        For example a call_id.

    Returns
    -------
    str
        The id with characters that file systems refuse written as %XX.

    Examples
    --------
    >>> file_stem("2026/03:17")
    '2026%2F03%3A17'
    """
    return UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", identifier)


def id_of_stem(stem: str) -> str:
    """Read back the id that `file_stem` wrote.

    Parameters
    ----------
    stem : str
        Name of the file without its ending.

    Returns
    -------
    str
        The id.
    """
    return unquote(stem)


def write_together(
    folder: Path, files: Mapping[str, Callable[[Path], None]], *, overwrite: bool
) -> list[Path]:
    """Write several files into a folder: all of them, or none.

    They are written beside their place first and then renamed, so that nobody
    ever sees half a file.

    Parameters
    ----------
    folder : Path
        Where to; made if it is not there.
    files : mapping of str to callable
        Name of each file, and what writes it to a path.
    overwrite : bool
        Whether files of the same name may be replaced; others are never touched.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        If a file is there already and may not be replaced, or the folder cannot
        be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; a folder was expected. Choose another place.")
    if there := [name for name in files if (folder / name).exists()]:
        if not overwrite:
            listed = ", ".join(there[:4]) + (", ..." if len(there) > 4 else "")
            raise InputError(
                f"{folder} already holds {len(there)} of the files to be written ({listed}). "
                "Choose another place, or pass overwrite=True (--overwrite) to replace them."
            )
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
    except OSError as error:
        raise InputError(_cannot_write(folder, error)) from error
    done = False
    try:
        for name, write in files.items():
            write(staging / name)
        for name in files:
            (staging / name).replace(folder / name)
        done = True
    except OSError as error:
        raise InputError(_cannot_write(folder, error)) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made and not done:
            shutil.rmtree(folder, ignore_errors=True)
    return [folder / name for name in files]


def _cannot_write(folder: Path, error: OSError) -> str:
    return (
        f"{folder} cannot be written to ({error.strerror or error}). "
        "Choose a folder of your own with room on its disk."
    )
