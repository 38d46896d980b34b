"""relate: every kind of outcome, planted coefficients, guards, refusals, and the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from benchmarks.simulated_outcomes import SIMULATIONS
from tests.rated_calls import contact_centre
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import (
    Ledger,
    added_value,
    adjusted_p_values,
    check_before,
    outcome_rows,
    relate,
)
from workbench.schema import TABLES

SAMPLES = Path(__file__).parents[1] / "data_samples"
TRUE = json.loads((SAMPLES / "truth" / "coefficients.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def centre():
    return contact_centre()


@pytest.fixture(scope="module")
def effects(centre):
    return relate(**centre, covariates=())


def test_one_row_a_predictor_and_outcome(centre, effects):
    assert effects[["predictor", "outcome"]].to_numpy().tolist() == [
        [p, o]
        for o in ("escalated", "time_to_churn", "qa_score")
        for p in ("frustration_share", "relief_share", "valence_mean")
    ]
    row = effects.iloc[0]
    data = centre["features"].merge(centre["outcomes"])
    fit = sm.Logit(data["escalated"].astype(float), sm.add_constant(data["frustration_share"])).fit(
        disp=0
    )
    assert row["effect"] == pytest.approx(fit.get_margeff().margeff[0] * 0.1 * 100)
    assert row["ratio"] == pytest.approx(np.exp(fit.params.iloc[1] * 0.1))
    assert row["n_events"] == data["escalated"].sum()
    assert (row["n_calls"], row["n_clusters"], row["unit"]) == (600, 12, "percentage points")
    assert row["ci_low"] < row["effect"] < row["ci_high"]
    assert "delete-one-agent jackknife, t(11)" in row["model"]
    qa = effects.query("outcome == 'qa_score' and predictor == 'frustration_share'").iloc[0]
    assert qa["ci_low"] < -2.0 < qa["ci_high"]
    assert (effects["p_adjusted"] >= effects["p_value"]).all()
    assert (effects["n_tests"] == 9).all()


def test_the_reading_says_what_the_interval_supports_and_no_cause(effects):
    texts = effects.set_index(["outcome", "predictor"])["reading"]
    said = texts["escalated", "frustration_share"]
    assert said.startswith("Calls with 10 points more time of frustration were escalated ")
    assert said.endswith("; an association, not a cause.")
    assert "lower (" in texts["qa_score", "frustration_share"]
    assert "no relation is shown" in texts["time_to_churn", "relief_share"]
    assert texts["time_to_churn", "relief_share"].startswith("Customers with")
    assert "left within 180 days" in texts["time_to_churn", "relief_share"]


def test_few_agents_give_an_estimate_without_an_interval():
    table = relate(**contact_centre(n_agents=6), on=["escalated", "qa_score"], covariates=())
    assert table["effect"].notna().all()
    assert table[["ci_low", "ci_high", "se", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert table["note"].str.contains("6 of the clusters .* are too few .* 8 are needed").all()
    assert table["reading"].str.contains("without an interval this holds for nothing else").all()
    assert (table["n_tests"] == 0).all()


def test_few_treated_agents_give_no_interval(centre):
    trained = centre["calls"]["agent_id"].isin(["a000", "a001", "a002"]).astype(float)
    features = centre["features"].assign(trained=trained)
    given = {**centre, "features": features}
    row = relate(**given, on="qa_score", predictors="trained", covariates=()).iloc[0]
    assert np.isfinite(row["effect"])
    assert np.isnan(row["ci_low"])
    assert "in 3 clusters only; 4 are needed" in row["note"]
    assert row["step"] == 1.0


def test_too_few_events_are_refused_with_the_number_needed(centre):
    rare = centre["outcomes"].assign(escalated=np.arange(600) < 7)
    table = relate(centre["features"], rare, centre["calls"], on="escalated")
    assert table["effect"].isna().all()
    expected = "7 calls with the event and 593 without are too few; 10 of each are needed."
    assert (table["note"] == expected).all()
    assert (table["reading"] == "").all()
    asked = relate(
        centre["features"],
        centre["outcomes"].head(80),
        centre["calls"],
        on="escalated",
        covariates=["queue"],
    )
    assert "20 of each are needed with 2 columns of covariates" in asked["note"].iloc[0]
    few = relate(centre["features"].head(15), centre["outcomes"], centre["calls"], on="qa_score")
    assert few["note"].str.contains("15 calls are too few; 20 are needed").all()
    one = relate(centre["features"].head(1), centre["outcomes"], centre["calls"], on="qa_score")
    assert one["note"].str.contains("1 call is too few; 20 are needed").all()


def test_separation_collinearity_and_constants_are_sentences(centre):
    one = {"predictors": ["frustration_share"], "calls": centre["calls"], "covariates": ()}
    share = centre["features"]["frustration_share"]
    split = centre["outcomes"].assign(escalated=share > 0.4)
    table = relate(centre["features"], split, on="escalated", **one)
    assert "separation" in table["note"].item()
    flat = centre["features"].assign(frustration_share=0.0)
    table = relate(flat, centre["outcomes"], on="qa_score", **one)
    assert "same value in all rows" in table["note"].item()
    same = centre["outcomes"].assign(qa_score=80.0)
    table = relate(centre["features"], same, on="qa_score", **one)
    assert "All 600 calls have the same qa_score (80)" in table["note"].item()
    calls = centre["calls"].assign(hold_s=share * 60 + 1)
    one |= {"calls": calls, "covariates": ["hold_s"]}
    table = relate(centre["features"], centre["outcomes"], on="qa_score", **one)
    assert "frustration_share and hold_s say the same (correlation 1.00)" in table["note"].item()


def test_covariates_are_offered_named_and_never_from_the_future(centre):
    table = relate(**centre, on=["escalated", "qa_score"], predictors="frustration_share")
    assert table["covariates"].tolist() == ["queue", "queue log_length"]
    assert "Call length is not held equal" in table["diagnostics"].iloc[0]
    assert "the same queue and call length given" in table["reading"].iloc[1]
    with pytest.raises(InputError, match="known only when the call is over"):
        relate(**centre, on="escalated", covariates=["log_length"])
    hard = centre["calls"]["queue"] == "repair"
    features = centre["features"].assign(
        frustration_share=np.clip(centre["features"]["frustration_share"] + 0.3 * hard, 0, 1)
    )
    outcomes = centre["outcomes"].assign(qa_score=80.0 - 20 * hard)
    one = {"on": "qa_score", "predictors": "frustration_share"}
    plain = relate(features, outcomes, centre["calls"], covariates=(), **one).iloc[0]
    held = relate(features, outcomes, centre["calls"], covariates=["queue"], **one).iloc[0]
    assert plain["ci_high"] < 0
    assert held["effect"] == pytest.approx(0, abs=1e-6)
    gaps = centre["calls"].assign(queue=centre["calls"]["queue"].where(centre["calls"].index > 4))
    told = relate(features, outcomes, gaps, covariates=["queue"], **one).iloc[0]
    assert (told["n_left_out"], told["n_calls"]) == (5, 595)


def test_ten_thousand_levels_and_unknown_names(centre):
    calls = centre["calls"].assign(reason=[f"reason {i // 12}" for i in range(600)])
    with pytest.raises(InputError, match='"reason" has 50 values, more than 30'):
        relate(**{**centre, "calls": calls}, on="qa_score", covariates=["reason"])
    with pytest.raises(InputError, match='"frustation_share". Did you mean "frustration_share"'):
        relate(**centre, predictors=["frustation_share"])
    with pytest.raises(InputError, match='"escalation" is not .* Did you mean "escalated"'):
        relate(**centre, on="escalation")
    with pytest.raises(InputError, match='no column "qeue". Did you mean "queue"'):
        relate(**centre, covariates=["qeue"])
    with pytest.raises(InputError, match="time_to_churn belongs to the customer"):
        relate(centre["features"], centre["outcomes"], centre["calls"], on="time_to_churn")
    with pytest.raises(InputError, match='No call has a "team"'):
        relate(**centre, cluster="team")
    nothing = centre["features"].assign(left_out="No rated utterance of this role.")
    with pytest.raises(AbstainedError, match="No call has features"):
        relate(nothing, centre["outcomes"], centre["calls"])


def test_simpsons_paradox_is_said_in_words(centre):
    rng = np.random.default_rng(2)
    hard = (centre["calls"]["queue"] == "repair").to_numpy()
    share = np.clip(rng.uniform(0, 0.4, 600) + 0.5 * hard, 0, 1)
    features = centre["features"].assign(frustration_share=share)
    outcomes = centre["outcomes"].assign(
        qa_score=70 + 30 * hard - 20 * share + rng.normal(0, 3, 600)
    )
    one = {"on": "qa_score", "predictors": "frustration_share"}
    plain = relate(features, outcomes, centre["calls"], covariates=(), **one).iloc[0]
    assert plain["effect"] > 0
    assert "goes the other way than over all queues together" in plain["diagnostics"]
    held = relate(features, outcomes, centre["calls"], covariates=["queue"], **one).iloc[0]
    assert held["effect"] == pytest.approx(-2, abs=0.3)
    assert "the effect told is the one within" in held["diagnostics"]


def test_words_for_yes_and_dates_in_three_formats_are_asked_about(centre):
    for words in (["Y", "N"], ["yes", "no"], ["1", "0"]):
        table = centre["outcomes"].assign(escalated=np.resize(words, 600))
        with pytest.raises(InputError, match=r"holds words .*\.map\(\{.*: True, .*: False\}\)"):
            relate(centre["features"], table, centre["calls"], on="escalated")
    n = len(centre["customers"])
    dates = np.resize(["2026-05-01", "01.05.2026", "5/1/26"], n)
    customers = centre["customers"].assign(churned_at=dates)
    with pytest.raises(InputError, match="written in several ways.*not guessed.*pd.to_datetime"):
        relate(**{**centre, "customers": customers}, on="time_to_churn")
    early = centre["outcomes"].assign(escalated_at_s=-3.0)
    with pytest.raises(InputError, match="escalated_at_s is 0 or more, but 600 rows .* first -3"):
        relate(centre["features"], early, centre["calls"], on="escalated")
    others = centre["outcomes"].assign(call_id=[f"x{i}" for i in range(600)])
    with pytest.raises(InputError, match="None of the 600 outcomes belongs to one"):
        relate(centre["features"], others, centre["calls"], on="qa_score")
    half = centre["outcomes"].assign(
        call_id=[f"x{i}" if i < 100 else c for i, c in enumerate(centre["outcomes"]["call_id"])]
    )
    row = relate(centre["features"], half, centre["calls"], on="qa_score").iloc[0]
    assert "100 outcomes belong to none of the calls" in row["diagnostics"]
    twice = pd.concat([centre["features"]] * 2)
    with pytest.raises(InputError, match="comes more than once"):
        relate(twice, centre["outcomes"], centre["calls"])


LEAKS = {
    "a feature after the event": ({"audio_until_s": 44.0}, "audio after the moment"),
    "a baseline of the whole call": ({"audio_until_s": 61.0}, "take a causal baseline"),
    "a smoother that looks both ways": ({"kind": "whole"}, 'make them with kind="causal"'),
    "a rater who had heard the end": ({"rater_heard_until_s": 60.0}, "had heard further"),
    "a rater of whom nothing is known": ({"rater_heard_until_s": np.nan}, "is not known for"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_planted_leaks_are_caught(leak, centre):
    changed, message = LEAKS[leak]
    clean = {"kind": "causal", "audio_until_s": 39.0, "rater_heard_until_s": 40.0}
    features = centre["features"].assign(**clean)
    outcomes = centre["outcomes"].assign(
        escalated_at_s=np.where(centre["outcomes"]["escalated"], 40.0, np.nan)
    )
    one = {"on": "escalated", "predictors": "frustration_share", "raters": "refuse"}
    told = relate(features, outcomes, centre["calls"], **one)["diagnostics"].item()
    assert "not known" not in told
    call = outcomes.loc[outcomes["escalated"], "call_id"].iloc[3]
    leaky = features.copy()
    for column, value in changed.items():
        leaky.loc[leaky["call_id"] == call, column] = value
    with pytest.raises(InputError, match=message) as caught:
        relate(leaky, outcomes, centre["calls"], **one)
    assert "call " in str(caught.value)
    if "rater" in leak:
        row = relate(leaky, outcomes, centre["calls"], **{**one, "raters": "tell"}).iloc[0]
        assert "1 of 600 rows" in row["diagnostics"]


def test_what_is_not_known_is_refused_or_told():
    bare = pd.DataFrame({"call_id": ["1"]})
    with pytest.raises(InputError, match="the column kind is missing"):
        check_before(bare, pd.Series([30.0]))
    told = check_before(bare, pd.Series([30.0]), raters="tell", unknown="tell")
    assert len(told) == 3
    with pytest.raises(InputError, match="1 rows and 2 moments"):
        check_before(bare, pd.Series([30.0, 2.0]))
    with pytest.raises(InputError, match='raters is "refuse" or "tell"'):
        check_before(bare, pd.Series([30.0]), raters="warn")


def test_a_row_that_rests_on_nothing_has_no_raters_to_ask_about():
    rows = pd.DataFrame(
        {
            "call_id": ["1", "2"],
            "kind": "causal",
            "audio_until_s": [28.0, np.nan],
            "rater_heard_until_s": [29.0, np.nan],
        }
    )
    assert check_before(rows, pd.Series([30.0, 30.0])) == ()


def test_churn_is_told_from_the_first_call_and_nobody_counts_for_leaving_early():
    day = pd.Timestamp("2026-01-01", tz="UTC")
    calls = pd.DataFrame(
        {
            "call_id": list("123456"),
            "customer_id": list("aabcde"),
            "agent_id": "x",
            "started_at": [day + pd.Timedelta(d, "D") for d in (0, 50, 0, 0, 100, 100)],
        }
    )
    customers = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "churned_at": [day + pd.Timedelta(d, "D") for d in (40, 300, -5, 110)] + [pd.NaT],
            "observed_until": day + pd.Timedelta(200, "D"),
        }
    )
    features = pd.DataFrame({"call_id": list("123456"), "anger_share": np.arange(6) / 10})
    outcomes = pd.DataFrame({"call_id": list("123456"), "escalated": False})
    rows = outcome_rows(features, outcomes, calls, customers, outcome="time_to_churn")
    found = rows.set_index("customer_id")[["call_id", "duration_days", "event"]]
    assert found.loc["a"].tolist() == ["1", 40.0, 1.0]
    assert found.loc["b"].tolist() == ["3", 200.0, 0.0]
    assert "c" not in found.index
    assert found.loc["d"].tolist() == ["5", 10.0, 1.0]
    assert any("before their first call" in text for text in rows.attrs["notices"])
    within = outcome_rows(features, outcomes, calls, customers, outcome="churned", within=180)
    assert within.set_index("customer_id")["y"].to_dict() == {"a": 1.0, "b": 0.0}
    assert any("whether they left or not" in text for text in within.attrs["notices"])


def test_further_contacts_are_counted_within_their_days():
    day = pd.Timestamp("2026-01-01", tz="UTC")
    days = [0, 3, 10, 40, 0, 14]
    calls = pd.DataFrame(
        {
            "call_id": list("123456"),
            "customer_id": list("aaaabb"),
            "started_at": [day + pd.Timedelta(d, "D") for d in days],
        }
    )
    features = pd.DataFrame({"call_id": list("123456"), "anger_share": 0.1})
    outcomes = pd.DataFrame({"call_id": list("123456"), "escalated": False})
    rows = outcome_rows(features, outcomes, calls, outcome="repeat_contacts")
    assert rows.set_index("call_id")["y"].to_dict() == {"1": 2, "2": 1, "3": 0, "5": 1, "6": 0}
    assert (rows["exposure_days"] == 14).all()


def test_rows_and_order_do_not_matter(centre, effects):
    shuffled = {
        name: table.sample(frac=1, random_state=3).reset_index(drop=True)
        for name, table in centre.items()
    }
    again = relate(**shuffled, covariates=())
    numbers = ["effect", "ci_low", "ci_high", "p_value"]
    pd.testing.assert_frame_equal(again[numbers], effects[numbers], rtol=1e-5)
    calls = centre["calls"].copy()
    calls.loc[:9, "agent_id"] = None
    row = relate(centre["features"], centre["outcomes"], calls, on="qa_score").iloc[0]
    assert (row["n_calls"], row["n_left_out"], row["n_clusters"]) == (590, 10, 12)
    half = relate(**centre, on="qa_score", steps={"frustration_share": 0.05}, covariates=())
    same = effects.query("outcome == 'qa_score'")
    assert half["effect"].iloc[0] == pytest.approx(same["effect"].iloc[0] / 2)
    assert "5 points more time" in half["reading"].iloc[0]


@pytest.fixture(scope="module")
def planted():
    """The 600 calls with what is true of them."""
    calls = pd.read_csv(SAMPLES / "more_calls.csv")
    true = pd.read_csv(SAMPLES / "truth" / "more_calls.csv")
    calls["started_at"] = pd.to_datetime(calls["started_at"], utc=True)
    customers = calls.drop_duplicates("customer_id")[
        ["customer_id", "churned_at", "observed_until"]
    ].assign(
        churned_at=lambda t: pd.to_datetime(t["churned_at"], utc=True),
        observed_until=lambda t: pd.to_datetime(t["observed_until"], utc=True),
    )
    features = true[["call_id", "frustrated_share", "warm_share"]].assign(
        unresolved=(~true["resolved"]).astype(float),
        was_escalated=calls["escalated"].astype(float),
        callback=(calls["policy_period"] == "callback").astype(float),
    )
    outcomes = calls[["call_id", "escalated", "escalated_at_s", "qa_score"]].merge(
        true[["call_id", "resolved", "nps_of_all", "csat_of_all"]], on="call_id"
    )
    outcomes = outcomes.rename(columns={"nps_of_all": "nps", "csat_of_all": "csat"})
    known = [c for c in calls.columns if c in TABLES["calls"].columns]
    return {
        "features": features,
        "outcomes": outcomes,
        "calls": calls[known],
        "customers": customers,
    }


PLANTED = {
    "escalated": (TRUE["escalation"]["frustrated_share_per_10pp"], ["queue", "callback"]),
    "resolved": (TRUE["resolved"]["frustrated_share_per_10pp"], ["was_escalated"]),
    "qa_score": (TRUE["qa_score"]["frustrated_share_per_10pp"], ["warm_share"]),
    "nps": (TRUE["nps"]["frustrated_share_per_10pp"], ["unresolved"]),
    "csat": (TRUE["csat"]["frustrated_share_per_10pp"], ["unresolved"]),
    "time_to_churn": (TRUE["churn"]["frustrated_share_of_first_call_per_10pp"], ["unresolved"]),
}


@pytest.mark.parametrize("outcome", PLANTED)
def test_planted_coefficients_are_recovered(outcome, planted):
    true, held = PLANTED[outcome]
    row = relate(**planted, on=outcome, predictors="frustrated_share", covariates=held).iloc[0]
    assert row["coefficient_low"] < true < row["coefficient_high"]
    assert np.sign(row["effect"]) == np.sign(true) or outcome == "escalated"
    assert row["p_value"] < 0.05
    assert row["covariates"] == " ".join(held)


def test_planted_effects_beside_the_main_one_are_recovered(planted):
    churn = relate(
        **planted, on="time_to_churn", predictors="unresolved", covariates=["frustrated_share"]
    ).iloc[0]
    assert churn["coefficient_low"] < TRUE["churn"]["unresolved_first_call"]
    assert TRUE["churn"]["unresolved_first_call"] < churn["coefficient_high"]
    warm = relate(
        **planted, on="qa_score", predictors="warm_share", covariates=["frustrated_share"]
    ).iloc[0]
    true = TRUE["qa_score"]["warm_or_empathic_share_per_10pp"]
    assert warm["coefficient_low"] < true < warm["coefficient_high"]
    again = relate(**planted, on="repeat_contacts", predictors="unresolved").iloc[0]
    chance = [1 / (1 + np.exp(2.0)), 1 / (1 + np.exp(0.4))]
    assert again["ci_low"] < 100 * (chance[1] - chance[0]) * 1.15
    assert again["ci_high"] > 100 * (chance[1] - chance[0]) * 0.85


def test_two_ways_of_clustering(planted):
    one = {"on": "escalated", "predictors": "frustrated_share", "covariates": ()}
    by_agent = relate(**planted, **one).iloc[0]
    both = relate(**planted, **one, cluster=("agent_id", "customer_id")).iloc[0]
    assert both["effect"] == by_agent["effect"]
    assert both["se"] >= by_agent["se"]
    assert (both["n_clusters"], both["cluster"]) == (24, "agent_id, customer_id")
    assert "two-way clusters, t(23)" in both["model"]
    assert "customers who are in here already" in by_agent["diagnostics"]
    churn = relate(
        **planted,
        on="time_to_churn",
        predictors="frustrated_share",
        cluster=("agent_id", "customer_id"),
    ).iloc[0]
    assert "Clusters are agent_id alone" in churn["diagnostics"]


def test_time_to_an_escalation_counts_from_a_landmark(planted):
    features = planted["features"].assign(
        kind="causal", audio_until_s=30.0, rater_heard_until_s=30.0
    )
    given = {**planted, "features": features}
    row = relate(**given, on="time_to_escalation", predictors="frustrated_share", from_s=30).iloc[0]
    assert "were escalated within the next 60 s" in row["reading"]
    assert "still ran at 30 s" in row["diagnostics"]
    assert row["n_calls"] <= 600
    with pytest.raises(InputError, match="time_to_escalation needs from_s"):
        relate(**given, on="time_to_escalation", predictors="frustrated_share")
    late = {**planted, "features": features.assign(audio_until_s=31.0)}
    with pytest.raises(InputError, match="audio after the moment"):
        relate(**late, on="time_to_escalation", predictors="frustrated_share", from_s=30)


def test_everything_tried_counts_and_the_same_again_does_not(effects):
    tried = Ledger()
    first = tried.add(effects.head(3))
    assert (first["n_tests"] == 3).all()
    assert first["p_adjusted"].to_numpy() == pytest.approx(
        adjusted_p_values(effects["p_value"].head(3))
    )
    assert (tried.add(effects.head(3))["n_tests"] == 3).all()
    more = tried.add(effects)
    assert more["p_adjusted"].to_numpy() == pytest.approx(effects["p_adjusted"].to_numpy())
    assert (tried.add(effects.head(1).assign(covariates="queue"))["n_tests"] == 10).all()
    table = tried.table(method="by")
    assert len(table) == 10
    assert (table["p_adjusted"] >= tried.table()["p_adjusted"]).all()
    nothing = effects.head(1).assign(p_value=np.nan)
    assert tried.add(nothing)["p_adjusted"].isna().all()
    assert len(tried.table()) == 10


NAMES = [f"x{j}" for j in range(220)]


def test_false_discoveries_stay_at_the_nominal_level_with_200_null_features():
    """200 features without any relation and 20 with one, four centres of 15 agents."""
    rng = np.random.default_rng(8)
    false, found = [], []
    for _ in range(4):
        codes = np.repeat(np.arange(15), 16)
        x = rng.normal(size=(240, 220)) + rng.normal(0, 0.3, (15, 220))[codes]
        y = 80 + x[:, :20] @ np.full(20, 1.0) + rng.normal(0, 1, 15)[codes] + rng.normal(0, 2, 240)
        ids = [f"{i:03d}" for i in range(240)]
        features = pd.DataFrame(x, columns=NAMES).assign(call_id=ids)
        outcomes = pd.DataFrame({"call_id": ids, "qa_score": np.clip(y, 0, 100)})
        calls = pd.DataFrame({"call_id": ids, "agent_id": [f"a{c}" for c in codes]})
        table = relate(features, outcomes, calls, on="qa_score", predictors=NAMES)
        held = (table["p_adjusted"] < 0.05).to_numpy()
        false.append(held[20:].sum() / max(held.sum(), 1))
        found.append(held[:20].mean())
    assert np.mean(false) <= 0.08
    assert np.mean(found) > 0.3


def test_what_is_added_is_judged_on_agents_not_seen():
    rng = np.random.default_rng(4)
    n, codes = 600, np.repeat(np.arange(12), 50)
    words, voice, noise = rng.normal(size=(3, n))
    drift = words + 0.8 * voice + rng.normal(0, 0.3, 12)[codes]
    rows = pd.DataFrame(
        {"words": words, "voice": voice, "noise": noise, "agent_id": codes, "y": drift}
    )
    yes = rows.assign(y=(rng.random(n) < 1 / (1 + np.exp(-drift))).astype(float))
    one = added_value(yes, "escalated", base=["words"], added=["voice"]).iloc[0]
    assert one["measure"] == "AUC"
    assert 0 < one["ci_low"] < one["gain"] < one["ci_high"]
    assert one["both"] - one["base"] == pytest.approx(one["gain"])
    assert one["reading"].startswith("Voice added +0.")
    idle = added_value(yes, "escalated", base=["words"], added=["noise"]).iloc[0]
    assert "not shown that anything is added" in idle["reading"] or idle["ci_high"] < 0
    alone = added_value(yes, "escalated", base=[], added=["voice"]).iloc[0]
    assert alone["base"] == 0.5
    line = added_value(rows, "qa_score", base=["words"], added=["voice"]).iloc[0]
    assert line["measure"] == "R2"
    assert line["ci_low"] > 0.2
    with pytest.raises(InputError, match='no column "voise". Did you mean "voice"'):
        added_value(rows, "qa_score", base=["words"], added=["voise"])
    with pytest.raises(InputError, match="has no measure here"):
        added_value(rows, "time_to_churn", base=["words"], added=["voice"])


@pytest.mark.parametrize("name", ["logit, effect, 8 agents", "score, points, 10 agents"])
def test_intervals_hold_the_truth(name):
    rng = np.random.default_rng(11)
    drawn = np.array([SIMULATIONS[name](rng) for _ in range(60)])
    assert 0.85 <= np.mean((drawn[:, 1] <= drawn[:, 0]) & (drawn[:, 0] <= drawn[:, 2])) <= 1.0
