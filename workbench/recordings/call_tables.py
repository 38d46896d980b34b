"""The rows of a call that a manifest gives: calls, customers, agents, outcomes."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.config import Policy
from workbench.identifiers import customer_pseudonym
from workbench.manifests import MANIFEST_COLUMNS, is_documented
from workbench.schema import TABLES, check_table, empty_table

_PSEUDONYM = re.compile(r"cust_[0-9a-f]{16}")
_RENAMED = {
    "customers": {"customer_culture": "culture", "customer_languages": "languages"},
    "agents": {"agent_culture": "culture", "agent_languages": "languages"},
}
_OUTCOMES = [name for name, column in MANIFEST_COLUMNS.items() if column.part == "outcome"]


class CallTables:
    """Rows of all calls of a manifest, made at once since that is much quicker.

    Parameters
    ----------
    manifest : DataFrame
        As from `read_manifest`.
    keys : Series
        Which rows belong to one call.
    policy : Policy
        Columns to keep, and the key for customer ids, which is read only if there
        are any.
    """

    def __init__(self, manifest: pd.DataFrame, keys: pd.Series, policy: Policy) -> None:
        sound = manifest["problem"].isna()
        sound &= ~keys.isin(keys[~sound])
        order = [name for name in ("part", "offset_s") if name in manifest]
        rows = manifest[sound]
        if order:
            rows = rows.sort_values(order, kind="stable", na_position="first")
        grouped = rows.groupby(keys[rows.index], sort=False)
        calls = grouped.first()
        if "started_at" in calls:
            calls["started_at"] = grouped["started_at"].min()
        if "customer_id" in calls:
            calls["customer_id"] = _pseudonyms(calls["customer_id"], policy)
        kept = [n for n in policy.keep_columns if n in manifest and not is_documented(n)]
        if kept:
            values = [_attributes(row) for row in calls[kept].to_dict("records")]
            calls["attributes"] = pd.Series(values, index=calls.index, dtype="object")
        ids = calls["call_id"].astype("object").where(calls["call_id"].notna(), calls.index)
        calls["call_id"] = ids.astype(str)
        self._row = {key: number for number, key in enumerate(calls.index)}
        self._tables = {
            "calls": _chosen(calls, "calls"),
            "customers": _chosen(calls, "customers"),
            "agents": _chosen(calls, "agents"),
            "outcomes": _chosen(calls, "outcomes"),
        }
        has = {name: _present(calls, name) for name in ("customers", "agents", "outcomes")}
        self._has = {"calls": [True] * len(calls), **has}

    def of_call(self, key: object, call_id: str) -> dict[str, pd.DataFrame]:
        """Pick the rows of one call.

        Parameters
        ----------
        key : object
            The call's value in `keys`.
        call_id : str
            Its id, which may come from its content and not from the manifest.

        Returns
        -------
        dict of str to DataFrame
            The tables calls, customers, agents and outcomes, each with one row or none.
        """
        row = self._row[key]
        out = {}
        for name, table in self._tables.items():
            if not self._has[name][row]:
                out[name] = no_rows(name)
                continue
            one = table.iloc[row : row + 1].set_axis([0])
            if "call_id" in one and one["call_id"].iloc[0] != call_id:
                one = one.assign(call_id=pd.Series([call_id], dtype="str"))
            out[name] = one
        return out


def no_rows(table: str) -> pd.DataFrame:
    """Give a table without rows; making one is slow, and most calls need several.

    Parameters
    ----------
    table : str
        Name of a table.

    Returns
    -------
    DataFrame
        With columns and dtypes, without rows.
    """
    return _no_rows(table).copy(deep=False)


@functools.cache
def _no_rows(table: str) -> pd.DataFrame:
    return empty_table(table)


def _pseudonyms(ids: pd.Series, policy: Policy) -> pd.Series:
    names = [str(name) for name in ids.dropna().unique()]
    plain = [name for name in names if not _PSEUDONYM.fullmatch(name)]
    hidden: dict[str, str] = {}
    if plain:
        key = policy.customer_key()
        hidden = {name: customer_pseudonym(name, key) for name in plain}
    return ids.replace(hidden).astype("str")


def _attributes(row: Mapping[Any, Any]) -> dict[str, Any] | None:
    values = {str(k): _plain(v) for k, v in row.items() if not pd.isna(v) and v != ""}
    return values or None


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    try:
        json.dumps(value)
    except TypeError:
        return str(value)
    return value


def _chosen(calls: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give the columns of a table, without the check on its key: customers come again."""
    names = _RENAMED.get(table, {})
    source = calls.rename(columns=names) if names else calls
    if table == "outcomes":
        source = source.drop(columns="attributes", errors="ignore")
    columns = [name for name in TABLES[table].columns if name in source.columns]
    rows = source[columns].reset_index(drop=True)
    key = TABLES[table].key[0]
    if key not in rows:
        return no_rows(table)
    whole = rows[rows[key].notna()].drop_duplicates(key)
    checked = check_table(whole, table)
    return rows.reindex(columns=list(checked.columns)).astype(checked.dtypes)


def _present(calls: pd.DataFrame, table: str) -> list[bool]:
    if table == "outcomes":
        columns = [name for name in _OUTCOMES if name in calls]
        return [bool(there) for there in calls[columns].notna().any(axis=1)]
    key = TABLES[table].key[0]
    if key not in calls:
        return [False] * len(calls)
    return [bool(there) for there in calls[key].notna()]
