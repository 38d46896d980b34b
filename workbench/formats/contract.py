"""What an import hands back and what an export tells about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from workbench.schema import DTYPES, empty_table

INTERVAL_COLUMNS = {
    "interval_id": "str",
    "call_id": "str",
    "channel": "int",
    "role": "str",
    "speaker": "str",
    "start_s": "float",
    "end_s": "float",
    "tier": "str",
    "label": "str",
}
"""Columns of `Imported.intervals` with the kinds of `workbench.schema.DTYPES`."""


def _keyed_by_interval(table: str) -> pd.DataFrame:
    rows = empty_table(table)
    return rows.rename(columns={"utterance_id": "interval_id"})


def empty_intervals() -> pd.DataFrame:
    """Make an interval table without rows.

    Returns
    -------
    DataFrame
        With the columns and dtypes of `INTERVAL_COLUMNS`.

    Examples
    --------
    >>> list(empty_intervals().columns)[:4]
    ['interval_id', 'call_id', 'channel', 'role']
    """
    return pd.DataFrame(
        {name: pd.Series([], dtype=DTYPES[kind]) for name, kind in INTERVAL_COLUMNS.items()}
    )


@dataclass(frozen=True)
class Imported:
    """What came out of a file, ready to be given utterances and stored.

    Nothing here depends on when the file was read, apart from `created_at` of
    ratings whose source tells no time: reading the same bytes again gives the
    same ids.

    Parameters
    ----------
    format : str
        Name of the format.
    source : str
        Name of the file, without its folder.
    sha256 : str
        SHA-256 of its bytes, hexadecimal.
    settings : str
        Canonical JSON with the hash, for `workbench.identifiers.segmentation_id`.
    intervals : DataFrame
        One row an interval: interval_id, call_id, channel (from 0; empty where
        the source does not say), role (customer, agent, other or unknown),
        speaker (the source's name), start_s and end_s (seconds of the call,
        half-open), tier, label (the source's own; several are joined by " | ").
    ratings : DataFrame
        The ratings table with interval_id in place of utterance_id.
    tags, scores, shifts, notes, raters, sessions : DataFrame
        The tables of the schema.
    words, events, outcomes, qa_items, customers : DataFrame
        The tables of the schema.
    roles : DataFrame
        Hints call_id, channel, role, evidence: who speaks where as the source
        says; to be confirmed, never applied by themselves.
    notices : tuple of str
        Sentences on what was left out or taken for granted.
    """

    format: str
    source: str
    sha256: str
    settings: str
    intervals: pd.DataFrame = field(default_factory=empty_intervals)
    ratings: pd.DataFrame = field(default_factory=lambda: _keyed_by_interval("ratings"))
    tags: pd.DataFrame = field(default_factory=lambda: empty_table("tags"))
    scores: pd.DataFrame = field(default_factory=lambda: empty_table("scores"))
    shifts: pd.DataFrame = field(default_factory=lambda: empty_table("shifts"))
    notes: pd.DataFrame = field(default_factory=lambda: empty_table("notes"))
    raters: pd.DataFrame = field(default_factory=lambda: empty_table("raters"))
    sessions: pd.DataFrame = field(default_factory=lambda: empty_table("sessions"))
    words: pd.DataFrame = field(default_factory=lambda: empty_table("words"))
    events: pd.DataFrame = field(default_factory=lambda: empty_table("events"))
    outcomes: pd.DataFrame = field(default_factory=lambda: empty_table("outcomes"))
    qa_items: pd.DataFrame = field(default_factory=lambda: empty_table("qa_items"))
    customers: pd.DataFrame = field(default_factory=lambda: empty_table("customers"))
    roles: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["call_id", "channel", "role", "evidence"])
    )
    notices: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """Name of the segmentation's method: the format."""
        return self.format

    @property
    def call_ids(self) -> tuple[str, ...]:
        """Calls that the file speaks of, sorted."""
        tables = (self.intervals, self.words, self.events, self.outcomes, self.qa_items)
        return tuple(sorted({str(call) for rows in tables for call in rows["call_id"]}))

    @property
    def call_id(self) -> str | None:
        """The call, if the file speaks of exactly one."""
        calls = self.call_ids
        return calls[0] if len(calls) == 1 else None


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote, and what it could not carry.

    Parameters
    ----------
    files : DataFrame
        Columns path, rows (of the main table behind the file), bytes.
    losses : DataFrame
        Columns what, rows, reason: one row for each kind of thing that is in the
        tables and not in the files.
    """

    files: pd.DataFrame
    losses: pd.DataFrame


ImportFunction = Callable[..., Imported]
ExportFunction = Callable[..., ExportReport]


@dataclass(frozen=True)
class Format:
    """One entry of the registry.

    Parameters
    ----------
    name : str
        As in `workbench import --format NAME`.
    meaning : str
        One line for a list of formats.
    extensions : tuple of str
        Usual endings of its files, with the dot.
    export : callable or None
        `export(tables, destination, *, overwrite=False, ...)`; see
        `workbench.formats.export_files`.
    import_ : callable or None
        `import_(path, *, ...)`; see `workbench.formats.import_file`.
    """

    name: str
    meaning: str
    extensions: tuple[str, ...]
    export: ExportFunction | None = None
    import_: ImportFunction | None = None


def loss_table(losses: list[tuple[str, int, str]]) -> pd.DataFrame:
    """Make the table of what an export could not carry.

    Parameters
    ----------
    losses : list of (str, int, str)
        What, how many rows, why; entries with 0 rows are left out.

    Returns
    -------
    DataFrame
        Columns what, rows, reason.

    Examples
    --------
    >>> loss_table([("tags.share", 3, "no place for it"), ("notes", 0, "none")])["rows"].tolist()
    [3]
    """
    kept = [loss for loss in losses if loss[1] > 0]
    return pd.DataFrame(kept, columns=["what", "rows", "reason"])


def file_table(written: Mapping[Path, int]) -> pd.DataFrame:
    """List the files of an export.

    Parameters
    ----------
    written : mapping of Path to int
        The files and the rows behind each.

    Returns
    -------
    DataFrame
        Columns path, rows, bytes.
    """
    return pd.DataFrame(
        [(str(path), rows, path.stat().st_size) for path, rows in written.items()],
        columns=["path", "rows", "bytes"],
    )
