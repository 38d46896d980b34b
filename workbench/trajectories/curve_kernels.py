"""Loops over moments, utterances and raters: smoothed curves and their bands.

Imported inside functions only, so that `import workbench.trajectories` stays light.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_OF_MOMENT = 8
"""Estimate, standard error, raters, utterances, rated seconds, number of the nearest utterance,
last second rested on, furthest second heard."""


@compiled
def _within(near: float) -> float:
    """Give the area of Epanechnikov's kernel from its middle to a distance, in widths."""
    z = min(max(near, -1.0), 1.0)
    return 0.75 * (z - z * z * z / 3.0)


@compiled
def curve(
    at: Floats,
    width: float,
    causal: bool,
    first: Ints,
    start: Floats,
    end: Floats,
    rater: Ints,
    n_raters: int,
    value: Floats,
    heard: Floats,
    out: Floats,
) -> None:
    """Smooth the ratings of one call, role and variable.

    Every rated second weighs by its distance, and an utterance's raters share its
    seconds evenly. Each rater in turn is left out, for the standard error.

    Parameters
    ----------
    at : ndarray of float64, shape (n_moments,)
        Seconds of the call.
    width : float
        How far seconds count, in seconds; above 0.
    causal : bool
        Whether an utterance counts only from its end on, and a rating only from the
        furthest second on that its rater had heard.
    first : ndarray of int64, shape (n_utterances + 1,)
        Where the ratings of each utterance begin; the last is their number.
    start, end : ndarray of float64, shape (n_utterances,)
        Seconds.
    rater : ndarray of int64, shape (n_ratings,)
        From 0.
    n_raters : int
        How many there are.
    value, heard : ndarray of float64, shape (n_ratings,)
        What was given; how far the rater had heard, NaN if not known.
    out : ndarray of float64, shape (n_moments, N_OF_MOMENT)
        Filled; all NaN where no rated speech lies within the width.
    """
    n_utterances = start.size
    total = np.zeros(n_raters + 1)
    weight = np.zeros(n_raters + 1)
    own = np.zeros(n_raters)
    for m in range(at.size):
        t = at[m]
        out[m, :] = np.nan
        total[:] = 0.0
        weight[:] = 0.0
        own[:] = 0.0
        n_spoken, seconds, until, furthest = 0, 0.0, -1.0, -1.0
        nearest, distance, known = -1, np.inf, True
        for u in range(n_utterances):
            if start[u] >= t + width or end[u] <= t - width:
                continue
            if causal and end[u] > t + 1e-9:
                continue
            k = _within((end[u] - t) / width) - _within((start[u] - t) / width)
            if k <= 0.0:
                continue
            amount, n = 0.0, 0
            for i in range(first[u], first[u + 1]):
                if not (causal and heard[i] > t + 1e-9):
                    amount += value[i]
                    n += 1
            if n == 0:
                continue
            for j in range(n_raters + 1):
                total[j] += k * amount / n
                weight[j] += k
            for i in range(first[u], first[u + 1]):
                if causal and heard[i] > t + 1e-9:
                    continue
                r = rater[i]
                own[r] += k / n
                total[r] -= k * amount / n
                weight[r] -= k
                if n > 1:
                    total[r] += k * (amount - value[i]) / (n - 1)
                    weight[r] += k
                if np.isnan(heard[i]):
                    known = False
                else:
                    furthest = max(furthest, heard[i])
            n_spoken += 1
            seconds += min(end[u], t + width) - max(start[u], t - width)
            until = max(until, end[u])
            away = max(start[u] - t, t - end[u], 0.0)
            if away < distance:
                nearest, distance = u, away
        if n_spoken == 0:
            continue
        estimate = total[n_raters] / weight[n_raters]
        out[m, 0] = estimate
        count, apart, whole = 0, 0.0, True
        for r in range(n_raters):
            if own[r] > 0.0:
                count += 1
                if weight[r] > 1e-12:
                    apart += (total[r] / weight[r] - estimate) ** 2
                else:
                    whole = False
        if count > 1 and whole:
            out[m, 1] = np.sqrt((count - 1) / count * apart)
        out[m, 2] = count
        out[m, 3] = n_spoken
        out[m, 4] = seconds
        out[m, 5] = nearest
        out[m, 6] = until
        if known:
            out[m, 7] = furthest
