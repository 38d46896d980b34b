"""Seconds of a call's audio, and its peaks."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import peaks, read_audio, read_blocks, wav_layout
from workbench.errors import InputError, RecordingError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

PEAKS_PER_S = 50
_CHECKED_BYTES = 64


def channel_files(ws: Core, call_id: str) -> pd.DataFrame:
    """List the signals of a call with the file behind each.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.

    Returns
    -------
    DataFrame
        The call's channels with the columns of recordings and `place`, where
        the file is; no rows for a call without audio.

    Raises
    ------
    InputError
        If there is no such call.
    """
    channels = ws.store.read("channels", call_id=call_id)
    if channels.empty and ws.store.read("calls", call_id=call_id).empty:
        raise InputError(f'There is no call "{call_id}"; ws.table("calls") lists them.')
    recordings = ws.store.read("recordings", call_id=call_id).drop(columns="call_id")
    files = channels.merge(recordings, on="recording_id", how="left").sort_values("channel")
    files["place"] = [
        place_of(ws, root, path) for root, path in zip(files["root"], files["path"], strict=True)
    ]
    return files.reset_index(drop=True)


def _signals(ws: Core, call_id: str) -> list[dict[str, Any]]:
    """Give the rows of `channel_files` as plain values: this is on the way of every key press."""
    channels = ws.store.rows("channels", call_id=call_id)
    if not channels and not ws.store.rows("calls", call_id=call_id):
        raise InputError(f'There is no call "{call_id}"; ws.table("calls") lists them.')
    recordings = {row["recording_id"]: row for row in ws.store.rows("recordings", call_id=call_id)}
    signals = [recordings[row["recording_id"]] | row for row in channels]
    return [own | {"place": place_of(ws, own["root"], own["path"])} for own in signals]


def place_of(ws: Core, root: str, path: str) -> str:
    """Join an audio root and a path below it.

    Parameters
    ----------
    ws : Core
        The workspace.
    root : str
        Name of the root.
    path : str
        Path below it.

    Returns
    -------
    str
        A path or URL.

    Raises
    ------
    RecordingError
        If workbench.toml names no such root.
    """
    if root not in ws.config.roots:
        raise RecordingError(
            f'The audio root "{root}" is not in {ws.folder / "workbench.toml"}. '
            f'Say where it is: ws.reroot("{root}", "/where/the/audio/is").'
        )
    base = ws.config.roots[root]
    return f"{base.rstrip('/')}/{path}" if "://" in base else str(ws.folder / base / path)


def read_call(
    ws: Core, call_id: str, channel: int | None, start_s: float, end_s: float
) -> tuple[npt.NDArray[np.float32], int]:
    """Read some seconds of a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    channel : int or None
        One channel, or None for all.
    start_s, end_s : float
        Seconds of the call.

    Returns
    -------
    samples : ndarray of float32, shape (n_frames, n_channels)
        The signals, silent where a recording has no audio.
    sampling_rate_hz : int
        The highest rate of the recordings behind them, hertz.

    Raises
    ------
    RecordingError
        If the call has no audio, or a file is not where it was.
    InputError
        If there is no such call or channel.
    """
    signals = _signals(ws, call_id)
    if not signals:
        raise RecordingError(f"Call {call_id} has no audio; it was registered from a table.")
    if channel is not None:
        signals = [own for own in signals if own["channel"] == channel]
        if not signals:
            raise InputError(f"Call {call_id} has no channel {channel}.")
    rate = max(own["sampling_rate_hz"] for own in signals)
    n_frames = max(1, round((end_s - start_s) * rate))
    out = np.zeros((n_frames, len(signals)), dtype=np.float32)
    for recording_id in {own["recording_id"]: None for own in signals}:
        columns = [i for i, own in enumerate(signals) if own["recording_id"] == recording_id]
        recording = signals[columns[0]]
        offset_s = recording["offset_s"]
        first = max(start_s - offset_s, 0.0)
        last = min(end_s - offset_s, recording["duration_s"])
        if last <= first:
            continue
        samples, own_rate = read_audio(
            present(ws, recording["place"], recording["root"]), first, last
        )
        part = samples[:, [signals[i]["recording_channel"] for i in columns]]
        if own_rate != rate:
            import soxr

            part = soxr.resample(part, own_rate, rate).astype(np.float32)
        at = round((first + offset_s - start_s) * rate)
        part = part[: n_frames - at]
        out[at : at + len(part), columns] = part
    return out, rate


def call_file(ws: Core, call_id: str) -> dict[str, Any] | None:
    """Say where a call's samples lie, for a page that can fetch them without the kernel.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.

    Returns
    -------
    dict or None
        path (absolute), and by which a page relates it to its server's root:
        the home folder and the path of the notebook; data_start,
        bytes_per_frame, encoding, sampling_rate_hz, n_channels and n_frames as
        in `workbench.audio.WavLayout`; and check, by which the page knows the file
        again: its n_bytes, and from the byte start on the bytes hex. None where
        the samples are not simply those of one WAV file.
    """
    signals = _signals(ws, call_id)
    if len({own["recording_id"] for own in signals}) != 1 or signals[0]["offset_s"] != 0:
        return None
    place = signals[0]["place"]
    layout = wav_layout(place) if "://" in place or Path(place).exists() else None
    straight = list(range(layout.n_channels)) if layout else []
    if layout is None or [own["recording_channel"] for own in signals] != straight:
        return None
    path = Path(place).absolute()
    start = layout.data_start + layout.bytes_per_frame * (layout.n_frames // 2)
    with path.open("rb") as stream:
        stream.seek(start)
        middle = stream.read(_CHECKED_BYTES)
    out = asdict(layout)
    check = {"n_bytes": out.pop("n_bytes"), "start": start, "hex": middle.hex()}
    notebook = Path(os.environ.get("JPY_SESSION_NAME", "")).as_posix()
    where = {"path": path.as_posix(), "home": Path.home().as_posix(), "notebook": notebook}
    return where | out | {"check": check}


def call_peaks(ws: Core, call_id: str) -> dict[int, npt.NDArray[np.float32]]:
    """Read or make the peaks of every channel of a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.

    Returns
    -------
    dict of int to ndarray of float32, shape (n, 2)
        Lowest and highest sample in each fiftieth of a second, by channel.
    """
    out: dict[int, npt.NDArray[np.float32]] = {}
    read: dict[str, npt.NDArray[np.float32]] = {}
    for own in _signals(ws, call_id):
        recording_id = own["recording_id"]
        if recording_id not in read:
            kept = ws.cache.peaks(call_id, recording_id, PEAKS_PER_S)
            if kept is None:
                kept = _file_peaks(present(ws, own["place"], own["root"]))
                ws.cache.write_peaks(call_id, kept, recording_id, PEAKS_PER_S)
            read[recording_id] = kept
        lead = np.zeros((round(own["offset_s"] * PEAKS_PER_S), 2), np.float32)
        out[own["channel"]] = np.concatenate([lead, read[recording_id][own["recording_channel"]]])
    return out


def _file_peaks(place: str) -> npt.NDArray[np.float32]:
    blocks = [
        np.stack([peaks(column, round(len(column) * PEAKS_PER_S / rate)) for column in samples.T])
        for _, samples, rate in read_blocks(place, block_s=30.0)
    ]
    return np.concatenate(blocks, axis=1)


def present(ws: Core, place: str, root: str) -> str:
    """Make sure that a file is where it was.

    Parameters
    ----------
    ws : Core
        The workspace.
    place : str
        From `place_of`.
    root : str
        Name of its audio root.

    Returns
    -------
    str
        The same place.

    Raises
    ------
    RecordingError
        If there is no file any more.
    """
    if "://" not in place and not Path(place).exists():
        raise RecordingError(
            f"The audio is not at {place} any more. If it moved, say where its root is now: "
            f'ws.reroot("{root}", "/where/the/audio/is"), which changes [audio.roots] in '
            f"{ws.folder / 'workbench.toml'}."
        )
    return place
