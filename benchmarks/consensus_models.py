"""Speed and memory of Dawid-Skene and MACE, beside crowd-kit's on the same ratings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd

from benchmarks.lines import line

N_ITEMS, N_RATERS, N_LABELS, MISSING = 100_000, 5, 12, 0.2
PATIENCE_S = 120.0
"""The rival gets as many utterances as it masters in this time."""

QUICK_S = 15.0
"""What takes less is run three times, and the fastest counts."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LIMIT_MB = 1000.0
RIVAL_SIZES = {"dawid_skene": (100_000, 10_000), "mace": (30_000, 10_000, 3_000, 1_000)}


def rows() -> Iterator[dict[str, object]]:
    """Time each model on a long table, from its words to its tables.

    Each runs in a process of its own with one thread, and its processor time counts. Both are
    started as they come: crowd-kit's Dawid-Skene gives up after a few steps and its
    MACE starts ten times, ours climb once until they stand still. Where the rival
    does not master the whole table in `PATIENCE_S`, both get the largest part that
    it does.

    Yields
    ------
    dict
        Lines: seconds of both models, and peak memory above that of the table.
    """
    for model, sizes in RIVAL_SIZES.items():
        seconds, peak = _took("ours", model, N_ITEMS)
        yield line(f"agreement.{model}.all", seconds, "s", n=N_ITEMS)
        yield line(
            f"agreement.{model}.memory",
            peak,
            "MB above the table",
            n=N_ITEMS,
            rival="limit",
            rival_value=LIMIT_MB,
            less_is_better=True,
        )
        for n_items in sizes:
            try:
                theirs, _ = _took("crowd-kit", model, n_items)
            except subprocess.TimeoutExpired:
                continue
            except subprocess.CalledProcessError as failure:
                print(failure.stderr.strip().splitlines()[-1], file=sys.stderr)
                break
            ours = seconds if n_items == N_ITEMS else _took("ours", model, n_items)[0]
            yield line(
                f"agreement.{model}",
                ours,
                "s",
                n=n_items,
                rival="crowd-kit",
                rival_value=theirs,
                less_is_better=True,
            )
            break


def simulated(n_items: int, *, seed: int = 0) -> pd.DataFrame:
    """Draw ratings of raters with known confusion.

    Parameters
    ----------
    n_items : int
        Utterances.
    seed : int, default 0
        Of the random numbers.

    Returns
    -------
    DataFrame
        utterance_id, rater_id, value; about a fifth of the ratings is not there.
    """
    rng = np.random.default_rng(seed)
    confusion = rng.dirichlet(np.ones(N_LABELS), (N_RATERS, N_LABELS)) * 0.4
    confusion += 0.6 * np.eye(N_LABELS)
    truth = rng.integers(N_LABELS, size=n_items)
    item, rater = (np.ravel(a) for a in np.indices((n_items, N_RATERS)))
    chance = confusion.cumsum(axis=2)[rater, truth[item]]
    label = (rng.uniform(size=(len(item), 1)) > chance).sum(axis=1).clip(0, N_LABELS - 1)
    kept = rng.uniform(size=len(item)) >= MISSING
    return pd.DataFrame(
        {
            "utterance_id": np.char.mod("u%06d", item[kept]),
            "rater_id": np.char.mod("r%d", rater[kept]),
            "value": np.char.mod("tag%02d", label[kept]),
        }
    )


def _took(whose: str, model: str, n_items: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.consensus_models", whose, model, str(n_items)]
    said = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S + 60,
        env=os.environ | ONE_THREAD,
    ).stdout
    seconds, peak = json.loads(said.splitlines()[-1])
    return seconds, peak


def _here(whose: str, model: str, n_items: int) -> None:
    """Run one model and print its seconds and its peak memory above the table, MB."""
    work = _ours if whose == "ours" else _theirs
    table = simulated(n_items)
    work(model, simulated(200))  # imports
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _status("VmRSS")
    took: list[float] = []
    while len(took) < 3 and sum(took) < QUICK_S:
        start = process_time()
        work(model, table)
        took.append(process_time() - start)
    print(json.dumps([min(took), _status("VmHWM") - before]))


def _ours(model: str, table: pd.DataFrame) -> None:
    from workbench.consensus import dawid_skene, mace

    (dawid_skene if model == "dawid_skene" else mace)(table)


def _theirs(model: str, table: pd.DataFrame) -> None:
    try:
        from crowdkit.aggregation import MACE, DawidSkene
    except ImportError:
        sys.exit("The rival is crowd-kit: python -m pip install -e .[bench]")
    names = {"utterance_id": "task", "rater_id": "worker", "value": "label"}
    rival = DawidSkene() if model == "dawid_skene" else MACE(method="em")
    rival.fit_predict_proba(table.rename(columns=names))


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(text for text in lines if text.startswith(name)).split()[1]) / 1024


if __name__ == "__main__":
    _here(sys.argv[1], sys.argv[2], int(sys.argv[3]))
