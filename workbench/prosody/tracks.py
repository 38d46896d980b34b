"""Everything that is measured frame by frame, in one pass over a channel of any length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity import SILENCE_DB
from workbench.prosody.analysis_rate import decimation_factor, to_analysis_rate
from workbench.prosody.f0 import analyse_frames, choose_path
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.spectrum import LongTermSpectrum

CONTEXT_S = 0.1
"""What the measures of a frame may look at on either side of it, seconds."""

STEP_S = 10.0
"""How much is analysed at once, seconds."""

VOICE_RANGE_DB = 50.0
"""Frames softer than this below the loud ones are not looked at for voice, dB."""

FULL_SCALE = 0.979
"""Magnitude from which a sample counts as clipped; mu-law ends at 0.98."""

SPECTRUM_EVERY = 4
"""A spectrum is taken at every fourth frame of speech, at every 16th elsewhere."""


DIGITAL_SILENCE_DB = -95.0
"""Level below which nothing was recorded: gaps of zeros, not quiet, dB re full scale."""

LEVEL_STEP_DB = 0.01
"""Levels between utterances are counted in steps of this, dB."""

LEAST_NOISE_S = 0.3
"""How much must lie between utterances to measure the noise, seconds."""


class ChannelFacts(NamedTuple):
    """What is true of a whole channel, known when all of it was heard.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.
    noise_db : float
        Median level between utterances, dB re full scale; -120 if it is digital
        silence, NaN if nothing lies between.
    bandwidth_hz : float
        Highest frequency with speech energy, hertz; NaN without any.
    """

    sampling_rate_hz: int
    noise_db: float
    bandwidth_hz: float


@dataclass(frozen=True)
class Piece:
    """Some analysed frames of one channel; frame `i` lies around `(i + 0.5) * HOP_S`.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n_frames,)
        Which frames, in order.
    levels_db : ndarray of float32, shape (n_frames,)
        Level, dB re full scale.
    hz, gap : ndarray of float32, shape (n_frames, n_candidates)
        Candidates of F0 and one minus their autocorrelation.
    bands_db : ndarray of float32, shape (n_frames, 4)
        Levels of the bands of the syllable envelope, dB.
    first_f0_hz, first_gap : ndarray of float32, shape (n_frames,)
        F0 of the first pass, 0 where unvoiced, and one minus its autocorrelation.
    cycles : ndarray of float32, shape (n_frames, 7)
        Sums over glottal cycles, see `cycle_kernels.walk_cycles`.
    tilt : ndarray of float32, shape (n_frames, 2)
        Power below and above 1 kHz where a spectrum was taken, else 0.
    clipped, broken : ndarray of uint16, shape (n_frames,)
        Samples at full scale, and samples that are no numbers.
    """

    numbers: npt.NDArray[np.int64]
    levels_db: npt.NDArray[np.float32]
    hz: npt.NDArray[np.float32]
    gap: npt.NDArray[np.float32]
    bands_db: npt.NDArray[np.float32]
    first_f0_hz: npt.NDArray[np.float32]
    first_gap: npt.NDArray[np.float32]
    cycles: npt.NDArray[np.float32]
    tilt: npt.NDArray[np.float32]
    clipped: npt.NDArray[np.uint16]
    broken: npt.NDArray[np.uint16]

    def between(self, first: int, last: int) -> Piece:
        """Cut out the frames from `first` up to before `last`.

        Parameters
        ----------
        first, last : int
            Numbers of frames.

        Returns
        -------
        Piece
            A view.
        """
        a, b = np.searchsorted(self.numbers, [first, last]).tolist()
        return Piece(*(getattr(self, field.name)[a:b] for field in fields(self)))


def joined(pieces: list[Piece]) -> Piece:
    """Put consecutive pieces together.

    Parameters
    ----------
    pieces : list of Piece
        At least one.

    Returns
    -------
    Piece
        All their frames.
    """
    if len(pieces) == 1:
        return pieces[0]
    names = [field.name for field in fields(Piece)]
    return Piece(*(np.concatenate([getattr(p, name) for p in pieces]) for name in names))


class ChannelAnalysis:
    """One pass over a channel that comes bit by bit.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.
    settings : ProsodySettings
        Settings.
    intervals : ndarray of float64, shape (n, 2), or None
        Start and end of what is to be analysed, seconds; None for everything.
        The rest is only measured for its level and its spectrum.
    spectrum_every : int, default SPECTRUM_EVERY
        At every how many analysed frames a spectrum is taken.

    Attributes
    ----------
    end : int
        Number of the first frame that was not looked at yet.
    """

    def __init__(
        self,
        sampling_rate_hz: int,
        settings: ProsodySettings,
        intervals: npt.NDArray[np.float64] | None = None,
        *,
        spectrum_every: int = SPECTRUM_EVERY,
    ) -> None:
        self.rate = sampling_rate_hz
        self.settings = settings
        self.factor = decimation_factor(sampling_rate_hz)
        self.end = 0
        self._other_levels = np.zeros(round(-2 * SILENCE_DB / LEVEL_STEP_DB), np.int64)
        self._spectrum = LongTermSpectrum(sampling_rate_hz)
        self._every = spectrum_every
        self._intervals = None if intervals is None else _merged(intervals)
        self._buffer = np.zeros(0, np.float32)
        self._broken = np.zeros(0, np.int64)
        self._start = 0

    def add(self, samples: npt.NDArray[np.float32]) -> Iterator[Piece]:
        """Take in what follows, and analyse what can be.

        Parameters
        ----------
        samples : ndarray of float32, shape (n_samples,)
            What follows the last samples. Values that are not finite count as 0.

        Yields
        ------
        Piece
            The frames that are complete, about `STEP_S` at a time.
        """
        step = round(STEP_S * self.rate)
        for first in range(0, samples.size, step):
            part = samples[first : first + step]
            sound = np.isfinite(part)
            if not sound.all():
                bad = np.flatnonzero(~sound) + self._start + self._buffer.size
                self._broken = np.concatenate([self._broken, bad])
                part = np.where(sound, part, np.float32(0))
            self._buffer = np.concatenate([self._buffer, part.astype(np.float32, copy=False)])
            whole_seconds = int((self._start + self._buffer.size) / self.rate - CONTEXT_S)
            ready = round(whole_seconds / HOP_S)
            if (ready - self.end) * HOP_S >= STEP_S:
                yield self._analyse(ready)

    def finish(self) -> Piece:
        """Analyse what is left.

        Returns
        -------
        Piece
            The last frames; without any for an empty channel.
        """
        n_samples = self._start + self._buffer.size
        return self._analyse(int(np.ceil(round(n_samples / (HOP_S * self.rate), 6))))

    def facts(self) -> ChannelFacts:
        """Say what is true of the channel as a whole, after `finish`.

        Returns
        -------
        ChannelFacts
            Noise between utterances, and bandwidth.
        """
        counts = self._other_levels.copy()
        n_frames = counts.sum()
        counts[: round((DIGITAL_SILENCE_DB - SILENCE_DB) / LEVEL_STEP_DB)] = 0
        noise_db = float("nan")
        if counts.sum() * HOP_S >= LEAST_NOISE_S:
            middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
            noise_db = SILENCE_DB + (middle + 0.5) * LEVEL_STEP_DB
        elif n_frames * HOP_S >= LEAST_NOISE_S:
            noise_db = SILENCE_DB
        return ChannelFacts(self.rate, noise_db, self._spectrum.bandwidth())

    def _analyse(self, end: int) -> Piece:
        from workbench.prosody.frame_kernels import scan_frames

        numbers = np.arange(self.end, end)
        edges = np.rint(np.arange(self.end, end + 1) * (HOP_S * self.rate)).astype(np.int64)
        power, clipped = scan_frames(self._buffer, edges - self._start, FULL_SCALE)
        levels = 10 * np.log10(np.maximum(power, np.float32(10 ** (SILENCE_DB / 10))))
        wanted = self._wanted(numbers)
        steps = ((levels[~wanted] - SILENCE_DB) / LEVEL_STEP_DB).astype(np.int64)
        self._other_levels += np.bincount(
            np.minimum(steps, self._other_levels.size - 1), minlength=self._other_levels.size
        )
        self._spectrum.add(self._buffer, self._middles(numbers[~wanted][:: 4 * SPECTRUM_EVERY]))
        broken = np.diff(np.searchsorted(self._broken, edges)).astype(np.uint16)
        piece = self._piece(numbers[wanted], levels[wanted], clipped[wanted], broken[wanted])
        self.end = end
        keep = int((end * HOP_S - CONTEXT_S) * self.rate) // self.factor * self.factor
        if keep > self._start:
            self._buffer = self._buffer[keep - self._start :].copy()
            self._broken = self._broken[self._broken >= keep]
            self._start = keep
        return piece

    def _wanted(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        if self._intervals is None:
            return np.ones(numbers.size, np.bool_)
        middles = (numbers + 0.5) * HOP_S
        which = np.searchsorted(self._intervals[:, 0], middles, side="right") - 1
        inside = which >= 0
        inside[inside] = middles[inside] < self._intervals[which[inside], 1]
        return inside

    def _middles(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.asarray(np.rint((numbers + 0.5) * HOP_S * self.rate), np.int64) - self._start

    def _piece(self, numbers: npt.NDArray[np.int64], levels: Any, *counts: Any) -> Piece:
        from workbench.prosody.cycle_kernels import walk_cycles
        from workbench.prosody.kernels import sinc_table

        rate = self.rate / self.factor
        f0 = np.zeros(numbers.size, np.float32)
        first_gap = np.ones(numbers.size, np.float32)
        cycles = np.zeros((numbers.size, 7), np.float32)
        tilt = np.zeros((numbers.size, 2), np.float32)
        voice = to_analysis_rate(self._buffer, self.factor) if numbers.size else self._buffer
        middles = (numbers + 0.5) * HOP_S * rate - self._start / self.factor
        loud_db = float(np.percentile(levels, 99)) if levels.size else 0.0
        sounding = levels > loud_db - VOICE_RANGE_DB
        frames = analyse_frames(voice, rate, middles, self.settings, sounding=sounding)
        widest = (self.settings.f0_floor_hz, self.settings.f0_ceiling_hz)
        for run in _runs(numbers):
            f0[run], first_gap[run] = choose_path(
                frames.hz[run], frames.gap[run], levels[run], loud_db, widest, self.settings
            )
            cycles[run] = walk_cycles(
                voice, f0[run], float(middles[run.start]), HOP_S * rate, rate, sinc_table()
            )
        every = slice(None, None, self._every)
        tilt[every] = self._spectrum.add(self._buffer, self._middles(numbers[every]), speech=True)
        return Piece(
            numbers, levels, frames.hz, frames.gap, frames.bands_db, f0, first_gap, cycles, tilt,
            *counts,
        )  # fmt: skip


def _merged(intervals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out: list[list[float]] = []
    for start, end in sorted(intervals.tolist()):
        if out and start <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    return np.array(out, np.float64).reshape(-1, 2)


def _runs(numbers: npt.NDArray[np.int64]) -> list[slice]:
    breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
    edges = [0, *breaks.tolist(), numbers.size]
    return [slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a]
