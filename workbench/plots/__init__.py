"""Figures, all with one look: what raters heard, what was measured, what it goes with.

Every figure is a Plotly figure. A mark that stands for seconds of a call holds
them in its customdata as [call_id, channel, start_s, end_s].
"""

from __future__ import annotations

from workbench.plots.trajectory import trajectory_figure

__all__ = ["trajectory_figure"]
