"""What a coefficient says to ratings it cannot use: a sentence, never NaN or 1."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    per_label_alpha,
    percent_agreement,
    ratings_of_votes,
)
from workbench.agreement.resampling import interval_over_clusters
from workbench.errors import AbstainedError, InputError

EVERY = [krippendorff_alpha, percent_agreement, cohen_kappa, fleiss_kappa, gwet_ac, per_label_alpha]
every = pytest.mark.parametrize("coefficient", EVERY, ids=lambda f: f.__name__)


def ratings(*values: object, raters: int = 2) -> pd.DataFrame:
    """Values of utterance after utterance, rater by rater."""
    n = len(values)
    return pd.DataFrame(
        {
            "utterance_id": [f"u{k // raters}" for k in range(n)],
            "rater_id": [f"r{k % raters}" for k in range(n)],
            "value": pd.Series(list(values), dtype=object),
        }
    )


@every
def test_one_rater(coefficient):
    with pytest.raises(AbstainedError, match="needs 2 raters; only r0 rated here"):
        coefficient(ratings("a", "b", "a", raters=1))


@every
def test_nobody_rated_the_same_utterance(coefficient):
    table = ratings("a", "b", "a", "b").assign(utterance_id=list("abcd"))
    with pytest.raises(AbstainedError, match="2 or more raters rated; 0 utterances have that many"):
        coefficient(table)


@every
def test_all_missing(coefficient):
    with pytest.raises(AbstainedError, match="all 4 values are missing"):
        coefficient(ratings(None, None, np.nan, None))
    with pytest.raises(AbstainedError, match="no rating came"):
        coefficient(ratings())


@every
def test_a_rater_twice(coefficient):
    table = pd.concat([ratings("a", "b", "a", "b"), ratings("b")])
    with pytest.raises(InputError, match="r0 rated the utterance u0 more than once"):
        coefficient(table)


@every
def test_a_missing_value_is_a_rating_not_given(coefficient):
    with_gap = ratings("a", "b", "a", "a", "b", "b", "a", np.nan)
    pd.testing.assert_frame_equal(coefficient(with_gap), coefficient(with_gap.iloc[:-1]))


@pytest.mark.parametrize(
    "coefficient", [krippendorff_alpha, cohen_kappa, fleiss_kappa, per_label_alpha]
)
def test_one_value_only(coefficient):
    with pytest.raises(AbstainedError, match="All 6 ratings .*are 'a'.* needs"):
        coefficient(ratings(*"aaaaaa"))
    assert percent_agreement(ratings(*"aaaaaa"))["value"][0] == 1


def test_one_value_only_and_ac1():
    with pytest.raises(AbstainedError, match="the only label: give labels="):
        gwet_ac(ratings(*"aaaaaa"))
    assert gwet_ac(ratings(*"aaaaaa"), labels=["a", "b"])["value"][0] == 1


@pytest.mark.parametrize("level", ["ordinal", "interval", "ratio"])
def test_one_number_only(level):
    with pytest.raises(AbstainedError, match="All 6 ratings of shared utterances are 0.1"):
        krippendorff_alpha(ratings(*[0.1] * 6), level)


def test_one_set_or_mixture_only():
    with pytest.raises(AbstainedError, match="nobody could disagree"):
        krippendorff_alpha(ratings(*[frozenset("ab")] * 6), "set")
    for distance in ("energy", "tv", "hellinger2", "js"):
        with pytest.raises(AbstainedError, match="nobody could disagree"):
            krippendorff_alpha(ratings(*[{"a": 0.3, "b": 0.7}] * 6), "mixture", distance=distance)


@every
def test_two_utterances_have_a_value_without_an_interval(coefficient):
    table = coefficient(ratings("a", "a", "b", "a"))
    assert table["value"].notna().all()
    assert table[["ci_low", "ci_high", "se"]].isna().all(axis=None)
    assert (table["note"].str.contains("2 utterances, and 8 are needed")).all()


@every
def test_wrong_columns(coefficient):
    table = ratings("a", "b", "a", "b")
    with pytest.raises(InputError, match='"rater_id" is missing. Did you mean "rater"'):
        coefficient(table.rename(columns={"rater_id": "rater"}))
    matrix = table.pivot(index="utterance_id", columns="rater_id", values="value")
    with pytest.raises(InputError, match="r0, r1 came. A matrix of utterances by raters becomes"):
        coefficient(matrix)
    with pytest.raises(InputError, match="a ndarray came"):
        coefficient(matrix.to_numpy())
    with pytest.raises(InputError, match="A rating has no rater_id"):
        coefficient(table.assign(rater_id=["r0", None, "r0", "r1"]))


def test_the_advice_about_a_matrix_works():
    table = ratings(*"ababbb")
    matrix = table.pivot(index="utterance_id", columns="rater_id", values="value")
    long = matrix.rename_axis("utterance_id").reset_index()
    long = long.melt("utterance_id", var_name="rater_id")
    pd.testing.assert_frame_equal(krippendorff_alpha(long), krippendorff_alpha(table))


@every
def test_calls(coefficient):
    table = ratings("a", "b", "a", "b", "b", "b")
    with pytest.raises(InputError, match="A rating has no call_id"):
        coefficient(table.assign(call_id=["c", None, "c", "c", "c", "c"]))
    with pytest.raises(InputError, match="The utterance u0 is in more than one call"):
        coefficient(table.assign(call_id=["c", "d", "c", "c", "c", "c"]))


@every
def test_mixed_values(coefficient):
    with pytest.raises(InputError, match=r'mix text and other things \("a" and 1\)'):
        coefficient(ratings("a", 1, "a", "a"))


@pytest.mark.parametrize("coefficient", [krippendorff_alpha, percent_agreement, fleiss_kappa])
def test_values_that_are_not_single(coefficient):
    with pytest.raises(InputError, match='A list cannot be compared .* level="set"'):
        coefficient(ratings(["a"], ["b"], ["a"], ["a"]))
    with pytest.raises(InputError, match='A dict cannot be compared .* level="mixture"'):
        coefficient(ratings({"a": 1}, {"b": 1}, {"a": 1}, {"a": 1}))


def test_unknown_level_or_distance():
    table = ratings("a", "b", "a", "b")
    with pytest.raises(InputError, match='no level "nominl". Did you mean "nominal"'):
        krippendorff_alpha(table, "nominl")
    with pytest.raises(InputError, match='no distance "masy". Did you mean "masi"'):
        krippendorff_alpha(table, "set", distance="masy")
    with pytest.raises(InputError, match="it has only one"):
        krippendorff_alpha(table, "nominal", distance="masi")
    with pytest.raises(InputError, match="order= belongs to"):
        krippendorff_alpha(table, order=["a", "b"])


def test_numbers_that_are_none():
    with pytest.raises(InputError, match='level="interval" compares numbers; "a" came'):
        krippendorff_alpha(ratings("a", "b", "a", "b"), "interval")
    with pytest.raises(InputError, match="A value is infinite"):
        krippendorff_alpha(ratings(1.0, 2.0, np.inf, 1.0), "interval")
    with pytest.raises(InputError, match="true zero and nothing below it; -1 came"):
        krippendorff_alpha(ratings(1.0, 2.0, -1.0, 1.0), "ratio")
    assert krippendorff_alpha(ratings(0.0, 0.0, 1.0, 1.0), "ratio")["value"][0] == 1


def test_text_without_an_order():
    table = ratings("low", "mid", "high", "high")
    with pytest.raises(InputError, match="Text has no order of its own: order= names"):
        krippendorff_alpha(table, "ordinal")
    with pytest.raises(InputError, match='"mid" was given but is not among .* Did you mean "mild"'):
        krippendorff_alpha(table, "ordinal", order=["low", "mild", "high"])
    with pytest.raises(InputError, match='The label "low" stands twice'):
        krippendorff_alpha(table, "ordinal", order=["low", "low"])
    with pytest.raises(InputError, match='Labels are a list.*"low" came'):
        krippendorff_alpha(table, "ordinal", order="low")
    for coefficient in (cohen_kappa, gwet_ac):
        with pytest.raises(InputError, match="Text has no order of its own: labels= names"):
            coefficient(table, weights="linear")


def test_sets_and_mixtures_that_are_none():
    with pytest.raises(InputError, match="compares sets of tags.* 'anger' came"):
        krippendorff_alpha(ratings("anger", "b", "a", "b"), "set")
    with pytest.raises(InputError, match="compares shares by tag.* 'anger' came"):
        krippendorff_alpha(ratings("anger", "b", "a", "b"), "mixture")
    wrong = ratings({"a": 0.5, "b": 0.3}, *[{"a": 1.0}] * 3)
    with pytest.raises(InputError, match="sums to 0.8"):
        krippendorff_alpha(wrong, "mixture")
    below = ratings({"a": 1.5, "b": -0.5}, *[{"a": 1.0}] * 3)
    with pytest.raises(InputError, match="0 or more and sum to 1"):
        krippendorff_alpha(below, "mixture")
    missing = ratings({"a": 1.0, "b": np.nan}, *[{"a": 1.0}] * 3)
    with pytest.raises(InputError, match="sums to nan"):
        krippendorff_alpha(missing, "mixture")
    fine = ratings(*[{"a": 1.0}, {"b": 1.0}] * 2)
    with pytest.raises(InputError, match="carries shares along an order"):
        krippendorff_alpha(fine, "mixture", distance="earth_mover")
    with pytest.raises(InputError, match='"b" has a share but is not in the order'):
        krippendorff_alpha(fine, "mixture", distance="earth_mover", order=["a", "c"])


def test_too_many_different_values_for_every_pair():
    many = ratings(*np.linspace(0, 1, 20_002))
    with pytest.raises(InputError, match="at most 10000 different ones; 20002 came"):
        krippendorff_alpha(many, "ratio")


def test_raters_of_cohen():
    table = ratings(*"abcabcabc", raters=3)
    with pytest.raises(InputError, match="compares two raters; 3 rated here"):
        cohen_kappa(table)
    with pytest.raises(InputError, match='No rating is by "r9"'):
        cohen_kappa(table, raters=["r0", "r9"])
    with pytest.raises(InputError, match="two different raters"):
        cohen_kappa(table, raters=["r0", "r0"])


def test_weights():
    table = ratings(1, 2, 1, 1, 2, 2)
    with pytest.raises(InputError, match='no weights "linaer". Did you mean "linear"'):
        cohen_kappa(table, weights="linaer")
    with pytest.raises(InputError, match=r"2 x 2 matrix for 2 labels.*shape \(3, 3\)"):
        cohen_kappa(table, weights=np.zeros((3, 3)))
    with pytest.raises(InputError, match="0 on the diagonal"):
        cohen_kappa(table, weights=np.eye(2))
    with pytest.raises(InputError, match="weights of gwet_ac are one of"):
        gwet_ac(table, weights=np.eye(2))


def test_labels_of_per_label_alpha():
    with pytest.raises(InputError, match='"angr" was given but is not among .*mean "anger"'):
        per_label_alpha(ratings("anger", "joy", "joy", "joy"), labels=["angr"])


def test_votes():
    votes = pd.DataFrame({"utterance_id": ["u1", "u2"], "anger": [1, 2], "sad": [1, 0]})
    with pytest.raises(InputError, match='no column "angr". Did you mean "anger"'):
        ratings_of_votes(votes, ["angr"])
    with pytest.raises(InputError, match="whole number"):
        ratings_of_votes(votes.assign(sad=[0.5, 1]), ["anger", "sad"])
    with pytest.raises(InputError, match="two rows of votes"):
        ratings_of_votes(votes.assign(utterance_id="u1"), ["anger", "sad"])


def test_an_interval_that_cannot_be_told():
    sums = np.column_stack([np.eye(1, 20)[0], np.ones(20)])
    without = interval_over_clusters(sums, lambda s: s[:, 1] / s[:, 0])
    assert without.note == "No interval: without a single call the figure is undefined."
    two = np.column_stack([np.eye(2, 40).sum(axis=0), np.ones(40)])
    often = interval_over_clusters(two, lambda s: s[:, 1] / s[:, 0], by="utterance")
    assert "the figure is undefined in" in often.note
    assert np.isnan([without.low, often.high]).all()
