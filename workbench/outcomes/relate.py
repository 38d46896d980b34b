"""The relation of what was heard to what happened, with honest intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.false_discovery import adjusted_p_values
from workbench.outcomes.covariates import covariate_columns
from workbench.outcomes.enough import room
from workbench.outcomes.estimating import estimated
from workbench.outcomes.kinds import OutcomeKind, kind_named
from workbench.outcomes.outcome_rows import ABOUT, outcome_rows
from workbench.outcomes.readings import reading

SHARE_STEP = 0.1
"""Step of a share of time: 10 points."""

SCALE_STEP = 0.2
"""Step of a dimension: a tenth of the way from very negative to very positive."""

_SCALED = ("_mean", "_min", "_end", "_slope_per_min")
_COLUMNS = [
    *("outcome", "predictor", "effect", "unit", "step", "ci_low", "ci_high", "se", "p_value"),
    *("p_adjusted", "n_tests", "fdr", "coefficient", "coefficient_low", "coefficient_high"),
    *("ratio", "ratio_low", "ratio_high", "n_calls", "n_events", "n_clusters", "cluster"),
    *("n_left_out", "covariates", "model", "note", "diagnostics", "reading"),
]


def relate(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    *,
    on: str | Sequence[str] | None = None,
    predictors: str | Sequence[str] | None = None,
    covariates: str | Sequence[str] | None = None,
    cluster: str | Sequence[str] = "agent_id",
    steps: Mapping[str, float] | None = None,
    within: Mapping[str, float] | None = None,
    from_s: float | None = None,
    raters: Literal["refuse", "tell"] = "tell",
    fdr: Literal["bh", "by"] = "bh",
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
        One row a call: from `call_features`, or any predictors with call_id.
    outcomes, calls : DataFrame
        The tables of these names.
    customers : DataFrame, optional
        The table of this name; needed for churn, where a row is a customer.
    on : str or sequence of str, optional
        escalated, resolved (yes or no); churned (within some days of the first
        call, of customers observed so long); time_to_churn (Cox, uses everybody);
        repeat_contacts (a count); nps, csat (ordered); qa_score (a score);
        time_to_escalation (within the call, from a landmark on). Default:
        escalated, time_to_churn if `customers` came, and qa_score.
    predictors : str or sequence of str, optional
        Columns of `features`. Default: all shares, and mean, lowest, end and
        slope of valence.
    covariates : str or sequence of str, optional
        What is held equal: columns of `calls`, "log_length" (logarithm of
        handle_s) or "local_hour". Default: queue, log_length, language and
        local_hour, as far as known and as the events allow, and never the length
        where the outcome changes it; the output names them. () for none.
    cluster : str or sequence of two str, default "agent_id"
        Whose calls resemble each other: agent_id, customer_id, or both.
    steps : mapping of str to float, optional
        How much more of a predictor the effect is told for. Default: 0.1 of a
        share (10 points of time), 0.2 of a dimension, from 0 to 1, else about a
        standard deviation.
    within : mapping of str to float, optional
        Days within which churned, time_to_churn (180) or repeat_contacts (14)
        count; seconds of time_to_escalation (60).
    from_s : float, optional
        For time_to_escalation: the second that time is counted from.
    raters : {"refuse", "tell"}, default "tell"
        What to do where raters had heard beyond an escalation, or may have.
    fdr : {"bh", "by"}, default "bh"
        How p values allow for their number; see `adjusted_p_values`.

    Returns
    -------
    DataFrame
        One row a predictor, outcome and figure (nps has three: the answer,
        promoters, detractors): outcome, predictor, effect, unit, step, ci_low,
        ci_high, se, p_value, p_adjusted (over the n_tests of this table, by fdr),
        coefficient (log-odds, log rate, log hazard; a step) and ratio (its
        exponential) with their ends, n_calls (or customers), n_events (where
        counted), n_clusters, cluster, n_left_out (rows with a gap), covariates,
        model, note (why there is no interval or no estimate), diagnostics
        (what does not hold, in sentences), reading (a sentence).

    Raises
    ------
    InputError
        If a column is unknown, holds words where yes or no belong, or rests on
        what came after the outcome; or churn is asked for without `customers`.
    AbstainedError
        If no call has features.

    Notes
    -----
    Effects: average marginal effect times the step. Yes or no: logit. Counts:
    Poisson with exposure (the jackknife allows for more scatter). Ordered answers:
    ordered logit; the change of the expected answer and of shares of answers.
    Scores: least squares, as effects are then points at every level. Times: Cox,
    ties by Efron; the change of the share within a horizon. At least 10 calls
    with and 10 without the event, and 5 more of each for every column of a
    covariate. No interval below 8 clusters, or where fewer than 4 clusters have
    what the predictor tells. With two kinds of clusters, the jackknife over the
    fewer and what the sandwich adds for the others. The features are what
    raters heard, with their errors; these may enlarge an effect or shrink it.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> ids = [f"{i:03d}" for i in range(200)]
    >>> share = rng.uniform(size=200)
    >>> features = pd.DataFrame({"call_id": ids, "frustration_share": share})
    >>> outcomes = pd.DataFrame({"call_id": ids, "qa_score": 80 - 20 * share})
    >>> calls = pd.DataFrame({"call_id": ids, "agent_id": [f"a{i % 10}" for i in range(200)]})
    >>> table = relate(features, outcomes, calls, on="qa_score")
    >>> table[["predictor", "effect", "unit", "n_calls", "n_clusters"]]
               predictor  effect       unit  n_calls  n_clusters
    0  frustration_share    -2.0  QA points      200          10
    """
    wanted = _listed(on)
    if wanted is None:
        wanted = ["escalated", *(["time_to_churn"] if customers is not None else []), "qa_score"]
    adjusted_p_values([], method=fdr)
    kinds = [kind_named(name, within=(within or {}).get(name)) for name in wanted]
    chosen = _predictors(features, _listed(predictors))
    if not wanted or not chosen:
        raise InputError("At least one outcome (on) and one predictor are needed; none came.")
    clusters = _listed(cluster) or []
    if not 1 <= len(clusters) <= 2:
        raise InputError(f"One or two kinds of clusters are possible; {len(clusters)} came.")
    found: list[dict[str, Any]] = []
    for kind in kinds:
        rows = outcome_rows(
            features,
            outcomes,
            calls,
            customers,
            outcome=kind.name,
            within=kind.within or None,
            from_s=from_s,
            raters=raters,
        )
        for name in clusters:
            if name not in rows.columns or rows[name].isna().all():
                raise InputError(
                    f'No call has a "{name}", and rows need one to be grouped by.'
                    f"{nearest(name, ['agent_id', 'customer_id', 'team'])} "
                    'Possible are agent_id and customer_id, or both: ("agent_id", "customer_id").'
                )
        own, one_way = _clusters(kind, clusters)
        y = rows[kind.column].dropna().to_numpy(dtype=float)
        held = covariate_columns(kind, rows, _listed(covariates), room=room(kind, y))
        known = [*rows.attrs["notices"], *held.notices, *one_way, *_again(rows, own)]
        for predictor in chosen:
            step = (steps or {}).get(predictor, _usual_step(predictor, rows[predictor]))
            if not step > 0:
                raise InputError(f"The step of {predictor} is above 0; {step} came.")
            for row in estimated(kind, rows, predictor, step, held, own):
                row["diagnostics"] = " ".join([*known, row["diagnostics"]]).strip()
                found.append(row)
    table = pd.DataFrame(found)
    p = table["p_value"].to_numpy(dtype=float)
    table = table.assign(
        p_adjusted=adjusted_p_values(p, method=fdr),
        n_tests=int(np.isfinite(p).sum()),
        fdr=fdr.upper(),
        reading="",
    )
    return with_readings(table[_COLUMNS].astype({"n_events": "Int64"}), within=within)


def with_readings(
    effects: pd.DataFrame, *, within: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Write the sentence of every effect.

    Parameters
    ----------
    effects : DataFrame
        From `relate`; p_adjusted and n_tests may have been changed since.
    within : mapping of str to float, optional
        As given to `relate`.

    Returns
    -------
    DataFrame
        The same rows with another `reading`.
    """
    said = []
    for row in effects.to_dict("records"):
        kind = kind_named(row["outcome"], within=(within or {}).get(row["outcome"]))
        said.append(
            reading(
                kind,
                row["predictor"],
                row["step"],
                row["effect"],
                (row["ci_low"], row["ci_high"]),
                figure=next(f for f in kind.figures if f.unit == row["unit"]),
                covariates=tuple(row["covariates"].split()),
                p_adjusted=row["p_adjusted"],
                n_tests=row["n_tests"],
            )
        )
    return effects.assign(reading=said)


def _listed(names: str | Sequence[str] | None) -> list[str] | None:
    if names is None:
        return None
    return [names] if isinstance(names, str) else list(names)


def _predictors(features: pd.DataFrame, asked: list[str] | None) -> list[str]:
    figures = features.select_dtypes(["number", "bool"]).columns
    known = [str(c) for c in figures if c not in (*ABOUT, "rater_heard_until_s")]
    if asked is None:
        valence = [f"valence{ending}" for ending in _SCALED]
        asked = [c for c in known if c.endswith("_share") or c in valence]
        if not asked:
            raise InputError(
                "The features have no share of time and no valence; name the predictors, for "
                f"example predictors={known[:2]}."
            )
    for name in asked:
        if name not in known:
            raise InputError(
                f'The features have no figure "{name}".{nearest(name, known)} '
                f"They have: {', '.join(known)}."
            )
    return asked


def _usual_step(predictor: str, values: pd.Series) -> float:
    if predictor.endswith("_share"):
        return SHARE_STEP
    if predictor.endswith(_SCALED):
        return SCALE_STEP
    figures = values.dropna().to_numpy(dtype=float)
    if np.isin(figures, (0.0, 1.0)).all():
        return 1.0
    spread = float(figures.std())
    return float(f"{spread:.1g}") if spread > 0 else 1.0


def _clusters(kind: OutcomeKind, clusters: list[str]) -> tuple[list[str], list[str]]:
    if len(clusters) < 2 or (kind.family != "time" and kind.who != "Customers"):
        return clusters, []
    own = [name for name in clusters if name != "customer_id"][:1]
    why = (
        "a row is a customer" if kind.who == "Customers" else "times are offered with one kind only"
    )
    return own, [f"Clusters are {own[0]} alone: {why}."]


def _again(rows: pd.DataFrame, clusters: list[str]) -> list[str]:
    if "customer_id" in clusters or "customer_id" not in rows.columns:
        return []
    known = rows["customer_id"].dropna()
    again = len(known) - known.nunique()
    if again < 0.2 * max(len(known), 1) or "agent_id" not in clusters:
        return []
    return [
        f"{again} of {len(known)} calls are of customers who are in here already; "
        'cluster=("agent_id", "customer_id") allows for that.'
    ]
