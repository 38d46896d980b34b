"""A logit that learns the chance of an event, and stays finite."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError

EVENTS = 10
"""Fewest calls with the event, and without, to learn from."""

EVENTS_A_COLUMN = 5
"""How many of each every column needs."""

_PRIOR = 2.0
"""Pseudo-observations a column: a 95 % range of 1/39 to 39 for its odds ratio per SD."""

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """What was learned in a training part.

    Parameters
    ----------
    middle, spread : ndarray of float, shape (k,)
        Mean and standard deviation of each column there.
    weights : ndarray of float, shape (k + 1,)
        Intercept and log-odds a standard deviation.
    """

    middle: _Floats
    spread: _Floats
    weights: _Floats

    def parts(self, design: _Floats) -> _Floats:
        """Say what each column adds to the log-odds of each row.

        Parameters
        ----------
        design : ndarray of float, shape (n, k)
            The columns; a gap counts as the mean.

        Returns
        -------
        ndarray of float, shape (n, k)
            Log-odds.
        """
        return _scaled(design, self.middle, self.spread) * self.weights[1:]

    def chance(self, design: _Floats) -> _Floats:
        """Give the chance of the event.

        Parameters
        ----------
        design : ndarray of float, shape (n, k)
            The columns; a gap counts as the mean.

        Returns
        -------
        ndarray of float, shape (n,)
            From 0 to 1.
        """
        out: _Floats = 1 / (1 + np.exp(-(self.weights[0] + self.parts(design).sum(axis=1))))
        return out


def fit_chance(design: _Floats, event: pd.Series) -> Fitted:
    """Learn the chance of an event from columns.

    Parameters
    ----------
    design : ndarray of float, shape (n, k)
        The columns, any scale; a gap counts as the mean of its column.
    event : Series of bool
        Whether it happened.

    Returns
    -------
    Fitted
        The model.

    Raises
    ------
    AbstainedError
        If there are too few calls with or without the event.

    Notes
    -----
    Logit on standardised columns with a log-F(2, 2) prior on each coefficient,
    laid in as pseudo-observations [1]_, so that a column which tells the training
    part apart without error still has a finite weight.

    References
    ----------
    .. [1] Greenland, S., and Mansournia, M. A. (2015). Penalization, bias
       reduction, and default priors in logistic and related categorical and
       survival regressions. Statistics in Medicine 34, 3133-3143.

    Examples
    --------
    >>> x = np.arange(40.0)[:, None]
    >>> fit = fit_chance(x, pd.Series(np.arange(40) % 20 >= 8))
    >>> round(fit.chance(x).mean().item(), 2)
    0.6
    """
    import statsmodels.api as sm

    y = event.to_numpy(dtype=float)
    k = design.shape[1]
    needed = EVENTS + EVENTS_A_COLUMN * (k - 1)
    n_events = int(y.sum())
    if min(n_events, len(y) - n_events) < needed:
        what = "one column" if k == 1 else f"{k} columns"
        raise AbstainedError(
            f"{n_events} calls with the event and {len(y) - n_events} without are there to learn "
            f"from; a score of {what} needs {needed} of each."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        middle, spread = np.nanmean(design, axis=0), np.nanstd(design, axis=0)
    middle = np.where(np.isfinite(middle), middle, 0.0)
    x = np.column_stack([np.ones(len(y)), _scaled(design, middle, spread)])
    prior = np.column_stack([np.zeros(k), np.eye(k)])
    fit = sm.GLM(
        np.concatenate([y, np.full(k, 0.5)]),
        np.concatenate([x, prior]),
        family=sm.families.Binomial(),
        var_weights=np.concatenate([np.ones(len(y)), np.full(k, _PRIOR)]),
    ).fit()
    return Fitted(middle, spread, np.asarray(fit.params, dtype=np.float64))


def _scaled(design: _Floats, middle: _Floats, spread: _Floats) -> _Floats:
    usable = np.isfinite(spread) & (spread > 0)
    scaled = (design - middle) / np.where(usable, spread, 1.0)
    return np.where(np.isnan(scaled) | ~usable, 0.0, scaled)
