"""Widgets for the notebook: label calls, trace them, list them, play what is behind a number."""

from __future__ import annotations

from workbench.widgets.adjudicator import Adjudicator
from workbench.widgets.calls import CallList
from workbench.widgets.earlier import earlier_ratings
from workbench.widgets.labeler import Labeler
from workbench.widgets.playable import figure_of, playable
from workbench.widgets.player import Player
from workbench.widgets.recorder import Recorder
from workbench.widgets.snippet import Snippet, caption_of, snippet_of_samples
from workbench.widgets.thresholds import ThresholdExplorer
from workbench.widgets.tracer import Tracer

__all__ = [
    "Adjudicator",
    "CallList",
    "Labeler",
    "Player",
    "Recorder",
    "Snippet",
    "ThresholdExplorer",
    "Tracer",
    "caption_of",
    "earlier_ratings",
    "figure_of",
    "playable",
    "snippet_of_samples",
]
