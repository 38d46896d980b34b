"""A report as a notebook of words and outputs, without any code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from workbench.errors import InputError
from workbench.reports.tables import table_html

if TYPE_CHECKING:
    from nbformat import NotebookNode

PLAYS = (
    "In the workbench a click on a point plays its seconds."
    '<span class="screen"> Here, rest the pointer on it to read which call and seconds they are.'
    "</span>"
)
NOT_CAUSE = (
    "Whatever is said here to go together was found to go together in these calls: association, "
    "not cause."
)
_FIGURE_LOOKS = {"responsive": True, "displaylogo": False, "displayModeBar": False}


class Part(NamedTuple):
    """A part of a report.

    Parameters
    ----------
    heading : str
        Its heading.
    words : str
        Plain words; Markdown, in which HTML is shown as it is written.
    thing : plotly Figure, DataFrame or None
        What it shows.
    """

    heading: str
    words: str = ""
    thing: Any = None


def check_parts(parts: Iterable[Any]) -> list[Part]:
    """Check what came as the parts of a report.

    Parameters
    ----------
    parts : iterable of tuple
        (heading, words, figure or table), the last two optional.

    Returns
    -------
    list of Part
        At least one.

    Raises
    ------
    InputError
        If there is none, or one is anything else.

    Examples
    --------
    >>> check_parts([("What we heard", "Nothing yet.")])
    [Part(heading='What we heard', words='Nothing yet.', thing=None)]
    """
    import plotly.graph_objects as go

    checked = []
    for number, given in enumerate(parts, 1):
        if not isinstance(given, (tuple, list)) or not 1 <= len(given) <= 3:
            raise InputError(
                f"Part {number} of the report is a {type(given).__name__}"
                f"{f' of {len(given)}' if isinstance(given, (tuple, list)) else ''}. "
                'A part is ("heading", "plain words", figure or table or None).'
            )
        part = Part(*given)
        if not isinstance(part.heading, str) or not isinstance(part.words, str):
            raise InputError(
                f"Part {number} of the report has no heading and words: its first two are a "
                f"{type(part.heading).__name__} and a {type(part.words).__name__}. "
                'A part is ("heading", "plain words", figure or table or None).'
            )
        thing = part.thing
        if isinstance(thing, pd.Series):
            part = part._replace(thing=thing.to_frame(thing.name or "value").rename_axis(""))
        elif thing is not None and not isinstance(thing, (pd.DataFrame, go.Figure)):
            raise InputError(
                f'What the part "{part.heading}" shows is a {type(thing).__name__}. '
                "A report shows plotly figures, figures of the workbench and tables."
            )
        checked.append(part)
    if not checked:
        raise InputError(
            'A report has at least one part: ("heading", "plain words", figure or table or None).'
        )
    return checked


def report_notebook(
    title: str,
    parts: Sequence[Part],
    *,
    facts: Mapping[str, str],
    method: str = "",
    notes: Sequence[str] = (),
    rows: int = 25,
) -> NotebookNode:
    """Compose a report in memory.

    Parameters
    ----------
    title : str
        Its title.
    parts : sequence of Part
        From `check_parts`.
    facts : mapping of str to str
        What the head states, by its name.
    method : str, default ""
        How it was done, in plain words; Markdown.
    notes : sequence of str
        Sentences for the foot; the last is always that association is not cause.
    rows : int, default 25
        Rows of each table that are shown.

    Returns
    -------
    NotebookNode
        Cells of Markdown and of outputs; no code, no audio.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    def shown(html: str) -> Any:
        return new_code_cell(outputs=[new_output("display_data", data={"text/html": html})])

    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in facts.items()
    )
    head = f"<header><h1>{escape(title)}</h1><dl>{lines}</dl></header>"
    cells = [shown(head)]
    for part in parts:
        cells.append(_words_cell(part.heading, part.words))
        if part.thing is not None:
            cells.append(shown(_html_of(part.thing, rows)))
    cells.append(_words_cell("How this was done", method))
    cells.append(
        shown("".join(f'<p class="note">{escape(note)}</p>' for note in (*notes, NOT_CAUSE)))
    )
    composed: NotebookNode = new_notebook(cells=cells, metadata={"title": title})
    return composed


def _words_cell(heading: str, words: str) -> Any:
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(f"## {heading}\n\n{words}".replace("<", "&lt;"))


def _html_of(thing: Any, rows: int) -> str:
    if isinstance(thing, pd.DataFrame):
        return f'<div class="table">{table_html(thing, rows=rows)}</div>'
    figure, plays = with_places(thing)
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config=_FIGURE_LOOKS)
    caption = f"<figcaption>{PLAYS}</figcaption>" if plays else ""
    return f"<figure>{drawn}{caption}</figure>"


def with_places(figure: Any) -> tuple[Any, bool]:
    """Say in the hover text of each point which seconds of which call are behind it.

    Parameters
    ----------
    figure : plotly Figure
        With [call_id, channel, start_s, end_s] as customdata where points play.

    Returns
    -------
    figure : plotly Figure
        A copy.
    plays : bool
        Whether there is such a point.
    """
    import plotly.graph_objects as go

    copy = go.Figure(figure)
    plays = False
    for trace in copy.data:
        if trace.customdata is None or "hoverinfo" not in trace:
            continue
        places = [_place(row) for row in trace.customdata]
        grid = trace.type == "heatmap"
        if not grid and not any(places):
            continue
        plays = True
        if trace.hovertemplate or trace.hoverinfo == "skip" or grid:
            continue
        told = trace.hovertext
        told = [told or ""] * len(places) if told is None or isinstance(told, str) else list(told)
        if len(told) == len(places):
            trace.hovertext = [
                "<br>".join(filter(None, (words, _untold(place, words))))
                for words, place in zip(map(str, told), places, strict=True)
            ]
    return copy, plays


def _place(row: Any) -> str:
    if row is None or len(row) == 0 or not isinstance(row[0], str):
        return ""
    _, _, start_s, end_s = [*row, None, None, None][:4]
    if not isinstance(start_s, float) or not isinstance(end_s, float):
        return f"call {escape(row[0])}"
    return f"call {escape(row[0])}, {start_s:.1f} to {end_s:.1f} s"


def _untold(place: str, words: str) -> str:
    """Leave out of a place the seconds, or all, that the words say already."""
    call, _, seconds = place.partition(", ")
    if place in words:
        return ""
    return call if seconds and seconds in words else place
