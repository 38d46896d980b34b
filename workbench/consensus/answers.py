"""Which rater gave which label to which utterance: the long table, checked once, as numbers."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest

MIN_ITEMS = 10
"""Fewest utterances with two raters from which a model of raters is estimated."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Answers(NamedTuple):
    """Labels that were given, as codes, sorted by utterance, rater and label.

    Parameters
    ----------
    item, rater, label : ndarray of int, shape (n_distinct,)
        Codes from 0 of each distinct answer.
    times : ndarray of float, shape (n_distinct,)
        How often the rater gave that label to that utterance.
    items, raters, labels : Index
        Their names, sorted.
    """

    item: _Ints
    rater: _Ints
    label: _Ints
    times: _Floats
    items: pd.Index
    raters: pd.Index
    labels: pd.Index

    @property
    def shape(self) -> tuple[int, int, int]:
        """Count utterances, raters and labels."""
        return len(self.items), len(self.raters), len(self.labels)

    @property
    def shares(self) -> _Floats:
        """Share of an utterance's answers that each label has, shape (n_items, n_labels)."""
        votes = self.votes
        shares: _Floats = votes / votes.sum(axis=1, keepdims=True)
        return shares

    @property
    def votes(self) -> _Floats:
        """Answers of each label, shape (n_items, n_labels)."""
        n_items, _, n_labels = self.shape
        cell = self.item * n_labels + self.label
        votes = np.bincount(cell, self.times, n_items * n_labels).reshape(n_items, n_labels)
        return votes.astype(np.float64)

    @property
    def raters_per_item(self) -> _Ints:
        """Count the raters of each utterance, shape (n_items,)."""
        new = np.ones(len(self.item), dtype=bool)
        new[1:] = (self.item[1:] != self.item[:-1]) | (self.rater[1:] != self.rater[:-1])
        return np.bincount(self.item[new], minlength=len(self.items)).astype(np.int64)

    def distinct(self) -> tuple[Answers, _Ints]:
        """Keep one of all utterances that the same raters answered the same.

        Returns
        -------
        answers : Answers
            With the first utterance of each group, unnamed.
        group : ndarray of int, shape (n_items,)
            Place of each utterance's like in `answers`.
        """
        n_items, _, n_labels = self.shape
        starts = np.searchsorted(self.item, np.arange(n_items))
        answer = self.rater * n_labels + self.label
        names = np.random.default_rng(0).integers(2**63, size=answer.max() + 1, dtype=np.uint64)
        signature = np.add.reduceat(names[answer] * self.times.astype(np.uint64), starts)
        _, first, group = np.unique(signature, return_index=True, return_inverse=True)
        like = starts[first[group[self.item]]] + np.arange(len(answer)) - starts[self.item]
        like = np.minimum(like, len(answer) - 1)
        same = (answer[like] == answer) & (self.times[like] == self.times)
        lengths = np.diff(np.append(starts, len(answer)))
        if not same.all() or (lengths != lengths[first[group]]).any():
            return self, np.arange(n_items)
        kept = np.isin(self.item, first)
        return (
            self._replace(
                item=group[self.item[kept]],
                rater=self.rater[kept],
                label=self.label[kept],
                times=self.times[kept],
                items=pd.RangeIndex(len(first)),
            ),
            group.astype(np.int64),
        )

    def table(self, shares: _Floats) -> pd.DataFrame:
        """Lay shares out, one row an utterance and label.

        Parameters
        ----------
        shares : ndarray of float, shape (n_items, n_labels)
            Of each utterance.

        Returns
        -------
        DataFrame
            utterance_id, label, share.
        """
        n_items, _, n_labels = self.shape
        return pd.DataFrame(
            {
                "utterance_id": self.items.repeat(n_labels),
                "label": self.labels.take(np.tile(np.arange(n_labels), n_items)),
                "share": shares.ravel(),
            }
        )


class Long(NamedTuple):
    """A long table without gaps.

    Parameters
    ----------
    values : Series, shape (n_ratings,)
        What was given.
    item, rater : ndarray of int, shape (n_ratings,)
        Codes of each rating, from 0.
    items, raters : Index
        Their names, sorted.
    """

    values: pd.Series
    item: _Ints
    rater: _Ints
    items: pd.Index
    raters: pd.Index


def read_long(ratings: pd.DataFrame) -> Long:
    """Check a long table and leave out what was not given.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value.

    Returns
    -------
    Long
        Its values and codes.

    Raises
    ------
    InputError
        If a column or a name is missing.
    AbstainedError
        If no value is there.
    """
    for column in ("utterance_id", "rater_id", "value"):
        if column not in ratings.columns:
            raise InputError(
                f'The ratings need the columns utterance_id, rater_id and value; "{column}" is '
                f"missing.{nearest(column, map(str, ratings.columns))}"
            )
    given = ratings["value"].notna().to_numpy(dtype=bool)
    if not given.any():
        came = f"all {len(ratings)} values are missing" if len(ratings) else "no rating came"
        raise AbstainedError(f"A consensus needs ratings; {came}.")
    if not given.all():
        ratings = ratings[given]
    item, items = pd.factorize(ratings["utterance_id"], sort=True)
    rater, raters = pd.factorize(ratings["rater_id"], sort=True)
    if (item < 0).any() or (rater < 0).any():
        column = "utterance_id" if (item < 0).any() else "rater_id"
        raise InputError(f"A rating has no {column}; every rating needs one.")
    values = ratings["value"].reset_index(drop=True)
    return Long(values, item.astype(np.int64), rater.astype(np.int64), items, raters)


def read_answers(ratings: pd.DataFrame, *, repeats: bool) -> Answers:
    """Check a long table of labels and turn its names into codes.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value; a missing value is a rating that was not
        given.
    repeats : bool
        Whether a rater may rate an utterance several times.

    Returns
    -------
    Answers
        The same as codes, in an order that does not depend on that of the rows.

    Raises
    ------
    InputError
        If a column or a name is missing, a value is no label, or a rater rated
        an utterance twice where that is not allowed.
    AbstainedError
        If no value is there.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2"], "rater_id": ["a", "b", "a"],
    ...                         "value": ["warm", "cold", "warm"]})
    >>> read_answers(ratings, repeats=False).votes.tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    values, item, rater, items, raters = read_long(ratings)
    label, labels = _labels(values)
    if not repeats:
        check_once(item, rater, items, raters)
    return answers_of(item, rater, label, items, raters, labels)


def answers_of(
    item: npt.NDArray[Any],
    rater: npt.NDArray[Any],
    label: npt.NDArray[Any],
    items: pd.Index,
    raters: pd.Index,
    labels: pd.Index,
) -> Answers:
    """Sort and count answers, so that nothing depends on the order of the rows.

    Parameters
    ----------
    item, rater, label : ndarray of int, shape (n_ratings,)
        Codes of each rating.
    items, raters, labels : Index
        Their names.

    Returns
    -------
    Answers
        One row a distinct answer.
    """
    pair = item.astype(np.int64) * len(raters) + rater
    answer, times = np.unique(pair * len(labels) + label, return_counts=True)
    pair, label = np.divmod(answer, len(labels))
    item, rater = np.divmod(pair, len(raters))
    return Answers(item, rater, label, times.astype(np.float64), items, raters, labels)


def check_once(
    item: npt.NDArray[Any], rater: npt.NDArray[Any], items: pd.Index, raters: pd.Index
) -> None:
    """Refuse a rater who rated an utterance twice.

    Parameters
    ----------
    item, rater : ndarray of int, shape (n_ratings,)
        Codes of each rating.
    items, raters : Index
        Their names.

    Raises
    ------
    InputError
        Naming the first.
    """
    pair = np.sort(item.astype(np.int64) * len(raters) + rater)
    twice = pair[1:][pair[1:] == pair[:-1]]
    if len(twice):
        raise InputError(
            f"{raters[twice[0] % len(raters)]} rated the utterance "
            f"{items[twice[0] // len(raters)]} more than once. A rater counts once an utterance "
            "here: keep the first rating (rated_values.first_ratings)."
        )


def check_enough(answers: Answers, what: str) -> None:
    """Refuse to estimate how raters answer from too little.

    Parameters
    ----------
    answers : Answers
        What came.
    what : str
        Name of the model, for the sentence.

    Raises
    ------
    AbstainedError
        With one rater, one label, or fewer than `MIN_ITEMS` utterances that two
        raters rated.
    """
    _, n_raters, n_labels = answers.shape
    if n_raters < 2:
        raise AbstainedError(
            f"{what} learns how raters answer by comparing them, so it needs 2 raters or more; "
            f"only {answers.raters[0]} rated here. Let another rater hear the same utterances."
        )
    if n_labels < 2:
        raise AbstainedError(
            f'{what} needs 2 labels or more; every rating here is "{answers.labels[0]}", so '
            "nothing tells a careful rater from a careless one."
        )
    shared = int((answers.raters_per_item >= 2).sum())
    if shared < MIN_ITEMS:
        have = "utterance has" if shared == 1 else "utterances have"
        raise AbstainedError(
            f"{what} needs {MIN_ITEMS} utterances that 2 or more raters rated; {shared} {have} "
            'that many. Use method "mean", or let raters share more utterances.'
        )


def _labels(values: pd.Series) -> tuple[_Ints, pd.Index]:
    try:
        if pd.api.types.is_float_dtype(values) and (values % 1 == 0).all():
            values = values.astype("int64")
        code, names = pd.factorize(values, sort=True)
    except TypeError:
        code, names = np.array([]), pd.Index([])
    words = [isinstance(name, str) for name in names]
    whole = [isinstance(name, (bool, np.bool_, Integral)) for name in names]
    if not len(names) or not (all(words) or all(whole)):
        kinds = ", ".join(sorted({type(value).__name__ for value in values}))
        raise InputError(
            f"A label is a word or a whole number, and all of one kind; these values are: {kinds}. "
            'For sets of tags take the variable "heard:TAG" of each; for numbers take method '
            '"mean" or "ewe" of consensus_table.'
        )
    return code.astype(np.int64), pd.Index(names)
