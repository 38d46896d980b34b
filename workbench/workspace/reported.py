"""What a report says of its workspace, and what of the calls stays out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from workbench import reports
from workbench.errors import InputError
from workbench.workspace import tables

if TYPE_CHECKING:
    from workbench.workspace.core import Core

RUN = 5
"""So many words in a row that were said in a call are a quotation."""
PAUSE_S = 0.5
"""So long a silence between two words parts what was said in one go."""

_KINDS = {"human": ("person", "people"), "model": ("model", "models"), "vote": ("vote", "votes")}
_PASSES = {
    "text": "text alone",
    "masked_voice": "masked voice",
    "voice": "voice alone",
    "both": "voice with text",
}


class Tried(Protocol):
    """Whatever keeps a list of the figures that were tried."""

    def table(self) -> pd.DataFrame:
        """Give one row a figure that was tried."""


def report(
    ws: Core,
    path: str | Path,
    title: str,
    parts: Iterable[Any],
    *,
    method: str,
    ledger: Tried | None,
    text: bool,
    pdf: bool,
    rows: int,
) -> list[str]:
    """Write a report.

    Parameters
    ----------
    ws : Core
        The workspace.
    path : str or Path
        The file.
    title : str
        Its title.
    parts : iterable of tuple
        Heading, words, figure or table.
    method : str
        How it was done.
    ledger : object or None
        What was tried.
    text : bool
        Whether transcripts may be quoted.
    pdf : bool
        Whether a PDF is to stand beside the HTML.
    rows : int
        Rows of each table.

    Returns
    -------
    list of str
        What was written.

    Raises
    ------
    InputError
        If something is not what a report is made of.
    """
    if rows < 1:
        raise InputError(f"A table of a report shows 1 row or more; rows={rows} came.")
    checked = reports.check_parts(map(_with_plain_figure, parts))
    if not text:
        said = Said(ws, sorted({call for part in checked for call in _calls_in(part.thing)}))
        checked = [
            part._replace(thing=reports.without_quotes(part.thing, said)) for part in checked
        ]
    notes = ["This report holds no audio. Customers and agents appear under their pseudonyms."]
    if ledger is not None:
        n = len(ledger.table())
        notes.append(
            f"{n} figure{' was' if n == 1 else 's were'} tried in this session, those above among "
            "them; the more are tried, the more look like something by chance."
        )
    notebook = reports.report_notebook(
        title, checked, facts=facts(ws), method=method, notes=notes, rows=rows
    )
    return reports.write_report(notebook, path, pdf=pdf)


def _with_plain_figure(part: Any) -> Any:
    import ipywidgets

    from workbench.widgets import figure_of

    if isinstance(part, (tuple, list)) and len(part) == 3 and isinstance(part[2], ipywidgets.Box):
        figure = figure_of(part[2])
        return part if figure is None else (*part[:2], figure)
    return part


def _calls_in(thing: Any) -> Iterator[str]:
    if isinstance(thing, pd.DataFrame):
        if "call_id" in thing.columns:
            yield from thing["call_id"].dropna().astype(str)
    elif thing is not None:
        for trace in thing.data:
            rows = trace.customdata if trace.customdata is not None else ()
            cells = (row for line in rows for row in line) if trace.type == "heatmap" else rows
            yield from (str(row[0]) for row in cells if isinstance(row, Sequence) and row)


def facts(ws: Core) -> dict[str, str]:
    """Count what a report of this workspace rests on.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    dict of str to str
        Workspace, Date, Calls, Ratings, Taxonomy and Passes, in words.
    """
    calls = ws.store.read("calls")
    ratings, _, _ = ws.store.current_ratings()
    utterances = tables.utterances_in_use(ws, unit=None, text=False)
    ratings = ratings[ratings["utterance_id"].isin(utterances["utterance_id"])]
    rated = utterances.loc[
        utterances["utterance_id"].isin(ratings["utterance_id"]), "call_id"
    ].nunique()
    today = date.today()
    stated = {
        "Workspace": ws.folder.name,
        "Date": f"{today.day} {today:%B %Y}",
        "Calls": f"{_many(len(calls), 'call', 'calls')}, {rated:,} of them rated; "
        f"{_many(calls['customer_id'].nunique(), 'customer', 'customers')}, "
        f"{_many(calls['agent_id'].nunique(), 'agent', 'agents')}",
    }
    if ratings.empty:
        return stated | {"Ratings": "none"}
    kinds = ws.store.read("raters").set_index("rater_id")["kind"]
    judges = kinds.reindex(ratings["rater_id"].unique()).value_counts()
    who = ", ".join(
        _many(n, *_KINDS.get(str(kind), (f"{kind} rater", f"{kind} raters")))
        for kind, n in judges.items()
    )
    versions = (ratings["taxonomy"] + " " + ratings["version"]).value_counts()
    passes = ratings["pass"].map(_PASSES).value_counts()
    return stated | {
        "Ratings": f"{_many(len(ratings), 'rating', 'ratings')} of "
        f"{_many(ratings['utterance_id'].nunique(), 'utterance', 'utterances')} by {who}",
        "Taxonomy": _shares(versions),
        "Passes": _shares(passes),
    }


def _many(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _shares(counts: pd.Series) -> str:
    if len(counts) == 1:
        return str(counts.index[0])
    return ", ".join(f"{name} ({n:,} ratings)" for name, n in counts.items())


class Said:
    """Know what was said in the calls: `said(words)` tells whether words quote it.

    Words quote if five in a row were said in one go, or if a line, or what
    stands between quotation marks, is all that was said between two pauses.
    The transcripts are read when something of two words is asked about.

    Parameters
    ----------
    ws : Core
        The workspace.
    calls : sequence of str
        Whose transcripts to look in; those of all calls if none of these is known.
    """

    def __init__(self, ws: Core, calls: Sequence[str]) -> None:
        self._ws = ws
        self._calls = calls
        self._known: dict[str, bool] = {}

    def __call__(self, words: str) -> bool:
        """Say whether the words quote what was said.

        Parameters
        ----------
        words : str
            As they stand in a figure or table; may hold HTML.

        Returns
        -------
        bool
            Whether they do.
        """
        if words not in self._known:
            self._known[words] = self._quotes(words)
        return self._known[words]

    def _quotes(self, words: str) -> bool:
        spoken = tuple(_words(words))
        if len(spoken) < 2:
            return False
        lines = (tuple(_words(line)) for line in re.split(_BREAKS, unescape(words)))
        return any(run in self._runs for run in _runs(spoken)) or any(
            line in self._whole for line in (spoken, *lines)
        )

    @cached_property
    def _texts(self) -> list[Sequence[str]]:
        known = self._ws.store.read("calls")["call_id"]
        named = sorted(set(self._calls) & set(known))
        where: dict[str, Any] = {"call_id": named} if named else {}
        heard = self._ws.store.read("words", **where)
        heard = heard.sort_values(["kind", "call_id", "channel", "source", "start_s"])
        who = heard[["kind", "call_id", "channel", "source"]]
        new = (who != who.shift()).any(axis=1) | (heard["kind"] == "phrase")
        new |= heard["start_s"] - heard["end_s"].shift() > PAUSE_S
        return [_words(text) for text in heard["text"].groupby(new.cumsum()).agg(" ".join)]

    @cached_property
    def _runs(self) -> set[tuple[str, ...]]:
        return {run for text in self._texts for run in _runs(text)}

    @cached_property
    def _whole(self) -> set[tuple[str, ...]]:
        return {tuple(text) for text in self._texts if len(text) >= 2}


_BREAKS = r'<br\s*/?>|["“”„«»:\n]'


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[\w'’]+", re.sub(r"<[^>]*>", " ", unescape(text)).lower())


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(RUN)), strict=False)
