"""Labels as they may truly be: whole calls drawn from what the ratings leave open."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.outcomes.rater_error.confusion import Confusion, Estimated, estimate
from workbench.outcomes.rater_error.hearings import Hearings
from workbench.outcomes.rater_error.propensities import GRID, grid_likelihoods, grid_weights

DRAWS = 60
"""Label sets drawn for each call."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Drawn(NamedTuple):
    """Label sets of every call, and the model that they were drawn from.

    Parameters
    ----------
    labels : ndarray of int, shape (n_utterances, n_draws)
        1 where the tag is there.
    place : ndarray of int, shape (n_calls, n_draws)
        The propensity behind each label set, as its place in the grid.
    estimated : Estimated
        Confusion of the raters.
    weights : ndarray of float, shape (n_levels, N_GRID)
        Spread of the propensities.
    level : ndarray of int, shape (n_calls,)
        Which row of `weights` a call has.
    """

    labels: npt.NDArray[np.uint8]
    place: _Ints
    estimated: Estimated
    weights: _Floats
    level: _Ints


def drawn_labels(
    hearings: Hearings,
    level: _Ints,
    n_levels: int,
    *,
    n_draws: int = DRAWS,
    rng: np.random.Generator,
) -> Drawn:
    """Draw what may truly be there, without a look at any outcome.

    Parameters
    ----------
    hearings : Hearings
        What was heard.
    level : ndarray of int, shape (n_calls,)
        Group of each call, from `levels`.
    n_levels : int
        How many there are.
    n_draws : int
        Label sets a call.
    rng : Generator
        Source of the draws.

    Returns
    -------
    Drawn
        A propensity is drawn for each call and set, then the labels given it.
    """
    counts = hearings.counts()
    total = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    found = estimate(hearings.votes, total)
    likelihoods = grid_likelihoods(hearings.votes, counts, found.confusion)
    weights = grid_weights(likelihoods, level, n_levels)
    cumulative = (likelihoods * weights[level]).cumsum(axis=1)
    cumulative /= cumulative[:, -1:]
    n = len(level)
    # One draw in each n_draws-th part of the posterior: less noise than draws at random.
    at = (np.arange(n_draws) + rng.random((n, 1))) / n_draws
    place = np.empty((n, n_draws), dtype=np.int64)
    for call in range(n):
        place[call] = np.searchsorted(cumulative[call], at[call])
    there, absent = found.confusion.likelihoods(hearings.votes)
    top = np.maximum(there, absent)
    yes, no = np.exp(there - top)[:, None] * GRID, np.exp(absent - top)[:, None] * (1 - GRID)
    chance = (yes / (yes + no)).astype(np.float32)
    call_of = hearings.call
    labels = np.empty((len(call_of), n_draws), dtype=np.uint8)
    for draw in range(n_draws):
        mine = chance[hearings.pattern, place[call_of, draw]]
        labels[:, draw] = rng.random(len(call_of), dtype=np.float32) < mine
    return Drawn(labels, place, found, weights, level)


class Reweighing:
    """Weigh the same label sets as another confusion and spread of propensities would.

    Parameters
    ----------
    hearings : Hearings
        What was heard.
    drawn : Drawn
        The label sets.
    cluster : ndarray of int, shape (n_calls,)
        Agent or customer of each call, from 0.
    n_levels : int
        Rows of the spread.
    """

    def __init__(self, hearings: Hearings, drawn: Drawn, cluster: _Ints, n_levels: int) -> None:
        self._votes, self._drawn, self._n_levels = hearings.votes, drawn, n_levels
        self._cluster, self._counts = cluster, hearings.counts()
        votes = hearings.votes[hearings.pattern]
        labels = drawn.labels.astype(np.float32)
        said, silent = (votes == 1).astype(np.float32), (votes == 0).astype(np.float32)
        self._sums = [
            np.stack([_per_call(labels * v[:, None], hearings.starts) for v in part.T], axis=2)
            for part in (said, silent)
        ]
        self._totals = [np.add.reduceat(part, hearings.starts, axis=0) for part in (said, silent)]
        self._before = self._log_chance(drawn.estimated.confusion, drawn.weights)

    def without(self, cluster: int) -> _Floats:
        """Log weights of all label sets, as if one cluster had never been heard."""
        kept = (self._cluster != cluster).astype(float)
        gone = np.asarray(self._counts[kept == 0].sum(axis=0), dtype=np.float64).ravel()
        confusion = self._drawn.estimated.without(gone)
        likelihoods = grid_likelihoods(self._votes, self._counts, confusion)
        weights = grid_weights(
            likelihoods,
            self._drawn.level,
            self._n_levels,
            start=self._drawn.weights,
            steps=10,
            rows=kept,
        )
        logs = self._log_chance(confusion, weights) - self._before
        top = logs.max(axis=1, keepdims=True)
        return np.asarray(
            logs - top - np.log(np.exp(logs - top).mean(axis=1, keepdims=True)), dtype=np.float64
        )

    def _log_chance(self, confusion: Confusion, weights: _Floats) -> _Floats:
        """Log chance of each call's ratings, labels and propensity together."""
        sens, spec = confusion.sensitivity, confusion.specificity
        (said, silent), (all_said, all_silent) = self._sums, self._totals
        logs = said @ (np.log(sens) - np.log1p(-spec)) + silent @ (np.log1p(-sens) - np.log(spec))
        logs += (all_said @ np.log1p(-spec) + all_silent @ np.log(spec))[:, None]
        spread = np.log(np.maximum(weights, 1e-12))[self._drawn.level]
        return np.asarray(
            logs + np.take_along_axis(spread, self._drawn.place, axis=1), dtype=np.float64
        )


def _per_call(values: npt.NDArray[np.float32], starts: _Ints) -> npt.NDArray[np.float32]:
    return np.add.reduceat(values, starts, axis=0)
