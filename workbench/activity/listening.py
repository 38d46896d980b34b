"""One pass over a channel of any length: levels, speech, music and signalling tones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.activity.deciding import DetectionSettings, FrameMarks, decide, mark_frames
from workbench.activity.features import (
    FRAMES_MARGIN_STEPS,
    HIGH_HZ,
    LOW_HZ,
    frame_features,
    frames_a_step,
)
from workbench.activity.frames import (
    WINDOW_S,
    count_frames,
    frame_edges,
    levels_between,
    one_channel,
    power_spectra,
    window_width,
)
from workbench.activity.sounds import Sound, find_sounds, frames_of
from workbench.activity.steadiness import (
    ROW_S,
    ROW_WINDOW_S,
    ROWS_A_STEP,
    ROWS_MARGIN_STEPS,
    RowFeatures,
    row_features,
)
from workbench.audio import read_blocks
from workbench.errors import InputError

BLOCK_S = 10.0
BAND_RATE_HZ = 8000
BATCH_STEPS = 30
"""How many steps, of about a second, are measured at once."""

_Rows = npt.NDArray[np.float32]
_Measured = TypeVar("_Measured", FrameMarks, RowFeatures)


@dataclass(frozen=True, eq=False)
class HeardChannel:
    """What was heard on a channel; frame `i` covers `[i * hop_s, (i + 1) * hop_s)`.

    Parameters
    ----------
    hop_s : float
        Length of a frame, seconds.
    speech : ndarray of bool, shape (n_frames,)
        Whether somebody speaks.
    levels_db : ndarray of float32, shape (n_frames,)
        Level of each frame, dB re full scale.
    sounds : tuple of Sound
        Music, ringing and beeps, in order.
    """

    hop_s: float
    speech: npt.NDArray[np.bool_]
    levels_db: _Rows
    sounds: tuple[Sound, ...]


class ChannelListener:
    """Listen to a channel that comes piece by piece, in nearly constant memory.

    What is heard does not depend on how the channel is cut into pieces: it is
    measured in steps of its own. An hour leaves about 4 MB behind.

    Parameters
    ----------
    sampling_rate_hz : int
        Sampling rate, hertz.
    hop_s : float, default 0.01
        Length of a frame, seconds; at most 0.05.
    settings : DetectionSettings, optional
        What counts as speech.

    Raises
    ------
    InputError
        If a frame would be shorter than a sample, or `hop_s` is above 0.05.

    See Also
    --------
    speech_activity : The same for a channel in memory.
    listen_to_recording : The same for a file.

    Examples
    --------
    >>> import numpy as np
    >>> listener = ChannelListener(8000)
    >>> for _ in range(3):
    ...     listener.add(np.zeros(4000))
    >>> heard = listener.finish()
    >>> len(heard.levels_db), bool(heard.speech.any()), heard.sounds
    (150, False, ())
    """

    def __init__(
        self,
        sampling_rate_hz: int,
        *,
        hop_s: float = 0.01,
        settings: DetectionSettings | None = None,
    ) -> None:
        if hop_s > 0.05:
            raise InputError(
                f"A hop of {hop_s} s is too coarse to tell syllables; use 0.01 s, at most 0.05."
            )
        self._rate, self._hop_s = sampling_rate_hz, hop_s
        self._settings = chosen = settings or DetectionSettings()
        self._levels = _Levels(sampling_rate_hz, hop_s)
        self._band = _Band(sampling_rate_hz)
        self._frames = _Grid(
            (self._band.rate_hz, hop_s, WINDOW_S),
            (frames_a_step(hop_s), FRAMES_MARGIN_STEPS),
            lambda power, hz, inner: mark_frames(frame_features(power, hz, hop_s, inner), chosen),
        )
        self._rows = _Grid(
            (self._band.rate_hz, ROW_S, ROW_WINDOW_S),
            (ROWS_A_STEP, ROWS_MARGIN_STEPS),
            row_features,
        )

    def add(self, samples: npt.ArrayLike) -> None:
        """Take in the next piece.

        Parameters
        ----------
        samples : array of float, shape (n_samples,)
            What follows the last piece, full scale at -1..1. Values that are not
            finite count as 0.

        Raises
        ------
        InputError
            If `samples` is not one-dimensional.
        """
        signal = one_channel(samples, self._rate, self._hop_s)
        self._levels.add(signal)
        self._band.add(signal)
        self._measure(last=False)

    def finish(self) -> HeardChannel:
        """Decide, when all pieces have come.

        Returns
        -------
        HeardChannel
            What was heard.
        """
        levels_db = self._levels.finish()
        if not levels_db.size:
            return HeardChannel(self._hop_s, np.zeros(0, np.bool_), levels_db, ())
        self._band.finish()
        self._measure(last=True)
        marks = FrameMarks(*map(np.concatenate, zip(*self._frames.measured, strict=True)))
        rows = RowFeatures(*map(np.concatenate, zip(*self._rows.measured, strict=True)))
        sounds, spans = find_sounds(rows, levels_db, self._hop_s)
        other = frames_of(spans, self._hop_s, len(levels_db))
        speech = decide(marks, other, self._hop_s, self._settings)
        return HeardChannel(self._hop_s, speech, levels_db, tuple(sounds))

    def _measure(self, *, last: bool) -> None:
        for grid in (self._frames, self._rows):
            while self._band.end >= grid.needed:
                grid.measure(self._band.held, self._band.begin, grid.batch)
            if last:
                n_frames = count_frames(self._levels.n_samples, self._rate, grid.hop_s)
                grid.measure(
                    self._band.held, self._band.begin, n_frames - grid.next_frame, last=True
                )
        self._band.forget(min(self._frames.oldest, self._rows.oldest))


class _Levels:
    """The level of each frame, from the signal at its own rate."""

    def __init__(self, rate_hz: int, hop_s: float) -> None:
        self.n_samples = 0
        self._rate, self._hop_s = rate_hz, hop_s
        self._held = one_channel((), rate_hz, hop_s)
        self._levels: list[_Rows] = []
        self._next = 0

    def add(self, signal: _Rows) -> None:
        begin = self.n_samples - self._held.size
        self.n_samples += signal.size
        self._held = np.concatenate([self._held, signal])
        n_frames = int(self.n_samples / (self._hop_s * self._rate)) - 1 - self._next
        if n_frames > 0:
            edges = frame_edges(self._next, n_frames, self._rate, self._hop_s) - begin
            self._levels.append(levels_between(self._held, edges))
            self._held = self._held[edges[-1] :]
            self._next += n_frames

    def finish(self) -> _Rows:
        rest = count_frames(self.n_samples, self._rate, self._hop_s) - self._next
        if rest > 0:
            begin = self.n_samples - self._held.size
            edges = frame_edges(self._next, rest, self._rate, self._hop_s) - begin
            edges[-1] = self._held.size
            self._levels.append(levels_between(self._held, edges))
        return np.concatenate([np.zeros(0, np.float32), *self._levels])


class _Band:
    """The signal up to 4 kHz, which is all that the spectra need."""

    def __init__(self, rate_hz: int) -> None:
        import soxr

        self.rate_hz = min(rate_hz, BAND_RATE_HZ)
        self.begin = self.end = 0
        self.held = np.zeros(0, np.float32)
        self._waiting: list[_Rows] = []
        self._stream = None
        if rate_hz > BAND_RATE_HZ:
            self._stream = soxr.ResampleStream(rate_hz, BAND_RATE_HZ, 1, quality="MQ")

    def add(self, signal: _Rows) -> None:
        self._take(signal if self._stream is None else self._stream.resample_chunk(signal))

    def finish(self) -> None:
        if self._stream is not None:
            self._take(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))

    def _take(self, signal: _Rows) -> None:
        self.held = np.concatenate([self.held, signal])
        self.end += signal.size

    def forget(self, before: int) -> None:
        if before > self.begin:
            self.held = self.held[before - self.begin :].copy()
            self.begin = before


class _Grid(Generic[_Measured]):
    """Frames of one length: spectra are taken once, measured with what lies around them."""

    def __init__(
        self,
        grid: tuple[int, float, float],
        steps: tuple[int, int],
        measure: Callable[[_Rows, _Rows, slice], _Measured],
    ) -> None:
        self.measured: list[_Measured] = []
        self.next_frame = 0
        self._rate, self.hop_s, self._window_s = grid
        self.batch, self._margin = steps[0] * BATCH_STEPS, steps[0] * steps[1]
        self._function: Callable[[_Rows, _Rows, slice], _Measured] = measure
        self._width = window_width(self._rate, self._window_s)
        self._power: _Rows | None = None
        self._n_before = 0

    @property
    def needed(self) -> int:
        """Number of samples that must have come for the next batch."""
        return round((self.next_frame + self.batch) * self.hop_s * self._rate) + self._width

    @property
    def oldest(self) -> int:
        """First sample that is still looked at."""
        return round((self.next_frame + 0.5) * self.hop_s * self._rate) - self._width

    def measure(self, signal: _Rows, begins_at: int, n_frames: int, *, last: bool = False) -> None:
        """Take the spectra of the next frames; measure those that have enough around them."""
        power, frequencies_hz = power_spectra(
            signal, self._rate, hop_s=self.hop_s, first=self.next_frame, n_frames=n_frames,
            low_hz=LOW_HZ, high_hz=HIGH_HZ, window_s=self._window_s, begins_at=begins_at,
        )  # fmt: skip
        self.next_frame += n_frames
        if self._power is not None:
            power = np.concatenate([self._power, power])
        inner = slice(self._n_before, len(power) - (0 if last else self._margin))
        self.measured.append(self._function(power, frequencies_hz, inner))
        keep = max(0, inner.stop - self._margin)
        self._power, self._n_before = power[keep:], inner.stop - keep


def listen_to_recording(
    path: str | Path,
    *,
    channels: Mapping[int, int] | None = None,
    hop_s: float = 0.01,
    settings: DetectionSettings | None = None,
) -> dict[int, HeardChannel]:
    """Listen to a file of any length, in nearly constant memory.

    Parameters
    ----------
    path : str or Path
        Path, or URL that fsspec understands.
    channels : mapping of int to int, optional
        Number of a channel in the call to its number in the file; all channels
        of the file by default.
    hop_s : float, default 0.01
        Length of a frame, seconds; at most 0.05.
    settings : DetectionSettings, optional
        What counts as speech.

    Returns
    -------
    dict of int to HeardChannel
        By channel of the call; leaks of other channels are still in, see
        `remove_crosstalk`.

    Raises
    ------
    RecordingError
        If the file cannot be read, or is cut short.
    InputError
        If it has no such channel, or `hop_s` does not suit.
    """
    listeners: dict[int, tuple[int, ChannelListener]] = {}
    for _, samples, rate in read_blocks(path, BLOCK_S):
        if not listeners:
            numbers = range(samples.shape[1])
            wanted = dict(zip(numbers, numbers, strict=True)) if channels is None else channels
            for channel, own in wanted.items():
                if own not in numbers:
                    raise InputError(
                        f"Channel {own} of {path} is asked for; it has {len(numbers)} channels "
                        f"(0 to {len(numbers) - 1})."
                    )
                listener = ChannelListener(rate, hop_s=hop_s, settings=settings)
                listeners[channel] = (own, listener)
        for own, listener in listeners.values():
            listener.add(samples[:, own])
    return {channel: listener.finish() for channel, (_, listener) in listeners.items()}
