"""Amazon Transcribe Call Analytics: turns, words, sentiment, interruptions, silences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table
from workbench.words.transcripts import (
    PHRASES,
    Phrase,
    Voices,
    read_text,
    turn_table,
    word_rows,
    words_table,
)

SOURCE = "transcribe_call_analytics"
SCALE = "NEGATIVE, NEUTRAL, MIXED, POSITIVE"
REDACTED = "[PII]"


class CallAnalytics(NamedTuple):
    """A call as Transcribe Call Analytics saw it.

    Parameters
    ----------
    words : DataFrame
        Rows of the table words: words (source transcribe_call_analytics) and
        phrases with their sentiment (the same source, ending in " phrases").
    turns : DataFrame
        One row a phrase, for `workbench.utterances.from_tier`: call_id, channel
        (empty if unknown), role, speaker, start_s, end_s, text, sentiment, and
        loudness_mean and loudness_max (of the tool's loudness scores, one a
        second, on its own scale; NaN where it gives none).
    events : DataFrame
        Rows of the table events: silence (NonTalkTime) and personal_data
        (redacted words).
    interruptions : DataFrame
        call_id, role (who interrupts), start_s, end_s.
    """

    words: pd.DataFrame
    turns: pd.DataFrame
    events: pd.DataFrame
    interruptions: pd.DataFrame


def read_call_analytics(
    path: str | Path,
    *,
    call_id: str | None = None,
    channels: pd.DataFrame | Mapping[str, int] | None = None,
) -> CallAnalytics:
    """Read the JSON that Transcribe Call Analytics writes after a call.

    Contact Lens files, which are alike, are read too.

    Parameters
    ----------
    path : str or Path
        The file.
    call_id : str, optional
        The call; the name of the file without ending if not given.
    channels : DataFrame or mapping, optional
        The table channels, or channel by role: {"customer": 0, "agent": 1}. The
        file itself does not tell.

    Returns
    -------
    CallAnalytics
        Words, turns, events and interruptions. Times are seconds; sentiment is
        the tool's word with its scale.

    Raises
    ------
    InputError
        If the file is not there, empty, no JSON, of a job that has not ended
        well, or has no Transcript; or a turn has no times.

    See Also
    --------
    attach_text : Put the text beside the utterances.
    """
    path = Path(path)
    found = _read_json(path)
    voices = Voices(call_id or path.stem, channels, None)
    participants = {
        str(one.get("ParticipantId")): str(one.get("ParticipantRole"))
        for one in found.get("Participants") or []
    }
    phrases, words, loudness = [], [], []
    for number, turn in enumerate(found["Transcript"]):
        where = f"Turn {number} of {path.name}"
        speaker = str(
            turn.get("ParticipantRole") or participants.get(str(turn.get("ParticipantId")), "")
        )
        start_s, end_s = _times(turn, where)
        mood = turn.get("Sentiment")
        sentiment = f"{mood} of {SCALE}" if mood else None
        text = " ".join(str(turn.get("Content", "")).split())
        phrases.append(Phrase(speaker or None, start_s, end_s, text, sentiment))
        loudness.append(_loudness(turn.get("LoudnessScores")))
        words += list(_words(turn, speaker, where))
    rows = word_rows(words, voices, source=SOURCE, kind="word")
    rows += word_rows(phrases, voices, source=SOURCE + PHRASES, kind="phrase")
    traits = found.get("ConversationCharacteristics") or {}
    order = sorted(range(len(phrases)), key=lambda i: (phrases[i].start_s, phrases[i].end_s))
    turns = turn_table(phrases, voices)
    turns["loudness_mean"] = np.array([loudness[i][0] for i in order], np.float64)
    turns["loudness_max"] = np.array([loudness[i][1] for i in order], np.float64)
    return CallAnalytics(
        words_table(rows),
        turns,
        _events(traits, words, voices),
        _interruptions(traits, voices),
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path.name} is no JSON ({error}).") from error
    status = found.get("JobStatus", "COMPLETED") if isinstance(found, dict) else "COMPLETED"
    if status != "COMPLETED":
        raise InputError(
            f"The job behind {path.name} has the status {status}; wait until it is COMPLETED and "
            "download the result again."
        )
    if not isinstance(found, dict) or not isinstance(found.get("Transcript"), list):
        named = ", ".join(list(found)[:8]) if isinstance(found, dict) else type(found).__name__
        raise InputError(
            f"{path.name} is no result of Transcribe Call Analytics: it has no list Transcript, "
            f"but {named or 'nothing'}. Results of plain Transcribe jobs do not tell who speaks."
        )
    return found


def _times(row: Mapping[str, Any], where: str) -> tuple[float, float]:
    try:
        start_s, end_s = row["BeginOffsetMillis"] / 1000, row["EndOffsetMillis"] / 1000
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{where} has no times; expected BeginOffsetMillis and EndOffsetMillis, in "
            "milliseconds."
        ) from error
    if not 0 <= start_s <= end_s:
        raise InputError(f"{where} goes from {start_s} s to {end_s} s, which cannot be.")
    return start_s, end_s


def _words(turn: Mapping[str, Any], speaker: str, where: str) -> Iterator[Phrase]:
    """Give the words of a turn, punctuation joined to the word before."""
    words: list[Phrase] = []
    for item in turn.get("Items") or []:
        text = str(item.get("Content", "")).strip()
        if item.get("Type") == "punctuation" and words:
            words[-1] = words[-1]._replace(text=words[-1].text + text)
        elif text and item.get("Type") != "punctuation":
            start_s, end_s = _times(item, f'The word "{text}" of {where.lower()}')
            words.append(Phrase(speaker or None, start_s, end_s, text))
    yield from words


def _loudness(scores: list[float | None] | None) -> tuple[float, float]:
    given = [score for score in scores or [] if score is not None]
    if not given:
        return (np.nan, np.nan)
    return (float(np.mean(given)), float(np.max(given)))


def _events(traits: Mapping[str, Any], words: list[Phrase], voices: Voices) -> pd.DataFrame:
    silences = (traits.get("NonTalkTime") or {}).get("Instances") or []
    rows = []
    for silence in silences:
        start_s, end_s = _times(silence, "A silence in NonTalkTime")
        rows.append(("silence", -1, start_s, end_s))
    rows += [
        ("personal_data", voices.channel(word.speaker), word.start_s, word.end_s)
        for word in words
        if word.text.startswith(REDACTED)
    ]
    events = pd.DataFrame(rows, columns=["kind", "channel", "start_s", "end_s"])
    events = events.assign(call_id=voices.call_id, source="transcript")
    events = events.drop_duplicates(["channel", "start_s", "kind"])
    return check_table(events.sort_values(["start_s", "channel"]), "events")


def _interruptions(traits: Mapping[str, Any], voices: Voices) -> pd.DataFrame:
    by_role = (traits.get("Interruptions") or {}).get("InterruptionsByInterrupter") or {}
    rows = [
        (voices.call_id, voices.role(role), *_times(one, "An interruption"))
        for role, several in by_role.items()
        for one in several
    ]
    table = pd.DataFrame(rows, columns=["call_id", "role", "start_s", "end_s"])
    types = {"call_id": "str", "role": "str", "start_s": "float64", "end_s": "float64"}
    return table.astype(types).sort_values("start_s", ignore_index=True)
