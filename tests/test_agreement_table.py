"""The agreement table, raters two by two, tags taken for tags: against hand-made counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.rated_calls import ratings_of, utterances_of
from workbench.agreement import agreement_table, confusions, krippendorff_alpha, rater_pairs
from workbench.errors import AbstainedError, InputError
from workbench.rated_values import current_ratings, first_ratings, rated_values, variables_of

N_ITEMS = 36


def panel(seed=1, pass_="both", raters=("ann", "ben", "cleo")):
    """Three raters on utterances of eight calls; ben says neutral too often."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(N_ITEMS):
        true = ["anger", "relief", "neutral"][item % 3]
        for rater in raters:
            heard = true if rng.random() < 0.7 else ["anger", "relief", "neutral"][rng.integers(3)]
            if rater == "ben" and rng.random() < 0.4:
                heard = "neutral"
            verdict = "neutral" if heard == "neutral" else "tagged"
            tags = {} if heard == "neutral" else {heard: float(rng.integers(1, 4)) / 3}
            rows.append((f"u{item:02d}", rater, verdict, tags, {"valence": rng.uniform(-1, 1)}))
    return ratings_of(rows, pass_=pass_)


UTTERANCES = utterances_of(
    [(f"u{item:02d}", f"c{item // 3}", "customer", item, item + 0.5) for item in range(N_ITEMS)]
)


def both_passes():
    one, other = panel(), panel(2, pass_="voice")
    return tuple(pd.concat(parts, ignore_index=True) for parts in zip(one, other, strict=True))


# ---- what was rated ----------------------------------------------------------------------


def rated(rows, **shares):
    ratings, tags, scores = ratings_of(rows)
    tags["share"] = [shares.get(tag) for tag in tags["tag"]]
    return ratings, tags, scores


def test_a_variable_has_a_row_where_something_was_given_and_none_is_invented():
    tables = rated(
        [
            ("u1", "a", "tagged", {"anger": 1.0}, {"valence": -0.5}),
            ("u1", "b", "tagged", {"anger": 0.5, "relief": None}, {}),
            ("u1", "c", "neutral", {}, {}),
            ("u1", "d", "unclear", {}, {}),
        ]
    )
    names = "tag tags mixture verdict heard:relief intensity:anger valence".split()
    by = {
        name: rated_values(*tables, name).set_index("rater_id")["value"].to_dict() for name in names
    }
    assert by["tag"] == {"a": "anger", "c": "neutral"}
    assert by["tags"] == {
        "a": frozenset(["anger"]), "b": frozenset(["anger", "relief"]), "c": frozenset(["neutral"])
    }  # fmt: skip
    assert by["mixture"] == {"a": {"anger": 1.0}, "c": {"neutral": 1.0}}
    assert by["verdict"] == {"a": "tagged", "b": "tagged", "c": "neutral", "d": "unclear"}
    assert by["heard:relief"] == {"a": 0, "b": 1, "c": 0}
    assert by["intensity:anger"] == {"a": 1.0, "b": 0.5}
    assert by["valence"] == {"a": -0.5}
    assert variables_of(*tables)[:5] == ["tag", "tags", "mixture", "verdict", "valence"]


def test_shares_that_were_set_are_a_mixture():
    tables = rated(
        [("u1", "a", "tagged", {"anger": 1.0, "relief": 1.0}, {})], anger=0.8, relief=0.2
    )
    assert rated_values(*tables, "mixture")["value"].tolist() == [{"anger": 0.8, "relief": 0.2}]


@pytest.mark.parametrize(
    ("variable", "sentence"),
    [
        ("valense", 'Did you mean "valence".*There are: tag, tags'),
        ("heard:angre", 'no.*the tag "angre".*Did you mean "anger".*Tags in these ratings: anger'),
    ],
)
def test_an_unknown_variable_is_told(variable, sentence):
    tables = rated([("u1", "a", "tagged", {"anger": 1.0}, {"valence": -0.5})])
    with pytest.raises(InputError, match=f"(?i){sentence}"):
        rated_values(*tables, variable)


def test_of_a_repeat_the_first_counts_and_of_a_correction_the_last():
    ratings, tags, scores = ratings_of(
        [("u1", "a", "neutral", {}, {}), ("u1", "a", "tagged", {"anger": 1.0}, {})]
    )
    assert first_ratings(current_ratings(ratings))["verdict"].tolist() == ["neutral"]
    ratings.loc[1, "supersedes"] = ratings.loc[0, "rating_id"]
    assert first_ratings(current_ratings(ratings))["verdict"].tolist() == ["tagged"]


# ---- the table ---------------------------------------------------------------------------


def test_passes_stand_beside_each_other_as_if_each_came_alone():
    table = agreement_table(*both_passes(), UTTERANCES, draws=0)
    alone = agreement_table(*panel(), UTTERANCES, draws=0)
    assert set(table["pass"]) == {"both", "voice"}
    pd.testing.assert_frame_equal(
        table[table["pass"] == "both"].reset_index(drop=True), alone, check_dtype=False
    )


def test_each_kind_of_value_has_the_coefficient_that_fits_it():
    table = agreement_table(*panel(), UTTERANCES, draws=200)
    kinds = table.groupby("variable")[["coefficient", "level"]].agg(lambda own: " ".join(own))
    assert kinds.loc["tag", "level"].startswith("nominal")
    assert kinds.loc["tags", "level"].startswith("set")
    assert kinds.loc["valence", "level"].startswith("interval")
    assert kinds.loc["intensity:anger", "level"].startswith("ordinal")
    assert "mixture" not in kinds.index  # nobody set shares
    values = rated_values(*panel(), "tag").merge(UTTERANCES[["utterance_id", "call_id"]])
    alpha = krippendorff_alpha(values, draws=200).iloc[0]
    row = table[(table["variable"] == "tag") & (table["coefficient"] == "krippendorff_alpha")]
    assert row[["value", "ci_low", "ci_high"]].iloc[0].tolist() == pytest.approx(
        alpha[["value", "ci_low", "ci_high"]].tolist()
    )
    assert set(table.loc[table["value"].notna(), "resampled"]) == {"call"}


def test_a_like_task_stands_beside_and_nothing_that_is_not_alike():
    table = agreement_table(*panel(), UTTERANCES, draws=0)
    anchor = table.set_index(["variable", "coefficient"])["anchor"].to_dict()
    assert anchor["tag", "krippendorff_alpha"].startswith(".281 (.275 to .288): CREMA-D")
    assert anchor["tag", "gwet_ac"].startswith(".372: CREMA-D")
    assert anchor["heard:anger", "krippendorff_alpha"].startswith(".435: CREMA-D, anger against")
    assert anchor["heard:relief", "krippendorff_alpha"] == ""
    assert anchor["valence", "icc"].startswith(".721: EmoTale, valence")
    assert anchor["verdict", "krippendorff_alpha"] == ""


def test_too_little_data_is_a_row_with_a_sentence():
    tables = ratings_of([("u00", "ann", "neutral", {}, {}), ("u01", "ann", "neutral", {}, {})])
    table = agreement_table(*tables, UTTERANCES)
    assert table["value"].isna().all()
    assert table["note"].str.contains("needs 2 raters; only ann rated").all()
    assert agreement_table(*(t.head(0) for t in panel()), UTTERANCES).empty


def test_it_does_not_depend_on_the_order_of_rows_or_the_names_of_raters():
    tables = panel()
    shuffled = tuple(t.sample(frac=1, random_state=3) for t in tables)
    shuffled[0]["rater_id"] = shuffled[0]["rater_id"].map({"ann": "x", "ben": "a", "cleo": "m"})
    pd.testing.assert_frame_equal(
        agreement_table(*tables, UTTERANCES, draws=100),
        agreement_table(*shuffled, UTTERANCES, draws=100),
    )


# ---- two by two --------------------------------------------------------------------------


def long_table(rows):
    return pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value"])


def test_pairs_of_raters_are_those_that_share_utterances():
    values = rated_values(*panel(), "tag")
    extra = long_table([("z1", "dora", "anger"), ("z2", "dora", "anger")])
    pairs = rater_pairs(pd.concat([values, extra]), draws=0)
    assert pairs[["rater_a", "rater_b"]].to_numpy().tolist() == [
        ["ann", "ben"], ["ann", "cleo"], ["ben", "cleo"]
    ]  # fmt: skip
    own = values[values["rater_id"] != "cleo"]
    assert pairs.loc[0, "value"] == pytest.approx(krippendorff_alpha(own, draws=0)["value"].item())
    wide = own.pivot(index="utterance_id", columns="rater_id", values="value")
    assert pairs.loc[0, "same_share"] == pytest.approx((wide["ann"] == wide["ben"]).mean())
    example = wide.loc[pairs.loc[0, "utterance_id"]]
    assert example["ann"] != example["ben"]


def test_an_example_that_can_be_heard_comes_first():
    values = rated_values(*panel(), "tag")
    wide = values.pivot(index="utterance_id", columns="rater_id", values="value")
    differ = wide.index[wide["ann"] != wide["ben"]]
    pairs = rater_pairs(values, draws=0, audible=[differ[-1]])
    assert pairs.loc[0, "utterance_id"] == differ[-1]
    cells = confusions(values, draws=0, audible=[differ[-1]])
    here = cells[(cells["heard"] == wide.loc[differ[-1], "ann"])
                 & (cells["other"] == wide.loc[differ[-1], "ben"])]  # fmt: skip
    assert here["utterance_id"].item() == differ[-1]


def test_a_pair_that_gave_one_value_only_is_told():
    pairs = rater_pairs(
        long_table([(u, r, "neutral") for u in ("u1", "u2") for r in ("a", "b")]
                   + [("u3", "a", "anger"), ("u3", "c", "neutral")])
    )  # fmt: skip
    first = pairs.iloc[0]
    assert np.isnan(first["value"])
    assert first["note"]
    assert first["same_share"] == 1


def test_confusions_are_counted_by_hand():
    cells = confusions(
        long_table(
            [
                ("u1", "a", "x"),
                ("u1", "b", "x"),
                ("u1", "c", "y"),
                ("u2", "a", "y"),
                ("u2", "b", "y"),
            ]
        ),
        draws=0,
    ).set_index(["heard", "other"])
    # u1: ordered pairs xx 2, xy 2, yx 2, weight 1/2; u2: yy 2, weight 1
    assert cells["share"].to_dict() == pytest.approx(
        {("x", "x"): 1 / 2, ("x", "y"): 1 / 2, ("y", "x"): 1 / 3, ("y", "y"): 2 / 3}
    )
    assert cells["n_pairs"].to_dict() == {
        ("x", "x"): 1, ("x", "y"): 2, ("y", "x"): 2, ("y", "y"): 1
    }  # fmt: skip
    assert cells["expected"].to_dict() == pytest.approx(
        {("x", "x"): 0.4, ("x", "y"): 0.6, ("y", "x"): 0.4, ("y", "y"): 0.6}
    )


def test_rows_of_confusions_sum_to_one_and_hold_their_intervals():
    values = rated_values(*panel(), "tag").merge(UTTERANCES[["utterance_id", "call_id"]])
    cells = confusions(values)
    assert cells.groupby("heard")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    known = cells[cells["ci_low"].notna()]
    assert len(known) >= 6
    assert (known["ci_low"] <= known["share"]).all()
    assert (known["share"] <= known["ci_high"]).all()


def test_one_rater_has_no_pair():
    with pytest.raises(AbstainedError, match="only ann rated"):
        rater_pairs(long_table([("u1", "ann", "x"), ("u2", "ann", "y")]))
