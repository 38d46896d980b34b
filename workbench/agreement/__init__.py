"""How far raters give the same value, and what that means.

A stage: tables in, tables out. Every coefficient takes a long table
(utterance_id, rater_id, value and, where there are calls, call_id) and gives one
row with an interval.
"""

from __future__ import annotations
