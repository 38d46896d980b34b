"""The methods of a workspace that are seen and heard: figures and widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core, columns_of

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.widgets import CallList, Labeler, Player, ThresholdExplorer, Tracer


class Looking(Core):
    """Listen, label, and look at figures whose points can be heard."""

    def labeler(
        self,
        rater: str,
        *,
        call_id: str | None = None,
        unit: str = "utterance",
        role: str | None = "customer",
        name: str | None = None,
        text: bool = True,
    ) -> Labeler:
        """Open the Labeler: hear each utterance, tag how it sounds.

        Each rating is in the database when the widget says "saved". Opened
        again, it goes on at the first utterance that this rater has not rated.

        Parameters
        ----------
        rater : str
            Who rates.
        call_id : str, optional
            Only this call; by default every call with audio.
        unit : str
            What is rated: "utterance", "turn" or "call".
        role : str, optional
            Whose speech is rated; None for everybody's.
        name : str, optional
            The rater's name, when new.
        text : bool
            Whether the transcript is shown, where there is one. Ratings with
            text are of the pass "both", without of the pass "voice"; the two
            are never mixed.

        Returns
        -------
        Labeler
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import labelling

        return labelling.labeler(
            self, rater, call_id=call_id, unit=unit, role=role, name=name, text=text
        )

    def tracer(
        self,
        rater: str,
        *,
        call_id: str,
        dimension: str | list[str] = "valence",
        pass_: str = "voice",
        channel: int | None = None,
        name: str | None = None,
    ) -> Tracer:
        """Open the Tracer: follow a dimension with the hand while the call plays.

        A trace is in the database when the widget says "saved". Opened again, it
        shows the rater's own trace, of which any stretch can be done again.

        Parameters
        ----------
        rater : str
            Who traces.
        call_id : str
            The call.
        dimension : str or list of str
            What is traced, from the taxonomy; of several the first is open.
        pass_ : str
            "voice", or "both" with the words beside it.
        channel : int, optional
            Channel whose feeling is judged; by default the call as a whole.
        name : str, optional
            The rater's name, when new.

        Returns
        -------
        Tracer
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import tracing

        return tracing.tracer(
            self,
            rater,
            call_id=call_id,
            dimension=dimension,
            pass_=pass_,
            channel=channel,
            name=name,
        )

    def traces_figure(
        self, call_id: str, dimension: str = "valence", *, theme: str = "light", **choice: Any
    ) -> VBox:
        """Draw the traces of a call over each other; a click plays the seconds there.

        Parameters
        ----------
        call_id : str
            The call.
        dimension : str
            Which dimension.
        theme : str
            "light" or "dark".
        **choice : object
            pass_, channel or rater_id, to choose among traces.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import tracing

        return tracing.traces_figure(self, call_id, dimension, theme=theme, **columns_of(choice))

    def listen(self, row: Mapping[str, Any] | pd.Series | pd.DataFrame | str) -> Player:
        """Play what is behind a row.

        Parameters
        ----------
        row : mapping, Series, one-row DataFrame or str
            Anything with call_id and, where it has them, channel, start_s and
            end_s; or an utterance_id; or the id of a call.

        Returns
        -------
        Player
            A widget. A call without audio says so.
        """
        from workbench.workspace import labelling

        return labelling.listen(self, row)

    def calls_view(self) -> CallList:
        """List the calls: filter, sort, play.

        Returns
        -------
        CallList
            A widget; `.selected` is the chosen calls as a table.
        """
        from workbench.workspace import labelling

        return labelling.calls_view(self)

    def trajectory(self, call_id: str, *, theme: str = "light", **choice: Any) -> VBox:
        """Draw how a call felt over time; a click plays the seconds behind a point.

        Parameters
        ----------
        call_id : str
            The call.
        theme : str
            "light" or "dark".
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.trajectory(self, call_id, theme=theme, **columns_of(choice))

    def heatmap(
        self,
        *,
        variable: str = "valence",
        role: str = "customer",
        with_audio: bool = True,
        theme: str = "light",
        **choice: Any,
    ) -> VBox:
        """Draw many calls, one row each, over time; a click plays.

        Parameters
        ----------
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        with_audio : bool
            Only calls that can be heard.
        theme : str
            "light" or "dark".
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.heatmap(
            self,
            variable=variable,
            role=role,
            with_audio=with_audio,
            theme=theme,
            **columns_of(choice),
        )

    def signals(self, call_id: str, start_s: float, end_s: float, *, theme: str = "light") -> VBox:
        """Draw waveform, F0 and intensity of some seconds; a click plays.

        Parameters
        ----------
        call_id : str
            The call.
        start_s, end_s : float
            Seconds of the call.
        theme : str
            "light" or "dark".

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.signals(self, call_id, start_s=start_s, end_s=end_s, theme=theme)

    def baseline(self, utterance_id: str, cue: str, *, theme: str = "light") -> VBox:
        """Draw what a cue is held against: the same speaker's other utterances.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        cue : str
            Which cue, for example "high_pitch".
        theme : str
            "light" or "dark".

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.baseline(self, utterance_id, cue, theme=theme)

    def three_baselines(self, utterance_id: str, cue: str, *, theme: str = "light") -> VBox:
        """Draw what is usual: in the whole call, before, and in earlier calls.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        cue : str
            Which cue, for example "high_pitch".
        theme : str
            "light" or "dark".

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.three_baselines(self, utterance_id, cue, theme=theme)

    def threshold_explorer(self, *, theme: str = "light") -> ThresholdExplorer:
        """Move the threshold of a cue and see at once which utterances have it.

        Parameters
        ----------
        theme : str
            "light" or "dark".

        Returns
        -------
        ThresholdExplorer
            A widget; `.thresholds` is the table as moved, for `ws.cues`.
        """
        from workbench.workspace import pictures

        return pictures.threshold_explorer(self, theme=theme)
