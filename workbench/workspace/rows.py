"""From a row of any table to the seconds of audio that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest

if TYPE_CHECKING:
    from workbench.workspace.core import Core

AROUND_S = 2.0
"""Heard before and after a moment."""

_WHOLE = {
    "trace_id": ("traces", "call_id", "channel"),
    "segmentation_id": ("segmentations", "call_id"),
    "recording_id": ("recordings", "call_id"),
}


@dataclass(frozen=True)
class Span:
    """Seconds of a call, or a clip.

    Parameters
    ----------
    call_id : str
        The call; empty for a clip that is for no call.
    channel : int or None
        One channel, or None for all.
    start_s, end_s : float or None
        Seconds of the call; None for its beginning and its end.
    clip_id : str or None
        A clip made with the microphone, which is heard whole.
    """

    call_id: str = ""
    channel: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    clip_id: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it is not said from when to when."""
        return self.start_s is None or self.end_s is None


def one_row(row: Any) -> dict[str, Any]:
    """Give one row as a dict without its gaps.

    Parameters
    ----------
    row : mapping, Series, one-row DataFrame or str
        A row of any table, or an id.

    Returns
    -------
    dict
        By column; only what is known.

    Raises
    ------
    InputError
        If several rows came, or something that is no row.
    """
    if isinstance(row, str):
        return {"id": row}
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise InputError(f"{len(row)} rows came where one is needed, for example .iloc[0].")
        row = row.iloc[0]
    if isinstance(row, tuple) and hasattr(row, "_asdict"):
        row = row._asdict()
    if not isinstance(row, (Mapping, pd.Series)):
        raise InputError(
            f"A {type(row).__name__} came; a row of a table, a dict or an id can be heard."
        )
    return {str(key): value for key, value in row.items() if not _missing(value)}


def span_of(ws: Core, row: Mapping[str, Any]) -> Span:
    """Find what a row stands for, through the tables that it names rows of.

    Parameters
    ----------
    ws : Core
        The workspace.
    row : mapping
        From `one_row`.

    Returns
    -------
    Span
        The seconds.

    Raises
    ------
    InputError
        If there is nothing to hear behind it, or it names what is not there.
    """
    row = _named(ws, str(row["id"])) if "id" in row else dict(row)
    if "example_id" in row and not {"clip_id", "call_id"} & set(row):
        row |= _found(ws, "examples", "example_id", row)
    if "clip_id" in row:
        return Span(call_id=str(row.get("call_id", "")), clip_id=str(row["clip_id"]))
    if "call_id" in row and ("start_s" in row or "end_s" in row):
        return _span(row)
    if "rating_id" in row and "utterance_id" not in row and "call_id" not in row:
        row |= _found(ws, "ratings", "rating_id", row, "utterance_id")
    for name in ("utterance_id", "child_id", "parent_id"):
        if name in row:
            utterance = _found(ws, "utterances", "utterance_id", {"utterance_id": row[name]})
            moment = row.get("at_s", row.get("time_s"))
            return _span(utterance if moment is None else utterance | _around(moment))
    for name, (table, *wanted) in _WHOLE.items():
        if name in row and "call_id" not in row:
            row |= _found(ws, table, name, row, *wanted)
    if "call_id" not in row:
        raise InputError(
            "Nothing can be heard behind this row: it names no call, utterance, rating, trace, "
            f"example or clip. It has {', '.join(row) or 'no values'}."
        )
    moment = row.get("at_s", row.get("time_s"))
    return _span(row if moment is None else row | _around(moment))


def _named(ws: Core, name: str) -> dict[str, Any]:
    """Find out what an id is of."""
    for table, key in (
        ("calls", "call_id"),
        ("utterances", "utterance_id"),
        ("examples", "example_id"),
        ("clips", "clip_id"),
        ("ratings", "rating_id"),
        ("traces", "trace_id"),
    ):
        if not ws.store.read(table, **{key: name}).empty:
            return {key: name}
    calls = ws.store.read("calls")["call_id"]
    raise InputError(
        f'There is no call, utterance, example, clip, rating or trace "{name}".'
        f"{nearest(name, calls)}"
    )


def _found(ws: Core, table: str, key: str, row: Mapping[str, Any], *wanted: str) -> dict[str, Any]:
    found = ws.store.read(table, **{key: str(row[key])})
    if found.empty:
        raise InputError(f'There is no row of {table} with {key} "{row[key]}".')
    own = {str(k): v for k, v in found.iloc[0].items() if not _missing(v)}
    return {k: v for k, v in own.items() if k in wanted} if wanted else own


def _around(moment: Any) -> dict[str, float]:
    return {"start_s": max(0.0, float(moment) - AROUND_S), "end_s": float(moment) + AROUND_S}


def _span(row: Mapping[str, Any]) -> Span:
    channel = int(row["channel"]) if "channel" in row else -1
    return Span(
        call_id=str(row["call_id"]),
        channel=channel if channel >= 0 else None,
        start_s=float(row["start_s"]) if "start_s" in row else None,
        end_s=float(row["end_s"]) if "end_s" in row else None,
    )


def _missing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float | np.floating) and bool(np.isnan(value)))
    )
