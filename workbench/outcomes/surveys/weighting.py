"""What the score of a survey would be, had all answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError
from workbench.jackknife import jackknife_interval
from workbench.outcomes.design import model_columns
from workbench.outcomes.surveys.answering import Groups, chances, check_enough, groups_of
from workbench.outcomes.surveys.joined import (
    called_rows,
    check_both_sides,
    means_without,
    why_no_interval,
)

SCORES = {"nps": "NPS points", "csat": "points of the survey's scale"}
"""Scores of a survey and their units."""

SMALLEST_CHANCE = 0.05
"""Callers with a smaller chance to answer have no answer that could stand for them."""

MOST_TRIMMED = 0.10
"""Largest share of callers without such an answer; above it the weights are refused."""

_Floats = npt.NDArray[np.float64]


class Weighed(NamedTuple):
    """Scores as they came and weighed, and the chance to answer behind the weights.

    Parameters
    ----------
    scores : DataFrame
        One row a score: score, raw, raw_low, raw_high, weighted, ci_low, ci_high,
        moved (weighted minus raw), moved_low, moved_high, unit, n_answered,
        n_called, n_trimmed, effective_n, n_clusters, cluster, predictors, model,
        note, reading.
    chances : DataFrame
        One row a call: call_id, answered, chance (to answer, 0..1), weight (0 for
        the silent and the trimmed), trimmed.
    """

    scores: pd.DataFrame
    chances: pd.DataFrame


def weighted_scores(
    rows: pd.DataFrame,
    predictors: Sequence[str],
    *,
    among: str = "all",
    smallest: float = SMALLEST_CHANCE,
    cluster: str = "customer_id",
) -> Weighed:
    """Weigh the answers of a survey so that they stand for all who called.

    Everyone's chance to answer is estimated from what was heard and what is known
    of the call (a logit). An answer counts for as many callers as were like it:
    one over its chance. What makes people answer and was neither heard nor
    written down is not repaired.

    Parameters
    ----------
    rows : DataFrame
        From `survey_rows`.
    predictors : sequence of str
        Columns that the chance to answer is estimated from; text makes one group
        a value.
    among : {"all", "invited"}, default "all"
        Whom the answers are to stand for.
    smallest : float, default 0.05
        Callers with a smaller chance are trimmed: an answer would have to stand
        for more than 20 of them.
    cluster : str, default "customer_id"
        Whose calls resemble each other.

    Returns
    -------
    Weighed
        NPS (promoters minus detractors, -100..100) and mean CSAT, raw and
        weighed, with intervals; and everyone's chance.

    Raises
    ------
    InputError
        If a predictor is unknown or `smallest` is no share.
    AbstainedError
        If all or none answered, too few on one side for so many predictors, no
        score came, or more than 10 % of the callers would have to be trimmed.

    See Also
    --------
    overlap_table : Where answers and silence lie, chance by chance.

    Notes
    -----
    The interval leaves out one customer at a time (above 200, one of 200 groups)
    and estimates the chances anew each time; Student's t on groups - 1. 2,000
    simulated surveys in which answers depend on what was heard and nothing else:
    .94 to .96. If what was heard is heard with errors, part of the gap stays and
    so does part of the bias: then no promise holds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mood = rng.normal(size=400)
    >>> rows = pd.DataFrame({
    ...     "call_id": [str(i) for i in range(400)],
    ...     "customer_id": [f"c{i}" for i in range(400)], "valence_mean": mood,
    ...     "answered": rng.uniform(size=400) < 1 / (1 + np.exp(-mood)),
    ...     "nps": np.clip(np.round(6 + 2 * mood), 0, 10)})
    >>> rows["nps"] = rows["nps"].where(rows["answered"])
    >>> scores = weighted_scores(rows, ["valence_mean"]).scores
    >>> bool(scores["weighted"].item() < scores["raw"].item())
    True
    """
    if not 0 < smallest < 0.5:
        raise InputError(f"smallest is a chance between 0 and 0.5; {smallest} came.")
    called = called_rows(rows, among)
    design, used = model_columns(called, predictors)
    answered = used["answered"].to_numpy(dtype=bool)
    check_both_sides(answered, among)
    check_enough(answered, design.shape[1] - 1)
    groups = groups_of(used, cluster)
    chance, left_out = chances(design, answered, groups)
    trimmed = chance < smallest
    beyond = int(((chance < chance[answered].min()) & ~trimmed).sum())
    if trimmed.mean() > MOST_TRIMMED:
        raise AbstainedError(
            f"{trimmed.mean():.0%} of {len(used)} callers have hardly any chance to have answered, "
            "so that no answer can stand for them: those who answered and those who did not are "
            "too different (no overlap). Tell the score of those who answered as what it is."
        )
    counted = answered & ~trimmed
    weight = np.where(counted, 1 / chance, 0.0)
    weights_left = np.where(counted[:, None], 1 / left_out, 0.0)
    out = []
    for name in [name for name in SCORES if name in used and used[name].notna().any()]:
        value = _score(used, name)
        known = ~np.isnan(value)
        value = np.where(known, value, 0.0)
        raw, raw_left = means_without(value, answered & known, groups)
        own = np.where(known, weight, 0.0)
        moved, moved_left = _weighed(value, own, np.where(known[:, None], weights_left, 0), groups)
        ends = [
            jackknife_interval(raw, raw_left),
            jackknife_interval(moved, moved_left),
            jackknife_interval(moved - raw, moved_left - raw_left),
        ]
        row: dict[str, Any] = {
            "score": name,
            "raw": raw,
            "raw_low": ends[0].low,
            "raw_high": ends[0].high,
            "weighted": moved,
            "ci_low": ends[1].low,
            "ci_high": ends[1].high,
            "moved": moved - raw,
            "moved_low": ends[2].low,
            "moved_high": ends[2].high,
            "unit": SCORES[name],
            "n_answered": int((answered & known).sum()),
            "n_called": len(used),
            "n_trimmed": int(trimmed.sum()),
            "effective_n": float(own.sum() ** 2 / (own**2).sum()),
            "n_clusters": groups.n_clusters,
            "cluster": cluster,
            "predictors": " ".join(predictors),
            "model": f"inverse probability of answering (logit); {groups.method()}",
            "note": (
                _trimming(int(trimmed.sum()), beyond, len(called) - len(used), smallest)
                + why_no_interval(groups, ends[1])
            ).strip(),
        }
        out.append(row | {"reading": _told(row)})
    if not out:
        raise AbstainedError("No call has a score of the survey (nps or csat).")
    each = pd.DataFrame(
        {
            "call_id": used["call_id"].to_numpy() if "call_id" in used else range(len(used)),
            "answered": answered,
            "chance": chance,
            "weight": weight,
            "trimmed": trimmed,
        }
    )
    return Weighed(pd.DataFrame(out), each)


def overlap_table(chances: pd.DataFrame) -> pd.DataFrame:
    """Count answers and silence by the chance to answer.

    Where many are silent and hardly any answered, few answers carry much weight;
    where none answered, nothing is known.

    Parameters
    ----------
    chances : DataFrame
        `Weighed.chances`.

    Returns
    -------
    DataFrame
        One row a tenth of the chance: chance_from, chance_to, n_answered,
        n_silent, n_trimmed, largest_weight.

    Examples
    --------
    >>> chances = pd.DataFrame({"answered": [True, False], "chance": [0.55, 0.45],
    ...                         "weight": [1.8, 0.0], "trimmed": False})
    >>> overlap_table(chances).query("n_answered > 0")["chance_from"].tolist()
    [0.5]
    """
    tenth = np.clip((chances["chance"].to_numpy(dtype=float) * 10).astype(int), 0, 9)
    answered = chances["answered"].to_numpy(dtype=bool)
    trimmed = chances["trimmed"].to_numpy(dtype=bool)
    largest = np.zeros(10)
    np.maximum.at(largest, tenth, chances["weight"].to_numpy(dtype=float))
    return pd.DataFrame(
        {
            "chance_from": np.arange(10) / 10,
            "chance_to": np.arange(1, 11) / 10,
            "n_answered": np.bincount(tenth[answered], minlength=10),
            "n_silent": np.bincount(tenth[~answered], minlength=10),
            "n_trimmed": np.bincount(tenth[trimmed], minlength=10),
            "largest_weight": largest,
        }
    )


def _score(rows: pd.DataFrame, name: str) -> _Floats:
    value = rows[name].astype("float64").to_numpy()
    if name != "nps":
        return np.asarray(value, dtype=np.float64)
    points = 100.0 * ((value >= 9).astype(float) - (value <= 6).astype(float))
    return np.where(np.isnan(value), np.nan, points)


def _weighed(
    value: _Floats, weight: _Floats, weights_left: _Floats, groups: Groups
) -> tuple[float, _Floats]:
    own = np.zeros_like(weights_left)
    own[np.arange(len(value)), groups.codes] = weights_left[np.arange(len(value)), groups.codes]
    rest = weights_left - own
    with np.errstate(invalid="ignore"):
        without = (value @ rest) / rest.sum(axis=0)
    return float(value @ weight / weight.sum()), without


def _trimming(n_trimmed: int, n_beyond: int, n_unknown: int, smallest: float) -> str:
    said = []
    if n_trimmed:
        said.append(
            f"{n_trimmed} callers with a chance to answer below {smallest:g} are left out: the "
            "score does not speak for them. "
        )
    if n_beyond:
        said.append(
            f"{n_beyond} callers were less likely to answer than anyone who did: what stands for "
            "them is carried on from others. "
        )
    if n_unknown:
        said.append(f"{n_unknown} calls with a gap in a predictor are left out. ")
    return "".join(said)


def _told(row: dict[str, Any]) -> str:
    digits = 0 if row["score"] == "nps" else 2

    def amount(name: str, sign: str = "") -> str:
        return f"{round(row[name], digits) + 0.0:{sign}.{digits}f}"

    said = (
        f"{str(row['score']).upper()} of {row['n_answered']} answers: {amount('raw')}; weighed to "
        f"stand for {row['n_called'] - row['n_trimmed']} calls: {amount('weighted')}"
    )
    if not np.isfinite(row["ci_low"]):
        return f"{said}."
    said += f" ({amount('ci_low')} to {amount('ci_high')}). The weights move it by "
    said += f"{amount('moved', '+')} ({amount('moved_low', '+')} to {amount('moved_high', '+')})"
    if row["moved_low"] <= 0 <= row["moved_high"]:
        return f"{said}: no bias by what was heard is shown."
    return f"{said}: the answers alone mislead by about as much."
