"""The table consensus by weights, by models of raters and by decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.rated_calls import ratings_of, utterances_of, value_of
from tests.rated_panels import confusing_raters, drawn, long_table
from workbench.consensus import METHODS, consensus_table, dawid_skene, ewe_weights, mace
from workbench.errors import AbstainedError, InputError
from workbench.rated_values import rated_values
from workbench.schema import check_table
from workbench.trajectories import trajectory_table

TAGS = ("anger", "fear", "relief", "joy", "neutral")


def single_tags(n_items: int = 60, *, seed: int = 0, main: bool = False):
    """Make ratings of one tag each (or neutral) by raters who confuse some."""
    drawn_rows, truth = drawn(confusing_raters(6, seed=seed), n_items=n_items, n_each=4, seed=seed)
    rng = np.random.default_rng(seed)
    rows = []
    for item, rater, label in drawn_rows.itertuples(index=False):
        tag = TAGS[label]
        heard = {} if tag == "neutral" else {tag: rng.choice([0.5, 1.0])}
        valence = float(np.clip(truth[item] / 4 - 0.5 + rng.normal(0, 0.1 + 0.2 * rater), -1, 1))
        verdict = "neutral" if tag == "neutral" else "tagged"
        rows.append((f"u{item:03d}", f"r{rater}", verdict, heard, {"valence": valence}))
    ratings, tags, scores = ratings_of(rows)
    if main:
        more = tags[tags["tag"] == "anger"].assign(tag="fear", primary=False)
        tags = pd.concat([tags.assign(primary=True), more], ignore_index=True)
    return (ratings, tags, scores), truth


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_documented_table_in_any_order_of_rows(method):
    (ratings, tags, scores), _ = single_tags()
    more = {"adjudicated": tuple(t.iloc[:0] for t in (ratings, tags, scores))}
    options = more if method == "adjudicated" else {}
    table = consensus_table(ratings, tags, scores, method=method, **options)
    assert check_table(table, "consensus").equals(table)
    assert set(table["method"]) == {method}
    other = consensus_table(
        ratings.sample(frac=1, random_state=0), tags.iloc[::-1], scores, method=method, **options
    )
    pd.testing.assert_frame_equal(table, other)
    mean = consensus_table(ratings, tags, scores)
    key = ["utterance_id", "variable", "kind", "n_raters"]
    pd.testing.assert_frame_equal(table[key], mean[key])
    spans = [(u, "c", "customer", i, i + 1) for i, u in enumerate(ratings["utterance_id"].unique())]
    assert len(trajectory_table(table, utterances_of(spans)))


@pytest.mark.parametrize(("method", "model"), [("dawid_skene", dawid_skene), ("mace", mace)])
def test_one_model_of_all_tags_where_a_rating_means_one(method, model):
    tables, truth = single_tags()
    table = consensus_table(*tables, method=method)
    posteriors = model(rated_values(*tables, "tag"), smoothing=5).posteriors
    read = table[table["variable"].isin(TAGS)].set_index(["utterance_id", "variable"])
    ours = posteriors.set_index(["utterance_id", "label"])["share"]
    np.testing.assert_allclose(read["estimate"].loc[ours.index], ours, atol=1e-9)
    assert read.groupby("utterance_id")["estimate"].sum().round(9).eq(1).all()
    assert read[["se", "ci_low", "ci_high", "note"]].isna().all(axis=None)
    chosen = ours.unstack()[list(TAGS)].to_numpy().argmax(axis=1)
    assert (chosen == truth).mean() > 0.8
    # the main tag of several is as good as an only one, on request
    tables, _ = single_tags(main=True)
    main = consensus_table(*tables, method=method, single=True)
    pd.testing.assert_frame_equal(
        main[main["variable"].isin(TAGS)].reset_index(drop=True),
        table[table["variable"].isin(TAGS)].reset_index(drop=True),
    )


@pytest.mark.parametrize(("method", "model"), [("dawid_skene", dawid_skene), ("mace", mace)])
def test_a_model_of_each_tag_where_a_rating_has_several(method, model):
    tables, _ = single_tags(main=True)
    rare = {"rating_id": tables[1]["rating_id"].iloc[:3], "tag": "pride", "primary": False}
    tables = (tables[0], pd.concat([tables[1], pd.DataFrame(rare)]), tables[2])
    table = consensus_table(*tables, method=method)
    for tag in ("fear", "anger", "neutral"):
        variable = "heard:" + tag
        if tag == "neutral":
            values = rated_values(*tables, "verdict")
            values["value"] = (values["value"] == "neutral").astype(int)
        else:
            values = rated_values(*tables, variable)
        posteriors = model(values, smoothing=5).posteriors
        ours = posteriors[posteriors["label"] == 1]["share"].to_numpy()
        read = table[table["variable"] == tag]["estimate"]
        np.testing.assert_allclose(read, ours, atol=1e-9)
    mean = consensus_table(*tables)
    pride = table[table["variable"] == "pride"]
    assert pride["estimate"].tolist() == mean[mean["variable"] == "pride"]["estimate"].tolist()
    assert pride["note"].str.contains("needs 10 ratings with the tag").all()


def test_numbers_and_unclear_are_no_categories():
    tables, _ = single_tags()
    ewe, table = (consensus_table(*tables, method=m) for m in ("ewe", "mace"))
    for kind in ("dimension", "intensity"):
        a, b = (t[t["kind"] == kind].reset_index(drop=True) for t in (ewe, table))
        pd.testing.assert_frame_equal(
            a.drop(columns=["method", "note"]), b[a.columns].drop(columns=["method", "note"])
        )
        alike = b["note"].str.contains("weigh 0")  # a tag that one rater of weight 0 heard
        told = b["note"] == "Weighted mean (ewe): the model is for categories."
        assert (told | alike).all() and told.mean() > 0.4
    assert table[table["variable"] == "unclear"]["note"].str.startswith("Share of the raters").all()


def test_ewe_of_the_worked_example():
    # audpsychometric 0.1.1; the values there are 1 to 5
    rows = [
        (f"u{i}", rater, "neutral", {}, {"valence": int(x) - 3.0})
        for i, row in enumerate(("121", "223", "343", "445", "554", "112"))
        for rater, x in zip("abc", row, strict=True)
    ]
    table = consensus_table(*ratings_of(rows), method="ewe")
    values = table[table["variable"] == "valence"]["estimate"] + 3
    assert values.round(5).tolist() == [1.32912, 2.30411, 3.32912, 4.30411, 4.69589, 1.30411]
    assert table[table["variable"] == "valence"]["note"].isna().all()


def test_ewe_gains_where_raters_are_unequal():
    (ratings, tags, scores), truth = single_tags(300)
    error = {}
    for method in ("mean", "ewe"):
        table = consensus_table(ratings, tags, scores, method=method)
        value = table[table["variable"] == "valence"]["estimate"].to_numpy()
        error[method] = np.sqrt(np.mean((value - (truth / 4 - 0.5)) ** 2))
    assert error["ewe"] < 0.85 * error["mean"]
    # one weight a rater over all tags: that of heard or not, tag means taken off
    tag = consensus_table(ratings, tags, scores, method="ewe")
    tag = tag[(tag["kind"] == "tag") & (tag["variable"] == "anger")]
    assert (tag["ci_high"] - tag["ci_low"] > 0).all()
    assert not tag["estimate"].round(6).isin([0, 0.25, 0.5, 0.75, 1]).all()


def test_raters_who_do_not_go_together_count_alike_and_it_is_said():
    rows = [
        (f"u{i}", rater, "neutral", {}, {"valence": sign * (i / 10 - 0.4)})
        for i in range(9)
        for rater, sign in (("a", 1), ("b", -1))
    ]
    table = consensus_table(*ratings_of(rows), method="ewe")
    row = table[table["variable"] == "valence"]
    assert row["estimate"].abs().max() < 1e-12
    assert (row["note"] == "No rater goes with the others on this, so all count alike.").all()


def test_weights_by_rating():
    rows = [
        ("u1", r, "tagged", {"anger": 1.0}, {"valence": v}) for r, v in (("a", -1.0), ("b", 0.0))
    ]
    rows += [("u1", "c", "neutral", {}, {"valence": 0.5}), ("u2", "a", "neutral", {}, {})]
    ratings, tags, scores = ratings_of(rows)
    weights = pd.Series([2.0, 1.0, 1.0, 0.0], index=ratings["rating_id"])
    table = consensus_table(ratings, tags, scores, weights=weights)
    assert value_of(table, utterance_id="u1", variable="anger") == 0.75
    assert value_of(table, utterance_id="u1", variable="valence") == pytest.approx(-1.5 / 4)
    assert value_of(table, "n_raters", utterance_id="u1", variable="anger") == 3
    assert value_of(table, utterance_id="u2", variable="neutral") == 1.0
    assert "weigh 0" in value_of(table, "note", utterance_id="u2", variable="neutral")
    alike = consensus_table(ratings, tags, scores, weights=weights * 0 + 7)
    plain = consensus_table(ratings, tags, scores)
    pd.testing.assert_frame_equal(alike, plain)
    unequal = table[table["variable"] == "anger"].iloc[0]
    equal = plain[plain["variable"] == "anger"].iloc[0]
    assert unequal["ci_low"] < equal["ci_low"] + 0.1  # 2.7 effective raters
    with pytest.raises(InputError, match="1 ratings have none, the first is .*00003"):
        consensus_table(ratings, tags, scores, weights=weights.iloc[:3])
    with pytest.raises(InputError, match="0 or more by rating_id"):
        consensus_table(ratings, tags, scores, weights=-weights - 1)
    with pytest.raises(InputError, match="twice; one weight a rating"):
        consensus_table(ratings, tags, scores, weights=pd.concat([weights, weights]))
    with pytest.raises(
        InputError, match='weights go with the methods mean and ewe; method is "mace"'
    ):
        consensus_table(ratings, tags, scores, weights=weights, method="mace")


def decisions_of(rows, **options):
    ratings, tags, scores = ratings_of(rows, **options)
    for table in (ratings, tags, scores):
        table["rating_id"] = "d-" + table["rating_id"]
    return ratings, tags, scores


def test_a_decision_stands_alone_and_the_others_are_the_mean():
    panel = ratings_of(
        [
            ("u1", "a", "tagged", {"anger": 1.0}, {"valence": -1.0}),
            ("u1", "b", "neutral", {}, {"valence": 0.5}),
            ("u2", "a", "tagged", {"anger": 0.5}, {}),
            ("u2", "b", "neutral", {}, {}),
            ("u3", "a", "neutral", {}, {}),
        ]
    )
    lead = decisions_of(
        [
            ("u1", "lead", "tagged", {"joy": 1.0}, {"valence": 0.0}),
            ("u1", "lead", "tagged", {"fear": 0.5, "anger": 0.5}, {"valence": -0.5}),
            ("u4", "lead", "unclear", {}, {}),
        ]
    )
    table = consensus_table(*panel, method="adjudicated", adjudicated=lead)
    assert set(table["method"]) == {"adjudicated"}
    for variable, value in (("anger", 1), ("fear", 1), ("valence", -0.5), ("fear_intensity", 0.5)):
        assert value_of(table, utterance_id="u1", variable=variable) == value
        assert value_of(table, "n_raters", utterance_id="u1", variable=variable) == 1
    assert "joy" not in set(table["variable"])  # a later decision took its place
    mean = consensus_table(*panel)
    for utterance in ("u2", "u3"):
        a, b = (t[t["utterance_id"] == utterance].set_index("variable") for t in (table, mean))
        assert a.loc[b.index, "estimate"].equals(b["estimate"])
        assert a.loc[b.index, "n_raters"].equals(b["n_raters"])
        assert a["note"].isna().all()
    assert value_of(table, utterance_id="u2", variable="fear") == 0
    assert set(table[table["utterance_id"] == "u4"]["kind"]) == {"verdict"}
    decided = table["utterance_id"].isin(["u1", "u4"])
    assert (table["note"].notna() == decided).all()
    assert table["note"].dropna().str.startswith("Decided by adjudication").all()
    # decisions that came among the ratings do not mix in
    both = tuple(pd.concat([a, b], ignore_index=True) for a, b in zip(panel, lead, strict=True))
    pd.testing.assert_frame_equal(
        consensus_table(*both, method="adjudicated", adjudicated=lead), table
    )


def test_decisions_of_another_version_do_not_count():
    panel = ratings_of([("u1", "a", "neutral", {}, {})])
    lead = decisions_of([("u1", "lead", "unclear", {}, {})], version="2")
    table = consensus_table(*panel, method="adjudicated", adjudicated=lead)
    assert value_of(table, variable="neutral") == 1
    assert table["note"].isna().all()
    alone = consensus_table(*(t.iloc[:0] for t in panel), method="adjudicated", adjudicated=lead)
    assert set(alone["version"]) == {"2"}
    with pytest.raises(InputError, match='"adjudicated" needs the decisions, and only it'):
        consensus_table(*panel, method="adjudicated")
    with pytest.raises(InputError, match='"adjudicated" needs the decisions, and only it'):
        consensus_table(*panel, method="mean", adjudicated=lead)


def test_too_little_for_a_model_is_refused_in_words():
    (ratings, tags, scores), _ = single_tags()
    alone = ratings[ratings["rater_id"] == "r1"]
    with pytest.raises(AbstainedError, match="MACE learns how raters answer.*only r1 rated"):
        consensus_table(alone, tags, scores, method="mace")
    two = ratings[ratings["utterance_id"].isin(["u000", "u001"])]
    with pytest.raises(AbstainedError, match="needs 10 utterances.*2 utterances have"):
        consensus_table(two, tags, scores, method="dawid_skene")
    silent = ratings.assign(verdict="neutral")
    with pytest.raises(AbstainedError, match='every rating here is "neutral"'):
        consensus_table(silent, tags.iloc[:0], scores, method="dawid_skene")
    unclear = ratings.assign(verdict="unclear")
    table = consensus_table(unclear, tags, scores, method="mace")
    assert set(table["kind"]) == {"verdict", "dimension"}


def test_ewe_weights_go_with_the_long_table_of_a_variable():
    tables, _ = single_tags(600)
    table = ewe_weights(rated_values(*tables, "valence"))
    assert table["weight"].is_monotonic_decreasing  # rater n errs by .1 + .2 n
    assert len(ewe_weights(rated_values(*tables, "heard:anger"))) == 6
    assert len(ewe_weights(long_table([("u", "a", 1), ("u", "b", 1)]))) == 2
