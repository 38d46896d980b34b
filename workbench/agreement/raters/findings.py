"""What a check finds about a rater, before it is known whether it stands among all checks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.agreement.raters.estimates import MIN_CALLS


class Finding(NamedTuple):
    """One figure of one rater.

    Parameters
    ----------
    rater : int
        Code of the rater.
    check, variable : str
        What was looked at.
    value, expected, low, high : float
        The figure, what it would be with nothing to tell, and its 95 % interval.
    unit : str
        Unit of these.
    n : int
        How many ratings are behind it.
    p : float
        Probability of a figure at least so far from the expected one by chance.
    worth : bool
        Whether it points where help is wanted, and is large enough to matter.
    clear : str
        The sentence if it is told.
    figures : str
        The figures behind it.
    rows : list of int
        Ratings that show it best.
    need : str
        What is missing for an interval, in a sentence; empty if nothing is.
    """

    rater: int
    check: str
    variable: str
    value: float
    unit: str
    expected: float
    low: float
    high: float
    n: int
    p: float
    worth: bool
    clear: str
    figures: str
    rows: list[int]
    need: str = ""


def nothing(rater: int, check: str, variable: str, unit: str, need: str, n: int = 0) -> Finding:
    """Make the row of a check that cannot be made.

    Parameters
    ----------
    rater : int
        Code of the rater.
    check, variable, unit : str
        As in `Finding`.
    need : str
        What is needed, in a sentence.
    n : int, default 0
        How many ratings there are.

    Returns
    -------
    Finding
        Without figures.
    """
    gap = np.nan
    return Finding(
        rater, check, variable, gap, unit, gap, gap, gap, n, gap, False, "", "", [], need
    )


def calls_needed(n_clusters: int, by: str) -> str:
    """Say how many calls are missing.

    Parameters
    ----------
    n_clusters : int
        How many there are.
    by : str
        "call" or "utterance".

    Returns
    -------
    str
        A sentence, or nothing if there are enough.
    """
    if n_clusters >= MIN_CALLS:
        return ""
    return (
        f"utterances of {n_clusters} {by}{'s' * (n_clusters != 1)} were rated by others too; "
        f"{MIN_CALLS} are needed for an interval."
    ).replace(f"utterances of {n_clusters} utterance", f"{n_clusters} utterance")


def spoken(variable: str) -> str:
    """Give the name of a variable as it stands in a sentence.

    Parameters
    ----------
    variable : str
        For example "heard:anger" or "valence".

    Returns
    -------
    str
        The name.
    """
    return variable.removeprefix("heard:").replace("_", " ")
