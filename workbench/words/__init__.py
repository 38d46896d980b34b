"""What was said: transcripts with times, attached to utterances."""

from __future__ import annotations

from workbench.words.attaching import attach_text
from workbench.words.call_analytics import CallAnalytics, read_call_analytics
from workbench.words.csv_table import read_words_csv
from workbench.words.transcripts import PHRASES, Transcript
from workbench.words.webvtt import read_webvtt

__all__ = [
    "PHRASES",
    "CallAnalytics",
    "Transcript",
    "attach_text",
    "read_call_analytics",
    "read_webvtt",
    "read_words_csv",
]
