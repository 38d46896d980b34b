"""The methods of a workspace that draw: figures whose points can be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.workspace.core import Core, columns_of

if TYPE_CHECKING:
    from ipywidgets import VBox
    from plotly.graph_objects import Figure

    from workbench.widgets import ThresholdExplorer


class Drawing(Core):
    """Look at figures; a click on a point plays the seconds behind it."""

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
