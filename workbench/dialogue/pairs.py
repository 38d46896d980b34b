"""Who answered whom: what was heard of each utterance, and the exchanges between two voices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_utterances, table_named

_OF_UTTERANCE = ["utterance_id", "call_id", "channel", "role", "agent_id", "start_s", "end_s"]


SCORE = "_score"
"""How the column of a dimension ends, so that it is not taken for a tag."""


def heard_table(
    utterances: pd.DataFrame,
    tags: Mapping[str, pd.DataFrame],
    dimensions: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Lay what raters heard beside every utterance, rated or not.

    Utterances that nobody rated stay in their place, with gaps: who answered whom
    depends on them.

    Parameters
    ----------
    utterances : DataFrame
        The table `utterances` of the segmentation in use, of one unit; customer_id
        is kept where it is among the columns.
    tags : mapping of str to DataFrame
        By tag a long table utterance_id, rater_id, value (1 heard, 0 not), as
        `wb.Workspace.values("heard:TAG")` gives.
    dimensions : mapping of str to DataFrame, optional
        The same by dimension, with the score as value.

    Returns
    -------
    DataFrame
        One row an utterance in order of time: utterance_id, call_id, channel, role,
        agent_id, customer_id (where it came), start_s, end_s; each tag: the share of
        raters who heard it, 0..1; each dimension as NAME_score: their mean. NaN
        where nobody rated.

    Raises
    ------
    InputError
        If the utterances are of several units or a table lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "segmentation_id": "s", "unit": "utterance",
    ...     "call_id": "0007", "channel": [0, 1], "role": ["customer", "agent"],
    ...     "start_s": [0.0, 2.0], "end_s": [1.5, 4.0],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"),
    ... })
    >>> warm = pd.DataFrame({"utterance_id": ["u2", "u2"], "rater_id": ["a", "b"],
    ...                      "value": [1, 0]})
    >>> heard_table(utterances, {"warm": warm})["warm"].tolist()
    [nan, 0.5]
    """
    rows = check_utterances(utterances.drop(columns="customer_id", errors="ignore"))
    if "customer_id" in utterances.columns:
        rows["customer_id"] = utterances["customer_id"].to_numpy()
    rows = rows[rows["retired_at"].isna()]
    units = sorted(rows["unit"].unique())
    if len(units) > 1:
        raise InputError(
            f"An exchange is between utterances of one unit, and several came: {', '.join(units)}. "
            'Choose one: utterances[utterances["unit"] == "utterance"].'
        )
    kept = [c for c in (*_OF_UTTERANCE, "customer_id") if c in rows.columns]
    rows = rows[kept].sort_values(["call_id", "start_s", "end_s"], ignore_index=True)
    ids = pd.Index(rows["utterance_id"])
    scores = {f"{name}{SCORE}": table for name, table in (dimensions or {}).items()}
    for name, table in {**tags, **scores}.items():
        need_columns(table, ("utterance_id", "value"), f'values of "{name}"')
        means = table.groupby("utterance_id")["value"].mean()
        rows[name] = means.reindex(ids).to_numpy(dtype=float)
    return rows


def exchange_table(
    heard: pd.DataFrame, *, asks: str = "customer", answers: str = "agent"
) -> pd.DataFrame:
    """Find each reply with what was said just before it and just after it.

    A reply is all that one role says between two turns of the other. Before it
    counts the last utterance of the turn that it answers, after it the first of the
    next turn. Where a third voice comes between, there is no exchange.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`.
    asks, answers : str, default "customer" and "agent"
        The two roles.

    Returns
    -------
    DataFrame
        One row a reply: call_id, agent_id, customer_id (where it came), channel
        (empty: all), start_s (of what was said before) and end_s (of what came
        after, or of the reply where nothing did), before_id, reply_id (its first
        utterance), after_id (missing where nothing came after), reply_start_s,
        reply_end_s, and of each name of `heard` before_NAME, reply_NAME (the highest
        of the reply's utterances for a tag and anything else) and after_NAME.

    Raises
    ------
    InputError
        If nobody has one of the roles, or no reply is found.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2", "u3"], "call_id": "0007", "channel": [0, 1, 0],
    ...     "role": ["customer", "agent", "customer"], "agent_id": "a1",
    ...     "start_s": [0.0, 2.0, 5.0], "end_s": [1.5, 4.0, 6.0], "warm": [0.0, 1.0, 0.0],
    ... })
    >>> exchange_table(heard)[["before_id", "reply_id", "after_id", "reply_warm"]]
      before_id reply_id after_id  reply_warm
    0        u1       u2       u3         1.0
    """
    need_columns(heard, _OF_UTTERANCE, "utterances")
    for role in (asks, answers):
        if not (heard["role"] == role).any():
            known = sorted(map(str, heard["role"].unique()))
            raise InputError(
                f'Nobody speaks with the role "{role}" here.{nearest(role, known)} '
                f"There are: {', '.join(known) or 'no utterances'}."
            )
    rows = heard.sort_values(["call_id", "start_s", "end_s"], ignore_index=True)
    first, last = turn_bounds(rows)
    speaks = rows["role"].to_numpy(dtype=object)[first]
    call = rows["call_id"].to_numpy(dtype=object)[first]
    at = np.arange(len(first))
    before = np.roll(at, 1)
    after = np.roll(at, -1)
    answered = (speaks == answers) & (call == call[before]) & (speaks[before] == asks) & (at > 0)
    turn = at[answered]
    if not len(turn):
        raise InputError(
            f"No utterance of the {answers} follows one of the {asks} in these calls, so there is "
            "no reply to look at. Do the roles of the channels stand right (ws.suggest_roles())?"
        )
    follows = np.where(
        (call[after] == call) & (speaks[after] == asks) & (at < len(at) - 1), after, -1
    )[turn]
    spoken = first[np.maximum(follows, 0)]
    told = follows >= 0
    end_s, start_s = (rows[c].to_numpy(dtype=float) for c in ("end_s", "start_s"))
    ids = rows["utterance_id"].to_numpy(dtype=object)
    reply_end_s = np.maximum.reduceat(end_s, first)[turn]
    out = pd.DataFrame(
        {
            "call_id": call[turn],
            **{
                c: rows[c].to_numpy(dtype=object)[first[turn]]
                for c in ("agent_id", "customer_id")
                if c in rows.columns
            },
            "channel": pd.array([pd.NA] * len(turn), dtype="Int64"),
            "start_s": start_s[last[turn - 1]],
            "end_s": np.where(told, end_s[spoken], reply_end_s),
            "before_id": ids[last[turn - 1]],
            "reply_id": ids[first[turn]],
            "after_id": np.where(told, ids[spoken], None),
            "reply_start_s": start_s[first[turn]],
            "reply_end_s": reply_end_s,
        }
    )
    for name in names_of(heard):
        value = rows[name].to_numpy(dtype=float)
        out[f"before_{name}"] = value[last[turn - 1]]
        out[f"reply_{name}"] = np.fmax.reduceat(value, first)[turn]
        out[f"after_{name}"] = np.where(told, value[spoken], np.nan)
    return out


def turn_bounds(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the first and last row of each turn.

    Parameters
    ----------
    rows : DataFrame
        Utterances with call_id and role, in order of call and time.

    Returns
    -------
    first, last : ndarray of int
        Positions, one pair a turn.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"call_id": "0007", "role": ["agent", "agent", "customer"]})
    >>> [bound.tolist() for bound in turn_bounds(rows)]
    [[0, 2], [1, 2]]
    """
    call, role = (pd.factorize(rows[column])[0] for column in ("call_id", "role"))
    same = (call[1:] == call[:-1]) & (role[1:] == role[:-1])
    first = np.flatnonzero(np.append(np.ones(min(len(rows), 1), dtype=bool), ~same))
    return first, np.append(first[1:], len(rows)) - 1


def names_of(heard: pd.DataFrame) -> list[str]:
    """List what was rated in a table of `heard_table`.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`.

    Returns
    -------
    list of str
        Its columns beyond the utterance itself.
    """
    own = {*table_named("utterances").columns, "customer_id", "text"}
    return [str(c) for c in heard.columns if c not in own]


def any_heard(
    rows: pd.DataFrame, place: str, tags: tuple[str, ...], *, threshold: float = 0.5
) -> npt.NDArray[np.float64]:
    """Say where at least one of some tags was heard by enough raters.

    Parameters
    ----------
    rows : DataFrame
        From `exchange_table`; or from `heard_table` with the place "".
    place : str
        before, reply or after; "" for the utterance itself.
    tags : tuple of str
        Tags; at least one must be among the columns.
    threshold : float, default 0.5
        Share of the raters from which it counts, above 0 and at most 1.

    Returns
    -------
    ndarray of float
        1, 0, or NaN where nobody rated.

    Raises
    ------
    InputError
        If none of the tags is there, or the threshold is not a share.
    """
    if not 0 < threshold <= 1:
        raise InputError(
            f"The threshold is the share of raters who heard it, above 0 and at most 1; "
            f"{threshold:g} came."
        )
    columns = [f"{place}_{tag}" if place else tag for tag in tags]
    there = [c for c in columns if c in rows.columns]
    if not there:
        known = sorted(
            str(c).removeprefix(f"{place}_")
            for c in rows.columns
            if str(c).startswith(f"{place}_") and not str(c).endswith(("_id", "_s"))
        )
        raise InputError(
            f"Nobody heard any of: {', '.join(tags)}.{nearest(tags[0], known) if tags else ''} "
            f"There are: {', '.join(known) or 'no ratings'}."
        )
    shares = rows[there].to_numpy(dtype=float)
    highest = np.fmax.reduce(shares, axis=1)
    return np.where(np.isnan(highest), np.nan, (highest >= threshold - 1e-9).astype(float))


def need_columns(table: pd.DataFrame, names: tuple[str, ...] | list[str], what: str) -> None:
    """Make sure that a table has the columns that are worked with.

    Parameters
    ----------
    table : DataFrame
        What came.
    names : sequence of str
        Columns that must be there.
    what : str
        How the message calls the table.

    Raises
    ------
    InputError
        If one is missing.
    """
    for name in names:
        if name not in table.columns:
            raise InputError(
                f'The {what} have no column "{name}".{nearest(name, map(str, table.columns))} '
                f"They have: {', '.join(map(str, table.columns)) or 'none'}."
            )
