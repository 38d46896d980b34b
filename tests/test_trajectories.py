"""Trajectories: consensus in its place, calls side by side, trends that keep their promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rated_calls import NOW, consensus_of, utterances_of
from workbench.errors import AbstainedError, InputError
from workbench.schema import check_table, empty_table
from workbench.trajectories import binned_table, thirds_change, trajectory_table, trend_table

UTTERANCES = utterances_of(
    [
        ("u1", "0007", "customer", 0, 10),
        ("u2", "0007", "agent", 10, 20),
        ("u3", "0007", "customer", 30, 40),
        ("u4", "0008", "customer", 0, 5),
    ]
)
CONSENSUS = consensus_of(
    [
        ("u1", "valence", "dimension", 0.5),
        ("u1", "anger", "tag", 0.0),
        ("u1", "unclear", "verdict", 0.1),
        ("u2", "valence", "dimension", 0.1),
        ("u3", "valence", "dimension", -0.5),
        ("u3", "anger", "tag", 1.0),
    ]
)


def line_of(*calls, seconds=10.0):
    """Make a trajectory of valence for each list of values."""
    values = [(f"{c:03d}", i, v) for c, call in enumerate(calls) for i, v in enumerate(call)]
    rows = [(f"{c}-{i}", c, "customer", i * seconds, (i + 1) * seconds) for c, i, _ in values]
    consensus = consensus_of([(f"{c}-{i}", "valence", "dimension", v) for c, i, v in values])
    return trajectory_table(consensus, utterances_of(rows))


def test_each_point_lies_in_the_middle_of_its_utterance_and_names_it():
    table = trajectory_table(CONSENSUS, UTTERANCES)
    assert check_table(table, "trajectories").equals(table)
    assert table["variable"].tolist() == ["valence", "anger", "anger", "valence", "valence"]
    row = table.query("role == 'customer' and variable == 'valence'").iloc[1]
    assert (row["time_s"], row["start_s"], row["end_s"]) == (35.0, 30.0, 40.0)
    assert (row["utterance_id"], row["channel"], row["estimate"]) == ("u3", 0, -0.5)


def test_verdicts_and_intensities_come_when_asked_for():
    table = trajectory_table(CONSENSUS, UTTERANCES, kinds=("verdict",))
    assert table["variable"].tolist() == ["unclear"]


def test_retired_utterances_are_left_out():
    utterances = UTTERANCES.assign(retired_at=[pd.NaT, pd.NaT, NOW, pd.NaT])
    assert "u3" not in set(trajectory_table(CONSENSUS, utterances)["utterance_id"])


def test_ratings_of_another_segmentation_are_refused():
    other = UTTERANCES.assign(utterance_id=["v1", "v2", "v3", "v4"])
    with pytest.raises(InputError, match="None of the 3 rated utterances is among the 4"):
        trajectory_table(CONSENSUS, other)


def test_units_that_lie_over_one_another_are_refused():
    utterances = UTTERANCES.assign(unit=["utterance", "turn", "utterance", "turn"])
    with pytest.raises(InputError, match="several units came .*utterance, turn"):
        trajectory_table(CONSENSUS, utterances)
    assert len(trajectory_table(CONSENSUS, utterances, unit="turn")) == 1
    with pytest.raises(InputError, match='unit "turns". Did you mean "turn"'):
        trajectory_table(CONSENSUS, utterances, unit="turns")


def test_two_consensus_are_refused():
    both = pd.concat([CONSENSUS, CONSENSUS.assign(**{"pass": "voice"})])
    with pytest.raises(InputError, match="several came: mean, cx 1, pass both; mean, cx 1, pass v"):
        trajectory_table(both, UTTERANCES)


def test_nothing_rated_makes_an_empty_table():
    table = trajectory_table(empty_table("consensus"), UTTERANCES)
    assert table.equals(empty_table("trajectories"))


def test_a_bin_weighs_utterances_by_their_seconds_in_it():
    rows = [("a", "c", "customer", 0, 6), ("b", "c", "customer", 6, 20)]
    consensus = consensus_of([("a", "valence", "dimension", 1), ("b", "valence", "dimension", 0)])
    bins = binned_table(trajectory_table(consensus, utterances_of(rows)), n_bins=2)
    assert bins["estimate"].tolist() == pytest.approx([0.6, 0.0])
    assert bins["weight_s"].tolist() == [10.0, 10.0]
    assert bins[["start_s", "end_s"]].to_numpy().tolist() == [[0, 10], [10, 20]]
    assert bins["channel"].tolist() == [0, 0]


def test_bins_without_rated_speech_have_no_row():
    bins = binned_table(trajectory_table(CONSENSUS, UTTERANCES), n_bins=4)
    assert bins["bin"].tolist() == [0, 3]


def test_a_call_without_duration_is_named():
    trajectories = trajectory_table(CONSENSUS, UTTERANCES)
    with pytest.raises(InputError, match='1 calls have no duration, the first is "0007"'):
        binned_table(trajectories, durations=pd.Series({"0008": 9.0}))
    with pytest.raises(InputError, match="1 bin or more; 0 came"):
        binned_table(trajectories, n_bins=0)


def test_a_variable_or_role_that_nobody_has_is_answered_with_what_there_is():
    trajectories = trajectory_table(CONSENSUS, UTTERANCES)
    with pytest.raises(InputError, match='"valance". Did you mean "valence"'):
        binned_table(trajectories, variable="valance")
    with pytest.raises(InputError, match='"custmer".*Did you mean "customer"'):
        trend_table(trajectories, role="custmer")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=12),
    st.integers(1, 9),
    st.floats(0.5, 30),
)
def test_bins_keep_all_seconds_and_the_mean(values, n_bins, seconds):
    bins = binned_table(line_of(values, seconds=seconds), n_bins=n_bins)
    assert bins["weight_s"].sum() == pytest.approx(len(values) * seconds)
    mean = np.average(bins["estimate"], weights=bins["weight_s"])
    assert mean == pytest.approx(np.mean(values), abs=1e-9)


def test_a_trend_is_the_least_squares_line():
    values = [0.6, 0.5, 0.55, 0.2, 0.1, 0.15, -0.2, -0.1, -0.4, -0.35]
    row = trend_table(line_of(values)).iloc[0]
    slope = np.polyfit(np.arange(10) * 10.0 + 5, values, 1)[0]
    assert row["slope_per_min"] == pytest.approx(slope * 60)
    assert row["change"] == pytest.approx(slope * 90)
    assert row["ci_low"] < row["change"] < row["ci_high"] < 0


def test_a_trend_of_few_utterances_has_no_interval():
    table = trend_table(line_of([0.5, 0.0, -0.5]))
    assert table["change"].item() == pytest.approx(-1.0)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    assert "3 rated utterances; 8 are needed" in table["note"].item()
    assert "no spread" in trend_table(line_of([0.1 * i for i in range(9)]))["note"].item()


@pytest.mark.parametrize(("correlation", "least"), [(0.0, 0.93), (0.4, 0.86)])
def test_the_interval_of_a_flat_call_covers_zero(correlation, least):
    rng = np.random.default_rng(7)
    values = rng.normal(0, 0.3, (300, 20))
    for i in range(1, 20):
        values[:, i] = correlation * values[:, i - 1] + (1 - correlation**2) ** 0.5 * values[:, i]
    table = trend_table(line_of(*values))
    covered = (table["ci_low"] <= 0) & (table["ci_high"] >= 0)
    assert covered[table["ci_low"].notna()].mean() >= least


def test_thirds_compare_the_end_with_the_beginning():
    rng = np.random.default_rng(3)
    calls = line_of(*([0.4, 0.0, -0.2] + rng.normal(0, 0.1, (10, 3))))
    told = thirds_change(binned_table(calls, n_bins=9))
    assert told["n_calls"] == 10
    assert told["ci_low"] < told["change"] < told["ci_high"] < 0
    assert told["change"] == pytest.approx(-0.6, abs=0.15)
    with pytest.raises(AbstainedError, match="7 calls have rated speech in .* 8 are needed"):
        thirds_change(binned_table(calls[calls["call_id"] < "007"], n_bins=9))
