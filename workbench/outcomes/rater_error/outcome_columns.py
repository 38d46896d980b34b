"""Outcomes and covariates of calls, checked and turned into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.rater_error.likelihoods import (
    Binary,
    Gaussian,
    Hazard,
    Likelihood,
    NegativeBinomial,
    Ordinal,
    Poisson,
)

_EVENTS, _EVENTS_A_COVARIATE, _MAX_LEVELS, _PIECES = 10, 5, 20, 5

_Floats = npt.NDArray[np.float64]


class Kind(NamedTuple):
    """A kind of outcome.

    Parameters
    ----------
    columns : tuple of str
        Columns of the rows that it needs.
    unit : str
        Unit of effects.
    times : float
        From the outcome's own unit to that.
    coefficient : str
        What the coefficient is.
    model : str
        Name of the likelihood.
    """

    columns: tuple[str, ...]
    unit: str
    times: float
    coefficient: str
    model: str


KINDS = {
    "binary": Kind(("y",), "percentage points", 100.0, "log odds", "logit"),
    "count": Kind(("y",), "per 100 calls", 100.0, "log rate", "Poisson"),
    "continuous": Kind(("y",), "points", 1.0, "points", "linear, normal residuals"),
    "ordinal": Kind(("y",), "points of the mean", 1.0, "log odds", "ordered logit"),
    "time_to_event": Kind(
        ("duration", "event"), "percentage points", 100.0, "log hazard", "piecewise exponential"
    ),
}
"""Kinds of outcome by name."""


class Outcome(NamedTuple):
    """An outcome, ready to be related.

    Parameters
    ----------
    likelihood : Likelihood
        Of its rows.
    unit, model : str
        See `Kind`; with what was chosen from the data.
    n_events : int or None
        Rows with the event, or events counted; None for a score.
    high : ndarray of bool, shape (n,)
        Rows with the event, or above the middle: to hold raters against.
    """

    likelihood: Likelihood
    unit: str
    model: str
    n_events: int | None
    high: npt.NDArray[np.bool_]


def kind_named(name: str) -> Kind:
    """Find a kind of outcome.

    Parameters
    ----------
    name : str
        binary, count, continuous, ordinal or time_to_event.

    Returns
    -------
    Kind
        The kind.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> kind_named("count").unit
    'per 100 calls'
    """
    key = str(name).replace(" ", "_")
    if key not in KINDS:
        raise InputError(
            f'There is no kind of outcome "{name}".{nearest(str(name), KINDS)} There are: '
            f"{', '.join(KINDS)}."
        )
    return KINDS[key]


def duration_column(rows: pd.DataFrame) -> str:
    """Name the column of durations: duration_s or duration_days.

    Parameters
    ----------
    rows : DataFrame
        Rows of a time to an event.

    Returns
    -------
    str
        The name.

    Raises
    ------
    InputError
        If neither is there.

    Examples
    --------
    >>> import pandas as pd
    >>> duration_column(pd.DataFrame(columns=["duration_days", "event"]))
    'duration_days'
    """
    for name in ("duration_s", "duration_days"):
        if name in rows.columns:
            return name
    raise InputError(
        "A time to an event needs duration_s or duration_days (to the event, or to the end of "
        "observation) and event (1 where it happened)."
    )


def outcome_of(
    rows: pd.DataFrame, kind: str, n_covariates: int, *, horizon: float | None = None
) -> Outcome:
    """Check an outcome's columns and choose its likelihood.

    Parameters
    ----------
    rows : DataFrame
        y (and exposure_days for a count), or a duration and event; without gaps.
    kind : str
        See `KINDS`.
    n_covariates : int
        Columns held equal.
    horizon : float, optional
        For a time to an event, in its unit.

    Returns
    -------
    Outcome
        With its likelihood.

    Raises
    ------
    InputError
        If a value cannot be of this kind.
    AbstainedError
        If there are too few rows or events.

    Examples
    --------
    >>> import pandas as pd
    >>> outcome_of(pd.DataFrame({"y": [0, 1] * 20}), "binary", 0).n_events
    20
    """
    needed = _EVENTS + _EVENTS_A_COVARIATE * n_covariates
    found = kind_named(kind)
    key = str(kind).replace(" ", "_")
    if key == "time_to_event":
        return _timed(rows, found, needed, horizon)
    y = numbers(rows, "y")
    if key == "binary":
        _check_yes_no(rows, "y", y)
        events = int(y.sum())
        _check_events(events, len(y) - events, needed)
        return Outcome(Binary(y), found.unit, found.model, events, y > 0)
    if key == "count":
        return _counted(rows, y, found, needed)
    if len(y) < 2 * needed:
        raise AbstainedError(f"{len(y)} calls are too few; {2 * needed} are needed.")
    if np.ptp(y) == 0:
        raise AbstainedError(f"All calls have the same outcome, {y[0]:g}.")
    high = y > np.median(y)
    if key == "continuous":
        return Outcome(Gaussian(y), found.unit, found.model, None, high)
    values, codes = np.unique(y, return_inverse=True)
    if len(values) > _MAX_LEVELS:
        raise InputError(
            f"An ordinal outcome has a few answers, such as 0 to 10; {len(values)} different "
            'values came. Take outcome_kind="continuous".'
        )
    return Outcome(Ordinal(codes.astype(np.int64), values), found.unit, found.model, None, high)


def numbers(rows: pd.DataFrame, name: str) -> _Floats:
    """Read a column as numbers, refusing text.

    Parameters
    ----------
    rows : DataFrame
        Rows.
    name : str
        The column.

    Returns
    -------
    ndarray of float
        The numbers; yes/no as 1 and 0.

    Raises
    ------
    InputError
        If it is missing or holds text.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({"y": [True, False]}), "y")
    array([1., 0.])
    """
    if name not in rows.columns:
        raise InputError(
            f'The rows have no column "{name}".{nearest(name, map(str, rows.columns))}'
        )
    column = rows[name]
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        odd = column.dropna().iloc[0] if column.notna().any() else "nothing"
        raise InputError(
            f'{name} must be numbers or True and False; "{odd}" came. Say what the words mean, for '
            f'example rows["{name}"] = rows["{name}"].map({{"yes": 1, "no": 0}}).'
        )
    return column.to_numpy(dtype=float, na_value=np.nan)


def covariate_columns(rows: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Turn covariates into columns of numbers, in standard deviations.

    Parameters
    ----------
    rows : DataFrame
        Rows without gaps.
    covariates : sequence of str
        Columns; text and yes/no make one column a value but for the first.

    Returns
    -------
    DataFrame
        The columns; constant ones are left out.

    Raises
    ------
    InputError
        If a text column has more than 20 values.

    Examples
    --------
    >>> import pandas as pd
    >>> covariate_columns(pd.DataFrame({"queue": ["a", "b"] * 3}), ["queue"]).columns.tolist()
    ['queue_b']
    """
    parts = []
    for name in covariates:
        column = rows[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            part = column.astype(float).to_frame()
        else:
            n = column.nunique()
            if n > _MAX_LEVELS:
                raise InputError(
                    f'"{name}" has {n} different values, too many to hold equal; {_MAX_LEVELS} is '
                    "the most. Group them first, or leave it out."
                )
            part = pd.get_dummies(column, prefix=name, drop_first=True, dtype=float)
        parts.append(part)
    table = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=rows.index)
    spread = table.std(ddof=0)
    table = table.loc[:, spread > 0]
    return (table - table.mean()) / spread[spread > 0]


def _check_yes_no(rows: pd.DataFrame, name: str, values: _Floats) -> None:
    odd = ~np.isin(values, (0.0, 1.0))
    if odd.any():
        raise InputError(f"{name} is yes (1) or no (0); {values[odd][0]:g} came.")


def _check_events(events: int, others: int, needed: int) -> None:
    if min(events, others) < needed:
        raise AbstainedError(
            f"{events} calls with the event and {others} without are too few; {needed} of each "
            "are needed."
        )


def _counted(rows: pd.DataFrame, y: _Floats, kind: Kind, needed: int) -> Outcome:
    if (y < 0).any() or (y != np.round(y)).any():
        odd = y[(y < 0) | (y != np.round(y))][0]
        raise InputError(f"A count is 0, 1, 2 and so on; {odd:g} came.")
    exposure = np.ones(len(y))
    if "exposure_days" in rows.columns:
        exposure = numbers(rows, "exposure_days")
        if not (exposure > 0).all():
            raise InputError("exposure_days is above 0: the days in which events were counted.")
    total = int(y.sum())
    if total < needed or len(y) < 2 * needed:
        raise AbstainedError(
            f"{total} events in {len(y)} calls are too few; {needed} events and {2 * needed} calls "
            "are needed."
        )
    if np.ptp(y) == 0:
        raise AbstainedError(f"All calls have the same outcome, {y[0]:g}.")
    high = y / exposure > np.median(y / exposure)
    mu = exposure * total / exposure.sum()
    alpha = float(np.sum((y - mu) ** 2 - mu) / np.sum(mu**2))
    pearson = float(np.mean((y - mu) ** 2 / mu))
    if pearson <= 1 + 3 * np.sqrt(2 / len(y)):
        return Outcome(Poisson(y, exposure), kind.unit, kind.model, total, high)
    family = NegativeBinomial(y, exposure, max(alpha, 0.01))
    return Outcome(family, kind.unit, "negative binomial", total, high)


def _timed(rows: pd.DataFrame, kind: Kind, needed: int, horizon: float | None) -> Outcome:
    name = duration_column(rows)
    duration, event = numbers(rows, name), numbers(rows, "event")
    _check_yes_no(rows, "event", event)
    if not (duration > 0).all():
        odd = duration[~(duration > 0)][0]
        raise InputError(f"{name} is above 0; {odd:g} came. Leave such rows out first.")
    events = int(event.sum())
    if events < needed:
        raise AbstainedError(f"{events} events are too few; {needed} are needed.")
    at = duration[event > 0]
    pieces = max(1, min(_PIECES, events // 10))
    edges = np.unique(np.r_[0.0, np.quantile(at, np.arange(1, pieces) / pieces)])
    until = float(np.median(duration)) if horizon is None else float(horizon)
    if not 0 < until <= duration.max():
        raise InputError(
            f"The horizon lies within what was observed, above 0 up to {duration.max():g}; "
            f"{until:g} came."
        )
    word = "s" if name.endswith("_s") else "days"
    return Outcome(
        Hazard(duration, event, edges, until),
        f"{kind.unit} within {until:.4g} {word}",
        f"{kind.model} ({len(edges)} pieces)",
        events,
        event > 0,
    )
