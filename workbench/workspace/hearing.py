"""Seconds of a call's audio, and its peaks."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import read_audio, wav_layout
from workbench.errors import InputError, RecordingError
from workbench.masking import masked_voice
from workbench.workspace.block_tracks import tracks_between
from workbench.workspace.surveys import PEAKS_PER_S as PEAKS_PER_S
from workbench.workspace.surveys import present as present
from workbench.workspace.surveys import survey

if TYPE_CHECKING:
    from workbench.widgets.picture import Picture
    from workbench.workspace.core import Core

_CHECKED_BYTES = 64
PICTURE_CONTEXT_S = 5.0
"""What is heard on either side of a picture to judge the range of F0, seconds."""

Sound = tuple[npt.NDArray[np.float32], int]
Signal = dict[str, Any]


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


def _signals(ws: Core, call_id: str) -> list[Signal]:
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


def _as_recorded(part: list[Signal], first: float, last: float) -> Sound:
    samples, rate = read_audio(part[0]["place"], first, last)
    return samples[:, [own["recording_channel"] for own in part]], rate


def _masked(part: list[Signal], first: float, last: float) -> Sound:
    rate = int(part[0]["sampling_rate_hz"])
    where = (part[0]["place"], part[0]["sha256"], part[0]["duration_s"])
    columns = [
        masked_voice(
            tracks_between(*where, own["recording_channel"], first, last),
            rate,
            start_s=first,
            end_s=last,
        )
        for own in part
    ]
    return np.stack(columns, axis=1), rate


def _laid_out(
    ws: Core,
    call_id: str,
    channel: int | None,
    start_s: float,
    end_s: float,
    read: Callable[[list[Signal], float, float], Sound],
) -> Sound:
    """Put what `read` gives for each recording to its place in the call."""
    signals = _signals(ws, call_id)
    if not signals:
        raise RecordingError(f"Call {call_id} has no audio; it was registered from a table.")
    if channel is not None:
        signals = [own for own in signals if own["channel"] == channel]
        if not signals:
            raise InputError(f"Call {call_id} has no channel {channel}.")
    rate = max(own["sampling_rate_hz"] for own in signals)
    begin = round(start_s * rate)
    n_frames = max(1, round(end_s * rate) - begin)
    out = np.zeros((n_frames, len(signals)), dtype=np.float32)
    for recording_id in {own["recording_id"]: None for own in signals}:
        columns = [i for i, own in enumerate(signals) if own["recording_id"] == recording_id]
        recording = signals[columns[0]]
        offset_s = recording["offset_s"]
        first = max(start_s - offset_s, 0.0)
        last = min(end_s - offset_s, recording["duration_s"])
        if last <= first:
            continue
        present(ws, recording["place"], recording["root"])
        part, own_rate = read([signals[i] for i in columns], first, last)
        if own_rate != rate:
            import soxr

            part = soxr.resample(part, own_rate, rate).astype(np.float32)
        at = round((first + offset_s) * rate) - begin
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
    for own in _signals(ws, call_id):
        kept, _ = survey(ws, call_id, own["recording_id"], own["place"], own["root"])
        lead = np.zeros((round(own["offset_s"] * PEAKS_PER_S), 2), np.float32)
        out[own["channel"]] = np.concatenate([lead, kept[own["recording_channel"]]])
    return out
