"""Quick forms of what is computed for every utterance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def power_of(level_db: Floats) -> Floats:
    """Turn levels into powers.

    Parameters
    ----------
    level_db : ndarray of float
        Levels, dB.

    Returns
    -------
    ndarray of float
        Powers, 1 at 0 dB, of the dtype that came.

    Examples
    --------
    >>> import numpy as np
    >>> power_of(np.array([0.0, -10.0])).round(6).tolist()
    [1.0, 0.1]
    """
    return np.asarray(np.exp(level_db * level_db.dtype.type(np.log(10) / 10)))


def percentiles(values: Floats, wanted: tuple[float, ...]) -> list[float]:
    """Interpolate percentiles between sorted values, as `numpy.percentile` does.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least one value; no NaN.
    wanted : tuple of float
        Percentiles, 0 to 100.

    Returns
    -------
    list of float
        One a percentile.

    Examples
    --------
    >>> import numpy as np
    >>> percentiles(np.array([3.0, 1.0, 2.0]), (50, 75))
    [2.0, 2.5]
    """
    ordered = np.sort(values)
    found = []
    for percent in wanted:
        at = (ordered.size - 1) * percent / 100
        low = int(at)
        high = min(low + 1, ordered.size - 1)
        found.append(float(ordered[low] + (ordered[high] - ordered[low]) * (at - low)))
    return found
