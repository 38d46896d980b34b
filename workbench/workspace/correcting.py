"""Utterances that were cut wrongly: from a rater's correction to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.errors import InputError
from workbench.utterances import corrected
from workbench.workspace import tables

if TYPE_CHECKING:
    from workbench.workspace.core import Core


def correct_utterance(
    ws: Core,
    kind: str,
    utterance_id: str,
    *,
    start_s: float | None = None,
    end_s: float | None = None,
    at_s: float | None = None,
    with_id: str | None = None,
) -> pd.DataFrame:
    """Move, split or merge an utterance; the new one is linked to the old.

    Parameters
    ----------
    ws : Core
        The workspace.
    kind : str
        moved, split or merge.
    utterance_id : str
        The utterance.
    start_s, end_s : float, optional
        New bounds, seconds of the call.
    at_s : float, optional
        Where to split, seconds of the call.
    with_id : str, optional
        The neighbour to merge with.

    Returns
    -------
    DataFrame
        The table utterances: what is in use instead.

    Raises
    ------
    InputError
        If the bounds make no sense; the message says why.
    StoreError
        If somebody corrected it meanwhile.
    """
    found = ws.store.read("utterances", utterance_id=utterance_id)
    if found.empty:
        raise InputError(f'There is no utterance "{utterance_id}".')
    own = found.iloc[0]
    call_id = str(own["call_id"])
    there = tables.utterances_in_use(ws, unit=str(own["unit"]), call_id=call_id, text=False)
    channels = ws.store.read("channels", call_id=call_id)
    if pd.notna(own["channel"]):
        channels = channels[channels["channel"] == own["channel"]]
    behind = channels["recording_id"].dropna()
    recordings = ws.store.read("recordings", call_id=call_id)
    ends = recordings["offset_s"] + recordings["duration_s"]
    children = corrected(
        there,
        kind,
        utterance_id,
        owner=str(behind.iloc[0]) if len(behind) and pd.notna(own["channel"]) else call_id,
        start_s=start_s,
        end_s=end_s,
        at_s=at_s,
        with_id=with_id,
        until_s=float(ends.max()) if len(ends) else float("inf"),
    )
    parents = [utterance_id] + ([with_id] if kind == "merge" and with_id else [])
    ws.store.correct_utterances(parents, children, kind=kind)
    return children


def correct_item(
    ws: Core, rater: str, worklist: str | None, kind: str, utterance_id: str, **where: object
) -> pd.DataFrame:
    """Correct an utterance from the Labeler, and find what its rater is to rate instead.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who corrects.
    worklist : str or None
        The worklist that is open.
    kind : str
        moved, split or merge.
    utterance_id : str
        The utterance.
    **where : object
        As in `correct_utterance`.

    Returns
    -------
    DataFrame
        The table utterances; with a worklist also assignment_id and pass, one
        row an assignment.
    """
    children = correct_utterance(ws, kind, utterance_id, **where)  # type: ignore[arg-type]
    if worklist is None:
        return children
    given = ws.store.read("assignments", rater_id=rater, worklist=worklist, state="open")
    given = given[given["utterance_id"].isin(children["utterance_id"])]
    return children.merge(
        given[["utterance_id", "assignment_id", "pass"]], on="utterance_id", how="left"
    )
