"""What happened to the calls: outcomes, items of quality forms, churn."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import Imported
from workbench.formats.csv_rows import booleans, check_columns, numbers, read_rows, times
from workbench.formats.intervals import known_calls_only
from workbench.formats.source_files import SourceText
from workbench.identifiers import customer_pseudonym
from workbench.schema import TABLES, check_table

READERS = {"int": numbers, "float": numbers, "bool": booleans, "time": times}
RANGES = {"qa_score": (0, 100), "nps": (0, 10), "escalated_at_s": (0, float("inf"))}


def import_outcomes_csv(
    path: str | Path,
    *,
    calls: Collection[str] | None = None,
    keep_columns: Collection[str] = (),
    customer_key: bytes | None = None,
) -> Imported:
    """Read outcomes of calls, items of quality forms, or churn of customers.

    Which of the three it is shows in the columns:

    - call_id with item, score and maximum: items of quality forms;
    - customer_id without call_id, with churned_at and observed_until: churn;
    - call_id with any of escalated, escalated_at_s, qa_score (0..100), csat,
      nps (0..10), survey_invited, survey_answered, resolved, policy_period:
      outcomes.

    Parameters
    ----------
    path : str or Path
        The file.
    calls : collection of str, optional
        Calls of the register; rows of others are left out.
    keep_columns : collection of str
        Further columns of outcomes that the policy lets be stored, as attributes.
    customer_key : bytes, optional
        Secret that turns customer ids into pseudonyms; needed for churn, unless
        the ids are pseudonyms already.

    Returns
    -------
    Imported
        With outcomes, qa_items or customers.

    Raises
    ------
    InputError
        If a column or value is not as documented, or a call comes twice.
    """
    source, rows = read_rows(path)
    columns = set(rows.columns)
    if {"item", "score"} <= columns:
        return _qa_items(rows, source, calls)
    if "call_id" not in columns and columns & {"churned_at", "observed_until"}:
        return _churn(rows, source, customer_key)
    return _outcomes(rows, source, calls, keep_columns)


def _check_gaps(rows: pd.DataFrame, table: str, source: SourceText) -> None:
    for column in TABLES[table].key:
        if (gaps := rows[column].isna()).any():
            raise InputError(
                f'{int(gaps.sum())} rows of {source.name} have no "{column}", the first in line '
                f"{rows.index[gaps][0]}; every row needs one."
            )


def _read(rows: pd.DataFrame, table: str, source: SourceText) -> pd.DataFrame:
    typed = {}
    for column in rows.columns:
        kind = TABLES[table].columns[column].kind
        reader = READERS.get(kind)
        typed[column] = reader(rows, column, source.name) if reader else rows[column]
    read = pd.DataFrame(typed, index=rows.index)
    key = list(TABLES[table].key)
    if (twice := read.duplicated(key)).any():
        line, first = read.index[twice][0], read.loc[twice, key].iloc[0].tolist()
        raise InputError(
            f"{int(twice.sum())} rows of {source.name} repeat a {' and '.join(key)}, the first in "
            f"line {line}: {', '.join(map(str, first))}. Keep one row of each."
        )
    for column, (low, high) in RANGES.items():
        if column in read.columns:
            outside = read[column].notna() & ~read[column].between(low, high)
            if outside.any():
                raise InputError(
                    f"{int(outside.sum())} rows of {source.name} have a {column} that is not "
                    f"{low} to {high}, the first {read.loc[outside, column].iloc[0]:g} in line "
                    f"{read.index[outside][0]}."
                )
    return read


def _outcomes(
    rows: pd.DataFrame,
    source: SourceText,
    calls: Collection[str] | None,
    keep_columns: Collection[str],
) -> Imported:
    known = [column for column in TABLES["outcomes"].columns if column != "attributes"]
    check_columns(rows.columns, needed=["call_id"], known=known, name=source.name)
    if not set(rows.columns) & set(known[1:]):
        came = [column for column in rows.columns if column != "call_id"]
        hint = next((text for text in (nearest(column, known) for column in came) if text), "")
        raise InputError(
            f"{source.name} has no column of outcomes.{hint} It came with: "
            f"{', '.join(rows.columns)}. Understood: {', '.join(known)}."
        )
    _check_gaps(rows, "outcomes", source)
    rows, left_out = known_calls_only(rows, calls, source.name)
    further = [column for column in rows.columns if column not in known]
    kept = [column for column in further if column in keep_columns]
    notices = [
        f'The column "{column}" of {source.name} was left out.{nearest(column, known)} '
        "To keep it, add it to keep_columns under [policy]."
        for column in further
        if column not in kept
    ]
    outcomes = _read(rows[[c for c in rows.columns if c in known]], "outcomes", source)
    if "nps" in outcomes.columns and (outcomes["nps"] % 1 > 0).any():
        raise InputError(f"{source.name} has an nps that is not a whole number from 0 to 10.")
    outcomes["attributes"] = _attributes(rows[kept])
    late = _escalated_without_yes(outcomes)
    if late:
        notices.append(
            f"{late} calls of {source.name} have escalated_at_s but are not escalated; "
            "they stay as they are."
        )
    return _imported(
        source,
        (*left_out, *notices),
        outcomes=check_table(outcomes, "outcomes"),
    )


def _attributes(kept: pd.DataFrame) -> pd.Series:
    given = [
        {str(key): value for key, value in row.items() if isinstance(value, str)} or None
        for row in kept.to_dict("records")
    ]
    return pd.Series(given, index=kept.index, dtype="object")


def _escalated_without_yes(outcomes: pd.DataFrame) -> int:
    if not {"escalated", "escalated_at_s"} <= set(outcomes.columns):
        return 0
    return int((outcomes["escalated_at_s"].notna() & ~outcomes["escalated"].fillna(False)).sum())


def _qa_items(rows: pd.DataFrame, source: SourceText, calls: Collection[str] | None) -> Imported:
    known = list(TABLES["qa_items"].columns)
    check_columns(rows.columns, needed=known, known=known, name=source.name)
    _check_gaps(rows, "qa_items", source)
    rows, left_out = known_calls_only(rows, calls, source.name)
    items = _read(rows[known], "qa_items", source)
    above = items["score"] > items["maximum"]
    if above.any():
        raise InputError(
            f"{int(above.sum())} rows of {source.name} have a score above its maximum, the first "
            f"in line {items.index[above][0]}."
        )
    further = [column for column in rows.columns if column not in known]
    notices = [f'The column "{column}" of {source.name} was left out.' for column in further]
    return _imported(source, (*left_out, *notices), qa_items=check_table(items, "qa_items"))


def _churn(rows: pd.DataFrame, source: SourceText, key: bytes | None) -> Imported:
    known = list(TABLES["customers"].columns)
    check_columns(rows.columns, needed=["customer_id"], known=known, name=source.name)
    further = [column for column in rows.columns if column not in known]
    notices = [
        f'The column "{column}" of {source.name} was left out.{nearest(column, known)}'
        for column in further
    ]
    _check_gaps(rows, "customers", source)
    customers = _read(rows[[c for c in rows.columns if c in known]], "customers", source)
    ids = customers["customer_id"]
    hidden = ids.str.fullmatch(r"cust_[0-9a-f]{16}")
    if not hidden.all() and key is None:
        raise InputError(
            f"{source.name} holds customer ids in the clear, which are never stored. Pass the "
            "secret that makes pseudonyms as customer_key= (policy.customer_key())."
        )
    if key is not None:
        customers["customer_id"] = ids.where(
            hidden, ids.map(lambda customer: customer_pseudonym(customer, key))
        )
    if {"churned_at", "observed_until"} <= set(customers.columns):
        later = customers["churned_at"] > customers["observed_until"]
        if later.any():
            raise InputError(
                f"{int(later.sum())} rows of {source.name} have a churned_at after "
                f"observed_until, the first in line {customers.index[later][0]}."
            )
    return _imported(source, notices, customers=check_table(customers, "customers"))


def _imported(source: SourceText, notices: Collection[str], **tables: pd.DataFrame) -> Imported:
    return Imported(
        format="outcomes_csv",
        source=source.name,
        sha256=source.sha256,
        settings=source.settings,
        notices=(*source.notices, *notices),
        **tables,
    )
