"""Joins what was heard with what happened, for effects that allow for raters who err."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes import rater_error
from workbench.workspace import agreements

if TYPE_CHECKING:
    from workbench.workspace.core import Core

OUTCOME_KINDS = {
    "escalated": "binary",
    "resolved": "binary",
    "qa_score": "continuous",
    "nps": "ordinal",
    "csat": "ordinal",
    "churned": "time_to_event",
}
"""Outcomes that a workspace has, and their kind."""

_DAY_S = 86400.0


def carry(
    ws: Core,
    outcome: str | pd.DataFrame,
    *,
    tag: str,
    role: str,
    outcome_kind: str | None,
    choice: dict[str, Any],
    **options: Any,
) -> pd.DataFrame:
    """Carry the raters' errors through to an effect.

    Parameters
    ----------
    ws : Core
        The workspace.
    outcome : str or DataFrame
        Name, or rows of the caller's.
    tag, role : str
        What was heard, and of whom.
    outcome_kind : str or None
        For rows of the caller's.
    choice : dict
        Which ratings.
    **options : object
        Of `carried_effect`.

    Returns
    -------
    DataFrame
        As from `carried_effect`.
    """
    name, kind, rows = _outcome_rows(ws, outcome, outcome_kind)
    return rater_error.carried_effect(
        heard(ws, tag, role=role, choice=choice),
        rows,
        kind,
        outcome=name,
        tag=tag.replace("_", " "),
        **options,
    )


def by_outcome(
    ws: Core,
    outcome: str | pd.DataFrame,
    *,
    tag: str,
    role: str,
    cluster: str,
    choice: dict[str, Any],
) -> pd.DataFrame:
    """Hold the raters' errors with the outcome against those without.

    Parameters
    ----------
    ws : Core
        The workspace.
    outcome : str or DataFrame
        Name, or rows of the caller's.
    tag, role, cluster : str
        What was heard, of whom, and what is not independent.
    choice : dict
        Which ratings.

    Returns
    -------
    DataFrame
        As from `error_by_outcome`.
    """
    _, _, rows = _outcome_rows(ws, outcome, "binary")
    return rater_error.error_by_outcome(
        heard(ws, tag, role=role, choice=choice),
        rows,
        outcome="event" if "event" in rows.columns else "y",
        cluster=cluster,
    )


def heard(ws: Core, tag: str, *, role: str, choice: dict[str, Any]) -> pd.DataFrame:
    """List who heard a tag where, cut at an escalation.

    Parameters
    ----------
    ws : Core
        The workspace.
    tag : str
        Which tag.
    role : str
        Whose utterances.
    choice : dict
        Which ratings.

    Returns
    -------
    DataFrame
        call_id, utterance_id, rater_id, value, start_s, end_s, heard_until_s.
        Calls that were escalated at an unknown time are not among them.

    Raises
    ------
    InputError
        If nobody used the tag, or the role is unknown.
    AbstainedError
        If nobody has rated anything.
    """
    found = agreements.rated(ws)
    known = sorted(found.tags["tag"].unique())
    if tag not in known:
        raise InputError(
            f'No rater has used the tag "{tag}".{nearest(str(tag), known)} Used are: '
            f"{', '.join(known) or 'none'}."
        )
    spans = found.utterances[["utterance_id", "role", "start_s", "end_s"]]
    roles = sorted(spans["role"].unique())
    if role not in roles:
        raise InputError(
            f'No utterance has the role "{role}".{nearest(str(role), roles)} There are: '
            f"{', '.join(roles)}."
        )
    rows = agreements.choose(found, **choice).values(f"heard:{tag}")
    rows = rows.merge(spans[spans["role"] == role], on="utterance_id")
    if not (rows["value"] > 0).any():
        raise AbstainedError(f"No rater has heard {tag} from the role {role}.")
    rows = rows.merge(found.ratings[["rating_id", "heard_until_s"]], on="rating_id", how="left")
    about = ws.store.read("outcomes").set_index("call_id")
    at = pd.to_numeric(rows["call_id"].map(about["escalated_at_s"]), errors="coerce")
    escalated = rows["call_id"].map(about["escalated"]).astype("boolean").fillna(False)
    rows = rows.assign(end_s=np.fmin(rows["end_s"], at.fillna(np.inf)))
    kept = (rows["end_s"] > rows["start_s"]) & ~(escalated & at.isna())
    columns = [*("call_id", "utterance_id", "rater_id", "value"), "start_s", "end_s"]
    return rows.loc[kept.to_numpy(dtype=bool), [*columns, "heard_until_s"]].reset_index(drop=True)


def _outcome_rows(
    ws: Core, outcome: str | pd.DataFrame, kind: str | None
) -> tuple[str, str, pd.DataFrame]:
    """Name, kind and rows of an outcome, one a call, with all columns of the call."""
    if isinstance(outcome, pd.DataFrame):
        if kind is None:
            raise InputError(
                "Rows of your own need outcome_kind: binary, count, continuous, ordinal or "
                "time_to_event."
            )
        if "call_id" not in outcome.columns:
            raise InputError("Rows of your own need call_id, to know what was heard in them.")
        about = _calls(ws)
        new = about.columns.difference(outcome.columns).union(["call_id"])
        return "y", kind, outcome.merge(about[new], on="call_id", how="left")
    if outcome not in OUTCOME_KINDS:
        raise InputError(
            f'The outcome "{outcome}" is not known.{nearest(str(outcome), OUTCOME_KINDS)} Known '
            f"are: {', '.join(OUTCOME_KINDS)}; or give rows of your own."
        )
    rows = _calls(ws)
    if outcome == "churned":
        rows = _first_calls(ws, rows)
    else:
        y = rows[outcome]
        if OUTCOME_KINDS[outcome] == "binary":
            y = y.astype("boolean").astype("Int64")
        rows = rows.assign(y=y, moment_s=np.nan)
        if outcome == "escalated":
            rows = rows.assign(moment_s=rows["escalated_at_s"])
    return outcome, OUTCOME_KINDS[outcome], rows


def _calls(ws: Core) -> pd.DataFrame:
    calls = ws.store.read("calls").drop(columns="attributes")
    about = ws.store.read("outcomes").drop(columns="attributes")
    length = calls["handle_s"].where(calls["handle_s"] > 0)
    return calls.assign(log_length=np.log(length)).merge(about, on="call_id", how="left")


def _first_calls(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each customer's first call, with the days from it to leaving or to the end."""
    dated = rows.dropna(subset=["customer_id", "started_at"]).sort_values("started_at")
    first = dated.drop_duplicates("customer_id")
    customers = ws.store.read("customers")[["customer_id", "churned_at", "observed_until"]]
    first = first.merge(customers, on="customer_id")
    left, until = first["churned_at"], first["observed_until"]
    event = left.notna() & ~(left > until)
    days = (left.where(event, until) - first["started_at"]).dt.total_seconds() / _DAY_S
    first = first.assign(duration_days=days, event=event.astype(int), moment_s=np.nan)
    return first[first["duration_days"] > 0].reset_index(drop=True)
