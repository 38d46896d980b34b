"""What a speaker usually does: centre and spread over the other utterances of the call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_SMALL_SAMPLE = (1.196, 1.196, 1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107)


class Baseline(NamedTuple):
    """Centre and spread that each utterance is held against.

    Parameters
    ----------
    centre : ndarray of float64, shape (n_utterances,)
        Median of the other utterances; NaN if there are too few.
    spread : ndarray of float64, shape (n_utterances,)
        Robust standard deviation of the other utterances.
    n : ndarray of int64, shape (n_utterances,)
        How many others there are.
    """

    centre: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    n: npt.NDArray[np.int64]


def own_baselines(
    values: npt.NDArray[np.float64],
    counts: npt.NDArray[np.bool_],
    *,
    usual_spread: float,
    usual_n: float,
    min_others: int,
) -> Baseline:
    """Give each utterance a baseline from the speaker's other utterances.

    An utterance never belongs to its own baseline, so that one scream among six
    utterances does not hide itself.

    Parameters
    ----------
    values : ndarray of float64, shape (n_utterances,)
        One measure over the utterances of one speaker in one call.
    counts : ndarray of bool, shape (n_utterances,)
        Which of them may make up a baseline; NaN never does.
    usual_spread : float
        Spread of this measure within speakers.
    usual_n : float
        How many utterances the usual spread weighs as much as.
    min_others : int
        How many others are needed.

    Returns
    -------
    Baseline
        Centre, spread and number of others, one value an utterance.

    Notes
    -----
    The centre is the median, the spread 1.4826 times the median absolute
    deviation, corrected for small samples [1]_. Since that is a poor estimate
    from a dozen utterances, its square is averaged with that of the usual
    spread, weighted by n and `usual_n`.

    References
    ----------
    .. [1] Croux, C., and Rousseeuw, P. J. (1992). Time-efficient algorithms for
       two highly robust estimators of scale. Computational Statistics 1, 411-428.

    Examples
    --------
    >>> import numpy as np
    >>> level = np.array([-20.0, -21, -19, -20, -20, -8])
    >>> every = np.ones(6, bool)
    >>> quiet = own_baselines(level, every, usual_spread=1.8, usual_n=8, min_others=5)
    >>> float(quiet.centre[5]), round(float(quiet.spread[5]), 2)
    (-20.0, 1.41)
    """
    able = counts & np.isfinite(values)
    n = able.sum() - able
    centre = np.full(values.size, np.nan)
    spread = np.full(values.size, np.nan)
    inside = np.flatnonzero(able)
    kept = values[inside]
    if kept.size - 1 >= min_others:
        rows = np.arange(kept.size)
        others = np.array([kept[rows != i] for i in rows])
        centre[inside], spread[inside] = _robust(others)
    outside = np.flatnonzero(~able)
    if outside.size and kept.size >= min_others:
        centre[outside], spread[outside] = (part[0] for part in _robust(kept[None, :]))
    weight = n / (n + usual_n) if usual_n > 0 else np.ones(values.size)
    mixed = np.sqrt(weight * spread**2 + (1 - weight) * usual_spread**2)
    return Baseline(centre, mixed, n.astype(np.int64))


def _robust(
    samples: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    n = samples.shape[1]
    factor = _SMALL_SAMPLE[n] if n < len(_SMALL_SAMPLE) else n / (n - 0.8)
    centre = np.median(samples, axis=1)
    deviation = np.median(np.abs(samples - centre[:, None]), axis=1)
    return centre, 1.4826 * factor * deviation
