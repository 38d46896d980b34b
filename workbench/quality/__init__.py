"""Can the signal of a channel carry measures: clipping, noise, bandwidth, leak."""

from __future__ import annotations

from workbench.quality.judging import quality_table
from workbench.quality.signals import ChannelSignal, measure_signal

__all__ = ["ChannelSignal", "measure_signal", "quality_table"]
