"""The methods of a workspace that ask how early a call could have been warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.workspace.landmarking import UnknownRatings


class Foreseeing(Core):
    """Early warning: landmarks, scores, what their alarms are worth, whom to call back."""

    def landmarks(
        self,
        at_s: float | Sequence[float] = (15, 30, 60, 120, 180),
        *,
        on: str = "escalated",
        role: str = "customer",
        unknown_ratings: UnknownRatings = "refuse",
        prosody: bool = False,
        **choice: Any,
    ) -> pd.DataFrame:
        """Put calls as they stood at each landmark beside what happened later.

        Only what was heard before counts: utterances are cut at the landmark,
        cues are causal and of utterances that had ended, and only raters count
        who had heard no further. Only calls that still ran and had not been
        escalated are at risk; the others say in `left_out` why they are not.

        Parameters
        ----------
        at_s : float or sequence of float
            Landmarks, seconds of the call.
        on : str, default "escalated"
            A yes/no column of outcomes.
        role : str, default "customer"
            Whose voice warns.
        unknown_ratings : {"refuse", "allow"}, default "refuse"
            What to do with ratings of which is not known how far their rater
            had heard (imported and simulated ones). "allow" lets them in, and
            every output then says so.
        prosody : bool, default False
            Whether means of F0, intensity, rate and pauses are added.
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        DataFrame
            One row a call and landmark, as from
            `wb.outcomes.early_warning.landmark_rows`: shares of tags and figures
            of dimensions, and how often each cue had fired.

        Raises
        ------
        AbstainedError
            If no rating may be used; the message says which switch lets them in.
        """
        from workbench.workspace import landmarking

        return landmarking.landmarks(
            self,
            at_s=at_s,
            on=on,
            role=role,
            unknown_ratings=unknown_ratings,
            prosody=prosody,
            **choice,
        )

    def warning_scores(
        self, rows: pd.DataFrame, scores: Mapping[str, str | Sequence[str]], **options: Any
    ) -> pd.DataFrame:
        """Score calls at landmarks by rules of your own, by columns and by fitted models.

        Parameters
        ----------
        rows : DataFrame
            From `landmarks`.
        scores : mapping
            By a name of your own: a column ("frustration_share", "-valence_mean"),
            a rule ("volume_spike and valence_mean < -0.2"), or a list of columns
            to fit.
        **options : object
            As in `wb.outcomes.early_warning.scored_rows`: validation, n_folds,
            cuts, gap, alarms_per_100, seed.

        Returns
        -------
        DataFrame
            One row a tested call, landmark and score.
        """
        from workbench.outcomes.early_warning import scored_rows

        return scored_rows(rows, scores, **options)

    def early_warning(
        self,
        scored: pd.DataFrame,
        *,
        k: int = 20,
        minutes_per_review: float | None = None,
        saved_share: float | None = None,
    ) -> pd.DataFrame:
        """Say how early each score warns and what its alarms are worth.

        Parameters
        ----------
        scored : DataFrame
            From `warning_scores`.
        k : int, default 20
            How many calls a reviewer can take.
        minutes_per_review, saved_share : float, optional
            Your assumptions: minutes an alarm takes, and the share of rightly
            alarmed calls that are saved when someone steps in.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.early_warning.warning_table`; `reading` says
            each row in words, `earliest_warning` says from when on.
        """
        from workbench.outcomes.early_warning import warning_table

        return warning_table(
            scored, k=k, minutes_per_review=minutes_per_review, saved_share=saved_share
        )

    def callback_list(
        self,
        scored: pd.DataFrame,
        rows: pd.DataFrame,
        *,
        landmark_s: float,
        score: str | None = None,
        n: int = 20,
        with_audio: bool = False,
        role: str = "customer",
        **choice: Any,
    ) -> pd.DataFrame:
        """Rank calls for call-backs, with the moment to hear first and the reasons.

        Parameters
        ----------
        scored : DataFrame
            From `warning_scores`.
        rows : DataFrame
            From `landmarks`.
        landmark_s : float
            Which landmark.
        score : str, optional
            Which score; needed if there are several.
        n : int, default 20
            How many calls at most.
        with_audio : bool, default False
            Whether only calls that can be heard are listed.
        role : str, default "customer"
            Whose voice, as for `landmarks`.
        **choice : object
            pass_ or version, as for `landmarks`.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.early_warning.callback_list`; `callbacks` shows
            it so that a click plays a row.
        """
        from workbench.workspace import warning_pictures

        return warning_pictures.callback_list(
            self,
            scored,
            rows,
            landmark_s=landmark_s,
            score=score,
            n=n,
            with_audio=with_audio,
            role=role,
            **choice,
        )

    def callbacks(self, ranked: pd.DataFrame) -> VBox:
        """Show a ranked list; one click on a row, or Enter, plays its moment.

        Parameters
        ----------
        ranked : DataFrame
            From `callback_list`.

        Returns
        -------
        VBox
            A player with a row a call: rank, call, seconds, chance, reasons.

        Raises
        ------
        InputError
            If the table has no rows or is no such list.
        """
        from workbench.workspace import warning_pictures

        return warning_pictures.callbacks(self, ranked)

    def early_warning_figure(self, warnings: pd.DataFrame, *, theme: str | None = None) -> VBox:
        """Draw how well each score warns at each landmark.

        Parameters
        ----------
        warnings : DataFrame
            From `early_warning`.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import warning_pictures

        return warning_pictures.early_warning_figure(self, warnings, theme=theme)

    def calibration_figure(
        self, scored: pd.DataFrame, *, landmark_s: float, theme: str | None = None
    ) -> VBox:
        """Draw whether the chances that scores give are right.

        Parameters
        ----------
        scored : DataFrame
            From `warning_scores`.
        landmark_s : float
            Which landmark.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import warning_pictures

        return warning_pictures.calibration_figure(self, scored, landmark_s=landmark_s, theme=theme)

    def decision_figure(
        self, scored: pd.DataFrame, *, landmark_s: float, theme: str | None = None
    ) -> VBox:
        """Draw whether acting on a score pays, against acting always and never.

        Parameters
        ----------
        scored : DataFrame
            From `warning_scores`.
        landmark_s : float
            Which landmark.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import warning_pictures

        return warning_pictures.decision_figure(self, scored, landmark_s=landmark_s, theme=theme)
