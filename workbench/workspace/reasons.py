"""Why somebody looked at agents: asked for, and written down where it is not overwritten."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputError, WorkspaceError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

LOG = "log/agent_reports.csv"
"""Where the reasons are kept, in the workspace's folder."""

_COLUMNS = ("time", "what", "reason")
_FEWEST_WORDS = 2


def check_reason(reason: str | None) -> str:
    """Make sure that a report about agents has a reason.

    Parameters
    ----------
    reason : str or None
        Why it is made, in a few words.

    Returns
    -------
    str
        On one line.

    Raises
    ------
    InputError
        If there are fewer than two words.

    Examples
    --------
    >>> check_reason("coaching of team north,  agreed")
    'coaching of team north, agreed'
    """
    if not isinstance(reason, str) or len(reason.split()) < _FEWEST_WORDS:
        raise InputError(
            "A report about agents needs a reason in a few words, for example "
            'reason="coaching plan of March, agreed with the team". It is kept in '
            f"{LOG} of the workspace."
        )
    return " ".join(reason.split())


def log_reason(ws: Core, what: str, reason: str | None) -> Path:
    """Write down why agents are looked at, before they are.

    Parameters
    ----------
    ws : Core
        The workspace.
    what : str
        What is looked at.
    reason : str or None
        Why, in words.

    Returns
    -------
    Path
        The log; a line is appended.

    Raises
    ------
    InputError
        If there is no reason.
    WorkspaceError
        If the log cannot be written to; then nothing is to be shown.
    """
    words = check_reason(reason)
    path = ws.folder / LOG
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("a", newline="", encoding="utf-8") as stream:
            lines = csv.writer(stream)
            if stream.tell() == 0:
                lines.writerow(_COLUMNS)
            lines.writerow((datetime.now(UTC).isoformat(timespec="seconds"), what, words))
    except OSError as error:
        raise WorkspaceError(
            f"The reason cannot be written to {path} ({error.strerror}), so nothing is shown."
        ) from error
    return path
