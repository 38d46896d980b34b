"""Two voices: how agent and customer answer each other.

A stage: tables in, tables out. Everything about an agent's tone rests on people's
ratings; only `turn_pairs` measures voices, and only of roles that the policy names.
"""

from __future__ import annotations

from workbench.dialogue.consistency import call_tones, pooled_tones, tone_consistency
from workbench.dialogue.contagion import contagion
from workbench.dialogue.convergence import convergence, turn_pairs
from workbench.dialogue.empathy import contingent_empathy, reply_table
from workbench.dialogue.latency import handover_table, turn_taking
from workbench.dialogue.pairs import exchange_table, heard_table
from workbench.dialogue.repair import repair

__all__ = [
    "call_tones",
    "contagion",
    "contingent_empathy",
    "convergence",
    "exchange_table",
    "handover_table",
    "heard_table",
    "pooled_tones",
    "repair",
    "reply_table",
    "tone_consistency",
    "turn_pairs",
    "turn_taking",
]
