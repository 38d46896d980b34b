"""Silent callers: who answers the survey, and what its score would be had all answered."""

from __future__ import annotations

from workbench.outcomes.surveys.answered import answered_against_silent
from workbench.outcomes.surveys.joined import survey_rows
from workbench.outcomes.surveys.weighting import Weighed, overlap_table, weighted_scores

__all__ = [
    "Weighed",
    "answered_against_silent",
    "overlap_table",
    "survey_rows",
    "weighted_scores",
]
