"""One row of a result: an estimate, its interval over whole clusters, and a sentence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, cluster_codes, jackknife_interval

_Floats = npt.NDArray[np.float64]

CLUSTERS = {"agent_id": "agents", "customer_id": "customers", "call_id": "calls"}
"""What may be left out as a whole, by column."""


def clusters_of(rows: pd.DataFrame, cluster: str) -> tuple[npt.NDArray[np.int64], int]:
    """Give a number to the agent, customer or call of each row.

    Parameters
    ----------
    rows : DataFrame
        With the column.
    cluster : str
        agent_id, customer_id or call_id.

    Returns
    -------
    codes : ndarray of int
        Of each row, from 0.
    n_clusters : int
        How many there are.

    Raises
    ------
    InputError
        If the column is another or missing, or a row has no value in it.
    """
    if cluster not in CLUSTERS or cluster not in rows.columns:
        raise InputError(
            f'Intervals leave out whole agents, customers or calls; cluster="{cluster}" is not '
            f"there.{nearest(cluster, CLUSTERS)} Choose: "
            f"{', '.join(c for c in CLUSTERS if c in rows.columns)}."
        )
    return cluster_codes(rows[cluster], what=CLUSTERS[cluster].removesuffix("s"))


def result_row(
    estimate: float,
    left_out: _Floats,
    *,
    cluster: str,
    note: str = "",
    **about: Any,
) -> dict[str, Any]:
    """Put an estimate and its interval into a row.

    Parameters
    ----------
    estimate : float
        From all rows.
    left_out : ndarray of float
        The same without each cluster in turn.
    cluster : str
        Which kind of cluster.
    note : str, default ""
        What else to know.
    **about : object
        Further columns: outcome, predictor, unit and counts.

    Returns
    -------
    dict
        With effect, ci_low, ci_high, p_value, n_clusters, cluster and note.
    """
    found = jackknife_interval(estimate, left_out) if math.isfinite(estimate) else NO_INTERVAL
    if math.isnan(found.low) and math.isfinite(estimate):
        note = f"{note} {_why_none(left_out, cluster)}".strip()
    return {
        **about,
        "effect": estimate,
        "ci_low": found.low,
        "ci_high": found.high,
        "p_value": found.p,
        "n_clusters": len(left_out),
        "cluster": CLUSTERS[cluster],
        "note": note,
    }


def _why_none(left_out: _Floats, cluster: str) -> str:
    name = CLUSTERS[cluster]
    if len(left_out) < MIN_CLUSTERS:
        return f"No interval: {len(left_out)} {name}, and {MIN_CLUSTERS} are needed."
    if not np.isfinite(left_out).all():
        one = name.removesuffix("s")
        return f"No interval: without one {one} there would be no estimate."
    return "No interval: the estimate does not move."


def told(value: float, low: float, high: float, *, unit: str = "", digits: int = 2) -> str:
    """Write an estimate with its interval.

    Parameters
    ----------
    value, low, high : float
        The estimate and both ends; NaN ends are left out.
    unit : str, default ""
        Its unit.
    digits : int, default 2
        After the point.

    Returns
    -------
    str
        For a sentence.

    Examples
    --------
    >>> told(-0.91, -1.2, -0.6)
    '-0.91 (95 % interval -1.20 to -0.60)'
    >>> told(4.04, float("nan"), float("nan"), unit="points", digits=1)
    '+4.0 points (no interval)'
    """
    words = f"{value:+.{digits}f} {unit}".strip()
    if math.isnan(low):
        return f"{words} (no interval)"
    return f"{words} (95 % interval {low:+.{digits}f} to {high:+.{digits}f})"


def sums_by(codes: npt.NDArray[np.int64], n_clusters: int, *values: _Floats) -> _Floats:
    """Add up values within clusters.

    Parameters
    ----------
    codes : ndarray of int
        Cluster of each row.
    n_clusters : int
        How many there are.
    *values : ndarray of float
        One value a row each.

    Returns
    -------
    ndarray of float, shape (n_clusters, n_values)
        The sums.

    Examples
    --------
    >>> import numpy as np
    >>> sums_by(np.array([0, 1, 1]), 2, np.ones(3)).tolist()
    [[1.0], [2.0]]
    """
    sums = [np.bincount(codes, v, minlength=n_clusters) for v in values]
    return np.column_stack(sums).astype(np.float64)
