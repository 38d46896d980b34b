"""Cues: on tables with known truth, and on real speech with one thing changed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voices import DATA, real_files, real_speech
from workbench.cues import call_baseline, cue_table, default_thresholds
from workbench.errors import InputError
from workbench.prosody import measure_channel
from workbench.schema import check_table

real = pytest.mark.real
CUES = ["high_pitch", "rising_pitch", "fast_speech", "long_pause", "flat_tone", "volume_spike"]


def call_of(n=14, *, role="customer", call_id="c1", seed=0, seconds=3.0):
    """The tables of a call in which one speaker says n unremarkable utterances."""
    rng = np.random.default_rng(seed)
    ids = [f"{call_id}-{role}-{i}" for i in range(n)]
    starts = 4.0 * np.arange(n)
    utterances = pd.DataFrame(
        {"utterance_id": ids, "call_id": call_id, "role": role, "channel": 0,
         "speaker_id": f"{call_id}-{role}", "start_s": starts, "end_s": starts + seconds}
    )  # fmt: skip
    prosody = pd.DataFrame(
        {
            "utterance_id": ids,
            "f0_median_hz": 180 * 2 ** (rng.normal(0, 1, n) / 12),
            "f0_final_rise_st": rng.normal(-1.5, 2, n),
            "f0_sd_st": 2.5 * 2 ** rng.normal(0, 0.25, n),
            "articulation_rate_syl_per_s": rng.normal(4.5, 0.5, n),
            "intensity_db": rng.normal(-26, 1, n),
            "intensity_peak_db": rng.normal(-20, 1, n),
            "pause_max_s": 0.0,
            "pause_before_s": np.nan,
            "response_latency_s": 0.5 * 2 ** rng.normal(0, 0.5, n),
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
    "rising_pitch": ("f0_final_rise_st", 12.0, "F0 rises 12.0 semitones in the last 0.6 s"),
    "fast_speech": ("articulation_rate_syl_per_s", 8.0, "8.0 syllables per second without pauses"),
    "long_pause": ("pause_max_s", 2.0, "A pause of 2.0 s inside the utterance"),
    "flat_tone": ("f0_sd_st", 0.7, "F0 varies by 0.7 semitones"),
    "volume_spike": ("intensity_peak_db", -8.0, "dB above this caller's median of -"),
}


@pytest.mark.parametrize("cue", CUES)
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


def test_one_row_an_utterance_and_cue_with_the_figures_behind():
    prosody, utterances = call_of(10)
    table = cue_table(prosody, utterances)
    assert len(table) == 60
    assert table["cue"].head(6).tolist() == CUES
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
    assert row["evidence"] == "Answers 0.8 s before the other has ended."


def test_a_rise_that_is_hardly_one_does_not_fire_however_steady_the_voice():
    prosody, utterances = call_of(40)
    prosody["f0_final_rise_st"] = -9.0
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
    assert len(table) == 14 * 6
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
    assert table.loc[("c1-customer-2", "flat_tone"), "abstained"] == (
        "It lasts 0.6 s; 1.5 s are needed."
    )
    assert table.loc[("c1-customer-3", "flat_tone"), "baseline"]["n"] == 5
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


def test_an_utterance_is_not_part_of_its_own_baseline():
    values = np.array([1.0, 2, 3, 4, 5, 100])
    base = own_baselines(values, np.ones(6, bool), usual_spread=1, usual_n=0, min_others=5)
    assert base.centre[5] == 3
    assert base.n.tolist() == [5] * 6
    assert base.spread[5] == pytest.approx(1.4826 * 1.206 * 1)


@given(
    st.lists(st.floats(-40, 40), min_size=6, max_size=25),
    st.floats(-100, 100),
    st.floats(0.1, 10),
)
@settings(max_examples=80, deadline=None)
def test_a_baseline_moves_and_stretches_with_its_values(values, shift, stretch):
    numbers = np.array(values)
    every = np.ones(numbers.size, bool)
    plain = own_baselines(numbers, every, usual_spread=2, usual_n=8, min_others=5)
    moved = own_baselines(
        numbers * stretch + shift, every, usual_spread=2 * stretch, usual_n=8, min_others=5
    )
    np.testing.assert_allclose(moved.centre, plain.centre * stretch + shift, atol=1e-6)
    np.testing.assert_allclose(moved.spread, plain.spread * stretch, rtol=1e-6, atol=1e-9)
    assert (plain.spread > 0).all()


def test_few_and_many_normal_utterances_are_equally_often_beyond_the_threshold():
    """Witness: one cue on normal values of the usual spread fires in about one of 200."""
    rng = np.random.default_rng(0)
    rates = []
    for n in (6, 12, 40):
        beyond = []
        for _ in range(300):
            values = rng.normal(0, 1.8, n)
            every = np.ones(n, bool)
            base = own_baselines(values, every, usual_spread=1.8, usual_n=8, min_others=5)
            beyond.append((values - base.centre) / base.spread > 2.6)
        rates.append(np.concatenate(beyond).mean())
    assert max(rates) < 0.02
    assert min(rates) > 0.002


# ---- real speech with one thing changed -----------------------------------------------------


@cache
def neutral_calls():
    """Neutral sentences of one speaker after another: (samples, rate, spans) a call."""
    index = real_files()
    index = index[index["label"].fillna("").str.contains("neutral")]
    calls = []
    for (corpus, _), own in index.groupby(["corpus", "speaker"]):
        own = own.sample(frac=1, random_state=1)
        if corpus == "asterisk_prompts":
            parts = [own.iloc[i : i + 31] for i in range(0, len(own), 31)]
        else:
            parts = [own] if len(own) >= 8 else []
        calls += [_joined(part["file"]) for part in parts]
    return calls


def _joined(files):
    from workbench.activity import speech_activity

    pieces, spans, at = [], [], 0
    rng = np.random.default_rng(0)
    for name in files:
        samples, rate = real_speech(name)
        heard = np.flatnonzero(speech_activity(samples[:, 0], rate))
        if not heard.size:
            continue
        speech = samples[int(heard[0] * 0.01 * rate) : int((heard[-1] + 2) * 0.01 * rate), 0]
        gap = 1e-4 * rng.standard_normal(int(0.8 * rate))
        pieces += [gap, speech]
        spans.append((at + gap.size, at + gap.size + speech.size))
        at = spans[-1][1]
    return np.concatenate(pieces).astype(np.float32), rate, spans


def tables_of(samples, rate, spans, name):
    ids = [f"{name}-{i}" for i in range(len(spans))]
    utterances = pd.DataFrame(spans, columns=["start_s", "end_s"]) / rate
    utterances = utterances.assign(utterance_id=ids, call_id=name, role="customer")
    prosody = measure_channel(samples, rate, utterances.drop(columns=["call_id", "role"]))
    return prosody.assign(pause_before_s=np.nan), utterances


@real
def test_neutral_speech_of_four_languages_has_few_cues():
    """At most 5 false cues over all six cues in 100 neutral utterances."""
    fired = n = 0
    for k, call in enumerate(neutral_calls()):
        table = cue_table(*tables_of(*call, f"n{k}"))
        fired += int(table["fired"].sum())
        n += len(call[2])
    assert n > 180
    assert 100 * fired / n <= 5


def changed(speech, rate, cue, amount):
    """Change one thing about an utterance by a known amount."""
    if cue == "volume_spike":
        return speech * 10 ** (amount / 20)
    if cue == "long_pause":
        middle = len(speech) // 2
        return np.concatenate([speech[:middle], np.zeros(int(amount * rate)), speech[middle:]])
    pyworld = pytest.importorskip("pyworld")
    speech = speech.astype(np.float64)
    f0, times = pyworld.dio(speech, rate, f0_floor=60, f0_ceil=600)
    f0 = pyworld.stonemask(speech, f0, times, rate)
    envelope, noise = (f(speech, f0, times, rate) for f in (pyworld.cheaptrick, pyworld.d4c))
    period = 5.0
    voiced = f0 > 0
    middle = np.exp(np.mean(np.log(f0[voiced]))) if voiced.any() else 100.0
    if cue == "high_pitch":
        f0 = f0 * 2 ** (amount / 12)
    elif cue == "flat_tone":
        f0[voiced] = middle * (f0[voiced] / middle) ** amount
    elif cue == "rising_pitch":
        power = envelope.sum(axis=1)
        end = times[voiced & (power > power.max() / 100)][-1]  # what follows is hardly heard
        f0 = f0 * 2 ** (amount / 12 * np.clip((times - end + 0.6) / 0.6, 0, 1))
    elif cue == "fast_speech":
        period /= amount
    return pyworld.synthesize(f0, envelope, noise, rate, period)


AMOUNTS = {
    "high_pitch": (7.0, 0.9),  # semitones, least share of hits
    "rising_pitch": (16.0, 0.55),  # semitones in 0.6 s, put on sentences that fall
    "fast_speech": (1.8, 0.45),  # times faster; the nuclei of very fast syllables melt together
    "long_pause": (1.6, 0.9),  # seconds
    "flat_tone": (0.1, 0.9),  # what is left of the melody
    "volume_spike": (12.0, 0.9),  # dB
}
"""How much is changed: 4 to 5 of the speaker's spreads, rising_pitch rather 3 to 4."""


@real
@pytest.mark.parametrize("cue", CUES)
def test_real_speech_with_one_thing_changed_fires_that_cue(cue):
    """Utterances drawn at random from neutral speech."""
    amount, least_share = AMOUNTS[cue]
    rng = np.random.default_rng(7)
    hits = others = n = 0
    for k, (samples, rate, spans) in enumerate(neutral_calls()):
        long = [i for i, (a, b) in enumerate(spans) if b - a > 1.8 * rate]
        if rate < 16000 and cue not in ("long_pause", "volume_spike"):
            continue  # the vocoder needs 16 kHz
        for i in rng.choice(long, min(2, len(long)), replace=False):
            first, last = spans[i]
            new = changed(samples[first:last], rate, cue, amount).astype(np.float32)
            told = np.concatenate([samples[:first], new, samples[last:]])
            grown = len(new) - (last - first)
            moved = [
                (a, b) if b <= first else (a + (grown if a > first else 0), b + grown)
                for a, b in spans
            ]
            table = cue_table(*tables_of(told, rate, moved, f"t{k}"))
            own = table[table["utterance_id"] == f"t{k}-{i}"].set_index("cue")
            if pd.notna(own.loc[cue, "abstained"]):
                continue
            n += 1
            hits += bool(own.loc[cue, "fired"])
            others += int(own["fired"].sum() - own.loc[cue, "fired"])
    assert n >= 8
    assert hits / n >= least_share
    assert others / n <= (0.35 if cue == "rising_pitch" else 0.15)  # a long rise is higher, too


@real
def test_a_real_customer_is_judged_and_the_agent_is_not():
    samples, rate = real_speech("utep/calls/utep-126.wav")
    annotations = DATA / "utep" / "annotations" / "utep-126.txt"
    assert annotations.exists()
    starts = np.arange(0, 60, 4.0)
    spans = pd.DataFrame({"start_s": starts, "end_s": starts + 4})
    tables = []
    for channel, role in ((0, "customer"), (1, "agent")):
        asked = spans.assign(
            utterance_id=[f"{role}{i}" for i in range(len(spans))], call_id="utep-126", role=role
        )
        tables.append((measure_channel(samples[:, channel], rate, asked), asked))
    prosody, utterances = (pd.concat(t, ignore_index=True) for t in zip(*tables, strict=True))
    table = cue_table(prosody, utterances)
    assert table["utterance_id"].str.startswith("customer").all()
    assert table["strength_sd"].notna().any()
