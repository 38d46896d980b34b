"""The methods of a workspace for those who coach: QA forms, agent cards, repeat contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.workspace.core import Core
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.workspace.quality_forms import QaAgainstTone


class Coaching(Core):
    """QA against tone, agent cards, repeat contacts."""

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
        reason: str | None = None,
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
            Why the report is made: needed, and in words that those whom it is about
            may read.
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
        reason: str | None = None,
        held_equal: Sequence[str] = ("queue",),
        by: str = "agent_id",
        theme: str | None = None,
    ) -> VBox:
        """Draw the agent cards in the order of names; the reason is written down.

        Parameters
        ----------
        measures : sequence of str
            As in `agent_cards`.
        reason : str
            As there.
        held_equal : sequence of str
            As there.
        by : str
            As there.
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

        return noted(
            self,
            repeated.repeat_contacts(
                self, predictors, days=days, covariates=covariates, cluster=cluster
            ),
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
