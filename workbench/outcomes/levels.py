"""The values of an ordered outcome, and what each counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.outcomes.kinds import OutcomeKind

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Levels(NamedTuple):
    """Values of an ordered outcome as levels of a model.

    Parameters
    ----------
    level : ndarray of int, shape (n,)
        Number of each row's level, from 0.
    worth : ndarray of float, shape (n_levels, n_figures)
        What a row of a level counts on average in each figure.
    notices : tuple of str
        What was taken together, and what counts as satisfied.
    """

    level: _Ints
    worth: _Floats
    notices: tuple[str, ...]


def levels_of(kind: OutcomeKind, y: _Floats, codes: _Ints) -> Levels:
    """Make levels that no single cluster holds alone.

    A value that only one agent's calls have cannot be told without that agent; it
    is taken together with the value beside it. What rows of the joined level
    count stays their average.

    Parameters
    ----------
    kind : OutcomeKind
        nps (score, promoters from 9, detractors to 6) or csat (score, the two
        highest values of the scale).
    y : ndarray of float, shape (n,)
        The answers.
    codes : ndarray of int, shape (n,)
        Number of each row's cluster.

    Returns
    -------
    Levels
        As many levels as values, or fewer.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.kinds import OUTCOME_KINDS
    >>> y = np.array([1.0, 2, 2, 5, 5])
    >>> levels_of(OUTCOME_KINDS["csat"], y, np.array([0, 0, 1, 1, 2])).worth
    array([[1.66666667, 0.        ],
           [5.        , 1.        ]])
    """
    if kind.name == "nps":
        figures = np.column_stack([y, y >= 9, y <= 6]).astype(float)
        notices = []
    else:
        top = max(5.0, float(y.max()))
        figures = np.column_stack([y, y >= top - 1]).astype(float)
        notices = [f"Satisfied: answers of {top - 1:g} or {top:g}."]
    values, level = np.unique(y, return_inverse=True)
    level = level.astype(np.int64)
    joined = 0
    while level.max() > 1:
        pairs = np.unique(np.column_stack([level, codes]), axis=0)
        spread = np.bincount(pairs[:, 0])
        lone = np.flatnonzero(spread < 2)
        if not len(lone):
            break
        level = level - (level >= max(int(lone[0]), 1))
        joined += 1
    if joined:
        notices.append(
            f"{joined} of {len(values)} answers were given to one agent only and count with the "
            "answer beside them."
        )
    counts = np.bincount(level)
    worth = np.column_stack([np.bincount(level, f) for f in figures.T]) / counts[:, None]
    return Levels(level, worth, tuple(notices))
