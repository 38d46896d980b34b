"""How far a rating is from what the others gave for the same utterance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.agreement.raters.estimates import Bools, Floats, Ints, sums


class Deviations(NamedTuple):
    """Ratings of utterances that another rater judged too, held against the others.

    Parameters
    ----------
    row : ndarray of int, shape (n,)
        Which ratings: their rows in the panel.
    own : ndarray of float, shape (n, n_columns)
        What the rater gave.
    others : ndarray of float, shape (n, n_columns)
        Mean of what the others gave.
    others_squared : ndarray of float, shape (n, n_columns)
        Mean of the squares of what the others gave.
    n_others : ndarray of int, shape (n,)
        How many others.
    """

    row: Ints
    own: Floats
    others: Floats
    others_squared: Floats
    n_others: Ints

    def only(self, keep: Bools) -> Deviations:
        """Keep some of the ratings.

        Parameters
        ----------
        keep : ndarray of bool, shape (n,)
            Which.

        Returns
        -------
        Deviations
            Of these.
        """
        return Deviations(
            self.row[keep],
            self.own[keep],
            self.others[keep],
            self.others_squared[keep],
            self.n_others[keep],
        )

    @property
    def apart(self) -> Floats:
        """Own less others, shape (n, n_columns)."""
        return self.own - self.others

    @property
    def share(self) -> Floats:
        """Mean over all, the rater too, shape (n, n_columns)."""
        n = self.n_others[:, None]
        return (self.others * n + self.own) / (n + 1)


def deviations(values: Floats, item: Ints, counts: Bools) -> Deviations:
    """Hold each rating against the mean of the others of the same utterance.

    Parameters
    ----------
    values : ndarray of float, shape (n_ratings, n_columns)
        What was given; a row with NaN was not.
    item : ndarray of int, shape (n_ratings,)
        Codes of the utterances.
    counts : ndarray of bool, shape (n_ratings,)
        Which ratings count: one a rater and utterance.

    Returns
    -------
    Deviations
        Of those ratings whose utterance another rater judged too.
    """
    row = np.flatnonzero(counts & ~np.isnan(values).any(axis=1))
    n_items = int(item.max(initial=0)) + 1
    own, code = values[row], item[row]
    n = np.bincount(code, minlength=n_items)
    shared = n[code] > 1
    total, squared = sums(code, n_items, own), sums(code, n_items, np.square(own))
    row, own, code = row[shared], own[shared], code[shared]
    n_others = n[code] - 1
    width = n_others[:, None]
    return Deviations(
        row,
        own,
        (total[code] - own) / width,
        (squared[code] - np.square(own)) / width,
        n_others.astype(np.int64),
    )
