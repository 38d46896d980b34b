"""Warnings to look at and to hear: figures, and a ranked list whose rows play."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import plots
from workbench.errors import InputError
from workbench.outcomes import early_warning
from workbench.workspace import landmarking, listening, pictures
from workbench.workspace.rows import one_row

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def callback_list(
    ws: Core,
    scored: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    landmark_s: float,
    score: str | None,
    n: int,
    with_audio: bool,
    role: str,
    **choice: Any,
) -> pd.DataFrame:
    """Rank calls for call-backs, with the moment to hear first.

    Parameters
    ----------
    ws : Core
        The workspace.
    scored, rows : DataFrame
        From `scored_rows` and `landmarks`.
    landmark_s : float
        Which landmark.
    score : str or None
        Which score.
    n : int
        How many calls at most.
    with_audio : bool
        Whether only calls with audio are listed.
    role : str
        Whose voice.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    DataFrame
        From `wb.outcomes.early_warning.callback_list`.
    """
    if with_audio:
        audible = ws.store.read("recordings")["call_id"].unique()
        scored = scored[scored["call_id"].isin(audible)]
        if scored.empty:
            raise InputError("None of the scored calls has audio; with_audio=False lists them all.")
    unknown = bool(rows["rater_heard_until_s"].isna().any())
    ranked = early_warning.ranked_calls(scored, landmark_s=landmark_s, score=score, n=n)
    moments = landmarking.moments_at(
        ws,
        landmark_s,
        calls=ranked["call_id"].tolist(),
        role=role,
        unknown_ratings="allow" if unknown else "refuse",
        **choice,
    )
    return early_warning.callback_list(
        scored, rows, moments, landmark_s=landmark_s, score=score, n=n
    )


def callbacks(ws: Core, ranked: pd.DataFrame) -> ipywidgets.VBox:
    """Show a ranked list whose rows play.

    Parameters
    ----------
    ws : Core
        The workspace.
    ranked : DataFrame
        From `callback_list`.

    Returns
    -------
    VBox
        The list; a click on a row plays it, and then the next.

    Raises
    ------
    InputError
        If the table has no rows or is no such list.
    """
    import ipywidgets

    from workbench.widgets import Player, caption_of

    lacking = {"rank", "call_id", "start_s", "end_s", "reasons", "note"} - set(ranked.columns)
    if lacking or ranked.empty:
        raise InputError(
            "A list from ws.callback_list is shown here; "
            + (f"this table lacks {', '.join(sorted(lacking))}." if lacking else "it has no rows.")
        )
    kept = [one_row(row) for _, row in ranked.iterrows()]
    player = Player()
    player.show_list(
        [f"{row['rank']}. {caption_of(row)}{_chance(row)}: {row['reasons']}" for row in kept],
        [lambda row=row: listening.snippet(ws, row) for row in kept],  # type: ignore[misc]
        0,
    )
    notes = [ipywidgets.Label(note) for note in ranked["note"].unique() if note]
    return ipywidgets.VBox([player, *notes])


def _chance(row: dict[str, Any]) -> str:
    return f", chance {100 * row['chance']:.0f} %" if "chance" in row else ""


def early_warning_figure(ws: Core, warnings: pd.DataFrame, *, theme: str | None) -> ipywidgets.VBox:
    """Draw how well each score warns at each landmark.

    Parameters
    ----------
    ws : Core
        The workspace.
    warnings : DataFrame
        From `warning_table`.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    draw = partial(plots.early_warning_figure, warnings, reading=early_warning.headline(warnings))
    return pictures.drawn(ws, draw, theme)


def calibration_figure(
    ws: Core, scored: pd.DataFrame, *, landmark_s: float, theme: str | None
) -> ipywidgets.VBox:
    """Draw whether chances are right.

    Parameters
    ----------
    ws : Core
        The workspace.
    scored : DataFrame
        From `scored_rows`.
    landmark_s : float
        Which landmark.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    table = early_warning.calibration_table(scored)
    draw = partial(plots.calibration_figure, table, landmark_s=landmark_s)
    return pictures.drawn(ws, draw, theme)


def decision_figure(
    ws: Core, scored: pd.DataFrame, *, landmark_s: float, theme: str | None
) -> ipywidgets.VBox:
    """Draw whether acting on a score pays.

    Parameters
    ----------
    ws : Core
        The workspace.
    scored : DataFrame
        From `scored_rows`.
    landmark_s : float
        Which landmark.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure.
    """
    table = early_warning.decision_table(scored)
    draw = partial(plots.decision_figure, table, landmark_s=landmark_s)
    return pictures.drawn(ws, draw, theme)
