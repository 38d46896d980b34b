"""Customers of a workspace who called again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.workspace import followed, pictures
from workbench.workspace.quality_forms import audible_only, moments

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def repeat_contacts(
    ws: Core,
    predictors: Sequence[str] | None,
    *,
    days: float,
    covariates: Sequence[str],
    cluster: str,
) -> pd.DataFrame:
    """Relate what was heard in first calls to another call.

    Parameters
    ----------
    ws : Core
        The workspace.
    predictors, days, covariates, cluster
        As in `Workspace.repeat_contacts`.

    Returns
    -------
    DataFrame
        As from `wb.outcomes.repeat_contacts`, and p_adjusted.
    """
    first = relations.first_calls(
        ws.store.read("calls"), days=days, customers=ws.store.read("customers")
    )
    features = followed.features(ws, role="customer").drop(columns="role")
    features = features[features["left_out"] == ""]
    outcomes = ws.store.read("outcomes")
    outcomes = outcomes.drop(columns="attributes")
    flags = outcomes.select_dtypes("boolean").columns
    outcomes = outcomes.astype(dict.fromkeys(flags, "Float64"))
    rows = first.merge(features, on="call_id").merge(outcomes, on="call_id", how="left")
    if predictors is None:
        predictors = [
            *(str(c) for c in features if str(c).endswith("_share")),
            *("valence_mean", "valence_min", "valence_end"),
            *(["resolved"] if rows["resolved"].notna().any() else []),
        ]
    elif isinstance(predictors, str):
        predictors = [predictors]
    table = relations.repeat_contacts(
        rows, list(predictors), covariates=covariates, cluster=cluster
    )
    adjusted = relations.adjusted_p_values(table["p_value"].to_numpy(dtype=float))
    place = list(table.columns).index("p_value") + 1
    table.insert(place, "p_adjusted", adjusted)
    return table


def repeat_calls(ws: Core, *, days: float, with_audio: bool) -> pd.DataFrame:
    """List the first calls of those who called again.

    Parameters
    ----------
    ws : Core
        The workspace.
    days, with_audio
        As in `Workspace.repeat_calls`.

    Returns
    -------
    DataFrame
        Worst moment first.
    """
    first = relations.first_calls(
        ws.store.read("calls"), days=days, customers=ws.store.read("customers")
    )
    again = first[first["called_again"].fillna(False).astype(bool)]
    there = moments(ws)
    rows = again.merge(there[~there["best"]], on="call_id").sort_values("valence")
    columns = ["call_id", "channel", "start_s", "end_s", "valence", "again_call_id"]
    rows = rows[[*columns, "again_after_days", "queue", "reason"]].reset_index(drop=True)
    return audible_only(ws, rows) if with_audio else rows


def repeat_contacts_figure(
    ws: Core, *, days: float, theme: str | None, **options: Any
) -> ipywidgets.VBox:
    """Draw what goes with another call.

    Parameters
    ----------
    ws : Core
        The workspace.
    days : float
        As in `Workspace.repeat_contacts`.
    theme : str or None
        "light" or "dark"; None follows the page.
    **options : object
        As in `Workspace.repeat_contacts`.

    Returns
    -------
    VBox
        The figure.
    """
    chosen = {"predictors": None, "covariates": ("queue",), "cluster": "agent_id", **options}
    table = repeat_contacts(ws, days=days, **chosen)
    draw = partial(
        plots.intervals_figure,
        table.sort_values("effect", ascending=False),
        label="predictor",
        estimate="effect",
        title=f"What goes with another call within {days:g} days",
        subtitle=f"{table['n_events'].max()} of {table['n_calls'].max()} customers called again; "
        "change for 10 points of time or 0.2 of valence more in the first call",
    )
    return pictures.drawn(ws, draw, theme)
