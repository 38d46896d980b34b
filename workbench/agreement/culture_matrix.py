"""The culture matrix: how raters of each group hear customers of each group, with an example."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.agreement.culture import NOT_GIVEN, culture_coverage, with_groups
from workbench.agreement.culture_advantage import pairs_of
from workbench.agreement.culture_likeness import Values
from workbench.errors import InputError

_PLACE = ("channel", "start_s", "end_s")


def culture_matrix(
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame,
    *,
    by: str = "culture",
    customers: pd.DataFrame | None = None,
    minimum_group: int = 2,
) -> pd.DataFrame:
    """Make the cells of the heat map: agreement of a rater group on a customer group.

    Agreement is that of the group's raters with all others who heard the same
    utterance. `advantage` is what is left of it beyond how the rater group and the
    customer group do on the whole (0 if only those matter; a gap where the cells
    do not tell); it describes, and only `in_group_advantage` tells whether it is more than chance.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id, value, of one variable.
    raters : DataFrame
        rater_id and culture or languages.
    utterances : DataFrame
        utterance_id, call_id, channel, start_s, end_s and, where others speak too, role.
    calls : DataFrame
        call_id and customer_culture or language.
    by : {"culture", "language"}
        What makes the groups.
    customers : DataFrame, optional
        The table customers, for what the calls do not say.
    minimum_group : int, default 2
        A cell of fewer raters has no agreement and no example: it would tell of
        a person, not of a group.

    Returns
    -------
    DataFrame
        The columns of `culture_coverage` and: n_compared (ratings with another on
        the same utterance), agreement (0..1; for numbers minus the mean
        distance), advantage; and an example, the utterance on which the group and
        the others are farthest apart: example_agreement, utterance_id, call_id,
        channel, start_s, end_s; gaps where there is none. ``note`` says why a
        cell is empty.

    Raises
    ------
    InputError
        If a table is not as it should be.
    AbstainedError
        If no utterance of a customer was rated.
    """
    out = culture_coverage(ratings, raters, utterances, calls, by=by, customers=customers)
    rows = with_groups(ratings, raters, utterances, calls, by=by, customers=customers)
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    if rows.duplicated(["utterance_id", "rater_id"]).any():
        twice = rows[rows.duplicated(["utterance_id", "rater_id"])].iloc[0]
        raise InputError(
            f"{twice['rater_id']} rated the utterance {twice['utterance_id']} more than once; "
            "give the first ratings of one variable and pass."
        )
    key = ["rater_group", "customer_group"]
    alike = rows.assign(alike=_with_others(rows)).dropna(subset=["alike"])
    cells = alike.groupby(key)["alike"].agg(["mean", "size"]).rename(
        columns={"mean": "agreement", "size": "n_compared"}
    )  # fmt: skip
    example = (
        alike.groupby([*key, "utterance_id"])["alike"].mean().rename("example_agreement")
        .reset_index().sort_values(["example_agreement", "utterance_id"], kind="stable")
        .drop_duplicates(key)
    )  # fmt: skip
    place = [name for name in _PLACE if name in utterances.columns]
    example = example.merge(utterances[["utterance_id", "call_id", *place]], on="utterance_id")
    out = out.merge(cells.reset_index(), on=key, how="left").merge(example, on=key, how="left")
    out["n_compared"] = out["n_compared"].fillna(0).astype("int64")
    out.insert(list(out.columns).index("agreement") + 1, "advantage", _beyond_both(out))
    few = (out["n_raters"] < minimum_group) & (out["n_raters"] > 0)
    hidden = ["agreement", "advantage", "example_agreement", "utterance_id", "call_id", *place]
    out[hidden] = out[hidden].where(~few)
    out["note"] = np.select(
        [out["n_raters"] == 0, few, out["n_compared"] == 0],
        [
            "Nobody of this group judged these customers.",
            f"Fewer than {minimum_group} raters: it would tell of a person.",
            "No utterance that another rater judged too.",
        ],
        "",
    )
    return out


def _with_others(rows: pd.DataFrame) -> pd.Series:
    """Mean likeness of each rating to the other ratings of its utterance."""
    total, n = np.zeros(len(rows)), np.zeros(len(rows))
    if len(rows):
        values = Values(rows["value"])
        rater = pd.factorize(rows["rater_id"], sort=True)[0]
        for one, other in pairs_of(rows["utterance_id"], rater):
            near = values.likeness(one, other)
            for place in (one, other):
                total += np.bincount(place, near, minlength=len(rows))
                n += np.bincount(place, minlength=len(rows))
    return pd.Series(np.where(n > 0, total / np.maximum(n, 1), np.nan), index=rows.index)


def _beyond_both(cells: pd.DataFrame) -> pd.Series:
    """Take the level of each rater group and customer group out of the agreement."""
    told = (
        cells["agreement"].notna()
        & (cells["rater_group"] != NOT_GIVEN)
        & (cells["customer_group"] != NOT_GIVEN)
    )
    own = cells[told]
    design = pd.get_dummies(own[["rater_group", "customer_group"]]).to_numpy(dtype=np.float64)
    weight = np.sqrt(own["n_compared"].to_numpy(dtype=np.float64))
    value = own["agreement"].to_numpy(dtype=np.float64)
    if own.empty:
        return pd.Series(np.nan, index=cells.index)
    weighed = design * weight[:, None]
    turned = np.linalg.pinv(weighed)
    free = 1 - (weighed * turned.T).sum(axis=1) > 1e-9
    rest = np.where(free, value - design @ (turned @ (value * weight)), np.nan)
    return pd.Series(rest, index=own.index).reindex(cells.index)
