"""The agreement table: everything that raters gave, with the coefficient that fits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from workbench.agreement.alpha import krippendorff_alpha
from workbench.agreement.anchors import beside_anchors
from workbench.agreement.icc import icc
from workbench.agreement.kappas import gwet_ac
from workbench.agreement.percent import percent_agreement
from workbench.agreement.results import COLUMNS
from workbench.errors import AbstainedError
from workbench.rated_values import (
    current_ratings,
    first_ratings,
    judgements_of,
    values_in,
    variables_in,
)

Coefficient = Callable[..., pd.DataFrame]

GROUP = ["taxonomy", "version", "pass", "unit"]
"""What is compared and never pooled."""

_LABEL: tuple[Coefficient, ...] = (
    partial(krippendorff_alpha, level="nominal"),
    gwet_ac,
    percent_agreement,
)
_NUMBER: tuple[Coefficient, ...] = (
    partial(krippendorff_alpha, level="interval"),
    partial(icc, form="ICC(1,1)"),
)
_COEFFICIENTS: dict[str, tuple[Coefficient, ...]] = {
    "tag": _LABEL,
    "tags": (
        partial(krippendorff_alpha, level="set"),
        partial(krippendorff_alpha, level="set", distance="jaccard"),
    ),
    "mixture": (partial(krippendorff_alpha, level="mixture"),),
    "verdict": _LABEL,
    "heard": _LABEL,
    "intensity": (partial(krippendorff_alpha, level="ordinal"),),
}


def agreement_table(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how far the raters agree on everything that they gave.

    Passes, units and versions of a taxonomy stand beside each other and are
    never pooled. A hidden repeat does not count: a rater enters with the first
    rating. Read alpha with its interval and beside `anchors`; AC1 and the plain
    share of equal pairs stand beside it, because alpha is low where nearly
    everything is neutral. Mixed feelings are compared where shares were set.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.
    utterances : DataFrame
        utterance_id, call_id and unit; ratings of other utterances are left out.
    draws : int, default 1000
        Bootstrap draws of each interval; 0 leaves the intervals out.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row a taxonomy, version, pass, unit, variable (see `rated_values`)
        and coefficient: these, then the columns of every coefficient, and anchor
        (a published figure of a like task, in words; see `anchors`). Where a
        coefficient cannot be given, `value` is missing and `note` says what is
        needed.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": list("abcd"), "utterance_id": ["u1", "u1", "u2", "u2"],
    ...     "rater_id": ["r1", "r2", "r1", "r2"], "taxonomy": "cx", "version": "1",
    ...     "pass": "both", "verdict": ["neutral", "neutral", "unclear", "unclear"],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> nothing = pd.DataFrame({"rating_id": [], "tag": [], "primary": []})
    >>> none = pd.DataFrame({"rating_id": [], "dimension": [], "value": []})
    >>> utterances = pd.DataFrame({"utterance_id": ["u1", "u2"], "call_id": "7",
    ...                            "unit": "utterance"})
    >>> table = agreement_table(ratings, nothing, none, utterances, draws=0)
    >>> table.loc[table["variable"] == "verdict", ["coefficient", "value"]].head(1)
              coefficient  value
    2  krippendorff_alpha    1.0
    """
    chosen = first_ratings(current_ratings(ratings))
    where = utterances[["utterance_id", "call_id", "unit"]].drop_duplicates("utterance_id")
    chosen = chosen.merge(where, on="utterance_id", how="inner")
    calls = where.set_index("utterance_id")["call_id"]
    parts = []
    for group, own in chosen.groupby(GROUP, sort=True):
        about = {name: str(value) for name, value in zip(GROUP, group, strict=True)}
        these = judgements_of(own.drop(columns=["call_id", "unit"]), tags, scores)
        for variable in variables_in(these):
            values = values_in(these, variable)
            if variable == "mixture" and not _any_mixed(values):
                continue
            values = values.assign(call_id=values["utterance_id"].map(calls))
            for row in _rows(variable, values, draws, seed):
                parts.append(row.assign(**about, variable=variable))
    columns = [*GROUP, "variable", *COLUMNS, "anchor"]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})
    return beside_anchors(pd.concat(parts, ignore_index=True))[columns]


def _any_mixed(values: pd.DataFrame) -> bool:
    return any(len(shares) > 1 for shares in values["value"])


def _rows(variable: str, values: pd.DataFrame, draws: int, seed: int) -> Iterator[pd.DataFrame]:
    kind = variable.partition(":")[0]
    why = None
    for coefficient in _COEFFICIENTS.get(kind, _NUMBER):
        try:
            yield coefficient(values, draws=draws, seed=seed)
        except AbstainedError as error:
            if str(error) != why:
                why = str(error)
                yield _refusal(coefficient, values, why)


def _refusal(coefficient: Coefficient, values: pd.DataFrame, why: str) -> pd.DataFrame:
    plain = coefficient.func if isinstance(coefficient, partial) else coefficient
    level = coefficient.keywords.get("level", "") if isinstance(coefficient, partial) else ""
    row = {
        "coefficient": getattr(plain, "__name__", ""),
        "level": level,
        "n_ratings": len(values),
        "n_raters": values["rater_id"].nunique(),
        "n_items": 0,
        "n_pairs": 0,
        "n_clusters": 0,
        "resampled": "call",
        "note": why,
    }
    return pd.DataFrame([row]).reindex(columns=list(COLUMNS)).astype(COLUMNS)
