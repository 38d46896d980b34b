"""Slopes within sittings: how something changes from one rating of a sitting to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.agreement.raters.estimates import Estimate, Floats, Ints, jackknife, ratio, sums

PER = 100.0
"""Drift and fatigue are told per so many ratings of a sitting."""


class Slopes(NamedTuple):
    """Slopes of all raters, with what is left over.

    Parameters
    ----------
    figures : Estimate
        One column: the slope; with `level`, slope over mean.
    left : ndarray of float, shape (n,)
        What each rating is above or below its sitting's line.
    n : ndarray of int, shape (n_raters,)
        How many ratings are behind it.
    """

    figures: Estimate
    left: Floats
    n: Ints


def slopes(
    rater: Ints,
    sitting: Ints,
    call: Ints,
    x: Floats,
    y: Floats,
    n_raters: int,
    *,
    relative: bool = False,
    levels: int = 1,
) -> Slopes:
    """Fit one slope a rater, with a level of its own for each sitting.

    Parameters
    ----------
    rater, sitting, call : ndarray of int, shape (n,)
        Codes; a sitting belongs to one rater.
    x, y : ndarray of float, shape (n,)
        What changes, and what changes with it.
    n_raters : int
        How many raters there are.
    relative : bool, default False
        Give the slope over the mean of y.
    levels : int, default 1
        How many codes a sitting has (one a tag, where tags share a slope).

    Returns
    -------
    Slopes
        With intervals by the jackknife over calls; each sitting costs a degree
        of freedom.
    """
    n_sittings = int(sitting.max(initial=0)) + 1
    n_calls = int(call.max(initial=0)) + 1
    parts = np.column_stack([np.ones(len(x)), x, y, x * x, x * y])
    cells, cell = np.unique(sitting * n_calls + call, return_inverse=True)
    own = sums(cell.astype(np.int64), len(cells), parts)
    of_cell = cells // n_calls
    whole = sums(of_cell, n_sittings, own)
    owner_of = np.zeros(n_sittings, dtype=np.int64)
    owner_of[sitting] = rater
    full = sums(owner_of, n_raters, _about_the_mean(whole))
    # leaving a call out moves the level of its sitting, so the sitting is summed anew
    lost = _about_the_mean(whole[of_cell] - own) - _about_the_mean(whole[of_cell])
    pairs, pair = np.unique(owner_of[of_cell] * n_calls + cells % n_calls, return_inverse=True)
    owner = pairs // n_calls
    left = full[owner] + sums(pair.astype(np.int64), len(pairs), lost)
    used = np.bincount(owner_of[np.unique(sitting)], minlength=n_raters)
    figures = jackknife(
        full, left, owner, _relative if relative else _slope, lost=used // levels + 1
    )
    slope = np.nan_to_num(_slope(full)[:, 0], nan=0.0)
    mean = sums(sitting, n_sittings, parts)
    mean = mean[:, 1:3] / np.maximum(mean[:, :1], 1)
    rest = y - mean[sitting, 1] - slope[rater] * (x - mean[sitting, 0])
    figures = figures._replace(p=np.fmax(figures.p, _scattered_p(figures, rest, rater, full, used)))
    return Slopes(figures, rest, np.bincount(rater, minlength=n_raters).astype(np.int64))


def _scattered_p(figures: Estimate, rest: Floats, rater: Ints, full: Floats, used: Ints) -> Floats:
    """Ask the same of independent ratings.

    Where calls are small or a few ratings weigh much, the jackknife is at times too
    sure by luck; both must find a slope unlikely.
    """
    from scipy.special import stdtr

    n = np.bincount(rater, minlength=len(full))
    freedom = np.maximum(n - used - 1, 1)
    scatter = np.bincount(rater, np.square(rest), minlength=len(full)) / freedom
    t = np.abs(_slope(full)[:, 0]) / np.sqrt(
        np.maximum(scatter, 1e-18) / np.maximum(full[:, 1], 1e-12)
    )
    p = 2 * stdtr(freedom, -t)
    return np.where(np.isnan(figures.p[:, 0]), np.nan, p)[:, None]


def _about_the_mean(whole: Floats) -> Floats:
    n = np.maximum(whole[:, 0], 1e-12)
    return np.column_stack(
        [
            whole[:, 4] - whole[:, 1] * whole[:, 2] / n,
            whole[:, 3] - whole[:, 1] ** 2 / n,
            whole[:, 0],
            whole[:, 2],
        ]
    )


def _slope(total: Floats) -> Floats:
    return ratio(total[:, :1], total[:, 1:2])


def _relative(total: Floats) -> Floats:
    return ratio(_slope(total), ratio(total[:, 3:4], total[:, 2:3]))
