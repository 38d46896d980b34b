"""Weighted shares and means of ratings, each with its interval."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.rated_values import JUDGED

_Z95 = 1.959963984540054
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Cells:
    """Where each rating belongs: its utterance and its rater, as numbers.

    Parameters
    ----------
    ratings : DataFrame
        The rows that count, of the table ratings.
    """

    def __init__(self, ratings: pd.DataFrame) -> None:
        utterance, names = pd.factorize(ratings["utterance_id"], sort=True)
        rater, raters = pd.factorize(ratings["rater_id"], sort=True)
        self.utterance: _Ints = utterance.astype(np.int64)
        self.rater: _Ints = rater.astype(np.int64)
        self.names, self.raters = pd.Index(names), pd.Index(raters)
        self.pair = self.utterance * len(raters) + self.rater
        self.verdict = ratings["verdict"].to_numpy(dtype=object)
        self.judged = ratings["verdict"].isin(JUDGED).to_numpy(dtype=bool)
        self.ids = pd.Index(ratings["rating_id"])

    def found(self, rating_ids: pd.Series) -> _Ints:
        """Find the row of each rating id; -1 for a rating that does not count.

        Parameters
        ----------
        rating_ids : Series of str
            Ids.

        Returns
        -------
        ndarray of int
            One row each.
        """
        return np.asarray(self.ids.get_indexer(pd.Index(rating_ids)), dtype=np.int64)


class Weighed(NamedTuple):
    """Weights of entries, and what they come to in each cell.

    Parameters
    ----------
    entry : ndarray of float, shape (n_entries,)
        Weight of each; those of one rater in one cell sum to the rater's.
    total : ndarray of float, shape (n_cells,)
        Their sum.
    effective : ndarray of float, shape (n_cells,)
        Number of equally weighted raters who would tell as much.
    n_raters : ndarray of int, shape (n_cells,)
        Raters.
    plain : ndarray of bool, shape (n_cells,)
        Whether all weights were 0, so that every rater counts alike here.
    """

    entry: _Floats
    total: _Floats
    effective: _Floats
    n_raters: _Ints
    plain: npt.NDArray[np.bool_]


def weigh(cell: _Ints, pair: _Ints, weight: _Floats, n_cells: int) -> Weighed:
    """Give several entries of one rater in a cell the weight of one together.

    Parameters
    ----------
    cell : ndarray of int, shape (n_entries,)
        Cell of each entry.
    pair : ndarray of int, shape (n_entries,)
        Rater and cell of each entry, as one number.
    weight : ndarray of float, shape (n_entries,)
        Weight of each, 0 or more.
    n_cells : int
        Number of cells.

    Returns
    -------
    Weighed
        The weights that count.
    """
    pairs, first, at, times = np.unique(
        pair, return_index=True, return_inverse=True, return_counts=True
    )
    alike = 1.0 / times[at]
    entry = alike * weight
    of_pair = cell[first]
    n_raters = np.bincount(of_pair, minlength=n_cells).astype(np.int64)
    plain = (np.bincount(cell, entry, n_cells) <= 0) & (n_raters > 0)
    entry = np.where(plain[cell], alike, entry)
    total = np.bincount(cell, entry, n_cells).astype(np.float64)
    each = np.bincount(at, entry, len(pairs))
    squares = np.bincount(of_pair, each**2, n_cells)
    effective = np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)
    return Weighed(entry, total, effective, n_raters, plain)


def share_rows(
    utterance: npt.NDArray[Any], variable: npt.NDArray[Any], heard: npt.NDArray[Any], of: Weighed
) -> pd.DataFrame:
    """Make rows of shares with Wilson's interval.

    Parameters
    ----------
    utterance, variable : ndarray of int, shape (n_rows,)
        Codes of each row; the cells of `of` are utterances.
    heard : ndarray of float, shape (n_rows,)
        Weight of those who heard it.
    of : Weighed
        Weight of all.

    Returns
    -------
    DataFrame
        utterance, variable, estimate, se, ci_low, ci_high, n_raters, plain.
    """
    n = np.maximum(of.effective[utterance], 1e-12)
    share = np.clip(heard / of.total[utterance], 0.0, 1.0)
    width = n + _Z95**2
    middle = (n * share + _Z95**2 / 2) / width
    half = _Z95 / width * np.sqrt(n * share * (1 - share) + _Z95**2 / 4)
    alone = n < 1 + 1e-9
    return pd.DataFrame(
        {
            "utterance": utterance,
            "variable": variable,
            "estimate": share,
            "se": np.where(alone, np.nan, np.sqrt(middle * (1 - middle) / width)),
            "ci_low": np.where(alone, np.nan, np.clip(middle - half, 0.0, share)),
            "ci_high": np.where(alone, np.nan, np.clip(middle + half, share, 1.0)),
            "n_raters": of.n_raters[utterance],
            "plain": of.plain[utterance],
        }
    )


def mean_rows(
    utterance: _Ints, code: _Ints, rater: _Ints, value: _Floats, weight: _Floats
) -> pd.DataFrame:
    """Make rows of means with Student's interval.

    Parameters
    ----------
    utterance, code, rater : ndarray of int, shape (n_values,)
        Codes of each value; `code` is that of its variable.
    value : ndarray of float, shape (n_values,)
        What was given.
    weight : ndarray of float, shape (n_values,)
        Weight of each.

    Returns
    -------
    DataFrame
        utterance, variable, estimate, se, ci_low, ci_high, n_raters, plain.
    """
    from scipy.special import stdtrit

    width = int(code.max(initial=0)) + 1
    cells, at = np.unique(utterance * width + code, return_inverse=True)
    n_raters = int(rater.max(initial=0)) + 1
    pair = at * n_raters + rater
    of = weigh(at, pair, weight, len(cells))
    _, place = np.unique(pair, return_inverse=True)
    own = np.bincount(place, of.entry)
    value = np.bincount(place, of.entry * value)[place] / np.where(own > 0, own, 1.0)[place]
    total = np.maximum(of.total, 1e-300)
    mean = np.bincount(at, of.entry * value, len(cells)) / total
    _, first = np.unique(place, return_index=True)
    squares = np.bincount(at[first], (own * (value - mean[at])[first]) ** 2, len(cells))
    freedom = of.effective - 1
    known = (freedom > 1e-9) & (squares > 1e-12 * total**2)
    freedom = np.where(known, freedom, 1.0)
    se = np.where(known, np.sqrt(squares * (freedom + 1) / freedom) / total, np.nan)
    half = stdtrit(freedom, 0.975) * se
    return pd.DataFrame(
        {
            "utterance": cells // width,
            "variable": cells % width,
            "estimate": mean,
            "se": se,
            "ci_low": mean - half,
            "ci_high": mean + half,
            "n_raters": of.n_raters,
            "plain": of.plain,
        }
    )


def within(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """Cut intervals off at the ends of the scale.

    Parameters
    ----------
    rows : DataFrame
        With ci_low and ci_high.
    low, high : float
        Ends of the scale.

    Returns
    -------
    DataFrame
        The same rows.
    """
    ends = rows[["ci_low", "ci_high"]].clip(low, high)
    return rows.assign(ci_low=ends["ci_low"], ci_high=ends["ci_high"])
