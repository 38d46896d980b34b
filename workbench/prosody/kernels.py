"""The loops that must be quick, compiled by numba at first use and kept on disk.

This module is imported inside functions only, so that `import workbench.prosody`
stays light.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Function = TypeVar("Function", bound=Callable[..., Any])
Floats = npt.NDArray[np.float32]

FRACTIONS = 32
HALF_TAPS = 8
_IMPOSSIBLE = -1e9


def compiled(function: Function) -> Function:
    """Compile a loop over arrays.

    Parameters
    ----------
    function : callable
        Plain loops over NumPy arrays.

    Returns
    -------
    callable
        The same function as machine code, compiled when it is first called.
    """
    return cast(Function, numba.njit(cache=True, nogil=True)(function))


@compiled
def decimate(samples: Floats, taps: Floats, factor: int) -> Floats:
    """Filter a signal and keep every `factor`-th sample of the result.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal; taken as 0 beyond its ends.
    taps : ndarray of float32, shape (n_taps,)
        Low-pass filter, symmetrical, of odd length.
    factor : int
        How many samples become one.

    Returns
    -------
    ndarray of float32
        The signal at the lower rate, not delayed.
    """
    n_taps = taps.size
    half = n_taps // 2
    n_out = (samples.size + factor - 1) // factor
    out = np.zeros(n_out, np.float32)
    for m in range(n_out):
        first = m * factor - half
        total = np.float32(0.0)
        if first >= 0 and first + n_taps <= samples.size:
            window = samples[first : first + n_taps]
            for k in range(half):
                total += taps[k] * (window[k] + window[n_taps - 1 - k])
            total += taps[half] * window[half]
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
    weight = fraction - row
    low = 0.0
    high = 0.0
    for k in range(2 * HALF_TAPS):
        at = abs(whole + k - HALF_TAPS + 1)
        if at < values.size:
            low += table[row, k] * values[at]
            high += table[row + 1, k] * values[at]
    return low * (1.0 - weight) + high * weight


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
    bend = values[lag - 1] - 2 * values[lag] + values[lag + 1]
    position = float(lag)
    if bend < 0:
        position += 0.5 * (values[lag - 1] - values[lag + 1]) / bend
    height = between(values, position, table)
    step = 0.25
    for _ in range(2):
        left = between(values, position - step, table)
        right = between(values, position + step, table)
        bend = left - 2 * height + right
        if bend < 0:
            position += max(-0.5, min(0.5, 0.5 * step * (left - right) / bend))
            height = between(values, position, table)
        step *= 0.4
    return position, height


@compiled
def f0_candidates(
    correlation: Floats,
    window_correlation: Floats,
    sampling_rate_hz: float,
    floor_hz: float,
    ceiling_hz: float,
    octave_cost: float,
    table: Floats,
    n_candidates: int,
) -> tuple[Floats, Floats]:
    """Find the strongest periodicities of each frame.

    Parameters
    ----------
    correlation : ndarray of float32, shape (n_frames, n_lags)
        Autocorrelation of windowed frames.
    window_correlation : ndarray of float32, shape (n_lags,)
        Autocorrelation of the window, 1 at lag 0.
    sampling_rate_hz : float
        Sampling rate behind the lags, hertz.
    floor_hz, ceiling_hz : float
        Range of F0, hertz.
    octave_cost : float
        Preference for the higher of two candidates an octave apart.
    table : ndarray of float32
        See `sinc_table`.
    n_candidates : int
        How many to keep.

    Returns
    -------
    hz, gap : ndarray of float32, shape (n_frames, n_candidates)
        F0 in hertz, 0 where there are fewer; and one minus the normalised
        autocorrelation there.
    """
    n_frames, n_lags = correlation.shape
    hz = np.zeros((n_frames, n_candidates), np.float32)
    gap = np.ones((n_frames, n_candidates), np.float32)
    rank = np.empty(n_candidates)
    normal = np.empty(n_lags, np.float32)
    first = max(2, int(np.floor(sampling_rate_hz / ceiling_hz)))
    last = min(int(np.ceil(sampling_rate_hz / floor_hz)), n_lags - 2)
    for i in range(n_frames):
        power = correlation[i, 0]
        if power <= 1e-12:
            continue
        for k in range(n_lags):
            normal[k] = correlation[i, k] / (power * window_correlation[k])
        found = 0
        for lag in range(first, last + 1):
            here = normal[lag]
            if here < 0.15 or here <= normal[lag - 1] or here < normal[lag + 1]:
                continue
            position, height = peak_near(normal, lag, table)
            candidate = sampling_rate_hz / position
            if candidate < floor_hz or candidate > ceiling_hz:
                continue
            if height > 1.0:
                height = 1.0 / height
            value = height + octave_cost * np.log2(candidate)
            slot = found
            if found == n_candidates:
                slot = int(np.argmin(rank))
                if rank[slot] >= value:
                    continue
            else:
                found += 1
            hz[i, slot] = candidate
            gap[i, slot] = 1.0 - height
            rank[slot] = value
    return hz, gap


@compiled
def best_path(
    hz: Floats,
    gap: Floats,
    loudness: Floats,
    floor_hz: float,
    ceiling_hz: float,
    costs: npt.NDArray[np.float64],
) -> npt.NDArray[np.int8]:
    """Choose one candidate a frame, or none, by dynamic programming.

    Parameters
    ----------
    hz, gap : ndarray of float32, shape (n_frames, n_candidates)
        See `f0_candidates`.
    loudness : ndarray of float32, shape (n_frames,)
        Amplitude of each frame over that of the speaker's loud frames.
    floor_hz, ceiling_hz : float
        Candidates outside are not taken.
    costs : ndarray of float64, shape (5,)
        Voicing threshold, silence threshold, octave cost, octave jump cost, cost
        of a change of voicing; the last two a frame.

    Returns
    -------
    ndarray of int8, shape (n_frames,)
        Column of the chosen candidate, -1 for an unvoiced frame.
    """
    voicing, silence, octave, jump, change = costs
    n_frames, n_candidates = hz.shape
    logs = np.log2(np.maximum(hz, np.float32(1.0)))
    top = np.log2(ceiling_hz)
    score = np.full(n_candidates + 1, _IMPOSSIBLE)
    after = np.empty(n_candidates + 1)
    came_from = np.zeros((n_frames, n_candidates + 1), np.int8)
    for i in range(n_frames):
        for k in range(n_candidates + 1):
            if k == n_candidates:
                own = voicing + max(0.0, 2.0 - loudness[i] * (1.0 + voicing) / silence)
            elif floor_hz <= hz[i, k] <= ceiling_hz:
                own = 1.0 - gap[i, k] - octave * (top - logs[i, k])
            else:
                after[k] = _IMPOSSIBLE
                continue
            best = 0.0
            if i > 0:
                best = 2 * _IMPOSSIBLE
                for j in range(n_candidates + 1):
                    reached = score[j]
                    if j < n_candidates and k < n_candidates:
                        reached -= jump * abs(logs[i, k] - logs[i - 1, j])
                    elif j != k:
                        reached -= change
                    if reached > best:
                        best = reached
                        came_from[i, k] = j
            after[k] = best + own
        score[:] = after
    chosen = np.full(n_frames, -1, np.int8)
    k = int(np.argmax(score))
    for i in range(n_frames - 1, -1, -1):
        if k < n_candidates:
            chosen[i] = k
        k = came_from[i, k]
    return chosen
