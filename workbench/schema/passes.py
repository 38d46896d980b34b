"""Passes: what a rater has of an utterance while judging it."""

from __future__ import annotations

PASSES = ("text", "masked_voice", "voice", "both")
"""The words, the voice without words, the voice alone, and voice with words."""
HEARD = PASSES[1:]
"""Passes in which something is heard, so that it can be traced."""
