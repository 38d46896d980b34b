"""The Tracer: follow valence, arousal or another dimension with the hand while a call plays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets

from workbench.errors import InputError, nearest
from workbench.schema import HEARD
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.dialogue import check_words, dialogue_lines
from workbench.widgets.sound import lanes_answer, sound_answer

DIMENSION = ("dimension", "low", "high", "low_words", "high_words")
RATE_HZ = 25
LONGEST_LAG_S = 5.0
MOST_POINTS = 500_000
SCALE = 1000
LONGEST_ANSWER_S = 60.0

ReadAudio = Callable[[str, int | None, float, float], tuple[npt.NDArray[np.float32], int]]
ReadPeaks = Callable[[str], Mapping[int, npt.NDArray[np.float32]]]
SaveTrace = Callable[[dict[str, Any]], object]


class Tracer(AnsweringWidget):
    """Trace how a call sounds from moment to moment, by mouse, keyboard or game pad.

    The hand is read at every frame of the screen and at every event of the
    pointer, and laid on the audio clock: the second of the call that was being
    heard, not the time of day. Points lie on a grid of 25 a second. What was not
    traced stays a gap; a stretch that is done again replaces that stretch only,
    in a new trace that names the one it supersedes. The reaction lag is set by
    the rater and taken off the times when the trace is saved.

    Parameters
    ----------
    call_id : str
        The call.
    dimensions : iterable of mapping
        What can be traced, each with dimension, low, high, low_words and
        high_words as in the taxonomy. The first one is open; where there are
        several the rater chooses among them.
    rater_id : str
        Who traces.
    audio : callable
        As for `Labeler`: `audio(call_id, channel, start_s, end_s)`. For the pass
        masked_voice it gives the masked voice.
    peaks : callable
        As for `Labeler`: `peaks(call_id)`. They tell how long the call is.
    on_save : callable
        `on_save(payload)` stores a trace and returns once it is committed;
        `payload` holds the columns of the table traces, and `points`, a
        DataFrame of time_s and value. May be called in any thread, never twice
        at once. What it raises is tried again in a while, except an InputError.
    channel : int, optional
        Channel that is judged; by default the call as a whole. All channels are
        heard in any case.
    words : DataFrame, optional
        The table words; with it the dialogue is shown.
    traces, points : DataFrame, optional
        The rater's own traces of this call that stand, as in the tables traces
        and trace_points; they are shown and can be done again.
    channels : DataFrame, optional
        The table channels, for the roles.
    pass_ : str, optional
        masked_voice, voice or both; by default both with words and voice
        without.
    session_id : str, optional
        The sitting that is stored.
    kept_as : str, default ""
        Name of the workspace, so that the browser does not offer traces that
        were left unsaved in another one.
    peaks_per_s : float, default 50
        Bins a second of `peaks`.
    language : str, default "en"
        Language of the words on the screen: en or de.

    Raises
    ------
    InputError
        If there is no dimension or a part of one is missing, if the pass or the
        language is unknown, or if the pass and the words contradict each other.

    See Also
    --------
    Labeler : One judgement an utterance.

    Examples
    --------
    >>> Tracer("0007", [], rater_id="r01", audio=None, peaks=None, on_save=print)
    Traceback (most recent call last):
    ...
    workbench.errors.InputError: There is no dimension to trace; give at least one.
    """

    _setup = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        call_id: str,
        dimensions: Iterable[Mapping[str, Any]],
        *,
        rater_id: str,
        audio: ReadAudio,
        peaks: ReadPeaks,
        on_save: SaveTrace,
        channel: int | None = None,
        words: pd.DataFrame | None = None,
        traces: pd.DataFrame | None = None,
        points: pd.DataFrame | None = None,
        channels: pd.DataFrame | None = None,
        pass_: str | None = None,
        session_id: str | None = None,
        kept_as: str = "",
        peaks_per_s: float = 50.0,
        language: str = "en",
    ) -> None:
        chosen = _check_dimensions(dimensions)
        pass_ = _check_pass(pass_, words)
        self._audio, self._peaks, self._on_save = audio, peaks, on_save
        self._peaks_per_s = peaks_per_s
        self._words = None if words is None else check_words(words)
        self._roles = _roles(channels, call_id)
        self._scales = {d["dimension"]: (d["low"], d["high"]) for d in chosen}
        self._call_id = call_id
        self._fixed = {
            "call_id": call_id,
            "channel": channel,
            "rater_id": rater_id,
            "session_id": session_id,
            "pass": pass_,
        }
        self._saved = _messages(traces, points, self._scales)
        self._saving = threading.Lock()
        super().__init__(
            "tracer",
            {"call": self._call, "audio": self._sound, "trace": self._trace, "save": self._save},
            language=language,
            _setup={
                "call_id": call_id,
                "channel": channel,
                "role": None if channel is None else self._roles.get(channel, "unknown"),
                "dimensions": chosen,
                "kept_as": "|".join(
                    str(part) for part in (kept_as, rater_id, call_id, channel, pass_)
                ),
                "has_words": words is not None,
            },
        )

    def _call(self, _message: dict[str, Any]) -> Answer:
        peaks = self._peaks(self._call_id)
        lanes, buffers = lanes_answer(peaks, self._roles)
        lines = []
        if self._words is not None:
            own = self._words[self._words["call_id"] == self._call_id]
            lines = dialogue_lines(own, self._roles)
        return {"duration_s": self._length_s(peaks), "lanes": lanes, "lines": lines}, buffers

    def _length_s(self, peaks: Mapping[int, npt.NDArray[np.float32]]) -> float:
        return max((len(pairs) for pairs in peaks.values()), default=0) / self._peaks_per_s

    def _sound(self, message: dict[str, Any]) -> Answer:
        start_s, end_s = float(message["start_s"]), float(message["end_s"])
        end_s = min(end_s, start_s + LONGEST_ANSWER_S)
        return sound_answer(*self._audio(self._call_id, None, start_s, end_s))

    def _trace(self, message: dict[str, Any]) -> Answer:
        return {"trace": self._saved.get(message["dimension"])}, []

    def _save(self, message: dict[str, Any]) -> Answer:
        trace = message["trace"]
        with self._saving:
            try:
                low, high = self._scales[trace["dimension"]]
                length_s = self._length_s(self._peaks(self._call_id))
                points = points_of(trace, low=low, high=high, length_s=length_s)
                self._on_save(
                    {
                        "trace_id": trace["trace_id"],
                        **self._fixed,
                        "dimension": trace["dimension"],
                        "lag_s": float(trace["lag_s"]),
                        "created_at": datetime.fromisoformat(trace["created_at"]),
                        "supersedes": trace["supersedes"],
                        "points": points,
                    }
                )
            except InputError as error:  # sending it again would not help
                return {"refused": str(error)}, []
            self._saved[trace["dimension"]] = trace
        return {"refused": None}, []


def points_of(
    trace: Mapping[str, Any], *, low: float, high: float, length_s: float
) -> pd.DataFrame:
    """Turn a trace as the browser sends it into points, and check them.

    Parameters
    ----------
    trace : mapping
        rate_hz; lag_s, which is taken off the times; and runs, a list of pairs:
        the number of the first point on the grid, and values in thousandths.
    low, high : float
        Ends of the scale.
    length_s : float
        Length of the call, seconds.

    Returns
    -------
    DataFrame
        time_s, rising, and value. Times are whole thousandths of a second.

    Raises
    ------
    InputError
        If there are no points or too many, if times do not rise or lie outside
        of the call, if a value is off the scale, or the lag is out of range.

    Examples
    --------
    >>> trace = {"rate_hz": 25, "lag_s": 0.5, "runs": [[25, [0, 250]], [50, [-500]]]}
    >>> points_of(trace, low=-1, high=1, length_s=10).values.tolist()
    [[0.5, 0.0], [0.54, 0.25], [1.5, -0.5]]
    """
    runs = trace["runs"]
    n_points = sum(len(values) for _, values in runs)
    if not 0 < n_points <= MOST_POINTS:
        raise InputError(
            f"A trace of {n_points:,} points came; from 1 to {MOST_POINTS:,} can be kept."
        )
    lag_s, rate_hz = float(trace["lag_s"]), float(trace["rate_hz"])
    if not 0 <= lag_s <= LONGEST_LAG_S:
        raise InputError(f"A reaction lag of {lag_s} s came; expected 0 to {LONGEST_LAG_S:g} s.")
    numbers = np.concatenate([first + np.arange(len(values)) for first, values in runs])
    values = np.concatenate([np.asarray(values, dtype=float) for _, values in runs]) / SCALE
    times = np.round(numbers / rate_hz - lag_s, 3)
    if (np.diff(times) <= 0).any():
        at = float(times[1:][np.diff(times) <= 0][0])
        raise InputError(f"The times of a trace must rise; at {at:g} s they do not.")
    if times[0] < 0 or times[-1] > length_s + 0.001:
        raise InputError(
            f"The trace goes from {times[0]:g} to {times[-1]:g} s; the call from 0 to "
            f"{length_s:g} s. Run the cell again."
        )
    off = ~((values >= low - 1e-9) & (values <= high + 1e-9))
    if off.any():
        raise InputError(
            f"The trace holds the value {values[off][0]:g}; the scale goes from {low:g} to "
            f"{high:g}."
        )
    return pd.DataFrame({"time_s": times, "value": values})


def trace_message(trace: Mapping[str, Any], points: pd.DataFrame) -> dict[str, Any]:
    """Turn a stored trace into what the browser draws: points on its grid, lag put back.

    Parameters
    ----------
    trace : mapping
        A row of the table traces.
    points : DataFrame
        Its rows of trace_points; times off the grid move to the nearest point.

    Returns
    -------
    dict
        trace_id, dimension, supersedes, created_at, lag_s, rate_hz and runs.
    """
    hand_s = points["time_s"].to_numpy(dtype=float) + float(trace["lag_s"])
    numbers, first = np.unique(np.round(hand_s * RATE_HZ).astype(int), return_index=True)
    values = np.round(points["value"].to_numpy(dtype=float)[first] * SCALE).astype(int)
    cuts = np.flatnonzero(np.diff(numbers) > 1) + 1
    runs = [
        [int(own[0]), held.tolist()]
        for own, held in zip(np.split(numbers, cuts), np.split(values, cuts), strict=True)
        if len(own)
    ]
    return {
        "trace_id": str(trace["trace_id"]),
        "dimension": str(trace["dimension"]),
        "supersedes": None,
        "created_at": str(trace["created_at"]),
        "lag_s": float(trace["lag_s"]),
        "rate_hz": RATE_HZ,
        "runs": runs,
    }


def _messages(
    traces: pd.DataFrame | None, points: pd.DataFrame | None, scales: Mapping[str, object]
) -> dict[str, dict[str, Any]]:
    if traces is None or points is None:
        return {}
    out = {}
    for row in traces.to_dict("records"):
        if row["dimension"] in out:
            raise InputError(
                f"Two traces of {row['dimension']} came; give the one that stands, which no "
                "other supersedes."
            )
        if row["dimension"] in scales:
            own = points[points["trace_id"] == row["trace_id"]].sort_values("time_s")
            out[str(row["dimension"])] = trace_message({str(k): v for k, v in row.items()}, own)
    return out


def _check_dimensions(dimensions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    chosen = [dict(entry) for entry in dimensions]
    if not chosen:
        raise InputError("There is no dimension to trace; give at least one.")
    for entry in chosen:
        missing = [name for name in DIMENSION if name not in entry]
        if missing:
            raise InputError(f'A dimension has no "{missing[0]}"; it needs {", ".join(DIMENSION)}.')
    return [
        {name: entry[name] for name in DIMENSION}
        | {"low": float(entry["low"]), "high": float(entry["high"])}
        for entry in chosen
    ]


def _check_pass(name: str | None, words: pd.DataFrame | None) -> str:
    name = name or ("voice" if words is None else "both")
    if name not in HEARD:
        raise InputError(
            f'A trace has no pass "{name}"; these are: {", ".join(HEARD)}.{nearest(name, HEARD)}'
        )
    if words is not None and name != "both":
        raise InputError(
            f'The pass "{name}" is without the words; leave words out, or trace the pass "both".'
        )
    return name


def _roles(channels: pd.DataFrame | None, call_id: str) -> dict[int, str]:
    if channels is None:
        return {}
    own = channels[channels["call_id"] == call_id].dropna(subset=["channel", "role"])
    return {int(c): str(r) for c, r in zip(own["channel"], own["role"], strict=True)}
