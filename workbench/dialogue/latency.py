"""Gaps, overlaps and interruptions where the speaker changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.dialogue.empathy import DISTRESS, tags_before
from workbench.dialogue.pairs import any_heard, names_of, need_columns
from workbench.dialogue.results import clusters_of, result_row, sums_by
from workbench.errors import AbstainedError, InputError

MIN_OVERLAP_S = 0.2
"""Shortest speech at once that counts as overlap; voice activity is no more exact."""

_Floats = npt.NDArray[np.float64]


def handover_table(
    heard: pd.DataFrame,
    *,
    min_overlap_s: float = MIN_OVERLAP_S,
    roles: tuple[str, str] = ("customer", "agent"),
) -> pd.DataFrame:
    """List where one voice begins after or over the other.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`; or utterances with call_id, channel, role, start_s, end_s.
    min_overlap_s : float, default 0.2
        Shortest overlap that counts, seconds; greater than 0.
    roles : tuple of two str
        The two voices.

    Returns
    -------
    DataFrame
        One row a begin of speech after the other voice: call_id, agent_id, customer_id
        (where they came), role (who begins), utterance_id, from_id (what it follows),
        channel (empty: both), start_s, end_s (of both together), gap_s (begin less the
        other's end; negative is overlap), overlap_s, kind and, of each tag, before_TAG
        (of the other's utterance) and own_TAG.

        kind: "smooth" (no overlap that counts), "interruption" (begins before the other
        has ended and goes on after), "inside" (begins and ends while the other speaks: a
        sign of listening, or a try that failed).

    Raises
    ------
    InputError
        If a column is missing or the overlap is not greater than 0.
    AbstainedError
        If the speaker never changes.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2", "u3"], "call_id": "0007", "channel": [0, 1, 0],
    ...     "role": ["customer", "agent", "customer"],
    ...     "start_s": [0.0, 1.0, 4.5], "end_s": [1.5, 4.0, 6.0],
    ... })
    >>> handover_table(heard)[["role", "gap_s", "kind"]]
           role  gap_s          kind
    0     agent   -0.5  interruption
    1  customer    0.5        smooth
    """
    if not min_overlap_s > 0:
        raise InputError(f"The shortest overlap is greater than 0 s; {min_overlap_s} came.")
    needed = ("utterance_id", "call_id", "channel", "role", "start_s", "end_s")
    need_columns(heard, needed, "utterances")
    rows = heard[heard["role"].isin(roles)]
    rows = rows.sort_values(["call_id", "start_s", "end_s"], ignore_index=True)
    at = pd.Series(np.arange(len(rows), dtype=float))
    last = {role: at.where(rows["role"] == role).groupby(rows["call_id"]).ffill() for role in roles}
    begins = (rows["role"] == roles[0]).to_numpy()
    other = np.where(begins, last[roles[1]], last[roles[0]])
    before = at.groupby(rows["call_id"]).shift(1).to_numpy()
    start_s, end_s = (rows[c].to_numpy(dtype=float) for c in ("start_s", "end_s"))
    known = ~np.isnan(other)
    place = np.where(known, other, 0).astype(np.int64)
    over = known & (start_s < end_s[place]) if len(rows) else known
    use = known & ((other == before) | over)
    if not use.any():
        raise AbstainedError("The speaker never changes in these calls, so there are no gaps.")
    this, that = np.flatnonzero(use), place[use]
    gap = start_s[this] - end_s[that]
    overlap = np.clip(np.minimum(end_s[this], end_s[that]) - start_s[this], 0.0, None)
    inside = (overlap >= min_overlap_s) & (end_s[this] <= end_s[that])
    kind = np.where(overlap < min_overlap_s, "smooth", np.where(inside, "inside", "interruption"))
    columns = [c for c in ("agent_id", "customer_id") if c in rows.columns]
    out = pd.DataFrame(
        {
            **{c: rows[c].to_numpy(dtype=object)[this] for c in ("call_id", *columns, "role")},
            "utterance_id": rows["utterance_id"].to_numpy(dtype=object)[this],
            "from_id": rows["utterance_id"].to_numpy(dtype=object)[that],
            "channel": pd.array([pd.NA] * len(this), dtype="Int64"),
            "start_s": start_s[that],
            "end_s": np.maximum(end_s[this], end_s[that]),
            "gap_s": gap,
            "overlap_s": overlap,
            "kind": kind,
        }
    )
    for tag in names_of(rows):
        value = rows[tag].to_numpy()
        out[f"before_{tag}"], out[f"own_{tag}"] = value[that], value[this]
    return out


def turn_taking(
    handovers: pd.DataFrame,
    *,
    distress: tuple[str, ...] = DISTRESS,
    threshold: float = 0.5,
    cluster: str = "call_id",
) -> pd.DataFrame:
    """Sum up who interrupts whom and how fast answers come, by the customer's state.

    Parameters
    ----------
    handovers : DataFrame
        From `handover_table`.
    distress : tuple of str
        Tags of the customer that make up distress; heard in the customer's utterance of
        the pair.
    threshold : float, default 0.5
        Share of the raters from which a tag counts as heard.
    cluster : str, default "call_id"
        What the interval leaves out as a whole: call_id, customer_id or agent_id.

    Returns
    -------
    DataFrame
        One row a role and state (all, distress, calm): role (who begins), state,
        n_handovers, gap_median_s, overlap_share, interruption_share (0..1, with ci_low
        and ci_high), n_interruptions, n_calls, n_clusters, cluster, note. Without rated
        tags only the state "all".

    Raises
    ------
    InputError
        If a column is missing.
    """
    need_columns(handovers, ("call_id", "role", "gap_s", "overlap_s", "kind"), "handovers")
    agent_begins = (handovers["role"] == "agent").to_numpy()
    states = {"all": np.ones(len(handovers), dtype=bool)}
    tags = tags_before(handovers)
    if tags:
        worn = {
            "distress": tuple(t for t in distress if t in tags),
            "any": tags,
        }
        own = {
            name: np.where(
                agent_begins,
                any_heard(handovers, "before", these, threshold=threshold),
                any_heard(handovers, "own", these, threshold=threshold),
            )
            for name, these in worn.items()
            if these
        }
        if "distress" in own:
            states["distress"] = own["distress"] == 1
        states["calm"] = own["any"] == 0
    out = []
    for role in dict.fromkeys(handovers["role"]):
        for state, is_so in states.items():
            rows = handovers[is_so & (handovers["role"] == role).to_numpy()]
            if rows.empty:
                continue
            broken = (rows["kind"] == "interruption").to_numpy(dtype=float)
            codes, n_clusters = clusters_of(rows, cluster)
            sums = sums_by(codes, n_clusters, broken, np.ones(len(rows)))
            left = sums.sum(axis=0) - sums
            with np.errstate(invalid="ignore", divide="ignore"):
                without = left[:, 0] / left[:, 1]
            row = result_row(float(broken.mean()), without, cluster=cluster)
            out.append(
                {
                    "role": role,
                    "state": state,
                    "n_handovers": len(rows),
                    "gap_median_s": float(rows["gap_s"].median()),
                    "overlap_share": float((rows["kind"] != "smooth").mean()),
                    "interruption_share": row["effect"],
                    "ci_low": np.clip(row["ci_low"], 0.0, 1.0),
                    "ci_high": np.clip(row["ci_high"], 0.0, 1.0),
                    "n_interruptions": int(broken.sum()),
                    "n_calls": rows["call_id"].nunique(),
                    "n_clusters": row["n_clusters"],
                    "cluster": row["cluster"],
                    "note": row["note"],
                }
            )
    return pd.DataFrame(out)
