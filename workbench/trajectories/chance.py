"""What chance makes of two groups: they are dealt out anew, and the largest deviation is noted."""

from __future__ import annotations

from collections.abc import Iterator
from math import lgamma, log
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError, InputError

MIN_WAYS = 200
"""Fewest ways of dealing the groups out anew from which a band is made."""

HOW = {
    "whole": "whole {}s dealt out anew",
    "within": "groups dealt out anew among the calls of each {}",
    "alike": "groups dealt out anew among {}s with equally many calls",
}
"""How chance is imitated, in words."""

_AT_ONCE = 4_000_000
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
Permute = Literal["whole", "within", "alike"]


class Case(NamedTuple):
    """Curves in the order of their clusters, and which are of the first group.

    Parameters
    ----------
    value : ndarray of float, shape (n_calls, n_bins)
        NaN where nothing was rated.
    first : ndarray of bool, shape (n_calls,)
        Whether the call is of the first group.
    codes : ndarray of int, shape (n_calls,)
        Cluster of each call, rising from 0.
    """

    value: _Floats
    first: npt.NDArray[np.bool_]
    codes: _Ints

    @property
    def counts(self) -> _Ints:
        """Count the calls of both groups in each bin.

        Returns
        -------
        ndarray of int, shape (2, n_bins)
            The first group above.
        """
        known = np.isfinite(self.value)
        return np.stack([known[self.first].sum(axis=0), known[~self.first].sum(axis=0)])

    @property
    def starts(self) -> _Ints:
        """Find where each cluster begins.

        Returns
        -------
        ndarray of int
            Number of its first call.
        """
        return np.flatnonzero(np.diff(self.codes, prepend=-1)).astype(np.int64)


class Band(NamedTuple):
    """Where chance differences lie, and the adjusted p value of each bin.

    Parameters
    ----------
    centre, half, p : ndarray of float, shape (n_bins,)
        NaN in bins with too few calls.
    """

    centre: _Floats
    half: _Floats
    p: _Floats


def scheme_of(case: Case) -> Permute:
    """Choose how chance is imitated: by how the groups lie in the clusters.

    Parameters
    ----------
    case : Case
        The calls.

    Returns
    -------
    str
        "whole" if no cluster has calls of both groups; "within" if most calls
        are of one that has; else "alike".
    """
    sizes = np.bincount(case.codes)
    first = np.bincount(case.codes, case.first)
    mixed = (first > 0) & (first < sizes)
    if not mixed.any():
        return "whole"
    return "within" if sizes[mixed].sum() > 0.5 * sizes.sum() else "alike"


def check_scheme(case: Case, scheme: str, name: str) -> None:
    """Refuse a scheme that does not fit, or that leaves too few ways.

    Parameters
    ----------
    case : Case
        The calls.
    scheme : str
        whole, within or alike.
    name : str
        What a cluster is, in words.

    Raises
    ------
    InputError
        If there is no such scheme, or clusters have calls of both groups.
    AbstainedError
        If there are fewer than `MIN_WAYS` ways to deal the groups out anew.
    """
    if scheme not in HOW:
        raise InputError(
            f'permute="{scheme}" came; there are "whole", "within" and "alike" (see the docs).'
        )
    sizes = np.bincount(case.codes)
    first = np.bincount(case.codes, case.first).astype(int)
    if scheme == "whole":
        if ((first > 0) & (first < sizes)).any():
            raise InputError(
                f"Some {name}s have calls of both groups, so whole {name}s cannot be dealt out "
                'anew. Take permute="within" or "alike".'
            )
        ways = _log_choose(len(sizes), int((first > 0).sum()))
    elif scheme == "within":
        ways = sum(map(_log_choose, sizes, first))
    else:
        ways = 0.0
        for size in np.unique(sizes):
            _, alike = np.unique(first[sizes == size], return_counts=True)
            ways += lgamma(alike.sum() + 1) - sum(lgamma(n + 1) for n in alike)
    if ways < log(MIN_WAYS):
        raise AbstainedError(
            f"With {len(sizes)} {name}s there are only {round(np.exp(ways))} ways to deal the "
            f"groups out anew; {MIN_WAYS} are needed to say what chance makes. Take another "
            "cluster, or more calls."
        )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _dealt(case: Case, scheme: str, draws: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Deal the groups out anew: one row a draw, one column a call."""
    n = len(case.first)
    if scheme == "within":
        order = np.argsort(rng.random((draws, n)) + case.codes, axis=1)
        return case.first[order]
    sizes = np.bincount(case.codes)
    if scheme == "whole":
        labels = np.tile(case.first[case.starts], (draws, 1))
        return rng.permuted(labels, axis=1)[:, case.codes]
    out = np.empty((draws, n), dtype=bool)
    for size in np.unique(sizes):
        places = case.starts[sizes == size][:, None] + np.arange(size)
        order = np.argsort(rng.random((draws, len(places))), axis=1)
        out[:, places] = case.first[places][order]
    return out


def contrast(case: Case, first: _Floats) -> tuple[tuple[_Floats, _Floats], _Floats, _Floats]:
    """Give means of both groups, difference and its cluster-robust error, a row a draw.

    Parameters
    ----------
    case : Case
        The calls.
    first : ndarray of float, shape (n_draws, n_calls)
        1 where a call is of the first group in a draw.

    Returns
    -------
    means : pair of ndarray, shape (n_draws, n_bins)
        Of both groups.
    difference, error : ndarray of float, shape (n_draws, n_bins)
        First less second group, and its standard error over clusters.
    """
    known = np.isfinite(case.value)
    value, there = np.where(known, case.value, 0.0), known.astype(float)
    n_a, total_a = first @ there, first @ value
    n_b, total_b = there.sum(axis=0) - n_a, value.sum(axis=0) - total_a
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_a, mean_b = total_a / n_a, total_b / n_b
        weight = first[:, :, None]
        pull = np.where(
            weight > 0,
            (value - mean_a[:, None, :] * there) / n_a[:, None, :],
            (mean_b[:, None, :] * there - value) / n_b[:, None, :],
        )
        of_cluster = np.add.reduceat(pull, case.starts, axis=1)
        error = np.sqrt((of_cluster**2).sum(axis=1))
    return (mean_a, mean_b), mean_a - mean_b, error


def _contrasts(case: Case, dealt: npt.NDArray[np.bool_]) -> Iterator[tuple[_Floats, _Floats]]:
    at_once = max(1, _AT_ONCE // case.value.size)
    for begin in range(0, len(dealt), at_once):
        _, difference, error = contrast(case, dealt[begin : begin + at_once].astype(float))
        yield difference, error


def chance_band(
    case: Case,
    scheme: str,
    draws: int,
    rng: np.random.Generator,
    enough: npt.NDArray[np.bool_],
) -> Band:
    """Say where differences lie that chance makes, in all bins together.

    Parameters
    ----------
    case : Case
        The calls.
    scheme : str
        whole, within or alike.
    draws : int
        How often the groups are dealt out anew.
    rng : Generator
        Source of the draws.
    enough : ndarray of bool, shape (n_bins,)
        Bins that count.

    Returns
    -------
    Band
        Holds all bins of 95 of 100 draws.
    """
    dealt = np.concatenate([case.first[None, :], _dealt(case, scheme, draws, rng)])
    parts = list(_contrasts(case, dealt))
    difference = np.concatenate([part[0] for part in parts])
    error = np.concatenate([part[1] for part in parts])
    n_bins = case.value.shape[1]
    centre = np.nanmean(difference, axis=0) if scheme == "within" else np.zeros(n_bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.abs(difference - centre) / error
    size = np.where(np.isfinite(size) & enough, size, 0.0)
    largest = size.max(axis=1)
    limit = np.sort(largest)[int(np.ceil(0.95 * len(largest))) - 1]
    p = (largest[:, None] >= size[0][None, :]).mean(axis=0)
    none = np.where(enough, 0.0, np.nan)
    return Band(centre + none, limit * error[0] + none, p + none)


def no_band(case: Case) -> Band:
    """Give no band at all.

    Parameters
    ----------
    case : Case
        The calls.

    Returns
    -------
    Band
        All NaN.
    """
    none = np.full(case.value.shape[1], np.nan)
    return Band(none, none, none)
