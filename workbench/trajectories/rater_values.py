"""What each rater heard, laid on the seconds of the calls: ratings, traces, mixtures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.rated_values import (
    current_ratings,
    first_ratings,
    judgements_of,
    rated_values,
    values_in,
    variables_in,
)
from workbench.schema import check_table, check_utterances

COLUMNS = (
    *("call_id", "role", "variable", "kind", "utterance_id", "channel", "start_s", "end_s"),
    *("rater_id", "value", "heard_until_s"),
)
"""Columns of what each rater heard."""

_PLACE = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]

_Floats = npt.NDArray[np.float64]


def heard_until(ratings: pd.DataFrame) -> pd.Series:
    """Tell how far the raters of each utterance had heard the call when they rated it.

    Parameters
    ----------
    ratings : DataFrame
        The table `ratings`; those that were superseded or retracted do not count.

    Returns
    -------
    Series of float
        Seconds of the call by utterance_id; missing where it is not known of one
        of the raters.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b", "c"], "utterance_id": ["u1", "u1", "u2"],
    ...     "rater_id": ["r1", "r2", "r1"], "taxonomy": "cx", "version": "1", "pass": "both",
    ...     "verdict": "neutral", "heard_until_s": [4.0, 9.0, None], "retracted": False,
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"),
    ... })
    >>> heard_until(ratings).to_dict()
    {'u1': 9.0, 'u2': nan}
    """
    standing = current_ratings(ratings)
    own = standing["heard_until_s"].astype("float64").groupby(standing["utterance_id"])
    return own.max().where(own.count() == own.size())


def rater_values(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    utterances: pd.DataFrame,
    variables: list[str] | None = None,
) -> pd.DataFrame:
    """Lay what each rater gave on the seconds of the utterances.

    The ground of curves with bands: a band needs the raters one by one. Ratings of
    a model are laid the same way; never mix models and people in one table.

    Parameters
    ----------
    ratings, tags, scores, utterances : DataFrame
        The tables of these names, of one pass and version. Of hidden repeats the
        first counts.
    variables : list of str, optional
        Dimensions, tags (heard 1 or not 0), or a tag and ``_intensity`` (how
        strongly, of those who heard it). Default: all dimensions and tags.

    Returns
    -------
    DataFrame
        One row an utterance, variable and rater: call_id, role, variable, kind
        (tag, intensity or dimension), utterance_id, channel, start_s, end_s,
        rater_id, value, heard_until_s (how far this rater had heard; missing if
        not known).

    Raises
    ------
    InputError
        If ratings of several passes or versions came, or nobody gave a variable.
    """
    chosen = first_ratings(current_ratings(ratings))
    several = chosen[["taxonomy", "version", "pass"]].drop_duplicates()
    if len(several) > 1:
        came = "; ".join(f"{t} {v}, pass {p}" for t, v, p in several.to_numpy())
        raise InputError(f"A curve follows one pass and version, and several came: {came}.")
    these = judgements_of(chosen, tags, scores)
    known = {_short(name): name for name in variables_in(these) if _short(name)}
    wanted = [n for n in known if not n.endswith("_intensity")] if variables is None else variables
    place = check_utterances(utterances)
    place = place.loc[place["retired_at"].isna(), _PLACE]
    heard = chosen.set_index("rating_id")["heard_until_s"]
    parts = []
    for name in wanted:
        if name not in known:
            raise InputError(
                f'Nobody gave "{name}".{nearest(name, known)} There are: {", ".join(known)}.'
            )
        rows = values_in(these, known[name])
        kind = known[name].partition(":")[0].replace("heard", "tag")
        parts.append(
            rows.assign(
                variable=name,
                kind=kind if ":" in known[name] else "dimension",
                value=rows["value"].astype("float64"),
                heard_until_s=heard.reindex(rows["rating_id"]).to_numpy(dtype=float),
            )
        )
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat(parts, ignore_index=True).merge(place, on="utterance_id", how="inner")
    return rows[list(COLUMNS)]


def _short(name: str) -> str:
    kind, _, tag = name.partition(":")
    if kind == "heard":
        return tag
    if kind == "intensity":
        return f"{tag}_intensity"
    return "" if name in ("tag", "tags", "mixture", "verdict") else name


def trace_values(
    traces: pd.DataFrame, trace_points: pd.DataFrame, utterances: pd.DataFrame
) -> pd.DataFrame:
    """Average each continuous trace over the seconds of each utterance.

    A trace runs on through silence and through the other's turns; only what it says
    while the judged side speaks is taken. The last point's value does not reach
    beyond it, so an utterance that the trace does not cover whole is left out.

    Parameters
    ----------
    traces, trace_points, utterances : DataFrame
        The tables of these names; a trace without a channel judged all of them.
        Superseded traces do not count.

    Returns
    -------
    DataFrame
        As from `rater_values`, kind dimension; heard_until_s is the end of the
        utterance, as a trace is drawn while hearing, less the lag that was taken
        off.

    Raises
    ------
    InputError
        If traces of several passes came.
    """
    traces = check_table(traces, "traces")
    traces = traces[~traces["trace_id"].isin(traces["supersedes"].dropna())]
    traces = traces.sort_values("created_at").drop_duplicates(
        ["call_id", "channel", "rater_id", "dimension", "pass"], keep="last"
    )
    if traces["pass"].nunique() > 1:
        came = ", ".join(sorted(traces["pass"].unique()))
        raise InputError(f"Traces of several passes came ({came}), which are never pooled.")
    points = check_table(trace_points, "trace_points").sort_values("time_s")
    by_trace = {k: v for k, v in points.groupby("trace_id", sort=False)}
    place = check_utterances(utterances)
    place = place[place["retired_at"].isna()]
    parts = [pd.DataFrame(columns=list(COLUMNS))]
    for trace in traces.to_dict("records"):
        own = by_trace.get(trace["trace_id"])
        if own is None or len(own) < 2:
            continue
        of_call = place[place["call_id"] == trace["call_id"]]
        if not pd.isna(trace["channel"]):
            of_call = of_call[of_call["channel"] == trace["channel"]]
        time, value = (own[c].to_numpy(dtype=float) for c in ("time_s", "value"))
        of_call = of_call[(of_call["start_s"] >= time[0]) & (of_call["end_s"] <= time[-1])]
        if of_call.empty:
            continue
        area = np.r_[0.0, np.cumsum(np.diff(time) * (value[1:] + value[:-1]) / 2)]
        start, end = (of_call[c].to_numpy(dtype=float) for c in ("start_s", "end_s"))
        total = _area_until(end, time, value, area) - _area_until(start, time, value, area)
        parts.append(
            of_call[_PLACE].assign(
                variable=trace["dimension"],
                kind="dimension",
                rater_id=trace["rater_id"],
                value=total / (end - start),
                heard_until_s=end + float(trace["lag_s"]),
            )
        )
    rows = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return rows[list(COLUMNS)]


def _area_until(at: _Floats, time: _Floats, value: _Floats, area: _Floats) -> _Floats:
    """Give the area under a trace, straight from point to point, up to some moments."""
    left = np.clip(np.searchsorted(time, at, side="right") - 1, 0, len(time) - 2)
    width = time[left + 1] - time[left]
    past = at - time[left]
    slope: _Floats = np.divide(
        value[left + 1] - value[left], width, out=np.zeros_like(past), where=width > 0
    )
    under: _Floats = area[left] + past * (value[left] + slope * past / 2)
    return under


def mixed_rows(consensus: pd.DataFrame, ratings: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """Say of each utterance which share of its raters heard it mixed, as rows of a consensus.

    A rater heard it mixed who set shares of several tags. Who gave one tag or neutral
    did not; who gave several tags without shares says neither and does not count.

    Parameters
    ----------
    consensus : DataFrame
        The consensus that these rows go with.
    ratings, tags : DataFrame
        The tables of these names behind it.

    Returns
    -------
    DataFrame
        Rows of the consensus (variable mixed, kind mixture), to be put below it
        before `call_features`.
    """
    chosen = first_ratings(current_ratings(ratings))
    if consensus.empty or chosen.empty:
        return consensus.head(0)
    like = consensus.iloc[0]
    same = np.ones(len(chosen), dtype=bool)
    for column in ("taxonomy", "version", "pass"):
        same &= (chosen[column] == like[column]).to_numpy(dtype=bool)
    values = rated_values(
        chosen[same], tags, pd.DataFrame(columns=["rating_id", "dimension", "value"]), "mixture"
    )
    mixed = np.array([len(shares) > 1 for shares in values["value"]], dtype=float)
    own = pd.Series(mixed, index=values.index).groupby(values["utterance_id"])
    table = pd.DataFrame({"estimate": own.mean(), "n_raters": own.size()}).reset_index()
    table = table.assign(variable="mixed", kind="mixture")
    for column in ("taxonomy", "version", "pass", "method", "as_of"):
        table[column] = like[column]
    return check_table(table, "consensus")
