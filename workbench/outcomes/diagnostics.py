"""What a model assumes, looked at, and said in words where it does not hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError
from workbench.outcomes.models import (
    CountModel,
    HazardModel,
    LinearModel,
    LogisticModel,
    Model,
    OrdinalModel,
    design_of,
)

_Floats = npt.NDArray[np.float64]


def diagnosed(model: Model, x: _Floats, covariates: _Floats) -> tuple[str, ...]:
    """Look at what a model assumes.

    Parameters
    ----------
    model : Model
        Fitted.
    x : ndarray of float, shape (n,)
        The predictor as it came.
    covariates : ndarray of float, shape (n, k)
        As they came.

    Returns
    -------
    tuple of str
        Sentences; empty where nothing stands out.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(20.0)
    >>> diagnosed(LinearModel(design_of(x), np.minimum(90 + x, 100)), x, np.empty((20, 0)))
    ('50 % of the scores are the highest possible in these rows (100): a straight line fits their \
end badly.',)
    """
    if isinstance(model, LinearModel):
        return _ends(model.y)
    if isinstance(model, CountModel):
        return _scatter(model)
    if isinstance(model, OrdinalModel):
        return _odds(model, x, covariates)
    if isinstance(model, HazardModel):
        return _hazards(model)
    return ()


def _ends(y: _Floats) -> tuple[str, ...]:
    told = []
    for end, word in ((y.max(), "highest"), (y.min(), "lowest")):
        share = float(np.mean(y == end))
        if share > 0.15:
            told.append(
                f"{share:.0%} of the scores are the {word} possible in these rows ({end:g}): a "
                "straight line fits their end badly.".replace("%", " %")
            )
    return tuple(told)


def _scatter(model: CountModel) -> tuple[str, ...]:
    expected = np.exp(model.eta(model.theta))
    ratio = float(np.sum((model.y - expected) ** 2 / expected))
    ratio /= max(len(model.y) - len(model.theta), 1)
    if ratio > 1.5:
        return (
            f"Counts scatter {ratio:.1f} times as much as pure chance would; the interval allows "
            "for that, the estimate does not need it.",
        )
    return ()


def _odds(model: OrdinalModel, x: _Floats, covariates: _Floats) -> tuple[str, ...]:
    """Compare the relation with lying above a low and above a high value."""
    counts = np.bincount(model.level, minlength=len(model.worth))
    above = 1 - np.cumsum(counts)[:-1] / counts.sum()
    fits = []
    for aim in (2 / 3, 1 / 3):
        cut = int(np.abs(above - aim).argmin())
        y = (model.level > cut).astype(float)
        if not 20 <= y.sum() <= len(y) - 20:
            return ()
        try:
            fit = LogisticModel(design_of(x, covariates), y)
        except AbstainedError:
            return ()
        error = float(np.sqrt(np.linalg.inv(fit.curvature(fit.theta))[1, 1]))
        fits.append((float(fit.theta[1]), error, cut))
    (low, low_error, one), (high, high_error, two) = fits
    if one == two or abs(low - high) < 3 * np.hypot(low_error, high_error):
        return ()
    return (
        "Low and high answers are related to the predictor differently (log-odds "
        f"{low:+.2f} of lying above value {one + 1}, {high:+.2f} above value {two + 1}, for a "
        "standard deviation): one figure for all answers hides that.",
    )


def _hazards(model: HazardModel) -> tuple[str, ...]:
    from scipy.stats import spearmanr

    time, rest = model.residuals()
    if len(time) < 20:
        return ()
    found = spearmanr(time, rest)
    if found.pvalue > 0.01:
        return ()
    later = "stronger" if found.statistic * model.theta[0] > 0 else "weaker"
    return (f"The relation grows {later} with time; the figure is an average over the time seen.",)


def groups_disagree(
    y: _Floats, x: _Floats, groups: pd.Series, *, name: str, held: bool
) -> tuple[str, ...]:
    """Tell where a relation goes one way within groups and the other way over all (Simpson).

    Parameters
    ----------
    y, x : ndarray of float, shape (n,)
        Outcome and predictor.
    groups : Series of str
        For example the queue of each row; rows without one do not count.
    name : str
        What the groups are.
    held : bool
        Whether the effect holds the groups equal.

    Returns
    -------
    tuple of str
        A sentence, if both directions are more than scatter.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> x = np.r_[np.linspace(0, 1, 30), np.linspace(2, 3, 30)]
    >>> y = -x + np.repeat([0.0, 5.0], 30) + np.sin(np.arange(60)) / 9
    >>> queue = pd.Series(["a"] * 30 + ["b"] * 30)
    >>> groups_disagree(y, x, queue, name="queue", held=False)[0][:79]
    'Within each queue the relation goes the other way than over all queues together'
    """
    known = groups.notna().to_numpy()
    codes, levels = pd.factorize(groups[known])
    if len(levels) < 2:
        return ()
    y, x = y[known], x[known]
    counts = np.bincount(codes)

    def within(values: _Floats) -> _Floats:
        rest: _Floats = values - (np.bincount(codes, values) / counts)[codes]
        return rest

    total, total_t = _line(x - x.mean(), y - y.mean(), 2)
    inside, inside_t = _line(within(x), within(y), len(levels) + 1)
    if total * inside >= 0 or min(abs(total_t), abs(inside_t)) < 2:
        return ()
    which = (
        "the effect told is the one within"
        if held
        else f"hold {name} equal, or look at each {name} by itself"
    )
    return (
        f"Within each {name} the relation goes the other way than over all {name}s together "
        f"(Simpson's paradox): {name}s differ in both; {which}.",
    )


def _line(x: _Floats, y: _Floats, n_parameters: int) -> tuple[float, float]:
    square = float(x @ x)
    if square == 0 or len(x) <= n_parameters:
        return 0.0, 0.0
    slope = float(x @ y) / square
    rest = y - slope * x
    error = np.sqrt(float(rest @ rest) / (len(x) - n_parameters) / square)
    return slope, slope / error if error > 0 else np.inf
