"""Seconds of a call's audio, and its peaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import peaks, read_audio, read_blocks
from workbench.errors import InputError, RecordingError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

PEAKS_PER_S = 50


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
    files = channel_files(ws, call_id)
    if files.empty:
        raise RecordingError(f"Call {call_id} has no audio; it was registered from a table.")
    if channel is not None:
        files = files[files["channel"] == channel]
        if files.empty:
            raise InputError(f"Call {call_id} has no channel {channel}.")
    rate = int(files["sampling_rate_hz"].max())
    n_frames = max(1, round((end_s - start_s) * rate))
    out = np.zeros((n_frames, len(files)), dtype=np.float32)
    for _, group in files.groupby("recording_id"):
        offset = float(group["offset_s"].iloc[0])
        length = float(group["duration_s"].iloc[0])
        first, last = max(start_s - offset, 0.0), min(end_s - offset, length)
        if last <= first:
            continue
        samples, own_rate = read_audio(present(ws, *group[["place", "root"]].iloc[0]), first, last)
        part = samples[:, group["recording_channel"].to_numpy(dtype=int)]
        if own_rate != rate:
            import soxr

            part = soxr.resample(part, own_rate, rate).astype(np.float32)
        at = round((first + offset - start_s) * rate)
        part = part[: n_frames - at]
        columns = np.flatnonzero(files.index.isin(group.index))
        out[at : at + len(part), columns] = part
    return out, rate


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
    files = channel_files(ws, call_id)
    out: dict[int, npt.NDArray[np.float32]] = {}
    for recording, group in files.groupby("recording_id"):
        kept = ws.cache.peaks(call_id, recording, PEAKS_PER_S)
        if kept is None:
            kept = _file_peaks(present(ws, *group[["place", "root"]].iloc[0]))
            ws.cache.write_peaks(call_id, kept, recording, PEAKS_PER_S)
        lead = np.zeros((round(float(group["offset_s"].iloc[0]) * PEAKS_PER_S), 2), np.float32)
        for channel, own in zip(group["channel"], group["recording_channel"], strict=True):
            out[int(channel)] = np.concatenate([lead, kept[int(own)]])
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
