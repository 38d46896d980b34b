"""Cues: on tables with known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cues import call_baseline, causal_baseline, cue_table, default_thresholds
from workbench.cues.baseline import KINDS
from workbench.errors import InputError
from workbench.schema import check_table

CUES = [
    *("high_pitch", "low_pitch", "rising_pitch", "falling_pitch"),
    *("pitch_trend", "pitch_trend_down", "fast_speech", "slow_speech"),
    *("long_pause", "quick_answer", "lively_tone", "flat_tone", "volume_spike", "soft_voice"),
]


def call_of(n=14, *, role="customer", call_id="c1", seed=0, seconds=3.0):
    """The tables of a call in which one speaker says n unremarkable utterances."""
    rng = np.random.default_rng(seed)

    def around(centre, spread):
        return centre + spread * rng.normal(0, 1, n).clip(-1.5, 1.5)

    ids = [f"{call_id}-{role}-{i}" for i in range(n)]
    starts = 4.0 * np.arange(n)
    utterances = pd.DataFrame(
        {"utterance_id": ids, "call_id": call_id, "role": role, "channel": 0,
         "speaker_id": f"{call_id}-{role}", "start_s": starts, "end_s": starts + seconds}
    )  # fmt: skip
    prosody = pd.DataFrame(
        {
            "utterance_id": ids,
            "f0_median_hz": 180 * 2 ** (around(0, 1) / 12),
            "f0_final_rise_st": around(-1.5, 2),
            "f0_sd_st": 2.5 * 2 ** around(0, 0.25),
            "articulation_rate_syl_per_s": around(4.5, 0.5),
            "intensity_db": around(-26, 1),
            "intensity_peak_db": around(-20, 1),
            "pause_max_s": 0.0,
            "pause_before_s": np.nan,
            "response_latency_s": 0.5 * 2 ** around(0, 0.5),
            "usable": True,
        }
    )
    prosody["abstained"] = [{"pause_before_s": "The other spoke last."} for _ in ids]
    prosody["settings"] = [{} for _ in ids]
    return prosody, utterances


def cues_of(prosody, utterances, **options):
    table = cue_table(prosody, utterances, **options)
    check_table(table, "cues")
    return table.set_index(["utterance_id", "cue"])


CHANGES = {
    "high_pitch": ("f0_median_hz", 180 * 2 ** (8 / 12), "semitones above this caller's median of"),
    "low_pitch": ("f0_median_hz", 180 / 2 ** (8 / 12), "semitones below this caller's median of"),
    "rising_pitch": ("f0_final_rise_st", 12.0, "F0 rises 12.0 semitones in the last 0.6 s"),
    "falling_pitch": ("f0_final_rise_st", -20.0, "F0 falls 20.0 semitones in the last 0.6 s"),
    "fast_speech": ("articulation_rate_syl_per_s", 8.0, "8.0 syllables per second without pauses"),
    "slow_speech": ("articulation_rate_syl_per_s", 1.2, "1.2 syllables per second without pauses"),
    "long_pause": ("pause_max_s", 2.0, "A pause of 2.0 s inside the utterance"),
    "quick_answer": ("response_latency_s", -2.5, "Answers 2.5 s before the other has ended"),
    "lively_tone": ("f0_sd_st", 9.0, "F0 varies by 9.0 semitones"),
    "flat_tone": ("f0_sd_st", 0.7, "F0 varies by 0.7 semitones"),
    "volume_spike": ("intensity_peak_db", -8.0, "dB above this caller's median of -"),
    "soft_voice": ("intensity_peak_db", -30.0, "dB below this caller's median of -"),
}


@pytest.mark.parametrize("cue", CHANGES)
def test_the_cue_of_what_was_changed_fires_and_no_other(cue):
    prosody, utterances = call_of()
    column, value, sentence = CHANGES[cue]
    prosody.loc[5, column] = value
    table = cues_of(prosody, utterances)
    row = table.loc[("c1-customer-5", cue)]
    assert row["fired"]
    assert row["strength_sd"] > row["threshold_sd"]
    assert row["value"] == pytest.approx(value)
    assert sentence in row["evidence"]
    assert row["evidence"].endswith(".")
    assert table["fired"].sum() == 1


def test_a_cue_and_its_opposite_are_told_in_the_same_words_and_never_fire_together():
    prosody, utterances = call_of()
    prosody.loc[5, "f0_median_hz"] = 300.0
    table = cue_table(prosody, utterances)
    pairs = table.pivot(index="utterance_id", columns="cue")
    for high, low in zip(CUES[::2], CUES[1::2], strict=True):
        if high == "long_pause":
            continue
        assert not (pairs["fired"][high] & pairs["fired"][low]).any()
        both = pairs["strength_sd"][[high, low]].dropna()
        assert (np.sign(both[high]) == -np.sign(both[low])).all()
        assert pairs["evidence"][high].equals(pairs["evidence"][low].rename(high))


def test_a_voice_that_climbs_over_the_call_has_a_trend_from_where_it_is_clear():
    prosody, utterances = call_of(24)
    prosody["f0_median_hz"] *= 2 ** (np.linspace(0, 6, 24) / 12)
    table = cues_of(prosody, utterances)
    trend = table.xs("pitch_trend", level="cue")
    assert trend["abstained"].head(8).str.contains("A trend needs 9 utterances").all()
    assert trend["fired"].tail(8).all()
    assert not table.xs("pitch_trend_down", level="cue")["fired"].any()
    assert (
        trend["evidence"]
        .iloc[-1]
        .endswith(
            "semitones higher in this caller's last 8 utterances than in the first 8 of the call."
        )
    )
    assert trend["value"].iloc[-1] == pytest.approx(6 * 16 / 23, abs=1)


def test_a_trend_does_not_change_when_the_rest_of_the_call_is_cut_off():
    prosody, utterances = call_of(24)
    whole, part = (cues_of(prosody.head(n), utterances) for n in (24, 15))
    at = ("c1-customer-12", "pitch_trend")
    assert part.loc[at, "value"] == whole.loc[at, "value"]
    assert part.loc[at, "causal_sd"] == whole.loc[at, "causal_sd"]


def test_one_row_an_utterance_and_cue_with_the_figures_behind():
    prosody, utterances = call_of(10)
    table = cue_table(prosody, utterances)
    assert len(table) == 140
    assert table["cue"].head(14).tolist() == CUES
    judged = table[table["strength_sd"].notna()]
    assert judged["evidence"].notna().all()
    base = judged.iloc[0]["baseline"]
    assert base["kind"] == "call"
    assert base["n"] == 9
    assert base["unit"] == "Hz"
    assert base["spread_unit"] == "st"
    assert base["centre"] == pytest.approx(180, rel=0.1)


def test_a_high_voice_that_rises_is_told_in_one_sentence():
    prosody, utterances = call_of()
    prosody["f0_median_hz"] = 182.0
    prosody.loc[3, ["f0_median_hz", "f0_final_rise_st"]] = [182 * 2 ** (3.1 / 12), 4.0]
    evidence = cues_of(prosody, utterances).loc[("c1-customer-3", "high_pitch"), "evidence"]
    assert evidence == (
        "F0 3.1 semitones above this caller's median of 182 Hz; "
        "rises 4.0 semitones in the last 0.6 s."
    )


@pytest.mark.parametrize(
    ("column", "value", "usual", "sentence"),
    [
        ("pause_max_s", 1.9, 0.0, "A pause of 1.9 s inside the utterance; this caller's longest"),
        ("pause_before_s", 6.0, 1.2, "6.0 s of silence before going on; this caller's median is"),
        ("response_latency_s", 4.0, 0.4, "4.0 s before answering; this caller's median is 0.4 s."),
    ],
)
def test_a_long_pause_says_where_it_is(column, value, usual, sentence):
    prosody, utterances = call_of()
    prosody[column] = usual
    prosody.loc[7, column] = value
    row = cues_of(prosody, utterances).loc[("c1-customer-7", "long_pause")]
    assert row["fired"]
    assert row["evidence"].startswith(sentence)
    assert row["value"] == value


def test_of_two_long_pauses_the_longer_one_is_told():
    prosody, utterances = call_of()
    prosody.loc[7, ["pause_max_s", "response_latency_s"]] = [0.9, 9.0]
    row = cues_of(prosody, utterances).loc[("c1-customer-7", "long_pause")]
    assert row["evidence"].startswith("9.0 s before answering")


def test_answering_early_is_no_pause():
    prosody, utterances = call_of()
    prosody.loc[7, "response_latency_s"] = -0.8
    prosody["pause_max_s"] = np.nan
    row = cues_of(prosody, utterances).loc[("c1-customer-7", "long_pause")]
    assert not row["fired"]
    assert row["evidence"].startswith("Answers 0.8 s before the other has ended; this caller's")


def test_a_rise_that_is_hardly_one_does_not_fire_however_steady_the_voice():
    prosody, utterances = call_of(40)
    prosody["f0_final_rise_st"] = -12.0
    prosody.loc[4, "f0_final_rise_st"] = 1.5
    row = cues_of(prosody, utterances).loc[("c1-customer-4", "rising_pitch")]
    assert row["strength_sd"] > row["threshold_sd"]
    assert not row["fired"]


# ---- roles ----------------------------------------------------------------------------------


def test_only_admitted_roles_appear():
    parts = [call_of(), call_of(role="agent", seed=1), call_of(role="other", seed=2)]
    prosody, utterances = (pd.concat(t, ignore_index=True) for t in zip(*parts, strict=True))
    of = utterances.set_index("utterance_id")["role"]
    assert set(cue_table(prosody, utterances)["utterance_id"].map(of)) == {"customer"}
    both = cue_table(prosody, utterances, infer_roles=("customer", "agent"))
    assert set(both["utterance_id"].map(of)) == {"customer", "agent"}
    assert both["evidence"].str.contains("this agent's").any()
    assert cue_table(prosody, utterances, infer_roles=()).empty


def test_an_unknown_role_abstains_and_says_why():
    prosody, utterances = call_of(role="unknown")
    prosody.loc[5, "intensity_peak_db"] = -3
    table = cue_table(prosody, utterances)
    assert len(table) == 14 * 14
    assert not table["fired"].any()
    assert table["strength_sd"].isna().all()
    assert table["abstained"].str.contains("give the channel a role first").all()


def test_each_call_and_speaker_is_its_own_measure():
    """The same voice is high in a call where the caller speaks low, and not in the other."""
    low, high = call_of(call_id="low"), call_of(call_id="high", seed=1)
    high[0]["f0_median_hz"] *= 2 ** (8 / 12)
    low[0].loc[5, "f0_median_hz"] = high[0]["f0_median_hz"].median()
    prosody, utterances = (
        pd.concat(t, ignore_index=True).sample(frac=1, random_state=0)
        for t in zip(low, high, strict=True)
    )
    table = cues_of(prosody, utterances)
    fired = table.xs("high_pitch", level="cue")["fired"]
    assert fired[fired].index.tolist() == ["low-customer-5"]


# ---- abstaining -----------------------------------------------------------------------------


def test_too_few_utterances_abstain_and_say_how_many_are_needed():
    table = cue_table(*call_of(5))
    why = table.loc[table["cue"] == "high_pitch", "abstained"]
    assert (
        why == "This caller has 4 other utterances in this call to be held against; 5 are needed."
    ).all()
    assert cue_table(*call_of(6))["strength_sd"].notna().any()


def test_short_utterances_are_neither_judged_nor_part_of_a_baseline():
    prosody, utterances = call_of(7)
    utterances.loc[2, "end_s"] = utterances.loc[2, "start_s"] + 0.6
    table = cues_of(prosody, utterances)
    assert table.loc[("c1-customer-3", "flat_tone"), "baseline"]["n"] == 5
    assert table.loc[("c1-customer-2", "flat_tone"), "abstained"] == (
        "It lasts 0.6 s; 0.8 s are needed."
    )
    assert pd.isna(table.loc[("c1-customer-2", "volume_spike"), "abstained"])


def test_a_measure_that_abstained_passes_its_reason_on():
    prosody, utterances = call_of()
    prosody.loc[4, "f0_median_hz"] = np.nan
    prosody.at[4, "abstained"] = {"f0_median_hz": "Only 0.02 s are voiced."}
    table = cues_of(prosody, utterances)
    assert table.loc[("c1-customer-4", "high_pitch"), "abstained"] == "Only 0.02 s are voiced."
    assert not table.loc[("c1-customer-4", "high_pitch"), "fired"]


def test_unusable_and_far_too_soft_utterances_stay_out():
    prosody, utterances = call_of()
    prosody.loc[1, "usable"] = False
    prosody.loc[2, ["intensity_db", "intensity_peak_db", "f0_median_hz"]] = [-50, -44, 400]
    table = cues_of(prosody, utterances)
    assert "carries no measures" in table.loc[("c1-customer-1", "high_pitch"), "abstained"]
    assert "perhaps somebody else" in table.loc[("c1-customer-2", "high_pitch"), "abstained"]
    assert table.loc[("c1-customer-3", "high_pitch"), "baseline"]["n"] == 11


def test_tables_without_rows_give_a_table_without_rows():
    prosody, utterances = call_of()
    assert cue_table(prosody.head(0), utterances).empty
    assert cue_table(prosody, utterances.head(0)).empty
    assert cue_table(prosody, utterances.assign(utterance_id=list("abcdefghijklmn"))).empty


# ---- thresholds and baselines ---------------------------------------------------------------


def test_an_edited_threshold_changes_what_fires():
    prosody, utterances = call_of()
    prosody.loc[5, "intensity_peak_db"] = -8
    stricter = default_thresholds()
    stricter.loc[stricter["cue"] == "volume_spike", "threshold_sd"] = 20
    table = cues_of(prosody, utterances, thresholds=stricter)
    assert not table["fired"].any()
    assert table.loc[("c1-customer-5", "volume_spike"), "threshold_sd"] == 20


def test_a_cue_that_was_taken_out_is_not_looked_for():
    only = default_thresholds().query("cue == 'flat_tone'")
    assert set(cue_table(*call_of(), thresholds=only)["cue"]) == {"flat_tone"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="threshold_sd"), 'no column "threshold_sd"'),
        (lambda t: t.assign(cue="volume_spkie"), 'no cue "volume_spkie".*"volume_spike"'),
        (lambda t: pd.concat([t, t.head(1)]), 'name "high_pitch" twice'),
        (lambda t: t.assign(threshold_sd=0), "threshold_sd of high_pitch is 0.0; it must be above"),
        (lambda t: t.assign(usual_spread=-1), "usual_spread of high_pitch is -1.0"),
        (lambda t: t.assign(min_others=1), "min_others of high_pitch is 1.0.*at least 2"),
        (lambda t: t.assign(min_s=np.nan), "min_s of high_pitch is nan"),
        (lambda t: t.assign(least_change=-1), "least_change of high_pitch is -1.0"),
        (lambda t: t.assign(threshold_sd="much"), "threshold_sd should hold numbers"),
    ],
)
def test_wrong_thresholds_are_refused_in_a_sentence(change, message):
    with pytest.raises(InputError, match=message):
        cue_table(*call_of(), thresholds=change(default_thresholds()))


def test_missing_columns_are_named():
    prosody, utterances = call_of()
    with pytest.raises(InputError, match='no column "role".*Cues need'):
        cue_table(prosody, utterances.drop(columns="role"))
    with pytest.raises(InputError, match="utterance c1-customer-0 occurs twice"):
        cue_table(prosody, pd.concat([utterances, utterances]))


def test_there_are_three_baselines_and_no_fourth():
    with pytest.raises(InputError, match='no baseline "casual". Did you mean "causal"'):
        cue_table(*call_of(), baseline="casual")


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_holds_the_strengths_by_all_three(kind):
    first, second = call_of(call_id="a", seed=1), call_of(call_id="b", seed=2)
    prosody, utterances = (pd.concat(t, ignore_index=True) for t in zip(first, second, strict=True))
    utterances["speaker_id"] = "anna"
    calls = pd.DataFrame({"call_id": ["a", "b"], "started_at": ["2026-01-01", "2026-01-02"]})
    table = cues_of(prosody, utterances, calls=calls, baseline=kind)
    assert table["strength_sd"].equals(table[f"{kind}_sd"].rename("strength_sd"))
    base = table.loc[("b-customer-9", "high_pitch"), "baseline"]
    assert base["kind"] == kind
    assert base["n"] == {"call": 13, "causal": 9, "speaker_history": 14}[kind]
    # Witness: the formulas of the docstring, by NumPy.
    held = {"call": (1, 9), "causal": (1, 9), "speaker_history": (0, 14)}[kind]
    part = (first if kind == "speaker_history" else second)[0]["f0_median_hz"]
    others = part.drop(index=9) if kind == "call" else part.iloc[: held[1]]
    assert base["centre"] == pytest.approx(others.median(), abs=1e-3)


def test_the_sentence_says_which_baseline_it_is():
    prosody, utterances = call_of()
    found = cues_of(prosody, utterances, baseline="causal")
    evidence = found.loc[("c1-customer-9", "volume_spike"), "evidence"]
    assert "this caller's median so far of -" in evidence
    assert found.loc[("c1-customer-2", "volume_spike"), "abstained"] == (
        "This caller has 2 utterances before it in this call; 5 are needed."
    )


@given(
    st.lists(st.floats(-40, 40), min_size=8, max_size=25),
    st.integers(6, 24),
    st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_a_causal_cue_does_not_change_when_the_rest_of_the_call_is_cut_off(levels, cut, seed):
    n = len(levels)
    prosody, utterances = call_of(n, seed=seed)
    prosody["intensity_peak_db"] = levels
    prosody["intensity_db"] = np.array(levels) - 6
    cut = min(cut, n - 1)
    whole = cues_of(prosody, utterances, baseline="causal")
    part = cues_of(prosody.head(cut), utterances.head(cut), baseline="causal")
    same = whole.loc[part.index]
    pd.testing.assert_frame_equal(same.drop(columns="call_sd"), part.drop(columns="call_sd"))


def test_only_calls_that_began_earlier_are_history():
    parts = [call_of(call_id=c, seed=i) for i, c in enumerate("abc")]
    prosody, utterances = (pd.concat(t, ignore_index=True) for t in zip(*parts, strict=True))
    utterances["speaker_id"] = utterances["call_id"].map({"a": "anna", "b": "ben", "c": "anna"})
    when = {"a": "2026-03-01", "b": "2026-02-01", "c": "2026-01-01"}
    calls = pd.DataFrame({"call_id": when.keys(), "started_at": when.values()})
    table = cues_of(prosody, utterances, calls=calls, baseline="speaker_history")
    high = table.xs("high_pitch", level="cue")
    assert high["strength_sd"].notna().groupby(high.index.str[0]).all().to_dict() == {
        "a": True, "b": False, "c": False,
    }  # fmt: skip
    assert high.loc["c-customer-1", "abstained"] == (
        "0 utterances of this caller are known from earlier calls; 5 are needed."
    )
    assert table.xs("soft_voice", level="cue")["abstained"].str.contains("Level is not").all()
    without = cues_of(prosody, utterances)
    assert without["speaker_history_sd"].isna().all()
    assert without["strength_sd"].equals(without["call_sd"].rename("strength_sd"))
    with pytest.raises(InputError, match='calls have no column "started_at"'):
        cue_table(prosody, utterances, calls=calls.drop(columns="started_at"))


def test_noisy_utterances_stay_out_and_clipped_ones_are_judged_but_make_no_baseline():
    prosody, utterances = call_of()
    prosody["snr_db"] = 30.0
    prosody.loc[1, "snr_db"] = 3.0
    prosody["clipping_share"] = np.where(prosody.index == 2, 0.02, 0.0)
    prosody.loc[2, "intensity_peak_db"] = -3
    table = cues_of(prosody, utterances)
    assert table.loc[("c1-customer-1", "high_pitch"), "abstained"] == (
        "It is only 3 dB above the noise; 6 dB are needed."
    )
    assert table.loc[("c1-customer-2", "volume_spike"), "fired"]
    assert table.loc[("c1-customer-3", "volume_spike"), "baseline"]["n"] == 11


def test_a_short_utterance_needs_more_to_stand_out():
    prosody, utterances = call_of()
    prosody.loc[[4, 5], "f0_median_hz"] = 240.0
    utterances.loc[4, "end_s"] = utterances.loc[4, "start_s"] + 1
    strength = cues_of(prosody, utterances)["strength_sd"].xs("high_pitch", level="cue")
    assert 0 < strength["c1-customer-4"] < 0.8 * strength["c1-customer-5"]


def test_an_utterance_is_not_part_of_its_own_baseline():
    base = call_baseline([1.0, 2, 3, 4, 5, 100])
    assert base.centre[5] == 3
    assert base.n.tolist() == [5] * 6
    assert base.above[5] == pytest.approx(np.sqrt(1.105 * 10 / 4))


def _by_hand(values, scatter):
    """Witness: the formulas of `call_baseline`, with NumPy and SciPy."""
    from scipy.stats import norm

    n, centre = values.size, np.median(values)
    away = np.sort((values - centre) / scatter)
    cut = 2.5 * 1.4826 * n / (n - 0.8) * np.median(np.abs(away))
    both = np.sqrt(1.105 * np.sum(np.minimum(np.abs(away), cut) ** 2) / (n - 1))
    if n < 8:
        return centre, both, both
    k = max(n // 5, 2)
    far = norm.isf((k - 0.375) / (n + 0.25))
    return centre, max(both, away[n - k] / far), max(both, -away[k - 1] / far)


@given(st.integers(3, 40), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_baselines_are_those_of_the_formulas(n, seed):
    rng = np.random.default_rng(seed)
    values, scatter = rng.standard_t(3, n).round(1), rng.uniform(0.5, 2, n)
    able = rng.random(n) < 0.8
    start = 2.0 * np.arange(n)
    whole = call_baseline(values, counts=able, scatter=scatter)
    before = causal_baseline(values, start, start + 1, counts=able, scatter=scatter)
    for i in range(n):
        others, earlier = able.copy(), able.copy()
        others[i] = False
        earlier[i:] = False
        for base, held in ((whole, others), (before, earlier)):
            assert base.n[i] == held.sum()
            if held.sum() >= 2:
                found = (base.centre[i], base.above[i], base.below[i])
                np.testing.assert_allclose(
                    found, _by_hand(values[held], scatter[held]), rtol=0.01, atol=1e-9
                )


@given(
    st.lists(st.floats(-40, 40), min_size=6, max_size=25),
    st.floats(-100, 100),
    st.floats(0.1, 10),
)
@settings(max_examples=80, deadline=None)
def test_a_baseline_moves_and_stretches_with_its_values(values, shift, stretch):
    numbers = np.array(values)
    plain, moved = call_baseline(numbers), call_baseline(numbers * stretch + shift)
    np.testing.assert_allclose(moved.centre, plain.centre * stretch + shift, atol=1e-6)
    np.testing.assert_allclose(moved.above, plain.above * stretch, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved.below, plain.below * stretch, rtol=1e-6, atol=1e-6)


def test_normal_utterances_seldom_have_a_cue_however_many_there_are():
    """Witness: 0.8 % of normal deviates are beyond 2.4; against few others a few more."""
    rng = np.random.default_rng(0)
    for n in (8, 16, 60):
        parts = [call_of(n, call_id=f"c{k}") for k in range(900 // n)]
        prosody, utterances = (pd.concat(t, ignore_index=True) for t in zip(*parts, strict=True))
        prosody["f0_median_hz"] = 180 * 2 ** (1.2 * rng.standard_normal(len(prosody)) / 12)
        prosody["intensity_peak_db"] = 1.8 * rng.standard_normal(len(prosody))
        prosody["articulation_rate_syl_per_s"] = 5 + 0.8 * rng.standard_normal(len(prosody))
        table = cue_table(prosody, utterances)
        shares = table.groupby("cue")["fired"].mean()
        assert shares.max() < (0.04 if n < 16 else 0.02), n
        assert 100 * table["fired"].sum() / len(utterances) < (11 if n < 16 else 6), n


def test_a_length_edited_for_one_of_a_pair_leaves_the_other_its_sentences():
    thresholds = default_thresholds()
    thresholds.loc[thresholds["cue"] == "high_pitch", "min_s"] = 9.0
    table = cue_table(*call_of(), thresholds=thresholds).set_index("cue")
    assert table.loc["high_pitch", "abstained"].str.contains("9 s are needed").all()
    assert table.loc["low_pitch", "evidence"].notna().all()
    assert table.loc["low_pitch", "abstained"].isna().all()
