"""A manifest out of a folder of recordings, and where its audio lies."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.manifests.columns import ALIASES, MANIFEST_COLUMNS, is_documented
from workbench.manifests.reading import prepare

AUDIO_SUFFIXES = frozenset(
    ".wav .wave .flac .mp3 .ogg .oga .opus .m4a .mp4 .aac .amr .awb .3gp .3gpp .webm .mka .mkv "
    ".aif .aiff .au .snd .caf .wma .w64 .rf64 .gsm .vox .ulaw .alaw .sln".split()
)
"""Endings of the files that `scan_folder` looks at."""

PCA_NAMES = (
    r"_GUID_(?P<call_id>[^_/]+?)(?=_|\.\w+$)"
    r"(?:_CUST_(?P<customer_id>[^_/]+?)(?=_|\.\w+$))?"
    r"(?:_AGENT_(?P<agent_id>[^_/]+?)(?=_|\.\w+$))?"
    r"(?:_DT_(?P<started_at>\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}))?"
)
"""Pattern for names as AWS Post Call Analytics wants them (..._GUID_000_AGENT_ChrisL_DT_...)."""


def scan_folder(path: str | Path, pattern: str | None = None) -> pd.DataFrame:
    r"""Make a manifest of the recordings in a folder and the folders below it.

    File names often hold names of people, so nothing is read out of them unless
    a pattern asks for it: without one, each file is a call, named by its content
    when it is taken in.

    Parameters
    ----------
    path : str or Path
        A folder, or a URL that fsspec understands.
    pattern : str, optional
        Regular expression that is searched in the path below the folder (with
        "/"); its named groups are columns of a manifest, for example
        `(?P<call_id>\d+)-(?P<side>agent|caller)\.wav`. `PCA_NAMES` is one.

    Returns
    -------
    DataFrame
        As from `read_manifest`, paths relative to the folder, in their order.
        `call_id` is empty without a pattern that finds it. A name that does not
        fit the pattern has a `problem`.

    Raises
    ------
    InputError
        If there is no such folder, it holds no recordings, no name fits the
        pattern, or the pattern is not a regular expression with groups that are
        columns of a manifest.
    """
    found = _compiled(pattern) if pattern is not None else None
    names = _remote_names(str(path)) if "://" in str(path) else _local_names(Path(path))
    if not names:
        raise InputError(
            f"{path} holds no recordings: no file below it ends in .wav, .flac, .mp3, .ogg, .opus, "
            ".m4a, .amr, .webm or the like."
        )
    rows = []
    for name in names:
        match = found.search(name) if found else None
        row: dict[str, object] = {"path": name, "call_id": None, "problem": None}
        if match:
            row |= {ALIASES.get(k, k): v for k, v in match.groupdict().items() if v}
        elif found:
            row["problem"] = "The name of the file does not fit the pattern."
        rows.append(row)
    if found and all(row["problem"] for row in rows):
        raise InputError(
            f"None of the {len(rows)} recordings in {path} fits the pattern {pattern!r}; the first "
            f'is "{names[0]}".'
        )
    return prepare(pd.DataFrame(rows), source=f"The folder {path}", ids_needed=False)


def audio_root(manifest: pd.DataFrame, folder: str | Path) -> str:
    """Choose what the paths of a manifest are relative to.

    Parameters
    ----------
    manifest : DataFrame
        As from `read_manifest`.
    folder : str or Path
        Where the manifest lies, or a URL.

    Returns
    -------
    str
        The folder, unless every path is absolute; then the deepest folder (or
        URL) that holds them all.
    """
    place = str(folder) if "://" in str(folder) else str(Path(folder).expanduser().absolute())
    paths = [str(path) for path in manifest["path"].dropna()]
    if not paths or any("://" not in p and not Path(p).is_absolute() for p in paths):
        return place
    remote = {"://" in path for path in paths}
    if len(remote) > 1:
        return place
    if remote == {True}:
        urls = [path.rpartition("/")[0].split("/") for path in paths]
        shared = os.path.commonprefix(urls)
        return "/".join(shared) if len(shared) >= 3 else place
    parents = [os.path.dirname(os.path.normpath(path)) for path in paths]  # noqa: PTH120
    if all(Path(parent).is_relative_to(place) for parent in parents):
        return place
    return os.path.commonpath(parents)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise InputError(
            f"The pattern {pattern!r} is not a regular expression: {error}."
        ) from error
    for name in found.groupindex:
        if not is_documented(ALIASES.get(name, name)):
            raise InputError(
                f'The pattern has a group "{name}", which is no column of a manifest.'
                f"{nearest(name, [*MANIFEST_COLUMNS, *ALIASES])}"
            )
    if not found.groupindex:
        raise InputError(
            f"The pattern {pattern!r} has no named group, so nothing can be read out of a name. "
            r"Name one, for example (?P<call_id>\d+)."
        )
    return found


def _local_names(folder: Path) -> list[str]:
    folder = folder.expanduser()
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.")
    return sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.suffix.lower() in AUDIO_SUFFIXES
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _remote_names(url: str) -> list[str]:
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(url)
        files = system.find(root)
    except Exception as error:  # every file system of fsspec has errors of its own
        raise InputError(f"{url} cannot be listed ({type(error).__name__}: {error}).") from error
    prefix = root.rstrip("/") + "/"
    return sorted(
        file.removeprefix(prefix) for file in files if Path(file).suffix.lower() in AUDIO_SUFFIXES
    )
