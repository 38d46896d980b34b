"""Simulated projects with a known ICC or alpha over time: whether the intervals hold the truth.

Utterances are sampled in calls that resemble themselves. Raters are sampled too for
ICC(1,.) and ICC(2,.); for ICC(3,.) they are the raters meant, of whom a constant
distance does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from workbench.agreement.icc import icc
from workbench.agreement.timelines import timeline_agreement

Simulated = tuple[float, float, float]


def project(
    rng: np.random.Generator,
    form: str,
    *,
    calls: int,
    per_call: int,
    raters: int,
    missing: float = 0.0,
    variance: tuple[float, float, float, float] = (0.5, 1.0, 0.2, 1.0),
) -> Simulated:
    """Draw one project and estimate one ICC.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    form : str
        Form of the ICC.
    calls, per_call, raters : int
        How many; every rater rates every utterance before some are left out.
    missing : float, default 0.0
        Share of ratings that were not given, 0..1.
    variance : tuple of float
        Between calls, between utterances of a call, between raters, and error.

    Returns
    -------
    tuple of float
        The true ICC, and the ends of the interval.
    """
    of_call, of_item, of_rater, error = variance
    n = calls * per_call
    call = np.repeat(np.arange(calls), per_call)
    level = rng.normal(0, of_call**0.5, calls)[call] + rng.normal(0, of_item**0.5, n)
    habit = rng.normal(0, of_rater**0.5, (n if form[4] == "1" else 1, raters))
    value = level[:, None] + habit + rng.normal(0, error**0.5, (n, raters))
    table = pd.DataFrame(
        {
            "utterance_id": np.repeat(np.arange(n), raters),
            "rater_id": np.tile(np.arange(raters), n),
            "call_id": np.repeat(call, raters),
            "value": np.where(rng.random((n, raters)) < missing, np.nan, value).ravel(),
        }
    )
    panel = float(raters) if form.endswith("k)") else 1.0
    noise = error + (0.0 if form[4] == "3" else of_rater)
    row = icc(table, form=form, k=panel).iloc[0]
    between = of_call + of_item
    return between / (between + noise / panel), float(row["ci_low"]), float(row["ci_high"])


def pilot(rng: np.random.Generator, *, calls: int, per_call: int, raters: int) -> Simulated:
    """Draw a pilot in which one tag is heard or not, and estimate a single rater's reliability.

    Half of the utterances are heard with a probability of their own, the others
    with their call's; both come from a beta distribution, so that the reliability
    is 1 / (a + b + 1).

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    calls, per_call, raters : int
        How many.

    Returns
    -------
    tuple of float
        The true reliability, and the ends of the interval.
    """
    a, b = 0.5, 1.5
    n = calls * per_call
    call = np.repeat(np.arange(calls), per_call)
    likely = np.where(rng.random(n) < 0.5, rng.beta(a, b, n), rng.beta(a, b, calls)[call])
    table = pd.DataFrame(
        {
            "utterance_id": np.repeat(np.arange(n), raters),
            "rater_id": np.tile(np.arange(raters), n),
            "call_id": np.repeat(call, raters),
            "value": (rng.random((n, raters)) < likely[:, None]).ravel().astype(float),
        }
    )
    row = icc(table, form="ICC(1,1)").iloc[0]
    return 1 / (a + b + 1), float(row["ci_low"]), float(row["ci_high"])


def marked_calls(rng: np.random.Generator, *, calls: int, raters: int) -> Simulated:
    """Draw calls that raters marked for themselves, and estimate alpha over time.

    A call has 20 stretches of 1 to 3 s in one of four states, some states more
    often in some calls. A rater hears the state with probability c, else any, as
    often as it occurs anywhere; alpha is c squared.

    Parameters
    ----------
    rng : Generator
        Source of everything that is drawn.
    calls, raters : int
        How many.

    Returns
    -------
    tuple of float
        The true alpha, and the ends of the interval.
    """
    often, heard, n = np.array([0.5, 0.25, 0.15, 0.1]), 0.7, 20
    end_s = rng.uniform(1, 3, (calls, n)).cumsum(axis=1)
    start_s = np.concatenate([np.zeros((calls, 1)), end_s[:, :-1]], axis=1)
    in_call = rng.dirichlet(10 * often, calls).cumsum(axis=1)
    state = (rng.random((calls, n))[:, :, None] > in_call[:, None, :-1]).sum(axis=2)
    shape = (calls, raters, n)
    said = np.where(rng.random(shape) < heard, state[:, None, :], rng.choice(4, shape, p=often))
    segments = pd.DataFrame(
        {
            "call_id": np.repeat(np.arange(calls), raters * n),
            "rater_id": np.tile(np.repeat(np.arange(raters), n), calls),
            "start_s": np.broadcast_to(start_s[:, None, :], shape).ravel(),
            "end_s": np.broadcast_to(end_s[:, None, :], shape).ravel(),
            "value": said.ravel().astype(str),
        }
    )
    row = timeline_agreement(segments).iloc[0]
    return heard**2, float(row["ci_low"]), float(row["ci_high"])


SIMULATIONS: dict[str, Callable[[np.random.Generator], Simulated]] = {
    "icc(1,1), 12 calls of 5, 3 raters, 30 % missing": partial(
        project, form="ICC(1,1)", calls=12, per_call=5, raters=3, missing=0.3
    ),
    "icc(2,1), 40 utterances, 4 raters": partial(
        project, form="ICC(2,1)", calls=40, per_call=1, raters=4
    ),
    "icc(2,k), 12 calls of 5, 5 raters, 20 % missing": partial(
        project, form="ICC(2,k)", calls=12, per_call=5, raters=5, missing=0.2
    ),
    "icc(3,1), 8 calls of 5, 3 raters": partial(
        project, form="ICC(3,1)", calls=8, per_call=5, raters=3
    ),
    "raters needed, 60 calls of 3, 4 raters": partial(pilot, calls=60, per_call=3, raters=4),
    "timeline_alpha, 20 calls, 3 raters": partial(marked_calls, calls=20, raters=3),
}
