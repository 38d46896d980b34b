"""Seconds to carry rater error through to an effect on many calls."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np

from benchmarks.lines import line
from benchmarks.simulated_rater_error import Design, project
from workbench.outcomes.rater_error import carried_effect

N_CALLS, PER_CALL, N_AGENTS = 10_000, 20, 100
LIMIT_S = 15.0


def run() -> Iterator[dict[str, object]]:
    """Time one effect, from the table of ratings to naive, preview and carried with intervals.

    Yields
    ------
    dict
        The line outcomes.rater_error: seconds, held against the limit.
    """
    rng = np.random.default_rng(0)
    made = project(rng, Design(calls=N_CALLS, per_call=PER_CALL, agents=N_AGENTS, overlap=0.15))
    start = perf_counter()
    carried_effect(made.heard, made.rows, "binary")
    yield line(
        "outcomes.rater_error",
        perf_counter() - start,
        "s",
        n=N_CALLS,
        rival="limit",
        rival_value=LIMIT_S,
        less_is_better=True,
    )
