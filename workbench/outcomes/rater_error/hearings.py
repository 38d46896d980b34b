"""What raters heard, checked and numbered: the ground that everything here stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COLUMNS = ("call_id", "utterance_id", "rater_id", "value", "start_s", "end_s")
"""What the table of what was heard must have."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Hearings(NamedTuple):
    """Ratings of one tag as numbers; utterances are sorted by call and start.

    Parameters
    ----------
    call_ids : Index
        Id of each call, in the order of `starts`.
    rater_ids : list of str
        Id of each rater.
    starts : ndarray of int, shape (n_calls,)
        First utterance of each call; no call is without one.
    start_s, end_s : ndarray of float, shape (n_utterances,)
        Seconds of the call.
    votes : ndarray of int, shape (n_patterns, n_raters)
        1 heard, 0 not heard, -1 not rated; one row for utterances that were
        rated alike by the same raters.
    pattern : ndarray of int, shape (n_utterances,)
        Which of these rows an utterance has.
    """

    call_ids: pd.Index
    rater_ids: list[str]
    starts: _Ints
    start_s: _Floats
    end_s: _Floats
    votes: npt.NDArray[np.int8]
    pattern: _Ints

    @property
    def call(self) -> _Ints:
        """Number of the call of each utterance."""
        counts = np.diff(self.starts, append=len(self.pattern))
        return np.repeat(np.arange(len(self.starts)), counts)

    def counts(self) -> csr_matrix:
        """Count the patterns of each call: a sparse matrix, n_calls x n_patterns."""
        from scipy.sparse import csr_matrix

        shape = (len(self.starts), len(self.votes))
        ones = np.ones(len(self.pattern))
        return csr_matrix((ones, (self.call, self.pattern)), shape=shape)


def numbered(heard: pd.DataFrame, call_ids: pd.Index | None = None) -> Hearings:
    """Check the long table of what was heard, and number it.

    Parameters
    ----------
    heard : DataFrame
        One row a rating: call_id, utterance_id, rater_id, value (1 heard, 0 not),
        start_s, end_s (already cut where the outcome happened).
    call_ids : Index, optional
        Leave out ratings of other calls.

    Returns
    -------
    Hearings
        Without utterances that have no seconds.

    Raises
    ------
    InputError
        If a column is missing, a value is neither 0 nor 1, an utterance has two
        ratings by one rater, or lies in two places.
    AbstainedError
        If no rating is left.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = pd.DataFrame({"call_id": "c", "utterance_id": ["u", "u"], "rater_id": ["a", "b"],
    ...                       "value": [1, 0], "start_s": 0.0, "end_s": 2.0})
    >>> numbered(heard).votes.tolist()
    [[1, 0]]
    """
    missing = [name for name in COLUMNS if name not in heard.columns]
    if missing:
        raise InputError(
            f"The table of what was heard needs {', '.join(COLUMNS)}; {', '.join(missing)} "
            "did not come."
        )
    rows = heard[list(COLUMNS)]
    if call_ids is not None:
        rows = rows[rows["call_id"].isin(call_ids)]
    value = pd.to_numeric(rows["value"], errors="coerce").to_numpy(dtype=float)
    odd = ~np.isin(value, (0.0, 1.0))
    if odd.any():
        raise InputError(
            f'A rater heard the tag (1) or did not (0); "{rows["value"].to_numpy()[odd][0]}" came '
            f"in {int(odd.sum())} of {len(rows)} rows."
        )
    if rows[["call_id", "utterance_id", "rater_id"]].isna().to_numpy().any():
        raise InputError("A row of what was heard has no call_id, utterance_id or rater_id.")
    start, end = (pd.to_numeric(rows[c], errors="coerce").to_numpy(float) for c in COLUMNS[4:])
    if not (np.isfinite(start) & np.isfinite(end)).all():
        raise InputError("start_s and end_s are seconds of the call; some are missing or text.")
    lasting = end > start
    rows, value = rows[lasting], value[lasting].astype(np.int8)
    if rows.empty:
        raise AbstainedError(
            "No rating of these calls is left, so there is no rater error to carry. Rate "
            "utterances of these calls first."
        )
    rater, rater_ids = pd.factorize(rows["rater_id"], sort=True)
    utterance, names = pd.factorize(rows["utterance_id"])
    twice = np.bincount(utterance * len(rater_ids) + rater).max() > 1
    if twice:
        raise InputError(
            "A rater rated an utterance twice. Keep one rating of each: "
            'heard.drop_duplicates(["utterance_id", "rater_id"]).'
        )
    first = rows.drop_duplicates("utterance_id")
    places = rows[["utterance_id", "call_id", "start_s", "end_s"]].drop_duplicates()
    if len(places) > len(names):
        raise InputError("An utterance lies in two calls or at two times; each has one place.")
    call, ids = pd.factorize(first["call_id"], sort=True)
    begin, stop = (first[c].to_numpy(float) for c in COLUMNS[4:])
    order = np.lexsort((begin, call))
    votes = np.full((len(names), len(rater_ids)), -1, dtype=np.int8)
    votes[utterance, rater] = value
    rank = np.empty(len(votes), dtype=np.int64)
    alike = votes.view([("", votes.dtype)] * votes.shape[1]).ravel()
    _, where, rank = np.unique(alike, return_index=True, return_inverse=True)
    return Hearings(
        pd.Index(ids),
        [str(name) for name in rater_ids],
        np.flatnonzero(np.diff(call[order], prepend=-1)).astype(np.int64),
        begin[order],
        stop[order],
        votes[where],
        rank[order].astype(np.int64),
    )
