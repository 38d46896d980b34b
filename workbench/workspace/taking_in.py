"""From a manifest or a folder into the register."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import recordings
from workbench.channel_roles import HeardCall, suggest_roles
from workbench.config import Config, write_config
from workbench.errors import InputError, WorkbenchError
from workbench.manifests import audio_root, count_calls, dropped_columns, read_manifest, scan_folder
from workbench.schema import table_named
from workbench.workspace.hearing import channel_files, read_call
from workbench.workspace.progress import with_progress

if TYPE_CHECKING:
    from workbench.workspace.core import Core

FAILED_COLUMNS = ["call_id", "path", "reason"]
BATCH = 200
BATCH_S = 2.0
OPENING_S = 180.0


def ingest(
    ws: Core,
    source: str | Path | pd.DataFrame,
    *,
    root: str | Path | None,
    roles: dict[int, str] | None,
    pattern: str | None,
) -> tuple[pd.DataFrame, list[str]]:
    """Take calls in, each one whole or not at all.

    Parameters
    ----------
    ws : Core
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
    folder = _place(source, root)
    if not isinstance(source, pd.DataFrame) and Path(source).is_dir():
        manifest = scan_folder(source, pattern)
    else:
        manifest = read_manifest(source, keep_columns=ws.config.policy.keep_columns)
    place = folder if root is not None else audio_root(manifest, folder)
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
    intake = _Intake(ws)
    total = count_calls(manifest)
    for call in with_progress(taken, total=total, doing="taking in", unit="call"):
        if isinstance(call, recordings.FailedCall):
            intake.failed.append((call.call_id, call.path, call.reason))
        elif isinstance(call, recordings.KnownCall):
            intake.n_known += 1
            ws.store.add_outcomes(call.tables)
        else:
            intake.add(call)
    intake.write()
    failed = pd.DataFrame(intake.failed, columns=FAILED_COLUMNS)
    said = (
        f"{intake.n_new} calls taken in, {intake.n_known} were there already, {len(failed)} failed."
    )
    return failed, [said, *_dropped(ws, manifest)]


class _Intake:
    """Calls on their way into the register, some hundred in one transaction.

    A call is still taken in whole or not at all: if a transaction is refused,
    its calls are written one by one, and the one to blame is named.
    """

    def __init__(self, ws: Core) -> None:
        self.ws = ws
        self.waiting: list[recordings.TakenCall] = []
        self.failed: list[tuple[str, str, str]] = []
        self.n_new = self.n_known = 0
        self.written_at = time.monotonic()

    def add(self, call: recordings.TakenCall) -> None:
        self.waiting.append(call)
        if len(self.waiting) >= BATCH or time.monotonic() - self.written_at > BATCH_S:
            self.write()

    def write(self) -> None:
        waiting, self.waiting = self.waiting, []
        self.written_at = time.monotonic()
        if not waiting:
            return
        try:
            self.ws.store.add_calls(_together(waiting))
        except WorkbenchError as error:
            if len(waiting) == 1:
                self.failed.append((waiting[0].call_id, "", str(error)))
                return
            for call in waiting:
                self.waiting = [call]
                self.write()
            return
        self.n_new += len(waiting)
        for call in waiting:
            if len(rows := call.tables.get("quality", pd.DataFrame())):
                self.ws.cache.write("quality", call.call_id, rows)


def _together(calls: list[recordings.TakenCall]) -> dict[str, pd.DataFrame]:
    names = [name for name in calls[0].tables if name != "quality"]
    tables = {}
    for name in names:
        rows = pd.concat([call.tables[name] for call in calls], ignore_index=True)
        key = list(table_named(name).key)
        tables[name] = rows.drop_duplicates(key, keep="last", ignore_index=True)
    return tables


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


def _root_named(ws: Core, place: str) -> str:
    for name, known in ws.config.roots.items():
        if known == place:
            return name
    name = "audio" if not ws.config.roots else f"audio_{len(ws.config.roots) + 1}"
    roots = {**ws.config.roots, name: place}
    ws.config = Config(**{**vars(ws.config), "roots": roots})
    write_config(ws.folder, ws.config)
    return name


def _dropped(ws: Core, manifest: pd.DataFrame) -> list[str]:
    dropped = dropped_columns(manifest, ws.config.policy)
    if not dropped:
        return []
    return [
        f"Columns that the policy does not keep were left out: {', '.join(dropped)}. "
        "To keep one, name it in keep_columns under [policy] of workbench.toml."
    ]


def suggest(ws: Core) -> pd.DataFrame:
    """Suggest who speaks on the channels without a known role.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    DataFrame
        call_id, channel, role, evidence.
    """
    unknown = set(ws.store.read("channels", role="unknown")["call_id"])
    calls = ws.store.read("calls")
    calls = calls[calls["call_id"].isin(unknown)]
    return suggest_roles(
        _heard(ws, call)
        for call in with_progress(
            calls.to_dict(orient="records"), total=len(calls), doing="listening", unit="call"
        )
    )


def _heard(ws: Core, call: Mapping[Hashable, Any]) -> HeardCall:
    files = channel_files(ws, str(call["call_id"]))
    samples, rate = read_call(ws, str(call["call_id"]), None, 0.0, OPENING_S)
    return HeardCall(
        call_id=str(call["call_id"]),
        channels={int(c): (s, rate) for c, s in zip(files["channel"], samples.T, strict=True)},
        agent_id=None if pd.isna(call["agent_id"]) else str(call["agent_id"]),
        direction=None if pd.isna(call["direction"]) else str(call["direction"]),
    )
