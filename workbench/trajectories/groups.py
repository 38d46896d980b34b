"""Two groups of calls compared over time, against what chance makes of such groups."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, Interval, jackknife_interval
from workbench.trajectories.averages import MIN_CALLS, clustered_curves
from workbench.trajectories.chance import (
    HOW,
    Case,
    Permute,
    chance_band,
    check_scheme,
    contrast,
    no_band,
    scheme_of,
)


def cut_at(trajectories: pd.DataFrame, moments: pd.Series) -> pd.DataFrame:
    """Leave out what came after a moment of each call.

    What is heard after an escalation may be its consequence: whoever compares
    escalated calls with others over the whole call finds what followed, not what
    came before.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    moments : Series of float
        Seconds of the call by call_id; calls without one are left whole.

    Returns
    -------
    DataFrame
        The table, with utterances that run across cut.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({"call_id": "0007", "start_s": [0.0, 8.0, 20.0],
    ...                        "end_s": [5.0, 12.0, 25.0]})
    >>> cut_at(points, pd.Series({"0007": 10.0}))["end_s"].tolist()
    [5.0, 10.0]
    """
    until = trajectories["call_id"].map(moments).astype(float).fillna(np.inf)
    kept = trajectories[trajectories["start_s"] < until]
    return kept.assign(end_s=np.minimum(kept["end_s"], until[kept.index]))


def compare_groups(
    aligned: pd.DataFrame,
    groups: pd.Series,
    *,
    clusters: pd.Series | None = None,
    permute: Permute | None = None,
    draws: int = 1999,
    rng: np.random.Generator | None = None,
    min_calls: int = MIN_CALLS,
) -> pd.DataFrame:
    """Compare two groups of calls bin by bin, with one band for all bins together.

    The groups are dealt out anew many times, and the largest deviation of any
    bin is noted each time; a difference counts where it is larger than 95 % of
    these. So the chance that *any* bin of two like groups leaves the band is
    5 %, however many bins there are.

    Parameters
    ----------
    aligned : DataFrame
        From `aligned_table`; a call counts once.
    groups : Series
        Group of each call by call_id, of two kinds; missing calls are left out.
        The difference is the first in order (True before False) less the other.
    clusters : Series of str, optional
        Agent or customer of each call by call_id. Default: each call for itself.
    permute : {"whole", "within", "alike"}, optional
        What is dealt out anew. "whole": clusters, where all calls of one are in
        the same group (a trained team). "within": the calls of each cluster
        among themselves, where clusters have calls of both groups; the band then
        lies around what the clusters alone make. "alike": the groups of a
        cluster's calls go to another with equally many, for customers who called
        once or twice. Default: "whole" where it fits, "within" where most calls
        are of a cluster with both groups, else "alike".
    draws : int, default 1999
        How often; at least 199.
    rng : Generator, optional
        Source of the draws; by default one with a fixed seed.
    min_calls : int, default 8
        Fewest calls of each group in a bin that counts.

    Returns
    -------
    DataFrame
        One row a bin: bin, low, high, unit, group_a, group_b, estimate_a,
        estimate_b, n_calls_a, n_calls_b, difference, ci_low, ci_high (95 %, for
        this bin alone, jackknife over clusters), band_low, band_high (where 95
        of 100 chance differences stay in all bins), outside, p_value (adjusted
        for all bins), n_clusters, cluster, permuted (in words), note.

    Raises
    ------
    InputError
        If there are not two groups, or a number is out of range.
    AbstainedError
        If a group has too few calls, or there are too few ways to deal the
        groups out anew.

    Notes
    -----
    The statistic is the difference over its cluster-robust standard error,
    computed anew in every draw, so that groups of unequal size and spread keep
    the 5 % (permutations of the bare difference do not) [1]_; the largest over
    the bins makes the band [2]_. Simulated alarms where nothing differs: 5 % with
    "whole" and "alike", 6 % with "within" where the smaller group scatters more.

    References
    ----------
    .. [1] Chung, E., and Romano, J. P. (2013). Exact and asymptotically robust
       permutation tests. Annals of Statistics 41, 484-507.
    .. [2] Nichols, T. E., and Holmes, A. P. (2002). Nonparametric permutation
       tests for functional neuroimaging. Human Brain Mapping 15, 1-25.

    Examples
    --------
    >>> import pandas as pd
    >>> aligned = pd.DataFrame({"call_id": ["a", "b"], "bin": 0, "low": 0.0, "high": 10.0,
    ...                         "unit": "s", "estimate": [0.5, -0.5], "weight_s": 4.0})
    >>> compare_groups(aligned, pd.Series({"a": True, "b": False}))
    Traceback (most recent call last):
        ...
    workbench.errors.AbstainedError: The group "False" has 1 call with rated speech ...
    """
    if draws < 199:
        raise InputError(f"A band needs 199 draws or more; {draws} came.")
    name = "call" if clusters is None else str(clusters.name or "cluster").removesuffix("_id")
    own = groups.dropna()
    curves, codes, n_clusters = clustered_curves(
        aligned[aligned["call_id"].isin(own.index)], clusters
    )
    kinds = _two_groups(own, curves.index, min_calls)
    first = (own.reindex(curves.index) == kinds[0]).to_numpy(dtype=bool)
    order = np.argsort(codes, kind="stable")
    case = Case(curves.to_numpy(dtype=float)[order], first[order], codes[order])
    scheme = scheme_of(case) if permute is None else permute
    check_scheme(case, scheme, name)
    rng = np.random.default_rng(0) if rng is None else rng
    enough = case.counts.min(axis=0) >= min_calls
    band = chance_band(case, scheme, draws, rng, enough) if enough.any() else no_band(case)
    edges = aligned.groupby("bin")[["low", "high", "unit"]].first().reindex(curves.columns)
    means, difference, _ = contrast(case, case.first[None, :].astype(float))
    intervals = [
        _jackknife(case, b) if enough[b] else NO_INTERVAL for b in range(len(curves.columns))
    ]
    table = pd.DataFrame(
        {
            "bin": curves.columns,
            **{column: edges[column].to_numpy() for column in edges},
            "group_a": str(kinds[0]),
            "group_b": str(kinds[1]),
            "estimate_a": means[0][0],
            "estimate_b": means[1][0],
            "n_calls_a": case.counts[0],
            "n_calls_b": case.counts[1],
            "difference": difference[0],
            "ci_low": [one.low for one in intervals],
            "ci_high": [one.high for one in intervals],
            "band_low": band.centre - band.half,
            "band_high": band.centre + band.half,
            "outside": np.abs(difference[0] - band.centre) > band.half,
            "p_value": band.p,
            "n_clusters": n_clusters,
            "cluster": name,
            "permuted": HOW[scheme].format(name),
            "note": [
                "" if n >= min_calls else f"{n} calls in a group; {min_calls} are needed."
                for n in case.counts.min(axis=0)
            ],
        }
    )
    return table[table["low"].notna()].reset_index(drop=True)


def _two_groups(own: pd.Series, calls: pd.Index, min_calls: int) -> tuple[object, object]:
    kinds = own.reindex(calls).value_counts()
    named = sorted(own.unique(), key=str)
    if len(named) != 2:
        shown = ", ".join(map(str, named[:6])) + (", ..." if len(named) > 6 else "")
        raise InputError(
            f"Two groups are compared, and {len(named)} came"
            f"{f' ({shown})' if named else ''}. Choose two of them."
        )
    for kind in named:
        n = int(kinds.get(kind, 0))
        if n < min_calls:
            raise AbstainedError(
                f'The group "{kind}" has {n} call{"" if n == 1 else "s"} with rated speech here; '
                f"{min_calls} are needed."
            )
    if set(named) == {True, False}:
        return True, False
    return named[0], named[1]


def _jackknife(case: Case, b: int) -> Interval:
    known = np.isfinite(case.value[:, b])
    value, codes, first = case.value[known, b], case.codes[known], case.first[known]
    there = np.unique(codes)
    if len(there) < MIN_CLUSTERS:
        return NO_INTERVAL
    n_all = int(case.codes.max()) + 1
    means, without = [], []
    for own in (first, ~first):
        n = np.bincount(codes[own], minlength=n_all)[there]
        total = np.bincount(codes[own], value[own], minlength=n_all)[there]
        means.append(total.sum() / n.sum())
        with np.errstate(invalid="ignore", divide="ignore"):
            without.append((total.sum() - total) / (n.sum() - n))
    return jackknife_interval(means[0] - means[1], without[0] - without[1])


def comparison_words(comparison: pd.DataFrame) -> str:
    """Say in a sentence where two groups differ.

    Parameters
    ----------
    comparison : DataFrame
        From `compare_groups`.

    Returns
    -------
    str
        Where the difference leaves the band, or that it does not.

    Examples
    --------
    >>> import pandas as pd
    >>> comparison_words(pd.DataFrame({
    ...     "low": [0.0, 10.0], "high": [10.0, 20.0], "unit": "s", "group_a": "late",
    ...     "group_b": "early", "difference": [0.0, -0.3], "outside": [False, True],
    ...     "p_value": [1.0, 0.01]}))
    '"late" lies below "early" by 0.30 from 10 to 20 s.'
    """
    a, b = comparison[["group_a", "group_b"]].iloc[0]
    said: dict[str, list[str]] = {}
    outside = comparison["outside"].to_numpy(dtype=bool)
    sign = np.sign(comparison["difference"].to_numpy(dtype=float)) * outside
    runs = np.flatnonzero(np.diff(sign, prepend=0) != 0)
    for start, stop in pairwise([*runs, len(sign)]):
        if sign[start] == 0:
            continue
        run = comparison.iloc[start:stop]
        low, high = (f"{size:.2f}" for size in run["difference"].abs().agg(["min", "max"]))
        by = low if low == high else f"{low} to {high}"
        said.setdefault("above" if sign[start] > 0 else "below", []).append(
            f"by {by} {_where(run)}"
        )
    if said:
        sides = [f'{side} "{b}" {" and ".join(parts)}' for side, parts in said.items()]
        return f'"{a}" lies {", and ".join(sides)}.'
    if comparison["p_value"].isna().all():
        return f'No part of the call has enough calls of both "{a}" and "{b}" to tell.'
    return (
        f'Nowhere do "{a}" and "{b}" differ by more than chance makes '
        f"(p = {comparison['p_value'].min():.2f})."
    )


def _where(run: pd.DataFrame) -> str:
    low, high = float(run["low"].iloc[0]), float(run["high"].iloc[-1])
    if run["unit"].iloc[0] == "share":
        return f"from {100 * low:.0f} to {100 * high:.0f} % of the call"
    return f"from {low:g} to {high:g} s"
