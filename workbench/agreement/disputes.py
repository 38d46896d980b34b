"""Mixed apart from disputed: what one rater hears several of, and what raters differ on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.rated_values import JUDGED, current_ratings, first_ratings
from workbench.schema import check_table, empty_table

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

_KEY = ["utterance_id", "taxonomy", "version", "pass"]


def dispute_table(ratings: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """Split what is unsettled about an utterance into mixture and dispute.

    Three raters who each hear half anger, half sadness agree: the utterance is
    mixed. Three of whom half hear anger only and half sadness only do not: it is
    disputed. The shares of all together look the same.

    Mixture is the mean entropy of the raters' own shares; dispute is what the
    entropy of the mean shares has beyond it (the Jensen-Shannon divergence of the
    raters). Both are in bits and add up to the entropy of the mean shares.

    Parameters
    ----------
    ratings, tags : DataFrame
        The tables of these names. Ratings that were superseded or retracted are
        left out, and of hidden repeats the first counts. Every pass and version
        of a taxonomy has rows of its own.

    Returns
    -------
    DataFrame
        The table `disputes`, sorted by its key:

        mixture_bits, dispute_bits : float
            Of the raters with shares: those who gave a single tag or neutral
            (all of it), or set the shares of several. Who gave several tags
            without shares enters neither, but is counted in `n_raters`; so is who
            found it unclear or unusable.
        pair_dispute_bits : float
            Dispute of two raters, mean over the pairs; from 0 (all the same) to
            1 bit (nothing in common).
        unclear_share : float
            Share of all raters who said "unclear", 0..1.
        n_raters, n_with_shares : int
            How many raters, and how many of them with shares.

    Raises
    ------
    InputError
        If a table is not as documented.

    Notes
    -----
    Dispute is at most log2 of the raters and is too low where they are few: two
    raters cannot differ by more than 1 bit. Compare `dispute_bits` only between
    utterances with equally many raters; `pair_dispute_bits` has the same
    expectation whatever their number, and is the one to rank by.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b"], "utterance_id": "u1", "rater_id": ["r1", "r2"],
    ...     "taxonomy": "cx", "version": "1", "pass": "both", "verdict": "tagged",
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> tags = pd.DataFrame({
    ...     "rating_id": ["a", "a", "b", "b"], "tag": ["anger", "sadness"] * 2,
    ...     "share": [0.8, 0.2, 0.3, 0.7], "primary": False,
    ... })
    >>> dispute_table(ratings, tags)[["mixture_bits", "dispute_bits"]].round(4).values.tolist()
    [[0.8016, 0.1912]]
    """
    chosen = first_ratings(current_ratings(ratings))
    if chosen.empty:
        return empty_table("disputes")
    table = chosen[_KEY].drop_duplicates().sort_values(_KEY, ignore_index=True)
    row = pd.MultiIndex.from_frame(table).get_indexer(pd.MultiIndex.from_frame(chosen[_KEY]))
    n = len(table)
    n_raters = np.bincount(row, minlength=n)
    unclear = np.bincount(row, (chosen["verdict"] == "unclear").to_numpy(dtype=float), minlength=n)
    has, share = _shares(chosen, check_table(tags, "tags"))
    place, share = row[has], share[has]
    order = np.argsort(place, kind="stable")
    place, share = place[order], share[order]
    m = np.bincount(place, minlength=n)
    own = _entropy(share)
    pooled = np.stack([np.bincount(place, column, minlength=n) for column in share.T], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mixture = np.bincount(place, own, minlength=n) / m
        whole = _entropy(pooled / m[:, None])
        pair = _pair_sums(place, share, own, n) / (m * (m - 1) / 2)
    table["mixture_bits"] = mixture
    table["dispute_bits"] = np.where(m >= 2, np.maximum(whole - mixture, 0.0), np.nan)
    table["pair_dispute_bits"] = np.where(m >= 2, pair, np.nan)
    table["unclear_share"] = unclear / n_raters
    table["n_raters"], table["n_with_shares"] = n_raters, m
    return check_table(table, "disputes")


def _shares(ratings: pd.DataFrame, tags: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], _Floats]:
    """Say which ratings have shares, and give them, shape (n_ratings, n_tags), summing to 1."""
    judged = ratings["verdict"].isin(JUDGED).to_numpy(dtype=bool)
    neutral = (ratings["verdict"] == "neutral").to_numpy(dtype=bool)
    rating = pd.Index(ratings["rating_id"]).get_indexer(pd.Index(tags["rating_id"]))
    counts = (rating >= 0) & (judged & ~neutral)[rating]
    tags, rating = tags[counts], rating[counts]
    code, names = pd.factorize(pd.concat([tags["tag"], pd.Series(["neutral"])]))
    n = len(ratings)
    given = np.bincount(rating, minlength=n)
    set_share = tags["share"].to_numpy(dtype=np.float64)
    set_share = np.where(given[rating] == 1, 1.0, set_share)
    share = np.zeros((n, len(names)))
    share[rating, code[:-1]] = np.nan_to_num(set_share)
    share[neutral, code[-1]] = 1.0
    total = share.sum(axis=1)
    gap = np.bincount(rating, np.isnan(set_share), minlength=n) > 0
    has = judged & ~gap & (total > 0)
    return has, np.divide(share, total[:, None], out=share, where=total[:, None] > 0)


def _entropy(share: _Floats) -> _Floats:
    from scipy.special import entr

    return np.asarray(entr(share).sum(axis=1) / np.log(2), dtype=np.float64)


def _pair_sums(place: _Ints, share: _Floats, own: _Floats, n: int) -> _Floats:
    """Sum the dispute of every two ratings of an utterance; ratings lie utterance by utterance."""
    total = np.zeros(n)
    for step in range(1, int(np.bincount(place, minlength=1).max())):
        first = np.flatnonzero(place[step:] == place[:-step])
        apart = _entropy((share[first] + share[first + step]) / 2)
        apart -= (own[first] + own[first + step]) / 2
        total += np.bincount(place[first], np.maximum(apart, 0.0), minlength=n)
    return total
