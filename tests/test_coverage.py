"""Intervals of every kind hold the truth as often as they say, on made-up projects."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from benchmarks.coverage import coverage_of, holds, simulations

PROJECTS, BOUNDS = 300, (0.905, 0.985)
"""`python -m benchmarks coverage` has 2,000 and narrower bounds."""

FEWER, WIDER = 100, (0.875, 0.995)
LONG = (
    "logit, effect, 40",
    "ordered",
    "time, ",
    "policy level, 60 weeks",
    "differences",
    "weighted",
    "agent card",
    "repeat contacts",
    "contagion",
    "voice less text",
)
"""How names of kinds begin whose projects take longer than 15 ms: fewer are made here."""

ELSEWHERE = "rater error carried"
"""Kinds with projects of 100 ms and more: tests/test_outcomes_rater_error.py has smaller ones."""


def kinds():
    return [kind for kind in simulations() if not kind.startswith(ELSEWHERE)]


@pytest.mark.parametrize("kind", kinds())
def test_95_of_100_intervals_hold_the_truth(kind):
    projects, bounds = (FEWER, WIDER) if kind.startswith(LONG) else (PROJECTS, BOUNDS)
    found = coverage_of(simulations()[kind], projects=projects, seed=zlib.crc32(kind.encode()))
    assert holds(found, bounds), found


@pytest.mark.parametrize(("width", "kept"), [(1.96, True), (1.6, False), (2.6, False)])
def test_the_check_sees_intervals_that_are_too_narrow_or_too_wide(width, kept):
    def simulate(rng):
        mean = rng.normal()
        return 0.0, mean - width, mean + width

    assert holds(coverage_of(simulate, projects=2000, seed=1)) is kept


def test_the_check_sees_intervals_that_are_left_out():
    def simulate(rng):
        mean = rng.normal() if rng.random() < 0.9 else np.nan
        return 0.0, mean - 1.96, mean + 1.96

    found = coverage_of(simulate, projects=2000, seed=1)
    assert 0.07 < found.without < 0.13
    assert not holds(found)


def test_the_check_tells_on_which_side_intervals_lie():
    def simulate(rng):
        mean = rng.normal()
        return 0.5, mean - 1.96, mean + 1.96

    found = coverage_of(simulate, projects=2000, seed=1)
    assert found.below > 2 * found.above
    assert not holds(found)
