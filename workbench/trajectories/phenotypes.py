"""Kinds of calls by the shape of their curve, if there are any: with the proof beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import cluster_codes, cluster_draws
from workbench.trajectories.shapes import (
    Grouped,
    agreement_of,
    crowd_like,
    distances,
    group_curves,
    overlap_of,
)

MIN_CURVES = 40
"""Fewest calls among which groups are looked for."""

STABLE = 0.75
"""From here on a group found again in bootstrap samples counts as stable (Hennig 2007)."""

MOST_GROUPS = 5
_FILLED = 0.6
_Floats = npt.NDArray[np.float64]


class Phenotypes(NamedTuple):
    """Groups of calls by shape.

    Parameters
    ----------
    sentence : str
        What was found, or that there are no stable groups.
    calls : DataFrame
        One row a call: call_id, group (A is the largest; missing where there
        are no groups), distance (root mean square to the group's mean curve),
        rank (1 is the call nearest to it).
    curves : DataFrame
        One row a group and bin: group, bin, low, high (shares of the call),
        estimate, q10, q90 (between which 80 % of its calls lie), n_calls.
    groups : DataFrame
        One row a group: group, n_calls, words (what its curve does), stability
        (mean Jaccard over bootstrap samples).
    tried : DataFrame
        One row a number of groups: n_groups, stability (of the least stable
        group), agreement (adjusted Rand index of the bootstrap groupings),
        surplus_sd (how much tighter the groups are than chance makes them, in
        its standard deviations), p_value (adjusted for all numbers tried),
        chosen.
    """

    sentence: str
    calls: pd.DataFrame
    curves: pd.DataFrame
    groups: pd.DataFrame
    tried: pd.DataFrame


def find_phenotypes(
    binned: pd.DataFrame,
    *,
    n_groups: int | None = None,
    level: bool = True,
    scale: tuple[float, float] = (-1.0, 1.0),
    clusters: pd.Series | None = None,
    draws: int = 40,
    rng: np.random.Generator | None = None,
) -> Phenotypes:
    """Look for kinds of calls by the shape of their curve.

    Any method finds as many groups as it is asked for, in pure chance too. Here
    groups count only if both hold: they are tighter than the groups that the
    same method finds in one crowd (curves with the same means, spreads and
    likeness of neighbours, but no groups), and every one of them is found again
    when calls are drawn anew. The smallest such number is taken, and a larger
    one only if that many crowds would not look the same. Otherwise the sentence
    says that there are none.

    Parameters
    ----------
    binned : DataFrame
        From `binned_table`, or `aligned_table` at "length". Calls with rated
        speech in fewer than 60 % of the bins are left out; other gaps stay gaps.
    n_groups : int, optional
        How many groups, from 2 on; by default up to five are tried. A number
        that is asked for is given even if it is not stable, and the sentence
        says so.
    level : bool, default True
        Whether it counts how high a curve lies; False compares shapes alone,
        each curve less its own mean. Where calls differ much in level, kinds of
        shape are seen only so.
    scale : tuple of float, default (-1, 1)
        Ends of the variable; (0, 1) for tags.
    clusters : Series of str, optional
        Agent or customer of each call by call_id, drawn as a whole.
    draws : int, default 40
        Bootstrap samples, and twice as many crowds less one; at least 20.
    rng : Generator, optional
        Source of chance; by default one with a fixed seed.

    Returns
    -------
    Phenotypes
        Sentence and tables.

    Raises
    ------
    InputError
        If `n_groups` or `draws` is out of range.
    AbstainedError
        If there are fewer than `MIN_CURVES` calls with enough rated speech.

    Notes
    -----
    k-means over the bins that each call has; nothing is filled in. Stability is
    the mean Jaccard index of each group in bootstrap samples, stable from .75
    on [1]_. A stable group need not be a true one (a long cloud is cut in the
    same place every time), hence the comparison with one crowd of one summit, as
    skewed as the curves, seen through the scale [2]_. Of 60 simulated crowds
    each (even, even less their level, tags with many zeros, strongly skewed),
    groups were claimed in 1, 0, 0 and 0.

    References
    ----------
    .. [1] Hennig, C. (2007). Cluster-wise assessment of cluster stability.
       Computational Statistics & Data Analysis 52, 258-271.
    .. [2] Liu, Y., Hayes, D. N., Nobel, A., and Marron, J. S. (2008).
       Statistical significance of clustering for high-dimension, low-sample
       size data. JASA 103, 1281-1293.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> shape = np.linspace(-0.5, 0.5, 6)
    >>> noise = np.random.default_rng(0).normal(0, 0.1, (60, 6))
    >>> curves = np.where(np.arange(60)[:, None] < 40, shape, -shape) + noise
    >>> binned = pd.DataFrame({"call_id": np.repeat([f"{i:02d}" for i in range(60)], 6),
    ...                        "bin": np.tile(range(6), 60), "estimate": curves.ravel()})
    >>> found = find_phenotypes(binned, draws=20)
    >>> found.groups[["group", "n_calls", "words"]]
      group  n_calls                     words
    0     A       40  rises from -0.39 to 0.40
    1     B       20  falls from 0.43 to -0.42
    """
    if draws < 20:
        raise InputError(f"Stability needs 20 draws or more; {draws} came.")
    wide = binned.dropna(subset=["estimate"]).pivot_table(
        index="call_id", columns="bin", values="estimate"
    )
    wide = wide[wide.notna().mean(axis=1) >= _FILLED]
    if len(wide) < MIN_CURVES:
        raise AbstainedError(
            f"{len(wide)} calls have rated speech in most of their parts; {MIN_CURVES} are needed "
            "to look for kinds of calls."
        )
    if n_groups is not None and not 2 <= n_groups <= len(wide) // 5:
        raise InputError(
            f"{n_groups} groups were asked for; with {len(wide)} calls from 2 to "
            f"{len(wide) // 5} can be looked for."
        )
    rng = np.random.default_rng(0) if rng is None else rng
    curves = wide.to_numpy(dtype=float)
    codes, n_clusters = np.arange(len(wide), dtype=np.int64), len(wide)
    if clusters is not None:
        own = clusters.reindex(wide.index)
        own = own.fillna(pd.Series(wide.index, index=wide.index))
        codes, n_clusters = cluster_codes(own, what="cluster")
    numbers = [n_groups] if n_groups else list(range(2, min(MOST_GROUPS, len(wide) // 10) + 1))
    flat = curves if level else curves - np.nanmean(curves, axis=1, keepdims=True)
    grouped = [group_curves(flat, k, rng) for k in numbers]
    checks = [_found_again(flat, one, codes, n_clusters, draws, rng) for one in grouped]
    stability = np.array([again.min() for again, _ in checks])
    ends = scale if level else (scale[0] - scale[1], scale[1] - scale[0])
    surplus, p = np.full(len(numbers), np.nan), np.full(len(numbers), np.nan)
    best, found = -1, _all_as_one(flat)
    while best + 1 < len(numbers):
        more = slice(best + 1, None)
        surplus[more], p[more] = _surplus(flat, found, grouped[more], ends, 2 * draws - 1, rng)
        good = np.flatnonzero((p[more] <= 0.05) & (stability[more] >= STABLE))
        if not len(good):
            break
        best += 1 + int(good[0])
        found = grouped[best]
    good_ones, best = best >= 0, 0 if best < 0 and n_groups else best
    chosen = best >= 0
    tried = pd.DataFrame(
        {
            "n_groups": numbers,
            "stability": stability,
            "agreement": [agreement for _, agreement in checks],
            "surplus_sd": surplus,
            "p_value": p,
            "chosen": np.arange(len(numbers)) == best,
        }
    )
    found = grouped[best] if chosen else found
    k = len(found.centres)
    names = np.array([chr(65 + i) for i in range(k)] if chosen else [pd.NA], dtype=object)
    shapes = _curves_table(curves, found, names)
    groups = pd.DataFrame(
        {
            "group": names,
            "n_calls": np.bincount(found.groups, minlength=k),
            "words": [
                curve_words(shapes["estimate"].to_numpy(dtype=float)[own], scale)
                for own in np.split(np.arange(len(shapes)), k)
            ],
            "stability": checks[best][0] if chosen else np.nan,
        }
    )
    sentence = _sentence(tried, groups, good_ones, len(wide))
    return Phenotypes(sentence, _calls_table(wide, flat, found, names), shapes, groups, tried)


def curve_words(curve: _Floats, scale: tuple[float, float] = (-1.0, 1.0)) -> str:
    """Say what a curve does.

    Parameters
    ----------
    curve : ndarray of float
        Values in time order; first, middle and last third are compared.
    scale : tuple of float, default (-1, 1)
        Ends of the variable; a change of a tenth of it is told.

    Returns
    -------
    str
        For example "falls from 0.20 to -0.40" or "dips to -0.50 and recovers".

    Examples
    --------
    >>> import numpy as np
    >>> curve_words(np.array([0.3, 0.3, -0.4, -0.4, 0.2, 0.2]))
    'dips from 0.30 to -0.40 and recovers to 0.20'
    >>> curve_words(np.full(6, -0.3))
    'stays at about -0.30'
    """
    first, middle, last = (float(np.mean(part)) for part in np.array_split(curve, 3))
    step = 0.1 * (scale[1] - scale[0])
    if middle < min(first, last) - step:
        return f"dips from {first:.2f} to {middle:.2f} and recovers to {last:.2f}"
    if middle > max(first, last) + step:
        return f"rises from {first:.2f} to {middle:.2f} and falls back to {last:.2f}"
    if abs(last - first) < step:
        return f"stays at about {float(np.mean(curve)):.2f}"
    return f"{'rises' if last > first else 'falls'} from {first:.2f} to {last:.2f}"


def _surplus(
    curves: _Floats,
    found: Grouped,
    grouped: list[Grouped],
    scale: tuple[float, float],
    n_crowds: int,
    rng: np.random.Generator,
) -> tuple[_Floats, _Floats]:
    """Hold more groups against those that as many crowds as were found would make."""
    gaps = ~np.isfinite(curves)
    members = [found.groups == number for number in range(len(found.centres))]
    crowds = [crowd_like(curves[own], *scale, rng) for own in members]
    of_chance = np.empty((n_crowds, len(grouped)))
    for row in of_chance:
        made = np.empty_like(curves)
        for own, crowd in zip(members, crowds, strict=True):
            made[own] = crowd.drawn(gaps[own], rng)
        row[:] = _spreads(made, [len(one.centres) for one in grouped], rng)
    own = np.array([one.spread for one in grouped]) / _all_as_one(curves).spread
    middle, sd = of_chance.mean(axis=0), np.maximum(of_chance.std(axis=0, ddof=1), 1e-12)
    surplus = (middle - own) / sd
    largest = ((middle - of_chance) / sd).max(axis=1)
    return surplus, (1 + (largest[:, None] >= surplus).sum(axis=0)) / (1 + n_crowds)


def _spreads(curves: _Floats, numbers: list[int], rng: np.random.Generator) -> _Floats:
    whole = _all_as_one(curves).spread
    return np.array([group_curves(curves, k, rng).spread / whole for k in numbers])


def _found_again(
    curves: _Floats,
    grouped: Grouped,
    codes: npt.NDArray[np.int64],
    n_clusters: int,
    draws: int,
    rng: np.random.Generator,
) -> tuple[_Floats, float]:
    """Group samples of whole clusters; give each group's mean Jaccard, and the mean agreement."""
    k = len(grouped.centres)
    overlaps, agreements = [], []
    for times in cluster_draws(n_clusters, draws, rng):
        rows = np.repeat(np.arange(len(curves)), times[codes])
        sample = group_curves(curves[rows], k, rng)
        once, first = np.unique(rows, return_index=True)
        overlaps.append(overlap_of(grouped.groups[once], sample.groups[first], k))
        everyone = distances(curves, sample.centres).argmin(axis=1)
        agreements.append(agreement_of(grouped.groups, everyone))
    return np.nanmean(overlaps, axis=0), float(np.mean(agreements))


def _all_as_one(curves: _Floats) -> Grouped:
    centre = np.nanmean(curves, axis=0)[None, :]
    groups = np.zeros(len(curves), dtype=np.int64)
    return Grouped(groups, centre, float(distances(curves, centre).mean()))


def _calls_table(
    wide: pd.DataFrame, curves: _Floats, found: Grouped, names: npt.NDArray[np.object_]
) -> pd.DataFrame:
    far = distances(curves, found.centres)[np.arange(len(curves)), found.groups]
    calls = pd.DataFrame(
        {
            "call_id": wide.index,
            "group": pd.array(names[found.groups], dtype="str"),
            "distance": np.sqrt(far),
        }
    )
    order = calls["distance"].groupby(found.groups)
    return calls.assign(rank=order.rank(method="first").astype("Int64"))


def _curves_table(curves: _Floats, found: Grouped, names: npt.NDArray[np.object_]) -> pd.DataFrame:
    n_bins = curves.shape[1]
    parts = []
    for number, name in enumerate(names):
        own = curves[found.groups == number]
        low, high = np.nanquantile(own, [0.1, 0.9], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "bin": np.arange(n_bins),
                    "low": np.arange(n_bins) / n_bins,
                    "high": (np.arange(n_bins) + 1) / n_bins,
                    "estimate": np.nanmean(own, axis=0),
                    "q10": low,
                    "q90": high,
                    "n_calls": np.isfinite(own).sum(axis=0),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _sentence(tried: pd.DataFrame, groups: pd.DataFrame, good: bool, n: int) -> str:
    p = float(tried.loc[tried["chosen"] | (not tried["chosen"].any()), "p_value"].min())
    if good:
        return (
            f"{len(groups)} kinds of calls among {n}: found again in other samples (stability "
            f"{groups['stability'].min():.2f} or more), and tighter than chance makes them "
            f"(p = {p:.2f})."
        )
    why = (
        f"one crowd without groups would look as grouped (p = {p:.2f})"
        if p > 0.05
        else "none is found again in other samples "
        f"(stability {tried['stability'].max():.2f}; {STABLE} is needed)"
    )
    if tried["chosen"].any():
        return f"{len(groups)} groups, as asked for, but not stable ones: {why}."
    return f"No stable groups among {n} calls: {why}."
