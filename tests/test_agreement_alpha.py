"""Krippendorff's alpha against published examples, other programs and real votes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recorded import REAL, needs_real
from workbench.agreement import krippendorff_alpha, per_label_alpha, ratings_of_votes
from workbench.agreement.distances import masi

KRIPPENDORFF_2011 = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
"""Observers A to D by 12 units; a dot is missing; unit 12 has one rating."""

SHARES = "1 0 0, .6 .4 0 | 0 1 0, 0 .8 .2 | .5 .5 0, .5 .5 0 | 0 0 1, 0 .3 .7"
"""4 utterances x 2 raters x 3 tags."""

CREMAD = {
    "anger": 0.435,
    "happy": 0.330,
    "neutral": 0.292,
    "fear": 0.262,
    "sad": 0.184,
    "disgust": 0.157,
}
"""Alpha of each label against the rest, voice only: ../shared/data/README.md."""


def long_table(*observers: str) -> pd.DataFrame:
    """Write one string of digits an observer as a long table."""
    rows = [
        (f"u{unit:02}", f"r{rater}", int(digit))
        for rater, digits in enumerate(observers)
        for unit, digit in enumerate(digits)
        if digit != "."
    ]
    return pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value"])


def random_ratings(seed: int, n_items: int = 40, n_raters: int = 5, k: int = 4) -> pd.DataFrame:
    """Ratings that agree in part, a quarter of them missing."""
    rng = np.random.default_rng(seed)
    true = rng.integers(k, size=n_items)
    given = np.where(
        rng.random((n_items, n_raters)) < 0.6, true[:, None], rng.integers(k, size=(n_items, 1))
    )
    given = np.where(rng.random(given.shape) < 0.2, rng.integers(k, size=given.shape), given)
    item, rater = np.nonzero(rng.random(given.shape) > 0.25)
    return pd.DataFrame({"utterance_id": item, "rater_id": rater, "value": given[item, rater] + 1})


def mixtures(text: str) -> pd.DataFrame:
    rows = [
        (f"u{i}", f"r{r}", dict(zip("abc", map(float, shares.split()), strict=True)))
        for i, item in enumerate(text.split("|"))
        for r, shares in enumerate(item.split(","))
    ]
    return pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value"])


def value(table: pd.DataFrame, level: str = "nominal", **options) -> float:
    return float(krippendorff_alpha(table, level, draws=0, **options)["value"].iloc[0])


@pytest.mark.parametrize(
    ("level", "published"),
    [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107), ("ratio", 0.797403)],
)
def test_krippendorff_2011(level, published):
    row = krippendorff_alpha(long_table(*KRIPPENDORFF_2011), level).iloc[0]
    assert row["value"] == pytest.approx(published, abs=5e-7)
    assert row[["n_items", "n_raters", "n_ratings"]].tolist() == [11, 4, 40]
    assert row["n_pairs"] == 55
    assert row["ci_low"] < row["value"] <= row["ci_high"] <= 1


def test_text_with_an_order_is_the_same_as_numbers():
    table = long_table(*KRIPPENDORFF_2011)
    words = table.assign(value=table["value"].map(dict(enumerate("?edcba"))))
    assert value(words, "ordinal", order=list("edcba")) == pytest.approx(value(table, "ordinal"))
    assert value(words, "ordinal", order=list("abcde")) == pytest.approx(value(table, "ordinal"))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_random_incomplete_ratings_against_krippendorff(seed, level):
    from krippendorff import alpha

    table = random_ratings(seed, k=2 + seed)
    matrix = table.pivot(index="rater_id", columns="utterance_id", values="value")
    theirs = alpha(matrix.to_numpy(float), level_of_measurement=level)
    assert value(table, level) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("level", ["interval", "ratio"])
def test_a_slider_with_many_values_against_krippendorff(level):
    from krippendorff import alpha

    table = random_ratings(3, k=60)
    matrix = table.pivot(index="rater_id", columns="utterance_id", values="value")
    theirs = alpha(matrix.to_numpy(float), level_of_measurement=level)
    assert value(table, level) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("distance", ["masi", "jaccard"])
@pytest.mark.parametrize("seed", range(3))
def test_sets_against_nltk(distance, seed):
    from nltk.metrics import agreement, jaccard_distance, masi_distance

    table = random_ratings(seed, k=7)
    table["value"] = [frozenset(t for t in range(3) if v & 1 << t) for v in table["value"]]
    far = {"masi": masi_distance, "jaccard": jaccard_distance}[distance]
    triples = [(r, u, v) for u, r, v in table.itertuples(index=False)]
    theirs = agreement.AnnotationTask(data=triples, distance=far).alpha()
    assert value(table, "set", distance=distance) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [("ab", "a", 2 / 3), ("abc", "ab", 5 / 9), ("ab", "bc", 8 / 9), ("abc", "bcd", 5 / 6),
     ("a", "b", 1), ("a", "a", 0), ("", "", 0), ("", "a", 1)],
)  # fmt: skip
def test_masi_as_in_passonneau_2006(a, b, far):
    has = [np.array([tag in one for tag in "abcd"], dtype=float) for one in (a, b)]
    assert masi(*has) == pytest.approx(far, abs=1e-12)


def test_more_than_64_tags():
    few = random_ratings(1, k=6)
    many = few.assign(value=[frozenset({f"tag {17 * v}"}) for v in few["value"]])
    padded = pd.concat(
        [many, pd.DataFrame({"utterance_id": 99, "rater_id": [0],
                             "value": [frozenset(map(str, range(100)))]})]
    )  # fmt: skip
    assert value(padded, "set") == pytest.approx(value(few), abs=1e-12)


@pytest.mark.parametrize(
    ("distance", "made"),
    [("energy", 0.8281), ("tv", 0.6379), ("hellinger2", 0.7569), ("js", 0.7530),
     ("earth_mover", 0.7273)],
)  # fmt: skip
def test_shares_by_hand(distance, made):
    order = list("abc") if distance == "earth_mover" else None
    found = value(mixtures(SHARES), "mixture", distance=distance, order=order)
    assert found == pytest.approx(made, abs=5e-5)


def test_one_hot_shares_are_nominal():
    table = random_ratings(2)
    hot = table.assign(value=[{str(v): 1.0} for v in table["value"]])
    for distance in ("energy", "tv", "hellinger2", "js"):
        assert value(hot, "mixture", distance=distance) == pytest.approx(value(table), abs=1e-12)
    steps = value(hot, "mixture", distance="earth_mover", order=list("1234"))
    unordered = value(hot, "mixture", distance="earth_mover", order=list("3142"))
    assert steps != pytest.approx(unordered)


def test_points_of_100_are_shares():
    points = mixtures(SHARES)
    points["value"] = [{tag: 100 * s for tag, s in v.items()} for v in points["value"]]
    assert value(points, "mixture") == pytest.approx(value(mixtures(SHARES), "mixture"))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_the_standard_error_is_that_of_leaving_utterances_out(level):
    """The tangent of the expected disagreement is right: compared with computing all again."""
    table = random_ratings(5, n_items=150)
    found = krippendorff_alpha(table, level)["se"].iloc[0]
    ids = table["utterance_id"].unique()
    without = np.array([value(table[table["utterance_id"] != u], level) for u in ids])
    n = len(ids)
    again = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    assert found == pytest.approx(again, rel=0.02)


def test_each_label_against_the_rest():
    table = random_ratings(4)
    rows = per_label_alpha(table, draws=0).set_index("label")
    for label in (1, 2, 3, 4):
        alone = value(table.assign(value=(table["value"] == label)))
        assert rows.loc[str(label), "value"] == pytest.approx(alone, abs=1e-12)
    assert rows["prevalence"].sum() == pytest.approx(1)
    chosen = per_label_alpha(table, labels=[3, 1], draws=0)
    assert chosen["label"].tolist() == ["3", "1"]


def test_the_tags_of_sets_against_the_rest():
    table = random_ratings(4, k=7)
    table["value"] = [
        frozenset(t for t in "abc" if v & 1 << "abc".index(t)) for v in table["value"]
    ]
    rows = per_label_alpha(table, draws=0).set_index("label")
    alone = value(table.assign(value=["b" in v for v in table["value"]]))
    assert rows.loc["b", "value"] == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), random=st.randoms())
def test_rows_and_names_do_not_matter(level, seed, random):
    table = random_ratings(seed, n_items=12, n_raters=4)
    rows = list(range(len(table)))
    random.shuffle(rows)
    other = table.iloc[rows].copy()
    names = [f"n{k}" for k in range(20)]
    random.shuffle(names)
    other["rater_id"] = [names[r] for r in other["rater_id"]]
    other["utterance_id"] = [names[u] for u in other["utterance_id"]]
    if level == "nominal":
        other["value"] = [names[v] for v in other["value"]]
    ours = value(table, level)
    assert value(other, level) == pytest.approx(ours, abs=1e-12)
    assert ours <= 1


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6))
def test_the_interval_surrounds_the_value_and_rows_do_not_move_it(seed):
    table = random_ratings(seed, n_items=30)
    row = krippendorff_alpha(table, draws=200)
    shuffled = krippendorff_alpha(table.sample(frac=1, random_state=seed % 1000), draws=200)
    pd.testing.assert_frame_equal(row, shuffled)
    assert row["ci_low"][0] <= row["value"][0] <= row["ci_high"][0] <= 1


def test_calls_are_resampled_where_there_are_calls():
    table = random_ratings(7, n_items=60)
    in_calls = table.assign(call_id=table["utterance_id"] // 6)
    row = krippendorff_alpha(in_calls).iloc[0]
    assert (row["resampled"], row["n_clusters"]) == ("call", 10)
    assert row["value"] == pytest.approx(value(table))
    few = krippendorff_alpha(table.assign(call_id=table["utterance_id"] // 10)).iloc[0]
    assert np.isnan(few["ci_low"])
    assert few["note"] == "No interval: 6 calls, and 8 are needed for one."


def test_what_nothing_tells_has_no_interval():
    agreed = long_table("112211221122", "112211221122")
    row = krippendorff_alpha(agreed).iloc[0]
    assert row["value"] == 1
    assert np.isnan(row["ci_low"])
    assert "every utterance gives the same" in row["note"]


def cremad() -> pd.DataFrame:
    votes = pd.read_csv(REAL / "cremad_votes" / "votes_voice.csv")
    votes = votes.rename(columns={"clip": "utterance_id"})
    return ratings_of_votes(votes.assign(call_id=votes["utterance_id"].str[:4]), list(CREMAD))


@pytest.mark.real
@needs_real
def test_cremad_votes_from_the_voice():
    table = cremad()
    row = krippendorff_alpha(table.drop(columns="call_id")).iloc[0]
    assert row["value"] == pytest.approx(0.2811, abs=5e-5)
    assert row[["n_items", "n_ratings"]].tolist() == [7442, 68568]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.275, 0.288], abs=1.5e-3)
    by_actor = krippendorff_alpha(table).iloc[0]
    assert by_actor["n_clusters"] == 91
    assert [by_actor["ci_low"], by_actor["ci_high"]] == pytest.approx([0.268, 0.293], abs=2e-3)
    labels = per_label_alpha(table, draws=0).set_index("label")["value"]
    assert labels.round(3).to_dict() == CREMAD
    side = {"happy": "positive", "neutral": "neutral"}
    sides = table.assign(value=[side.get(v, "negative") for v in table["value"]])
    assert value(sides) == pytest.approx(0.314, abs=5e-4)


@pytest.mark.real
@needs_real
def test_emotale_raters():
    wide = pd.read_csv(REAL / "emotale" / "ratings.csv")

    def long(what: str) -> pd.DataFrame:
        columns = {f"a{k}_{what}": f"r{k}" for k in (1, 2, 3)}
        of_file = wide.rename(columns={"file": "utterance_id", **columns})
        return of_file.melt("utterance_id", list(columns.values()), "rater_id", "value")

    row = krippendorff_alpha(long("cat")).iloc[0]
    assert row["value"] == pytest.approx(0.6238, abs=5e-5)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([0.592, 0.653], abs=3e-3)
    made = {"A": (0.708, 0.716), "V": (0.720, 0.630), "D": (0.582, 0.564)}
    for what, (interval, ordinal) in made.items():
        assert value(long(what), "interval") == pytest.approx(interval, abs=1e-3)
        assert value(long(what), "ordinal") == pytest.approx(ordinal, abs=1e-3)
