"""What a speaker usually does: in the whole call, so far in the call, in earlier calls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

KINDS = ("call", "causal", "speaker_history")
"""The baselines: the whole call, what came before in it, other calls that began before it."""

HISTORY_N = 200
"""How many of the latest utterances of earlier calls make up a history: voices change."""

Floats = npt.NDArray[np.float64]


class Baseline(NamedTuple):
    """Centre and spread that each utterance is held against.

    Parameters
    ----------
    centre : ndarray of float64, shape (n_utterances,)
        Median of what it is held against; NaN below two.
    above, below : ndarray of float64, shape (n_utterances,)
        Robust standard deviation on either side.
    n : ndarray of int64, shape (n_utterances,)
        How many utterances it is held against.
    """

    centre: Floats
    above: Floats
    below: Floats
    n: npt.NDArray[np.int64]


def call_baseline(
    values: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    scatter: npt.ArrayLike | None = None,
    bounds: npt.ArrayLike | None = None,
) -> Baseline:
    """Hold each utterance against the speaker's other utterances of the whole call.

    An utterance never belongs to its own baseline, so that one scream among six
    utterances does not hide itself.

    Parameters
    ----------
    values : array of float, shape (n_utterances,)
        One measure.
    counts : array of bool, shape (n_utterances,), optional
        Which may make up a baseline; default all, NaN never does.
    scatter : array of float, shape (n_utterances,), optional
        How widely each utterance scatters in comparison: short ones scatter
        more. The spreads are those of an utterance whose scatter is 1.
    bounds : array of int, optional
        Where the utterances of each speaker begin, and their number at the end;
        default one speaker.

    Returns
    -------
    Baseline
        Centre, spreads and number, one value an utterance.

    See Also
    --------
    causal_baseline : Only from what came before.

    Notes
    -----
    The centre is the median. The spread is the root mean square of the
    distances from it, each at most 2.5 times the scaled median absolute
    deviation (a winsorised standard deviation [1]_: nearly as precise as the
    plain one, but a few outliers hardly move it). From eight utterances on it
    is at least what a normal distribution would need for the distance that one
    in five reaches on that side: what one in five utterances does is not
    unusual, however close together the others lie.

    References
    ----------
    .. [1] Maronna, R. A., and Zamar, R. H. (2002). Robust estimates of location
       and dispersion for high-dimensional datasets. Technometrics 44, 307-317.

    Examples
    --------
    >>> level = call_baseline([-20.0, -21.5, -18, -20.5, -19, -8])
    >>> float(level.centre[5]), round(float(level.above[5]), 2), int(level.n[5])
    (-20.0, 1.44, 5)
    """
    from workbench.cues.kernels import leave_one_out

    numbers, scatters, able, starts = _arrays(values, counts, scatter, bounds)
    return Baseline(*leave_one_out(numbers, scatters, able, starts))


def causal_baseline(
    values: npt.ArrayLike,
    start_s: npt.ArrayLike,
    end_s: npt.ArrayLike,
    *,
    counts: npt.ArrayLike | None = None,
    scatter: npt.ArrayLike | None = None,
    bounds: npt.ArrayLike | None = None,
) -> Baseline:
    """Hold each utterance against those of the speaker that were over when it began.

    It does not change when the rest of the call is cut off, so it may be used
    to predict.

    Parameters
    ----------
    values : array of float, shape (n_utterances,)
        One measure.
    start_s, end_s : array of float, shape (n_utterances,)
        When each utterance begins, rising, and ends.
    counts, scatter, bounds : array, optional
        As in `call_baseline`.

    Returns
    -------
    Baseline
        Centre, spreads and number, one value an utterance.

    Examples
    --------
    >>> level = causal_baseline([-20.0, -21, -19, -8], [0, 2, 4, 6], [1, 3, 5, 7])
    >>> level.centre.tolist(), level.n.tolist()
    ([nan, nan, -20.5, -20.0], [0, 1, 2, 3])
    """
    from workbench.cues.kernels import so_far

    numbers, scatters, able, starts = _arrays(values, counts, scatter, bounds)
    begins, ends = (np.asarray(t, np.float64) for t in (start_s, end_s))
    return Baseline(*so_far(numbers, scatters, able, begins, ends, starts))


def history_baseline(
    values: Floats,
    *,
    counts: npt.NDArray[np.bool_],
    scatter: Floats,
    bounds: npt.NDArray[np.int64],
    earlier: list[list[int]],
) -> Baseline:
    """Hold each utterance against the speaker's utterances in calls that began before.

    Parameters
    ----------
    values, counts, scatter, bounds : ndarray
        As in `call_baseline`; a group is one speaker in one call.
    earlier : list of list of int
        For each group the groups of the same speaker in earlier calls, in order
        of time; the latest 200 utterances count.

    Returns
    -------
    Baseline
        The same for all utterances of a group.
    """
    from workbench.cues.kernels import leave_one_out

    able = counts & np.isfinite(values)
    n_of = np.zeros(values.size, np.int64)
    centre, above, below = (np.full(values.size, np.nan) for _ in range(3))
    for group, others in enumerate(earlier):
        own = slice(bounds[group], bounds[group + 1])
        pool: list[npt.NDArray[np.int64]] = []
        for other in reversed(others):
            first = bounds[other]
            pool.append(first + np.flatnonzero(able[first : bounds[other + 1]])[::-1])
            if sum(part.size for part in pool) >= HISTORY_N:
                break
        if not pool:
            continue
        at = np.concatenate(pool)[:HISTORY_N]
        # One further place that does not count is held against all of them.
        found = leave_one_out(
            np.append(values[at], 0.0),
            np.append(scatter[at], 1.0),
            np.arange(at.size + 1) < at.size,
            np.array([0, at.size + 1]),
        )
        centre[own], above[own], below[own], n_of[own] = (part[-1] for part in found)
    return Baseline(centre, above, below, n_of)


def mixed_spread(
    spread: Floats, n: npt.NDArray[np.int64], usual_spread: float, usual_n: float
) -> Floats:
    """Average a spread with the usual one, so that six utterances do not pretend to be sixty.

    Parameters
    ----------
    spread : ndarray of float64
        Of the speaker.
    n : ndarray of int64
        From how many utterances.
    usual_spread : float
        Of speakers in general.
    usual_n : float
        How many utterances that weighs as much as.

    Returns
    -------
    ndarray of float64
        Root of the weighted mean of the squares; NaN where `spread` is.

    Examples
    --------
    >>> import numpy as np
    >>> mixed_spread(np.array([1.0]), np.array([6]), 3.0, 2.0).round(2).tolist()
    [1.73]
    """
    weight = n / np.maximum(n + usual_n, 1e-9)
    mixed: Floats = np.sqrt(weight * spread**2 + (1 - weight) * usual_spread**2)
    return mixed


def _arrays(
    values: npt.ArrayLike,
    counts: npt.ArrayLike | None,
    scatter: npt.ArrayLike | None,
    bounds: npt.ArrayLike | None,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    numbers = np.asarray(values, np.float64)
    n = numbers.size
    able = np.ones(n, np.bool_) if counts is None else np.asarray(counts, np.bool_)
    scatters = np.ones(n) if scatter is None else np.asarray(scatter, np.float64)
    starts = np.array([0, n]) if bounds is None else np.asarray(bounds)
    return numbers, scatters, able & np.isfinite(numbers), starts.astype(np.int64)
