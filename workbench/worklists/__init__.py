"""Worklists: who is to hear what, in which order, and what is hidden among it.

A stage: tables in, tables out. `plan_worklist` gives rows of the table
assignments; the same utterances, raters and settings give the same plan.
"""

from __future__ import annotations

from workbench.worklists.planning import plan_worklist
from workbench.worklists.progress import worklist_progress
from workbench.worklists.settings import WorklistSettings

__all__ = ["WorklistSettings", "plan_worklist", "worklist_progress"]
