"""How much of a sound stays at its frequencies: notes and tones do, voices glide."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity.features import three_smallest

ROW_S = 0.05
"""Time from row to row, seconds."""

ROW_WINDOW_S = 0.128
"""Long enough for lines 40 Hz apart, as in ringing tones, seconds."""

ROWS_A_STEP = 20
ROWS_MARGIN_STEPS = 6

_STEADY_ROWS = 5
_AROUND_HZ = 80.0
_PROMINENCE = 4.0
_RANGE = 1e-4
_OVER_FLOOR = 4.0
_ENOUGH_LINES = 10
_LINE_HZ = 24.0
_SECOND_SHARE = 0.05
_REST_SHARE = 0.06
_QUIET = 1e-6
_NOTHING = 1e-11

_Rows = npt.NDArray[np.float32]
_Marks = npt.NDArray[np.bool_]


class RowFeatures(NamedTuple):
    """Per row of 50 ms, what stays and what stands out."""

    music: npt.NDArray[np.float16]
    """Share of the power in lines that stay, less where they are fewer than ten, 0..1."""

    tonal: _Marks
    """Whether one or two lines are nearly all there is."""

    low_hz: _Rows
    """The strongest line, or the lower one of two, hertz."""

    high_hz: _Rows
    """The higher one of two lines, hertz; 0 where the second is weak."""


def row_features(power: _Rows, frequencies_hz: _Rows, inner: slice) -> RowFeatures:
    """Measure rows within their surroundings.

    Parameters
    ----------
    power : ndarray of float32, shape (n_rows, n_bins)
        Power spectra of windows of `ROW_WINDOW_S`; the first row begins a step.
    frequencies_hz : ndarray of float32, shape (n_bins,)
        Middle of each bin, hertz.
    inner : slice
        Which rows to measure.

    Returns
    -------
    RowFeatures
        One value a row of `inner`.
    """
    floor = _floor(power)
    beside = 2 * _STEADY_ROWS
    first, last = max(0, inner.start - beside), min(len(power), inner.stop + beside)
    own = slice(inner.start - first, inner.stop - first)
    floor = floor[np.arange(first, last) // ROWS_A_STEP]
    power = power[first:last] + np.float32(_NOTHING)
    total = power.sum(axis=1)
    width_hz = float(frequencies_hz[1] - frequencies_hz[0])
    lines = _lasting(_peaks(power, floor, max(1, round(_AROUND_HZ / width_hz))))
    steady = np.einsum("ij,ij->i", power, _spread(lines)) / total
    music = steady * np.minimum(lines.sum(axis=1) / _ENOUGH_LINES, 1)
    music[total < _QUIET] = 0
    low_hz, high_hz, rest = _strongest(
        power[own], frequencies_hz, max(2, round(_LINE_HZ / width_hz))
    )
    tonal = (rest < _REST_SHARE * total[own]) & (total[own] > _QUIET)
    return RowFeatures(music[own].astype(np.float16), tonal, low_hz, high_hz)


def _floor(power: _Rows) -> _Rows:
    """Take the least power of each step and bin, and of these the lower quartile of nine."""
    n_steps = -(-len(power) // ROWS_A_STEP)
    fill = np.full((n_steps * ROWS_A_STEP - len(power), power.shape[1]), np.inf, power.dtype)
    lowest = np.concatenate([power, fill]).reshape(n_steps, ROWS_A_STEP, -1).min(axis=1)
    around = np.pad(lowest, ((4, 4), (0, 0)), mode="edge")
    return three_smallest(around)[2]


def _peaks(power: _Rows, floor: _Rows, around: int) -> _Marks:
    """Mark bins that stand out of their neighbours, of the row and of the noise."""
    size = np.log(power)
    sums = np.cumsum(np.pad(size, ((0, 0), (around + 1, around)), mode="edge"), axis=1)
    usual = (sums[:, 2 * around + 1 :] - sums[:, : -2 * around - 1]) / (2 * around + 1)
    peak = size > usual + np.float32(np.log(_PROMINENCE))
    peak &= power > _RANGE * power.max(axis=1, keepdims=True)
    peak &= power > _OVER_FLOOR * floor
    peak[:, 1:] &= power[:, 1:] >= power[:, :-1]
    peak[:, :-1] &= power[:, :-1] >= power[:, 1:]
    return np.asarray(peak)


def _lasting(peak: _Marks) -> _Marks:
    """Keep peaks that go on for some rows, at most a bin up or down from row to row."""
    last = peak
    for _ in range(_STEADY_ROWS - 1):
        before = np.zeros_like(peak)
        before[1:] = _spread(last)[:-1]
        last = peak & before
    lasting = last
    for _ in range(_STEADY_ROWS - 1):
        after = np.zeros_like(peak)
        after[:-1] = _spread(last)[1:]
        last = peak & after
        lasting = lasting | last
    return lasting


def _spread(marks: _Marks) -> _Marks:
    wide = marks.copy()
    wide[:, 1:] |= marks[:, :-1]
    wide[:, :-1] |= marks[:, 1:]
    return wide


def _strongest(power: _Rows, frequencies_hz: _Rows, beside: int) -> tuple[_Rows, _Rows, _Rows]:
    """Find the two strongest lines of each row, and the power of what is left."""
    left = power.copy()
    row = np.arange(len(power))
    bins = np.arange(-beside, beside + 1)
    found, powers = [], []
    for _ in range(2):
        top = left.argmax(axis=1)
        near = np.clip(top[:, None] + bins, 0, power.shape[1] - 1)
        weights = left[row[:, None], near]
        line = weights.sum(axis=1)
        centre = (weights * frequencies_hz[near]).sum(axis=1) / np.maximum(line, 1e-20)
        found.append(centre.astype(np.float32))
        powers.append(line)
        left[row[:, None], near] = 0
    two = powers[1] > _SECOND_SHARE * powers[0]
    low = np.where(two, np.minimum(*found), found[0])
    high = np.where(two, np.maximum(*found), 0).astype(np.float32)
    return low.astype(np.float32), high, left.sum(axis=1)
