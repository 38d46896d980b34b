"""What was heard, related to what happened: shares of time, effects, AUC.

Everything here is association. Nothing here is a cause.
"""

from __future__ import annotations

from workbench.outcomes import early_warning
from workbench.outcomes.auc import auc_table
from workbench.outcomes.churn import churn_table, customer_features
from workbench.outcomes.effects import effect_table
from workbench.outcomes.false_discovery import adjusted_p_values
from workbench.outcomes.features import call_features, share_of_time

__all__ = [
    "adjusted_p_values",
    "auc_table",
    "call_features",
    "churn_table",
    "customer_features",
    "early_warning",
    "effect_table",
    "share_of_time",
]
