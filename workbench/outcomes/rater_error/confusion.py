"""How often each rater hears what is there, and what is not: Dawid and Skene for one tag."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from workbench.errors import AbstainedError
from workbench.outcomes.rater_error.hearings import numbered

TOGETHER = 60
"""Fewest utterances that three raters or more have rated."""

SHARED = 30
"""Fewest of these for each rater."""

HEARD = 10
"""Fewest of these in which most raters heard the tag, and fewest in which they did not."""

_PSEUDO = 0.5
_TURNS, _STEP, _SMALL = 200, 1e-4, 1e-7

_Floats = npt.NDArray[np.float64]


class Confusion(NamedTuple):
    """What each rater does with what is there.

    Parameters
    ----------
    sensitivity : ndarray of float, shape (n_raters,)
        Chance that the rater hears the tag where it is.
    specificity : ndarray of float, shape (n_raters,)
        Chance that the rater does not where it is not.
    prevalence : float
        Share of utterances that have it.
    """

    sensitivity: _Floats
    specificity: _Floats
    prevalence: float

    def likelihoods(self, votes: npt.NDArray[np.int8]) -> tuple[_Floats, _Floats]:
        """Compute the log chance of votes where the tag is, and where it is not."""
        said, silent = votes == 1, votes == 0
        there = said @ np.log(self.sensitivity) + silent @ np.log1p(-self.sensitivity)
        absent = said @ np.log1p(-self.specificity) + silent @ np.log(self.specificity)
        return there, absent

    def as_logits(self) -> _Floats:
        """Put sensitivity, specificity and prevalence into one vector of log odds."""
        return _logit(np.r_[self.sensitivity, self.specificity, self.prevalence])


def from_logits(psi: _Floats) -> Confusion:
    """Read the vector of `Confusion.as_logits` back.

    Parameters
    ----------
    psi : ndarray of float, shape (2 * n_raters + 1,)
        Log odds.

    Returns
    -------
    Confusion
        What they stand for.

    Examples
    --------
    >>> import numpy as np
    >>> from_logits(np.zeros(3)).prevalence
    0.5
    """
    values = expit(np.clip(psi, -7.0, 7.0))
    n = len(psi) // 2
    return Confusion(values[:n], values[n : 2 * n], float(values[-1]))


class Estimated(NamedTuple):
    """A confusion, and what is needed to estimate it again without some utterances.

    Parameters
    ----------
    confusion : Confusion
        The estimate.
    scores : ndarray of float, shape (n_patterns, n_parameters)
        Slope of the log likelihood of one utterance of each pattern.
    curves : ndarray of float, shape (n_patterns, n_parameters, n_parameters)
        Its curvature.
    information : ndarray of float, shape (n_parameters, n_parameters)
        Of all utterances, with the prior.
    """

    confusion: Confusion
    scores: _Floats
    curves: _Floats
    information: _Floats

    def without(self, counts: _Floats) -> Confusion:
        """Estimate again without utterances, by one Newton step; counts of their patterns."""
        curve = self.information + np.tensordot(counts, self.curves, axes=1)
        step = np.linalg.lstsq(curve, counts @ self.scores, rcond=None)[0]
        return from_logits(self.confusion.as_logits() - np.clip(step, -1.0, 1.0))


def estimate(votes: npt.NDArray[np.int8], counts: _Floats) -> Estimated:
    """Estimate the confusion of every rater by Dawid and Skene's model.

    Each utterance has the tag or not; given that, raters err independently.
    Steps of EM bring the estimate near, Newton steps end it.

    Parameters
    ----------
    votes : ndarray of int, shape (n_patterns, n_raters)
        1 heard, 0 not heard, -1 not rated.
    counts : ndarray of float, shape (n_patterns,)
        Utterances of each pattern.

    Returns
    -------
    Estimated
        Half a rating is added to each cell, so that nothing is ever certain.

    References
    ----------
    Dawid, A. P., and Skene, A. M. (1979). Maximum likelihood estimation of
    observer error-rates using the EM algorithm. Applied Statistics 28, 20-28.

    Examples
    --------
    >>> import numpy as np
    >>> votes = np.array([[1, 1, 1], [0, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=np.int8)
    >>> found = estimate(votes, np.array([300.0, 600.0, 60.0, 40.0])).confusion
    >>> found.sensitivity.round(2), round(found.prevalence, 2)
    (array([1.  , 1.  , 0.83]), 0.36)
    """
    said, rated = (votes == 1).astype(float), (votes >= 0).astype(float)
    there = (said.sum(axis=1) + 0.25) / (rated.sum(axis=1) + 0.5)
    psi = _maximised(there, said, rated, counts)
    for _ in range(_TURNS):
        there = _posterior(psi, votes)
        new = _maximised(there, said, rated, counts)
        if np.abs(new - psi).max() < 1e-3:
            break
        psi = new
    for _ in range(25):
        scores, curves = _slopes(psi, votes, said, rated)
        slope = counts @ scores + _PSEUDO * (1 - 2 * expit(psi))
        spread = expit(psi)
        penalty = np.diag(2 * _PSEUDO * spread * (1 - spread))
        information = penalty - np.tensordot(counts, curves, axes=1)
        step = np.linalg.lstsq(information, slope, rcond=None)[0]
        biggest = np.abs(step).max()
        psi = np.clip(psi + step * min(1.0, 0.5 / max(biggest, 1e-12)), -6.9, 6.9)
        if biggest < _SMALL:
            break
    return Estimated(from_logits(psi), scores, curves, information)


def rater_confusion(heard: pd.DataFrame) -> pd.DataFrame:
    """Tell how well each rater hears a tag, from utterances that several have rated.

    Parameters
    ----------
    heard : DataFrame
        One row a rating: call_id, utterance_id, rater_id, value (1 heard, 0
        not), start_s, end_s.

    Returns
    -------
    DataFrame
        One row a rater: rater_id, sensitivity (chance to hear the tag where it
        is), specificity (chance not to hear it where it is not), both 0..1,
        se_sensitivity, se_specificity, n_rated, n_shared (utterances that at
        least two others have rated too), prevalence (the same in all rows).

    Raises
    ------
    InputError
        If the table is not as documented.
    AbstainedError
        If too few utterances were rated by three raters or more.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> there = np.repeat(rng.random(400) < 0.4, 3)
    >>> heard = pd.DataFrame({
    ...     "call_id": "c", "utterance_id": np.repeat(np.arange(400), 3),
    ...     "rater_id": np.tile(["a", "b", "c"], 400), "value": there ^ (rng.random(1200) < 0.1),
    ...     "start_s": 0.0, "end_s": 2.0,
    ... })
    >>> bool(rater_confusion(heard)["sensitivity"].between(0.84, 0.96).all())
    True
    """
    hearings = numbered(heard)
    counts = np.bincount(hearings.pattern, minlength=len(hearings.votes)).astype(float)
    check_overlap(hearings.votes, counts, hearings.rater_ids)
    found = estimate(hearings.votes, counts)
    rated = hearings.votes >= 0
    shared = rated & (rated.sum(axis=1) >= 3)[:, None]
    errors = np.sqrt(np.diag(np.linalg.pinv(found.information, hermitian=True)).clip(0))
    sure, confusion, n = expit(found.confusion.as_logits()), found.confusion, rated.shape[1]
    errors = errors * sure * (1 - sure)
    return pd.DataFrame(
        {
            "rater_id": hearings.rater_ids,
            "sensitivity": confusion.sensitivity,
            "specificity": confusion.specificity,
            "se_sensitivity": errors[:n],
            "se_specificity": errors[n : 2 * n],
            "n_rated": (counts @ rated).astype("int64"),
            "n_shared": (counts @ shared).astype("int64"),
            "prevalence": confusion.prevalence,
        }
    )


def check_overlap(votes: npt.NDArray[np.int8], counts: _Floats, rater_ids: list[str]) -> None:
    """Refuse ratings from which no rater's errors can be told.

    Parameters
    ----------
    votes : ndarray of int, shape (n_patterns, n_raters)
        1 heard, 0 not heard, -1 not rated.
    counts : ndarray of float, shape (n_patterns,)
        Utterances of each pattern.
    rater_ids : list of str
        Their names.

    Raises
    ------
    AbstainedError
        With what is there and what is needed.

    Examples
    --------
    >>> import numpy as np
    >>> check_overlap(np.array([[1, 0]], dtype=np.int8), np.array([500.0]), ["a", "b"])
    Traceback (most recent call last):
    ...
    workbench.errors.AbstainedError: The errors of raters show only where at least three have \
rated the same utterances, and 2 raters came. Have a third rate at least 60 of these utterances.
    """
    if len(rater_ids) < 3:
        raise AbstainedError(
            "The errors of raters show only where at least three have rated the same utterances, "
            f"and {len(rater_ids)} rater{'s' * (len(rater_ids) > 1)} came. Have "
            f"{'a third' if len(rater_ids) == 2 else 'two more'} rate at least {TOGETHER} of "
            "these utterances."
        )
    rated = votes >= 0
    together = counts * (rated.sum(axis=1) >= 3)
    if together.sum() < TOGETHER:
        raise AbstainedError(
            f"{int(together.sum())} utterances were rated by three raters or more; at least "
            f"{TOGETHER} are needed to tell how often each errs. Have raters hear the same "
            "utterances."
        )
    shared = together @ rated
    few = [f"{name} ({int(n)})" for name, n in zip(rater_ids, shared, strict=True) if n < SHARED]
    if few:
        raise AbstainedError(
            f"Each rater needs at least {SHARED} utterances that two others have rated too. Too "
            f"few have: {', '.join(few[:5])}. Have them rate more of the shared utterances, or "
            "leave their ratings out."
        )
    most = (votes == 1).sum(axis=1) * 2 > rated.sum(axis=1)
    kinds = {"heard": float(together @ most), "did not hear": float(together @ ~most)}
    for what, n in kinds.items():
        if n < HEARD:
            raise AbstainedError(
                f"In {int(n)} of the {int(together.sum())} shared utterances most raters {what} "
                f"the tag; at least {HEARD} are needed to tell how often each errs there."
            )


def _maximised(there: _Floats, said: _Floats, rated: _Floats, counts: _Floats) -> _Floats:
    yes, no = counts * there, counts * (1 - there)
    sensitivity = (yes @ said + _PSEUDO) / (yes @ rated + 2 * _PSEUDO)
    specificity = (no @ (rated - said) + _PSEUDO) / (no @ rated + 2 * _PSEUDO)
    prevalence = (yes.sum() + _PSEUDO) / (counts.sum() + 2 * _PSEUDO)
    return _logit(np.r_[sensitivity, specificity, prevalence])


def _posterior(psi: _Floats, votes: npt.NDArray[np.int8]) -> _Floats:
    there, absent = from_logits(psi).likelihoods(votes)
    chance: _Floats = expit(there - absent + psi[-1])
    return chance


def _scores(psi: _Floats, votes: npt.NDArray[np.int8], said: _Floats, rated: _Floats) -> _Floats:
    there = _posterior(psi, votes)[:, None]
    sure = expit(psi)
    n = said.shape[1]
    yes = there * (said - rated * sure[:n])
    no = (1 - there) * ((rated - said) - rated * sure[n : 2 * n])
    return np.hstack([yes, no, there - sure[-1]])


def _slopes(
    psi: _Floats, votes: npt.NDArray[np.int8], said: _Floats, rated: _Floats
) -> tuple[_Floats, _Floats]:
    """Slope of each pattern's log likelihood, and its curvature by differences."""
    curves = np.empty((len(votes), len(psi), len(psi)))
    for k in range(len(psi)):
        bumped = np.zeros(len(psi))
        bumped[k] = _STEP
        up, down = (_scores(psi + s * bumped, votes, said, rated) for s in (1, -1))
        curves[:, k] = (up - down) / (2 * _STEP)
    return _scores(psi, votes, said, rated), curves


def _logit(p: _Floats) -> _Floats:
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)
