"""Whose culture and language judged whose, and whether it matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import agreement as measures
from workbench.workspace import tables
from workbench.workspace.agreements import values

if TYPE_CHECKING:
    from workbench.workspace.core import Core


def culture(ws: Core, *, by: str, **choice: Any) -> pd.DataFrame:
    """Count who judged whom.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str
        culture or language.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    DataFrame
        As from `culture_coverage`, with utterance_id of an example that can be
        heard; ``attrs["notices"]`` holds warnings in sentences.
    """
    sides = _sides(ws, by)
    long = values(ws, "verdict", **choice).drop(columns="call_id")
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    coverage = measures.culture_coverage(long, utterances=utterances, **sides)
    grouped = measures.with_groups(long, utterances=utterances, **sides)
    recorded = utterances["call_id"].isin(ws.store.read("recordings")["call_id"])
    heard = utterances.loc[recorded, "utterance_id"]
    grouped = grouped.assign(heard=grouped["utterance_id"].isin(heard))
    grouped = grouped.sort_values(["heard", "utterance_id"], ascending=[False, True])
    key = ["rater_group", "customer_group"]
    first = grouped.drop_duplicates(key)[[*key, "utterance_id"]]
    out = coverage.merge(first, on=key, how="left")
    out.attrs["notices"] = measures.culture_warnings(coverage)
    return out


def by_group(
    ws: Core,
    compare: Callable[..., pd.DataFrame],
    variables: Sequence[str],
    *,
    by: str,
    fixed_raters: bool,
    **choice: Any,
) -> pd.DataFrame:
    """Compare raters of the customer's group with others, or groups with each other.

    Parameters
    ----------
    ws : Core
        The workspace.
    compare : callable
        `in_group_advantage` or `differential_labelling`.
    variables : sequence of str
        As in `rated_values`.
    by : str
        culture or language.
    fixed_raters : bool
        Whether it is about these very raters.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    DataFrame
        As from `compare`.
    """
    parts = [values(ws, name, **choice).assign(variable=name) for name in variables]
    long = pd.concat([part.drop(columns="call_id") for part in parts], ignore_index=True)
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    return compare(long, utterances=utterances, fixed_raters=fixed_raters, **_sides(ws, by))


def used_tags(ws: Core, **choice: Any) -> list[str]:
    """List the tags that these ratings have, as variables.

    Parameters
    ----------
    ws : Core
        The workspace.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    list of str
        ``heard:TAG`` of each.
    """
    long = values(ws, "tags", **choice)
    used = sorted({str(tag) for own in long["value"] for tag in own} - {"neutral"})
    return [f"heard:{tag}" for tag in used]


def _sides(ws: Core, by: str) -> dict[str, Any]:
    return {
        "raters": ws.store.read("raters"),
        "calls": ws.store.read("calls"),
        "customers": ws.store.read("customers"),
        "by": by,
    }
