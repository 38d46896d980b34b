"""Figures, all with one look: what raters heard, what was measured, what it goes with.

Every figure is a Plotly figure. A mark that stands for seconds of a call holds
them in its customdata as [call_id, channel, start_s, end_s].
"""

from __future__ import annotations

from workbench.plots.agent_cards import agent_cards_figure, qa_figure
from workbench.plots.agreement import agreement_figure, raters_needed_figure
from workbench.plots.aligned import aligned_figure, comparison_figure
from workbench.plots.baseline import baseline_figure
from workbench.plots.contradictions import contradictions_figure
from workbench.plots.dialogue import replies_figure, turn_taking_figure
from workbench.plots.early_warning import (
    calibration_figure,
    decision_figure,
    early_warning_figure,
)
from workbench.plots.effects import effects_figure, outcome_figure
from workbench.plots.heatmap import calls_heatmap_figure
from workbench.plots.intervals import intervals_figure
from workbench.plots.matrices import confusions_figure, culture_figure, rater_pairs_figure
from workbench.plots.phenotypes import phenotypes_figure
from workbench.plots.policy import placebo_figure, policy_figure
from workbench.plots.rater_error import carried_figure
from workbench.plots.signals import signals_figure
from workbench.plots.strengths import strengths_figure
from workbench.plots.surveys import overlap_figure
from workbench.plots.theme import palette_named, tag_style, template_of
from workbench.plots.three_baselines import three_baselines_figure
from workbench.plots.traces import traces_figure
from workbench.plots.trajectory import trajectory_figure

__all__ = [
    "agent_cards_figure",
    "agreement_figure",
    "aligned_figure",
    "baseline_figure",
    "calibration_figure",
    "calls_heatmap_figure",
    "comparison_figure",
    "carried_figure",
    "confusions_figure",
    "contradictions_figure",
    "culture_figure",
    "decision_figure",
    "early_warning_figure",
    "effects_figure",
    "intervals_figure",
    "outcome_figure",
    "overlap_figure",
    "palette_named",
    "phenotypes_figure",
    "placebo_figure",
    "policy_figure",
    "qa_figure",
    "rater_pairs_figure",
    "raters_needed_figure",
    "replies_figure",
    "signals_figure",
    "strengths_figure",
    "tag_style",
    "template_of",
    "three_baselines_figure",
    "traces_figure",
    "trajectory_figure",
    "turn_taking_figure",
]
