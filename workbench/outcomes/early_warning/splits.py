"""Training and test rows that share neither customer nor time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.jackknife import cluster_codes

VALIDATIONS = ("customer and time", "customer", "none")
"""Ways of keeping what is learned apart from what it is tested on."""

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to be tested on, by position.

    Parameters
    ----------
    train, test : ndarray of int
        Positions; they share no customer, and every training call began before
        `cut` less the gap.
    fold : int
        Number of the customers' fold, from 0.
    cut : Timestamp or None
        From when on calls are tested; None where time does not count.
    """

    train: _Ints
    test: _Ints
    fold: int
    cut: pd.Timestamp | None


def customer_folds(customer: pd.Series, n_folds: int = 5, *, seed: int = 0) -> _Ints:
    """Deal customers into folds of about equally many rows, whole customers each.

    Parameters
    ----------
    customer : Series
        Customer of each row.
    n_folds : int, default 5
        How many folds, from 2 to the number of customers.
    seed : int, default 0
        Which deal; the same whatever the order of the rows.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold of each row, from 0.

    Raises
    ------
    InputError
        If a row has no customer, or there are fewer customers than folds.

    Examples
    --------
    >>> import pandas as pd
    >>> customer_folds(pd.Series(["a", "a", "b", "c"]), 2).tolist()
    [0, 0, 1, 1]
    """
    codes, g = cluster_codes(customer, what="customer")
    if not 2 <= n_folds <= g:
        raise InputError(
            f"Customers are dealt into 2 folds or more, and no more than there are customers: "
            f"{n_folds} folds and {g} customers came."
        )
    sizes = np.bincount(codes, minlength=g)
    shuffled = np.random.default_rng(seed).permutation(g)
    fold_of = np.empty(g, dtype=np.int64)
    filled = np.zeros(n_folds)
    for one in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold_of[one] = int(np.argmin(filled))
        filled[fold_of[one]] += sizes[one]
    return fold_of[codes]


def splits(
    fold: _Ints,
    started_at: pd.Series | None = None,
    *,
    dates: Sequence[pd.Timestamp] = (),
    gap: str | pd.Timedelta = "1h",
) -> Iterator[Split]:
    """Split rows by customer and by time at once.

    What is learned from other customers' calls before a date is tested on held
    out customers' calls from that date on. Folds by chance let a model know its
    test customers; folds by time alone do too, where customers come again.

    Parameters
    ----------
    fold : ndarray of int, shape (n,)
        Fold of each row's customer, from `customer_folds`.
    started_at : Series of timestamps, optional
        When each call began; without it customers alone are held out.
    dates : sequence of Timestamp
        Cuts, from `cut_dates`. Rows between one cut and the next are tested by
        what was learned before the former; those before the first never are.
    gap : str or Timedelta, default "1h"
        Time before a cut from which nothing is learned: as long as it takes
        until an outcome is known. An escalation is known when the call is over;
        for an outcome known two weeks later take "14D".

    Yields
    ------
    Split
        One for each fold and cut that has rows to be tested.

    Raises
    ------
    InputError
        If a row lacks a date, or the gap cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2026-01-01", "2026-01-02", "2026-03-01", "2026-03-02"]
    >>> when = pd.Series(pd.to_datetime(days))
    >>> found = splits(np.array([0, 1, 0, 1]), when, dates=[pd.Timestamp("2026-02-01")])
    >>> [(s.train.tolist(), s.test.tolist()) for s in found]
    [([1], [2]), ([0], [3])]
    """
    folds = np.unique(fold)
    if started_at is None:
        for number in folds:
            held = fold == number
            yield Split(np.flatnonzero(~held), np.flatnonzero(held), int(number), None)
        return
    _check_dates(started_at)
    wait = _read_gap(gap)
    for start, stop in zip(dates, [*dates[1:], None], strict=True):
        before = (started_at + wait < start).to_numpy(dtype=bool)
        after = (started_at >= start).to_numpy(dtype=bool)
        if stop is not None:
            after = after & (started_at < stop).to_numpy(dtype=bool)
        for number in folds:
            held = fold == number
            if (after & held).any():
                train, test = np.flatnonzero(before & ~held), np.flatnonzero(after & held)
                yield Split(train, test, int(number), start)


def cut_dates(
    started_at: pd.Series, cuts: Sequence[float | str | pd.Timestamp]
) -> list[pd.Timestamp]:
    """Turn shares of rows or written dates into dates, in order.

    Parameters
    ----------
    started_at : Series of timestamps
        When each call began.
    cuts : sequence
        Shares between 0 and 1, or dates.

    Returns
    -------
    list of Timestamp
        In the time zone of `started_at`.

    Raises
    ------
    InputError
        If there is none, or one cannot be read or lies outside the calls.

    Examples
    --------
    >>> import pandas as pd
    >>> cut_dates(pd.Series(pd.date_range("2026-01-01", periods=5)), (0.5,))
    [Timestamp('2026-01-03 00:00:00')]
    """
    if isinstance(cuts, (str, float, int)) or not len(cuts):
        raise InputError(
            'Cuts are a list of dates or shares, for example ("2026-03-01",) or (0.5,); '
            f"{cuts!r} came."
        )
    _check_dates(started_at)
    zone = started_at.dt.tz
    out = []
    for cut in cuts:
        if isinstance(cut, (int, float)) and not isinstance(cut, bool):
            if not 0 < cut < 1:
                raise InputError(f"A cut is a share between 0 and 1, or a date; {cut:g} came.")
            out.append(started_at.sort_values().iloc[int(float(cut) * len(started_at))])
            continue
        try:
            date = pd.Timestamp(cut)
        except (ValueError, TypeError) as error:
            raise InputError(
                f'"{cut}" is no date. Write it as year-month-day: "2026-03-01".'
            ) from error
        date = date.tz_localize(zone) if date.tzinfo is None else date.tz_convert(zone)
        if not started_at.min() < date <= started_at.max():
            raise InputError(
                f"The cut {date:%Y-%m-%d} does not divide the calls; they began from "
                f"{started_at.min():%Y-%m-%d} to {started_at.max():%Y-%m-%d}."
            )
        out.append(date)
    return sorted(set(out))


def _check_dates(started_at: pd.Series) -> None:
    if lost := int(started_at.isna().sum()):
        raise InputError(
            f"{lost} of {len(started_at)} rows have no started_at, so that before and after cannot "
            'be told apart. Leave them out, or hold out customers alone: validation="customer".'
        )


def _read_gap(gap: str | pd.Timedelta) -> pd.Timedelta:
    try:
        wait = pd.Timedelta(gap)
    except ValueError as error:
        raise InputError(
            f'"{gap}" is no length of time. Write for example "14D" or "1h".'
        ) from error
    if pd.isna(wait) or wait < pd.Timedelta(0):
        raise InputError(f"A gap is a length of time, 0 or more; {gap} came.")
    return wait
