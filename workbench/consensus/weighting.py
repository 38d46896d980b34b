"""How much each rater counts: agreement with the mean of the others (EWE)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import check_once, read_long
from workbench.errors import AbstainedError, InputError

MIN_SHARED = 5
"""Fewest values shared with others from which a rater's weight is told."""

_Floats = npt.NDArray[np.float64]


class Reliability(NamedTuple):
    """How each rater goes with the others.

    Parameters
    ----------
    weight : ndarray of float, shape (n_raters,)
        0..1; 1 for all where `flat`.
    correlation : ndarray of float, shape (n_raters,)
        With the mean of the others, -1..1; NaN where it cannot be told.
    n_shared : ndarray of int, shape (n_raters,)
        Values behind it.
    flat : bool
        Whether no rater has a weight above 0, so that all count alike.
    """

    weight: _Floats
    correlation: _Floats
    n_shared: npt.NDArray[np.int64]
    flat: bool


def ewe_weights(ratings: pd.DataFrame) -> pd.DataFrame:
    """Weigh raters by how they go with the mean of the others (EWE).

    The weights of the evaluator weighted estimator [1]_: Pearson's correlation of
    a rater with the mean of the others, over the utterances they share. Use it
    for numbers (valence, intensity, 0 or 1 for a tag) where some raters rate with
    less care. It rewards going with the group: where raters of another culture
    hear something else, it silences them (see the culture matrix first).

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a number. Missing values were not given.

    Returns
    -------
    DataFrame
        One row a rater: rater_id, weight, correlation, n_shared, note. Negative
        correlations weigh 0, and so does a rater who always gives the same
        value. Who shares fewer than 5 values weighs as the others do on average.
        If no weight is above 0, all are 1. The note says which of these held.

    Raises
    ------
    InputError
        If a column is missing, a value is no number, or a rater rated an
        utterance twice.
    AbstainedError
        If no value is there or there is one rater only.

    References
    ----------
    .. [1] Grimm, M., and Kroschel, K. (2005). Evaluation of natural emotions
       using self assessment manikins. IEEE ASRU, 381-385.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = {"a": [1, 2, 3, 4, 5, 1], "b": [2, 2, 4, 4, 5, 1], "c": [1, 3, 3, 5, 4, 2]}
    >>> ratings = pd.DataFrame([(f"u{i}", rater, x) for rater, xs in heard.items()
    ...                         for i, x in enumerate(xs)],
    ...                        columns=["utterance_id", "rater_id", "value"])
    >>> ewe_weights(ratings)["weight"].round(5).tolist()
    [0.97738, 0.87706, 0.81041]
    """
    values, item, rater, items, raters = read_long(ratings)
    check_once(item, rater, items, raters)
    if len(raters) < 2:
        raise AbstainedError(
            f"Weights come from comparing raters, so 2 or more are needed; only {raters[0]} rated "
            "here."
        )
    number = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(number).all():
        odd = values[~np.isfinite(number)].iloc[0]
        raise InputError(
            f'Weights need numbers; a value is "{odd}". For a tag take the variable "heard:TAG".'
        )
    order = np.lexsort((item, rater))
    item, rater, number = item[order], rater[order], number[order]
    found = reliability(item, rater, np.zeros_like(item), number, len(raters))
    note = np.select(
        [
            np.full(len(raters), found.flat),
            found.n_shared < MIN_SHARED,
            np.isnan(found.correlation),
            found.correlation <= 0,
        ],
        [
            "No rater goes with the others, so all count alike.",
            f"Fewer than {MIN_SHARED} shared values; weighs as the others do on average.",
            "Gave the same value always; weighs 0.",
            "Does not go with the others; weighs 0.",
        ],
        "",
    )
    return pd.DataFrame(
        {
            "rater_id": raters,
            "weight": found.weight,
            "correlation": found.correlation,
            "n_shared": found.n_shared,
            "note": pd.Series(note, dtype="str"),
        }
    )


def reliability(
    item: npt.NDArray[np.int64],
    rater: npt.NDArray[np.int64],
    variable: npt.NDArray[np.int64],
    value: _Floats,
    n_raters: int,
) -> Reliability:
    """Correlate each rater with the mean of the others, within variables.

    Parameters
    ----------
    item, rater, variable : ndarray of int, shape (n_values,)
        Codes from 0; one value each, in an order that does not depend on that of
        the rows that came.
    value : ndarray of float, shape (n_values,)
        What was given.
    n_raters : int
        Codes of raters are below this.

    Returns
    -------
    Reliability
        Of each rater, over all variables, whose means are taken off.
    """
    width = int(variable.max(initial=0)) + 1
    cell = item * width + variable
    n = np.bincount(cell)[cell]
    total = np.bincount(cell, value)[cell]
    shared = n > 1
    rater, variable, value = rater[shared], variable[shared], value[shared]
    others = (total[shared] - value) / (n[shared] - 1)
    group = rater * width + variable
    own, their = _centred(value, group), _centred(others, group)
    n_shared = np.bincount(rater, minlength=n_raters).astype(np.int64)
    squares = np.bincount(rater, own**2, n_raters), np.bincount(rater, their**2, n_raters)
    least = 1e-12 * np.maximum(n_shared, 1)
    varies, told = squares[0] > least, (n_shared >= MIN_SHARED) & (squares[1] > least)
    both = varies & told
    scale = np.sqrt(np.where(both, squares[0] * squares[1], 1.0))
    correlation = np.where(both, np.bincount(rater, own * their, n_raters) / scale, np.nan)
    weight = np.where(both, np.maximum(np.nan_to_num(correlation), 0.0), 0.0)
    weight[~told] = weight[told].mean() if told.any() else 1.0
    flat = not (weight > 0).any()
    return Reliability(np.ones(n_raters) if flat else weight, correlation, n_shared, flat)


def _centred(value: _Floats, group: npt.NDArray[np.int64]) -> _Floats:
    n = np.maximum(np.bincount(group), 1)
    centred: _Floats = value - (np.bincount(group, value) / n)[group]
    return centred
