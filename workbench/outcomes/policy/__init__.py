"""Before and after a policy: a series that is interrupted, a comparison, placebo dates."""

from __future__ import annotations

from workbench.outcomes.policy.differences import difference_in_differences, pre_trends
from workbench.outcomes.policy.interrupted import interrupted_lines, interrupted_series
from workbench.outcomes.policy.placebos import placebo_dates
from workbench.outcomes.policy.series import policy_date, policy_series

__all__ = [
    "difference_in_differences",
    "interrupted_lines",
    "interrupted_series",
    "placebo_dates",
    "policy_date",
    "policy_series",
    "pre_trends",
]
