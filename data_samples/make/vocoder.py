"""Say a line as a person would who feels it: take the engine's speech apart and put it together.

WORLD (pyworld, MIT) gives F0, spectral envelope and aperiodicity every 5 ms; each is
changed on its own, and every change of time is one map from old to new frames, so
that the times of the words follow exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyworld
import soxr

from .engines import Speech, speak
from .people import Delivery, Person

Floats = npt.NDArray[np.float64]
RATE_HZ = 16_000
HOP_S = 0.005
_EDGE_S = 0.03
_RISE_S = 0.7
_QUESTION_ST = 4.0


@dataclass(frozen=True)
class Said:
    """One utterance as it was said.

    Parameters
    ----------
    samples : ndarray of float64
        The signal at `RATE_HZ`; starts and ends with speech.
    words : list of (str, float, float)
        Word, start and end in seconds from the start of the signal.
    f0_median_hz : float
        Median of the F0 that was put in.
    """

    samples: Floats
    words: list[tuple[str, float, float]]
    f0_median_hz: float


def say(
    person: Person,
    words: tuple[str, ...],
    delivery: Delivery,
    pauses: dict[int, float],
    rng: np.random.Generator,
) -> Said:
    """Say words.

    Parameters
    ----------
    person : Person
        Who.
    words : tuple of str
        What, with punctuation.
    delivery : Delivery
        How.
    pauses : dict of int to float
        Seconds of silence after the word with that number.
    rng : Generator
        For the wobble that no voice is without.

    Returns
    -------
    Said
        Signal and word times.
    """
    speech = _trimmed(speak(person.voice, words))
    f0, times = pyworld.dio(
        speech.samples, RATE_HZ, f0_floor=60.0, f0_ceil=420.0, frame_period=1000 * HOP_S
    )
    f0 = pyworld.stonemask(speech.samples, f0, times, RATE_HZ)
    envelope = pyworld.cheaptrick(speech.samples, f0, times, RATE_HZ)
    aperiodicity = pyworld.d4c(speech.samples, f0, times, RATE_HZ)

    source, silent = _time_map(len(f0), speech.words, person.rate * delivery.rate, pauses)
    near = np.clip(np.round(source).astype(int), 0, len(f0) - 1)
    contour = _contour(f0, near, silent, person, delivery, rng)
    shaped = _warped(envelope[near], person.warp) * _tilt(envelope.shape[1], delivery.tilt_db)
    shaped[silent] *= 1e-8
    rough = aperiodicity[near]
    rough = 1.0 - (1.0 - rough) * (1.0 - delivery.breath)
    samples = pyworld.synthesize(
        contour, np.ascontiguousarray(shaped), np.ascontiguousarray(rough), RATE_HZ, 1000 * HOP_S
    )
    new_times = np.arange(len(source)) * HOP_S
    moved = [
        (word, *(float(np.interp(t / HOP_S, source, new_times)) for t in (start, end)))
        for word, start, end in speech.words
    ]
    moved = _around_pauses(moved, pauses, len(samples) / RATE_HZ)
    return Said(samples, moved, float(np.median(contour[contour > 0])))


def _trimmed(speech: Speech) -> Speech:
    """Cut silence before the first and after the last word, at `RATE_HZ`."""
    samples = soxr.resample(speech.samples, speech.sampling_rate_hz, RATE_HZ, quality="VHQ")
    start = max(speech.words[0][1] - _EDGE_S, 0.0)
    end = min(speech.words[-1][2] + _EDGE_S, len(samples) / RATE_HZ)
    cut = np.ascontiguousarray(samples[round(start * RATE_HZ) : round(end * RATE_HZ)])
    words = [(word, max(a - start, 0.0), b - start) for word, a, b in speech.words]
    return Speech(cut, RATE_HZ, words)


def _time_map(
    n_frames: int, words: list[tuple[str, float, float]], rate: float, pauses: dict[int, float]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Give every new frame its old one; frames of an inserted pause stand still and are silent.

    The engine's own silence after the word counts towards the pause.
    """
    old_edges = [0.0, *(words[after][2] / HOP_S for after in sorted(pauses)), n_frames - 1.0]
    pieces, silent = [], []
    for number, (low, high) in enumerate(zip(old_edges, old_edges[1:], strict=False)):
        count = max(round((high - low) / rate), 1)
        pieces.append(np.linspace(low, high, count, endpoint=False))
        silent.append(np.zeros(count, dtype=bool))
        if number < len(pauses):
            after = sorted(pauses)[number]
            own_s = (words[after + 1][1] - words[after][2]) / rate
            hold = round(max(pauses[after] - own_s, HOP_S) / HOP_S)
            # A tiny slope keeps the map one to one, so that word times can be read back.
            pieces.append(high + np.linspace(0.0, 1e-6, hold, endpoint=False))
            silent.append(np.ones(hold, dtype=bool))
    return np.concatenate(pieces), np.concatenate(silent)


def _around_pauses(
    words: list[tuple[str, float, float]], pauses: dict[int, float], length_s: float
) -> list[tuple[str, float, float]]:
    """Let the word after an inserted pause begin after it, and keep words in the signal."""
    out = []
    for number, (word, start, end) in enumerate(words):
        first = start
        if number - 1 in pauses:
            first = max(first, out[-1][2] + pauses[number - 1] - HOP_S)
        out.append((word, min(first, length_s), min(max(end, first + 0.02), length_s)))
    return out


def _contour(
    f0: Floats,
    near: npt.NDArray[np.intp],
    silent: npt.NDArray[np.bool_],
    person: Person,
    delivery: Delivery,
    rng: np.random.Generator,
) -> Floats:
    """Move the F0 contour to the person's usual height and shape it."""
    voiced = f0 > 0
    centre = np.median(np.log2(f0[voiced]))
    semitones = 12.0 * (np.log2(np.where(voiced, f0, 1.0)) - centre)
    semitones = np.clip(semitones, -9.0, 9.0)[near] * person.liveliness * delivery.spread
    length = len(near)
    first = max(length // 2, length - round(_RISE_S / HOP_S))
    rising = np.clip((np.arange(length) - first) / max(length - 1 - first, 1), 0.0, 1.0)
    if delivery.rise_st > _QUESTION_ST:
        semitones = semitones * (1.0 - 0.7 * (rising > 0))
    time_s = np.arange(len(near)) * HOP_S
    wobble = np.convolve(rng.normal(0.0, 1.0, len(near) + 40), np.ones(41) / 41.0, "valid")
    semitones = (
        semitones
        + delivery.pitch_st
        + delivery.rise_st * rising
        + delivery.tremor_st * np.sin(2 * np.pi * 5.5 * time_s)
        + 0.8 * min(delivery.spread, 1.0) * wobble[: len(near)]
    )
    hertz = person.f0_hz * 2.0 ** (semitones / 12.0)
    return np.where(voiced[near] & ~silent, np.clip(hertz, 55.0, 520.0), 0.0)


def _warped(envelope: Floats, warp: float) -> Floats:
    """Shift formants: bin k takes what stood at k / warp."""
    if warp == 1.0:
        return envelope.copy()
    bins = np.arange(envelope.shape[1])
    place = np.clip(bins / warp, 0, envelope.shape[1] - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, envelope.shape[1] - 1)
    share = place - low
    log = np.log(envelope)
    return np.exp(log[:, low] * (1 - share) + log[:, high] * share)


def _tilt(n_bins: int, tilt_db: float) -> Floats:
    """Power gain a bin: `tilt_db` more at 3400 than at 300 Hz, straight over log frequency."""
    hertz = np.linspace(0.0, RATE_HZ / 2, n_bins)
    octaves = np.log(np.clip(hertz, 300.0, 3400.0) / 300.0) / np.log(3400.0 / 300.0)
    return 10.0 ** ((octaves - 0.5) * tilt_db / 10.0)
