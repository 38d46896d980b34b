"""Soft labels of a long table: how far each label holds, with n and method."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import Answers, check_enough, read_answers
from workbench.consensus.dawid_skene import fit_dawid_skene
from workbench.consensus.mace import fit_mace
from workbench.consensus.weighting import reliability
from workbench.errors import InputError, nearest

METHODS = ("mean", "ewe", "dawid_skene", "mace")
"""Ways of making soft labels."""

MODELS = {"dawid_skene": "Dawid and Skene's model", "mace": "MACE"}
"""Methods that estimate how raters answer, with their names for sentences."""

SMOOTHING = 5.0
"""Answers lent to every rater by these, see `dawid_skene`."""

_Floats = npt.NDArray[np.float64]


def soft_labels(ratings: pd.DataFrame, *, method: str = "mean") -> pd.DataFrame:
    """Say how far each label holds for each utterance.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a word or a whole number.
    method : {"mean", "ewe", "dawid_skene", "mace"}, default "mean"
        Share of the raters; the same with raters weighted by how they go with
        the others over all labels (`ewe_weights`); posteriors of `dawid_skene`
        or `mace` with smoothing 5, which want `calibrate` before they are read
        as percentages.

    Returns
    -------
    DataFrame
        utterance_id, label, share (0..1, summing to 1 an utterance), n_raters,
        method.

    Raises
    ------
    InputError
        If the method is unknown, a column is missing, a value is no label, or a
        rater rated an utterance twice ("mean" and "ewe").
    AbstainedError
        If there is too little for the method; the message says what is needed.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": "u1", "rater_id": list("abcd"),
    ...                         "value": ["warm", "warm", "warm", "cold"]})
    >>> soft_labels(ratings)[["label", "share", "n_raters"]]
      label  share  n_raters
    0  cold   0.25         4
    1  warm   0.75         4
    """
    if method not in METHODS:
        raise InputError(
            f'There is no method "{method}" for soft labels.{nearest(method, METHODS)} '
            f"The methods are: {', '.join(METHODS)}."
        )
    answers = read_answers(ratings, repeats=method in MODELS)
    if method in MODELS:
        shares = posterior(answers, method)
    else:
        shares = _weighted(answers) if method == "ewe" else answers.shares
    n_labels = answers.shape[2]
    table = answers.table(shares)
    return table.assign(n_raters=answers.raters_per_item.repeat(n_labels), method=method)


def posterior(answers: Answers, method: str) -> _Floats:
    """Estimate the posteriors of a model of raters.

    Parameters
    ----------
    answers : Answers
        From `read_answers`.
    method : {"dawid_skene", "mace"}
        The model.

    Returns
    -------
    ndarray of float, shape (n_items, n_labels)
        Summing to 1 an utterance.

    Raises
    ------
    AbstainedError
        If there is too little.
    """
    check_enough(answers, MODELS[method])
    if method == "dawid_skene":
        return fit_dawid_skene(answers, smoothing=SMOOTHING).posterior
    return fit_mace(answers, smoothing=SMOOTHING).posterior


def _weighted(answers: Answers) -> _Floats:
    n_items, n_raters, n_labels = answers.shape
    labels = np.arange(n_labels)
    hot = (answers.label[:, None] == labels).astype(np.float64).ravel()
    item, rater = answers.item.repeat(n_labels), answers.rater.repeat(n_labels)
    variable = np.tile(labels, len(answers.item))
    weight = reliability(item, rater, variable, hot, n_raters).weight[answers.rater]
    cell = answers.item * n_labels + answers.label
    votes = np.bincount(cell, weight, n_items * n_labels).reshape(n_items, n_labels)
    total = votes.sum(axis=1, keepdims=True)
    weighted: _Floats = np.where(total > 0, votes / np.where(total > 0, total, 1.0), answers.shares)
    return weighted
