"""Warnings while the call still runs: scores at landmarks, and what their alarms are worth."""

from __future__ import annotations

from workbench.outcomes.early_warning.callbacks import callback_list, ranked_calls
from workbench.outcomes.early_warning.landmarks import (
    LANDMARKS_S,
    landmark_counts,
    landmark_rows,
    predictors_of,
)
from workbench.outcomes.early_warning.probabilities import (
    calibration_summary,
    calibration_table,
    decision_table,
)
from workbench.outcomes.early_warning.readings import earliest_warning, headline
from workbench.outcomes.early_warning.rules import apply_rule
from workbench.outcomes.early_warning.scores import scored_rows
from workbench.outcomes.early_warning.usefulness import warning_table

__all__ = [
    "LANDMARKS_S",
    "apply_rule",
    "calibration_summary",
    "calibration_table",
    "callback_list",
    "decision_table",
    "earliest_warning",
    "headline",
    "landmark_counts",
    "landmark_rows",
    "predictors_of",
    "ranked_calls",
    "scored_rows",
    "warning_table",
]
