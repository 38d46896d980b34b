"""Intervals of statistics that are made of sums over calls or utterances."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

MIN_CLUSTERS = 8
"""Below this many calls (or utterances) an estimate stands without an interval."""


class Interval(NamedTuple):
    """A 95 % interval.

    Parameters
    ----------
    se, low, high : float
        Standard error and both ends; NaN where there is none.
    note : str
        Why there is none, in a sentence.
    """

    se: float
    low: float
    high: float
    note: str = ""


def interval_over_clusters(
    sums: npt.ArrayLike,
    statistic: Callable[[_Floats], _Floats],
    *,
    draws: int = 1000,
    seed: int = 0,
    by: str = "call",
) -> Interval:
    """Make the interval of a statistic of summed parts, by resampling clusters.

    Parameters
    ----------
    sums : array of float, shape (n_clusters, n_parts)
        What each cluster adds to the parts of the statistic.
    statistic : callable
        Gives the statistic of summed parts: shape (n, n_parts) to shape (n,).
    draws : int, default 1000
        Bootstrap draws; 0 leaves the interval out.
    seed : int, default 0
        Of the random numbers: the same table gives the same interval.
    by : str
        What a cluster is, for the note.

    Returns
    -------
    Interval
        NaN with a note below `MIN_CLUSTERS` clusters.
    """
    parts = np.asarray(sums, dtype=np.float64)
    n = len(parts)
    missing = Interval(np.nan, np.nan, np.nan)
    if not draws:
        return missing
    if n < MIN_CLUSTERS:
        return missing._replace(note=f"{n} {by}s; {MIN_CLUSTERS} are needed for an interval.")
    rng = np.random.default_rng(seed)
    drawn = np.empty(draws)
    for k in range(draws):
        weight = np.bincount(rng.integers(n, size=n), minlength=n)
        drawn[k] = statistic((weight @ parts)[None, :])[0]
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(float(drawn.std(ddof=1)), float(low), float(high))
