"""Agent cards: what an agent's calls come to, partially pooled, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.coaching.pooling import Pooled, pooled, ranks
from workbench.outcomes.design import model_columns
from workbench.outcomes.policy.series import digits_of, is_yes_no, measure_values, unit_of
from workbench.schema import TABLES

_PLACES = 241
_FEWEST_CALLS = 30
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class _Found(NamedTuple):
    pooled: Pooled
    values: _Floats
    overall: float


def agent_cards(
    rows: pd.DataFrame,
    measures: Sequence[str],
    *,
    held_equal: Sequence[str] = (),
    minimum_group: int = 5,
    by: str = "agent_id",
    ranked: bool = False,
) -> pd.DataFrame:
    """Tell what each agent's calls come to, drawn to the middle as far as they are few.

    The mean of 12 calls is mostly chance. Each agent's figure is drawn towards
    that of all agents, the more the fewer calls there are and the more alike
    agents are, and the interval says where it may lie. Agents are in the order of
    their names: this is no league table. With `ranked` each has a rank with its
    interval, which for most is as wide as the table.

    Outcomes and ratings by people only: nothing that a machine infers from an
    agent's voice may come in.

    Parameters
    ----------
    rows : DataFrame
        One row a call: agent_id, the measures and the columns held equal.
    measures : sequence of str
        Columns of yes or no, or of numbers.
    held_equal : sequence of str, default ()
        Columns of the calls' mix, for example queue: each agent's figure is for
        the mix of all calls.
    minimum_group : int, default 5
        Agents with fewer calls are not shown, and no card at all if fewer agents
        remain. A team is shown if it has so many agents.
    by : str, default "agent_id"
        Column of the agent, or of the team.
    ranked : bool, default False
        Whether to add rank, rank_low and rank_high (1 is the lowest figure).

    Returns
    -------
    DataFrame
        One row a measure and agent: measure, agent_id (or `by`), estimate, ci_low,
        ci_high, raw (the plain mean of these calls), overall (of all calls), unit,
        n_calls, n_events, agents_sd (how far agents differ; log odds for yes or
        no), held_equal, model, note, reading.

    Raises
    ------
    InputError
        If a column is unknown or comes from a voice, or a call has no agent.
    AbstainedError
        If fewer than `minimum_group` agents can be shown, or a measure has fewer
        than 30 calls or one value only.

    See Also
    --------
    workbench.outcomes.coaching.pooling.pooled : How agents are drawn together.

    Notes
    -----
    2,000 simulated centres, averaged over agents: .94 to .96; above that where
    agents do not differ at all. The effects of what is held equal are taken as
    estimated.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = pd.DataFrame({"agent_id": [f"a{i % 6}" for i in range(120)],
    ...                      "qa_score": rng.normal(75, 5, 120)})
    >>> cards = agent_cards(rows, ["qa_score"])
    >>> bool((cards["estimate"] - 75).abs().max() < (cards["raw"] - 75).abs().max())
    True
    """
    if minimum_group < 2:
        raise InputError(f"The smallest group is 2 or more; minimum_group={minimum_group} came.")
    if by not in rows.columns:
        known = [str(name) for name in rows.columns]
        raise InputError(f'The calls have no column "{by}".{nearest(by, known)}')
    for name in measures:
        check_not_from_a_voice(name)
    if not measures:
        raise InputError("A card needs at least one measure, for example qa_score.")
    tables = [_card(rows, name, tuple(held_equal), minimum_group, by, ranked) for name in measures]
    return pd.concat(tables, ignore_index=True)


def check_not_from_a_voice(name: str) -> None:
    """Refuse what a machine measures from a voice.

    Parameters
    ----------
    name : str
        A measure.

    Raises
    ------
    InputError
        If it is a column of prosody or cues.

    Examples
    --------
    >>> check_not_from_a_voice("qa_score")
    """
    measured = set(TABLES["prosody"].columns) | {"strength_sd", "fired", "cue"}
    if name in measured or name.startswith(("cue_", "cues_")):
        raise InputError(
            f'"{name}" is measured from a voice. Cards of agents hold outcomes and ratings by '
            "people only."
        )


def _card(
    rows: pd.DataFrame,
    measure: str,
    held: tuple[str, ...],
    minimum_group: int,
    by: str,
    ranked: bool,
) -> pd.DataFrame:
    values = measure_values(rows, measure)
    known = values.notna() & rows[by].notna()
    for name in held:
        if name not in rows.columns:
            raise InputError(
                f'The calls have no column "{name}" to hold equal.'
                f"{nearest(name, [str(c) for c in rows.columns])}"
            )
        known &= rows[name].notna()
    used, y = rows[known], values[known].to_numpy(dtype=float)
    names, codes = np.unique(used[by].to_numpy(dtype=object).astype(str), return_inverse=True)
    n = np.bincount(codes, minlength=len(names))
    shown = n >= minimum_group
    teams = by != "agent_id" and "agent_id" in rows.columns
    if teams:
        people = used.groupby(by)["agent_id"].nunique()
        shown &= people.reindex(names).to_numpy() >= minimum_group
    if shown.sum() < (2 if teams else minimum_group):
        raise AbstainedError(_too_small(int(shown.sum()), by, measure, minimum_group, teams))
    if len(y) < _FEWEST_CALLS or np.ptp(y) == 0:
        raise AbstainedError(
            f"{len(y)} calls with {measure}"
            + (
                f" all have the value {y[0]:g}, so agents cannot differ."
                if len(y) and np.ptp(y) == 0
                else f" are too few for cards; {_FEWEST_CALLS} are needed."
            )
        )
    rate = is_yes_no(values)
    unit = unit_of(measure, values)
    percent = 100.0 if unit == "percentage points" else 1.0
    columns = model_columns(used, held)[0][:, 1:] if held else np.empty((len(y), 0))
    found = (_of_rates if rate else _of_scores)(y, columns, codes.astype(np.int64), n)
    estimate, low, high = (part * percent for part in found.pooled.told(found.values))
    events = np.bincount(codes, y) if rate else np.full(len(names), np.nan)
    table = pd.DataFrame(
        {
            "measure": measure,
            by: names,
            "estimate": estimate,
            "ci_low": low,
            "ci_high": high,
            "raw": np.bincount(codes, y) / n * percent,
            "overall": found.overall * percent,
            "unit": unit,
            "n_calls": n,
            "n_events": events,
            "agents_sd": found.pooled.spread * (1.0 if rate else percent),
            "held_equal": " ".join(held),
            "model": ("logit-normal" if rate else "normal-normal") + ", partially pooled",
            "note": _not_shown(int((~shown).sum()), minimum_group, teams),
        }
    ).astype({"n_events": "Int64"})
    if ranked:
        table["rank"], table["rank_low"], table["rank_high"] = ranks(found.pooled)
    table = table[shown].reset_index(drop=True)
    table["reading"] = [_reading(row, by) for row in table.to_dict("records")]
    return table


def _of_rates(y: _Floats, columns: _Floats, codes: _Ints, n: _Ints) -> _Found:
    """Logit with the mix of calls held equal; what is left is the agent's."""
    import statsmodels.api as sm
    from scipy.special import expit, log_expit

    design = np.column_stack([np.ones(len(y)), columns])
    offset = design @ sm.GLM(y, design, family=sm.families.Binomial()).fit().params
    offset = np.round(offset, 6)
    places = np.linspace(-5.0, 5.0, _PLACES)
    mixes, mix = np.unique(offset, return_inverse=True)
    cell = codes * len(mixes) + mix
    shape = (len(n), len(mixes))
    yes = np.bincount(cell, y, minlength=shape[0] * shape[1]).reshape(shape)
    no = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) - yes
    at = mixes[:, None] + places
    likelihood = yes @ log_expit(at) + no @ log_expit(-at)
    values = np.bincount(mix) / len(y) @ expit(at)
    return _Found(pooled(likelihood, places), values, float(y.mean()))


def _of_scores(y: _Floats, columns: _Floats, codes: _Ints, n: _Ints) -> _Found:
    """Least squares within agents; what is left of an agent's mean is the agent's."""

    def within(values: _Floats) -> _Floats:
        return np.asarray(values - (np.bincount(codes, values) / n)[codes], dtype=np.float64)

    inner = np.column_stack([within(column) for column in columns.T]) if columns.size else columns
    slopes = np.linalg.pinv(inner) @ within(y) if columns.size else np.empty(0)
    left = y - columns @ slopes
    freedom = max(len(y) - len(n) - columns.shape[1], 1)
    variance = (within(left) ** 2).sum() / freedom
    middle = np.bincount(codes, left) / n
    error = np.sqrt(variance / n)
    room = 4 * float(np.median(error))
    places = np.linspace(middle.min() - room, middle.max() + room, _PLACES)
    likelihood = -0.5 * ((middle[:, None] - places) / error[:, None]) ** 2
    mix = float((columns @ slopes).mean()) if columns.size else 0.0
    return _Found(pooled(likelihood, places), places + mix, float(y.mean()))


def _too_small(n: int, by: str, measure: str, minimum_group: int, teams: bool) -> str:
    if teams:
        name = by.removesuffix("_id")
        return (
            f"{n} values of {name} have {minimum_group} agents or more with {measure}; below 2 "
            "there is nothing to hold them against. Smaller groups are not shown (minimum_group)."
        )
    return (
        f"{n} agents have {minimum_group} calls or more with {measure}; cards are shown for "
        f"{minimum_group} agents or more (minimum_group), so that nobody is singled out."
    )


def _not_shown(n: int, minimum_group: int, teams: bool) -> str:
    if not n:
        return ""
    return f"{n} with fewer than {minimum_group} {'agents' if teams else 'calls'} are not shown."


def _reading(row: Mapping[Any, Any], by: str) -> str:
    name = str(row["measure"]).replace("_", " ")
    unit = "%" if row["unit"] == "percentage points" else ""
    d = digits_of(row["unit"])
    said = (
        f"{name}: {row['estimate']:.{d}f}{unit} ({row['ci_low']:.{d}f} to "
        f"{row['ci_high']:.{d}f}) from {row['n_calls']} calls; plain mean "
        f"{row['raw']:.{d}f}{unit}, all {row['overall']:.{d}f}{unit}"
    )
    if row["ci_low"] <= row["overall"] <= row["ci_high"]:
        return f"{said}. Not to be told from the others."
    side = "below" if row["ci_high"] < row["overall"] else "above"
    return f"{said}. {side.capitalize()} the others, whatever the reason."
