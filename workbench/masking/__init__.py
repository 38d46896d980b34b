"""A voice without its words: F0, level and pauses are kept, everything else is the same for all."""

from __future__ import annotations

from workbench.masking.voice import TOP_HZ, masked_voice

__all__ = ["TOP_HZ", "masked_voice"]
