"""Raters two by two: how far each pair agrees, and which tags are taken for which."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.alpha import krippendorff_alpha
from workbench.agreement.designs import Design, read_design
from workbench.agreement.resampling import interval_over_clusters
from workbench.errors import AbstainedError

_Ints = npt.NDArray[np.int64]

PAIR_COLUMNS = ["rater_a", "rater_b", "value", "ci_low", "ci_high", "n_items", "same_share", "note"]


def rater_pairs(
    ratings: pd.DataFrame,
    *,
    level: str = "nominal",
    draws: int = 1000,
    seed: int = 0,
    audible: Collection[str] | None = None,
) -> pd.DataFrame:
    """Say for every two raters how far they agree, and where they do not.

    A low figure is about the pair, not about one of the two; with few shared
    utterances it says little. It is not a mark for either of them.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id.
    level : str, default "nominal"
        As in `krippendorff_alpha`.
    draws, seed : int
        Of the interval.
    audible : collection of str, optional
        Utterances that can be heard; examples are taken from them first.

    Returns
    -------
    DataFrame
        One row a pair that shares utterances, by name: rater_a, rater_b, value
        (Krippendorff's alpha of the two), ci_low, ci_high (95 %), n_items
        (shared utterances), same_share (0..1, how often they gave the same),
        note (why there is no value), utterance_id (one where they differ,
        missing if there is none).

    Raises
    ------
    InputError, AbstainedError
        As `krippendorff_alpha`.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "utterance_id": ["u1", "u1", "u2", "u2", "u3", "u3"],
    ...     "rater_id": ["a", "b"] * 3,
    ...     "value": ["anger", "anger", "neutral", "neutral", "anger", "neutral"],
    ... })
    >>> rater_pairs(ratings)[["rater_a", "rater_b", "n_items", "same_share", "utterance_id"]]
      rater_a rater_b  n_items  same_share utterance_id
    0       a       b        3    0.666667           u3
    """
    design = read_design(ratings)
    ratings = ratings[ratings["value"].notna()]
    by_rater = {str(name): own for name, own in ratings.groupby("rater_id", sort=True)}
    place = _places(design, audible)
    rows = []
    for a, b in combinations(by_rater, 2):
        both = by_rater[a].merge(by_rater[b], on="utterance_id", suffixes=("_a", "_b"))
        if both.empty:
            continue
        same = (both["value_a"] == both["value_b"]).to_numpy(dtype=bool)
        row = {"rater_a": a, "rater_b": b, "n_items": len(both), "same_share": same.mean()}
        differ = design.items.get_indexer(pd.Index(both.loc[~same, "utterance_id"]))
        row["utterance_id"] = design.items[differ[place[differ].argmin()]] if len(differ) else None
        shared = ratings["utterance_id"].isin(both["utterance_id"])
        try:
            alpha = krippendorff_alpha(
                ratings[shared & ratings["rater_id"].isin([a, b])],
                level=level,
                draws=draws,
                seed=seed,
            ).iloc[0]
            row |= {name: alpha[name] for name in ("value", "ci_low", "ci_high", "note")}
        except AbstainedError as error:
            row["note"] = str(error)
        rows.append(row)
    return pd.DataFrame(rows, columns=[*PAIR_COLUMNS, "utterance_id"])


def confusions(
    ratings: pd.DataFrame,
    *,
    draws: int = 1000,
    seed: int = 0,
    audible: Collection[str] | None = None,
) -> pd.DataFrame:
    """Say what others hear where one rater hears a tag.

    Nobody is right here: the table tells which tags are taken for each other,
    so that their definitions can be made clearer.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value (one tag) and, where there are calls,
        call_id.
    draws, seed : int
        Of the intervals.
    audible : collection of str, optional
        Utterances that can be heard; examples are taken from them first.

    Returns
    -------
    DataFrame
        One row a value and other value: heard, other, share (0..1: of the other
        raters of an utterance where one heard `heard`, how many heard `other`),
        ci_low, ci_high (95 %), expected (the share of `other` among all
        ratings), n_pairs (pairs of raters), n_items (utterances with such a
        pair), utterance_id (one of them, missing if there is none).

    Raises
    ------
    InputError, AbstainedError
        As `krippendorff_alpha`.

    Notes
    -----
    The coincidence matrix of Krippendorff [1]_ divided by its row sums: each
    utterance's pairs have together the weight of its ratings, so that an
    utterance with many raters does not count by the square.

    References
    ----------
    .. [1] Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.
       University of Pennsylvania.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "utterance_id": ["u1", "u1", "u2", "u2", "u3", "u3"],
    ...     "rater_id": ["a", "b"] * 3,
    ...     "value": ["anger", "anger", "neutral", "neutral", "anger", "neutral"],
    ... })
    >>> confusions(ratings)[["heard", "other", "share"]].round(3)
         heard    other  share
    0    anger    anger  0.667
    1    anger  neutral  0.333
    2  neutral    anger  0.333
    3  neutral  neutral  0.667
    """
    design = read_design(ratings)
    n_per_item = design.n_per_item
    shared = n_per_item[design.item] >= 2
    item = design.item[shared]
    code, names = pd.factorize(design.value[shared], sort=True)
    k, n_items = len(names), len(design.items)
    counts = np.bincount(item * k + code, minlength=n_items * k).reshape(n_items, k).astype(float)
    weight = np.where(n_per_item >= 2, 1.0 / np.maximum(n_per_item - 1, 1), 0.0)
    whole = counts.sum(axis=0)
    order = np.argsort(_places(design, audible))
    rows = []
    for one in range(k):
        given = _by_cluster(design, counts[:, one])
        for other in range(k):
            pairs = counts[:, one] * (counts[:, other] - (one == other))
            within = interval_over_clusters(
                np.column_stack([_by_cluster(design, pairs * weight), given]),
                _share,
                draws=draws,
                seed=seed,
                by=design.by,
            )
            hit = order[pairs[order] > 0]
            rows.append(
                {
                    "heard": names[one],
                    "other": names[other],
                    "share": float((pairs * weight).sum() / whole[one]),
                    "ci_low": within.low,
                    "ci_high": within.high,
                    "expected": float(whole[other] / whole.sum()),
                    "n_pairs": int(pairs.sum() / (2 if one == other else 1)),
                    "n_items": len(hit),
                    "utterance_id": design.items[hit[0]] if len(hit) else None,
                }
            )
    return pd.DataFrame(rows)


def most_apart(ratings: pd.DataFrame, *, audible: Collection[str] | None = None) -> str | None:
    """Find an utterance on which raters are far apart.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value.
    audible : collection of str, optional
        Only these utterances.

    Returns
    -------
    str or None
        For numbers the one with the widest spread, else the one on which most
        pairs of raters differ; of several alike the first by name. None where no
        two raters differ.

    Examples
    --------
    >>> import pandas as pd
    >>> most_apart(pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                          "rater_id": ["a", "b"] * 2, "value": [0.1, 0.2, -1.0, 0.9]}))
    'u2'
    """
    rows = ratings[ratings["value"].notna()]
    if audible is not None:
        rows = rows[rows["utterance_id"].isin(list(audible))]
    if rows.empty:
        return None
    item, items = pd.factorize(rows["utterance_id"], sort=True)
    n = np.bincount(item).astype(float)
    if pd.api.types.is_numeric_dtype(rows["value"]):
        value = rows["value"].to_numpy(dtype=float)
        mean = np.bincount(item, value) / n
        apart = np.bincount(item, (value - mean[item]) ** 2) / np.maximum(n - 1, 1)
    else:
        plain = [tuple(sorted(v.items())) if isinstance(v, dict) else v for v in rows["value"]]
        code = pd.factorize(pd.Series(plain, dtype=object))[0]
        width = int(code.max()) + 1
        cell, times = np.unique(item * width + code, return_counts=True)
        same = np.bincount(cell // width, times * (times - 1))
        apart = 1 - same / np.maximum(n * (n - 1), 1)
    apart[n < 2] = 0
    return str(items[int(apart.argmax())]) if apart.max() > 0 else None


def _share(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1])


def _by_cluster(design: Design, of_item: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.bincount(design.cluster, of_item, minlength=len(design.clusters)).astype(np.float64)


def _places(design: Design, audible: Collection[str] | None) -> _Ints:
    """Order utterances: those that can be heard first, then by name."""
    heard = np.ones(len(design.items), dtype=bool)
    if audible is not None:
        heard = np.asarray(design.items.isin(list(audible)))
    place = np.empty(len(design.items), dtype=np.int64)
    place[np.argsort(~heard, kind="stable")] = np.arange(len(design.items))
    return place
