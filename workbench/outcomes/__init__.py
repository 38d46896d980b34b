"""What was heard, related to what happened: shares of time, effects, AUC.

Everything here is association. Nothing here is a cause.
"""

from __future__ import annotations

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
    "auc_table",
    "call_features",
    "check_before",
    "outcome_rows",
    "relate",
    "share_of_time",
]
