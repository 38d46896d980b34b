"""What was tried in a session, so that findings are judged by the number of tries."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from workbench.false_discovery import adjusted_p_values

_SAME = [
    *("outcome", "predictor", "unit", "step", "covariates", "cluster", "model"),
    *("n_calls", "effect", "p_value"),
]


class Ledger:
    """A list of every figure with a p value that was made in a session.

    The same figure made again counts once; a figure whose covariates, step or
    rows were changed counts again, because it was another try.

    Examples
    --------
    >>> import pandas as pd
    >>> tried = Ledger()
    >>> found = pd.DataFrame({"outcome": ["escalated"], "predictor": ["anger_share"],
    ...                       "effect": [2.0], "p_value": [0.01]})
    >>> len(tried.add(found)), len(tried.add(found)), len(tried.table())
    (1, 1, 1)
    """

    def __init__(self) -> None:
        self._tried = pd.DataFrame()

    def add(self, effects: pd.DataFrame, *, method: Literal["bh", "by"] = "bh") -> pd.DataFrame:
        """Write figures down, and judge them by everything tried so far.

        Parameters
        ----------
        effects : DataFrame
            Rows with outcome, predictor, effect and p_value, and what else tells
            one try from another. Rows without a p value are no test.
        method : {"bh", "by"}, default "bh"
            As in `adjusted_p_values`.

        Returns
        -------
        DataFrame
            The same rows; p_adjusted and n_tests over all that was tried.
        """
        known = effects.reindex(columns=_SAME)
        tested = known[known["p_value"].notna().to_numpy()]
        both = pd.concat([self._tried, tested]) if len(self._tried) else tested
        key = both.astype("object").map(_rounded)
        self._tried = both[~key.duplicated().to_numpy()].reset_index(drop=True)
        adjusted = adjusted_p_values(self._tried["p_value"].to_numpy(dtype=float), method=method)
        ours = pd.MultiIndex.from_frame(known.astype("object").map(_rounded))
        all_of_them = pd.MultiIndex.from_frame(self._tried.astype("object").map(_rounded))
        place = all_of_them.get_indexer(ours)
        filled = np.append(adjusted, np.nan)
        return effects.assign(
            p_adjusted=filled[place], n_tests=len(self._tried), fdr=method.upper()
        )

    def table(self, *, method: Literal["bh", "by"] = "bh") -> pd.DataFrame:
        """List what was tried, in the order in which it was first made.

        Parameters
        ----------
        method : {"bh", "by"}, default "bh"
            As in `adjusted_p_values`.

        Returns
        -------
        DataFrame
            One row a figure: outcome, predictor, unit, step, covariates, cluster,
            model, n_calls, effect, p_value, p_adjusted (over all rows).
        """
        rows = self._tried.reindex(columns=_SAME)
        p = rows["p_value"].to_numpy(dtype=float)
        return rows.assign(p_adjusted=adjusted_p_values(p, method=method))


def _rounded(value: object) -> object:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.10g}"
    return str(value)
