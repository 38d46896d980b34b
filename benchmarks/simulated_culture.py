"""Simulated projects in which it is known how much culture matters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.differential_labelling import differential_labelling
from workbench.agreement.in_group import in_group_advantage

_Floats = npt.NDArray[np.float64]

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
    "_panels_of_4": (6, 6, 40, 4, 2),
}
"""Raters of both groups, calls of each group, utterances a call, raters of each group a call."""


def project(
    rng: np.random.Generator,
    n_first: int,
    n_second: int,
    n_calls: int,
    n_utterances: int,
    panel: int,
) -> dict[str, pd.DataFrame]:
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
    dict of str to DataFrame
        ratings (value: the tag), raters, utterances, calls, gold.
    """
    n_raters = n_first + n_second
    of_rater = np.repeat([0, 1], [n_first, n_second])
    of_call = np.repeat([0, 1], n_calls)
    inside = of_rater[None, :] == of_call[:, None]
    helped = rng.normal(ADVANTAGE, BY_RATER, n_raters) + rng.normal(0, BY_CALL, (2 * n_calls, 1))
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
    tag = np.where(hit, 0, rng.integers(1, N_TAGS, len(call)))
    item = call * n_utterances + utterance
    names = np.array([f"u{n:05d}" for n in range(2 * n_calls * n_utterances)])
    raters = np.array([f"r{n:02d}" for n in range(n_raters)])
    calls = np.array([f"c{n:04d}" for n in range(2 * n_calls)])
    cultures = np.array(["north", "south"])
    tags = np.array([f"tag {n}" for n in range(N_TAGS)])
    return {
        "ratings": pd.DataFrame(
            {"utterance_id": names[item], "rater_id": raters[rater], "value": tags[tag]}
        ),
        "raters": pd.DataFrame({"rater_id": raters, "culture": cultures[of_rater]}),
        "utterances": pd.DataFrame(
            {"utterance_id": names, "call_id": np.repeat(calls, n_utterances)}
        ),
        "calls": pd.DataFrame({"call_id": calls, "customer_culture": cultures[of_call]}),
        "gold": pd.DataFrame({"utterance_id": names, "value": "tag 0"}),
    }


def true_agreement_advantage(*, fixed: bool = False) -> float:
    """Give by how much one insider more raises the agreement of two raters.

    Two raters agree if both are right, or wrong in the same way.

    Parameters
    ----------
    fixed : bool
        Unused variation of raters does not enter the expectation.

    Returns
    -------
    float
        Half the difference between two insiders and two outsiders.
    """
    wrong = 1 / (N_TAGS - 1)

    def agree(right: float, shared: float) -> float:
        return right**2 + shared + ((1 - right) ** 2 + shared) * wrong

    return (agree(RIGHT + ADVANTAGE, BY_CALL**2) - agree(RIGHT, 0.0)) / 2


def _in_group(size: tuple[int, int, int, int, int], gold: bool) -> Callable[..., object]:
    def simulate(rng: np.random.Generator) -> tuple[float, float, float]:
        tables = project(rng, *size)
        answers = tables.pop("gold") if gold else None
        tables.pop("gold", None)
        row = in_group_advantage(**tables, gold=answers).iloc[0]
        truth = ADVANTAGE if gold else true_agreement_advantage()
        return truth, float(row["ci_low"]), float(row["ci_high"])

    return simulate


HEARD, DIFFERENCE = 0.4, 0.15
"""How often the second group hears the tag, and how much more often the first."""


def labels(
    rng: np.random.Generator,
    n_first: int,
    n_second: int,
    n_calls: int,
    n_utterances: int,
    panel: int,
) -> dict[str, pd.DataFrame]:
    """Draw 0/1 ratings by two groups of raters, of which one uses the tag more.

    Raters differ in how freely they use it, calls in how often it is there, and in
    how far the groups differ.

    Parameters
    ----------
    rng, n_first, n_second, n_calls, n_utterances, panel
        As in `project`.

    Returns
    -------
    dict of str to DataFrame
        ratings (value: 1 where the tag was given), raters, utterances, calls.
    """
    tables = project(rng, n_first, n_second, n_calls, n_utterances, panel)
    tables.pop("gold")
    ratings = tables["ratings"]
    rater = ratings["rater_id"].str[1:].astype(int).to_numpy()
    item = ratings["utterance_id"].str[1:].astype(int).to_numpy()
    call = item // n_utterances
    n_items = 2 * n_calls * n_utterances
    first = (rater < n_first).astype(float)
    chance = (
        HEARD
        + first * (DIFFERENCE + rng.normal(0, 0.08, 2 * n_calls)[call])
        + rng.normal(0, 0.08, n_first + n_second)[rater]
        + rng.normal(0, 0.08, n_items)[item]
    )
    tables["ratings"] = ratings.assign(value=(rng.random(len(item)) < chance).astype(float))
    return tables


def _differential(size: tuple[int, int, int, int, int]) -> Callable[..., object]:
    def simulate(rng: np.random.Generator) -> tuple[float, float, float]:
        row = differential_labelling(**labels(rng, *size)).iloc[0]
        return DIFFERENCE, float(row["ci_low"]), float(row["ci_high"])

    return simulate


SIMULATIONS: dict[str, Callable[[np.random.Generator], tuple[float, float, float]]] = {}
for _name, _size in SIZES.items():
    SIMULATIONS[f"in_group{_name}"] = _in_group(_size, gold=False)
    SIMULATIONS[f"in_group_gold{_name}"] = _in_group(_size, gold=True)
    SIMULATIONS[f"differential_labelling{_name}"] = _differential(_size)
