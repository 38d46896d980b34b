"""A progress bar with time left, in notebooks and terminals alike."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
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

    quiet = total == 0 or not (sys.stderr.isatty() or _in_notebook())
    yield from tqdm(items, total=total, desc=doing, unit=f" {unit}", disable=quiet, leave=False)


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None
