"""WebVTT: captions with times and voices."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from workbench.errors import InputError
from workbench.words.transcripts import (
    Phrase,
    Transcript,
    Voices,
    read_text,
    turn_table,
    word_rows,
    words_table,
)

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"<[^<>]*>")
_PREFIX = re.compile(r"([^:<>]{1,40}):\s+(.*)", re.DOTALL)


def read_webvtt(
    path: str | Path,
    *,
    call_id: str | None = None,
    channels: pd.DataFrame | Mapping[str, int] | None = None,
    roles: Mapping[str, str] | None = None,
) -> Transcript:
    """Read the cues of a WebVTT file as phrases of a call.

    Who speaks is taken from voice tags (`<v Agent>`), or from a name before a
    colon ("Agent: hello") if it is a role or in `roles`. Other tags, settings of
    cues, notes, styles and regions are left out; entities become characters.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8.
    call_id : str, optional
        The call; the name of the file without ending if not given.
    channels : DataFrame or mapping, optional
        The table channels, or channel by role: {"customer": 0, "agent": 1}.
    roles : mapping of str to str, optional
        Role by speaker, for names that are none.

    Returns
    -------
    Transcript
        Rows of the table words (kind phrase, source webvtt), and turns for
        `workbench.utterances.from_tier`. Cues that overlap are kept as they are;
        a cue with several voices gives a phrase for each, over the same time.

    Raises
    ------
    InputError
        If the file is not there, empty, no WebVTT, or a cue has no length; the
        message names the line.

    See Also
    --------
    attach_text : Put the text beside the utterances.

    References
    ----------
    .. [1] World Wide Web Consortium (2019). WebVTT: The Web Video Text Tracks
       Format. Candidate Recommendation, https://www.w3.org/TR/webvtt1/
    """
    path = Path(path)
    voices = Voices(call_id or path.stem, channels, roles)
    phrases = [
        phrase
        for start_s, end_s, payload in _cues(read_text(path), path.name)
        for phrase in _phrases(start_s, end_s, payload, voices)
    ]
    phrases.sort(key=lambda phrase: (phrase.start_s, phrase.end_s))
    rows = word_rows(phrases, voices, source="webvtt", kind="phrase")
    return Transcript(words_table(rows), turn_table(phrases, voices))


def _cues(text: str, name: str) -> Iterator[tuple[float, float, str]]:
    lines = text.split("\n")
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        raise InputError(
            f'{name} is no WebVTT: its first line is "{lines[0][:40]}", expected "WEBVTT". '
            "Export the transcript as WebVTT; SRT needs that line and points for commas."
        )
    number = 0
    while number < len(lines) and lines[number].strip():
        number += 1
    while number < len(lines):
        begin = number
        while number < len(lines) and lines[number].strip():
            number += 1
        block = lines[begin:number]
        number += 1
        if not block or re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", block[0]):
            continue
        timing = 0 if "-->" in block[0] else 1
        if len(block) <= timing or "-->" not in block[timing]:
            raise InputError(
                f'Line {begin + 1} of {name} reads "{block[0][:60]}"; expected a cue, which has '
                "a line such as 00:00:04.200 --> 00:00:08.350."
            )
        yield (*_times(block[timing], begin + timing + 1, name), "\n".join(block[timing + 1 :]))


def _times(line: str, number: int, name: str) -> tuple[float, float]:
    match = _TIMING.fullmatch(line.strip())
    if match is None:
        raise InputError(
            f'Line {number} of {name} reads "{line.strip()[:60]}"; expected times like '
            "00:00:04.200 --> 00:00:08.350."
        )
    parts = [int(part or 0) for part in match.groups()]
    start_s, end_s = (
        (((hours * 60) + minutes) * 60_000 + seconds * 1000 + milliseconds) / 1000
        for hours, minutes, seconds, milliseconds in (parts[:4], parts[4:])
    )
    if end_s <= start_s:
        raise InputError(
            f"The cue in line {number} of {name} goes from {start_s:.3f} s to {end_s:.3f} s; "
            "a cue ends after its start."
        )
    return start_s, end_s


def _phrases(start_s: float, end_s: float, payload: str, voices: Voices) -> Iterator[Phrase]:
    """Divide a cue among its voices."""
    parts = _VOICE.split(payload)
    said: list[tuple[str | None, str]] = [(None, parts[0])]
    said += list(zip(map(_plain, parts[1::2]), parts[2::2], strict=True))
    for speaker, markup in said:
        text = _plain(markup)
        named = _PREFIX.fullmatch(text)
        if speaker is None and named and named[1].strip().lower() in voices.roles:
            speaker, text = named[1].strip(), named[2]
        if text:
            yield Phrase(speaker or None, start_s, end_s, text)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())
