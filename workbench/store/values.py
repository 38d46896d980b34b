"""Values that a column may hold, beyond its dtype."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import HEARD, PASSES, TABLES
from workbench.taxonomies import ROLES

T = TypeVar("T")

UNITS = ("utterance", "turn", "call")
VERDICTS = ("tagged", "neutral", "unclear", "unusable")
STATES = ("open", "done", "skipped")
CUES_NAMED = ("pitch", "pace", "pause", "volume", "words")

_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("channels", "role"): ROLES,
    ("segmentations", "unit"): UNITS,
    ("utterances", "unit"): UNITS,
    ("utterances", "role"): ROLES,
    ("utterance_links", "kind"): ("split", "merge", "moved"),
    ("words", "kind"): ("word", "phrase"),
    ("events", "kind"): (
        "hold", "transfer", "offer", "music", "ring", "beep", "silence", "personal_data",
    ),
    ("raters", "role"): ("rater", "lead", "analyst"),
    ("raters", "kind"): ("human", "model", "vote", "simulated"),
    ("sessions", "order_mode"): ("in_call", "random"),
    ("worklists", "order_mode"): ("in_call", "random"),
    ("assignments", "pass"): PASSES,
    ("assignments", "purpose"): ("label", "gold", "repeat", "adjudicate"),
    ("assignments", "state"): STATES,
    ("ratings", "pass"): PASSES,
    ("ratings", "verdict"): VERDICTS,
    ("notes", "kind"): ("note", "other_words", "flag"),
    ("traces", "pass"): HEARD,
    ("gold", "pass"): PASSES,
}  # fmt: skip
_UP = math.inf
_RANGES: dict[tuple[str, str], tuple[float, float]] = {
    ("calls", "handle_s"): (0, _UP),
    ("calls", "hold_s"): (0, _UP),
    ("calls", "n_transfers"): (0, _UP),
    ("recordings", "sampling_rate_hz"): (1, _UP),
    ("recordings", "n_channels"): (1, _UP),
    ("recordings", "duration_s"): (0, _UP),
    ("recordings", "offset_s"): (0, _UP),
    ("channels", "channel"): (0, _UP),
    ("channels", "recording_channel"): (0, _UP),
    ("utterances", "channel"): (0, _UP),
    ("utterances", "start_s"): (0, _UP),
    ("utterances", "turn"): (0, _UP),
    ("words", "start_s"): (0, _UP),
    ("events", "channel"): (-1, _UP),
    ("events", "start_s"): (0, _UP),
    ("assignments", "position"): (0, _UP),
    ("ratings", "certainty"): (0, 1),
    ("ratings", "n_plays"): (0, _UP),
    ("ratings", "heard_share"): (0, 1),
    ("ratings", "heard_until_s"): (0, _UP),
    ("ratings", "position"): (0, _UP),
    ("ratings", "elapsed_ms"): (0, _UP),
    ("tags", "intensity"): (0, 1),
    ("tags", "share"): (0, 1),
    ("scores", "value"): (-1, 1),
    ("traces", "channel"): (0, _UP),
    ("traces", "lag_s"): (0, _UP),
    ("trace_points", "time_s"): (0, _UP),
    ("trace_points", "value"): (-1, 1),
    ("clips", "sampling_rate_hz"): (1, _UP),
    ("clips", "duration_s"): (0, _UP),
    ("outcomes", "qa_score"): (0, 100),
    ("outcomes", "nps"): (0, 10),
    ("outcomes", "escalated_at_s"): (0, _UP),
}
_ORDERED = {"utterances": True, "words": False, "events": False, "examples": True}
"""Tables of intervals, and whether an interval must have a length."""


def check_values(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check the values of a table's rows.

    Parameters
    ----------
    rows : DataFrame
        With the documented columns and dtypes.
    name : str
        The table.

    Returns
    -------
    DataFrame
        The same rows.

    Raises
    ------
    InputError
        If a word is not one of those that the column may hold, a number is out
        of range, or an interval ends before it starts.
    """
    words_of, limits_of = _rules(name)
    for column, words in words_of.items():
        bad = rows[column].notna() & ~rows[column].isin(words)
        _refuse_words(rows, name, column, bad, words)
    for column, (low, high) in limits_of.items():
        bad = (rows[column] < low) | (rows[column] > high)
        limit = f"{low} or more" if high == _UP else f"{low} to {high}"
        _refuse(rows, name, bad, f'"{column}" is {{{column}}}; expected {limit}.')
    if name in _ORDERED:
        wrong = rows["end_s"] < rows["start_s"]
        if _ORDERED[name]:
            wrong |= rows["end_s"] == rows["start_s"]
        text = "it starts at {start_s} s and ends at {end_s} s; the end must come after the start."
        _refuse(rows, name, wrong, text)
    return rows


def may_hold(row: Mapping[str, Any], name: str) -> bool:
    """Say whether `check_values` would take a row.

    Parameters
    ----------
    row : mapping
        A value of the documented kind for each column, or None.
    name : str
        The table.

    Returns
    -------
    bool
        Whether it would.

    Examples
    --------
    >>> may_hold({"rating_id": "r1", "tag": "relief", "intensity": 2.0, "share": None}, "tags")
    False
    """
    words_of, limits_of = _rules(name)
    return (
        all(row[column] is None or row[column] in words for column, words in words_of.items())
        and all(
            row[column] is None or low <= row[column] <= high
            for column, (low, high) in limits_of.items()
        )
        and _in_order(row, name)
    )


def _in_order(row: Mapping[str, Any], name: str) -> bool:
    start_s, end_s = row.get("start_s"), row.get("end_s")
    if name not in _ORDERED or start_s is None or end_s is None:
        return True
    return bool(start_s < end_s or (start_s == end_s and not _ORDERED[name]))


@functools.cache
def _rules(name: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[float, float]]]:
    return _of_table(_WORDS, name), _of_table(_RANGES, name)


def _of_table(rules: dict[tuple[str, str], T], name: str) -> dict[str, T]:
    return {column: rule for (table, column), rule in rules.items() if table == name}


def _refuse_words(
    rows: pd.DataFrame, name: str, column: str, bad: pd.Series, words: tuple[str, ...]
) -> None:
    if bad.any():
        came = str(rows.loc[bad, column].iloc[0])
        text = f'"{column}" is "{{{column}}}".{nearest(came, words)} Expected {_either(words)}.'
        _refuse(rows, name, bad, text)


def _refuse(rows: pd.DataFrame, name: str, bad: pd.Series, text: str) -> None:
    if not bad.any():
        return
    bad = bad.astype("boolean").fillna(False).astype(bool)
    first = {str(k): v for k, v in rows[bad].iloc[0].to_dict().items()}
    key = ", ".join(f"{column} {first[column]}" for column in TABLES[name].key)
    more = f" {int(bad.sum())} rows are like this." if bad.sum() > 1 else ""
    raise InputError(f"In {name}, {key}: {text.format(**first)}{more} Nothing was written.")


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
