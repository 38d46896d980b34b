"""Ordered values, such as answers from 0 to 10: the ordered logit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from workbench.errors import AbstainedError
from workbench.outcomes.models.design import Design
from workbench.outcomes.models.rows import RowModel, climb

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class OrdinalModel(RowModel):
    """An ordered (proportional odds) logit by Newton steps with exact derivatives.

    The estimate is that of statsmodels' OrderedModel (bfgs), which takes
    numerical derivatives and is too slow to be fitted again without each agent.

    Parameters
    ----------
    design : Design
        Its columns, without a constant.
    level : ndarray of int, shape (n,)
        Number of the value of each row, from 0; every number occurs.
    worth : ndarray of float, shape (n_levels, n_figures)
        What each level counts in each figure: its score; 1 for promoters; ...

    Raises
    ------
    AbstainedError
        If there is one level only, or no finite estimate.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.models.design import design_of
    >>> x, level = np.array([0.0, 0, 1, 1, 1, 0]), np.array([0, 1, 1, 2, 0, 0])
    >>> model = OrdinalModel(design_of(x, constant=False), level, np.array([[0.0], [5], [10]]))
    >>> round(model.effects(model.theta)[0, 0].item(), 2)
    3.11
    """

    def __init__(self, design: Design, level: _Ints, worth: _Floats) -> None:
        super().__init__(design)
        self.level, self.worth = level, worth
        counts = np.bincount(level, minlength=len(worth))
        if len(worth) < 2 or (counts == 0).any():
            raise AbstainedError("All rows have the same value, so nothing can be related to it.")
        self.k = design.matrix.shape[1]
        self.rise = np.diff(worth, axis=0)
        below = np.cumsum(counts)[:-1] / counts.sum()
        start = np.r_[np.zeros(self.k), np.log(below / (1 - below))]
        self.theta = climb(self, start)

    def log_likelihood(self, theta: _Floats) -> float:
        """Give the log-likelihood; minus infinity where cuts are out of order.

        Parameters
        ----------
        theta : ndarray of float
            Coefficients, then cuts.

        Returns
        -------
        float
            Its value.
        """
        if (np.diff(theta[self.k :]) <= 0).any():
            return -np.inf
        upper, lower = self._ends(theta, None)
        return float(np.log(np.maximum(upper - lower, 1e-300)).sum())

    def scores(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's derivative of the log-likelihood."""
        level = self.level if rows is None else self.level[rows]
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        of_eta, of_upper, of_lower = self._slopes(theta, rows)
        n_cuts = len(self.worth) - 1
        cuts = np.zeros((len(level), n_cuts))
        has_upper, has_lower = level < n_cuts, level > 0
        cuts[has_upper, level[has_upper]] = of_upper[has_upper]
        cuts[has_lower, level[has_lower] - 1] += of_lower[has_lower]
        return np.column_stack([matrix * of_eta[:, None], cuts])

    def gradient(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of the scores."""
        level = self.level if rows is None else self.level[rows]
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        of_eta, of_upper, of_lower = self._slopes(theta, rows)
        n = len(self.worth)
        cuts = np.bincount(level, of_upper, minlength=n)[:-1]
        cuts = cuts + np.bincount(level, of_lower, minlength=n)[1:]
        return np.concatenate([matrix.T @ of_eta, cuts])

    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the observed information."""
        level = self.level if rows is None else self.level[rows]
        matrix = self.design.matrix if rows is None else self.design.matrix[rows]
        upper, lower = self._ends(theta, rows)
        chance = np.maximum(upper - lower, 1e-300)
        high, low = upper * (1 - upper), lower * (1 - lower)
        n, k = len(self.worth), self.k
        out = np.zeros((len(theta), len(theta)))
        out[:k, :k] = matrix.T @ (matrix * (high + low)[:, None])
        for j in range(n - 1):
            mine, next_one = level == j, level == j + 1
            out[k + j, :k] = -(high[mine] @ matrix[mine] + low[next_one] @ matrix[next_one])
        out[:k, k:] = out[k:, :k].T
        of_upper = (high / chance) ** 2 - high * (1 - 2 * upper) / chance
        of_lower = (low / chance) ** 2 + low * (1 - 2 * lower) / chance
        own = np.bincount(level, of_upper, minlength=n)[:-1]
        own = own + np.bincount(level, of_lower, minlength=n)[1:]
        out[range(k, k + n - 1), range(k, k + n - 1)] = own
        between = -np.bincount(level, high * low / chance**2, minlength=n)[1:-1]
        out[range(k, k + n - 2), range(k + 1, k + n - 1)] = between
        out[range(k + 1, k + n - 1), range(k, k + n - 2)] = between
        return out

    def response(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give the score that is expected, and the other figures."""
        out: _Floats = self.worth[0] + (1 - self._below(eta, theta)) @ self.rise
        return out

    def slope(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give how steeply they rise."""
        below = self._below(eta, theta)
        out: _Floats = (below * (1 - below)) @ self.rise
        return out

    def _below(self, eta: _Floats, theta: _Floats) -> _Floats:
        return expit(theta[self.k :] - eta[:, None])

    def _ends(self, theta: _Floats, rows: _Ints | None) -> tuple[_Floats, _Floats]:
        eta = self.eta(theta, rows)
        level = self.level if rows is None else self.level[rows]
        cuts = np.r_[-np.inf, theta[self.k :], np.inf]
        return expit(cuts[level + 1] - eta), expit(cuts[level] - eta)

    def _slopes(self, theta: _Floats, rows: _Ints | None) -> tuple[_Floats, _Floats, _Floats]:
        upper, lower = self._ends(theta, rows)
        chance = np.maximum(upper - lower, 1e-300)
        return (
            upper + lower - 1,
            upper * (1 - upper) / chance,
            -lower * (1 - lower) / chance,
        )
