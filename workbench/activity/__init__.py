"""When a channel carries speech: levels and speech activity on a 10 ms grid."""

from __future__ import annotations

from workbench.activity.crosstalk import remove_crosstalk
from workbench.activity.detection import DETECTOR, DetectionSettings, speech_activity
from workbench.activity.frames import SILENCE_DB, frame_levels_db

__all__ = [
    "DETECTOR",
    "SILENCE_DB",
    "DetectionSettings",
    "frame_levels_db",
    "remove_crosstalk",
    "speech_activity",
]
