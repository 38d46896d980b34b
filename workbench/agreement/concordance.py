"""Concordance of two series of values, also where one lags behind the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError, InputError

_Floats = npt.NDArray[np.float64]


class Lagged(NamedTuple):
    """Concordance at the lag where it is greatest.

    Parameters
    ----------
    ccc : float
        Concordance there; NaN if it is defined at no lag.
    lag : int
        Samples by which the second series is later; negative if earlier.
    ccc_lag_0 : float
        Concordance without a lag; NaN if undefined there.
    n : int
        Samples at which both series have a value, without a lag.
    """

    ccc: float
    lag: int
    ccc_lag_0: float
    n: int


def concordance(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Measure how far two series of values are the same (Lin's CCC).

    Unlike correlation it also falls where one series is higher or wider than the
    other: 2 cov / (var x + var y + (mean x - mean y)**2), with population
    moments [1]_.

    Parameters
    ----------
    x, y : array of float, shape (n,)
        The values; where one is missing (NaN), the pair is left out.

    Returns
    -------
    float
        From -1 to 1.

    Raises
    ------
    InputError
        If the series have different lengths.
    AbstainedError
        If there are fewer than 2 pairs, or all values are the same.

    References
    ----------
    .. [1] Lin, L. I. (1989). A concordance correlation coefficient to evaluate
       reproducibility. Biometrics 45, 255-268.

    Examples
    --------
    >>> round(concordance([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]), 2)
    0.8
    >>> round(concordance([1, 2, 3, 4, 5], [1, 2, 3, 4, 6]), 2)
    0.96
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise InputError(
            f"Concordance needs two series of the same length; {a.shape} and {b.shape} came."
        )
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if len(a) < 2:
        raise AbstainedError(f"Concordance needs 2 pairs of values; {len(a)} came.")
    apart = a.var() + b.var() + (a.mean() - b.mean()) ** 2
    if not apart > 0:
        raise AbstainedError(
            f"All values of both series are {a[0]:g}: nothing varies, so concordance is undefined."
        )
    return float(2 * ((a - a.mean()) * (b - b.mean())).mean() / apart)


def lagged_concordance(x: _Floats, y: _Floats, *, max_lag: int, min_overlap: int) -> Lagged:
    """Find the lag, within limits, at which two series agree most.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,) and (m,)
        Series that begin at the same moment; NaN where there is no value.
    max_lag : int
        Greatest lag to try, in samples, to either side.
    min_overlap : int
        Fewest pairs of values that a lag must leave; at least 2.

    Returns
    -------
    Lagged
        Of equally good lags the smallest.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.sin(np.arange(400) / 20)
    >>> found = lagged_concordance(wave[30:], wave[:-30], max_lag=50, min_overlap=100)
    >>> found.lag, round(found.ccc, 3)
    (30, 1.0)
    """
    from scipy.fft import next_fast_len

    lags = np.arange(-max_lag, max_lag + 1)
    size = next_fast_len(len(x) + len(y) + 2 * max_lag, real=True)
    centre = _centre(x, y)
    has_x, has_y = np.isfinite(x), np.isfinite(y)
    a, b = np.where(has_x, x - centre, 0.0), np.where(has_y, y - centre, 0.0)
    one = [np.fft.rfft(part, size) for part in (has_x * 1.0, a, a * a)]
    two = [np.fft.rfft(part, size) for part in (has_y * 1.0, b, b * b)]

    def summed(i: int, j: int) -> _Floats:
        whole = np.fft.irfft(np.conj(one[i]) * two[j], size)
        return np.asarray(whole[lags % size], dtype=np.float64)

    n = np.rint(summed(0, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = summed(1, 0) / n, summed(0, 1) / n
        var_x, var_y = summed(2, 0) / n - mean_x**2, summed(0, 2) / n - mean_y**2
        apart = var_x + var_y + (mean_x - mean_y) ** 2
        ccc = 2 * (summed(1, 1) / n - mean_x * mean_y) / apart
    scale = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0))) ** 2
    ccc[(n < max(min_overlap, 2)) | ~(apart > 1e-12 * scale)] = np.nan
    at_0, n_0 = float(ccc[max_lag]), int(n[max_lag])
    if np.isnan(ccc).all():
        return Lagged(np.nan, 0, at_0, n_0)
    best = np.flatnonzero(ccc >= np.nanmax(ccc) - 1e-12)
    k = best[np.argmin(np.abs(lags[best]))]
    return Lagged(float(np.clip(ccc[k], -1, 1)), int(lags[k]), at_0, n_0)


def _centre(x: _Floats, y: _Floats) -> float:
    values = np.concatenate([x[np.isfinite(x)], y[np.isfinite(y)]])
    return float(values.mean()) if len(values) else 0.0
