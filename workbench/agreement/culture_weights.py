"""Weights of ratings by which a consensus gives each customer group's own raters their share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.agreement.culture import NOT_GIVEN, with_groups
from workbench.errors import AbstainedError, InputError, nearest

_JUDGED_TOGETHER = ("utterance_id", "taxonomy", "version", "pass")


def culture_weights(
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    insiders: float | None = None,
    mix: Mapping[str, float] | None = None,
    leave: Sequence[str] = (),
    by: str = "culture",
    customers: pd.DataFrame | None = None,
) -> pd.Series:
    """Weigh ratings so that groups of raters count by a stated share.

    For ``consensus_table(..., weights=...)``. Within each utterance (and pass and
    taxonomy) the weights sum to the number of its ratings. An utterance that
    only one of the kinds heard cannot be reweighted and keeps weights of 1, as do
    customers whose group is not given; `culture_weight_table` counts them.

    Parameters
    ----------
    ratings : DataFrame
        rating_id, utterance_id, rater_id and, where there are several, taxonomy,
        version, pass.
    raters : DataFrame
        rater_id and culture or languages.
    utterances : DataFrame
        utterance_id, call_id and, where others speak too, role.
    calls : DataFrame
        call_id and customer_culture or language.
    insiders : float, optional
        Share (above 0, below 1) by which raters of the customer's own group count.
    mix : mapping of str to float, optional
        Instead: share of each rater group, the same for all customers, for
        example ``{"swiss": 0.5, "german": 0.5}``; groups that are not named get
        nothing. Where some of the named did not hear an utterance, the others
        have their shares in proportion.
    leave : sequence of str
        Customer groups to leave as they are.
    by : {"culture", "language"}
        What makes the groups.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.

    Returns
    -------
    Series of float
        Weight by rating_id, of customers' utterances only; named weight.

    Raises
    ------
    InputError
        If not exactly one of `insiders` and `mix` came, or a share or a group does
        not fit.
    AbstainedError
        If a customer group has no insiders at all; the message names it.

    Examples
    --------
    Two outsiders and one insider, who is to count half:

    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"rating_id": ["1", "2", "3"], "utterance_id": "u1",
    ...                         "rater_id": ["a", "b", "c"]})
    >>> raters = pd.DataFrame({"rater_id": ["a", "b", "c"],
    ...                        "culture": ["swiss", "german", "german"]})
    >>> utterances = pd.DataFrame({"utterance_id": ["u1"], "call_id": ["c1"]})
    >>> calls = pd.DataFrame({"call_id": ["c1"], "customer_culture": ["swiss"]})
    >>> culture_weights(ratings, raters, utterances, calls, insiders=0.5).tolist()
    [1.5, 0.75, 0.75]
    """
    _check_target(insiders, mix)
    if "rating_id" not in ratings.columns or ratings["rating_id"].duplicated().any():
        raise InputError("The ratings need the column rating_id, each of them once.")
    rows = with_groups(ratings, raters, utterances, calls, by=by, customers=customers)
    callers = sorted(set(rows["customer_group"]))
    for name in leave:
        if name not in callers:
            raise InputError(
                f'No customer is of the group "{name}".{nearest(name, callers)} '
                f"There are: {', '.join(callers)}."
            )
    free = rows["customer_group"].isin([*leave, NOT_GIVEN])
    if mix is None:
        inside = float(insiders or 0)
        share = pd.Series(np.where(rows["in_group"], inside, 1 - inside))
        kind = rows["in_group"].astype(str)
        alone = ~rows.groupby("customer_group")["in_group"].transform("any") & ~free
        if alone.any():
            told = rows[alone].groupby("customer_group")["utterance_id"].nunique()
            groups = ", ".join(f"{name} ({n} utterances)" for name, n in told.items())
            raise AbstainedError(
                f"No rater of their own group judged these customers: {groups}. Weights cannot "
                f"make up for that; let one of theirs rate some, or leave={list(told.index)} "
                "leaves them as they are."
            )
    else:
        kind = rows["rater_group"].astype(str)
        judges = sorted(set(kind))
        for name in mix:
            if name not in judges:
                raise InputError(
                    f'No rating is by the group "{name}".{nearest(name, judges)} '
                    f"There are: {', '.join(judges)}."
                )
        share = kind.map(dict(mix)).fillna(0.0)
    together = [rows[name] for name in _JUDGED_TOGETHER if name in rows.columns]
    size = rows.groupby(together)["rating_id"].transform("size")
    own = rows.groupby([*together, kind])["rating_id"].transform("size")
    raw = share / own
    whole = raw.groupby(together).transform("sum")
    kinds = kind.groupby(together).transform("nunique")
    weighed = (whole > 0) & ~free
    if mix is None:
        weighed &= kinds == 2
    weight = (raw / whole.where(whole > 0, 1.0) * size).where(weighed, 1.0)
    out: pd.Series = pd.Series(
        weight.to_numpy(dtype=np.float64),
        index=pd.Index(rows["rating_id"], name="rating_id"),
        name="weight",
    )
    return out


def culture_weight_table(
    weights: pd.Series,
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    by: str = "culture",
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Say what weights do, and what they cost in raters.

    Parameters
    ----------
    weights : Series
        From `culture_weights`.
    ratings : DataFrame
        The ratings that it was given.
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

    Returns
    -------
    DataFrame
        One row a customer group: customer_group, n_utterances, n_reweighted,
        n_insiders_only, n_outsiders_only, insider_share_before and
        insider_share_after (of all ratings), n_raters and n_eff (mean number of
        ratings an utterance, and of as many equal ones as the weighted are worth:
        (sum w)^2 / sum w^2).
    """
    rows = with_groups(ratings, raters, utterances, calls, by=by, customers=customers)
    rows["weight"] = rows["rating_id"].map(weights).fillna(1.0)
    rows["inside"] = rows["weight"] * rows["in_group"]
    rows["square"] = rows["weight"] ** 2
    together = [name for name in _JUDGED_TOGETHER if name in rows.columns]
    each = rows.groupby(["customer_group", *together]).agg(
        n=("weight", "size"),
        total=("weight", "sum"),
        square=("square", "sum"),
        low=("weight", "min"),
        high=("weight", "max"),
        insiders=("in_group", "sum"),
        inside=("inside", "sum"),
    )
    each["n_eff"] = each["total"] ** 2 / each["square"]
    each["n_reweighted"] = each["high"] - each["low"] > 1e-12
    each["n_insiders_only"] = each["insiders"] == each["n"]
    each["n_outsiders_only"] = each["insiders"] == 0
    sums = each.groupby("customer_group").agg(
        n_utterances=("n", "size"),
        n_reweighted=("n_reweighted", "sum"),
        n_insiders_only=("n_insiders_only", "sum"),
        n_outsiders_only=("n_outsiders_only", "sum"),
        ratings=("n", "sum"),
        insiders=("insiders", "sum"),
        inside=("inside", "sum"),
        total=("total", "sum"),
        n_raters=("n", "mean"),
        n_eff=("n_eff", "mean"),
    )
    sums["insider_share_before"] = sums["insiders"] / sums["ratings"]
    sums["insider_share_after"] = sums["inside"] / sums["total"]
    columns = [
        "n_utterances", "n_reweighted", "n_insiders_only", "n_outsiders_only",
        "insider_share_before", "insider_share_after", "n_raters", "n_eff",
    ]  # fmt: skip
    return sums[columns].reset_index()


def _check_target(insiders: float | None, mix: Mapping[str, float] | None) -> None:
    if (insiders is None) == (mix is None):
        raise InputError(
            "Say either insiders=0.5 (raters of the customer's own group count half) or "
            'mix={"swiss": 0.5, "german": 0.5}, and not both.'
        )
    if insiders is not None and not 0 < insiders < 1:
        raise InputError(f"insiders is {insiders}; expected a share above 0 and below 1.")
    if mix is not None:
        bad = {name: share for name, share in mix.items() if not (0 <= share <= 1)}
        if bad or not np.isclose(sum(mix.values()), 1.0):
            raise InputError(
                f"The shares of mix are {', '.join(f'{k} {v}' for k, v in mix.items())}; expected "
                "shares from 0 to 1 that sum to 1."
            )
