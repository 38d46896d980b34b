"""QA forms of a workspace against how its customers sounded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.workspace import followed, pictures, tables
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

_SPAN = ["channel", "start_s", "end_s"]


class QaAgainstTone(NamedTuple):
    """How far QA and the customer's tone go together, and where they part.

    Parameters
    ----------
    association : DataFrame
        As from `wb.outcomes.qa_association`, for the score and each item; p_adjusted
        and n_tests are over the ledger.
    shares, calls : DataFrame
        As from `wb.outcomes.qa_disagreements`; calls have channel, start_s and
        end_s of the customer's worst (or best) moment.
    """

    association: pd.DataFrame
    shares: pd.DataFrame
    calls: pd.DataFrame


def moments(ws: Core) -> pd.DataFrame:
    """Find the moments of each call in which the customer sounded worst, and best.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    DataFrame
        call_id, best (whether it is the best), channel, start_s, end_s, valence;
        only rated calls.
    """
    points = tables.derived(ws, "trajectories", as_of=None, role="customer", variable="valence")
    points = points.rename(columns={"estimate": "valence"}).sort_values("valence")
    ends = [points.drop_duplicates("call_id", keep=end) for end in ("first", "last")]
    both = pd.concat([end.assign(best=best) for best, end in enumerate(ends)], ignore_index=True)
    return both.astype({"best": bool})[["call_id", "best", *_SPAN, "valence"]]


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
        followed.features(ws, role="customer"),
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
    found = _found(_rows(ws), tone, moments(ws))
    told = found.association.assign(effect=found.association["correlation"])
    judged = noted(ws, told, outcome="qa", predictor="tone").drop(columns="effect")
    found = found._replace(association=judged)
    return found._replace(calls=audible_only(ws, found.calls)) if with_audio else found


def _found(rows: pd.DataFrame, tone: str, there: pd.DataFrame) -> QaAgainstTone:
    association = relations.qa_association(rows, tone=tone)
    listed, shares = relations.qa_disagreements(rows, tone=tone)
    listed["best"] = listed["kind"].str.endswith("good")
    calls = listed.merge(there, on=["call_id", "best"], how="left").drop(columns="best")
    return QaAgainstTone(association, shares, calls)


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
    rows, there = _rows(ws), moments(ws)
    found = _found(rows, tone, there)
    worst = there[~there["best"]]
    spans = pd.concat([found.calls, worst], ignore_index=True)[["call_id", *_SPAN]]
    spans = audible_only(ws, spans.drop_duplicates("call_id"))
    marks = rows[["call_id", "qa_score", tone]].merge(spans, on="call_id", how="left")
    draw = partial(
        plots.qa_figure,
        marks,
        found.calls,
        tone=tone,
        reading=str(found.association["reading"].iloc[0]),
    )
    return pictures.drawn(ws, draw, theme)
