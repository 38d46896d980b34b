"""Chances of an event: are they right, and is it worth acting on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import cluster_codes, jackknife_interval
from workbench.outcomes.early_warning.checking import check_step
from workbench.outcomes.early_warning.intervals import (
    MIN_EVENTS,
    NONE,
    benefit_interval,
    share_interval,
)
from workbench.outcomes.early_warning.readings import UNKNOWN_RATERS

THRESHOLDS = tuple(round(0.02 * i, 2) for i in range(1, 26))
"""Chances from which one might act: 2 to 50 %."""

_NOTHING = "No score has chances here: they are learned in a training part; see the notes."

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def calibration_table(scored: pd.DataFrame, *, n_bins: int = 5) -> pd.DataFrame:
    """Hold the chances that a score gave against how often it happened.

    Parameters
    ----------
    scored : DataFrame
        From `scored_rows`.
    n_bins : int, default 5
        Groups of equally many calls, from the lowest chance to the highest;
        calls with the same chance stay together.

    Returns
    -------
    DataFrame
        One row a landmark, score and group: landmark_s, score, bin, n_calls,
        n_events, chance (mean of what was said), happened (share with the
        event), ci_low, ci_high (95 %), note.

    Raises
    ------
    InputError
        If `n_bins` is below 2.
    AbstainedError
        If no score has chances.

    See Also
    --------
    calibration_summary : The same in two figures, with intervals.
    """
    if n_bins < 2:
        raise InputError(f"A calibration curve has 2 groups or more; {n_bins} came.")
    out = []
    for (at, name), own in _with_chances(scored):
        chance = own["chance"].to_numpy(dtype=float)
        edges = np.unique(np.quantile(chance, np.linspace(0, 1, n_bins + 1)[1:-1]))
        group = np.searchsorted(edges, chance, side="right")
        codes, _ = cluster_codes(own["customer_id"], what="customer")
        event = own["event"].to_numpy(dtype=float)
        for number, one in enumerate(np.unique(group)):
            inside = (group == one).astype(float)
            share, low, high = share_interval(event, inside, codes)
            out.append(
                {
                    "landmark_s": at,
                    "score": name,
                    "bin": number,
                    "n_calls": int(inside.sum()),
                    "n_events": int(event @ inside),
                    "chance": float(chance @ inside / inside.sum()),
                    "happened": share,
                    "ci_low": low,
                    "ci_high": high,
                    "note": _about_raters(own),
                }
            )
    return pd.DataFrame(out)


def calibration_summary(scored: pd.DataFrame) -> pd.DataFrame:
    """Say in two figures whether chances are right: their level and their spread.

    Parameters
    ----------
    scored : DataFrame
        From `scored_rows`.

    Returns
    -------
    DataFrame
        One row a landmark, score and figure: landmark_s, score, figure
        ("intercept": log-odds by which the event is more frequent than said, 0
        is right; "slope": 1 is right, below 1 the chances are too extreme),
        estimate, ci_low, ci_high (95 %), n_calls, n_events, note, reading.

    Raises
    ------
    AbstainedError
        If no score has chances.

    Notes
    -----
    The intercept with the slope held at 1, and the slope of a logit on the
    log-odds of the chances; jackknife over customers, t(G - 1).
    """
    out = []
    for (at, name), own in _with_chances(scored):
        chance = np.clip(own["chance"].to_numpy(dtype=float), 1e-6, 1 - 1e-6)
        codes, _ = cluster_codes(own["customer_id"], what="customer")
        event = own["event"].to_numpy(dtype=bool)
        for figure, found in calibration_intervals(chance, event, codes).items():
            estimate, low, high = found
            few = min(int(event.sum()), int((~event).sum())) < MIN_EVENTS
            note = ""
            if not np.isfinite(low):
                note = (
                    f"No interval: {MIN_EVENTS} calls with the event and without are needed."
                    if few
                    else "No interval: without one of the customers there is no finite estimate."
                )
            out.append(
                {
                    "landmark_s": at,
                    "score": name,
                    "figure": figure,
                    "estimate": estimate,
                    "ci_low": low,
                    "ci_high": high,
                    "n_calls": len(own),
                    "n_events": int(event.sum()),
                    "note": " ".join(filter(None, (note, _about_raters(own)))),
                    "reading": _calibration_words(figure, found),
                }
            )
    return pd.DataFrame(out)


def calibration_intervals(
    chance: _Floats, event: npt.NDArray[np.bool_], codes: _Ints
) -> dict[str, tuple[float, float, float]]:
    """Estimate calibration intercept and slope, leaving out one customer at a time.

    Parameters
    ----------
    chance : ndarray of float, shape (n,)
        What was said, above 0 and below 1.
    event : ndarray of bool, shape (n,)
        What happened.
    codes : ndarray of int, shape (n,)
        Number of the customer of each row, from 0, without a gap.

    Returns
    -------
    dict of str to tuple of float
        intercept and slope: estimate, ci_low, ci_high; NaN where there are
        fewer than `MIN_EVENTS` on a side or no finite estimate.
    """
    nothing = (float("nan"),) * 3
    eta = np.log(chance / (1 - chance))
    y = event.astype(float)
    if min(y.sum(), len(y) - y.sum()) < MIN_EVENTS:
        return {"intercept": nothing, "slope": nothing}
    out = {}
    for figure, design, offset in (
        ("intercept", np.ones((len(y), 1)), eta),
        ("slope", np.column_stack([np.ones(len(y)), eta]), np.zeros(len(y))),
    ):
        if figure == "slope" and np.ptp(eta) == 0:
            out[figure] = nothing
            continue
        whole, left = _logit(design, y, offset, codes)
        found = jackknife_interval(whole, left)
        out[figure] = (whole, found.low, found.high)
    return out


def _logit(design: _Floats, y: _Floats, offset: _Floats, codes: _Ints) -> tuple[float, _Floats]:
    """Fit a logit; its last coefficient, and without each customer by one Newton step."""
    k = design.shape[1]
    beta = np.zeros(k)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(y), k * k)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(offset + design @ beta, -30, 30)))
        curve = ((p * (1 - p)) @ products).reshape(k, k)
        step = np.linalg.pinv(curve) @ ((y - p) @ design)
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    else:
        return float("nan"), np.full(int(codes.max()) + 1, np.nan)
    pull = np.column_stack([np.bincount(codes, (y - p) * x) for x in design.T])
    bend = np.column_stack([np.bincount(codes, p * (1 - p) * x) for x in products.T])
    left = np.linalg.pinv(curve - bend.reshape(-1, k, k), hermitian=True)
    moved = (left @ pull[:, :, None])[:, -1, 0]
    return float(beta[-1]), beta[-1] - moved


def decision_table(
    scored: pd.DataFrame, *, thresholds: Sequence[float] = THRESHOLDS
) -> pd.DataFrame:
    """Weigh the good of right alarms against the cost of wrong ones.

    Who acts from a chance of p on says by that how many wrong alarms a right one
    is worth: (1 - p) / p. Net benefit is right alarms less wrong ones at that
    price, per call: TP/n - FP/n * p / (1 - p). A score is of use at p where it
    beats both acting on all calls and acting on none.

    Parameters
    ----------
    scored : DataFrame
        From `scored_rows`.
    thresholds : sequence of float
        Chances above 0 and below 1; by default 2 to 50 %.

    Returns
    -------
    DataFrame
        One row a landmark, score and threshold: landmark_s, score, threshold,
        n_calls, n_events, alarms_per_100, net_benefit, ci_low, ci_high (95 %),
        treat_all, treat_none (always 0), gain (over the better of the two),
        gain_low, gain_high, note.

    Raises
    ------
    InputError
        If a threshold is out of range.
    AbstainedError
        If no score has chances.
    """
    wrong = [p for p in thresholds if not 0 < p < 1]
    if wrong or not len(thresholds):
        raise InputError(f"Thresholds are chances above 0 and below 1; {list(wrong)} came.")
    out = []
    for (at, name), own in _with_chances(scored):
        chance, event = own["chance"].to_numpy(dtype=float), own["event"].to_numpy(dtype=bool)
        codes, _ = cluster_codes(own["customer_id"], what="customer")
        for p in thresholds:
            row = net_benefit(chance, event, codes, float(p))
            out.append({"landmark_s": at, "score": name, **row, "note": _about_raters(own)})
    return pd.DataFrame(out)


def net_benefit(
    chance: _Floats, event: npt.NDArray[np.bool_], codes: _Ints, threshold: float
) -> dict[str, Any]:
    """Compute the net benefit of acting from a chance on, with intervals.

    Parameters
    ----------
    chance : ndarray of float, shape (n,)
        What was said.
    event : ndarray of bool, shape (n,)
        What happened.
    codes : ndarray of int, shape (n,)
        Number of the customer of each row, from 0, without a gap.
    threshold : float
        Chance from which one acts.

    Returns
    -------
    dict
        A row of `decision_table` without landmark and score.

    Examples
    --------
    Two right alarms and one wrong of ten calls, at a chance of 0.2:
    2/10 - 1/10 * 0.2/0.8.

    >>> chance = np.array([.9, .8, .7, .1, .1, .1, .1, .1, .1, .1])
    >>> event = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    >>> found = net_benefit(chance, event, np.arange(10), 0.2)
    >>> round(found["net_benefit"], 3), round(found["treat_all"], 3)
    (0.175, 0.125)
    """
    price = threshold / (1 - threshold)
    act = chance >= threshold
    benefit = benefit_interval(act & event, act & ~event, price, codes)
    everyone = float(event.mean() - price * (~event).mean())
    gain = benefit
    if everyone > 0:
        lost, low, high = benefit_interval(~act & event, ~act & ~event, price, codes)
        gain = (0.0 - lost, -high, -low)
    if act.all() if everyone > 0 else not act.any():
        gain = (0.0, *NONE)  # it does as its rival does
    return {
        "threshold": threshold,
        "n_calls": len(event),
        "n_events": int(event.sum()),
        "alarms_per_100": 100 * float(act.mean()),
        **dict(zip(("net_benefit", "ci_low", "ci_high"), benefit, strict=True)),
        "treat_all": everyone,
        "treat_none": 0.0,
        **dict(zip(("gain", "gain_low", "gain_high"), gain, strict=True)),
    }


def _about_raters(own: pd.DataFrame) -> str:
    return UNKNOWN_RATERS if own["unknown_raters"].any() else ""


def _with_chances(scored: pd.DataFrame) -> list[tuple[Any, pd.DataFrame]]:
    check_step(scored, ("landmark_s", "score", "chance"), made_by="scored_rows")
    known = scored[scored["chance"].notna()]
    if known.empty:
        raise AbstainedError(_NOTHING)
    return [
        ((at, name), own.reset_index(drop=True))
        for (at, name), own in known.groupby(["landmark_s", "score"], sort=False)
    ]


def _calibration_words(figure: str, found: tuple[float, float, float]) -> str:
    estimate, low, high = found
    if not np.isfinite(low):
        return ""
    ends = f"{estimate:.2f} ({low:.2f} to {high:.2f})"
    if figure == "intercept":
        if low <= 0 <= high:
            return f"Level {ends}: as often as was said, as far as these calls tell."
        return f"Level {ends}: it happens {'more' if low > 0 else 'less'} often than was said."
    if low <= 1 <= high:
        return f"Spread {ends}: right, as far as these calls tell."
    return f"Spread {ends}: the chances are too {'extreme' if high < 1 else 'timid'}."
