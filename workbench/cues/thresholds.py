"""From where a cue counts, in a table that an analyst can edit."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workbench.cues.measures import CUES, ENDS
from workbench.errors import InputError, nearest

_NUMBERS = (
    "threshold_sd",
    "least_change",
    "least_value",
    "usual_spread",
    "usual_n",
    "short_s",
    "min_others",
    "min_s",
    "false_per_100",
)
_LOWEST = {
    "threshold_sd": 0.0,
    "least_change": 0.0,
    "usual_spread": 0.0,
    "usual_n": 0.0,
    "short_s": 0.0,
    "min_others": 2.0,
    "min_s": 0.0,
}
_DEFAULTS = """
high_pitch       .      2.4  2.4  .    0.84 4  4   5 0.8 1.5 level of F0, semitones
low_pitch        .      2.5  2    .    0.84 4  4   5 0.8 0   level of F0, semitones
rising_pitch     .      2.7  2    2    3    6  2   5 0.8 0.5 end of F0 minus 0.6 s before, semitones
falling_pitch    .      4.9  3    -3   3    6  2   5 0.8 0   end of F0 minus 0.6 s before, semitones
pitch_trend      .      2.7  2    .    0.84 4  4   8 0.8 0   level of F0 in the last third of the utterances so far minus in the first, semitones
pitch_trend_down .      2.7  2    .    0.84 4  4   8 0.8 0   level of F0 in the last third of the utterances so far minus in the first, semitones
fast_speech      .      3.25 1    .    0.73 6  4   5 0.8 0.5 syllables per second without pauses
slow_speech      .      2.3  0.8  .    0.73 6  4   5 0.8 0   syllables per second without pauses
long_pause       inside 2.3  .    0.75 0.7  30 0   5 0   0   longest pause inside, doublings of its length
long_pause       before 2.3  .    1.5  0.8  20 0   5 0   0   pause before going on, doublings of its length
long_pause       answer 2.1  .    1.5  1    20 0   5 0   0   time to answer, doublings of its length
quick_answer     .      2.7  0.8  -0.3 0.6  20 0   5 0   0   time to answer, seconds
lively_tone      .      2.4  0.4  .    0.26 4  3   5 0.8 0   standard deviation of F0, doublings
flat_tone        .      1.9  0.65 2.1  0.26 4  3   5 0.8 2   standard deviation of F0, doublings
volume_spike     .      2.15 3    .    1.5  6  0.5 5 0.5 0.5 95th percentile of level, dB
soft_voice       .      2.4  2.5  .    1.5  6  0.5 5 0.5 0   95th percentile of level, dB
"""  # noqa: E501


def default_thresholds() -> pd.DataFrame:
    """List from where each cue counts; edit it and pass it to `cue_table`.

    Returns
    -------
    DataFrame
        One row a cue, three for long_pause:

        cue, kind : str
            The cue; for long_pause inside, before (going on) or answer.
        threshold_sd : float
            From how many spreads away from the baseline it counts as fired.
        least_change : float
            How far away it must be at least, whatever the spread, in the unit
            named in `meaning`: what the ear would hardly notice is no cue. NaN
            for no such limit.
        least_value : float
            The value itself must be at least this, for a cue of low values at
            most: a small rise stays a small rise. NaN for no such limit.
        usual_spread : float
            Spread of this measure over neutral utterances of 2 s of one
            speaker, in the unit named in `meaning`.
        usual_n : float
            How many utterances the usual spread weighs as much as: a speaker
            with few utterances gets nearly the usual spread, one with many the
            own. 0 for the own only.
        short_s : float
            Short utterances scatter more: the variance goes with
            1 + short_s / (length in seconds). 0 if length does not matter.
        min_others : int
            How many other utterances the baseline needs.
        min_s : float
            How long an utterance must be, seconds.
        false_per_100 : float
            How many of 100 neutral utterances had this cue with the defaults.
            A figure to read; changing it changes nothing.
        meaning : str
            What is measured, and the unit of usual_spread and least_change.

    Notes
    -----
    The usual spreads were measured on neutral speech in four languages, see
    docs/prosody.md; so were the false cues.

    Examples
    --------
    >>> table = default_thresholds()
    >>> table.loc[table["cue"] == "volume_spike", "threshold_sd"] = 3.5
    """
    return pd.DataFrame(_defaults()).astype({"min_others": int})


@cache
def _defaults() -> list[dict[str, Any]]:
    rows = []
    for line in _DEFAULTS.strip().splitlines():
        cue, kind, *numbers, meaning = line.split(maxsplit=len(_NUMBERS) + 2)
        values = (np.nan if n == "." else float(n) for n in numbers)
        row = {
            "cue": cue,
            "kind": kind.replace(".", ""),
            **dict(zip(_NUMBERS, values, strict=True)),
        }
        rows.append(row | {"meaning": meaning})
    return rows


def check_thresholds(thresholds: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Check an edited table of thresholds.

    Parameters
    ----------
    thresholds : DataFrame or None
        From `default_thresholds`, edited; None for the defaults. A row that was
        taken out is not looked for.

    Returns
    -------
    list of dict
        Its rows.

    Raises
    ------
    InputError
        If a column is missing, a cue is unknown or occurs twice, or a number
        makes no sense.
    """
    if thresholds is None:
        return _defaults()
    table = thresholds.copy()
    for column in ("cue", "kind", *_LOWEST, "least_value"):
        if column not in table.columns:
            raise InputError(
                f'The thresholds have no column "{column}".{nearest(column, map(str, table))} '
                "Start from wb.cues.default_thresholds() and edit that."
            )
    known = {(cue, measure.kind) for cue, measure, _ in ENDS}
    table["kind"] = table["kind"].fillna("")
    for cue, kind in zip(table["cue"], table["kind"], strict=True):
        if (cue, kind) not in known:
            raise InputError(
                f'There is no cue "{cue}"{f" of kind {kind!r}" if kind else ""}.'
                f"{nearest(str(cue), CUES)} There are: {', '.join(CUES)}; long_pause has the kinds "
                "inside, before and answer."
            )
    if table.duplicated(["cue", "kind"]).any():
        twice = table.loc[table.duplicated(["cue", "kind"]), "cue"].iloc[0]
        raise InputError(f'The thresholds name "{twice}" twice; one row a cue and kind is needed.')
    for column in (*_LOWEST, "least_value"):
        try:
            table[column] = pd.to_numeric(table[column]).astype("float64")
        except (ValueError, TypeError) as error:
            raise InputError(f"The thresholds' {column} should hold numbers ({error}).") from error
        if column in _LOWEST:
            _check_range(table, column)
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _check_range(table: pd.DataFrame, column: str) -> None:
    low = _LOWEST[column]
    above = column in ("threshold_sd", "usual_spread")
    right = table[column] > low if above else table[column] >= low
    if column == "least_change":
        right |= table[column].isna()
    if not right.all():
        row = table[~right].iloc[0]
        raise InputError(
            f"The {column} of {row['cue']} is {row[column]}; it must be "
            f"{'above' if above else 'at least'} {low:g}."
        )
