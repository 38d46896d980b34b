"""Posteriors against gold, and pluralities against another panel."""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from tests.rated_panels import drawn, faces, long_table, some_spammers, voice_votes, wide
from tests.recorded import needs_real
from workbench.consensus import (
    another_panel_agreement,
    calibrate,
    dawid_skene,
    mace,
    plurality,
    reliability_table,
    soft_labels,
)
from workbench.consensus.panels import _same_again
from workbench.errors import AbstainedError, InputError


def halves(truth: pd.Series, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    order = np.random.default_rng(seed).permutation(len(truth))
    gold = pd.DataFrame({"utterance_id": truth.index, "label": truth.to_numpy()}).iloc[order]
    return gold.iloc[: len(gold) // 2], gold.iloc[len(gold) // 2 :]


@needs_real
@pytest.mark.parametrize("model", [dawid_skene, mace])
def test_posteriors_on_faces_are_mended_by_half_of_the_truth(model):
    answers, truth = faces()
    posteriors = model(answers).posteriors
    learned, unseen = halves(truth, seed=0)
    before = reliability_table(posteriors, unseen, n_bins=1).iloc[0]
    assert before["mean_top"] > 0.95 > before["ci_high"]
    calibration = calibrate(posteriors, learned)
    mended = calibration.apply(posteriors)
    after = reliability_table(mended, unseen, n_bins=1).iloc[0]
    assert after["ci_low"] < after["mean_top"] < after["ci_high"]
    assert after["right_share"] == before["right_share"]
    np.testing.assert_allclose(wide(mended).sum(axis=1), 1)
    # the check foretells what happens on unseen utterances
    check = calibration.check.set_index("posteriors")
    assert check.loc["after", "log_loss"] < 0.6 * check.loc["before", "log_loss"]
    assert check.loc["after", "mean_top"] == pytest.approx(after["mean_top"], abs=0.03)
    parts = reliability_table(mended, unseen, n_bins=5)
    assert (parts["mean_top"] - parts["right_share"]).abs().mean() < 0.1


def test_posteriors_that_are_right_are_left_alone():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(4), 2000)
    ids = np.arange(2000)
    posteriors = pd.DataFrame(
        {
            "utterance_id": ids.repeat(4),
            "label": np.tile(list("abcd"), 2000),
            "share": shares.ravel(),
        }
    )
    right = (rng.uniform(size=(2000, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    gold = pd.DataFrame({"utterance_id": ids, "label": np.array(list("abcd"))[right]})
    calibration = calibrate(posteriors, gold)
    assert calibration.power == pytest.approx(1, abs=0.1)
    assert calibration.guessing < 0.05
    np.testing.assert_allclose(
        calibration.apply(posteriors)["share"], posteriors["share"], atol=0.05
    )


def test_fifty_gold_answers_do_on_average():
    ratings, truth = drawn(some_spammers(), n_items=1000)
    posteriors = dawid_skene(ratings).posteriors
    rng = np.random.default_rng(0)
    misleading = rng.uniform(size=1000) < 0.3  # all raters hear another feeling
    truth = np.where(misleading, rng.integers(5, size=1000), truth)
    gold = pd.DataFrame({"utterance_id": np.arange(1000), "label": truth})
    off, before = [], reliability_table(posteriors, gold, n_bins=1).iloc[0]
    for _ in range(5):
        mended = calibrate(posteriors, gold.iloc[rng.permutation(1000)[:50]]).apply(posteriors)
        off.append(wide(mended).max(axis=1).mean() - before["right_share"])
    assert abs(np.mean(off)) < 0.04 < before["mean_top"] - before["right_share"]


def test_gold_that_does_not_fit_is_refused_in_words():
    ratings, truth = drawn(some_spammers(), n_items=60)
    posteriors = soft_labels(ratings.assign(value="tag" + ratings["value"].astype(str)))
    gold = pd.DataFrame({"utterance_id": np.arange(60), "label": [f"tag{t}" for t in truth]})
    with pytest.raises(AbstainedError, match="needs 50 gold utterances.*37 came. Agree on 13 more"):
        calibrate(posteriors, gold.iloc[:37])
    with pytest.raises(InputError, match='gold label "tagg2" is not.*Did you mean "tag2"'):
        calibrate(posteriors, gold.assign(label="tagg2"))
    with pytest.raises(InputError, match="utterance 0 has more than one gold answer"):
        calibrate(posteriors, pd.concat([gold, gold.iloc[:1]]))
    with pytest.raises(InputError, match='gold need the columns.*"label" is missing'):
        calibrate(posteriors, gold.drop(columns="label"))
    with pytest.raises(InputError, match="60 utterances with 5 labels are 300 rows, and 299 came"):
        calibrate(posteriors.iloc[1:], gold)
    with pytest.raises(InputError, match="n_bins is 1 or more"):
        reliability_table(posteriors, gold, n_bins=0)
    with pytest.raises(AbstainedError, match="5 parts need 5 gold utterances; 2 came"):
        reliability_table(posteriors, gold.iloc[:2])


@needs_real
def test_another_panel_on_cremads_voices():
    # reference: agreement measured on the votes in another program
    votes = voice_votes()
    table = another_panel_agreement(votes)
    assert table["n_raters"].tolist() == [1, 2, 3, 4]
    assert table["agreement"].round(3).tolist() == [0.465, 0.465, 0.569, 0.623]
    assert table["exact"].all()
    choice = plurality(votes)
    assert choice["tie"].mean() == pytest.approx(0.087, abs=0.001)
    # a panel of three foretells what three others will say
    order = votes.sample(frac=1, random_state=0)
    place = order.groupby("utterance_id").cumcount()
    three = plurality(order[place < 3])
    assert three["another_panel"].mean() == pytest.approx(table["agreement"][2], abs=0.03)


def test_drawn_panels_come_near_the_exact_ones(monkeypatch):
    ratings, _ = drawn(some_spammers(), n_items=40, n_each=8)
    exact = another_panel_agreement(ratings, raters=[1, 2, 3, 4])
    p = ratings.groupby(["utterance_id", "value"]).size().unstack(fill_value=0).to_numpy()
    pairs = (p * (p - 1)).sum(axis=1) / (8 * 7)
    assert exact["agreement"][0] == pytest.approx(pairs.mean())  # by counting
    assert exact["agreement"][1] == pytest.approx(pairs.mean())  # equal by theory
    monkeypatch.setattr("workbench.consensus.panels._EXACT", 0)
    by_lot = another_panel_agreement(ratings, raters=[1, 2, 3, 4], draws=500)
    assert not by_lot["exact"].any()
    np.testing.assert_allclose(by_lot["agreement"], exact["agreement"], atol=0.03)
    swapped = ratings.sample(frac=1, random_state=1).assign(value=9 - ratings["value"])
    again = another_panel_agreement(swapped, raters=[1, 2, 3, 4], draws=500)
    np.testing.assert_allclose(again["agreement"], by_lot["agreement"], rtol=1e-12)


def test_another_panel_by_going_through_every_panel():
    alpha, votes, size = np.array([0.5, 1.2, 0.3]), np.array([2.0, 1, 1]), 4
    after = alpha + votes
    total = 0.0
    for new in product(range(size + 1), repeat=3):
        if sum(new) != size:
            continue
        new = np.array(new)
        ways = factorial(size) / np.prod([factorial(x) for x in new])
        log = gammaln(after.sum()) - gammaln(after.sum() + size)
        chance = ways * np.exp(log + (gammaln(after + new) - gammaln(after)).sum())
        total += chance * (new[0] == new.max()) / (new == new.max()).sum()
    assert _same_again(votes[None], alpha, size)[0] == pytest.approx(total)


def test_ties_are_told_and_never_broken():
    rows = [("u1", r, v) for r, v in zip("abcde", "wwwcc", strict=True)]
    rows += [("u2", r, v) for r, v in zip("abcd", "wwcc", strict=True)]
    rows += [("u3", "a", "w"), ("u3", "b", None)]
    table = plurality(long_table(rows)).set_index("utterance_id")
    assert table["label"][["u1", "u3"]].tolist() == ["w", "w"]
    assert pd.isna(table["label"]["u2"])
    assert table["tied"].tolist() == ["", "c, w", ""]
    assert table["tie"].tolist() == [False, True, False]
    assert table["share"].tolist() == [0.6, 0.5, 1.0]
    assert table["n_raters"].tolist() == [5, 4, 1]
    assert table["another_panel"].between(0, 1).all()
    assert table["another_panel"]["u2"] == pytest.approx(0.5)
    numbers = plurality(long_table([(u, r, {"w": 1, "c": 2}.get(v)) for u, r, v in rows]))
    assert numbers["label"].tolist()[0] == 1


def test_one_rater_each_says_nothing_of_another_panel():
    rows = long_table([("u1", "a", "w"), ("u2", "a", "c")])
    assert plurality(rows)["another_panel"].isna().all()
    with pytest.raises(AbstainedError, match="2 raters or more; every utterance here has one"):
        another_panel_agreement(rows)
    both = pd.concat([rows, rows.assign(rater_id="b")])
    with pytest.raises(AbstainedError, match="Two panels of 2 need utterances with 4 raters"):
        another_panel_agreement(both, raters=[2])
    with pytest.raises(InputError, match="1 rater or more; 0 came"):
        another_panel_agreement(both, raters=[0])
    for function in (plurality, another_panel_agreement):
        with pytest.raises(InputError, match="a rated the utterance u1 more than once"):
            function(pd.concat([rows, rows]))
