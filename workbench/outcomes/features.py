"""What was heard in a call, in one row: shares of time, valence, its end and its slope."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.placement import placed_consensus
from workbench.schema import check_table

NO_RATING = "No rated utterance of this role."
"""Why a call has no features: nobody rated one of its utterances."""

NOT_BEFORE = "No rated utterance of this role before the escalation."
"""Why a call has no features: all ratings lie after the escalation."""

NO_TIME = (
    "Escalated at an unknown time, so that what was heard before cannot be told from what came "
    "after."
)
"""Why an escalated call has no features."""

NOT_RUNNING = "Over, or escalated, before the moment that was asked for."
"""Why a call does not belong to a landmark."""

_Floats = npt.NDArray[np.float64]


def share_of_time(
    consensus: pd.DataFrame, utterances: pd.DataFrame, *, role: str = "customer"
) -> pd.DataFrame:
    """Tell for how much of the judged time each tag was heard, call by call.

    Every utterance counts with its seconds times the share of raters who heard
    the tag. Utterances that all raters called unclear or unusable are no judged
    time. Tags that nobody heard from this role in any call are left out. Nothing
    is cut here; `call_features` leaves out what came after an escalation.

    Parameters
    ----------
    consensus, utterances : DataFrame
        The tables of these names.
    role : str, default "customer"
        Whose utterances.

    Returns
    -------
    DataFrame
        One row a call and tag: call_id, tag, share (0..1), heard_s, judged_s
        (seconds).

    Raises
    ------
    InputError
        If a table is not as documented, or several methods or units came.

    Examples
    --------
    Frustration in 2 of 10 judged seconds:

    >>> import pandas as pd
    >>> now = pd.Timestamp("2026-11-02", tz="UTC")
    >>> consensus = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "taxonomy": "cx", "version": "1", "pass": "both",
    ...     "method": "mean", "variable": "frustration", "kind": "tag",
    ...     "estimate": [1.0, 0.0], "n_raters": 1, "as_of": now,
    ... })
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "segmentation_id": "s", "unit": "utterance",
    ...     "call_id": "0007", "role": "customer", "start_s": [0.0, 5.0],
    ...     "end_s": [2.0, 13.0], "created_at": now,
    ... })
    >>> share_of_time(consensus, utterances)
      call_id          tag  share  heard_s  judged_s
    0    0007  frustration    0.2      2.0      10.0
    """
    rows = placed_consensus(consensus, utterances)
    rows = _heard_of(rows[rows["kind"] == "tag"], role)
    weight = rows["end_s"] - rows["start_s"]
    sums = (
        pd.DataFrame(
            {
                "call_id": rows["call_id"],
                "tag": rows["variable"],
                "heard_s": weight * rows["estimate"],
                "judged_s": weight,
            }
        )
        .groupby(["call_id", "tag"])[["heard_s", "judged_s"]]
        .sum()
        .reset_index()
    )
    sums.insert(2, "share", sums["heard_s"] / sums["judged_s"])
    return sums


def call_features(
    consensus: pd.DataFrame,
    utterances: pd.DataFrame,
    outcomes: pd.DataFrame | None,
    *,
    role: str = "customer",
    until_s: float | None = None,
) -> pd.DataFrame:
    """Sum up in one row a call what was heard of one role, before any escalation.

    What was heard after an escalation may be its consequence, so utterances are
    cut at `escalated_at_s`: later ones are left out, one that runs across
    counts with its seconds before. A call that was escalated at an unknown time
    has no features. Calls that were not escalated count to their end; to compare
    like with like, ask for a landmark with `until_s`.

    Parameters
    ----------
    consensus, utterances : DataFrame
        The tables of these names.
    outcomes : DataFrame or None
        The table `outcomes`; None if nothing is known of escalations, and then
        nothing is cut.
    role : str, default "customer"
        Whose utterances.
    until_s : float, optional
        A landmark: only what was heard before this second of the call, in calls
        that still ran and were not yet escalated then.

    Returns
    -------
    DataFrame
        One row a call of `utterances` or `outcomes`, sorted by call_id:

        call_id, role
            The call and whose utterances.
        n_utterances, judged_s
            Rated utterances and their seconds.
        cut_at_s
            Where the call was cut, seconds; missing if it was not.
        left_out
            Why there are no features, in a sentence; empty if there are.
        <tag>_share
            Seconds in which the tag was heard over judged seconds, 0..1, each
            utterance weighted with the share of raters who heard it; for tags
            that anybody heard from this role.
        <dimension>_mean, _min, _end, _slope_per_min
            Mean weighted by seconds; lowest utterance; last utterance; straight
            line per minute, weighted by seconds, from 3 utterances up.

    Raises
    ------
    InputError
        If a table is not as documented, several methods or units came, or
        `until_s` is not above 0.

    See Also
    --------
    share_of_time : The shares alone, with their seconds.

    Examples
    --------
    >>> import pandas as pd
    >>> now = pd.Timestamp("2026-11-02", tz="UTC")
    >>> consensus = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "taxonomy": "cx", "version": "1", "pass": "both",
    ...     "method": "mean", "variable": "valence", "kind": "dimension",
    ...     "estimate": [0.2, -0.6], "n_raters": 3, "as_of": now,
    ... })
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "segmentation_id": "s", "unit": "utterance",
    ...     "call_id": "0007", "role": "customer", "start_s": [0.0, 20.0],
    ...     "end_s": [10.0, 30.0], "created_at": now,
    ... })
    >>> outcomes = pd.DataFrame({"call_id": ["0007"], "escalated": True, "escalated_at_s": 15.0})
    >>> features = call_features(consensus, utterances, outcomes)
    >>> features[["judged_s", "valence_mean", "valence_end"]]
       judged_s  valence_mean  valence_end
    0      10.0           0.2          0.2
    """
    if until_s is not None and not until_s > 0:
        raise InputError(f"until_s is a moment after the start of the call; {until_s} came.")
    rows = placed_consensus(consensus, utterances)
    ends = utterances.groupby("call_id")["end_s"].max()
    calls = _calls_with_cut(ends, outcomes, until_s)
    rows = _heard_of(rows[rows["kind"].isin(["tag", "dimension"])], role)
    rated_before = rows["call_id"].unique()
    named = rows[["variable", "kind"]].drop_duplicates()
    kinds = dict(zip(named["variable"], named["kind"], strict=True))
    at = calls.index.get_indexer(pd.Index(rows["call_id"]))
    cut = calls["cut_at_s"].to_numpy(dtype=float)[at]
    end = np.fmin(rows["end_s"].to_numpy(dtype=float), np.where(np.isnan(cut), np.inf, cut))
    rows = rows.assign(end_s=end, seconds=end - rows["start_s"].to_numpy(dtype=float))
    usable = (calls["left_out"].to_numpy() == "")[at]
    rows = rows[usable & (rows["seconds"] > 0)]
    heard = rows.drop_duplicates("utterance_id").groupby("call_id")["seconds"]
    calls["n_utterances"] = heard.size().reindex(calls.index).fillna(0).astype("int64")
    calls["judged_s"] = heard.sum().reindex(calls.index).fillna(0.0)
    silent = (calls["n_utterances"] == 0) & (calls["left_out"] == "")
    was_rated = np.asarray(calls.index.isin(rated_before))
    calls.loc[silent, "left_out"] = NO_RATING
    calls.loc[silent & was_rated & calls["cut_at_s"].notna(), "left_out"] = NOT_BEFORE
    wide = _per_variable(rows, kinds)
    first = ["role", "n_utterances", "judged_s", "cut_at_s", "left_out"]
    calls["role"] = role
    return calls[first].join(wide).rename_axis("call_id").reset_index()


def _heard_of(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """Keep one role and the tags that anybody ever heard from it: agents have tags of their own."""
    rows = rows[rows["role"] == role]
    heard = rows.loc[(rows["kind"] != "tag") | (rows["estimate"] > 0), "variable"].unique()
    return rows[rows["variable"].isin(heard)]


def _calls_with_cut(
    ends: pd.Series, outcomes: pd.DataFrame | None, until_s: float | None
) -> pd.DataFrame:
    known = pd.DataFrame(columns=["escalated", "escalated_at_s"])
    if outcomes is not None:
        checked = check_table(outcomes, "outcomes").set_index("call_id")
        known = checked[["escalated", "escalated_at_s"]]
    index = ends.index.union(known.index).astype("str")
    moment = known["escalated_at_s"].reindex(index).astype("float64")
    escalated = known["escalated"].reindex(index).astype("boolean").fillna(False)
    lost = (escalated & moment.isna()).to_numpy(dtype=bool)
    left_out = pd.Series(np.where(lost, NO_TIME, ""), index=index, dtype="str")
    if until_s is not None:
        running = ends.reindex(index).gt(until_s) & ~moment.le(until_s)
        left_out[~running & (left_out == "")] = NOT_RUNNING
        moment = pd.Series(until_s, index=index, dtype="float64")
    return pd.DataFrame({"cut_at_s": moment, "left_out": left_out})


def _per_variable(rows: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Build all columns of all calls at once: sorted runs, summed by reduceat."""
    call, calls = pd.factorize(rows["call_id"], sort=True)
    names = sorted(kinds, key=lambda name: (kinds[name] != "tag", name))
    variable = pd.Index(names, dtype="str").get_indexer(pd.Index(rows["variable"]))
    start = rows["start_s"].to_numpy(dtype=float)
    order = np.lexsort((start, call, variable))
    call, variable = call[order], variable[order]
    value, weight = (rows[c].to_numpy(dtype=float)[order] for c in ("estimate", "seconds"))
    time = (start[order] + rows["end_s"].to_numpy(dtype=float)[order]) / 2
    new = np.r_[True, (call[1:] != call[:-1]) | (variable[1:] != variable[:-1])][: len(call)]
    starts = np.flatnonzero(new)
    figures = _figures(starts, value, weight, time)
    run_call, run_variable = call[starts], variable[starts]
    columns: dict[str, Any] = {}
    for number, name in enumerate(names):
        own = run_variable == number
        wanted = {"mean": "share"} if kinds[name] == "tag" else {k: k for k in figures}
        for figure, ending in wanted.items():
            filled = np.full(len(calls), np.nan)
            filled[run_call[own]] = figures[figure][own]
            columns[f"{name}_{ending}"] = filled
    return pd.DataFrame(columns, index=pd.Index(calls, dtype="str"))


def _figures(
    starts: npt.NDArray[np.int64], value: _Floats, weight: _Floats, time: _Floats
) -> dict[str, _Floats]:
    counts = np.diff(starts, append=len(value))
    run = np.repeat(np.arange(len(starts)), counts)
    total = np.add.reduceat(weight, starts)
    mean = np.add.reduceat(weight * value, starts) / total
    middle = np.add.reduceat(weight * time, starts) / total
    around = time - middle[run]
    spread = np.add.reduceat(weight * around**2, starts)
    together = np.add.reduceat(weight * around * (value - mean[run]), starts)
    sloped = (counts >= 3) & (spread > 0)
    slope = np.divide(together, spread, out=np.full(len(starts), np.nan), where=sloped)
    return {
        "mean": mean,
        "min": np.minimum.reduceat(value, starts),
        "end": value[starts + counts - 1],
        "slope_per_min": slope * 60.0,
    }
