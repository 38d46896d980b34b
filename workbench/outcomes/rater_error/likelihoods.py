"""What each kind of outcome says about a call: log likelihoods and their slopes.

Each takes `u`, the linear predictor of every call and label set, and further parameters
that belong to a call (`local`, shape (n_calls, m)): a scale, thresholds, hazards. They are
linear in the parameters of the model: local = loading @ parameters + offset.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln, polygamma, psi

_Floats = npt.NDArray[np.float64]


class Terms(NamedTuple):
    """The log likelihood of each call and label set, with slopes.

    Parameters
    ----------
    log : ndarray of float, shape (n_calls, n_sets)
        Log likelihood.
    u, uu : ndarray of float, shape (n_calls, n_sets)
        First and second slope in the linear predictor.
    local, u_local : list of ndarray
        First slopes in each local parameter, and mixed ones with the linear predictor.
    local_local : dict of (int, int) to ndarray
        Second slopes in the local parameters, first index not above the second;
        what is 0 is left out.
    """

    log: _Floats
    u: _Floats
    uu: _Floats
    local: list[_Floats]
    u_local: list[_Floats]
    local_local: dict[tuple[int, int], _Floats]


class Likelihood(ABC):
    """An outcome's likelihood.

    Parameters
    ----------
    n_calls : int
        Rows.
    loading : ndarray of float, shape (n_calls, m, n_parameters)
        How local parameters come from those of the model.
    offset : ndarray of float, shape (n_calls, m)
        What is added.
    start : ndarray of float, shape (n_parameters,)
        Where to begin.
    """

    intercept = True
    """Whether the linear predictor has one."""

    separable = True
    """Whether a coefficient without bound means that outcomes are told apart without error."""

    uses_extra = False
    """Whether `slope` needs the further parameters of the model."""

    def __init__(self, loading: _Floats, offset: _Floats, start: _Floats) -> None:
        self.loading, self.offset, self.start = loading, offset, start

    def begin(self) -> float:
        """Intercept to begin with."""
        return 0.0

    @abstractmethod
    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""

    @abstractmethod
    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """How the expected outcome moves with the linear predictor."""


def _no_local(n: int) -> tuple[_Floats, _Floats, _Floats]:
    return np.empty((n, 0, 0)), np.empty((n, 0)), np.empty(0)


def _one_scale(n: int, start: float) -> tuple[_Floats, _Floats, _Floats]:
    return np.ones((n, 1, 1)), np.zeros((n, 1)), np.array([start])


class Binary(Likelihood):
    """Logit of an event.

    Parameters
    ----------
    y : ndarray of float
        1 where it happened, else 0.
    """

    def __init__(self, y: _Floats) -> None:
        super().__init__(*_no_local(len(y)))
        self._y = y[:, None]

    def begin(self) -> float:
        """Log odds of the event."""
        p = float(self._y.mean())
        return float(np.log(p / (1 - p)))

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        p = expit(u)
        # expit of the sign's side keeps full precision where the chance is near 0.
        log = np.log(np.maximum(np.where(self._y > 0, p, 1 - p), 1e-300))
        return Terms(log, self._y - p, -p * (1 - p), [], [], {})

    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """Change of the chance."""
        p = expit(u)
        return np.asarray(p * (1 - p), dtype=np.float64)


class Poisson(Likelihood):
    """Counts that scatter as by chance.

    Parameters
    ----------
    y : ndarray of float
        Counts.
    exposure : ndarray of float
        Time in which they were counted.
    """

    def __init__(self, y: _Floats, exposure: _Floats) -> None:
        super().__init__(*_no_local(len(y)))
        self._y, self._exposed = y[:, None], np.log(exposure)[:, None]
        self._constant = gammaln(self._y + 1)

    def begin(self) -> float:
        """Log of the mean rate."""
        return float(np.log(self._y.sum() / np.exp(self._exposed).sum()))

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        eta = np.minimum(u + self._exposed, 50.0)
        mu = np.exp(eta)
        return Terms(self._y * eta - mu - self._constant, self._y - mu, -mu, [], [], {})

    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """Change of the count in the time that was observed."""
        return np.exp(np.minimum(u + self._exposed, 50.0))


class NegativeBinomial(Poisson):
    """Counts that scatter more; the local parameter is the log of 1 / alpha.

    Parameters
    ----------
    y, exposure : ndarray of float
        As of `Poisson`.
    alpha : float
        Where to begin: the variance is mu + alpha * mu**2.
    """

    def __init__(self, y: _Floats, exposure: _Floats, alpha: float) -> None:
        super().__init__(y, exposure)
        Likelihood.__init__(self, *_one_scale(len(y), -np.log(alpha)))

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        y, eta = self._y, np.minimum(u + self._exposed, 50.0)
        size = np.exp(np.clip(local[:, :1], -7.0, 9.0))
        mu = np.exp(eta)
        both, ratio = size + mu, (y + size) / (size + mu)
        log = (
            gammaln(y + size) - gammaln(size) - self._constant + size * np.log(size)
            + y * eta - (y + size) * np.log(both)
        )  # fmt: skip
        first = psi(y + size) - psi(size) + np.log(size) + 1 - np.log(both) - ratio
        second = (
            polygamma(1, y + size) - polygamma(1, size) + 1 / size - 1 / both - (mu - y) / both**2
        )
        return Terms(
            log,
            y - ratio * mu,
            -ratio * size * mu / both,
            [size * first],
            [size * mu * (y - mu) / both**2],
            {(0, 0): size**2 * second + size * first},
        )


class Gaussian(Likelihood):
    """A score; the local parameter is the log of the residual's standard deviation.

    Parameters
    ----------
    y : ndarray of float
        Scores.
    """

    separable = False

    def __init__(self, y: _Floats) -> None:
        super().__init__(*_one_scale(len(y), float(np.log(y.std()))))
        self._y = y[:, None]

    def begin(self) -> float:
        """Mean score."""
        return float(self._y.mean())

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        precision = np.exp(-2 * local[:, :1])
        rest = self._y - u
        squares = rest**2 * precision
        log = -local[:, :1] - squares / 2
        curve = np.broadcast_to(-precision, u.shape)
        return Terms(
            log,
            rest * precision,
            curve,
            [squares - 1],
            [-2 * rest * precision],
            {(0, 0): -2 * squares},
        )

    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """Points a unit of the linear predictor."""
        return np.ones_like(u)


class Ordinal(Likelihood):
    """Ordered logit; the local parameters are the thresholds above and below the answer.

    Parameters
    ----------
    codes : ndarray of int
        Place of each answer among `values`, from 0.
    values : ndarray of float
        The answers that occur, ascending.
    """

    intercept, uses_extra = False, True

    def __init__(self, codes: npt.NDArray[np.int64], values: _Floats) -> None:
        n, k = len(codes), len(values) - 1
        loading, offset = np.zeros((n, 2, k)), np.zeros((n, 2))
        for side, at, beyond in ((0, codes, 60.0), (1, codes - 1, -60.0)):
            inside = (at >= 0) & (at < k)
            loading[np.flatnonzero(inside), side, at[inside]] = 1.0
            offset[~inside, side] = beyond
        below = np.cumsum(np.bincount(codes, minlength=k + 1))[:-1] / n
        super().__init__(loading, offset, np.log(below / (1 - below)))
        self._gaps = np.diff(values)

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        above, below = local[:, :1] - u, local[:, 1:] - u
        high, low = expit(above), expit(below)
        # As odds, the difference of two chances near 1 keeps its digits.
        chance = np.where(below > 0, expit(-below) - expit(-above), high - low)
        chance = np.maximum(chance, 1e-300)
        steep_a, steep_b = high * (1 - high), low * (1 - low)
        a, b = steep_a / chance, -steep_b / chance
        aa, bb = a * (1 - 2 * high) - a**2, b * (1 - 2 * low) - b**2
        ab = -a * b
        return Terms(
            np.log(chance),
            -(a + b),
            aa + 2 * ab + bb,
            [a, b],
            [-(aa + ab), -(ab + bb)],
            {(0, 0): aa, (0, 1): ab, (1, 1): bb},
        )

    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """Change of the expected answer."""
        total = np.zeros_like(u)
        for cut, gap in zip(extra, self._gaps, strict=True):
            p = expit(cut - u)
            total += gap * p * (1 - p)
        return total


class Hazard(Likelihood):
    """Time to an event with a hazard that is constant in pieces; local: its logs.

    Parameters
    ----------
    duration : ndarray of float
        Time to the event or to the end of observation, above 0.
    event : ndarray of float
        1 where the event ended it, else 0.
    edges : ndarray of float
        Where pieces begin, the first at 0.
    horizon : float
        Effects are told on the chance of the event until then.
    """

    intercept, uses_extra = False, True

    def __init__(self, duration: _Floats, event: _Floats, edges: _Floats, horizon: float) -> None:
        n, k = len(duration), len(edges)
        ends = np.append(edges[1:], np.inf)
        self._spent = np.clip(duration[:, None] - edges, 0.0, ends - edges)
        self._at = np.clip(horizon - edges, 0.0, ends - edges)
        self._event = event[:, None]
        self._piece = np.zeros((n, k))
        where = np.searchsorted(edges, duration, side="left").clip(1) - 1
        self._piece[np.arange(n), where] = event
        start = np.log((self._piece.sum(axis=0) + 0.1) / (self._spent.sum(axis=0) + 1e-9))
        super().__init__(np.broadcast_to(np.eye(k), (n, k, k)).copy(), np.zeros((n, k)), start)

    def terms(self, u: _Floats, local: _Floats) -> Terms:
        """Log likelihood and slopes."""
        raised = np.exp(np.minimum(u, 50.0))
        rate = np.exp(np.minimum(local, 50.0)) * self._spent
        total = raised * rate.sum(axis=1, keepdims=True)
        log = self._event * u + (self._piece * local).sum(axis=1, keepdims=True) - total
        parts = [raised * rate[:, [k]] for k in range(local.shape[1])]
        return Terms(
            log,
            self._event - total,
            -total,
            [self._piece[:, [k]] - part for k, part in enumerate(parts)],
            [-part for part in parts],
            {(k, k): -part for k, part in enumerate(parts)},
        )

    def slope(self, u: _Floats, local: _Floats, extra: _Floats) -> _Floats:
        """Change of the chance of the event until the horizon."""
        until = np.exp(np.minimum(u, 50.0)) * float(np.exp(extra) @ self._at)
        return np.asarray(until * np.exp(-until), dtype=np.float64)
