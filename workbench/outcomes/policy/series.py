"""One figure a day or a week, as it was counted; a day without calls stays missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.manifests.values import times

DAYS = {"day": 1, "week": 7}
"""Lengths of a point of a series, in days."""


def policy_date(since: object) -> pd.Timestamp:
    """Read the date from which a policy was in force, guessing nothing.

    Parameters
    ----------
    since : str, date or Timestamp
        Text has the year first: 2026-03-01. A time of day is left off.

    Returns
    -------
    Timestamp
        The beginning of that day, without a zone.

    Raises
    ------
    InputError
        If it is no such date; 03/01/2026 is two dates, depending on who reads it.

    Examples
    --------
    >>> policy_date("2026-03-01")
    Timestamp('2026-03-01 00:00:00')
    """
    if isinstance(since, pd.Timestamp | dt.date) and not pd.isna(since):
        return pd.Timestamp(since).tz_localize(None).normalize()
    moment = pd.NaT
    if isinstance(since, str):
        moment = times(pd.Series([since]))[0].iloc[0]
    if pd.isna(moment):
        raise InputError(
            f'The policy\'s date came as "{since}". Write it with the year first, for example '
            "2026-03-01; other orders can be read as two different days."
        )
    return moment.tz_localize(None).normalize()


def local_days(rows: pd.DataFrame) -> pd.Series:
    """Find the day of each call on the clock of the place where it came in.

    Parameters
    ----------
    rows : DataFrame
        With started_at (UTC), and utc_offset_min where it is known.

    Returns
    -------
    Series
        Midnights without a zone; missing where no date is known.

    Raises
    ------
    InputError
        If there is no started_at, or a value of it is no date with the year
        first.

    Examples
    --------
    >>> rows = pd.DataFrame({"started_at": ["2026-03-01T23:30:00Z"], "utc_offset_min": [60]})
    >>> local_days(rows).dt.day.tolist()
    [2]
    """
    if "started_at" not in rows.columns:
        raise InputError("The rows need started_at: a policy is looked at over time.")
    moments, _, wrong = times(rows["started_at"])
    if wrong.any():
        raise InputError(
            f"{int(wrong.sum())} of {len(rows)} calls have a started_at that cannot be read, the "
            f'first is "{rows.loc[wrong, "started_at"].iloc[0]}". Write dates with the year first: '
            "2026-03-01 or 2026-03-01T14:30:00Z."
        )
    offset = rows.get("utc_offset_min", pd.Series(0, index=rows.index)).astype("float64").fillna(0)
    local: pd.Series = moments + pd.to_timedelta(offset, unit="min")
    days: pd.Series = local.dt.tz_localize(None).dt.normalize()
    return days


def measure_values(rows: pd.DataFrame, measure: str) -> pd.Series:
    """Read a measure of calls as numbers, yes and no as 1 and 0.

    Parameters
    ----------
    rows : DataFrame
        One row a call.
    measure : str
        A column of yes or no, or of numbers.

    Returns
    -------
    Series
        Of float; missing where nothing is known.

    Raises
    ------
    InputError
        If there is no such column, or it holds text.

    Examples
    --------
    >>> rows = pd.DataFrame({"escalated": [True, False, None]})
    >>> measure_values(rows, "escalated").tolist()
    [1.0, 0.0, nan]
    """
    if measure not in rows.columns:
        known = [str(name) for name in rows.columns]
        raise InputError(f'The calls have no measure "{measure}".{nearest(measure, known)}')
    values = rows[measure]
    if values.dtype == object:
        values = values.convert_dtypes()
    if not pd.api.types.is_numeric_dtype(values):
        example = values.dropna()
        came = f'"{example.iloc[0]}"' if len(example) else "nothing"
        raise InputError(
            f"{measure} should hold numbers, or True and False; {came} came. Turn the column into "
            "one of these first."
        )
    return values.astype("Float64").astype("float64")


def is_yes_no(values: pd.Series) -> bool:
    """Tell whether a measure is yes or no, told in percentage points.

    Parameters
    ----------
    values : Series of float
        From `measure_values`.

    Returns
    -------
    bool
        Whether nothing but 0 and 1 is there.

    Examples
    --------
    >>> is_yes_no(pd.Series([0.0, 1.0])), is_yes_no(pd.Series([71.5]))
    (True, False)
    """
    return bool(values.dropna().isin((0.0, 1.0)).all())


def unit_of(measure: str, values: pd.Series) -> str:
    """Name the unit in which a change of a measure is told.

    Parameters
    ----------
    measure : str
        Its name.
    values : Series of float
        From `measure_values`.

    Returns
    -------
    str
        percentage points, QA points, seconds or points.

    Examples
    --------
    >>> unit_of("handle_s", pd.Series([300.0]))
    'seconds'
    """
    if is_yes_no(values) or measure.endswith("_share"):
        return "percentage points"
    if measure == "qa_score":
        return "QA points"
    return "seconds" if measure.endswith("_s") else "points"


def digits_of(unit: str) -> int:
    """Say with how many decimals an amount is written.

    Parameters
    ----------
    unit : str
        From `unit_of`.

    Returns
    -------
    int
        2 for points of a small scale, such as valence; else 1.

    Examples
    --------
    >>> digits_of("percentage points"), digits_of("points")
    (1, 2)
    """
    return 2 if unit.startswith("points") else 1


def policy_series(
    rows: pd.DataFrame,
    measure: str,
    *,
    since: object,
    every: str = "week",
    audible: Sequence[str] = (),
) -> pd.DataFrame:
    """Count a measure of calls day by day or week by week.

    Weeks begin on the weekday on which the policy did, so that no week holds
    days of both. The first and the last may be shorter: they weigh by their
    calls.

    Parameters
    ----------
    rows : DataFrame
        One row a call: started_at, the measure, call_id where points are to play.
    measure : str
        A column of yes or no, or of numbers. Yes or no and shares of time
        become percent.
    since : str or date
        From when the policy was in force.
    every : {"week", "day"}, default "week"
        Length of a point.
    audible : sequence of str, default ()
        Calls that can be heard; one of each point becomes its example.

    Returns
    -------
    DataFrame
        One row a day or week, without a hole from the first to the last call:
        starts_on, days, n_calls, value (mean, or percent; missing without calls),
        sampling_se (what chance alone does to a mean of so many calls), after
        (whether the policy was in force), call_id (an example, or missing),
        measure, unit.

    Raises
    ------
    InputError
        If a column or a date is not as described, or all calls lie on one side
        of the policy's date.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "started_at": ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-03"],
    ...     "escalated": [True, False, False, False]})
    >>> table = policy_series(rows, "escalated", since="2026-03-01", every="day")
    >>> table["value"].tolist(), table["n_calls"].tolist()
    ([100.0, 0.0, 0.0, nan, 0.0], [1, 1, 1, 0, 1])
    """
    if every not in DAYS:
        raise InputError(f'A point is a day or a week; every="{every}" came.{nearest(every, DAYS)}')
    start, length = policy_date(since), DAYS[every]
    values = measure_values(rows, measure)
    unit = unit_of(measure, values)
    values = values * (100.0 if unit == "percentage points" else 1.0)
    days = local_days(rows)
    known = values.notna() & days.notna()
    if not known.any():
        raise InputError(f"No call has both a date and {measure}, so there is no series.")
    values, days = values[known], days[known]
    check_both_sides(days, start)
    number = (days - start).dt.days.to_numpy() // length
    points = np.arange(number.min(), number.max() + 1)
    at = number - points[0]
    n = np.bincount(at, minlength=len(points))
    total = np.bincount(at, values, minlength=len(points))
    mean = np.divide(total, n, out=np.full(len(points), np.nan), where=n > 0)
    frame = pd.DataFrame(
        {
            "starts_on": start + pd.to_timedelta(points * length, unit="D"),
            "days": length,
            "n_calls": n,
            "value": mean,
            "sampling_se": _within(values.to_numpy() - mean[at], at, n, points >= 0),
            "after": points >= 0,
        }
    )
    return frame.assign(
        call_id=_examples(rows.loc[known], at, len(points), audible), measure=measure, unit=unit
    )


def check_both_sides(days: pd.Series, start: pd.Timestamp) -> None:
    """Make sure that calls lie before and after a policy's date.

    Parameters
    ----------
    days : Series
        From `local_days`, without gaps.
    start : Timestamp
        From `policy_date`.

    Raises
    ------
    InputError
        If all lie on one side.

    Examples
    --------
    >>> check_both_sides(pd.Series(pd.to_datetime(["2026-02-28", "2026-03-01"])),
    ...                  pd.Timestamp("2026-03-01"))
    """
    if (days >= start).any() and (days < start).any():
        return
    side = "after" if (days >= start).all() else "before"
    raise InputError(
        f"The policy's date is {start.date()}, and all {len(days)} calls lie {side} it (from "
        f"{days.min().date()} to {days.max().date()}). A change needs calls on both sides."
    )


def _within(apart: Any, at: Any, n: Any, after: Any) -> Any:
    """Spread of calls around the mean of their own point, before and after each on its own."""
    squares = np.bincount(at, apart**2, minlength=len(n))
    out = np.full(len(n), np.nan)
    for side in (after, ~after):
        freedom = float((n[side] - 1).clip(min=0).sum())
        if freedom > 0:
            spread = squares[side].sum() / freedom
            out[side] = np.sqrt(spread / np.where(n[side] > 0, n[side], np.nan))
    return out


def _examples(rows: pd.DataFrame, at: Any, n_points: int, audible: Sequence[str]) -> list[Any]:
    if "call_id" not in rows.columns:
        return [None] * n_points
    heard = rows["call_id"].isin(list(audible)).to_numpy()
    first = pd.Series(rows["call_id"].to_numpy()[heard], index=at[heard])
    return first[~first.index.duplicated()].reindex(range(n_points)).tolist()
