"""From the text of a manifest to values, and what is wrong with those that are none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.manifests.columns import ROLE_WORDS
from workbench.schema import DTYPES

RANGES: dict[str, tuple[float, float]] = {
    "utc_offset_min": (-14 * 60, 14 * 60),
    "handle_s": (0, np.inf),
    "hold_s": (0, np.inf),
    "n_transfers": (0, np.inf),
    "channel": (0, 63),
    "customer_channel": (0, 63),
    "agent_channel": (0, 63),
    "part": (0, np.inf),
    "offset_s": (0, np.inf),
    "escalated_at_s": (0, np.inf),
    "qa_score": (0, 100),
    "nps": (0, 10),
}
"""Lowest and highest value of the columns that have one."""

_MISSING = {"", "na", "n/a", "nan", "none", "null", "nat", "-", "<na>"}
_BOOLS = {"true": True, "yes": True, "y": True, "t": True, "1": True, "1.0": True}
_BOOLS |= {"false": False, "no": False, "n": False, "f": False, "0": False, "0.0": False}
_TIME = (
    r"^(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})"
    r"(?:[T _]?(?P<hour>\d{2})[:\-.]?(?P<minute>\d{2})"
    r"(?:[:\-.]?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s*(?:(?P<utc>Z|z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2}))?$"
)


def texts(values: pd.Series) -> pd.Series:
    """Turn anything into trimmed text; what is empty becomes missing.

    Parameters
    ----------
    values : Series
        Of any dtype. Whole numbers that pandas keeps as floats lose their ".0".

    Returns
    -------
    Series
        Of dtype str.
    """
    if pd.api.types.is_float_dtype(values.dtype):
        plain = values.dropna()
        if len(plain) and (plain == plain.round()).all():
            values = values.astype("Int64")
    out = values.astype("object").map(lambda v: None if pd.isna(v) else str(v).strip() or None)
    return out.astype("str")


def typed(values: pd.Series, kind: str, *, decimal_comma: bool) -> tuple[pd.Series, pd.Series]:
    """Give a column its dtype, and mark the values that do not fit.

    Parameters
    ----------
    values : Series
        What came.
    kind : str
        One of str, int, float and bool.
    decimal_comma : bool
        Whether 12,5 is a number.

    Returns
    -------
    values : Series
        With the documented dtype; missing where nothing or nonsense came.
    wrong : Series of bool
        True where nonsense came.
    """
    if kind == "str":
        return texts(values), pd.Series(False, index=values.index)
    if kind == "bool":
        if pd.api.types.is_bool_dtype(values.dtype):
            return values.astype(DTYPES["bool"]), pd.Series(False, index=values.index)
        words = texts(values).str.lower()
        flags = words.map(_BOOLS).astype(DTYPES["bool"])
        return flags, _there(words) & flags.isna()
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers, there = values.astype("float64"), values.notna()
    else:
        words = texts(values)
        there = _there(words)
        if decimal_comma:
            words = words.str.replace(r"^([+-]?\d+),(\d+)$", r"\1.\2", regex=True)
        numbers = pd.to_numeric(words.where(there), errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    wrong = there & numbers.isna()
    if kind == "int":
        wrong |= numbers.notna() & (numbers != numbers.round())
        return numbers.where(~wrong).round().astype(DTYPES["int"]), wrong
    return numbers.astype(DTYPES["float"]), wrong


def times(
    values: pd.Series, offset_min: pd.Series | None = None
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Turn times into UTC.

    Parameters
    ----------
    values : Series
        Text with the year first (2025-02-19 06:01, 2025-02-19T06-01-22+01:00), or
        datetimes.
    offset_min : Series, optional
        Minutes of local time ahead of UTC, for times without a zone.

    Returns
    -------
    times : Series
        In UTC; a time without zone and without offset is taken as UTC.
    told_min : Series
        The offset that a time told itself, minutes; missing where it told none.
    wrong : Series of bool
        True where something came that is not such a time.
    """
    told = pd.Series(pd.NA, index=values.index, dtype="Int64")
    offset = pd.Series(0.0, index=values.index)
    if offset_min is not None:
        offset = offset_min.astype("float64").fillna(0.0)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        shift = values.map(lambda v: pd.NA if pd.isna(v) else v.utcoffset().total_seconds() / 60)
        told = shift.astype("Int64")
        told = told.mask(told == 0)
        return values.dt.tz_convert("UTC").astype(DTYPES["time"]), told, values.isna() & False
    if pd.api.types.is_datetime64_dtype(values.dtype):
        local = values.dt.tz_localize("UTC") - pd.to_timedelta(offset, unit="min")
        return local.astype(DTYPES["time"]), told, values.isna() & False
    words = texts(values)
    there = _there(words)
    parts = words.where(there).str.extract(_TIME).fillna("")
    clock = [
        parts[column].mask(parts[column] == "", "00") for column in ("hour", "minute", "second")
    ]
    text = parts["year"] + "-" + parts["month"] + "-" + parts["day"]
    text += "T" + clock[0] + ":" + clock[1] + ":" + clock[2]
    text += "." + (parts["fraction"] + "000000").str[:6]
    moment = pd.to_datetime(text, errors="coerce", utc=True, format="%Y-%m-%dT%H:%M:%S.%f")
    zone = parts["sign"].map({"+": 1.0, "-": -1.0})
    zone *= pd.to_numeric(parts["hours"]) * 60 + pd.to_numeric(parts["minutes"])
    zone = zone.mask(parts["utc"] != "", 0.0)
    told = zone.round().astype("Int64")
    utc = (moment - pd.to_timedelta(zone.fillna(offset), unit="min")).astype(DTYPES["time"])
    return utc, told.mask(told == 0), there & utc.isna()


def roles(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Turn words for roles into roles.

    Parameters
    ----------
    values : Series
        Words such as customer, caller, agent.

    Returns
    -------
    roles : Series
        customer, agent, other or unknown; missing where nothing or nonsense came.
    wrong : Series of bool
        True where nonsense came.
    """
    words = texts(values)
    found = words.str.lower().map(ROLE_WORDS).astype("str")
    return found, words.notna() & found.isna()


def _there(words: pd.Series) -> pd.Series:
    return words.notna() & ~words.str.lower().isin(_MISSING)
