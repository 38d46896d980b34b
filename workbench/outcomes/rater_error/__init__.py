"""Rater error carried through to effects: raters err, and effects on their labels are off.

Where three raters or more rated the same utterances, each one's errors can be told, and what
the ratings leave open goes into the estimate and its interval.
"""

from __future__ import annotations

from workbench.outcomes.rater_error.blindness import error_by_outcome
from workbench.outcomes.rater_error.carried import carried_effect
from workbench.outcomes.rater_error.confusion import rater_confusion
from workbench.outcomes.rater_error.imputations import imputed_tables, pooled

__all__ = [
    "carried_effect",
    "error_by_outcome",
    "imputed_tables",
    "pooled",
    "rater_confusion",
]
