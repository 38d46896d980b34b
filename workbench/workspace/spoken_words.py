"""The words of a workspace held against its rated voices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import contradictions as words_against_voice
from workbench import plots
from workbench.contradictions.moments import CLICK
from workbench.errors import AbstainedError, InputError
from workbench.workspace import agreements, pictures, tables
from workbench.workspace.conversations import escalations
from workbench.workspace.core import check_call

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def text_sentiment(
    ws: Core, *, tool: str | Callable[[str], float | None], call_id: str | None = None
) -> pd.DataFrame:
    """Judge the words of every utterance that has a transcript.

    Parameters
    ----------
    ws : Core
        The workspace.
    tool : str or callable
        As in `wb.contradictions.text_sentiment`.
    call_id : str, optional
        Only this call.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.text_sentiment`, with role and seconds.
    """
    if call_id is not None:
        check_call(ws, call_id)
    words = ws.store.read("words", **({"call_id": call_id} if call_id else {}))
    if words.empty:
        raise AbstainedError(
            "There is no transcript here, so there are no words to judge: ws.import_file(..., "
            'format="webvtt") or another transcript.'
        )
    said = tables.utterances_in_use(ws, unit="utterance", call_id=sorted(words["call_id"].unique()))
    languages = ws.store.read("calls").set_index("call_id")["language"]
    found = words_against_voice.text_sentiment(said, languages, tool=tool, words=words)
    return found.assign(role=said["role"].to_numpy(), **{c: said[c] for c in CLICK[1:]})


def contradictions(
    ws: Core,
    *,
    against: str = "text pass",
    pass_: str | None = None,
    tool: str | Callable[[str], float | None] = "auto",
    dimension: str = "valence",
) -> pd.DataFrame:
    """Hold rated voices against words: a text tool's, or those of a text pass.

    Parameters
    ----------
    ws : Core
        The workspace.
    against : str
        "text pass" or "text tool".
    pass_ : str or None
        Which pass rated the voice; by default voice where there is one, else both.
    tool : str or callable
        The text tool.
    dimension : str
        The dimension, on -1..1.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.contradiction_index`, with text, role and seconds.
    """
    kinds = ("text pass", "text tool")
    if against not in kinds:
        raise InputError(
            f'Voices are held against a "text pass" or a "text tool"; "{against}" came.'
        )
    rated = agreements.rated(ws)
    passes = set(rated.ratings["pass"])
    spoken = pass_ or next((p for p in ("voice", "masked_voice", "both") if p in passes), "both")
    voice = _values(rated, dimension, spoken)
    read = _values(rated, dimension, "text") if "text" in passes else None
    if against == "text pass":
        if read is None:
            raise AbstainedError(
                "Nobody has rated from text alone. A worklist asks for it: "
                'ws.worklist("passes", passes=["text", "voice"]).'
            )
        rows = words_against_voice.pass_gap(voice, read, pass_=spoken)
    else:
        found = text_sentiment(ws, tool=tool)
        rows = words_against_voice.contradiction_index(
            voice, found, text_ratings=read, pass_=spoken
        )
    calibration = dict(rows.attrs)
    placed = rated.utterances.set_index("utterance_id").loc[rows["utterance_id"], [*CLICK, "role"]]
    rows = pd.concat([placed.reset_index(drop=True), rows.reset_index(drop=True)], axis=1)
    said = tables.utterances_in_use(
        ws, unit="utterance", call_id=sorted(rows["call_id"].unique())
    ).set_index("utterance_id")["text"]
    rows.insert(5, "text", rows["utterance_id"].map(said))
    rows = rows.sort_values(["call_id", "start_s", "channel"], ignore_index=True)
    rows.attrs.update(calibration)
    return rows


def _values(rated: agreements.Rated, dimension: str, pass_: str) -> pd.DataFrame:
    chosen = agreements.choose(rated, **{"unit": "utterance", "pass": pass_})
    return chosen.values(dimension)


def thats_fine(ws: Core, *, role: str | None, rate: float, **options: Any) -> pd.DataFrame:
    """Rank moments whose words are fine and whose voice is not.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str or None
        Whose.
    rate : float
        False discovery rate.
    **options : object
        Of `contradictions`.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.fine_moments`.
    """
    rows = contradictions(ws, **options)
    calls = sorted(rows["call_id"].unique())
    measured = not tables.prosody(ws, call_id=calls).empty
    cues = pd.concat([tables.cues(ws, call_id=c) for c in calls]) if measured else None
    found = rows.drop(columns=[*CLICK, "role", "text"])
    return words_against_voice.fine_moments(
        found, rows[["utterance_id", "role", "text", *CLICK]], cues=cues, role=role, rate=rate
    )


def call_contradictions(ws: Core, *, role: str, **options: Any) -> pd.DataFrame:
    """Sum up words and voice of each call, up to any escalation.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str
        Whose.
    **options : object
        Of `contradictions`.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.call_contradictions`.
    """
    rows = contradictions(ws, **options)
    ratings = agreements.rated(ws).ratings
    known = ratings[ratings["pass"].isin([*rows["pass"].unique(), "text"])]
    furthest = known.groupby("utterance_id")["heard_until_s"].agg(lambda s: s.max(skipna=False))
    return words_against_voice.call_contradictions(
        rows.drop(columns=[*CLICK, "role", "text"]),
        rows[["utterance_id", "role", *CLICK]],
        role=role,
        until_s=escalations(ws),
        heard_until_s=furthest,
    )


def contradictions_figure(
    ws: Core, *, role: str | None, theme: str | None, **options: Any
) -> ipywidgets.VBox:
    """Draw voice against words, a mark an utterance.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str or None
        Whose; None for everybody's.
    theme : str or None
        "light" or "dark"; None follows the page.
    **options : object
        Of `contradictions`.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows = contradictions(ws, **options)
    return pictures.drawn(ws, partial(plots.contradictions_figure, rows, role=role), theme)
