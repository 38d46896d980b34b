"""Whose culture and language judged whose, and whether it matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import agreement as measures
from workbench.consensus import consensus_table
from workbench.rated_values import variables_in
from workbench.workspace import tables
from workbench.workspace.agreements import audible, chosen, one_kind, rated, with_spans

if TYPE_CHECKING:
    from workbench.workspace.core import Core


def culture(ws: Core, *, by: str, minimum_group: int = 2, **choice: Any) -> pd.DataFrame:
    """Count who judged whom, and how far they agree with the others.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str
        culture or language.
    minimum_group : int, default 2
        Groups of fewer raters have neither agreement nor example.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    DataFrame
        As from `culture_matrix`, on sets of tags; examples are of calls that can
        be heard, where there are such. ``attrs["notices"]`` holds warnings.
    """
    long = chosen(ws, **choice).values("tags").drop(columns="call_id")
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    sides = _sides(ws, by) | {"utterances": utterances, "minimum_group": minimum_group}
    out = measures.culture_matrix(long, **sides)
    customers = utterances.loc[utterances["role"] == "customer", "utterance_id"]
    heard = long["utterance_id"].isin(set(audible(ws)) & set(customers))
    if heard.any():
        key = ["rater_group", "customer_group"]
        examples = measures.culture_matrix(long[heard], **sides).set_index(key)["utterance_id"]
        found = examples.reindex(pd.MultiIndex.from_frame(out[key])).to_numpy()
        out["utterance_id"] = pd.Series(found, index=out.index).fillna(out["utterance_id"])
    out = with_spans(ws, out)
    out.attrs["notices"] = measures.culture_warnings(out)
    return out


def consensus(
    ws: Core,
    *,
    method: str,
    insiders: float | None,
    leave: Sequence[str],
    by: str,
    **choice: Any,
) -> pd.DataFrame:
    """Put ratings together so that raters of the customer's group count by a stated share.

    Parameters
    ----------
    ws : Core
        The workspace.
    method : str
        As in `consensus_table`.
    insiders : float or None
        Share of raters of the customer's own group; None leaves ratings as they
        are.
    leave : sequence of str
        Customer groups to leave as they are.
    by : str
        culture or language.
    **choice : object
        As in `one_kind`, and as_of.

    Returns
    -------
    DataFrame
        The table consensus; with `insiders`, ``attrs["weights"]`` says what the
        weights do and what they cost in raters (`culture_weight_table`).
    """
    as_of = choice.pop("as_of", None)
    found = rated(ws, as_of=as_of)
    ratings = one_kind(found.ratings, found.utterances, **choice)
    if insiders is None:
        return consensus_table(ratings, found.tags, found.scores, method=method)
    sides = _sides(ws, by) | {"utterances": found.utterances}
    weights = measures.culture_weights(ratings, insiders=insiders, leave=leave, **sides)
    every = weights.reindex(ratings["rating_id"]).fillna(1.0)
    out = consensus_table(ratings, found.tags, found.scores, method=method, weights=every)
    out.attrs["weights"] = measures.culture_weight_table(weights, ratings, **sides)
    return out


def by_group(
    ws: Core,
    compare: Callable[..., pd.DataFrame],
    variables: Sequence[str] | None,
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
    variables : sequence of str or None
        As in `rated_values`; None for every tag.
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
    own = chosen(ws, **choice)
    if variables is None:
        variables = [name for name in variables_in(own.these) if name.startswith("heard:")]
    parts = [own.values(name).assign(variable=name) for name in variables]
    long = pd.concat([part.drop(columns="call_id") for part in parts], ignore_index=True)
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    return compare(long, utterances=utterances, fixed_raters=fixed_raters, **_sides(ws, by))


def _sides(ws: Core, by: str) -> dict[str, Any]:
    return {
        "raters": tables.of_people(ws, ws.store.read("raters")),
        "calls": ws.store.read("calls"),
        "customers": ws.store.read("customers"),
        "by": by,
    }
