"""Two workers against one: local processes, and Dask workers on the same machine."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import workbench as wb
from benchmarks.lines import line
from benchmarks.speech import workspace_of_calls

N_CALLS, CALL_S = 16, 3600.0
ROUNDS = 2
UNIT = "x realtime"


def run() -> Iterator[dict[str, object]]:
    """Measure 16 hours of stereo calls, each way in turn, compiled code warm.

    Local workers are started for each run: `jobs.start` is how long that takes,
    `jobs.2.cold` the whole and `jobs.2` the whole without the start. Dask
    workers are warm, as they would be.

    Yields
    ------
    dict
        Lines.
    """
    from distributed import LocalCluster

    with TemporaryDirectory(prefix="benchmark-") as folder:
        short = workspace_of_calls(Path(folder) / "short", 2, 30.0)
        ws = workspace_of_calls(Path(folder) / "calls", N_CALLS, CALL_S)
        took = {"one": 0.0, "two": 0.0, "dask": 0.0, "start": 0.0}
        _seconds(short, jobs=1)
        for _ in range(ROUNDS):
            took["start"] += _seconds(short, jobs=2) - _seconds(short, jobs=1) / 2
            took["one"] += _seconds(ws, jobs=1)
            took["two"] += _seconds(ws, jobs=2)
            with LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
            ) as cluster:
                _seconds(short, scheduler=cluster.scheduler_address)
                took["dask"] += _seconds(ws, scheduler=cluster.scheduler_address)
    yield line("jobs.start", took["start"] / ROUNDS, "s", n=ROUNDS)
    audio_s = ROUNDS * N_CALLS * CALL_S
    for name, seconds in (
        ("jobs.2.cold", took["two"]),
        ("jobs.2", took["two"] - took["start"]),
        ("jobs.dask", took["dask"]),
    ):
        yield line(
            name,
            audio_s / seconds,
            UNIT,
            n=N_CALLS,
            rival="jobs=1",
            rival_value=audio_s / took["one"],
        )


def _seconds(ws: wb.Workspace, **how: Any) -> float:
    """Measure a workspace from nothing; give the seconds that it took."""
    shutil.rmtree(ws.folder / "cache" / "prosody", ignore_errors=True)
    begun = time.perf_counter()
    failed = ws.measure(**how)
    if len(failed):
        raise RuntimeError(f"The benchmark's own calls failed: {failed['reason'].iloc[0]}")
    return time.perf_counter() - begun
