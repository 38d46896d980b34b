"""What each row says, in a sentence; and what it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_METHODS = {
    "naive": "Taking the raters at their word",
    "preview": "By the quick preview",
    "carried": "With the raters' errors carried through",
}

_EXPECTED = {
    "binary": "chance of {outcome}",
    "count": "number of {outcome}",
    "continuous": "mean {outcome}",
    "ordinal": "mean {outcome}",
    "time_to_event": "chance of {outcome}",
}


def reading_of(
    row: Mapping[Any, Any],
    *,
    kind: str,
    more: str,
    outcome: str,
    covariates: Sequence[str] = (),
) -> str:
    """Say in a sentence what a row of `carried_effect` shows.

    Parameters
    ----------
    row : mapping
        A row.
    kind : str
        Kind of the outcome.
    more : str
        The step of the feature in words.
    outcome : str
        Name of the outcome.
    covariates : sequence of str
        What was held equal.

    Returns
    -------
    str
        The sentence; the note where there is no estimate.

    Examples
    --------
    >>> row = {"method": "carried", "effect": 2.06, "ci_low": 0.4, "ci_high": 3.7,
    ...        "unit": "percentage points", "note": ""}
    >>> reading_of(row, kind="binary", more="10 points more anger", outcome="escalated")
    "With the raters' errors carried through, 10 points more anger is associated with a chance of \
escalated higher by 2.1 percentage points (0.4 to 3.7)."
    """
    effect, low, high = row["effect"], row["ci_low"], row["ci_high"]
    if not np.isfinite(effect):
        return str(row["note"])
    up = effect >= 0
    held = [str(name).replace("_", " ") for name in covariates]
    equal = f", the same {' and '.join(held)} given," if held else ""
    said = (
        f"{_METHODS[row['method']]}, {more}{equal} is associated with a "
        f"{_EXPECTED[kind]} {'higher' if up else 'lower'} by {_amount(abs(effect))} {row['unit']}"
    ).format(outcome=outcome.replace("_", " "))
    if not np.isfinite(low):
        return f"{said} among these calls; without an interval this holds for no others."
    if low <= 0 <= high:
        ends = f"{_amount(low)} to {_amount(high)}"
        return f"{said}, but the interval ({ends}) holds 0: no relation is shown."
    ends_of = (low, high) if up else (-high, -low)
    return f"{said} ({_amount(ends_of[0])} to {_amount(ends_of[1])})."


def _amount(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"
