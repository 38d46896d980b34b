"""Plurality, and whether another panel would choose the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import read_answers
from workbench.errors import AbstainedError, InputError

_EXACT = 400
"""Up to so many different panels of an utterance are gone through; else they are drawn."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def plurality(ratings: pd.DataFrame) -> pd.DataFrame:
    """Name the label that most raters gave, and how little that may say.

    Use it only where a single label is asked for; the shares say more. From the
    voice alone about a third of utterances have no majority.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a word or a whole number.

    Returns
    -------
    DataFrame
        One row an utterance: utterance_id; label (missing at a tie); tied (the
        labels in the first place where there are several, joined by ", "); tie;
        share (of the raters, 0..1); n_raters; another_panel, the probability
        that another panel of as many raters would choose the same (ties share),
        missing where no utterance has two raters.

    Raises
    ------
    InputError
        If a column is missing, a value is no label, or a rater rated an
        utterance twice.
    AbstainedError
        If no value is there.

    See Also
    --------
    another_panel_agreement : The same over all utterances, without a model.

    Notes
    -----
    `another_panel` takes the shares of an utterance to be drawn from a Dirichlet
    distribution, which is fitted to all utterances; a new panel then follows
    from this utterance's votes exactly (the Dirichlet-multinomial
    distribution). It is a little cautious: on CREMA-D's voice votes panels of
    three foretold .549 of agreement with three other raters and had .566, panels
    of four .593 and .617.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "utterance_id": ["u1", "u1", "u1", "u2", "u2"], "rater_id": list("abcab"),
    ...     "value": ["warm", "warm", "cold", "warm", "cold"],
    ... })
    >>> plurality(ratings)[["label", "tied", "tie", "share"]].round(2)
      label        tied    tie  share
    0  warm              False   0.67
    1   NaN  cold, warm   True   0.50
    """
    answers = read_answers(ratings, repeats=False)
    votes = answers.votes
    most = votes.max(axis=1)
    first = votes == most[:, None]
    tie = first.sum(axis=1) > 1
    label = pd.Series(answers.labels.take(votes.argmax(axis=1))).mask(tie)
    names = [str(name) for name in answers.labels]
    tied = [
        ", ".join(names[j] for j in np.flatnonzero(row)) if several else ""
        for row, several in zip(first, tie, strict=True)
    ]
    n = votes.sum(axis=1)
    return pd.DataFrame(
        {
            "utterance_id": answers.items,
            "label": label,
            "tied": pd.Series(tied, dtype="str"),
            "tie": tie,
            "share": most / n,
            "n_raters": n.astype(np.int64),
            "another_panel": _foretold(votes),
        }
    )


def another_panel_agreement(
    ratings: pd.DataFrame,
    *,
    raters: Sequence[int] | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how often two disjoint panels of raters choose the same label.

    For a panel of k, two panels of k are taken out of each utterance's raters in
    every way there is; labels tied for the first place share it.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value: a word or a whole number.
    raters : sequence of int, optional
        Sizes of the panels. Default: from 1 up, as long as half of the
        utterances that two raters rated have twice as many.
    draws : int, default 2000
        Pairs of panels an utterance where there are too many to go through.
    seed : int, default 0
        Of the random numbers.

    Returns
    -------
    DataFrame
        One row a size: n_raters (of a panel), agreement (0..1), n_items
        (utterances with twice as many raters; other sizes rest on others, which
        may be easier), exact (False where panels were drawn).

    Raises
    ------
    InputError
        If a size is below 1, a column is missing, a value is no label, or a
        rater rated an utterance twice.
    AbstainedError
        If no utterance has raters enough.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": "u1", "rater_id": list("abcd"),
    ...                         "value": ["warm", "warm", "warm", "cold"]})
    >>> another_panel_agreement(ratings)
       n_raters  agreement  n_items  exact
    0         1        0.5        1   True
    1         2        0.5        1   True
    """
    answers = read_answers(ratings, repeats=False)
    n = answers.raters_per_item
    if (n >= 2).sum() == 0:
        raise AbstainedError(
            "Two panels need an utterance with 2 raters or more; every utterance here has one."
        )
    if raters is None:
        raters = range(1, int(np.median(n[n >= 2])) // 2 + 1)
    rng = np.random.default_rng(seed)
    rows = []
    for size in raters:
        if size < 1:
            raise InputError(f"A panel has 1 rater or more; {size} came.")
        enough = n >= 2 * size
        if not enough.any():
            raise AbstainedError(
                f"Two panels of {size} need utterances with {2 * size} raters; the most that an "
                f"utterance has here is {n.max()}."
            )
        rows.append(_agreement(answers.votes[enough].astype(np.int64), size, draws, rng))
    return pd.DataFrame(rows)


def _agreement(
    votes: _Ints, size: int, draws: int, rng: np.random.Generator
) -> dict[str, int | float | bool]:
    """Average over utterances; only how many votes the labels have matters, not which."""
    patterns, times = np.unique(-np.sort(-votes, axis=1), axis=0, return_counts=True)
    total, exact = 0.0, True
    for pattern, often in zip(patterns, times, strict=True):
        pattern = pattern[pattern > 0]
        panels = _panels(pattern, size)
        if panels is None:
            exact = False
            total += often * _drawn(pattern, size, draws, rng)
        else:
            total += often * _gone_through(pattern, size, panels)
    return {
        "n_raters": size,
        "agreement": total / len(votes),
        "n_items": len(votes),
        "exact": exact,
    }


def _panels(pattern: _Ints, size: int) -> _Ints | None:
    ends = np.minimum(pattern, size) + 1
    if np.prod(ends.astype(np.float64)) > 50 * _EXACT:
        return None
    every = np.array(list(product(*(range(end) for end in ends))), dtype=np.int64)
    panels = every[every.sum(axis=1) == size]
    return panels if len(panels) <= _EXACT else None


def _gone_through(pattern: _Ints, size: int, panels: _Ints) -> float:
    from scipy.special import gammaln

    rest = pattern - panels[:, None, :] - panels[None, :, :]
    possible = (rest >= 0).all(axis=2)
    ways = gammaln(panels + 1.0).sum(axis=1)
    log = -ways[:, None] - ways[None, :] - gammaln(np.maximum(rest, 0) + 1.0).sum(axis=2)
    weight = np.where(possible, np.exp(log - log[possible].max()), 0.0)
    first = _first(panels)
    return float((weight * (first @ first.T)).sum() / weight.sum())


def _drawn(pattern: _Ints, size: int, draws: int, rng: np.random.Generator) -> float:
    votes = np.repeat(np.arange(len(pattern)), pattern)
    order = rng.permuted(np.tile(votes, (draws, 1)), axis=1)
    panels = [
        _first((part[:, :, None] == np.arange(len(pattern))).sum(axis=1))
        for part in (order[:, :size], order[:, size : 2 * size])
    ]
    return float((panels[0] * panels[1]).sum(axis=1).mean())


def _first(votes: npt.NDArray[np.number]) -> _Floats:
    """Share the first place among the labels that have most votes."""
    first = votes == votes.max(axis=1, keepdims=True)
    shared: _Floats = first / first.sum(axis=1, keepdims=True)
    return shared


def _foretold(votes: _Floats) -> _Floats:
    """Say how probably a panel of the same size would choose the same, by the Dirichlet."""
    patterns, at, times = np.unique(votes, axis=0, return_inverse=True, return_counts=True)
    if votes.sum(axis=1).max() < 2:
        return np.full(len(votes), np.nan)
    alpha = _dirichlet(patterns, times)
    sizes = patterns.sum(axis=1).astype(np.int64)
    chance = np.empty(len(patterns))
    for size in np.unique(sizes):
        own = sizes == size
        chance[own] = _same_again(patterns[own], alpha, int(size))
    again: _Floats = chance[np.ravel(at)]
    return again


def _dirichlet(patterns: _Floats, times: _Ints) -> _Floats:
    """Fit the Dirichlet-multinomial by Minka's fixed point."""
    from scipy.special import digamma

    n = patterns.sum(axis=1)
    seen = (times[:, None] * patterns).sum(axis=0)
    alpha: _Floats = 2.0 * np.maximum(seen / seen.sum(), 1e-9)
    for _ in range(1000):
        above = times @ (digamma(patterns + alpha) - digamma(alpha))
        below = times @ (digamma(n + alpha.sum()) - digamma(alpha.sum()))
        new = np.clip(alpha * above / below, 1e-9, None)
        new *= np.clip(new.sum(), 0.02, 1e4) / new.sum()
        settled = np.abs(new - alpha).max() < 1e-6 * new.sum()
        alpha = new
        if settled:
            break
    return alpha


def _same_again(patterns: _Floats, alpha: _Floats, size: int) -> _Floats:
    """Sum over all new panels; for ties 1/(t+1) is the integral of u**t over 0..1."""
    from scipy.special import gammaln

    n_rows, width = patterns.shape
    after = patterns + alpha
    x = np.arange(size + 1.0)
    ways = np.exp(gammaln(after[:, :, None] + x) - gammaln(after)[:, :, None] - gammaln(x + 1.0))
    total = after.sum(axis=1)
    norm = np.exp(gammaln(size + 1.0) + gammaln(total) - gammaln(total + size))
    nodes, node_weights = np.polynomial.legendre.leggauss(width // 2 + 1)
    nodes, node_weights = (nodes + 1) / 2, node_weights / 2
    first = _first(patterns)
    chance = np.zeros(n_rows)
    for label in range(width):
        own = np.flatnonzero(first[:, label])
        if not len(own):
            continue
        for most in range(-(-size // width), size + 1):
            left = size - most
            sums = np.zeros((len(own), len(nodes), left + 1))
            sums[:, :, 0] = 1.0
            for other in range(width):
                if other == label:
                    continue
                new = np.zeros_like(sums)
                for votes in range(min(most, left) + 1):
                    part = ways[own, other, votes][:, None, None] * sums[:, :, : left + 1 - votes]
                    new[:, :, votes:] += part * nodes[:, None] if votes == most else part
                sums = new
            chance[own] += (
                first[own, label] * ways[own, label, most] * (sums[:, :, left] @ node_weights)
            )
    result: _Floats = chance * norm
    return result
