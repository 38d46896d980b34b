"""A transcript as the lines of a dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest

NEEDED = ("call_id", "channel", "start_s", "end_s", "text")
PAUSE_S = 1.0


def check_words(words: pd.DataFrame) -> pd.DataFrame:
    """Check that a table of words can be shown.

    Parameters
    ----------
    words : DataFrame
        The table words: call_id, channel, start_s, end_s, text, and kind and
        source where there are several.

    Returns
    -------
    DataFrame
        The argument.

    Raises
    ------
    InputError
        If a column is missing.
    """
    for name in NEEDED:
        if name not in words.columns:
            raise InputError(
                f'The words need the column "{name}"; these have {", ".join(words.columns)}.'
                f"{nearest(name, [str(c) for c in words.columns])}"
            )
    return words


def dialogue_lines(words: pd.DataFrame, roles: Mapping[int, str]) -> list[dict[str, Any]]:
    """Join the words of one call to lines: one speaker, no pause of a second.

    Phrases of a transcript stay lines of their own. Where a call has several
    transcripts, the one with the most rows is taken.

    Parameters
    ----------
    words : DataFrame
        Words of one call, in any order.
    roles : mapping of int to str
        Who speaks on each channel.

    Returns
    -------
    list of dict
        role, start_s, end_s and text of each line, in the order of starts.

    Examples
    --------
    >>> words = pd.DataFrame({"call_id": "7", "channel": [0, 0, 1], "text": ["Good", "day", "Hi"],
    ...                       "start_s": [0.0, 0.5, 2.0], "end_s": [0.4, 0.9, 2.2]})
    >>> [(line["role"], line["text"]) for line in dialogue_lines(words, {0: "agent"})]
    [('agent', 'Good day'), ('unknown', 'Hi')]
    """
    if words.empty:
        return []
    if "source" in words.columns and words["source"].nunique() > 1:
        words = words[words["source"] == words["source"].value_counts().idxmax()]
    phrases = False
    if "kind" in words.columns:
        single = words["kind"] == "word"
        phrases = not single.any()
        words = words if phrases else words[single]
    words = words.sort_values(["channel", "start_s"], kind="stable")
    lines: list[dict[str, Any]] = []
    before: tuple[int, float] | None = None
    columns = (words[name].tolist() for name in ("channel", "start_s", "end_s", "text"))
    for channel, start_s, end_s, text in zip(*columns, strict=True):
        goes_on = before is not None and before[0] == channel and start_s - before[1] < PAUSE_S
        if goes_on and not phrases:
            lines[-1]["text"] += f" {text}"
            lines[-1]["end_s"] = max(lines[-1]["end_s"], end_s)
        else:
            role = roles.get(channel, "unknown")
            line = {"role": role, "start_s": start_s, "end_s": end_s, "text": str(text)}
            lines.append(line)
        before = channel, end_s
    return sorted(lines, key=lambda line: line["start_s"])
