"""Models of outcomes: each estimated once, and again without each agent or customer."""

from __future__ import annotations

from workbench.outcomes.models.counts import CountModel
from workbench.outcomes.models.design import Design, design_of
from workbench.outcomes.models.hazard import HazardModel
from workbench.outcomes.models.jackknife import Effect, left_out, linear_effect, logit_effect
from workbench.outcomes.models.linear import LinearModel
from workbench.outcomes.models.logistic import LogisticModel
from workbench.outcomes.models.ordinal import OrdinalModel
from workbench.outcomes.models.rows import Model, RowModel
from workbench.outcomes.models.two_way import sandwich, two_way_intervals

__all__ = [
    "CountModel",
    "Design",
    "Effect",
    "HazardModel",
    "LinearModel",
    "LogisticModel",
    "Model",
    "OrdinalModel",
    "RowModel",
    "design_of",
    "left_out",
    "linear_effect",
    "logit_effect",
    "sandwich",
    "two_way_intervals",
]
