"""Votes that were counted before anybody kept who gave them, as ratings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest


def ratings_of_votes(votes: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Write counts of votes as a long table of ratings.

    For alpha, percent agreement, Fleiss' kappa and AC1, which do not ask who gave
    a vote. The raters here are made up ("vote 1" is only the first vote of each
    utterance): nothing about raters can be read from it, not even `n_raters`.

    Parameters
    ----------
    votes : DataFrame
        One row an utterance: utterance_id, the labels with the number of votes
        each, and call_id where there are calls.
    labels : sequence of str
        The columns that hold votes.

    Returns
    -------
    DataFrame
        utterance_id, rater_id, value and, if it came, call_id.

    Raises
    ------
    InputError
        If a column is missing, or a count is not a whole number from 0 up.

    Examples
    --------
    >>> import pandas as pd
    >>> votes = pd.DataFrame({"utterance_id": ["u1", "u2"], "anger": [2, 0], "sad": [1, 3]})
    >>> ratings_of_votes(votes, ["anger", "sad"])["value"].tolist()
    ['anger', 'anger', 'sad', 'sad', 'sad', 'sad']
    """
    for column in ("utterance_id", *labels):
        if column not in votes.columns:
            raise InputError(
                f'The votes have no column "{column}".{nearest(column, map(str, votes.columns))}'
            )
    count = votes[list(labels)].to_numpy(dtype=np.float64)
    if not ((count >= 0) & (count == np.round(count))).all():
        raise InputError("A number of votes is a whole number, 0 or more.")
    if votes["utterance_id"].duplicated().any():
        twice = votes.loc[votes["utterance_id"].duplicated(), "utterance_id"].iloc[0]
        raise InputError(f"The utterance {twice} has two rows of votes; give each one row.")
    times = count.astype(np.int64)
    per_item = times.sum(axis=1)
    keep = [column for column in ("utterance_id", "call_id") if column in votes.columns]
    ratings = votes.loc[votes.index.repeat(per_item), keep].reset_index(drop=True)
    before = np.repeat(np.cumsum(per_item) - per_item, per_item)
    number = pd.Series(np.arange(len(ratings)) - before + 1)
    ratings.insert(1, "rater_id", "vote " + number.astype("str"))
    flat = np.repeat(np.tile(np.arange(len(labels)), len(votes)), times.ravel())
    ratings.insert(2, "value", np.asarray(labels, dtype=object)[flat])
    return ratings
