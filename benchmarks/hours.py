"""Time against hours of audio: one recording of 1, 4 and 16 hours."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

import workbench as wb
from benchmarks.lines import line
from benchmarks.speech import RATE_HZ, call_samples, workspace_of_calls, write_call


def run() -> Iterator[dict[str, object]]:
    """Measure one stereo recording of each length; a ratio of 1 is linear.

    Yields
    ------
    dict
        Lines.
    """
    with TemporaryDirectory(prefix="benchmark-") as folder:
        period_s = len(call_samples()) / RATE_HZ
        once = workspace_of_calls(Path(folder) / "once", 1, period_s).utterances()
        path = write_call(Path(folder) / "long.wav", 600.0, start=1)
        _seconds(path, once, period_s, 600.0)
        an_hour: dict[int, float] = {}
        for hours in (1, 4, 16):
            write_call(path, hours * 3600.0, start=1)
            an_hour[hours] = _seconds(path, once, period_s, hours * 3600.0) / hours
            yield line(
                f"hours.{hours}",
                an_hour[hours],
                "s per hour of audio",
                n=1,
                rival=None if hours == 1 else "hours.1",
                rival_value=None if hours == 1 else an_hour[1],
                less_is_better=True,
            )


def _seconds(path: Path, once: pd.DataFrame, period_s: float, length_s: float) -> float:
    """Measure a recording; give the seconds that it took."""
    again = [
        once.assign(
            start_s=once["start_s"] + n * period_s,
            end_s=once["end_s"] + n * period_s,
            utterance_id=once["utterance_id"] + f"-{n}",
        )
        for n in range(math.ceil(length_s / period_s))
    ]
    utterances = pd.concat(again, ignore_index=True)
    utterances = utterances[utterances["end_s"] <= length_s]
    begun = time.perf_counter()
    wb.prosody.measure_recording(path, utterances)
    return time.perf_counter() - begun
