"""Calls are taken in: hashed, decoded, measured, and who speaks where is written down."""

from __future__ import annotations

from workbench.recordings.results import FailedCall, KnownCall, TakenCall
from workbench.recordings.taking import take_in

__all__ = ["FailedCall", "KnownCall", "TakenCall", "take_in"]
