"""Churn belongs to the customer: one row a customer, from the calls before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table

FEATURE_ENDINGS = ("_share", "_mean", "_min", "_end", "_slope_per_min")
"""Endings of the columns of `call_features` that describe what was heard."""


def churn_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Tell which customers left while they were observed.

    Parameters
    ----------
    customers : DataFrame
        The table `customers`.

    Returns
    -------
    DataFrame
        One row a customer: customer_id, churned (missing where neither a date of
        leaving nor an end of observation is known), churned_at, observed_until.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2026-03-01", tz="UTC")
    >>> customers = pd.DataFrame({"customer_id": ["a", "b", "c"],
    ...                           "churned_at": [day, None, None],
    ...                           "observed_until": [day, day, None]})
    >>> churn_table(customers)["churned"].tolist()
    [True, False, <NA>]
    """
    rows = check_table(customers, "customers")
    left, until = rows["churned_at"], rows["observed_until"]
    within = left.notna() & ~(left > until)
    churned = within.astype("boolean").mask(left.isna() & until.isna())
    return rows[["customer_id"]].assign(churned=churned, churned_at=left, observed_until=until)


def customer_features(
    features: pd.DataFrame, calls: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Average what was heard over each customer's calls before leaving.

    A customer who left is described by the calls that began before; one who
    stayed by those before the end of observation. Calls without a date are left
    out for all customers alike. Calls weigh by their judged seconds.

    Parameters
    ----------
    features : DataFrame
        From `call_features`.
    calls, customers : DataFrame
        The tables of these names.

    Returns
    -------
    DataFrame
        One row a customer with judged calls: customer_id, churned, n_calls,
        agent_id (who took most of these calls; of several the first by name),
        then means of the feature columns, and of the numeric columns of `calls`;
        other columns of `calls` from the latest of these calls.

    Raises
    ------
    InputError
        If no call has a customer and a date.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2026-03-01", tz="UTC")
    >>> features = pd.DataFrame({"call_id": ["1", "2"], "judged_s": [10.0, 30.0],
    ...                          "frustration_share": [0.0, 0.4]})
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "customer_id": "a", "agent_id": "x",
    ...                       "started_at": day})
    >>> later = day + pd.Timedelta("90D")
    >>> customers = pd.DataFrame({"customer_id": ["a"], "observed_until": [later]})
    >>> round(customer_features(features, calls, customers)["frustration_share"].item(), 3)
    0.3
    """
    facts = churn_table(customers)
    rows = features.merge(check_table(calls, "calls"), on="call_id", how="inner")
    rows = rows.dropna(subset=["customer_id", "started_at"])
    if rows.empty:
        raise InputError(
            "No call has a customer_id and a started_at; both are needed to relate calls to churn."
        )
    rows = rows.merge(facts, on="customer_id", how="inner")
    end = rows["churned_at"].fillna(rows["observed_until"])
    rows = rows[~(rows["started_at"] >= end) & (rows["judged_s"] > 0)]
    rows = rows.sort_values(["customer_id", "started_at", "call_id"])
    grouped = rows.groupby("customer_id")
    out: dict[str, Any] = {"churned": grouped["churned"].first(), "n_calls": grouped.size()}
    weight = rows["judged_s"]
    for name in rows.columns:
        if str(name).endswith(FEATURE_ENDINGS):
            known = weight.where(rows[name].notna())
            total = (rows[name] * known).groupby(rows["customer_id"]).sum()
            seconds = known.groupby(rows["customer_id"]).sum()
            out[str(name)] = total / seconds.where(seconds > 0)
    for name in check_table(calls, "calls").columns.difference(["call_id", "customer_id"]):
        numeric = pd.api.types.is_numeric_dtype(rows[name])
        out[str(name)] = grouped[name].mean() if numeric else grouped[name].last()
    out["agent_id"] = _main_agent(rows)
    return pd.DataFrame(out).rename_axis("customer_id").reset_index()


def _main_agent(rows: pd.DataFrame) -> pd.Series:
    counts = rows.groupby(["customer_id", "agent_id"]).size().rename("n").reset_index()
    counts = counts.sort_values(["customer_id", "n", "agent_id"], ascending=[True, False, True])
    first = counts.drop_duplicates("customer_id").set_index("customer_id")["agent_id"]
    ids = pd.Index(np.unique(rows["customer_id"].to_numpy(dtype=object)), dtype="str")
    return first.reindex(ids)
