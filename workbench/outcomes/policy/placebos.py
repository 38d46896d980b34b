"""Placebo dates: the same estimate where nothing happened."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.outcomes.policy.series import local_days, policy_date

Estimate = Callable[[pd.DataFrame, pd.Timestamp], pd.DataFrame]
"""Takes calls and a date, gives one row with effect, ci_low and ci_high."""


def placebo_dates(
    rows: pd.DataFrame,
    estimate: Estimate,
    *,
    since: object,
    every_days: int = 7,
    margin_days: int = 56,
) -> pd.DataFrame:
    """Estimate an effect at dates before the policy, where there can be none.

    Only calls before the policy are used. If the estimate is often as large at
    dates when nothing happened, it is no evidence at the date when something did.

    Parameters
    ----------
    rows : DataFrame
        One row a call, with started_at.
    estimate : callable
        `estimate(rows, date)` gives one row with effect, ci_low and ci_high; for
        example a `difference_in_differences` with all but the date filled in.
    since : str or date
        From when the policy really was in force.
    every_days : int, default 7
        Distance between placebo dates, in days.
    margin_days : int, default 56
        How much time has to lie before and after each of them.

    Returns
    -------
    DataFrame
        One row a date: date, effect, ci_low, ci_high, found (whether the interval
        leaves out 0), policy (True in the last row, the real date with all calls),
        as_large_share (share of placebo estimates at least as far from 0 as the
        real one; neighbouring dates share most of their calls, so that this is no
        p value), reading.

    Raises
    ------
    InputError
        If a date cannot be read, or a number of days is below 1.
    AbstainedError
        If fewer than 4 placebo dates can be estimated.

    Examples
    --------
    >>> rows = pd.DataFrame({"started_at": pd.date_range("2025-10-01", "2026-04-30", freq="D")})
    >>> none = lambda rows, date: pd.DataFrame({"effect": [0.5], "ci_low": -1.0, "ci_high": 2.0})
    >>> placebo_dates(rows, none, since="2026-03-01")["found"].any().item()
    False
    """
    if every_days < 1 or margin_days < 1:
        raise InputError(
            f"Distances between dates are 1 day or more; every_days={every_days} and "
            f"margin_days={margin_days} came."
        )
    start, days = policy_date(since), local_days(rows)
    real = estimate(rows, start).assign(date=start, policy=True)
    earlier = rows[(days < start).to_numpy()]
    first = days.min() + pd.Timedelta(days=margin_days)
    last = start - pd.Timedelta(days=margin_days)
    found = []
    for date in pd.date_range(first, last, freq=f"{every_days}D"):
        try:
            found.append(estimate(earlier, date).assign(date=date, policy=False))
        except (AbstainedError, InputError):  # too few calls on one side of this date
            continue
    if len(found) < 4:
        raise AbstainedError(
            f"{len(found)} dates before the policy can be estimated; 4 are needed. Make "
            f"margin_days (now {margin_days}) smaller, or bring calls of a longer time before."
        )
    columns = ["date", "effect", "ci_low", "ci_high", "policy"]
    table = pd.concat([*found, real], ignore_index=True)[columns]
    told = table["ci_low"].notna()
    table.insert(4, "found", told & ((table["ci_low"] > 0) | (table["ci_high"] < 0)))
    placebo = ~table["policy"]
    size = float(np.abs(real["effect"].iloc[0]))
    table["as_large_share"] = float((table.loc[placebo, "effect"].abs() >= size).mean())
    table["reading"] = _reading(table)
    return table


def _reading(table: pd.DataFrame) -> str:
    placebo = table[~table["policy"]]
    large = round(float(table["as_large_share"].iloc[0]) * len(placebo))
    said = (
        f"At {len(placebo)} dates when nothing happened the same estimate ran from "
        f"{placebo['effect'].min():+.1f} to {placebo['effect'].max():+.1f}; {large} of them are "
        f"as far from 0 as at the policy's date ({table['effect'].iloc[-1]:+.1f})"
    )
    if placebo["ci_low"].isna().all():
        return f"{said}."
    n = int(placebo["found"].sum())
    return f"{said}, and the interval of {n} leaves out 0."
