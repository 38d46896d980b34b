"""Hidden repeats: the second answer of a rater against the own first one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.agreement.raters.estimates import Floats, Ints, wilson
from workbench.agreement.raters.findings import Finding, nothing, spoken
from workbench.agreement.raters.panel import Panel, read_panel

MIN_REPEATS = 5
"""Repeats of a rater before anything is said."""


class _Repeats(NamedTuple):
    """One row a repeat: the second rating, and how it compares with the first."""

    row: Ints
    rater: Ints
    value: Floats
    shares: bool


def repeat_consistency(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    assignments: pd.DataFrame | None = None,
    pass_: str | None = None,
    taxonomy: str | None = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Hold what raters gave the second time against their own first answer.

    Every rating of an utterance that the same rater rated before in the same pass
    counts, and is held against the first one. Nobody can agree with others better
    than with themselves, so this is the ceiling of agreement.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.
    assignments : DataFrame, optional
        The table assignments; what answers an adjudication is left out.
    pass_, taxonomy, version : str, optional
        Needed if ratings of several came.

    Returns
    -------
    DataFrame
        One row a rater and variable: rater_id, variable, value, unit, ci_low,
        ci_high, others (the same of all other raters), n (repeats). For tags the
        value is the share of repeats with the same verdict and tags (Wilson's
        interval); for a dimension the mean absolute difference (Student's).
        Missing below 5 repeats.

    Raises
    ------
    InputError
        If a table is not as documented, or several passes or versions came.
    AbstainedError
        If no rating came.

    Examples
    --------
    >>> from workbench.schema import empty_table
    >>> ratings = pd.DataFrame({
    ...     "rating_id": [f"{n:02d}" for n in range(12)], "utterance_id": list("abcdef") * 2,
    ...     "rater_id": "r1", "taxonomy": "cx", "version": "1", "pass": "both", "retracted": False,
    ...     "verdict": ["neutral"] * 11 + ["unclear"],
    ...     "created_at": pd.date_range("2026-11-02", periods=12, freq="min", tz="UTC")})
    >>> found = repeat_consistency(ratings, empty_table("tags"), empty_table("scores"))
    >>> found[["rater_id", "variable", "value", "n"]].round(2)
      rater_id variable  value  n
    0       r1     tags   0.83  6
    """
    panel = read_panel(
        ratings, tags, scores, assignments=assignments, pass_=pass_, taxonomy=taxonomy,
        version=version, min_raters=1,
    )  # fmt: skip
    rows = []
    for variable, repeats in _repeats(panel).items():
        for found in _told(panel, variable, repeats):
            rows.append(
                {
                    "rater_id": panel.raters[found.rater],
                    "variable": variable,
                    "value": found.value,
                    "unit": found.unit,
                    "ci_low": found.low,
                    "ci_high": found.high,
                    "others": found.expected,
                    "n": found.n,
                }
            )
    return pd.DataFrame(rows)


def repeat_findings(panel: Panel) -> list[Finding]:
    """Check whether a rater's second answers differ more than those of the others.

    Parameters
    ----------
    panel : Panel
        The ratings.

    Returns
    -------
    list of Finding
        One a rater and variable.
    """
    return [
        found
        for variable, repeats in _repeats(panel).items()
        for found in _told(panel, variable, repeats)
    ]


def _repeats(panel: Panel) -> dict[str, _Repeats]:
    second = np.flatnonzero(~panel.first)
    once = np.flatnonzero(panel.first)
    n_items = int(panel.item.max()) + 1
    key = panel.rater * n_items + panel.item
    order = once[np.argsort(key[once], kind="stable")]
    first = order[np.searchsorted(key[order], key[second])]
    verdict = panel.ratings["verdict"].to_numpy(dtype=str)
    heard = np.nan_to_num(panel.heard, nan=-1.0)
    same = (verdict[second] == verdict[first]) & (heard[second] == heard[first]).all(axis=1)
    out = {"tags": _Repeats(second, panel.rater[second], same.astype(np.float64), True)}
    for dimension, values in panel.scores.items():
        apart = np.abs(values[second, 0] - values[first, 0])
        known = ~np.isnan(apart)
        out[dimension] = _Repeats(second[known], panel.rater[second[known]], apart[known], False)
    return out


def _told(panel: Panel, variable: str, repeats: _Repeats) -> list[Finding]:
    unit = "share" if repeats.shares else "score"
    away = np.zeros(len(panel.rater))
    away[repeats.row] = 1 - repeats.value if repeats.shares else repeats.value
    found = []
    for at in range(len(panel.raters)):
        own, others = repeats.value[repeats.rater == at], repeats.value[repeats.rater != at]
        n = len(own)
        if n < MIN_REPEATS:
            need = f"{n} repeats; {MIN_REPEATS} are needed. A worklist with repeat_rate has more."
            found.append(nothing(at, "repeats", variable, unit, need, n))
            continue
        value = float(own.mean())
        expected = float(others.mean()) if len(others) >= MIN_REPEATS else np.nan
        if repeats.shares:
            low, high = (float(end[0]) for end in wilson(own.sum(keepdims=True), np.array([n])))
            figure = f"the same tags again in {own.sum():.0f} of {n} repeats"
            figure += f", the others in {others.sum():.0f} of {len(others)}" if len(others) else ""
            worth = expected - value >= 0.1
        else:
            low, high = _student(own)
            figure = f"{value:.2f} apart over {n} repeats"
            figure += f", the others {expected:.2f} over {len(others)}" if len(others) else ""
            worth = value - expected >= 0.05
        p = np.nan if np.isnan(expected) else _p(own, others, repeats.shares)
        clear = f"is less like the own first answer on {spoken(variable)} than the others: {figure}"
        found.append(
            Finding(
                at, "repeats", variable, value, unit, expected, low, high, n, p, bool(worth), clear,
                f"{spoken(variable)} {figure}", panel.strongest(at, away),
            )
        )  # fmt: skip
    return found


def _student(values: Floats) -> tuple[float, float]:
    from scipy.special import stdtrit

    n = len(values)
    half = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))
    return float(values.mean()) - half, float(values.mean()) + half


def _p(own: Floats, others: Floats, shares: bool) -> float:
    from scipy import stats

    if shares:
        table = np.array(
            [
                [int(own.sum()), len(own) - int(own.sum())],
                [int(others.sum()), len(others) - int(others.sum())],
            ]
        )
        return float(stats.fisher_exact(table).pvalue)
    if own.std() + others.std() < 1e-12:
        return float(abs(own.mean() - others.mean()) < 1e-12)
    return float(stats.ttest_ind(own, others, equal_var=False).pvalue)
