"""From trajectories to outcomes: features, clustered models, rater error, figures in Chromium."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

MODULES = (
    "benchmarks.call_features",
    "benchmarks.clustered_logit",
    "benchmarks.carried_error",
    "benchmarks.figures_page",
)


def run() -> Iterator[dict[str, object]]:
    """Give the lines of every part.

    Yields
    ------
    dict
        As from `benchmarks.lines.line`.
    """
    for module in MODULES:
        yield from importlib.import_module(module).run()
