"""Play what is behind the rows of any table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import peaks, read_audio, read_blocks
from workbench.errors import InputError, RecordingError
from workbench.workspace import hearing
from workbench.workspace.core import check_call
from workbench.workspace.rows import Span, one_row, span_of

if TYPE_CHECKING:
    from workbench.widgets import Player, Snippet
    from workbench.workspace.core import Core

MOST_ROWS = 200
SHORT_S = 60.0
"""Up to here the waveform is made from the samples themselves."""
BINS = 1000


def listen(ws: Core, row: Any) -> Player:
    """Play what is behind a row, or behind several, one after the other.

    Parameters
    ----------
    ws : Core
        The workspace.
    row : mapping, Series, DataFrame or str
        A row of any table, several rows, or an id.

    Returns
    -------
    Player
        The widget; where there is no audio it says so.

    Raises
    ------
    InputError
        If there is nothing to hear behind the row.
    """
    from workbench.widgets import Player

    if isinstance(row, pd.DataFrame) and len(row) != 1:
        return _play_list(ws, row)
    player = Player()
    try:
        player.show(snippet(ws, one_row(row)), play=False)
    except RecordingError as error:
        player.say(str(error))
    return player


def _play_list(ws: Core, rows: pd.DataFrame) -> Player:
    from workbench.widgets import Player

    if rows.empty:
        raise InputError("The table has no rows, so there is nothing to hear.")
    kept = [one_row(row) for _, row in rows.head(MOST_ROWS).iterrows()]
    player = Player()
    player.show_list(
        [_title(row) for row in kept],
        [lambda row=row: snippet(ws, row) for row in kept],  # type: ignore[misc]
        max(0, len(rows) - MOST_ROWS),
    )
    return player


def _title(row: dict[str, Any]) -> str:
    """Say what a row is about, from the row alone: a list is there before anything is read."""
    from workbench.widgets import caption_of

    said = [str(row[name]) for name in ("tag", "cue", "variable", "text", "note") if name in row]
    where = caption_of(row) if "call_id" in row else ""
    names = [name for name in ("utterance_id", "clip_id", "rating_id") if name in row]
    return ": ".join([where or (str(row[names[0]]) if names else "?"), *said[:1]])


def snippet(ws: Core, row: dict[str, Any]) -> Snippet:
    """Find the audio behind a row; it is read while it plays.

    Parameters
    ----------
    ws : Core
        The workspace.
    row : dict
        From `one_row`, or of a point of a figure.

    Returns
    -------
    Snippet
        For the Player.

    Raises
    ------
    InputError
        If there is nothing to hear behind it.
    RecordingError
        If the call has no audio, or a file is not where it was.
    """
    span = span_of(ws, row)
    return _clip(ws, span.clip_id) if span.clip_id is not None else _seconds(ws, span)


def _seconds(ws: Core, span: Span) -> Snippet:
    from workbench.widgets import Snippet, caption_of

    call_id, channel = span.call_id, span.channel
    check_call(ws, call_id)
    files = hearing.channel_files(ws, call_id)
    if files.empty:
        raise RecordingError(f"Call {call_id} has no audio; it was registered from a table.")
    for place, root in files[["place", "root"]].drop_duplicates().itertuples(index=False):
        hearing.present(ws, place, root)
    length_s = float((files["offset_s"] + files["duration_s"]).max())
    if channel is not None:
        files = files[files["channel"] == channel]
        if files.empty:
            raise InputError(f"Call {call_id} has no channel {channel}.")
    start_s = span.start_s or 0.0
    end_s = length_s if span.end_s is None else min(span.end_s, length_s)
    if not 0 <= start_s < end_s:
        raise InputError(
            f"The row goes from {start_s:.2f} s to {span.end_s or length_s:.2f} s; call {call_id} "
            f"is {length_s:.2f} s long, and a row has to start before it ends."
        )

    def read(first_s: float, last_s: float) -> tuple[npt.NDArray[np.float32], int]:
        return hearing.read_call(ws, call_id, channel, start_s + first_s, start_s + last_s)

    roles = {int(c): str(r) for c, r in zip(files["channel"], files["role"], strict=True)}
    where: dict[str, Any] = {"call_id": call_id, "start_s": start_s, "end_s": end_s}
    if channel is not None and roles[channel] != "unknown":
        where["role"] = roles[channel]
    return Snippet(
        read=read,
        peaks=lambda: _peaks(ws, span, list(roles), start_s, end_s),
        duration_s=end_s - start_s,
        caption=caption_of(where),
        start_s=start_s,
        roles=roles,
    )


def _peaks(
    ws: Core, span: Span, channels: list[int], start_s: float, end_s: float
) -> dict[int, npt.NDArray[np.float32]]:
    if end_s - start_s <= SHORT_S:
        samples, _ = hearing.read_call(ws, span.call_id, span.channel, start_s, end_s)
        return {c: peaks(own, BINS) for c, own in zip(channels, samples.T, strict=True)}
    first, last = (round(s * hearing.PEAKS_PER_S) for s in (start_s, end_s))
    kept = hearing.call_peaks(ws, span.call_id)
    return {c: kept[c][first:last] for c in channels}


def _clip(ws: Core, clip_id: str) -> Snippet:
    from workbench.widgets import Snippet

    found = ws.store.read("clips", clip_id=clip_id)
    if found.empty:
        raise InputError(f'There is no clip "{clip_id}"; ws.table("clips") lists them.')
    clip = found.iloc[0]
    place = hearing.place_of(ws, clip["root"], clip["path"])
    hearing.present(ws, place, clip["root"])

    def all_peaks() -> dict[int, npt.NDArray[np.float32]]:
        blocks = [
            np.stack([peaks(own, max(1, round(len(own) * hearing.PEAKS_PER_S / rate)))
                      for own in samples.T])
            for _, samples, rate in read_blocks(place)
        ]  # fmt: skip
        return dict(enumerate(np.concatenate(blocks, axis=1)))

    said = "" if pd.isna(clip["note"]) else f": {clip['note']}"
    return Snippet(
        read=lambda start_s, end_s: read_audio(place, start_s, end_s),
        peaks=all_peaks,
        duration_s=float(clip["duration_s"]),
        caption=f"Recorded by {clip['rater_id']}{said}",
    )
