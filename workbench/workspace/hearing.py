"""From a row of any table to its seconds of audio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import read_audio
from workbench.errors import InputError, RecordingError
from workbench.masking import masked_voice
from workbench.workspace.block_tracks import tracks_between
from workbench.workspace.surveys import PEAKS_PER_S as PEAKS_PER_S
from workbench.workspace.surveys import present as present
from workbench.workspace.surveys import survey

if TYPE_CHECKING:
    from workbench.widgets.picture import Picture
    from workbench.workspace.core import Core

PICTURE_CONTEXT_S = 5.0
"""What is heard on either side of a picture to judge the range of F0, seconds."""

Sound = tuple[npt.NDArray[np.float32], int]


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
            f'Add a line under [audio.roots]: {root} = "/where/the/audio/is".'
        )
    base = ws.config.roots[root]
    return f"{base.rstrip('/')}/{path}" if "://" in base else str(Path(base) / path)


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
    return _laid_out(ws, call_id, channel, start_s, end_s, _as_recorded)


def masked_call(
    ws: Core, call_id: str, channel: int | None, start_s: float, end_s: float
) -> tuple[npt.NDArray[np.float32], int]:
    """Make some seconds of a call without words: F0, level and pauses are kept.

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
        See `workbench.masking.masked_voice`; where recordings have one sampling
        rate, windows that overlap are the same sample by sample.
    sampling_rate_hz : int
        As of `read_call`, hertz.

    Raises
    ------
    RecordingError
        If the call has no audio, or a file is not where it was.
    InputError
        If there is no such call or channel.
    """
    return _laid_out(ws, call_id, channel, start_s, end_s, _masked)


def call_picture(
    ws: Core, call_id: str, channel: int | None, start_s: float, end_s: float
) -> Picture:
    """Draw some seconds of one channel: spectrogram, F0 and level.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    channel : int or None
        The channel; None only where the call has one.
    start_s, end_s : float
        Seconds of the call.

    Returns
    -------
    Picture
        Frames of 10 ms from `start_s` on. The range of F0 is fitted to these
        seconds and five on either side.

    Raises
    ------
    RecordingError
        If the call has no audio, or a file is not where it was.
    InputError
        If there is no such call or channel, or no channel was named and there are
        several.
    """
    from workbench.audio.spectrogram import HOP_S, mel_spectrogram
    from workbench.prosody import voice_curves
    from workbench.widgets.picture import Picture

    lead_s = min(PICTURE_CONTEXT_S, HOP_S * int(start_s / HOP_S))
    around, rate = read_call(ws, call_id, channel, start_s - lead_s, end_s + PICTURE_CONTEXT_S)
    if around.shape[1] != 1:
        raise InputError(
            f"Call {call_id} has {around.shape[1]} channels; a picture is that of one. Name it."
        )
    first = round(lead_s * rate)
    own = around[first : first + max(1, round((end_s - start_s) * rate)), 0]
    spectrogram = mel_spectrogram(own, rate)
    n_frames = len(spectrogram.levels)
    curves = voice_curves(around[:, 0], rate).iloc[round(lead_s / HOP_S) :][:n_frames]
    return Picture(
        start_s=start_s,
        hop_s=HOP_S,
        levels=spectrogram.levels,
        low_hz=spectrogram.low_hz,
        high_hz=spectrogram.high_hz,
        floor_db=spectrogram.floor_db,
        ceiling_db=spectrogram.ceiling_db,
        f0_hz=curves["f0_hz"].to_numpy(np.float32),
        level_db=curves["intensity_db"].to_numpy(np.float32),
    )


def _as_recorded(part: pd.DataFrame, first: float, last: float) -> Sound:
    samples, rate = read_audio(part["place"].iloc[0], first, last)
    return samples[:, part["recording_channel"].to_numpy(dtype=int)], rate


def _masked(part: pd.DataFrame, first: float, last: float) -> Sound:
    one = part.iloc[0]
    rate = int(one["sampling_rate_hz"])
    where = (str(one["place"]), str(one["sha256"]), float(one["duration_s"]))
    columns = [
        masked_voice(
            tracks_between(*where, int(channel), first, last), rate, start_s=first, end_s=last
        )
        for channel in part["recording_channel"]
    ]
    return np.stack(columns, axis=1), rate


def _laid_out(
    ws: Core,
    call_id: str,
    channel: int | None,
    start_s: float,
    end_s: float,
    read: Callable[[pd.DataFrame, float, float], Sound],
) -> Sound:
    """Put what `read` gives for each recording to its place in the call."""
    files = channel_files(ws, call_id)
    if files.empty:
        raise RecordingError(f"Call {call_id} has no audio; it was registered from a table.")
    if channel is not None:
        files = files[files["channel"] == channel]
        if files.empty:
            raise InputError(f"Call {call_id} has no channel {channel}.")
    rate = int(files["sampling_rate_hz"].max())
    begin = round(start_s * rate)
    n_frames = max(1, round(end_s * rate) - begin)
    out = np.zeros((n_frames, len(files)), dtype=np.float32)
    for _, group in files.groupby("recording_id"):
        offset = float(group["offset_s"].iloc[0])
        length = float(group["duration_s"].iloc[0])
        first, last = max(start_s - offset, 0.0), min(end_s - offset, length)
        if last <= first:
            continue
        present(ws, group["place"].iloc[0])
        part, own_rate = read(group, first, last)
        if own_rate != rate:
            import soxr

            part = soxr.resample(part, own_rate, rate).astype(np.float32)
        at = round((first + offset) * rate) - begin
        part = part[: n_frames - at]
        columns = np.flatnonzero(files.index.isin(group.index))
        out[at : at + len(part), columns] = part
    return out, rate


def row_audio(
    ws: Core, row: Mapping[str, Any]
) -> tuple[npt.NDArray[np.float32], int, dict[str, Any]]:
    """Read what is behind a row of any table.

    Parameters
    ----------
    ws : Core
        The workspace.
    row : mapping
        With call_id and, where it has them, channel, start_s and end_s; or
        with utterance_id.

    Returns
    -------
    samples : ndarray of float32, shape (n_frames, n_channels)
        The signals.
    sampling_rate_hz : int
        Hertz.
    where : dict
        call_id, channel (or None), start_s, end_s.
    """
    row = {str(k): v for k, v in row.items() if not _missing(v)}
    if "call_id" not in row or ("start_s" not in row and "utterance_id" in row):
        if "utterance_id" not in row:
            raise InputError(
                f"A row with call_id or utterance_id can be heard; this has {', '.join(row)}."
            )
        found = ws.store.read("utterances", utterance_id=row["utterance_id"])
        if found.empty:
            raise InputError(f'There is no utterance "{row["utterance_id"]}".')
        one = found.iloc[0].to_dict()
        keep = ("call_id", "channel", "start_s", "end_s")
        row |= {k: one[k] for k in keep if not _missing(one[k])}
    files = channel_files(ws, row["call_id"])
    total = float((files["offset_s"] + files["duration_s"]).max()) if len(files) else 0.0
    channel = int(row["channel"]) if "channel" in row and row["channel"] >= 0 else None
    start_s, end_s = float(row.get("start_s", 0.0)), float(row.get("end_s", total))
    samples, rate = read_call(ws, str(row["call_id"]), channel, start_s, end_s)
    where = {"call_id": row["call_id"], "channel": channel, "start_s": start_s, "end_s": end_s}
    return samples, rate, where


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
        kept, _ = survey(ws, call_id, str(recording), str(group["place"].iloc[0]))
        lead = np.zeros((round(float(group["offset_s"].iloc[0]) * PEAKS_PER_S), 2), np.float32)
        for channel, own in zip(group["channel"], group["recording_channel"], strict=True):
            out[int(channel)] = np.concatenate([lead, kept[int(own)]])
    return out


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
