"""What a warning is worth: how many alarms, how many of them right, how long before."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.jackknife import MIN_CLUSTERS, cluster_codes
from workbench.outcomes.early_warning.checking import check_step
from workbench.outcomes.early_warning.intervals import (
    MIN_APART,
    MIN_EVENTS,
    auc_interval,
    n_apart,
    share_interval,
)
from workbench.outcomes.early_warning.readings import UNKNOWN_RATERS, row_reading

_Floats = npt.NDArray[np.float64]


def warning_table(
    scored: pd.DataFrame,
    *,
    k: int = 20,
    minutes_per_review: float | None = None,
    saved_share: float | None = None,
) -> pd.DataFrame:
    """Say how well each score warns at each landmark, and what its alarms are worth.

    Parameters
    ----------
    scored : DataFrame
        From `scored_rows`.
    k : int, default 20
        How many calls a reviewer can take, for the precision among the k with
        the highest score; ties share the places left.
    minutes_per_review : float, optional
        Your assumption: minutes that a reviewer spends on an alarm.
    saved_share : float, optional
        Your assumption: the share (0..1) of rightly alarmed calls that are saved
        when someone steps in. It cannot be read from these calls.

    Returns
    -------
    DataFrame
        One row a landmark and score:

        landmark_s, score, kind, validation
            Which.
        n_calls, n_events, n_customers, n_unknown
            Tested calls, those with the event, their customers, and calls whose
            figures were missing (ranked last, no alarm).
        auc, auc_low, auc_high
            Chance that a call with the event has the higher score; 95 %.
        n_alarms, alarms_per_100, alarms_low, alarms_high
            How many alarms, of all calls and of 100.
        precision, precision_low, precision_high
            Share of alarms that were followed by the event.
        recall, recall_low, recall_high
            Share of events that an alarm came before.
        k, precision_at_k, at_k_low, at_k_high
            Share of the k highest that were followed by the event.
        lead_q1_s, lead_median_s, lead_q3_s
            Seconds from the landmark to the event, of true alarms.
        minutes_per_review, saved_share, saved_per_reviewer_hour
            Your assumptions and calls saved an hour of reviewing alarms, which
            is 60 / minutes_per_review x precision x saved_share.
        note, reading
            Why something is missing; the row in a sentence.

    Raises
    ------
    InputError
        If `k` or an assumption is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> n = 60
    >>> scored = pd.DataFrame({
    ...     "call_id": [str(i) for i in range(n)], "landmark_s": 60.0, "score": "frustration",
    ...     "kind": "column", "value": [i % 7 for i in range(n)], "known": True,
    ...     "alarm": [i % 7 == 6 for i in range(n)], "event": [i % 7 > 3 for i in range(n)],
    ...     "lead_s": 30.0, "customer_id": [str(i // 2) for i in range(n)],
    ...     "validation": "none", "unknown_raters": False, "note": "",
    ... })
    >>> table = warning_table(scored, minutes_per_review=6, saved_share=0.3)
    >>> table[["auc", "n_alarms", "precision", "saved_per_reviewer_hour"]]
       auc  n_alarms  precision  saved_per_reviewer_hour
    0  1.0         8        1.0                      3.0
    """
    _check_assumptions(k, minutes_per_review, saved_share)
    check_step(scored, ("landmark_s", "score", "value", "alarm"), made_by="scored_rows")
    out = []
    for (at, name), own in scored.groupby(["landmark_s", "score"], sort=False):
        row: dict[str, Any] = {"landmark_s": at, "score": name}
        row |= _figures(own.reset_index(drop=True), k)
        row |= {
            "minutes_per_review": np.nan if minutes_per_review is None else minutes_per_review,
            "saved_share": np.nan if saved_share is None else saved_share,
        }
        row["saved_per_reviewer_hour"] = (
            60 / row["minutes_per_review"] * row["precision"] * row["saved_share"]
        )
        row["reading"] = row_reading(row)
        out.append(row)
    return pd.DataFrame(out)[_COLUMNS]


_COLUMNS = [
    *("landmark_s", "score", "kind", "validation", "n_calls", "n_events", "n_customers"),
    *("n_unknown", "auc", "auc_low", "auc_high"),
    *("n_alarms", "alarms_per_100", "alarms_low", "alarms_high"),
    *("precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"),
    *("k", "precision_at_k", "at_k_low", "at_k_high"),
    *("lead_q1_s", "lead_median_s", "lead_q3_s"),
    *("minutes_per_review", "saved_share", "saved_per_reviewer_hour", "note", "reading"),
]


def _check_assumptions(k: int, minutes: float | None, saved: float | None) -> None:
    if k < 1:
        raise InputError(f"k is how many calls a reviewer can take, 1 or more; {k} came.")
    if minutes is not None and not minutes > 0:
        raise InputError(f"minutes_per_review are above 0; {minutes:g} came.")
    if saved is not None and not 0 <= saved <= 1:
        raise InputError(f"saved_share is a share from 0 to 1; {saved:g} came.")


def _figures(own: pd.DataFrame, k: int) -> dict[str, Any]:
    codes, g = cluster_codes(own["customer_id"], what="customer")
    event = own["event"].to_numpy(dtype=bool)
    happened = event.astype(float)
    n, n_events = len(own), int(event.sum())
    value = own["value"].to_numpy(dtype=float)
    row: dict[str, Any] = {
        "kind": own["kind"].iloc[0],
        "validation": own["validation"].iloc[0],
        "n_calls": n,
        "n_events": n_events,
        "n_customers": g,
        "n_unknown": int((~own["known"].astype(bool)).sum()),
        "k": min(k, n),
    }
    note = [str(own["note"].iloc[0])]
    if own["unknown_raters"].any():
        note.append(UNKNOWN_RATERS)
    if np.isnan(value).any():  # no score could be learned
        gone = {c: np.nan for c in _COLUMNS[8:-5] if c != "k"}
        return row | gone | {"n_alarms": 0, "note": " ".join(note).strip()}
    ranked = np.unique(value, return_inverse=True)[1].astype(float)
    auc, low, high = auc_interval(ranked, event, codes)
    note.append(_why_no_interval(ranked, n_events, n, g, np.isfinite(low)))
    alarm = own["alarm"].to_numpy(dtype=float)
    one = np.ones(n)
    figures = {
        ("alarms_per_100", "alarms"): (share_interval(alarm, one, codes), 100.0),
        ("precision", "precision"): (share_interval(happened, alarm, codes), 1.0),
        ("recall", "recall"): (share_interval(alarm, happened, codes), 1.0),
        ("precision_at_k", "at_k"): (
            share_interval(happened, highest(ranked, row["k"]), codes),
            1.0,
        ),
    }
    row |= {"auc": auc, "auc_low": low, "auc_high": high, "n_alarms": int(alarm.sum())}
    for (name, short), ((share, lowest, most), times) in figures.items():
        row |= {name: share * times, f"{short}_low": lowest * times, f"{short}_high": most * times}
    lead = own.loc[event & (alarm > 0), "lead_s"].dropna().to_numpy(dtype=float)
    quartiles = np.quantile(lead, [0.25, 0.5, 0.75]) if len(lead) else np.full(3, np.nan)
    row |= dict(
        zip(("lead_q1_s", "lead_median_s", "lead_q3_s"), map(float, quartiles), strict=True)
    )
    return row | {"note": " ".join(part for part in note if part)}


def highest(value: _Floats, k: int) -> _Floats:
    """Weigh the k rows with the highest score 1; rows that tie for the last places share them.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
        The score.
    k : int
        How many places there are, at most n.

    Returns
    -------
    ndarray of float, shape (n,)
        Weights from 0 to 1; their sum is k.

    Examples
    --------
    >>> highest(np.array([3.0, 1.0, 2.0, 2.0]), 2)
    array([1. , 0. , 0.5, 0.5])
    """
    last = np.sort(value)[len(value) - k]
    above, tied = value > last, value == last
    shared: _Floats = above + tied * (k - above.sum()) / tied.sum()
    return shared


def _why_no_interval(value: _Floats, n_events: int, n: int, g: int, told: bool) -> str:
    if told:
        return ""
    if n_apart(value) == 0:
        return "The score is the same for all calls: no information."
    if n_events in (0, n):
        return f"{n_events} of {n} calls have the event; an AUC needs calls on both sides."
    if min(n_events, n - n_events) < MIN_EVENTS:
        return (
            f"No interval: {n_events} calls with the event and {n - n_events} without are too "
            f"few; {MIN_EVENTS} of each are needed."
        )
    if g < MIN_CLUSTERS:
        return f"No interval: {g} customers are too few; {MIN_CLUSTERS} are needed."
    if (apart := n_apart(value)) < MIN_APART:
        return (
            f"No interval: only {apart} of {n} calls have another score than the rest; "
            f"{MIN_APART} are needed."
        )
    return "No interval: the score tells these calls apart without error, or one customer has all."
