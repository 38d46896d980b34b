"""What was heard from those who answered, against the silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.jackknife import jackknife_interval
from workbench.outcomes.surveys.answering import groups_of
from workbench.outcomes.surveys.joined import (
    called_rows,
    check_both_sides,
    means_without,
    why_no_interval,
)


def answered_against_silent(
    rows: pd.DataFrame,
    heard: Sequence[str] | None = None,
    *,
    among: str = "all",
    cluster: str = "customer_id",
) -> pd.DataFrame:
    """Compare what was heard from those who answered the survey and those who did not.

    Parameters
    ----------
    rows : DataFrame
        From `survey_rows`.
    heard : sequence of str, optional
        Columns to compare; by default shares of time and what is told of valence.
    among : {"all", "invited"}, default "all"
        Whether calls that were never invited count among the silent.
    cluster : str, default "customer_id"
        Whose calls resemble each other.

    Returns
    -------
    DataFrame
        One row a column: heard, answered_mean, silent_mean, difference (answered
        minus silent; shares in percentage points), ci_low, ci_high, p_value, unit,
        n_answered, n_silent, n_clusters, cluster, model, note, reading.

    Raises
    ------
    InputError
        If a column is unknown, or a call has no customer.
    AbstainedError
        If all answered, or nobody did.

    Notes
    -----
    Delete-one-customer jackknife with t(G - 1); above 200 customers, 200 groups
    of customers. 2,000 simulated surveys: .94 to .96.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "customer_id": [f"c{i}" for i in range(40)], "answered": [True, False] * 20,
    ...     "valence_mean": [0.1, -0.2] * 20})
    >>> table = answered_against_silent(rows, ["valence_mean"])
    >>> round(table["difference"].item(), 2)
    0.3
    """
    chosen = called_rows(rows, among)
    names = _heard(chosen, heard)
    out = []
    for name in names:
        used = chosen[chosen[name].notna()]
        answered = used["answered"].to_numpy(dtype=bool)
        check_both_sides(answered, among)
        percent = 100.0 if name.endswith("_share") else 1.0
        value = used[name].to_numpy(dtype=float) * percent
        groups = groups_of(used, cluster)
        sides = [means_without(value, side, groups) for side in (answered, ~answered)]
        difference = sides[0][0] - sides[1][0]
        interval = jackknife_interval(difference, sides[0][1] - sides[1][1])
        row: dict[str, Any] = {
            "heard": name,
            "answered_mean": sides[0][0],
            "silent_mean": sides[1][0],
            "difference": difference,
            "ci_low": interval.low,
            "ci_high": interval.high,
            "p_value": interval.p,
            "unit": "percentage points" if percent > 1 else "points of the scale",
            "n_answered": int(answered.sum()),
            "n_silent": int((~answered).sum()),
            "n_clusters": groups.n_clusters,
            "cluster": cluster,
            "model": groups.method(),
            "note": why_no_interval(groups, interval),
        }
        out.append(row | {"reading": _compared(row)})
    return pd.DataFrame(out)


def _heard(rows: pd.DataFrame, heard: Sequence[str] | None) -> list[str]:
    known = [
        str(name)
        for name in rows.columns
        if str(name).endswith(("_share", "_mean", "_min", "_end"))
    ]
    if heard is None:
        heard = [name for name in known if name.endswith("_share") or name.startswith("valence")]
    if isinstance(heard, str):
        heard = [heard]
    for name in heard:
        if name not in rows.columns or not pd.api.types.is_numeric_dtype(rows[name]):
            raise InputError(
                f'The calls have no figure "{name}".{nearest(name, known)} They have: '
                f"{', '.join(known)}."
            )
    if not heard:
        raise InputError("Nothing that was heard came to compare; give the columns as heard=[...].")
    return list(heard)


def _compared(row: dict[str, Any]) -> str:
    name = str(row["heard"]).replace("_", " ")
    said = (
        f"Those who answered: {name} {row['answered_mean']:.2f}; the silent: "
        f"{row['silent_mean']:.2f}"
    )
    if not np.isfinite(row["ci_low"]):
        return f"{said}."
    ends = f"{row['difference']:+.2f} ({row['ci_low']:+.2f} to {row['ci_high']:+.2f})"
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return f"{said}: {ends}; no difference is shown."
    return f"{said}: {ends}; the answers speak for callers who sounded different."
