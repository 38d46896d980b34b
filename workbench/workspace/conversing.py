"""The methods of a workspace about two voices, and about words against voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core, columns_of
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    from ipywidgets import VBox


class Conversing(Core):
    """Empathy, contagion, convergence, turn-taking, consistency; words against voice.

    About agents only people's ratings are used, groups below the policy's minimum_group are
    not shown, and what follows an escalation is left out.
    """

    def empathy(self, **options: Any) -> pd.DataFrame:
        """Say whether replies are warm when the customer is in distress, and what follows.

        Parameters
        ----------
        **options : object
            Of `wb.dialogue.contingent_empathy` (distress, reply) and `wb.dialogue.repair`
            (state, warm, curt), threshold and cluster of both; pass_, taxonomy, version.

        Returns
        -------
        DataFrame
            Three rows of contingent empathy and five of repair, with intervals that leave
            out whole agents and a sentence each; where there is too little for
            repair, the note of the third row says so.

        Raises
        ------
        InputError
            If an option or a tag is unknown.
        AbstainedError
            If there are too few rated replies, or fewer agents than minimum_group.
        """
        from workbench.workspace import conversations

        return noted(self, conversations.empathy(self, **columns_of(options)))

    def empathy_figure(self, *, theme: str | None = None, **choice: str) -> VBox:
        """Draw how agents reply to each state of the customer; a cell plays an exchange.

        Parameters
        ----------
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : str
            pass_, taxonomy or version.

        Returns
        -------
        VBox
            The figure and its player.
        """
        from workbench.workspace import conversations

        return conversations.empathy_figure(self, theme=theme, **columns_of(choice))

    def exchanges(self, **choice: str) -> pd.DataFrame:
        """List each reply with what was heard just before and just after it.

        Parameters
        ----------
        **choice : str
            pass_, taxonomy or version.

        Returns
        -------
        DataFrame
            As from `wb.dialogue.exchange_table`; `listen` plays a row.
        """
        from workbench.workspace import conversations

        return conversations.exchanges(self, **columns_of(choice))

    def contagion(self, dimension: str = "valence", **options: Any) -> pd.DataFrame:
        """Ask how far one voice's score goes before the other's next turn.

        Parameters
        ----------
        dimension : str, default "valence"
            Which dimension.
        **options : object
            Of `wb.dialogue.contagion`: kind, cluster; and pass_, taxonomy, version.

        Returns
        -------
        DataFrame
            Four rows: both directions and both own lags, with intervals.

        Raises
        ------
        InputError
            If there is no such dimension or option.
        AbstainedError
            If there are too few rated turns, or fewer agents than minimum_group.
        """
        from workbench.workspace import conversations

        return noted(
            self, conversations.contagion(self, dimension=dimension, **columns_of(options))
        )

    def convergence(self, *, draws: int = 999) -> pd.DataFrame:
        """Tell whether two voices move together, and whether they grow alike.

        Measures the agent's voice, and is refused unless infer_roles under [policy] of
        workbench.toml names the agent.

        Parameters
        ----------
        draws : int, default 999
            Shufflings of partners, at least 99.

        Returns
        -------
        DataFrame
            As from `wb.dialogue.convergence`: two rows for pitch, intensity and rate each.

        Raises
        ------
        AbstainedError
            If the policy does not allow it, or too little was measured.
        """
        from workbench.workspace import conversations

        return conversations.convergence(self, draws=draws)

    def turn_taking(self, **options: Any) -> pd.DataFrame:
        """Sum up gaps, overlaps and who interrupts whom, by the customer's state.

        Parameters
        ----------
        **options : object
            Of `wb.dialogue.turn_taking`: distress, threshold, cluster.

        Returns
        -------
        DataFrame
            One row a role and state.

        Raises
        ------
        AbstainedError
            If the speaker never changes, or there are fewer agents than minimum_group.
        """
        from workbench import dialogue
        from workbench.workspace import conversations

        return dialogue.turn_taking(conversations.handovers(self), **options)

    def handovers(self, **choice: str) -> pd.DataFrame:
        """List each change of speaker with its gap or overlap.

        Parameters
        ----------
        **choice : str
            pass_, taxonomy or version of the ratings beside it.

        Returns
        -------
        DataFrame
            As from `wb.dialogue.handover_table`; `listen` plays a row.
        """
        from workbench.workspace import conversations

        return conversations.handovers(self, **columns_of(choice))

    def turn_taking_figure(self, call_id: str, *, theme: str | None = None) -> VBox:
        """Draw the gaps and overlaps of a call; a mark plays both utterances.

        Parameters
        ----------
        call_id : str
            The call.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure and its player.
        """
        from workbench.workspace import conversations

        return conversations.turn_taking_figure(self, call_id, theme=theme)

    def agent_consistency(
        self,
        variable: str = "valence",
        *,
        reason: str | None = None,
        each: bool = False,
        **choice: str,
    ) -> pd.DataFrame:
        """Part the spread of agents' rated tone into between and within agents.

        Parameters
        ----------
        variable : str, default "valence"
            A dimension or a tag, as people rated it in agents' voices.
        reason : str
            Why; written to log/agent_reports.csv in the workspace.
        each : bool, default False
            Whether to give each agent's tone instead, drawn towards all.
        **choice : str
            pass_, taxonomy or version.

        Returns
        -------
        DataFrame
            As from `wb.dialogue.tone_consistency`, or with each=True `pooled_tones`.

        Raises
        ------
        InputError
            If there is no reason or no such variable.
        AbstainedError
            If there are fewer agents than minimum_group.
        """
        from workbench.workspace import conversations

        return conversations.agent_consistency(
            self, variable=variable, reason=reason, each=each, **columns_of(choice)
        )

    def text_sentiment(
        self,
        *,
        tool: str | Callable[[str], float | None] = "auto",
        call_id: str | None = None,
    ) -> pd.DataFrame:
        """Judge the words of every utterance, without the voice.

        Parameters
        ----------
        tool : {"auto", "vader", "transcript"} or callable
            What judges; VADER reads English only and abstains elsewhere.
        call_id : str, optional
            Only this call.

        Returns
        -------
        DataFrame
            As from `wb.contradictions.text_sentiment`, with role and seconds.

        Raises
        ------
        InputError
            If there is no such tool, or a callable gives anything but -1..1 or None.
        AbstainedError
            If there is no transcript.
        """
        from workbench.workspace import spoken_words

        return spoken_words.text_sentiment(self, tool=tool, call_id=call_id)

    def contradictions(
        self,
        *,
        against: str = "text pass",
        pass_: str | None = None,
        tool: str | Callable[[str], float | None] = "auto",
        dimension: str = "valence",
    ) -> pd.DataFrame:
        """Hold the rated voice of each utterance against its words.

        Parameters
        ----------
        against : {"text pass", "text tool"}
            Ratings of the words alone, or a text tool.
        pass_ : str, optional
            Which pass rated the voice: voice, masked_voice or both; by default the first
            of these that there is.
        tool : {"auto", "vader", "transcript"} or callable
            The text tool.
        dimension : str, default "valence"
            On -1..1.

        Returns
        -------
        DataFrame
            As from `wb.contradictions.pass_gap` or `contradiction_index`, with text, role
            and seconds; `listen` plays a row.

        Raises
        ------
        InputError
            If an argument is unknown.
        AbstainedError
            If nothing can be compared.
        """
        from workbench.workspace import spoken_words

        return spoken_words.contradictions(
            self, against=against, pass_=pass_, tool=tool, dimension=dimension
        )

    def thats_fine(
        self, *, role: str | None = "customer", rate: float = 0.05, **options: Any
    ) -> pd.DataFrame:
        """Rank the moments whose words are fine and whose voice is not.

        Parameters
        ----------
        role : str or None
            Whose words; None for everybody's.
        rate : float, default 0.05
            Share of false findings among those that hold.
        **options : object
            Of `contradictions`.

        Returns
        -------
        DataFrame
            As from `wb.contradictions.fine_moments`, clearest first; `listen` plays a row.
        """
        from workbench.workspace import spoken_words

        return spoken_words.thats_fine(self, role=role, rate=rate, **options)

    def call_contradictions(self, *, role: str = "customer", **options: Any) -> pd.DataFrame:
        """Sum up words and voice of each call, for what voice adds to words.

        Parameters
        ----------
        role : str, default "customer"
            Whose.
        **options : object
            Of `contradictions`.

        Returns
        -------
        DataFrame
            As from `wb.contradictions.call_contradictions`, up to any escalation.
        """
        from workbench.workspace import spoken_words

        return spoken_words.call_contradictions(self, role=role, **options)

    def contradictions_figure(
        self, *, role: str | None = "customer", theme: str | None = None, **options: Any
    ) -> VBox:
        """Draw voice against words, a mark an utterance that plays.

        Parameters
        ----------
        role : str or None
            Whose; None for everybody's.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **options : object
            Of `contradictions`.

        Returns
        -------
        VBox
            The figure and its player.
        """
        from workbench.workspace import spoken_words

        return spoken_words.contradictions_figure(self, role=role, theme=theme, **options)
