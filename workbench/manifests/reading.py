"""From a CSV file, a Parquet file or a table to a manifest that can be taken in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from workbench.errors import InputError
from workbench.manifests.columns import (
    MANIFEST_COLUMNS,
    check_needed,
    documented_names,
    is_documented,
    role_channel,
)
from workbench.manifests.files import read_raw
from workbench.manifests.values import RANGES, roles, texts, times, typed

_OF_THE_FILE = {"path", "role", "channel", "part", "offset_s", "problem"}
_MAY_CHANGE = {"agent_id", "team", "started_at", "agent_languages", "agent_culture"}
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "role": "customer, agent or other",
    "time": "a time with the year first, such as 2025-04-03 14:05 or 2025-04-03T14:05+02:00",
}


def read_manifest(
    source: str | Path | pd.DataFrame, *, keep_columns: Iterable[str] = ()
) -> pd.DataFrame:
    """Read a list of calls: one row a recording, or a call without audio.

    `MANIFEST_COLUMNS` lists the columns that are understood; only `call_id` is
    needed. A call with a file a side has one row a file with the same `call_id`
    and `role` (or `channel`), or one row with `agent_path` and `customer_path`;
    a call that was transferred has one row a recording with `part` or
    `offset_s`. `role_0`, `role_1` say who speaks on which channel of a file, and
    so do `customer_channel` and `agent_channel`. An empty `path` is a call
    without audio.

    Parameters
    ----------
    source : str, Path or DataFrame
        CSV in any usual encoding and with any usual separator, Parquet, or a
        table; it is not changed.
    keep_columns : iterable of str, optional
        Further columns that are meant as they are, though their names resemble a
        documented one.

    Returns
    -------
    DataFrame
        The documented columns that came, with their dtypes and in their order;
        `problem`, a sentence for each row whose call cannot be taken in; then
        the further columns as they came.

    Raises
    ------
    InputError
        If there is no such file, it is not a table, `call_id` is missing or a
        column seems to be a slip; the message suggests the nearest name.

    Notes
    -----
    Times become UTC. A time without a zone is taken as local if the column
    `utc_offset_min` says how far ahead of UTC that is, else as UTC.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"Call ID": ["17"], "started_at": ["2025-02-19 06:01"], "utc_offset_min": [60]}
    >>> read_manifest(pd.DataFrame(rows))["started_at"].item().isoformat()
    '2025-02-19T05:01:00+00:00'
    """
    if isinstance(source, pd.DataFrame):
        return prepare(source, source="The table", keep_columns=keep_columns)
    raw, decimal_comma = read_raw(source)
    name = f"The manifest {Path(str(source)).name}"
    return prepare(raw, source=name, decimal_comma=decimal_comma, keep_columns=keep_columns)


def prepare(
    raw: pd.DataFrame,
    *,
    source: str,
    decimal_comma: bool = False,
    keep_columns: Iterable[str] = (),
    ids_needed: bool = True,
) -> pd.DataFrame:
    """Turn a table with the columns of a manifest into a manifest.

    Parameters
    ----------
    raw : DataFrame
        What came; it is not changed.
    source : str
        Name of the manifest, for messages.
    decimal_comma : bool, default False
        Whether 12,5 is a number.
    keep_columns : iterable of str, optional
        Further columns that are meant as they are.
    ids_needed : bool, default True
        Whether a row without call_id is a problem; else the content of the
        recording names its call.

    Returns
    -------
    DataFrame
        As from `read_manifest`.

    Raises
    ------
    InputError
        As `read_manifest`.
    """
    names = documented_names(list(raw.columns), source=source, keep_columns=keep_columns)
    check_needed(list(names.values()), source=source)
    table = raw.rename(columns=names).reset_index(drop=True)
    if table.empty:
        raise InputError(f"{source} has no rows.")
    problem = texts(table["problem"]) if "problem" in table else pd.Series(None, table.index)
    out, problem = _with_values(table, problem.astype("object"), decimal_comma)
    out["problem"] = problem
    further = [name for name in table.columns if not is_documented(name)]
    out = pd.concat([out, table[further]], axis=1)
    out = _one_row_a_file(out)
    if ids_needed:
        out = _noted(out, out["call_id"].isna(), "The row has no call_id; every call needs one.")
    out = out.drop_duplicates(ignore_index=True)
    out = _checked_calls(out)
    out["problem"] = out["problem"].astype("str")
    first = [name for name in MANIFEST_COLUMNS if name in out and name != "problem"]
    by_channel = sorted(n for n in out.columns if role_channel(n) is not None)
    return out[[*first, *by_channel, "problem", *further]]


def _with_values(
    table: pd.DataFrame, problem: pd.Series, decimal_comma: bool
) -> tuple[pd.DataFrame, pd.Series]:
    """Give every documented column its dtype; `started_at` last, since it needs the offset."""
    out: dict[str, pd.Series] = {}
    for name in sorted(table.columns, key=lambda n: n == "started_at"):
        if not is_documented(name) or name == "problem":
            continue
        is_role = name == "role" or role_channel(name) is not None
        kind = "role" if is_role else MANIFEST_COLUMNS[name].kind
        if kind == "role":
            out[name], wrong = roles(table[name])
        elif kind == "time":
            local = out.get("utc_offset_min") if name == "started_at" else None
            out[name], told, wrong = times(table[name], local)
            if name == "started_at" and told.notna().any():
                out["utc_offset_min"] = told if local is None else local.fillna(told)
        else:
            out[name], wrong = typed(table[name], kind, decimal_comma=decimal_comma)
        problem = _say(problem, table[name], wrong, name, _EXPECTED.get(kind, "text"))
        if name in RANGES:
            low, high = RANGES[name]
            outside = ((out[name] < low) | (out[name] > high)).fillna(False).astype(bool)
            span = f"a number from {low:g} to {high:g}" if high < 1e9 else f"{low:g} or more"
            problem = _say(problem, table[name], outside, name, span)
    if "direction" in out:
        out["direction"] = out["direction"].str.lower()
    if "path" not in out:
        out["path"] = pd.Series(None, index=table.index, dtype="str")
    return pd.DataFrame(out, index=table.index), problem


def _say(
    problem: pd.Series, came: pd.Series, where: pd.Series, name: str, expected: str
) -> pd.Series:
    if not where.any():
        return problem
    said = came.map(lambda value: f'{name} is "{value}"; expected is {expected}.')
    return problem.where(~where | problem.notna(), said)


def _noted(table: pd.DataFrame, where: pd.Series, sentence: str) -> pd.DataFrame:
    free = where & table["problem"].isna()
    return table.assign(problem=table["problem"].mask(free, sentence))


def _one_row_a_file(table: pd.DataFrame) -> pd.DataFrame:
    """Spread agent_path and customer_path over rows, and channel columns over roles."""
    for role in ("customer", "agent"):
        column = f"{role}_channel"
        if column not in table:
            continue
        for channel in sorted(table[column].dropna().unique()):
            name = f"role_{int(channel)}"
            here = (table[column] == channel).fillna(False).astype(bool)
            before = table.get(name, pd.Series(None, index=table.index, dtype="str"))
            clash = here & before.notna() & (before != role)
            sentence = f"Channel {int(channel)} is given both to the {role} and to somebody else."
            table = _noted(table, clash, sentence)
            table[name] = before.mask(here, role)
    table = table.drop(columns=["customer_channel", "agent_channel"], errors="ignore")
    sides = [n for n in ("customer_path", "agent_path") if n in table]
    if not sides:
        return table
    has_side = table[sides].notna().any(axis=1)
    both = has_side & table["path"].notna()
    table = _noted(table, both, "The row has a path as well as an agent_path or customer_path.")
    rows = [table[~has_side | both]]
    for name in sides:
        here = table[table[name].notna() & ~both]
        speaker = pd.Series(name.removesuffix("_path"), index=here.index, dtype="str")
        rows.append(here.assign(path=here[name], role=speaker))
    return pd.concat(rows).sort_index(kind="stable").drop(columns=sides).reset_index(drop=True)


def _checked_calls(table: pd.DataFrame) -> pd.DataFrame:
    """Look at calls with several rows: sides, parts of a transfer, or a mistake."""
    several = table["call_id"].notna() & table["call_id"].duplicated(keep=False)
    for call_id, rows in table[several].groupby("call_id", sort=False):
        if sentence := _doubt(str(call_id), rows):
            table = _noted(table, table["call_id"] == call_id, sentence)
    return table


def _doubt(call_id: str, rows: pd.DataFrame) -> str:
    files = rows[rows["path"].notna()]
    when = files.reindex(columns=["part", "offset_s"]).astype("Float64").fillna(-1.0)
    who = files.reindex(columns=["channel", "role"])
    place = pd.concat([when, who.astype("object")], axis=1)
    side_by_side = when.duplicated(keep=False)
    unsaid = side_by_side & who.isna().all(axis=1)
    if place.duplicated().any() or unsaid.any():
        names = ", ".join(files["path"].head(3))
        return (
            f"Call {call_id} stands in {len(files)} rows with recordings ({names}) that are "
            "neither told apart by role or channel (one file a side) nor by part or offset_s (one "
            "after the other). Say which it is, or give each call an id of its own."
        )
    one_by_one = len(when.drop_duplicates()) > 1
    for name in rows.columns:
        if name in _OF_THE_FILE or role_channel(name) is not None:
            continue
        if name in _MAY_CHANGE and one_by_one:
            continue
        values = rows[name].dropna().astype(str).unique()
        if len(values) > 1:
            return (
                f"The rows of call {call_id} disagree on {name}: {values[0]} and {values[1]}. "
                "A call has one."
            )
    return ""
