"""Two voices: replies, repair, contagion, convergence, turn-taking, consistency."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from benchmarks.simulated_dialogue import SIMULATIONS, contagion_effect
from workbench import dialogue
from workbench.agreement.icc import icc
from workbench.dialogue.empathy import CURT, WARM
from workbench.errors import AbstainedError, InputError

SAMPLES = Path(__file__).parent.parent / "data_samples"
TAGS = ("frustration", "anger", "anxiety", "resignation", "satisfaction", "scripted", *WARM, *CURT)


def utterances_of(rows):
    """Make rows of (call, role, start, end) into heard utterances."""
    found = pd.DataFrame(rows, columns=["call_id", "role", "start_s", "end_s"])
    found["utterance_id"] = [f"u{i + 1}" for i in range(len(found))]
    found["channel"] = (found["role"] == "agent").astype(int)
    found["agent_id"] = "a1"
    return found


@cache
def true_calls():
    """Lay the true tags of the 600 sample calls out, up to an escalation."""
    rows = pd.read_parquet(SAMPLES / "more_utterances.parquet").merge(
        pd.read_parquet(SAMPLES / "truth" / "more_utterances.parquet"),
        on=["call_id", "channel", "start_s", "end_s"],
    )
    calls = pd.read_csv(SAMPLES / "more_calls.csv")
    rows = rows.merge(calls[["call_id", "customer_id", "escalated_at_s"]], on="call_id")
    rows = rows[~(rows["start_s"] >= rows["escalated_at_s"])].reset_index(drop=True)
    rows["utterance_id"] = [f"u{i}" for i in range(len(rows))]
    for tag in TAGS:
        rows[tag] = rows["tags"].str.contains(tag).astype(float)
    kept = ["utterance_id", "call_id", "channel", "role", "agent_id", "customer_id"]
    return rows[[*kept, "start_s", "end_s", *TAGS]].assign(valence_score=rows["valence"])


def test_an_exchange_is_last_before_whole_reply_and_first_after():
    heard = utterances_of(
        [
            ("1", "customer", 0, 1),
            ("1", "customer", 2, 3),
            ("1", "agent", 4, 5),
            ("1", "agent", 6, 7),
            ("1", "customer", 8, 9),
            ("2", "agent", 0, 1),
            ("2", "customer", 2, 3),
            ("2", "other", 4, 5),
            ("2", "agent", 6, 7),
        ]
    ).assign(warm=[0, 0, 0, 1, 0, 1, 0, 0, 1.0])
    found = dialogue.exchange_table(heard)
    assert found[["before_id", "reply_id", "after_id"]].values.tolist() == [["u2", "u3", "u5"]]
    assert found[["start_s", "end_s", "reply_warm"]].values.tolist() == [[2.0, 9.0, 1.0]]


def test_utterances_that_nobody_rated_stay_in_their_place():
    utterances = utterances_of([("1", "customer", 0, 1), ("1", "agent", 2, 3)]).assign(
        segmentation_id="s", unit="utterance", created_at=pd.Timestamp("2026-11-02", tz="UTC")
    )
    rated = pd.DataFrame({"utterance_id": ["u2", "u2"], "rater_id": ["a", "b"], "value": [1, 0]})
    heard = dialogue.heard_table(utterances, {"warm": rated}, {"valence": rated})
    assert heard["warm"].isna().tolist() == [True, False]
    assert heard["valence_score"].iloc[1] == 0.5
    with pytest.raises(InputError, match="of one unit, and several came: turn, utterance"):
        dialogue.heard_table(utterances.assign(unit=["turn", "utterance"]), {})


def test_the_repair_planted_in_the_samples_is_found_in_the_true_labels():
    planted = json.loads((SAMPLES / "truth" / "coefficients.json").read_text())["repair"]
    exchanges = dialogue.exchange_table(true_calls())
    for cluster in ("agent_id", "customer_id"):
        found = dialogue.repair(exchanges, cluster=cluster)
        for row, name in enumerate(
            ("intercept", "after_warm_or_empathic", "after_curt_or_impatient")
        ):
            assert found["ci_low"][row] < planted[name] < found["ci_high"][row]
    assert found["reading"].str.contains("associated").sum() == 4
    assert not found["reading"].str.contains("drives|causes").any()


def test_repair_is_the_logit_of_statsmodels_and_its_differences_of_chances():
    exchanges = dialogue.exchange_table(true_calls())
    rows = exchanges[(exchanges["before_frustration"] == 1) & exchanges["after_id"].notna()]
    warm = rows[[f"reply_{t}" for t in WARM]].max(axis=1)
    curt = rows[[f"reply_{t}" for t in CURT]].max(axis=1)
    design = np.column_stack([np.ones(len(rows)), warm, curt])
    fit = sm.Logit(rows["after_frustration"].to_numpy(), design).fit(disp=0)
    points = []
    for k in (1, 2):
        on, off = design.copy(), design.copy()
        on[:, k], off[:, k] = 1, 0
        points.append(100 * float(np.mean(fit.predict(on) - fit.predict(off))))
    found = dialogue.repair(exchanges)["effect"].to_numpy()
    np.testing.assert_allclose(found, [*fit.params, *points], atol=1e-6)


def test_contingent_empathy_is_the_difference_of_two_shares():
    exchanges = dialogue.exchange_table(true_calls())
    found = dialogue.contingent_empathy(exchanges).set_index("predictor")
    tags = exchanges[[f"before_{t}" for t in TAGS]].max(axis=1)
    sad = exchanges[[f"before_{t}" for t in TAGS[:4]]].max(axis=1) == 1
    warm = exchanges[[f"reply_{t}" for t in WARM]].max(axis=1)
    assert found.loc["after distress", "effect"] == pytest.approx(100 * warm[sad].mean())
    assert found.loc["after calm", "effect"] == pytest.approx(100 * warm[tags == 0].mean())
    difference = found.loc["distress against calm"]
    # nothing was planted: agents are as warm to the one as to the other
    assert difference["ci_low"] < 0 < difference["ci_high"]
    replies = dialogue.reply_table(exchanges)
    own = replies[(replies["state"] == "calm") & (replies["reply"] == "warm")].iloc[0]
    assert own["n_heard"] == int((exchanges["reply_warm"][tags == 0] == 1).sum())


def test_too_few_replies_and_unknown_tags_are_sentences():
    exchanges = dialogue.exchange_table(true_calls())
    with pytest.raises(AbstainedError, match="rated replies follow distress, and 10 are needed"):
        dialogue.contingent_empathy(exchanges.head(12))
    with pytest.raises(InputError, match='Did you mean "frustration"'):
        dialogue.repair(exchanges, state="frustratoin")
    with pytest.raises(InputError, match='cluster="team" is not there'):
        dialogue.repair(exchanges, cluster="team")
    with pytest.raises(InputError, match="above 0 and at most 1; 2 came"):
        dialogue.repair(exchanges, threshold=2)
    few = exchanges[exchanges["agent_id"].isin(sorted(exchanges["agent_id"].unique())[:5])]
    found = dialogue.contingent_empathy(few).iloc[2]
    assert np.isnan(found["ci_low"])
    assert "5 agents, and 8 are needed" in found["note"]


def test_contagion_pooled_is_the_least_squares_of_statsmodels():
    heard = true_calls()
    turns = heard.sort_values(["call_id", "start_s"], ignore_index=True)
    turns["other"], turns["own"] = turns["valence_score"].shift(1), turns["valence_score"].shift(2)
    same = turns["call_id"] == turns["call_id"].shift(2)
    rows = turns[same & (turns["role"] == "customer")]
    fit = sm.OLS(rows["valence_score"], sm.add_constant(rows[["other", "own"]])).fit()
    found = dialogue.contagion(heard, kind="pooled")
    own = found[found["outcome"] == "customer valence"]["effect"].to_numpy()
    np.testing.assert_allclose(own, fit.params[1:], atol=1e-9)
    assert found["n_turns"].iloc[2] == len(rows)


def test_calls_that_go_badly_for_both_are_no_contagion_within_calls():
    rng = np.random.default_rng(6)
    found = [contagion_effect(rng, calls=40, kind=kind) for kind in ("within", "pooled")]
    assert found[0][1] < 0.2 < found[0][2]
    assert found[1][1] > 0.2


def test_contagion_says_what_it_needs():
    heard = true_calls()
    with pytest.raises(InputError, match='Did you mean "valence"'):
        dialogue.contagion(heard, dimension="valense")
    with pytest.raises(InputError, match="Kinds: within, pooled"):
        dialogue.contagion(heard, kind="witin")
    with pytest.raises(AbstainedError, match="and 30 are needed"):
        dialogue.contagion(heard.head(20))


def paired_calls(rng, n_calls, *, shared=0.0, shrinks=0.0, trend=0.0, pairs=14):
    """Draw pairs of turns: in step by `shared`, nearer by `shrinks`, both rising by `trend`."""
    call = np.repeat(np.arange(n_calls), pairs)
    place = np.tile(np.linspace(0, 1, pairs), n_calls)
    common = rng.normal(size=len(call))
    noise = rng.normal(size=(2, len(call))) * (1 - shrinks * place)
    one, two = shared**0.5 * common + trend * place + (1 - shared) ** 0.5 * noise
    return pd.DataFrame(
        {
            "measure": "pitch",
            "call_id": call,
            "first_sd": one - np.bincount(call, one)[call] / pairs,
            "second_sd": two - np.bincount(call, two)[call] / pairs,
            "place": place,
        }
    )


def test_voices_in_step_are_found_and_a_rise_that_all_calls_share_is_not():
    rng = np.random.default_rng(3)
    in_step = dialogue.convergence(paired_calls(rng, 20, shared=0.5), draws=199).iloc[0]
    assert in_step["p_value"] < 0.02
    assert 0.3 < in_step["effect"] < 0.7
    assert in_step["ci_low"] > 0
    rising = dialogue.convergence(paired_calls(rng, 20, trend=3.0), draws=199).iloc[0]
    assert rising["observed"] > 0.3
    assert abs(rising["effect"]) < 0.1
    assert rising["p_value"] > 0.05


def test_voices_that_meet_are_convergence_and_not_only_less_spread():
    rng = np.random.default_rng(4)
    rows = paired_calls(rng, 30, shared=0.0)
    rows["second_sd"] += (rows["first_sd"] - rows["second_sd"]) * rows["place"] * 0.9
    meeting = dialogue.convergence(rows, draws=199).iloc[1]
    assert meeting["effect"] < 0
    assert meeting["p_value"] < 0.02
    calmer = dialogue.convergence(paired_calls(rng, 30, shrinks=0.8), draws=199).iloc[1]
    assert calmer["observed"] < -0.3
    assert calmer["p_value"] > 0.05


def test_shuffled_partners_are_beyond_chance_in_one_of_twenty():
    rng = np.random.default_rng(8)
    p = [
        dialogue.convergence(paired_calls(rng, 10, trend=1.0), draws=99, rng=rng)["p_value"]
        for _ in range(100)
    ]
    shares = (np.array(p) <= 0.05).mean(axis=0)
    assert (shares > 0.0).all()
    assert (shares < 0.12).all()


def test_an_agents_voice_is_measured_only_where_the_policy_says_so():
    with pytest.raises(AbstainedError, match=r"infer_roles under \[policy\] of workbench.toml"):
        dialogue.turn_pairs(pd.DataFrame(), pd.DataFrame(), infer_roles=("customer",))


def test_pairs_of_turns_are_in_own_spreads():
    rows = [("1", "customer" if k % 2 == 0 else "agent", 4.0 * k, 4.0 * k + 3) for k in range(8)]
    utterances = utterances_of(rows)
    prosody = pd.DataFrame(
        {
            "utterance_id": utterances["utterance_id"],
            "f0_median_hz": [200, 100, 210, 105, 190, 95, 220, 110],
            "intensity_db": np.arange(8.0),
            "articulation_rate_syl_per_s": [5.0, np.nan] * 4,
        }
    )
    pairs = dialogue.turn_pairs(prosody, utterances, infer_roles=("customer", "agent"))
    assert pairs["measure"].unique().tolist() == ["pitch", "intensity"]
    pitch = 12 * np.log2([200, 210, 190, 220])
    expected = (pitch - pitch.mean()) / pitch.std(ddof=1)
    found = pairs[pairs["measure"] == "pitch"]["first_sd"].to_numpy()
    np.testing.assert_allclose(found, expected[[0, 1, 1, 2, 2, 3, 3]])
    with pytest.raises(AbstainedError, match="fewer than 3 no partners"):
        dialogue.convergence(pairs)


def test_gaps_overlaps_and_interruptions():
    heard = utterances_of(
        [
            ("1", "customer", 0, 10),
            ("1", "agent", 4, 5),
            ("1", "agent", 9, 14),
            ("1", "customer", 14.6, 16),
            ("1", "agent", 15.9, 18),
        ]
    )
    found = dialogue.handover_table(heard)
    assert found["role"].tolist() == ["agent", "agent", "customer", "agent"]
    assert found["kind"].tolist() == ["inside", "interruption", "smooth", "smooth"]
    np.testing.assert_allclose(found["gap_s"], [-6.0, -1.0, 0.6, -0.1])
    np.testing.assert_allclose(found["overlap_s"], [1.0, 1.0, 0.0, 0.1])
    summed = dialogue.turn_taking(found).set_index("role")
    assert summed.loc["agent", "interruption_share"] == pytest.approx(1 / 3)
    assert "8 are needed" in summed.loc["agent", "note"]
    with pytest.raises(InputError, match="greater than 0 s"):
        dialogue.handover_table(heard, min_overlap_s=0)
    with pytest.raises(AbstainedError, match="never changes"):
        dialogue.handover_table(heard[heard["role"] == "agent"])


def test_turn_taking_is_parted_by_the_state_of_the_customer():
    found = dialogue.turn_taking(dialogue.handover_table(true_calls()))
    parts = found.set_index(["role", "state"])["n_handovers"]
    assert set(found["state"]) == {"all", "distress", "calm"}
    assert parts["agent", "distress"] + parts["agent", "calm"] < parts["agent", "all"]


def balanced(agents=12, each=6):
    rng = np.random.default_rng(2)
    agent = np.repeat(np.arange(agents), each)
    value = rng.normal(0, 0.4, agents)[agent] + rng.normal(0, 0.5, len(agent))
    return pd.DataFrame({"call_id": np.arange(len(agent)), "agent_id": agent, "value": value})


def test_consistency_with_equal_numbers_is_icc_1_of_shrout_and_fleiss():
    tones = balanced()
    found = dialogue.tone_consistency(tones, minimum_group=5).iloc[0]
    long = pd.DataFrame(
        {
            "utterance_id": tones["agent_id"],
            "rater_id": tones.groupby("agent_id").cumcount(),
            "value": tones["value"],
        }
    )
    witness = icc(long, form="ICC(1,1)", draws=0)
    assert found["icc"] == pytest.approx(witness.value, abs=1e-9)
    fit = sm.MixedLM(tones["value"], np.ones(len(tones)), groups=tones["agent_id"]).fit()
    assert found["between_sd"] ** 2 == pytest.approx(float(fit.cov_re.iloc[0, 0]), rel=1e-3)
    assert found["within_sd"] ** 2 == pytest.approx(float(fit.scale), rel=1e-3)


def test_the_interval_is_the_exact_one_where_numbers_are_equal():
    pingouin = pytest.importorskip("pingouin")
    tones = balanced()
    long = tones.assign(rater=tones.groupby("agent_id").cumcount())
    table = pingouin.intraclass_corr(
        data=long, targets="agent_id", raters="rater", ratings="value", nan_policy="omit"
    )
    witness = table.iloc[0]
    column = next(c for c in table.columns if c.startswith("CI95"))
    found = dialogue.tone_consistency(tones, minimum_group=5).iloc[0]
    np.testing.assert_allclose(
        found[["ci_low", "ci_high"]].to_numpy(float), np.asarray(witness[column], float), atol=0.011
    )


def test_agents_with_few_calls_are_drawn_further_towards_all():
    tones = balanced()
    first = tones["agent_id"] == 0
    tones = pd.concat([tones[~first], tones[first].head(1).assign(value=2.0)])
    found = dialogue.pooled_tones(tones, minimum_group=5).set_index("agent_id")
    moved = (found["mean"] - found["pooled"]).abs()
    assert moved.idxmax() == 0
    assert (found["ci_low"] < found["pooled"]).all()
    with pytest.raises(AbstainedError, match="groups of at least 20"):
        dialogue.pooled_tones(tones, minimum_group=20)
    with pytest.raises(AbstainedError, match=r"minimum_group under \[policy\]"):
        dialogue.tone_consistency(balanced(4), minimum_group=5)
    with pytest.raises(AbstainedError, match="no spread"):
        dialogue.tone_consistency(tones.assign(value=1.0), minimum_group=5)


@pytest.mark.parametrize("kind", SIMULATIONS)
def test_every_simulated_project_has_an_interval(kind):
    truth, low, high = SIMULATIONS[kind](np.random.default_rng(1))
    assert low < high
    assert np.isfinite(truth)
