"""The methods of a workspace for those who steer: policies and surveys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.workspace.coaching import Coaching
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.workspace.silent_callers import SilentCallers


class Steering(Coaching):
    """Policy change and silent callers."""

    def policy_change(
        self,
        measure: str = "escalated",
        *,
        since: object,
        treated: Sequence[str] = (),
        where: str = "queue",
        cluster: str = "agent_id",
        every: str = "week",
        slope: bool = True,
    ) -> pd.DataFrame:
        """Tell what changed when a policy began, by every design that the calls allow.

        Parameters
        ----------
        measure : str
            An outcome (escalated, resolved, qa_score, nps, csat), a column of calls
            (handle_s) or of `features` (valence_mean, frustration_share).
        since : str or date
            From when the policy was in force, the year first: "2026-03-01".
        treated : sequence of str
            Values of `where` that got it; all others are the comparison. Empty: all
            calls got it, and there is no comparison.
        where : str
            "queue", "team" or "agent_id".
        cluster : str
            Whose calls resemble each other: "agent_id" or "team".
        every : str
            A point of the series is a "week" or a "day".
        slope : bool
            Whether the trend may have changed too, or the level only.

        Returns
        -------
        DataFrame
            One row an estimate: design (comparison, trends before, series), outcome,
            term, effect, unit, ci_low, ci_high, p_value, n_calls, n_clusters,
            seen, could_hide, newey_west_low, newey_west_high, model, note, reading. A design
            that the calls do not allow has its reason as note.

        Raises
        ------
        InputError
            If a column, value or date is unknown, or all calls lie on one side.
        """
        from workbench.workspace import policy_changes

        return noted(
            self,
            policy_changes.policy_change(
                self,
                measure,
                since=since,
                treated=treated,
                where=where,
                cluster=cluster,
                every=every,
                slope=slope,
            ),
            predictor="term",
        )

    def placebo_dates(
        self,
        measure: str = "escalated",
        *,
        since: object,
        treated: Sequence[str] = (),
        where: str = "queue",
        cluster: str = "agent_id",
        every_days: int = 7,
        margin_days: int = 56,
    ) -> pd.DataFrame:
        """Estimate the same change at earlier dates, when nothing happened.

        Parameters
        ----------
        measure : str
            As in `policy_change`.
        since : str or date
            As there.
        treated : sequence of str
            As there.
        where : str
            As there.
        cluster : str
            As there.
        every_days : int
            Distance between placebo dates.
        margin_days : int
            Days that must lie before and after each of them.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.placebo_dates`; the last row is the real date.

        Raises
        ------
        AbstainedError
            If fewer than 4 such dates can be estimated.
        """
        from workbench.workspace import policy_changes

        return policy_changes.placebos(
            self,
            measure,
            since=since,
            treated=treated,
            where=where,
            cluster=cluster,
            every_days=every_days,
            margin_days=margin_days,
        )

    def policy_figure(
        self,
        measure: str = "escalated",
        *,
        since: object,
        treated: Sequence[str] = (),
        where: str = "queue",
        every: str = "week",
        slope: bool = True,
        theme: str | None = None,
    ) -> VBox:
        """Draw a series before and after a policy; a mark plays a call of its week.

        Parameters
        ----------
        measure : str
            As in `policy_change`.
        since : str or date
            As there.
        treated : sequence of str
            As there.
        where : str
            As there.
        every : str
            As there.
        slope : bool
            As there.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure and its player.
        """
        from workbench.workspace import policy_changes

        return policy_changes.policy_figure(
            self,
            measure,
            since=since,
            treated=treated,
            where=where,
            every=every,
            slope=slope,
            theme=theme,
        )

    def placebo_figure(
        self, measure: str = "escalated", *, theme: str | None = None, **choice: object
    ) -> VBox:
        """Draw the estimate at the policy's date beside those at earlier dates.

        Parameters
        ----------
        measure : str
            As in `policy_change`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            As in `placebo_dates`.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import policy_changes

        return policy_changes.placebo_figure(self, measure, theme=theme, **choice)

    def silent_callers(
        self,
        *,
        predictors: Sequence[str] | None = None,
        among: str = "all",
    ) -> SilentCallers:
        """Tell who answers the survey, and what its score would be had all answered.

        Parameters
        ----------
        predictors : sequence of str, optional
            What the chance to answer is estimated from: columns of `features`,
            outcomes and calls. By default valence, the shares of frustration,
            resignation and disengagement, the queue and whether the matter was
            resolved, as far as they are there.
        among : str
            Whom the answers are to stand for: "all" who called, or those
            "invited".

        Returns
        -------
        SilentCallers
            The tables heard, scores, overlap and chances.

        Raises
        ------
        AbstainedError
            If all or none answered, too few did, or they are too unlike the
            silent.
        """
        from workbench.workspace import silent_callers

        return silent_callers.silent_callers(self, predictors=predictors, among=among)

    def silent_callers_figure(
        self,
        *,
        predictors: Sequence[str] | None = None,
        among: str = "all",
        theme: str | None = None,
    ) -> VBox:
        """Draw the chances to answer of those who did and those who did not.

        Parameters
        ----------
        predictors : sequence of str, optional
            As in `silent_callers`.
        among : str
            As there.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import silent_callers

        return silent_callers.overlap_figure(self, predictors=predictors, among=among, theme=theme)

    def answered_figure(self, *, among: str = "all", theme: str | None = None) -> VBox:
        """Draw how those who answered the survey sounded, against the silent.

        Parameters
        ----------
        among : str
            As in `silent_callers`.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import silent_callers

        return silent_callers.answered_figure(self, among=among, theme=theme)
