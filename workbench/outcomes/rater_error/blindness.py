"""Whether raters could know the outcome, and whether they erred otherwise where it happened."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import MIN_CLUSTERS, NO_INTERVAL, cluster_codes, jackknife_interval
from workbench.outcomes.rater_error.confusion import check_overlap, estimate
from workbench.outcomes.rater_error.hearings import Hearings, numbered
from workbench.outcomes.rater_error.outcome_columns import numbers

_Floats = npt.NDArray[np.float64]


def blindness_note(heard: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Say whether raters had heard the outcome before they rated.

    Parameters
    ----------
    heard : DataFrame
        With heard_until_s, where it is known.
    rows : DataFrame
        With call_id and moment_s, where the outcome has a moment in the call.

    Returns
    -------
    str
        A sentence; empty if no rater had.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = pd.DataFrame({"call_id": ["c", "c"], "heard_until_s": [20.0, 90.0]})
    >>> blindness_note(heard, pd.DataFrame({"call_id": ["c"], "moment_s": [60.0]}))[:49]
    '1 of 2 ratings were made by raters who had heard '
    """
    advice = (
        "Errors that depend on the outcome are not repaired here: see error_by_outcome, and hide "
        "outcome and end of the call from raters."
    )
    if "heard_until_s" not in heard.columns or "moment_s" not in rows.columns:
        return f"Whether raters knew the outcome is not known. {advice}"
    moment = heard["call_id"].map(rows.set_index("call_id")["moment_s"])
    own = heard["call_id"].isin(rows["call_id"])
    until = heard["heard_until_s"]
    knew = int((until >= moment).sum())
    unknown = int((own & until.isna()).sum())
    parts = []
    if knew:
        parts.append(
            f"{knew} of {int(own.sum())} ratings were made by raters who had heard the moment of "
            "the outcome."
        )
    if unknown:
        parts.append(
            f"How far raters had heard is not known for {unknown} of {int(own.sum())} ratings."
        )
    return " ".join([*parts, advice]) if parts else ""


def error_by_outcome(
    heard: pd.DataFrame, rows: pd.DataFrame, *, outcome: str = "y", cluster: str = "agent_id"
) -> pd.DataFrame:
    """Hold the raters' errors where the outcome happened against those elsewhere.

    Raters who know that a call was escalated hear frustration in it: errors
    then depend on the outcome, and no method of this package repairs that. This
    table shows it, where enough utterances of both groups were rated by three.

    Parameters
    ----------
    heard : DataFrame
        As of `carried_effect`.
    rows : DataFrame
        One row a call: call_id, the outcome and the cluster.
    outcome : str, default "y"
        Column of `rows`: yes or no; a score is parted at its median.
    cluster : str, default "agent_id"
        Column of `rows`.

    Returns
    -------
    DataFrame
        Two rows a rater and two for all raters together (rater_id "all"), what
        sensitivity and specificity: rater_id, what, with_outcome, without_outcome
        (0..1), difference, ci_low, ci_high (jackknife over clusters), n_shared_with,
        n_shared_without (utterances rated by three or more), reading.

    Raises
    ------
    InputError
        If a table is not as documented.
    AbstainedError
        If a group has too few utterances that three raters rated; the text says
        how many are needed.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> there = np.repeat(rng.random(900) < 0.4, 3)
    >>> heard = pd.DataFrame({
    ...     "call_id": np.repeat(np.arange(900) // 10, 3),
    ...     "utterance_id": np.repeat(np.arange(900), 3), "rater_id": np.tile(["a", "b", "c"], 900),
    ...     "value": there ^ (rng.random(2700) < 0.1), "start_s": 0.0, "end_s": 2.0,
    ... })
    >>> rows = pd.DataFrame({"call_id": range(90), "y": np.arange(90) % 2, "agent_id": "a"})
    >>> bool(error_by_outcome(heard, rows)["with_outcome"].between(0.8, 1).all())
    True
    """
    y = numbers(rows, outcome)
    if cluster not in rows.columns:
        raise InputError(f'The rows have no column "{cluster}".')
    known = rows[np.isfinite(y)].drop_duplicates("call_id").set_index("call_id", drop=False)
    y = numbers(known, outcome)
    high = y > (0.5 if np.isin(y, (0.0, 1.0)).all() else float(np.median(y)))
    groups = []
    for name, own in (("with", known[high]), ("without", known[~high])):
        try:
            groups.append(_of_group(heard, own, cluster))
        except AbstainedError as error:
            raise AbstainedError(f"In calls {name} the outcome: {error}") from error
    names = sorted(set(groups[0]["names"]) & set(groups[1]["names"]))
    table = pd.DataFrame(
        [
            _compared(groups, rater, what)
            for what in ("sensitivity", "specificity")
            for rater in ["all", *names]
        ]
    )
    return table.sort_values(["rater_id", "what"], key=_all_first, ignore_index=True)


def _all_first(column: pd.Series) -> pd.Series:
    return column.where(column != "all", "")


def _of_group(heard: pd.DataFrame, rows: pd.DataFrame, cluster: str) -> dict[str, Any]:
    """Errors of each rater in one group of calls, and without each cluster."""
    hearings: Hearings = numbered(heard, pd.Index(rows["call_id"]))
    counts = np.bincount(hearings.pattern, minlength=len(hearings.votes)).astype(float)
    check_overlap(hearings.votes, counts, hearings.rater_ids)
    found = estimate(hearings.votes, counts)
    of_call = rows.loc[hearings.call_ids, cluster]
    codes, n_clusters = cluster_codes(of_call, what=cluster)
    per_call = hearings.counts()
    left = {}
    for code in range(n_clusters):
        gone = np.asarray(per_call[codes == code].sum(axis=0), dtype=np.float64).ravel()
        one = found.without(gone)
        name = of_call[codes == code].iloc[0]
        left[name] = np.r_[one.sensitivity, one.specificity]
    together = counts * ((hearings.votes >= 0).sum(axis=1) >= 3)
    return {
        "names": hearings.rater_ids,
        "all": np.r_[found.confusion.sensitivity, found.confusion.specificity],
        "left": left,
        "shared": together @ (hearings.votes >= 0),
        "n_shared": int(together.sum()),
    }


def _compared(groups: list[dict[str, Any]], rater: str, what: str) -> dict[str, Any]:
    common = set(groups[0]["names"]) & set(groups[1]["names"])

    def figure(group: dict[str, Any], values: _Floats) -> float:
        names, n = group["names"], len(group["names"])
        part = values[:n] if what == "sensitivity" else values[n:]
        wanted = common if rater == "all" else {rater}
        return float(np.mean([part[names.index(name)] for name in wanted]))

    first, second = (figure(group, group["all"]) for group in groups)
    clusters = sorted(set(groups[0]["left"]) | set(groups[1]["left"]), key=str)
    without = [
        figure(groups[0], groups[0]["left"].get(c, groups[0]["all"]))
        - figure(groups[1], groups[1]["left"].get(c, groups[1]["all"]))
        for c in clusters
    ]
    enough = len(clusters) >= MIN_CLUSTERS
    interval = jackknife_interval(first - second, without) if enough else NO_INTERVAL
    shared = [
        group["n_shared"] if rater == "all" else int(group["shared"][group["names"].index(rater)])
        for group in groups
    ]
    return {
        "rater_id": rater,
        "what": what,
        "with_outcome": first,
        "without_outcome": second,
        "difference": first - second,
        "ci_low": interval.low,
        "ci_high": interval.high,
        "n_shared_with": shared[0],
        "n_shared_without": shared[1],
        "reading": _sentence(rater, what, first, second, interval.low, interval.high),
    }


def _sentence(rater: str, what: str, first: float, second: float, low: float, high: float) -> str:
    who = "Raters" if rater == "all" else f"{rater}"
    does = "hear the tag where it is" if what == "sensitivity" else "hear none where it is not"
    if rater != "all":
        does = does.replace("hear ", "hears ", 1)
    said = (
        f"{who} {does} in {first * 100:.0f} % of utterances in calls with the outcome and "
        f"{second * 100:.0f} % in the others"
    )
    if not np.isfinite(low):
        return f"{said}; without an interval."
    if low <= 0 <= high:
        return f"{said}; no difference is shown ({low * 100:.0f} to {high * 100:.0f} points)."
    return (
        f"{said}: errors go with the outcome ({low * 100:.0f} to {high * 100:.0f} points), and "
        "effects on these ratings are not to be trusted."
    )
