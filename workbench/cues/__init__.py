"""Vocal signals worth telling: an utterance against its speaker's own baseline.

`cue_table` holds the prosody of each utterance against what the same speaker
does in the rest of the call, so far in the call, or in earlier calls, and says
in a sentence what it found. A cue is evidence, not a feeling: what it means,
raters say. Limits are in `default_thresholds`, a table to edit.
"""

from __future__ import annotations

from workbench.cues.baseline import Baseline, call_baseline, causal_baseline
from workbench.cues.judging import cue_table
from workbench.cues.thresholds import default_thresholds

__all__ = ["Baseline", "call_baseline", "causal_baseline", "cue_table", "default_thresholds"]
