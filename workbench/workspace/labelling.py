"""Widgets over the store: list calls, label."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.taxonomies import Taxonomy, read_taxonomy
from workbench.workspace import assigned, hearing, levelling, saving
from workbench.workspace.correcting import correct_item

if TYPE_CHECKING:
    from workbench.widgets import CallList, Labeler
    from workbench.workspace.core import Core


def current_taxonomy(ws: Core) -> Taxonomy:
    """Read the taxonomy that workbench.toml names.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    Taxonomy
        As edited; a version that a rating names is compared when it is used.

    Raises
    ------
    InputError
        If there is no such file, or it is not a taxonomy.
    """
    folder = ws.folder / "taxonomies"
    path = folder / f"{ws.config.taxonomy}.yaml"
    if not path.exists():
        there = sorted(file.stem for file in folder.glob("*.yaml"))
        raise InputError(
            f'There is no taxonomy "{ws.config.taxonomy}" in {folder}.'
            f"{nearest(ws.config.taxonomy, there)} There are: {', '.join(there) or 'none'}."
        )
    return read_taxonomy(path)


def labeler(
    ws: Core,
    rater: str,
    *,
    call_id: str | None,
    unit: str,
    role: str | None,
    name: str | None,
    text: bool,
    language: str,
    worklist: str | None = None,
    session_check: bool,
    keys: Mapping[str, str] | None,
) -> Labeler:
    """Open the Labeler on the utterances in use, or on what a worklist has for the rater.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who rates.
    call_id : str or None
        Only this call; None for all with audio.
    unit : str
        utterance, turn or call.
    role : str or None
        Whose speech; None for everybody's.
    name : str or None
        The rater's name, when new.
    text : bool
        Whether the transcript is shown; stored as the pass.
    language : str
        Language of the words on the screen.
    worklist : str or None
        A worklist, which decides unit, role, pass and order.
    session_check : bool
        Whether the sitting begins with the card for headphones and level.
    keys : mapping of str to str or None
        The rater's own keys, by command or tag.

    Returns
    -------
    Labeler
        The widget.

    Raises
    ------
    InputError
        If there is nothing to rate; the message says why.
    """
    from workbench.widgets import Labeler, earlier_ratings

    if worklist is None:
        order = "in_call"
        to_rate = assigned.utterances_to_rate(ws, unit=unit, role=role, call_id=call_id)
    else:
        order = str(assigned.worklist_named(ws, worklist)["order_mode"].item())
        to_rate = assigned.assigned_items(ws, rater, worklist, call_id=call_id)
    calls = sorted(set(to_rate["call_id"]))
    taxonomy = current_taxonomy(ws)
    ws.store.add_taxonomy_version(taxonomy)
    ws.store.add_rater(rater, name=name)
    session_id = ws.store.add_session(rater, order_mode=order, client="jupyter")
    if worklist is None:
        has_text = text and not ws.store.calls_with_words().isdisjoint(calls)
        to_rate = to_rate.assign(**{"pass": "both" if has_text else "voice"})
    passes = set(to_rate["pass"])
    ratings, tags, scores = ws.store.current_ratings(
        rater_id=rater, taxonomy=taxonomy.taxonomy, version=taxonomy.version, pass_=passes
    )
    # what is heard again stands beside the first judgement: each rating answers its own assignment
    answers = ratings["assignment_id"]
    ratings = ratings[
        answers.isna() if worklist is None else answers.isin(to_rate["assignment_id"])
    ]
    return Labeler(
        to_rate,
        taxonomy.definition,
        rater_id=rater,
        **sound_of_calls(ws),
        on_save=partial(assigned.save_rating, ws),
        on_correct=partial(correct_item, ws, rater, worklist),
        on_mark=partial(assigned.mark_item, ws, rater),
        on_session=partial(ws.store.set_headphones, session_id),
        marks=assigned.marks_of(ws, rater, to_rate),
        words=partial(words_of, ws) if passes & {"text", "both"} else None,
        ratings=earlier_ratings(
            ratings,
            tags,
            scores,
            ws.store.read("notes", rater_id=rater),
            ws.store.read("shifts"),
        ),
        channels=ws.store.read("channels", call_id=calls),
        calls=ws.store.read("calls", call_id=calls),
        session_id=session_id,
        session_check=session_check,
        keep_key=saving.keep_key(ws, rater, taxonomy.taxonomy, taxonomy.version, worklist or ""),
        language=language,
        keys=keys,
    )


def sound_of_calls(ws: Core) -> dict[str, Any]:
    """Say how a widget gets what it plays and draws of a call.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    dict
        Arguments of the Labeler and the Adjudicator: audio, peaks, peaks_per_s,
        file, masked_audio, picture and gains.
    """
    return {
        "audio": partial(hearing.read_call, ws),
        "peaks": partial(hearing.call_peaks, ws),
        "peaks_per_s": hearing.PEAKS_PER_S,
        "file": partial(hearing.call_file, ws),
        "masked_audio": partial(hearing.masked_call, ws),
        "picture": partial(hearing.call_picture, ws),
        "gains": partial(levelling.call_gains, ws),
    }


def words_of(ws: Core, call_id: str) -> pd.DataFrame:
    """Read the transcript of a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.

    Returns
    -------
    DataFrame
        Its rows of the table words.
    """
    return ws.store.read("words", call_id=call_id)


def calls_view(ws: Core) -> CallList:
    """List the calls with who spoke, how long and what happened.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    CallList
        The widget.
    """
    from workbench.widgets import CallList

    recordings = ws.store.read("recordings")
    ends = recordings.assign(duration_s=recordings["offset_s"] + recordings["duration_s"])
    duration = ends.groupby("call_id", as_index=False)["duration_s"].max()
    roles = (
        ws.store.read("channels")
        .groupby("call_id")["role"]
        .agg(lambda own: ", ".join(sorted(set(own))))
        .rename("roles")
        .reset_index()
    )
    outcomes = ws.store.read("outcomes")[["call_id", "escalated", "qa_score"]]
    rows = ws.store.read("calls")
    for other in (duration, roles, outcomes):
        rows = rows.merge(other, on="call_id", how="left")
    rows["has_audio"] = rows["duration_s"].notna()
    rows = rows.sort_values(["has_audio", "call_id"], ascending=[False, True], ignore_index=True)
    return CallList(
        rows,
        play=lambda row: hearing.read_call(ws, row["call_id"], None, row["start_s"], row["end_s"]),
        peaks=lambda call: hearing.call_peaks(ws, call),
        channels=ws.store.read("channels"),
        peaks_per_s=hearing.PEAKS_PER_S,
    )
