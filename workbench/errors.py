"""Errors that are sentences: what came, what was expected, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WorkbenchError(Exception):
    """Root of every error that the workbench raises on purpose."""


class InputError(WorkbenchError, ValueError):
    """An argument, a table or a file is not what a function needs."""


class RecordingError(WorkbenchError):
    """A recording cannot be read, or is not what its name claims."""


class WorkspaceError(WorkbenchError):
    """A workspace cannot be made, opened or written to."""


class StoreError(WorkbenchError):
    """The database refused, is missing, locked or of another version."""


class StoreBusyError(StoreError):
    """The database is locked, full or out of reach just now; the same again may succeed later."""


class AbstainedError(WorkbenchError):
    """There is too little data for an honest figure; the text says how much is needed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that is closest to a mistyped one.

    Parameters
    ----------
    word : str
        What came.
    known : iterable of str
        What would have worked.

    Returns
    -------
    str
        A sentence to append to an error, with a leading space, or an empty
        string if nothing is close.

    Examples
    --------
    >>> nearest("agnet_id", ["agent_id", "call_id"])
    ' Did you mean "agent_id"?'
    """
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if not close:
        return ""
    return f' Did you mean "{by_lower[close[0]]}"?'
