"""Columns of a model from columns of a table: numbers scaled, text as groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest

_MAX_GROUPS_OF_TEXT = 30
_Floats = npt.NDArray[np.float64]


def model_columns(rows: pd.DataFrame, predictors: Sequence[str]) -> tuple[_Floats, pd.DataFrame]:
    """Build the columns of a model, leaving out rows with a gap.

    Parameters
    ----------
    rows : DataFrame
        One row a call.
    predictors : sequence of str
        Its columns; numbers are scaled, text and yes/no make groups.

    Returns
    -------
    design : ndarray of float, shape (n_used, n_columns)
        The first column is 1.
    used : DataFrame
        The rows without a gap.

    Raises
    ------
    InputError
        If a predictor is unknown, none came, or a text has more than 30 values.

    Examples
    --------
    >>> rows = pd.DataFrame({"valence_mean": [0.1, None], "queue": ["a", "b"]})
    >>> model_columns(rows, ["valence_mean"])[0].shape
    (1, 1)
    """
    known = [str(name) for name in rows.columns]
    for name in predictors:
        if name not in rows.columns:
            raise InputError(
                f'The calls have no column "{name}" for the model.{nearest(name, known)}'
            )
    if not predictors:
        raise InputError("A model needs at least one column to tell from.")
    used = rows[rows[list(predictors)].notna().all(axis=1)]
    parts = [np.ones((len(used), 1))]
    for name in predictors:
        column = used[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            value = column.to_numpy(dtype=float)
            spread = value.std() if len(value) else 0.0
            if spread > 0:
                parts.append(((value - value.mean()) / spread)[:, None])
            continue
        if column.nunique() > _MAX_GROUPS_OF_TEXT:
            raise InputError(
                f'"{name}" has {column.nunique()} values, more than {_MAX_GROUPS_OF_TEXT}: '
                "too many to estimate each. Leave it out or join values."
            )
        parts.append(pd.get_dummies(column, drop_first=True, dtype=float).to_numpy())
    return np.column_stack(parts), used
