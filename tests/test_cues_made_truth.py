"""Cues on real neutral speech in which one thing is changed by a known amount.

The changes, the draws and the figures are those of `python -m benchmarks.cues`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.voices import DATA, real_files, real_speech
from workbench.cues import cue_table
from workbench.prosody import measure_channel

pytestmark = pytest.mark.real
made = pytest.importorskip("benchmarks.cues")


@cache
def neutral():
    """Calls of neutral sentences in four languages, and their prosody."""
    real_files()
    calls = made.neutral_calls(DATA)
    return calls, pd.concat([made.measured(call) for call in calls], ignore_index=True)


@cache
def decisions(cue):
    pytest.importorskip("pyworld")
    calls, plain = neutral()
    targets = made.changed(calls, plain, cues=[cue], sd=(3.0, 4.0))
    return made.aimed_at(made.judged(targets), targets)


@cache
def unchanged():
    return made.judged(neutral()[1])


def test_neutral_speech_of_four_languages_has_few_cues():
    """At most 5 false cues in 100 neutral utterances, all cues and their opposites together."""
    n = unchanged()["utterance_id"].nunique()
    assert n > 180
    assert 100 * unchanged()["fired"].sum() / n <= 5


def test_few_cues_with_usual_spreads_of_the_other_corpora_too():
    _, plain = neutral()
    fired = 0
    for corpus, own in plain.groupby("corpus"):
        others = made.calibrated(plain[plain["corpus"] != corpus])
        fired += made.judged(own, thresholds=others)["fired"].sum()
    assert 100 * fired / plain["utterance_id"].nunique() <= 7


LEAST = {
    # cue: least area under the curve at 3 SD, least share found at 4 SD
    "high_pitch": (0.95, 0.88),
    "long_pause": (0.95, 0.9),
    "flat_tone": (0.95, 0.85),
    "volume_spike": (0.95, 0.9),
    "low_pitch": (0.95, 0.85),
    "slow_speech": (0.95, 0.8),
    "lively_tone": (0.95, 0.6),
    "soft_voice": (0.95, 0.7),
    "rising_pitch": (0.94, 0.5),
    "fast_speech": (0.88, 0.15),  # fast syllables melt together: known to be weak
}


@pytest.mark.parametrize("cue", LEAST)
def test_a_change_of_3_sd_is_told_apart_and_one_of_4_sd_found(cue):
    rows = decisions(cue)
    own = rows[rows["cue"] == cue]
    area, found = LEAST[cue]
    others = unchanged()
    at_3 = own.loc[own["sd"] == 3, "strength_sd"]
    at_4 = own[(own["sd"] == 4) & own["strength_sd"].notna()]
    assert len(at_4) >= (9 if cue == "slow_speech" else 25)
    neutral_strength = others.loc[others["cue"] == cue, "strength_sd"]
    assert made.area_under_curve(at_3, neutral_strength) >= area
    assert at_4["fired"].mean() >= found


@pytest.mark.parametrize("cue", ["high_pitch", "long_pause", "flat_tone", "volume_spike"])
def test_what_was_not_changed_stays_quiet(cue):
    """At most as many other cues that were not there before as neutral speech has."""
    rows = decisions(cue)
    new = made.new_others(rows, unchanged())
    assert 100 * new.sum() / rows["utterance_id"].nunique() <= 5


@pytest.mark.parametrize("codec", ["ULAW", "GSM610"])
def test_a_telephone_changes_few_decisions(codec):
    """At most 5 % of all decisions about utterances and cues differ from the wide band."""
    calls, plain = neutral()
    wide = [call for call in calls if call.rate >= 16000]
    names = [call.name for call in wide]
    here = made.judged(plain[plain["call_id"].isin(names)])
    heard = [made.measured(made.on_line(call, codec)) for call in wide]
    there = made.judged(pd.concat(heard, ignore_index=True))
    assert (here["utterance_id"] == there["utterance_id"]).all()
    assert (here["fired"] != there["fired"]).mean() <= 0.05
    judged = there["strength_sd"].notna().groupby(there["cue"]).mean()
    before = here["strength_sd"].notna().groupby(here["cue"]).mean()
    assert (before - judged).max() <= 0.15


def test_a_real_customer_is_judged_and_the_agent_is_not():
    samples, rate = real_speech("utep/calls/utep-126.wav")
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
