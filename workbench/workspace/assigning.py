"""Worklists between store, plan and Labeler."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import InputError, StoreError, WorkbenchError, nearest
from workbench.worklists import WorklistSettings, plan_worklist, worklist_progress
from workbench.workspace import tables

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


def make_worklist(
    ws: Core,
    name: str,
    *,
    raters: Sequence[str] | None,
    unit: str,
    role: str | None,
    call_id: str | Sequence[str] | None,
    passes: str | Sequence[str],
    seed: int | None,
    created_by: str | None,
    options: Mapping[str, Any],
) -> pd.DataFrame:
    """Plan a worklist and write it; one that is there with the same settings is left as it is.

    Parameters
    ----------
    ws : Core
        The workspace.
    name : str
        Its name.
    raters : sequence of str or None
        Who rates; None for all active people.
    unit, role, call_id : str
        As in `utterances_to_rate`.
    passes : str or sequence of str
        Which passes; none named: both where there is a transcript, else voice.
    seed : int or None
        Seed; None to draw one.
    created_by : str or None
        Who makes it.
    options : mapping
        Further fields of `WorklistSettings`.

    Returns
    -------
    DataFrame
        From `worklist_progress`, with notices.

    Raises
    ------
    InputError
        If it cannot be made; the message says why.
    StoreError
        If there is another worklist of that name.
    """
    people = _people(ws, raters)
    passes = (passes,) if isinstance(passes, str) else tuple(passes)
    calls = [call_id] if isinstance(call_id, str) else None if call_id is None else list(call_id)
    which = {"raters": people["rater_id"].tolist(), "unit": unit, "role": role, "call_id": calls}
    found = ws.store.read("worklists", worklist=name)
    if len(found):
        return _same_again(ws, found.iloc[0], which, passes, seed, options)
    rows = utterances_to_rate(ws, unit=unit, role=role, call_id=calls)
    worded = set(ws.store.read("words", call_id=rows["call_id"].unique())["call_id"])
    rows["has_text"] = rows["call_id"].isin(worded)
    default = ("both",) if rows["has_text"].any() else ("voice",)
    settings = WorklistSettings(
        seed=secrets.randbelow(2**31) if seed is None else seed,
        passes=passes or default,
        **options,
    )
    about = ws.store.read("calls")
    plan = plan_worklist(
        _with_strata(ws, rows, about),
        people,
        settings,
        worklist=name,
        calls=about,
        customers=ws.store.read("customers"),
        gold=_gold(ws) if settings.gold_rate else None,
    )
    ws.store.add_worklist(
        name,
        plan,
        order_mode=settings.order,
        seed=settings.seed,
        settings=_stored(settings) | which,
        created_by=created_by,
    )
    progress = worklist_progress(plan)
    progress.attrs.update(plan.attrs)
    return progress


def set_gold(ws: Core, utterance_id: str, *, pass_: str, by: str, **answer: Any) -> None:
    """Agree on the answer to an utterance, in the current taxonomy.

    Parameters
    ----------
    ws : Core
        The workspace.
    utterance_id : str
        The utterance.
    pass_ : str
        The pass.
    by : str
        Who agreed.
    **answer : object
        verdict, tags, scores, tolerance, replace; as in `Store.set_gold`.
    """
    taxonomy = ws.taxonomy()
    ws.store.add_taxonomy_version(taxonomy)
    ws.store.set_gold(
        utterance_id,
        taxonomy=taxonomy.taxonomy,
        version=taxonomy.version,
        pass_=pass_,
        set_by=by,
        **answer,
    )


def progress(ws: Core, worklist: str | None) -> pd.DataFrame:
    """Count how far each rater is.

    Parameters
    ----------
    ws : Core
        The workspace.
    worklist : str or None
        Its name; None for all of them.

    Returns
    -------
    DataFrame
        From `worklist_progress`.

    Raises
    ------
    InputError
        If there is no such worklist.
    """
    if worklist is None:
        return worklist_progress(ws.store.read("assignments"))
    _check_name(ws, worklist)
    return worklist_progress(ws.store.read("assignments", worklist=worklist))


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
        The table utterances with assignment_id, pass, state and flagged. What
        an item is for stays here, so that nobody rates gold or a repeat in
        another way. An utterance that was corrected before it was rated is
        left out.

    Raises
    ------
    InputError
        If there is no such worklist, or it has nothing for this rater.
    """
    _check_name(ws, worklist)
    given = ws.store.read("assignments", rater_id=rater, worklist=worklist)
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
    flags = ws.store.read("notes", rater_id=rater, kind="flag")["utterance_id"]
    items["flagged"] = items["utterance_id"].isin(flags)
    items = items.sort_values(["position", "start_s"], kind="stable", ignore_index=True)
    return items.drop(columns="position")


def order_of(ws: Core, worklist: str) -> str:
    """Say in which order a worklist is.

    Parameters
    ----------
    ws : Core
        The workspace.
    worklist : str
        Its name.

    Returns
    -------
    str
        in_call or random.
    """
    return str(_check_name(ws, worklist)["order_mode"].item())


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
        ws.store.add_rating(payload)
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
        ws.store.add_rating({**payload, "assignment_id": None})


def mark_item(ws: Core, rater: str, item_id: str, state: str, text: str | None = None) -> None:
    """Note that an item is open again, skipped or flagged.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who marks.
    item_id : str
        The assignment_id, or utterance_id/pass where there is none; skipping
        such an item is not stored.
    state : str
        open, skipped, or flagged (for the lead; the item stays as it is).
    text : str, optional
        Why it is flagged.

    Raises
    ------
    InputError
        If there is no such state, or the item was taken out of the worklist.
    """
    if state not in MARKS:
        raise InputError(f'The mark "{state}" came; one of {", ".join(MARKS)} was expected.')
    found = ws.store.read("assignments", assignment_id=item_id, rater_id=rater)
    utterance_id = item_id.rpartition("/")[0] if found.empty else found["utterance_id"].item()
    if not utterance_id:
        raise InputError("This item was taken out of the worklist meanwhile; it was not marked.")
    if state == "flagged":
        ws.store.add_flag(utterance_id, rater, text)
    elif len(found):
        ws.store.set_assignment_state(item_id, state)


def _people(ws: Core, raters: Sequence[str] | None) -> pd.DataFrame:
    known = ws.store.read("raters")
    if raters is None:
        people = known[known["active"] & (known["kind"] == "human")]
        if people.empty:
            raise InputError(
                'There are no raters yet: ws.store.add_rater("r01", name="Ann", languages="en").'
            )
        return people
    raters = [raters] if isinstance(raters, str) else list(raters)
    for name in raters:
        if name not in set(known["rater_id"]):
            raise InputError(
                f'There is no rater "{name}".{nearest(name, known["rater_id"])} '
                f'ws.store.add_rater("{name}") adds one.'
            )
    people = known[known["rater_id"].isin(raters)]
    if (~people["active"]).any():
        name = people.loc[~people["active"], "rater_id"].iloc[0]
        raise InputError(
            f"The rater {name} does not take part any more; "
            f'ws.store.change_rater("{name}", active=True) changes that.'
        )
    return people


def _stored(settings: WorklistSettings) -> dict[str, Any]:
    """Give the settings but for order and seed, which have columns of their own."""
    return {k: v for k, v in settings.as_dict().items() if k not in ("order", "seed")}


def _same_again(
    ws: Core,
    found: pd.Series,
    which: Mapping[str, Any],
    passes: tuple[str, ...],
    seed: int | None,
    options: Mapping[str, Any],
) -> pd.DataFrame:
    name, was = found["worklist"], dict(found["settings"] or {})
    settings = WorklistSettings(
        seed=found["seed"] if seed is None else seed,
        passes=passes or was.get("passes", ()),
        **options,
    )
    came = {**_stored(settings), **which, "order": settings.order, "seed": settings.seed}
    was |= {"order": found["order_mode"], "seed": found["seed"]}
    for key, value in came.items():
        if was.get(key) != value:
            raise StoreError(
                f'There is a worklist "{name}" already, made with {key} {was.get(key)}; now '
                f"{value} came. Give the new one another name."
            )
    out = progress(ws, name)
    out.attrs["notices"] = [f'The worklist "{name}" is there with these settings; nothing changed.']
    return out


def _check_name(ws: Core, worklist: str) -> pd.DataFrame:
    found = ws.store.read("worklists", worklist=worklist)
    if found.empty:
        known = ws.store.read("worklists")["worklist"].tolist()
        raise InputError(
            f'There is no worklist "{worklist}".{nearest(worklist, known)} '
            f"There are: {', '.join(known) or 'none; ws.worklist(name) makes one'}."
        )
    return found


def _with_strata(ws: Core, rows: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """Add what is known of each call, so that utterances can be chosen by it."""
    for own in (calls, ws.store.read("outcomes")):
        new = [name for name in own.columns if name not in rows.columns and name != "attributes"]
        rows = rows.merge(own[["call_id", *new]], on="call_id", how="left")
    return rows


def _gold(ws: Core) -> pd.DataFrame:
    taxonomy = ws.taxonomy()
    gold = ws.store.read("gold", taxonomy=taxonomy.taxonomy, version=taxonomy.version)
    utterances = ws.store.read("utterances", utterance_id=gold["utterance_id"])
    return gold.merge(utterances[["utterance_id", "call_id"]], on="utterance_id")
