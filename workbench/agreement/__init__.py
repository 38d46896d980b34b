"""How far raters give the same value, and what that means.

A stage: tables in, tables out. Every coefficient takes a long table
(utterance_id, rater_id, value and, where there are calls, call_id) and gives one
row with an interval.
"""

from __future__ import annotations

from workbench.agreement.raters import (
    rater_agreement,
    rater_bias,
    rater_drift,
    rater_evidence,
    rater_report,
    repeat_consistency,
)

__all__ = [
    "rater_agreement",
    "rater_bias",
    "rater_drift",
    "rater_evidence",
    "rater_report",
    "repeat_consistency",
]
