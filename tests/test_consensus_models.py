"""Dawid-Skene and MACE: published figures, rules that a model must keep, gains that are real."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tests.rated_panels import (
    ANAESTHETISTS,
    anaesthetists,
    confusing_raters,
    drawn,
    faces,
    long_table,
    some_spammers,
    wide,
)
from tests.recorded import needs_real
from workbench.consensus import dawid_skene, ewe_weights, mace, soft_labels
from workbench.errors import AbstainedError, InputError

MODELS = [dawid_skene, mace]


def rises(result) -> bool:
    return bool((np.diff(result.path) >= -1e-9 * np.abs(result.path[1:])).all())


def plurality_of(ratings: pd.DataFrame) -> pd.DataFrame:
    """Share the first place: one row an item, one column a label."""
    votes = ratings.groupby(["utterance_id", "value"]).size().unstack(fill_value=0)
    first = votes.eq(votes.max(axis=1), axis=0)
    return first.div(first.sum(axis=1), axis=0)


def test_anaesthetists_come_out_as_published():
    # Dawid and Skene (1979): marginals .40 .42 .11 .07; the converged solution of two programs
    result = dawid_skene(anaesthetists())
    assert result.label_shares["share"].round(4).tolist() == [0.3996, 0.4220, 0.1118, 0.0667]
    assert result.log_likelihood == pytest.approx(-192.8909, abs=5e-5)
    first = result.confusion[result.confusion["rater_id"] == "observer 1"]
    assert first["share"].round(3).tolist() == [
        *(0.889, 0.111, 0, 0),
        *(0.071, 0.876, 0.053, 0),
        *(0, 0.339, 0.661, 0),
        *(0, 0, 0.556, 0.444),
    ]
    chosen = wide(result.posteriors).idxmax(axis=1)
    assert chosen.value_counts().sort_index().tolist() == [18, 19, 5, 3]
    assert chosen[["patient 02", "patient 12", "patient 36"]].tolist() == [4, 3, 4]
    assert result.converged and rises(result)
    assert result.path[-1] == result.log_likelihood


def test_anaesthetists_with_the_other_patient_7():
    # R package rater's data
    patients = [*ANAESTHETISTS[:6], "1122111", *ANAESTHETISTS[7:]]
    result = dawid_skene(anaesthetists(patients))
    assert result.label_shares["share"].round(4).tolist() == [0.4, 0.4216, 0.1118, 0.0667]
    assert result.log_likelihood == pytest.approx(-190.7310, abs=5e-5)


@needs_real
def test_faces_come_out_as_elsewhere():
    # reference: own EM outside of this project, and crowd-kit's with rows in first-seen order
    answers, truth = faces()
    right = {}
    for name, model in (("ds", dawid_skene), ("mace", mace)):
        result = model(answers)
        assert rises(result) and result.converged
        chosen = wide(result.posteriors).idxmax(axis=1)
        right[name] = chosen == truth.reindex(chosen.index)
        if name == "mace":  # the reference leaves the even prior out
            assert result.log_likelihood + 584 * np.log(4) == pytest.approx(-3703.5, abs=0.05)
    assert right["ds"].mean() == pytest.approx(0.640, abs=0.0005)
    assert right["mace"].mean() == pytest.approx(0.663, abs=0.0005)
    first = plurality_of(answers)
    for by in ("lowest", "highest"):  # 28 ties
        columns = first.columns if by == "lowest" else first.columns[::-1]
        voted = first[columns].idxmax(axis=1) == truth.reindex(first.index)
        for name in right:
            worse, better = (voted & ~right[name]).sum(), (~voted & right[name]).sum()
            test = binomtest(worse, worse + better, alternative="greater")  # exact McNemar
            assert test.pvalue > 0.05, (name, by, worse, better)


@pytest.mark.parametrize(
    ("model", "raters", "gain"),
    [(dawid_skene, confusing_raters, 0.03), (mace, some_spammers, 0.03)],
)
def test_models_gain_on_raters_that_err_as_they_suppose(model, raters, gain):
    gained = []
    for seed in range(5):
        ratings, truth = drawn(raters(seed=seed), seed=seed)
        voted = plurality_of(ratings).to_numpy()[np.arange(len(truth)), truth].mean()
        chosen = wide(model(ratings).posteriors).idxmax(axis=1).to_numpy()
        gained.append((chosen == truth).mean() - voted)
    assert min(gained) > 0
    assert np.mean(gained) > gain


def test_known_confusion_and_competence_are_found():
    confusion = confusing_raters(seed=1)
    ratings, _ = drawn(confusion, n_items=2000, seed=1)
    found = dawid_skene(ratings).confusion["share"].to_numpy().reshape(confusion.shape)
    assert np.abs(found - confusion).mean() < 0.02
    spam = some_spammers(seed=2)
    ratings, _ = drawn(spam, n_items=2000, seed=2)
    result = mace(ratings)
    known = np.array([np.linalg.matrix_rank(c) > 1 for c in spam])
    assert result.competence["competence"][~known].max() < 0.1
    assert result.competence["competence"][known].min() > 0.4
    habit = result.spam["share"].to_numpy().reshape(len(spam), -1)[~known]
    assert np.abs(habit - spam[~known, 0]).max() < 0.05


@pytest.mark.parametrize("model", MODELS)
def test_lent_answers_hold_back_raters_with_few(model):
    ratings, _ = drawn(confusing_raters(), n_items=60, n_each=4)
    once = long_table([(0, "new", 0), (1, "new", 1)])
    both = pd.concat([ratings, once], ignore_index=True)
    plain, lent = model(both), model(both, smoothing=5)
    assert rises(plain) and rises(lent)
    assert lent.log_likelihood < plain.log_likelihood
    if model is mace:
        of = [r.competence.set_index("rater_id")["competence"]["new"] for r in (plain, lent)]
        assert 0 < of[1] < 1
    else:
        of = [r.confusion[r.confusion["rater_id"] == "new"]["share"] for r in (plain, lent)]
        assert of[1].max() < of[0].max() == pytest.approx(1, abs=0.05)


@st.composite
def renamed(draw):
    """Draw ratings, and the same in another order with other names."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_labels = draw(st.integers(2, 4))
    confusion = rng.dirichlet(np.ones(n_labels), (4, n_labels)) + 1.5 * np.eye(n_labels)
    confusion /= confusion.sum(axis=2, keepdims=True)
    ratings, _ = drawn(confusion, n_items=25, n_each=3, seed=int(rng.integers(2**31)))
    ratings = ratings.astype(str).drop_duplicates()
    ratings["value"] = np.where(rng.uniform(size=len(ratings)) < 0.05, None, ratings["value"])
    names = {
        c: {old: f"{rng.integers(10**6):06d}{old}" for old in ratings[c].dropna().unique()}
        for c in ratings
    }
    other = ratings.assign(**{c: ratings[c].map(names[c]) for c in ratings})
    return ratings, other.sample(frac=1, random_state=int(rng.integers(2**31))), names


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=15, deadline=None)
@given(case=renamed(), smoothing=st.sampled_from([0, 2]))
def test_nothing_depends_on_names_or_the_order_of_rows(model, case, smoothing):
    ratings, other, names = case
    ours, theirs = (model(table, smoothing=smoothing) for table in (ratings, other))
    assert theirs.log_likelihood == pytest.approx(ours.log_likelihood, abs=1e-5)
    assert rises(ours)
    mine = wide(ours.posteriors).rename(index=names["utterance_id"], columns=names["value"])
    same = wide(theirs.posteriors).loc[mine.index, mine.columns]
    np.testing.assert_allclose(mine, same, atol=1e-4)
    np.testing.assert_allclose(mine.sum(axis=1), 1)
    shuffled = model(ratings.sample(frac=1, random_state=0), smoothing=smoothing)
    pd.testing.assert_frame_equal(ours.posteriors, shuffled.posteriors)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_symmetric_stays_so(model):
    rows = [(f"u{i}", rater, said) for i in range(12) for rater, said in (("a", "x"), ("b", "y"))]
    assert model(long_table(rows)).posteriors["share"].tolist() == pytest.approx([0.5] * 24)


@pytest.mark.parametrize("model", MODELS)
def test_several_ratings_of_one_rater_all_count(model):
    ratings, _ = drawn(confusing_raters(n_labels=3), n_items=30, n_each=4)
    twice = pd.concat([ratings, ratings[ratings["rater_id"] == 0]])
    assert model(twice).log_likelihood < model(ratings).log_likelihood


@pytest.mark.parametrize("model", MODELS)
def test_too_little_is_refused_in_words(model):
    one = long_table([(f"u{i}", "ann", "xy"[i % 2]) for i in range(20)])
    with pytest.raises(AbstainedError, match="needs 2 raters or more; only ann rated here"):
        model(one)
    same = long_table([(f"u{i}", rater, "x") for i in range(20) for rater in "ab"])
    with pytest.raises(AbstainedError, match='every rating here is "x"'):
        model(same)
    two = long_table([(f"u{i}", rater, rater) for i in range(2) for rater in "ab"])
    with pytest.raises(AbstainedError, match="needs 10 utterances.*2 utterances have that many"):
        model(two)
    with pytest.raises(AbstainedError, match="all 4 values are missing"):
        model(two.assign(value=None))
    with pytest.raises(AbstainedError, match="no rating came"):
        model(two.iloc[:0])
    with pytest.raises(InputError, match='"value" is missing. Did you mean "values"'):
        model(two.rename(columns={"value": "values"}))
    with pytest.raises(InputError, match="no rater_id"):
        model(two.assign(rater_id=["a", None, "b", "b"]))
    for odd in (0.5, frozenset("x")):
        with pytest.raises(InputError, match="A label is a word or a whole number"):
            model(two.assign(value=pd.Series([odd] * 4, dtype=object)))
    with pytest.raises(InputError, match="all of one kind; these values are: int, str"):
        model(two.assign(value=pd.Series([1, "a", 2, "b"], dtype=object)))
    with pytest.raises(InputError, match="smoothing is 0 or more; -1 came"):
        model(anaesthetists(), smoothing=-1)
    assert not model(anaesthetists(), max_iterations=2).converged


EWE = long_table(
    (f"u{i}", rater, float(value))
    for i, row in enumerate(("121", "223", "343", "445", "554", "112"))
    for rater, value in zip("abc", row, strict=True)
)


def test_ewe_weights_of_the_worked_example():
    # audpsychometric 0.1.1
    table = ewe_weights(EWE)
    assert table["weight"].round(5).tolist() == [0.97738, 0.87706, 0.81041]
    assert table["n_shared"].tolist() == [6, 6, 6]
    assert table["note"].tolist() == [""] * 3


def test_ewe_weights_of_odd_raters_are_told():
    rng = np.random.default_rng(0)
    true = rng.normal(size=30)
    rows = [(i, r, true[i] + rng.normal(0, 0.5)) for i in range(30) for r in "ab"]
    rows += [(i, "reversed", -true[i]) for i in range(30)]
    rows += [(i, "steady", 1.0) for i in range(30)] + [(0, "new", 0.0)]
    table = ewe_weights(long_table(rows)).set_index("rater_id")
    assert table["weight"][["reversed", "steady"]].tolist() == [0, 0]
    others = table["weight"].drop("new")
    assert table["weight"]["new"] == pytest.approx(others.mean())
    assert "Does not go with" in table["note"]["reversed"]
    assert "same value always" in table["note"]["steady"]
    assert "Fewer than 5 shared" in table["note"]["new"]
    against = long_table([(i, r, s * true[i]) for i in range(30) for r, s in (("a", 1), ("b", -1))])
    table = ewe_weights(against)
    assert table["weight"].tolist() == [1, 1]
    assert (table["note"] == "No rater goes with the others, so all count alike.").all()
    with pytest.raises(InputError, match='numbers; a value is "warm"'):
        ewe_weights(EWE.assign(value="warm"))
    with pytest.raises(InputError, match="a rated the utterance u0 more than once"):
        ewe_weights(pd.concat([EWE, EWE.iloc[:1]]))
    with pytest.raises(AbstainedError, match="2 or more are needed; only a rated"):
        ewe_weights(EWE[EWE["rater_id"] == "a"])


@pytest.mark.parametrize("method", ["mean", "ewe", "dawid_skene", "mace"])
def test_soft_labels_sum_to_one_and_say_how(method):
    ratings, truth = drawn(some_spammers(), n_items=100)
    table = soft_labels(ratings, method=method)
    shares = wide(table)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert set(table["method"]) == {method}
    assert set(table["n_raters"]) == {5}
    voted = plurality_of(ratings).to_numpy()[np.arange(len(truth)), truth].mean()
    assert (shares.idxmax(axis=1).to_numpy() == truth).mean() > voted - 0.03


def test_soft_labels_of_an_unknown_method():
    with pytest.raises(InputError, match='no method "macee" for soft labels. Did you mean "mace"'):
        soft_labels(EWE, method="macee")
