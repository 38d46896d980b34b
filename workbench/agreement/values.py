"""Values of a rating as numbers: codes, sets of tags, shares; checked against their level."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

SETS = (set, frozenset, list, tuple)
"""What may stand for a set of tags."""


def codes(
    value: pd.Series, labels: Sequence[Hashable] | None = None
) -> tuple[_Ints, list[Hashable]]:
    """Give every single value a number.

    Parameters
    ----------
    value : Series
        One value a rating, without gaps.
    labels : sequence, optional
        All values that could have been given, in their order; by default those
        that came.

    Returns
    -------
    code : ndarray of int, shape (n_ratings,)
        Place of each value in `labels`.
    labels : list
        What the codes stand for.

    Raises
    ------
    InputError
        If a value is a list, dict or the like, text and numbers are mixed, or a
        value is not among `labels`.
    """
    kinds: set[type] = set()
    if value.dtype == object:
        kinds = set(map(type, value.to_numpy()))
        if odd := [kind.__name__ for kind in kinds if kind.__hash__ is None]:
            raise InputError(
                f"A {odd[0]} cannot be compared as a single value: for tags of an utterance choose "
                'level="set", for shares by tag level="mixture".'
            )
        if str in kinds and len(kinds) > 1:
            other = next(v for v in value if not isinstance(v, str))
            text = next(v for v in value if isinstance(v, str))
            raise InputError(
                f'The values mix text and other things ("{text}" and {other!r}); give one kind, '
                "or compare each kind alone."
            )
    code, found = pd.factorize(value)
    if labels is None:
        return code.astype(np.int64), list(found)
    declared = _declared(labels)
    place = pd.Index(declared).get_indexer(pd.Index(found))
    if (place < 0).any():
        stranger = found[place < 0][0]
        raise InputError(
            f'"{stranger}" was given but is not among the labels '
            f"({', '.join(map(str, declared))}).{nearest(str(stranger), map(str, declared))}"
        )
    return place[code].astype(np.int64), declared


def _declared(labels: Sequence[Hashable]) -> list[Hashable]:
    if isinstance(labels, str):
        raise InputError(f'Labels are a list, for example ["low", "high"]; "{labels}" came.')
    declared = list(labels)
    if len(set(declared)) < len(declared):
        twice = next(label for label in declared if declared.count(label) > 1)
        raise InputError(f'The label "{twice}" stands twice among the labels; name each once.')
    return declared


def ordered_codes(
    value: pd.Series, order: Sequence[Hashable] | None, *, what: str = "order"
) -> tuple[_Ints, list[Hashable]]:
    """Give every value its place in an order.

    Parameters
    ----------
    value : Series
        One value a rating, without gaps.
    order : sequence, optional
        All values from lowest to highest; numbers need none.
    what : str
        Name of that argument, for the message.

    Returns
    -------
    code : ndarray of int
        Place of each value.
    order : list
        The order.

    Raises
    ------
    InputError
        As `codes`; and if text came without an order, for its alphabet says
        nothing.
    """
    if order is not None:
        return codes(value, order)
    if not _is_numeric(value):
        raise InputError(
            f"Text has no order of its own: {what}= names the values from lowest to highest, "
            f'for example {what}=["low", "mid", "high"]. Among the values: '
            f"{', '.join(sorted(set(map(str, value)))[:5])}."
        )
    code, found = pd.factorize(numbers(value), sort=True)
    return code.astype(np.int64), list(found.tolist())


def _is_numeric(value: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(value):
        return True
    return value.dtype == object and all(isinstance(v, (int, float, np.number)) for v in value)


def numbers(value: pd.Series, level: str = "interval") -> _Floats:
    """Read numbers.

    Parameters
    ----------
    value : Series
        One number a rating, without gaps.
    level : str
        For the message.

    Returns
    -------
    ndarray of float

    Raises
    ------
    InputError
        If a value is no finite number, or below 0 where the level is ratio.
    """
    if not _is_numeric(value):
        stranger = next(v for v in value if not isinstance(v, (int, float, np.number)))
        raise InputError(
            f'level="{level}" compares numbers; "{stranger}" came. For labels choose '
            'level="nominal", or level="ordinal" with an order.'
        )
    read = value.to_numpy(np.float64)
    if not np.isfinite(read).all():
        raise InputError("A value is infinite; give finite numbers, or leave the rating out.")
    if level == "ratio" and (read < 0).any():
        raise InputError(
            f'level="ratio" needs a true zero and nothing below it; {read.min():g} came. For a '
            'scale with two sides, such as valence, choose level="interval".'
        )
    return read


def sets(value: pd.Series) -> tuple[_Floats, _Ints, list[Hashable]]:
    """Read sets of tags.

    Parameters
    ----------
    value : Series
        A set, frozenset, list or tuple of tags each.

    Returns
    -------
    has : ndarray of float, shape (n_sets, n_tags)
        1 where a distinct set has the tag.
    code : ndarray of int, shape (n_ratings,)
        Which set each rating gave.
    tags : list
        What the columns of `has` stand for.

    Raises
    ------
    InputError
        If a value is not a set.
    """
    given: Iterable[Iterable[Hashable]] = value.to_numpy(dtype=object)
    kinds = set(map(type, given))
    if not all(issubclass(kind, SETS) for kind in kinds):
        odd = next(v for v in value if not isinstance(v, SETS))
        raise InputError(
            f'level="set" compares sets of tags, for example frozenset({{"anger"}}); {odd!r} came. '
            'For one label an utterance choose level="nominal".'
        )
    if kinds != {frozenset}:
        given = [frozenset(one) for one in given]
    row_of: defaultdict[Any, int] = defaultdict(count().__next__)
    code = np.fromiter(map(row_of.__getitem__, given), np.int64, len(value))
    tags = sorted({tag for one in row_of for tag in one}, key=str)
    place = {tag: k for k, tag in enumerate(tags)}
    has = np.zeros((len(row_of), max(len(tags), 1)))
    for row, one in zip(has, row_of, strict=True):
        row[[place[tag] for tag in one]] = 1
    return has, code, tags


def shares(
    value: pd.Series, order: Sequence[Hashable] | None = None
) -> tuple[_Floats, list[Hashable]]:
    """Read mixtures.

    Parameters
    ----------
    value : Series
        A dict of share by tag each; shares sum to 1, or to 100 as points.
    order : sequence, optional
        All tags in their order; by default those that came.

    Returns
    -------
    share : ndarray of float, shape (n_ratings, n_tags)
        Summing to 1 each.
    tags : list
        What the columns stand for.

    Raises
    ------
    InputError
        If a value is no such dict.
    """
    mixtures: list[Mapping[Any, float]] = list(value)
    if not all(issubclass(kind, Mapping) for kind in set(map(type, mixtures))):
        odd = next(v for v in mixtures if not isinstance(v, Mapping))
        raise InputError(
            'level="mixture" compares shares by tag, for example {"anger": 0.7, "sad": 0.3}; '
            f"{odd!r} came."
        )
    came = {tag for one in mixtures for tag in one}
    tags = sorted(came, key=str) if order is None else _declared(order)
    if strangers := sorted(map(str, came - set(tags))):
        raise InputError(
            f'"{strangers[0]}" has a share but is not in the order '
            f"({', '.join(map(str, tags))}).{nearest(strangers[0], map(str, tags))}"
        )
    place = {tag: k for k, tag in enumerate(tags)}
    share = np.zeros((len(mixtures), max(len(tags), 1)))
    for row, one in zip(share, mixtures, strict=True):
        for tag, part in one.items():
            row[place[tag]] = part
    total = share.sum(axis=1)
    points = np.where(np.abs(total - 100) <= 1, 100.0, 1.0)
    wrong = ~(np.abs(total / points - 1) <= 0.01) | (share < 0).any(axis=1)
    if wrong.any():
        first = mixtures[int(np.flatnonzero(wrong)[0])]
        raise InputError(
            f"The shares of a mixture are 0 or more and sum to 1, or to 100 points; {dict(first)} "
            f"sums to {math.fsum(first.values()):g}."
        )
    share /= total[:, None]
    return share, tags
