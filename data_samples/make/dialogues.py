"""Read the plays: who says what, with which feeling and which planted cue.

A play is a text file: a head in YAML, a line `---`, then one line an utterance,

    C frustration .8, anger .4 {volume_spike gap=0.15} | No. <0.9> Not again.

speaker, true tags with intensity, planted cues and settings in braces, the words.
`<0.9>` is a pause of that many seconds; `says=satisfaction` tells what the words alone
would say where the voice says something else. Lines in brackets are events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "dialogues"
CUES = ("high_pitch", "rising_pitch", "fast_speech", "long_pause", "flat_tone", "volume_spike")
ROLES = {"A": "agent", "B": "agent", "C": "customer"}
_LINE = re.compile(r"^([ABC])\s*([^|{]*)(?:\{([^}]*)\})?\s*\|\s*(.+)$")
_PAUSE = re.compile(r"\s*<([\d.]+)>")


@dataclass(frozen=True)
class Line:
    """One utterance of a play.

    Parameters
    ----------
    who : str
        A (agent), B (second agent) or C (customer).
    tags : dict of str to float
        True tags with intensity 0..1, the main one first.
    cues : tuple of str
        Planted cues.
    says : str
        The tag that the words alone would get; empty where words and voice agree.
    gap_s : float or None
        Silence before it, negative for an overlap; None to draw a usual one.
    words : tuple of str
        The words as written.
    pauses : dict of int to float
        Seconds of silence after the word with that number.
    """

    who: str
    tags: dict[str, float]
    cues: tuple[str, ...]
    says: str
    gap_s: float | None
    words: tuple[str, ...]
    pauses: dict[int, float]

    @property
    def text(self) -> str:
        """The words as one string."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Direction:
    """A stage direction: hold, beep, transfer, escalate, mute or unmute.

    Parameters
    ----------
    kind : str
        Which.
    value : str
        Seconds for hold and transfer, the speaker for mute and unmute.
    """

    kind: str
    value: str = ""


@dataclass(frozen=True)
class Play:
    """One call as written.

    Parameters
    ----------
    call_id : str
        Name of the file without its ending.
    head : dict
        The YAML head: title, call, customer, voices, file.
    lines : list of Line or Direction
        The call in its order.
    """

    call_id: str
    head: dict[str, Any]
    lines: list[Line | Direction] = field(default_factory=list)


def _line(call_id: str, text: str) -> Line:
    match = _LINE.match(text)
    if match is None:
        raise ValueError(f"{call_id}: this line is not `WHO tags {{cues}} | words`: {text}")
    who, tags, settings, speech = match.groups()
    weights = {}
    for part in filter(None, (p.strip() for p in tags.split(","))):
        tag, intensity = part.split()
        weights[tag] = float(intensity)
    cues, says = [], ""
    gap: float | None = None
    for word in (settings or "").split():
        if word.startswith("gap="):
            gap = float(word[4:])
        elif word.startswith("says="):
            says = word[5:]
        elif word in CUES:
            cues.append(word)
        else:
            raise ValueError(
                f'{call_id}: "{word}" is neither a cue nor gap=SECONDS nor says=TAG: {text}'
            )
    words: list[str] = []
    pauses: dict[int, float] = {}
    for piece in re.split(r"(<[\d.]+>)", speech):
        if pause := _PAUSE.match(piece):
            pauses[len(words) - 1] = float(pause.group(1))
        else:
            words.extend(piece.split())
    return Line(who, weights, tuple(cues), says, gap, tuple(words), pauses)


def read_play(path: Path) -> Play:
    """Read one play.

    Parameters
    ----------
    path : Path
        The text file.

    Returns
    -------
    Play
        Its head and lines.
    """
    head, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
    play = Play(path.stem, yaml.safe_load(head))
    for text in filter(None, (row.strip() for row in body.splitlines())):
        if text.startswith("["):
            play.lines.append(Direction(*text.strip("[]").split(maxsplit=1)))
        else:
            play.lines.append(_line(play.call_id, text))
    return play


def read_plays() -> list[Play]:
    """Read all plays in the order of their names.

    Returns
    -------
    list of Play
        The calls.
    """
    return [read_play(path) for path in sorted(FOLDER.glob("*.txt"))]
