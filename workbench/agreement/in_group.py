"""Whether customers are heard more alike, or more rightly, by raters of their own group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.agreement.culture import NOT_GIVEN, with_groups
from workbench.agreement.culture_advantage import crossed_advantage, rests_on_one
from workbench.agreement.culture_intervals import (
    MIN_CALLS,
    MIN_RATERS,
    crossed_interval,
)
from workbench.agreement.culture_tables import by_variable, with_adjusted
from workbench.errors import AbstainedError, InputError


def in_group_advantage(
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    by: str = "culture",
    customers: pd.DataFrame | None = None,
    gold: pd.DataFrame | None = None,
    fixed_raters: bool = False,
) -> pd.DataFrame:
    """Measure how much better raters hear customers of their own group.

    The estimate is an interaction: how much more alike (or more right) raters
    are on customers of their own group than on others, beyond how they are in
    general and beyond how easy those customers are for everybody. A lenient or
    careless group of raters, a difficult group of customers, and two raters who
    share a habit do so not count as advantage. Only utterances count that
    both an insider and an outsider heard.

    Without gold it is by how much one rater's being an insider raises the
    agreement with another rater: each pair of raters is its own control. Agreement is
    no truth; insiders may share an error. With gold it is by how much being an
    insider raises the agreement with the answer agreed beforehand: each rater is
    the own control. Take gold where there is some.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value, from `workbench.rated_values.rated_values`;
        with the column variable for several at once. A rater counts once an
        utterance.
    raters : DataFrame
        rater_id and culture or languages.
    utterances : DataFrame
        utterance_id, call_id and, where others speak too, role.
    calls : DataFrame
        call_id and customer_culture or language.
    by : {"culture", "language"}
        What makes the groups.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.
    gold : DataFrame, optional
        utterance_id, value and, as in the ratings, variable: agreed answers.
    fixed_raters : bool, default False
        False infers other raters of these groups, and needs 3 of each of two
        groups. True speaks of these very raters and other calls, which two raters
        allow.

    Returns
    -------
    DataFrame
        One row a variable: variable, advantage, ci_low, ci_high, se, df, p,
        p_adjusted (false discovery rate over the variables), n_utterances,
        n_calls, n_raters, n_ratings, against (other raters, gold), inference
        (raters and calls, calls), sentence, note. For tags, sets, mixtures and
        0/1 the advantage is a difference of agreement (0.05: five points in a
        hundred); for numbers the units of the scale by which insiders are
        closer. A variable with too little data has a gap and the reason as note.

    Raises
    ------
    InputError
        If a table is not as it should be.
    AbstainedError
        If there is too little data for every variable; the message says what is
        needed.

    Notes
    -----
    Least squares of likeness on a level for each pair of raters (each rater,
    with gold), a level for each customer group, and the number of insiders. Intervals:
    `crossed_interval`. In 2,000 simulated projects (3 to 10 raters a group, 16 to
    120 calls, everybody heard everything or four a call) they covered 94 to 96.5 %
    (docs/agreement.md). Utterances are taken as shared out without regard to how
    hard they are, as a worklist does. The interaction is what [1]_ asks of a
    claim of in-group advantage.

    References
    ----------
    .. [1] Elfenbein, H. A., and Ambady, N. (2002). On the universality and
       cultural specificity of emotion recognition: a meta-analysis.
       Psychological Bulletin 128, 203-235.
    """
    grouped = with_groups(ratings, raters, utterances, calls, by=by, customers=customers)
    rows: list[dict[str, object]] = []
    for name, own in by_variable(grouped):
        answers = None if gold is None else dict(by_variable(gold)).get(name)
        if gold is not None and answers is None:
            rows.append({"variable": name, "note": f"No gold answer is about {name}."})
            continue
        try:
            rows.append({"variable": name} | _advantage(own, answers, by, fixed_raters))
        except AbstainedError as error:
            rows.append({"variable": name, "note": str(error)})
    return with_adjusted(rows, _COLUMNS)


_COLUMNS = {
    "variable": "str",
    "advantage": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "se": "float64",
    "df": "float64",
    "p": "float64",
    "p_adjusted": "float64",
    "n_utterances": "Int64",
    "n_calls": "Int64",
    "n_raters": "Int64",
    "n_ratings": "Int64",
    "against": "str",
    "inference": "str",
    "sentence": "str",
    "note": "str",
}


def _advantage(
    rows: pd.DataFrame, gold: pd.DataFrame | None, by: str, fixed_raters: bool
) -> dict[str, object]:
    if gold is not None:
        gold = gold[gold["value"].notna()]
        if gold["utterance_id"].duplicated().any():
            twice = gold.loc[gold["utterance_id"].duplicated(), "utterance_id"].iloc[0]
            raise InputError(f"The utterance {twice} has more than one gold answer; give one.")
        rows = rows[rows["utterance_id"].isin(gold["utterance_id"])]
    rows = _comparable(rows, by, fixed_raters)
    if gold is None and rows["value"].map(str).nunique() == 1:
        raise AbstainedError(
            f"All {len(rows)} ratings have the same value, {rows['value'].iloc[0]}: nobody can be "
            "more alike than the others."
        )
    crossed = crossed_advantage(rows, gold)
    if not fixed_raters and not np.isfinite(crossed.without_rater).all():
        raise rests_on_one("rater")
    interval = crossed_interval(crossed, own_control=True, fixed_raters=fixed_raters)
    plain = not pd.api.types.is_numeric_dtype(rows["value"]) or set(rows["value"]) <= {0, 1}
    against = "other raters" if gold is None else "gold"
    return {
        "advantage": crossed.estimate,
        "ci_low": interval.low,
        "ci_high": interval.high,
        "se": interval.se,
        "df": interval.df,
        "p": interval.p,
        "n_utterances": rows["utterance_id"].nunique(),
        "n_calls": rows["call_id"].nunique(),
        "n_raters": rows["rater_id"].nunique(),
        "n_ratings": len(rows),
        "against": against,
        "inference": "calls" if fixed_raters else "raters and calls",
        "sentence": _sentence(crossed.estimate, interval.low, interval.high, against, plain),
        "note": "" if interval.df > 0 else "Nothing varies here, so that no interval can be given.",
    }


def _sentence(value: float, low: float, high: float, against: str, plain: bool) -> str:
    scale, unit = (100.0, " points") if plain else (1.0, " on the scale")
    if np.isfinite(low) and low <= 0 <= high:
        return (
            f"No difference can be told between insiders and outsiders against {against}: "
            f"{scale * value:+.2g}{unit}, 95 % interval {scale * low:+.2g} to {scale * high:+.2g}."
        )
    word = ("agree more" if value > 0 else "agree less") if plain else (
        "are closer" if value > 0 else "are farther"
    )  # fmt: skip
    return (
        f"Raters {word} with {against} where the customer is of their own group: by "
        f"{abs(scale * value):.2g}{unit}, 95 % interval {scale * low:+.2g} to {scale * high:+.2g}."
    )


def _comparable(rows: pd.DataFrame, by: str, fixed_raters: bool) -> pd.DataFrame:
    """Keep utterances that insiders and outsiders heard, and raters of whom there are enough."""
    rows = rows[rows["value"].notna()]
    if rows.duplicated(["utterance_id", "rater_id"]).any():
        twice = rows[rows.duplicated(["utterance_id", "rater_id"])].iloc[0]
        raise InputError(
            f"{twice['rater_id']} rated the utterance {twice['utterance_id']} more than once; "
            "keep the first rating (workbench.rated_values.first_ratings)."
        )
    rows = rows[(rows["rater_group"] != NOT_GIVEN) & (rows["customer_group"] != NOT_GIVEN)]
    least = 1 if fixed_raters else MIN_RATERS
    came = rows.groupby("rater_group")["rater_id"].nunique()
    own: pd.Series | None = None
    while True:
        before = len(rows)
        heard = rows.groupby("utterance_id")["in_group"]
        rows = rows[heard.transform("any") & ~heard.transform("all")]
        if own is None:
            own = rows[rows["in_group"]].groupby("customer_group")["call_id"].nunique()
        size = rows.groupby("rater_group")["rater_id"].transform("nunique")
        rows = rows[size >= least]
        if len(rows) == before:
            break
    left = rows[rows["in_group"]].groupby("customer_group")["call_id"].nunique()
    if rows["rater_group"].nunique() >= 2 and (left >= MIN_CALLS).sum() >= 2:
        return rows
    there = ", ".join(f"{name} {n}" for name, n in came.items()) or "none of a known group"
    calls = ", ".join(f"{name} {n}" for name, n in own.items()) or "none"
    hint = (
        ""
        if fixed_raters or (came >= MIN_RATERS).sum() >= 2
        else " With fixed_raters=True the figure speaks of these very raters."
    )
    raise AbstainedError(
        f"An in-group advantage by {by} needs raters of 2 groups, {least} of each, who heard the "
        f"same utterances, and customers of both groups, {MIN_CALLS} calls of each. There are "
        f"raters: {there}; calls heard by insiders and outsiders: {calls}.{hint} A worklist with "
        f"overlap={2 * least} and insiders={least} makes such calls."
    )
<<<<<<< HEAD


class _Cells(NamedTuple):
    """Sums of likeness by unit (pair or rater) and customer group, and by unit and call."""

    n: _Floats
    total: _Floats
    insiders: _Floats
    members: list[_Ints]
    row_unit: _Ints
    row_call: _Ints
    row_n: _Floats
    row_total: _Floats
    call_group: _Ints


def _crossed(rows: pd.DataFrame, values: Values, gold: pd.DataFrame | None) -> Crossed:
    rater, names = pd.factorize(rows["rater_id"], sort=True)
    group = np.empty(len(names), dtype=np.int64)
    group[rater] = pd.factorize(rows["rater_group"], sort=True)[0]
    call, call_names = pd.factorize(rows["call_id"], sort=True)
    call_group = np.empty(len(call_names), dtype=np.int64)
    call_group[call] = pd.factorize(rows["customer_group"], sort=True)[0]
    insider = rows["in_group"].to_numpy(dtype=np.float64)
    if gold is None:
        cells = _pairs(rows, values, rater, call, insider, call_group)
    else:
        place = pd.Index(gold["utterance_id"]).get_indexer(pd.Index(rows["utterance_id"]))
        alike = values.likeness(np.arange(len(rows)), len(rows) + place)
        cells = _cells([rater], alike, insider, call, call_group)
    return _estimated(cells, group, len(names))


def _pairs(
    rows: pd.DataFrame, values: Values, rater: _Ints, call: _Ints, insider: _Floats, groups: _Ints
) -> _Cells:
    parts = list(pairs_of(rows["utterance_id"], rater))
    one = np.concatenate([a for a, _ in parts])
    other = np.concatenate([b for _, b in parts])
    return _cells(
        [rater[one], rater[other]],
        values.likeness(one, other),
        insider[one] + insider[other],
        call[one],
        groups,
    )


def pairs_of(utterance: pd.Series, rater: npt.NDArray[np.intp]) -> Iterator[tuple[_Ints, _Ints]]:
    """Pair the ratings of each utterance.

    Parameters
    ----------
    utterance : Series
        Utterance of each rating.
    rater : ndarray of int
        Code of its rater; the one with the lower code comes first.

    Yields
    ------
    tuple of ndarray of int
        Places of both ratings of each pair, for utterances of as many ratings.
    """
    item = pd.factorize(utterance)[0]
    order = np.lexsort([rater, item])
    size = np.bincount(item)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    for m in np.unique(size[size > 1]):
        first, second = np.triu_indices(int(m), 1)
        begins = start[size == m]
        yield (
            order[(begins[:, None] + first).ravel()],
            order[(begins[:, None] + second).ravel()],
        )


def _cells(
    raters: list[_Ints], alike: _Floats, insiders: _Floats, call: _Ints, call_group: _Ints
) -> _Cells:
    base = max(int(code.max()) for code in raters) + 1
    key = raters[0] if len(raters) == 1 else raters[0] * base + raters[1]
    names, unit = np.unique(key, return_inverse=True)
    n_units, n_groups, n_calls = len(names), int(call_group.max()) + 1, len(call_group)
    cell = unit * n_groups + call_group[call]

    def sums(weight: _Floats | None) -> _Floats:
        flat = np.bincount(cell, weight, minlength=n_units * n_groups)
        return flat.reshape(n_units, n_groups).astype(np.float64)

    n = sums(None)
    both, row = np.unique(unit * n_calls + call, return_inverse=True)
    return _Cells(
        n,
        sums(alike),
        sums(insiders) / np.maximum(n, 1),
        [names] if len(raters) == 1 else [names // base, names % base],
        both // n_calls,
        both % n_calls,
        np.bincount(row).astype(np.float64),
        np.bincount(row, alike).astype(np.float64),
        call_group,
    )


def _normal(n: _Floats, total: _Floats, design: _Floats) -> tuple[_Floats, _Floats]:
    """Give the normal equations of each unit, its own level taken out."""
    whole = np.maximum(n.sum(axis=1), 1.0)
    weighted = n[:, :, None] * design
    middle = weighted.sum(axis=1)
    left = np.swapaxes(weighted, 1, 2) @ design
    left -= middle[:, :, None] * (middle / whole[:, None])[:, None, :]
    right = (design * total[:, :, None]).sum(axis=1) - middle * (total.sum(axis=1) / whole)[:, None]
    return left, right


def _solved(left: _Floats, right: _Floats) -> _Floats:
    """Give the last coefficient of each system; NaN where the data do not tell it."""
    inverse = np.linalg.pinv(left, rcond=_SMALL, hermitian=True)
    known = inverse @ left
    told = np.abs(known[:, -1, :-1]).max(axis=1, initial=0.0) + np.abs(known[:, -1, -1] - 1)
    value = (inverse[:, -1, :] * right).sum(axis=1)
    return np.where(told < np.sqrt(_SMALL), value, np.nan)


def _estimated(cells: _Cells, rater_group: _Ints, n_raters: int) -> Crossed:
    n_units, n_groups = cells.n.shape
    design = np.zeros((n_units, n_groups, n_groups))
    design[:, np.arange(1, n_groups), np.arange(n_groups - 1)] = 1.0
    design[:, :, -1] = cells.insiders
    left, right = _normal(cells.n, cells.total, design)
    all_left, all_right = left.sum(axis=0), right.sum(axis=0)
    estimate = float(_solved(all_left[None], all_right[None])[0])
    if not np.isfinite(estimate):
        raise AbstainedError(
            "Raters' groups and customers' groups do not cross: an in-group advantage needs "
            "raters who heard customers of their own group and of another, beside raters of that "
            "other group. A worklist with match=() or more overlap makes such calls."
        )
    less_left, less_right = np.zeros((n_raters, *all_left.shape)), np.zeros((n_raters, n_groups))
    for member in cells.members:
        np.add.at(less_left, member, left)
        np.add.at(less_right, member, right)
    without_rater = _solved(all_left - less_left, all_right - less_right)

    unit, call, group = cells.row_unit, cells.row_call, cells.call_group[cells.row_call]
    n_calls, at = len(cells.call_group), np.arange(len(unit))
    fewer, less = cells.n[unit], cells.total[unit]
    fewer[at, group] -= cells.row_n
    less[at, group] -= cells.row_total
    new_left, new_right = _normal(fewer, less, design[unit])
    call_left, call_right = np.zeros((n_calls, *all_left.shape)), np.zeros((n_calls, n_groups))
    np.add.at(call_left, call, new_left - left[unit])
    np.add.at(call_right, call, new_right - right[unit])
    without_call = _solved(all_left + call_left, all_right + call_right)
    if not np.isfinite(without_call).all():
        raise _rests_on_one("call")

    inverse = np.linalg.pinv(all_left, rcond=_SMALL, hermitian=True)
    beta = inverse @ all_right
    whole = np.maximum(cells.n.sum(axis=1), 1.0)
    fitted, weight = design @ beta, design @ inverse[-1]
    level = (cells.total - cells.n * fitted).sum(axis=1) / whole
    weight -= ((cells.n * weight).sum(axis=1) / whole)[:, None]
    rest = cells.row_total - cells.row_n * (fitted[unit, group] + level[unit])
    score = weight[unit, group] * rest
    pair = np.concatenate([member[unit] * n_calls + call for member in cells.members])
    both, place = np.unique(pair, return_inverse=True)
    part = np.bincount(place, np.tile(score, len(cells.members)))
    return Crossed(
        estimate, without_rater, rater_group, without_call, both // n_calls, both % n_calls, part
    )
=======
>>>>>>> culture
