"""Simulated projects in which it is known how much culture matters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from workbench.agreement.culture_advantage import crossed_advantage
from workbench.agreement.culture_intervals import crossed_interval
from workbench.agreement.differential_labelling import crossed_difference

_Simulation = Callable[[np.random.Generator], tuple[float, float, float]]

RIGHT = 0.55
"""How often an outsider of the first group gives the right one of `N_TAGS` tags."""

N_TAGS = 4
ADVANTAGE = 0.12
BY_CALL, BY_RATER = 0.08, 0.05
"""How far the advantage varies from call to call and rater to rater (standard deviation)."""

SIZES = {
    "": (4, 4, 15, 4, 0),
    "_3_raters": (3, 3, 15, 4, 0),
    "_3_and_9_raters": (3, 9, 15, 4, 0),
    "_10_raters": (10, 10, 12, 3, 0),
    "_8_calls": (4, 4, 8, 3, 0),
    "_panels_of_4": (4, 4, 40, 4, 2),
}
"""Raters of both groups, calls of each group, utterances a call, raters of each group a call."""


def project(
    rng: np.random.Generator,
    n_first: int,
    n_second: int,
    n_calls: int,
    n_utterances: int,
    panel: int,
) -> pd.DataFrame:
    """Draw ratings by two groups of raters of calls from two groups of customers.

    Raters and calls are drawn anew. The second group of raters is as good as the
    first; raters differ in how right they are and in how much it helps them to be an
    insider, calls in how hard they are and in how much it helps there.

    Parameters
    ----------
    rng : Generator
        What draws.
    n_first, n_second : int
        Raters of each group.
    n_calls : int
        Calls of each customer group.
    n_utterances : int
        Utterances a call.
    panel : int
        Raters of each group that hear a call; 0 for all.

    Returns
    -------
    DataFrame
        Ratings as `crossed_advantage` takes them; the right tag is "0".
        ``attrs["advantage_of_raters"]`` is the mean advantage of these raters.
    """
    n_raters = n_first + n_second
    of_rater = np.repeat([0, 1], [n_first, n_second])
    of_call = np.repeat([0, 1], n_calls)
    inside = of_rater[None, :] == of_call[:, None]
    of_raters = rng.normal(ADVANTAGE, BY_RATER, n_raters)
    helped = of_raters + rng.normal(0, BY_CALL, (2 * n_calls, 1))
    right = RIGHT + rng.normal(0, 0.06, n_raters) + rng.normal(0, 0.08, (2 * n_calls, 1))
    chance = np.clip(right + inside * helped, 0, 1)
    heard = np.ones((2 * n_calls, n_raters), dtype=bool)
    if panel:
        lot = rng.random(heard.shape)
        for group in (0, 1):
            mine = of_rater == group
            rank = lot[:, mine].argsort(axis=1).argsort(axis=1)
            heard[:, mine] = rank < panel
    call, utterance, rater = np.nonzero(
        np.broadcast_to(heard[:, None, :], (2 * n_calls, n_utterances, n_raters))
    )
    hit = rng.random(len(call)) < chance[call, rater]
    rows = pd.DataFrame(
        {
            "utterance_id": call * n_utterances + utterance,
            "rater_id": rater,
            "value": np.where(hit, 0, rng.integers(1, N_TAGS, len(call))).astype(str),
            "call_id": call,
            "rater_group": of_rater[rater],
            "customer_group": of_call[call],
            "in_group": inside[call, rater],
        }
    )
    rows.attrs["advantage_of_raters"] = float(of_raters.mean())
    return rows


def true_agreement_advantage() -> float:
    """Give by how much one insider more raises the agreement of two raters.

    Two raters agree if both are right, or wrong in the same way.

    Returns
    -------
    float
        Half the difference between two insiders and two outsiders.
    """
    wrong = 1 / (N_TAGS - 1)

    def agree(right: float, shared: float) -> float:
        return right**2 + shared + ((1 - right) ** 2 + shared) * wrong

    return (agree(RIGHT + ADVANTAGE, BY_CALL**2) - agree(RIGHT, 0.0)) / 2


HEARD, DIFFERENCE = 0.4, 0.15
"""How often the second group hears the tag, and how much more often the first."""


def labels(
    rng: np.random.Generator,
    n_first: int,
    n_second: int,
    n_calls: int,
    n_utterances: int,
    panel: int,
) -> pd.DataFrame:
    """Draw 0/1 ratings by two groups of raters, of which one uses the tag more.

    Raters differ in how freely they use it, calls in how often it is there, and in
    how far the groups differ.

    Parameters
    ----------
    rng, n_first, n_second, n_calls, n_utterances, panel
        As in `project`.

    Returns
    -------
    DataFrame
        Ratings as `crossed_difference` takes them; ``attrs["difference_of_raters"]``
        is the difference of these very raters.
    """
    rows = project(rng, n_first, n_second, n_calls, n_utterances, panel)
    rater, item, call = (rows[name].to_numpy() for name in ("rater_id", "utterance_id", "call_id"))
    first = 1.0 - rows["rater_group"].to_numpy()
    freely = rng.normal(0, 0.08, n_first + n_second)
    chance = (
        HEARD
        + first * (DIFFERENCE + rng.normal(0, 0.08, 2 * n_calls)[call])
        + freely[rater]
        + rng.normal(0, 0.08, 2 * n_calls * n_utterances)[item]
    )
    out = rows.assign(value=(rng.random(len(rows)) < chance).astype(float), own=first)
    out.attrs["difference_of_raters"] = DIFFERENCE + float(
        freely[:n_first].mean() - freely[n_first:].mean()
    )
    return out


def _in_group(size: tuple[int, int, int, int, int], *, gold: bool, fixed: bool) -> _Simulation:
    def simulate(rng: np.random.Generator) -> tuple[float, float, float]:
        rows = project(rng, *size)
        answers = None
        if gold:
            answers = pd.DataFrame({"utterance_id": rows["utterance_id"].unique(), "value": "0"})
        interval = crossed_interval(
            crossed_advantage(rows, answers), own_control=True, fixed_raters=fixed
        )
        truth = ADVANTAGE if gold else true_agreement_advantage()
        if fixed:
            truth = rows.attrs["advantage_of_raters"]
        return truth, interval.low, interval.high

    return simulate


def _differential(size: tuple[int, int, int, int, int], *, fixed: bool) -> _Simulation:
    def simulate(rng: np.random.Generator) -> tuple[float, float, float]:
        rows = labels(rng, *size)
        interval = crossed_interval(
            crossed_difference(rows)[0], own_control=False, fixed_raters=fixed
        )
        truth = rows.attrs["difference_of_raters"] if fixed else DIFFERENCE
        return truth, interval.low, interval.high

    return simulate


FEW = (2, 2, 20, 4, 0)

SIMULATIONS: dict[str, _Simulation] = {
    "in_group": _in_group(SIZES[""], gold=False, fixed=False),
    "in_group_gold": _in_group(SIZES[""], gold=True, fixed=False),
    "in_group_gold_these_2_raters": _in_group(FEW, gold=True, fixed=True),
    "differential_labelling": _differential(SIZES[""], fixed=False),
    "differential_labelling_these_2_raters": _differential(FEW, fixed=True),
}
AT_OTHER_SIZES: dict[str, _Simulation] = {
    f"{name}{size}": simulation
    for size in SIZES
    if size
    for name, simulation in (
        ("in_group", _in_group(SIZES[size], gold=False, fixed=False)),
        ("in_group_gold", _in_group(SIZES[size], gold=True, fixed=False)),
        ("differential_labelling", _differential(SIZES[size], fixed=False)),
    )
}
"""The same at odd sizes: slower, for a look when an interval changes."""
