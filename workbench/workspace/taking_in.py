"""From a manifest or a folder into the register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench import recordings
from workbench.config import Config, write_config
from workbench.errors import InputError
from workbench.manifests import read_manifest, scan_folder
from workbench.workspace.progress import with_progress

if TYPE_CHECKING:
    from workbench.workspace.door import Workspace

FAILED_COLUMNS = ["call_id", "path", "reason"]


def ingest(
    ws: Workspace,
    source: str | Path | pd.DataFrame,
    *,
    root: str | Path | None,
    roles: dict[int, str] | None,
    pattern: str | None,
) -> tuple[pd.DataFrame, list[str]]:
    """Take calls in, each one whole or not at all.

    Parameters
    ----------
    ws : Workspace
        Where to.
    source : str, Path or DataFrame
        Manifest (CSV, Parquet, table) or a folder of audio.
    root : str or Path, optional
        What the paths are relative to; by default where the manifest lies.
    roles : dict of int to str, optional
        Role of each channel, for calls that do not say.
    pattern : str, optional
        Regular expression with named groups for the file names of a folder.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What an analyst should know, one sentence each.
    """
    place = _place(source, root)
    if not isinstance(source, pd.DataFrame) and Path(source).is_dir():
        manifest = scan_folder(source, pattern)
    else:
        manifest = read_manifest(source)
    name = _root_named(ws, place)
    known = ws.store.read("recordings")
    calls = set(ws.store.read("calls")["call_id"])
    taken = recordings.take_in(
        manifest,
        root_name=name,
        root=place,
        policy=ws.config.policy,
        roles=roles,
        known=known,
        known_calls=calls,
    )
    failed, counts = [], {"new": 0, "known": 0}
    total = manifest["call_id"].nunique()
    for call in with_progress(taken, total=total, doing="taking in", unit="call"):
        if isinstance(call, recordings.FailedCall):
            failed.append((call.call_id, call.path, call.reason))
        elif isinstance(call, recordings.KnownCall):
            counts["known"] += 1
            ws.store.add_outcomes(call.tables)
        else:
            tables = dict(call.tables)
            quality = tables.pop("quality", None)
            ws.store.add_call(tables)
            if quality is not None and len(quality):
                ws.cache.write("quality", call.call_id, quality)
            counts["new"] += 1
    return pd.DataFrame(failed, columns=FAILED_COLUMNS), _notices(manifest, counts, len(failed))


def _place(source: str | Path | pd.DataFrame, root: str | Path | None) -> str:
    if root is not None:
        return str(root) if "://" in str(root) else str(Path(root).expanduser().resolve())
    if isinstance(source, pd.DataFrame):
        return str(Path.cwd())
    path = Path(source).expanduser()
    if not path.exists():
        raise InputError(
            f"There is no {path}. Give a manifest (CSV or Parquet), a folder of audio or a table."
        )
    return str((path if path.is_dir() else path.parent).resolve())


def _root_named(ws: Workspace, place: str) -> str:
    for name, known in ws.config.roots.items():
        if known == place:
            return name
    name = "audio" if not ws.config.roots else f"audio_{len(ws.config.roots) + 1}"
    roots = {**ws.config.roots, name: place}
    ws.config = Config(**{**vars(ws.config), "roots": roots})
    write_config(ws.folder, ws.config)
    return name


def _notices(manifest: pd.DataFrame, counts: dict[str, int], n_failed: int) -> list[str]:
    notices = [
        f"{counts['new']} calls taken in, {counts['known']} were there already, {n_failed} failed."
    ]
    dropped = manifest.attrs.get("dropped_columns", [])
    if dropped:
        notices.append(
            f"Columns that the policy does not keep were left out: {', '.join(dropped)}. "
            "To keep one, name it in keep_columns under [policy] of workbench.toml."
        )
    return notices
