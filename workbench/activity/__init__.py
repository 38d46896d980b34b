"""When a channel carries speech: levels and speech activity on a 10 ms grid."""

from __future__ import annotations

from workbench.activity.crosstalk import remove_crosstalk
from workbench.activity.deciding import DetectionSettings
from workbench.activity.detection import DETECTOR, speech_activity
from workbench.activity.frames import SILENCE_DB, frame_levels_db
from workbench.activity.listening import ChannelListener, HeardChannel, listen_to_recording
from workbench.activity.sounds import Sound

__all__ = [
    "DETECTOR",
    "SILENCE_DB",
    "ChannelListener",
    "DetectionSettings",
    "HeardChannel",
    "Sound",
    "frame_levels_db",
    "listen_to_recording",
    "remove_crosstalk",
    "speech_activity",
]
