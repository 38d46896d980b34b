"""What was heard, related to what happened: effects, AUC.

Everything here is association. Nothing here is a cause.
"""

from __future__ import annotations

from workbench.outcomes.auc import auc_table
from workbench.outcomes.churn import churn_table, customer_features
from workbench.outcomes.effects import effect_table
from workbench.outcomes.false_discovery import adjusted_p_values

__all__ = [
    "adjusted_p_values",
    "auc_table",
    "churn_table",
    "customer_features",
    "effect_table",
]
