"""Utterances, turns, gaps and imported tiers: by hand, by property, on real speech."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.activity import DETECTOR, speech_activity
from workbench.errors import InputError
from workbench.schema import check_table
from workbench.utterances import (
    assign_roles_from_tier,
    from_tier,
    gap_table,
    read_rttm,
    segment_channels,
    turns_of,
    whole_call,
)

DATA = Path(__file__).parents[2] / "shared" / "data"
HOP = 0.1


def channel_rows(roles=("customer", "agent"), **more) -> pd.DataFrame:
    n = len(roles)
    rows = {
        "call_id": ["c1"] * n,
        "channel": list(range(n)),
        "recording_id": ["rec_1"] * n,
        "recording_channel": list(range(n)),
        "role": list(roles),
        "speaker_id": [None] * n,
    }
    return pd.DataFrame(rows | more)


def frames(*spans: tuple[float, float], length_s: float = 40.0) -> np.ndarray:
    out = np.zeros(round(length_s / HOP), bool)
    for start_s, end_s in spans:
        out[round(start_s / HOP) : round(end_s / HOP)] = True
    return out


def cut(*spans_by_channel, roles=("customer", "agent"), **more):
    activity = {c: (frames(*spans), HOP, 0.0) for c, spans in enumerate(spans_by_channel)}
    return segment_channels(activity, channel_rows(roles), call_id="c1", **more)


def bounds(utterances: pd.DataFrame, channel: int) -> list[tuple[float, float]]:
    own = utterances[utterances["channel"] == channel]
    return list(zip(own["start_s"], own["end_s"], strict=True))


# cutting


def test_a_silence_of_one_second_ends_an_utterance():
    found = cut([(0, 2), (2.9, 4), (5, 6)], []).utterances
    assert bounds(found, 0) == [(0, 4), (5, 6)]
    assert bounds(cut([(0, 2), (2.9, 4)], [], settings={"min_silence_s": 0.9}).utterances, 0) == [
        (0, 2),
        (2.9, 4),
    ]


def test_another_who_takes_over_ends_the_utterance_even_within_a_second():
    found = cut([(0, 2), (2.9, 4)], [(2.1, 2.8)]).utterances
    assert bounds(found, 0) == [(0, 2), (2.9, 4)]
    assert found["turn"].tolist() == [0, 1, 2]


def test_a_backchannel_cuts_nothing_and_has_no_turn():
    found = cut([(0, 2), (2.9, 4)], [(2.2, 2.6)]).utterances
    assert bounds(found, 0) == [(0, 4)] and bounds(found, 1) == [(2.2, 2.6)]
    assert found["turn"].isna().tolist() == [False, True]
    during = cut([(0, 10)], [(4, 4.4)]).utterances
    assert during["turn"].isna().tolist() == [False, True]


def test_a_short_answer_is_a_turn():
    found = cut([(0, 2), (3.2, 5)], [(2.2, 2.5)]).utterances
    assert found["turn"].tolist() == [0, 1, 2]


def test_speech_over_speech_is_overlap_and_cuts_nothing():
    found = cut([(0, 10)], [(3, 6)]).utterances
    assert bounds(found, 0) == [(0, 10)] and bounds(found, 1) == [(3, 6)]


def test_talking_into_a_pause_from_before_counts_only_within_the_pause():
    assert len(bounds(cut([(0, 2), (2.4, 5)], [(1, 4)]).utterances, 0)) == 1
    assert len(bounds(cut([(0, 2), (2.8, 5)], [(1, 4)]).utterances, 0)) == 2


def test_blips_are_dropped_and_bridge_nothing():
    assert bounds(cut([(0, 2), (2.7, 2.8), (3.5, 5)], []).utterances, 0) == [(0, 2), (3.5, 5)]


def test_rows_are_a_table_with_ids_owners_and_settings():
    channels = channel_rows(speaker_id=["cust_9", "a7"])
    activity = {0: (frames((0, 2)), HOP, 0.0), 1: (frames((3, 4)), HOP, 0.0)}
    made = segment_channels(activity, channels, call_id="c1", agent_id="a7")
    row = made.segmentation.iloc[0]
    assert (row["unit"], row["method"], row["created_by"]) == (
        "utterance", "voice_activity", "workbench",
    )  # fmt: skip
    assert row["settings"] == {
        "min_silence_s": 1.0, "max_backchannel_s": 0.5, "min_speech_s": 0.2, "activity": DETECTOR,
    }  # fmt: skip
    assert bool(row["in_use"])
    found = made.utterances
    check_table(found, "utterances")
    assert found["speaker_id"].tolist() == ["cust_9", "a7"]
    assert found["agent_id"].tolist() == ["a7", "a7"]
    assert set(found["segmentation_id"]) == {row["segmentation_id"]}
    other = segment_channels(activity, channels.assign(recording_id="rec_2"), call_id="c1")
    assert not set(found["utterance_id"]) & set(other.utterances["utterance_id"])
    assert other.segmentation["segmentation_id"].item() == row["segmentation_id"]


def test_other_settings_and_detectors_are_another_segmentation():
    ids = {
        cut([(0, 2)], [], settings=chosen).segmentation["segmentation_id"].item()
        for chosen in (None, {"min_silence_s": 1}, {"min_silence_s": 2.0}, {"activity": "rival"})
    }
    assert len(ids) == 3


def test_a_silent_call_has_a_segmentation_and_no_utterances():
    made = cut([], [])
    assert len(made.segmentation) == 1 and made.utterances.empty
    assert list(made.utterances.columns)[0] == "utterance_id"
    assert gap_table(made.utterances).empty
    assert segment_channels({}, channel_rows(), call_id="c1").utterances.empty


def test_a_mono_call_without_role_has_no_turns():
    made = cut([(0, 2), (4, 6)], roles=("unknown",))
    assert made.utterances["role"].tolist() == ["unknown"] * 2
    assert made.utterances["turn"].isna().all()
    assert turns_of(made.utterances).utterances.empty


def test_two_channels_without_roles_still_take_turns():
    made = cut([(0, 2)], [(3, 5)], roles=("unknown", "unknown"))
    assert made.utterances["turn"].tolist() == [0, 1]


def test_after_a_transfer_each_agent_is_named():
    channels = channel_rows(("customer", "agent", "agent"), speaker_id=["k", "a1", "a2"])
    spans = [[(0, 1), (12, 14), (26, 28)], [(2, 10)], [(15, 25)]]
    activity = {c: (frames(*own), HOP, 0.0) for c, own in enumerate(spans)}
    found = segment_channels(activity, channels, call_id="c1", agent_id="a1").utterances
    assert found["agent_id"].tolist() == ["a1", "a1", "a1", "a2", "a2"]
    assert found["turn"].tolist() == [0, 1, 2, 3, 4]


def test_one_customer_in_two_files_is_one_party():
    channels = channel_rows(("customer", "customer"), speaker_id=["k", "k"])
    activity = {0: (frames((0, 2)), HOP, 0.0), 1: (frames((0, 2)), HOP, 10.0)}
    found = segment_channels(activity, channels, call_id="c1").utterances
    assert found["turn"].tolist() == [0, 0] and found["start_s"].tolist() == [0, 10]


def test_bounds_stay_inside_the_recording():
    activity = {0: (np.ones(203, bool), 0.01, 0.0), 1: (np.ones(5, bool), 0.1, -0.3)}
    found = segment_channels(
        activity, channel_rows(), call_id="c1", end_s={0: 2.0256}, settings={"min_speech_s": 0}
    ).utterances
    assert bounds(found, 0) == [(0, 2.025)] and bounds(found, 1) == [(0, 0.2)]


@pytest.mark.parametrize(
    ("activity", "more", "message"),
    [
        ({2: (np.ones(3, bool), 0.1, 0)}, {}, "channel 2 of c1, which has the channels 0, 1"),
        ({0: (np.ones(3), 0.1, 0)}, {}, "array of float64 with 1 dimensions; it is one bool"),
        ({0: (np.ones((3, 2), bool), 0.1, 0)}, {}, "with 2 dimensions"),
        ({0: (np.ones(3, bool), 0.0, 0)}, {}, "0.0 s apart; the hop is greater than 0"),
        ({}, {"settings": {"min_silense_s": 1}}, 'no setting "min_silense_s".*"min_silence_s"'),
        ({}, {"settings": {"min_silence_s": -1}}, "is -1 s; it cannot be negative"),
        ({}, {"settings": {"min_silence_s": 0}}, "every frame would be an utterance"),
        ({}, {"settings": {"min_speech_s": "a"}}, "'a'; it is a number of seconds"),
        ({}, {"settings": {"min_speech_s": float("nan")}}, "cannot be negative or endless"),
    ],
)
def test_wrong_input_is_a_sentence(activity, more, message):
    with pytest.raises(InputError, match=message):
        segment_channels(activity, channel_rows(), call_id="c1", **more)


def test_a_wrong_role_is_a_sentence():
    with pytest.raises(InputError, match='"costumer" is not a role.*"customer"'):
        segment_channels({}, channel_rows(("costumer",)), call_id="c1")


# properties

SPEECH = st.lists(st.booleans(), max_size=60).map(lambda b: np.repeat(b, 3).astype(bool))
CALLS = st.tuples(SPEECH, SPEECH)


def cut_frames(call, *, offset_s=0.0, roles=("customer", "agent"), **chosen):
    activity = {c: (own, HOP, offset_s) for c, own in enumerate(call)}
    return segment_channels(activity, channel_rows(roles), call_id="c1", settings=chosen).utterances


@settings(max_examples=25, deadline=None)
@given(CALLS, st.sampled_from([0.3, 0.5, 1.0, 2.0]))
def test_utterances_never_overlap_and_stay_inside(call, min_silence_s):
    found = cut_frames(call, min_silence_s=min_silence_s)
    assert found["utterance_id"].is_unique
    for channel, own in found.groupby("channel"):
        assert (own["end_s"] > own["start_s"]).all() and (own["start_s"] >= 0).all()
        assert (own["end_s"] <= len(call[channel]) * HOP + 1e-9).all()
        assert (own["start_s"].to_numpy()[1:] >= own["end_s"].to_numpy()[:-1]).all()
    for channel in (0, 1):
        heard = frames(*bounds(found, channel))[: len(call[channel])]
        runs = np.diff(np.concatenate([[0], call[channel].astype(int), [0]]))
        for a, b in zip(np.flatnonzero(runs == 1), np.flatnonzero(runs == -1), strict=True):
            assert heard[a:b].all()


@settings(max_examples=25, deadline=None)
@given(CALLS, st.integers(0, 50))
def test_a_shift_in_time_shifts_all(call, tenths):
    here = cut_frames(call)
    there = cut_frames(call, offset_s=tenths / 10)
    assert np.allclose(there["start_s"], here["start_s"] + tenths / 10)
    assert np.allclose(there["end_s"], here["end_s"] + tenths / 10)
    assert there["turn"].equals(here["turn"])


@settings(max_examples=25, deadline=None)
@given(CALLS)
def test_swapping_roles_swaps_roles_only(call):
    here = cut_frames(call)
    there = cut_frames(call, roles=("agent", "customer"))
    others = here.columns.difference(["role", "created_at"])
    assert here[others].equals(there[others])
    assert there["role"].tolist() == [
        {"customer": "agent", "agent": "customer"}[role] for role in here["role"]
    ]


@settings(max_examples=25, deadline=None)
@given(CALLS)
def test_swapping_channels_swaps_channels_only(call):
    key = ["start_s", "end_s", "channel"]
    here = cut_frames(call)
    there = cut_frames(call[::-1], roles=("agent", "customer"))
    there = there.assign(channel=1 - there["channel"]).sort_values(key)
    columns = ["start_s", "end_s", "channel", "role"]
    assert here.sort_values(key)[columns].values.tolist() == there[columns].values.tolist()


@settings(max_examples=25, deadline=None)
@given(CALLS)
def test_running_again_gives_the_same_ids(call):
    here, there = cut_frames(call), cut_frames(call)
    assert here.drop(columns="created_at").equals(there.drop(columns="created_at"))


@settings(max_examples=25, deadline=None)
@given(CALLS, st.tuples(st.integers(1, 30), st.integers(1, 30)).map(sorted))
def test_a_longer_silence_never_gives_more_utterances(call, tenths):
    short, long = (cut_frames(call, min_silence_s=t / 10) for t in tenths)
    for channel in (0, 1):
        assert (long["channel"] == channel).sum() <= (short["channel"] == channel).sum()


@settings(max_examples=25, deadline=None)
@given(CALLS)
def test_gaps_and_turns_of_any_call(call):
    found = cut_frames(call)
    activity = {c: (own, HOP, 0.0) for c, own in enumerate(call)}
    for gaps in (gap_table(found), gap_table(found, activity)):
        assert gaps["utterance_id"].equals(found["utterance_id"])
        assert not (gaps["pause_before_s"].notna() & gaps["response_latency_s"].notna()).any()
        assert (gaps["pause_before_s"].dropna() >= 0).all()
        lengths = found["end_s"] - found["start_s"]
        assert ((gaps["overlap_s"] >= 0) & (gaps["overlap_s"] <= lengths + 1e-6)).all()
    numbers = found["turn"].dropna().astype(int).tolist()
    assert sorted(set(numbers)) == list(range(len(set(numbers))))
    if found.empty:
        return
    turns = turns_of(found).utterances
    assert turns["turn"].tolist() == sorted(set(numbers))
    assert (turns["role"].to_numpy()[1:] != turns["role"].to_numpy()[:-1]).all()
    for _, own in turns.groupby("channel"):
        assert (own["start_s"].to_numpy()[1:] >= own["end_s"].to_numpy()[:-1]).all()


# longer units


def test_turns_join_what_one_says_until_the_other_takes_over():
    made = cut([(0, 2), (4, 5), (12, 13)], [(4.3, 4.6), (6, 8), (9.5, 11)])
    turns = turns_of(made.utterances, channel_rows())
    assert turns.utterances[["role", "start_s", "end_s", "turn"]].values.tolist() == [
        ["customer", 0, 5, 0], ["agent", 6, 11, 1], ["customer", 12, 13, 2],
    ]  # fmt: skip
    row = turns.segmentation.iloc[0]
    assert (row["unit"], row["method"]) == ("turn", "turns")
    assert row["settings"] == {"of": made.segmentation["segmentation_id"].item()}
    assert set(turns.utterances["unit"]) == {"turn"}
    again = turns_of(made.utterances, channel_rows())
    assert turns.utterances["utterance_id"].equals(again.utterances["utterance_id"])


def test_turns_need_one_segmentation():
    made = cut([(0, 2)], [(3, 4)])
    with pytest.raises(InputError, match="No utterances came"):
        turns_of(made.utterances.iloc[:0])
    with pytest.raises(InputError, match="2 values of segmentation_id"):
        other = cut([(0, 2)], [], settings={"min_silence_s": 2}).utterances
        turns_of(pd.concat([made.utterances, other]))
    with pytest.raises(InputError, match='Units "turn" came'):
        turns_of(turns_of(made.utterances).utterances)


def test_a_whole_call_has_a_row_for_each_known_role():
    made = whole_call("c1", end_s=61.5, channels=channel_rows(speaker_id=["k", "a"]), agent_id="a")
    found = made.utterances
    assert found["role"].tolist() == ["agent", "customer"]
    assert found["speaker_id"].tolist() == ["a", "k"]
    assert found["channel"].isna().all() and found["utterance_id"].is_unique
    assert (found["start_s"].tolist(), found["end_s"].tolist()) == ([0, 0], [61.5, 61.5])
    assert made.segmentation["method"].item() == "whole_call"
    assert gap_table(found)[["pause_before_s", "overlap_s"]].isna().all(axis=None)


def test_a_whole_call_without_roles_audio_or_length():
    unknown = whole_call("c1", end_s=10, channels=channel_rows(("unknown",))).utterances
    assert unknown["role"].tolist() == ["unknown"]
    assert whole_call("c2", end_s=9, roles=["agent"]).utterances["role"].tolist() == ["agent"]
    for end_s in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="needs a length"):
            whole_call("c1", end_s=end_s)
    with pytest.raises(InputError, match='"agnet" is not a role.*"agent"'):
        whole_call("c1", end_s=9, roles=["agnet"])


# gaps


def gaps_of(made, activity=None):
    return (
        gap_table(made.utterances, activity)
        .set_index("utterance_id")
        .loc[made.utterances["utterance_id"]]
    )


def test_latency_pause_and_overlap():
    made = cut([(0, 2), (7, 9)], [(2.4, 4), (5.5, 7.3)])
    found = gaps_of(made)
    assert found["response_latency_s"].round(3).tolist()[1::2] == [0.4, -0.3]
    assert found["pause_before_s"].round(3).tolist()[2] == 1.5
    assert found["overlap_s"].round(3).tolist() == [0, 0, 0.3, 0.3]
    assert np.isnan(found["response_latency_s"].iloc[[0, 2]]).all()
    assert np.isnan(found["pause_before_s"].iloc[[0, 1, 3]]).all()


def test_after_an_interruption_the_one_who_was_heard_last_counts():
    found = gaps_of(cut([(0, 10), (12, 14)], [(3, 8)]))
    assert found["response_latency_s"].iloc[1] == -7
    assert found["pause_before_s"].iloc[2] == 2 and np.isnan(found["response_latency_s"].iloc[2])


def test_backchannels_answer_nothing_but_overlap():
    found = gaps_of(cut([(0, 10)], [(4, 4.4)]))
    assert found.iloc[1, :2].isna().all() and found["overlap_s"].tolist() == [0.4, 0.4]


def test_overlap_by_activity_leaves_out_pauses():
    made = cut([(0, 2), (2.4, 4)], [(1.5, 3)])
    activity = {0: (frames((0, 2), (2.4, 4)), HOP, 0.0), 1: (frames((1.5, 3)), HOP, 0.0)}
    by_bounds, by_activity = gaps_of(made), gaps_of(made, activity)
    assert by_bounds["overlap_s"].sum() > by_activity["overlap_s"].sum()
    second = made.utterances["channel"].tolist().index(1)
    assert by_activity["overlap_s"].iloc[second] == pytest.approx(1.1)


def test_unknown_roles_abstain():
    mono = cut([(0, 2), (4, 6)], roles=("unknown",))
    assert gap_table(mono.utterances).drop(columns="utterance_id").isna().all(axis=None)
    stereo = gaps_of(cut([(0, 2)], [(3, 5), (7, 8)], roles=("unknown", "unknown")))
    assert stereo["response_latency_s"].isna().all()
    assert stereo["pause_before_s"].tolist()[2] == 2 and stereo["overlap_s"].tolist() == [0, 0, 0]


def test_calls_do_not_mix_and_retired_rows_are_left_out():
    one, two = cut([(0, 2)], [(3, 4)]).utterances, cut([(0, 2)], [(5, 6)]).utterances
    both = pd.concat([one, two.assign(call_id="c2", utterance_id=["x", "y"])])
    assert gap_table(both)["response_latency_s"].tolist()[1::2] == [1.0, 3.0]
    both["retired_at"] = [pd.NaT, pd.NaT, pd.Timestamp.now("UTC"), pd.NaT]
    assert len(gap_table(both)) == 3


# tiers


def tier_rows(**more) -> pd.DataFrame:
    return pd.DataFrame(
        {"start_s": [0.0, 2.0, 4.0], "end_s": [1.5, 4.0, 6.0], "speaker": ["S1", "S2", "S1"]} | more
    )


ROLES = {"S1": "agent", "S2": "customer"}


def test_a_tier_without_audio():
    made = from_tier(tier_rows(), "rttm", call_id="c9", roles=ROLES, speaker_ids={"customer": "k"})
    found = made.utterances
    assert found["role"].tolist() == ["agent", "customer", "agent"]
    assert found["speaker_id"].tolist() == ["c9/S1", "k", "c9/S1"]
    assert found["channel"].isna().all() and found["turn"].tolist() == [0, 1, 2]
    assert made.segmentation["method"].item() == "rttm"
    assert made.utterance_ids.tolist() == found["utterance_id"].tolist()
    assert gap_table(found)["response_latency_s"].tolist()[1:] == [0.5, 0.0]


def test_a_tier_is_laid_on_the_channels_of_its_roles():
    channels = channel_rows(speaker_id=["k", "a"])
    found = from_tier(tier_rows(), "rttm", call_id="c1", channels=channels, roles=ROLES).utterances
    assert found["channel"].tolist() == [1, 0, 1]
    assert found["speaker_id"].tolist() == ["a", "k", "a"]
    by_channel = pd.DataFrame({"start_s": [1.0], "end_s": [2.0], "channel": [0]})
    found = from_tier(by_channel, "elan", call_id="c1", channels=channels).utterances
    assert (found["role"].item(), found["speaker_id"].item()) == ("customer", "k")


def test_a_mono_channel_carries_several_roles():
    channels = channel_rows(("unknown",), speaker_id=["c1/0"])
    made = from_tier(
        tier_rows(end_s=[2.5, 4.0, 6.0]), "webvtt", call_id="c1", channels=channels, roles=ROLES
    )
    found = made.utterances
    assert found["channel"].tolist() == [0, 0, 0]
    assert found["role"].tolist() == ["agent", "customer", "agent"]
    assert gap_table(found)["overlap_s"].tolist() == [0.5, 0.5, 0]


def test_two_voices_with_the_same_bounds_are_two_utterances_and_repeats_are_one():
    rows = pd.DataFrame(
        {"start_s": [1, 1, 1], "end_s": [2, 2, 2], "speaker": ["a", "b", "a"], "channel": 0},
        index=[5, 6, 7],
    )
    made = from_tier(rows, "rttm", call_id="c1", channels=channel_rows(("unknown",)))
    assert len(made.utterances) == 2 and made.utterances["utterance_id"].is_unique
    assert made.utterance_ids[5] == made.utterance_ids[7] != made.utterance_ids[6]


def test_voice_activity_and_a_tier_live_side_by_side():
    activity = cut([(0, 2)], [(3, 4)])
    tier = from_tier(
        tier_rows(start_s=[0.0, 3.0, 9.0], end_s=[2.0, 4.0, 9.5]), "rttm", call_id="c1",
        channels=channel_rows(), roles={"S1": "customer", "S2": "agent"},
    )  # fmt: skip
    assert not set(activity.utterances["utterance_id"]) & set(tier.utterances["utterance_id"])
    assert activity.segmentation["segmentation_id"].item() not in set(
        tier.segmentation["segmentation_id"]
    )


def test_settings_name_the_import():
    def name(rows=None, **more):
        rows = tier_rows() if rows is None else rows
        return from_tier(rows, "rttm", call_id="c1", roles=ROLES, **more).segmentation.iloc[0]

    assert name()["segmentation_id"] == name()["segmentation_id"]
    other = tier_rows(end_s=[1.6, 4.0, 6.0])
    assert name()["segmentation_id"] != name(other)["segmentation_id"]
    as_text, as_dict = name(settings=json.dumps({"sha256": "f"})), name(settings={"sha256": "f"})
    assert as_text["segmentation_id"] == as_dict["segmentation_id"]
    assert as_text["settings"]["sha256"] == "f"
    with pytest.raises(InputError, match="are names with values"):
        name(settings="[1]")


def test_other_calls_are_left_out():
    rows = tier_rows(call_id=["c1", "c2", "c1"])
    made = from_tier(rows, "rttm", call_id="c1", roles={"S1": "agent"})
    assert len(made.utterances) == 2 and made.utterance_ids.isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        (pd.DataFrame({"begin_s": [1], "end_s": [2]}), {}, 'need the column "start_s"'),
        (pd.DataFrame({"strat_s": [1], "end_s": [2]}), {}, 'Did you mean "strat_s"'),
        (pd.DataFrame({"start_s": [2.0], "end_s": [2.0]}), {}, "1 of 1 intervals of c1 cannot be"),
        (pd.DataFrame({"start_s": [-1.0], "end_s": [2.0]}), {}, "begins at 0 or later"),
        (pd.DataFrame({"start_s": [1.0], "end_s": [np.nan]}), {}, "goes from 1.0 s to "),
        (pd.DataFrame({"start_s": [1.0], "end_s": [np.inf]}), {}, "goes from 1.0 s to inf s"),
        (pd.DataFrame({"start_s": ["a"], "end_s": [2.0]}), {}, "Times of intervals are seconds"),
        (tier_rows(channel=7), {"channels": channel_rows()}, "on channel 7 of c1, which has"),
        (tier_rows(), {"channels": channel_rows()}, "cannot be known on which of the 2 channels"),
        (tier_rows(), {"roles": {"S3": "agent"}}, 'no speaker "S3".*S1, S2'),
        (tier_rows(), {"roles": {"S1": "chef"}}, '"chef" is not a role'),
        (
            tier_rows(channel=0, role="agent"),
            {"channels": channel_rows()},
            "said to be the agent; channel 0 is the customer",
        ),
    ],
)  # fmt: skip
def test_wrong_tiers_are_sentences(rows, more, message):
    with pytest.raises(InputError, match=message):
        from_tier(rows, "rttm", call_id="c1", **more)


# speakers of a mono call


def test_a_mono_call_gets_its_speakers_and_keeps_the_bounds_of_activity():
    mono = cut([(0.2, 3.8), (5.0, 7.0), (9.0, 9.6)], roles=("unknown",))
    tier = pd.DataFrame(
        {
            "start_s": [0.0, 2.2, 5.2, 6.0],
            "end_s": [2.0, 4.0, 7.2, 6.3],
            "speaker": ["agent", "S2", "agent", "S2"],
        }
    )
    made = assign_roles_from_tier(
        mono.utterances, tier, "rttm", channels=channel_rows(("unknown",)),
        roles={"S2": "customer"}, speaker_ids={"customer": "k", "agent": "a"},
    )  # fmt: skip
    assert made.utterances[["role", "start_s", "end_s"]].values.tolist() == [
        ["agent", 0.2, 2.1], ["customer", 2.1, 3.8], ["agent", 5.0, 7.0], ["unknown", 9.0, 9.6],
    ]  # fmt: skip
    assert made.utterances["speaker_id"].tolist()[:3] == ["a", "k", "a"]
    assert made.utterances["agent_id"].tolist()[:3] == ["a", "a", "a"]
    settings_of = made.segmentation["settings"].item()
    assert settings_of["of"] == mono.segmentation["segmentation_id"].item()
    assert settings_of["speakers_from"] == "rttm"
    again = assign_roles_from_tier(
        mono.utterances, tier, "rttm", channels=channel_rows(("unknown",)),
        roles={"S2": "customer"}, speaker_ids={"customer": "k", "agent": "a"},
    )  # fmt: skip
    assert made.utterances["utterance_id"].equals(again.utterances["utterance_id"])


@settings(max_examples=25, deadline=None)
@given(
    SPEECH,
    st.lists(
        st.tuples(st.integers(0, 180), st.integers(1, 60), st.sampled_from("abc")), max_size=12
    ),
)
def test_speakers_divide_the_time_and_nothing_else(speech, spoken):
    mono = segment_channels({0: (speech, HOP, 0.0)}, channel_rows(("unknown",)), call_id="c1")
    if mono.utterances.empty:
        return
    tier = pd.DataFrame(
        [(a / 10, (a + n) / 10, who) for a, n, who in spoken],
        columns=["start_s", "end_s", "speaker"],
    ).astype({"start_s": float, "end_s": float})
    pieces = assign_roles_from_tier(mono.utterances, tier, "rttm").utterances
    length = (pieces["end_s"] - pieces["start_s"]).sum()
    assert length == pytest.approx((mono.utterances["end_s"] - mono.utterances["start_s"]).sum())
    assert (pieces["start_s"].to_numpy()[1:] >= pieces["end_s"].to_numpy()[:-1] - 1e-9).all()
    assert set(mono.utterances["start_s"]) <= set(pieces["start_s"])


def test_known_roles_are_kept_and_several_segmentations_refused():
    known = cut([(0, 2)], [(3, 4)])
    tier = pd.DataFrame({"start_s": [0.0], "end_s": [9.0], "speaker": ["other"]})
    made = assign_roles_from_tier(known.utterances, tier, "rttm")
    assert made.utterances["role"].tolist() == ["customer", "agent"]
    with pytest.raises(InputError, match="0 segmentations of 0 calls"):
        assign_roles_from_tier(known.utterances.iloc[:0], tier, "rttm")


# RTTM


def test_rttm_of_ten_and_nine_fields(tmp_path):
    path = tmp_path / "call.rttm"
    path.write_bytes(
        b"\xef\xbb\xbf"
        b"SPEAKER c1 1 0.000 4.000 <NA> <NA> agent <NA> <NA>\r\n"
        b";; a remark\r\n"
        b"SPEAKER c1 2 4.200 7.800 <NA> <NA> customer 0.97\r\n"
        b"SPEAKER c1 2 4.200 0.000 <NA> <NA> customer <NA> <NA>\r\n"
        b"SPKR-INFO c1 1 <NA> <NA> <NA> unknown agent <NA> <NA>\r\n"
        b"SPEAKER c2 1 1.5 1 <NA> <NA> M\xc3\x89O069 <NA> <NA>\r\n"
    )
    assert read_rttm(path, call_id="c1").values.tolist() == [
        ["c1", 0, 0.0, 4.0, "agent"], ["c1", 1, 4.2, 12.0, "customer"],
    ]  # fmt: skip
    assert read_rttm(path)["speaker"].tolist()[-1] == "MÉO069"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no SPEAKER line, so it is no RTTM"),
        ("hello", "has no SPEAKER line"),
        ("SPEAKER c1 1 0.0", "Line 1 of x.rttm reads"),
        ("SPEAKER c1 0 0.0 1.0 <NA> <NA> a <NA> <NA>", "channel-from-1"),
        ("SPEAKER c1 1 zero 1.0 <NA> <NA> a <NA> <NA>", "times in seconds"),
    ],
)
def test_what_is_no_rttm(tmp_path, text, message):
    path = tmp_path / "x.rttm"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_rttm(path)


def test_rttm_that_is_missing_of_another_call_or_no_text(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_rttm(tmp_path / "none.rttm")
    path = tmp_path / "x.rttm"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_rttm(path)
    path.write_text("SPEAKER c11 1 0 1 <NA> <NA> a <NA> <NA>\n", encoding="utf-8")
    with pytest.raises(InputError, match='no line of c1.*Did you mean "c11"'):
        read_rttm(path, call_id="c1")


# real speech


@pytest.mark.real
def test_a_meeting_with_its_rttm():
    path = DATA / "ami_pyannote" / "debug.train.rttm"
    if not path.exists():
        pytest.skip("real speech is absent: ../shared/data/ami_pyannote")
    spoken = read_rttm(path, call_id="trn08")
    made = from_tier(spoken, "rttm", call_id="trn08")
    assert len(made.utterances) == len(spoken) == 16
    assert made.utterances["speaker_id"].nunique() == 4
    assert gap_table(made.utterances)["overlap_s"].sum() > 10


@pytest.mark.real
def test_a_real_stereo_call_is_cut_like_people_cut_it():
    soundfile = pytest.importorskip("soundfile")
    path = DATA / "utep" / "calls" / "utep-126.wav"
    if not path.exists():
        pytest.skip("real speech is absent: ../shared/data/utep")
    samples, rate = soundfile.read(path, dtype="float32")
    activity = {c: (speech_activity(samples[:, c], rate), 0.01, 0.0) for c in (0, 1)}
    made = segment_channels(activity, channel_rows(), call_id="c1", end_s={0: 64.305, 1: 64.305})
    customer = made.utterances[made.utterances["role"] == "customer"]
    annotated = [(8.26, 10.24), (14.15, 15.17), (20.88, 24.29), (45.54, 46.86)]
    covered = sum(
        max(0.0, min(end, b) - max(start, a))
        for a, b in annotated
        for start, end in bounds(customer, 0)
    )
    assert covered / sum(b - a for a, b in annotated) > 0.9
    assert 4 <= len(customer) <= 9
    turns = turns_of(made.utterances).utterances
    assert len(turns) >= 8 and (turns["end_s"] <= 64.305).all()
    gaps = gap_table(made.utterances, activity)
    assert gaps["response_latency_s"].dropna().between(-1, 5).all()
