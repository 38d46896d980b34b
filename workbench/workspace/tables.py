"""Derived tables: computed when asked for, from what is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.agreement import dispute_table
from workbench.consensus import consensus_table
from workbench.cues import cue_table
from workbench.errors import InputError
from workbench.schema import empty_table, table_named
from workbench.trajectories import trajectory_table
from workbench.words import attach_text
from workbench.workspace.prosody_tasks import calls_to_measure

if TYPE_CHECKING:
    from workbench.workspace.core import Core


def derived(ws: Core, name: str, *, as_of: datetime | None, **where: Any) -> pd.DataFrame:
    """Compute or read a derived table.

    Parameters
    ----------
    ws : Core
        The workspace.
    name : str
        quality, prosody, cues, disputes, consensus or trajectories.
    as_of : datetime or None
        For what rests on ratings: as they were then.
    **where : object
        Column values to choose rows by.

    Returns
    -------
    DataFrame
        The table.

    Raises
    ------
    InputError
        If a column is unknown.
    """
    call_id = where.get("call_id")
    if name == "quality":
        rows = _kept(ws, "quality", call_id)
    elif name == "prosody":
        rows = prosody(ws, call_id=call_id)
    elif name == "cues":
        rows = cues(ws, call_id=call_id)
    elif name == "disputes":
        utterances = utterances_in_use(ws, unit=None, call_id=call_id, text=False)
        ratings, tags, _ = ws.store.current_ratings(as_of=as_of)
        rows = dispute_table(of_people(ws, ratings), tags)
        rows = rows[rows["utterance_id"].isin(utterances["utterance_id"])].reset_index(drop=True)
    else:
        utterances = utterances_in_use(ws, unit=None, call_id=call_id, text=False)
        choice = {f"{k}_" if k == "pass" else k: where[k] for k in _CHOICE if k in where}
        rows = consensus(ws, as_of=as_of, **choice)
        rows = rows[rows["utterance_id"].isin(utterances["utterance_id"])].reset_index(drop=True)
        if name == "trajectories":
            utterances = utterances[utterances["unit"] == "utterance"]
            rows = rows[rows["utterance_id"].isin(utterances["utterance_id"])]
            rows = trajectory_table(rows, utterances)
    if "call_id" not in rows.columns:
        where.pop("call_id", None)
    return choose(rows, name, where)


PEOPLE = ("human", "simulated")
"""Kinds of raters who agree or disagree with each other; models and votes do not."""


def of_people(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out models and votes.

    Parameters
    ----------
    ws : Core
        The workspace.
    rows : DataFrame
        Any table with rater_id.

    Returns
    -------
    DataFrame
        The rows of people.
    """
    raters = ws.store.read("raters")
    people = pd.Index(raters.loc[raters["kind"].isin(PEOPLE), "rater_id"])
    by_people: pd.DataFrame = rows[people.get_indexer(pd.Index(rows["rater_id"])) >= 0]
    return by_people.reset_index(drop=True)


_CHOICE = ("pass", "taxonomy", "version", "method")


def choose(rows: pd.DataFrame, name: str, where: dict[str, Any]) -> pd.DataFrame:
    """Choose rows by column values.

    Parameters
    ----------
    rows : DataFrame
        Rows of a table.
    name : str
        Its name.
    where : dict
        Column values; one value or several.

    Returns
    -------
    DataFrame
        The rows that have them.

    Raises
    ------
    InputError
        If a column is unknown.
    """
    for column, value in where.items():
        if column in rows.columns:
            several = isinstance(value, Iterable) and not isinstance(value, str)
            rows = rows[rows[column].isin(list(value)) if several else rows[column] == value]
        elif column not in _CHOICE:
            raise InputError(
                f'The table {name} has no column "{column}". It has: '
                f"{', '.join(table_named(name).columns)}."
            )
    return rows.reset_index(drop=True)


def utterances_in_use(
    ws: Core, *, unit: str | None, call_id: str | list[str] | None = None, text: bool = True
) -> pd.DataFrame:
    """List the utterances of the segmentations in use.

    Parameters
    ----------
    ws : Core
        The workspace.
    unit : str or None
        utterance, turn or call; None for all three.
    call_id : str or list of str, optional
        Only this call, or these.
    text : bool
        Whether to attach the words.

    Returns
    -------
    DataFrame
        The columns of utterances and, if asked for, text.
    """
    where: dict[str, Any] = {"call_id": call_id} if call_id is not None else {}
    segmentations = ws.store.read("segmentations", in_use=True, **where)
    if unit is not None:
        segmentations = segmentations[segmentations["unit"] == unit]
    rows = ws.store.read("utterances", **where)
    rows = rows[
        rows["segmentation_id"].isin(segmentations["segmentation_id"]) & rows["retired_at"].isna()
    ].sort_values(["call_id", "start_s", "channel"], ignore_index=True)
    if not text:
        return rows
    return attach_text(rows, ws.store.read("words", **where))


def prosody(ws: Core, *, call_id: str | list[str] | None = None) -> pd.DataFrame:
    """Read what `measure` measured of the utterances in use.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str or list of str, optional
        Only this call, or these.

    Returns
    -------
    DataFrame
        The table prosody.
    """
    rows = utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    calls = calls_to_measure(ws, rows, call_id=call_id)
    measured = ws.cache.read("prosody", ((call.call_id, *call.depends_on()) for call in calls))
    return _with_word_rates(measured, rows, ws.store.read("words", kind="word"))


def _with_word_rates(
    measured: pd.DataFrame, utterances: pd.DataFrame, words: pd.DataFrame
) -> pd.DataFrame:
    """Add words per second here, since a transcript may come after the measuring."""
    if words.empty or measured.empty:
        return measured
    heard = attach_text(utterances, words)
    lengths = heard["end_s"] - heard["start_s"]
    n_words = [float("nan") if pd.isna(text) else len(str(text).split()) for text in heard["text"]]
    rates = pd.Series(n_words, index=heard["utterance_id"]) / lengths.to_numpy()
    found = rates.reindex(measured["utterance_id"]).to_numpy(dtype="float64")
    reasons = [
        _without(own, "word_rate_per_s") if rate > 0 else own
        for own, rate in zip(measured["abstained"], found, strict=True)
    ]
    abstained = pd.Series(reasons, index=measured.index, dtype="object")
    return measured.assign(word_rate_per_s=found, abstained=abstained)


def _without(reasons: Any, measure: str) -> dict[str, str] | None:
    return {k: v for k, v in (reasons or {}).items() if k != measure} or None


def cues(
    ws: Core,
    *,
    call_id: str | None = None,
    thresholds: pd.DataFrame | None = None,
    baseline: str = "call",
) -> pd.DataFrame:
    """Hold the prosody of each utterance against its speaker's own baseline.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str, optional
        Only this call.
    thresholds : DataFrame, optional
        As from `wb.cues.default_thresholds()`.
    baseline : str
        call, causal or speaker_history.

    Returns
    -------
    DataFrame
        The table cues.
    """
    which = None if call_id is None else _calls_of_its_people(ws, call_id)
    utterances = utterances_in_use(ws, unit="utterance", call_id=which, text=False)
    found = cue_table(
        prosody(ws, call_id=which),
        utterances,
        calls=ws.store.read("calls"),
        infer_roles=ws.config.policy.infer_roles,
        thresholds=thresholds,
        baseline=baseline,
    )
    if call_id is None:
        return found
    own = utterances.loc[utterances["call_id"] == call_id, "utterance_id"]
    return found[found["utterance_id"].isin(own)].reset_index(drop=True)


def _calls_of_its_people(ws: Core, call_id: str) -> list[str]:
    """List a call and those in which the same people speak whose voice is judged."""
    judged = ws.store.read(
        "channels", call_id=call_id, role=[*ws.config.policy.infer_roles, "unknown"]
    )
    people = judged["speaker_id"].dropna().unique().tolist()
    if not people:
        return [call_id]
    return sorted({call_id, *ws.store.read("channels", speaker_id=people)["call_id"]})


def consensus(ws: Core, *, as_of: datetime | None = None, **choice: Any) -> pd.DataFrame:
    """Put the current ratings together.

    Parameters
    ----------
    ws : Core
        The workspace.
    as_of : datetime, optional
        Ratings as they were then.
    **choice : object
        pass_, taxonomy, version or method. Passes are never pooled: where there
        are several and none is named, "both" is taken if it is among them.

    Returns
    -------
    DataFrame
        The table consensus.
    """
    ratings, tags, scores = ws.store.current_ratings(as_of=as_of)
    if ratings.empty:
        return empty_table("consensus")
    if "both" in set(ratings["pass"]):
        choice = {"pass_": "both", **choice}
    if choice.get("method") == "adjudicated":
        decided = ws.store.current_ratings(as_of=as_of, adjudications="only")
        choice["adjudicated"] = decided
    return consensus_table(ratings, tags, scores, **choice)


def _kept(ws: Core, name: str, call_id: str | None) -> pd.DataFrame:
    calls = [call_id] if call_id else sorted(set(ws.store.read("recordings")["call_id"]))
    return ws.cache.read(name, ((call,) for call in calls))
