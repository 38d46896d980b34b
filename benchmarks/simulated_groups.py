"""Made-up contact centres in which the mean over calls, and the lack of a difference, is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.trajectories.averages import mean_interval
from workbench.trajectories.chance import Case, chance_band, contrast

N_BINS = 8
DRAWS = 299
TRUTH = 0.1 - 0.25 * np.sin(np.arange(N_BINS) / 3)
"""True mean of each bin."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Centre(NamedTuple):
    """Calls of a contact centre.

    Parameters
    ----------
    value : ndarray of float, shape (n_calls, N_BINS)
        What was rated; NaN after the end of a call and where nobody spoke.
    codes : ndarray of int
        Whose call each is.
    """

    value: _Floats
    codes: _Ints


def made_centre(rng: np.random.Generator, sizes: _Ints, *, spread: _Floats | float) -> Centre:
    """Make calls of agents (or customers) who differ, with neighbours in time that resemble.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    sizes : ndarray of int
        Calls of each agent.
    spread : float or ndarray of float
        Standard deviation of calls around their agent, one or one a call.

    Returns
    -------
    Centre
        Calls last 4 to 8 bins, and one bin of seven is silent.
    """
    codes = np.repeat(np.arange(len(sizes)), sizes)
    n = len(codes)
    level = rng.normal(0, 0.15, len(sizes))[codes, None]
    drift = rng.normal(0, 0.15, len(sizes))[codes, None] * np.linspace(-1, 1, N_BINS)
    noise = rng.normal(size=(n, N_BINS))
    for right in range(1, N_BINS):
        noise[:, right] = 0.6 * noise[:, right - 1] + 0.8 * noise[:, right]
    value = TRUTH + level + drift + np.broadcast_to(spread, n)[:, None] * noise
    running = np.arange(N_BINS) < rng.integers(4, N_BINS + 1, n)[:, None]
    rated = rng.random((n, N_BINS)) < 6 / 7
    return Centre(np.where(running & rated, value, np.nan), codes)


def some_sizes(rng: np.random.Generator, n: int, mean: float) -> _Ints:
    """Draw how many calls each agent has: some have few, some many.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n : int
        Agents.
    mean : float
        Calls an agent in the mean, more than 3.

    Returns
    -------
    ndarray of int
        At least 3 each.
    """
    return 3 + rng.poisson(rng.gamma(2, (mean - 3) / 2, n)).astype(np.int64)


def mean_band(
    rng: np.random.Generator, *, agents: int, calls: float, bins: int
) -> tuple[float, float, float]:
    """Simulate the band of the mean in a bin drawn at random.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    agents : int
        Agents.
    calls : float
        Calls an agent in the mean.
    bins : int
        From how many of the first bins one is drawn.

    Returns
    -------
    tuple of float
        Truth, lower and upper end.
    """
    made = made_centre(rng, some_sizes(rng, agents, calls), spread=0.25)
    number = int(rng.integers(bins))
    own = np.isfinite(made.value[:, number])
    found = mean_interval(made.value[own, number], made.codes[own], agents)
    return float(TRUTH[number]), found.interval.low, found.interval.high


def no_difference(
    rng: np.random.Generator, made: Centre, first: npt.NDArray[np.bool_], scheme: str
) -> tuple[float, float, float]:
    """Turn "the difference is inside the band in every bin" into one interval around 0.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    made : Centre
        Calls.
    first : ndarray of bool
        Which are of the first group.
    scheme : str
        whole, within or alike.

    Returns
    -------
    tuple of float
        0, the highest lower end and the lowest upper end of all bins.
    """
    case = Case(made.value, first, made.codes)
    enough = case.counts.min(axis=0) >= 8
    band = chance_band(case, scheme, DRAWS, rng, enough)
    _, difference, _ = contrast(case, first[None, :].astype(float))
    away = (difference[0] - band.centre)[enough]
    low, high = (away - band.half[enough]).max(), (away + band.half[enough]).min()
    return 0.0, float(low), float(max(low, high))


def whole(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate a training that some agents had, without effect.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        As from `no_difference`.
    """
    made = made_centre(rng, some_sizes(rng, 18, 6), spread=0.25)
    trained = rng.permutation(18) < 7
    return no_difference(rng, made, trained[made.codes], "whole")


def within(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate escalations that some agents have more of, in calls that sound like the others.

    Escalated calls are fewer, and scatter half as much again.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        As from `no_difference`.
    """
    sizes = some_sizes(rng, 12, 10)
    escalated = rng.random(sizes.sum()) < np.repeat(rng.beta(3, 7, 12), sizes)
    made = made_centre(rng, sizes, spread=np.where(escalated, 0.36, 0.24))
    return no_difference(rng, made, escalated, "within")


def alike(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate customers who called one to three times, some in another queue.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        As from `no_difference`.
    """
    sizes = rng.integers(1, 4, 60).astype(np.int64)
    made = made_centre(rng, sizes, spread=0.25)
    first = rng.random(len(made.codes)) < np.repeat(rng.beta(1, 1.5, 60), sizes)
    return no_difference(rng, made, first, "alike")


SIMULATIONS: dict[str, Callable[[np.random.Generator], tuple[float, float, float]]] = {
    "aligned_mean_8_agents": partial(mean_band, agents=8, calls=9, bins=4),
    "aligned_mean_24_agents": partial(mean_band, agents=24, calls=5, bins=N_BINS),
    "groups_whole": whole,
    "groups_within": within,
    "groups_alike": alike,
}
