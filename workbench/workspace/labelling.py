"""Widgets over the store: listen, list calls, label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import InputError, RecordingError, nearest
from workbench.taxonomies import Taxonomy, read_taxonomy
from workbench.workspace import hearing, saving, tables

if TYPE_CHECKING:
    from workbench.widgets import CallList, Labeler, Player
    from workbench.workspace.core import Core

UNITS = ("utterance", "turn", "call")


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
    session_check: bool,
) -> Labeler:
    """Open the Labeler on the utterances in use.

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
    session_check : bool
        Whether the sitting begins with the card for headphones and level.

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

    if unit not in UNITS:
        raise InputError(f'The unit "{unit}" came; one of {", ".join(UNITS)} was expected.')
    to_rate = _to_rate(ws, call_id, unit, role)
    calls = sorted(set(to_rate["call_id"]))
    taxonomy = current_taxonomy(ws)
    ws.store.add_taxonomy_version(taxonomy)
    ws.store.add_rater(rater, name=name)
    session_id = ws.store.add_session(rater, client="jupyter")
    words = ws.store.read("words")
    words = words[words["call_id"].isin(calls)]
    pass_ = "both" if text and len(words) else "voice"
    ratings, tags, scores = ws.store.current_ratings(
        **{
            "rater_id": rater,
            "taxonomy": taxonomy.taxonomy,
            "version": taxonomy.version,
            "pass": pass_,
        }
    )
    channels = ws.store.read("channels")
    about = ws.store.read("calls")
    return Labeler(
        to_rate,
        taxonomy.definition,
        rater_id=rater,
        audio=lambda call, channel, start_s, end_s: hearing.read_call(
            ws, call, channel, start_s, end_s
        ),
        peaks=lambda call: hearing.call_peaks(ws, call),
        on_save=lambda payload: saving.save_rating(ws, payload),
        on_session=lambda headphones: ws.store.set_headphones(session_id, headphones),
        words=words if pass_ == "both" else None,
        ratings=earlier_ratings(
            ratings,
            tags,
            scores,
            ws.store.read("notes", rater_id=rater),
            ws.store.read("shifts"),
        ),
        channels=channels[channels["call_id"].isin(calls)],
        calls=about[about["call_id"].isin(calls)],
        session_id=session_id,
        session_check=session_check,
        keep_key=saving.keep_key(ws, rater, taxonomy.taxonomy, taxonomy.version),
        peaks_per_s=hearing.PEAKS_PER_S,
    )


def _to_rate(ws: Core, call_id: str | None, unit: str, role: str | None) -> pd.DataFrame:
    rows = tables.utterances_in_use(ws, unit=unit, call_id=call_id, text=False)
    audible = set(ws.store.read("recordings")["call_id"])
    if call_id is not None and call_id not in audible:
        if ws.store.read("calls", call_id=call_id).empty:
            known = sorted(ws.store.read("calls")["call_id"])
            raise InputError(f'There is no call "{call_id}".{nearest(call_id, known)}')
        raise InputError(f"Call {call_id} has no audio, so there is nothing to hear and rate.")
    rows = rows[rows["call_id"].isin(audible)]
    if rows.empty:
        raise InputError(f"No {unit}s yet: run ws.segment() first.")
    if role is None:
        return rows
    chosen = rows[rows["role"].isin([role, "unknown"])]
    if chosen.empty:
        raise InputError(
            f'No {unit} of role "{role}" was found; there are: '
            f"{', '.join(sorted(set(rows['role'])))}. role=None rates everybody."
        )
    return chosen.reset_index(drop=True)


def listen(ws: Core, row: Mapping[str, Any] | pd.Series | pd.DataFrame | str) -> Player:
    """Play what is behind a row.

    Parameters
    ----------
    ws : Core
        The workspace.
    row : mapping, Series, one-row DataFrame or str
        Anything with call_id and, where it has them, channel, start_s, end_s.

    Returns
    -------
    Player
        The widget; for a call without audio it says so.
    """
    from workbench.widgets import Player

    try:
        samples, rate, where = hearing.row_audio(ws, _as_mapping(row))
    except RecordingError as error:
        return Player(sentence=str(error))
    files = hearing.channel_files(ws, where["call_id"])
    if where["channel"] is not None:
        files = files[files["channel"] == where["channel"]]
    who = "" if where["channel"] is None else f" · {files['role'].item()}"
    return Player(
        samples,
        rate,
        caption=f"call {where['call_id']}{who} · {where['start_s']:.1f} to {where['end_s']:.1f} s",
        start_s=where["start_s"],
        roles=files["role"].tolist(),
    )


def _as_mapping(row: Mapping[str, Any] | pd.Series | pd.DataFrame | str) -> Mapping[str, Any]:
    if isinstance(row, str):
        return {"utterance_id": row} if row.startswith("utt_") else {"call_id": row}
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise InputError(
                f"{len(row)} rows came; one can be played at a time, for example table.iloc[0]."
            )
        row = row.iloc[0]
    return {str(key): value for key, value in row.items()}


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
        play=lambda row: hearing.row_audio(ws, row)[:2],
        peaks=lambda call: hearing.call_peaks(ws, call),
        channels=ws.store.read("channels"),
        peaks_per_s=hearing.PEAKS_PER_S,
    )
