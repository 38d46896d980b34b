"""Raters watched, to help them: each against the others, the agreed answers and themselves."""

from __future__ import annotations

from workbench.agreement.raters.bias import rater_bias
from workbench.agreement.raters.order import rater_drift
from workbench.agreement.raters.repeats import repeat_consistency
from workbench.agreement.raters.report import rater_evidence, rater_report
from workbench.agreement.raters.rest import rater_agreement

__all__ = [
    "rater_agreement",
    "rater_bias",
    "rater_drift",
    "rater_evidence",
    "rater_report",
    "repeat_consistency",
]
