"""Values that a column may hold, beyond its dtype."""

from __future__ import annotations

import math
from typing import TypeVar

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import TABLES
from workbench.taxonomies import ROLES

T = TypeVar("T")

UNITS = ("utterance", "turn", "call")
PASSES = ("text", "masked_voice", "voice", "both")
VERDICTS = ("tagged", "neutral", "unclear", "unusable")
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
    ("assignments", "pass"): PASSES,
    ("assignments", "purpose"): ("label", "gold", "repeat", "adjudicate"),
    ("assignments", "state"): ("open", "done", "skipped"),
    ("ratings", "pass"): PASSES,
    ("ratings", "verdict"): VERDICTS,
    ("notes", "kind"): ("note", "other_words"),
    ("traces", "pass"): PASSES[1:],
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
    for column, words in _of_table(_WORDS, name):
        bad = rows[column].notna() & ~rows[column].isin(words)
        _refuse_words(rows, name, column, bad, words)
    for column, (low, high) in _of_table(_RANGES, name):
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


def _of_table(rules: dict[tuple[str, str], T], name: str) -> list[tuple[str, T]]:
    return [(column, rule) for (table, column), rule in rules.items() if table == name]


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
