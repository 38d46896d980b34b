"""Work for workers in tests of batches: what happens to a call is in its id."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import RecordingError


@dataclass(frozen=True)
class Call:
    """A call that nobody measures."""

    call_id: str
    audio_s: float = 1.0
    marks: str = ""


def work(call: Call) -> int:
    """Give the process that worked, or die, or fail, as the call's id says."""
    if call.call_id.startswith("kills once") and _first_time(call):
        os.kill(os.getpid(), signal.SIGKILL)
    if call.call_id.startswith("kills always"):
        os.kill(os.getpid(), signal.SIGKILL)
    if call.call_id.startswith("unreadable"):
        raise RecordingError("There is no file.")
    if call.call_id.startswith("bug"):
        raise ZeroDivisionError("division by zero")
    if call.call_id.startswith("slow"):
        time.sleep(0.5)
    print("libraries may print")
    return os.getpid()


def _first_time(call: Call) -> bool:
    mark = Path(call.marks) / call.call_id
    there = mark.exists()
    mark.touch()
    return not there
