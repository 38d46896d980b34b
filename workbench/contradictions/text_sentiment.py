"""What the words alone say: a sentiment from -1 to 1, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest

TOOLS = ("auto", "vader", "transcript")
_NEEDED = ("utterance_id", "call_id", "text")
_WORDS = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


def text_sentiment(
    utterances: pd.DataFrame,
    languages: pd.Series,
    *,
    tool: str | Callable[[str], float | None] = "auto",
    words: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Judge the words of each utterance, without the voice.

    A tool that does not know the language has no value and a reason; 0 stands only where
    a tool found the words neutral.

    Parameters
    ----------
    utterances : DataFrame
        With utterance_id, call_id, channel, start_s, end_s and text.
    languages : Series of str
        Language of each call by call_id (BCP 47: "en", "de-AT").
    tool : {"auto", "vader", "transcript"} or callable, default "auto"
        "vader" for English; "transcript" for what the transcript's own tool said;
        "auto" takes the transcript's where it carries one and VADER elsewhere. A
        callable takes the text and gives -1 to 1, or None where it cannot tell.
    words : DataFrame, optional
        The table words, for "transcript" and "auto".

    Returns
    -------
    DataFrame
        One row an utterance: utterance_id, call_id, text, language, sentiment (-1..1;
        NaN where the tool abstained), tool, abstained (the reason; missing where there
        is a value), note (what to know about the value).

    Raises
    ------
    InputError
        If a column is missing, the tool is unknown, or a callable gives anything but
        -1 to 1 or None.

    Notes
    -----
    VADER [1]_ was made for short posts in English; its rules and lexicon come inside the
    package vaderSentiment. Of "NEGATIVE of NEGATIVE, NEUTRAL, MIXED, POSITIVE" the three
    plain words are -1, 0 and 1; MIXED says two things at once and abstains.

    References
    ----------
    .. [1] Hutto, C. J., and Gilbert, E. (2014). VADER: a parsimonious rule-based model
       for sentiment analysis of social media text. Proc. ICWSM.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"utterance_id": ["u1", "u2"], "call_id": ["c1", "c2"],
    ...                      "channel": 0, "start_s": 0.0, "end_s": 1.0,
    ...                      "text": ["That's fine.", "Passt schon."]})
    >>> found = text_sentiment(said, pd.Series({"c1": "en", "c2": "de"}))
    >>> found["sentiment"].round(2).tolist(), found["abstained"].iloc[1]
    ([0.2, nan], 'VADER reads English only; the call is in "de".')
    """
    for column in _NEEDED:
        if column not in utterances.columns:
            raise InputError(
                f'The utterances have no column "{column}".{nearest(column, utterances.columns)} '
                "ws.utterances() gives them with their text."
            )
    if isinstance(tool, str) and tool not in TOOLS:
        raise InputError(
            f'There is no tool "{tool}".{nearest(tool, TOOLS)} Tools: {", ".join(TOOLS)}, or a '
            "function that takes a text and gives -1 to 1, or None."
        )
    out = utterances[list(_NEEDED)].reset_index(drop=True)
    spoken = out["call_id"].map(languages)
    own = _of_transcript(utterances, words) if tool in ("auto", "transcript") else {}
    rows: list[_Row] = []
    for utterance, text, language in zip(out["utterance_id"], out["text"], spoken, strict=True):
        said = "" if pd.isna(text) else str(text).strip()
        if not said:
            rows.append((np.nan, None, "There is no transcript of this utterance.", None))
        elif callable(tool):
            rows.append(_by_callable(tool, said))
        elif utterance in own:
            rows.append(own[utterance])
        elif tool == "transcript":
            rows.append((np.nan, "transcript", "The transcript carries no sentiment.", None))
        else:
            rows.append(_by_vader(said, language))
    out["language"] = spoken
    value, name, why, note = ([row[k] for row in rows] for k in range(4))
    out["sentiment"] = np.array(value, dtype=float)
    for column, told in (("tool", name), ("abstained", why), ("note", note)):
        out[column] = pd.Series(told, dtype="object", index=out.index)
    return out


def vader_sentiment(text: str) -> tuple[float, int]:
    """Judge an English text by VADER.

    Parameters
    ----------
    text : str
        The words.

    Returns
    -------
    compound : float
        VADER's compound score, -1..1.
    n_known : int
        Words of the text that its lexicon holds; with none of them 0 says only that
        VADER knows none of the words.

    Examples
    --------
    >>> vader_sentiment("That's fine.")
    (0.2023, 1)
    """
    judge = _vader()
    known = sum(
        part.strip(".,;:!?\"'()").lower() in judge.lexicon or part.lower() in judge.lexicon
        for part in text.split()
    )
    return float(judge.polarity_scores(text)["compound"]), known


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


_Row = tuple[float, str | None, str | None, str | None]


def _by_vader(text: str, language: Any) -> _Row:
    if pd.isna(language) or not str(language).strip():
        return np.nan, "vader", "The language of the call is not known; VADER reads English.", None
    if str(language).lower().replace("_", "-").split("-")[0] != "en":
        return np.nan, "vader", f'VADER reads English only; the call is in "{language}".', None
    value, known = vader_sentiment(text)
    note = None if known else "VADER knows none of these words: 0 for want of any, not judged."
    return value, "vader", None, note


def _by_callable(tool: Callable[[str], float | None], text: str) -> _Row:
    name = str(getattr(tool, "__name__", type(tool).__name__))
    value = tool(text)
    if value is None:
        return np.nan, name, f"{name} abstained.", None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not -1 <= number <= 1:
        raise InputError(
            f'{name} gave {value!r} for "{text[:40]}"; a sentiment lies from -1 to 1, and None '
            "stands for not known."
        )
    return number, name, None, None


def _of_transcript(utterances: pd.DataFrame, words: pd.DataFrame | None) -> dict[str, _Row]:
    """Lay the transcript's own sentiment on utterances, by seconds in common."""
    if words is None or "sentiment" not in words.columns:
        return {}
    rated = words[words["sentiment"].notna()]
    if rated.empty:
        return {}
    read = [_read(str(s)) for s in rated["sentiment"]]
    rated = rated.assign(value=[v for v, _ in read])
    rated["why"] = pd.Series([w for _, w in read], index=rated.index, dtype="object")
    found: dict[str, _Row] = {}
    here = utterances[utterances["call_id"].isin(rated["call_id"])]
    for call_id, own in here.groupby("call_id"):
        said = rated[rated["call_id"] == call_id]
        begin, end, channel = (
            said[c].to_numpy(dtype=float) for c in ("start_s", "end_s", "channel")
        )
        value = said["value"].to_numpy(dtype=float)
        for row in own.to_dict("records"):
            on = (channel == -1) | (channel == (-1 if pd.isna(row["channel"]) else row["channel"]))
            shared = np.minimum(end, row["end_s"]) - np.maximum(begin, row["start_s"])
            shared = np.where(on, np.maximum(shared, 0.0), 0.0)
            if not (shared > 0).any():
                continue
            weight = np.where(np.isnan(value), 0.0, shared)
            if weight.sum() >= 0.5 * shared.sum():
                mean = float((weight * np.nan_to_num(value)).sum() / weight.sum())
                source = str(said["source"].iloc[int(shared.argmax())])
                found[str(row["utterance_id"])] = (mean, source, None, None)
            else:
                why = said["why"].iloc[int(shared.argmax())]
                found[str(row["utterance_id"])] = (np.nan, "transcript", why, None)
    return found


def _read(sentiment: str) -> tuple[float, str | None]:
    """Read a tool's word or number with its scale: "POSITIVE of ...", "0.4 of -1..1"."""
    value, _, scale = sentiment.partition(" of ")
    value = value.strip()
    if value.lower() in _WORDS:
        return _WORDS[value.lower()], None
    if value.lower() == "mixed":
        return np.nan, "The transcript's tool calls it mixed, which is no place on one scale."
    ends = re.fullmatch(r"\s*(-?[\d.]+)\s*(?:\.\.|to)\s*(-?[\d.]+)\s*", scale.strip())
    try:
        number = float(value)
    except ValueError:
        return np.nan, f'"{sentiment[:40]}" is no sentiment that the workbench knows.'
    if ends is None:
        return np.nan, f'The scale of the transcript\'s sentiment "{sentiment[:40]}" is not told.'
    low, high = float(ends[1].rstrip(".")), float(ends[2])
    if not low < high or not low <= number <= high:
        return np.nan, f'"{sentiment[:40]}" lies outside its own scale.'
    return 2 * (number - low) / (high - low) - 1, None
