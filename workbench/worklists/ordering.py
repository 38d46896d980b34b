"""In which order one rater hears things: distances kept, gold and repeats hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int64]
Run = list["Item"]
"""Items that are heard one after the other: a call, or a single utterance."""


@dataclass(frozen=True)
class Item:
    """One thing to hear.

    Parameters
    ----------
    utterance_id : str
        The utterance.
    pass_ : str
        The pass.
    purpose : str
        label, gold or repeat.
    """

    utterance_id: str
    pass_: str
    purpose: str = "label"


def ordered_runs(
    runs: Sequence[Run],
    heard_at: dict[str, int],
    start: int,
    distance: int,
    rng: np.random.Generator,
) -> list[Run] | None:
    """Put runs in a random order that keeps what was heard before far away.

    Parameters
    ----------
    runs : sequence of list of Item
        What is to be ordered; the order inside a run stays.
    heard_at : dict of str to int
        Latest place of each utterance so far.
    start : int
        Place of the first item.
    distance : int
        Least number of places between two times of the same utterance.
    rng : Generator
        What draws.

    Returns
    -------
    list of list of Item or None
        The runs; None if no order keeps the distance.
    """
    ready_at = [
        max((heard_at[i.utterance_id] + distance - at for at, i in enumerate(run)
             if i.utterance_id in heard_at), default=0)
        for run in runs
    ]  # fmt: skip
    waiting = sorted(range(len(runs)), key=lambda n: -ready_at[n])
    by_readiness = waiting[::-1]
    free: list[int] = []
    out: list[int] = []
    place = start
    while waiting or free:
        while waiting and ready_at[waiting[-1]] <= place:
            free.append(waiting.pop())
        if not free:
            break
        out.append(free.pop(int(rng.integers(len(free)))))
        place += len(runs[out[-1]])
    if len(out) < len(runs):
        # with runs of unequal length another order may do
        place = start
        for n in by_readiness:
            if ready_at[n] > place:
                return None
            place += len(runs[n])
        out = by_readiness
    return [runs[n] for n in out]


def with_hidden(runs: Sequence[Run], hidden: Sequence[Item], rng: np.random.Generator) -> list[Run]:
    """Put single items between runs, at random.

    Parameters
    ----------
    runs : sequence of list of Item
        In their order.
    hidden : sequence of Item
        What is to be put between them.
    rng : Generator
        What draws.

    Returns
    -------
    list of list of Item
        Runs and hidden items; the order of the runs is as it was.
    """
    is_hidden = np.zeros(len(runs) + len(hidden), dtype=bool)
    is_hidden[rng.choice(len(is_hidden), size=len(hidden), replace=False)] = True
    own, others = iter(runs), iter(hidden)
    return [[next(others)] if here else next(own) for here in is_hidden]


def with_repeats(
    runs: Sequence[Run], n_repeats: int, distance: int, rng: np.random.Generator
) -> list[Run] | None:
    """Put repeats between runs, each far from the first time.

    Parameters
    ----------
    runs : sequence of list of Item
        In their order; what is to label among them may be repeated, once each.
    n_repeats : int
        How many.
    distance : int
        Least number of places between the two times.
    rng : Generator
        What draws.

    Returns
    -------
    list of list of Item or None
        Runs and repeats; None if there is no room for so many so far apart.
    """
    if n_repeats == 0:
        return list(runs)
    ends = np.cumsum([len(run) for run in runs], dtype=np.int64)
    first, last = int(np.searchsorted(ends, distance)), len(runs) - 1
    if first > last:
        return None
    anywhere = np.sort(rng.integers(first, len(runs), n_repeats))
    return _repeated(runs, ends, anywhere, distance, rng) or _repeated(
        runs, ends, np.full(n_repeats, last), distance, rng
    )


def _repeated(
    runs: Sequence[Run], ends: _Ints, gaps: _Ints, distance: int, rng: np.random.Generator
) -> list[Run] | None:
    """Put a repeat after each of these runs, or after a later one if need be."""
    flat = [(n, item) for n, run in enumerate(runs) for item in run]
    run_of = np.array([n for n, _ in flat])
    fresh = np.array([item.purpose == "label" for _, item in flat])
    place = np.arange(len(flat))
    after: dict[int, Run] = {}
    gap = 0
    for number, wanted in enumerate(gaps):
        gap = max(gap, int(wanted))
        while True:
            far = np.flatnonzero(fresh & (place <= ends[gap] + number - distance))
            if len(far):
                break
            gap += 1
            if gap == len(runs):
                return None
        chosen = int(rng.choice(far))
        fresh[chosen] = False
        item = flat[chosen][1]
        after.setdefault(gap, []).append(Item(item.utterance_id, item.pass_, "repeat"))
        place[run_of > gap] += 1
    return [part for n, run in enumerate(runs) for part in (run, after.get(n, [])) if part]
