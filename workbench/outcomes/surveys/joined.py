"""Who was called, who answered: one row a call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.jackknife import MIN_CLUSTERS, Interval
from workbench.outcomes.surveys.answering import Groups
from workbench.schema import check_table

_Floats = npt.NDArray[np.float64]


def survey_rows(
    features: pd.DataFrame, outcomes: pd.DataFrame, calls: pd.DataFrame
) -> pd.DataFrame:
    """Join what was heard with who answered the survey, one row a call.

    Parameters
    ----------
    features : DataFrame
        From `call_features`, or any table with call_id and figures of the call.
    outcomes, calls : DataFrame
        The tables of these names.

    Returns
    -------
    DataFrame
        The features with the columns of outcomes and calls, and answered: what
        survey_answered says, or, where it says nothing in any call, whether there
        is a score.

    Raises
    ------
    InputError
        If no call is in all three, a score lies outside its scale, or a call has
        a score though it was not answered.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "customer_id": ["a", "b"]})
    >>> outcomes = pd.DataFrame({"call_id": ["1", "2"], "nps": [9, None]})
    >>> features = pd.DataFrame({"call_id": ["1", "2"], "valence_mean": [0.2, -0.5]})
    >>> survey_rows(features, outcomes, calls)["answered"].tolist()
    [True, False]
    """
    known = check_table(outcomes, "outcomes")
    heard = features[features["left_out"] == ""] if "left_out" in features else features
    heard = heard.drop(columns=["role"], errors="ignore")
    rows = heard.merge(known, on="call_id").merge(check_table(calls, "calls"), on="call_id")
    if rows.empty:
        raise InputError(
            f"None of {len(heard)} calls with features has both outcomes and a row in calls. "
            "Do the ids match?"
        )
    scored = rows["nps"].notna() | rows["csat"].notna()
    outside = rows["nps"].notna() & ~rows["nps"].between(0, 10)
    if outside.any():
        raise InputError(
            f"{int(outside.sum())} calls have an nps outside 0 to 10, the first is "
            f"{rows.loc[outside, 'nps'].iloc[0]}."
        )
    said = rows["survey_answered"]
    if (wrong := scored & ~said.fillna(True)).any():
        raise InputError(
            f"{int(wrong.sum())} calls have a score of the survey though survey_answered is no, "
            f'the first is "{rows.loc[wrong, "call_id"].iloc[0]}". Correct one of the two.'
        )
    rows["answered"] = scored if said.isna().all() else said.fillna(scored).astype(bool)
    return rows


def called_rows(rows: pd.DataFrame, among: str) -> pd.DataFrame:
    """Select the calls that the answers are to stand for.

    Parameters
    ----------
    rows : DataFrame
        From `survey_rows`.
    among : {"all", "invited"}
        All calls, or those whose customer was invited.

    Returns
    -------
    DataFrame
        These rows.

    Raises
    ------
    InputError
        If `among` is another word, or nothing says who was invited.

    Examples
    --------
    >>> rows = pd.DataFrame({"answered": [True, False], "survey_invited": [True, False]})
    >>> len(called_rows(rows, "invited"))
    1
    """
    if among not in ("all", "invited"):
        raise InputError(
            f'The answers stand for "all" who called or for those "invited"; among="{among}" came.'
            f"{nearest(among, ('all', 'invited'))}"
        )
    if "answered" not in rows.columns:
        raise InputError('The rows have no column "answered"; `survey_rows` makes them.')
    if among == "all":
        return rows
    if "survey_invited" not in rows or rows["survey_invited"].isna().all():
        raise InputError(
            'Nothing says who was invited to the survey (survey_invited). Use among="all".'
        )
    return rows[rows["survey_invited"].fillna(False).astype(bool)]


def check_both_sides(answered: npt.NDArray[np.bool_], among: str) -> None:
    """Make sure that some answered and some did not.

    Parameters
    ----------
    answered : ndarray of bool
        Of each call.
    among : {"all", "invited"}
        As in `called_rows`.

    Raises
    ------
    AbstainedError
        If all did, or nobody.

    Examples
    --------
    >>> check_both_sides(np.array([True, False]), "all")
    """
    if answered.any() and not answered.all():
        return
    who = "callers" if among == "all" else "invited callers"
    if len(answered) and answered.all():
        raise AbstainedError(
            f"All {len(answered)} {who} answered the survey: nobody was silent, and the score "
            "needs no weights."
        )
    raise AbstainedError(
        f"None of {len(answered)} {who} answered the survey, so there is nothing to compare."
    )


def means_without(
    value: _Floats, side: npt.NDArray[np.bool_], groups: Groups
) -> tuple[float, _Floats]:
    """Average values of one side, and again without each group.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
        Of each call.
    side : ndarray of bool, shape (n,)
        Which calls count.
    groups : Groups
        Who is left out together.

    Returns
    -------
    mean : float
        Of all that count.
    without : ndarray of float, shape (n_groups,)
        The same without each group; NaN where nothing is left.

    Examples
    --------
    >>> groups = Groups(np.array([0, 1]), 2, 2, "customer")
    >>> mean, without = means_without(np.array([1.0, 3.0]), np.array([True, True]), groups)
    >>> mean, without.tolist()
    (2.0, [3.0, 1.0])
    """
    total = np.bincount(groups.codes[side], value[side], minlength=groups.n)
    count = np.bincount(groups.codes[side], minlength=groups.n).astype(float)
    left = count.sum() - count
    without = np.divide(total.sum() - total, left, out=np.full(groups.n, np.nan), where=left > 0)
    return float(total.sum() / count.sum()), without


def why_no_interval(groups: Groups, interval: Interval) -> str:
    """Say why there is no interval.

    Parameters
    ----------
    groups : Groups
        Who was left out.
    interval : Interval
        What came of it.

    Returns
    -------
    str
        A sentence; empty if there is one.

    Examples
    --------
    >>> why_no_interval(Groups(np.arange(9), 9, 9, "customer"), Interval(1.0, -2.0, 2.0, 1.0))
    ''
    """
    if np.isfinite(interval.low):
        return ""
    if groups.n < MIN_CLUSTERS:
        return f"No interval: {groups.n} customers are too few; {MIN_CLUSTERS} are needed."
    return "No interval: without some customers there is no estimate, or nothing varies."
