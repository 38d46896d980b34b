"""Krippendorff's alpha: the agreement of any number of raters, with gaps, on any kind of value."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from workbench.agreement.chance import Disagreement, corrected_for_chance
from workbench.agreement.designs import Design, read_design, shared_design
from workbench.agreement.distances import (
    Sums,
    absolute_sums,
    jaccard,
    jensen_shannon,
    masi,
    nominal_sums,
    ordinal_sums,
    pairwise_sums,
    ratio,
    squared_sums,
)
from workbench.agreement.values import codes, numbers, ordered_codes, sets, shares
from workbench.errors import AbstainedError, InputError, nearest

LEVELS = ("nominal", "ordinal", "interval", "ratio", "set", "mixture")
"""Kinds of values."""

DISTANCES = {
    "set": ("masi", "jaccard"),
    "mixture": ("energy", "tv", "hellinger2", "js", "earth_mover"),
}
"""Distances of the levels that have several; the first is the default."""


def krippendorff_alpha(
    ratings: pd.DataFrame,
    level: str = "nominal",
    *,
    order: Sequence[Hashable] | None = None,
    distance: str | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure agreement as one less the ratio of observed to expected disagreement.

    1 is perfect agreement, 0 what raters reach who draw from the pooled values,
    below 0 is systematic disagreement. Any number of raters, gaps allowed:
    utterances with a single rating drop out. Where one value is much more frequent
    than the others alpha is low although raters agree nearly always: look at
    `gwet_ac` and `percent_agreement` beside it, and at the prevalence.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value, and call_id where there are calls; the
        interval then resamples calls.
    level : {"nominal", "ordinal", "interval", "ratio", "set", "mixture"}
        nominal
            One label an utterance; different is different.
        ordinal
            Steps without known distances, for example a 5-point scale.
        interval
            Numbers: arousal, valence, a slider.
        ratio
            Numbers with a true zero, for example intensity: 1 and 2 differ as
            much as 10 and 20.
        set
            Several tags an utterance: a set each.
        mixture
            A dict of share by tag each, summing to 1 or to 100 points.
    order : sequence, optional
        For ordinal: all values from lowest to highest; text needs it. For
        mixtures with ``distance="earth_mover"``: the tags in order.
    distance : str, optional
        For sets "masi" (default) or "jaccard". For mixtures "energy" (default,
        half the squared differences of the shares), "tv" (half the absolute
        ones), "hellinger2", "js" (Jensen-Shannon, bits) or "earth_mover" (how far
        shares must be carried along the order). A mixture that two raters hear
        alike is full agreement with each of them.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row, columns as in `workbench.agreement.results`. `prevalence` is the
        share of the most frequent value; of the most frequent tag for mixtures
        (its mean share); missing for interval and ratio.

    Raises
    ------
    InputError
        If the table, the level or the values are not as described.
    AbstainedError
        If fewer than 2 utterances have 2 ratings, or all ratings are the same, so
        that there is nothing to disagree about.

    See Also
    --------
    per_label_alpha : Which tags raters agree on.
    gwet_ac : For a dominant value.

    Notes
    -----
    d of the levels as in [1]_; masi as in [2]_.

    References
    ----------
    .. [1] Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability.
       University of Pennsylvania.
    .. [2] Passonneau, R. (2006). Measuring agreement on set-valued items (MASI)
       for semantic and pragmatic annotation. Proc. LREC, 831-836.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "utterance_id": ["u1", "u1", "u2", "u2", "u3", "u3"],
    ...     "rater_id": ["a", "b"] * 3,
    ...     "value": ["anger", "anger", "sad", "sad", "sad", "anger"],
    ... })
    >>> row = krippendorff_alpha(ratings, draws=0).iloc[0]
    >>> round(float(row["value"]), 3), int(row["n_pairs"])
    (0.444, 3)
    """
    distance = _distance(level, distance)
    if order is not None and level != "ordinal" and distance != "earth_mover":
        raise InputError(
            f'order= belongs to level="ordinal" and to distance="earth_mover"; level="{level}" '
            "knows no order."
        )
    design = shared_design(read_design(ratings))
    (observed, expected), prevalence = sums_of_level(design, level, distance, order)
    return alpha_row(
        design,
        observed,
        expected,
        level=f"{level} ({distance})" if distance else level,
        prevalence=prevalence,
        draws=draws,
        seed=seed,
    )


def alpha_row(
    design: Design,
    observed: np.ndarray[tuple[int], np.dtype[np.float64]],
    expected: np.ndarray[tuple[int], np.dtype[np.float64]],
    *,
    level: str,
    prevalence: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Make the row of alpha from the sums of `workbench.agreement.distances`.

    Parameters
    ----------
    design : Design
        From `shared_design`.
    observed, expected : ndarray of float, shape (n_items,)
        The sums.
    level : str
        Kind of values.
    prevalence : float
        Share of the most frequent value.
    draws, seed : int
        As in `krippendorff_alpha`.

    Returns
    -------
    DataFrame
        One row.

    Raises
    ------
    AbstainedError
        If all values are the same.
    """
    if expected.sum() <= 1e-12 * len(design.item):
        same = design.value.iloc[0]
        raise AbstainedError(
            f"All {len(design.item)} ratings of shared utterances are {same!r}, so nobody could "
            "disagree and alpha is undefined: it needs two different values. percent_agreement "
            "can still be given."
        )
    n = design.n_per_item.astype(np.float64)
    parts = Disagreement(observed, n, expected, n)
    return corrected_for_chance(
        "krippendorff_alpha",
        parts,
        design,
        level=level,
        prevalence=prevalence,
        draws=draws,
        seed=seed,
    )


def _distance(level: str, distance: str | None) -> str:
    if level not in LEVELS:
        raise InputError(
            f'There is no level "{level}".{nearest(str(level), LEVELS)} '
            f"There are: {', '.join(LEVELS)}."
        )
    known = DISTANCES.get(level, ())
    if not distance:
        return known[0] if known else ""
    if distance not in known:
        choice = f"it has: {', '.join(known)}" if known else "it has only one"
        raise InputError(
            f'level="{level}" has no distance "{distance}".{nearest(distance, known)} '
            f"As to distances {choice}."
        )
    return distance


def sums_of_level(
    design: Design,
    level: str,
    distance: str | None = None,
    order: Sequence[Hashable] | None = None,
) -> tuple[Sums, float]:
    """Sum the disagreement of one level.

    Parameters
    ----------
    design : Design
        From `shared_design`.
    level, distance, order
        As in `krippendorff_alpha`.

    Returns
    -------
    sums : tuple of ndarray
        Observed and expected, as in `workbench.agreement.distances`.
    prevalence : float
        Share of the most frequent value; NaN for interval and ratio.
    """
    distance = _distance(level, distance)
    item, n = design.item, design.n_per_item
    if level == "nominal":
        code, _ = codes(design.value)
        return nominal_sums(code, item, n), most_frequent(code)
    if level == "ordinal":
        code, _ = ordered_codes(design.value, order)
        return ordinal_sums(code, item, n), most_frequent(code)
    if level == "interval":
        return squared_sums(numbers(design.value)[:, None], item, n), np.nan
    if level == "ratio":
        code, found = pd.factorize(numbers(design.value, level), sort=True)
        return pairwise_sums(found[:, None], code, ratio, item, n), np.nan
    if level == "set":
        has, code, _ = sets(design.value)
        between = masi if distance == "masi" else jaccard
        return pairwise_sums(has, code, between, item, n), most_frequent(code)
    if distance == "earth_mover" and order is None:
        raise InputError(
            'distance="earth_mover" carries shares along an order of the tags: give it, for '
            'example order=["negative", "neutral", "positive"].'
        )
    share, _ = shares(design.value, order)
    prevalence = float(share.mean(axis=0).max())
    if distance == "js":
        found, code = np.unique(share, axis=0, return_inverse=True)
        return pairwise_sums(found, code.ravel(), jensen_shannon, item, n), prevalence
    if distance in ("tv", "earth_mover"):
        lies = share if distance == "tv" else np.cumsum(share, axis=1)[:, :-1]
        return absolute_sums(lies, item, n), prevalence
    lies = share if distance == "energy" else np.sqrt(share)
    return squared_sums(lies, item, n), prevalence


def most_frequent(code: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Say which share of the ratings the most frequent value has.

    Parameters
    ----------
    code : ndarray of int
        Codes of the values, from 0.

    Returns
    -------
    float
        0..1.
    """
    return float(np.bincount(code).max() / len(code))
