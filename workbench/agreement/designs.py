"""Who rated what: the long table of a coefficient, checked once, as numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest

_Ints = npt.NDArray[np.int64]


class Design(NamedTuple):
    """Ratings as codes.

    Parameters
    ----------
    item : ndarray of int, shape (n_ratings,)
        Code of each rating's utterance, from 0.
    rater : ndarray of int, shape (n_ratings,)
        Code of its rater.
    value : Series, shape (n_ratings,)
        What came, without gaps.
    items, raters : Index
        Their names, sorted.
    cluster : ndarray of int, shape (n_items,)
        Code of each utterance's call; the utterance's own code where no calls
        came.
    clusters : Index
        Their names.
    by : str
        "call" or "utterance": what the interval resamples.
    """

    item: _Ints
    rater: _Ints
    value: pd.Series
    items: pd.Index
    raters: pd.Index
    cluster: _Ints
    clusters: pd.Index
    by: str

    @property
    def n_per_item(self) -> _Ints:
        """Count the ratings of each utterance, shape (n_items,)."""
        return np.bincount(self.item, minlength=len(self.items)).astype(np.int64)


def read_design(
    ratings: pd.DataFrame, *, min_raters: int = 2, min_items: int = 2, repeats: bool = False
) -> Design:
    """Check a long table and turn its names into codes.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value, and call_id where the interval is to
        respect that utterances of a call resemble each other. A missing value is
        a rating that was not given.
    min_raters : int, default 2
        Fewer are refused.
    min_items : int, default 2
        Fewer utterances with `min_raters` ratings are refused.
    repeats : bool, default False
        Whether a rater may rate an utterance several times.

    Returns
    -------
    Design
        The same as codes; utterances, raters and calls in the order of their
        names, so that nothing depends on the order of the rows.

    Raises
    ------
    InputError
        If a column is missing, or a rater rated an utterance twice.
    AbstainedError
        If there are too few raters or utterances; the message says how many are
        needed.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                         "rater_id": ["a", "b", "a", "b"], "value": [1, 1, 0, 1]})
    >>> read_design(ratings).item.tolist()
    [0, 0, 1, 1]
    """
    if not isinstance(ratings, pd.DataFrame):
        raise InputError(
            "Ratings are a long table, a DataFrame with one row a rating (utterance_id, rater_id, "
            f"value); a {type(ratings).__name__} came."
        )
    needed = ("utterance_id", "rater_id", "value")
    if ratings.shape[1] > 1 and not set(needed) & set(ratings.columns):
        raise InputError(
            "The ratings need the columns utterance_id, rater_id and value, one row a rating; "
            f"{', '.join(map(str, ratings.columns[:4]))} came. A matrix of utterances by raters "
            "becomes such a table with matrix.rename_axis('utterance_id').reset_index()"
            ".melt('utterance_id', var_name='rater_id')."
        )
    for column in needed:
        if column not in ratings.columns:
            raise InputError(
                f'The ratings need the columns utterance_id, rater_id and value; "{column}" is '
                f"missing.{nearest(column, map(str, ratings.columns))}"
            )
    given = ratings["value"].notna().to_numpy(dtype=bool)
    if not given.any():
        came = f"all {len(ratings)} values are missing" if len(ratings) else "no rating came"
        raise AbstainedError(
            f"Agreement needs {min_items} utterances with {min_raters} raters each; {came}."
        )
    if not given.all():
        ratings = ratings[given]
    item, items = pd.factorize(ratings["utterance_id"], sort=True)
    rater, raters = pd.factorize(ratings["rater_id"], sort=True)
    if (item < 0).any() or (rater < 0).any():
        column = "utterance_id" if (item < 0).any() else "rater_id"
        raise InputError(f"A rating has no {column}; every rating needs one.")
    if not repeats:
        _check_once(ratings, item * len(raters) + rater)
    if len(raters) < min_raters:
        raise AbstainedError(
            f"Agreement needs {min_raters} raters; only {raters[0]} rated here. Let another rater "
            "hear the same utterances."
        )
    shared = int((np.bincount(item) >= min_raters).sum())
    if shared < min_items:
        utterances = "utterance has" if shared == 1 else "utterances have"
        raise AbstainedError(
            f"Agreement needs {min_items} utterances that {min_raters} or more raters rated; "
            f"{shared} {utterances} that many. A worklist with overlap={min_raters} makes more."
        )
    cluster, clusters, by = _clusters(ratings, item, items)
    value = ratings["value"].reset_index(drop=True)
    return Design(
        item.astype(np.int64), rater.astype(np.int64), value, items, raters, cluster, clusters, by
    )


def shared_design(design: Design) -> Design:
    """Leave out the utterances that only one rater rated.

    Parameters
    ----------
    design : Design
        From `read_design`.

    Returns
    -------
    Design
        Utterances with two ratings or more, numbered anew.
    """
    shared = design.n_per_item >= 2
    if shared.all():
        return design
    kept = shared[design.item]
    number = np.cumsum(shared) - 1
    return design._replace(
        item=number[design.item[kept]].astype(np.int64),
        rater=design.rater[kept],
        value=design.value[kept].reset_index(drop=True),
        items=design.items[shared],
        cluster=design.cluster[shared],
    )


def _check_once(ratings: pd.DataFrame, pair: npt.NDArray[np.int64]) -> None:
    if not pd.Series(pair).duplicated().any():
        return
    twice = ratings[pd.Series(pair).duplicated().to_numpy()].iloc[0]
    raise InputError(
        f"{twice['rater_id']} rated the utterance {twice['utterance_id']} more than once. A rater "
        "counts once an utterance: keep the first rating, and compare the others with the rater's "
        "own first (wb.agreement.repeat_consistency)."
    )


def _clusters(
    ratings: pd.DataFrame, item: npt.NDArray[np.int64], items: pd.Index
) -> tuple[_Ints, pd.Index, str]:
    if "call_id" not in ratings.columns:
        return np.arange(len(items), dtype=np.int64), items, "utterance"
    cluster, clusters = pd.factorize(ratings["call_id"], sort=True)
    if (cluster < 0).any():
        raise InputError("A rating has no call_id; give every rating its call, or leave it out.")
    own = np.empty(len(items), dtype=np.int64)
    own[item] = cluster
    if (odd := own[item] != cluster).any():
        name = items[item[odd][0]]
        raise InputError(f"The utterance {name} is in more than one call.")
    return own, clusters, "call"
