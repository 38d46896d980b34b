"""What was heard, related to what happened: effects, early warning, policy, surveys, agents.

Everything here is association. Nothing here is a cause.
"""

from __future__ import annotations

from workbench.false_discovery import adjusted_p_values
from workbench.outcomes import early_warning, rater_error
from workbench.outcomes.added_value import added_value
from workbench.outcomes.auc import auc_table
from workbench.outcomes.coaching import agent_cards, qa_association, qa_disagreements, qa_rows
from workbench.outcomes.guards import check_before
from workbench.outcomes.ledger import Ledger
from workbench.outcomes.outcome_rows import outcome_rows
from workbench.outcomes.policy import (
    difference_in_differences,
    interrupted_lines,
    interrupted_series,
    placebo_dates,
    policy_series,
    pre_trends,
)
from workbench.outcomes.relate import relate
from workbench.outcomes.repeat_contacts import first_calls, repeat_contacts
from workbench.outcomes.surveys import (
    answered_against_silent,
    overlap_table,
    survey_rows,
    weighted_scores,
)

__all__ = [
    "Ledger",
    "added_value",
    "adjusted_p_values",
    "agent_cards",
    "answered_against_silent",
    "auc_table",
    "check_before",
    "difference_in_differences",
    "early_warning",
    "first_calls",
    "interrupted_lines",
    "interrupted_series",
    "outcome_rows",
    "overlap_table",
    "placebo_dates",
    "policy_series",
    "pre_trends",
    "qa_association",
    "qa_disagreements",
    "qa_rows",
    "rater_error",
    "relate",
    "repeat_contacts",
    "survey_rows",
    "weighted_scores",
]
