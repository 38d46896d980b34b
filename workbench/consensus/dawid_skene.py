"""Dawid and Skene's model: every rater has a confusion matrix of the own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import Answers, check_enough, read_answers
from workbench.errors import InputError

_Floats = npt.NDArray[np.float64]
_TINY = 1e-300


class DawidSkene(NamedTuple):
    """What `dawid_skene` estimated.

    Parameters
    ----------
    posteriors : DataFrame
        utterance_id, label, share: how far the model holds each label to be the
        true one, summing to 1 an utterance. Far too sure of itself: see
        `calibrate`.
    confusion : DataFrame
        rater_id, true, given, share: how often the rater gives a label where
        another is true, summing to 1 a rater and true label; n_answers, the
        answers behind the row.
    label_shares : DataFrame
        label, share: how frequent each is among the utterances.
    log_likelihood : float
        Of the ratings, in nats, without the part of the smoothing.
    path : ndarray of float, shape (n_iterations,)
        What the iteration climbs, after each step: the log-likelihood, plus the
        part of the smoothing. It never falls.
    n_iterations : int
        Steps taken.
    converged : bool
        Whether the last step gained less than the tolerance.
    """

    posteriors: pd.DataFrame
    confusion: pd.DataFrame
    label_shares: pd.DataFrame
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
    confusion : ndarray of float, shape (n_raters, n_labels, n_labels)
        By rater, given and true label.
    behind : ndarray of float, shape (n_raters, n_labels)
        Answers behind each rater and true label.
    label_share : ndarray of float, shape (n_labels,)
        How frequent each true label is.
    log_likelihood : float
        Of the ratings.
    path : ndarray of float
        What is climbed, after each step.
    converged : bool
        Whether it stood still.
    """

    posterior: _Floats
    confusion: _Floats
    behind: _Floats
    label_share: _Floats
    log_likelihood: float
    path: _Floats
    converged: bool


def dawid_skene(
    ratings: pd.DataFrame,
    *,
    smoothing: float = 0.0,
    tolerance: float = 1e-7,
    max_iterations: int = 500,
) -> DawidSkene:
    """Estimate true labels and how each rater confuses them (Dawid and Skene).

    Use it where one of the labels is right, raters err in ways of their own
    (one hears anger as frustration, another does not), and each rated some
    dozens of utterances. With few ratings a rater, take `mace`, which learns
    less about each, or set `smoothing`. Where raters rightly hear different
    things there is no true label, and vote shares say more.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a word or a whole number. Missing values
        were not given; several ratings of one rater all count.
    smoothing : float, default 0
        Answers lent to every rater and true label, spread as all raters together
        answer where the votes say so. 0 trusts each rater's own answers alone; 5
        helps where raters have few.
    tolerance : float, default 1e-7
        Stop when a step gains less than this per rating, in nats.
    max_iterations : int, default 500
        Stop after this many steps.

    Returns
    -------
    DawidSkene
        Posteriors, confusion, label_shares, log_likelihood, path, n_iterations,
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
    mace : One competence a rater instead of a confusion matrix.
    calibrate : Make the posteriors honest with gold.

    Notes
    -----
    Expectation-maximisation [1]_ from the vote shares: nothing is drawn, so the
    result is the same for any order of rows and any names. It is the optimum
    nearest to the votes, not always the highest.

    References
    ----------
    .. [1] Dawid, A. P., and Skene, A. M. (1979). Maximum likelihood estimation
       of observer error-rates using the EM algorithm. Applied Statistics 28,
       20-28.

    Examples
    --------
    Rater c hears "cold" as "warm" every other time:

    >>> import pandas as pd
    >>> heard = {"a": "wwwwwwccccww", "b": "wwwwwwccccww", "c": "wwwwwwcwcwww"}
    >>> words = {"w": "warm", "c": "cold"}
    >>> ratings = pd.DataFrame(
    ...     [(f"u{i}", rater, words[x]) for rater, said in heard.items()
    ...      for i, x in enumerate(said)], columns=["utterance_id", "rater_id", "value"])
    >>> rows = dawid_skene(ratings).confusion
    >>> rows[(rows["rater_id"] == "c") & (rows["true"] == "cold")][["given", "share"]].round(2)
      given  share
    8  cold    0.5
    9  warm    0.5
    """
    check_options(smoothing, tolerance, max_iterations)
    answers = read_answers(ratings, repeats=True)
    check_enough(answers, "Dawid and Skene's model")
    fit = fit_dawid_skene(
        answers, smoothing=smoothing, tolerance=tolerance, max_iterations=max_iterations
    )
    n_raters, n_labels = fit.behind.shape
    labels = np.arange(n_labels)
    confusion = pd.DataFrame(
        {
            "rater_id": answers.raters.repeat(n_labels**2),
            "true": answers.labels.take(np.tile(labels.repeat(n_labels), n_raters)),
            "given": answers.labels.take(np.tile(labels, n_raters * n_labels)),
            "share": fit.confusion.transpose(0, 2, 1).ravel(),
            "n_answers": fit.behind.repeat(n_labels),
        }
    )
    return DawidSkene(
        answers.table(fit.posterior),
        confusion,
        pd.DataFrame({"label": answers.labels, "share": fit.label_share}),
        fit.log_likelihood,
        fit.path,
        len(fit.path),
        fit.converged,
    )


def check_options(smoothing: float, tolerance: float, max_iterations: int) -> None:
    """Refuse options of an iteration that mean nothing.

    Parameters
    ----------
    smoothing, tolerance : float
        0 or more.
    max_iterations : int
        1 or more.

    Raises
    ------
    InputError
        If one is out of range.
    """
    for name, value, least in (
        ("smoothing", smoothing, 0),
        ("tolerance", tolerance, 0),
        ("max_iterations", max_iterations, 1),
    ):
        if not value >= least or not np.isfinite(value):
            raise InputError(f"{name} is {least} or more; {value} came.")


def fit_dawid_skene(
    answers: Answers, *, smoothing: float, tolerance: float = 1e-7, max_iterations: int = 500
) -> Fit:
    """Climb to Dawid and Skene's estimates from the vote shares.

    Parameters
    ----------
    answers : Answers
        From `read_answers`.
    smoothing, tolerance : float
        As in `dawid_skene`.
    max_iterations : int
        As in `dawid_skene`.

    Returns
    -------
    Fit
        The estimates.
    """
    n_items, n_raters, n_labels = answers.shape
    answers, group = answers.distinct()
    often = np.bincount(group).astype(np.float64)
    lent = np.zeros((n_labels, n_labels))
    if smoothing:
        alone = answers._replace(rater=np.zeros_like(answers.rater), raters=answers.raters[:1])
        lent = smoothing * _climb(alone, often, lent, tolerance, 1).confusion[0]
    fit = _climb(answers, often, lent, tolerance, max_iterations)
    return fit._replace(posterior=fit.posterior[group])


def _climb(
    answers: Answers, often: _Floats, lent: _Floats, tolerance: float, max_iterations: int
) -> Fit:
    """Iterate, each utterance as often as there are others with the same answers."""
    from scipy.sparse import csr_array
    from scipy.special import xlogy

    n_items, n_raters, n_labels = answers.shape
    place = (answers.item, answers.rater * n_labels + answers.label)
    given = csr_array((answers.times, place), shape=(n_items, n_raters * n_labels))
    by_answer = given.T.tocsr()
    gain = tolerance * (answers.times @ often[answers.item])
    posterior = answers.shares
    path: list[float] = []
    while True:
        counts = np.asarray(by_answer @ (posterior * often[:, None])).reshape(
            n_raters, n_labels, n_labels
        )
        behind = counts.sum(axis=1)
        total = (behind + lent.sum(axis=0))[:, None, :]
        known = total > 0
        confusion = np.where(known, (counts + lent) / np.where(known, total, 1.0), 1.0 / n_labels)
        label_share = often @ posterior / often.sum()
        odds = given @ np.log(np.maximum(confusion, _TINY)).reshape(-1, n_labels)
        odds += np.log(np.maximum(label_share, _TINY))
        posterior, log_total = shares_of(odds)
        log_likelihood = float(often @ log_total)
        path.append(log_likelihood + float(xlogy(lent, confusion).sum()))
        converged = len(path) > 1 and bool(path[-1] - path[-2] <= gain)
        if converged or len(path) >= max_iterations:
            return Fit(
                posterior, confusion, behind, label_share, log_likelihood, np.array(path), converged
            )


def shares_of(log_odds: _Floats) -> tuple[_Floats, _Floats]:
    """Make shares that sum to 1 an utterance of log odds, in place.

    Parameters
    ----------
    log_odds : ndarray of float, shape (n_items, n_labels)
        Logarithms of what each label is worth; overwritten.

    Returns
    -------
    shares : ndarray of float, shape (n_items, n_labels)
        The same array.
    log_total : ndarray of float, shape (n_items,)
        Logarithm of what all labels together are worth.
    """
    most = log_odds[:, 0].copy()
    for column in log_odds.T[1:]:
        np.maximum(most, column, out=most)
    log_odds -= most[:, None]
    np.exp(log_odds, out=log_odds)
    total = log_odds @ np.ones(log_odds.shape[1])
    log_odds /= total[:, None]
    return log_odds, np.log(total) + most
