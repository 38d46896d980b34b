"""Many calls side by side: bins by hand, bands with a witness, groups and kinds that do not lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.errors import AbstainedError, InputError
from workbench.trajectories import (
    aligned_mean,
    aligned_table,
    binned_table,
    call_curves,
    compare_groups,
    comparison_words,
    curve_words,
    cut_at,
    event_moments,
    find_phenotypes,
)
from workbench.trajectories.shapes import agreement_of, distances, overlap_of


def points_of_calls(calls):
    """Make the table trajectories of {call_id: [(start_s, end_s, value), ...]}."""
    rows = [(call, *span) for call, spans in calls.items() for span in spans]
    table = pd.DataFrame(rows, columns=["call_id", "start_s", "end_s", "estimate"])
    return table.assign(
        role="customer",
        variable="valence",
        kind="dimension",
        n_raters=3,
        channel=0,
        time_s=(table["start_s"] + table["end_s"]) / 2,
        utterance_id=table.index.astype(str),
    )


TWO = points_of_calls({"a": [(0, 10, 1.0), (10, 30, 0.0)], "b": [(5, 15, -1.0)]})


def crowd(n, seed, *, level=0.0, n_bins=6, agents=12):
    """Make aligned calls of agents who differ; `level` lifts the first half of the calls."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 0.15, agents)[np.arange(n) % agents]
    value = own[:, None] + rng.normal(0, 0.2, (n, n_bins)) + level * (np.arange(n) < n / 2)[:, None]
    names = np.array([f"{i:03d}" for i in range(n)])
    aligned = pd.DataFrame(
        {
            "call_id": np.repeat(names, n_bins),
            "occasion": 0,
            "channel": 0,
            "bin": np.tile(np.arange(n_bins), n),
            "low": np.tile(np.arange(n_bins) * 10.0, n),
            "high": np.tile(np.arange(n_bins) * 10.0 + 10, n),
            "unit": "s",
            "start_s": np.tile(np.arange(n_bins) * 10.0, n),
            "end_s": np.tile(np.arange(n_bins) * 10.0 + 10, n),
            "estimate": value.ravel(),
            "weight_s": 5.0,
        }
    )
    agent = pd.Series([f"a{i % agents:02d}" for i in range(n)], index=names, name="agent_id")
    return aligned, agent, pd.Series(np.arange(n) < n / 2, index=names)


def test_a_bin_at_the_start_weighs_by_seconds_and_ends_with_the_call():
    table = aligned_table(TWO, bin_s=20, after_s=60)
    assert table[["call_id", "low", "estimate", "weight_s"]].to_numpy().tolist() == [
        ["a", 0.0, 0.5, 20.0],
        ["a", 20.0, 0.0, 10.0],
        ["b", 0.0, -1.0, 10.0],
    ]
    assert table["end_s"].tolist() == [20.0, 30.0, 15.0]
    longer = aligned_table(TWO, bin_s=20, after_s=60, durations=pd.Series({"a": 50.0, "b": 15.0}))
    assert longer["call_id"].tolist().count("a") == 3, "running, though nobody spoke"
    assert longer.query("call_id == 'a'")["estimate"].isna().tolist() == [False, False, True]


def test_the_end_lies_at_nought_for_every_call():
    table = aligned_table(TWO, at="end", bin_s=10, before_s=20)
    assert table["low"].tolist() == [-20.0, -10.0, -20.0, -10.0]
    assert table["estimate"].fillna(9).tolist() == [0.0, 0.0, 9.0, -1.0]
    assert table.query("call_id == 'a'")["start_s"].tolist() == [10.0, 20.0]


def test_calls_without_the_event_are_listed_and_the_first_or_all_of_several_count():
    moments = pd.DataFrame({"call_id": ["a", "a"], "time_s": [20.0, 10.0]})
    first = aligned_table(TWO, at="hold", moments=moments, bin_s=10, before_s=10, after_s=10)
    assert first.attrs["left_out"] == ["b"]
    assert first["estimate"].tolist() == [1.0, 0.0]
    every = aligned_table(
        TWO, at="hold", moments=moments, which="all", bin_s=10, before_s=10, after_s=10
    )
    assert every["occasion"].tolist() == [0, 0, 1, 1]
    assert call_curves(every).loc["a"].tolist() == [0.5, 0.0], "one call, one curve"
    assert aligned_mean(every, min_calls=1)["n_calls"].tolist() == [1, 1]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.5, 20), st.floats(-1, 1)), min_size=1, max_size=8),
    st.integers(1, 12),
)
def test_stretched_calls_are_the_bins_of_before(spans, n_bins):
    ends = np.cumsum([long for long, _ in spans])
    points = points_of_calls(
        {"a": [(end - long, end, v) for end, (long, v) in zip(ends, spans, strict=True)]}
    )
    ours = aligned_table(points, at="length", n_bins=n_bins)
    ours = ours[ours["weight_s"] > 0]
    before = binned_table(points, n_bins=n_bins)
    assert ours["bin"].tolist() == before["bin"].tolist()
    assert np.allclose(ours["estimate"], before["estimate"])
    assert ours["estimate"].between(-1 - 1e-9, 1 + 1e-9).all()


def test_events_on_two_channels_or_inside_each_other_count_once():
    events = pd.DataFrame(
        {
            "call_id": ["a", "a", "a", "b"],
            "kind": ["music", "music", "music", "beep"],
            "start_s": [30.0, 30.2, 60.0, 5.0],
            "end_s": [40.0, 39.0, np.nan, 5.5],
        }
    )
    assert event_moments("music", events)["time_s"].tolist() == [30.0, 60.0]
    with pytest.raises(InputError, match='event "musik". Did you mean "music".*: beep, music'):
        event_moments("musik", events)


def test_odd_alignments_are_answered_in_sentences():
    with pytest.raises(InputError, match='at="stat" came. Did you mean "start"'):
        aligned_table(TWO, at="stat")
    with pytest.raises(InputError, match='which="last" came'):
        aligned_table(TWO, which="last")
    with pytest.raises(InputError, match="bin_s=0 came"):
        aligned_table(TWO, bin_s=0)
    with pytest.raises(InputError, match="before_s=-1 and after_s=None came"):
        aligned_table(TWO, at="end", before_s=-1)
    with pytest.raises(InputError, match='None of the 2 rated calls has an event "hold"'):
        aligned_table(TWO, at="hold", moments=pd.DataFrame({"call_id": ["z"], "time_s": [1.0]}))


def test_the_band_of_calls_for_themselves_is_students():
    aligned, _, _ = crowd(15, 1, agents=15)
    row = aligned_mean(aligned).iloc[2]
    value = aligned.query("bin == 2")["estimate"]
    witness = stats.ttest_1samp(value, 0).confidence_interval()
    assert row["estimate"] == pytest.approx(value.mean())
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(witness))


def test_the_band_over_agents_of_equal_size_is_students_over_their_means():
    aligned, agent, _ = crowd(60, 2)
    row = aligned_mean(aligned, clusters=agent).iloc[0]
    means = aligned.query("bin == 0").groupby(agent.to_numpy())["estimate"].mean()
    assert row["n_clusters"] == 12
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(
        tuple(stats.ttest_1samp(means, 0).confidence_interval())
    )


def test_bins_with_few_calls_or_agents_say_so_and_the_nearest_call_is_named():
    aligned, agent, _ = crowd(20, 3)
    aligned = aligned[(aligned["bin"] < 4) | (aligned["call_id"] < "005")]
    means = aligned_mean(aligned, clusters=agent, audible=pd.Index(["003", "004"]))
    assert means["n_calls"].tolist() == [20] * 4 + [5] * 2
    assert means["note"].iloc[-1] == "5 calls; 8 are needed."
    assert means["ci_low"].isna().tolist() == [False] * 4 + [True] * 2
    assert set(means["call_id"]) <= {"003", "004"}
    few = aligned_mean(aligned, clusters=agent.str[:1].rename("team"))
    assert few["note"].iloc[0] == "1 team; 8 are needed."
    with pytest.raises(InputError, match='has a value of "agent_id"'):
        aligned_mean(aligned, clusters=agent[:0])


def test_a_planted_difference_is_found_where_it_is():
    aligned, agent, first = crowd(96, 4)
    late = aligned["bin"].ge(4) & aligned["call_id"].map(first)
    planted = aligned.assign(estimate=aligned["estimate"] - 0.3 * late)
    found = compare_groups(planted, first.map({True: "cut", False: "kept"}), clusters=agent)
    assert found["outside"].tolist() == [False] * 4 + [True] * 2
    assert found["permuted"].iloc[0] == "groups dealt out anew among the calls of each agent"
    assert comparison_words(found).startswith('"cut" lies below "kept" by 0.')
    assert comparison_words(found).endswith("from 40 to 60 s.")
    same = compare_groups(aligned, first, clusters=agent)
    assert "differ by more than chance makes" in comparison_words(same)


def test_what_agents_alone_make_is_not_taken_for_a_difference():
    aligned, agent, _ = crowd(120, 9)
    means = aligned.groupby(aligned["call_id"].map(agent))["estimate"].mean()
    often = means.rank(pct=True).reindex(agent).to_numpy() * 0.8 + 0.1
    groups = pd.Series(np.random.default_rng(9).random(120) < often, index=agent.index)
    found = compare_groups(aligned, groups, clusters=agent)
    assert found["difference"].mean() > 0.05, "agents who sound better have more of them"
    assert not found["outside"].any()
    assert ((found["band_low"] + found["band_high"]) / 2).mean() > 0.03, "the band knows"


def test_whole_agents_are_dealt_out_where_groups_are_agents():
    aligned, agent, _ = crowd(72, 6)
    trained = agent < "a06"
    found = compare_groups(aligned, trained.rename("trained"), clusters=agent)
    assert found["permuted"].iloc[0] == "whole agents dealt out anew"
    with pytest.raises(InputError, match="Some agents have calls of both groups"):
        compare_groups(aligned, crowd(72, 6)[2], clusters=agent, permute="whole")
    aligned, agent, _ = crowd(72, 6, agents=6)
    with pytest.raises(AbstainedError, match="With 6 agents there are only 20 ways"):
        compare_groups(aligned, agent < "a03", clusters=agent)


def test_customers_who_called_once_or_twice_change_places_with_their_like():
    aligned, _, _ = crowd(60, 7)
    names = aligned["call_id"].unique()
    customer = pd.Series([f"c{i}" if i > 20 else f"c{i // 2}" for i in range(60)], names)
    groups = pd.Series(np.random.default_rng(7).random(60) < 0.4, index=names)
    found = compare_groups(aligned, groups, clusters=customer.rename("customer_id"))
    assert found["permuted"].iloc[0].startswith("groups dealt out anew among customers with equal")


def test_groups_of_one_call_or_of_three_kinds_are_refused():
    aligned, _, first = crowd(40, 8)
    one = pd.Series(first.index == "003", index=first.index)
    with pytest.raises(AbstainedError, match='group "True" has 1 call with rated speech here; 8'):
        compare_groups(aligned, one)
    kinds = pd.Series(np.resize(["x", "y", "z"], 40), index=first.index)
    with pytest.raises(InputError, match=r"Two groups are compared, and 3 came \(x, y, z\)"):
        compare_groups(aligned, kinds)
    with pytest.raises(InputError, match="199 draws or more; 9 came"):
        compare_groups(aligned, first, draws=9)


def test_what_came_after_is_cut():
    cut = cut_at(TWO, pd.Series({"a": 12.0}))
    assert cut[["call_id", "start_s", "end_s"]].to_numpy().tolist() == [
        ["a", 0, 10.0],
        ["a", 10, 12.0],
        ["b", 5, 15.0],
    ]


def shapes(n, seed, *, apart=0.0, skew=False):
    """Make calls of one crowd, or of two kinds whose slopes lie apart; some parts are silent."""
    rng = np.random.default_rng(seed)
    slope = rng.normal(0, 0.12, n) + apart * np.where(np.arange(n) < n // 3, -1, 1)
    level = rng.gamma(2, 0.2, n) - 0.4 if skew else rng.normal(0, 0.15, n)
    curves = level[:, None] + slope[:, None] * np.linspace(-1, 1, 8) + rng.normal(0, 0.15, (n, 8))
    curves[rng.random(curves.shape) < 0.15] = np.nan
    return pd.DataFrame(
        {
            "call_id": np.repeat([f"{i:03d}" for i in range(n)], 8),
            "bin": np.tile(np.arange(8), n),
            "estimate": curves.clip(-1, 1).ravel(),
        }
    )


def test_two_kinds_of_calls_are_found_with_their_names_and_words():
    found = find_phenotypes(shapes(90, 1, apart=0.45), draws=20)
    assert found.groups["group"].tolist() == ["A", "B"]
    assert found.groups["words"].str[:5].tolist() == ["rises", "falls"]
    assert (found.groups["stability"] > 0.9).all()
    truly = (found.calls["call_id"] < "030").map({True: "B", False: "A"})
    assert (found.calls["group"] == truly).mean() > 0.95
    assert found.sentence.startswith("2 kinds of calls among 8")
    nearest = found.calls[found.calls["rank"] == 1]
    assert nearest["distance"].to_numpy() == pytest.approx(
        found.calls.groupby("group")["distance"].min().reindex(nearest["group"]).to_numpy()
    )


@pytest.mark.parametrize("skew", [False, True])
def test_one_crowd_is_not_cut_into_kinds(skew):
    found = find_phenotypes(shapes(90, 2, skew=skew), draws=20)
    assert found.sentence.startswith("No stable groups among ")
    assert found.groups["group"].isna().all()
    assert found.calls["group"].isna().all()
    assert found.tried["stability"].max() > 0.75, "stable all the same: that alone proves nothing"
    asked = find_phenotypes(shapes(90, 2, skew=skew), n_groups=2, draws=20)
    assert asked.sentence.startswith("2 groups, as asked for, but not stable ones: ")


def test_too_few_calls_and_odd_numbers_of_kinds_are_refused():
    with pytest.raises(AbstainedError, match="27 calls have rated speech in most .*; 40 are"):
        find_phenotypes(shapes(30, 3))
    with pytest.raises(InputError, match="1 groups were asked for"):
        find_phenotypes(shapes(60, 3), n_groups=1)
    with pytest.raises(InputError, match="20 draws or more; 5 came"):
        find_phenotypes(shapes(60, 3), draws=5)


def test_the_agreement_of_groupings_is_the_published_one():
    """Hubert and Arabie's index counted by hand: 2 pairs together in both, 1.2 expected."""
    one = np.array([0, 0, 0, 1, 1, 1])
    other = np.array([0, 0, 1, 1, 2, 2])
    pairs, expected = 2, 6 * 3 / 15
    assert agreement_of(one, other) == pytest.approx((pairs - expected) / (4.5 - expected))
    assert agreement_of(one, one) == 1.0
    assert overlap_of(one, other, 2).tolist() == pytest.approx([2 / 3, 2 / 3])


def test_gaps_are_left_open():
    curves = np.array([[0.0, np.nan, 1.0]])
    assert distances(curves, np.array([[1.0, 5.0, 1.0]])).item() == 0.5


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        ([0.4, 0.0, -0.4], "falls from 0.40 to -0.40"),
        ([0.0, 0.5, 0.0], "rises from 0.00 to 0.50 and falls back to 0.00"),
        ([0.1, 0.1, 0.1], "stays at about 0.10"),
    ],
)
def test_curves_are_told_in_words(curve, words):
    assert curve_words(np.array(curve)) == words


def test_after_a_transfer_a_cell_names_the_channel_that_is_heard_there():
    points = pd.DataFrame(
        {
            "call_id": "s09",
            "role": "customer",
            "variable": "valence",
            "kind": "dimension",
            "time_s": [5.0, 35.0],
            "estimate": [0.1, -0.5],
            "n_raters": 3,
            "utterance_id": ["u1", "u2"],
            "channel": [0, 2],
            "start_s": [0.0, 30.0],
            "end_s": [10.0, 40.0],
        }
    )
    assert binned_table(points, n_bins=2)["channel"].tolist() == [0, 2]
    aligned = aligned_table(points, at="start", bin_s=20.0, after_s=40.0)
    assert aligned["channel"].tolist() == [0, 2]
