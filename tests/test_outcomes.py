"""Outcomes: nothing after the escalation counts, effects in points, honest refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rated_calls import NOW, consensus_of, contact_centre, utterances_of, value_of
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import (
    churn_table,
    customer_features,
    effect_table,
)
from workbench.outcomes.models import logit_effect
from workbench.trajectories import call_features, share_of_time

UTTERANCES = utterances_of(
    [
        ("a1", "a", "customer", 0, 10),
        ("a2", "a", "agent", 10, 20),
        ("a3", "a", "customer", 20, 30),
        ("a4", "a", "customer", 30, 50),
        ("b1", "b", "customer", 0, 4),
        ("c1", "c", "agent", 0, 4),
    ]
)
CONSENSUS = consensus_of(
    [
        *[
            (u, "anger", "tag", e)
            for u, e in zip("a1 a3 a4 b1".split(), (0, 0.5, 1, 0), strict=True)
        ],
        ("a2", "warm", "tag", 1.0),
        ("a1", "valence", "dimension", 0.5),
        ("a3", "valence", "dimension", -0.25),
        ("a4", "valence", "dimension", -0.5),
    ]
)


def outcome(call_id="a", escalated=True, at=None):
    return pd.DataFrame(
        {"call_id": [call_id], "escalated": [escalated], "escalated_at_s": [at]}
    ).astype({"escalated_at_s": "float64"})


def features_of_a(outcomes, **options):
    features = call_features(CONSENSUS, UTTERANCES, outcomes, **options)
    return features.set_index("call_id").loc["a"]


def test_a_call_in_one_row():
    row = features_of_a(None)
    assert (row["n_utterances"], row["judged_s"], row["left_out"]) == (3, 40.0, "")
    assert row["anger_share"] == pytest.approx((0 + 5 + 20) / 40)
    assert row["valence_mean"] == pytest.approx((5 - 2.5 - 10) / 40)
    assert (row["valence_min"], row["valence_end"]) == (-0.5, -0.5)
    time, value, weight = np.array([5, 25, 40]), np.array([0.5, -0.25, -0.5]), [10, 10, 20]
    line = sm.WLS(value, sm.add_constant(time), weights=weight).fit()
    assert row["valence_slope_per_min"] == pytest.approx(60 * line.params[1])
    assert np.isnan(row["cut_at_s"])
    assert "warm_share" not in row.index


def test_tags_that_only_agents_have_do_not_describe_customers():
    never = consensus_of([(u, "warm", "tag", 0.0) for u in ("a1", "a3", "a4", "b1")])
    features = call_features(pd.concat([CONSENSUS, never]), UTTERANCES, None)
    assert [c for c in features if c.endswith("_share")] == ["anger_share"]


def test_calls_without_ratings_of_the_role_say_so():
    features = call_features(CONSENSUS, UTTERANCES, outcome("d", False)).set_index("call_id")
    assert features.index.tolist() == ["a", "b", "c", "d"]
    for call_id in ("c", "d"):
        assert features.loc[call_id, "left_out"] == "No rated utterance of this role."
        assert np.isnan(features.loc[call_id, "anger_share"])
    assert features.loc["b", "anger_share"] == 0.0
    assert np.isnan(features.loc["b", "valence_mean"])


def test_what_was_heard_after_the_escalation_does_not_count():
    row = features_of_a(outcome(at=25.0))
    assert (row["cut_at_s"], row["judged_s"], row["n_utterances"]) == (25.0, 15.0, 2)
    assert row["anger_share"] == pytest.approx(2.5 / 15)
    assert row["valence_end"] == -0.25
    assert np.isnan(row["valence_slope_per_min"])


def test_an_escalation_at_an_unknown_time_leaves_the_call_out():
    row = features_of_a(outcome(at=None))
    assert "unknown time" in row["left_out"]
    assert np.isnan(row["anger_share"])
    assert features_of_a(outcome(escalated=False))["left_out"] == ""


def test_an_escalation_before_the_first_rating_leaves_the_call_out():
    late = CONSENSUS[CONSENSUS["utterance_id"] != "a1"]
    features = call_features(late, UTTERANCES, outcome(at=15.0)).set_index("call_id")
    assert "before the escalation" in features.loc["a", "left_out"]


def test_a_landmark_compares_calls_that_still_run():
    row = features_of_a(outcome(at=45.0), until_s=30.0)
    assert (row["cut_at_s"], row["judged_s"]) == (30.0, 20.0)
    over = call_features(CONSENSUS, UTTERANCES, outcome(at=29.0), until_s=30.0)
    assert (
        over.set_index("call_id")["left_out"].str.contains("Over, or escalated")[["a", "b"]].all()
    )
    with pytest.raises(InputError, match="after the start of the call; 0 came"):
        call_features(CONSENSUS, UTTERANCES, None, until_s=0)


def test_share_of_time_counts_judged_seconds():
    table = share_of_time(CONSENSUS, UTTERANCES)
    assert value_of(table, "share", call_id="a", tag="anger") == pytest.approx(25 / 40)
    assert value_of(table, "judged_s", call_id="a", tag="anger") == 40.0
    agent = share_of_time(CONSENSUS, UTTERANCES, role="agent")
    assert agent["tag"].tolist() == ["warm"]


@st.composite
def rated_calls(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spans, rows = [], []
    for call in range(draw(st.integers(1, 4))):
        edges = np.sort(rng.uniform(0, 100, 2 * draw(st.integers(1, 6))).round(2))
        for number, (start, end) in enumerate(zip(edges[::2], edges[1::2] + 0.01, strict=True)):
            name = f"{call}-{number}"
            spans.append((name, f"{call}", "customer", start, end))
            rows.append((name, "anger", "tag", rng.uniform()))
            rows.append((name, "valence", "dimension", rng.uniform(-1, 1)))
    at = draw(st.floats(1, 99))
    return consensus_of(rows), utterances_of(spans), at, int(rng.integers(2**31))


@settings(max_examples=25, deadline=None)
@given(rated_calls())
def test_features_are_bounded_and_do_not_depend_on_row_order(case):
    consensus, utterances, at, seed = case
    outcomes = outcome("0", True, at)
    features = call_features(consensus, utterances, outcomes)
    shuffled = call_features(
        consensus.sample(frac=1, random_state=seed),
        utterances.sample(frac=1, random_state=seed),
        outcomes,
    )
    pd.testing.assert_frame_equal(features, shuffled)
    told = features[features["left_out"] == ""]
    assert told["anger_share"].between(0, 1).all()
    assert (told["valence_min"] <= told["valence_mean"] + 1e-9).all()
    assert (told["valence_mean"].between(-1, 1)).all()
    spoken = utterances.assign(seconds=utterances["end_s"].clip(upper=at) - utterances["start_s"])
    before = spoken.query("call_id == '0'")["seconds"].clip(lower=0).sum()
    first = features.query("call_id == '0'").iloc[0]
    assert first["judged_s"] == pytest.approx(before)


def test_marginal_effects_of_the_textbook():
    """Spector and Mazzeo: statsmodels' documented effects .3626, .0122 and, as a slope, PSI."""
    data = sm.datasets.spector.load_pandas().data
    y = data["GRADE"].to_numpy(dtype=float)
    columns = data[["GPA", "TUCE", "PSI"]].to_numpy(dtype=float)
    codes = np.arange(len(y))
    effects = [
        logit_effect(columns[:, i], y, np.delete(columns, i, axis=1), codes, len(y)).estimate
        for i in range(3)
    ]
    assert np.round(effects[:2], 4).tolist() == [0.3626, 0.0122]
    fit = sm.Logit(y, sm.add_constant(columns)).fit(disp=0)
    assert effects == pytest.approx(fit.get_margeff(at="overall").margeff)


@pytest.fixture(scope="module")
def centre():
    return contact_centre()


@pytest.fixture(scope="module")
def effects(centre):
    return effect_table(**centre)


def test_one_row_a_predictor_and_outcome(centre, effects):
    assert effects[["predictor", "outcome"]].to_numpy().tolist() == [
        [p, o]
        for o in ("escalated", "churned", "qa_score")
        for p in ("frustration_share", "relief_share", "valence_mean")
    ]
    row = effects.iloc[0]
    data = centre["features"].merge(centre["outcomes"])
    design = sm.add_constant(data["frustration_share"])
    fit = sm.Logit(data["escalated"].astype(float), design).fit(disp=0)
    assert row["effect"] == pytest.approx(fit.get_margeff().margeff[0] * 0.1 * 100)
    assert row["n_events"] == data["escalated"].sum()
    assert (row["n_calls"], row["n_agents"], row["unit"]) == (600, 12, "percentage points")
    assert row["ci_low"] < row["effect"] < row["ci_high"]
    assert "delete-one-agent jackknife, t(11)" in row["method"]
    qa = effects.query("outcome == 'qa_score' and predictor == 'frustration_share'").iloc[0]
    assert qa["ci_low"] < -2.0 < qa["ci_high"]
    assert (effects["p_adjusted"] >= effects["p"]).all()
    assert (effects["n_tests"] == 9).all()


def test_the_reading_says_what_the_interval_supports_and_no_cause(effects):
    texts = effects.set_index(["outcome", "predictor"])["reading"]
    said = texts["escalated", "frustration_share"]
    assert said.startswith("Calls with 10 points more time of frustration were escalated ")
    assert said.endswith("; an association, not a cause.")
    assert "lower (" in texts["qa_score", "frustration_share"]
    assert "no relation is shown" in texts["churned", "relief_share"]
    assert texts["churned", "relief_share"].startswith("Customers with")


def test_few_agents_give_an_estimate_without_an_interval():
    table = effect_table(**contact_centre(n_agents=6), on=["escalated", "qa_score"])
    assert table["effect"].notna().all()
    assert table[["ci_low", "ci_high", "se", "p", "p_adjusted"]].isna().all(axis=None)
    assert table["note"].str.contains("6 agents are too few .* 8 are needed").all()
    assert table["reading"].str.contains("without an interval this holds for nothing else").all()
    assert (table["n_tests"] == 0).all()


def test_too_few_events_are_refused_with_the_number_needed(centre):
    rare = centre["outcomes"].assign(escalated=np.arange(600) < 7)
    table = effect_table(centre["features"], rare, centre["calls"], on=["escalated"])
    assert table["effect"].isna().all()
    assert (
        table["note"]
        == ("7 calls with the event and 593 without are too few; 10 of each are needed.")
    ).all()
    assert (table["reading"] == "").all()
    few = effect_table(
        centre["features"].head(15), centre["outcomes"], centre["calls"], on=["qa_score"]
    )
    assert few["note"].str.contains("15 calls are too few; 20 are needed").all()


def test_separation_is_detected(centre):
    share = centre["features"]["frustration_share"]
    split = centre["outcomes"].assign(escalated=share > 0.4)
    table = effect_table(
        centre["features"],
        split,
        centre["calls"],
        on=["escalated"],
        predictors=["frustration_share"],
    )
    assert "separation" in table["note"].item()
    assert np.isnan(table["effect"].item())
    flat = centre["features"].assign(frustration_share=0.0)
    table = effect_table(
        flat,
        centre["outcomes"],
        centre["calls"],
        on=["qa_score"],
        predictors=["frustration_share"],
    )
    assert "same value in all calls" in table["note"].item()


def test_covariates_are_held_equal(centre):
    calls = centre["calls"]
    hard = calls["queue"] == "repair"
    features = centre["features"].assign(
        frustration_share=np.clip(centre["features"]["frustration_share"] + 0.3 * hard, 0, 1)
    )
    outcomes = centre["outcomes"].assign(qa_score=80.0 - 20 * hard)
    one = {"on": ["qa_score"], "predictors": ["frustration_share"]}
    plain = effect_table(features, outcomes, calls, **one).iloc[0]
    held = effect_table(features, outcomes, calls, covariates=["queue", "log_length"], **one).iloc[
        0
    ]
    assert plain["ci_high"] < 0
    assert held["effect"] == pytest.approx(0, abs=1e-6)
    assert "the same queue and log length given" in held["reading"]
    gaps = calls.assign(queue=calls["queue"].where(calls.index > 4))
    told = effect_table(features, outcomes, gaps, covariates=["queue"], **one).iloc[0]
    assert (told["n_left_out"], told["n_calls"]) == (5, 595)


def test_calls_without_agent_are_counted_not_pooled(centre):
    calls = centre["calls"].copy()
    calls.loc[:9, "agent_id"] = None
    row = effect_table(centre["features"], centre["outcomes"], calls, on=["qa_score"]).iloc[0]
    assert (row["n_calls"], row["n_left_out"], row["n_agents"]) == (590, 10, 12)


def test_steps_scale_the_effect(centre):
    one = {"on": ["qa_score"], "predictors": ["frustration_share"]}
    base = effect_table(**centre, **one).iloc[0]
    half = effect_table(**centre, **one, steps={"frustration_share": 0.05}).iloc[0]
    for column in ("effect", "ci_low", "ci_high"):
        assert half[column] == pytest.approx(base[column] / 2)
    assert "5 points more time" in half["reading"]


def test_mistyped_names_are_answered_with_the_nearest(centre):
    with pytest.raises(InputError, match='"frustation_share". Did you mean "frustration_share"'):
        effect_table(**centre, predictors=["frustation_share"])
    with pytest.raises(InputError, match='Effects on "escalation" .*Did you mean "escalated"'):
        effect_table(**centre, on=["escalation"])
    with pytest.raises(InputError, match='no column "qeue". Did you mean "queue"'):
        effect_table(**centre, covariates=["qeue"])
    with pytest.raises(InputError, match="Churn belongs to the customer"):
        effect_table(centre["features"], centre["outcomes"], centre["calls"], on=["churned"])
    nothing = centre["features"].assign(left_out="No rated utterance of this role.")
    with pytest.raises(AbstainedError, match="No call has features"):
        effect_table(nothing, centre["outcomes"], centre["calls"])


def test_row_order_does_not_matter(centre, effects):
    shuffled = {
        name: table.sample(frac=1, random_state=3).reset_index(drop=True)
        for name, table in centre.items()
    }
    again = effect_table(**shuffled)
    pd.testing.assert_frame_equal(again, effects, rtol=1e-6)


def test_churn_is_what_happened_while_observed():
    day = pd.Timestamp("2026-03-01", tz="UTC")
    customers = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "churned_at": [day, day, None, None, day],
            "observed_until": [None, day, day, None, day - pd.Timedelta("1D")],
        }
    )
    assert churn_table(customers)["churned"].tolist() == [True, True, False, pd.NA, False]


def test_calls_after_leaving_do_not_describe_the_customer():
    day = pd.Timestamp("2026-03-01", tz="UTC")
    features = pd.DataFrame(
        {
            "call_id": list("12345"),
            "judged_s": [10.0, 30.0, 10.0, 10.0, 10.0],
            "frustration_share": [0.0, 0.4, 1.0, 1.0, 0.2],
            "valence_min": [np.nan, -0.5, 0.0, 0.0, 0.0],
        }
    )
    calls = pd.DataFrame(
        {
            "call_id": list("12345"),
            "customer_id": ["x", "x", "x", "x", "y"],
            "agent_id": ["m", "n", "n", "n", "m"],
            "started_at": [day, day + pd.Timedelta("1D"), day + pd.Timedelta("9D"), None, day],
            "queue": ["billing", "repair", "sales", "sales", "sales"],
            "handle_s": [100.0, 300.0, 900.0, 900.0, 60.0],
        }
    )
    customers = pd.DataFrame(
        {
            "customer_id": ["x", "y"],
            "churned_at": [day + pd.Timedelta("5D"), None],
            "observed_until": [None, NOW],
        }
    )
    table = customer_features(features, calls, customers).set_index("customer_id")
    assert table.loc["x", "frustration_share"] == pytest.approx(0.3)
    assert table.loc["x", "valence_min"] == -0.5
    assert table.loc["x", ["n_calls", "agent_id", "queue", "handle_s"]].tolist() == [
        *(2, "m", "repair", 200.0)
    ]
    assert table["churned"].tolist() == [True, False]
    with pytest.raises(InputError, match="customer_id and a started_at"):
        customer_features(features, calls.assign(started_at=None), customers)
