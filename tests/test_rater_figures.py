"""Figures a rater: against other programs, against leaving out by hand, and what falls out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from benchmarks.simulated_raters import SIMULATIONS
from workbench import agreement
from workbench.agreement.raters.estimates import adjusted, wilson
from workbench.errors import AbstainedError, InputError


def long_table(seed=0, n_calls=12, n_raters=4, missing=0.2, names=None):
    rng = np.random.default_rng(seed)
    rows = []
    for call in range(n_calls):
        for number in range(int(rng.integers(1, 6))):
            level = rng.normal()
            for rater in range(n_raters):
                if rng.random() >= missing:
                    value = level + 0.2 * rater + rng.normal(0, 0.5)
                    given = value if names is None else names[int(np.clip(value + 1, 0, 2))]
                    rows.append((f"c{call}u{number}", f"r{rater}", given, f"c{call}"))
    return pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value", "call_id"])


def deviation_by_hand(table, rater):
    """Own less the mean of the others, in plain loops."""
    out = []
    for _, own in table.groupby("utterance_id"):
        mine, others = own[own["rater_id"] == rater], own[own["rater_id"] != rater]
        if len(mine) and len(others):
            out.append(mine["value"].item() - others["value"].mean())
    return np.array(out)


def test_bias_is_the_mean_deviation_and_its_spread_that_of_leaving_calls_out():
    table = long_table()
    found = agreement.rater_bias(table).set_index("rater_id")
    for rater in found.index:
        by_hand = deviation_by_hand(table, rater)
        calls = table["call_id"].unique()
        without = [deviation_by_hand(table[table["call_id"] != c], rater).mean() for c in calls]
        n = found.loc[rater, "n_clusters"]
        spread = np.array([w for w in without if abs(w - by_hand.mean()) > 1e-12])
        assert len(spread) <= n
        se = np.sqrt((n - 1) / n * np.square(spread - np.mean(spread)).sum())
        assert found.loc[rater, "value"] == pytest.approx(by_hand.mean(), abs=1e-12)
        assert found.loc[rater, "n"] == len(by_hand)
        from scipy.stats import t

        half = t.ppf(0.975, n - 1) * se
        assert found.loc[rater, "ci_high"] == pytest.approx(by_hand.mean() + half, rel=1e-6)


def test_two_raters_with_names_agree_as_cohens_kappa_and_numbers_as_lins_ccc():
    """Witnesses: scikit-learn's cohen_kappa_score; Lin's formula with population moments."""
    named = long_table(1, n_raters=2, missing=0.0, names=("low", "mid", "high"))
    wide = named.pivot(index="utterance_id", columns="rater_id", values="value")
    found = agreement.rater_agreement(named)
    assert found["value"].tolist() == pytest.approx([cohen_kappa_score(wide["r0"], wide["r1"])] * 2)
    assert found["others"].isna().all()
    numbers = long_table(2, n_raters=2, missing=0.0)
    x, y = numbers.pivot(index="utterance_id", columns="rater_id", values="value").to_numpy().T
    ccc = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert agreement.rater_agreement(numbers)["value"].tolist() == pytest.approx([ccc, ccc])


def test_the_others_among_themselves_agree_as_fleiss_kappa():
    """Witness: statsmodels' fleiss_kappa of the two others (complete data)."""
    named = long_table(3, n_raters=3, missing=0.0, names=("low", "mid", "high"))
    wide = named.pivot(index="utterance_id", columns="rater_id", values="value")
    for row in agreement.rater_agreement(named).itertuples():
        rest = wide.drop(columns=row.rater_id)
        assert row.others == pytest.approx(fleiss_kappa(aggregate_raters(rest.to_numpy())[0]))


def test_drift_is_the_slope_of_a_regression_with_a_level_for_each_sitting():
    """Witness: statsmodels' OLS of the deviations."""
    rng = np.random.default_rng(4)
    table = pd.concat(
        pd.DataFrame(
            {
                "utterance_id": rng.permutation(60),
                "rater_id": rater,
                "value": rng.normal(size=60),
                "session_id": np.arange(60) // 30,
                "place": np.arange(60) % 30,
            }
        )
        for rater in "abc"
    )
    found = agreement.rater_drift(table).set_index("rater_id")["value"]
    for rater, own in table.groupby("rater_id"):
        others = table[table["rater_id"] != rater].groupby("utterance_id")["value"].mean()
        y = own["value"].to_numpy() - others[own["utterance_id"]].to_numpy()
        first = (own["session_id"] == 0).to_numpy(dtype=float)
        x = np.column_stack([own["place"] / 100, first, 1 - first])
        assert found[rater] == pytest.approx(sm.OLS(y, x).fit().params[0])


def test_corrections_and_wilsons_interval_are_those_of_statsmodels():
    rng = np.random.default_rng(5)
    p = np.where(rng.random(40) < 0.2, np.nan, rng.random(40) ** 3)
    known = ~np.isnan(p)
    assert adjusted(p)[known] == pytest.approx(multipletests(p[known], method="fdr_bh")[1])
    assert np.isnan(adjusted(p)[~known]).all()
    low, high = wilson(np.array([0.0, 3.0, 9.0]), np.array([9.0, 9.0, 9.0]))
    for k, count in enumerate((0, 3, 9)):
        theirs = proportion_confint(count, 9, method="wilson")
        assert (low[k], high[k]) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("figure", [agreement.rater_bias, agreement.rater_agreement])
def test_row_order_and_names_change_nothing(figure):
    table = long_table(6)
    renamed = {"r0": "zoe", "r1": "amy", "r2": "kim", "r3": "bob"}
    other = table.sample(frac=1, random_state=1).replace({"rater_id": renamed})
    other["utterance_id"] = "x" + other["utterance_id"]
    before = figure(table).replace({"rater_id": renamed}).sort_values("rater_id")
    after = figure(other).sort_values("rater_id")
    pd.testing.assert_frame_equal(before.reset_index(drop=True), after.reset_index(drop=True))


def test_always_the_same_answer_agrees_no_better_than_chance():
    table = long_table(7, names=("low", "mid", "high"))
    table.loc[table["rater_id"] == "r3", "value"] = "mid"
    found = agreement.rater_agreement(table).set_index("rater_id")
    assert found.loc["r3", "value"] == pytest.approx(0, abs=1e-12)
    assert (found.loc[["r0", "r1", "r2"], "value"] > 0.05).all()


def test_few_calls_have_a_value_but_no_interval():
    found = agreement.rater_bias(long_table(8, n_calls=5))
    assert found["value"].notna().all()
    assert found[["ci_low", "ci_high", "p"]].isna().all(axis=None)


@pytest.mark.parametrize("kind", sorted(SIMULATIONS))
def test_intervals_are_neither_blind_nor_endless(kind):
    """Full coverage is measured by `python -m benchmarks coverage`; here 60 projects."""
    rng = np.random.default_rng(9)
    drawn = np.array([SIMULATIONS[kind](rng) for _ in range(60)])
    covered = (drawn[:, 1] <= drawn[:, 0]) & (drawn[:, 0] <= drawn[:, 2])
    assert 0.86 <= covered.mean() <= 1.0


def test_bad_input_is_answered_in_a_sentence():
    table = long_table(10)
    with pytest.raises(InputError, match='"value" is missing'):
        agreement.rater_bias(table.drop(columns="value"))
    with pytest.raises(InputError, match='variable "heard:TAG", which is 0 or 1'):
        agreement.rater_bias(long_table(10, names=("low", "mid", "high")))
    with pytest.raises(InputError, match="rated the utterance .* more than once"):
        agreement.rater_agreement(pd.concat([table, table.head(1)]))
    with pytest.raises(AbstainedError, match="needs 2 raters; only r1 rated here"):
        agreement.rater_bias(table[table["rater_id"] == "r1"])
    with pytest.raises(InputError, match='Drift needs the column "session_id"'):
        agreement.rater_drift(table)
    words = long_table(10, names=("low", "mid", "high")).assign(session_id="s", place=0)
    with pytest.raises(InputError, match="Drift needs numbers"):
        agreement.rater_drift(words)
