"""Kappas, AC1 and percent agreement against published examples and other programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.recorded import needs_real
from tests.test_agreement_alpha import cremad, long_table, random_ratings
from workbench.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    per_label_alpha,
    percent_agreement,
    ratings_of_votes,
)

FLEISS_1971 = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)
"""30 patients, 6 raters: counts of five diagnoses."""

DIAGNOSES = ["depression", "personality", "schizophrenia", "neurosis", "other"]

GWET = ("123321412...", "1233224125..", ".33323422513", "12332441251.")
"""4 raters by 12 units, 5 categories; unit 12 has one rating."""

COHEN_1968 = [[44, 5, 1], [7, 20, 3], [9, 5, 6]]
COHEN_1968_WEIGHTS = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
PATHOLOGISTS = [[22, 2, 2, 0], [5, 7, 14, 0], [0, 2, 36, 0], [0, 1, 17, 10]]


def fleiss_1971() -> pd.DataFrame:
    counts = [[int(digit) for digit in row] for row in FLEISS_1971.split()]
    votes = pd.DataFrame(counts, columns=DIAGNOSES).rename_axis("utterance_id").reset_index()
    return ratings_of_votes(votes, DIAGNOSES)


def crossed(table: list[list[int]]) -> pd.DataFrame:
    """Write a table of two raters' counts as ratings: rows are rater a's."""
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    rows = [(f"u{k:03}", "ab"[r], pair[r]) for k, pair in enumerate(pairs) for r in (0, 1)]
    return pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value"])


def value(row: pd.DataFrame) -> float:
    return float(row["value"].iloc[0])


def test_fleiss_1971():
    table = fleiss_1971()
    row = fleiss_kappa(table).iloc[0]
    assert row["value"] == pytest.approx(0.430245, abs=5e-7)
    assert row[["n_items", "n_ratings", "n_pairs"]].tolist() == [30, 180, 450]
    assert row["prevalence"] == pytest.approx(55 / 180)
    assert row["note"] == ""
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert value(krippendorff_alpha(table, draws=0)) == pytest.approx(0.433410, abs=5e-7)
    each = per_label_alpha(table, labels=DIAGNOSES, draws=0)["value"]
    as_kappa = 1 - (1 - each) * 180 / 179
    assert as_kappa.tolist() == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)


@pytest.mark.parametrize("seed", range(4))
def test_complete_ratings_against_statsmodels(seed):
    from statsmodels.stats.inter_rater import aggregate_raters
    from statsmodels.stats.inter_rater import fleiss_kappa as theirs

    rng = np.random.default_rng(seed)
    given = np.where(rng.random((30, 4)) < 0.5, rng.integers(3, size=(30, 1)), 0)
    item, rater = np.indices(given.shape).reshape(2, -1)
    table = pd.DataFrame({"utterance_id": item, "rater_id": rater, "value": given.ravel()})
    counts, _ = aggregate_raters(given)
    assert value(fleiss_kappa(table, draws=0)) == pytest.approx(theirs(counts), abs=1e-9)


@pytest.mark.parametrize(
    ("weights", "published"), [("nominal", 0.775444), ("linear", 0.858739), ("quadratic", 0.914001)]
)
def test_gwet_with_missing_ratings(weights, published):
    row = gwet_ac(long_table(*GWET), weights=weights, labels=range(1, 6)).iloc[0]
    assert row["value"] == pytest.approx(published, abs=5e-7)
    assert row[["n_items", "n_raters", "n_ratings"]].tolist() == [11, 4, 40]
    assert row["level"] == {"nominal": "AC1"}.get(weights, f"AC2 {weights}")


def test_fleiss_as_gwet_extends_it():
    row = fleiss_kappa(long_table(*GWET), draws=0).iloc[0]
    assert row["value"] == pytest.approx(0.76117, abs=5e-6)
    assert row["note"] == "Utterances have unequal numbers of ratings: Gwet's extension."


def test_the_paradox_of_prevalence():
    table = crossed([[118, 5], [2, 0]])
    assert value(percent_agreement(table, draws=0)) == pytest.approx(0.944)
    assert value(gwet_ac(table, draws=0)) == pytest.approx(0.940776, abs=5e-7)
    assert value(cohen_kappa(table, draws=0)) == pytest.approx(-0.023392, abs=5e-7)
    assert value(fleiss_kappa(table, draws=0)) == pytest.approx(-0.028807, abs=5e-7)  # Scott's pi


def test_labels_that_nobody_used_count_in_gwet_ac():
    table = long_table(*GWET)
    five, six = (value(gwet_ac(table, labels=range(1, k), draws=0)) for k in (6, 7))
    assert six > five
    row = gwet_ac(table, draws=0).iloc[0]
    assert row["value"] == pytest.approx(five)
    assert row["note"] == "Chance among the 5 labels that were given."


def test_cohen_1968():
    table = crossed(COHEN_1968)
    assert value(cohen_kappa(table, draws=0)) == pytest.approx(0.4915, abs=5e-5)
    weighted = cohen_kappa(table, weights=COHEN_1968_WEIGHTS, draws=0)
    assert value(weighted) == pytest.approx(0.3478, abs=5e-5)
    assert weighted["level"][0] == "own weights"


@pytest.mark.parametrize(
    ("weights", "published"), [("nominal", 0.4930), ("linear", 0.6488), ("quadratic", 0.7838)]
)
def test_the_pathologists(weights, published):
    row = cohen_kappa(crossed(PATHOLOGISTS), weights=weights).iloc[0]
    assert row["value"] == pytest.approx(published, abs=5e-5)
    assert row[["n_items", "n_raters", "n_pairs"]].tolist() == [118, 2, 118]
    if weights == "nominal":
        assert row["se"] == pytest.approx(0.0567, abs=2e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weights", ["nominal", "linear", "quadratic"])
def test_cohen_against_scikit_learn(seed, weights):
    from sklearn.metrics import cohen_kappa_score

    table = random_ratings(seed, n_raters=2, k=4)
    both = table.pivot(index="utterance_id", columns="rater_id", values="value").dropna()
    theirs = cohen_kappa_score(
        both[0], both[1], labels=[1, 2, 3, 4], weights=None if weights == "nominal" else weights
    )
    ours = cohen_kappa(table, weights=weights, labels=[1, 2, 3, 4], draws=0)
    assert value(ours) == pytest.approx(theirs, abs=1e-9)
    assert ours["n_items"][0] == len(both)


def test_an_alphabet_is_no_order():
    """Scikit-learn sorts text by the alphabet: .111 instead of .667."""
    table = long_table("112233", "112232")
    words = table.assign(value=table["value"].map({1: "low", 2: "mid", 3: "high"}))
    ordered = cohen_kappa(words, weights="linear", labels=["low", "mid", "high"], draws=0)
    assert value(ordered) == pytest.approx(value(cohen_kappa(table, weights="linear", draws=0)))


def test_two_of_many_raters():
    table = random_ratings(1, n_raters=4)
    two = table[table["rater_id"].isin([1, 3])]
    named = cohen_kappa(table, raters=[1, 3], draws=0)
    assert value(named) == pytest.approx(value(cohen_kappa(two, draws=0)))
    uneven = [[0, 1, 5, 5], [2, 0, 5, 5], [5, 5, 0, 5], [5, 5, 5, 0]]
    turned = cohen_kappa(table, raters=[3, 1], weights=np.transpose(uneven), draws=0)
    straight = cohen_kappa(table, raters=[1, 3], weights=uneven, draws=0)
    assert value(turned) == pytest.approx(value(straight))


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), random=st.randoms())
def test_rows_and_names_do_not_matter(seed, random):
    table = random_ratings(seed, n_items=15, n_raters=3)
    rows = list(range(len(table)))
    random.shuffle(rows)
    names = [f"n{k}" for k in range(20)]
    random.shuffle(names)
    other = table.iloc[rows].copy()
    for column in ("utterance_id", "rater_id", "value"):
        other[column] = [names[v] for v in other[column]]
    for coefficient in (percent_agreement, fleiss_kappa, gwet_ac):
        ours = value(coefficient(table, draws=0))
        assert value(coefficient(other, draws=0)) == pytest.approx(ours, abs=1e-12)
        assert -1 <= ours <= 1
    ours = value(cohen_kappa(table, raters=[0, 1], draws=0))
    renamed = cohen_kappa(other, raters=[names[0], names[1]], draws=0)
    assert value(renamed) == pytest.approx(ours, abs=1e-12)


@pytest.mark.parametrize("coefficient", [percent_agreement, fleiss_kappa, gwet_ac])
def test_the_standard_error_is_that_of_leaving_utterances_out(coefficient):
    table = random_ratings(5, n_items=150)
    found = coefficient(table)["se"].iloc[0]
    ids = table["utterance_id"].unique()
    without = np.array(
        [value(coefficient(table[table["utterance_id"] != u], draws=0)) for u in ids]
    )
    again = np.sqrt((len(ids) - 1) * without.var())
    assert found == pytest.approx(again, rel=0.02)


@pytest.mark.real
@needs_real
def test_cremad_votes_from_the_voice():
    table = cremad()
    assert value(gwet_ac(table, draws=0)) == pytest.approx(0.372, abs=5e-4)
    assert value(percent_agreement(table, draws=0)) == pytest.approx(0.4653, abs=5e-5)
