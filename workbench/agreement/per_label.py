"""Which labels raters agree on: each one against all the others."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from workbench.agreement.alpha import alpha_row
from workbench.agreement.designs import read_design, shared_design
from workbench.agreement.distances import nominal_sums
from workbench.agreement.values import SETS, codes, sets
from workbench.errors import AbstainedError


def per_label_alpha(
    ratings: pd.DataFrame,
    *,
    labels: Sequence[Hashable] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure nominal alpha of each label against the rest.

    A label that stands out low is heard differently by different raters: look at
    its definition and at what it is confused with. A rare label has a wide
    interval, and one that fewer than about ten utterances show has one that is
    still too narrow.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id. A value
        is a label, or a set of tags: then a rating has every tag of its set.
    labels : sequence, optional
        Which, in this order; by default all that were given, the most frequent
        first.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row a label, with the label as first column; `prevalence` is the share
        of ratings that gave it.

    Raises
    ------
    InputError
        If the table is not as described, or a label was never given.
    AbstainedError
        If fewer than 2 utterances have 2 ratings, or all ratings are the same.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "utterance_id": ["u1", "u1", "u2", "u2", "u3", "u3"],
    ...     "rater_id": ["a", "b"] * 3,
    ...     "value": ["anger", "anger", "sad", "sad", "joy", "sad"],
    ... })
    >>> per_label_alpha(ratings, draws=0).set_index("label")["value"].round(2).to_dict()
    {'sad': 0.44, 'anger': 1.0, 'joy': 0.0}
    """
    design = shared_design(read_design(ratings))
    if isinstance(design.value.iloc[0], SETS):
        has, code, found = sets(design.value)
        given = has[code].astype(np.int64)
    else:
        code, found = codes(design.value)
        given = (code[:, None] == np.arange(len(found))).astype(np.int64)
    prevalence = given.mean(axis=0)
    if labels is None:
        by_share = sorted(range(len(found)), key=lambda k: (-prevalence[k], str(found[k])))
        labels = [found[k] for k in by_share if 0 < prevalence[k] < 1]
        if not labels:
            raise AbstainedError(
                f"All {len(given)} ratings of shared utterances are {design.value.iloc[0]!r}; "
                "agreement on a label needs ratings with it and ratings without it."
            )
    place, _ = codes(pd.Series(list(labels), dtype=object), found)
    rows = []
    for label, k in zip(labels, place, strict=True):
        observed, expected = nominal_sums(given[:, k], design.item, design.n_per_item)
        row = alpha_row(
            design,
            observed,
            expected,
            level="nominal",
            prevalence=float(prevalence[k]),
            draws=draws,
            seed=seed,
        )
        row.insert(0, "label", str(label))
        rows.append(row)
    return pd.concat(rows, ignore_index=True)
