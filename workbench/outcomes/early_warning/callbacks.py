"""Whom to call back: calls ranked by a score, each with the seconds and the reasons behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.early_warning.checking import check_step
from workbench.outcomes.early_warning.readings import UNKNOWN_RATERS, percent


def callback_list(
    scored: pd.DataFrame,
    rows: pd.DataFrame,
    moments: pd.DataFrame,
    *,
    landmark_s: float,
    score: str | None = None,
    n: int = 20,
) -> pd.DataFrame:
    """Rank the calls of a landmark by a score, with the moment to listen to first.

    Parameters
    ----------
    scored : DataFrame
        From `scored_rows`.
    rows : DataFrame
        From `landmark_rows`, for the figures that the reasons tell.
    moments : DataFrame
        What was heard utterance by utterance: call_id, channel, start_s, end_s,
        variable (tag, dimension or cue), kind (tag, dimension or cue), strength
        (share of raters, value, standard deviations). Only what lies before the
        landmark is used, and an utterance that runs across is cut.
    landmark_s : float
        Which landmark, seconds of the call.
    score : str, optional
        Name of the score; needed if there are several.
    n : int, default 20
        How many calls at most. Calls of which the score says nothing, and those
        with the lowest value of all, are not listed.

    Returns
    -------
    DataFrame
        rank (from 1), call_id, channel, start_s, end_s (the strongest moment of
        the first reason; the call up to the landmark where there is none),
        landmark_s, score, value, chance, alarm, customer_id,
        agent_id, started_at, event and lead_s where they are known, reasons (a
        sentence), note.

    Raises
    ------
    InputError
        If there is no such landmark or score, or `n` is below 1.
    AbstainedError
        If the score sets no call apart.

    Examples
    --------
    >>> import pandas as pd
    >>> scored = pd.DataFrame({
    ...     "call_id": ["1", "2"], "landmark_s": 30.0, "score": "frustration", "known": True,
    ...     "value": [0.4, 0.0], "chance": None, "alarm": [True, False],
    ...     "unknown_raters": False,
    ...     "because": [["frustration_share"], []], "event": [True, False]})
    >>> rows = pd.DataFrame({"call_id": ["1", "2"], "landmark_s": 30.0, "left_out": "",
    ...                      "frustration_share": [0.4, 0.0]})
    >>> moments = pd.DataFrame({"call_id": ["1"], "channel": 0, "start_s": 12.0, "end_s": 16.0,
    ...                         "variable": "frustration", "kind": "tag", "strength": 1.0})
    >>> found = callback_list(scored, rows, moments, landmark_s=30)
    >>> found[["rank", "call_id", "channel", "start_s", "end_s"]]
       rank call_id  channel  start_s  end_s
    0     1       1        0     12.0   16.0
    >>> found["reasons"].item()
    'frustration in 40 % of the judged time (median 20 %)'
    """
    ranked = ranked_calls(scored, landmark_s=landmark_s, score=score, n=n)
    at_risk = rows[(rows["landmark_s"] == landmark_s) & (rows["left_out"] == "")]
    heard = moments[moments["start_s"] < landmark_s]
    heard = heard.assign(end_s=heard["end_s"].clip(upper=landmark_s))
    figures = at_risk.set_index("call_id")
    columns = sorted({c for reasons in ranked["because"] for c in reasons})
    usual = figures[columns].astype("float64").median()
    by_call = {call: part for call, part in heard.groupby("call_id")}
    out = []
    for rank, row in enumerate(ranked.to_dict("records"), start=1):
        reasons = list(row["because"])
        mine = figures.loc[row["call_id"], columns].astype("float64")
        moment = _moment(reasons[:1], mine, usual, by_call.get(row["call_id"]), landmark_s)
        words = "; ".join(_words(c, mine[c], usual[c], figures[c]) for c in reasons)
        kept = {k: row[k] for k in _ABOUT if k in row}
        note = UNKNOWN_RATERS if row["unknown_raters"] else ""
        about = {"rank": rank, "call_id": row["call_id"], **moment, **kept}
        out.append({**about, "reasons": words, "note": note})
    table = pd.DataFrame(out)
    return table.astype({"channel": "Int64"})


def ranked_calls(
    scored: pd.DataFrame, *, landmark_s: float, score: str | None = None, n: int = 20
) -> pd.DataFrame:
    """Choose the calls of a landmark with the highest score.

    Parameters
    ----------
    scored, landmark_s, score, n
        As for `callback_list`.

    Returns
    -------
    DataFrame
        Rows of `scored`, the highest value first.

    Raises
    ------
    InputError, AbstainedError
        As `callback_list`.
    """
    if n < 1:
        raise InputError(f"A list has 1 call or more; {n} came.")
    check_step(scored, ("landmark_s", "score", "value", "because"), made_by="scored_rows")
    own = _chosen(scored, landmark_s, score)
    ranked = own[own["known"].astype(bool) & (own["value"] > own["value"].min())]
    if ranked.empty:
        raise AbstainedError(
            f'"{own["score"].iloc[0]}" sets no call apart at {landmark_s:g} s, so there is nobody '
            "to call back by it."
        )
    best: pd.DataFrame = ranked.sort_values(["value", "call_id"], ascending=[False, True]).head(n)
    return best


_ABOUT = (
    *("landmark_s", "score", "value", "chance", "alarm"),
    *("customer_id", "agent_id", "started_at", "event", "lead_s"),
)


def _chosen(scored: pd.DataFrame, landmark_s: float, score: str | None) -> pd.DataFrame:
    moments = sorted(scored["landmark_s"].unique())
    own = scored[scored["landmark_s"] == landmark_s]
    if own.empty:
        raise InputError(
            f"No call was scored at {landmark_s:g} s; there are "
            f"{', '.join(f'{at:g} s' for at in moments)}."
        )
    names = list(own["score"].unique())
    if score is None and len(names) > 1:
        raise InputError(f"Several scores came ({', '.join(names)}); choose one with score=.")
    name = names[0] if score is None else score
    if name not in names:
        raise InputError(
            f'There is no score "{name}".{nearest(name, names)} There are: {", ".join(names)}.'
        )
    chosen = own[own["score"] == name]
    if chosen["value"].isna().all():
        raise AbstainedError(f'"{name}" has no values. {chosen["note"].iloc[0]}')
    return chosen


def _moment(
    reasons: list[str],
    mine: pd.Series,
    usual: pd.Series,
    heard: pd.DataFrame | None,
    landmark_s: float,
) -> dict[str, Any]:
    """Find the utterance that most makes the first reason true."""
    whole = {"channel": pd.NA, "start_s": 0.0, "end_s": landmark_s}
    if heard is None or not reasons:
        return whole
    column = reasons[0]
    names = [v for v in heard["variable"].unique() if column == v or column.startswith(f"{v}_")]
    if not names:
        return whole
    own = heard[heard["variable"] == max(names, key=len)].dropna(subset=["strength"])
    if own.empty:
        return whole
    low = own["kind"].iloc[0] == "dimension" and mine[column] < usual[column]
    strength = own["strength"].to_numpy(dtype=float) * (-1 if low else 1)
    length = (own["end_s"] - own["start_s"]).to_numpy(dtype=float)
    best = own.iloc[np.lexsort((length, strength))[-1]]
    return {name: best[name] for name in ("channel", "start_s", "end_s")}


def _words(column: str, value: float, usual: float, values: pd.Series) -> str:
    name = column.replace("_", " ")
    if column.endswith("_share"):
        name = name.removesuffix(" share")
        return f"{name} in {percent(value)} of the judged time (median {percent(usual)})"
    if pd.api.types.is_integer_dtype(values):
        return f"{name} {int(value)} time{'' if value == 1 else 's'}"
    return f"{name} {value:.2f} (median {usual:.2f})"
