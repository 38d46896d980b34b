"""Scores: a straight line by least squares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.outcomes.models.design import Design
from workbench.outcomes.models.rows import RowModel, inverse_of

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class LinearModel(RowModel):
    """A straight line, estimated by statsmodels.

    Parameters
    ----------
    design : Design
        Its columns, with a constant.
    y : ndarray of float, shape (n,)
        The score.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.models.design import design_of
    >>> x = np.arange(6.0)
    >>> model = LinearModel(design_of(x), 2 * x + 1)
    >>> model.effects(model.theta).round(6)
    array([[2.]])
    """

    def __init__(self, design: Design, y: _Floats) -> None:
        import statsmodels.api as sm

        super().__init__(design)
        self.y = y
        self.theta = np.asarray(sm.OLS(y, design.matrix).fit().params, dtype=float)

    def refitted(self, without: _Ints, curvature: _Floats) -> _Floats:
        """Solve again: one step is exact; NaN for predictors that nothing is left to tell."""
        inverse, lost = inverse_of(curvature - self.curvature(self.theta, without))
        theta = self.theta - inverse @ self.gradient(self.theta, without)
        theta[self.told] = np.where(lost[self.told], np.nan, theta[self.told])
        return theta

    def scores(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's derivative of half the squared error."""
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        return matrix * self._rest(theta, rows)[:, None]

    def gradient(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of the scores."""
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        out: _Floats = matrix.T @ self._rest(theta, rows)
        return out

    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of squares and products of the columns."""
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        out: _Floats = matrix.T @ matrix
        return out

    def response(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give the score."""
        return eta[:, None]

    def slope(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give 1: a straight line."""
        return np.ones((len(eta), 1))

    def _rest(self, theta: _Floats, rows: _Ints | None) -> _Floats:
        y = self.y if rows is None else self.y[rows]
        return y - self.eta(theta, rows)
