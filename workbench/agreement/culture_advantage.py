"""The in-group advantage from sums of likeness, with and without each rater and call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.culture_intervals import Crossed
from workbench.agreement.culture_likeness import Values
from workbench.errors import AbstainedError

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.intp]
_SMALL = 1e-9


def rests_on_one(what: str) -> AbstainedError:
    """Make the refusal for an advantage that a single rater or call carries.

    Parameters
    ----------
    what : str
        "rater" or "call".

    Returns
    -------
    AbstainedError
        The refusal.
    """
    return AbstainedError(
        f"The advantage rests on a single {what}: without it nothing can be told. Let more raters "
        "of both groups hear the same calls."
    )


class _Cells(NamedTuple):
    """Sums of likeness by unit (pair or rater) and customer group, and by unit and call."""

    n: _Floats
    total: _Floats
    insiders: _Floats
    members: list[_Ints]
    row_unit: _Ints
    row_call: _Ints
    row_n: _Floats
    row_total: _Floats
    call_group: _Ints


def crossed_advantage(rows: pd.DataFrame, gold: pd.DataFrame | None = None) -> Crossed:
    """Estimate the advantage from ratings whose groups are known.

    Parameters
    ----------
    rows : DataFrame
        utterance_id, rater_id, value, call_id, rater_group, customer_group,
        in_group; a rater once an utterance.
    gold : DataFrame, optional
        utterance_id, value: the agreed answer of each of these utterances.

    Returns
    -------
    Crossed
        The estimate, and what it would be without each rater and call.

    Raises
    ------
    AbstainedError
        If groups of raters and customers do not cross.
    """
    values = Values(pd.concat([rows["value"], *([] if gold is None else [gold["value"]])]))
    rater, names = pd.factorize(rows["rater_id"], sort=True)
    group = np.empty(len(names), dtype=np.int64)
    group[rater] = pd.factorize(rows["rater_group"], sort=True)[0]
    call, call_names = pd.factorize(rows["call_id"], sort=True)
    call_group = np.empty(len(call_names), dtype=np.int64)
    call_group[call] = pd.factorize(rows["customer_group"], sort=True)[0]
    insider = rows["in_group"].to_numpy(dtype=np.float64)
    if gold is None:
        cells = _pairs(rows, values, rater, call, insider, call_group)
    else:
        place = pd.Index(gold["utterance_id"]).get_indexer(pd.Index(rows["utterance_id"]))
        alike = values.likeness(np.arange(len(rows)), len(rows) + place)
        cells = _cells([rater], alike, insider, call, call_group)
    return _estimated(cells, group, len(names))


def _pairs(
    rows: pd.DataFrame, values: Values, rater: _Ints, call: _Ints, insider: _Floats, groups: _Ints
) -> _Cells:
    parts = list(pairs_of(rows["utterance_id"], rater))
    one = np.concatenate([a for a, _ in parts])
    other = np.concatenate([b for _, b in parts])
    return _cells(
        [rater[one], rater[other]],
        values.likeness(one, other),
        insider[one] + insider[other],
        call[one],
        groups,
    )


def pairs_of(utterance: pd.Series, rater: npt.NDArray[np.intp]) -> Iterator[tuple[_Ints, _Ints]]:
    """Pair the ratings of each utterance.

    Parameters
    ----------
    utterance : Series
        Utterance of each rating.
    rater : ndarray of int
        Code of its rater; the one with the lower code comes first.

    Yields
    ------
    tuple of ndarray of int
        Places of both ratings of each pair, for utterances of as many ratings.
    """
    item = pd.factorize(utterance)[0]
    order = np.lexsort([rater, item])
    size = np.bincount(item)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    for m in np.unique(size[size > 1]):
        first, second = np.triu_indices(int(m), 1)
        begins = start[size == m]
        yield (
            order[(begins[:, None] + first).ravel()],
            order[(begins[:, None] + second).ravel()],
        )


def _cells(
    raters: list[_Ints], alike: _Floats, insiders: _Floats, call: _Ints, call_group: _Ints
) -> _Cells:
    base = max(int(code.max()) for code in raters) + 1
    key = raters[0] if len(raters) == 1 else raters[0] * base + raters[1]
    names, unit = np.unique(key, return_inverse=True)
    n_units, n_groups, n_calls = len(names), int(call_group.max()) + 1, len(call_group)
    cell = unit * n_groups + call_group[call]

    def sums(weight: _Floats | None) -> _Floats:
        flat = np.bincount(cell, weight, minlength=n_units * n_groups)
        return flat.reshape(n_units, n_groups).astype(np.float64)

    n = sums(None)
    both, row = np.unique(unit * n_calls + call, return_inverse=True)
    return _Cells(
        n,
        sums(alike),
        sums(insiders) / np.maximum(n, 1),
        [names] if len(raters) == 1 else [names // base, names % base],
        both // n_calls,
        both % n_calls,
        np.bincount(row).astype(np.float64),
        np.bincount(row, alike).astype(np.float64),
        call_group,
    )


def _normal(n: _Floats, total: _Floats, design: _Floats) -> tuple[_Floats, _Floats]:
    """Give the normal equations of each unit, its own level taken out."""
    whole = np.maximum(n.sum(axis=1), 1.0)
    weighted = n[:, :, None] * design
    middle = weighted.sum(axis=1)
    left = np.swapaxes(weighted, 1, 2) @ design
    left -= middle[:, :, None] * (middle / whole[:, None])[:, None, :]
    right = (design * total[:, :, None]).sum(axis=1) - middle * (total.sum(axis=1) / whole)[:, None]
    return left, right


def _solved(left: _Floats, right: _Floats) -> _Floats:
    """Give the last coefficient of each system; NaN where the data do not tell it."""
    inverse = np.linalg.pinv(left, rcond=_SMALL, hermitian=True)
    known = inverse @ left
    told = np.abs(known[:, -1, :-1]).max(axis=1, initial=0.0) + np.abs(known[:, -1, -1] - 1)
    value = (inverse[:, -1, :] * right).sum(axis=1)
    return np.where(told < np.sqrt(_SMALL), value, np.nan)


def _estimated(cells: _Cells, rater_group: _Ints, n_raters: int) -> Crossed:
    n_units, n_groups = cells.n.shape
    design = np.zeros((n_units, n_groups, n_groups))
    design[:, np.arange(1, n_groups), np.arange(n_groups - 1)] = 1.0
    design[:, :, -1] = cells.insiders
    left, right = _normal(cells.n, cells.total, design)
    all_left, all_right = left.sum(axis=0), right.sum(axis=0)
    estimate = float(_solved(all_left[None], all_right[None])[0])
    if not np.isfinite(estimate):
        raise AbstainedError(
            "Raters' groups and customers' groups do not cross: an in-group advantage needs "
            "raters who heard customers of their own group and of another, beside raters of that "
            "other group. A worklist with match=() or more overlap makes such calls."
        )
    less_left, less_right = np.zeros((n_raters, *all_left.shape)), np.zeros((n_raters, n_groups))
    for member in cells.members:
        np.add.at(less_left, member, left)
        np.add.at(less_right, member, right)
    without_rater = _solved(all_left - less_left, all_right - less_right)

    unit, call, group = cells.row_unit, cells.row_call, cells.call_group[cells.row_call]
    n_calls, at = len(cells.call_group), np.arange(len(unit))
    fewer, less = cells.n[unit], cells.total[unit]
    fewer[at, group] -= cells.row_n
    less[at, group] -= cells.row_total
    new_left, new_right = _normal(fewer, less, design[unit])
    call_left, call_right = np.zeros((n_calls, *all_left.shape)), np.zeros((n_calls, n_groups))
    np.add.at(call_left, call, new_left - left[unit])
    np.add.at(call_right, call, new_right - right[unit])
    without_call = _solved(all_left + call_left, all_right + call_right)
    if not np.isfinite(without_call).all():
        raise rests_on_one("call")

    inverse = np.linalg.pinv(all_left, rcond=_SMALL, hermitian=True)
    beta = inverse @ all_right
    whole = np.maximum(cells.n.sum(axis=1), 1.0)
    fitted, weight = design @ beta, design @ inverse[-1]
    level = (cells.total - cells.n * fitted).sum(axis=1) / whole
    weight -= ((cells.n * weight).sum(axis=1) / whole)[:, None]
    rest = cells.row_total - cells.row_n * (fitted[unit, group] + level[unit])
    score = weight[unit, group] * rest
    pair = np.concatenate([member[unit] * n_calls + call for member in cells.members])
    both, place = np.unique(pair, return_inverse=True)
    part = np.bincount(place, np.tile(score, len(cells.members))).astype(np.float64)
    return Crossed(
        estimate, without_rater, rater_group, without_call, both // n_calls, both % n_calls, part
    )
