"""MACE: every rater either knows the label or spams, with one competence each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import Answers, check_enough, read_answers
from workbench.consensus.dawid_skene import check_options, shares_of

_Floats = npt.NDArray[np.float64]
_TINY = 1e-300


class Mace(NamedTuple):
    """What `mace` estimated.

    Parameters
    ----------
    posteriors : DataFrame
        utterance_id, label, share: how far the model holds each label to be the
        true one, summing to 1 an utterance. Far too sure of itself: see
        `calibrate`.
    competence : DataFrame
        rater_id, competence (0..1: how often the rater knows instead of
        spamming), n_answers.
    spam : DataFrame
        rater_id, label, share: what the rater gives without knowing, summing to
        1 a rater.
    log_likelihood : float
        Of the ratings, in nats, every label equally likely beforehand; without
        the part of the smoothing.
    path : ndarray of float, shape (n_iterations,)
        What the iteration climbs, after each step: the log-likelihood, plus the
        part of the smoothing. It never falls.
    n_iterations : int
        Steps taken.
    converged : bool
        Whether the last step gained less than the tolerance.
    """

    posteriors: pd.DataFrame
    competence: pd.DataFrame
    spam: pd.DataFrame
    log_likelihood: float
    path: _Floats
    n_iterations: int
    converged: bool


class Fit(NamedTuple):
    """Estimates as arrays.

    Parameters
    ----------
    posterior : ndarray of float, shape (n_items, n_labels)
        Of each true label.
    competence : ndarray of float, shape (n_raters,)
        How often a rater knows.
    spam : ndarray of float, shape (n_raters, n_labels)
        What a rater gives without knowing.
    log_likelihood : float
        Of the ratings.
    path : ndarray of float
        What is climbed, after each step.
    converged : bool
        Whether it stood still.
    """

    posterior: _Floats
    competence: _Floats
    spam: _Floats
    log_likelihood: float
    path: _Floats
    converged: bool


def mace(
    ratings: pd.DataFrame,
    *,
    smoothing: float = 0.0,
    tolerance: float = 1e-7,
    max_iterations: int = 500,
) -> Mace:
    """Estimate true labels and each rater's competence (MACE).

    A rater knows the true label with the probability `competence`, and otherwise
    gives labels by a habit of the own, whatever is heard. One number a rater can
    be learned from a dozen ratings, so it suits many raters with few ratings
    each, and finds those who press the same key. It cannot learn that a rater
    takes one feeling for another; `dawid_skene` can.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a word or a whole number. Missing values
        were not given; several ratings of one rater all count.
    smoothing : float, default 0
        Answers lent to every rater, known and spammed as by all raters together
        where the votes are right. 0 trusts each rater's own answers alone.
    tolerance : float, default 1e-7
        Stop when a step gains less than this per rating, in nats.
    max_iterations : int, default 500
        Stop after this many steps.

    Returns
    -------
    Mace
        Posteriors, competence, spam, log_likelihood, path, n_iterations,
        converged.

    Raises
    ------
    InputError
        If a column is missing, a value is no label or an option is out of range.
    AbstainedError
        If there is one rater, one label, or fewer than 10 utterances that two
        raters rated.

    See Also
    --------
    dawid_skene : A confusion matrix a rater.
    calibrate : Make the posteriors honest with gold.

    Notes
    -----
    The model of [1]_, by expectation-maximisation from the vote shares: nothing
    is drawn, so the result is the same for any order of rows and any names. The
    log-likelihood counts that each of K labels is as likely as the others; other
    programs leave these log(1/K) an utterance out.

    References
    ----------
    .. [1] Hovy, D., Berg-Kirkpatrick, T., Vaswani, A., and Hovy, E. (2013).
       Learning whom to trust with MACE. NAACL-HLT, 1120-1130.

    Examples
    --------
    Rater c says "warm" to everything:

    >>> import pandas as pd
    >>> heard = {"a": "wwwcccwwwccc", "b": "wwwcccwwwccc", "c": "wwwwwwwwwwww"}
    >>> ratings = pd.DataFrame(
    ...     [(f"u{i}", rater, {"w": "warm", "c": "cold"}[x]) for rater, said in heard.items()
    ...      for i, x in enumerate(said)], columns=["utterance_id", "rater_id", "value"])
    >>> mace(ratings).competence["competence"].round(2).tolist()
    [1.0, 1.0, 0.0]
    """
    check_options(smoothing, tolerance, max_iterations)
    answers = read_answers(ratings, repeats=True)
    check_enough(answers, "MACE")
    fit = fit_mace(answers, smoothing=smoothing, tolerance=tolerance, max_iterations=max_iterations)
    _, n_raters, n_labels = answers.shape
    competence = pd.DataFrame(
        {
            "rater_id": answers.raters,
            "competence": fit.competence,
            "n_answers": np.bincount(answers.rater, answers.times, n_raters).astype(np.int64),
        }
    )
    spam = pd.DataFrame(
        {
            "rater_id": answers.raters.repeat(n_labels),
            "label": answers.labels.take(np.tile(np.arange(n_labels), n_raters)),
            "share": fit.spam.ravel(),
        }
    )
    posteriors = answers.table(fit.posterior)
    return Mace(
        posteriors, competence, spam, fit.log_likelihood, fit.path, len(fit.path), fit.converged
    )


def fit_mace(
    answers: Answers, *, smoothing: float, tolerance: float = 1e-7, max_iterations: int = 500
) -> Fit:
    """Climb to MACE's estimates from the vote shares.

    Parameters
    ----------
    answers : Answers
        From `read_answers`.
    smoothing, tolerance : float
        As in `mace`.
    max_iterations : int
        As in `mace`.

    Returns
    -------
    Fit
        The estimates.
    """
    start, known, spammed = answers.shares, 0.0, np.zeros(answers.shape[2])
    if smoothing:
        alone = answers._replace(rater=np.zeros_like(answers.rater), raters=answers.raters[:1])
        together = _climb(alone, start, known, spammed, tolerance, 1)
        known = smoothing * float(together.competence[0])
        spammed = (smoothing - known) * together.spam[0]
    return _climb(answers, start, known, spammed, tolerance, max_iterations)


def _climb(
    answers: Answers,
    posterior: _Floats,
    known: float,
    spammed: _Floats,
    tolerance: float,
    max_iterations: int,
) -> Fit:
    """Iterate, with answers lent to every rater as known and as spammed."""
    from scipy.special import xlogy

    n_items, n_raters, n_labels = answers.shape
    answer = answers.rater * n_labels + answers.label
    cell = answers.item * n_labels + answers.label
    given = np.bincount(answer, answers.times, n_raters * n_labels).reshape(n_raters, n_labels)
    gain = tolerance * answers.times.sum()
    knows = np.full((n_raters, n_labels), 0.5 / (0.5 + 0.5 / n_labels))
    path: list[float] = []
    while True:
        right = answers.times * posterior.ravel()[cell]
        knew = np.bincount(answer, right, n_raters * n_labels).reshape(given.shape) * knows
        habit = np.maximum(given - knew, 0.0) + spammed
        spams, wise = habit.sum(axis=1), knew.sum(axis=1) + known
        competence = wise / (wise + spams)
        seen = (spams > 0)[:, None]
        spam = np.where(seen, habit / np.where(seen, spams[:, None], 1.0), 1.0 / n_labels)
        by_habit = (1 - competence)[:, None] * spam
        either = competence[:, None] + by_habit
        knows = competence[:, None] / np.maximum(either, _TINY)
        wrong = np.log(np.maximum(by_habit, _TINY))
        edge = np.log(np.maximum(either, _TINY)) - wrong
        odds = np.bincount(cell, answers.times * edge.ravel()[answer], n_items * n_labels)
        posterior, log_odds = shares_of(odds.astype(np.float64).reshape(n_items, n_labels))
        log_likelihood = (
            float(log_odds.sum()) - n_items * np.log(n_labels) + float((given * wrong).sum())
        )
        lent = xlogy(known, competence).sum() + xlogy(spammed.sum(), 1 - competence).sum()
        path.append(log_likelihood + float(lent + xlogy(spammed, spam).sum()))
        converged = len(path) > 1 and path[-1] - path[-2] <= gain
        if converged or len(path) >= max_iterations:
            return Fit(posterior, competence, spam, log_likelihood, np.array(path), converged)
