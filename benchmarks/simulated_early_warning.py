"""Made-up contact centres with known truth, for the intervals of early warnings."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr, ndtri

from workbench.outcomes.early_warning.intervals import auc_interval, share_interval
from workbench.outcomes.early_warning.probabilities import calibration_intervals, net_benefit
from workbench.outcomes.early_warning.usefulness import highest

_Floats = npt.NDArray[np.float64]

LEVEL, PULL = -1.9, 0.9
"""Log-odds of the event at an average call, and what a standard deviation of the score adds."""

_GRID = np.linspace(-7, 7, 2801)
_MASS = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()
_RISK = expit(LEVEL + PULL * _GRID)


class Centre(NamedTuple):
    """Calls of customers who call again.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
        The score, standard normal over all calls.
    event : ndarray of bool, shape (n,)
        Whether it happened.
    codes : ndarray of int, shape (n,)
        Number of each call's customer.
    """

    value: _Floats
    event: npt.NDArray[np.bool_]
    codes: npt.NDArray[np.int64]


def contact_centre(rng: np.random.Generator, n_customers: int = 60) -> Centre:
    """Make calls: 1 to 8 or so a customer, one in six with the event.

    A fifth of the variance of the score and of the luck is the customer's, so
    that calls of a customer resemble each other twice over, while the chance of
    the event given the score is the same logit for all.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    n_customers : int, default 60
        How many customers.

    Returns
    -------
    Centre
        Around three calls a customer.
    """
    codes = np.repeat(np.arange(n_customers), rng.poisson(2, n_customers) + 1)
    value, luck = (
        np.sqrt(0.2) * rng.normal(size=n_customers)[codes]
        + np.sqrt(0.8) * rng.normal(size=len(codes))
        for _ in range(2)
    )
    return Centre(value, ndtr(luck) < expit(LEVEL + PULL * value), codes)


def warning_auc(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the AUC of a share of time that is 0 in 6 of 10 calls.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    floor = 0.25
    _, low, high = auc_interval(np.maximum(calls.value, floor), calls.event, calls.codes)
    shown = np.maximum(_GRID, floor)
    levels, place = np.unique(shown, return_inverse=True)
    with_event = np.bincount(place, _MASS * _RISK, minlength=len(levels))
    without = np.bincount(place, _MASS * (1 - _RISK), minlength=len(levels))
    below = np.cumsum(without) - without / 2
    truth = float(with_event @ below / (with_event.sum() * without.sum()))
    return truth, low, high


def warning_precision_at_k(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the precision among the 25 calls with the highest score.

    The truth is that of as large a part of endlessly many calls.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    k = 25
    weight = highest(calls.value, k)
    _, low, high = share_interval(calls.event.astype(float), weight, calls.codes)
    above = ndtri(1 - k / len(calls.value)) < _GRID
    return float((_MASS * _RISK)[above].sum() / _MASS[above].sum()), low, high


def warning_recall(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the share of events that an alarm from a fixed score on came before.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    alarm = (calls.value >= 0.8).astype(float)
    _, low, high = share_interval(alarm, calls.event.astype(float), calls.codes)
    mass = _MASS * _RISK
    return float(mass[_GRID >= 0.8].sum() / mass.sum()), low, high


def warning_net_benefit(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the net benefit of acting from a stated chance of 0.2 on.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    row = net_benefit(_stated(calls.value), calls.event, calls.codes, 0.2)
    act = _stated(_GRID) >= 0.2
    truth = float((_MASS * act) @ (_RISK - (1 - _RISK) * 0.25))
    return truth, row["ci_low"], row["ci_high"]


def warning_calibration_intercept(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate chances whose level is too low by half a unit of log-odds.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    said = expit(LEVEL - 0.5 + PULL * calls.value)
    found = calibration_intervals(said, calls.event, calls.codes)["intercept"]
    return 0.5, found[1], found[2]


def warning_calibration_slope(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate chances that are too extreme.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, both ends of the interval.
    """
    calls = contact_centre(rng)
    found = calibration_intervals(_stated(calls.value), calls.event, calls.codes)["slope"]
    return PULL / 1.3, found[1], found[2]


def _stated(value: _Floats) -> _Floats:
    return np.asarray(expit(-2.2 + 1.3 * value), dtype=np.float64)


SIMULATIONS: dict[str, Callable[[np.random.Generator], tuple[float, float, float]]] = {
    "warning_auc": warning_auc,
    "warning_precision_at_k": warning_precision_at_k,
    "warning_recall": warning_recall,
    "warning_net_benefit": warning_net_benefit,
    "warning_calibration_intercept": warning_calibration_intercept,
    "warning_calibration_slope": warning_calibration_slope,
}
