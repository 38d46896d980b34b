"""Peak memory of listening to and measuring a stereo call of an hour, beside one of ten minutes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import soundfile

from benchmarks.lines import line
from benchmarks.speech import write_call

LIMIT_MB = 300.0
MINUTES = (10, 60)


def run() -> Iterator[dict[str, object]]:
    """Take each call in a process of its own, four of every ten seconds spoken.

    Idle is the process after a call of a few seconds, so with everything imported
    and compiled; the peak is that of resident memory since then. `memory.measure`
    is the prosody, `memory.listen` finds speech, music and tones.

    Yields
    ------
    dict
        Lines: the peak above idle of each against the limit, and the whole process
        at an hour against ten minutes.
    """
    with TemporaryDirectory(prefix="benchmark-") as folder:
        short = write_call(Path(folder) / "short.wav", 20.0)
        paths = [write_call(Path(folder) / f"{m}.wav", 60.0 * m) for m in MINUTES]
        for work in WORK:
            _took(work, short, short)  # compiles
            peaks = [_took(work, short, path) for path in paths]
            for minutes, (idle, peak) in zip(MINUTES, peaks, strict=True):
                yield line(
                    f"memory.{work}.{minutes}min",
                    peak - idle,
                    "MB above idle",
                    n=1,
                    rival="limit",
                    rival_value=LIMIT_MB,
                    less_is_better=True,
                )
            (_, ten), (_, hour) = peaks
            yield line(
                f"memory.{work}.growth",
                hour,
                "MB",
                n=1,
                rival="10 minutes",
                rival_value=ten,
                less_is_better=True,
            )


def _took(work: str, short: Path, path: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.memory", work, str(short), str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    idle, peak = json.loads(said)
    return idle, peak


def _measure(path: str) -> None:
    import workbench as wb

    wb.prosody.measure_recording(path, _utterances(soundfile.info(path).duration))


def _listen(path: str) -> None:
    from workbench.activity import listen_to_recording

    listen_to_recording(path)


WORK = {"measure": _measure, "listen": _listen}


def _work_here(work: str, short: str, path: str) -> None:
    """Take two recordings, and print what memory the second took, MB."""
    WORK[work](short)
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    idle = _status("VmRSS")
    WORK[work](path)
    print(json.dumps([idle, _status("VmHWM")]))


def _utterances(seconds: float) -> pd.DataFrame:
    starts = np.arange(0.0, seconds - 10.0, 10.0)
    sides = [
        pd.DataFrame({"channel": channel, "start_s": starts + 5 * channel}) for channel in (0, 1)
    ]
    both = pd.concat(sides, ignore_index=True)
    return both.assign(end_s=both["start_s"] + 4.0)


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(text for text in lines if text.startswith(name)).split()[1]) / 1024


if __name__ == "__main__":
    _work_here(*sys.argv[1:])
