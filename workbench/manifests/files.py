"""From the bytes of a manifest to a table of text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from workbench.errors import InputError

_SEPARATORS = (",", ";", "\t", "|")


def read_raw(source: str | Path) -> tuple[pd.DataFrame, bool]:
    """Read a CSV or Parquet file without interpreting its values.

    Encoding and separator of a CSV file are found out: UTF-8 and UTF-16 with or
    without a byte order mark, else Windows-1252; comma, semicolon, tab or bar.

    Parameters
    ----------
    source : str or Path
        Path, or URL that fsspec understands.

    Returns
    -------
    table : DataFrame
        Text from CSV, typed columns from Parquet.
    decimal_comma : bool
        Whether numbers may be written with a comma, as they are where the
        separator is not one.

    Raises
    ------
    InputError
        If there is no such file, it is not a table, or a line has too many fields.
    """
    content = _content(source)
    if not content.strip():
        raise InputError(f"The manifest {source} is empty. Its first line names the columns.")
    if content[:4] == b"PAR1":
        try:
            return pd.read_parquet(io.BytesIO(content)), False
        except (ValueError, OSError) as error:
            raise InputError(
                f"The manifest {source} cannot be read as Parquet: {error}."
            ) from error
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(
            f"The manifest {source} is an Excel workbook or an archive. Save the sheet as "
            '"CSV UTF-8", or hand it over with pandas: ws.ingest(pd.read_excel(...)).'
        )
    text = _decoded(content)
    if "\0" in text:
        raise InputError(
            f"The manifest {source} is not a text file. Give CSV, Parquet or a DataFrame."
        )
    return _parsed(text, source)


def _content(source: str | Path) -> bytes:
    if "://" in str(source):
        import fsspec

        try:
            with fsspec.open(str(source), "rb") as stream:
                return bytes(stream.read())
        except Exception as error:  # every file system of fsspec has errors of its own
            raise InputError(
                f"The manifest {source} cannot be read ({type(error).__name__}: {error})."
            ) from error
    path = Path(source).expanduser()
    if path.is_dir():
        raise InputError(f"{source} is a folder; scan_folder makes a manifest of its recordings.")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no manifest {source}.") from error
    except OSError as error:
        raise InputError(f"The manifest {source} cannot be read: {error.strerror}.") from error


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    head = content[:2000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(zeros) > 4 and zeros.count(0) > 0.8 * len(zeros):
            return content.decode(encoding, "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _parsed(text: str, source: str | Path) -> tuple[pd.DataFrame, bool]:
    separator = None
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        separator, text = first.strip()[4:] or ",", rest
    separator = separator or _separator(text)
    csv.field_size_limit(1 << 24)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        lines = [(reader.line_num, fields) for fields in reader if any(f.strip() for f in fields)]
    except csv.Error as error:
        raise InputError(
            f"The manifest {source} cannot be read as CSV in line {reader.line_num}: {error}."
        ) from error
    (_, header), rows = lines[0], lines[1:]
    twice = {name for name in header if name.strip() and header.count(name) > 1}
    if twice:
        raise InputError(
            f'The manifest {source} has the column "{sorted(twice)[0]}" twice. Rename one of them.'
        )
    for number, fields in rows:
        if any(field.strip() for field in fields[len(header) :]):
            raise InputError(
                f"Line {number} of the manifest {source} has {len(fields)} fields, its header has "
                f'{len(header)}. A value that holds "{separator}" stands in double quotes.'
            )
    width = len(header)
    full = [(fields + [""] * width)[:width] for _, fields in rows]
    table = pd.DataFrame(full, columns=range(width), dtype="str")
    named = [n for n in range(width) if header[n].strip() or (table[n].str.strip() != "").any()]
    return table[named].set_axis([header[n] for n in named], axis=1), separator != ","


def _separator(text: str) -> str:
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    header = lines[0] if lines else ""
    return max(_SEPARATORS, key=lambda separator: _fields(header, separator))


def _fields(line: str, separator: str) -> int:
    return len(next(csv.reader([line], delimiter=separator), []))
