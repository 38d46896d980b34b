"""The loops that must be quick, compiled by numba at first use and kept on disk.

This module is imported inside functions only, so that `import workbench.prosody`
stays light.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

Floats = npt.NDArray[np.float32]


FRACTIONS = 32
HALF_TAPS = 8
STEP = 0.2
"""Distance of the three places between lags where a maximum is looked at, lags."""

LEAST_POWER = 5e-10
"""Autocorrelation at lag 0, times its length, below which a frame is silent."""

LEAST_HEIGHT = 0.15
"""Autocorrelation below which nothing is a candidate."""


@compiled
def decimate(samples: Floats, taps: Floats, half: int, factor: int) -> Floats:
    """Filter a signal and keep every `factor`-th sample of the result.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal; taken as 0 beyond its ends.
    taps : ndarray of float32, shape (n_taps,)
        Low-pass filter.
    half : int
        Which tap is its middle.
    factor : int
        How many samples become one.

    Returns
    -------
    ndarray of float32
        The signal at the lower rate, not delayed.
    """
    n_taps = taps.size
    n_out = (samples.size + factor - 1) // factor
    out = np.zeros(n_out, np.float32)
    for m in range(n_out):
        first = m * factor - half
        total = np.float32(0.0)
        if first >= 0 and first + n_taps <= samples.size:
            window = samples[first : first + n_taps]
            for k in range(n_taps):
                total += taps[k] * window[k]
        else:
            for k in range(n_taps):
                if 0 <= first + k < samples.size:
                    total += taps[k] * samples[first + k]
        out[m] = total
    return out


@compiled
def between(values: Floats, position: float, table: Floats) -> float:
    """Read a band-limited sequence between its values.

    Parameters
    ----------
    values : ndarray of float32, shape (n,)
        An even sequence: `values[-k]` is taken as `values[k]`.
    position : float
        Where to read; not a whole number in general.
    table : ndarray of float32, shape (FRACTIONS + 1, 2 * HALF_TAPS)
        Windowed sinc, see `sinc_table`.

    Returns
    -------
    float
        The value there.
    """
    whole = int(np.floor(position))
    fraction = (position - whole) * FRACTIONS
    row = min(int(fraction), FRACTIONS - 1)
    weight = np.float32(fraction - row)
    low = np.float32(0.0)
    high = np.float32(0.0)
    first = whole - HALF_TAPS + 1
    if first >= 0 and first + 2 * HALF_TAPS <= values.size:
        window = values[first : first + 2 * HALF_TAPS]
        for k in range(2 * HALF_TAPS):
            low += table[row, k] * window[k]
            high += table[row + 1, k] * window[k]
    else:
        for k in range(2 * HALF_TAPS):
            at = abs(first + k)
            if at < values.size:
                low += table[row, k] * values[at]
                high += table[row + 1, k] * values[at]
    return float(low + (high - low) * weight)


@lru_cache(maxsize=1)
def sinc_table() -> Floats:
    """Tabulate the windowed sinc that `between` reads with.

    Returns
    -------
    ndarray of float32, shape (FRACTIONS + 1, 2 * HALF_TAPS)
        One row a fraction of a sample.
    """
    distance = np.arange(FRACTIONS + 1)[:, None] / FRACTIONS
    distance = distance - np.arange(-HALF_TAPS + 1, HALF_TAPS + 1)[None, :]
    window = 0.5 + 0.5 * np.cos(np.pi * distance / (HALF_TAPS + 0.5))
    return (np.sinc(distance) * window).astype(np.float32)


@compiled
def peak_near(values: Floats, lag: int, table: Floats) -> tuple[float, float]:
    """Refine a local maximum to a fraction of a lag.

    Parameters
    ----------
    values : ndarray of float32, shape (n_lags,)
        Autocorrelation.
    lag : int
        Lag of a local maximum.
    table : ndarray of float32
        See `sinc_table`.

    Returns
    -------
    position, height : float
        The maximum, in lags and in units of `values`.
    """
    position, _ = parabola(values, lag)
    height = between(values, position, table)
    left = between(values, position - STEP, table)
    right = between(values, position + STEP, table)
    bend = left - 2 * height + right
    if bend < 0:
        shift = max(-2.0, min(2.0, 0.5 * (left - right) / bend))
        height -= 0.25 * (left - right) * shift
        position += STEP * shift
    return position, height


@compiled
def parabola(values: Floats, at: int) -> tuple[float, float]:
    """Lay a parabola through a local maximum and its neighbours.

    Parameters
    ----------
    values : ndarray of float32, shape (n,)
        The sequence.
    at : int
        Index of the local maximum; has a neighbour on either side.

    Returns
    -------
    position, height : float
        Top of the parabola.
    """
    bend = values[at - 1] - 2 * values[at] + values[at + 1]
    if bend >= 0:
        return float(at), float(values[at])
    shift = 0.5 * (values[at - 1] - values[at + 1]) / bend
    return at + shift, values[at] - 0.25 * (values[at - 1] - values[at + 1]) * shift


@compiled
def f0_candidates(
    correlation: Floats,
    one_over_window: Floats,
    sampling_rate_hz: float,
    floor_hz: float,
    ceiling_hz: float,
    octave_cost: float,
    table: Floats,
    hz: Floats,
    gap: Floats,
) -> None:
    """Find the strongest periodicities of each frame.

    Parameters
    ----------
    correlation : ndarray of float32, shape (n_frames, n)
        Autocorrelation of windowed frames; as many lags count as
        `one_over_window` has.
    one_over_window : ndarray of float32, shape (n_lags,)
        One over the autocorrelation of the window, 1 at lag 0.
    sampling_rate_hz : float
        Sampling rate behind the lags, hertz.
    floor_hz, ceiling_hz : float
        Range of F0, hertz.
    octave_cost : float
        Preference for the higher of two candidates an octave apart.
    table : ndarray of float32
        See `sinc_table`.
    hz, gap : ndarray of float32, shape (>= n_frames, n_candidates)
        Filled here: F0 in hertz, 0 where there are fewer; and one minus the
        normalised autocorrelation there.
    """
    n_frames, n_candidates = correlation.shape[0], hz.shape[1]
    n_lags = one_over_window.size
    rank = np.empty(n_candidates, np.float32)
    lags = np.empty(n_candidates, np.int64)
    normal = np.empty(n_lags, np.float32)
    first = max(2, int(np.floor(sampling_rate_hz / ceiling_hz)))
    last = min(int(np.ceil(sampling_rate_hz / floor_hz)), n_lags - 2)
    longer = np.empty(n_lags, np.float32)
    for lag in range(1, n_lags):
        longer[lag] = octave_cost * np.log2(sampling_rate_hz / lag)
    for i in range(n_frames):
        hz[i] = 0.0
        gap[i] = 1.0
        power = correlation[i, 0]
        if power <= LEAST_POWER:
            continue
        scale = np.float32(1.0) / power
        for k in range(n_lags):
            normal[k] = correlation[i, k] * one_over_window[k] * scale
        found = 0
        for lag in range(first, last + 1):
            here = normal[lag]
            if here < LEAST_HEIGHT or here <= normal[lag - 1] or here < normal[lag + 1]:
                continue
            value = parabola(normal, lag)[1] + longer[lag]
            slot = found
            if found == n_candidates:
                slot = 0
                for k in range(1, n_candidates):
                    if rank[k] < rank[slot]:
                        slot = k
                if rank[slot] >= value:
                    continue
            else:
                found += 1
            lags[slot] = lag
            rank[slot] = value
        kept = 0
        for slot in range(found):
            position, height = peak_near(normal, lags[slot], table)
            candidate = sampling_rate_hz / position
            if floor_hz <= candidate <= ceiling_hz:
                hz[i, kept] = candidate
                gap[i, kept] = 1.0 - (1.0 / height if height > 1.0 else height)
                kept += 1
