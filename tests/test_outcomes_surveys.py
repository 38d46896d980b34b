"""Silent callers: what the weights repair, what they do not, and when they are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from benchmarks.simulated_policy import surveyed, true_survey
from workbench.errors import AbstainedError, InputError
from workbench.jackknife import jackknife_interval
from workbench.outcomes import (
    answered_against_silent,
    overlap_table,
    survey_rows,
    weighted_scores,
)

HEARD = ["valence_mean", "resignation_share", "queue"]
SAMPLES = Path(__file__).parent.parent / "data_samples"


@pytest.fixture(scope="module")
def rows():
    return surveyed(np.random.default_rng(1), 150)


def test_the_difference_is_that_of_two_means_left_out_customer_by_customer(rows):
    row = answered_against_silent(rows, ["valence_mean"]).iloc[0]

    def difference(part):
        means = part.groupby("answered")["valence_mean"].mean()
        return means[True] - means[False]

    without = [difference(rows[rows["customer_id"] != c]) for c in rows["customer_id"].unique()]
    witness = jackknife_interval(difference(rows), without)
    assert row["difference"] == pytest.approx(difference(rows))
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([witness.low, witness.high])
    assert row["n_answered"] + row["n_silent"] == len(rows)


def test_the_weights_are_those_of_a_logit_refitted_without_each_customer():
    rows = surveyed(np.random.default_rng(6), 60)
    found = weighted_scores(rows, HEARD)

    def csat(part):
        design = np.column_stack(
            [np.ones(len(part)), part[HEARD[:2]], part["queue"] == "technical"]
        ).astype(float)
        chance = sm.Logit(part["answered"].astype(float), design).fit(disp=0).predict()
        weight = part["answered"] / chance
        return float((weight * part["csat"].fillna(0)).sum() / weight.sum())

    row = found.scores.set_index("score").loc["csat"]
    assert row["weighted"] == pytest.approx(csat(rows), rel=1e-6)
    some = rows["customer_id"].unique()
    without = [csat(rows[rows["customer_id"] != c]) for c in some]
    witness = jackknife_interval(csat(rows), without)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([witness.low, witness.high], rel=1e-5)


def test_answers_that_depend_on_what_was_heard_are_put_right():
    rows = surveyed(np.random.default_rng(2), 3000)
    row = weighted_scores(rows, HEARD).scores.set_index("score").loc["nps"]
    truth = true_survey()["nps"]
    assert row["raw"] > truth + 8
    assert row["ci_low"] < truth < row["ci_high"]
    assert row["moved_high"] < 0
    assert "200 groups of customers" in row["model"]


def test_what_was_not_heard_is_not_repaired():
    rows = surveyed(np.random.default_rng(3), 3000)
    row = weighted_scores(rows, ["queue"]).scores.set_index("score").loc["nps"]
    assert row["ci_low"] > true_survey()["nps"]


def test_nps_is_promoters_minus_detractors():
    rows = pd.DataFrame(
        {
            "customer_id": range(80),
            "valence_mean": np.tile([0.0, 1.0], 40),
            "answered": [True] * 40 + [False] * 40,
            "nps": [9, 10, 8, 7, 6, 0, 3, 9] * 5 + [None] * 40,
        }
    )
    row = weighted_scores(rows, ["valence_mean"]).scores.iloc[0]
    assert row["raw"] == pytest.approx(100 * (3 / 8 - 3 / 8))
    assert row["weighted"] == pytest.approx(row["raw"])
    assert row["effective_n"] == pytest.approx(40)


def test_without_overlap_there_are_no_weights():
    rng = np.random.default_rng(4)
    mood = rng.normal(size=400)
    rows = pd.DataFrame(
        {
            "customer_id": range(400),
            "valence_mean": mood,
            "answered": rng.uniform(size=400) < 1 / (1 + np.exp(-4 * mood)),
            "nps": 5,
        }
    )
    with pytest.raises(AbstainedError, match="no overlap"):
        weighted_scores(rows, ["valence_mean"])
    rows["answered"] = mood > 0
    with pytest.raises(AbstainedError, match="without error"):
        weighted_scores(rows, ["valence_mean"])


def test_trimmed_callers_are_named_and_counted():
    rng = np.random.default_rng(5)
    mood = rng.normal(size=600)
    rows = pd.DataFrame(
        {
            "customer_id": range(600),
            "valence_mean": mood,
            "answered": rng.uniform(size=600) < 1 / (1 + np.exp(-0.3 - 1.8 * mood)),
        }
    )
    rows["nps"] = np.where(rows["answered"], 8, np.nan)
    found = weighted_scores(rows, ["valence_mean"])
    n = int(found.chances["trimmed"].sum())
    assert 0 < n < 60
    assert f"{n} callers with a chance to answer below 0.05" in found.scores["note"].iloc[0]
    table = overlap_table(found.chances)
    assert table["n_trimmed"].sum() == n
    assert table["n_answered"].sum() == rows["answered"].sum()
    assert table["n_silent"].sum() == (~rows["answered"]).sum()


@pytest.mark.parametrize(("value", "said"), [(True, "nobody was silent"), (False, "None of")])
def test_all_answered_or_nobody(rows, value, said):
    with pytest.raises(AbstainedError, match=said):
        weighted_scores(rows.assign(answered=value), HEARD)
    with pytest.raises(AbstainedError, match=said):
        answered_against_silent(rows.assign(answered=value), ["valence_mean"])


def test_bad_input_is_a_sentence(rows):
    with pytest.raises(InputError, match='Did you mean "valence_mean"'):
        weighted_scores(rows, ["valence_meen"])
    with pytest.raises(InputError, match="more than 30: too many"):
        weighted_scores(rows, ["call_id"])
    with pytest.raises(InputError, match="survey_invited"):
        weighted_scores(rows, HEARD, among="invited")
    with pytest.raises(InputError, match="rows have no customer"):
        weighted_scores(rows.assign(customer_id=None), HEARD)
    with pytest.raises(InputError, match="smallest is a chance"):
        weighted_scores(rows, HEARD, smallest=5)
    with pytest.raises(AbstainedError, match="too few to tell the chance"):
        weighted_scores(rows.head(40), HEARD)
    with pytest.raises(AbstainedError, match="no score|No call has a score"):
        weighted_scores(rows.drop(columns=["nps", "csat"]), HEARD)
    with pytest.raises(InputError, match="have no figure"):
        answered_against_silent(rows, ["anger_share"])


def test_seven_customers_have_no_interval(rows):
    few = rows.assign(customer_id=rows["customer_id"] % 7)
    row = weighted_scores(few, HEARD).scores.iloc[0]
    assert np.isfinite(row["weighted"])
    assert np.isnan(row["ci_low"])
    assert "7 customers are too few; 8" in row["note"]


def outcomes(**columns):
    return pd.DataFrame({"call_id": ["1", "2"], **columns})


def test_a_score_without_an_answer_and_one_off_the_scale_are_refused():
    calls = pd.DataFrame({"call_id": ["1", "2"], "customer_id": ["a", "b"]})
    features = pd.DataFrame({"call_id": ["1", "2"], "valence_mean": [0.0, 0.1]})
    with pytest.raises(InputError, match="a score of the survey though survey_answered is no"):
        survey_rows(features, outcomes(nps=[3, 4], survey_answered=[True, False]), calls)
    with pytest.raises(InputError, match="nps outside 0 to 10"):
        survey_rows(features, outcomes(nps=[3, 70]), calls)
    with pytest.raises(InputError, match="Do the ids match"):
        survey_rows(features.assign(call_id=["8", "9"]), outcomes(nps=[3, 4]), calls)
    said = survey_rows(features, outcomes(survey_answered=[True, False]), calls)
    assert said["answered"].tolist() == [True, False]


def test_in_the_samples_the_resigned_are_silent_as_planted():
    truth = pd.read_csv(SAMPLES / "truth" / "more_calls.csv")
    calls = pd.read_csv(SAMPLES / "more_calls.csv").merge(truth, on="call_id")
    calls = calls.assign(answered=calls["survey_answered"].fillna(False).astype(bool))
    table = answered_against_silent(calls, ["resigned_share"], among="invited")
    assert table["ci_high"].item() < 0
    planted = json.loads((SAMPLES / "truth" / "coefficients.json").read_text())["survey"]
    assert planted["resigned_or_disengaged_share_per_10pp"] < 0
    found = weighted_scores(calls, ["frustrated_share", "resigned_share"]).scores
    of_all = 100 * ((calls["nps_of_all"] >= 9).mean() - (calls["nps_of_all"] <= 6).mean())
    row = found.set_index("score").loc["nps"]
    assert abs(row["weighted"] - of_all) < abs(row["raw"] - of_all)
    assert row["ci_low"] < of_all < row["ci_high"]
