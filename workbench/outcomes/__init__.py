"""What was heard, related to what happened: effects, AUC.

Everything here is association. Nothing here is a cause.
"""

from __future__ import annotations

from workbench.outcomes import rater_error
from workbench.outcomes import early_warning
from workbench.outcomes.auc import auc_table
from workbench.outcomes.churn import churn_table, customer_features
from workbench.outcomes.coaching import agent_cards, qa_association, qa_disagreements, qa_rows
from workbench.outcomes.effects import effect_table
from workbench.outcomes.false_discovery import adjusted_p_values
from workbench.outcomes.policy import (
    difference_in_differences,
    interrupted_lines,
    interrupted_series,
    placebo_dates,
    policy_series,
    pre_trends,
)
from workbench.outcomes.repeat_contacts import first_calls, repeat_contacts
from workbench.outcomes.surveys import (
    answered_against_silent,
    overlap_table,
    survey_rows,
    weighted_scores,
)
from workbench.outcomes.added_value import added_value
from workbench.outcomes.auc import auc_table
from workbench.outcomes.false_discovery import adjusted_p_values
from workbench.outcomes.features import call_features, share_of_time
from workbench.outcomes.guards import check_before
from workbench.outcomes.ledger import Ledger
from workbench.outcomes.outcome_rows import outcome_rows
from workbench.outcomes.relate import relate

__all__ = [
    "Ledger",
    "added_value",
    "adjusted_p_values",
    "agent_cards",
    "answered_against_silent",
    "auc_table",
    "churn_table",
    "customer_features",
    "difference_in_differences",
    "early_warning",
    "effect_table",
    "first_calls",
    "interrupted_lines",
    "interrupted_series",
    "overlap_table",
    "placebo_dates",
    "policy_series",
    "pre_trends",
    "qa_association",
    "qa_disagreements",
    "qa_rows",
    "repeat_contacts",
    "rater_error",
    "survey_rows",
    "weighted_scores",
    "call_features",
    "check_before",
    "outcome_rows",
    "relate",
    "share_of_time",
]
