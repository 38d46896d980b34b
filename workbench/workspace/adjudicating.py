"""What raters disagree on, for a lead to hear and decide; and what decisions teach the taxonomy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.agreement.disputes import dispute_table
from workbench.errors import InputError, StoreError, nearest
from workbench.rated_values import first_ratings
from workbench.taxonomies import Taxonomy, decision_notes, taxonomy_text
from workbench.workspace import labelling, saving, tables

if TYPE_CHECKING:
    from workbench.widgets import Adjudicator
    from workbench.workspace.core import Core

_KEY = ["utterance_id", "taxonomy", "version", "pass"]
_WIDE = 1.0


def adjudicator(
    ws: Core,
    lead: str,
    *,
    call_id: str | None,
    pass_: str | None,
    min_raters: int,
    hide_names: bool,
    language: str,
    limit: int,
    decided: bool,
) -> Adjudicator:
    """Open the Adjudicator on what raters disagree on, the worst first.

    Parameters
    ----------
    ws : Core
        The workspace.
    lead : str
        Who decides.
    call_id : str or None
        Only this call.
    pass_ : str or None
        Only this pass; None for all, one beside the other.
    min_raters : int
        How many raters must have heard an utterance.
    hide_names : bool
        Whether names of raters are hidden until asked for.
    language : str
        Language of the words on the screen.
    limit : int
        How many at most.
    decided : bool
        Whether what another lead has decided is listed too.

    Returns
    -------
    Adjudicator
        The widget.

    Raises
    ------
    InputError
        If there is no such lead, or nothing to decide; the message says why.
    """
    from workbench.widgets import Adjudicator, earlier_ratings

    _check_lead(ws, lead)
    if min_raters < 2:
        raise InputError(f"min_raters is {min_raters}; a dispute needs two raters at least.")
    taxonomy = labelling.current_taxonomy(ws)
    ws.store.add_taxonomy_version(taxonomy)
    which: dict[str, Any] = {"taxonomy": taxonomy.taxonomy, "version": taxonomy.version}
    wanted = {"pass_": pass_, "call_id": call_id}
    asked = which | {name: value for name, value in wanted.items() if value is not None}
    ratings, tags, scores = ws.store.current_ratings(**asked)
    ratings = first_ratings(tables.of_people(ws, ratings))
    found = worst_first(dispute_table(ratings, tags), ratings, tags, scores, min_raters=min_raters)
    if found.empty:
        raise InputError(_why_none(ratings, min_raters))
    made, decided_tags, decided_scores = ws.store.current_ratings(adjudications="only", **which)
    own = made[made["rater_id"] == lead]
    utterances = ws.store.read("utterances")
    items = found.merge(utterances[utterances["retired_at"].isna()], on="utterance_id")
    if not decided:
        others = pd.MultiIndex.from_frame(made.loc[made["rater_id"] != lead, _KEY])
        items = items[~pd.MultiIndex.from_frame(items[_KEY]).isin(others)]
    if items.empty:
        raise InputError(
            f"All {len(found)} disputes are decided by other leads or were corrected since; "
            "decided=True lists what others decided."
        )
    # what can be heard comes first: the table alone decides badly
    silent = ~items["call_id"].isin(ws.store.read("recordings")["call_id"])
    items = items.loc[silent.sort_values(kind="stable").index].head(limit).reset_index(drop=True)
    ratings = ratings[ratings["utterance_id"].isin(items["utterance_id"])]
    calls = sorted(set(items["call_id"]))
    people = ws.store.read("raters")
    reasons = ws.store.read("adjudications", lead_id=lead).set_index("rating_id")["reason"]
    has_words = not ws.store.calls_with_words().isdisjoint(calls)
    return Adjudicator(
        items,
        taxonomy.definition,
        lead_id=lead,
        rated=earlier_ratings(ratings, tags, scores, ws.store.read("notes")),
        decisions=[
            rating | {"note": reasons.get(rating["rating_id"])}
            for rating in earlier_ratings(
                own, decided_tags, decided_scores, ws.store.read("notes", rater_id=lead)
            )
        ],
        names=dict(zip(people["rater_id"], people["name"].fillna(people["rater_id"]), strict=True)),
        hide_names=hide_names,
        on_decide=partial(save_decision, ws),
        **labelling.sound_of_calls(ws),
        words=partial(labelling.words_of, ws) if has_words else None,
        channels=ws.store.read("channels", call_id=calls),
        calls=ws.store.read("calls", call_id=calls),
        keep_key=saving.keep_key(ws, lead, taxonomy.taxonomy, taxonomy.version, "decisions"),
        language=language,
    )


def worst_first(
    disputes: pd.DataFrame,
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    min_raters: int = 2,
) -> pd.DataFrame:
    """Choose the utterances on which raters disagree, the worst first.

    An utterance is disputed where raters did not all hear the same tags or give
    the same verdict, or where their valence is a whole unit apart (half the
    scale). How bad it is: how far two raters are apart in tags, 0..1, and half
    the distance between the lowest and the highest valence, 0..1. Apart in tags
    is `pair_dispute_bits`; where not every rater has shares it is the share of
    pairs of raters who heard different tags or verdicts.

    Parameters
    ----------
    disputes : DataFrame
        The table disputes.
    ratings, tags, scores : DataFrame
        The ratings it was made from.
    min_raters : int, default 2
        How many raters must have heard an utterance.

    Returns
    -------
    DataFrame
        The rows of `disputes` that are, with valence_range (0..2; 0 where fewer
        than two raters gave one) and n_readings (sets of tags and verdicts).
    """
    heard = tags.groupby("rating_id")["tag"].agg(lambda own: " ".join(sorted(own)))
    readings = ratings["verdict"] + " " + ratings["rating_id"].map(heard).fillna("")
    rows = ratings[_KEY].assign(reading=readings)
    valence = scores[scores["dimension"] == "valence"].set_index("rating_id")["value"]
    rows["valence"] = ratings["rating_id"].map(valence).astype("float64")
    by = rows.groupby(_KEY)
    spread = by["valence"].max() - by["valence"].min()
    about = pd.DataFrame({"n_readings": by["reading"].nunique(), "valence_range": spread.fillna(0)})
    same = rows.groupby([*_KEY, "reading"]).size()
    alike = (same * (same - 1)).groupby(_KEY).sum()
    about["apart"] = 1 - alike / (by.size() * (by.size() - 1))
    out = disputes[disputes["n_raters"] >= min_raters].merge(about.reset_index(), on=_KEY)
    out = out[(out["n_readings"] > 1) | (out["valence_range"] >= _WIDE)]
    all_shares = out["n_with_shares"] == out["n_raters"]
    badness = out["pair_dispute_bits"].where(all_shares, out["apart"]) + out["valence_range"] / 2
    order = badness.sort_values(ascending=False, kind="stable").index
    return out.loc[order].drop(columns="apart").reset_index(drop=True)


def save_decision(ws: Core, payload: Mapping[str, Any]) -> str:
    """Store a decision, unless the utterance was taken out while it was open.

    Parameters
    ----------
    ws : Core
        The workspace.
    payload : mapping
        As for `Store.add_adjudication`.

    Returns
    -------
    str
        The rating_id.

    Raises
    ------
    WorkbenchError
        If the store does not take it; the message says why.
    """
    utterance_id = payload["utterance_id"]
    found = ws.store.rows("utterances", utterance_id=utterance_id)
    if not found or found[0]["retired_at"] is not None:
        what = "corrected" if found else "taken out of the database"
        raise StoreError(
            f"The utterance {utterance_id} was {what} while it was open here, so a decision on it "
            "has no place and was not saved. This browser keeps it; run the cell again for the "
            "disputes there are now."
        )
    return ws.store.add_adjudication(payload)


def notes_of_decisions(ws: Core) -> pd.DataFrame:
    """List what leads decided for and against, with their reasons.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    DataFrame
        As from `workbench.taxonomies.decision_notes`.
    """
    decisions, decided_tags, _ = ws.store.current_ratings(adjudications="only")
    ratings, tags, _ = ws.store.current_ratings()
    return decision_notes(
        ws.store.read("adjudications"),
        decisions,
        decided_tags,
        ratings,
        tags,
        ws.store.read("utterances"),
    )


def save_taxonomy(ws: Core, taxonomy: Taxonomy, changes: str | None) -> Path:
    """Write a version of a taxonomy as a file of its own, and into the database.

    Parameters
    ----------
    ws : Core
        The workspace.
    taxonomy : Taxonomy
        The version.
    changes : str or None
        What changed, in a sentence.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the file is there already.
    StoreError
        If the version is frozen with another definition.
    """
    path = ws.folder / "taxonomies" / f"{taxonomy.taxonomy}-{taxonomy.version}.yaml"
    if path.exists():
        raise InputError(
            f"{path} is there already and stays as it is. Give the version another name, or "
            "remove the file first."
        )
    ws.store.add_taxonomy_version(taxonomy, changes=changes)
    path.write_text(taxonomy_text(taxonomy, comment=changes or ""), encoding="utf-8")
    return path


def _check_lead(ws: Core, lead: str) -> None:
    people = ws.store.read("raters")
    leads = people.loc[people["role"] == "lead", "rater_id"].tolist()
    if lead in leads:
        return
    there = f"There are: {', '.join(leads) or 'none'}."
    if lead in set(people["rater_id"]):
        raise InputError(
            f"{lead} is no lead, and decisions are a lead's. {there} "
            f'ws.store.change_rater("{lead}", role="lead") makes one.'
        )
    raise InputError(
        f'There is no lead "{lead}".{nearest(lead, leads)} {there} '
        f'ws.store.add_rater("{lead}", role="lead") adds one.'
    )


def _why_none(ratings: pd.DataFrame, min_raters: int) -> str:
    if ratings.empty:
        return "There are no ratings here yet, so there are no disputes to decide."
    n_raters = ratings.groupby(_KEY)["rater_id"].nunique()
    n_heard = int((n_raters >= min_raters).sum())
    if n_heard == 0:
        return (
            f"No utterance was rated by {min_raters} raters in the same pass (the most is "
            f"{n_raters.max()}), so there are no disputes to decide. A worklist with overlap gives "
            "raters the same utterances."
        )
    return (
        f"There are no disputes to decide: of {n_heard} utterances with {min_raters} raters or "
        "more, all were heard alike."
    )
