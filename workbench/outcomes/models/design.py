"""The columns of a model, scaled so that every coefficient is a standard deviation's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError

_Floats = npt.NDArray[np.float64]


class Design(NamedTuple):
    """Predictors and covariates of a model.

    Parameters
    ----------
    matrix : ndarray of float, shape (n, k)
        Scaled columns; a constant first where the model has one.
    spread : ndarray of float, shape (k,)
        Standard deviation of each column before scaling; 1 for the constant.
    first : int
        Where the predictors begin: 1 with a constant, else 0.
    n_predictors : int
        How many of the columns from `first` on are predictors; the others are
        covariates.
    yes_no : ndarray of float, shape (n, n_predictors)
        Predictors of 0 and 1 as they came; NaN in columns of others.
    """

    matrix: _Floats
    spread: _Floats
    first: int
    n_predictors: int
    yes_no: _Floats


def design_of(
    predictors: _Floats, covariates: _Floats | None = None, *, constant: bool = True
) -> Design:
    """Scale predictors and covariates into the columns of a model.

    Parameters
    ----------
    predictors : ndarray of float, shape (n,) or (n, m)
        What effects are told of, without gaps.
    covariates : ndarray of float, shape (n, c), optional
        What is held equal, without gaps.
    constant : bool, default True
        Whether the model has an intercept.

    Returns
    -------
    Design
        The columns.

    Raises
    ------
    AbstainedError
        If a predictor has one value in all rows.

    Examples
    --------
    >>> import numpy as np
    >>> design_of(np.array([0.0, 2.0])).matrix
    array([[ 1., -1.],
           [ 1.,  1.]])
    """
    told = predictors.reshape(len(predictors), -1)
    held = np.empty((len(told), 0)) if covariates is None else covariates
    columns = np.column_stack([told, held])
    spread = columns.std(axis=0) if len(columns) else np.zeros(columns.shape[1])
    flat = spread <= 1e-12 * np.abs(columns).max(axis=0, initial=1.0)
    if flat[: told.shape[1]].any():
        raise AbstainedError("The predictor has the same value in all rows.")
    spread = np.where(flat, 1.0, spread)
    scaled = (columns - columns.mean(axis=0)) / spread
    binary = np.isin(told, (0.0, 1.0)).all(axis=0)
    parts = [np.ones((len(told), 1)), scaled] if constant else [scaled]
    return Design(
        np.column_stack(parts),
        np.r_[1.0, spread] if constant else spread,
        int(constant),
        told.shape[1],
        np.where(binary, told, np.nan),
    )
