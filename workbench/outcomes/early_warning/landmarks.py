"""Calls as they stood at a moment: still running, not yet escalated, known so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.outcomes.early_warning.readings import UNKNOWN_RATERS
from workbench.outcomes.guards import check_before
from workbench.schema import check_table

LANDMARKS_S = (15.0, 30.0, 60.0, 120.0, 180.0)
"""Usual moments at which a warning is asked for, seconds of the call."""

OVER = "Over before this moment."
HAPPENED = "Escalated before this moment."
NO_TIME = "Escalated at an unknown time, so that before and after cannot be told apart."
NO_OUTCOME = "It is not known whether it happened."
NO_LENGTH = "It is not known how long the call lasted."

ABOUT = (
    *("call_id", "landmark_s", "left_out", "event", "event_at_s", "lead_s"),
    *("customer_id", "agent_id", "started_at"),
    *("kind", "audio_until_s", "rater_heard_until_s"),
)
"""Columns of `landmark_rows` that say which row it is, not what was heard."""

_NOT_PREDICTORS = (*ABOUT, "role", "cut_at_s", "n_utterances", "judged_s")


def landmark_rows(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    durations: pd.Series,
    *,
    on: str = "escalated",
    raters: Literal["refuse", "tell"] = "refuse",
) -> pd.DataFrame:
    """Put calls as they stood at each landmark beside what happened after it.

    At a landmark only calls count that still ran and had not been escalated;
    the event is an escalation after it. Whoever takes the share of frustration
    over whole calls, or the first utterances of all calls whenever they were,
    lets the end of the call into the forecast of that end.

    Parameters
    ----------
    features : DataFrame
        One row a call and landmark: call_id, landmark_s, figures of what was
        heard before it, and where they come from: kind, audio_until_s,
        rater_heard_until_s (see `workbench.outcomes.guards`). Rows whose
        `left_out` is not empty stay out. A share of time without any judged time
        counts as 0: nothing was heard yet.
    outcomes, calls : DataFrame
        The tables of these names.
    durations : Series of float
        Length of each call in seconds, by call_id.
    on : str, default "escalated"
        A yes/no column of `outcomes`. An escalation has its moment in the call
        (escalated_at_s); anything else is taken to come after the call.
    raters : {"refuse", "tell"}, default "refuse"
        What to do about ratings of which is not known how far their rater had
        heard: "tell" lets them in and every sentence says so.

    Returns
    -------
    DataFrame
        One row a call and landmark, sorted by both: call_id, landmark_s,
        left_out (why it does not count; empty if it does), event, event_at_s,
        lead_s (from the landmark to the event, seconds), customer_id, agent_id,
        started_at, then the columns of `features`.

    Raises
    ------
    InputError
        If a column is missing, a call comes twice at a landmark, or a figure
        rests on what came after it.

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({
    ...     "call_id": ["1", "2", "3"], "landmark_s": 30.0, "frustration_share": [0.4, None, 0.1],
    ...     "kind": "causal", "audio_until_s": [27.0, None, 19.0],
    ...     "rater_heard_until_s": [28.0, None, 29.0],
    ... })
    >>> outcomes = pd.DataFrame({"call_id": ["1", "2", "3"], "escalated": [True, False, True],
    ...                          "escalated_at_s": [75.0, None, 20.0]})
    >>> calls = pd.DataFrame({"call_id": ["1", "2", "3"], "customer_id": list("abc")})
    >>> lengths = pd.Series({"1": 90.0, "2": 80.0, "3": 40.0})
    >>> rows = landmark_rows(features, outcomes, calls, lengths)
    >>> rows[["call_id", "left_out", "event", "lead_s", "frustration_share"]]
      call_id                       left_out  event  lead_s  frustration_share
    0       1                                  True    45.0                0.4
    1       2                                 False     NaN                0.0
    2       3  Escalated before this moment.   True   -10.0                0.1
    """
    for name in ("call_id", "landmark_s"):
        if name not in features.columns:
            raise InputError(
                f'Features at landmarks need the column "{name}"; these have '
                f"{', '.join(map(str, features.columns))}."
            )
    if (twice := features.duplicated(["call_id", "landmark_s"])).any():
        row = features[twice].iloc[0]
        raise InputError(
            f'The call "{row["call_id"]}" comes more than once at {row["landmark_s"]:g} s; '
            "one row a call and landmark is expected."
        )
    happened = _happened(outcomes, on)
    known = check_table(calls, "calls")[["call_id", "customer_id", "agent_id", "started_at"]]
    rows = features.drop(columns=["customer_id", "agent_id", "started_at"], errors="ignore")
    rows = rows.sort_values(["landmark_s", "call_id"], ignore_index=True)
    rows = rows.merge(happened, on="call_id", how="left").merge(known, on="call_id", how="left")
    length = rows["call_id"].map(durations).astype("float64")
    at = rows["landmark_s"].astype("float64")
    rows["lead_s"] = rows["event_at_s"] - at
    timeless = rows["event"].fillna(False) & rows["event_at_s"].isna() & (on == "escalated")
    reasons = [
        (rows["event"].isna(), NO_OUTCOME),
        (length.isna(), NO_LENGTH),
        (timeless, NO_TIME),
        (rows["event_at_s"] <= at, HAPPENED),
        (length <= at, OVER),
    ]
    why = rows["left_out"].fillna("") if "left_out" in rows else pd.Series("", index=rows.index)
    own = np.select([r.to_numpy(dtype=bool) for r, _ in reasons], [w for _, w in reasons], "")
    rows["left_out"] = pd.Series(own, index=rows.index, dtype="str").where(own != "", why)
    inside = rows["left_out"] == ""
    check_before(rows, rows["landmark_s"], raters=raters)
    shares = [c for c in predictors_of(rows) if c.endswith("_share")]
    rows[shares] = rows[shares].where(rows[shares].notna() | ~inside.to_numpy()[:, None], 0.0)
    first = [c for c in ABOUT[:9] if c in rows.columns]
    return rows[[*first, *(c for c in rows.columns if c not in first)]]


def _happened(outcomes: pd.DataFrame, on: str) -> pd.DataFrame:
    checked = check_table(outcomes, "outcomes")
    yes_no = [c for c in checked.columns if pd.api.types.is_bool_dtype(checked[c])]
    if on not in yes_no:
        raise InputError(
            f'"{on}" is no yes/no outcome.{nearest(on, yes_no)} There are: {", ".join(yes_no)}.'
        )
    event = checked[on].astype("boolean")
    moment = checked["escalated_at_s"].astype("float64")
    moment = moment.where(event.fillna(False)) if on == "escalated" else moment * np.nan
    return pd.DataFrame({"call_id": checked["call_id"], "event": event, "event_at_s": moment})


def predictors_of(rows: pd.DataFrame) -> list[str]:
    """List the columns of a landmark table that a score may be made of.

    Parameters
    ----------
    rows : DataFrame
        From `landmark_rows`.

    Returns
    -------
    list of str
        Numeric columns about what was heard.

    Examples
    --------
    >>> import pandas as pd
    >>> predictors_of(pd.DataFrame({"call_id": ["1"], "landmark_s": 30.0, "valence_mean": 0.1}))
    ['valence_mean']
    """
    return [
        str(c)
        for c in rows.columns
        if c not in _NOT_PREDICTORS and pd.api.types.is_numeric_dtype(rows[c])
    ]


def landmark_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the calls at each landmark, and say why the others do not count.

    Parameters
    ----------
    rows : DataFrame
        From `landmark_rows`.

    Returns
    -------
    DataFrame
        One row a landmark: landmark_s, n_calls, n_events, n_customers, n_left_out,
        left_out (how many for which reason, in words), note.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"landmark_s": 30.0, "event": [True, False, True],
    ...                      "left_out": ["", "", "Over before this moment."],
    ...                      "rater_heard_until_s": 30.0, "customer_id": list("aab")})
    >>> landmark_counts(rows)[["n_calls", "n_events", "n_customers", "left_out"]]
       n_calls  n_events  n_customers                     left_out
    0        2         1            1  1: Over before this moment.
    """
    out = []
    for at, own in rows.groupby("landmark_s", sort=True):
        inside = own[own["left_out"] == ""]
        reasons = own.loc[own["left_out"] != "", "left_out"].value_counts()
        out.append(
            {
                "landmark_s": at,
                "n_calls": len(inside),
                "n_events": int(inside["event"].astype("boolean").fillna(False).sum()),
                "n_customers": inside["customer_id"].nunique(),
                "n_left_out": len(own) - len(inside),
                "left_out": " ".join(f"{n}: {why}" for why, n in reasons.items()),
                "note": UNKNOWN_RATERS if unknown_raters(inside).any() else "",
            }
        )
    return pd.DataFrame(out)


def unknown_raters(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows rest on raters who had heard further, or of whom it is not known.

    Parameters
    ----------
    rows : DataFrame
        From `landmark_rows`.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where rater_heard_until_s is missing or beyond the landmark.
    """
    if "rater_heard_until_s" not in rows.columns:
        return np.ones(len(rows), dtype=bool)
    heard = rows["rater_heard_until_s"].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(~(heard <= rows["landmark_s"].to_numpy(dtype=float) + 1e-6))


def check_landmarks(at_s: float | Sequence[float]) -> list[float]:
    """Check and sort the moments at which warnings are asked for.

    Parameters
    ----------
    at_s : float or sequence of float
        Seconds of the call, above 0.

    Returns
    -------
    list of float
        Each once, in order.

    Raises
    ------
    InputError
        If there is none, or one is not above 0.

    Examples
    --------
    >>> check_landmarks([60, 30, 30])
    [30.0, 60.0]
    """
    try:
        moments = sorted({float(at) for at in np.atleast_1d(at_s)})
    except (TypeError, ValueError) as error:
        raise InputError(f"Landmarks are seconds of the call; {at_s!r} came.") from error
    if not moments or not all(0 < at < np.inf for at in moments):
        raise InputError(f"Landmarks are seconds after the start of the call; {at_s!r} came.")
    return moments
