"""The TextGrid notation of Praat: long and short text in, long text out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InputError
from workbench.formats.source_files import SourceText

TOKEN = re.compile(
    r'"(?P<string>[^"]*(?:""[^"]*)*)"(?!")'
    r"|<(?P<flag>exists|absent)>"
    r"|(?<!\S)(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?!\S)"
    r"|(?P<comment>(?<!\S)![^\n\r]*)"
    r'|(?P<open>")'
)
INTERVALS, POINTS = "IntervalTier", "TextTier"


@dataclass(frozen=True)
class Mark:
    """An interval or a point of a tier.

    Parameters
    ----------
    start_s, end_s : float
        Seconds; both the same for a point.
    text : str
        The label.
    """

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class GridTier:
    """A tier of a TextGrid.

    Parameters
    ----------
    kind : str
        IntervalTier or TextTier (points).
    name : str
        Its name.
    marks : tuple of Mark
        In the order of the file.
    """

    kind: str
    name: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Grid:
    """A TextGrid.

    Parameters
    ----------
    start_s, end_s : float
        Bounds, seconds.
    tiers : tuple of GridTier
        The tiers.
    """

    start_s: float
    end_s: float
    tiers: tuple[GridTier, ...]


class _Tokens:
    """Walks over the values of Praat text: strings, flags, free-standing numbers."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found = self._find()

    def _find(self) -> Iterator[tuple[str, str]]:
        for match in TOKEN.finditer(self.source.text):
            if match.lastgroup == "open":
                line = self.source.text.count("\n", 0, match.start()) + 1
                raise InputError(
                    f"The quote in line {line} of {self.source.name} is never closed: the file is "
                    'cut short, or a " inside a label is not doubled.'
                )
            if match.lastgroup and match.lastgroup != "comment":
                yield match.lastgroup, match[match.lastgroup]

    def take(self, kind: str, what: str) -> str:
        found = next(self.found, None)
        if found is None:
            raise InputError(
                f"{self.source.name} ends before {what}: it is cut short. Save it again in Praat."
            )
        if found[0] != kind:
            raise InputError(
                f"{self.source.name} has {found[1]!r} where {what} was expected. "
                "Open it in Praat and save it as text."
            )
        return found[1].replace('""', '"') if kind == "string" else found[1]

    def number(self, what: str) -> float:
        return float(self.take("number", what))

    def count(self, what: str) -> int:
        value = self.number(what)
        if value < 0 or value != int(value):
            raise InputError(f"{self.source.name} has {value:g} as {what}; a count was expected.")
        return int(value)


def check_not_binary(path: Path) -> None:
    """Refuse the binary form of a TextGrid.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        If it begins as Praat's binary files do.
    """
    if path.is_file():
        with path.open("rb") as stream:
            if stream.read(12) == b"ooBinaryFile":
                raise InputError(f"{path.name} is a binary TextGrid. Save it in Praat as text.")


def read_grid(source: SourceText) -> Grid:
    """Read a TextGrid in long or short text.

    Parameters
    ----------
    source : SourceText
        The file.

    Returns
    -------
    Grid
        Its tiers with their labels; empty labels included.

    Raises
    ------
    InputError
        If it is not a TextGrid in text, or is cut short.
    """
    if source.text.lstrip().startswith('"Praat chronological TextGrid'):
        raise InputError(
            f"{source.name} is a chronological TextGrid. Save it in Praat with Save as text file."
        )
    tokens = _Tokens(source)
    if not source.text.lstrip().startswith(("File type", '"ooTextFile')):
        raise InputError(
            f"{source.name} is not a TextGrid: it begins with {source.text.strip()[:30]!r} and not "
            'with File type = "ooTextFile".'
        )
    tokens.take("string", "the file type")
    if (kind := tokens.take("string", "the object class")) != "TextGrid":
        raise InputError(f'{source.name} holds a Praat object "{kind}"; a TextGrid was expected.')
    start_s, end_s = tokens.number("xmin"), tokens.number("xmax")
    tiers: list[GridTier] = []
    if tokens.take("flag", "<exists>") == "exists":
        count = tokens.count("the number of tiers")
        while len(tiers) < count:
            tiers.append(_read_tier(tokens, f"tier {len(tiers) + 1}"))
    return Grid(start_s, end_s, tuple(tiers))


def _read_tier(tokens: _Tokens, which: str) -> GridTier:
    kind = tokens.take("string", f"the class of {which}")
    if kind not in (INTERVALS, POINTS):
        raise InputError(
            f'{tokens.source.name} has a {which} of class "{kind}"; '
            f"{INTERVALS} or {POINTS} was expected."
        )
    name = tokens.take("string", f"the name of {which}")
    tokens.number(f"xmin of {which}")
    tokens.number(f"xmax of {which}")
    count = tokens.count(f"the size of {which}")
    marks: list[Mark] = []
    while len(marks) < count:
        what = f'mark {len(marks) + 1} of {count} of the tier "{name}"'
        start_s = tokens.number(f"the time of {what}")
        end_s = start_s if kind == POINTS else tokens.number(f"the end of {what}")
        marks.append(Mark(start_s, end_s, tokens.take("string", f"the text of {what}")))
    return GridTier(kind, name, tuple(marks))


def layers_of(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Spread overlapping marks over as few layers as they need.

    Parameters
    ----------
    marks : sequence of Mark
        Intervals in any order.

    Returns
    -------
    list of list of Mark
        Each in order of time, without overlap.

    Examples
    --------
    >>> [len(layer) for layer in layers_of([Mark(0, 2, "a"), Mark(1, 3, "b"), Mark(2, 4, "c")])]
    [2, 1]
    """
    layers: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: (mark.start_s, mark.end_s)):
        for layer in layers:
            if layer[-1].end_s <= mark.start_s:
                layer.append(mark)
                break
        else:
            layers.append([mark])
    return layers


def write_grid(grid: Grid) -> str:
    """Write a TextGrid as long text.

    Gaps between intervals are filled with empty ones, as Praat needs it.

    Parameters
    ----------
    grid : Grid
        The intervals of a tier must not overlap.

    Returns
    -------
    str
        The text.
    """
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        f"xmin = {_number(grid.start_s)}",
        f"xmax = {_number(grid.end_s)}",
        "tiers? <exists>",
        f"size = {len(grid.tiers)}",
        "item []:",
    ]
    for number, tier in enumerate(grid.tiers, start=1):
        marks = _without_gaps(tier.marks, grid) if tier.kind == INTERVALS else tier.marks
        word = "intervals" if tier.kind == INTERVALS else "points"
        lines += [
            f"    item [{number}]:",
            f'        class = "{tier.kind}"',
            f"        name = {_string(tier.name)}",
            f"        xmin = {_number(grid.start_s)}",
            f"        xmax = {_number(grid.end_s)}",
            f"        {word}: size = {len(marks)}",
        ]
        for place, mark in enumerate(marks, start=1):
            lines.append(f"        {word} [{place}]:")
            if tier.kind == INTERVALS:
                lines.append(f"            xmin = {_number(mark.start_s)}")
                lines.append(f"            xmax = {_number(mark.end_s)}")
                lines.append(f"            text = {_string(mark.text)}")
            else:
                lines.append(f"            number = {_number(mark.start_s)}")
                lines.append(f"            mark = {_string(mark.text)}")
    return "\n".join([*lines, ""])


def _without_gaps(marks: Sequence[Mark], grid: Grid) -> list[Mark]:
    filled: list[Mark] = []
    reached = grid.start_s
    for mark in sorted(marks, key=lambda mark: mark.start_s):
        if mark.start_s > reached:
            filled.append(Mark(reached, mark.start_s, ""))
        filled.append(mark)
        reached = mark.end_s
    if reached < grid.end_s or not filled:
        filled.append(Mark(reached, grid.end_s, ""))
    return filled


def _number(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
