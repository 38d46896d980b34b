"""Run benchmarks: one JSON object a line; a ratio above 1 always means that ours is better."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence

from workbench.errors import nearest

BENCHMARKS = {
    "prosody": "benchmarks.prosody",
    "memory": "benchmarks.memory",
    "cues": "benchmarks.cues",
    "hours": "benchmarks.hours",
    "jobs": "benchmarks.jobs",
    "studio": "benchmarks.studio",
    "agreement": "benchmarks.agreement",
    "coverage": "benchmarks.coverage",
    "raters": "benchmarks.raters",
    "outcomes": "benchmarks.outcomes",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all.

    Parameters
    ----------
    arguments : sequence of str, optional
        Names and options; by default those of the command line.

    Returns
    -------
    int
        0, or 2 if there is no such benchmark.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", action="store_true", help="the lines only, no words beside them")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHMARKS:
            known = f"There are: {', '.join(BENCHMARKS)}."
            print(
                f'There is no benchmark "{name}".{nearest(name, BENCHMARKS)} {known}',
                file=sys.stderr,
            )
            return 2
    for name in options.names or BENCHMARKS:
        for line in importlib.import_module(BENCHMARKS[name]).run():
            print(json.dumps(line), flush=True)
            if not options.json:
                print(_in_words(line), file=sys.stderr)
    return 0


def _in_words(line: dict[str, object]) -> str:
    words = f"  {line['name']}: {line['value']:.4g} {line['unit']}"
    if line["rival"] is not None:
        words += f"; {line['rival']}: {line['rival_value']:.4g}; ratio {line['ratio']:.3g}"
    if "seed" in line:
        words += f"; seed {line['seed']}"
    return words


if __name__ == "__main__":
    sys.exit(main())
