"""Recordings as samples: what a file holds, any window of it, all of it block by block.

WAV, FLAC, Ogg and the other formats of libsndfile are read by it; MP3, M4A/AAC,
AMR, WebM, GSM 6.10 and whatever else libsndfile cannot read or seek by FFmpeg
(PyAV). The content decides, never the ending of the name. The sampling rate is
the file's own, and time 0 is the first sample after the encoder's delay.
"""

from __future__ import annotations

from workbench.audio.description import AudioInfo, Samples
from workbench.audio.reading import AudioReader, open_audio, probe_audio, read_audio, read_blocks
from workbench.audio.riff import WavLayout, wav_layout
from workbench.audio.snippets import peaks, wav_bytes
from workbench.audio.sources import check_source, file_sha256

__all__ = [
    "AudioInfo",
    "AudioReader",
    "Samples",
    "WavLayout",
    "check_source",
    "file_sha256",
    "open_audio",
    "peaks",
    "probe_audio",
    "read_audio",
    "read_blocks",
    "wav_bytes",
    "wav_layout",
]
