"""Who spoke when: utterances, turns and whole calls, and the silences between them."""

from __future__ import annotations

from workbench.utterances.correcting import corrected
from workbench.utterances.cutting import segment_channels
from workbench.utterances.gaps import gap_table
from workbench.utterances.rows import Segmented
from workbench.utterances.rttm import read_rttm
from workbench.utterances.settings import UtteranceSettings
from workbench.utterances.speakers import assign_roles_from_tier
from workbench.utterances.tiers import TierUtterances, from_tier
from workbench.utterances.turns import turns_of, whole_call

__all__ = [
    "Segmented",
    "TierUtterances",
    "UtteranceSettings",
    "assign_roles_from_tier",
    "corrected",
    "from_tier",
    "gap_table",
    "read_rttm",
    "segment_channels",
    "turns_of",
    "whole_call",
]
