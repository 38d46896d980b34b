"""The Recorder: say how a tag sounds, or leave a voice note with a call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets

from workbench.errors import InputError, RecordingError, nearest
from workbench.identifiers import uuid7
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.microphone import Microphone, Watch, decoded
from workbench.widgets.sound import lanes_answer, sample_peaks, sound_answer

SHORTEST_S = 0.3
LONGEST_S = 300.0
SILENT_DB = -60.0
QUIET_BELOW_PEAK_DB = 34.0
MARGIN_S = 0.15
FRAME_S = 0.02
PATIENCE_S = 10.0
"""After stopping, how long to wait for the bytes, and a tenth of the recording's length more."""

SaveClip = Callable[[dict[str, Any]], object]


class Recorder(AnsweringWidget):
    """Record a few seconds with the microphone, trim them, and keep them.

    The microphone is open while it records, and only then. A recording leaves
    the browser when it is stopped, and becomes a file when it is saved; "Saved"
    is shown after `on_save` has returned. What ipywebrtc does not report is said
    under the widget: permission refused, no microphone, nothing recorded.

    Parameters
    ----------
    on_save : callable
        `on_save(clip)` keeps a recording and returns once that is safe. `clip`
        holds clip_id, samples (shape (n_frames, n_channels), -1..1),
        sampling_rate_hz, tag (None for a voice note) and note (text or None).
        May be called in any thread.
    tags : sequence of mapping, optional
        Tags to choose from, each with tag, definition and sounds_like.
    tag : str, optional
        The tag that is chosen at first.
    call_id : str, optional
        The call that a voice note is for; then there are no tags.
    language : str, default "en"
        Language of the words on the screen: en or de.

    Raises
    ------
    InputError
        If neither tags nor a call came, or both, the tag is not among them, or the
        language is unknown.

    See Also
    --------
    Player : Plays what was recorded.

    Examples
    --------
    >>> resigned = {"tag": "resignation", "definition": "Has given up.", "sounds_like": "Flat."}
    >>> Recorder(print, tags=[resigned]).phase
    'ready'
    """

    _setup = traitlets.Dict().tag(sync=True)
    _state = traitlets.Dict().tag(sync=True)
    _microphone = traitlets.Unicode("unknown").tag(sync=True)

    def __init__(
        self,
        on_save: SaveClip,
        *,
        tags: Sequence[Mapping[str, Any]] = (),
        tag: str | None = None,
        call_id: str | None = None,
        language: str = "en",
    ) -> None:
        self._watch, self._source = Watch(), Microphone(self._arrived)
        names = [str(one["tag"]) for one in tags]
        if bool(names) == (call_id is not None):
            raise InputError("A recording is for a tag or for a call; give tags or call_id.")
        if tag is not None and tag not in names:
            raise InputError(
                f'There is no tag "{tag}"; these are: {", ".join(names)}.{nearest(tag, names)}'
            )
        self._on_save, self._tags = on_save, names
        self._lock = threading.RLock()
        self._samples: npt.NDArray[np.float32] = np.zeros((0, 1), np.float32)
        self._rate = 1
        self._key, self._began = "", 0.0
        self._attempt: tuple[int, int, str] | None = None
        shown = ("tag", "definition", "sounds_like")
        super().__init__(
            "recorder",
            {
                "record": self._record,
                "stop": self._stop,
                "abandon": self._abandon,
                "call": self._call,
                "audio": self._sound,
                "save": self._save,
            },
            language=language,
            _setup={
                "tags": [{name: one.get(name) or "" for name in shown} for one in tags],
                "tag": tag or "",
                "call_id": call_id or "",
                "shortest_s": SHORTEST_S,
                "longest_s": LONGEST_S,
            },
        )
        self._turn_to("ready")

    @property
    def phase(self) -> str:
        """Where it stands.

        Returns
        -------
        str
            ready, recording, waiting (for the bytes), clip (to be trimmed and
            saved) or saved.
        """
        return str(self._state["phase"])

    @property
    def problem(self) -> str:
        """Why the last attempt gave no recording.

        Returns
        -------
        str
            refused, no_device, busy, insecure, unsupported, not_started,
            reloaded, lost, nothing_came, unreadable, too_short or silent; empty if
            nothing is wrong.
        """
        return str(self._state["problem"])

    @property
    def microphone(self) -> str:
        """What the browser says about the microphone.

        Returns
        -------
        str
            granted, prompt (it will ask), refused, no_device, busy, insecure
            (the page came over plain http from another machine), unsupported,
            or unknown before the widget is shown.
        """
        return str(self._microphone)

    def close(self) -> None:
        """Let the microphone go, then the widget."""
        self._watch.end()
        self._source.close()
        super().close()

    def _turn_to(self, phase: str, problem: str = "", **more: Any) -> None:
        empty = {"key": "", "duration_s": 0.0, "start_s": 0.0, "end_s": 0.0, "recorder": ""}
        self._state = {"phase": phase, "problem": problem, **empty, **more}

    def _record(self, message: dict[str, Any]) -> Answer:
        with self._lock:
            recorder = self._source.start(str(message["container"]), str(message["codecs"]))
            self._began = time.monotonic()
            self._watch.begin(LONGEST_S + 4 * PATIENCE_S, lambda: self._give_up("nothing_came"))
            self._turn_to("recording", recorder=recorder)
        return {}, []

    def _stop(self, _message: dict[str, Any]) -> Answer:
        with self._lock:
            if self.phase == "recording":
                self._turn_to("waiting")
                patience_s = PATIENCE_S + 0.1 * (time.monotonic() - self._began)
                self._watch.begin(patience_s, lambda: self._give_up("nothing_came"))
                self._source.stop()
        return {}, []

    def _abandon(self, message: dict[str, Any]) -> Answer:
        self._give_up(str(message["problem"]))
        return {}, []

    def _give_up(self, problem: str) -> None:
        with self._lock:
            if self.phase not in ("recording", "waiting"):
                return
            self._watch.end()
            self._source.close()
            self._turn_to("ready", problem)

    def _arrived(self, data: bytes) -> None:
        with self._lock:
            if self.phase not in ("recording", "waiting"):
                return
            self._watch.end()
            self._source.close()
            try:
                samples, rate = decoded(data)
            except (RecordingError, InputError):
                self._turn_to("ready", "unreadable" if len(data) > 500 else "too_short")
                return
            self._take(samples, rate)

    def _take(self, samples: npt.NDArray[np.float32], rate: int) -> None:
        duration_s = len(samples) / rate
        part = sounding_part(samples, rate)
        if duration_s < SHORTEST_S or part is None:
            self._turn_to("ready", "too_short" if duration_s < SHORTEST_S else "silent")
            return
        self._samples, self._rate, self._key, self._attempt = samples, rate, uuid7(), None
        self._turn_to("clip", key=self._key, duration_s=duration_s, start_s=part[0], end_s=part[1])

    def _call(self, _message: dict[str, Any]) -> Answer:
        with self._lock:
            lanes, buffers = lanes_answer(sample_peaks(self._samples), {})
            duration_s = len(self._samples) / self._rate
            return {"duration_s": duration_s, "lanes": lanes, "lines": []}, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        with self._lock:
            first = round(float(message["start_s"]) * self._rate)
            last = round(float(message["end_s"]) * self._rate)
            return sound_answer(self._samples[first:last], self._rate)

    def _save(self, message: dict[str, Any]) -> Answer:
        with self._lock:
            if self.phase != "clip" or message.get("key") != self._key:
                raise InputError("There is no recording to save; record one first.")
            tag = str(message.get("tag") or "") or None
            if (
                tag not in [one["tag"] for one in self._setup["tags"]]
                and not self._setup["call_id"]
            ):
                raise InputError("Choose the tag that the recording is an example of.")
            first = max(0, round(float(message["start_s"]) * self._rate))
            last = min(len(self._samples), round(float(message["end_s"]) * self._rate))
            if last - first < SHORTEST_S * self._rate:
                raise InputError(
                    f"What is left is {(last - first) / self._rate:.2f} s long; "
                    f"{SHORTEST_S} s is the least. Move the handles apart."
                )
            if self._attempt is None or self._attempt[:2] != (first, last):
                self._attempt = (first, last, uuid7())
            self._on_save(
                {
                    "clip_id": self._attempt[2],
                    "samples": self._samples[first:last],
                    "sampling_rate_hz": self._rate,
                    "tag": tag,
                    "note": str(message.get("note") or "").strip() or None,
                }
            )
            kept = {name: self._state[name] for name in ("key", "duration_s")}
            rate = self._rate
            self._turn_to("saved", **kept, start_s=first / rate, end_s=last / rate)
        return {}, []


def sounding_part(
    samples: npt.NDArray[np.floating[Any]], sampling_rate_hz: int
) -> tuple[float, float] | None:
    """Find where a recording begins and ends to sound, for the first trim.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames, n_channels)
        Full scale at -1..1.
    sampling_rate_hz : int
        Hertz.

    Returns
    -------
    tuple of float or None
        First and last second, with 0.15 s around; None if no 20 ms of it are
        louder than -60 dB re full scale.

    Examples
    --------
    >>> tone = np.sin(np.arange(8000) * 0.5)[:, None]
    >>> quiet = np.zeros((8000, 1))
    >>> sounding_part(np.concatenate([quiet, tone, quiet]), 8000)
    (0.85, 2.15)
    >>> sounding_part(quiet, 8000) is None
    True
    """
    size = max(1, round(FRAME_S * sampling_rate_hz))
    if len(samples) < size:
        return None
    whole = samples[: len(samples) // size * size]
    centred = whole - whole.mean(axis=0, keepdims=True)
    power = np.square(centred, dtype=np.float64).reshape(-1, size, samples.shape[1]).mean(axis=1)
    level_db = 10 * np.log10(power.max(axis=1) + 1e-12)
    if level_db.max() < SILENT_DB:
        return None
    loud = np.flatnonzero(level_db > max(SILENT_DB, level_db.max() - QUIET_BELOW_PEAK_DB))
    start_s = float(loud[0]) * size / sampling_rate_hz - MARGIN_S
    end_s = float(loud[-1] + 1) * size / sampling_rate_hz + MARGIN_S
    return max(0.0, round(start_s, 3)), min(len(samples) / sampling_rate_hz, round(end_s, 3))
