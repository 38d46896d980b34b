"""QA forms of a workspace against how its customers sounded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.workspace import pictures, tables

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

_SPAN = ["channel", "start_s", "end_s"]


class QaAgainstTone(NamedTuple):
    """How far QA and the customer's tone go together, and where they part.

    Parameters
    ----------
    association : DataFrame
        As from `wb.outcomes.qa_association`, for the score and each item.
    shares, calls : DataFrame
        As from `wb.outcomes.qa_disagreements`; calls have channel, start_s and
        end_s of the customer's worst (or best) moment.
    """

    association: pd.DataFrame
    shares: pd.DataFrame
    calls: pd.DataFrame


def moments(ws: Core, *, best: bool = False) -> pd.DataFrame:
    """Find the moment of each call in which the customer sounded worst, or best.

    Parameters
    ----------
    ws : Core
        The workspace.
    best : bool
        Whether the best is wanted.

    Returns
    -------
    DataFrame
        call_id, channel, start_s, end_s, valence; only rated calls.
    """
    points = tables.derived(ws, "trajectories", as_of=None, role="customer", variable="valence")
    points = points.sort_values("estimate", ascending=not best).drop_duplicates("call_id")
    return points.rename(columns={"estimate": "valence"})[["call_id", *_SPAN, "valence"]]


def audible_only(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out calls without a recording.

    Parameters
    ----------
    ws : Core
        The workspace.
    rows : DataFrame
        With call_id.

    Returns
    -------
    DataFrame
        The others, in their order.
    """
    recorded = ws.store.read("recordings")["call_id"]
    return rows[rows["call_id"].isin(recorded)].reset_index(drop=True)


def _rows(ws: Core) -> pd.DataFrame:
    rows = relations.qa_rows(
        pictures.features(ws, role="customer"),
        ws.store.read("outcomes"),
        ws.store.read("calls"),
        ws.store.read("qa_items"),
    )
    kept = rows.dropna(subset=["agent_id"])
    kept.attrs = rows.attrs
    return kept


def qa_against_tone(ws: Core, *, tone: str, with_audio: bool) -> QaAgainstTone:
    """Hold QA forms against tone.

    Parameters
    ----------
    ws : Core
        The workspace.
    tone, with_audio
        As in `Workspace.qa_against_tone`.

    Returns
    -------
    QaAgainstTone
        Three tables.
    """
    rows = _rows(ws)
    association = relations.qa_association(rows, tone=tone)
    listed, shares = relations.qa_disagreements(rows, tone=tone)
    good = listed["kind"].str.endswith("good")
    parts = [
        listed[side].merge(moments(ws, best=best), on="call_id", how="left")
        for best, side in ((False, ~good), (True, good))
    ]
    calls = pd.concat(parts, ignore_index=True)
    return QaAgainstTone(association, shares, audible_only(ws, calls) if with_audio else calls)


def qa_figure(ws: Core, *, tone: str, theme: str | None) -> ipywidgets.VBox:
    """Draw QA scores against tone.

    Parameters
    ----------
    ws : Core
        The workspace.
    tone : str
        As in `Workspace.qa_against_tone`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows, found = _rows(ws), qa_against_tone(ws, tone=tone, with_audio=False)
    spans = pd.concat([found.calls[["call_id", *_SPAN]], moments(ws)[["call_id", *_SPAN]]])
    spans = audible_only(ws, spans.drop_duplicates("call_id"))
    heard = rows.merge(spans.assign(heard=spans["call_id"]), on="call_id", how="left")
    draw = partial(
        plots.qa_figure,
        heard,
        found.calls,
        tone=tone,
        reading=str(found.association["reading"].iloc[0]),
    )
    return pictures.drawn(ws, draw, theme)
