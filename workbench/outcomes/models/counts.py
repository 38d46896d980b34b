"""How often: counts within some exposure."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError
from workbench.outcomes.models.design import Design
from workbench.outcomes.models.rows import MAX_COEFFICIENT, NO_ESTIMATE, RowModel

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class CountModel(RowModel):
    """A Poisson model with exposure, estimated by statsmodels.

    Counts that scatter more than a Poisson law says leave the estimate right and
    only its plain standard error wrong; the jackknife does not use that one.

    Parameters
    ----------
    design : Design
        Its columns, with a constant.
    y : ndarray of float, shape (n,)
        The counts.
    exposure : ndarray of float, shape (n,), optional
        For how long each was counted; greater than 0.
    per : float, default 1.0
        Effects are told for this much exposure.

    Raises
    ------
    AbstainedError
        If there is no finite estimate.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.models.design import design_of
    >>> x, y = np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 2, 4])
    >>> model = CountModel(design_of(x), y)
    >>> model.effects(model.theta).round(6)
    array([[2.]])
    """

    def __init__(
        self, design: Design, y: _Floats, exposure: _Floats | None = None, *, per: float = 1.0
    ) -> None:
        import statsmodels.api as sm
        from statsmodels.tools.sm_exceptions import PerfectSeparationError

        super().__init__(design, np.ones(len(y)) if exposure is None else exposure, per=per)
        self.y = y
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fit = sm.Poisson(y, design.matrix, exposure=self.weight).fit(disp=0, maxiter=50)
            except (PerfectSeparationError, np.linalg.LinAlgError) as error:
                raise AbstainedError(NO_ESTIMATE) from error
        self.theta = np.asarray(fit.params, dtype=float)
        sound = np.isfinite(self.theta).all() and (np.abs(self.theta[1:]) <= MAX_COEFFICIENT).all()
        if not (sound and fit.mle_retvals["converged"]):
            raise AbstainedError(NO_ESTIMATE)

    def scores(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's derivative of the log-likelihood."""
        matrix, y = self._of(rows)
        out: _Floats = matrix * (y - np.exp(self.eta(theta, rows)))[:, None]
        return out

    def gradient(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of the scores."""
        matrix, y = self._of(rows)
        out: _Floats = matrix.T @ (y - np.exp(self.eta(theta, rows)))
        return out

    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the information."""
        matrix, _ = self._of(rows)
        out: _Floats = matrix.T @ (matrix * np.exp(self.eta(theta, rows))[:, None])
        return out

    def response(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give the count that is expected."""
        return np.exp(eta)[:, None]

    def slope(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give how steeply the expected count rises."""
        return np.exp(eta)[:, None]

    def _of(self, rows: _Ints | None) -> tuple[_Floats, _Floats]:
        if rows is None:
            return self.design.matrix, self.y
        return self.design.matrix[rows], self.y[rows]
