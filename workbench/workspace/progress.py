"""A progress bar with time left, in notebooks and terminals alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


def with_progress(items: Iterable[Item], *, total: int, doing: str, unit: str) -> Iterator[Item]:
    """Pass items on and show how many are done and how long the rest will take.

    Parameters
    ----------
    items : iterable
        What to pass on.
    total : int
        How many there will be.
    doing : str
        What is being done, for example "measuring".
    unit : str
        What an item is, for example "call".

    Yields
    ------
    object
        Each item.
    """
    from tqdm.auto import tqdm

    quiet = total == 0 or not _is_watched()
    yield from tqdm(items, total=total, desc=doing, unit=f" {unit}", disable=quiet, leave=False)


@contextmanager
def hours_bar(
    lengths_s: Sequence[float], *, doing: str, before: Sequence[float] = ()
) -> Iterator[Callable[[float], None]]:
    """Show how many calls and hours of audio are done, and the time left by the hours.

    Parameters
    ----------
    lengths_s : sequence of float
        Seconds of audio of each call that is to be done.
    doing : str
        What is being done, for example "measuring".
    before : sequence of float
        Seconds of audio of each call that was done before.

    Yields
    ------
    function
        To be called with the seconds of audio of a call that is done now.
    """
    from tqdm.auto import tqdm

    n_calls, total_s = len(lengths_s) + len(before), sum(lengths_s) + sum(before)
    n_done, done_s = len(before), sum(before)
    digits = 2 if total_s < 36_000 else 1

    def text() -> str:
        done, total = (f"{seconds / 3600:.{digits}f}" for seconds in (done_s, total_s))
        return f"{doing}: {n_done}/{n_calls} calls, {done}/{total} h"

    with tqdm(
        desc=text(),
        total=total_s,
        initial=done_s,
        bar_format="{desc} {percentage:3.0f}%|{bar}| {remaining} left",
        smoothing=0,
        miniters=0,
        disable=not lengths_s or not _is_watched(),
        leave=False,
    ) as bar:

        def advance(seconds: float) -> None:
            nonlocal n_done, done_s
            n_done, done_s = n_done + 1, done_s + seconds
            bar.set_description_str(text(), refresh=False)
            bar.update(seconds)

        yield advance


def _is_watched() -> bool:
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None
