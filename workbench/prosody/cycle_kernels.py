"""The loop that walks from one glottal cycle to the next; imported like `kernels`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled
from workbench.prosody.kernels import FRACTIONS, HALF_TAPS

Floats = npt.NDArray[np.float32]

FINE_STEP = 0.125
"""Distance of the three places between samples where two cycles are compared, samples."""

REACH = 0.2
"""Half width of the window in which the amplitude of a cycle is taken, in periods."""

HNR_WINDOW_S = 1 / 75
"""Length of the window of the harmonic-to-noise ratio, seconds."""

LEAST_SIMILARITY = 0.5
"""Correlation of two neighbouring cycles below which the voice has broken off."""


@compiled
def cosine(one: Floats, other: Floats) -> float:
    """Correlate two stretches of the same length, without taking their means off.

    Parameters
    ----------
    one, other : ndarray of float32, shape (n,)
        The stretches.

    Returns
    -------
    float
        Normalised correlation, -1..1.
    """
    across = np.float32(0.0)
    own = np.float32(1e-20)
    others = np.float32(1e-20)
    for k in range(one.size):
        across += one[k] * other[k]
        own += one[k] * one[k]
        others += other[k] * other[k]
    return float(across / np.sqrt(np.float64(own) * others))


@compiled
def similarity(samples: Floats, here: int, there: int, half: int) -> float:
    """Correlate two stretches of a signal.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    here, there : int
        Middles of the stretches.
    half : int
        Samples on either side of a middle.

    Returns
    -------
    float
        Normalised correlation, -1..1; -1 if a stretch leaves the signal.
    """
    if min(here, there) - half < 0 or max(here, there) + half >= samples.size:
        return -1.0
    n = 2 * half + 1
    return cosine(samples[here - half : here - half + n], samples[there - half : there - half + n])


@compiled
def similarity_between(
    samples: Floats, here: int, lag: float, half: int, table: Floats, moved: Floats
) -> float:
    """Correlate two stretches of a signal that lie a fraction of a sample apart.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    here : int
        Middle of the first stretch.
    lag : float
        Distance to the second, in samples; negative to look back.
    half : int
        Samples on either side of a middle.
    table : ndarray of float32
        See `kernels.sinc_table`.
    moved : ndarray of float32, shape (2 * half + 1,)
        Scratch space for the second stretch.

    Returns
    -------
    float
        Normalised correlation, -1..1; -1 if a stretch leaves the signal.
    """
    whole = int(np.floor(lag))
    row = int(np.rint((lag - whole) * FRACTIONS))
    there = here + whole
    if here - half < 0 or here + half >= samples.size:
        return -1.0
    if there - half < HALF_TAPS or there + half + HALF_TAPS >= samples.size:
        return -1.0
    n = 2 * half + 1
    moved[:] = 0.0
    for tap in range(2 * HALF_TAPS):
        weight = table[row, tap]
        first = there - half + tap - HALF_TAPS + 1
        source = samples[first : first + n]
        for k in range(n):
            moved[k] += weight * source[k]
    return cosine(samples[here - half : here - half + n], moved)


@compiled
def period_at(samples: Floats, here: int, expected: float, sign: int) -> float:
    """Find after how many samples the cycle around a place comes back.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    here : int
        Place inside a voiced stretch, in samples.
    expected : float
        Expected period, in samples.
    sign : int
        1 to look ahead, -1 to look back.

    Returns
    -------
    float
        The period, in samples; -1 if the cycle does not come back.
    """
    half = int(np.rint(0.5 * expected))
    low = int(np.floor(0.8 * expected))
    high = int(np.ceil(1.25 * expected))
    best = LEAST_SIMILARITY
    lag = -1
    before = -1.0
    shorter = -1.0
    longer = -1.0
    for k in range(low, high + 1):
        value = similarity(samples, here, here + sign * k, half)
        if k == lag + 1:
            longer = value
        if value > best:
            best = value
            lag = k
            shorter = before
        before = value
    if lag <= low or lag >= high:
        return -1.0
    bend = shorter - 2 * best + longer
    return lag + (0.5 * (shorter - longer) / bend if bend < 0 else 0.0)


@compiled
def amplitude_at(samples: Floats, here: int, period: float) -> float:
    """Measure the amplitude of the cycle around a place.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    here : int
        Middle of the cycle, in samples.
    period : float
        Its period, in samples.

    Returns
    -------
    float
        Root-mean-square under a Hann window of `REACH` periods on either side.
    """
    reach = max(2, int(np.rint(REACH * period)))
    energy = 0.0
    weight = 1e-20
    for k in range(-reach, reach + 1):
        if 0 <= here + k < samples.size:
            share = 0.5 + 0.5 * np.cos(np.pi * k / (reach + 1))
            energy += share * samples[here + k] * samples[here + k]
            weight += share
    return float(np.sqrt(energy / weight) + 1e-20)


@compiled
def harmonicity_at(
    samples: Floats, here: int, period: float, half: int, table: Floats, scratch: Floats
) -> float:
    """Correlate a window with itself one period on.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    here : int
        Middle of the window, in samples.
    period : float
        Distance, in samples; negative to look back.
    half : int
        Half of the window, in samples.
    table : ndarray of float32
        See `kernels.sinc_table`.
    scratch : ndarray of float32, shape (2 * half + 1,)
        Room to work in.

    Returns
    -------
    float
        The largest correlation at about this distance, at most 0.99999.
    """
    height = similarity_between(samples, here, period, half, table, scratch)
    left = similarity_between(samples, here, period - FINE_STEP, half, table, scratch)
    right = similarity_between(samples, here, period + FINE_STEP, half, table, scratch)
    bend = left - 2 * height + right
    if bend < 0:
        shift = max(-2.0, min(2.0, 0.5 * (left - right) / bend))
        height -= 0.25 * (left - right) * shift
    return min(height, 0.99999)


@compiled
def walk_one_way(
    samples: Floats,
    f0_hz: Floats,
    first_middle: float,
    hop: float,
    sampling_rate_hz: float,
    table: Floats,
    stretch: tuple[int, int],
    start: float,
    sign: int,
    sums: Floats,
) -> None:
    """Walk from the middle of a voiced stretch to one of its ends, adding to `sums`.

    Parameters
    ----------
    samples, f0_hz, first_middle, hop, sampling_rate_hz, table
        As in `walk_cycles`.
    stretch : tuple of int
        First and last frame.
    start : float
        Mark to start from, in samples.
    sign : int
        1 towards the end, -1 towards the beginning.
    sums : ndarray of float32
        Result of `walk_cycles`, changed in place.
    """
    first, last = stretch
    half = int(np.rint(0.5 * HNR_WINDOW_S * sampling_rate_hz))
    scratch = np.empty(2 * half + 1, np.float32)
    low = first_middle + (first - 0.5) * hop
    high = first_middle + (last + 0.5) * hop
    at = start
    before_period = 0.0
    before_amplitude = 0.0
    while low <= at < high:
        frame = min(max(int(np.rint((at - first_middle) / hop)), first), last)
        expected = sampling_rate_hz / f0_hz[frame]
        here = int(np.rint(at))
        period = period_at(samples, here, expected, sign)
        if period < 0:
            before_period = 0.0
            at += sign * expected
            continue
        amplitude = amplitude_at(samples, here, period)
        if before_period > 0:
            ratio = period / before_period
            swell = amplitude / before_amplitude
            if 1 / 1.3 < ratio < 1.3 and 1 / 1.6 < swell < 1.6:
                sums[frame, 0] += abs(period - before_period)
                sums[frame, 1] += period
                sums[frame, 2] += abs(amplitude - before_amplitude)
                sums[frame, 3] += amplitude
                sums[frame, 4] += 1
        if sums[frame, 6] == 0:
            height = harmonicity_at(samples, here, sign * period, half, table, scratch)
            if height > 0:
                sums[frame, 5] = 10 * np.log10(height / (1 - height))
                sums[frame, 6] = 1
        before_period = period
        before_amplitude = amplitude
        at += sign * period


@compiled
def walk_cycles(
    samples: Floats,
    f0_hz: Floats,
    first_middle: float,
    hop: float,
    sampling_rate_hz: float,
    table: Floats,
) -> Floats:
    """Compare each cycle of voiced stretches with its neighbour.

    The walk starts at the highest peak in the middle of a stretch and goes to
    either end: marks that begin at a soft onset may sit between two pulses.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    f0_hz : ndarray of float32, shape (n_frames,)
        F0 of consecutive frames, hertz; 0 where unvoiced.
    first_middle : float
        Middle of the first frame, in samples.
    hop : float
        Samples from one frame to the next.
    sampling_rate_hz : float
        Sampling rate, hertz.
    table : ndarray of float32
        See `kernels.sinc_table`.

    Returns
    -------
    ndarray of float32, shape (n_frames, 7)
        Sums over the pairs of cycles in a frame: difference of their periods,
        period of the second, difference of their amplitudes, amplitude of the
        second, number of pairs; and of the first cycle in a frame: harmonic-to-noise
        ratio in dB, and 1 if there is one.
    """
    n_frames = f0_hz.size
    sums = np.zeros((n_frames, 7), np.float32)
    i = 0
    while i < n_frames:
        if f0_hz[i] <= 0:
            i += 1
            continue
        last = i
        while last + 1 < n_frames and f0_hz[last + 1] > 0:
            last += 1
        middle = (i + last) // 2
        around = first_middle + middle * hop
        reach = 0.5 * sampling_rate_hz / f0_hz[middle]
        first = max(0, int(around - reach))
        end = min(samples.size, int(around + reach) + 1)
        if first < end:
            start = float(first + np.argmax(np.abs(samples[first:end])))
            for sign in (1, -1):
                walk_one_way(
                    samples, f0_hz, first_middle, hop, sampling_rate_hz, table,
                    (i, last), start, sign, sums,
                )  # fmt: skip
        i = last + 1
    return sums
