"""Move a threshold and see at once which utterances have the cue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import pandas as pd

from workbench.errors import InputError
from workbench.widgets.playable import Play, playable

Judge = Callable[[pd.DataFrame], pd.DataFrame]
Draw = Callable[[pd.DataFrame, str], Any]


class ThresholdExplorer(ipywidgets.VBox):  # type: ignore[misc]
    """A slider for the threshold of a cue, over a figure of what it finds.

    Attributes: `thresholds` is the table as moved so far; pass it to `ws.cues`.
    `cue` and `threshold` are the controls, `told` is the sentence below them.

    Parameters
    ----------
    thresholds : DataFrame
        As from `wb.cues.default_thresholds()`.
    judge : callable
        `judge(thresholds)` gives the table cues.
    draw : callable
        `draw(cues, cue)` gives the Plotly figure of one cue.
    play : callable
        As in `playable`.

    Raises
    ------
    InputError
        If the thresholds have no row.
    """

    def __init__(
        self,
        thresholds: pd.DataFrame,
        judge: Judge,
        draw: Draw,
        play: Play,
    ) -> None:
        names = list(dict.fromkeys(thresholds["cue"]))
        if not names:
            raise InputError("There is no row in the thresholds, so there is nothing to move.")
        self.thresholds = thresholds.copy()
        self._judge, self._draw, self._play = judge, draw, play
        self._before = judge(thresholds)
        self.cue = ipywidgets.Dropdown(
            options=[(name.replace("_", " "), name) for name in names], description="cue"
        )
        self.threshold = ipywidgets.FloatSlider(
            min=1, max=6, step=0.05, description="counts from", continuous_update=False
        )
        self.told = ipywidgets.HTML()
        self._figure = ipywidgets.VBox()
        controls = ipywidgets.HBox([self.cue, self.threshold, ipywidgets.Label("spreads")])
        super().__init__([controls, self.told, self._figure])
        self.threshold.value = self._kept()
        self._show()
        self.cue.observe(self._chosen, "value")
        self.threshold.observe(self._moved, "value")

    def _kept(self) -> float:
        return float(self.thresholds.loc[self._rows(), "threshold_sd"].iloc[0])

    def _rows(self) -> pd.Series:
        return self.thresholds["cue"].eq(str(self.cue.value))

    def _chosen(self, _change: object) -> None:
        if self.threshold.value == self._kept():
            self._show()
        else:
            self.threshold.value = self._kept()

    def _moved(self, _change: object) -> None:
        self.thresholds.loc[self._rows(), "threshold_sd"] = self.threshold.value
        self._show()

    def _show(self) -> None:
        name = str(self.cue.value)
        cues = self._judge(self.thresholds)
        now, before = (
            int(table.loc[table["cue"] == name, "fired"].sum()) for table in (cues, self._before)
        )
        n = int((cues["cue"] == name).sum())
        self.told.value = f"<b>{now}</b> of {n} utterances have this cue; {before} at the start."
        figure = self._draw(cues, name)
        self._figure.children = (playable(figure, self._play),)
