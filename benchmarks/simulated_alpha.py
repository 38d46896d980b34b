"""Projects made up with a known agreement: coefficients of categorical and scaled ratings.

A rater hears the true value with probability HEARS and else gives one at random, as often
as it occurs. Then the expected disagreement is the same for every distance, and alpha and
kappa are HEARS squared; AC1 follows from its formula. Utterances of a call resemble each
other: each call draws its values from a Dirichlet of its own, with the same mean. Calls and
utterances are a sample; raters stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from workbench.agreement import cohen_kappa, gwet_ac, krippendorff_alpha

HEARS = 0.6
OFTEN = np.array([0.4, 0.25, 0.15, 0.12, 0.08])
"""How often each value occurs."""

SETS = [frozenset(s) for s in (["a"], ["a", "b"], ["b"], ["c"], ["b", "c", "d"])]
MIXTURES = [
    {"a": 1.0},
    {"a": 0.5, "b": 0.5},
    {"b": 1.0},
    {"c": 1.0},
    {"b": 0.2, "c": 0.3, "d": 0.5},
]
Simulation = Callable[[np.random.Generator], tuple[float, float, float]]


def project(
    rng: np.random.Generator,
    values: Sequence[object],
    *,
    n_calls: int,
    per_call: int = 1,
    n_raters: int = 3,
    missing: float = 0.2,
) -> pd.DataFrame:
    """Make the ratings of one project.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    values : sequence of five
        What can be given.
    n_calls : int
        Calls; utterances where `per_call` is 1.
    per_call : int
        Mean number of utterances a call; half of it to one and a half.
    n_raters : int
        Raters.
    missing : float
        Share of the ratings that were not given.

    Returns
    -------
    DataFrame
        utterance_id, rater_id, value; call_id if there are calls.
    """
    if per_call == 1:
        call, often = np.arange(n_calls), np.broadcast_to(OFTEN, (n_calls, 5))
    else:
        size = rng.integers(per_call // 2, per_call + per_call // 2 + 1, size=n_calls)
        call, often = np.repeat(np.arange(n_calls), size), rng.dirichlet(8 * OFTEN, size=n_calls)
    n = len(call)
    heard = (rng.random((n, 1)) > np.cumsum(often, axis=1)[call, :-1]).sum(axis=1)
    guessed = rng.choice(5, size=(n, n_raters), p=OFTEN)
    given = np.where(rng.random((n, n_raters)) < HEARS, heard[:, None], guessed)
    utterance, rater = np.nonzero(rng.random((n, n_raters)) >= missing)
    code = given[utterance, rater]
    ratings = pd.DataFrame({"utterance_id": utterance, "rater_id": rater})
    ratings["value"] = pd.Series([values[k] for k in code])
    if per_call > 1:
        ratings["call_id"] = call[utterance]
    return ratings


def _ends(row: pd.DataFrame) -> tuple[float, float]:
    return float(row["ci_low"].iloc[0]), float(row["ci_high"].iloc[0])


def _alpha(
    rng: np.random.Generator,
    *,
    level: str,
    values: Sequence[object],
    n_calls: int,
    per_call: int = 1,
) -> tuple[float, float, float]:
    ratings = project(rng, values, n_calls=n_calls, per_call=per_call)
    return HEARS**2, *_ends(krippendorff_alpha(ratings, level))


def _slider(rng: np.random.Generator) -> tuple[float, float, float]:
    """Give normal values of which a third is noise, in 60 calls that differ."""
    call = np.repeat(np.arange(60), 3)
    true = 0.8 * rng.normal(size=(180, 1)) + 0.6 * rng.normal(size=(60, 1))[call]
    given = true + 0.5**0.5 * rng.normal(size=(180, 3))
    utterance, rater = np.nonzero(rng.random((180, 3)) >= 0.2)
    ratings = pd.DataFrame({"utterance_id": utterance, "rater_id": rater})
    ratings["value"], ratings["call_id"] = given[utterance, rater], call[utterance]
    return 2 / 3, *_ends(krippendorff_alpha(ratings, "interval"))


def _ac1(rng: np.random.Generator) -> tuple[float, float, float]:
    ratings = project(rng, list("abcde"), n_calls=20, per_call=6)
    equal = HEARS**2 + (1 - HEARS**2) * (OFTEN**2).sum()
    chance = (OFTEN * (1 - OFTEN)).sum() / 4
    row = gwet_ac(ratings, labels=list("abcde"))
    return float((equal - chance) / (1 - chance)), *_ends(row)


def _cohen(rng: np.random.Generator) -> tuple[float, float, float]:
    ratings = project(rng, range(5), n_calls=80, n_raters=2, missing=0.1)
    return HEARS**2, *_ends(cohen_kappa(ratings, weights="linear", labels=range(5)))


SIMULATIONS: dict[str, Simulation] = {
    "alpha_nominal": partial(_alpha, level="nominal", values="abcde", n_calls=60),
    "alpha_calls": partial(_alpha, level="nominal", values="abcde", n_calls=25, per_call=6),
    "alpha_few_calls": partial(_alpha, level="nominal", values="abcde", n_calls=8, per_call=8),
    "alpha_ordinal": partial(_alpha, level="ordinal", values=range(5), n_calls=50),
    "alpha_interval": _slider,
    "alpha_set": partial(_alpha, level="set", values=SETS, n_calls=16, per_call=6),
    "alpha_mixture": partial(_alpha, level="mixture", values=MIXTURES, n_calls=40),
    "ac1": _ac1,
    "cohen_linear": _cohen,
}
"""One project in: truth and both ends of the interval out."""
