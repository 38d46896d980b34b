"""A policy's change in the calls of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.policy.differences import named_places
from workbench.workspace import followed, pictures

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

_COLUMNS = [
    *("design", "outcome", "term", "effect", "unit", "ci_low", "ci_high", "p_value", "n_calls"),
    *("n_clusters", "seen", "could_hide", "newey_west_low", "newey_west_high", "model", "note"),
    "reading",
]


def measured_calls(ws: Core, measure: str) -> pd.DataFrame:
    """Give the calls with their outcomes, and with features if the measure is one.

    Parameters
    ----------
    ws : Core
        The workspace.
    measure : str
        A column of calls, outcomes or features.

    Returns
    -------
    DataFrame
        One row a call.

    Raises
    ------
    InputError
        If no table has such a column.
    """
    rows = ws.store.read("calls").merge(ws.store.read("outcomes"), on="call_id", how="left")
    if measure in rows.columns:
        return rows
    features = followed.features(ws, role="customer").drop(columns="role")
    if measure not in features.columns:
        known = [str(name) for name in (*rows.columns, *features.columns)]
        raise InputError(f'No call has a measure "{measure}".{nearest(measure, known)}')
    return rows.merge(features[["call_id", measure]], on="call_id", how="left")


def policy_change(
    ws: Core,
    measure: str,
    *,
    since: object,
    treated: Sequence[str],
    where: str,
    cluster: str,
    every: str,
    slope: bool,
) -> pd.DataFrame:
    """Tell what changed by every design that the calls allow.

    Parameters
    ----------
    ws : Core
        The workspace.
    measure, since, treated, where, cluster, every, slope
        As in `Workspace.policy_change`.

    Returns
    -------
    DataFrame
        One row an estimate.
    """
    rows = measured_calls(ws, measure)
    parts = []
    if len(treated):
        compared: dict[str, Any] = {
            "treated": treated,
            "since": since,
            "where": where,
            "cluster": cluster,
        }
        for design, estimate in (
            ("comparison", relations.difference_in_differences),
            ("trends before", relations.pre_trends),
        ):
            parts.append(_or_reason(partial(estimate, rows, measure, **compared), design, measure))
    with_policy = _with_policy(rows, treated, where)
    series = relations.policy_series(with_policy, measure, since=since, every=every)
    told = partial(relations.interrupted_series, series, slope=slope)
    parts.append(_or_reason(told, "series", measure))
    table = pd.concat(parts, ignore_index=True).reindex(columns=_COLUMNS)
    return table.astype({"n_calls": "Int64", "n_clusters": "Int64"})


def _or_reason(estimate: Any, design: str, measure: str) -> pd.DataFrame:
    try:
        found: pd.DataFrame = estimate()
        return found.assign(design=design)
    except AbstainedError as error:
        return pd.DataFrame({"design": [design], "outcome": measure, "note": str(error)})


def _with_policy(rows: pd.DataFrame, treated: Sequence[str], where: str) -> pd.DataFrame:
    if not len(treated):
        return rows
    if where not in rows.columns:
        known = [str(name) for name in rows.columns]
        raise InputError(f'The calls have no column "{where}".{nearest(where, known)}')
    return rows[rows[where].isin(named_places(treated))]


def placebos(
    ws: Core,
    measure: str,
    *,
    since: object,
    treated: Sequence[str] = (),
    where: str = "queue",
    cluster: str = "agent_id",
    every_days: int = 7,
    margin_days: int = 56,
) -> pd.DataFrame:
    """Estimate the same change at earlier dates.

    Parameters
    ----------
    ws : Core
        The workspace.
    measure, since, treated, where, cluster, every_days, margin_days
        As in `Workspace.placebo_dates`.

    Returns
    -------
    DataFrame
        As from `wb.outcomes.placebo_dates`.
    """
    rows = measured_calls(ws, measure)

    def compared(calls: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
        return relations.difference_in_differences(
            calls, measure, treated=treated, since=date, where=where, cluster=cluster
        )

    def alone(calls: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
        series = relations.policy_series(calls, measure, since=date, every="week")
        return relations.interrupted_series(series, slope=False)

    return relations.placebo_dates(
        rows,
        compared if len(treated) else alone,
        since=since,
        every_days=every_days,
        margin_days=margin_days,
    )


def policy_figure(
    ws: Core,
    measure: str,
    *,
    since: object,
    treated: Sequence[str],
    where: str,
    every: str,
    slope: bool,
    theme: str | None,
) -> ipywidgets.VBox:
    """Draw the series before and after, and that of the comparison.

    Parameters
    ----------
    ws : Core
        The workspace.
    measure, since, treated, where, every, slope
        As in `Workspace.policy_figure`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows = measured_calls(ws, measure)
    heard = ws.store.read("recordings")["call_id"].unique().tolist()
    with_policy = _with_policy(rows, treated, where)

    def series(calls: pd.DataFrame) -> pd.DataFrame:
        return relations.policy_series(calls, measure, since=since, every=every, audible=heard)

    own, comparison = series(with_policy), None
    if len(with_policy) < len(rows):
        try:
            others = rows[~rows["call_id"].isin(with_policy["call_id"])]
            comparison = relations.interrupted_lines(series(others), slope=slope)
        except (AbstainedError, InputError):
            comparison = None
    draw = partial(
        plots.policy_figure,
        relations.interrupted_lines(own, slope=slope),
        relations.interrupted_series(own, slope=slope),
        comparison=comparison,
        treated_name=", ".join(named_places(treated)) or "all calls",
    )
    return pictures.drawn(ws, draw, theme)


def placebo_figure(ws: Core, measure: str, *, theme: str | None, **choice: Any) -> ipywidgets.VBox:
    """Draw the estimates at the policy's date and at earlier ones.

    Parameters
    ----------
    ws : Core
        The workspace.
    measure : str
        As in `policy_change`.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        As in `placebos`.

    Returns
    -------
    VBox
        The figure.
    """
    return pictures.drawn(ws, partial(plots.placebo_figure, placebos(ws, measure, **choice)), theme)
