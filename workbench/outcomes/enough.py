"""How many events a model needs; below that it is refused, with the number needed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError, InputError
from workbench.outcomes.kinds import OutcomeKind

EVENTS = 10
"""Fewest events, and as many rows without one."""

EVENTS_A_COLUMN = 5
"""More of both for every column of a covariate."""

MAX_VALUES = 21
"""Most values of an ordered outcome."""

_Floats = npt.NDArray[np.float64]


def room(kind: OutcomeKind, y: _Floats) -> int:
    """Tell how many columns of covariates the number of events allows.

    Parameters
    ----------
    kind : OutcomeKind
        The outcome.
    y : ndarray of float
        Its values; for a time, whether it happened.

    Returns
    -------
    int
        From 0 on.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.kinds import OUTCOME_KINDS
    >>> room(OUTCOME_KINDS["escalated"], np.repeat([0.0, 1.0], [200, 31]))
    4
    """
    have = min(count for count, _ in _counts(kind, y).values()) - EVENTS
    return max(0, have // EVENTS_A_COLUMN)


def check_enough(kind: OutcomeKind, y: _Floats, n_columns: int) -> None:
    """Refuse a model of too few events.

    At least 10 rows with the event and 10 without, and 5 more of each for every
    column of a covariate. Scores: 20 rows and 5 a column. Ordered answers: the
    same, and 10 (and 5 a column) that are not the most frequent one.

    Parameters
    ----------
    kind : OutcomeKind
        The outcome.
    y : ndarray of float
        Its values; for a time, whether it happened.
    n_columns : int
        Columns of covariates.

    Raises
    ------
    InputError
        If an outcome of yes and no has other values, or a count is negative.
    AbstainedError
        With how many came and how many are needed.
    """
    who = kind.who.lower() if len(y) != 1 else kind.who.lower().removesuffix("s")
    n, values = len(y), np.unique(y)
    if kind.family in ("yes/no", "time") and not np.isin(values, (0.0, 1.0)).all():
        raise InputError(f"{kind.name} is yes or no; {values[~np.isin(values, (0, 1))][0]:g} came.")
    if kind.family == "count" and n and (values[0] < 0 or (values % 1).any()):
        raise InputError(f"{kind.name} is a count from 0 on; {values[0]:g} came.")
    if n and len(values) == 1 and n >= 2 * EVENTS:
        raise AbstainedError(
            f"All {n} {who} have the same {kind.name} ({_word(kind, values[0])}), so that nothing "
            "can be related to it."
        )
    if kind.family == "ordered" and len(values) > MAX_VALUES:
        raise AbstainedError(
            f"{kind.name} has {len(values)} different values; an ordered model takes up to "
            f"{MAX_VALUES}. Is it an average of several answers?"
        )
    needed = EVENTS + EVENTS_A_COLUMN * n_columns
    found = _counts(kind, y)
    if any(count < needed for count, _ in found.values()):
        if kind.family in ("yes/no", "time"):
            (events, _), (others, _) = found["with"], found["without"]
            raise AbstainedError(
                f"{events} {who} with the event and {others} without are too few; {needed} of each "
                f"are needed{_because(n_columns)}."
            )
        short = min(found.values())
        extra = needed - short[0]
        if short[1] == _ROWS:
            raise AbstainedError(
                f"{n} {who} {'is' if n == 1 else 'are'} too few; {n + extra} are "
                f"needed{_because(n_columns)}."
            )
        raise AbstainedError(
            f"{n} {who} are too few: {short[1]}; {needed} are needed{_because(n_columns)}."
        )


_ROWS = "an outcome on a scale"


def _counts(kind: OutcomeKind, y: _Floats) -> dict[str, tuple[int, str]]:
    n = len(y)
    if kind.family in ("yes/no", "time"):
        events = int((y == 1).sum())
        return {"with": (events, ""), "without": (n - events if kind.family != "time" else n, "")}
    rows = (n - EVENTS, _ROWS)
    if kind.family == "score":
        return {"rows": rows}
    if kind.family == "count":
        some = int((y > 0).sum())
        return {"rows": rows, "some": (some, f"only {some} of them have any")}
    counts = np.unique(y, return_counts=True)[1]
    others = int(n - counts.max(initial=0))
    return {"rows": rows, "others": (others, f"only {others} differ from the most frequent value")}


def _because(n_columns: int) -> str:
    if not n_columns:
        return ""
    return f" with {n_columns} columns of covariates"


def _word(kind: OutcomeKind, value: float) -> str:
    return ("no", "yes")[int(value)] if kind.family in ("yes/no", "time") else f"{value:g}"
