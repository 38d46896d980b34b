"""Scores at landmarks: a column, a rule or a fitted model, each tested on calls it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.early_warning.checking import check_step
from workbench.outcomes.early_warning.fitting import Fitted, fit_chance
from workbench.outcomes.early_warning.landmarks import predictors_of, unknown_raters
from workbench.outcomes.early_warning.rules import apply_rule, rule_columns
from workbench.outcomes.early_warning.splits import (
    VALIDATIONS,
    Split,
    customer_folds,
    cut_dates,
    splits,
)

Spec = str | Sequence[str]

_Floats = npt.NDArray[np.float64]
_MOST_REASONS = 3


def scored_rows(
    rows: pd.DataFrame,
    scores: Mapping[str, Spec],
    *,
    validation: str = "customer and time",
    n_folds: int = 5,
    cuts: Sequence[float | str | pd.Timestamp] = (0.5,),
    gap: str | pd.Timedelta = "1h",
    alarms_per_100: float = 10.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Score calls at each landmark, by what was learned from other customers' earlier calls.

    All that is learned (a model, how a figure is turned into a chance, from
    where an alarm is raised) is learned in the training part alone; what comes
    back are the calls of the test part. All scores are tested on the same calls.

    Parameters
    ----------
    rows : DataFrame
        From `landmark_rows`.
    scores : mapping of str to str or list of str
        By a name of your own: a column of `rows` (``"frustration_share"``, or
        ``"-valence_mean"`` where low is bad), a rule (see `apply_rule`), or a
        list of columns, which a logit weighs.
    validation : {"customer and time", "customer", "none"}, default the first
        What is held out. "none" tests on all calls, for columns and rules, which
        need not learn; then there are no chances, and where alarms begin is
        taken from the same calls.
    n_folds, cuts, gap
        As in `customer_folds`, `cut_dates` and `splits`.
    alarms_per_100 : float, default 10
        How many of 100 calls may raise an alarm; from where is learned in the
        training part. A rule raises one where it is true.
    seed : int, default 0
        Which deal of the customers.

    Returns
    -------
    DataFrame
        One row a call, landmark and score: call_id, landmark_s, score, kind
        (column, rule or fitted), value (higher is worse), known (whether the
        figures that it needs were there; else the call ranks last and raises no
        alarm), chance (of the event, 0..1; missing where it could not be
        learned), alarm, because (the columns behind a high value, the strongest
        first), event, lead_s, customer_id, agent_id, started_at, fold,
        validation, unknown_raters, note (why there is no score or no chance).

    Raises
    ------
    InputError
        If a score is not understood, or a customer or date is missing.
    AbstainedError
        If no call counts at any landmark.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"call_id": ["1", "2"], "landmark_s": 30.0, "left_out": "",
    ...                      "event": [True, False], "lead_s": [40.0, None],
    ...                      "customer_id": ["a", "b"], "frustration_share": [0.5, 0.1]})
    >>> scored = scored_rows(rows, {"frustration": "frustration_share"}, validation="none")
    >>> scored[["call_id", "value", "event"]]
      call_id  value  event
    0       1    0.5   True
    1       2    0.1  False
    """
    if validation not in VALIDATIONS:
        raise InputError(
            f'There is no validation "{validation}".{nearest(validation, VALIDATIONS)} '
            f"There are: {', '.join(VALIDATIONS)}."
        )
    if not 0 < alarms_per_100 < 100:
        raise InputError(f"Of 100 calls 0 to 100 may raise an alarm; {alarms_per_100:g} came.")
    check_step(rows, ("call_id", "landmark_s", "left_out", "event"), made_by="landmark_rows")
    inside = rows[rows["left_out"] == ""].reset_index(drop=True)
    if inside.empty:
        raise AbstainedError("No call counts at any landmark; see landmark_counts for the reasons.")
    plans = [_plan(name, spec, inside, validation) for name, spec in _named(scores).items()]
    timed = validation == "customer and time"
    if validation != "none":
        inside["fold"] = customer_folds(inside["customer_id"], n_folds, seed=seed)
    once = inside.drop_duplicates("call_id")
    if timed and "started_at" not in inside:
        raise InputError(
            'Rows need started_at; or hold out customers alone: validation="customer".'
        )
    dates = cut_dates(once["started_at"], cuts) if timed else []
    parts = []
    for at, own in inside.groupby("landmark_s", sort=True):
        own = own.reset_index(drop=True)
        if validation == "none":
            everyone = np.arange(len(own))
            cut_up = [Split(everyone, everyone, -1, None)]
        else:
            when = own["started_at"] if timed else None
            cut_up = list(splits(own["fold"].to_numpy(), when, dates=dates, gap=gap))
        for plan in plans:
            parts += _tested(plan, own, cut_up, f"{at:g} s", alarms_per_100 / 100, validation)
    if not parts:
        raise AbstainedError(
            f"No call that counts at a landmark began on or after {dates[0]:%Y-%m-%d}, so that "
            "nothing can be tested. Choose an earlier cut."
        )
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class _Plan:
    name: str
    kind: str
    columns: list[str]
    rule: str = ""
    sign: float = 1.0
    fitted: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fitted", self.kind == "fitted")


def _named(scores: Mapping[str, Spec]) -> dict[str, Spec]:
    if not isinstance(scores, Mapping) or not scores:
        raise InputError(
            "Scores have names: "
            '{"my rule": "volume_spike and valence_mean < -0.2", "frustration": '
            '"frustration_share", "fitted": ["frustration_share", "valence_mean"]}.'
        )
    return {str(name): spec for name, spec in scores.items()}


def _plan(name: str, spec: Spec, rows: pd.DataFrame, validation: str) -> _Plan:
    known = predictors_of(rows)
    if isinstance(spec, str):
        column = spec.strip().removeprefix("-").strip()
        if column in known:
            sign = -1.0 if spec.strip().startswith("-") else 1.0
            return _Plan(name, "column", [column], sign=sign)
        apply_rule(spec, rows[known].head(1))
        return _Plan(name, "rule", rule_columns(spec), rule=spec)
    if not isinstance(spec, Sequence):
        raise InputError(f'"{name}" is a column, a rule or a list of columns; {spec!r} came.')
    columns = list(dict.fromkeys(spec))
    for column in columns:
        if column not in known:
            raise InputError(
                f'There is no figure "{column}" to fit "{name}" to.{nearest(str(column), known)} '
                f"There are: {', '.join(known)}."
            )
    if not columns:
        raise InputError(f'"{name}" is to be fitted to no columns; name one at least.')
    if validation == "none":
        raise InputError(
            f'"{name}" is fitted, and what is learned cannot be tested on the calls it was '
            'learned from. Choose validation="customer and time" or "customer".'
        )
    return _Plan(name, "fitted", columns)


def _tested(
    plan: _Plan,
    rows: pd.DataFrame,
    cut_up: Sequence[Split],
    where: str,
    alarm_share: float,
    validation: str,
) -> list[pd.DataFrame]:
    """Learn in each training part and score its test part; all or none of a landmark."""
    parts = []
    note = ""
    answers = _values(plan, rows)
    for split in cut_up:
        fit: Fitted | None = None
        if validation != "none":
            try:
                fit = fit_chance(answers.design[split.train], rows["event"].iloc[split.train])
            except AbstainedError as error:
                note = f"At {where}: {error}"
        value = answers.value
        if plan.fitted:
            value = np.full(len(rows), np.nan) if fit is None else fit.chance(answers.design)
        value = np.where(answers.known, value, -np.inf)
        if plan.kind == "rule":
            alarm = answers.value > 0
        else:
            alarm = value >= _alarm_from(value[split.train], alarm_share)
        test = split.test
        chance = fit.chance(answers.design[test]) if fit else np.full(len(test), np.nan)
        shown = rows.iloc[test]
        parts.append(
            pd.DataFrame(
                {
                    **_about(shown),
                    "score": plan.name,
                    "kind": plan.kind,
                    "value": value[test],
                    "known": answers.known[test],
                    "chance": chance,
                    "alarm": alarm[test] & answers.known[test],
                    "because": _because(plan, answers, fit, test),
                    "fold": split.fold,
                    "validation": validation,
                }
            )
        )
    if note:
        for part in parts:
            part["chance"] = np.nan
            if plan.fitted:
                part["value"], part["alarm"] = np.nan, False
    return [part.assign(note=note) for part in parts]


def _about(rows: pd.DataFrame) -> dict[str, Any]:
    names = ("call_id", "landmark_s", "customer_id", "agent_id", "started_at", "lead_s")
    out = {name: rows[name].to_numpy() for name in names if name in rows.columns}
    if "started_at" in rows.columns:
        out["started_at"] = rows["started_at"].array
    out["event"] = rows["event"].to_numpy(dtype=bool)
    out["unknown_raters"] = unknown_raters(rows)
    return out


@dataclass(frozen=True)
class _Values:
    value: _Floats
    known: npt.NDArray[np.bool_]
    design: _Floats
    parts: dict[str, npt.NDArray[np.bool_]]


def _values(plan: _Plan, rows: pd.DataFrame) -> _Values:
    if plan.kind == "rule":
        answer = apply_rule(plan.rule, rows)
        holds = answer.holds.astype(float)
        return _Values(holds, np.ones(len(rows), dtype=bool), holds[:, None], answer.parts)
    design = rows[plan.columns].to_numpy(dtype=float, na_value=np.nan)
    if plan.kind == "fitted":
        return _Values(np.full(len(rows), np.nan), np.ones(len(rows), dtype=bool), design, {})
    value = plan.sign * design[:, 0]
    return _Values(value, ~np.isnan(value), plan.sign * design, {})


def _alarm_from(value: _Floats, share: float) -> float:
    """Find the lowest value from which at most this share of calls lies; else the highest."""
    known = value[np.isfinite(value)]
    if not len(known) or np.ptp(known) == 0:
        return float("inf")
    levels, counts = np.unique(known, return_counts=True)
    above = np.cumsum(counts[::-1])[::-1]
    few = levels[above <= share * len(value)]
    return float(few[0] if len(few) else levels[-1])


def _because(
    plan: _Plan, answers: _Values, fit: Fitted | None, test: npt.NDArray[np.int64]
) -> list[list[str]]:
    if plan.kind == "column":
        return [list(plan.columns) if answers.known[i] else [] for i in test]
    if plan.kind == "rule":
        return [
            [c for c in plan.columns if answers.parts.get(c, answers.value)[i]]
            if answers.value[i]
            else []
            for i in test
        ]
    if fit is None:
        return [[] for _ in test]
    parts = fit.parts(answers.design[test])
    order = np.argsort(-parts, axis=1, kind="stable")[:, :_MOST_REASONS]
    return [
        [plan.columns[j] for j in own if row[j] > 0] for own, row in zip(order, parts, strict=True)
    ]
