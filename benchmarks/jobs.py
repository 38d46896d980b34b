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

N_CALLS, CALL_S = 16, 1800.0
UNIT = "x realtime"


def run() -> Iterator[dict[str, object]]:
    """Measure eight hours of stereo calls, each way once, compiled code warm.

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
        _seconds(short, jobs=1)
        one = N_CALLS * CALL_S / _seconds(ws, jobs=1)
        started = _seconds(short, jobs=2) - _seconds(short, jobs=1) / 2
        yield line("jobs.start", started, "s", n=2)
        both = _seconds(ws, jobs=2)
        for name, seconds in (("jobs.2.cold", both), ("jobs.2", both - started)):
            two = N_CALLS * CALL_S / seconds
            yield line(name, two, UNIT, n=N_CALLS, rival="jobs=1", rival_value=one)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster:
            _seconds(short, scheduler=cluster.scheduler_address)
            dask = N_CALLS * CALL_S / _seconds(ws, scheduler=cluster.scheduler_address)
        yield line("jobs.dask", dask, UNIT, n=N_CALLS, rival="jobs=1", rival_value=one)


def _seconds(ws: wb.Workspace, **how: Any) -> float:
    """Measure a workspace from nothing; give the seconds that it took."""
    shutil.rmtree(ws.folder / "cache" / "prosody", ignore_errors=True)
    begun = time.perf_counter()
    failed = ws.measure(**how)
    if len(failed):
        raise RuntimeError(f"The benchmark's own calls failed: {failed['reason'].iloc[0]}")
    return time.perf_counter() - begun
