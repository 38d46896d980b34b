"""One row a call, or a customer: the outcome, what was heard before it, and what is held equal."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.outcomes.guards import check_before
from workbench.outcomes.inputs import checked
from workbench.outcomes.kinds import OutcomeKind, kind_named

ABOUT = ("role", "n_utterances", "judged_s", "cut_at_s", "left_out", "kind", "audio_until_s")
"""Columns of features that tell where they come from."""

_DAY_S = 86_400.0


def outcome_rows(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    *,
    outcome: str,
    within: float | None = None,
    from_s: float | None = None,
    raters: Literal["refuse", "tell"] = "tell",
) -> pd.DataFrame:
    """Lay beside each other what was heard and what happened afterwards.

    Nothing that came after the outcome is in a row. Escalation: features must be
    cut at it. Churn and further contacts: a customer who left is described by
    the first call, never by a later one, so that nobody is described by more
    calls for having stayed longer.

    Parameters
    ----------
    features : DataFrame
        One row a call: call_id, features, where they come from.
    outcomes, calls : DataFrame
        The tables of these names.
    customers : DataFrame, optional
        The table of this name; needed for churned and time_to_churn.
    outcome : str
        A name of `OUTCOME_KINDS`.
    within : float, optional
        Days within which churn or further contacts count.
    from_s : float, optional
        For time_to_escalation: the landmark, in seconds of the call; features
        must rest on nothing later.
    raters : {"refuse", "tell"}, default "tell"
        As in `check_before`, for outcomes within the call.

    Returns
    -------
    DataFrame
        One row a call (churn: a customer, with the first call's call_id) of which
        features and outcome are known: call_id, customer_id, agent_id, queue, the
        outcome (y; counts: y and exposure_days; churn: duration_days and event;
        escalation in the call: duration_s and event), log_length, local_hour, the
        features, the other columns of `calls`. ``attrs["notices"]`` tells in
        sentences what was left out and what is not known of the features.

    Raises
    ------
    InputError
        If a table is not as documented, a call comes twice in the features, no
        outcome belongs to a call with features, or a feature rests on what came
        after the outcome.
    AbstainedError
        If no call has features.

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({"call_id": ["1", "2"], "frustration_share": [0.1, 0.4]})
    >>> outcomes = pd.DataFrame({"call_id": ["1", "2"], "qa_score": [80.0, 70.0]})
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "agent_id": ["a", "b"]})
    >>> outcome_rows(features, outcomes, calls, outcome="qa_score")[["call_id", "y"]]
      call_id     y
    0       1  80.0
    1       2  70.0
    """
    kind = kind_named(outcome, within=within)
    heard = _heard(features)
    about = _about(checked(calls, "calls"))
    facts = checked(outcomes, "outcomes")
    notices: list[str] = []
    if kind.name in ("churned", "time_to_churn"):
        if customers is None:
            raise InputError(
                f"{kind.name} belongs to the customer: give customers=..., the table of that name."
            )
        rows = _customers(kind, about, checked(customers, "customers"), notices)
    elif kind.name == "repeat_contacts":
        known = None if customers is None else checked(customers, "customers")
        rows = _contacts(kind, about, known, notices)
    elif kind.name == "time_to_escalation":
        rows = _until_escalation(about, facts, from_s, notices)
    else:
        rows = _told(kind, about, facts, notices)
    joined = rows.merge(heard, on="call_id", how="inner", suffixes=("", "_of_the_call"))
    if joined.empty and len(rows):
        raise InputError(
            f"None of the {len(rows)} {kind.who.lower()} with a known {kind.name} has features. "
            "Is call_id written in the same way in both tables?"
        )
    if len(joined) < len(rows):
        notices.append(
            f"{len(rows) - len(joined)} of {len(rows)} {kind.who.lower()} with a known outcome "
            "have no features and are left out."
        )
    if kind.in_call:
        notices += _before(kind, joined, facts, from_s, raters)
    joined.attrs["notices"] = notices
    return joined


def _heard(features: pd.DataFrame) -> pd.DataFrame:
    if "call_id" not in features.columns:
        raise InputError("Features have one row a call and the column call_id; it is missing.")
    if "left_out" in features.columns:
        features = features[features["left_out"].fillna("") == ""]
    if features.empty:
        raise AbstainedError(
            "No call has features, so nothing can be related to outcomes. "
            "Rate utterances of this role first."
        )
    twice = features["call_id"].duplicated()
    if twice.any():
        raise InputError(
            f"Features have one row a call, but call {features.loc[twice, 'call_id'].iloc[0]} "
            "comes more than once. Choose one role or landmark first."
        )
    return features.drop(columns=["role"], errors="ignore").astype({"call_id": "str"})


def _about(calls: pd.DataFrame) -> pd.DataFrame:
    length = calls["handle_s"].astype("float64")
    local = calls["started_at"] + pd.to_timedelta(calls["utc_offset_min"].astype("float64"), "min")
    return calls.assign(
        log_length=np.log(length.where(length > 0)),
        local_hour=local.dt.hour + local.dt.minute / 60,
    )


def _told(
    kind: OutcomeKind, about: pd.DataFrame, facts: pd.DataFrame, notices: list[str]
) -> pd.DataFrame:
    known = facts.loc[facts[kind.name].notna(), ["call_id", kind.name]]
    if known.empty:
        raise InputError(f"{kind.name} is not known of any call: the column is missing or empty.")
    rows = about.merge(known.rename(columns={kind.name: "y"}), on="call_id")
    lost = len(known) - len(rows)
    if rows.empty:
        raise InputError(
            f"None of the {len(known)} outcomes belongs to one of the {len(about)} calls. "
            f"Outcomes have call_id {known['call_id'].iloc[0]}, calls have "
            f"{about['call_id'].iloc[0] if len(about) else 'no row'}."
        )
    if lost:
        notices.append(f"{lost} outcomes belong to none of the calls and are left out.")
    return rows.assign(y=rows["y"].astype("float64"))


def _first_calls(about: pd.DataFrame) -> pd.DataFrame:
    dated = about.dropna(subset=["customer_id", "started_at"])
    if dated.empty:
        raise InputError(
            "No call has a customer_id and a started_at; both are needed to know which call was "
            "first and what came later."
        )
    ordered = dated.sort_values(["customer_id", "started_at", "call_id"])
    return ordered.drop_duplicates("customer_id")


def _customers(
    kind: OutcomeKind, about: pd.DataFrame, customers: pd.DataFrame, notices: list[str]
) -> pd.DataFrame:
    first = _first_calls(about)
    facts = customers[["customer_id", "churned_at", "observed_until"]]
    rows = first.merge(facts, on="customer_id")
    if rows.empty:
        raise InputError(
            f"None of the {len(customers)} customers is the customer of a call; customer_id has "
            "to be written in the same way in both tables."
        )
    left, until = rows["churned_at"], rows["observed_until"]
    event = left.notna() & ~(left > until)
    end = left.where(event, until)
    days = (end - rows["started_at"]).dt.total_seconds() / _DAY_S
    rows = rows.assign(duration_days=days, event=event.astype("float64"))
    unknown, before = int(days.isna().sum()), int((days <= 0).sum())
    if unknown:
        notices.append(
            f"{unknown} customers have neither a date of leaving nor an end of observation and "
            "are left out."
        )
    if before:
        notices.append(
            f"{before} customers left, or were last observed, before their first call here and are "
            "left out."
        )
    watched = (until.fillna(until.max()) - rows["started_at"]).dt.total_seconds() / _DAY_S
    rows = rows.drop(columns=["churned_at", "observed_until"])
    if kind.name == "time_to_churn":
        return rows.loc[days > 0, :]
    # Who left early must not count where who stayed as short a time could not.
    told = (days > 0) & (watched >= kind.within)
    short = int(((days > 0) & ~(watched >= kind.within)).sum())
    if short:
        notices.append(
            f"{short} customers called first less than {kind.within:g} days before the end of "
            "observation and are left out, whether they left or not; time_to_churn uses them too."
        )
    gone = (rows["event"] == 1) & (days <= kind.within)
    rows = rows.assign(y=gone.astype("float64")).drop(columns=["duration_days", "event"])
    return rows.loc[told, :]


def _contacts(
    kind: OutcomeKind, about: pd.DataFrame, customers: pd.DataFrame | None, notices: list[str]
) -> pd.DataFrame:
    rows = about.dropna(subset=["customer_id", "started_at"])
    rows = rows[rows["direction"].fillna("") != "outbound"]
    if rows.empty:
        raise InputError(
            "No inbound call has a customer_id and a started_at; both are needed to count further "
            "contacts."
        )
    rows = rows.sort_values(["customer_id", "started_at", "call_id"], ignore_index=True)
    codes = pd.factorize(rows["customer_id"])[0]
    begin = rows["started_at"].min()
    day = ((rows["started_at"] - begin).dt.total_seconds() / _DAY_S).to_numpy(dtype=float)
    stride = day.max() + 2 * kind.within + 1
    line = codes * stride + day
    until = np.searchsorted(line, line + kind.within, side="right")
    end = np.full(len(rows), day.max())
    if customers is not None:
        watched = rows["customer_id"].map(customers.set_index("customer_id")["observed_until"])
        seen = ((watched - begin).dt.total_seconds() / _DAY_S).to_numpy(dtype=float)
        end = np.fmin(end, seen)
    exposure = np.minimum(kind.within, end - day)
    counted = exposure >= min(1.0, kind.within)
    if not counted.all():
        notices.append(
            f"{int((~counted).sum())} calls lie less than a day before the end of the records and "
            "are left out."
        )
    later = until - 1.0 - np.arange(len(rows))
    return rows.assign(y=later, exposure_days=exposure).loc[pd.Series(counted, index=rows.index)]


def _until_escalation(
    about: pd.DataFrame, facts: pd.DataFrame, from_s: float | None, notices: list[str]
) -> pd.DataFrame:
    if from_s is None or not from_s > 0:
        raise InputError(
            "time_to_escalation needs from_s, the second of the call that features are cut at and "
            "time is counted from, for example from_s=30: what was heard over a whole call cannot "
            f"tell when something happened in it. {from_s} came."
        )
    rows = about.merge(facts[["call_id", "escalated", "escalated_at_s"]], on="call_id")
    at, length = (rows[c].astype("float64") for c in ("escalated_at_s", "handle_s"))
    event = rows["escalated"].fillna(False).astype(bool)
    end = at.where(event, length)
    running = (end > from_s) & rows["escalated"].notna()
    lost = int((end.isna() | rows["escalated"].isna()).sum())
    if lost:
        notices.append(
            f"{lost} calls are left out because it is not known when they ended or were escalated."
        )
    rows = rows.assign(duration_s=end - from_s, event=event.astype("float64"))[running]
    if rows.empty:
        raise AbstainedError(f"No call was still running, and not yet escalated, at {from_s:g} s.")
    notices.append(
        f"{len(rows)} calls still ran at {from_s:g} s and were not yet escalated; time is counted "
        "from there."
    )
    return rows.drop(columns=["escalated", "escalated_at_s"])


def _before(
    kind: OutcomeKind,
    rows: pd.DataFrame,
    facts: pd.DataFrame,
    from_s: float | None,
    raters: Literal["refuse", "tell"],
) -> tuple[str, ...]:
    if kind.name == "time_to_escalation":
        moments = pd.Series(from_s, index=rows.index, dtype="float64")
    else:
        happened = facts[facts["escalated"].fillna(False).astype(bool)]
        moments = rows["call_id"].map(happened.set_index("call_id")["escalated_at_s"])
        lost = rows["call_id"].isin(happened.loc[happened["escalated_at_s"].isna(), "call_id"])
        if lost.any() and "cut_at_s" in rows.columns:
            raise InputError(
                f"{int(lost.sum())} calls were escalated at an unknown time and have features "
                "nevertheless, so that what was heard before cannot be told from what came after."
            )
    return check_before(rows, moments.astype("float64"), raters=raters, unknown="tell")
