"""What the Labeler steps through: one item an assignment, or an utterance in a pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import PASSES
from workbench.widgets.judgement import FROM_BROWSER

ITEM_COLUMNS = (
    "item_id",
    "pass",
    "utterance_id",
    "unit",
    "call_id",
    "channel",
    "role",
    "start_s",
    "end_s",
)
NEEDED = ("utterance_id", "call_id", "start_s", "end_s")


def check_items(utterances: pd.DataFrame, pass_: str) -> pd.DataFrame:
    """Check that the rows can be rated and give each an id of its own.

    Parameters
    ----------
    utterances : DataFrame
        As for `Labeler`.
    pass_ : str
        The pass of rows that name none.

    Returns
    -------
    DataFrame
        A copy with item_id, pass and assignment_id, index from 0. An item is an
        assignment, or an utterance in a pass.

    Raises
    ------
    InputError
        If a column is missing, an item occurs twice, a pass is unknown, or an
        utterance ends before it starts.
    """
    for name in NEEDED:
        if name not in utterances.columns:
            raise InputError(
                f'The utterances need the column "{name}"; these have '
                f"{', '.join(map(str, utterances.columns))}."
                f"{nearest(name, [str(c) for c in utterances.columns])}"
            )
    items = utterances.reset_index(drop=True)
    for name, default in (("pass", pass_), ("assignment_id", "")):
        own = items[name] if name in items.columns else pd.Series(pd.NA, items.index, "string")
        items[name] = own.astype("string").fillna(default).astype("object")
    for name in items["pass"].unique():
        if name not in PASSES:
            raise InputError(
                f'There is no pass "{name}"; these are: {", ".join(PASSES)}.{nearest(name, PASSES)}'
            )
    own_id = items["utterance_id"] + "/" + items["pass"]
    items["item_id"] = items["assignment_id"].where(items["assignment_id"] != "", own_id)
    twice = items["item_id"].duplicated()
    if twice.any():
        raise InputError(
            f'The utterance "{items["utterance_id"][twice].iloc[0]}" is in the list more than once.'
        )
    backwards = items[~(items["end_s"] > items["start_s"])]
    if len(backwards):
        one = backwards.iloc[0]
        raise InputError(
            f'The utterance "{one["utterance_id"]}" goes from {one["start_s"]} s to '
            f"{one['end_s']} s; it has to end after its start."
        )
    return items


def columns_of(units: pd.DataFrame) -> dict[str, list[Any]]:
    """Give the columns of the items as lists, None for gaps.

    Parameters
    ----------
    units : DataFrame
        From `check_items`.

    Returns
    -------
    dict of str to list
        By column, those that the browser knows.
    """
    out = {}
    for name in ITEM_COLUMNS:
        if name in units.columns:
            values = units[name].astype("object")
            out[name] = values.where(units[name].notna(), None).tolist()
    return out


def items_by_id(items: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Say of each item what a rating of it is stored with.

    Parameters
    ----------
    items : DataFrame
        From `check_items`.

    Returns
    -------
    dict of str to dict
        utterance_id, pass and assignment_id (or None) by item_id, in order.
    """
    names = ("item_id", "utterance_id", "pass", "assignment_id")
    rows = zip(*(items[name] for name in names), strict=True)
    return {
        item_id: {"utterance_id": utterance_id, "pass": pass_, "assignment_id": assignment or None}
        for item_id, utterance_id, pass_, assignment in rows
    }


def spans_by_id(items: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Say where each item lies in its call.

    Parameters
    ----------
    items : DataFrame
        From `check_items`.

    Returns
    -------
    dict of str to tuple of float
        Start and end by item_id, seconds of the call.
    """
    spans = zip(items["start_s"].tolist(), items["end_s"].tolist(), strict=True)
    return dict(zip(items["item_id"], spans, strict=True))


def replace_columns(
    columns: Mapping[str, list[Any]], retired: Collection[str], new: Mapping[str, list[Any]]
) -> dict[str, list[Any]]:
    """Put new items where the first of the retired ones was, in lists by column.

    Parameters
    ----------
    columns, new : mapping of str to list
        From `columns_of`.
    retired : collection of str
        The item_ids that go.

    Returns
    -------
    dict of str to list
        What is there instead.
    """
    gone = [place for place, name in enumerate(columns["item_id"]) if name in retired]
    kept = set(range(len(columns["item_id"]))) - set(gone)
    n_new = len(new["item_id"])
    out = {}
    for name, values in columns.items():
        before = [values[place] for place in range(gone[0]) if place in kept]
        after = [values[place] for place in range(gone[0], len(values)) if place in kept]
        out[name] = before + list(new.get(name, [None] * n_new)) + after
    return out


def roles_by_call(units: pd.DataFrame, channels: pd.DataFrame | None) -> dict[str, dict[int, str]]:
    """Find who speaks on which channel.

    Parameters
    ----------
    units : DataFrame
        The items.
    channels : DataFrame or None
        The table channels, for channels without items.

    Returns
    -------
    dict of str to dict of int to str
        Role by channel, by call.
    """
    out: dict[str, dict[int, str]] = {}
    for rows in (units, channels):
        if rows is None or not {"channel", "role"} <= set(rows.columns):
            continue
        known = rows[["call_id", "channel", "role"]].dropna().drop_duplicates()
        for call_id, channel, role in known.itertuples(index=False):
            out.setdefault(str(call_id), {})[int(channel)] = str(role)
    return out


def details_of(calls: pd.DataFrame | None, call_ids: set[str]) -> dict[str, str]:
    """Find what is shown beside a call's id.

    Parameters
    ----------
    calls : DataFrame or None
        The table calls.
    call_ids : set of str
        The calls of the items.

    Returns
    -------
    dict of str to str
        The queue by call, where it is known.
    """
    if calls is None or "queue" not in calls.columns:
        return {}
    known = calls[calls["queue"].notna() & calls["call_id"].isin(call_ids)]
    return dict(zip(known["call_id"], known["queue"].astype(str), strict=True))


def ratings_by_item(
    ratings: Iterable[Mapping[str, Any]], items: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Find the item that each earlier rating answers.

    Parameters
    ----------
    ratings : iterable of mapping
        From `earlier_ratings`.
    items : mapping of str to mapping
        The items by id.

    Returns
    -------
    dict of str to dict
        What the browser needs of a rating, by item_id; ratings of other lists
        are left out.
    """
    out = {}
    for one in ratings:
        alone = f"{one['utterance_id']}/{one.get('pass')}"
        for item_id in (one.get("assignment_id"), alone):
            if item_id in items:
                fields = {name: one.get(name) for name in FROM_BROWSER}
                out[str(item_id)] = fields | {"item_id": item_id, "shifts": one.get("shifts") or []}
                break
    return out
