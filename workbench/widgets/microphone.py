"""The browser's microphone through ipywebrtc, watched, because ipywebrtc reports no failure."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from workbench.audio import Samples, read_audio
from workbench.identifiers import uuid7

CONSTRAINTS = {
    "audio": {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False},
    "video": False,
}
"""As the microphone hears it: what a browser does for calls changes level and voice."""


class Microphone:
    """One recording at a time, each with a stream and a recorder of its own.

    A refused stream stays refused, and a closed one must not be referred to, so
    nothing is used twice: the microphone is open from `start` until the bytes
    are here, and no longer.

    Parameters
    ----------
    arrived : callable
        `arrived(data)` gets the bytes of a recording; may be called in any thread.
    """

    def __init__(self, arrived: Callable[[bytes], object]) -> None:
        self._arrived = arrived
        self._recorder: Any = None

    def start(self, container: str, codecs: str) -> str:
        """Open the microphone and record.

        Parameters
        ----------
        container, codecs : str
            What the browser can write, for example "webm" and "opus".

        Returns
        -------
        str
            Id of ipywebrtc's recorder, whose browser side tells when it has begun.
        """
        from ipywebrtc import AudioRecorder, CameraStream

        self.close()
        stream = CameraStream(constraints=CONSTRAINTS)
        recorder = AudioRecorder(stream=stream, format=container, codecs=codecs)
        recorder.audio.observe(self._received, "value")
        self._recorder = recorder
        recorder.recording = True
        return str(recorder.model_id)

    def stop(self) -> None:
        """Stop recording; the bytes arrive later, or never."""
        if self._recorder is not None:
            self._recorder.recording = False

    def close(self) -> None:
        """Let the microphone go: first what refers to others, then the others."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.audio.unobserve(self._received, "value")
        audio, stream = recorder.audio, recorder.stream
        for widget in (recorder, recorder.layout, audio, audio.layout, stream, stream.layout):
            widget.close()

    def _received(self, change: dict[str, Any]) -> None:
        # a file of nothing but a header is what very fast toggling leaves
        if change["new"]:
            self._arrived(bytes(change["new"]))


class Watch:
    """Something to do unless somebody says in time that all is well."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def begin(self, seconds: float, missed: Callable[[], object]) -> None:
        """Call `missed` after some seconds; an earlier watch ends.

        Parameters
        ----------
        seconds : float
            How long to wait.
        missed : callable
            What to do then.
        """
        self.end()
        self._timer = threading.Timer(seconds, missed)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """Call nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def decoded(data: bytes) -> tuple[Samples, int]:
    """Decode what a browser recorded, in memory: the voice touches no other disk.

    Parameters
    ----------
    data : bytes
        A WebM, MP4 or Ogg file.

    Returns
    -------
    samples : ndarray of float32, shape (n_frames, n_channels)
        Full scale at -1..1.
    sampling_rate_hz : int
        Hertz.

    Raises
    ------
    RecordingError
        If it holds no sound or cannot be decoded.
    """
    import fsspec

    files, name = fsspec.filesystem("memory"), f"/microphone/{uuid7()}"
    files.pipe_file(name, data)
    try:
        return read_audio(f"memory:/{name}")
    finally:
        with contextlib.suppress(FileNotFoundError):
            files.rm_file(name)
