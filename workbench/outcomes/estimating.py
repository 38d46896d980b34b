"""One model of one predictor and one outcome: effects with intervals, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError
from workbench.jackknife import (
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    cluster_codes,
    jackknife_interval,
)
from workbench.outcomes.covariates import Held, check_apart
from workbench.outcomes.diagnostics import diagnosed, groups_disagree
from workbench.outcomes.enough import check_enough
from workbench.outcomes.kinds import OutcomeKind
from workbench.outcomes.levels import levels_of
from workbench.outcomes.models import (
    CountModel,
    HazardModel,
    LinearModel,
    LogisticModel,
    Model,
    OrdinalModel,
    RowModel,
    design_of,
    left_out,
    two_way_intervals,
)

MIN_TREATED = 4
"""Fewest clusters that have what a predictor tells, and fewest that have not."""

_MODELS = {
    "yes/no": "logit, average marginal effect",
    "count": "Poisson with exposure, average marginal effect",
    "ordered": "ordered logit, average marginal effect",
    "score": "least squares",
    "time": "Cox (ties by Efron), average marginal effect within {within:g} {unit}",
}

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def estimated(
    kind: OutcomeKind,
    rows: pd.DataFrame,
    predictor: str,
    step: float,
    held: Held,
    clusters: Sequence[str],
) -> list[dict[str, Any]]:
    """Fit one model, and tell each of its effects.

    Parameters
    ----------
    kind : OutcomeKind
        The outcome.
    rows : DataFrame
        From `outcome_rows`.
    predictor : str
        A column of `rows`.
    step : float
        How much more of it the effect is told for.
    held : Held
        From `covariate_columns`, for the same rows.
    clusters : sequence of str
        One or two columns of `rows`.

    Returns
    -------
    list of dict
        A row of `relate` for each figure of the outcome.
    """
    numbers = {
        name: rows[name].to_numpy(dtype=float, na_value=np.nan)
        for name in (predictor, kind.column, *_times(kind))
    }
    covariates = held.columns.to_numpy(dtype=float)
    keep = np.isfinite(np.column_stack([*numbers.values(), covariates])).all(axis=1)
    for name in clusters:
        keep &= rows[name].notna().to_numpy()
    numbers = {name: values[keep] for name, values in numbers.items()}
    x, y, covariates = numbers[predictor], numbers[kind.column], covariates[keep]
    coded = [cluster_codes(rows[c][keep], what=c.removesuffix("_id")) for c in clusters]
    coded.sort(key=lambda pair: pair[1])
    codes, g = coded[0]
    common: dict[str, Any] = {
        "outcome": kind.name,
        "predictor": predictor,
        "step": float(step),
        "n_calls": len(x),
        "n_events": _events(kind, y),
        "n_clusters": g,
        "cluster": ", ".join(clusters),
        "covariates": " ".join(held.names),
        "n_left_out": len(rows) - len(x),
        "model": _model_words(kind, clusters, g),
    }
    try:
        check_enough(kind, y, covariates.shape[1])
        told = [*check_apart(predictor, x, held.columns[keep])]
        model = _fitted(kind, numbers, x, y, covariates, codes, told)
    except AbstainedError as error:
        nothing = _effect(0.0, np.nan, NO_INTERVAL, 1.0) | _link(kind, np.nan, NO_INTERVAL, step)
        return [
            common | {"unit": figure.unit, "note": str(error), "diagnostics": ""} | nothing
            for figure in kind.figures
        ]
    told += diagnosed(model, x, covariates)
    told += groups_disagree(y, x, rows["queue"][keep], name="queue", held="queue" in held.names)
    intervals, note = _intervals(model, x, coded)
    values = model.statistics(model.theta)
    link = _link(kind, float(values[0]), intervals[0], step)
    return [
        common
        | {"unit": figure.unit, "note": note, "diagnostics": " ".join(told)}
        | _effect(step, float(values[j]), intervals[j], figure.times)
        | link
        for j, figure in enumerate(kind.figures, start=1)
    ]


def _times(kind: OutcomeKind) -> list[str]:
    if kind.family == "count":
        return ["exposure_days"]
    if kind.family == "time":
        return ["duration_s" if kind.in_call else "duration_days"]
    return []


def _events(kind: OutcomeKind, y: _Floats) -> Any:
    return int(y.sum()) if kind.family in ("yes/no", "count", "time") else pd.NA


def _model_words(kind: OutcomeKind, clusters: Sequence[str], g: int) -> str:
    unit = "s" if kind.in_call else "days"
    model = _MODELS[kind.family].format(within=kind.within, unit=unit)
    if g < MIN_CLUSTERS:
        return f"{model}; no interval"
    if len(clusters) == 2:
        return f"{model}; jackknife and two-way clusters, t({g - 1})"
    return f"{model}; delete-one-{clusters[0].removesuffix('_id')} jackknife, t({g - 1})"


def _fitted(
    kind: OutcomeKind,
    numbers: dict[str, _Floats],
    x: _Floats,
    y: _Floats,
    covariates: _Floats,
    codes: _Ints,
    told: list[str],
) -> Model:
    design = design_of(x, covariates, constant=kind.family not in ("ordered", "time"))
    if kind.family == "yes/no":
        return LogisticModel(design, y)
    if kind.family == "score":
        return LinearModel(design, y)
    if kind.family == "count":
        return CountModel(design, y, numbers["exposure_days"], per=kind.within)
    if kind.family == "ordered":
        levels = levels_of(kind, y, codes)
        told += levels.notices
        return OrdinalModel(design, levels.level, levels.worth)
    duration = numbers[_times(kind)[0]]
    if (duration > kind.within).sum() < MIN_CLUSTERS:
        raise AbstainedError(
            f"Almost nobody was observed for {kind.within:g} {'s' if kind.in_call else 'days'}; "
            "choose a shorter time (within=)."
        )
    return HazardModel(design, duration, y == 1, horizon=kind.within)


def _intervals(
    model: Model, x: _Floats, coded: list[tuple[_Ints, int]]
) -> tuple[list[Interval], str]:
    codes, g = coded[0]
    values = model.statistics(model.theta)
    none = [NO_INTERVAL] * len(values)
    if g < MIN_CLUSTERS:
        return none, (
            f"No interval: {g} of the clusters (agents or customers) are too few to tell how much "
            f"others would differ; {MIN_CLUSTERS} are needed."
        )
    treated = treated_clusters(x, codes)
    if treated < MIN_TREATED:
        return none, (
            f"No interval: the predictor differs from its usual value in {treated} clusters only; "
            f"{MIN_TREATED} are needed."
        )
    without = left_out(model, codes, g)
    found = [jackknife_interval(v, without[:, j]) for j, v in enumerate(values)]
    if len(coded) == 2 and isinstance(model, RowModel):
        found = _two_way(model, values, found, coded)
    if not np.isfinite(found[0].low):
        return found, "No interval: without one of the clusters there is no finite estimate."
    return found, ""


def treated_clusters(x: _Floats, codes: _Ints) -> int:
    """Count the clusters on the rarer side of a predictor that is mostly one value.

    Parameters
    ----------
    x : ndarray of float, shape (n,)
        The predictor.
    codes : ndarray of int, shape (n,)
        Number of each row's cluster.

    Returns
    -------
    int
        Clusters in which it ever differs from its most frequent value; of a
        predictor of two values the fewer of both sides. All clusters, where no
        value is that of half of the rows.

    Examples
    --------
    >>> import numpy as np
    >>> treated_clusters(np.array([0.0, 0, 0, 1, 0, 0]), np.array([0, 0, 1, 1, 2, 2]))
    1
    """
    values, counts = np.unique(x, return_counts=True)
    n_clusters = len(np.unique(codes))
    if counts.max() < len(x) / 2:
        return n_clusters
    usual = values[counts.argmax()]
    differing = len(np.unique(codes[x != usual]))
    return differing if len(values) > 2 else min(differing, len(np.unique(codes[x == usual])))


def _two_way(
    model: RowModel, values: _Floats, found: list[Interval], coded: list[tuple[_Ints, int]]
) -> list[Interval]:
    (codes, _), (other, _) = coded
    variances = np.array([interval.se**2 for interval in found])
    return two_way_intervals(values, variances, model.influences(model.theta), codes, other)


def _effect(step: float, value: float, interval: Interval, times: float) -> dict[str, float]:
    scale = step * times
    return {
        "effect": value * scale if np.isfinite(value) else np.nan,
        "ci_low": interval.low * scale,
        "ci_high": interval.high * scale,
        "se": interval.se * scale,
        "p_value": interval.p,
    }


def _link(kind: OutcomeKind, value: float, interval: Interval, step: float) -> dict[str, float]:
    ends = {
        "coefficient": value,
        "coefficient_low": interval.low,
        "coefficient_high": interval.high,
    }
    out = {name: end * step for name, end in ends.items()}
    ratio = kind.family != "score"
    for name in ("coefficient", "coefficient_low", "coefficient_high"):
        to = name.replace("coefficient", "ratio")
        out[to] = float(np.exp(min(out[name], 700.0))) if ratio else np.nan
    return out
