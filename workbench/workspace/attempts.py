"""One try at one call: a result, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from workbench.errors import WorkbenchError

Result = TypeVar("Result")

KEPT_BYTES = 32 << 20
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Numbers of these settings in the C library (malloc.h)."""


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of a call.

    Parameters
    ----------
    result : object
        What the work gave; None if it failed.
    reason : str
        Why it failed, a sentence; empty if it did not.
    """

    result: Result | None = None
    reason: str = ""


def attempt(work: Callable[[Any], Result], task: object) -> Outcome[Result]:
    """Do the work on one call; an error becomes the reason, so that others go on.

    Parameters
    ----------
    work : function
        Takes the task and returns a result.
    task : object
        What to work on.

    Returns
    -------
    Outcome
        With a result or a reason.

    Examples
    --------
    >>> attempt(int, "7").result
    7
    >>> attempt(int, "seven").reason
    "Nobody foresaw this error: ValueError: invalid literal for int() with base 10: 'seven'"
    """
    try:
        return Outcome(work(task))
    except WorkbenchError as error:
        return Outcome(reason=str(error))
    except Exception as error:  # one call must not stop thousands
        return Outcome(reason=f"Nobody foresaw this error: {type(error).__name__}: {error}")


@cache
def keep_freed_memory() -> None:
    """Let malloc keep what is freed for the next block of audio; for workers.

    Dask has its workers give freed memory back at once, and fetching it again for
    every block takes a third of the time of measuring.
    """
    import ctypes

    with suppress(AttributeError, OSError, TypeError):  # not every system's C library has it
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, KEPT_BYTES)
