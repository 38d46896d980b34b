"""Calls made up with a known course: bands of curves, and places of shifts.

Bands are for what raters like these hear in this call: raters are drawn, each with a bias
of their own in all calls, and scatter about it; the call's course stays. Utterances are of
uneven length and lie unevenly, and a fifth of the ratings is missing with 5 and 8 raters.
Places are for calls of 12 to 30 utterances of 1 to 5 seconds whose level shifts by one to
two standard deviations anywhere; neighbours correlate by 0 to .4.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from workbench.trajectories import curve_kernels
from workbench.trajectories.curves import band
from workbench.trajectories.feature_dictionary import MIN_SEGMENT
from workbench.trajectories.shifts import place_of

N_UTTERANCES, WIDTH_S = 12, 10.0

_Floats = npt.NDArray[np.float64]
Simulation = Callable[[np.random.Generator], tuple[float, float, float]]


def _smoothed(
    given: npt.NDArray[np.bool_], value: _Floats, start: _Floats, end: _Floats, at: float
) -> _Floats:
    utterance, rater = np.nonzero(given)
    first = np.r_[0, np.cumsum(np.bincount(utterance, minlength=len(start)))]
    out = np.empty((1, curve_kernels.N_OF_MOMENT))
    curve_kernels.curve(
        *(np.array([at]), WIDTH_S, False, first.astype(np.int64), start, end),
        *(rater.astype(np.int64), value.shape[1], value[given]),
        *(np.full(len(rater), np.nan), out),
    )
    return out


def _times(rng: np.random.Generator) -> tuple[_Floats, _Floats]:
    start = np.cumsum(rng.uniform(2, 9, N_UTTERANCES))
    return start, start + rng.uniform(0.5, 2, N_UTTERANCES)


def band_of_valence(rng: np.random.Generator, *, n_raters: int) -> tuple[float, float, float]:
    """Simulate the band of a curve of valence, at an utterance.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n_raters : int
        How many there are.

    Returns
    -------
    tuple of float
        Truth, both ends of the band.
    """
    start, end = _times(rng)
    mood = 0.5 * np.tanh(np.cumsum(rng.normal(0, 0.4, N_UTTERANCES)))
    value = mood[:, None] + rng.normal(0, 0.1, n_raters) + rng.normal(0, 0.2, (12, n_raters))
    given = np.ones(value.shape, dtype=bool)
    if n_raters >= 5:
        given = rng.random(value.shape) < 0.8
        given[~given.any(axis=1)] = True
    at = float(start[6])
    told = _smoothed(given, np.clip(value, -1, 1), start, end, at)
    rated_by_one = mood[:, None]
    truth = _smoothed(np.ones((12, 1), dtype=bool), rated_by_one, start, end, at)[0, 0]
    low, high, _ = band(told[:, 0], told[:, 1], told[:, 2], kind="signed")
    return float(truth), float(low[0]), float(high[0])


def band_of_share(rng: np.random.Generator, *, n_raters: int) -> tuple[float, float, float]:
    """Simulate the band of a curve of a tag's share of raters, at an utterance.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n_raters : int
        How many there are.

    Returns
    -------
    tuple of float
        Truth, both ends of the band.
    """
    start, end = _times(rng)
    clear = rng.normal(-0.3, 1.2, N_UTTERANCES)[:, None]
    node, weight = np.polynomial.hermite_e.hermegauss(20)
    heard = 1 / (1 + np.exp(-(clear + 0.7 * node)))
    share = (heard * weight).sum(axis=1, keepdims=True) / weight.sum()
    habit = rng.normal(0, 0.7, n_raters)
    value = (rng.random((12, n_raters)) < 1 / (1 + np.exp(-(clear + habit)))).astype(float)
    at = float(start[6])
    told = _smoothed(np.ones(value.shape, dtype=bool), value, start, end, at)
    truth = _smoothed(np.ones((12, 1), dtype=bool), share, start, end, at)[0, 0]
    low, high, _ = band(told[:, 0], told[:, 1], told[:, 2], kind="tag")
    return float(truth), float(low[0]), float(high[0])


def place_of_shift(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the place of a shift.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        First utterance after the shift; earliest and latest of the interval.
    """
    n = int(rng.integers(12, 31))
    resemble = rng.uniform(0, 0.4)
    value = rng.normal(size=n)
    for i in range(1, n):
        value[i] = resemble * value[i - 1] + np.sqrt(1 - resemble**2) * value[i]
    at = int(rng.integers(MIN_SEGMENT, n - MIN_SEGMENT + 1))
    value[at:] += rng.choice([-1, 1]) * rng.uniform(1, 2)
    place = place_of(value, rng.uniform(1, 5, n))
    return float(at), float(place.low), float(place.high)


SIMULATIONS: dict[str, Simulation] = {
    "trajectory_band_2_raters": partial(band_of_valence, n_raters=2),
    "trajectory_band_3_raters": partial(band_of_valence, n_raters=3),
    "trajectory_band_5_raters": partial(band_of_valence, n_raters=5),
    "trajectory_band_8_raters": partial(band_of_valence, n_raters=8),
    "trajectory_band_share_3_raters": partial(band_of_share, n_raters=3),
    "trajectory_band_share_8_raters": partial(band_of_share, n_raters=8),
    "shift_place": place_of_shift,
}
