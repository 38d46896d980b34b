"""Loops over places and shuffles: the best split of a series, and what chance would give.

Imported inside functions only, so that `import workbench.trajectories` stays light.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

Floats = npt.NDArray[np.float64]


@compiled
def splits(value: Floats, weight: Floats, least: int, out: Floats) -> None:
    """Say how much of the sum of squares each place of a shift would leave.

    Parameters
    ----------
    value, weight : ndarray of float64, shape (n,)
        The series, and what each value weighs.
    least : int
        Fewest values on either side.
    out : ndarray of float64, shape (n,)
        Filled with the sum of squares left if the level changes before each value;
        infinite where too few lie on a side.
    """
    n = value.size
    w, s, q = weight.sum(), 0.0, 0.0
    for i in range(n):
        s += weight[i] * value[i]
        q += weight[i] * value[i] * value[i]
    own_w, own_s = 0.0, 0.0
    for i in range(n):
        out[i] = np.inf
        if least <= i <= n - least:
            left = own_s * own_s / own_w
            right = (s - own_s) * (s - own_s) / (w - own_w)
            out[i] = max(q - left - right, 0.0)
        own_w += weight[i]
        own_s += weight[i] * value[i]


@compiled
def resemblance(value: Floats, weight: Floats, at: int, raised: bool) -> float:
    """Estimate how neighbours correlate about the levels before and after a place.

    Parameters
    ----------
    value, weight : ndarray of float64, shape (n,)
        The series, and what each value weighs.
    at : int
        First value after the shift.
    raised : bool
        Whether to add what two fitted levels take away on average.

    Returns
    -------
    float
        Lag-1 correlation of the residuals, from 0 to 0.9.
    """
    n = value.size
    away = np.empty(n)
    before = (weight[:at] * value[:at]).sum() / weight[:at].sum()
    after = (weight[at:] * value[at:]).sum() / weight[at:].sum()
    own, together = 0.0, 0.0
    for i in range(n):
        away[i] = value[i] - (before if i < at else after)
        own += away[i] * away[i]
        if i:
            together += away[i] * away[i - 1]
    if own <= 0.0:
        return 0.0
    r = together / own
    if raised:
        r += (2.0 + 4.0 * max(r, 0.0)) / n
    return min(max(r, 0.0), 0.9)


@compiled
def _strength(value: Floats, weight: Floats, least: int, left: Floats) -> float:
    """Hold the best split against what it leaves, less for neighbours that resemble."""
    splits(value, weight, least, left)
    at = int(np.argmin(left))
    total = 0.0
    mean = (weight * value).sum() / weight.sum()
    for i in range(value.size):
        total += weight[i] * (value[i] - mean) * (value[i] - mean)
    if not total > 0.0:
        return 0.0
    r = resemblance(value, weight, at, True)
    return float((total - left[at]) / max(left[at], 1e-12 * total) * (1.0 - r) / (1.0 + r))


@compiled
def chance_of_split(
    value: Floats, weight: Floats, least: int, order: npt.NDArray[np.int64]
) -> float:
    """Say how often shuffled utterances have a split as strong as the best one here.

    Where neighbours resemble each other, what is shuffled is what each utterance has
    beyond its neighbour, and the resemblance is put back.

    Parameters
    ----------
    value, weight : ndarray of float64, shape (n,)
        The series, and what each value weighs.
    least : int
        Fewest values on either side.
    order : ndarray of int64, shape (n_draws, n)
        Orders drawn by chance.

    Returns
    -------
    float
        p value, never 0.
    """
    n = value.size
    left = np.empty(n)
    here = _strength(value, weight, least, left)
    splits(value, weight, least, left)
    at = int(np.argmin(left))
    r = resemblance(value, weight, at, True)
    mean = (weight * value).sum() / weight.sum()
    news = np.empty(n)
    scale = np.sqrt(1.0 - r * r)
    for i in range(n):
        away = value[i] - mean
        news[i] = away if i == 0 else (away - r * (value[i - 1] - mean)) / scale
    drawn, weights = np.empty(n), np.empty(n)
    as_strong = 1
    for d in range(order.shape[0]):
        for i in range(n):
            j = order[d, i]
            weights[i] = weight[j]
            drawn[i] = news[j] if i == 0 else r * drawn[i - 1] + scale * news[j]
        if _strength(drawn, weights, least, left) >= here - 1e-9:
            as_strong += 1
    return float(as_strong / (order.shape[0] + 1))
