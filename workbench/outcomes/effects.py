"""The relation of what was heard to what happened, with honest intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.jackknife import (
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    cluster_codes,
    jackknife_interval,
)
from workbench.outcomes.churn import FEATURE_ENDINGS, customer_features
from workbench.outcomes.false_discovery import adjusted_p_values
from workbench.outcomes.models import linear_effect, logit_effect
from workbench.outcomes.readings import OUTCOME_KINDS, OutcomeKind, reading
from workbench.schema import check_table

SHARE_STEP = 0.1
"""Step of a share of time: 10 points."""

SCALE_STEP = 0.2
"""Step of a dimension: a tenth of the way from very negative to very positive."""

_EVENTS = 10
_EVENTS_A_COVARIATE = 5


def effect_table(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    predictors: Sequence[str] | None = None,
    on: Sequence[str] | None = None,
    customers: pd.DataFrame | None = None,
    covariates: Sequence[str] = (),
    steps: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Relate what was heard in calls to what happened to them.

    One model for each predictor and outcome, with the covariates held equal.
    Calls of one agent resemble each other, so the interval comes from leaving
    out one agent at a time. All of it is association: an angry customer may be
    escalated because of the anger, or be angry because the call was already
    going wrong.

    Parameters
    ----------
    features : DataFrame
        From `call_features`.
    outcomes, calls : DataFrame
        The tables of these names.
    predictors : sequence of str, optional
        Columns of `features`. Default: all shares and all of valence.
    on : sequence of {"escalated", "resolved", "churned", "qa_score"}, optional
        Default: escalated, qa_score, and churned if `customers` came.
    customers : DataFrame, optional
        The table of this name; needed for churned, where a row is a customer.
    covariates : sequence of str, default ()
        Columns of `calls` to hold equal, or ``"log_length"`` for the logarithm
        of `handle_s`. Text makes one group a value.
    steps : mapping of str to float, optional
        How much more of a predictor the effect is told for. Default: 0.1 of a
        share (10 points of time), 0.2 of a dimension.

    Returns
    -------
    DataFrame
        One row a predictor and outcome: predictor, outcome, effect, unit
        (percentage points, or QA points), step, ci_low, ci_high, se, p,
        p_adjusted (false discovery rate over the tested rows of this table),
        n_calls (or customers), n_events (missing for a score), n_agents,
        n_left_out (rows with a gap), n_tests, held_equal (the covariates), method,
        note (why there is no interval or no estimate), reading (a sentence).

    Raises
    ------
    InputError
        If a column is unknown, or churned is asked for without `customers`.
    AbstainedError
        If no call has features.

    Notes
    -----
    Percentage points: average marginal effect of a logit, times the step. QA
    points: least squares. At least 10 calls with and 10 without the event, and 5
    more of each for every covariate column; for a score 20 calls and 5 for every
    covariate column. Below 8 agents an estimate without an interval. Where a
    customer's calls had several agents, the customer counts with the one who
    took most of them. The features are what raters heard, with their errors;
    these may enlarge an effect or shrink it.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> ids = [f"{i:03d}" for i in range(200)]
    >>> share = rng.uniform(size=200)
    >>> features = pd.DataFrame({"call_id": ids, "frustration_share": share})
    >>> outcomes = pd.DataFrame({"call_id": ids, "qa_score": 80 - 20 * share})
    >>> calls = pd.DataFrame({"call_id": ids, "agent_id": [f"a{i % 10}" for i in range(200)]})
    >>> table = effect_table(features, outcomes, calls, on=["qa_score"])
    >>> table[["predictor", "effect", "unit", "n_calls", "n_agents"]]
               predictor  effect       unit  n_calls  n_agents
    0  frustration_share    -2.0  QA points      200        10
    """
    if "left_out" in features.columns:
        features = features[features["left_out"] == ""]
    features = features.drop(columns=["role"], errors="ignore")
    if features.empty:
        raise AbstainedError(
            "No call has features, so nothing can be related to outcomes. "
            "Rate utterances of this role first."
        )
    calls = check_table(calls, "calls")
    wanted = _wanted_outcomes(on, customers is not None)
    chosen = _wanted_predictors(predictors, features)
    named = tuple(covariates)
    rows: list[dict[str, Any]] = []
    for kind in wanted:
        frame = _joined(kind, features, outcomes, calls, customers)
        columns = _covariate_columns(frame, named)
        for predictor in chosen:
            step = (steps or {}).get(predictor, _usual_step(predictor))
            rows.append(_estimated(kind, predictor, step, frame, columns))
    table = pd.DataFrame(rows)
    table["p_adjusted"] = adjusted_p_values(table["p"].to_numpy(dtype=float))
    table["n_tests"] = int(table["p"].notna().sum())
    table["held_equal"] = " ".join(named)
    table["reading"] = [
        reading(
            OUTCOME_KINDS[row["outcome"]],
            row["predictor"],
            row["step"],
            row["effect"],
            (row["ci_low"], row["ci_high"]),
            covariates=named,
            p_adjusted=row["p_adjusted"],
            n_tests=row["n_tests"],
        )
        for row in table.to_dict("records")
    ]
    return table[_COLUMNS].astype({"n_events": "Int64"})


_COLUMNS = [
    *("predictor", "outcome", "effect", "unit", "step", "ci_low", "ci_high", "se", "p"),
    *("p_adjusted", "n_calls", "n_events", "n_agents", "n_left_out", "n_tests", "held_equal"),
    *("method", "note", "reading"),
]


def _wanted_outcomes(on: Sequence[str] | None, with_customers: bool) -> list[OutcomeKind]:
    if on is None:
        on = ["escalated", *(["churned"] if with_customers else []), "qa_score"]
    for name in on:
        if name not in OUTCOME_KINDS:
            raise InputError(
                f'Effects on "{name}" are not known.{nearest(name, OUTCOME_KINDS)} '
                f"Known are: {', '.join(OUTCOME_KINDS)}."
            )
    if "churned" in on and not with_customers:
        raise InputError(
            "Churn belongs to the customer: give customers=..., the table of that name."
        )
    return [OUTCOME_KINDS[name] for name in on]


def _wanted_predictors(predictors: Sequence[str] | None, features: pd.DataFrame) -> list[str]:
    known = [str(c) for c in features.columns if str(c).endswith(FEATURE_ENDINGS)]
    if predictors is None:
        return [c for c in known if c.endswith("_share") or c.startswith("valence_")]
    for name in predictors:
        if name not in features.columns or not pd.api.types.is_numeric_dtype(features[name]):
            raise InputError(
                f'The features have no figure "{name}".{nearest(name, known)} '
                f"They have: {', '.join(known)}."
            )
    return list(predictors)


def _usual_step(predictor: str) -> float:
    return SHARE_STEP if predictor.endswith("_share") else SCALE_STEP


def _joined(
    kind: OutcomeKind,
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    customers: pd.DataFrame | None,
) -> pd.DataFrame:
    if kind.name == "churned" and customers is not None:
        seconds = features.get("judged_s", pd.Series(1.0, index=features.index))
        return customer_features(features.assign(judged_s=seconds), calls, customers)
    checked = check_table(outcomes, "outcomes")[["call_id", kind.name]]
    return features.merge(checked, on="call_id", how="left").merge(calls, on="call_id", how="left")


def _covariate_columns(frame: pd.DataFrame, covariates: tuple[str, ...]) -> pd.DataFrame:
    parts = []
    for name in covariates:
        if name == "log_length":
            length = frame["handle_s"].astype("float64")
            logarithm = np.log(length.where(length > 0).to_numpy(dtype=float))
            parts.append(pd.Series(logarithm, index=frame.index, name=name))
        elif name not in frame.columns:
            known = [*map(str, frame.columns), "log_length"]
            raise InputError(f'The calls have no column "{name}".{nearest(name, known)}')
        elif pd.api.types.is_numeric_dtype(frame[name]):
            parts.append(frame[name].astype("float64"))
        else:
            groups = pd.get_dummies(frame[name], prefix=name, drop_first=True, dtype="float64")
            parts.extend(groups[c].where(frame[name].notna()) for c in groups.columns)
    return pd.concat(parts, axis=1) if parts else pd.DataFrame(index=frame.index)


def _estimated(
    kind: OutcomeKind, predictor: str, step: float, frame: pd.DataFrame, covariates: pd.DataFrame
) -> dict[str, Any]:
    whole = pd.concat([frame[[predictor, kind.name, "agent_id"]], covariates], axis=1)
    used = whole.dropna()
    codes, g = cluster_codes(used["agent_id"], what="agent")
    x, y = (used[c].to_numpy(dtype=float) for c in (predictor, kind.name))
    held = used[covariates.columns].to_numpy(dtype=float)
    row: dict[str, Any] = {
        "predictor": predictor,
        "outcome": kind.name,
        "unit": kind.unit,
        "step": float(step),
        "n_calls": len(used),
        "n_events": int(y.sum()) if kind.yes_no else pd.NA,
        "n_agents": g,
        "n_left_out": len(whole) - len(used),
        "method": _method(kind, predictor, step, g),
    }
    try:
        _check_enough(kind, y, held.shape[1])
        fit = (logit_effect if kind.yes_no else linear_effect)(x, y, held, codes, g)
    except AbstainedError as error:
        return row | {"effect": np.nan, "note": str(error), **_ends(NO_INTERVAL)}
    times = step * (100.0 if kind.yes_no else 1.0)
    interval = jackknife_interval(fit.estimate * times, fit.left_out * times)
    return row | {
        "effect": fit.estimate * times,
        "note": _why_no_interval(interval, g),
        **_ends(interval),
    }


def _ends(interval: Interval) -> dict[str, float]:
    return {
        "ci_low": interval.low,
        "ci_high": interval.high,
        "se": interval.se,
        "p": interval.p,
    }


def _method(kind: OutcomeKind, predictor: str, step: float, n_agents: int) -> str:
    model = "logit, average marginal effect" if kind.yes_no else "least squares"
    per = f"per {step:g} of {predictor}"
    if n_agents < MIN_CLUSTERS:
        return f"{model} {per}; no interval"
    return f"{model} {per}; delete-one-agent jackknife, t({n_agents - 1})"


def _why_no_interval(interval: Interval, n_agents: int) -> str:
    if np.isfinite(interval.low):
        return ""
    if n_agents < MIN_CLUSTERS:
        return (
            f"No interval: {n_agents} agents are too few to tell how much another set of agents "
            f"would differ; {MIN_CLUSTERS} are needed."
        )
    return "No interval: without one of the agents the effect has no finite estimate."


def _check_enough(kind: OutcomeKind, y: npt.NDArray[np.float64], n_covariates: int) -> None:
    needed = _EVENTS + _EVENTS_A_COVARIATE * n_covariates
    if not kind.yes_no:
        if len(y) < needed + _EVENTS:
            raise AbstainedError(
                f"{len(y)} {kind.who.lower()} are too few; {needed + _EVENTS} are needed."
            )
        return
    if not np.isin(y, (0.0, 1.0)).all():
        raise InputError(f"{kind.name} is yes or no; {y[~np.isin(y, (0.0, 1.0))][0]:g} came.")
    events = int(y.sum())
    if min(events, len(y) - events) < needed:
        raise AbstainedError(
            f"{events} {kind.who.lower()} with the event and {len(y) - events} without are too "
            f"few; {needed} of each are needed."
        )
