"""Read the text of foreign files: odd encodings, empty files, CSV with other separators."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest

MISSING = ("NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "-")
"""Texts that mean "no value" in a cell of numbers, times or yes and no."""


@dataclass(frozen=True)
class SourceText:
    """The text of a file and what is known of it.

    Parameters
    ----------
    text : str
        The content, without a byte-order mark; line ends as they came.
    name : str
        Name of the file, without its folder.
    sha256 : str
        SHA-256 of the bytes, hexadecimal.
    notices : tuple of str
        A sentence if the encoding had to be guessed.
    """

    text: str
    name: str
    sha256: str
    notices: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        """Canonical JSON that names the content, for a segmentation's id."""
        return json.dumps({"sha256": self.sha256}, separators=(",", ":"))

    @property
    def stem(self) -> str:
        """Name of the file without its ending."""
        return Path(self.name).stem


def read_source(path: str | Path) -> SourceText:
    """Read a text file whatever its encoding.

    UTF-8 and UTF-16 with or without a byte-order mark are told apart safely;
    anything else is taken as Windows-1252, with a notice.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SourceText
        Its text, name and hash.

    Raises
    ------
    InputError
        If the file is missing, cannot be read, is empty or is not text.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Check the path.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if not raw.strip():
        raise InputError(f"{path.name} is empty: it holds {len(raw)} bytes and no text.")
    text, notices = _decode(raw, path.name)
    if not text.strip():
        raise InputError(f"{path.name} is empty: it holds {len(raw)} bytes and no text.")
    return SourceText(text, path.name, hashlib.sha256(raw).hexdigest(), notices)


def _decode(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    encoding = _encoding_of(raw)
    if encoding:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name} begins like {encoding.upper()} but is broken at byte {error.start}. "
                "Save it again as UTF-8."
            ) from error
        if "\0" in text:
            raise InputError(f"{name} is not a text file: it holds zero bytes.")
        return text.removeprefix("\ufeff"), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    odd = next(c for c in text if ord(c) > 127)
    line = next(line for line in text.splitlines() if odd in line).strip()
    return text, (
        f"{name} is not UTF-8 and was read as Windows-1252, so that it says {line[:60]!r}. "
        "If that looks wrong, save the file as UTF-8 and import it again.",
    )


def _encoding_of(raw: bytes) -> str | None:
    marks = {
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF32_LE: "utf-32",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    for mark, encoding in marks.items():
        if raw.startswith(mark):
            return encoding
    head = raw[:1000]
    if b"\0" not in head:
        return "utf-8" if b"\0" in raw else None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even > 4 * odd:
        return "utf-16-be"
    return "utf-16-le" if odd > 4 * even else "utf-8"


def read_rows(source: SourceText) -> pd.DataFrame:
    """Read CSV text to strings, whether comma, semicolon or tab separates.

    Parameters
    ----------
    source : SourceText
        The file.

    Returns
    -------
    DataFrame
        All columns as text without surrounding space; empty cells are missing.
        The index is the line number.

    Raises
    ------
    InputError
        If a row has more or fewer cells than the header, a column name comes
        twice, or there is no row below the header.
    """
    header = source.text.splitlines()[0]
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=separator)
    columns: list[str] = []
    rows, lines = [], []
    try:
        for row in reader:
            if not columns:
                columns = [name.strip() for name in row]
            elif row and any(cell.strip() for cell in row):
                if len(row) != len(columns):
                    raise InputError(
                        f"Line {reader.line_num} of {source.name} has {len(row)} cells, "
                        f"the header has {len(columns)}. A text with a {separator!r} inside "
                        'must stand in "quotes".'
                    )
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(
            f"{source.name} cannot be read as CSV near line {reader.line_num}: {error}."
        ) from error
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise InputError(f"{source.name} has the column {twice[0]!r} more than once.")
    if not rows:
        raise InputError(f"{source.name} has a header and no row below it.")
    table = pd.DataFrame(rows, columns=columns, index=lines, dtype="str")
    return table.mask(table == "")


def _present(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[column].mask(rows[column].isin(MISSING))


def check_columns(
    found: Iterable[str], *, needed: Collection[str], known: Collection[str], name: str
) -> None:
    """Check that a file has the columns it needs.

    Parameters
    ----------
    found : iterable of str
        Columns that came.
    needed, known : collection of str
        Columns that must be there; all that are understood.
    name : str
        Name of the file, for the message.

    Raises
    ------
    InputError
        If a needed column is missing; the message suggests the nearest that came.
    """
    found = list(found)
    for column in needed:
        if column not in found:
            spare = [name for name in found if name not in known]
            close = nearest(column, spare).replace("Did you mean", "Is it the column")
            raise InputError(
                f'{name} has no column "{column}".{close} '
                f"It came with: {', '.join(found)}. Needed: {', '.join(needed)}."
            )


def numbers(rows: pd.DataFrame, column: str, name: str) -> pd.Series:
    """Turn a column of text into numbers.

    Parameters
    ----------
    rows : DataFrame
        From `read_rows`.
    column : str
        The column.
    name : str
        Name of the file, for the message.

    Returns
    -------
    Series of float
        NaN where there is no value.

    Raises
    ------
    InputError
        If a cell is not a number; the message names the line.
    """
    present = _present(rows, column)
    values = pd.to_numeric(present, errors="coerce").astype("float64")
    broken = present.notna() & ~(values.abs() < float("inf"))
    if broken.any():
        line, cell = rows.index[broken][0], rows.loc[broken, column].iloc[0]
        hint = " Write a point for the decimal sign." if "," in cell else ""
        raise InputError(
            f'Line {line} of {name} has {cell!r} in "{column}"; a number was expected.{hint}'
        )
    return values


def booleans(rows: pd.DataFrame, column: str, name: str) -> pd.Series:
    """Turn a column of yes and no into booleans.

    Parameters
    ----------
    rows : DataFrame
        From `read_rows`.
    column : str
        The column.
    name : str
        Name of the file, for the message.

    Returns
    -------
    Series of boolean
        Empty where there is no value.

    Raises
    ------
    InputError
        If a cell is none of true/false, yes/no, y/n, t/f, 1/0.
    """
    meanings = dict.fromkeys(("true", "yes", "y", "t", "1", "1.0"), True)
    meanings |= dict.fromkeys(("false", "no", "n", "f", "0", "0.0"), False)
    present = _present(rows, column)
    values = present.str.lower().map(meanings)
    broken = present.notna() & values.isna()
    if broken.any():
        line, cell = rows.index[broken][0], rows.loc[broken, column].iloc[0]
        raise InputError(
            f'Line {line} of {name} has {cell!r} in "{column}"; '
            "one of true, false, yes, no, 1 or 0 was expected."
        )
    return values.astype("boolean")


def times(rows: pd.DataFrame, column: str, name: str) -> pd.Series:
    """Turn a column of ISO 8601 times into UTC.

    Parameters
    ----------
    rows : DataFrame
        From `read_rows`.
    column : str
        The column; a time without an offset is taken as UTC.
    name : str
        Name of the file, for the message.

    Returns
    -------
    Series of datetime64[us, UTC]
        NaT where there is no value.

    Raises
    ------
    InputError
        If a cell is not such a time; the message names the line.
    """
    present = _present(rows, column)
    values = pd.to_datetime(present, utc=True, format="ISO8601", errors="coerce")
    broken = present.notna() & values.isna()
    if broken.any():
        line, cell = rows.index[broken][0], rows.loc[broken, column].iloc[0]
        raise InputError(
            f'Line {line} of {name} has {cell!r} in "{column}"; a time such as '
            "2026-03-31T14:05:00Z was expected."
        )
    return values.astype("datetime64[us, UTC]")
