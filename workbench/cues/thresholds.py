"""From where a cue counts, in a table that an analyst can edit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest


@dataclass(frozen=True)
class Signal:
    """How one cue is read from the table prosody.

    Parameters
    ----------
    cue, kind : str
        Name of the cue; where it can be seen in several places, which one.
    column : str
        Column of prosody.
    unit, spread_unit : str
        Unit of the value, and of its spread.
    scale : float
        0 for a linear scale; else steps a doubling on a logarithmic one.
    smallest : float
        On a logarithmic scale, smaller values count as this.
    direction : int
        1 if high values fire, -1 if low ones do.
    """

    cue: str
    kind: str
    column: str
    unit: str
    spread_unit: str
    scale: float
    smallest: float
    direction: int


SIGNALS = (
    Signal("high_pitch", "", "f0_median_hz", "Hz", "st", 12.0, 20.0, 1),
    Signal("rising_pitch", "", "f0_final_rise_st", "st", "st", 0.0, 0.0, 1),
    Signal("fast_speech", "", "articulation_rate_syl_per_s", "syl/s", "syl/s", 0.0, 0.0, 1),
    Signal("long_pause", "inside", "pause_max_s", "s", "doublings", 1.0, 0.25, 1),
    Signal("long_pause", "before", "pause_before_s", "s", "doublings", 1.0, 0.25, 1),
    Signal("long_pause", "answer", "response_latency_s", "s", "doublings", 1.0, 0.25, 1),
    Signal("flat_tone", "", "f0_sd_st", "st", "doublings", 1.0, 0.1, -1),
    Signal("volume_spike", "", "intensity_peak_db", "dB", "dB", 0.0, 0.0, 1),
)
"""The cues, in the order of the table; long_pause is looked for in three places."""

CUES = tuple(dict.fromkeys(signal.cue for signal in SIGNALS))

_NUMBERS = ("threshold_sd", "least_value", "usual_spread", "usual_n", "min_others", "min_s")
_LOWEST = {
    "threshold_sd": 0.0,
    "usual_spread": 0.0,
    "usual_n": 0.0,
    "min_others": 2.0,
    "min_s": 0.0,
}
_DEFAULTS = """
high_pitch    .       2.7   .    1.4  12  5  1.0  level of F0, semitones
rising_pitch  .       2.7   2.0  3.8  12  5  1.0  end of F0 minus 0.6 s before, semitones
fast_speech   .       2.7   .    0.8  12  5  1.0  syllables per second without pauses
long_pause    inside  2.7   0.75 0.7  30  5  0.0  longest pause inside, doublings of its length
long_pause    before  2.7   1.5  0.8  20  5  0.0  pause before going on, doublings
long_pause    answer  2.7   1.0  1.0  20  5  0.0  time to answer, doublings
flat_tone     .       2.7   .    0.38 12  5  1.5  standard deviation of F0, doublings
volume_spike  .       2.7   .    2.0  12  5  0.5  95th percentile of level, dB
"""


def default_thresholds() -> pd.DataFrame:
    """List from where each cue counts; edit it and pass it to `cue_table`.

    Returns
    -------
    DataFrame
        One row a cue, three for long_pause:

        cue, kind : str
            The cue; for long_pause inside, before (going on) or answer.
        threshold_sd : float
            From how many spreads above the baseline (below, for flat_tone) it
            counts as fired.
        least_value : float
            The value must be at least this, whatever the baseline says: a small
            rise stays a small rise. NaN for no such limit.
        usual_spread : float
            Spread of this measure over neutral utterances of one speaker, in
            the unit named in `meaning`.
        usual_n : float
            How many utterances the usual spread weighs as much as: a speaker
            with few utterances gets nearly the usual spread, one with many the
            own. 0 for the own only.
        min_others : int
            How many other utterances the baseline needs.
        min_s : float
            How long an utterance must be, seconds.
        meaning : str
            What is measured, and the unit of usual_spread.

    Notes
    -----
    The usual spreads were measured on neutral speech in five languages, see
    docs/prosody.md; so were the false cues that these thresholds lead to.

    Examples
    --------
    >>> table = default_thresholds()
    >>> table.loc[table["cue"] == "volume_spike", "threshold_sd"] = 3.5
    """
    rows = []
    for line in _DEFAULTS.strip().splitlines():
        cue, kind, *numbers, meaning = line.split(maxsplit=8)
        values = (np.nan if n == "." else float(n) for n in numbers)
        row = {
            "cue": cue,
            "kind": kind.replace(".", ""),
            **dict(zip(_NUMBERS, values, strict=True)),
        }
        rows.append(row | {"meaning": meaning})
    return pd.DataFrame(rows).astype({"min_others": int})


def check_thresholds(thresholds: pd.DataFrame | None) -> pd.DataFrame:
    """Check an edited table of thresholds.

    Parameters
    ----------
    thresholds : DataFrame or None
        From `default_thresholds`, edited; None for the defaults. A row that was
        taken out is not looked for.

    Returns
    -------
    DataFrame
        A copy.

    Raises
    ------
    InputError
        If a column is missing, a cue is unknown or occurs twice, or a number
        makes no sense.
    """
    table = default_thresholds() if thresholds is None else thresholds.copy()
    for column in ("cue", "kind", *_NUMBERS):
        if column not in table.columns:
            raise InputError(
                f'The thresholds have no column "{column}".{nearest(column, map(str, table))} '
                "Start from wb.cues.default_thresholds() and edit that."
            )
    known = {(s.cue, s.kind) for s in SIGNALS}
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
    for column in _NUMBERS:
        try:
            table[column] = pd.to_numeric(table[column]).astype("float64")
        except (ValueError, TypeError) as error:
            raise InputError(f"The thresholds' {column} should hold numbers ({error}).") from error
        if column == "least_value":
            continue
        low = _LOWEST[column]
        above = column in ("threshold_sd", "usual_spread")
        wrong = ~(table[column] > low if above else table[column] >= low)
        if wrong.any():
            row = table[wrong].iloc[0]
            raise InputError(
                f"The {column} of {row['cue']} is {row[column]}; it must be "
                f"{'above' if above else 'at least'} {low:g}."
            )
    return table
