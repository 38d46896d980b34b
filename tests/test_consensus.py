"""Consensus: who counts, what is a share of whom, and how sure it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from tests.rated_calls import NOW, ratings_of, value_of
from workbench.consensus import consensus_table
from workbench.errors import InputError
from workbench.schema import check_table, empty_table


def panel(*verdicts_and_tags, scores=None):
    rows = []
    for number, (verdict, heard) in enumerate(verdicts_and_tags):
        values = {} if scores is None else {"valence": scores[number]}
        rows.append(("u1", f"r{number}", verdict, heard, values))
    return ratings_of(rows)


def test_share_has_the_wilson_interval_and_the_agresti_coull_error():
    table = consensus_table(
        *panel(
            ("tagged", {"frustration": 1.0}),
            ("tagged", {"frustration": None}),
            ("neutral", {}),
            ("neutral", {}),
            ("tagged", {"relief": 0.5}),
        )
    )
    row = table[(table["variable"] == "frustration") & (table["kind"] == "tag")].iloc[0]
    low, high = proportion_confint(2, 5, method="wilson")
    assert (row["estimate"], row["n_raters"]) == (0.4, 5)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    low, high = proportion_confint(2, 5, method="agresti_coull")
    assert row["se"] == pytest.approx((high - low) / 2 / 1.959963984540054)
    assert check_table(table, "consensus").equals(table)


def test_a_tag_that_all_hear_is_not_certain():
    table = consensus_table(*panel(*[("tagged", {"anger": 1.0})] * 3))
    row = table[(table["variable"] == "anger") & (table["kind"] == "tag")].iloc[0]
    low, _ = proportion_confint(3, 3, method="wilson")
    assert row["estimate"] == row["ci_high"] == 1.0
    assert row["ci_low"] == pytest.approx(low)
    assert row["se"] > 0.1


def test_mean_has_students_interval():
    table = consensus_table(*panel(*[("neutral", {})] * 4, scores=[-0.5, 0.0, -0.25, -0.5]))
    low, high = DescrStatsW([-0.5, 0.0, -0.25, -0.5]).tconfint_mean()
    row = table[table["variable"] == "valence"].iloc[0]
    assert row["estimate"] == pytest.approx(-0.3125)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    assert row["kind"] == "dimension"


def test_an_interval_ends_at_the_end_of_the_scale():
    row = (
        consensus_table(*panel(*[("neutral", {})] * 2, scores=[-1.0, -0.5]))
        .set_index("variable")
        .loc["valence"]
    )
    assert (row["ci_low"], row["ci_high"]) == (-1.0, 1.0)


def test_values_beyond_the_scale_are_not_cut():
    ratings, tags, scores = panel(*[("neutral", {})] * 3, scores=[-3.0, -2.0, -3.0])
    row = consensus_table(ratings, tags, scores).set_index("variable").loc["valence"]
    assert row["ci_low"] < -3


@pytest.mark.parametrize("scores", [[0.5], [0.5, 0.5, 0.5]])
def test_nothing_is_said_about_a_spread_that_was_not_seen(scores):
    table = consensus_table(*panel(*[("neutral", {})] * len(scores), scores=scores))
    row = table[table["variable"] == "valence"].iloc[0]
    assert row["estimate"] == 0.5
    assert row[["se", "ci_low", "ci_high"]].isna().all()


def test_one_rater_gives_a_share_without_an_interval():
    table = consensus_table(*panel(("tagged", {"anger": 0.5})))
    row = table[(table["variable"] == "anger") & (table["kind"] == "tag")].iloc[0]
    assert row["estimate"] == 1.0
    assert row[["se", "ci_low", "ci_high"]].isna().all()


def test_unclear_and_unusable_do_not_count_as_not_heard():
    table = consensus_table(
        *panel(
            ("tagged", {"anger": 1.0}),
            ("neutral", {}),
            ("unclear", {}),
            ("unusable", {}),
        )
    )
    assert value_of(table, variable="anger", kind="tag") == 0.5
    assert value_of(table, "n_raters", variable="anger", kind="tag") == 2
    for verdict in ("neutral", "unclear", "unusable"):
        assert value_of(table, variable=verdict, kind="verdict") == 0.25
        assert value_of(table, "n_raters", variable=verdict) == 4


def test_an_utterance_that_nobody_could_judge_has_verdicts_only():
    ratings, tags, scores = ratings_of(
        [("u1", "r1", "unclear", {}, {}), ("u2", "r1", "tagged", {"anger": 1.0}, {})]
    )
    table = consensus_table(ratings, tags, scores)
    assert set(table.loc[table["utterance_id"] == "u1", "kind"]) == {"verdict"}
    assert value_of(table, utterance_id="u2", variable="anger") == 1.0


def test_intensity_is_the_mean_of_those_who_gave_one():
    table = consensus_table(
        *panel(
            ("tagged", {"anger": 1.0}),
            ("tagged", {"anger": 0.5}),
            ("tagged", {"anger": None}),
            ("neutral", {}),
        )
    )
    assert value_of(table, variable="anger_intensity", kind="intensity") == 0.75
    assert value_of(table, "n_raters", variable="anger_intensity") == 2


def test_a_hidden_repeat_does_not_give_a_rater_two_votes():
    rows = [
        ("u1", "r1", "tagged", {"anger": 1.0}, {"valence": -1.0}),
        ("u1", "r1", "neutral", {}, {"valence": 0.0}),
        ("u1", "r2", "neutral", {}, {"valence": 0.5}),
    ]
    table = consensus_table(*ratings_of(rows))
    assert value_of(table, variable="anger", kind="tag") == 0.25
    assert value_of(table, "n_raters", variable="anger", kind="tag") == 2
    assert value_of(table, variable="valence") == 0.0
    assert value_of(table, variable="neutral") == 0.75


def test_superseded_and_retracted_ratings_are_left_out():
    ratings, tags, scores = ratings_of(
        [
            ("u1", "r1", "tagged", {"anger": 1.0}, {}),
            ("u1", "r1", "neutral", {}, {}),
            ("u1", "r2", "tagged", {"anger": 1.0}, {}),
            ("u1", "r2", "neutral", {}, {}),
            ("u1", "r3", "neutral", {}, {}),
        ]
    )
    ids = ratings["rating_id"]
    ratings["supersedes"] = [None, ids[0], None, ids[2], None]
    ratings.loc[3, "retracted"] = True
    table = consensus_table(ratings, tags, scores)
    assert value_of(table, variable="neutral") == 1.0
    assert value_of(table, "n_raters", variable="neutral") == 2
    assert "anger" not in set(table["variable"])


def test_as_of_shows_what_was_known_then():
    ratings, tags, scores = ratings_of(
        [("u1", "r1", "tagged", {"anger": 1.0}, {}), ("u1", "r1", "neutral", {}, {})]
    )
    ratings["supersedes"] = [None, ratings["rating_id"][0]]
    then = consensus_table(ratings, tags, scores, as_of=NOW)
    assert value_of(then, variable="anger", kind="tag") == 1.0
    assert (then["as_of"] == NOW).all()
    now = consensus_table(ratings, tags, scores)
    assert (now["as_of"] == NOW + pd.Timedelta(minutes=1)).all()
    assert value_of(now, variable="neutral") == 1.0
    with pytest.raises(InputError, match="time zone"):
        consensus_table(ratings, tags, scores, as_of=pd.Timestamp("2026-11-02"))


def test_passes_and_versions_are_never_pooled():
    first = ratings_of([("u1", "r1", "neutral", {}, {})], pass_="voice")
    second = ratings_of([("u1", "r2", "unclear", {}, {})] * 2, pass_="both")
    both = [pd.concat(pair, ignore_index=True) for pair in zip(first, second, strict=True)]
    with pytest.raises(
        InputError, match=r"never pooled.*cx 1, pass voice \(1 ratings\).*Choose with pass_"
    ):
        consensus_table(*both)
    table = consensus_table(*both, pass_="voice")
    assert set(table["pass"]) == {"voice"}
    assert value_of(table, variable="neutral") == 1.0
    with pytest.raises(InputError, match='No rating has the pass "voise". Did you mean "voice"'):
        consensus_table(*both, pass_="voise")


def test_an_unknown_method_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match='no consensus method "meen". Did you mean "mean"'):
        consensus_table(*panel(("neutral", {})), method="meen")


def test_a_tag_with_the_name_of_a_dimension_is_refused():
    rows = [("u1", "r1", "tagged", {"stress": 1.0}, {"stress": 0.5})]
    with pytest.raises(InputError, match='"stress" is the name of a tag and a dimension'):
        consensus_table(*ratings_of(rows))


def test_no_ratings_make_an_empty_table():
    empty = [empty_table(name) for name in ("ratings", "tags", "scores")]
    table = consensus_table(*empty)
    assert table.equals(empty_table("consensus"))
    assert consensus_table(*empty, pass_="voice").empty


@st.composite
def many_ratings(draw):
    n = draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    verdicts = rng.choice(["tagged", "neutral", "unclear", "unusable"], n, p=[0.5, 0.3, 0.1, 0.1])
    rows = [
        (
            f"u{rng.integers(4)}",
            f"r{rng.integers(4)}",
            verdict,
            {t: rng.choice([0.5, 1.0]) for t in ("anger", "relief") if rng.uniform() < 0.5}
            if verdict == "tagged"
            else {},
            {"valence": float(rng.choice([-1, -0.5, 0, 0.5, 1]))} if rng.uniform() < 0.7 else {},
        )
        for verdict in verdicts
    ]
    return ratings_of(rows), rng.permutation(n)


@settings(max_examples=30, deadline=None)
@given(many_ratings())
def test_bounds_and_row_order(case):
    (ratings, tags, scores), order = case
    table = consensus_table(ratings, tags, scores)
    other = consensus_table(ratings.iloc[order], tags.iloc[::-1], scores.iloc[::-1])
    pd.testing.assert_frame_equal(table, other)
    shares = table[table["kind"].isin(["tag", "verdict"])]
    assert shares["estimate"].between(0, 1).all()
    known = table.dropna(subset=["ci_low"])
    assert (known["ci_low"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["ci_high"] + 1e-12).all()
    assert (known["ci_low"] < known["ci_high"]).all()
    assert (known["n_raters"] > 1).all()
    assert table["n_raters"].max() <= ratings["rater_id"].nunique()
