"""Nothing that is to predict may rest on what came after the moment it predicts from."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

_TOLERANCE_S = 1e-6

_Bools = npt.NDArray[np.bool_]


def check_before(
    features: pd.DataFrame,
    moments: pd.Series,
    *,
    raters: Literal["refuse", "tell"] = "refuse",
    unknown: Literal["refuse", "tell"] = "refuse",
) -> tuple[str, ...]:
    """Refuse predictors that rest on what came after the moment they are to predict from.

    Four leaks are caught by the three columns that every table of predictors
    carries: a feature that reaches beyond the moment and a baseline of the whole
    call (`audio_until_s`), a smoother that looks both ways (`kind` whole), and a
    rater who had heard the end (`rater_heard_until_s`).

    Parameters
    ----------
    features : DataFrame
        One row a call (or a call and landmark): call_id, kind ("causal" or
        "whole"), audio_until_s and rater_heard_until_s in seconds of the call.
        A figure that is missing means: rests on nothing (audio), not known
        (raters). Where `left_out` is not empty, a row is not looked at.
    moments : Series of float
        Second of the call from which each row predicts, row by row in the order
        of `features`; NaN where nothing limits the row (a call without the event).
    raters : {"refuse", "tell"}, default "refuse"
        What to do where a rater had heard further than the moment, or where it
        is not known how far: refuse, or say so in what is returned.
    unknown : {"refuse", "tell"}, default "refuse"
        What to do where kind or audio_until_s is missing as a column.

    Returns
    -------
    tuple of str
        Sentences that belong beside every figure made from these rows; empty if
        all is known and clean.

    Raises
    ------
    InputError
        If a row may not predict; the message counts the rows, names one and
        says what to do.

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({"call_id": ["1"], "kind": "causal", "audio_until_s": 28.0,
    ...                          "rater_heard_until_s": 31.0})
    >>> check_before(features, pd.Series([30.0]), raters="tell")
    ('Raters of 1 of 1 rows had heard further than the moment when they rated.',)
    >>> try:
    ...     check_before(features, pd.Series([30.0]))
    ... except InputError as error:
    ...     print(error)
    1 of 1 rows rest on raters who had heard further when they rated: call 1 at 30 s, \
heard until 31 s. Use ratings made while hearing no further (ratings.heard_until_s), or say \
raters="tell" and the output will say so.
    """
    for name, value in (("raters", raters), ("unknown", unknown)):
        if value not in ("refuse", "tell"):
            raise InputError(f'{name} is "refuse" or "tell"; "{value}" came.')
    if len(moments) != len(features):
        raise InputError(
            f"Each row needs its moment, but {len(features)} rows and {len(moments)} moments came."
        )
    at = np.asarray(moments, dtype=float)
    looked = np.ones(len(features), dtype=bool)
    if "left_out" in features.columns:
        looked = features["left_out"].fillna("").to_numpy() == ""
    told: list[str] = []
    told += _kinds(features, looked, at, unknown)
    told += _audio(features, looked, at, unknown)
    told += _heard(features, looked, at, raters)
    return tuple(told)


def _kinds(
    features: pd.DataFrame, looked: _Bools, at: npt.NDArray[np.float64], unknown: str
) -> list[str]:
    if "kind" not in features.columns:
        return _not_known("kind", "whether they look ahead", unknown)
    bad = looked & (features["kind"] != "causal").fillna(True).to_numpy(dtype=bool)
    if bad.any():
        row = features[bad].iloc[0]
        raise InputError(
            f"{_count(bad, looked)} look ahead (kind {row['kind']}): {_named(row, at[bad][0])}. "
            "Their smoother or baseline takes in the whole call. Only what was heard up to the "
            'moment may predict: make them with kind="causal".'
        )
    return []


def _audio(
    features: pd.DataFrame, looked: _Bools, at: npt.NDArray[np.float64], unknown: str
) -> list[str]:
    if "audio_until_s" not in features.columns:
        return _not_known("audio_until_s", "up to which second they rest on the audio", unknown)
    until = features["audio_until_s"].to_numpy(dtype=float, na_value=np.nan)
    bad = looked & (until > at + _TOLERANCE_S)
    if bad.any():
        row = features[bad].iloc[0]
        raise InputError(
            f"{_count(bad, looked)} rest on audio after the moment: {_named(row, at[bad][0])}, "
            f"audio until {until[bad][0]:g} s. Cut the features at that moment (until_s or the "
            "outcomes of call_features), and take a causal baseline."
        )
    return []


def _rests_on_nothing(features: pd.DataFrame) -> _Bools:
    """Find rows without any audio behind them: there nobody heard anything."""
    if "audio_until_s" not in features.columns:
        return np.zeros(len(features), dtype=np.bool_)
    return features["audio_until_s"].isna().to_numpy(dtype=np.bool_)


def _heard(
    features: pd.DataFrame, looked: _Bools, at: npt.NDArray[np.float64], raters: str
) -> list[str]:
    limited = looked & np.isfinite(at)
    if "rater_heard_until_s" not in features.columns:
        heard = np.full(len(features), np.nan)
    else:
        heard = features["rater_heard_until_s"].to_numpy(dtype=float, na_value=np.nan)
    further = limited & (heard > at + _TOLERANCE_S)
    lost = limited & np.isnan(heard) & ~_rests_on_nothing(features)
    if raters == "refuse" and further.any():
        row = features[further].iloc[0]
        raise InputError(
            f"{_count(further, looked)} rest on raters who had heard further when they rated: "
            f"{_named(row, at[further][0])}, heard until {heard[further][0]:g} s. Use ratings made "
            'while hearing no further (ratings.heard_until_s), or say raters="tell" and the output '
            "will say so."
        )
    if raters == "refuse" and lost.any():
        row = features[lost].iloc[0]
        raise InputError(
            f"How far the raters had heard is not known for {_count(lost, looked)} "
            f"(rater_heard_until_s), for example {_named(row, at[lost][0])}: they may have known "
            'how the call ends. Say raters="tell" to go on; the output will say so.'
        )
    told = []
    if further.any():
        told.append(
            f"Raters of {_count(further, looked)} had heard further than the moment when they "
            "rated."
        )
    if lost.any():
        told.append(
            f"How far raters had heard is not known for {_count(lost, looked)}; they may have "
            "known how the call ends."
        )
    return told


def _count(bad: _Bools, looked: _Bools) -> str:
    return f"{int(bad.sum())} of {int(looked.sum())} rows"


def _named(row: pd.Series, moment: float) -> str:
    call = f"call {row['call_id']}" if "call_id" in row.index else "a row"
    return f"{call} at {moment:g} s" if np.isfinite(moment) else call


def _not_known(column: str, what: str, unknown: str) -> list[str]:
    if unknown == "refuse":
        raise InputError(
            f"What is to predict must say {what}, and the column {column} is missing. Take "
            'features from call_features, add the column, or say unknown="tell" and the output '
            "will say so."
        )
    return [f"It is not known {what} ({column} is missing)."]
