"""What the mean of several raters is worth, and how many raters make it worth enough."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

_Floats = npt.NDArray[np.float64]


def panel_reliability(r: npt.ArrayLike, raters: npt.ArrayLike) -> _Floats:
    """Say how reliable the mean of several raters is.

    Reliability is the correlation to expect with the mean of another panel of as
    many raters: R = k r / (1 + (k - 1) r), after Spearman and Brown (1910).

    Parameters
    ----------
    r : array of float
        Reliability of a single rater, up to 1.
    raters : array of float
        How many raters the panel has, more than 0.

    Returns
    -------
    ndarray of float
        Reliability of the panel.

    Examples
    --------
    >>> panel_reliability(0.448, [1, 4, 5]).round(3)
    array([0.448, 0.765, 0.802])
    """
    single, k = np.asarray(r, dtype=np.float64), np.asarray(raters, dtype=np.float64)
    if not (k > 0).all():
        raise InputError(f"A panel has more than 0 raters; {k.min():g} came.")
    return np.asarray(k * single / (1.0 + (k - 1.0) * single), dtype=np.float64)


def raters_for(r: npt.ArrayLike, reliability: float) -> _Floats:
    """Say how many raters a panel needs to be as reliable as wanted.

    Parameters
    ----------
    r : array of float
        Reliability of a single rater.
    reliability : float
        What is wanted of the panel, between 0 and 1.

    Returns
    -------
    ndarray of float
        How many raters, not rounded; infinite where a single rater's
        reliability is 0 or less, because no panel helps then.

    Examples
    --------
    >>> raters_for([0.448, 0.166], 0.80).round(2)
    array([ 4.93, 20.1 ])
    >>> np.ceil(raters_for([0.448, 0.166], 0.80)).astype(int)
    array([ 5, 21])
    """
    if not 0 < reliability < 1:
        raise InputError(f"A reliability to aim at lies between 0 and 1; {reliability:g} came.")
    single = np.asarray(r, dtype=np.float64)
    needed = np.full(single.shape, np.inf)
    some = single > 0
    needed[some] = reliability * (1.0 - single[some]) / (single[some] * (1.0 - reliability))
    return np.where(np.isnan(single), np.nan, needed)


def gain_of_one_more(r: npt.ArrayLike, raters: npt.ArrayLike) -> _Floats:
    """Say how much more reliable a panel becomes by one more rater.

    Parameters
    ----------
    r : array of float
        Reliability of a single rater.
    raters : array of float
        How many raters the panel has now, more than 0.

    Returns
    -------
    ndarray of float
        Gain in reliability.

    Examples
    --------
    The second rater helps most:

    >>> gain_of_one_more(0.3, [1, 2, 5, 10]).round(3)
    array([0.162, 0.101, 0.038, 0.014])
    """
    k = np.asarray(raters, dtype=np.float64)
    return panel_reliability(r, k + 1.0) - panel_reliability(r, k)
