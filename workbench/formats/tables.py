"""Every table as CSV or Parquet, with a data dictionary and a data package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import ExportReport, file_table, loss_table
from workbench.formats.staging import write_together
from workbench.schema import DTYPES, TABLES, check_table, data_dictionary, table_named

KINDS = ("csv", "parquet")
FIELD_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "time": "datetime",
    "json": "string",
}
"""Types of the Table Schema standard for the kinds of the schema; JSON stands as text."""

README = """Tables of an Audio Sentiment Workbench
======================================

One file a table; data_dictionary.csv says what every column means and in which
unit, datapackage.json the same for programs (https://datapackage.org).

Times in columns that end in _s are seconds from the start of the call; a span
goes from start_s up to, but not including, end_s. Moments are UTC. Columns of
dtype object hold JSON. An empty cell means that nothing is known or given.
{kind}
"""
KIND_NOTES = {
    "csv": "CSV: UTF-8, commas, a point as decimal sign, true and false in lower case.\n"
    'In pandas: workbench.formats.read_table_file("ratings.csv") brings the dtypes back.',
    "parquet": "Parquet: dtypes are in the files.",
}


def export_tables(
    tables: Mapping[str, pd.DataFrame],
    destination: str | Path,
    *,
    overwrite: bool = False,
    kind: str = "csv",
) -> ExportReport:
    """Write tables to a folder, all of them or none.

    Beside the tables stand data_dictionary.csv, datapackage.json and
    README.txt.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables by name. Names and columns beyond the schema are written too.
    destination : str or Path
        A folder.
    overwrite : bool, default False
        Whether files of the same name may be replaced.
    kind : str, default "csv"
        csv or parquet.

    Returns
    -------
    ExportReport
        The files, and what they could not carry.

    Raises
    ------
    InputError
        If there is no table, the kind is unknown, or the folder cannot be
        written to.
    """
    _check_kind(kind)
    if not tables:
        raise InputError("There is no table to export.")
    folder = Path(destination)
    cells = {name: as_cells(rows, name) for name, rows in tables.items()}
    files = {f"{name}.{kind}": partial(_WRITERS[kind], cells[name]) for name in tables}
    files["data_dictionary.csv"] = partial(_write_csv, _dictionary_of(tables))
    package = json.dumps(_package_of(tables, kind), ensure_ascii=False, indent=2) + "\n"
    files["datapackage.json"] = partial(_write_text, package)
    files["README.txt"] = partial(_write_text, README.format(kind=KIND_NOTES[kind]))
    written = write_together(folder, files, overwrite=overwrite)
    counts = [len(rows) for rows in tables.values()] + [len(_dictionary_of(tables)), 0, 0]
    losses = []
    if kind == "csv":
        for name, rows in cells.items():
            empty = int(sum((rows[column] == "").sum() for column in rows.columns))
            reason = "empty texts and missing values look the same in CSV; Parquet tells them apart"
            losses.append((name, empty, reason))
    return ExportReport(file_table(dict(zip(written, counts, strict=True))), loss_table(losses))


def write_table(
    rows: pd.DataFrame, name: str, path: str | Path, *, overwrite: bool = False
) -> Path:
    """Write one table to a CSV or Parquet file, in one step.

    Parameters
    ----------
    rows : DataFrame
        The table.
    name : str
        Its name in the schema; decides how columns are written.
    path : str or Path
        Ends in .csv or .parquet.
    overwrite : bool, default False
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the ending is another one, the file is there already, or it cannot be
        written.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    _check_kind(kind)
    writer = partial(_WRITERS[kind], as_cells(rows, name))
    return write_together(path.parent, {path.name: writer}, overwrite=overwrite)[0]


def read_table_file(path: str | Path, name: str | None = None) -> pd.DataFrame:
    """Read a table that `export_tables` or `write_table` wrote, with its dtypes.

    Parameters
    ----------
    path : str or Path
        A .csv or .parquet file.
    name : str, optional
        Name of the table; the file's name if not given.

    Returns
    -------
    DataFrame
        With the documented columns and dtypes.

    Raises
    ------
    InputError
        If there is no such table or file, or the rows are not of this table.
    """
    path = Path(path)
    kind = path.suffix.lower().removeprefix(".")
    _check_kind(kind)
    table = table_named(name or path.stem)
    if not path.is_file():
        raise InputError(f"There is no file {path}. Check the path.")
    if kind == "parquet":
        rows = pd.read_parquet(path)
    else:
        rows = pd.read_csv(
            path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    for column in table.columns.values():
        if column.name not in rows.columns:
            continue
        values = rows[column.name]
        if column.kind == "json":
            parsed = [None if pd.isna(text) else json.loads(text) for text in values]
            rows[column.name] = pd.Series(parsed, index=rows.index, dtype="object")
        elif column.kind == "bool" and kind == "csv":
            rows[column.name] = values.map({"true": True, "false": False})
        elif column.kind in ("int", "float") and kind == "csv":
            rows[column.name] = _numbers(values, column.kind)
    return check_table(rows, table.name)


def _numbers(values: pd.Series, kind: str) -> pd.Series:
    convert = int if kind == "int" else float
    return pd.Series(
        [None if pd.isna(text) else convert(text) for text in values],
        index=values.index,
        dtype=DTYPES[kind],
    )


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise InputError(
            f'Tables are written as csv or parquet, not as "{kind}".{nearest(kind, KINDS)}'
        )


def as_cells(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Make columns fit for a file: JSON as text, the schema's dtypes for the rest.

    Parameters
    ----------
    rows : DataFrame
        A table.
    name : str
        Its name; columns that the schema does not have are written by their dtype.

    Returns
    -------
    DataFrame
        A copy.
    """
    known = TABLES[name].columns if name in TABLES else {}
    out = {}
    for column in rows.columns:
        values = rows[column]
        kind = known[column].kind if column in known else None
        if kind == "json" or (kind is None and values.map(_is_nested).any()):
            out[column] = pd.Series([_json(value) for value in values], rows.index, dtype="str")
        elif kind == "time":
            out[column] = pd.to_datetime(values, utc=True).astype(DTYPES["time"])
        else:
            out[column] = values if kind is None else values.astype(DTYPES[kind])
    return pd.DataFrame(out, index=rows.index, columns=list(rows.columns))


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)


def _json(value: Any) -> str | None:
    if value is None or (not _is_nested(value) and bool(pd.isna(value))):
        return None
    return json.dumps(value, ensure_ascii=False)


def _write_csv(cells: pd.DataFrame, path: Path) -> None:
    shown = {}
    for column in cells.columns:
        values = cells[column]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            shown[column] = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        elif values.dtype in ("boolean", "bool"):
            shown[column] = values.map({True: "true", False: "false"})
        else:
            shown[column] = values
    table = pd.DataFrame(shown, columns=list(cells.columns))
    # RFC 4180; and only with both characters in it does the writer quote a lone "\r".
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\r\n")


def _write_parquet(cells: pd.DataFrame, path: Path) -> None:
    cells.reset_index(drop=True).to_parquet(path, index=False)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_WRITERS = {"csv": _write_csv, "parquet": _write_parquet}


def _dictionary_of(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    records = data_dictionary().to_dict("records")
    known = {(record["table"], record["column"]): record for record in records}
    rows = []
    for name, table in tables.items():
        for column in table.columns:
            row: dict[str, Any] = {"table": name, "column": column}
            if (name, column) in known:
                row = {str(key): value for key, value in known[name, column].items()}
            else:
                row |= {"dtype": str(table[column].dtype), "key": False, "required": False}
                row["meaning"] = "Not part of the documented schema."
            rows.append(row)
    return pd.DataFrame(rows, columns=["table", "column", "dtype", "key", "required", "meaning"])


def _package_of(tables: Mapping[str, pd.DataFrame], kind: str) -> dict[str, Any]:
    mediatypes = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
    resources = []
    for name, rows in tables.items():
        table = TABLES.get(name)
        fields = []
        for column in rows.columns:
            documented = table.columns.get(column) if table else None
            field: dict[str, Any] = {"name": column}
            if documented:
                field["type"] = FIELD_TYPES[documented.kind]
                field["description"] = documented.meaning
                if documented.required:
                    field["constraints"] = {"required": True}
            else:
                field["type"] = "any"
            fields.append(field)
        schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
        if table and set(table.key) <= set(rows.columns):
            schema["primaryKey"] = list(table.key)
        resource = {"name": name, "path": f"{name}.{kind}", "format": kind}
        resource |= {"mediatype": mediatypes[kind], "encoding": "utf-8"}
        resources.append(
            {**resource, "description": table.meaning if table else "", "schema": schema}
        )
    return {"name": "audio-sentiment-workbench-tables", "resources": resources}
