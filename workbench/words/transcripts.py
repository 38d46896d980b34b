"""What every reader of transcripts shares: text, whose voice it is, the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table

PHRASES = " phrases"
"""Ending of `source` for phrases of a transcript that has words as well."""

WHOLE_CALL = -1
"""Channel of words of which only the call is known."""

ROLE_WORDS = {
    "customer": "customer",
    "caller": "customer",
    "client": "customer",
    "agent": "agent",
    "advisor": "agent",
    "operator": "agent",
    "representative": "agent",
}
"""Words for roles in transcripts, lower case."""

TURN_COLUMNS = ("call_id", "channel", "role", "speaker", "start_s", "end_s", "text", "sentiment")


class Transcript(NamedTuple):
    """A transcript as tables.

    Parameters
    ----------
    words : DataFrame
        Rows of the table words: the words where their times are known, else the
        phrases. The channel is -1 where only the call is known.
    turns : DataFrame
        One row a phrase, for `workbench.utterances.from_tier`: call_id, channel
        (empty if unknown), role (customer, agent or unknown), speaker (the
        transcript's name), start_s, end_s, text, sentiment.
    """

    words: pd.DataFrame
    turns: pd.DataFrame


class Phrase(NamedTuple):
    """One phrase of a transcript: who, when, what.

    Parameters
    ----------
    speaker : str or None
        The transcript's name for who speaks.
    start_s, end_s : float
        Seconds of the call.
    text : str
        What was said.
    sentiment : str or None
        The tool's own, with its scale.
    """

    speaker: str | None
    start_s: float
    end_s: float
    text: str
    sentiment: str | None = None


class Voices:
    """Who is meant by a speaker's name, and on which channel that is.

    Parameters
    ----------
    call_id : str
        The call.
    channels : DataFrame, mapping or None
        The table channels, or channel by role.
    roles : mapping of str to str or None
        Role by the transcript's name of a speaker.
    """

    def __init__(
        self,
        call_id: str,
        channels: pd.DataFrame | Mapping[str, int] | None,
        roles: Mapping[str, str] | None,
    ) -> None:
        self.call_id = call_id
        self.roles = {**ROLE_WORDS, **{name.lower(): role for name, role in (roles or {}).items()}}
        self._channels: dict[str, int] = {}
        self._only: int | None = None
        if isinstance(channels, pd.DataFrame):
            here = check_table(channels, "channels")
            here = here[here["call_id"] == call_id]
            for role, own in here.groupby("role"):
                if len(own) == 1 and role != "unknown":
                    self._channels[str(role)] = int(own["channel"].iloc[0])
            if len(here) == 1:
                self._only = int(here["channel"].iloc[0])
        elif channels is not None:
            self._channels = {str(role): int(channel) for role, channel in channels.items()}

    def role(self, speaker: str | None) -> str:
        """Tell the role of a speaker.

        Parameters
        ----------
        speaker : str or None
            The transcript's name.

        Returns
        -------
        str
            customer, agent, other or unknown.
        """
        return self.roles.get(str(speaker).strip().lower(), "unknown")

    def channel(self, speaker: str | None) -> int:
        """Tell the channel of a speaker.

        Parameters
        ----------
        speaker : str or None
            The transcript's name.

        Returns
        -------
        int
            Channel of the call; -1 if it cannot be known.
        """
        only = WHOLE_CALL if self._only is None else self._only
        return self._channels.get(self.role(speaker), only)


def word_rows(
    phrases: Sequence[Phrase], voices: Voices, *, source: str, kind: str
) -> list[dict[str, Any]]:
    """Make rows of the table words.

    Parameters
    ----------
    phrases : sequence of Phrase
        Words or phrases.
    voices : Voices
        Who speaks where.
    source : str
        Which transcript.
    kind : str
        word or phrase.

    Returns
    -------
    list of dict
        One row each.
    """
    return [
        {
            "call_id": voices.call_id,
            "channel": voices.channel(phrase.speaker),
            "start_s": phrase.start_s,
            "source": source,
            "end_s": phrase.end_s,
            "text": phrase.text,
            "kind": kind,
            "sentiment": phrase.sentiment,
        }
        for phrase in phrases
    ]


def words_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Check rows of the table words and put them in order of time.

    Parameters
    ----------
    rows : sequence of mapping
        From `word_rows`.

    Returns
    -------
    DataFrame
        The table words, times in whole milliseconds. Where two rows of a channel
        begin in the same one, the later is moved on by one, because the start is
        part of the key.
    """
    taken: set[tuple[object, ...]] = set()
    apart = []
    for row in rows:
        place = (row["call_id"], row["channel"], row["source"])
        start_ms = round(row["start_s"] * 1000)
        while (*place, start_ms) in taken:
            start_ms += 1
        taken.add((*place, start_ms))
        start_s = start_ms / 1000
        apart.append({**row, "start_s": start_s, "end_s": max(round(row["end_s"], 3), start_s)})
    checked = check_table(pd.DataFrame(apart), "words")
    return checked.sort_values(["call_id", "start_s", "channel"], ignore_index=True, kind="stable")


def turn_table(phrases: Sequence[Phrase], voices: Voices) -> pd.DataFrame:
    """Make the table of phrases with their speakers.

    Parameters
    ----------
    phrases : sequence of Phrase
        The phrases.
    voices : Voices
        Who speaks where.

    Returns
    -------
    DataFrame
        As `Transcript.turns`.
    """
    rows = []
    for phrase in phrases:
        channel = voices.channel(phrase.speaker)
        rows.append(
            (
                voices.call_id,
                pd.NA if channel == WHOLE_CALL else channel,
                voices.role(phrase.speaker),
                phrase.speaker,
                phrase.start_s,
                phrase.end_s,
                phrase.text,
                phrase.sentiment,
            )
        )
    table = pd.DataFrame(rows, columns=list(TURN_COLUMNS)).astype(
        {
            "call_id": "str", "channel": "Int64", "role": "str", "speaker": "str",
            "start_s": "float64", "end_s": "float64", "text": "str", "sentiment": "str",
        }
    )  # fmt: skip
    return table.sort_values(["start_s", "end_s"], ignore_index=True, kind="stable")


def read_text(path: str | Path, *, encoding: str | None = None) -> str:
    """Read a text file as UTF-8, or UTF-16 where a byte order mark says so.

    Parameters
    ----------
    path : str or Path
        The file.
    encoding : str, optional
        Its encoding, where it is another.

    Returns
    -------
    str
        The text without byte order mark, lines ended by a single newline.

    Raises
    ------
    InputError
        If the file is not there, is empty, or is no text of this encoding.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not data.strip():
        raise InputError(f"{path.name} is empty ({len(data)} bytes); export the transcript again.")
    if encoding is None:
        utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        encoding = "utf-16" if utf16 else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise InputError(f'There is no encoding "{encoding}"; name one like "cp1252".') from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is no {encoding.removesuffix('-sig').upper()} text (byte "
            f"{data[error.start]:#04x} at position {error.start}). Save it as UTF-8, or name its "
            'encoding, for example encoding="cp1252".'
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
