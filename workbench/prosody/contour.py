"""F0 of one utterance in semitones: level, spread, slope and how it ends."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.prosody.arithmetic import percentiles

Floats = npt.NDArray[np.floating]

FINAL_S = 0.6
"""How long the end of an utterance is, seconds."""

FINAL_EDGE_S = 0.15
"""What of it counts as its start and as its end, seconds."""

_MOST_POINTS = 80


class Contour(NamedTuple):
    """Statistics of F0 over one utterance; NaN where there is too little voice.

    Parameters
    ----------
    median_hz : float
        Median, hertz.
    range_st : float
        5th to 95th percentile, semitones.
    sd_st : float
        Standard deviation, semitones.
    slope_st_per_s : float
        Median slope over all pairs of voiced frames (Theil and Sen), semitones
        per second.
    final_rise_st : float
        Median of the last 0.15 s minus median of the first 0.15 s of the last
        0.6 s before the voice ends, semitones; positive where it rises.
    voiced_s : float
        Voiced time, seconds.
    """

    median_hz: float
    range_st: float
    sd_st: float
    slope_st_per_s: float
    final_rise_st: float
    voiced_s: float


def f0_contour(f0_hz: npt.NDArray[np.float32], hop_s: float) -> Contour:
    """Describe the F0 of one utterance.

    Parameters
    ----------
    f0_hz : ndarray of float32, shape (n_frames,)
        F0 of each frame, hertz; 0 where unvoiced.
    hop_s : float
        Time from one frame to the next, seconds.

    Returns
    -------
    Contour
        The statistics. The level needs 0.05 s of voice, spread and slope 0.2 s,
        the final rise 0.15 s of voice that reach over 0.3 s.

    Examples
    --------
    One octave up in a second:

    >>> import numpy as np
    >>> contour = f0_contour(np.float32(100 * 2 ** np.linspace(0, 1, 101)), 0.01)
    >>> round(contour.slope_st_per_s, 2), round(contour.final_rise_st, 1)
    (12.0, 5.3)
    """
    where = np.flatnonzero(f0_hz > 0)
    voiced_s = round(where.size * hop_s, 6)
    nan = float("nan")
    if voiced_s < 0.05:
        return Contour(nan, nan, nan, nan, nan, voiced_s)
    values = f0_hz[where].astype(np.float64)
    median = percentiles(values, (50,))[0]
    if voiced_s < 0.2:
        return Contour(median, nan, nan, nan, nan, voiced_s)
    semitones = 12 * np.log2(values / median)
    low, high = percentiles(semitones, (5, 95))
    return Contour(
        median,
        high - low,
        float(np.std(semitones)),
        _median_slope(where * hop_s, semitones),
        _final_rise(where * hop_s, semitones),
        voiced_s,
    )


@lru_cache(maxsize=_MOST_POINTS)
def _pairs(n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.triu_indices(n, 1)


def _median_slope(times: Floats, values: Floats) -> float:
    step = max(1, int(np.ceil(times.size / _MOST_POINTS)))
    times, values = times[::step], values[::step]
    first, second = _pairs(times.size)
    return float(np.median((values[second] - values[first]) / (times[second] - times[first])))


def _final_rise(times: Floats, values: Floats) -> float:
    inside = times > times[-1] - FINAL_S
    times, values = times[inside], values[inside]
    if times.size < 15 or times[-1] - times[0] < 0.3:
        return float("nan")
    early = values[times <= times[0] + FINAL_EDGE_S]
    late = values[times >= times[-1] - FINAL_EDGE_S]
    return percentiles(late, (50,))[0] - percentiles(early, (50,))[0]
