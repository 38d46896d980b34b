"""What every chance-corrected coefficient is: one less a ratio of two mean disagreements."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.designs import Design
from workbench.agreement.resampling import interval_over_clusters
from workbench.agreement.results import result_row

_Floats = npt.NDArray[np.float64]


class Disagreement(NamedTuple):
    """What each utterance adds to the observed and to the expected disagreement.

    The expected disagreement is a mean over all pairs, so it is quadratic in the
    utterances. Here stands its tangent: with `expected` summing to E over weights
    that sum to M, resampled utterances expect 2 E*/M* - E/M. That is exact for
    the value and right to first order for the interval, and makes every
    coefficient a function of four sums.

    Parameters
    ----------
    observed, n_observed : ndarray of float, shape (n_items,)
        Their sums divide to the observed disagreement.
    expected, n_expected : ndarray of float, shape (n_items,)
        Their sums divide to the expected disagreement.
    """

    observed: _Floats
    n_observed: _Floats
    expected: _Floats
    n_expected: _Floats


def corrected_for_chance(
    coefficient: str,
    parts: Disagreement,
    design: Design,
    *,
    draws: int,
    seed: int,
    level: str = "",
    prevalence: float = np.nan,
    note: str = "",
) -> pd.DataFrame:
    """Make the row of 1 - observed / expected.

    Parameters
    ----------
    coefficient : str
        Its name.
    parts : Disagreement
        Of the utterances of `design`; the expected disagreement is not 0.
    design : Design
        Who rated what.
    draws, seed : int
        As in `interval_over_clusters`.
    level : str
        Kind of difference.
    prevalence : float
        Share of the most frequent value.
    note : str
        What to know about it.

    Returns
    -------
    DataFrame
        One row, as from `result_row`.
    """
    columns = np.column_stack(parts)
    observed, n_observed, expected, n_expected = columns.sum(axis=0)
    by_chance = expected / n_expected

    def statistic(sums: _Floats) -> _Floats:
        value: _Floats = 1 - (sums[:, 0] / sums[:, 1]) / (2 * sums[:, 2] / sums[:, 3] - by_chance)
        return value

    interval = interval_over_clusters(
        sums_of_clusters(columns, design), statistic, draws=draws, seed=seed, by=design.by
    )
    value = 1 - (observed / n_observed) / by_chance
    return result_row(
        coefficient, value, interval, design, level=level, prevalence=prevalence, note=note
    )


def sums_of_clusters(columns: _Floats, design: Design) -> _Floats:
    """Sum the columns of utterances over the clusters of a design.

    Parameters
    ----------
    columns : ndarray of float, shape (n_items, n_parts)
        What each utterance adds.
    design : Design
        Who rated what.

    Returns
    -------
    ndarray of float, shape (n_clusters, n_parts)
        What each cluster adds.
    """
    n = len(design.clusters)
    return np.column_stack([np.bincount(design.cluster, part, minlength=n) for part in columns.T])
