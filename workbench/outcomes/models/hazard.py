"""How long until: proportional hazards with censoring (Cox), ties by Efron."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import AbstainedError
from workbench.outcomes.models.design import Design
from workbench.outcomes.models.rows import MAX_COEFFICIENT, NO_ESTIMATE, SMALL_STEP, Model

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class _Sums(NamedTuple):
    height: float
    gradient: _Floats
    curvature: _Floats
    until: _Floats
    steps: _Floats
    rest: _Floats


class HazardModel(Model):
    """A Cox model, ties by Efron; its estimate is that of statsmodels' PHReg.

    Effects are told as the change of the share to whom it happens within a
    horizon, from the baseline hazard of the same model.

    Parameters
    ----------
    design : Design
        Its columns, without a constant.
    duration : ndarray of float, shape (n,)
        Until the event, or until the end of observation.
    event : ndarray of bool, shape (n,)
        Whether it happened then.
    horizon : float
        Within how long; in the unit of `duration`.

    Raises
    ------
    AbstainedError
        If there is no finite estimate.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.outcomes.models.design import design_of
    >>> x = np.array([0.0, 1, 0, 1, 1, 0])
    >>> duration, event = np.array([5.0, 1, 3, 2, 4, 6]), np.array([1, 1, 1, 1, 0, 1], dtype=bool)
    >>> model = HazardModel(design_of(x, constant=False), duration, event, horizon=3.0)
    >>> round(model.coefficients(model.theta).item(), 2)
    1.23
    """

    def __init__(
        self, design: Design, duration: _Floats, event: npt.NDArray[np.bool_], *, horizon: float
    ) -> None:
        super().__init__(design)
        self.horizon = horizon
        self.order = np.lexsort((~event, -duration))
        self.duration, self.event = duration, event
        self.theta = self._climb(np.zeros(design.matrix.shape[1]), self.order)

    def _climb(self, start: _Floats, order: _Ints) -> _Floats:
        theta, sums = start, self._sums(start, order)
        for _ in range(60):
            try:
                step = np.linalg.solve(sums.curvature, sums.gradient)
            except np.linalg.LinAlgError as error:
                raise AbstainedError(NO_ESTIMATE) from error
            for _ in range(30):
                reached = self._sums(theta + step, order)
                if reached.height >= sums.height - 1e-9:
                    break
                step = step / 2
            theta, sums = theta + step, reached
            if not np.abs(theta).max() <= MAX_COEFFICIENT:
                raise AbstainedError(NO_ESTIMATE)
            if np.abs(step).max() < SMALL_STEP:
                return theta
        raise AbstainedError(NO_ESTIMATE)

    def _sums(self, theta: _Floats, order: _Ints) -> _Sums:
        """Sum over risk sets; `order` runs from the longest duration to the shortest."""
        x = self.design.matrix[order]
        duration, event = self.duration[order], self.event[order]
        risk = np.exp(np.clip(x @ theta, -500.0, 500.0))
        weighted = x * risk[:, None]
        k = x.shape[1]
        squares = (weighted[:, :, None] * x[:, None, :]).reshape(len(x), k * k)
        new = np.r_[True, duration[1:] != duration[:-1]]
        starts = np.flatnonzero(new)
        group = np.cumsum(new) - 1
        last = np.r_[starts[1:], len(x)] - 1
        at = np.flatnonzero(event)
        if not len(at):
            return _Sums(0.0, np.zeros(k), np.zeros((k, k)), np.empty(0), np.empty(0), np.empty(0))
        died = np.bincount(group[at], minlength=len(starts))
        before = np.r_[0, np.cumsum(died)[:-1]]
        rank = (np.arange(len(at)) - before[group[at]]) / died[group[at]]
        parts = np.column_stack([risk, weighted, squares])
        total = np.cumsum(parts, axis=0)[last][group[at]]
        ties = np.add.reduceat(parts * event[:, None], starts, axis=0)[group[at]]
        total = total - rank[:, None] * ties
        mean = total[:, 1 : k + 1] / total[:, :1]
        second = (total[:, k + 1 :] / total[:, :1]).sum(axis=0).reshape(k, k)
        return _Sums(
            float((x[at] @ theta).sum() - np.log(total[:, 0]).sum()),
            x[at].sum(axis=0) - mean.sum(axis=0),
            second - mean.T @ mean,
            duration[at],
            1.0 / total[:, 0],
            x[at, 0] - mean[:, 0],
        )

    def residuals(self) -> tuple[_Floats, _Floats]:
        """Give the Schoenfeld residuals of the first predictor.

        Returns
        -------
        time : ndarray of float
            When each event happened.
        rest : ndarray of float
            The predictor there, less what is expected among those at risk.
        """
        sums = self._sums(self.theta, self.order)
        return sums.until, sums.rest

    def curvature(self, theta: _Floats, rows: _Ints | None = None) -> _Floats:
        """Give the information of the partial likelihood."""
        order = self.order if rows is None else self.order[np.isin(self.order, rows)]
        return self._sums(theta, order).curvature

    def refitted(self, without: _Ints, curvature: _Floats) -> _Floats:
        """Fit again: risk sets change, so every sum is taken anew."""
        try:
            return self._climb(self.theta, self._order(without))
        except AbstainedError:
            return np.full(len(self.theta), np.nan)

    def _order(self, without: _Ints | None) -> _Ints:
        if without is None:
            return self.order
        stays = np.ones(len(self.order), dtype=bool)
        stays[without] = False
        return self.order[stays[self.order]]

    def log_likelihood(self, theta: _Floats) -> float:
        """Give the partial log-likelihood.

        Parameters
        ----------
        theta : ndarray of float
            Coefficients of the scaled columns.

        Returns
        -------
        float
            Its value.
        """
        return self._sums(theta, self.order).height

    def effects(self, theta: _Floats, without: _Ints | None = None) -> _Floats:
        """Average over rows the change of the share within the horizon."""
        order = self._order(without)
        sums = self._sums(theta, order)
        hazard = float(sums.steps[sums.until <= self.horizon].sum())
        eta = self.design.matrix[order] @ theta
        each = self.coefficients(theta)
        risk = hazard * np.exp(eta)
        out = np.mean(risk * np.exp(-risk)) * each
        for j in np.flatnonzero(np.isfinite(self.design.yes_no[0])):
            base = eta - self.design.yes_no[order, j] * each[j]
            out[j] = np.mean(
                np.exp(-hazard * np.exp(base)) - np.exp(-hazard * np.exp(base + each[j]))
            )
        return out[None, :]
