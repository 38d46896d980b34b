"""Read tables of foreign files to text, then each column to what it should hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.source_files import SourceText, read_binary, read_source

MISSING = ("NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "-")
"""Texts that mean "no value" in a cell of numbers, times or yes and no."""


def read_rows(path: str | Path) -> tuple[SourceText, pd.DataFrame]:
    """Read a CSV or Parquet file to text.

    Parameters
    ----------
    path : str or Path
        The file; Parquet if its name ends in .parquet.

    Returns
    -------
    tuple of (SourceText, DataFrame)
        Its name and hash, and the rows as in `rows_of_text`.

    Raises
    ------
    InputError
        If the file cannot be read, or is not what its name says.
    """
    path = Path(path)
    if path.suffix.lower() != ".parquet":
        source = read_source(path)
        return source, rows_of_text(source)
    source = read_binary(path)
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise InputError(
            f"{path.name} is not a Parquet file, as its name says ({error})."
        ) from error
    if table.empty:
        raise InputError(f"{path.name} has no row.")
    table.index = pd.RangeIndex(1, len(table) + 1)
    return source, pd.DataFrame({name: _as_text(table[name]) for name in table.columns})


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.map(lambda moment: moment.isoformat(), na_action="ignore").astype("str")
    return values.map(str, na_action="ignore").astype("str")


def rows_of_text(source: SourceText) -> pd.DataFrame:
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
