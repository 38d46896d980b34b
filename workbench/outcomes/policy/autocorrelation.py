"""Regression on a series whose errors go on: every plausible autocorrelation, weighed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

_AUTOCORRELATIONS = np.linspace(-0.9, 0.98, 48)
_SPREADS = np.linspace(0.0, 1.6, 13)
_HALVINGS = 30
_SMALLEST_WEIGHT = 1e-9


class SeriesFit(NamedTuple):
    """What a regression says under each plausible autocorrelation, and how plausible that is.

    Parameters
    ----------
    coefficients : ndarray of float, shape (n_plausible, n_columns)
        Estimates.
    covariances : ndarray of float, shape (n_plausible, n_columns, n_columns)
        Their covariances.
    weights : ndarray of float, shape (n_plausible,)
        Sum to 1.
    autocorrelations : ndarray of float, shape (n_plausible,)
        Of what moves a point beyond chance.
    freedom : float
        Degrees of freedom; infinite where the noise of each point is known.
    """

    coefficients: _Floats
    covariances: _Floats
    weights: _Floats
    autocorrelations: _Floats
    freedom: float

    def told(self, contrasts: npt.ArrayLike) -> tuple[_Floats, _Floats, _Floats, _Floats]:
        """Tell combinations of coefficients, each with its 95 % interval.

        Parameters
        ----------
        contrasts : array of float, shape (n, n_columns)
            One combination a row.

        Returns
        -------
        estimate, low, high, p : ndarray of float, shape (n,)
            Mean, 2.5 and 97.5 percentiles, two-sided p value of 0.
        """
        from scipy.special import ndtr, ndtri, stdtr, stdtrit

        rows = np.atleast_2d(np.asarray(contrasts, dtype=float))
        likely = self.weights > _SMALLEST_WEIGHT
        weights = self.weights[likely] / self.weights[likely].sum()
        middle = self.coefficients[likely] @ rows.T
        spread = np.sqrt(np.einsum("cp,kpq,cq->kc", rows, self.covariances[likely], rows))
        normal = np.isinf(self.freedom)

        def below(x: _Floats) -> _Floats:
            z = (x - middle) / spread
            return np.asarray(weights @ (ndtr(z) if normal else stdtr(self.freedom, z)))

        def where(chance: float) -> _Floats:
            own = middle + spread * (ndtri(chance) if normal else stdtrit(self.freedom, chance))
            low, high = own.min(axis=0), own.max(axis=0)
            for _ in range(_HALVINGS):
                half = (low + high) / 2
                under = below(half) < chance
                low, high = np.where(under, half, low), np.where(under, high, half)
            return np.asarray((low + high) / 2, dtype=np.float64)

        at_zero = below(np.zeros(len(rows)))
        p = 2 * np.minimum(at_zero, 1 - at_zero)
        return weights @ middle, where(0.025), where(0.975), p


def fit_series(
    y: npt.ArrayLike, design: npt.ArrayLike, sampling_se: npt.ArrayLike | None = None
) -> SeriesFit:
    """Regress a series on columns, its errors an autoregression of order 1.

    How strongly the errors go on from point to point is never known from a short
    series, and taking its estimate for the truth makes intervals too narrow. So
    every autocorrelation on a grid has its say, with the weight of its restricted
    likelihood and of Jeffreys' prior.

    Parameters
    ----------
    y : array of float, shape (n_points,)
        The series in time order, equally spaced; NaN where a point is missing.
    design : array of float, shape (n_points, n_columns)
        The regressors, also where y is missing.
    sampling_se : array of float, shape (n_points,), optional
        What chance alone does to each point; beside the autoregression then lies
        noise of this known size. Without it all of the error is autoregression.

    Returns
    -------
    SeriesFit
        Estimates under each plausible autocorrelation.

    Notes
    -----
    A scalar Kalman filter whitens y and the columns for all grid points side by
    side [1]_; it is exact for gaps. Measured coverage stands in
    `interrupted_series`.

    References
    ----------
    .. [1] Harvey, A. C. (1989). Forecasting, Structural Time Series Models and
       the Kalman Filter. Cambridge, section 3.4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> fit = fit_series(5 + rng.normal(size=80), np.ones((80, 1)))
    >>> estimate, low, high, _ = fit.told([[1.0]])
    >>> bool(low[0] < 5 < high[0])
    True
    """
    values = np.asarray(y, dtype=float)
    columns = np.asarray(design, dtype=float)
    known = np.isfinite(values)
    freedom = float(known.sum() - columns.shape[1])
    if sampling_se is None:
        rho = _AUTOCORRELATIONS
        variance, noise = np.ones_like(rho), np.zeros(len(values))
    else:
        apart = values[known] - columns[known] @ np.linalg.pinv(columns[known]) @ values[known]
        noise = np.asarray(sampling_se, dtype=float) ** 2
        scale = np.sqrt((apart**2).sum() / freedom)
        rho, sd = (g.ravel() for g in np.meshgrid(_AUTOCORRELATIONS[::2], scale * _SPREADS))
        variance = sd**2
    white, log_spread = _whitened(np.column_stack([values, columns]), known, noise, variance, rho)
    products = white.transpose(0, 2, 1) @ white
    squares, with_y = products[:, 1:, 1:], products[:, 1:, 0]
    inverse: _Floats = np.linalg.inv(squares).astype(np.float64)
    beta = np.einsum("kpq,kq->kp", inverse, with_y)
    left = products[:, 0, 0] - (with_y * beta).sum(axis=1)
    size = np.linalg.slogdet(squares)[1]
    prior = -0.5 * np.log1p(-(rho**2))
    if sampling_se is None:
        fits = freedom * np.log(left)
        inverse = inverse * (left / freedom)[:, None, None]
    else:
        fits, freedom = left, np.inf
    log_weight = prior - 0.5 * (log_spread + size + fits)
    weight = np.exp(log_weight - log_weight.max())
    return SeriesFit(
        beta, inverse, weight / weight.sum(), np.asarray(rho, dtype=np.float64), freedom
    )


def _whitened(
    columns: _Floats, known: npt.NDArray[np.bool_], noise: _Floats, variance: _Floats, rho: _Floats
) -> tuple[_Floats, _Floats]:
    """Take from every column what the points before foretell, for all grid points at once."""
    n_points, n_columns = columns.shape
    white = np.zeros((len(rho), n_points, n_columns))
    log_spread = np.zeros(len(rho))
    foretold, spread = np.zeros((len(rho), n_columns)), variance.copy()
    for t in range(n_points):
        if known[t]:
            total = spread + noise[t]
            new = columns[t] - foretold
            white[:, t] = new / np.sqrt(total)[:, None]
            log_spread += np.log(total)
            gain = spread / total
            foretold += gain[:, None] * new
            spread = spread * (1 - gain)
        foretold *= rho[:, None]
        spread = rho**2 * spread + variance * (1 - rho**2)
    return white, log_spread
