"""How an utterance sounds, in numbers: F0, intensity, rate, pauses, voice quality.

`measure_recording` takes a file and its utterances and returns the table
prosody; `measure_channel` does so for samples in memory, `frame_tracks` gives
the curves behind it for a picture, `voice_curves` the two of them that are
quick. The remaining names are the parts, for who wants to look closer. What each
measure is worth is told in docs/prosody.md.
"""

from __future__ import annotations

from workbench.prosody.contour import Contour, f0_contour
from workbench.prosody.curves import voice_curves
from workbench.prosody.measure import frame_tracks, measure_channel, measure_recording
from workbench.prosody.pauses import PauseStatistics, pause_statistics, speech_frames
from workbench.prosody.rate import Nuclei, syllable_nuclei
from workbench.prosody.settings import HOP_S, ProsodySettings

__all__ = [
    "HOP_S",
    "Contour",
    "Nuclei",
    "PauseStatistics",
    "ProsodySettings",
    "f0_contour",
    "frame_tracks",
    "measure_channel",
    "measure_recording",
    "pause_statistics",
    "speech_frames",
    "syllable_nuclei",
    "voice_curves",
]
