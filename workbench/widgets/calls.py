"""A list of calls to filter, sort, hear and choose from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets

from workbench.errors import InputError, RecordingError, nearest
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.sound import Samples, lanes_answer, sample_peaks, sound_answer

FIRST_COLUMNS = (
    "call_id", "started_at", "duration_s", "agent_id", "team", "queue", "reason", "direction",
    "language", "has_audio", "roles", "escalated",
)  # fmt: skip
NEVER_SHOWN = ("attributes", "utc_offset_min")
BLOCK_S = 60.0
BLOCK_BINS = 600

Play = Callable[[dict[str, Any]], tuple[Samples, int]]
ReadPeaks = Callable[[str], Mapping[int, npt.NDArray[np.float32]]]


class CallList(AnsweringWidget):
    """Show calls as a list: filter, sort, play and select them.

    Tens of thousands of rows are fine: only those in sight are drawn. Columns
    without any value are left out; yes/no columns and text columns of few
    values get a choice above the list.

    Parameters
    ----------
    calls : DataFrame
        One row a call: call_id and any further columns. duration_s spares
        reading a whole call before its beginning plays; has_audio False greys
        the button out.
    play : callable
        `play(row)` gives samples, shape (n_frames, n_channels), and their rate
        in hertz. `row` is the row as a dict; where the call's length is known,
        with start_s and end_s of the seconds that are wanted.
    peaks : callable, optional
        `peaks(call_id)` gives for each channel the lowest and highest sample of
        equal bins, shape (n, 2), and spares reading the call for its waveform.
    channels : DataFrame, optional
        The table channels: roles for the colours of the waveform.
    peaks_per_s : float, default 50
        Bins a second of `peaks`.
    height_px : int, default 380
        Height of the list at most, in pixels.

    Raises
    ------
    InputError
        If there is no column call_id or a call occurs twice.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "queue": ["billing", "sales"]})
    >>> view = CallList(calls, play=print)
    >>> view.selected.empty
    True
    """

    _setup = traitlets.Dict().tag(sync=True)
    _selected = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(
        self,
        calls: pd.DataFrame,
        play: Play,
        *,
        peaks: ReadPeaks | None = None,
        channels: pd.DataFrame | None = None,
        peaks_per_s: float = 50.0,
        height_px: int = 380,
    ) -> None:
        if "call_id" not in calls.columns:
            raise InputError(
                f"The calls need the column call_id; these have {', '.join(map(str, calls))}."
                f"{nearest('call_id', [str(c) for c in calls.columns])}"
            )
        self._calls = calls.reset_index(drop=True)
        twice = self._calls["call_id"][self._calls["call_id"].duplicated()]
        if len(twice):
            raise InputError(f'The call "{twice.iloc[0]}" is in the list more than once.')
        self._play, self._peaks, self._channels = play, peaks, channels
        self._peaks_per_s = peaks_per_s
        self._lock = threading.Lock()
        self._whole: tuple[str, Samples, int] | None = None
        shown = _shown(self._calls)
        super().__init__(
            "calls",
            {"call": self._call, "audio": self._sound},
            _setup={
                "columns": [{"name": n, "kind": _kind(n, self._calls[n])} for n in shown],
                "data": {n: _plain(self._calls[n]) for n in shown},
                "height_px": height_px,
            },
        )

    @property
    def selected(self) -> pd.DataFrame:
        """The rows that are selected now.

        Returns
        -------
        DataFrame
            With all columns of the calls, in the order of selecting.
        """
        return self._calls.iloc[[i for i in self._selected if i < len(self._calls)]]

    def _row(self, call_id: str) -> dict[str, Any]:
        rows = self._calls[self._calls["call_id"].astype(str) == call_id]
        if rows.empty:
            raise InputError(f'There is no call "{call_id}" in this list.')
        row = rows.iloc[0]
        return {str(name): value for name, value in row.items() if pd.api.types.is_scalar(value)}

    def _length_s(self, row: Mapping[str, Any]) -> float | None:
        if row.get("has_audio") is False or row.get("has_audio") is np.False_:
            raise RecordingError("This call has no audio.")
        length = row.get("duration_s")
        return None if length is None or pd.isna(length) else float(length)

    def _read(self, row: dict[str, Any], start_s: float, end_s: float) -> tuple[Samples, int]:
        """Read some seconds of a call, or all of it once where its length is not known."""
        if self._length_s(row) is not None:
            return self._play({**row, "start_s": start_s, "end_s": end_s})
        samples, rate = self._read_whole(row)
        return samples[round(start_s * rate) : round(end_s * rate)], rate

    def _read_whole(self, row: dict[str, Any]) -> tuple[Samples, int]:
        with self._lock:
            if self._whole is None or self._whole[0] != row["call_id"]:
                self._whole = (row["call_id"], *self._play(row))
            return self._whole[1:]

    def _call(self, message: dict[str, Any]) -> Answer:
        call_id = message["call_id"]
        row = self._row(call_id)
        length_s = self._length_s(row)
        if self._peaks is not None:
            peaks = self._peaks(call_id)
            if length_s is None:
                length_s = max((len(p) for p in peaks.values()), default=0) / self._peaks_per_s
        elif length_s is None:
            samples, rate = self._read_whole(row)
            peaks, length_s = sample_peaks(samples), len(samples) / rate
        else:
            peaks = self._measure(row, length_s)
        lanes, buffers = lanes_answer(peaks, self._roles(call_id))
        return {"duration_s": length_s, "lanes": lanes, "lines": []}, buffers

    def _measure(self, row: dict[str, Any], length_s: float) -> dict[int, npt.NDArray[np.float32]]:
        """Read a call block by block for its peaks."""
        blocks = []
        for start_s in np.arange(0.0, length_s, BLOCK_S):
            samples, rate = self._read(row, float(start_s), min(float(start_s) + BLOCK_S, length_s))
            share = len(samples) / (rate * BLOCK_S)
            blocks.append(sample_peaks(samples, max(1, round(BLOCK_BINS * share))))
        return {c: np.concatenate([b[c] for b in blocks]) for c in (blocks[0] if blocks else ())}

    def _roles(self, call_id: str) -> dict[int, str]:
        if self._channels is None:
            return {}
        own = self._channels[self._channels["call_id"] == call_id]
        return {int(c): str(r) for c, r in zip(own["channel"], own["role"], strict=True)}

    def _sound(self, message: dict[str, Any]) -> Answer:
        row = self._row(message["call_id"])
        return sound_answer(*self._read(row, float(message["start_s"]), float(message["end_s"])))


def _shown(calls: pd.DataFrame) -> list[str]:
    """Choose the columns that say something, the well-known ones first."""
    names = [str(n) for n in calls.columns if n not in NEVER_SHOWN and calls[n].notna().any()]
    first = [n for n in FIRST_COLUMNS if n in names]
    shown = first + [n for n in names if n not in first]
    return shown if "call_id" in shown else ["call_id", *shown]


def _kind(name: str, values: pd.Series) -> str:
    """Say how the values of a column are written."""
    if pd.api.types.is_bool_dtype(values):
        return "bool"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "time"
    if pd.api.types.is_numeric_dtype(values):
        return "seconds" if name.endswith("_s") else "number"
    known = values.dropna()
    return "bool" if len(known) and known.map(lambda v: isinstance(v, bool)).all() else "text"


def _plain(values: pd.Series) -> list[Any]:
    """Give the values of a column as JSON has them, None for gaps."""
    kind = _kind(str(values.name), values)
    if kind == "time":
        written = values.dt.strftime("%Y-%m-%dT%H:%M:%S")
    elif kind == "text":
        written = values.map(str, na_action="ignore")
    else:
        written = values
    as_objects = written.astype("object")
    return [v.item() if hasattr(v, "item") else v for v in as_objects.where(values.notna(), None)]
