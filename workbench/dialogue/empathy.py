"""Is the reply warm when the customer needs it, and does it help."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.dialogue.pairs import SCORE, any_heard, need_columns
from workbench.dialogue.results import clusters_of, result_row, sums_by, told
from workbench.errors import AbstainedError, InputError

DISTRESS = ("frustration", "anger", "anxiety", "resignation")
WARM = ("warm", "empathic")
CURT = ("curt", "impatient")
MIN_ROWS = 10
"""Fewest exchanges of a kind from which anything is told."""

RATER_ERROR = (
    "Rated, not true: where raters miss or invent tags by chance, such differences come out "
    "smaller than they are."
)
_Floats = npt.NDArray[np.float64]


def contingent_empathy(
    exchanges: pd.DataFrame,
    *,
    distress: tuple[str, ...] = DISTRESS,
    reply: tuple[str, ...] = WARM,
    threshold: float = 0.5,
    cluster: str = "agent_id",
) -> pd.DataFrame:
    """Compare replies after a distressed customer with those after a calm one.

    An agent who is warm all the time and one who is warm when it is needed have the
    same mean tone. This looks one turn back: how much more often is the reply warm
    after distress was heard than after nothing was heard in the customer's voice.

    Parameters
    ----------
    exchanges : DataFrame
        From `exchange_table`.
    distress : tuple of str
        Tags of the customer that call for a warm reply.
    reply : tuple of str
        Tags of the agent that count as one.
    threshold : float, default 0.5
        Share of the raters from which a tag counts as heard.
    cluster : str, default "agent_id"
        What the interval leaves out as a whole: agent_id, customer_id or call_id.

    Returns
    -------
    DataFrame
        Three rows: the share of such replies after distress, after calm, and the
        difference in percentage points; columns outcome, predictor, effect, unit,
        ci_low, ci_high, p_value (of no difference; the first two have none),
        n_exchanges, n_events, n_calls, n_clusters, cluster, model, note, reading.

    Raises
    ------
    InputError
        If a tag was heard nowhere, or the cluster is unknown or missing.
    AbstainedError
        If fewer than 10 rated exchanges follow distress, or calm.

    Notes
    -----
    The interval is the delete-one-cluster jackknife with Student's t. Calm is where
    no tag of the customer's was heard; satisfied or hesitating customers are in
    neither group. Simulated coverage with 8, 12 and 30 agents: see
    `benchmarks/simulated_dialogue.py`.

    Examples
    --------
    >>> import pandas as pd
    >>> exchanges = pd.DataFrame({
    ...     "call_id": [f"c{i}" for i in range(40)], "agent_id": [f"a{i % 10}" for i in range(40)],
    ...     "before_frustration": [1.0, 0.0] * 20, "reply_warm": [1.0, 0.0, 1.0, 1.0] * 10,
    ... })
    >>> found = contingent_empathy(exchanges, distress=("frustration",), reply=("warm",))
    >>> found["effect"].round(1).tolist()
    [100.0, 50.0, 50.0]
    """
    need_columns(exchanges, ("call_id",), "exchanges")
    distressed = any_heard(exchanges, "before", distress, threshold=threshold)
    any_tag = any_heard(exchanges, "before", tags_before(exchanges), threshold=threshold)
    warm = any_heard(exchanges, "reply", reply, threshold=threshold)
    calm = np.where(np.isnan(any_tag), np.nan, any_tag == 0)
    rated = ~np.isnan(distressed) & ~np.isnan(warm)
    use = rated & ((distressed == 1) | (calm == 1))
    rows, after, y = exchanges[use], distressed[use], warm[use]
    for kind, n in (("distress", int((after == 1).sum())), ("calm", int((after == 0).sum()))):
        if n < MIN_ROWS:
            raise AbstainedError(
                f"{n} rated replies follow {kind}, and {MIN_ROWS} are needed. Replies count where "
                "both the customer's utterance and the agent's are rated: "
                "ws.labeler(..., role=None)."
            )
    codes, n_clusters = clusters_of(rows, cluster)
    totals = sums_by(codes, n_clusters, after * y, after, (1 - after) * y, 1 - after)
    whole, without = _shares(totals.sum(axis=0)), _shares(totals.sum(axis=0) - totals)
    words = " or ".join(reply)
    shared = {
        "n_calls": rows["call_id"].nunique(),
        "model": "shares, delete-one-cluster jackknife",
    }
    out = []
    for k, group in enumerate(("distress", "calm")):
        row = result_row(
            whole[k],
            without[:, k],
            cluster=cluster,
            outcome=f"reply {words}",
            predictor=f"after {group}",
            unit="percent",
            n_exchanges=int((after == 1 - k).sum()),
            n_events=int(y[after == 1 - k].sum()),
            **shared,
        )
        row["p_value"] = np.nan
        row["ci_low"], row["ci_high"] = np.clip([row["ci_low"], row["ci_high"]], 0.0, 100.0)
        row["reading"] = (
            f"{row['n_events']} of {row['n_exchanges']} replies after {group} were {words}."
        )
        out.append(row)
    row = result_row(
        whole[2],
        without[:, 2],
        cluster=cluster,
        note=RATER_ERROR,
        outcome=f"reply {words}",
        predictor="distress against calm",
        unit="percentage points",
        n_exchanges=len(y),
        n_events=int(y.sum()),
        **shared,
    )
    figure = told(row["effect"], row["ci_low"], row["ci_high"], unit="percentage points", digits=1)
    row["reading"] = f"Replies after distress are {words} {figure} more often than after calm."
    return pd.DataFrame([*out, row])[COLUMNS]


COLUMNS = [
    *("outcome", "predictor", "effect", "unit", "ci_low", "ci_high", "p_value", "n_exchanges"),
    *("n_events", "n_calls", "n_clusters", "cluster", "model", "note", "reading"),
]


def _shares(totals: _Floats) -> _Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        first = 100 * totals[..., 0] / totals[..., 1]
        second = 100 * totals[..., 2] / totals[..., 3]
    return np.stack([first, second, first - second], axis=-1)


def tags_before(exchanges: pd.DataFrame) -> tuple[str, ...]:
    """List the tags that were rated before the reply.

    Parameters
    ----------
    exchanges : DataFrame
        With columns before_TAG.

    Returns
    -------
    tuple of str
        Without dimensions.
    """
    known = (str(c) for c in exchanges.columns)
    names = (c.removeprefix("before_") for c in known if c.startswith("before_"))
    return tuple(n for n in names if n != "id" and not n.endswith(SCORE))


def reply_table(
    exchanges: pd.DataFrame,
    *,
    distress: tuple[str, ...] = DISTRESS,
    replies: tuple[str, ...] = (*WARM, *CURT, "scripted"),
    threshold: float = 0.5,
) -> pd.DataFrame:
    """Count how agents reply to each state of the customer.

    Parameters
    ----------
    exchanges : DataFrame
        From `exchange_table`.
    distress : tuple of str
        Tags of the customer, one row each; "calm" (nothing heard) comes last.
    replies : tuple of str
        Tags of the agent; a reply may carry several.
    threshold : float, default 0.5
        Share of the raters from which a tag counts as heard.

    Returns
    -------
    DataFrame
        One row a state and reply: state, reply, share, n_replies, n_heard, and
        call_id, channel, start_s, end_s of one such exchange, to hear (missing where
        there is none).

    Raises
    ------
    InputError
        If none of the tags was heard.
    """
    calm = any_heard(exchanges, "before", tags_before(exchanges), threshold=threshold) == 0
    states = {
        tag: any_heard(exchanges, "before", (tag,), threshold=threshold) == 1
        for tag in distress
        if f"before_{tag}" in exchanges.columns
    }
    kinds = {
        tag: any_heard(exchanges, "reply", (tag,), threshold=threshold)
        for tag in replies
        if f"reply_{tag}" in exchanges.columns
    }
    if not states or not kinds:
        raise InputError(
            f"Nobody heard any of: {', '.join((*distress, *replies))}. Name the tags of your "
            "taxonomy with distress=... and replies=...."
        )
    out = []
    for state, is_so in {**states, "calm": calm}.items():
        for kind, heard in kinds.items():
            known = is_so & ~np.isnan(heard)
            where = np.flatnonzero(known & (heard == 1))
            n = int(known.sum())
            place = {"call_id": None, "channel": pd.NA, "start_s": np.nan, "end_s": np.nan}
            if len(where):
                place = dict(exchanges.iloc[where[0]][list(place)])
            out.append(
                {
                    "state": state,
                    "reply": kind,
                    "share": len(where) / n if n else np.nan,
                    "n_replies": n,
                    "n_heard": len(where),
                    **place,
                }
            )
    return pd.DataFrame(out)
