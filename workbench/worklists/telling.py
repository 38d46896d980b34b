"""What to know about a plan, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.callers import culture_of
from workbench.worklists.settings import WorklistSettings
from workbench.worklists.sharing import Rater, Shares

UNEVEN = 1.5
"""Loads that differ by more than this factor are told."""


def plan_notices(
    plan: pd.DataFrame,
    rows: pd.DataFrame,
    people: list[Rater],
    shares: Shares,
    settings: WorklistSettings,
) -> list[str]:
    """Say what a plan holds and where it falls short of what was asked for.

    Parameters
    ----------
    plan : DataFrame
        The table assignments.
    rows : DataFrame
        The utterances that were chosen, with caller_culture.
    people : list of Rater
        Who takes part.
    shares : Shares
        Who hears what.
    settings : WorklistSettings
        What was asked for.

    Returns
    -------
    list of str
        Sentences.
    """
    counts = plan["purpose"].value_counts()
    raters = sorted({rater_id for rater_id, _ in shares.items})
    loads = plan["rater_id"].value_counts().reindex(raters, fill_value=0)
    order = "whole calls, each in its order" if settings.order == "in_call" else "at random"
    notices = [
        f"{len(rows)} utterances for {len(raters)} raters: {counts.get('label', 0)} to label, "
        f"{counts.get('gold', 0)} gold and {counts.get('repeat', 0)} repeats hidden; "
        f"{loads.min()} to {loads.max()} items a rater.",
        f"Order: {order}; seed {settings.seed}.",
    ]
    if (near := _nearest_return(plan)) is not None:
        notices.append(f"The same utterance comes back to a rater after {near} places or more.")
    if shares.n_short:
        notices.append(
            f"{shares.n_short} utterances are heard by fewer than {settings.overlap} raters, "
            "because no more understand them."
        )
    if shares.n_culture:
        notices.append(
            f"Of {shares.n_culture} times that an utterance of known culture is heard, a rater of "
            f"that culture hears it {shares.n_own_culture} times."
        )
    notices += _strangers(plan, rows, people, settings)
    if loads.max() > UNEVEN * max(1, loads.min()):
        remedy = ' match=("language",) leaves culture out.' if shares.n_culture else ""
        notices.append(
            f"Loads are uneven: {loads.idxmax()} has {loads.max()} items and {loads.idxmin()} "
            f"{loads.min()}, by the calls and who may hear them.{remedy}"
        )
    return notices


def _strangers(
    plan: pd.DataFrame, rows: pd.DataFrame, people: list[Rater], settings: WorklistSettings
) -> list[str]:
    """Tell which customers are heard by raters of other cultures only, or by too few of theirs."""
    own = {r.rater_id: r.culture for r in people}
    calling = dict(zip(rows["utterance_id"], rows["caller_culture"].map(culture_of), strict=True))
    heard = plan.loc[plan["purpose"] == "label", ["utterance_id", "pass", "rater_id"]]
    heard = heard.assign(culture=heard["utterance_id"].map(calling))
    heard = heard[heard["culture"].notna()]
    heard["insider"] = heard["rater_id"].map(own) == heard["culture"]
    insiders = heard.groupby(["culture", "utterance_id", "pass"])["insider"].sum()
    counts = insiders.groupby(["culture", "utterance_id"]).min()
    notices = []
    for culture, each in counts.groupby("culture"):
        total, none = len(each), int((each == 0).sum())
        some = int(((each > 0) & (each < settings.insiders)).sum())
        if none:
            many = f"All {total}" if none == total else f"{none} of {total}"
            why = (
                "some raters here are of that culture, but may not hear all of them"
                if culture in own.values()
                else "no rater here gave that culture; one more rater would change it"
            )
            notices.append(
                f"{many} utterances of {culture} customers will be judged by raters of other "
                f"cultures only: {why}."
            )
        if some:
            notices.append(
                f"{some} of {total} utterances of {culture} customers are heard by fewer than "
                f"{settings.insiders} raters of that culture."
            )
    return notices


def _nearest_return(plan: pd.DataFrame) -> int | None:
    places: Any = plan.sort_values("position").groupby(["rater_id", "utterance_id"])["position"]
    apart = places.diff().dropna()
    return int(apart.min()) if len(apart) else None
