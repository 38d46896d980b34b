"""What the Labeler gets to rate, and what becomes of what it sends back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import InputError, StoreBusyError, StoreError, WorkbenchError, nearest
from workbench.workspace import saving, tables

if TYPE_CHECKING:
    from workbench.workspace.core import Core

UNITS = ("utterance", "turn", "call")
MARKS = ("open", "skipped", "flagged")


def utterances_to_rate(
    ws: Core, *, unit: str, role: str | None, call_id: str | Sequence[str] | None
) -> pd.DataFrame:
    """List the utterances in use that can be heard.

    Parameters
    ----------
    ws : Core
        The workspace.
    unit : str
        utterance, turn or call.
    role : str or None
        Whose speech; None for everybody's.
    call_id : str, sequence of str or None
        Only these calls; None for all.

    Returns
    -------
    DataFrame
        The table utterances.

    Raises
    ------
    InputError
        If there is nothing to rate; the message says why.
    """
    if unit not in UNITS:
        raise InputError(f'The unit "{unit}" came; one of {", ".join(UNITS)} was expected.')
    calls = [call_id] if isinstance(call_id, str) else None if call_id is None else list(call_id)
    rows = tables.utterances_in_use(ws, unit=unit, call_id=calls, text=False)
    audible = set(ws.store.read("recordings")["call_id"])
    for name in set(calls or ()) - audible:
        known = sorted(ws.store.read("calls")["call_id"])
        if name not in known:
            raise InputError(f'There is no call "{name}".{nearest(name, known)}')
        raise InputError(f"Call {name} has no audio, so there is nothing to hear and rate.")
    rows = rows[rows["call_id"].isin(audible)]
    if rows.empty:
        raise InputError(f"No {unit}s yet: run ws.segment() first.")
    if role is None:
        return rows
    chosen = rows[rows["role"].isin([role, "unknown"])]
    if chosen.empty:
        raise InputError(
            f'No {unit} of role "{role}" was found; there are: '
            f"{', '.join(sorted(set(rows['role'])))}. role=None rates everybody."
        )
    return chosen.reset_index(drop=True)


def worklist_named(ws: Core, worklist: str) -> pd.DataFrame:
    """Find a worklist.

    Parameters
    ----------
    ws : Core
        The workspace.
    worklist : str
        Its name.

    Returns
    -------
    DataFrame
        Its row of the table worklists.

    Raises
    ------
    InputError
        If there is none; the message lists those there are.
    """
    found = ws.store.read("worklists", worklist=worklist)
    if found.empty:
        known = ws.store.read("worklists")["worklist"].tolist()
        raise InputError(
            f'There is no worklist "{worklist}".{nearest(worklist, known)} '
            f"There are: {', '.join(known) or 'none; ws.worklist(name) makes one'}."
        )
    return found


def assigned_items(ws: Core, rater: str, worklist: str, *, call_id: str | None) -> pd.DataFrame:
    """List what a rater has in a worklist, in the order of hearing.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        The rater.
    worklist : str
        The worklist.
    call_id : str or None
        Only this call.

    Returns
    -------
    DataFrame
        The table utterances with assignment_id, pass and state. What an item is
        for stays here, so that nobody rates gold or a repeat in
        another way. An utterance that was corrected before it was rated is
        left out.

    Raises
    ------
    InputError
        If there is no such worklist, or it has nothing for this rater.
    """
    worklist_named(ws, worklist)
    given = ws.store.read("assignments", rater_id=rater, worklist=worklist)
    given = given[given["purpose"] != "adjudicate"]
    if given.empty:
        others = sorted(set(ws.store.read("assignments", worklist=worklist)["rater_id"]))
        raise InputError(
            f'{rater} has nothing in the worklist "{worklist}".{nearest(rater, others)} '
            f"It is for: {', '.join(others) or 'nobody'}."
        )
    where = {} if call_id is None else {"call_id": call_id}
    utterances = ws.store.read("utterances", **where)
    columns = ["assignment_id", "utterance_id", "pass", "position", "state"]
    items = given[columns].merge(utterances, on="utterance_id", how="inner")
    items = items[items["retired_at"].isna() | (items["state"] == "done")]
    if items.empty:
        raise InputError(
            f'{rater} has nothing of call {call_id} in the worklist "{worklist}".'
            if call_id
            else f'All that {rater} has in the worklist "{worklist}" was corrected by others.'
        )
    items = items.sort_values(["position", "start_s"], kind="stable", ignore_index=True)
    return items.drop(columns="position")


def save_rating(ws: Core, payload: Mapping[str, Any]) -> None:
    """Store a rating from the Labeler, also one whose assignment is gone.

    Where the utterance was taken out of the worklist while it was open, what
    was heard is stored without the assignment.

    Parameters
    ----------
    ws : Core
        The workspace.
    payload : mapping
        As for `Store.add_rating`.

    Raises
    ------
    WorkbenchError
        If the store does not take it; the message says why.
    """
    try:
        saving.save_rating(ws, payload)
    except StoreBusyError:
        raise
    except WorkbenchError as error:
        if ws.store.read("utterances", utterance_id=payload["utterance_id"]).empty:
            raise StoreError(
                "This utterance was taken out of the database while it was open here, so its "
                "rating has no place there and was not saved. This browser keeps it; ask the lead "
                f"what became of utterance {payload['utterance_id']}."
            ) from error
        assignment = payload.get("assignment_id")
        if not assignment or len(ws.store.read("assignments", assignment_id=assignment)):
            raise
        saving.save_rating(ws, {**payload, "assignment_id": None})


def mark_item(
    ws: Core, rater: str, item: Mapping[str, Any], state: str, text: str | None = None
) -> None:
    """Store that an item is open again, skipped or flagged.

    Words reach the lead as a flag, also those of a rater who skips. Skipping
    what is in no worklist is not stored.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who marks.
    item : mapping
        With utterance_id and assignment_id (or None).
    state : str
        open, skipped, or flagged (for the lead; the item stays as it is).
    text : str, optional
        Why.

    Raises
    ------
    InputError
        If there is no such state.
    StoreError
        If the item was taken out of its worklist.
    """
    if state not in MARKS:
        raise InputError(f'The mark "{state}" came; one of {", ".join(MARKS)} was expected.')
    if state == "flagged" or text:
        ws.store.add_flag(item["utterance_id"], rater, text)
    if state != "flagged" and item.get("assignment_id"):
        ws.store.set_assignment_state(item["assignment_id"], state)


def marks_of(ws: Core, rater: str, items: pd.DataFrame) -> dict[str, dict[str, str | None]]:
    """Find what a rater skipped or flagged before.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        The rater.
    items : DataFrame
        utterance_id, pass and, from `assigned_items`, assignment_id and state.

    Returns
    -------
    dict of str to dict
        state (skipped or flagged) and text by item: the assignment_id, or
        utterance_id/pass where there is none.
    """
    flags = ws.store.read("notes", rater_id=rater, kind="flag")
    words = dict(zip(flags["utterance_id"], flags["text"], strict=True))
    ids = items["utterance_id"] + "/" + items["pass"]
    ids = items["assignment_id"] if "assignment_id" in items.columns else ids
    states = items["state"] if "state" in items.columns else [""] * len(items)
    out: dict[str, dict[str, str | None]] = {}
    for item_id, utterance_id, state in zip(ids, items["utterance_id"], states, strict=True):
        if state == "skipped":
            out[str(item_id)] = {"state": "skipped", "text": words.get(utterance_id)}
        elif utterance_id in words:
            out[str(item_id)] = {"state": "flagged", "text": words[utterance_id]}
    return out
