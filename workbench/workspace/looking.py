"""The methods of a workspace that are seen and heard: figures and widgets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core, columns_of

if TYPE_CHECKING:
    from ipywidgets import VBox
    from plotly.graph_objects import Figure

    from workbench.widgets import CallList, Labeler, Player, Recorder, ThresholdExplorer, Tracer


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
        language: str = "en",
        worklist: str | None = None,
        session_check: bool = True,
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
        language : str, default "en"
            Language of the words on the screen: en or de.
        worklist : str, optional
            A worklist (see `worklist`): the rater hears what it holds, in its
            order and passes; unit, role and text do not count then.
        session_check : bool
            Whether the first sitting of a day begins with a card that asks for
            headphones and checks the level.

        Returns
        -------
        Labeler
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import labelling

        return labelling.labeler(
            self,
            rater,
            call_id=call_id,
            unit=unit,
            role=role,
            name=name,
            text=text,
            language=language,
            worklist=worklist,
            session_check=session_check,
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
        """Play what is behind a row of any table, or behind several, one after the other.

        Parameters
        ----------
        row : mapping, Series, DataFrame or str
            Anything with call_id and, where it has them, channel, start_s and
            end_s; or with the id of an utterance, rating, trace, example or
            clip; or such an id alone.

        Returns
        -------
        Player
            A widget. Where there is no audio it says why, and where it looked.

        Raises
        ------
        InputError
            If there is nothing to hear behind the row.
        """
        from workbench.workspace import listening

        return listening.listen(self, row)

    def playable(self, figure: Figure) -> VBox:
        """Make a figure play: a click on a point plays the seconds behind it.

        Parameters
        ----------
        figure : plotly Figure
            Of `wb.plots`, or any whose points carry [call_id, channel, start_s,
            end_s] as customdata; None where something is not known.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.playable(self, figure)

    def recorder(
        self, rater: str, *, tag: str | None = None, call_id: str | None = None
    ) -> Recorder:
        """Open the Recorder: say how a tag sounds, or leave a voice note with a call.

        A recording stays in the folder `recordings` of the workspace and is
        never taken for a call.

        Parameters
        ----------
        rater : str
            Who speaks.
        tag : str, optional
            The tag that the recording is an example of; without it and without
            a call, it is chosen in the widget.
        call_id : str, optional
            The call that a voice note is for.

        Returns
        -------
        Recorder
            A widget; leave it as the last line of a cell.

        Raises
        ------
        InputError
            If there is no such tag or call, or both came.
        """
        from workbench.workspace import examples

        return examples.recorder(self, rater, tag=tag, call_id=call_id)

    def examples(self, tag: str | None = None) -> pd.DataFrame:
        """List what tags sound like: clips and seconds of calls; `listen` plays a row.

        Parameters
        ----------
        tag : str, optional
            Only the examples of this tag.

        Returns
        -------
        DataFrame
            The table examples with duration_s, and rater_id of clips.

        Raises
        ------
        InputError
            If there is no such tag.
        """
        from workbench.workspace import examples

        return examples.examples(self, tag)

    def add_example(
        self,
        tag: str,
        row: Mapping[str, Any] | pd.Series | pd.DataFrame | str,
        *,
        note: str | None = None,
    ) -> str:
        """Name some seconds of a call as an example of a tag.

        Parameters
        ----------
        tag : str
            A tag of the taxonomy.
        row : mapping, Series, one-row DataFrame or str
            A row that stands for some seconds, as for `listen`.
        note : str, optional
            What to listen for.

        Returns
        -------
        str
            The example_id.

        Raises
        ------
        InputError
            If there is no such tag, or the row does not say from when to when.
        """
        from workbench.workspace import examples

        return examples.add_example(self, tag, row, note=note)

    def reroot(self, root: str, folder: str | Path) -> None:
        """Say where audio that moved is now; the settings are changed if it is there.

        Parameters
        ----------
        root : str
            Name of the audio root in workbench.toml.
        folder : str or Path
            Folder or URL that holds it now.

        Raises
        ------
        InputError
            If there is no such root, or its files are not there.
        """
        from workbench.workspace import rerooting

        rerooting.reroot(self, root, folder)

    def calls_view(self) -> CallList:
        """List the calls: filter, sort, play.

        Returns
        -------
        CallList
            A widget; `.selected` is the chosen calls as a table.
        """
        from workbench.workspace import labelling

        return labelling.calls_view(self)

    def trajectory(self, call_id: str, *, theme: str | None = None, **choice: Any) -> VBox:
        """Draw how a call felt over time; a click plays the seconds behind a point.

        Parameters
        ----------
        call_id : str
            The call.
        theme : str, optional
            "light" or "dark"; by default that of the page.
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
        theme: str | None = None,
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
        theme : str, optional
            "light" or "dark"; by default that of the page.
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

    def signals(
        self, call_id: str, start_s: float, end_s: float, *, theme: str | None = None
    ) -> VBox:
        """Draw waveform, F0 and intensity of some seconds; a click plays.

        Parameters
        ----------
        call_id : str
            The call.
        start_s, end_s : float
            Seconds of the call.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.signals(self, call_id, start_s=start_s, end_s=end_s, theme=theme)

    def baseline(self, utterance_id: str, cue: str, *, theme: str | None = None) -> VBox:
        """Draw what a cue is held against: the same speaker's other utterances.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        cue : str
            Which cue, for example "high_pitch".
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.baseline(self, utterance_id, cue, theme=theme)

    def three_baselines(self, utterance_id: str, cue: str, *, theme: str | None = None) -> VBox:
        """Draw what is usual: in the whole call, before, and in earlier calls.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        cue : str
            Which cue, for example "high_pitch".
        theme : str, optional
            "light" or "dark"; by default that of the page.

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
