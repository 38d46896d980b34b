"""What the figures of a warning say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.outcomes.early_warning.checking import check_step

UNKNOWN_RATERS = "Raters had heard further than the landmark, or it is not known how far."
"""What every output says if such ratings were let in."""

_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def moment_words(at_s: float) -> str:
    """Say a moment of a call in words.

    Parameters
    ----------
    at_s : float
        Seconds.

    Returns
    -------
    str
        Whole and half minutes in words, else seconds.

    Examples
    --------
    >>> moment_words(120), moment_words(90), moment_words(15)
    ('two minutes', '90 s', '15 s')
    """
    minutes = at_s / 60
    if minutes == int(minutes) and 1 <= minutes <= 10:
        return f"{_NUMBERS[int(minutes)]} minute{'s' if minutes > 1 else ''}"
    return f"{at_s:g} s"


def percent(share: float) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Returns
    -------
    str
        Whole points.

    Examples
    --------
    >>> percent(0.314)
    '31 %'
    """
    return f"{100 * share:.0f} %"


def row_reading(row: Mapping[str, Any]) -> str:
    """Say what a row of `warning_table` says, never more than its interval supports.

    Parameters
    ----------
    row : mapping
        The row, without its reading.

    Returns
    -------
    str
        One to three sentences.

    Examples
    --------
    >>> nan = float("nan")
    >>> row_reading({"landmark_s": 60.0, "score": "rule", "n_calls": 90, "n_events": 20,
    ...              "auc": 0.5, "auc_low": nan, "auc_high": nan, "n_alarms": 0,
    ...              "note": "No information."})
    'At 60 s "rule": 90 calls, 20 with the event. No information.'
    """
    head = (
        f'At {row["landmark_s"]:g} s "{row["score"]}": {row["n_calls"]} calls, '
        f"{row['n_events']} with the event."
    )
    said = [head]
    if np.isfinite(row["auc_low"]):
        ends = f"AUC {row['auc']:.2f} ({row['auc_low']:.2f} to {row['auc_high']:.2f})"
        if row["auc_low"] > 0.5:
            said.append(f"{ends}: it tells calls with the event from others better than chance.")
        elif row["auc_high"] < 0.5:
            said.append(
                f"{ends}: it is high for calls without the event; the sign is the wrong way."
            )
        else:
            said.append(f"{ends}: the interval holds 0.5, a coin; no warning is shown.")
    if row["n_alarms"] and np.isfinite(row["precision"]):
        ends = ""
        if np.isfinite(row["precision_low"]):
            ends = f" ({percent(row['precision_low'])} to {percent(row['precision_high'])})"
        rate = f"{row['alarms_per_100']:.1f} alarms per 100 calls"
        lead = ""
        if np.isfinite(row["lead_median_s"]):
            lead = f", true ones {row['lead_median_s']:.0f} s before it in the median"
        said.append(f"{rate}, {percent(row['precision'])}{ends} of them right{lead}.")
    if row["note"]:
        said.append(row["note"])
    return " ".join(said)


def earliest_warning(table: pd.DataFrame) -> pd.DataFrame:
    """Say from which moment on each score warns at all.

    A score warns from the first landmark on at which the interval of its AUC
    lies above 0.5, provided that no later one with an interval falls back.

    Parameters
    ----------
    table : DataFrame
        From `warning_table`.

    Returns
    -------
    DataFrame
        One row a score: score, warns_from_s (missing if at no landmark), n_calls
        and n_events at that landmark or the last, reading.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"landmark_s": [60.0, 120.0], "score": "frustration",
    ...                       "auc_low": [0.46, 0.52], "auc_high": [0.55, 0.71],
    ...                       "n_calls": [107, 93], "n_events": [70, 62], "note": ""})
    >>> earliest_warning(table)["reading"].item()
    'frustration: no warning before about two minutes on these calls (nothing at 60 s; from 120 s \
on its interval lies above 0.5).'
    """
    check_step(table, ("landmark_s", "score", "auc_low"), made_by="warning_table")
    out = []
    for name, own in table.groupby("score", sort=False):
        own = own.sort_values("landmark_s")
        told = own[own["auc_low"].notna()]
        good = (told["auc_low"] > 0.5).to_numpy()
        lasting = np.logical_and.accumulate(good[::-1])[::-1]
        first = told[lasting].head(1)
        shown = first if len(first) else own.tail(1)
        out.append(
            {
                "score": name,
                "warns_from_s": float(first["landmark_s"].iloc[0]) if len(first) else np.nan,
                "n_calls": int(shown["n_calls"].iloc[0]),
                "n_events": int(shown["n_events"].iloc[0]),
                "reading": _earliest(str(name), own, told, first),
            }
        )
    return pd.DataFrame(out)


def headline(table: pd.DataFrame) -> str:
    """Say in a line when the first of the scores warns.

    Parameters
    ----------
    table : DataFrame
        From `warning_table`.

    Returns
    -------
    str
        The reading of an only score; else which one is the first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"landmark_s": [60.0, 60.0], "score": ["anger", "rule"],
    ...                       "auc_low": [0.52, 0.46], "auc_high": [0.7, 0.6],
    ...                       "n_calls": 90, "n_events": 20, "note": ""})
    >>> headline(table)
    'The first warning comes at 60 s, by anger'
    """
    found = earliest_warning(table)
    if len(found) == 1:
        return str(found["reading"].iloc[0])
    first = found["warns_from_s"].min()
    if np.isnan(first):
        return "None of these scores is shown to warn at any of these moments"
    names = found.loc[found["warns_from_s"] == first, "score"].map(str)
    return f"The first warning comes at {first:g} s, by {' and by '.join(names)}"


def _earliest(name: str, own: pd.DataFrame, told: pd.DataFrame, first: pd.DataFrame) -> str:
    if first.empty:
        tried = _listed(own["landmark_s"])
        if told.empty:
            return f"{name}: nothing can be said at {tried}; the notes of the rows say why."
        silent = own[own["auc_low"].isna()]["landmark_s"]
        more = f" At {_listed(silent)} there is no interval." if len(silent) else ""
        return f"{name}: no warning at {_listed(told['landmark_s'])} on these calls.{more}"
    at = float(first["landmark_s"].iloc[0])
    before = own.loc[own["landmark_s"] < at, "landmark_s"]
    if before.empty:
        return f"{name}: warns from {at:g} s on, the first moment that was tried."
    return (
        f"{name}: no warning before about {moment_words(at)} on these calls (nothing at "
        f"{_listed(before)}; from {at:g} s on its interval lies above 0.5)."
    )


def _listed(moments: pd.Series) -> str:
    said = [f"{at:g} s" for at in moments]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
