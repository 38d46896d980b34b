"""Worklists from the register to a plan, and from the plan to the store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import InputError, StoreError, nearest
from workbench.worklists import WorklistSettings, plan_worklist, worklist_progress
from workbench.workspace.assigned import utterances_to_rate, worklist_named

if TYPE_CHECKING:
    from workbench.workspace.core import Core


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
    rows["has_text"] = rows["call_id"].isin(ws.store.calls_with_words())
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
    worklist_named(ws, worklist)
    return worklist_progress(ws.store.read("assignments", worklist=worklist))


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
    name = found["worklist"]
    was = WorklistSettings(seed=0).as_dict() | dict(found["settings"] or {})
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
