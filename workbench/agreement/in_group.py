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
    `crossed_interval`. In 2,000 simulated projects of each size (3 to 10 raters a
    group, 8 to 40 calls of each customer group, everybody heard everything or four
    a call) they covered 94 to 96.5 %; without gold they are too wide (98 %)
    where pairs of raters share but two or three calls of a customer group
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
        answered = pd.Index(gold["utterance_id"]).get_indexer(pd.Index(rows["utterance_id"]))
        rows = rows[answered >= 0]
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
