"""Reports about agents: by people's ratings and outcomes, with the reason written down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.consensus import consensus_table
from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.coaching.cards import check_not_from_a_voice
from workbench.trajectories import call_features
from workbench.workspace import pictures, tables
from workbench.workspace.reasons import check_reason, log_reason

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def agent_cards(
    ws: Core,
    measures: Sequence[str],
    *,
    reason: str | None,
    held_equal: Sequence[str],
    by: str,
    ranked: bool,
) -> pd.DataFrame:
    """Make the cards and write down why.

    Parameters
    ----------
    ws : Core
        The workspace.
    measures, reason, held_equal, by, ranked
        As in `Workspace.agent_cards`.

    Returns
    -------
    DataFrame
        As from `wb.outcomes.agent_cards`.
    """
    named = [measures] if isinstance(measures, str) else list(measures)
    reason = check_reason(reason)
    for name in named:
        check_not_from_a_voice(name)
    rows = ws.store.read("calls").merge(ws.store.read("outcomes"), on="call_id", how="left")
    for role in ("customer", "agent"):
        if any(name.startswith(f"{role}_") and name not in rows.columns for name in named):
            rows = rows.merge(_heard_by_people(ws, role), on="call_id", how="left")
    for name in named:
        if name not in rows.columns:
            known = [str(column) for column in rows.columns]
            raise InputError(
                f'There is no measure "{name}".{nearest(name, known)} What people heard begins '
                'with the role: "customer_valence_end", "agent_warm_share".'
            )
    cards = relations.agent_cards(
        rows,
        named,
        held_equal=held_equal,
        minimum_group=ws.config.policy.minimum_group,
        by=by,
        ranked=ranked,
    )
    log_reason(ws, f"agent cards by {by}: {', '.join(named)}{', ranked' * ranked}", reason)
    return cards


def _heard_by_people(ws: Core, role: str) -> pd.DataFrame:
    """Sum up calls from ratings by people: a model's do not count here, whatever the policy."""
    ratings, tags, scores = ws.store.current_ratings()
    ratings = tables.of_people(ws, ratings)
    if ratings.empty:
        raise AbstainedError("No person has rated anything yet, so nothing was heard by people.")
    choice: dict[str, Any] = {"pass_": "both"} if "both" in set(ratings["pass"]) else {}
    rated = consensus_table(ratings, tags, scores, **choice)
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    rated = rated[rated["utterance_id"].isin(utterances["utterance_id"])]
    features = call_features(rated, utterances, ws.store.read("outcomes"), role=role)
    figures = [str(c) for c in features if str(c).endswith(("_share", "_mean", "_min", "_end"))]
    return features[["call_id", *figures]].rename(columns={c: f"{role}_{c}" for c in figures})


def agent_cards_figure(
    ws: Core,
    measures: Sequence[str],
    *,
    reason: str | None,
    held_equal: Sequence[str],
    by: str,
    theme: str | None,
) -> ipywidgets.VBox:
    """Draw the cards and write down why.

    Parameters
    ----------
    ws : Core
        The workspace.
    measures, reason, held_equal, by
        As in `Workspace.agent_cards`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    cards = agent_cards(ws, measures, reason=reason, held_equal=held_equal, by=by, ranked=False)
    return pictures.drawn(ws, partial(plots.agent_cards_figure, cards, by=by), theme)
