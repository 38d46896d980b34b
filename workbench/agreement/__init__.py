"""How far raters give the same value, and what that means.

A stage: tables in, tables out. Every coefficient takes a long table
(utterance_id, rater_id, value and, where there are calls, call_id) and gives one
row with an interval.
"""

from __future__ import annotations

from workbench.agreement.anchors import anchors, anchors_for, beside_anchors
from workbench.agreement.concordance import concordance
from workbench.agreement.disputes import dispute_table
from workbench.agreement.icc import icc
from workbench.agreement.planner import (
    cost_hours,
    one_more_rater,
    raters_needed,
    seconds_per_rating,
)
from workbench.agreement.spearman_brown import gain_of_one_more, panel_reliability, raters_for
from workbench.agreement.timelines import boundary_agreement, timeline_agreement
from workbench.agreement.traces import trace_agreement, trace_pairs

__all__ = [
    "anchors",
    "anchors_for",
    "beside_anchors",
    "boundary_agreement",
    "concordance",
    "cost_hours",
    "dispute_table",
    "gain_of_one_more",
    "icc",
    "one_more_rater",
    "panel_reliability",
    "raters_for",
    "raters_needed",
    "seconds_per_rating",
    "timeline_agreement",
    "trace_agreement",
    "trace_pairs",
]
