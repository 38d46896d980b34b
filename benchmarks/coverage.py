"""How often a 95 % interval holds the truth, on projects made up with a known truth."""

from __future__ import annotations

import importlib
import importlib.util
import secrets
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.lines import line
from workbench.errors import AbstainedError

Simulation = Callable[[np.random.Generator], tuple[float, float, float]]

MODULES = (
    "benchmarks.simulated_alpha",
    "benchmarks.simulated_icc",
    "benchmarks.simulated_raters",
    "benchmarks.simulated_culture",
    "benchmarks.simulated_trajectories",
    "benchmarks.simulated_groups",
    "benchmarks.simulated_dialogue",
    "benchmarks.simulated_outcomes",
    "benchmarks.simulated_rater_error",
    "benchmarks.simulated_early_warning",
    "benchmarks.simulated_policy",
)
"""Each has SIMULATIONS: truth, low and high of one made-up project, by kind of interval."""

PROJECTS = 2000
BOUNDS = (0.935, 0.965)
"""Where the share of 2,000 intervals that hold the truth has to be."""


class Coverage(NamedTuple):
    """How the intervals of one kind did.

    Parameters
    ----------
    share : float
        Share of the intervals that hold the truth.
    above, below : float
        Share of them that lie above the truth, and below it.
    n : int
        Projects.
    without : float
        Share of the projects that have no interval.
    """

    share: float
    above: float
    below: float
    n: int
    without: float


def simulations() -> dict[str, Simulation]:
    """Find every kind of interval.

    Returns
    -------
    dict of str to callable
        By name.
    """
    found: dict[str, Simulation] = {}
    for module in MODULES:
        if importlib.util.find_spec(module) is not None:
            found |= importlib.import_module(module).SIMULATIONS
    return found


def coverage_of(simulate: Simulation, *, projects: int, seed: int) -> Coverage:
    """Count how often an interval holds the truth.

    Parameters
    ----------
    simulate : callable
        Makes one project: truth, low and high.
    projects : int
        How many.
    seed : int
        Of the random numbers.

    Returns
    -------
    Coverage
        Shares of the projects that have an interval.
    """
    rng = np.random.default_rng(seed)
    made = [_project(simulate, rng) for _ in range(projects)]
    truth, low, high = np.array(made, dtype=np.float64).T
    there = np.isfinite(low) & np.isfinite(high)
    above, below = (low > truth)[there].mean(), (high < truth)[there].mean()
    return Coverage(
        float(1 - above - below), float(above), float(below), projects, float(1 - there.mean())
    )


def _project(simulate: Simulation, rng: np.random.Generator) -> tuple[float, float, float]:
    """Make one project; one with too little to tell has no interval."""
    try:
        return simulate(rng)
    except AbstainedError:
        return float("nan"), float("nan"), float("nan")


def holds(coverage: Coverage, bounds: tuple[float, float] = BOUNDS) -> bool:
    """Say whether intervals keep their promise.

    Parameters
    ----------
    coverage : Coverage
        From `coverage_of`.
    bounds : tuple of float
        Between which the share has to be.

    Returns
    -------
    bool
        Also False if more than one project of twenty has no interval.
    """
    return bounds[0] <= coverage.share <= bounds[1] and coverage.without <= 0.05


def run() -> Iterator[dict[str, object]]:
    """Give a line for each kind of interval, with fresh random numbers.

    Yields
    ------
    dict
        As from `line`, with the seed, the shares on both sides and whether it is
        within `BOUNDS`.
    """
    for kind, simulate in simulations().items():
        seed = secrets.randbelow(2**32)
        found = coverage_of(simulate, projects=PROJECTS, seed=seed)
        made = line(f"coverage.{kind}", found.share, "share", n=found.n)
        yield made | {
            "seed": seed,
            "above": found.above,
            "below": found.below,
            "without": found.without,
            "holds": holds(found),
        }
