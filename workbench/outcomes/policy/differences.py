"""Difference in differences: the change where a policy came, against where it did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, cluster_codes, jackknife_interval
from workbench.outcomes.models import linear_effect
from workbench.outcomes.policy.series import (
    check_both_sides,
    digits_of,
    local_days,
    measure_values,
    policy_date,
    unit_of,
)

FEWEST_TREATED = 4
"""Fewest agents (or teams) with calls under the policy from which an interval is made."""

_MONTH_DAYS = 30.0
_CELLS = ("treated_before", "treated_after", "comparison_before", "comparison_after")
_Floats = npt.NDArray[np.float64]


def difference_in_differences(
    rows: pd.DataFrame,
    measure: str,
    *,
    treated: Sequence[str],
    since: object,
    where: str = "queue",
    cluster: str = "agent_id",
) -> pd.DataFrame:
    """Compare the change where a policy came with the change where it did not.

    (after - before) of the treated minus (after - before) of the comparison. What
    moved both alike, a season or a price, drops out; what happened to one of them
    alone does not. The interval leaves out one agent (or team) at a time.

    Parameters
    ----------
    rows : DataFrame
        One row a call: started_at, the measure, and the columns `where` and
        `cluster`.
    measure : str
        A column of yes or no, or of numbers.
    treated : sequence of str
        Values of `where` that got the policy; all others are the comparison.
    since : str or date
        From when.
    where : str, default "queue"
        Column that says where the policy came: queue, team or agent_id.
    cluster : str, default "agent_id"
        Whose calls resemble each other: agent_id, or team where whole teams were
        treated.

    Returns
    -------
    DataFrame
        One row: outcome, term, effect, unit, ci_low, ci_high, p_value, seen (the
        smallest effect that 8 of 10 such projects would show),
        treated_before, treated_after, comparison_before, comparison_after (means,
        or percent), n_calls, n_clusters, n_treated_clusters, n_left_out, cluster,
        model, note, reading.

    Raises
    ------
    InputError
        If a column or date is not as described, a treated value does not occur,
        or there is no comparison.
    AbstainedError
        If one of the four groups has no call.

    Notes
    -----
    Below 8 agents, or below 4 with calls under the policy, the estimate stands
    without an interval: nobody can tell from 3 agents how a fourth would do.
    The interval is about agents. If a policy was given to one or two queues, no
    interval of any kind covers what else happened to these queues.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "started_at": ["2026-02-01", "2026-03-02"] * 2, "queue": ["a", "a", "b", "b"],
    ...     "agent_id": "x", "qa_score": [70.0, 78.0, 71.0, 72.0]})
    >>> table = difference_in_differences(rows, "qa_score", treated=["a"], since="2026-03-01")
    >>> round(table["effect"].item(), 6), table["unit"].item()
    (7.0, 'QA points')
    """
    from scipy.special import stdtrit

    made = _made(rows, measure, treated=treated, since=since, where=where, cluster=cluster)
    got, after, y = (made[name].to_numpy(dtype=float) for name in ("treated", "after", "y"))
    cells = {
        name: float(y[(got == side) & (after == later)].mean())
        if ((got == side) & (after == later)).any()
        else np.nan
        for name, side, later in zip(_CELLS, (1, 1, 0, 0), (0, 1, 0, 1), strict=True)
    }
    if empty := [name.replace("_", " ") for name, mean in cells.items() if np.isnan(mean)]:
        raise AbstainedError(
            f"No call of the {' and of the '.join(empty)} has {measure}, and a difference in "
            "differences needs all four groups."
        )
    codes, g = cluster_codes(made["cluster"], what=cluster)
    n_treated = int(made.loc[made["treated"] & made["after"], "cluster"].nunique())
    fit, without = linear_effect(got * after, y, np.column_stack([got, after]), codes, g)
    enough = g >= MIN_CLUSTERS and n_treated >= FEWEST_TREATED
    interval = jackknife_interval(fit, without) if enough else NO_INTERVAL
    unit = made.attrs["unit"]
    start = policy_date(since)
    row: dict[str, Any] = {
        "outcome": measure,
        "term": "difference in differences",
        "effect": fit,
        "unit": unit,
        "ci_low": interval.low,
        "ci_high": interval.high,
        "p_value": interval.p,
        "seen": (stdtrit(g - 1, 0.975) + stdtrit(g - 1, 0.8)) * interval.se if enough else np.nan,
        **cells,
        "n_calls": len(made),
        "n_clusters": g,
        "n_treated_clusters": n_treated,
        "n_left_out": made.attrs["n_left_out"],
        "cluster": cluster,
        "model": _model(cluster, g, enough),
        "note": _note(made, where, cluster, g, n_treated),
    }
    row["reading"] = _reading(row, start, named_places(treated))
    return pd.DataFrame([row])


def pre_trends(
    rows: pd.DataFrame,
    measure: str,
    *,
    treated: Sequence[str],
    since: object,
    where: str = "queue",
    cluster: str = "agent_id",
) -> pd.DataFrame:
    """Look whether treated and comparison moved apart already before the policy.

    A difference in differences takes for granted that both would have gone on
    alike. That cannot be seen; what can be seen is whether they went alike
    before, and how large a drift the data would have missed.

    Parameters
    ----------
    rows : DataFrame
        As in `difference_in_differences`.
    measure : str
        As there.
    treated : sequence of str
        As there.
    since : str or date
        As there.
    where : str, default "queue"
        As there.
    cluster : str, default "agent_id"
        As there.

    Returns
    -------
    DataFrame
        One row: outcome, effect (by how much the treated moved away from the
        comparison a month of 30 days, before the policy), unit, ci_low, ci_high,
        p_value, could_hide (what the largest drift inside the interval would
        add up to between the two periods, in the unit of the measure), n_calls,
        n_clusters, cluster, note, reading.

    Raises
    ------
    InputError
        As in `difference_in_differences`.
    AbstainedError
        If there are fewer than 20 calls before the policy, or all on one day.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "started_at": pd.date_range("2026-01-01", periods=80, freq="D"),
    ...     "queue": ["a", "b"] * 40, "agent_id": [f"x{i % 9}" for i in range(80)],
    ...     "qa_score": [70.0 + i % 7 for i in range(80)]})
    >>> found = pre_trends(rows, "qa_score", treated=["a"], since="2026-03-01")
    >>> bool(found["could_hide"].item() > abs(found["effect"].item()))
    True
    """
    made = _made(rows, measure, treated=treated, since=since, where=where, cluster=cluster)
    apart = float(made.loc[made["after"], "months"].mean())
    before = made[~made["after"]]
    apart -= float(before["months"].mean())
    if len(before) < 20 or before["months"].nunique() < 2:
        raise AbstainedError(
            f"{len(before)} calls before the policy are too few to look for a trend; 20 on "
            "several days are needed."
        )
    got, y, months = (before[name].to_numpy(dtype=float) for name in ("treated", "y", "months"))
    if got.min() == got.max():
        raise AbstainedError("Before the policy there are calls of one side only.")
    codes, g = cluster_codes(before["cluster"], what=cluster)
    fit, without = linear_effect(got * months, y, np.column_stack([got, months]), codes, g)
    interval = jackknife_interval(fit, without)
    hidden = float(np.max(np.abs([interval.low, interval.high])) * apart)
    row: dict[str, Any] = {
        "outcome": measure,
        "effect": fit,
        "unit": f"{made.attrs['unit']} a month",
        "ci_low": interval.low,
        "ci_high": interval.high,
        "p_value": interval.p,
        "could_hide": hidden,
        "n_calls": len(before),
        "n_clusters": g,
        "cluster": cluster,
        "note": "" if np.isfinite(hidden) else _too_few(g, cluster),
    }
    row["reading"] = _drift(row, made.attrs["unit"], policy_date(since))
    return pd.DataFrame([row])


def named_places(treated: str | Sequence[str]) -> list[str]:
    """Read what got the policy, one name or several.

    Parameters
    ----------
    treated : str or sequence of str
        The names.

    Returns
    -------
    list of str
        The same as a list.

    Examples
    --------
    >>> named_places("technical")
    ['technical']
    """
    return [treated] if isinstance(treated, str) else list(treated)


def _made(
    rows: pd.DataFrame,
    measure: str,
    *,
    treated: Sequence[str],
    since: object,
    where: str,
    cluster: str,
) -> pd.DataFrame:
    start = policy_date(since)
    values, days = measure_values(rows, measure), local_days(rows)
    for name in (where, cluster):
        if name not in rows.columns:
            known = [str(column) for column in rows.columns]
            raise InputError(f'The calls have no column "{name}".{nearest(name, known)}')
    named = named_places(treated)
    there = sorted(map(str, rows[where].dropna().unique()))
    for one in named:
        if one not in there:
            raise InputError(
                f'No call has the {where} "{one}".{nearest(str(one), there)} There are: '
                f"{', '.join(there[:12])}."
            )
    if not named or set(named) >= set(there):
        came = "none" if not named else "all"
        raise InputError(
            f"Treated are {came} of the {len(there)} values of {where}, so there is no comparison. "
            "Name those that got the policy, or use `interrupted_series`, which needs none."
        )
    unit = unit_of(measure, values)
    made = pd.DataFrame(
        {
            "y": values * (100.0 if unit == "percentage points" else 1.0),
            "treated": rows[where].isin(named),
            "after": days >= start,
            "months": (days - start).dt.days / _MONTH_DAYS,
            "cluster": rows[cluster],
            "place": rows[where],
        }
    )
    used = made[values.notna() & days.notna() & rows[where].notna() & rows[cluster].notna()]
    if used.empty:
        raise InputError(f"No call has a date, {measure}, {where} and {cluster}.")
    check_both_sides(days[used.index], start)
    used = used.reset_index(drop=True)
    used.attrs |= {"unit": unit, "n_left_out": len(rows) - len(used)}
    return used


def _model(cluster: str, g: int, enough: bool) -> str:
    name = cluster.removesuffix("_id")
    ending = f"delete-one-{name} jackknife, t({g - 1})" if enough else "no interval"
    return f"means of four groups of calls; {ending}"


def _too_few(g: int, cluster: str) -> str:
    name = cluster.removesuffix("_id")
    if g < MIN_CLUSTERS:
        return f"No interval: {g} {name}s are too few; {MIN_CLUSTERS} are needed."
    return f"No interval: without one {name} there is no finite estimate."


def _note(made: pd.DataFrame, where: str, cluster: str, g: int, n_treated: int) -> str:
    said = []
    name = cluster.removesuffix("_id")
    if g < MIN_CLUSTERS:
        said.append(_too_few(g, cluster))
    elif n_treated < FEWEST_TREATED:
        said.append(
            f"No interval: {n_treated} {name}s with calls under the policy are too few; "
            f"{FEWEST_TREATED} are needed."
        )
    places = int(made.loc[made["treated"], "place"].nunique())
    if where != cluster and places < FEWEST_TREATED:
        what = where.removesuffix("_id")
        said.append(
            f"The policy came to {places} {what}{'s' if places > 1 else ''}; the interval is about "
            f"{name}s, and what else happened to {'these' if places > 1 else 'this'} "
            f"{what}{'s' if places > 1 else ''} then would look the same."
        )
    return " ".join(said)


def _reading(row: dict[str, Any], start: pd.Timestamp, treated: list[str]) -> str:
    effect, low, high = row["effect"], row["ci_low"], row["ci_high"]
    name = str(row["outcome"]).replace("_", " ")
    d = digits_of(row["unit"])
    said = (
        f"From {start.date()} on {name} of {' and '.join(treated)} changed from "
        f"{row['treated_before']:.{d}f} to {row['treated_after']:.{d}f}, elsewhere from "
        f"{row['comparison_before']:.{d}f} to {row['comparison_after']:.{d}f}: {effect:+.{d}f} "
        f"{row['unit']} against the comparison"
    )
    if not np.isfinite(low):
        return f"{said}; without an interval this holds for nothing else."
    ends = f"({low:+.{d}f} to {high:+.{d}f})"
    if low <= 0 <= high:
        return (
            f"{said} {ends}. The interval holds 0: no effect is shown. Effects of "
            f"{row['seen']:.{d}f} or more would be seen in 8 of 10 such projects."
        )
    return (
        f"{said} {ends}: consistent with an effect of the policy, if both would otherwise have "
        "moved alike."
    )


def _drift(row: dict[str, Any], unit: str, start: pd.Timestamp) -> str:
    d = digits_of(unit)
    said = f"Before {start.date()} the two moved apart by {row['effect']:+.{d}f} {row['unit']}"
    if not np.isfinite(row["ci_low"]):
        return f"{said}; without an interval nothing follows."
    seen = "" if row["ci_low"] <= 0 <= row["ci_high"] else " They were not moving alike."
    return (
        f"{said} ({row['ci_low']:+.{d}f} to {row['ci_high']:+.{d}f}).{seen} A drift inside this "
        f"interval, carried on, could by itself make a difference of up to "
        f"{row['could_hide']:.{d}f} {unit}; this look cannot rule that out."
    )
