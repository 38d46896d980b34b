"""What all models of outcomes share: effects on the natural scale, and refits without some rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError
from workbench.outcomes.models.design import Design

MAX_COEFFICIENT = 10.0
"""A coefficient a standard deviation beyond this is separation, not an effect."""

SMALL_STEP = 1e-6
"""A Newton step below this, in standard deviations, ends the search."""

_TURNS = 40

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Model(ABC):
    """A fitted model that can be fitted again without some of its rows.

    Parameters
    ----------
    design : Design
        Its columns.

    Attributes
    ----------
    theta : ndarray of float
        The estimate: coefficients of the scaled columns, then what else the
        model has (cuts between the values of an ordinal outcome).
    """

    theta: _Floats

    def __init__(self, design: Design) -> None:
        self.design = design

    @property
    def told(self) -> slice:
        """Where the predictors stand in `theta`."""
        return slice(self.design.first, self.design.first + self.design.n_predictors)

    def coefficients(self, theta: _Floats) -> _Floats:
        """Give the coefficients of the predictors, a unit each.

        Parameters
        ----------
        theta : ndarray of float
            An estimate.

        Returns
        -------
        ndarray of float, shape (n_predictors,)
            In units of the link (log-odds and the like).
        """
        per_unit: _Floats = theta[self.told] / self.design.spread[self.told]
        return per_unit

    @abstractmethod
    def effects(self, theta: _Floats, without: _Ints | None = None) -> _Floats:
        """Give the effects of the predictors on the natural scale.

        Parameters
        ----------
        theta : ndarray of float
            An estimate.
        without : ndarray of int, optional
            Rows that do not count.

        Returns
        -------
        ndarray of float, shape (n_figures, n_predictors)
            Average effects a unit of the predictor; of a predictor of 0 and 1,
            the difference between the two.
        """

    @abstractmethod
    def refitted(self, without: _Ints, curvature: _Floats) -> _Floats:
        """Fit again without some rows, from the estimate of all.

        Parameters
        ----------
        without : ndarray of int
            These rows.
        curvature : ndarray of float
            `curvature` of all rows at the estimate.

        Returns
        -------
        ndarray of float
            Another theta; NaN where there is none.
        """

    @abstractmethod
    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give minus the second derivative of the log-likelihood.

        Parameters
        ----------
        theta : ndarray of float
            An estimate.
        rows : ndarray of int, optional
            Only of these rows; default all.

        Returns
        -------
        ndarray of float, shape (p, p)
            The observed information.
        """

    def statistics(self, theta: _Floats, without: _Ints | None = None) -> _Floats:
        """Give coefficients and effects in one row.

        Parameters
        ----------
        theta : ndarray of float
            An estimate.
        without : ndarray of int, optional
            Rows that do not count.

        Returns
        -------
        ndarray of float
            The coefficients, then the effects figure by figure.
        """
        return np.concatenate([self.coefficients(theta), self.effects(theta, without).ravel()])


class RowModel(Model):
    """A model whose log-likelihood is a sum over rows with a linear predictor each.

    Parameters
    ----------
    design : Design
        Its columns.
    exposure : ndarray of float, shape (n,), optional
        For how long each row was watched: its logarithm is added to the linear
        predictor, and effects are told for `per` of it.
    per : float, default 1.0
        Effects are told for this much exposure.
    """

    def __init__(
        self, design: Design, exposure: _Floats | None = None, *, per: float = 1.0
    ) -> None:
        super().__init__(design)
        self.offset = None if exposure is None else np.log(exposure)
        self.weight = np.ones(len(design.matrix)) if exposure is None else exposure
        self.per = per

    @abstractmethod
    def scores(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's derivative of the log-likelihood, (n, p)."""

    @abstractmethod
    def gradient(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of `scores`."""

    @abstractmethod
    def response(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give what is expected at a linear predictor, (n, n_figures)."""

    @abstractmethod
    def slope(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give the derivative of `response` to the linear predictor, (n, n_figures)."""

    def eta(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the linear predictor.

        Parameters
        ----------
        theta : ndarray of float
            An estimate.
        rows : ndarray of int, optional
            Only of these rows.

        Returns
        -------
        ndarray of float
            One value a row.
        """
        k = self.design.matrix.shape[1]
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        eta: _Floats = matrix @ theta[:k]
        if self.offset is not None:
            eta = eta + (self.offset if rows is None else self.offset[rows])
        return eta

    def row_effects(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's effect of each predictor, (n, n_figures, n_predictors).

        Parameters
        ----------
        theta : ndarray of float
            An estimate.
        rows : ndarray of int, optional
            Only of these rows.

        Returns
        -------
        ndarray of float
            Their average is `effects`.
        """
        eta, each = self.eta(theta, rows), self.coefficients(theta)
        out: _Floats = self.slope(eta, theta)[:, :, None] * each
        for j in np.flatnonzero(np.isfinite(self.design.yes_no[0])):
            has = self.design.yes_no[:, j] if rows is None else self.design.yes_no[rows, j]
            base = eta - has * each[j]
            out[:, :, j] = self.response(base + each[j], theta) - self.response(base, theta)
        return out

    def _summed_effects(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        if np.isfinite(self.design.yes_no[0]).any():
            total: _Floats = self.row_effects(theta, rows).sum(axis=0)
            return total
        summed = self.slope(self.eta(theta, rows), theta).sum(axis=0)
        out: _Floats = summed[:, None] * self.coefficients(theta)
        return out

    def effects(self, theta: _Floats, without: _Ints | None = None) -> _Floats:
        """Average the effects over the rows, or over their exposure."""
        total, weight = self._summed_effects(theta), float(self.weight.sum())
        if without is not None:
            total = total - self._summed_effects(theta, without)
            weight -= float(self.weight[without].sum())
        return total / weight * self.per

    def refitted(self, without: _Ints, curvature: _Floats) -> _Floats:
        """Take Newton steps; the first needs no look at the rows that stay."""
        theta = self.theta
        missing = np.full(len(theta), np.nan)
        slope = -self.gradient(theta, without)
        inverse, lost = inverse_of(curvature - self.curvature(theta, without))
        if lost[self.told].any():
            return missing
        last = np.inf
        for _ in range(_TURNS):
            step = inverse @ slope
            theta = theta + step
            size = float(np.abs(step).max())
            if not size < 1e3 or np.abs(theta[self.told]).max() > MAX_COEFFICIENT:
                return missing
            if size < SMALL_STEP:
                return theta
            if size > 0.1 * last:
                inverse, _ = inverse_of(self.curvature(theta) - self.curvature(theta, without))
            last = size
            slope = self.gradient(theta) - self.gradient(theta, without)
        return missing

    def influences(self, theta: _Floats) -> _Floats:
        """Tell how far each row moves each of `statistics`, (n, n_statistics).

        Parameters
        ----------
        theta : ndarray of float
            The estimate.

        Returns
        -------
        ndarray of float
            Squared sums over clusters add up to the sandwich variance.
        """
        inverse = np.linalg.inv(self.curvature(theta))
        moved = self.scores(theta) @ inverse
        derivative = np.empty((len(self.statistics(theta)), len(theta)))
        for j in range(len(theta)):
            nudge = np.zeros(len(theta))
            nudge[j] = 1e-5
            ahead, behind = self.statistics(theta + nudge), self.statistics(theta - nudge)
            derivative[:, j] = (ahead - behind) / 2e-5
        out: _Floats = moved @ derivative.T
        share = self.weight / self.weight.sum()
        own = self.row_effects(theta) / self.weight.sum() * self.per
        own -= share[:, None, None] * self.effects(theta)
        out[:, self.design.n_predictors :] += own.reshape(len(out), -1)
        return out


def inverse_of(curvature: _Floats) -> tuple[_Floats, npt.NDArray[np.bool_]]:
    """Invert a curvature as far as the rows tell.

    Parameters
    ----------
    curvature : ndarray of float, shape (k, k)
        Symmetric; of scaled columns.

    Returns
    -------
    ndarray of float, shape (k, k)
        The pseudoinverse: what nothing tells stays where it is.
    ndarray of bool, shape (k,)
        Which coefficients nothing tells.

    Examples
    --------
    >>> import numpy as np
    >>> inverse_of(np.diag([4.0, 0.0]))[1]
    array([False,  True])
    """
    inverse = np.linalg.pinv(curvature, rcond=1e-10, hermitian=True).astype(np.float64)
    lost = np.abs(inverse @ curvature - np.eye(len(curvature))).max(axis=1) > 1e-6
    return inverse, lost


class _Climbable(Protocol):
    @property
    def told(self) -> slice: ...

    def log_likelihood(self, theta: _Floats) -> float: ...

    def gradient(self, theta: _Floats) -> _Floats: ...

    def curvature(self, theta: _Floats) -> _Floats: ...


def climb(model: _Climbable, start: _Floats) -> _Floats:
    """Find the estimate of a concave model by Newton steps, halved where one overshoots.

    Parameters
    ----------
    model : object
        With log_likelihood, gradient, curvature and `told`.
    start : ndarray of float
        Where to begin.

    Returns
    -------
    ndarray of float
        The estimate.

    Raises
    ------
    AbstainedError
        If there is none that is finite.
    """
    theta, height = start, model.log_likelihood(start)
    for _ in range(100):
        try:
            step = np.linalg.solve(model.curvature(theta), model.gradient(theta))
        except np.linalg.LinAlgError as error:
            raise AbstainedError(NO_ESTIMATE) from error
        for _ in range(30):
            reached = model.log_likelihood(theta + step)
            if reached >= height - 1e-9:
                break
            step = step / 2
        theta, height = theta + step, reached
        if np.abs(theta[model.told]).max() > MAX_COEFFICIENT or not np.isfinite(height):
            raise AbstainedError(NO_ESTIMATE)
        if np.abs(step).max() < SMALL_STEP:
            return theta
    raise AbstainedError(NO_ESTIMATE)


NO_ESTIMATE = (
    "The predictor or a covariate tells the outcome without error (separation), so that no finite "
    "effect can be estimated."
)
"""Why a model has no estimate."""
