"""Who judged whom: coverage, warnings, the matrix with its examples, weights."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pandas as pd
import pytest

from workbench.agreement import (
    culture_coverage,
    culture_matrix,
    culture_warnings,
    culture_weight_table,
    culture_weights,
)
from workbench.agreement.culture import NOT_GIVEN, with_groups
from workbench.agreement.culture_likeness import Values
from workbench.errors import AbstainedError, InputError

culture = importlib.import_module("workbench.agreement.culture")
culture_weights_module = importlib.import_module("workbench.agreement.culture_weights")

RATERS = pd.DataFrame(
    {
        "rater_id": ["ann", "ben", "cem", "dora"],
        "culture": ["Swiss", "german", "german", None],
        "languages": ["de-CH fr", "de", "en de", None],
    }
)
CALLS = pd.DataFrame(
    {
        "call_id": ["c1", "c2", "c3", "c4"],
        "customer_culture": ["swiss", "German", "danish", None],
        "language": ["de", "de-AT", "en", "fr"],
    }
)
UTTERANCES = pd.DataFrame(
    {
        "utterance_id": [f"u{n}" for n in range(8)],
        "call_id": np.repeat(CALLS["call_id"], 2).to_numpy(),
        "channel": 0,
        "role": "customer",
        "start_s": np.tile([0.0, 5.0], 4),
        "end_s": np.tile([4.0, 9.0], 4),
    }
)


def ratings_of(*rows, value=None):
    """Make ratings of (utterance, raters)."""
    pairs = [(u, r) for u, names in rows for r in names.split()]
    table = pd.DataFrame(pairs, columns=["utterance_id", "rater_id"])
    table.insert(0, "rating_id", [f"{n:03d}" for n in range(len(table))])
    return table.assign(value=value if value is not None else "anger")


ALL = ratings_of(
    ("u0", "ann ben cem"), ("u1", "ben cem"), ("u2", "ann ben"), ("u3", "ben cem"),
    ("u4", "ann ben"), ("u5", "ann"), ("u6", "ann dora"),
)  # fmt: skip
TABLES = (RATERS, UTTERANCES, CALLS)


def cell(table, rater_group, customer_group):
    own = (table["rater_group"] == rater_group) & (table["customer_group"] == customer_group)
    return table[own].iloc[0]


def test_coverage_counts_who_judged_whom():
    table = culture_coverage(ALL, *TABLES)
    assert len(table) == 3 * 4
    own = cell(table, "swiss", "swiss")
    assert own["in_group"]
    assert (own["n_raters"], own["n_ratings"], own["n_utterances"]) == (1, 1, 1)
    assert own["ratings_share"] == pytest.approx(1 / 5)
    assert own["group_utterances"] == 2
    assert own["insider_ratings_share"] == pytest.approx(1 / 5)
    assert own["insider_utterances_share"] == pytest.approx(1 / 2)
    assert cell(table, "german", "swiss")["n_ratings"] == 4
    assert cell(table, "german", "german")["insider_utterances_share"] == 1
    assert cell(table, "german", NOT_GIVEN)["n_ratings"] == 0
    unknown = cell(table, NOT_GIVEN, NOT_GIVEN)
    assert not unknown["in_group"]  # two who gave nothing are no group of their own
    assert np.isnan(unknown["insider_ratings_share"])
    assert table.groupby("customer_group")["ratings_share"].sum().tolist() == [1.0] * 4


def test_raters_of_several_languages_are_insiders_of_each():
    table = culture_coverage(ALL, *TABLES, by="language")
    assert set(table["rater_group"]) == {"de fr", "de", "de en", NOT_GIVEN}
    assert cell(table, "de fr", "de")["in_group"]
    assert cell(table, "de fr", "fr")["in_group"]
    assert not cell(table, "de fr", "en")["in_group"]
    assert cell(table, "de", "de")["insider_utterances_share"] == 1
    assert cell(table, "de", "en")["insider_utterances_share"] == 0


def test_customers_say_what_calls_do_not_and_agents_are_left_out():
    calls = CALLS.assign(customer_culture=None, customer_id=["k1", "k2", "k3", "k4"])
    customers = pd.DataFrame({"customer_id": ["k1"], "culture": ["Swiss"], "languages": [None]})
    utterances = UTTERANCES.assign(role=["customer", "agent"] * 4)
    rows = with_groups(ALL, RATERS, utterances, calls, customers=customers)
    assert set(rows["utterance_id"]) == {"u0", "u2", "u4", "u6"}
    assert set(rows.loc[rows["call_id"] == "c1", "customer_group"]) == {"swiss"}
    assert set(rows.loc[rows["call_id"] != "c1", "customer_group"]) == {NOT_GIVEN}


def test_warnings_tell_who_is_judged_by_outsiders():
    told = culture_warnings(culture_coverage(ALL, *TABLES))
    assert told[0].startswith("All 2 utterances of danish customers were judged by raters of other")
    assert "None of the raters is of that group" in told[0]
    assert told[1].startswith("Utterances of customers whose group is not given: 1. Whether")
    assert told[2].startswith("Ratings by raters whose group is not given: 1. They count as")
    assert len(told) == 3
    some = ratings_of(("u0", "ben"), ("u1", "cem"))
    told = culture_warnings(culture_coverage(some, *TABLES))
    assert "There are raters of that group: a worklist can give them these calls" in told[0]
    most = ratings_of(("u0", "ann"), ("u1", "cem"))
    assert culture_warnings(culture_coverage(most, *TABLES)) == []
    utterances = pd.concat([UTTERANCES, UTTERANCES.tail(1).assign(utterance_id="u8", call_id="c1")])
    few = ratings_of(("u0", "ann"), ("u1", "cem"), ("u8", "cem"))
    (told,) = culture_warnings(culture_coverage(few, RATERS, utterances, CALLS))
    assert told.startswith("2 of 3 utterances of swiss customers were judged by raters of other")


def test_order_and_names_do_not_matter():
    one = culture_coverage(ALL, *TABLES)
    shuffled = [table.sample(frac=1, random_state=3) for table in (ALL, *TABLES)]
    pd.testing.assert_frame_equal(one, culture_coverage(*shuffled))
    names = {"ann": "z", "ben": "y", "cem": "x", "dora": "w"}
    raters = RATERS.assign(rater_id=RATERS["rater_id"].map(names))
    renamed = ALL.assign(rater_id=ALL["rater_id"].map(names))
    pd.testing.assert_frame_equal(one, culture_coverage(renamed, raters, UTTERANCES, CALLS))


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"by": "age"}, InputError, 'no groups by "age".* There are: culture, language'),
        ({"ratings": ALL.drop(columns="rater_id")}, InputError, 'need the column "rater_id"'),
        (
            {"raters": RATERS.drop(columns="culture")},
            InputError,
            'raters need the column "culture"',
        ),
        ({"raters": RATERS.head(2)}, InputError, 'rater "cem" of a rating is not in .*; 4 ratings'),
        ({"raters": pd.concat([RATERS] * 2)}, InputError, '"ann" is in the table raters more'),
        ({"utterances": UTTERANCES.tail(6)}, InputError, 'utterance "u0" of a rating is not in'),
        ({"calls": CALLS.tail(3)}, InputError, 'call "c1" of a rating is not in the table calls'),
        ({"ratings": ALL.head(0)}, AbstainedError, "No utterance of a customer is rated"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(change, error, sentence):
    tables = {"ratings": ALL, "raters": RATERS, "utterances": UTTERANCES, "calls": CALLS}
    with pytest.raises(error, match=sentence):
        culture_coverage(**tables | change)


# ---- likeness --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("anger", "anger", 1),
        ("anger", "relief", 0),
        (frozenset("ab"), frozenset("bc"), 1 / 3),
        (frozenset(), frozenset(), 1),
        ({"a": 0.6, "b": 0.4}, {"a": 0.3, "c": 0.7}, 0.3),
        (0.5, -0.25, -0.75),
    ],
)
def test_likeness_of_each_kind_of_value(one, other, alike):
    values = Values(pd.Series([one, other]))
    assert values.likeness(np.array([0]), np.array([1]))[0] == pytest.approx(alike)
    assert values.likeness(np.array([1]), np.array([1]))[0] == (0 if values.numeric else 1)


def test_values_of_several_kinds_are_refused():
    with pytest.raises(InputError, match="all text, all numbers"):
        Values(pd.Series(["anger", 3.0]))


# ---- the matrix ------------------------------------------------------------------------


def test_the_matrix_has_agreement_and_an_example_that_can_be_played():
    values = ["anger", "anger", "calm"] + ["anger", "calm"] + ["calm", "calm"] + ["calm"] * 7
    table = culture_matrix(ALL.assign(value=values), *TABLES, minimum_group=1)
    german = cell(table, "german", "swiss")
    # u0: ben agrees with one of two, cem with none; u1: neither
    assert german["agreement"] == pytest.approx((0.5 + 0 + 0 + 0) / 4)
    assert german["n_compared"] == 4
    assert (german["utterance_id"], german["example_agreement"]) == ("u1", 0)
    assert (german["call_id"], german["channel"]) == ("c1", 0)
    assert (german["start_s"], german["end_s"]) == (5.0, 9.0)
    assert cell(table, "swiss", "swiss")["agreement"] == pytest.approx(0.5)
    assert cell(table, "german", NOT_GIVEN)["note"].startswith("Nobody of this group judged")


def test_a_cell_of_too_few_raters_tells_nothing_of_a_person():
    table = culture_matrix(ALL, *TABLES)
    swiss = cell(table, "swiss", "swiss")
    assert swiss["n_ratings"] == 1
    assert swiss[["agreement", "advantage", "utterance_id", "start_s"]].isna().all()
    assert swiss["note"] == "Fewer than 2 raters: it would tell of a person."
    assert cell(table, "german", "swiss")["agreement"] == 1


def test_the_matrix_takes_out_what_groups_do_on_the_whole():
    rng = np.random.default_rng(4)
    n, level = 4000, {"north": 0.5, "south": 0.8}
    raters = pd.DataFrame({"rater_id": ["a", "b", "c", "d"], "culture": ["north", "south"] * 2})
    calls = pd.DataFrame({"call_id": ["c0", "c1"], "customer_culture": ["north", "south"]})
    utterances = pd.DataFrame(
        {"utterance_id": np.arange(n), "call_id": np.repeat(calls["call_id"], n // 2).to_numpy()}
    )
    parts = []
    for rater, own in zip(raters["rater_id"], raters["culture"], strict=True):
        inside = np.repeat(calls["customer_culture"], n // 2).to_numpy() == own
        right = rng.random(n) < level[own] + 0.15 * inside
        value = np.where(right, 0, rng.integers(1, 90, n)).astype(str)
        parts.append(
            pd.DataFrame({"utterance_id": np.arange(n), "rater_id": rater, "value": value})
        )
    table = culture_matrix(pd.concat(parts), raters, utterances, calls)
    inside = table.set_index("in_group")["advantage"]
    assert inside[True].min() > 0.02
    assert inside[False].max() < -0.02
    # with two groups each, the four cells are one contrast
    assert np.abs(inside).max() == pytest.approx(np.abs(inside).min(), abs=1e-9)


def test_examples_run():
    for module in (culture, culture_weights_module):
        assert doctest.testmod(module).failed == 0


# ---- weights ---------------------------------------------------------------------------


def test_insiders_count_by_the_stated_share():
    weights = culture_weights(ALL, *TABLES, insiders=0.7, leave=["danish"])
    assert weights.index.tolist() == ALL["rating_id"].tolist()
    rows = with_groups(ALL, *TABLES).assign(weight=weights.to_numpy())
    sums = rows.groupby("utterance_id")["weight"].agg(["sum", "size"])
    assert sums["sum"].tolist() == pytest.approx(sums["size"].tolist())
    inside = rows[rows["in_group"]].groupby("utterance_id")["weight"].sum()
    assert inside["u0"] == pytest.approx(0.7 * 3)
    assert inside["u2"] == pytest.approx(0.7 * 2)
    alone = rows["utterance_id"].isin(["u1", "u3", "u4", "u5", "u6"])
    assert (rows.loc[alone, "weight"] == 1).all()


def test_a_mix_counts_each_group_by_its_share():
    weights = culture_weights(ALL, *TABLES, mix={"swiss": 0.25, "german": 0.75})
    rows = with_groups(ALL, *TABLES).assign(weight=weights.to_numpy())
    shares = rows[rows["utterance_id"] == "u0"].groupby("rater_group")["weight"].sum() / 3
    assert shares.to_dict() == pytest.approx({"german": 0.75, "swiss": 0.25})
    # who is not named gets nothing, unless nobody who is named heard it
    only = culture_weights(ALL, *TABLES, mix={"german": 1.0})
    rows = rows.assign(weight=only.to_numpy()).set_index(["utterance_id", "rater_id"])["weight"]
    assert rows["u0"].to_dict() == {"ann": 0, "ben": 1.5, "cem": 1.5}
    assert rows["u5"].to_dict() == {"ann": 1}
    assert rows["u6"].tolist() == [1, 1]


def test_the_table_beside_the_weights_tells_their_cost():
    weights = culture_weights(ALL, *TABLES, insiders=0.7, leave=["danish"])
    table = culture_weight_table(weights, ALL, *TABLES).set_index("customer_group")
    swiss = table.loc["swiss"]
    assert (swiss["n_utterances"], swiss["n_reweighted"], swiss["n_outsiders_only"]) == (2, 1, 1)
    assert swiss["insider_share_before"] == pytest.approx(1 / 5)
    assert swiss["insider_share_after"] == pytest.approx(2.1 / 5)
    # u0: weights 2.1, .45, .45; Kish's effective number, by hand
    assert swiss["n_eff"] == pytest.approx((9 / (2.1**2 + 2 * 0.45**2) + 2) / 2)
    assert swiss["n_raters"] == 2.5
    assert (table["n_eff"] <= table["n_raters"] + 1e-12).all()


def test_passes_are_weighed_apart():
    both = pd.concat([ALL.assign(**{"pass": "both"}), ALL.assign(**{"pass": "voice"}).tail(9)])
    both["rating_id"] = [f"{n:03d}" for n in range(len(both))]
    weights = culture_weights(both, *TABLES, insiders=0.5, leave=["danish"])
    both["weight"] = both["rating_id"].map(weights)
    sums = both.groupby(["pass", "utterance_id"])["weight"].agg(["sum", "size"])
    assert sums["sum"].tolist() == pytest.approx(sums["size"].tolist())


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({}, InputError, "Say either insiders=0.5"),
        ({"insiders": 0.5, "mix": {"swiss": 1.0}}, InputError, "and not both"),
        ({"insiders": 1.0}, InputError, "insiders is 1.0; expected a share above 0 and below 1"),
        ({"mix": {"swiss": 0.5}}, InputError, "swiss 0.5; expected shares .* that sum to 1"),
        ({"mix": {"swis": 1.0}}, InputError, 'by the group "swis". Did you mean "swiss"'),
        ({"insiders": 0.5, "leave": ["dansk"]}, InputError, 'No customer is of the group "dansk"'),
        ({"insiders": 0.5}, AbstainedError, r"danish \(2 utterances\).*leave=\['danish'\]"),
    ],
)
def test_weights_that_cannot_be_are_refused(options, error, sentence):
    with pytest.raises(error, match=sentence):
        culture_weights(ALL, *TABLES, **options)
