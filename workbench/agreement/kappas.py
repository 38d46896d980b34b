"""Cohen's and Fleiss' kappa, Gwet's AC1 and AC2."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.alpha import most_frequent
from workbench.agreement.chance import Disagreement, corrected_for_chance
from workbench.agreement.designs import Design, read_design, shared_design
from workbench.agreement.values import codes, ordered_codes
from workbench.errors import AbstainedError, InputError, nearest

_Floats = npt.NDArray[np.float64]

WEIGHTS = ("nominal", "linear", "quadratic")
"""Named disagreement weights: any difference counts 1, or its steps, or their square."""


def cohen_kappa(
    ratings: pd.DataFrame,
    *,
    raters: Sequence[Hashable] | None = None,
    weights: str | npt.ArrayLike = "nominal",
    labels: Sequence[Hashable] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure the agreement of two named raters, chance taken from each one's habits.

    On utterances that both rated; others drop out. For more than two raters use
    `krippendorff_alpha`, or this for a pair of them.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id.
    raters : sequence of two, optional
        Whom to compare, where more than two rated.
    weights : {"nominal", "linear", "quadratic"} or array, default "nominal"
        How much a difference counts; for ordered labels by steps or their square,
        or a matrix of disagreement, 0 on its diagonal, rows the first rater's.
    labels : sequence, optional
        All labels in their order. Text needs it for any weights but nominal:
        an alphabet is no order, and a label nobody used still takes a step.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row, columns as in `workbench.agreement.results`; `level` names the
        weights.

    Raises
    ------
    InputError
        If the table, raters, weights or labels are not as described.
    AbstainedError
        If fewer than 2 utterances have both raters, or both always gave the same
        single label.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2", "u3", "u3"],
    ...                         "rater_id": ["a", "b"] * 3, "value": [1, 1, 2, 3, 3, 3]})
    >>> float(cohen_kappa(ratings, weights="linear", draws=0)["value"][0].round(3))
    0.667
    """
    design = shared_design(read_design(_of_two(ratings, raters)))
    code, names = _coded(design, weights, labels)
    far, level = _disagreement(weights, len(names))
    first = design.rater == _first_rater(design, raters)
    a, b = np.empty((2, len(design.items)), dtype=np.int64)
    a[design.item[first]], b[design.item[~first]] = code[first], code[~first]
    n = len(a)
    share_a = np.bincount(a, minlength=len(names)) / n
    share_b = np.bincount(b, minlength=len(names)) / n
    expected = ((far @ share_b)[a] + (share_a @ far)[b]) / 2
    _check_varied(expected, design)
    ones = np.ones(n)
    return corrected_for_chance(
        "cohen_kappa",
        Disagreement(far[a, b], ones, expected, ones),
        design,
        level=level,
        prevalence=most_frequent(code),
        draws=draws,
        seed=seed,
    )


def fleiss_kappa(ratings: pd.DataFrame, *, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Measure the agreement of many raters on one label, chance from the pooled labels.

    Made for the same number of ratings an utterance; then it is alpha without its
    correction for few ratings. Where the numbers differ it is Gwet's extension
    [2]_: utterances with a single rating count for chance only, and the note says
    so. `krippendorff_alpha` is the better choice there.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row, columns as in `workbench.agreement.results`.

    Raises
    ------
    InputError
        If the table is not as described.
    AbstainedError
        If fewer than 2 utterances have 2 ratings, or all ratings are the same.

    References
    ----------
    .. [1] Fleiss, J. L. (1971). Measuring nominal scale agreement among many
       raters. Psychological Bulletin 76, 378-382.
    .. [2] Gwet, K. L. (2014). Handbook of inter-rater reliability, 4th edition.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                         "rater_id": ["a", "b"] * 2, "value": ["joy", "joy", "sad", "sad"]})
    >>> float(fleiss_kappa(ratings, draws=0)["value"][0])
    1.0
    """
    design = read_design(ratings)
    code, names = codes(design.value)
    far, _ = _disagreement("nominal", len(names))
    share, observed, shared = _per_item(design, code, far)
    expected = 1 - share @ share.mean(axis=0)
    _check_varied(expected, design)
    even = len(np.unique(design.n_per_item)) == 1
    return corrected_for_chance(
        "fleiss_kappa",
        Disagreement(observed, shared, expected, np.ones(len(share))),
        design,
        level="nominal",
        prevalence=most_frequent(code),
        draws=draws,
        seed=seed,
        note="" if even else "Utterances have unequal numbers of ratings: Gwet's extension.",
    )


def gwet_ac(
    ratings: pd.DataFrame,
    *,
    weights: str = "nominal",
    labels: Sequence[Hashable] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure agreement where one label is much more frequent than the others.

    AC1, or AC2 with weights. Chance is what raters would share who guess on some
    utterances only, so a dominant neutral class does not pull it down as it does
    alpha and kappa. Any number of raters, gaps allowed; utterances with a single
    rating count for chance only.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id.
    weights : {"nominal", "linear", "quadratic"}, default "nominal"
        nominal gives AC1; the others AC2, where near steps agree in part.
    labels : sequence, optional
        All labels, in their order; by default those that came. A label that nobody
        used counts too, and the value depends on how many there are, so declare
        them. Text needs them for AC2.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row, columns as in `workbench.agreement.results`.

    Raises
    ------
    InputError
        If the table, weights or labels are not as described.
    AbstainedError
        If fewer than 2 utterances have 2 ratings, or there is one label only.

    References
    ----------
    .. [1] Gwet, K. L. (2008). Computing inter-rater reliability and its variance
       in the presence of high agreement. British Journal of Mathematical and
       Statistical Psychology 61, 29-48.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                         "rater_id": ["a", "b"] * 2, "value": ["joy", "joy", "joy", "sad"]})
    >>> float(gwet_ac(ratings, labels=["joy", "sad"], draws=0)["value"][0].round(3))
    0.2
    """
    if not isinstance(weights, str):
        raise InputError(f"weights of gwet_ac are one of: {', '.join(WEIGHTS)}.")
    design = read_design(ratings)
    code, names = _coded(design, weights, labels)
    k = len(names)
    if k < 2:
        raise AbstainedError(
            f"All {len(code)} ratings are {names[0]!r}, the only label: give labels= with all "
            "that could have been given, for AC1 needs two or more."
        )
    far, kind = _disagreement(weights, k)
    far = far / far.max()
    share, observed, shared = _per_item(design, code, far)
    spread = (1 - far).sum() / (k * (k - 1))
    expected = 1 - spread + spread * (share @ share.mean(axis=0))
    note = "" if labels is not None else f"Chance among the {k} labels that were given."
    return corrected_for_chance(
        "gwet_ac",
        Disagreement(observed, shared, expected, np.ones(len(share))),
        design,
        level="AC1" if weights == "nominal" else f"AC2 {kind}",
        prevalence=most_frequent(code),
        draws=draws,
        seed=seed,
        note=note,
    )


def _per_item(
    design: Design, code: npt.NDArray[np.int64], far: _Floats
) -> tuple[_Floats, _Floats, _Floats]:
    """Share of each label, disagreement inside, and whether two raters or more."""
    k, m = len(far), design.n_per_item
    count = np.bincount(design.item * k + code, minlength=len(m) * k).reshape(len(m), k)
    shared = (m >= 2).astype(np.float64)
    observed = ((count @ far) * count).sum(axis=1) / np.maximum(m * (m - 1), 1)
    return count / m[:, None], observed * shared, shared


def _coded(
    design: Design, weights: str | npt.ArrayLike, labels: Sequence[Hashable] | None
) -> tuple[npt.NDArray[np.int64], list[Hashable]]:
    if isinstance(weights, str) and weights == "nominal":
        return codes(design.value, labels)
    return ordered_codes(design.value, labels, what="labels")


def _disagreement(weights: str | npt.ArrayLike, k: int) -> tuple[_Floats, str]:
    if not isinstance(weights, str):
        own = np.asarray(weights, dtype=np.float64)
        if own.shape != (k, k) or (np.diag(own) != 0).any() or not (own >= 0).all():
            raise InputError(
                f"Weights of disagreement are a {k} x {k} matrix for {k} labels, 0 on the diagonal "
                f"and nothing below 0; shape {own.shape} came with diagonal "
                f"{np.diag(np.atleast_2d(own)).tolist()}."
            )
        return own, "own weights"
    if weights not in WEIGHTS:
        raise InputError(
            f'There are no weights "{weights}".{nearest(weights, WEIGHTS)} '
            f"There are: {', '.join(WEIGHTS)}."
        )
    steps = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    if weights == "nominal":
        return (steps > 0).astype(np.float64), weights
    return steps if weights == "linear" else steps**2, weights


def _of_two(ratings: pd.DataFrame, raters: Sequence[Hashable] | None) -> pd.DataFrame:
    if not isinstance(ratings, pd.DataFrame) or not {"rater_id", "value"} <= set(ratings.columns):
        return ratings  # read_design says what is wrong with it
    given = ratings[ratings["value"].notna() & ratings["rater_id"].notna()]
    there = sorted(set(given["rater_id"]), key=str)
    if raters is None:
        if len(there) > 2:
            raise InputError(
                f"Cohen's kappa compares two raters; {len(there)} rated here "
                f"({', '.join(map(str, there[:5]))}...). Name two with raters=, or use "
                "krippendorff_alpha for all."
            )
        return ratings
    if isinstance(raters, str) or len(raters) != 2 or raters[0] == raters[1]:
        raise InputError(f"raters= names two different raters; {raters!r} came.")
    for rater in raters:
        if rater not in there:
            raise InputError(
                f'No rating is by "{rater}".{nearest(str(rater), map(str, there))} '
                f"Raters: {', '.join(map(str, there[:10]))}."
            )
    return ratings[ratings["rater_id"].isin(list(raters))]


def _first_rater(design: Design, raters: Sequence[Hashable] | None) -> int:
    return 0 if raters is None else list(design.raters).index(raters[0])


def _check_varied(expected: _Floats, design: Design) -> None:
    if expected.sum() <= 1e-12 * len(expected):
        raise AbstainedError(
            f"All {len(design.item)} ratings are {design.value.iloc[0]!r}, so nobody could "
            "disagree and kappa is undefined: it needs two different values. percent_agreement "
            "can still be given."
        )
