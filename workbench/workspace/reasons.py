"""Why somebody looked at agents: asked for, and written down where it is not overwritten."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputError, WorkspaceError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

COLUMNS = ("time", "what", "reason")


def log_reason(ws: Core, what: str, reason: str | None) -> Path:
    """Write down why agents are looked at, before they are.

    Parameters
    ----------
    ws : Core
        The workspace; the line goes to log/agent_reports.csv in its folder.
    what : str
        What is looked at.
    reason : str or None
        Why, in words.

    Returns
    -------
    Path
        The log.

    Raises
    ------
    InputError
        If there is no reason.
    WorkspaceError
        If the log cannot be written to.
    """
    words = " ".join((reason or "").split()) if isinstance(reason, str) or reason is None else ""
    if len(words) < 3:
        raise InputError(
            f"A report about agents ({what}) asks for its reason, which is written down with the "
            'time: reason="preparing the coaching of team north".'
        )
    path = ws.folder / "log" / "agent_reports.csv"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("a", newline="", encoding="utf-8") as stream:
            lines = csv.writer(stream)
            if stream.tell() == 0:
                lines.writerow(COLUMNS)
            lines.writerow((datetime.now(UTC).isoformat(timespec="seconds"), what, words))
    except OSError as error:
        raise WorkspaceError(
            f"The reason cannot be written to {path} ({error.strerror}), so nothing is shown."
        ) from error
    return path
