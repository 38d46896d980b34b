"""The row that a coefficient gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.agreement.designs import Design
from workbench.agreement.resampling import Interval

COLUMNS = {
    "coefficient": "str",
    "level": "str",
    "value": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "se": "float64",
    "n_items": "int64",
    "n_raters": "int64",
    "n_ratings": "int64",
    "n_pairs": "int64",
    "prevalence": "float64",
    "n_clusters": "int64",
    "resampled": "str",
    "note": "str",
}
"""Columns of a result, in this order."""


def result_row(
    coefficient: str,
    value: float,
    interval: Interval,
    design: Design,
    *,
    level: str = "",
    prevalence: float = np.nan,
    note: str = "",
) -> pd.DataFrame:
    """Make the one row of a coefficient.

    Parameters
    ----------
    coefficient : str
        Its name, for example "krippendorff_alpha".
    value : float
        Its value.
    interval : Interval
        From `workbench.agreement.resampling`.
    design : Design
        What it rests on; only utterances with two ratings or more are counted.
    level : str
        Kind of difference: nominal, ordinal, ... or the form, for example
        ICC(2,1).
    prevalence : float
        Share of the most frequent value among all ratings, 0..1.
    note : str
        What to know about it, in a sentence.

    Returns
    -------
    DataFrame
        One row: coefficient, level, value, ci_low, ci_high, se, n_items,
        n_raters, n_ratings, n_pairs, prevalence, n_clusters, resampled (call or
        utterance), note.
    """
    n = design.n_per_item
    shared = n >= 2
    row = {
        "coefficient": coefficient,
        "level": level,
        "value": float(value),
        "ci_low": interval.low,
        "ci_high": min(interval.high, 1.0),
        "se": interval.se,
        "n_items": int(shared.sum()),
        "n_raters": np.count_nonzero(np.bincount(design.rater[shared[design.item]])),
        "n_ratings": int(n[shared].sum()),
        "n_pairs": int((n[shared] * (n[shared] - 1) // 2).sum()),
        "prevalence": float(prevalence),
        "n_clusters": np.count_nonzero(np.bincount(design.cluster[shared])),
        "resampled": design.by,
        "note": " ".join(part for part in (note, interval.note) if part),
    }
    return pd.DataFrame([row]).astype(COLUMNS)
