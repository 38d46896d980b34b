"""Yes or no, and scores between 0 and 1: the logit."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from workbench.errors import AbstainedError
from workbench.outcomes.models.design import Design
from workbench.outcomes.models.rows import MAX_COEFFICIENT, NO_ESTIMATE, RowModel

_MAX_ERROR = 5.0

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class LogisticModel(RowModel):
    """A logit, estimated by statsmodels; of shares between 0 and 1 a fractional logit.

    Parameters
    ----------
    design : Design
        Its columns, with a constant.
    y : ndarray of float, shape (n,)
        From 0 to 1.

    Raises
    ------
    AbstainedError
        If a predictor or covariate tells the outcome without error (separation).

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.models.design import design_of
    >>> x, y = np.array([0.0, 0, 1, 1, 1, 0]), np.array([0.0, 1, 1, 1, 0, 0])
    >>> model = LogisticModel(design_of(x), y)
    >>> round(model.effects(model.theta)[0, 0].item(), 4)
    0.3333
    """

    def __init__(self, design: Design, y: _Floats) -> None:
        import statsmodels.api as sm
        from statsmodels.tools.sm_exceptions import PerfectSeparationError

        super().__init__(design)
        self.y = y
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fit = sm.Logit(y, design.matrix).fit(disp=0, maxiter=50)
            except (PerfectSeparationError, np.linalg.LinAlgError) as error:
                raise AbstainedError(NO_ESTIMATE) from error
            beta, errors = np.asarray(fit.params, dtype=float), np.asarray(fit.bse, dtype=float)
        sound = np.isfinite(errors) & (np.abs(beta) <= MAX_COEFFICIENT) & (errors <= _MAX_ERROR)
        if not (sound[1:].all() and fit.mle_retvals["converged"]):
            raise AbstainedError(NO_ESTIMATE)
        self.theta = beta

    def gradient(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the sum of the scores."""
        matrix, y = self._of(rows)
        out: _Floats = matrix.T @ (y - expit(self.eta(theta, rows)))
        return out

    def scores(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give each row's derivative of the log-likelihood."""
        matrix, y = self._of(rows)
        out: _Floats = matrix * (y - expit(self.eta(theta, rows)))[:, None]
        return out

    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the information."""
        matrix, _ = self._of(rows)
        out: _Floats = matrix.T @ (matrix * self.slope(self.eta(theta, rows), theta))
        return out

    def response(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give the chance."""
        return expit(eta)[:, None]

    def slope(self, eta: _Floats, theta: _Floats) -> _Floats:
        """Give how steeply the chance rises."""
        chance = expit(eta)
        return (chance * (1 - chance))[:, None]

    def _of(self, rows: _Ints | None) -> tuple[_Floats, _Floats]:
        if rows is None:
            return self.design.matrix, self.y
        return self.design.matrix[rows], self.y[rows]
