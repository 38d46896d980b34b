"""The methods of a workspace for those who steer: policies, surveys, quality, coaching."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.workspace.core import Core

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.workspace.quality_forms import QaAgainstTone
    from workbench.workspace.silent_callers import SilentCallers


class Steering(Core):
    """Policy change, silent callers, QA against tone, agent cards, repeat contacts."""

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

        return policy_changes.policy_change(
            self,
            measure,
            since=since,
            treated=treated,
            where=where,
            cluster=cluster,
            every=every,
            slope=slope,
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
        measure, since, treated, where, cluster
            As in `policy_change`.
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
        measure, since, treated, where, every, slope
            As in `policy_change`.
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
        predictors, among
            As in `silent_callers`.
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

    def qa_against_tone(
        self, *, tone: str = "valence_mean", with_audio: bool = False
    ) -> QaAgainstTone:
        """Hold QA forms against how the customer sounded, and list where they part.

        Parameters
        ----------
        tone : str
            A column of `features`, higher where the customer sounded better.
        with_audio : bool
            List only calls that can be heard.

        Returns
        -------
        QaAgainstTone
            The tables association, shares and calls; a row of calls can be heard
            at its worst (or best) moment: `ws.listen(row)`.

        Raises
        ------
        AbstainedError
            If fewer than 20 calls have both.
        """
        from workbench.workspace import quality_forms

        return quality_forms.qa_against_tone(self, tone=tone, with_audio=with_audio)

    def qa_figure(self, *, tone: str = "valence_mean", theme: str | None = None) -> VBox:
        """Draw QA scores against tone; a mark plays the call's worst or best moment.

        Parameters
        ----------
        tone : str
            As in `qa_against_tone`.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure and its player.
        """
        from workbench.workspace import quality_forms

        return quality_forms.qa_figure(self, tone=tone, theme=theme)

    def agent_cards(
        self,
        measures: Sequence[str] = ("qa_score", "escalated", "resolved"),
        *,
        reason: str,
        held_equal: Sequence[str] = ("queue",),
        by: str = "agent_id",
        ranked: bool = False,
    ) -> pd.DataFrame:
        """Tell what each agent's calls come to; the reason is written down.

        Outcomes and ratings by people only. Nothing that a machine infers from an
        agent's voice enters, also where `infer_roles` allows it elsewhere. Agents
        with fewer calls than `minimum_group` of workbench.toml are not shown. Each
        use adds a line to log/agent_reports.csv in the workspace's folder.

        Parameters
        ----------
        measures : sequence of str
            Outcomes (qa_score, escalated, resolved, nps, csat), columns of calls
            (handle_s), what people heard of the customer ("customer_valence_end")
            or of the agent ("agent_warm_share").
        reason : str
            Why the report is made: a sentence that may be read by those whom it is
            about.
        held_equal : sequence of str
            Columns of calls whose mix is held equal.
        by : str
            "agent_id" or "team".
        ranked : bool
            Whether to add ranks with their intervals. By default there is no
            league table.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.agent_cards`, in the order of names.

        Raises
        ------
        InputError
            If no reason is given, or a measure is unknown or comes from a voice.
        AbstainedError
            If too few agents could be shown.
        """
        from workbench.workspace import agent_reports

        return agent_reports.agent_cards(
            self, measures, reason=reason, held_equal=held_equal, by=by, ranked=ranked
        )

    def agent_cards_figure(
        self,
        measures: Sequence[str] = ("qa_score", "escalated", "resolved"),
        *,
        reason: str,
        held_equal: Sequence[str] = ("queue",),
        by: str = "agent_id",
        theme: str | None = None,
    ) -> VBox:
        """Draw the agent cards in the order of names; the reason is written down.

        Parameters
        ----------
        measures, reason, held_equal, by
            As in `agent_cards`.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import agent_reports

        return agent_reports.agent_cards_figure(
            self, measures, reason=reason, held_equal=held_equal, by=by, theme=theme
        )

    def repeat_contacts(
        self,
        predictors: Sequence[str] | None = None,
        *,
        days: float = 14,
        covariates: Sequence[str] = ("queue",),
        cluster: str = "agent_id",
    ) -> pd.DataFrame:
        """Relate what was heard in first calls to another call within some days.

        Parameters
        ----------
        predictors : sequence of str, optional
            Columns of `features` and outcomes; by default shares of time, what is
            told of valence, and whether the matter was resolved.
        days : float
            Within how many days another call counts.
        covariates : sequence of str
            Columns of calls held equal.
        cluster : str
            Whose calls resemble each other: "agent_id".

        Returns
        -------
        DataFrame
            As from `wb.outcomes.repeat_contacts`, with p_adjusted for their number
            (false discovery rate).

        Raises
        ------
        AbstainedError
            If too few customers called again, or nothing was rated.
        """
        from workbench.workspace import repeated

        return repeated.repeat_contacts(
            self, predictors, days=days, covariates=covariates, cluster=cluster
        )

    def repeat_calls(self, *, days: float = 14, with_audio: bool = False) -> pd.DataFrame:
        """List the first calls of those who called again, worst moment first.

        Parameters
        ----------
        days : float
            Within how many days another call counts.
        with_audio : bool
            List only calls that can be heard.

        Returns
        -------
        DataFrame
            One row a customer: call_id, channel, start_s, end_s (the moment with
            the lowest valence; `ws.listen(row)` plays it), valence, again_call_id,
            again_after_days, queue, reason.
        """
        from workbench.workspace import repeated

        return repeated.repeat_calls(self, days=days, with_audio=with_audio)

    def repeat_contacts_figure(
        self, *, days: float = 14, theme: str | None = None, **options: object
    ) -> VBox:
        """Draw what goes with another call, each with its interval.

        Parameters
        ----------
        days : float
            As in `repeat_contacts`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **options : object
            As in `repeat_contacts`.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import repeated

        return repeated.repeat_contacts_figure(self, days=days, theme=theme, **options)
