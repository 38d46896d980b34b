"""How often two raters of an utterance say the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.agreement.alpha import most_frequent
from workbench.agreement.chance import sums_of_clusters
from workbench.agreement.designs import read_design, shared_design
from workbench.agreement.distances import nominal_sums
from workbench.agreement.resampling import interval_over_clusters
from workbench.agreement.results import result_row
from workbench.agreement.values import codes


def percent_agreement(ratings: pd.DataFrame, *, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Say how often two raters of an utterance gave the same value.

    The mean over utterances of the share of their rater pairs that agree. It is
    not corrected for chance, so it is high where one value is frequent: it stands
    beside a corrected coefficient, not in its place.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value and, where there are calls, call_id; gaps
        allowed, utterances with one rating drop out.
    draws : int, default 1000
        Bootstrap draws; 0 for no interval.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    DataFrame
        One row, columns as in `workbench.agreement.results`; value 0..1.

    Raises
    ------
    InputError
        If the table is not as described.
    AbstainedError
        If fewer than 2 utterances have 2 ratings.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                         "rater_id": ["a", "b"] * 2, "value": ["joy", "joy", "joy", "sad"]})
    >>> float(percent_agreement(ratings, draws=0)["value"][0])
    0.5
    """
    design = shared_design(read_design(ratings))
    code, _ = codes(design.value)
    n = design.n_per_item
    agreeing = 1 - nominal_sums(code, design.item, n)[0] / n
    columns = np.column_stack([agreeing, np.ones(len(n))])
    interval = interval_over_clusters(
        sums_of_clusters(columns, design),
        lambda sums: sums[:, 0] / sums[:, 1],
        draws=draws,
        seed=seed,
        by=design.by,
    )
    return result_row(
        "percent_agreement",
        float(agreeing.mean()),
        interval,
        design,
        level="nominal",
        prevalence=most_frequent(code),
    )
