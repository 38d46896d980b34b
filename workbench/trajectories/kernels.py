"""Loops over the utterances of many calls: order, figures of a call, segmentation.

Imported inside functions only, so that `import workbench.trajectories` stays light.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled
from workbench.trajectories.feature_dictionary import (
    EDGE_S,
    MAX_SHIFTS,
    MIN_FOR_SHIFTS,
    MIN_FOR_SLOPE,
    MIN_SEGMENT,
    SHIFT_PENALTY,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_OF_CALL = 4
"""Figures of a call as a whole: utterances, seconds, last second, changes of the main tag."""

N_OF_DIMENSION = 16
"""Figures of a dimension, in the order of `feature_dictionary.DIMENSION_ENDINGS`."""

_SAME_S = 1e-9


@compiled
def in_order(group: Ints, n_groups: int, start: Floats) -> Ints:
    """Put rows in order of their group, then of their start; what is nearly sorted is quick.

    Parameters
    ----------
    group : ndarray of int64
        Number of each row's group.
    n_groups : int
        How many groups.
    start : ndarray of float64
        Seconds.

    Returns
    -------
    ndarray of int64
        Row numbers.
    """
    place = np.zeros(n_groups + 1, np.int64)
    for g in group:
        place[g + 1] += 1
    for g in range(n_groups):
        place[g + 1] += place[g]
    first = place.copy()
    order = np.empty(group.size, np.int64)
    for row in range(group.size):
        g = group[row]
        order[place[g]] = row
        place[g] += 1
    for g in range(n_groups):
        low, high = first[g], first[g + 1]
        sorted_already = True
        for i in range(low + 1, high):
            if start[order[i - 1]] > start[order[i]]:
                sorted_already = False
                break
        if not sorted_already:
            own = order[low:high].copy()
            order[low:high] = own[np.argsort(start[own], kind="mergesort")]
    return order


@compiled
def best_segments(value: Floats, weight: Floats, least: int, most: int) -> tuple[Floats, Ints]:
    """Cut a series into segments of equal mean as well as can be, for each number of cuts.

    Exact, by dynamic programming over sums of squares about the segments' means.

    Parameters
    ----------
    value, weight : ndarray of float64, shape (n,)
        The series, and what each value weighs.
    least : int
        Fewest values of a segment.
    most : int
        Most cuts.

    Returns
    -------
    rss : ndarray of float64, shape (most + 1,)
        Smallest weighted sum of squares with 0, 1, ... cuts; infinite where not possible.
    cuts : ndarray of int64, shape (most + 1, most)
        Index of the first value after each cut, rising; -1 where there is none.
    """
    n = value.size
    w = np.zeros(n + 1)
    s = np.zeros(n + 1)
    q = np.zeros(n + 1)
    for i in range(n):
        w[i + 1] = w[i] + weight[i]
        s[i + 1] = s[i] + weight[i] * value[i]
        q[i + 1] = q[i] + weight[i] * value[i] * value[i]
    cost = np.full((most + 1, n + 1), np.inf)
    back = np.full((most + 1, n + 1), -1, np.int64)
    for j in range(least, n + 1):
        cost[0, j] = max(q[j] - s[j] * s[j] / w[j], 0.0)
    for k in range(1, most + 1):
        for j in range((k + 1) * least, n + 1):
            for i in range(k * least, j - least + 1):
                away = s[j] - s[i]
                own = max(q[j] - q[i] - away * away / (w[j] - w[i]), 0.0)
                if cost[k - 1, i] + own < cost[k, j]:
                    cost[k, j] = cost[k - 1, i] + own
                    back[k, j] = i
    cuts = np.full((most + 1, most), -1, np.int64)
    for k in range(1, most + 1):
        j = n
        for c in range(k, 0, -1):
            if j < 0:
                break
            j = back[c, j]
            cuts[k, c - 1] = j
    return cost[:, n].copy(), cuts


@compiled
def _shifts_of(value: Floats, weight: Floats, start: Floats, end: Floats, out: Floats) -> None:
    n = value.size
    rss, cuts = best_segments(value, weight, MIN_SEGMENT, MAX_SHIFTS)
    best, least = 0, np.inf
    for k in range(MAX_SHIFTS + 1):
        if not np.isfinite(rss[k]):
            break
        score = n * np.log(max(rss[k], 1e-9 * weight.sum())) + SHIFT_PENALTY * k * np.log(n)
        if score < least - 1e-9:
            best, least = k, score
    out[13] = best
    widest = 0.0
    for c in range(best):
        low = 0 if c == 0 else cuts[best, c - 1]
        at = cuts[best, c]
        high = n if c == best - 1 else cuts[best, c + 1]
        before = (weight[low:at] * value[low:at]).sum() / weight[low:at].sum()
        after = (weight[at:high] * value[at:high]).sum() / weight[at:high].sum()
        if abs(after - before) > widest + 1e-12:
            widest = abs(after - before)
            out[14] = (end[at - 1] + start[at]) / 2
            out[15] = after - before


@compiled
def _edge(value: Floats, weight: Floats, backwards: bool) -> float:
    seconds, total = 0.0, 0.0
    n = value.size
    for i in range(n):
        j = n - 1 - i if backwards else i
        take = min(weight[j], EDGE_S - seconds)
        seconds += take
        total += take * value[j]
        if seconds >= EDGE_S - _SAME_S:
            return float(total / seconds)
    return np.nan


@compiled
def dimension_figures(value: Floats, start: Floats, end: Floats, out: Floats) -> None:
    """Work out the figures of one dimension of one call.

    Parameters
    ----------
    value, start, end : ndarray of float64, shape (n,)
        At least one utterance, in order of their start; seconds.
    out : ndarray of float64, shape (N_OF_DIMENSION,)
        Where they go; NaN where there is too little.
    """
    n = value.size
    out[:] = np.nan
    weight = end - start
    total = weight.sum()
    mean = (weight * value).sum() / total
    middle = (start + end) / 2
    centre = (weight * middle).sum() / total
    spread, together, below = 0.0, 0.0, 0.0
    worst, peak, lively = 0, 0, 0.0
    for i in range(n):
        away = middle[i] - centre
        spread += weight[i] * away * away
        together += weight[i] * away * (value[i] - mean)
        if value[i] < 0:
            below += weight[i]
        if value[i] < value[worst]:
            worst = i
        if abs(value[i]) > abs(value[peak]):
            peak = i
        if i:
            lively += abs(value[i] - value[i - 1])
    out[0] = mean
    out[1] = value[worst]
    out[2] = value[n - 1]
    if n >= MIN_FOR_SLOPE and spread > 0:
        out[3] = 60.0 * together / spread
    out[4] = _edge(value, weight, False)
    out[5] = _edge(value, weight, True)
    out[6] = value[peak]
    out[7] = (value[peak] + value[n - 1]) / 2
    out[8] = middle[worst]
    out[9] = below
    if n >= MIN_FOR_SLOPE:
        out[10] = lively / (n - 1)
        if value[worst] < mean - 1e-12:
            out[11] = 0.0
            for i in range(worst + 1, n):
                if value[i] >= mean:
                    out[11] = 1.0
                    out[12] = middle[i] - middle[worst]
                    break
    if n >= MIN_FOR_SHIFTS:
        _shifts_of(value, weight, start, end, out)


@compiled
def _of_call(
    value: Floats, start: Floats, end: Floats, variable: Ints, n_tags: int, out: Floats
) -> None:
    """Count utterances, seconds and changes of the main tag; rows of all variables came."""
    order = np.argsort(start, kind="mergesort")
    n, seconds, until, changes = 0, 0.0, 0.0, 0
    before, tagged = -2, False
    i = 0
    while i < order.size:
        j = i
        main, most = -1, 0.0
        own = False
        last = end[order[i]]
        while j < order.size and start[order[j]] - start[order[i]] <= _SAME_S:
            row = order[j]
            last = max(last, end[row])
            if variable[row] < n_tags:
                own = True
                if value[row] > most or (value[row] == most and most > 0 and variable[row] < main):
                    main, most = variable[row], value[row]
            j += 1
        if most < 0.5:
            main = -1
        n += 1
        seconds += last - start[order[i]]
        until = max(until, last)
        if own:
            changes += tagged and main != before
            before, tagged = main, True
        i = j
    out[0], out[1], out[2] = n, seconds, until
    out[3] = changes if tagged and n > 1 else np.nan


@compiled
def call_figures(
    group: Ints,
    order: Ints,
    variable_of: Ints,
    n_variables: int,
    n_tags: int,
    value: Floats,
    start: Floats,
    end: Floats,
    of_call: Floats,
    share: Floats,
    of_dimension: Floats,
) -> None:
    """Work out all figures of all calls.

    Parameters
    ----------
    group : ndarray of int64
        Call times `n_variables` plus variable of each row; tags are the first variables.
    order : ndarray of int64
        From `in_order`.
    variable_of : ndarray of int64
        Variable of each row; tags, then what has a share only, then dimensions.
    n_variables, n_tags : int
        How many.
    value, start, end : ndarray of float64
        Of each row; seconds.
    of_call : ndarray of float64, shape (n_calls, N_OF_CALL)
        Filled.
    share : ndarray of float64, shape (n_calls, n_variables)
        Filled with means by seconds.
    of_dimension : ndarray of float64, shape (n_calls, n_dimensions, N_OF_DIMENSION)
        Filled; the dimensions are the last variables.
    """
    n_dimensions = of_dimension.shape[1]
    low = 0
    while low < order.size:
        call = group[order[low]] // n_variables
        high = low
        while high < order.size and group[order[high]] // n_variables == call:
            high += 1
        rows = order[low:high]
        own_value, own_start, own_end = value[rows], start[rows], end[rows]
        own_variable = variable_of[rows]
        _of_call(own_value, own_start, own_end, own_variable, n_tags, of_call[call])
        first = 0
        while first < rows.size:
            variable = own_variable[first]
            last = first
            total, weight = 0.0, 0.0
            while last < rows.size and own_variable[last] == variable:
                total += own_value[last] * (own_end[last] - own_start[last])
                weight += own_end[last] - own_start[last]
                last += 1
            share[call, variable] = total / weight
            number = variable - (n_variables - n_dimensions)
            if number >= 0:
                dimension_figures(
                    own_value[first:last],
                    own_start[first:last],
                    own_end[first:last],
                    of_dimension[call, number],
                )
            first = last
        low = high
