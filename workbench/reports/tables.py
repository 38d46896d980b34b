"""Tables as a reader wants them: few digits, intervals in one column, so many rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd

INTERVAL = "95 % interval"
_LONG = 40
_UNITS = {
    **{"s": "s", "ms": "ms", "hz": "Hz", "st": "semitones", "db": "dB"},
    **{"sd": "SD", "days": "days", "hours": "hours"},
}


def table_html(table: pd.DataFrame, *, rows: int = 25) -> str:
    """Write a table as HTML.

    Parameters
    ----------
    table : DataFrame
        Any table.
    rows : int, default 25
        Rows that are shown, from the top.

    Returns
    -------
    str
        A `<table>`; below it how many rows are not shown. Everything that stands
        in the table is escaped.

    Examples
    --------
    >>> import pandas as pd
    >>> print(table_html(pd.DataFrame({"tag": ["anger", "relief"]}), rows=1))
    <table><thead><tr><th>tag</th></tr></thead>
    <tbody><tr><td>anger</td></tr></tbody></table>
    <p class="more">... 1 more row</p>
    """
    shown = readable(table.head(rows))
    right = [
        ' class="number"' if _counts(table, name) or name == INTERVAL else ""
        for name in shown.columns
    ]
    head = "".join(
        f"<th{side}>{escape(_heading(str(name)))}</th>"
        for name, side in zip(shown.columns, right, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td{side or _wide(cell)}>{escape(cell, quote=False)}</td>"
            for cell, side in zip(cells, right, strict=True)
        )
        + "</tr>"
        for cells in shown.itertuples(index=False, name=None)
    )
    left = len(table) - len(shown)
    more = f'\n<p class="more">... {left:,} more row{"s" * (left != 1)}</p>' if left > 0 else ""
    if table.empty:
        more = '\n<p class="more">no rows</p>'
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>{more}"


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Turn every cell into words.

    Parameters
    ----------
    table : DataFrame
        Any table.

    Returns
    -------
    DataFrame
        Of str, in the same order. `ci_low` and `ci_high` become one column; a
        named index becomes the first column. A column with nothing in it is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> effects = pd.DataFrame({"effect": [3.14159], "ci_low": [-0.5], "ci_high": [12.25]})
    >>> readable(effects).iloc[0].tolist()
    ['3.14', '-0.50 to 12.2']
    """
    if table.index.names != [None]:
        table = table.reset_index()
    if len(table):
        table = table.loc[:, table.notna().any()]
    columns: dict[str, list[str]] = {}
    for number, name in enumerate(map(str, table.columns)):
        cells = table.iloc[:, number]
        if name == "ci_low" and "ci_high" in table.columns:
            columns[INTERVAL] = [
                "-" if pd.isna(low) or pd.isna(high) else f"{_cell(low)} to {_cell(high)}"
                for low, high in zip(cells, table["ci_high"], strict=True)
            ]
        elif name == "ci_high" and "ci_low" in table.columns:
            continue
        elif name.split("_")[0] == "p" and pd.api.types.is_float_dtype(cells):
            columns[name] = ["<0.001" if p < 0.001 else _cell(p) for p in cells]
        else:
            columns[name] = [_cell(value) for value in cells]
    return pd.DataFrame(columns, index=range(len(table)), dtype=object)


def _counts(table: pd.DataFrame, name: str) -> bool:
    if name not in table.columns:
        return False
    column = table[name]
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _wide(cell: str) -> str:
    return ' class="long"' if len(cell) > _LONG else ""


def _heading(name: str) -> str:
    words = name.split("_")
    if len(words) > 1 and words[-1] in _UNITS:
        return f"{' '.join(words[:-1])} ({_UNITS[words[-1]]})"
    return " ".join(words)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(item)}" for key, item in value.items())
    if isinstance(value, Iterable):
        return ", ".join(map(_cell, value))
    if pd.isna(value):
        return "-"
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 or size == 0 else f"{value:.2g}"
