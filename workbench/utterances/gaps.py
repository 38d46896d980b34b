"""Silence before an utterance, and speech of others during it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.schema import check_utterances
from workbench.utterances.cutting import activity_spans, covered, merged
from workbench.utterances.rows import party_of

_Seconds = npt.NDArray[np.float64]


def gap_table(
    utterances: pd.DataFrame,
    activity: Mapping[int, tuple[npt.NDArray[np.bool_], float, float]] | None = None,
) -> pd.DataFrame:
    """Measure what was before each utterance, and who spoke into it.

    The silence before an utterance is either a pause of its own speaker or a
    gap after another's turn, by whoever was heard last; so at most one of
    `pause_before_s` and `response_latency_s` has a value.

    Parameters
    ----------
    utterances : DataFrame
        Rows of the table utterances, of one or many calls; of one segmentation a
        call. Retired ones are left out.
    activity : mapping of int to tuple, optional
        Speech activity by channel, as in `segment_channels`, if the utterances
        are of one call: overlap is then counted where both are really heard,
        not where both have the floor.

    Returns
    -------
    DataFrame
        One row an utterance, in the order that came:

        utterance_id : str
            The utterance.
        pause_before_s : float
            Silence since the same speaker was heard, who was heard last;
            seconds, at least 0. NaN for the first utterance, after another's
            turn, and for backchannels.
        response_latency_s : float
            From the end of another's turn to this start, if another was heard
            last; seconds, negative if this one starts before the other ended.
            NaN after a pause, for backchannels, for the first utterance, and
            where the role is unknown.
        overlap_s : float
            Time in which another speaks too, seconds.

        All three are NaN for utterances of a mono call whose roles are unknown
        (nobody knows who speaks) and for units of a whole call.

    See Also
    --------
    segment_channels : Utterances from speech activity.

    Examples
    --------
    The agent answers 0.4 s after the customer:

    >>> import pandas as pd
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "segmentation_id": "s1", "unit": "utterance",
    ...     "call_id": "c1", "channel": [0, 1], "role": ["customer", "agent"],
    ...     "start_s": [0.0, 2.4], "end_s": [2.0, 5.0], "turn": [0, 1],
    ...     "created_at": "2026-01-01",
    ... })
    >>> gap_table(utterances)["response_latency_s"].round(3).tolist()
    [nan, 0.4]
    """
    rows = check_utterances(utterances)
    rows = rows[rows["retired_at"].isna()].reset_index(drop=True)
    measured = np.full((len(rows), 3), np.nan)
    for _, positions in rows.groupby(["call_id", "unit"]).indices.items():
        measured[positions] = _gaps_of_call(rows.iloc[positions], activity)
    return pd.DataFrame(
        {
            "utterance_id": rows["utterance_id"],
            "pause_before_s": measured[:, 0],
            "response_latency_s": measured[:, 1],
            "overlap_s": measured[:, 2],
        }
    )


def _gaps_of_call(
    rows: pd.DataFrame,
    activity: Mapping[int, tuple[npt.NDArray[np.bool_], float, float]] | None,
) -> npt.NDArray[np.float64]:
    """Measure pause, latency and overlap; shape (n_rows, 3)."""
    out = np.full((len(rows), 3), np.nan)
    if rows["unit"].iloc[0] == "call":
        return out
    starts, ends = rows["start_s"].to_numpy(), rows["end_s"].to_numpy()
    records = rows[["role", "speaker_id", "channel"]].to_dict("records")
    parties = np.array([party_of({str(k): v for k, v in row.items()}) for row in records])
    channels = rows["channel"].fillna(-1).to_numpy(np.int64)
    unknown = rows["role"].to_numpy() == "unknown"
    has_turn = rows["turn"].notna().to_numpy()
    heard = {} if activity is None else activity_spans(activity)
    if (unknown & ~has_turn).all() and len(set(channels)) == 1:
        return out
    for party in dict.fromkeys(parties):
        own = parties == party
        theirs = ~own
        own_end = _latest_end(starts[own], starts[own & has_turn], ends[own & has_turn])
        other_end = _latest_end(starts[own], starts[theirs & has_turn], ends[theirs & has_turn])
        # Two voices that begin together have nothing before them from each other.
        out[own, 0] = np.where(own_end >= other_end, starts[own] - own_end, np.nan)
        out[own, 1] = np.where(own_end < other_end, starts[own] - other_end, np.nan)
        out[own, 2] = _shared(rows, own, theirs, channels, heard)
    out[~np.isfinite(out)] = np.nan
    out[~has_turn, :2] = np.nan
    out[unknown, 1] = np.nan
    return np.round(out, 3) + 0.0


def _latest_end(moments: _Seconds, starts: _Seconds, ends: _Seconds) -> _Seconds:
    """Find the latest end among intervals that began before each moment; -inf if none."""
    order = np.argsort(starts, kind="stable")
    latest = np.append(-np.inf, np.maximum.accumulate(ends[order]))
    return np.asarray(latest[np.searchsorted(starts[order], moments, side="left")])


def _shared(
    rows: pd.DataFrame,
    own: npt.NDArray[np.bool_],
    theirs: npt.NDArray[np.bool_],
    channels: npt.NDArray[np.int64],
    heard: Mapping[int, _Seconds],
) -> _Seconds:
    """Measure the time within own utterances in which others speak too."""
    spans = rows[["start_s", "end_s"]].to_numpy(np.float64)
    others = merged(spans[theirs])
    if heard:
        others = merged(
            span for c in dict.fromkeys(channels[theirs]) for span in heard.get(int(c), ())
        )
        own_speech = merged(
            span for c in dict.fromkeys(channels[own]) for span in heard.get(int(c), ())
        )
        others = _both(others, own_speech)
    return covered(others, spans[own, 1]) - covered(others, spans[own, 0])


def _both(a: _Seconds, b: _Seconds) -> _Seconds:
    """Intersect two sets of intervals."""
    edges = np.unique(np.concatenate([a.ravel(), b.ravel()]))
    middles = (edges[:-1] + edges[1:]) / 2
    inside = np.ones(len(middles), np.bool_)
    for spans in (a, b):
        if not len(spans):
            return np.empty((0, 2))
        at = np.searchsorted(spans[:, 0], middles, side="right") - 1
        inside &= (at >= 0) & (middles < spans[np.maximum(at, 0), 1])
    return np.column_stack([edges[:-1][inside], edges[1:][inside]])
