"""An effect with the errors of the raters carried through, the quick preview and the naive one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import (
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    cluster_codes,
    jackknife_interval,
)
from workbench.outcomes.rater_error.blindness import blindness_note
from workbench.outcomes.rater_error.draws import DRAWS, Reweighing
from workbench.outcomes.rater_error.fitting import (
    Fit,
    fitted,
    jackknifed,
)
from workbench.outcomes.rater_error.label_features import (
    Feature,
)
from workbench.outcomes.rater_error.outcome_columns import (
    kind_named,
)
from workbench.outcomes.rater_error.preparing import Prepared, prepared
from workbench.outcomes.rater_error.sentences import reading_of

_GROUPS = 50

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class _Again:
    """The label sets weighed as if a cluster, or a group of clusters, had never been heard."""

    def __init__(self, ready: Prepared, codes: _Ints, n_clusters: int) -> None:
        self.codes, self.n_groups = codes, n_clusters
        if n_clusters > _GROUPS:
            # Clusters dealt out by size, so that groups are of like size.
            sizes = np.bincount(codes, minlength=n_clusters)
            rank = np.empty(n_clusters, dtype=np.int64)
            rank[np.argsort(-sizes, kind="stable")] = np.arange(n_clusters)
            self.codes, self.n_groups = rank[codes] % _GROUPS, _GROUPS
        self.without = Reweighing(ready.hearings, ready.drawn, self.codes, ready.n_levels).without


def carried_effect(
    heard: pd.DataFrame,
    rows: pd.DataFrame,
    outcome_kind: str,
    *,
    feature: str | Feature = "share",
    covariates: Sequence[str] = (),
    cluster: str = "agent_id",
    outcome: str = "y",
    tag: str = "the tag",
    step: float | None = None,
    horizon: float | None = None,
    refit: bool = True,
    n_draws: int = DRAWS,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Relate what was truly there in calls to an outcome, given raters who err.

    Raters miss feelings and hear some that are not there. An effect computed on
    their labels is off, upwards or downwards: nobody can tell which beforehand.
    Here each rater's errors are estimated where several rated the same
    utterances, labels are drawn as they may truly be, and each drawn label set
    of a call counts as far as it goes with the call's outcome.

    Parameters
    ----------
    heard : DataFrame
        One row a rating: call_id, utterance_id, rater_id, value (1 the tag was
        heard, 0 not), start_s, end_s, already cut where the outcome happened;
        heard_until_s where it is known how far the rater had heard.
    rows : DataFrame
        One row a call: call_id, y (or duration_s or duration_days, and event;
        for a count exposure_days where calls were watched unequally long), the
        covariates and the cluster; moment_s, the second of the call at which the
        outcome happened, where it did.
    outcome_kind : {"binary", "count", "continuous", "ordinal", "time_to_event"}
        What the outcome is.
    feature : str or callable, default "share"
        share (of judged time), n (utterances), any, slope (per minute),
        peak_end, last_third (share in it); or a function of labels (n_utterances,
        n_sets), start_s, end_s and starts (first utterance of each call) that
        gives (n_calls, n_sets).
    covariates : sequence of str, default ()
        Columns of `rows` to hold equal. They also part the calls for which the
        spread of the tag is learned separately.
    cluster : str, default "agent_id"
        Column of `rows`: rows of one cluster are not independent.
    outcome, tag : str
        How the table and sentences call them.
    step : float, optional
        How much more of the feature effects are told for. Default: 0.1 of a share
        (10 points of time), one utterance, any against none; a standard deviation
        for a function.
    horizon : float, optional
        For a time to an event: effects are told on the chance of the event until
        then. Default: the median duration.
    refit : bool, default True
        Whether the raters' errors are estimated again without each cluster
        (without each of 50 groups of clusters, where there are more). Else the
        interval takes them as known, which is faster and too narrow where
        raters share few utterances or the effect is strong.
    n_draws : int, default 60
        Label sets a call.
    rng : Generator, optional
        Source of the draws; the default gives the same result each time.

    Returns
    -------
    DataFrame
        Three rows, method naive (majority of the raters taken as true), preview
        (regression calibration: mean of the drawn features) and carried. outcome,
        predictor, step, method, effect, unit, ci_low, ci_high, p_value,
        coefficient (log odds, log rate, log hazard or points, a step), coef_low,
        coef_high, n_calls, n_events (missing for a score), n_clusters, cluster,
        covariates, model, note, reading (a sentence). Figures are NaN where they
        cannot be given; the note says why.

    Raises
    ------
    InputError
        If a table or argument is not as documented.
    AbstainedError
        If raters overlap too little to tell their errors, or calls or events are
        too few. The text says how many are needed.

    See Also
    --------
    rater_confusion : The errors of each rater.
    error_by_outcome : Whether raters erred otherwise where the outcome happened.
    imputed_tables : Complete tables, for a routine that needs one.

    Notes
    -----
    Dawid and Skene's confusion; a propensity for each call on a grid, its spread
    learned within covariate levels; 60 label sets a call drawn without the outcome;
    sum_i log mean_j P(y_i | x_ij) maximised; delete-one-cluster jackknife (one
    Newton step each) with t(G - 1). Cox's partial likelihood is no product over
    calls, so a time to an event has a hazard that is constant in 5 pieces with
    equally many events. Held against simulations in `benchmarks/
    simulated_rater_error.py`. Not repaired: raters who knew the outcome.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> share = np.repeat(rng.beta(1, 3, 200), 10)
    >>> there = np.repeat(rng.random(2000) < share, 3)
    >>> call = np.char.mod("c%03d", np.arange(2000) // 10)
    >>> heard = pd.DataFrame({
    ...     "call_id": np.repeat(call, 3), "utterance_id": np.repeat(np.arange(2000), 3),
    ...     "rater_id": np.tile(["a", "b", "c"], 2000), "value": there ^ (rng.random(6000) < 0.1),
    ...     "start_s": np.repeat(np.tile(np.arange(10.0), 200), 3),
    ... }).assign(end_s=lambda t: t["start_s"] + 1)
    >>> rows = pd.DataFrame({"call_id": np.unique(call), "agent_id": np.arange(200) % 10})
    >>> rows["y"] = rng.random(200) < 1 / (1 + np.exp(2 - 4 * share[::10]))
    >>> carried_effect(heard, rows, "binary")["method"].tolist()
    ['naive', 'preview', 'carried']
    """
    ready = prepared(
        heard,
        rows,
        outcome_kind,
        feature=feature,
        covariates=covariates,
        needed=[cluster],
        horizon=horizon,
        n_draws=n_draws,
        rng=rng,
    )
    codes, n_clusters = cluster_codes(ready.rows[cluster], what=cluster)
    if step is None:
        step = ready.feature.step if np.isfinite(ready.feature.step) else float(ready.x.std())
    if not (np.isfinite(step) and step > 0):
        raise InputError(f"A step is above 0; {step} came.")
    naive = ready.model(ready.x_naive[:, None])
    preview = ready.model(ready.x.mean(axis=1, keepdims=True))
    carried = ready.model(ready.x)
    again = _Again(ready, codes, n_clusters) if refit and n_clusters >= MIN_CLUSTERS else None
    knowing = blindness_note(heard, ready.rows)
    found = []
    start = None
    for method, model in (("naive", naive), ("preview", preview), ("carried", carried)):
        own = again if method == "carried" else None
        try:
            fit = fitted(model, start)
            start = fit.theta
            figures = _figures(fit, codes, n_clusters, own)
            why = _why_no_interval(figures["effect_interval"], n_clusters, cluster)
        except AbstainedError as error:
            figures, why = _NOTHING, str(error)
        found.append((method, figures, why))
    kind = kind_named(outcome_kind)
    name = feature if isinstance(feature, str) else getattr(feature, "__name__", "function")
    table = pd.DataFrame(
        [
            {
                "outcome": outcome,
                "predictor": f"{tag} {name}",
                "step": step,
                "method": method,
                **_scaled(figures, step / float(ready.x.std()), kind.times, ready.outcome.unit),
                "n_calls": len(codes),
                "n_events": ready.outcome.n_events,
                "n_clusters": n_clusters,
                "cluster": cluster,
                "covariates": " ".join(covariates),
                "model": _model_words(
                    ready, method, again if method == "carried" else None, n_clusters, cluster
                ),
                "note": " ".join(part for part in (why, ready.left_out, knowing) if part),
            }
            for method, figures, why in found
        ]
    ).astype({"n_events": "Int64"})
    words = ready.feature.words.format(tag=tag, step=step)
    usual = step == ready.feature.step or not np.isfinite(ready.feature.step)
    more = words if usual else f"{name} of {tag} higher by {step:g}"
    table["reading"] = [
        reading_of(
            row,
            kind=str(outcome_kind).replace(" ", "_"),
            more=more,
            outcome=outcome,
            covariates=covariates,
        )
        for row in table.to_dict("records")
    ]
    return table


_NOTHING: dict[str, Any] = {
    "effect": np.nan,
    "coefficient": np.nan,
    "effect_interval": NO_INTERVAL,
    "coefficient_interval": NO_INTERVAL,
}


def _figures(fit: Fit, codes: _Ints, n_clusters: int, again: _Again | None) -> dict[str, Any]:
    enough = n_clusters >= MIN_CLUSTERS
    if again is None:
        found = jackknifed(fit, codes, n_clusters if enough else 0)
    else:
        found = jackknifed(fit, again.codes, again.n_groups, again.without)
    coefficient = float(fit.theta[0])
    pairs = ((found.effect, found.effects_left), (coefficient, found.coefficients_left))
    intervals = [jackknife_interval(*pair) if enough else NO_INTERVAL for pair in pairs]
    return {
        "effect": found.effect,
        "coefficient": coefficient,
        "effect_interval": intervals[0],
        "coefficient_interval": intervals[1],
    }


def _scaled(figures: dict[str, Any], steps: float, times: float, unit: str) -> dict[str, Any]:
    effect, coefficient = figures["effect_interval"], figures["coefficient_interval"]
    return {
        "effect": figures["effect"] * steps * times,
        "unit": unit,
        "ci_low": effect.low * steps * times,
        "ci_high": effect.high * steps * times,
        "p_value": effect.p,
        "coefficient": figures["coefficient"] * steps,
        "coef_low": coefficient.low * steps,
        "coef_high": coefficient.high * steps,
    }


def _model_words(
    ready: Prepared, method: str, again: _Again | None, n_clusters: int, cluster: str
) -> str:
    words = {
        "naive": "majority of the raters taken as true",
        "preview": "regression calibration with a prior for each call",
        "carried": f"{ready.x.shape[1]} label sets a call, weighed by the outcome's likelihood",
    }
    said = f"{ready.outcome.model}; {words[method]}"
    if n_clusters < MIN_CLUSTERS:
        return f"{said}; no interval"
    name, groups = cluster.removesuffix("_id"), n_clusters
    left_out = f"delete-one-{name} jackknife"
    if again is not None and again.n_groups < n_clusters:
        groups = again.n_groups
        left_out = f"jackknife over {groups} groups of {name}s"
    errors = "" if again is None else "; errors of raters estimated again each time"
    return f"{said}; {left_out}, t({groups - 1}){errors}"


def _why_no_interval(interval: Interval, n_clusters: int, cluster: str) -> str:
    if np.isfinite(interval.low):
        return ""
    name = cluster.removesuffix("_id")
    if n_clusters < MIN_CLUSTERS:
        return (
            f"No interval: {n_clusters} {name}s are too few to tell how much another set of "
            f"{name}s would differ; {MIN_CLUSTERS} are needed."
        )
    return f"No interval: without one {name} the effect has no finite estimate."
