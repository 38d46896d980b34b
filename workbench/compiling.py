"""Loops as machine code; imported by modules of kernels only, which are imported when needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_REORDER = {"reassoc", "contract", "nsz", "arcp"}
"""What the compiler may do to sums so that they run on vectors; NaN keeps its meaning."""


def compiled(function: Function) -> Function:
    """Compile a loop over arrays and keep it on disk.

    Parameters
    ----------
    function : callable
        Plain loops over NumPy arrays.

    Returns
    -------
    callable
        The same function as machine code, compiled when it is first called.
    """
    return cast(Function, numba.njit(cache=True, nogil=True, fastmath=_REORDER)(function))
