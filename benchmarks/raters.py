"""How surely and how fast raters who answer without listening are seen, and false alarms."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.lines import line
from benchmarks.simulated_raters import HONEST, Fault, rated_project
from workbench.agreement import rater_report

N_PROJECTS = 100
N_RATERS = 20


def run() -> Iterator[dict[str, object]]:
    """Simulate projects of 20 raters with 60 ratings each, and a large one.

    Yields
    ------
    dict
        ``raters.seen_*``: share of projects in which the one rater who answers
        without listening is told (agreement over everything).
        ``raters.false_*``: mean share of false findings among all that is told
        then. ``raters.honest_alarmed``: share of projects of honest raters in
        which anything is told. ``raters.report``: seconds for 100,000 ratings.
    """
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    print(f"  raters: seed {seed}", file=sys.stderr)
    for answers in ("random", "constant"):
        for scored in (True, False):
            seen, false = _spotted(np.random.default_rng(seed), answers, scored)
            name = answers + ("" if scored else "_tags_only")
            yield line(f"raters.seen_{name}", seen, "share", n=N_PROJECTS)
            yield line(f"raters.false_{name}", false, "share", n=N_PROJECTS)
    rng = np.random.default_rng(seed)
    alarmed = [
        bool(rater_report(*rated_project(rng, [HONEST] * N_RATERS))["told"].any())
        for _ in range(N_PROJECTS)
    ]
    yield line("raters.honest_alarmed", float(np.mean(alarmed)), "share", n=N_PROJECTS)
    large = rated_project(rng, [HONEST] * N_RATERS, per_rater=5000, sitting=120, per_call=8)
    begin = time.perf_counter()
    rater_report(*large)
    yield line("raters.report", time.perf_counter() - begin, "s", n=len(large.ratings))


def _spotted(rng: np.random.Generator, answers: str, scored: bool) -> tuple[float, float]:
    seen, false = [], []
    for _ in range(N_PROJECTS):
        faults = [Fault(answers=answers)] + [HONEST] * (N_RATERS - 1)
        report = rater_report(*rated_project(rng, faults, scored=scored))
        told = report[report["told"] & (report["check"] != "break")]
        whole = "all" if scored else "tags"
        agreed = told[(told["check"] == "agreement") & (told["variable"] == whole)]
        seen.append("r00" in set(agreed["rater_id"]))
        false.append(float((told["rater_id"] != "r00").mean()) if len(told) else 0.0)
    return float(np.mean(seen)), float(np.mean(false))
