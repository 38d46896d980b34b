"""Robust centre and spread of many samples at once: loops compiled at first use.

Imported inside functions only, so that `import workbench.cues` stays light.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CUT = 2.5
_CUT_CORRECTION = 1.105
"""Mean square of a normal deviate cut at 2.5, inverted."""

_ONE_IN = 5
_LEAST_FOR_SIDES = 8


@compiled
def put_in_order(places: Ints, n: int, values: Floats) -> None:
    """Sort places by their values; quick where they are nearly in order.

    Parameters
    ----------
    places : ndarray of int64
        Its first `n` are sorted in place.
    n : int
        How many.
    values : ndarray of float64
        What lies at each place.
    """
    for k in range(1, n):
        own = places[k]
        value = values[own]
        j = k - 1
        while j >= 0 and values[places[j]] > value:
            places[j + 1] = places[j]
            j -= 1
        places[j + 1] = own


@compiled
def nth(places: Ints, n: int, without: int, values: Floats) -> float:
    """Take the n-th smallest value, one place left out.

    Parameters
    ----------
    places : ndarray of int64
        In the order of their values.
    n : int
        Which, from 0.
    without : int
        Which of the places is left out; -1 for none.
    values : ndarray of float64
        What lies at each place.

    Returns
    -------
    float
        The value.
    """
    return float(values[places[n + 1 if 0 <= without <= n else n]])


@compiled
def middle(places: Ints, n: int, without: int, values: Floats) -> float:
    """Take the median, one place left out.

    Parameters
    ----------
    places, without, values : ndarray or int
        As in `nth`.
    n : int
        How many are left.

    Returns
    -------
    float
        The median.
    """
    high = nth(places, n // 2, without, values)
    if n % 2:
        return high
    return (nth(places, n // 2 - 1, without, values) + high) / 2


@compiled
def spreads(
    by_away: Ints, away: Floats, by_size: Ints, size: Floats, n: int, skip_away: int, skip_size: int
) -> tuple[float, float]:
    """Estimate how far values usually lie above and below their centre.

    Parameters
    ----------
    by_away, by_size : ndarray of int64
        Places in the order of the distances, and of their sizes.
    away, size : ndarray of float64
        Distance from the centre at each place, and its size.
    n : int
        How many count; at least two.
    skip_away, skip_size : int
        Which of `by_away` and `by_size` is left out; -1 for none.

    Returns
    -------
    above, below : float
        Standard deviations.
    """
    cut = _CUT * 1.4826 * n / (n - 0.8) * middle(by_size, n, skip_size, size)
    total = 0.0
    for k in range(n):
        total += min(nth(by_size, k, skip_size, size), cut) ** 2
    above = below = np.sqrt(_CUT_CORRECTION * total / (n - 1))
    if n >= _LEAST_FOR_SIDES:
        rank = max(n // _ONE_IN, 2)
        share = (rank - 0.375) / (n + 0.25)
        deviate = ((1 - share) ** 0.135 - share**0.135) / 0.1975
        above = max(above, nth(by_away, n - rank, skip_away, away) / deviate)
        below = max(below, -nth(by_away, rank - 1, skip_away, away) / deviate)
    return above, below


@compiled
def leave_one_out(
    values: Floats, scatter: Floats, able: Flags, bounds: Ints
) -> tuple[Floats, Floats, Floats, Ints]:
    """Hold each value against the others of its group.

    Parameters
    ----------
    values, scatter : ndarray of float64, shape (n,)
        The values, and how widely each scatters in comparison.
    able : ndarray of bool, shape (n,)
        Which may be held against.
    bounds : ndarray of int64
        Where groups begin; the last is n.

    Returns
    -------
    centre, above, below : ndarray of float64, shape (n,)
        NaN where fewer than two others are.
    n : ndarray of int64, shape (n,)
        How many others.
    """
    centre = np.full(values.size, np.nan)
    above, below = centre.copy(), centre.copy()
    count = np.zeros(values.size, np.int64)
    away, size = np.empty(values.size), np.empty(values.size)
    places = np.empty(values.size, np.int64)
    by_away, by_size = places.copy(), places.copy()
    rank_away, rank_size = places.copy(), places.copy()
    for g in range(bounds.size - 1):
        m = 0
        for i in range(bounds[g], bounds[g + 1]):
            if able[i]:
                places[m] = by_away[m] = by_size[m] = i
                m += 1
        put_in_order(places, m, values)
        known = np.nan
        # In the order of the values the centre changes only twice; last, those that stay out.
        for own in range(m + 1):
            n = m - 1 if own < m else m
            without = own if own < m else -1
            c = middle(places, n, without, values) if n >= 2 else np.nan
            if n >= 2 and c != known:
                known = c
                for k in range(m):
                    away[places[k]] = (values[places[k]] - c) / scatter[places[k]]
                    size[places[k]] = abs(away[places[k]])
                put_in_order(by_away, m, away)
                put_in_order(by_size, m, size)
                for k in range(m):
                    rank_away[by_away[k]] = rank_size[by_size[k]] = k
            if own < m:
                i = places[own]
                count[i], centre[i] = n, c
                if n >= 2:
                    above[i], below[i] = spreads(
                        by_away, away, by_size, size, n, rank_away[i], rank_size[i]
                    )
            elif m < bounds[g + 1] - bounds[g]:
                up = down = np.nan
                if n >= 2:
                    up, down = spreads(by_away, away, by_size, size, n, -1, -1)
                for i in range(bounds[g], bounds[g + 1]):
                    if not able[i]:
                        count[i], centre[i], above[i], below[i] = n, c, up, down
    return centre, above, below, count


@compiled
def so_far(
    values: Floats, scatter: Floats, able: Flags, begins: Floats, ends: Floats, bounds: Ints
) -> tuple[Floats, Floats, Floats, Ints]:
    """Hold each value against those of its group that were over when it began.

    Parameters
    ----------
    values, scatter, able, bounds : ndarray
        As in `leave_one_out`.
    begins, ends : ndarray of float64, shape (n,)
        When each begins, rising in a group, and ends.

    Returns
    -------
    centre, above, below : ndarray of float64, shape (n,)
        NaN where fewer than two came before.
    n : ndarray of int64, shape (n,)
        How many came before.
    """
    centre = np.full(values.size, np.nan)
    above, below = centre.copy(), centre.copy()
    count = np.zeros(values.size, np.int64)
    away, size = np.empty(values.size), np.empty(values.size)
    over = np.empty(values.size, np.int64)
    places, by_away, by_size = over.copy(), over.copy(), over.copy()
    for g in range(bounds.size - 1):
        m = n = 0
        for i in range(bounds[g], bounds[g + 1]):
            if able[i]:
                over[m] = i
                m += 1
        put_in_order(over, m, ends)
        for i in range(bounds[g], bounds[g + 1]):
            while n < m and ends[over[n]] <= begins[i]:
                places[n] = by_away[n] = by_size[n] = over[n]
                n += 1
            count[i] = n
            if n < 2:
                continue
            put_in_order(places, n, values)
            c = middle(places, n, -1, values)
            for k in range(n):
                away[over[k]] = (values[over[k]] - c) / scatter[over[k]]
                size[over[k]] = abs(away[over[k]])
            put_in_order(by_away, n, away)
            put_in_order(by_size, n, size)
            centre[i] = c
            above[i], below[i] = spreads(by_away, away, by_size, size, n, -1, -1)
    return centre, above, below, count


@compiled
def drifts(values: Floats, able: Flags, bounds: Ints) -> tuple[Floats, Ints, Ints]:
    """Compare the last third with the first third of what there is so far.

    Parameters
    ----------
    values, able, bounds : ndarray
        As in `leave_one_out`; groups in order of time.

    Returns
    -------
    drift : ndarray of float64, shape (n,)
        Median of the last third minus median of the first; NaN below three.
    third, n : ndarray of int64, shape (n,)
        Length of a third, and how many there are so far.
    """
    drift = np.full(values.size, np.nan)
    third, count = np.zeros(values.size, np.int64), np.zeros(values.size, np.int64)
    seen = np.empty(values.size, np.int64)
    early, late = seen.copy(), seen.copy()
    for g in range(bounds.size - 1):
        n = k = n_late = 0
        for i in range(bounds[g], bounds[g + 1]):
            if able[i]:
                seen[n] = late[n_late] = i
                n += 1
                n_late += 1
                if n // 3 > k:
                    early[k] = seen[k]
                    k += 1
                    put_in_order(early, k, values)
                kept = 0
                for j in range(n_late):
                    if n < 3 or late[j] >= seen[n - k]:
                        late[kept] = late[j]
                        kept += 1
                n_late = kept
                put_in_order(late, n_late, values)
                third[i] = k
                if k:
                    last, first = middle(late, k, -1, values), middle(early, k, -1, values)
                    drift[i] = last - first
            count[i] = n
    return drift, third, count
