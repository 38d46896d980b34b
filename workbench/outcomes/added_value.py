"""What some predictors tell of an outcome beyond others: what voice adds to words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.jackknife import MIN_CLUSTERS, cluster_codes, jackknife_interval
from workbench.outcomes.auc import weighted_auc
from workbench.outcomes.enough import check_enough
from workbench.outcomes.kinds import OUTCOME_KINDS, OutcomeKind
from workbench.outcomes.models import LinearModel, LogisticModel, design_of
from workbench.outcomes.readings import outcome_words

FOLDS = 10
"""Parts that whole clusters are dealt into."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def added_value(
    rows: pd.DataFrame,
    outcome: str,
    *,
    base: Sequence[str],
    added: Sequence[str],
    cluster: str = "agent_id",
    folds: int = FOLDS,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Measure what predictors tell of an outcome that others do not.

    Two models, one from `base` and one from both, each judged only on calls of
    agents that it was not fitted to. More predictors always look better on the
    calls they were fitted to; here they can also look worse, and then they are
    of no use at this number of calls.

    Parameters
    ----------
    rows : DataFrame
        From `outcome_rows`; one row a call with `y`.
    outcome : str
        Its outcome: escalated, resolved, churned (measured by AUC); qa_score, nps
        or csat (by R2).
    base, added : sequence of str
        Columns of numbers; `base` may be empty, `added` not.
    cluster : str, default "agent_id"
        Whose calls stay together.
    folds : int, default 10
        Parts; as many as clusters, if there are fewer.
    rng : Generator, optional
        Deals the clusters out; default `numpy.random.default_rng(0)`.

    Returns
    -------
    DataFrame
        One row: outcome, measure ("AUC" or "R2"), base, both, gain (both less
        base), ci_low, ci_high, p_value, n_calls, n_events, n_clusters, cluster,
        n_left_out (rows with a gap), predictors_base, predictors_added, method,
        note, reading.

    Raises
    ------
    InputError
        If a column is unknown or is no number, or the outcome has no measure here.
    AbstainedError
        If there are too few events for the predictors; the message has the number.

    Notes
    -----
    The interval leaves out the calls of one cluster at a time from the judging,
    with the predictions as they are: it is about other agents' calls, for models
    of this size, and does not carry how the models would differ if fitted to
    other calls.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> words, voice = rng.normal(size=400), rng.normal(size=400)
    >>> rows = pd.DataFrame({"y": words + voice + rng.normal(size=400), "words": words,
    ...                      "voice": voice, "agent_id": np.arange(400) % 10})
    >>> found = added_value(rows, "qa_score", base=["words"], added=["voice"]).iloc[0]
    >>> found["measure"], float(found["base"].round(2)), float(found["both"].round(2))
    ('R2', 0.31, 0.65)
    """
    kind = OUTCOME_KINDS.get(outcome)
    if kind is None or kind.family not in ("yes/no", "score", "ordered"):
        possible = [k.name for k in OUTCOME_KINDS.values() if k.family in ("yes/no", "score")]
        raise InputError(
            f'What is added to telling "{outcome}" has no measure here.{nearest(outcome, possible)}'
            f" Possible are {', '.join(possible)}, nps and csat."
        )
    names = [*base, *added]
    for name in [*names, "y", cluster]:
        if name not in rows.columns:
            raise InputError(
                f'The rows have no column "{name}".{nearest(name, map(str, rows.columns))}'
            )
    for name in names:
        numeric = pd.api.types.is_numeric_dtype(rows[name])
        if not (numeric or pd.api.types.is_bool_dtype(rows[name])):
            raise InputError(f'"{name}" is no number; predictors here are numbers.')
    if not added:
        raise InputError("added names at least one predictor; none came.")
    used = rows[[*dict.fromkeys([*names, "y", cluster])]].dropna()
    y = used["y"].to_numpy(dtype=float)
    check_enough(kind, y, len(names) - 1)
    codes, g = cluster_codes(used[cluster], what=cluster.removesuffix("_id"))
    rng = np.random.default_rng(0) if rng is None else rng
    dealt = rng.permutation(g) % max(2, min(folds, g))
    part = dealt[codes]
    told = {
        key: _predicted(kind, used[columns].to_numpy(dtype=float), y, part)
        for key, columns in (("base", list(base)), ("both", names))
    }
    mean = _predicted(kind, np.empty((len(y), 0)), y, part)
    judged = {key: _judged(kind, values, mean, y, codes, g) for key, values in told.items()}
    if not base and kind.family == "yes/no":
        judged["base"] = np.full(g + 1, 0.5)
    gains = judged["both"] - judged["base"]
    interval = jackknife_interval(float(gains[0]), gains[1:])
    measure = "AUC" if kind.family == "yes/no" else "R2"
    note = ""
    if g < MIN_CLUSTERS:
        note = f"No interval: {g} clusters are too few; {MIN_CLUSTERS} are needed."
    return pd.DataFrame(
        [
            {
                "outcome": outcome,
                "measure": measure,
                "base": float(judged["base"][0]),
                "both": float(judged["both"][0]),
                "gain": float(gains[0]),
                "ci_low": interval.low,
                "ci_high": interval.high,
                "p_value": interval.p,
                "n_calls": len(used),
                "n_events": int(y.sum()) if kind.family == "yes/no" else pd.NA,
                "n_clusters": g,
                "cluster": cluster,
                "n_left_out": len(rows) - len(used),
                "predictors_base": " ".join(base),
                "predictors_added": " ".join(added),
                "method": f"{measure} on clusters left out of the fit, {dealt.max() + 1} parts",
                "note": note,
                "reading": _reading(kind, measure, gains[0], interval.low, interval.high, added),
            }
        ]
    )


def _predicted(kind: OutcomeKind, columns: _Floats, y: _Floats, part: _Ints) -> _Floats:
    """Predict each part from the others."""
    out = np.empty(len(y))
    for number in np.unique(part):
        held = part == number
        if columns.shape[1] == 0:
            out[held] = y[~held].mean()
            continue
        design = design_of(columns[~held])
        model = (LogisticModel if kind.family == "yes/no" else LinearModel)(design, y[~held])
        each = model.coefficients(model.theta)
        out[held] = model.theta[0] + (columns[held] - columns[~held].mean(axis=0)) @ each
    return out


def _judged(
    kind: OutcomeKind, told: _Floats, mean: _Floats, y: _Floats, codes: _Ints, g: int
) -> _Floats:
    """Measure with all clusters, then without each."""
    if kind.family == "yes/no":
        keep = np.ones((g + 1, len(y)))
        keep[codes + 1, np.arange(len(y))] = 0.0
        return weighted_auc(told, y == 1, keep)
    rest, spread = np.bincount(codes, (y - told) ** 2), np.bincount(codes, (y - mean) ** 2)
    out: _Floats = (
        1 - np.r_[rest.sum(), rest.sum() - rest] / np.r_[spread.sum(), spread.sum() - spread]
    )
    return out


def _reading(
    kind: OutcomeKind, measure: str, gain: float, low: float, high: float, added: Sequence[str]
) -> str:
    names = " and ".join(name.replace("_", " ") for name in added)
    what = f"{names} added {gain:+.3f} to the {measure} of telling {outcome_words(kind.name)}"
    what = what[:1].upper() + what[1:]
    if not np.isfinite(low):
        return f"{what} in these calls; without an interval this holds for nothing else."
    within = f"({low:+.3f} to {high:+.3f})"
    if low > 0:
        return f"{what} {within} for agents the model had not seen."
    if high < 0:
        return f"{what} {within}: the model with it is worse for agents it had not seen."
    return f"{what} {within}: it is not shown that anything is added."
