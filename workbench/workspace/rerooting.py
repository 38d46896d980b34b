"""Audio that moved: say where an audio root is now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench.audio import file_sha256
from workbench.audio.sources import is_url
from workbench.config import write_config
from workbench.errors import InputError, nearest

if TYPE_CHECKING:
    from workbench.workspace.core import Core

LOOKED_AT = 5


def reroot(ws: Core, root: str, folder: str | Path) -> None:
    """Write another place for an audio root, having looked whether its files are there.

    Parameters
    ----------
    ws : Core
        The workspace.
    root : str
        Name of the root in workbench.toml.
    folder : str or Path
        Folder or URL that holds the audio now.

    Raises
    ------
    InputError
        If there is no such root, or the first files are not in the folder, or
        one is another recording. Nothing was changed then.
    """
    recordings, clips = (ws.store.read(name) for name in ("recordings", "clips"))
    known = {*ws.config.roots, *recordings["root"], *clips["root"]}
    if root not in known:
        raise InputError(
            f'There is no audio root "{root}".{nearest(root, known)} '
            f"The roots are: {', '.join(sorted(known)) or 'none'}."
        )
    place = str(folder) if is_url(str(folder)) else str(Path(folder).expanduser().resolve())
    if not is_url(place):
        files = pd.concat([rows[rows["root"] == root] for rows in (recordings, clips)])
        _look(Path(place), files.sort_values("path").head(LOOKED_AT))
    config = replace(ws.config, roots={**ws.config.roots, root: place})
    write_config(ws.folder, config)
    ws.config = config


def _look(folder: Path, files: pd.DataFrame) -> None:
    missing = [path for path in files["path"] if not (folder / path).is_file()]
    if missing:
        raise InputError(
            f"{folder} does not hold {missing[0]}"
            f"{f' and {len(missing) - 1} others' if len(missing) > 1 else ''}, of the first "
            f"{len(files)} that were looked for. Name the folder below which it lies; nothing "
            "was changed."
        )
    for path, sha256 in files[["path", "sha256"]].head(1).itertuples(index=False):
        if file_sha256(folder / path) != sha256:
            raise InputError(
                f"{folder / path} is another recording than the one that was taken in. Name the "
                "folder that holds the old ones; nothing was changed."
            )
