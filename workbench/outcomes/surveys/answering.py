"""The chance to answer a survey: a logit, and the same without each group of customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.jackknife import cluster_codes
from workbench.outcomes.surveys.leaving_out import logit_without

MOST_GROUPS = 200
"""Above so many customers, groups of them are left out in place of single ones."""

_FEWEST = 10
_FEWEST_A_COLUMN = 5
_Floats = npt.NDArray[np.float64]


class Groups(NamedTuple):
    """Customers (or agents), or groups of them, that are left out one at a time.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        Group of each row, from 0.
    n : int
        How many groups.
    n_clusters : int
        How many customers.
    name : str
        What one is, for sentences.
    """

    codes: npt.NDArray[np.int64]
    n: int
    n_clusters: int
    name: str

    def method(self) -> str:
        """Say how the interval is made."""
        if self.n == self.n_clusters:
            return f"delete-one-{self.name} jackknife, t({self.n - 1})"
        return f"jackknife over {self.n} groups of {self.name}s, t({self.n - 1})"


def groups_of(rows: pd.DataFrame, cluster: str) -> Groups:
    """Find whose rows are left out together.

    Parameters
    ----------
    rows : DataFrame
        With the column `cluster`.
    cluster : str
        customer_id or agent_id.

    Returns
    -------
    Groups
        One a customer up to 200, else 200 groups drawn with seed 0.

    Raises
    ------
    InputError
        If there is no such column, or a row has none.

    Examples
    --------
    >>> groups_of(pd.DataFrame({"customer_id": ["a", "b", "a"]}), "customer_id").n
    2
    """
    if cluster not in rows.columns:
        known = [str(name) for name in rows.columns]
        raise InputError(f'The calls have no column "{cluster}".{nearest(cluster, known)}')
    name = cluster.removesuffix("_id")
    codes, g = cluster_codes(rows[cluster], what=name)
    if g <= MOST_GROUPS:
        return Groups(codes, g, g, name)
    group = np.random.default_rng(0).permutation(g) % MOST_GROUPS
    return Groups(group[codes].astype(np.int64), MOST_GROUPS, g, name)


def check_enough(answered: npt.NDArray[np.bool_], n_columns: int) -> None:
    """Make sure that there are enough answers and silences for so many predictors.

    Parameters
    ----------
    answered : ndarray of bool
        Of each call.
    n_columns : int
        Columns of the logit besides the constant.

    Raises
    ------
    AbstainedError
        Below 10 of each, and 5 more for every column.

    Examples
    --------
    >>> check_enough(np.arange(40) < 20, 1)
    """
    needed = _FEWEST + _FEWEST_A_COLUMN * n_columns
    n = int(answered.sum())
    if min(n, len(answered) - n) < needed:
        raise AbstainedError(
            f"{n} calls with an answer and {len(answered) - n} without are too few to tell the "
            f"chance to answer; {needed} of each are needed, or fewer predictors."
        )


def chances(
    design: _Floats, answered: npt.NDArray[np.bool_], groups: Groups
) -> tuple[_Floats, _Floats]:
    """Estimate everyone's chance to answer, and again without each group.

    Parameters
    ----------
    design : ndarray of float, shape (n, k)
        From `model_columns`.
    answered : ndarray of bool, shape (n,)
        Who did.
    groups : Groups
        Who is left out together.

    Returns
    -------
    chance : ndarray of float, shape (n,)
        From all rows.
    left_out : ndarray of float, shape (n, n_groups)
        Estimated without each group; NaN where there is no finite estimate.

    Raises
    ------
    AbstainedError
        If a predictor tells answers from silence without error.

    Examples
    --------
    >>> groups = Groups(np.arange(4), 4, 4, "customer")
    >>> chance, left_out = chances(np.ones((4, 1)), np.array([1, 1, 1, 0], bool), groups)
    >>> float(chance[0]), [round(float(p), 2) for p in left_out[0]]
    (0.75, [0.67, 0.67, 0.67, nan])
    """
    from scipy.special import expit

    fit, without = logit_without(design, answered.astype(float), groups.codes, groups.n)
    return expit(design @ fit), expit(design @ without.T)
