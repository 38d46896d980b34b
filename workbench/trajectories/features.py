"""What was heard in a call, in one row: shares of time, valence, its end and its slope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.placement import placed_consensus
from workbench.schema import check_table
from workbench.trajectories.feature_dictionary import DIMENSION_ENDINGS, MINIMUM, VALENCE_ONLY
from workbench.trajectories.rater_values import heard_until

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

_FIRST = [
    *("role", "n_utterances", "judged_s", "cut_at_s", "left_out"),
    *("kind", "audio_until_s", "rater_heard_until_s", "too_little"),
]

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
    kind: Literal["causal", "whole"] | None = None,
    ratings: pd.DataFrame | None = None,
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
        The tables of these names. Rows of `mixed_rows` may be added to the
        consensus; they become `mixed_share`.
    outcomes : DataFrame or None
        The table `outcomes`; None if nothing is known of escalations, and then
        nothing is cut.
    role : str, default "customer"
        Whose utterances.
    until_s : float, optional
        A landmark: only what was heard before this second of the call, in calls
        that still ran and were not yet escalated then.
    kind : {"causal", "whole"}, optional
        "whole" cuts nothing, to describe calls; such rows may not predict. By
        default "causal", unless neither outcomes nor until_s came.
    ratings : DataFrame, optional
        The table `ratings` behind the consensus, to tell how far raters had heard.

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
        kind
            causal or whole.
        audio_until_s
            The last second that counts in this row; missing if none does.
        rater_heard_until_s
            The furthest second that a rater of these utterances had heard when
            rating; missing where it is not known of all of them.
        too_little
            Which features are missing because the call has less than they need.
        features
            As `feature_dictionary` explains: <tag>_share for tags that anybody
            heard from this role, mixed_share, transitions, <dimension>_mean and
            so on.

    Raises
    ------
    InputError
        If a table is not as documented, several methods or units came, or
        `until_s` or `kind` cannot be.

    See Also
    --------
    feature_dictionary : Unit, minimum and meaning of every feature.
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
    >>> features[["kind", "audio_until_s", "valence_mean", "valence_end"]]
         kind  audio_until_s  valence_mean  valence_end
    0  causal           10.0           0.2          0.2
    """
    if until_s is not None and not until_s > 0:
        raise InputError(f"until_s is a moment after the start of the call; {until_s} came.")
    kind = _kind_of(kind, outcomes, until_s)
    rows = placed_consensus(consensus, utterances)
    ends = utterances.groupby("call_id")["end_s"].max()
    calls = _calls_with_cut(ends, outcomes, until_s)
    if kind == "whole":
        calls = calls.assign(cut_at_s=np.nan, left_out="")
    rows = _heard_of(rows[rows["kind"].isin(["tag", "mixture", "dimension"])], role)
    at = calls.index.get_indexer(pd.Index(rows["call_id"])).astype(np.int64)
    was_rated = np.zeros(len(calls), dtype=bool)
    was_rated[at] = True
    cut = calls["cut_at_s"].to_numpy(dtype=float)[at]
    end = np.fmin(rows["end_s"].to_numpy(dtype=float), np.where(np.isnan(cut), np.inf, cut))
    counts = (calls["left_out"].to_numpy() == "")[at] & (
        end > rows["start_s"].to_numpy(dtype=float)
    )
    named = rows[["variable", "kind"]].drop_duplicates()
    kinds = dict(zip(named["variable"], named["kind"], strict=True))
    wide = figures_table(rows.assign(end_s=end)[counts], at[counts], len(calls), kinds)
    wide.index = calls.index
    calls = calls.join(wide)
    silent = (calls["n_utterances"] == 0) & (calls["left_out"] == "")
    calls.loc[silent, "left_out"] = NO_RATING
    calls.loc[silent & was_rated & calls["cut_at_s"].notna(), "left_out"] = NOT_BEFORE
    calls["role"], calls["kind"] = role, kind
    calls["rater_heard_until_s"] = _heard_until(rows[counts], at[counts], ratings, len(calls))
    calls = calls[[*_FIRST, *wide.columns.difference(_FIRST, sort=False)]]
    return calls.rename_axis("call_id").reset_index()


def figures_table(
    rows: pd.DataFrame, call: npt.NDArray[np.int64], n_calls: int, kinds: Mapping[str, str]
) -> pd.DataFrame:
    """Work out the features of many calls from utterances that were cut and placed.

    Parameters
    ----------
    rows : DataFrame
        variable, estimate, start_s and end_s; of one role.
    call : ndarray of int64
        Number of each row's call, from 0.
    n_calls : int
        How many calls; those without rows have missing features.
    kinds : mapping of str to str
        tag, mixture or dimension, by variable.

    Returns
    -------
    DataFrame
        One row a call: n_utterances, judged_s, audio_until_s, too_little, features.
    """
    from workbench.trajectories import kernels

    rank = {"tag": 0, "mixture": 1, "dimension": 2}
    names = sorted(kinds, key=lambda name: (rank[kinds[name]], name))
    n_of = {kind: sum(own == kind for own in kinds.values()) for kind in rank}
    variable = pd.Index(names, dtype="str").get_indexer(pd.Index(rows["variable"]))
    variable = variable.astype(np.int64)
    value, start, end = (
        np.ascontiguousarray(rows[c], dtype=float) for c in ("estimate", "start_s", "end_s")
    )
    k = max(len(names), 1)
    group = call * k + variable
    of_call = np.full((n_calls, kernels.N_OF_CALL), np.nan)
    share = np.full((n_calls, k), np.nan)
    of_dimension = np.full((n_calls, n_of["dimension"], kernels.N_OF_DIMENSION), np.nan)
    order = kernels.in_order(group, n_calls * k, start)
    kernels.call_figures(
        *(group, order, variable, k, n_of["tag"], value, start, end),
        *(of_call, share, of_dimension),
    )
    columns: dict[str, Any] = {
        "n_utterances": np.nan_to_num(of_call[:, 0]).astype(np.int64),
        "judged_s": np.nan_to_num(of_call[:, 1]),
        "audio_until_s": of_call[:, 2],
    }
    shares = n_of["tag"] + n_of["mixture"]
    features = {f"{name}_share": share[:, i] for i, name in enumerate(names[:shares])}
    if n_of["tag"]:
        features["transitions"] = of_call[:, 3]
    for i, name in enumerate(names[shares:]):
        for j, ending in enumerate(DIMENSION_ENDINGS):
            if name == "valence" or ending not in VALENCE_ONLY:
                features[f"{name}_{ending}"] = of_dimension[:, i, j]
    columns["too_little"] = _too_little(features, names[shares:], of_call[:, 0] > 0)
    return pd.DataFrame(columns | features).astype({"too_little": "str"})


def _too_little(
    features: dict[str, _Floats], dimensions: list[str], heard: npt.NDArray[np.bool_]
) -> npt.NDArray[Any]:
    """Name the features that a call has too little for; the same sentence is built once."""
    words, missing = [], []
    for name in dimensions:
        for ending, minimum in MINIMUM.items():
            lost = np.isnan(features[f"{name}_{ending}"]) & ~np.isnan(features[f"{name}_mean"])
            missing.append(lost & heard)
            words.append(f"{name}_{ending} ({minimum})")
    if not words:
        return np.full(len(heard), "", dtype=object)
    packed = np.packbits(np.stack(missing, axis=1), axis=1)
    patterns, which = np.unique(packed, axis=0, return_inverse=True)
    texts = []
    for bits in np.unpackbits(patterns, axis=1):
        told = ", ".join(word for word, bit in zip(words, bits, strict=False) if bit)
        texts.append(f"Less than needed for: {told}." if told else "")
    return np.array(texts, dtype=object)[which.ravel()]


def _kind_of(
    kind: str | None, outcomes: pd.DataFrame | None, until_s: float | None
) -> Literal["causal", "whole"]:
    cut = outcomes is not None or until_s is not None
    if kind is None:
        return "causal" if cut else "whole"
    if kind not in ("causal", "whole"):
        raise InputError(f'kind is "causal" or "whole"; "{kind}" came.')
    if kind == "causal" and not cut:
        raise InputError(
            "Features that may predict end at a moment: give outcomes (cut at the escalation) or "
            'until_s. To describe whole calls, say kind="whole".'
        )
    if kind == "whole" and until_s is not None:
        raise InputError('until_s cuts calls, and kind="whole" cuts nothing: say one of them.')
    return "causal" if kind == "causal" else "whole"


def _heard_until(
    rows: pd.DataFrame,
    call: npt.NDArray[np.int64],
    ratings: pd.DataFrame | None,
    n_calls: int,
) -> _Floats:
    """Tell how far the raters of each call had heard; not known if it is not of one of them."""
    until = np.full(n_calls, np.nan)
    if ratings is None or rows.empty:
        return until
    of_ratings = heard_until(ratings)
    heard = of_ratings.reindex(rows["utterance_id"]).to_numpy(dtype=float)
    until[call] = -np.inf
    known = ~np.isnan(heard)
    np.maximum.at(until, call[known], heard[known])
    until[call[~known]] = np.nan
    return until


def _heard_of(rows: pd.DataFrame, role: str) -> pd.DataFrame:
    """Keep one role and the tags that anybody ever heard from it: agents have tags of their own."""
    rows = rows[rows["role"] == role]
    heard = rows.loc[(rows["kind"] == "dimension") | (rows["estimate"] > 0), "variable"].unique()
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
