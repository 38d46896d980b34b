"""Many calls laid over one another: at their start, their end, an event, or stretched."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.trajectories.bins import channels_at, lengths_of, seconds_in_bins
from workbench.trajectories.points import points_of

EVENT_S = 60.0
"""What is shown before and after an event, seconds."""

_STEPS_S = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_N_STEPS = 24
_Floats = npt.NDArray[np.float64]


def event_moments(
    kind: str, events: pd.DataFrame, outcomes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List when something happened in calls.

    Parameters
    ----------
    kind : str
        A kind of the table `events` (hold, transfer, offer, music, ...), or
        "escalation" for `escalated_at_s` of the outcomes.
    events : DataFrame
        The table of this name. One event that stands on several channels, or
        overlaps another of its kind, counts once, from its start.
    outcomes : DataFrame, optional
        The table of this name, for escalations.

    Returns
    -------
    DataFrame
        call_id, time_s (seconds of the call), in order.

    Raises
    ------
    InputError
        If nothing of this kind happened; the message names what did.

    Examples
    --------
    >>> import pandas as pd
    >>> events = pd.DataFrame({"call_id": "0007", "channel": [0, 1], "kind": "music",
    ...                        "start_s": [30.0, 30.1], "end_s": [40.0, 40.0]})
    >>> event_moments("music", events)["time_s"].tolist()
    [30.0]
    """
    found = events.loc[events["kind"] == kind, ["call_id", "start_s", "end_s"]]
    found = found.rename(columns={"start_s": "time_s"}).sort_values(["call_id", "time_s"])
    ends = found["end_s"].fillna(found["time_s"]).astype(float)
    before = ends.groupby(found["call_id"]).cummax().groupby(found["call_id"]).shift()
    found = found[~(found["time_s"] < before)]
    if kind == "escalation" and outcomes is not None:
        found = outcomes[["call_id", "escalated_at_s"]].dropna()
        found = found.rename(columns={"escalated_at_s": "time_s"})
    if found.empty:
        escalated = outcomes is not None and bool(outcomes["escalated_at_s"].notna().any())
        known = sorted({*events["kind"], *(["escalation"] if escalated else [])})
        raise InputError(
            f'No call has an event "{kind}".{nearest(kind, known)} '
            f"There are: {', '.join(known) or 'none'}. "
            "Calls can also be aligned at their start, end or length."
        )
    return found[["call_id", "time_s"]].reset_index(drop=True)


def aligned_table(
    trajectories: pd.DataFrame,
    *,
    variable: str = "valence",
    role: str = "customer",
    at: str = "start",
    moments: pd.DataFrame | None = None,
    which: Literal["first", "all"] = "first",
    bin_s: float | None = None,
    before_s: float | None = None,
    after_s: float | None = None,
    n_bins: int = 20,
    durations: pd.Series | None = None,
) -> pd.DataFrame:
    """Lay calls over one another, in bins whose utterances weigh by seconds.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    variable : str, default "valence"
        A tag or dimension.
    role : str, default "customer"
        Whose utterances.
    at : str, default "start"
        "start" or "end" of the calls; "length" stretches all to the same
        length; any other word names the event of `moments`.
    moments : DataFrame, optional
        call_id and time_s of an event, as from `event_moments`.
    which : {"first", "all"}, default "first"
        Of several events of a call the first alone, or all.
    bin_s : float, optional
        Seconds a bin; by default a round number that makes about 24 bins.
    before_s, after_s : float, optional
        What to show on either side; by default a minute around an event, and as
        much as 19 of 20 calls have from the start or up to the end.
    n_bins : int, default 20
        For "length": bins a call.
    durations : Series of float, optional
        Length of each call in seconds by call_id. Default: to the end of the
        last rated utterance of any role.

    Returns
    -------
    DataFrame
        One row a call, event and bin in which the call was running: call_id,
        occasion (number of the event in the call, from 0), channel, bin, low,
        high (edges of the bin, in `unit` from where calls are aligned), unit
        ("s" or "share" of the call), start_s, end_s (seconds of the call),
        estimate (NaN where nothing was rated), weight_s (rated seconds).
        `attrs["left_out"]` lists the calls without the event.

    Raises
    ------
    InputError
        If nobody has this variable in this role, no rated call has the event, or
        a number is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence",
    ...     "kind": "dimension", "time_s": [5.0, 35.0], "estimate": [0.5, -0.5], "n_raters": 3,
    ...     "utterance_id": ["u1", "u2"], "start_s": [0.0, 30.0], "end_s": [10.0, 40.0],
    ... })
    >>> aligned_table(points, at="end", bin_s=20)[["low", "high", "estimate"]]
        low  high  estimate
    0 -40.0 -20.0       0.5
    1 -20.0   0.0      -0.5
    """
    points = points_of(trajectories, variable, role)
    names = pd.Index(sorted(points["call_id"].unique()))
    length = lengths_of(names, trajectories, durations)
    call, occasion, zero = _zeros(names, length, at, moments, which)
    left_out = names.delete(np.unique(call)).tolist()
    of_call = length[call]
    if at == "length":
        if n_bins < 1:
            raise InputError(f"A call is cut into 1 bin or more; {n_bins} came.")
        step, n_before, n = of_call / n_bins, 0, n_bins
    else:
        before, after = _window(at, length, before_s, after_s)
        width = _width(before + after, bin_s)
        n_before = int(np.ceil(before / width - 1e-9))
        n = n_before + int(np.ceil(after / width - 1e-9))
        step = np.full(len(call), width)
    origin = zero - n_before * step
    rows, own = _points_by_occasion(points, names, call)
    total, weight = seconds_in_bins(rows, own, origin_s=origin, step_s=step, n_bins=n)
    edge = origin[:, None] + np.arange(n) * step[:, None]
    running = (edge + step[:, None] > 1e-9) & (edge < of_call[:, None] - 1e-9)
    row, at_bin = np.nonzero(running)
    calls = names.take(call[row])
    scale = 1 / n if at == "length" else float(step[0])
    with np.errstate(invalid="ignore"):
        estimate = (total / weight)[row, at_bin]
    table = pd.DataFrame(
        {
            "call_id": calls,
            "occasion": occasion[row],
            "channel": channels_at(points, calls, edge[row, at_bin] + step[row] / 2),
            "bin": at_bin,
            "low": (at_bin - n_before) * scale,
            "high": (at_bin - n_before + 1) * scale,
            "unit": "share" if at == "length" else "s",
            "start_s": np.maximum(edge[row, at_bin], 0.0),
            "end_s": np.minimum(edge[row, at_bin] + step[row], of_call[row]),
            "estimate": estimate,
            "weight_s": weight[row, at_bin],
        }
    )
    table.attrs["left_out"] = left_out
    return table


def _zeros(
    names: pd.Index,
    length: _Floats,
    at: str,
    moments: pd.DataFrame | None,
    which: str,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], _Floats]:
    """Find at which second of which call the aligned moment lies."""
    if which not in ("first", "all"):
        raise InputError(
            f'which="{which}" came; of several events of a call the "first" can be taken, or "all".'
        )
    if at in ("start", "length", "end"):
        zero = length if at == "end" else np.zeros(len(names))
        return np.arange(len(names)), np.zeros(len(names), dtype=np.int64), zero
    if moments is None:
        known = ["start", "end", "length"]
        raise InputError(
            f'at="{at}" came.{nearest(at, known)} Calls are aligned at their start, end or length, '
            "or at an event; then give its moments (call_id, time_s)."
        )
    own = moments[moments["call_id"].isin(names)].sort_values(["call_id", "time_s"])
    own = own.dropna(subset=["time_s"])
    if which == "first":
        own = own.drop_duplicates("call_id")
    if own.empty:
        raise InputError(
            f'None of the {len(names)} rated calls has an event "{at}", so there is nothing to '
            "align at. Choose another event, or start, end or length."
        )
    occasion = own.groupby("call_id").cumcount().to_numpy().astype(np.int64)
    call = names.get_indexer(pd.Index(own["call_id"])).astype(np.intp)
    return call, occasion, own["time_s"].to_numpy(dtype=np.float64)


def _window(
    at: str, length: _Floats, before_s: float | None, after_s: float | None
) -> tuple[float, float]:
    usual = float(np.quantile(length, 0.95))
    before = {"start": 0.0, "end": usual if before_s is None else before_s}.get(at)
    after = {"end": 0.0, "start": usual if after_s is None else after_s}.get(at)
    if before is None or after is None:
        before = EVENT_S if before_s is None else before_s
        after = EVENT_S if after_s is None else after_s
    if before < 0 or after < 0 or not before + after > 0:
        raise InputError(
            f"before_s={before_s} and after_s={after_s} came; seconds of 0 or more are needed, and "
            "something to show between them."
        )
    return float(before), float(after)


def _width(span_s: float, bin_s: float | None) -> float:
    if bin_s is None:
        return next((s for s in _STEPS_S if span_s / s <= _N_STEPS), _STEPS_S[-1])
    if not bin_s > 0 or span_s / bin_s > 1000:
        raise InputError(
            f"bin_s={bin_s} came for {span_s:.0f} s; a bin takes more than 0 s, and at most 1000 "
            f"of them are drawn, so take {max(span_s / 1000, 0.1):.1f} s or more."
        )
    return float(bin_s)


def _points_by_occasion(
    points: pd.DataFrame, names: pd.Index, call: npt.NDArray[np.intp]
) -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    """Repeat the points of a call for each of its events."""
    own = pd.DataFrame({"call_id": names.take(call), "_row": np.arange(len(call))})
    rows = points.merge(own, on="call_id", how="inner")
    return rows, rows["_row"].to_numpy(dtype=np.intp)
