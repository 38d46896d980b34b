"""Planning a worklist: choose, share out, order, hide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from workbench.callers import culture_of, languages_of, with_callers
from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.schema import check_table, empty_table
from workbench.worklists.choosing import choose_utterances, half_up
from workbench.worklists.ordering import Item, Run, ordered_runs, with_hidden, with_repeats
from workbench.worklists.settings import WorklistSettings
from workbench.worklists.sharing import NEED_WORDS, Rater, Shares, share_out
from workbench.worklists.telling import plan_notices


def plan_worklist(
    utterances: pd.DataFrame,
    raters: pd.DataFrame,
    settings: WorklistSettings,
    *,
    worklist: str = "main",
    calls: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    gold: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Plan who hears which utterance, in which pass and order.

    Each rater has the passes one after the other, those without words first, so
    that what was read never spoils what is heard. Inside a pass calls come
    whole, each in its order and the calls at random, or utterances come at
    random; gold and repeats are hidden between them. The plan does not depend
    on the order of the rows that came.

    Parameters
    ----------
    utterances : DataFrame
        What is to be rated: utterance_id, call_id, start_s, any columns to
        stratify by and, where it is known, has_text (whether there is a
        transcript; without one an utterance has no pass text or both).
    raters : DataFrame
        Who rates: rater_id, and where known languages, culture.
    settings : WorklistSettings
        How.
    worklist : str
        Its name.
    calls : DataFrame, optional
        The table calls, for language and customer_culture.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.
    gold : DataFrame, optional
        Utterances with an agreed answer: utterance_id, call_id, pass. Where
        gold is hidden, they are not labelled otherwise.

    Returns
    -------
    DataFrame
        The table assignments. ``attrs["notices"]`` holds what to know about the
        plan, in sentences, and ``attrs["left_out"]`` the utterances that nobody
        hears.

    Raises
    ------
    InputError
        If it cannot be done: too few raters, gold items or places; the message
        has the numbers.

    Examples
    --------
    >>> utterances = pd.DataFrame({"utterance_id": ["u1", "u2", "u3"], "call_id": "0007",
    ...                            "start_s": [0.0, 2.0, 4.0]})
    >>> raters = pd.DataFrame({"rater_id": ["ann", "ben"]})
    >>> plan = plan_worklist(utterances, raters, WorklistSettings(seed=1, overlap=2))
    >>> plan.groupby("rater_id")["utterance_id"].agg(list).to_dict()
    {'ann': ['u1', 'u2', 'u3'], 'ben': ['u1', 'u2', 'u3']}
    """
    rng = np.random.default_rng(settings.seed)
    people = _raters(raters, settings)
    rows = _sorted(utterances)
    notices: list[str] = []
    if settings.gold_rate:
        is_gold = rows["utterance_id"].isin([] if gold is None else gold["utterance_id"])
        rows = rows[~is_gold].reset_index(drop=True)
        if is_gold.any():
            notices.append(f"{int(is_gold.sum())} utterances are gold and are heard as such only.")
    rows = _with_callers(rows, calls, customers)
    rows, left_out, told = _understood(rows, people, settings)
    notices += told
    rows, told = choose_utterances(rows, settings, rng)
    notices += told
    shares = share_out(rows, people, settings, rng)
    pool = _gold_pool(gold, calls, customers, settings)
    plan = []
    for rater in people:
        items = _rater_plan(rater, rows, shares, pool, settings, rng)
        plan += [
            (uuid7(), rater.rater_id, item.utterance_id, item.pass_, worklist, n, item.purpose)
            for n, item in enumerate(items)
        ]
    columns = list(empty_table("assignments").columns)
    out = check_table(pd.DataFrame(plan, columns=columns[:-1]).assign(state="open"), "assignments")
    out.attrs["notices"] = plan_notices(out, rows, people, shares, settings) + notices
    out.attrs["left_out"] = left_out
    return out


def _raters(raters: pd.DataFrame, settings: WorklistSettings) -> list[Rater]:
    ids = raters["rater_id"].astype(str)
    if ids.duplicated().any():
        raise InputError(f'The rater "{ids[ids.duplicated()].iloc[0]}" is named more than once.')
    if len(ids) < settings.overlap:
        raise InputError(
            f"An overlap of {settings.overlap} needs {settings.overlap} raters; {len(ids)} came "
            f"({', '.join(ids) or 'none'}). Name more raters, or ask for a smaller overlap."
        )
    people = []
    for row in raters.sort_values("rater_id").to_dict("records"):
        culture = culture_of(row.get("culture"))
        people.append(Rater(str(row["rater_id"]), languages_of(row.get("languages")), culture))
    return people


def _sorted(utterances: pd.DataFrame) -> pd.DataFrame:
    by = ["call_id", "start_s", "utterance_id"]
    if missing := [name for name in by if name not in utterances.columns]:
        raise InputError(f'The utterances need the column "{missing[0]}".')
    twice = utterances["utterance_id"].duplicated()
    if twice.any():
        first = utterances.loc[twice, "utterance_id"].iloc[0]
        raise InputError(f'The utterance "{first}" is in the table more than once.')
    rows = utterances.sort_values(by, ignore_index=True)
    if "has_text" not in rows.columns:
        rows["has_text"] = True
    return rows


def _with_callers(
    rows: pd.DataFrame, calls: pd.DataFrame | None, customers: pd.DataFrame | None
) -> pd.DataFrame:
    rows = with_callers(rows, calls, customers)
    for name in ("caller_language", "caller_culture"):
        own = rows[name].astype("object")
        rows[name] = own.where(own.notna(), None)
    return rows


def _understood(
    rows: pd.DataFrame, people: list[Rater], settings: WorklistSettings
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Leave out what nobody can judge, and say so."""
    foreign = pd.Series(False, index=rows.index)
    notices = []
    if "language" in settings.match:
        spoken = {text: languages_of(text) for text in rows["caller_language"].unique()}
        nobody = [t for t, own in spoken.items() if not any(r.understands(own) for r in people)]
        foreign = rows["caller_language"].isin(nobody) & rows["caller_language"].notna()
        if foreign.any():
            notices.append(
                f"{int(foreign.sum())} utterances were left out: none of the raters understands "
                f"{', '.join(sorted(map(str, nobody)))}."
            )
        silent = [r.rater_id for r in people if not r.languages]
        if silent and rows["caller_language"].notna().any():
            notices.append(
                f"No languages are written down for {', '.join(silent)}, so every call may go to "
                f'them; store.change_rater("{silent[0]}", languages="en de") tells which.'
            )
    wordless = ~rows["has_text"].astype(bool) & ~foreign
    worded = [name for name in settings.passes if name in NEED_WORDS]
    if worded and wordless.any():
        notices.append(
            f"{int(wordless.sum())} utterances are of calls without a transcript and have no pass "
            f"{' or '.join(worded)}."
        )
    out = foreign | (wordless & (len(worded) == len(settings.passes)))
    kept = rows[~out].reset_index(drop=True)
    if kept.empty:
        why = " ".join(notices) or "None came, or all of them are gold."
        raise InputError(f"There is no utterance to plan. {why}")
    return kept, rows.loc[out, "utterance_id"].tolist(), notices


def _gold_pool(
    gold: pd.DataFrame | None,
    calls: pd.DataFrame | None,
    customers: pd.DataFrame | None,
    settings: WorklistSettings,
) -> pd.DataFrame:
    if gold is None or gold.empty:
        return pd.DataFrame(columns=["utterance_id", "pass", "caller_language"])
    rows = gold[["utterance_id", "call_id", "pass"]].drop_duplicates(["utterance_id", "pass"])
    rows = rows.sort_values(["utterance_id", "pass"], ignore_index=True)
    rows = _with_callers(rows, calls, customers)
    return rows if "language" in settings.match else rows.assign(caller_language=None)


def _rater_plan(
    rater: Rater,
    rows: pd.DataFrame,
    shares: Shares,
    pool: pd.DataFrame,
    settings: WorklistSettings,
    rng: np.random.Generator,
) -> list[Item]:
    items: list[Item] = []
    heard_at: dict[str, int] = {}
    for pass_ in settings.passes:
        own = sorted(shares.items[rater.rater_id, pass_])
        if not own:
            continue
        runs = _runs(rows, own, pass_, settings)
        ordered = _at_distance(
            lambda d, runs=runs: ordered_runs(runs, heard_at, len(items), d, rng),  # type: ignore[misc]
            settings.distance,
            f"{rater.rater_id} is to hear the same utterances in several passes, "
            f"{len(own)} of them in the pass {pass_}",
            "name more raters",
        )
        gold = _gold_items(rater, pass_, half_up(settings.gold_rate * len(own)), pool, items, rng)
        mixed = with_hidden(ordered, gold, rng)
        n_repeats = half_up(settings.repeat_rate * len(own))
        whole = _at_distance(
            lambda d, mixed=mixed, n=n_repeats: with_repeats(mixed, n, d, rng),  # type: ignore[misc]
            settings.distance,
            f"{rater.rater_id} is to hear {n_repeats} of {len(own)} utterances again in the pass "
            f"{pass_}",
            "set repeat_rate lower",
        )
        for run in whole:
            for item in run:
                heard_at[item.utterance_id] = len(items)
                items.append(item)
    return items


def _runs(rows: pd.DataFrame, own: list[int], pass_: str, settings: WorklistSettings) -> list[Run]:
    ids = rows["utterance_id"].to_numpy()[own]
    if settings.order == "random":
        return [[Item(str(name), pass_)] for name in ids]
    runs: dict[str, Run] = {}
    for name, call_id in zip(ids, rows["call_id"].to_numpy()[own], strict=True):
        runs.setdefault(call_id, []).append(Item(str(name), pass_))
    return list(runs.values())


def _at_distance(
    attempt: Callable[[int], list[Run] | None], distance: int, what: str, remedy: str
) -> list[Run]:
    found = attempt(distance)
    if found is not None:
        return found
    possible = next((d for d in range(distance - 1, 0, -1) if attempt(d) is not None), 0)
    shorter = f"at most distance={possible} would do here; or " if possible else ""
    raise InputError(
        f"{what}, with {distance} places between the two times. The list is too short for that: "
        f"{shorter}take more utterances, or {remedy}."
    )


def _gold_items(
    rater: Rater,
    pass_: str,
    wanted: int,
    pool: pd.DataFrame,
    items: list[Item],
    rng: np.random.Generator,
) -> list[Item]:
    if not wanted:
        return []
    used = {item.utterance_id for item in items}
    free = [
        str(name)
        for name, own, language in zip(
            pool["utterance_id"], pool["pass"], pool["caller_language"], strict=True
        )
        if own == pass_ and name not in used and rater.understands(languages_of(language))
    ]
    if len(free) < wanted:
        raise InputError(
            f"gold_rate asks for {wanted} gold items for {rater.rater_id} in the pass {pass_}; "
            f"there are {len(free)} that the rater understands and has not had. Agree on more "
            "answers with ws.gold, or set gold_rate lower."
        )
    chosen = rng.choice(len(free), size=wanted, replace=False)
    return [Item(free[n], pass_, "gold") for n in chosen]
