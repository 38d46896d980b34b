"""Words against voice: where what was said and how it sounded part ways.

A stage: tables in, tables out. A contradiction is a difference between two judgements,
with its error; it is no proof of what somebody felt.
"""

from __future__ import annotations

from workbench.contradictions.index import (
    Calibration,
    calibrate_text,
    contradiction_index,
    pass_gap,
    rated_means,
)
from workbench.contradictions.moments import call_contradictions, fine_moments
from workbench.contradictions.text_sentiment import text_sentiment, vader_sentiment

__all__ = [
    "Calibration",
    "calibrate_text",
    "call_contradictions",
    "contradiction_index",
    "fine_moments",
    "pass_gap",
    "rated_means",
    "text_sentiment",
    "vader_sentiment",
]
