"""Who answers the survey of a workspace, and who does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from workbench import outcomes as relations
from workbench import plots
from workbench.workspace import followed, pictures

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

_HEARD = ("valence_mean", "frustration_share", "resignation_share", "disengagement_share")
_KNOWN = ("queue", "resolved")


class SilentCallers(NamedTuple):
    """Those who answered a survey against those who did not.

    Parameters
    ----------
    heard : DataFrame
        As from `wb.outcomes.answered_against_silent`.
    scores : DataFrame
        NPS and CSAT raw and weighed, as from `wb.outcomes.weighted_scores`.
    overlap : DataFrame
        As from `wb.outcomes.overlap_table`.
    chances : DataFrame
        Each call's chance to answer, and its weight.
    """

    heard: pd.DataFrame
    scores: pd.DataFrame
    overlap: pd.DataFrame
    chances: pd.DataFrame


def _rows(ws: Core) -> pd.DataFrame:
    return relations.survey_rows(
        followed.features(ws, role="customer"), ws.store.read("outcomes"), ws.store.read("calls")
    ).dropna(subset=["customer_id"])


def silent_callers(ws: Core, *, predictors: Sequence[str] | None, among: str) -> SilentCallers:
    """Compare those who answered with the silent, and weigh the answers.

    Parameters
    ----------
    ws : Core
        The workspace.
    predictors, among
        As in `Workspace.silent_callers`.

    Returns
    -------
    SilentCallers
        Four tables.
    """
    rows = _rows(ws)
    if predictors is None:
        there = [name for name in _HEARD if name in rows.columns]
        predictors = [*there, *(name for name in _KNOWN if rows[name].notna().all())]
    weighed = relations.weighted_scores(rows, predictors, among=among)
    return SilentCallers(
        relations.answered_against_silent(rows, among=among),
        weighed.scores,
        relations.overlap_table(weighed.chances),
        weighed.chances,
    )


def overlap_figure(
    ws: Core, *, predictors: Sequence[str] | None, among: str, theme: str | None
) -> ipywidgets.VBox:
    """Draw the chances to answer.

    Parameters
    ----------
    ws : Core
        The workspace.
    predictors, among
        As in `Workspace.silent_callers`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    found = silent_callers(ws, predictors=predictors, among=among)
    return pictures.drawn(ws, partial(plots.overlap_figure, found.chances, found.scores), theme)


def answered_figure(ws: Core, *, among: str, theme: str | None) -> ipywidgets.VBox:
    """Draw what was heard from those who answered, against the silent.

    Parameters
    ----------
    ws : Core
        The workspace.
    among : str
        As in `Workspace.silent_callers`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    table = relations.answered_against_silent(_rows(ws), among=among)
    draw = partial(
        plots.intervals_figure,
        table,
        label="heard",
        estimate="difference",
        title="How those who answered the survey sounded, against the silent",
        subtitle=f"{table['n_answered'].max()} answered, {table['n_silent'].max()} silent calls; "
        "right: more among those who answered; bar: 95 % interval",
    )
    return pictures.drawn(ws, draw, theme)
