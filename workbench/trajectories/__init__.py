"""Feeling over a call and over many calls: points, curves, shifts, bins, trends, features."""

from __future__ import annotations

from workbench.trajectories.aligned import aligned_table, event_moments
from workbench.trajectories.averages import MIN_CALLS, aligned_mean, call_curves
from workbench.trajectories.bins import binned_table, thirds_change
from workbench.trajectories.curves import curve_table, points_table
from workbench.trajectories.feature_dictionary import feature_dictionary
from workbench.trajectories.features import call_features, share_of_time
from workbench.trajectories.groups import compare_groups, comparison_words, cut_at
from workbench.trajectories.phenotypes import Phenotypes, curve_words, find_phenotypes
from workbench.trajectories.points import points_of, trajectory_table
from workbench.trajectories.rater_values import (
    heard_until,
    mixed_rows,
    rater_values,
    trace_values,
)
from workbench.trajectories.shifts import marked_shifts, shift_table
from workbench.trajectories.trends import MIN_POINTS, trend_table

__all__ = [
    "MIN_CALLS",
    "MIN_POINTS",
    "Phenotypes",
    "aligned_mean",
    "aligned_table",
    "binned_table",
    "call_curves",
    "compare_groups",
    "comparison_words",
    "curve_words",
    "cut_at",
    "event_moments",
    "find_phenotypes",
    "call_features",
    "curve_table",
    "feature_dictionary",
    "heard_until",
    "marked_shifts",
    "mixed_rows",
    "points_of",
    "points_table",
    "rater_values",
    "share_of_time",
    "shift_table",
    "thirds_change",
    "trace_values",
    "trajectory_table",
    "trend_table",
]
