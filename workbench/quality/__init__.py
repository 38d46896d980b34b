"""Can the signal of a channel carry measures, and what is in it besides speech."""

from __future__ import annotations

from workbench.quality.events import event_table, music_shares
from workbench.quality.judging import quality_table
from workbench.quality.signals import ChannelSignal, measure_signal

__all__ = ["ChannelSignal", "event_table", "measure_signal", "music_shares", "quality_table"]
