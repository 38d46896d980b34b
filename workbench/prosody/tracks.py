"""Everything that is measured frame by frame, in one pass over a channel of any length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.activity import frame_levels_db
from workbench.prosody.analysis_rate import decimation_factor, to_analysis_rate
from workbench.prosody.f0 import analyse_frames, choose_path
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.spectrum import power_spectra, tilt_powers

CONTEXT_S = 0.1
"""What the measures of a frame may look at on either side of it, seconds."""

STEP_S = 10.0
"""How much is analysed at once, seconds."""

FULL_SCALE = 0.979
"""Magnitude from which a sample counts as clipped; mu-law ends at 0.98."""

SPECTRUM_EVERY = 4
"""A spectrum is taken at every fourth frame of speech, at every 16th elsewhere."""


@dataclass(frozen=True)
class ChannelTracks:
    """Frames of one channel; frame `i` lies around `(i + 0.5) * HOP_S`.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.
    levels_db : ndarray of float32, shape (n_frames,)
        Level of every frame, dB re full scale.
    frames : ndarray of int64, shape (n_analysed,)
        Which frames were analysed; the following have one row for each.
    hz, gap : ndarray of float16, shape (n_analysed, n_candidates)
        Candidates of F0 and one minus their autocorrelation.
    bands_db : ndarray of float16, shape (n_analysed, 4)
        Levels of the bands of the syllable envelope, dB.
    first_f0_hz, first_gap : ndarray of float16, shape (n_analysed,)
        F0 of the first pass, 0 where unvoiced, and one minus its autocorrelation.
    cycles : ndarray of float32, shape (n_analysed, 7)
        Sums over glottal cycles, see `cycle_kernels.walk_cycles`.
    tilt : ndarray of float32, shape (n_analysed, 2)
        Power below and above 1 kHz at every fourth frame, else 0.
    clipped, broken : ndarray of uint16, shape (n_analysed,)
        Samples at full scale, and samples that are no numbers.
    speech_spectrum, noise_spectrum : ndarray of float64, or None
        Mean power spectra of analysed and of other frames.
    """

    sampling_rate_hz: int
    levels_db: npt.NDArray[np.float32]
    frames: npt.NDArray[np.int64]
    hz: npt.NDArray[np.float16]
    gap: npt.NDArray[np.float16]
    bands_db: npt.NDArray[np.float16]
    first_f0_hz: npt.NDArray[np.float16]
    first_gap: npt.NDArray[np.float16]
    cycles: npt.NDArray[np.float32]
    tilt: npt.NDArray[np.float32]
    clipped: npt.NDArray[np.uint16]
    broken: npt.NDArray[np.uint16]
    speech_spectrum: npt.NDArray[np.float64] | None
    noise_spectrum: npt.NDArray[np.float64] | None


class ChannelAnalysis:
    """One pass over a channel that comes piece by piece.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.
    settings : ProsodySettings
        Settings.
    intervals : ndarray of float64, shape (n, 2), or None
        Start and end of what is to be analysed, seconds; None for everything.
        The rest is only measured for its level and its spectrum.
    """

    def __init__(
        self,
        sampling_rate_hz: int,
        settings: ProsodySettings,
        intervals: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self.rate = sampling_rate_hz
        self.settings = settings
        self.factor = decimation_factor(sampling_rate_hz)
        self._intervals = None if intervals is None else _merged(intervals)
        self._buffer = np.zeros(0, np.float32)
        self._broken = np.zeros(0, np.bool_)
        self._start = 0
        self._next = 0
        self._parts: list[dict[str, npt.NDArray[Any]]] = []
        self._spectra: dict[bool, tuple[npt.NDArray[np.float64], int]] = {}

    def add(self, samples: npt.NDArray[np.float32]) -> None:
        """Take in the next piece.

        Parameters
        ----------
        samples : ndarray of float32, shape (n_samples,)
            What follows the last piece. Values that are not finite count as 0.
        """
        piece = round(STEP_S * self.rate)
        for first in range(0, samples.size, piece):
            self._take(samples[first : first + piece])

    def _take(self, samples: npt.NDArray[np.float32]) -> None:
        broken = ~np.isfinite(samples)
        if broken.any():
            samples = np.where(broken, np.float32(0), samples)
        self._buffer = np.concatenate([self._buffer, samples.astype(np.float32, copy=False)])
        self._broken = np.concatenate([self._broken, broken])
        whole_seconds = int((self._start + self._buffer.size) / self.rate - CONTEXT_S)
        ready = round(whole_seconds / HOP_S)
        if (ready - self._next) * HOP_S >= STEP_S:
            self._analyse(ready)

    def finish(self) -> ChannelTracks:
        """Analyse what is left and put the pieces together.

        Returns
        -------
        ChannelTracks
            The frames of the whole channel.
        """
        n_samples = self._start + self._buffer.size
        self._analyse(int(np.ceil(round(n_samples / (HOP_S * self.rate), 6))))
        joined = {k: np.concatenate([p[k] for p in self._parts]) for k in self._parts[0]}
        means = {
            kind: total / count if count else None for kind, (total, count) in self._spectra.items()
        }
        return ChannelTracks(
            self.rate,
            **joined,
            speech_spectrum=means.get(True),
            noise_spectrum=means.get(False),
        )

    def _analyse(self, end: int) -> None:
        first, last = (round(i * HOP_S * self.rate) - self._start for i in (self._next, end))
        levels = frame_levels_db(self._buffer[first:last], self.rate, hop_s=HOP_S)
        numbers = np.arange(self._next, end)
        wanted = self._wanted(numbers)
        self._add_spectrum(numbers[~wanted][:: 4 * SPECTRUM_EVERY], False)
        self._parts.append(self._rows(numbers[wanted], levels[wanted]) | {"levels_db": levels})
        self._next = end
        keep = int((end * HOP_S - CONTEXT_S) * self.rate) // self.factor * self.factor
        if keep > self._start:
            self._buffer = self._buffer[keep - self._start :]
            self._broken = self._broken[keep - self._start :]
            self._start = keep

    def _wanted(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        if self._intervals is None:
            return np.ones(numbers.size, np.bool_)
        middles = (numbers + 0.5) * HOP_S
        which = np.searchsorted(self._intervals[:, 0], middles, side="right") - 1
        inside = which >= 0
        inside[inside] = middles[inside] < self._intervals[which[inside], 1]
        return inside

    def _rows(
        self, numbers: npt.NDArray[np.int64], levels: npt.NDArray[np.float32]
    ) -> dict[str, npt.NDArray[Any]]:
        rate = self.rate / self.factor
        voice = to_analysis_rate(self._buffer, self.factor)
        middles = (numbers + 0.5) * HOP_S * rate - self._start / self.factor
        frames = analyse_frames(voice, rate, middles, self.settings)
        f0 = np.zeros(numbers.size, np.float32)
        first_gap = np.ones(numbers.size, np.float32)
        cycles = np.zeros((numbers.size, 7), np.float32)
        loud_db = float(np.percentile(levels, 99)) if levels.size else 0.0
        for run in _runs(numbers):
            f0[run], first_gap[run], cycles[run] = self._walk(
                voice, rate, middles[run], frames.hz[run], frames.gap[run], levels[run], loud_db
            )
        tilt = np.zeros((numbers.size, 2), np.float32)
        tilt[::SPECTRUM_EVERY] = self._add_spectrum(numbers[::SPECTRUM_EVERY], True)
        edges = [np.rint((numbers + k) * HOP_S * self.rate).astype(int) for k in (0, 1)]
        clipped = np.abs(self._buffer) >= FULL_SCALE
        return {
            "levels_db": levels,
            "frames": numbers,
            "hz": frames.hz.astype(np.float16),
            "gap": frames.gap.astype(np.float16),
            "bands_db": frames.bands_db.astype(np.float16),
            "first_f0_hz": f0.astype(np.float16),
            "first_gap": first_gap.astype(np.float16),
            "cycles": cycles,
            "tilt": tilt,
            "clipped": self._count(clipped, *edges),
            "broken": self._count(self._broken, *edges),
        }

    def _walk(
        self,
        voice: npt.NDArray[np.float32],
        rate: float,
        middles: npt.NDArray[np.floating],
        hz: npt.NDArray[np.float32],
        gap: npt.NDArray[np.float32],
        levels: npt.NDArray[np.float32],
        loud_db: float,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        from workbench.prosody.cycle_kernels import walk_cycles
        from workbench.prosody.kernels import sinc_table

        widest = (self.settings.f0_floor_hz, self.settings.f0_ceiling_hz)
        f0, own = choose_path(hz, gap, levels, loud_db, widest, self.settings)
        return f0, own, walk_cycles(voice, f0, float(middles[0]), HOP_S * rate, rate, sinc_table())

    def _add_spectrum(
        self, numbers: npt.NDArray[np.int64], speech: bool
    ) -> npt.NDArray[np.float32]:
        if not numbers.size:
            return np.zeros((0, 2), np.float32)
        middles = np.rint((numbers + 0.5) * HOP_S * self.rate).astype(np.int64) - self._start
        spectra = power_spectra(self._buffer, self.rate, middles)
        total, count = self._spectra.get(speech, (np.zeros(spectra.shape[1]), 0))
        self._spectra[speech] = (
            total + spectra.sum(axis=0, dtype=np.float64),
            count + len(spectra),
        )
        return tilt_powers(spectra, self.rate)

    def _count(
        self,
        marks: npt.NDArray[np.bool_],
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.uint16]:
        before = np.concatenate([[0], np.cumsum(marks)])
        top = marks.size
        a, b = (np.clip(edge - self._start, 0, top) for edge in (starts, ends))
        return np.asarray(np.minimum(before[b] - before[a], 65535), np.uint16)


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
