"""How far raters give the same value, and what that means.

A stage: tables in, tables out. Every coefficient takes a long table
(utterance_id, rater_id, value and, where there are calls, call_id) and gives one
row with an interval.
"""

from __future__ import annotations

from workbench.agreement.culture import culture_coverage, culture_warnings
from workbench.agreement.culture_matrix import culture_matrix
from workbench.agreement.culture_weights import culture_weight_table, culture_weights
from workbench.agreement.differential_labelling import differential_labelling
from workbench.agreement.in_group import in_group_advantage

__all__ = [
    "culture_coverage",
    "culture_matrix",
    "culture_warnings",
    "culture_weight_table",
    "culture_weights",
    "differential_labelling",
    "in_group_advantage",
]
