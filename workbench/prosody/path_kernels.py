"""The loops along an utterance: path of F0, strays, syllables; imported like `kernels`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled
from workbench.prosody.settings import CLEAR_GAP

Floats = npt.NDArray[np.float32]

FAR_OCTAVES = 0.75
JUMP_OCTAVES = 0.25
SHORTEST_FRAMES = 3
_IMPOSSIBLE = -1e9


@compiled
def best_path(
    hz: Floats,
    gap: Floats,
    loudness: Floats,
    floor_hz: float,
    ceiling_hz: float,
    usual_hz: float,
    costs: npt.NDArray[np.float64],
) -> tuple[Floats, Floats]:
    """Choose one candidate a frame, or none, by dynamic programming.

    Parameters
    ----------
    hz, gap : ndarray of float32, shape (n_frames, n_candidates)
        See `f0_candidates`.
    loudness : ndarray of float32, shape (n_frames,)
        Amplitude of each frame over that of the speaker's loud frames.
    floor_hz, ceiling_hz : float
        Candidates outside are not taken.
    usual_hz : float
        The speaker's usual F0, hertz; 0 if it is not known.
    costs : ndarray of float64, shape (6,)
        Voicing threshold, silence threshold, octave cost, octave jump cost, cost
        of a change of voicing (the last two a frame), cost of an octave below
        half an octave under the usual F0.

    Returns
    -------
    f0_hz : ndarray of float32, shape (n_frames,)
        F0 in hertz, 0 for unvoiced frames.
    gap : ndarray of float32, shape (n_frames,)
        One minus the normalised autocorrelation there, 1 for unvoiced frames.
    """
    voicing, silence, octave, jump, change, low = costs
    lowest = np.log2(max(usual_hz, 1.0)) - 0.5
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
                own -= low * max(0.0, lowest - logs[i, k])
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
    f0_hz = np.zeros(n_frames, np.float32)
    chosen_gap = np.ones(n_frames, np.float32)
    k = int(np.argmax(score))
    for i in range(n_frames - 1, -1, -1):
        if k < n_candidates:
            f0_hz[i] = hz[i, k]
            chosen_gap[i] = gap[i, k]
        k = came_from[i, k]
    return f0_hz, chosen_gap


@compiled
def without_strays(f0_hz: Floats, gap: Floats, usual_hz: float) -> Floats:
    """Take away voicing that is far from the usual F0 and not clear, or very short.

    Parameters
    ----------
    f0_hz, gap : ndarray of float32, shape (n_frames,)
        F0 in hertz, 0 where unvoiced, and one minus the autocorrelation there.
    usual_hz : float
        The speaker's usual F0, hertz; NaN to look at the length only.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        F0, 0 where voicing was taken away.
    """
    kept = f0_hz.copy()
    logs = np.log2(np.maximum(f0_hz, np.float32(1.0)))
    usual = np.log2(usual_hz)
    start = 0
    while start < f0_hz.size:
        if f0_hz[start] <= 0:
            start += 1
            continue
        end = start + 1
        while end < f0_hz.size and f0_hz[end] > 0 and abs(logs[end] - logs[end - 1]) < JUMP_OCTAVES:
            end += 1
        far = abs(np.median(logs[start:end]) - usual) > FAR_OCTAVES
        if end - start < SHORTEST_FRAMES or (far and gap[start:end].mean() > CLEAR_GAP):
            kept[start:end] = 0.0
        start = end
    return kept


@compiled
def smoothed(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> Any:
    """Average a sequence under a symmetrical window, mirrored at its ends.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The sequence.
    weights : ndarray of float64, shape (half + 1,)
        Weight of a value itself, of its neighbours, and so on; the two sides sum
        to 1 with it.

    Returns
    -------
    ndarray of float64, shape (n,)
        The smooth sequence.
    """
    n = values.size
    out = np.empty(n)
    for i in range(n):
        total = weights[0] * values[i]
        for k in range(1, weights.size):
            low = i - k
            high = i + k
            if low < 0:
                low = min(-low - 1, n - 1)
            if high >= n:
                high = max(2 * n - 1 - high, 0)
            total += weights[k] * (values[low] + values[high])
        out[i] = total
    return out


@compiled
def prominent_peaks(values: npt.NDArray[np.float64]) -> Any:
    """Find the local maxima of a sequence and how far they stand out.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The sequence.

    Returns
    -------
    peaks : ndarray of int64, shape (n_peaks,)
        Where the maxima are, in order.
    prominence : ndarray of float64, shape (n_peaks,)
        How far one must go down from each before it goes higher up.
    """
    n = values.size
    peaks = np.empty(n // 2 + 1, np.int64)
    prominence = np.empty(n // 2 + 1)
    found = 0
    for i in range(1, n - 1):
        if values[i] <= values[i - 1] or values[i] < values[i + 1]:
            continue
        left = values[i]
        k = i - 1
        while k >= 0 and values[k] <= values[i]:
            left = min(left, values[k])
            k -= 1
        right = values[i]
        k = i + 1
        while k < n and values[k] <= values[i]:
            right = min(right, values[k])
            k += 1
        peaks[found] = i
        prominence[found] = values[i] - max(left, right)
        found += 1
    return peaks[:found], prominence[:found]


@compiled
def without_splinters(frames: npt.NDArray[np.bool_], shortest: int) -> npt.NDArray[np.bool_]:
    """Take away runs of True that are too short.

    Parameters
    ----------
    frames : ndarray of bool, shape (n_frames,)
        The runs.
    shortest : int
        How long a run must be, frames.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        The runs that are long enough.
    """
    out = frames.copy()
    start = 0
    while start < frames.size:
        if not frames[start]:
            start += 1
            continue
        end = start
        while end < frames.size and frames[end]:
            end += 1
        if end - start < shortest:
            out[start:end] = False
        start = end
    return out
