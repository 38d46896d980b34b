"""What each figure says, in words; and what it does not."""

from __future__ import annotations

import numpy as np

from workbench.outcomes.kinds import Figure, OutcomeKind

_ENDINGS = {
    "_slope_per_min": "{name} rising by {step:g} a minute more",
    "_share": "{points:g} points more time of {name}",
    "_mean": "a mean {name} higher by {step:g}",
    "_min": "a lowest {name} higher by {step:g}",
    "_end": "a {name} at the end higher by {step:g}",
}
_HELD = {"log_length": "call length", "local_hour": "time of day"}


def outcome_words(name: str) -> str:
    """Write the name of an outcome as words.

    Parameters
    ----------
    name : str
        A column of the table `outcomes`.

    Returns
    -------
    str
        Without underscores.

    Examples
    --------
    >>> outcome_words("qa_score")
    'QA score'
    """
    words = name.replace("_", " ").split()
    return " ".join(w.upper() if w in {"qa", "nps", "csat"} else w for w in words)


def predictor_words(predictor: str, step: float) -> str:
    """Put a step of a predictor into words.

    Parameters
    ----------
    predictor : str
        A column of `call_features`, or any other.
    step : float
        The step, in units of the column.

    Returns
    -------
    str
        For example "10 points more time of frustration".

    Examples
    --------
    >>> predictor_words("frustration_share", 0.1)
    '10 points more time of frustration'
    >>> predictor_words("valence_end", 0.2)
    'a valence at the end higher by 0.2'
    """
    for ending, words in _ENDINGS.items():
        if predictor.endswith(ending):
            name = predictor.removesuffix(ending).replace("_", " ")
            return words.format(name=name, step=step, points=round(step * 100, 6))
    return f"{predictor.replace('_', ' ')} higher by {step:g}"


def held_words(names: tuple[str, ...]) -> str:
    """List what is held equal.

    Parameters
    ----------
    names : tuple of str
        Covariates.

    Returns
    -------
    str
        With commas and "and".

    Examples
    --------
    >>> held_words(("queue", "log_length", "language"))
    'queue, call length and language'
    """
    words = [_HELD.get(name, name.replace("_", " ")) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def reading(
    kind: OutcomeKind,
    predictor: str,
    step: float,
    effect: float,
    interval: tuple[float, float],
    *,
    figure: Figure | None = None,
    covariates: tuple[str, ...] = (),
    p_adjusted: float = float("nan"),
    n_tests: int = 1,
) -> str:
    """Say in a sentence what an effect is, never more than the interval supports.

    Parameters
    ----------
    kind : OutcomeKind
        The outcome.
    predictor : str
        Name of the predictor.
    step : float
        The step that the effect belongs to.
    effect : float
        In the unit of the figure.
    interval : tuple of float
        Its ends; NaN where there is none.
    figure : Figure, optional
        Which effect of the outcome; default the first.
    covariates : tuple of str
        What was held equal.
    p_adjusted : float
        p value after allowing for the number of figures.
    n_tests : int
        That number.

    Returns
    -------
    str
        The sentence; empty if there is no estimate.

    Examples
    --------
    >>> from workbench.outcomes.kinds import OUTCOME_KINDS
    >>> reading(OUTCOME_KINDS["escalated"], "frustration_share", 0.1, 2.1, (0.4, 3.8),
    ...         p_adjusted=0.02)
    'Calls with 10 points more time of frustration were escalated 2.1 points more often \
(0.4 to 3.8); an association, not a cause.'
    """
    if not np.isfinite(effect):
        return ""
    told = figure or kind.figures[0]
    up = effect >= 0
    digits = 1 if abs(effect) >= 0.95 or told.times > 1 else 2
    more = (told.more if up else told.less).format(
        amount=f"{abs(effect):.{digits}f}", within=kind.within
    )
    equal = f", the same {held_words(covariates)} given," if covariates else ""
    said = f"{kind.who} with {predictor_words(predictor, step)}{equal} {more}"
    low, high = interval
    if not (np.isfinite(low) and np.isfinite(high)):
        return f"{said} among these; without an interval this holds for nothing else."
    if low <= 0 <= high:
        within = f"{low:.{digits}f} to {high:.{digits}f}"
        return f"{said}, but the interval ({within}) holds 0: no relation is shown."
    ends = (low, high) if up else (-high, -low)
    within = f"({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
    if np.isfinite(p_adjusted) and p_adjusted >= 0.05:
        return f"{said} {within}, but among {n_tests} figures one such may be chance."
    return f"{said} {within}; an association, not a cause."
