"""Feeling over a call and over many calls: points, bins, trends."""

from __future__ import annotations

from workbench.trajectories.bins import binned_table, thirds_change
from workbench.trajectories.points import points_of, trajectory_table
from workbench.trajectories.trends import MIN_POINTS, trend_table

__all__ = [
    "MIN_POINTS",
    "binned_table",
    "points_of",
    "thirds_change",
    "trajectory_table",
    "trend_table",
]
