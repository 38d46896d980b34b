"""Into and out of other tools: one registry of formats.

A format joins by adding one entry to `FORMATS`. An export takes a mapping of
tables by name and a destination; an import takes a path and hands back an
`Imported`, whose intervals become utterances (`place_intervals`, then
`workbench.utterances.from_tier`) and whose ratings find theirs with
`rating_tables`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import ExportReport, Format, Imported
from workbench.formats.elan import import_elan_tab
from workbench.formats.intervals import place_intervals
from workbench.formats.judgements import rating_tables
from workbench.formats.label_studio import export_label_studio, labelling_config
from workbench.formats.label_studio_import import import_label_studio
from workbench.formats.labels import LABEL_MAPS, UTEP_LABELS, check_labels
from workbench.formats.meanings import HeardTag, Meaning
from workbench.formats.outcomes_csv import import_outcomes_csv
from workbench.formats.ratings_csv import import_ratings_csv
from workbench.formats.rttm import import_rttm
from workbench.formats.tables import export_tables, read_table_file, write_table
from workbench.formats.textgrid import export_textgrid
from workbench.formats.textgrid_import import import_textgrid
from workbench.formats.transcripts import (
    import_call_analytics,
    import_webvtt,
    import_words_csv,
)

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "tables",
            "Every table as CSV or Parquet, with a data dictionary.",
            (".csv", ".parquet"),
            export=export_tables,
        ),
        Format(
            "textgrid",
            "Praat TextGrid: a tier for each party and rater.",
            (".TextGrid",),
            export=export_textgrid,
            import_=import_textgrid,
        ),
        Format(
            "label_studio",
            "Label Studio tasks with regions, and the labelling configuration.",
            (".json",),
            export=export_label_studio,
            import_=import_label_studio,
        ),
        Format(
            "elan_tab",
            "ELAN's tab-delimited export.",
            (".txt", ".tsv"),
            import_=import_elan_tab,
        ),
        Format(
            "rttm",
            "RTTM: who spoke when.",
            (".rttm",),
            import_=import_rttm,
        ),
        Format(
            "ratings_csv",
            "Ratings as CSV, long (with tags.csv and scores.csv) or wide.",
            (".csv",),
            import_=import_ratings_csv,
        ),
        Format(
            "outcomes_csv",
            "Outcomes of calls, items of quality forms, or churn as CSV.",
            (".csv",),
            import_=import_outcomes_csv,
        ),
        Format(
            "webvtt",
            "WebVTT transcript.",
            (".vtt",),
            import_=import_webvtt,
        ),
        Format(
            "words_csv",
            "Transcript as CSV with word times.",
            (".csv",),
            import_=import_words_csv,
        ),
        Format(
            "call_analytics",
            "Transcribe Call Analytics or Contact Lens JSON.",
            (".json",),
            import_=import_call_analytics,
        ),
    )
}
"""All formats by name."""


def format_named(name: str, *, direction: str | None = None) -> Format:
    """Find a format.

    Parameters
    ----------
    name : str
        Its name.
    direction : str, optional
        "import" or "export", if it must be able to do that.

    Returns
    -------
    Format
        The entry of the registry.

    Raises
    ------
    InputError
        If there is no such format, or not in this direction; the message
        suggests the nearest.

    Examples
    --------
    >>> format_named("textgrid").extensions
    ('.TextGrid',)
    """
    able = {
        key: entry
        for key, entry in FORMATS.items()
        if direction is None
        or (entry.import_ if direction == "import" else entry.export) is not None
    }
    if name not in able:
        if name in FORMATS:
            trouble = f'The format "{name}" cannot be {direction}ed.'
        else:
            trouble = f'There is no format "{name}".{nearest(name, able)}'
        ways = "Formats" if direction is None else f"Formats for {direction}"
        raise InputError(f"{trouble} {ways}: {', '.join(able)}.")
    return FORMATS[name]


def formats_table() -> pd.DataFrame:
    """List the formats.

    Returns
    -------
    DataFrame
        Columns format, meaning, extensions, imports, exports.
    """
    return pd.DataFrame(
        [
            {
                "format": entry.name,
                "meaning": entry.meaning,
                "extensions": " ".join(entry.extensions),
                "imports": entry.import_ is not None,
                "exports": entry.export is not None,
            }
            for entry in FORMATS.values()
        ]
    )


def accepted_options(name: str, direction: str | None = None) -> tuple[str, ...]:
    """List the options that a format takes.

    Parameters
    ----------
    name : str
        Name of the format.
    direction : str, optional
        "import" or "export"; those of either if not given.

    Returns
    -------
    tuple of str
        Names of keyword arguments, sorted.

    Raises
    ------
    InputError
        If there is no such format.

    Examples
    --------
    >>> accepted_options("tables", "export")
    ('kind', 'overwrite')
    """
    entry = format_named(name, direction=direction)
    ways = {"import": entry.import_, "export": entry.export}
    functions = [way for word, way in ways.items() if way and direction in (None, word)]
    return tuple(sorted({name for function in functions for name in _keywords(function)}))


def import_file(path: str | Path, format: str, **options: Any) -> Imported:
    """Read a file of another tool.

    Parameters
    ----------
    path : str or Path
        The file.
    format : str
        A name of `FORMATS`.
    **options : object
        Arguments of the format, such as call_id, rater_id, role, calls,
        mapping, taxonomy; None is as good as left out.

    Returns
    -------
    Imported
        What the file says, with ids that stay the same when it is read again.

    Raises
    ------
    InputError
        If the format or an option is unknown, or the file is not as it should be.
    """
    function = format_named(format, direction="import").import_
    if function is None:
        raise InputError(f'The format "{format}" cannot be imported.')
    imported: Imported = function(path, **_taken(function, options, format))
    return imported


def export_files(
    tables: Mapping[str, pd.DataFrame],
    destination: str | Path,
    format: str,
    *,
    overwrite: bool = False,
    **options: Any,
) -> ExportReport:
    """Write tables in the form of another tool.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables by name; each format takes what it can carry.
    destination : str or Path
        A folder, or a file where the format says so.
    format : str
        A name of `FORMATS`.
    overwrite : bool, default False
        Whether files of the same name may be replaced.
    **options : object
        Further arguments of the format; None is as good as left out.

    Returns
    -------
    ExportReport
        The files, and what they could not carry.

    Raises
    ------
    InputError
        If the format or an option is unknown, or the files cannot be written.
    """
    function = format_named(format, direction="export").export
    if function is None:
        raise InputError(f'The format "{format}" cannot be exported.')
    taken = _taken(function, options, format)
    report: ExportReport = function(tables, destination, overwrite=overwrite, **taken)
    return report


def _taken(
    function: Callable[..., Any], options: Mapping[str, Any], format_name: str
) -> dict[str, Any]:
    known = _keywords(function)
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in known:
            raise InputError(
                f'The format "{format_name}" takes no {name}=.{nearest(name, known)} '
                f"It takes: {', '.join(known)}."
            )
    return given


def _keywords(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]


__all__ = [
    "FORMATS",
    "LABEL_MAPS",
    "UTEP_LABELS",
    "ExportReport",
    "Format",
    "HeardTag",
    "Imported",
    "Meaning",
    "accepted_options",
    "accepted_options",
    "check_labels",
    "export_files",
    "export_label_studio",
    "export_tables",
    "export_textgrid",
    "format_named",
    "formats_table",
    "import_call_analytics",
    "import_elan_tab",
    "import_file",
    "import_label_studio",
    "import_outcomes_csv",
    "import_ratings_csv",
    "import_rttm",
    "import_textgrid",
    "import_webvtt",
    "import_words_csv",
    "labelling_config",
    "place_intervals",
    "rating_tables",
    "read_table_file",
    "write_table",
]
