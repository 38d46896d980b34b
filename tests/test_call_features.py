"""Features of calls: hand-made calls, the same as plain NumPy, and what a row rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.call_features import ours, placed_rows, rival
from tests.rated_calls import consensus_of, ratings_of, utterances_of
from workbench.errors import InputError
from workbench.trajectories import call_features, feature_dictionary, mixed_rows

FALL = [0.4, 0.2, 0.3, -0.6, -0.4, 0.1, 0.2, -0.8, -0.2, -0.3]


def call_of(values, seconds=6.0, gap=4.0, *, tags=None, call="a", start_s=0.0, dimension="valence"):
    """Make the consensus and utterances of one call."""
    spans, rows = [], []
    for i, value in enumerate(values):
        start = start_s + i * (seconds + gap)
        spans.append((f"{call}{i:02}", call, "customer", start, start + seconds))
        rows.append((f"{call}{i:02}", dimension, "dimension", value))
        rows += [(f"{call}{i:02}", tag, "tag", own[i]) for tag, own in (tags or {}).items()]
    return consensus_of(rows), utterances_of(spans)


def one(values, **options):
    consensus, utterances = call_of(values, **options)
    return call_features(consensus, utterances, None).iloc[0]


@pytest.mark.parametrize(("n", "shuffled"), [(30, True), (9, True), (2, False), (1, False)])
def test_the_same_as_a_plain_numpy_function_a_call(n, shuffled):
    rows = placed_rows(25, n_utterances=n, seed=n, shuffled=shuffled)
    theirs = rival(rows)
    found = ours(rows)
    assert set(found.columns) - set(theirs.columns) == {"too_little"}
    pd.testing.assert_frame_equal(
        found[theirs.columns], theirs, check_dtype=False, rtol=1e-9, atol=1e-9
    )


def test_a_hand_made_call():
    row = one(FALL)
    assert row["valence_mean"] == pytest.approx(np.mean(FALL))
    assert (row["valence_min"], row["valence_min_at_s"]) == (-0.8, 73.0)
    assert row["valence_end"] == -0.3
    assert row["valence_opening"] == pytest.approx((6 * 0.4 + 4 * 0.2) / 10)
    assert row["valence_closing"] == pytest.approx((6 * -0.3 + 4 * -0.2) / 10)
    assert (row["valence_peak"], row["valence_end_and_peak"]) == (-0.8, pytest.approx(-0.55))
    assert row["valence_below_zero_s"] == 5 * 6.0
    assert row["valence_volatility"] == pytest.approx(np.abs(np.diff(FALL)).mean())
    assert (row["valence_recovered"], row["valence_recovery_s"]) == (
        0.0,
        pytest.approx(np.nan, nan_ok=True),
    )
    assert row["too_little"] == ""


def test_recovery_is_the_way_back_to_the_mean_of_the_call():
    row = one([0.5, -0.9, -0.3, 0.2, 0.4])
    assert (row["valence_recovered"], row["valence_recovery_s"]) == (1.0, 20.0)
    flat = one([0.1] * 5)
    assert np.isnan(flat["valence_recovered"])


def test_one_shift_is_placed_between_two_utterances():
    row = one([0.3, 0.25, 0.35, 0.3, 0.3, -0.5, -0.45, -0.55, -0.5, -0.5])
    assert row["valence_shifts"] == 1
    assert row["valence_shift_at_s"] == 48.0
    assert row["valence_shift_by"] == pytest.approx(-0.8)
    noise = one([0.1, -0.1, 0.12, -0.08, 0.09, -0.12, 0.11, -0.1])
    assert (noise["valence_shifts"], noise["valence_shift_at_s"]) == (
        0,
        pytest.approx(np.nan, nan_ok=True),
    )


def test_what_there_is_too_little_of_is_missing_and_says_so():
    row = one([0.5, -0.5], seconds=4.0)
    told = row["too_little"]
    assert told.startswith("Less than needed for: valence_slope_per_min (3 utterances), ")
    for name in ("slope_per_min", "opening", "closing", "volatility", "shifts"):
        assert np.isnan(row[f"valence_{name}"])
        assert f"valence_{name} (" in told
    assert row["valence_mean"] == pytest.approx(0.0)


def test_transitions_count_changes_of_the_main_tag():
    tags = {"anger": [0, 0.6, 0.6, 0.1, 0.5], "relief": [0, 0.2, 0.1, 0.9, 0.5]}
    assert one([0.0] * 5, tags=tags)["transitions"] == 3
    assert "transitions" not in one([0.0] * 5).index


def test_every_column_is_in_the_dictionary():
    row = one(FALL, tags={"anger": [0.5] * 10})
    names = set(feature_dictionary()["name"])
    known = {n.replace("<dimension>", "valence").replace("<tag>", "anger") for n in names}
    told = [*("call_id", "role", "n_utterances", "judged_s", "cut_at_s", "left_out", "kind")]
    told += ["audio_until_s", "rater_heard_until_s", "too_little"]
    assert set(row.index) - set(told) <= known
    assert known - set(row.index) == {"mixed_share"}
    assert (feature_dictionary() != "").all(axis=None)


def outcome(at):
    return pd.DataFrame({"call_id": ["a"], "escalated": [True], "escalated_at_s": [at]})


def test_a_row_says_what_it_rests_on():
    consensus, utterances = call_of(FALL)
    ratings, *_ = ratings_of([(f"a{i:02}", "r1", "neutral", {}, {}) for i in range(10)])
    ratings["heard_until_s"] = np.arange(10) * 10 + 6.0
    row = call_features(consensus, utterances, outcome(37.0), ratings=ratings).iloc[0]
    assert (row["kind"], row["audio_until_s"], row["rater_heard_until_s"]) == ("causal", 36.0, 36.0)
    cut = call_features(consensus, utterances, outcome(33.0), ratings=ratings).iloc[0]
    assert (cut["audio_until_s"], cut["rater_heard_until_s"]) == (33.0, 36.0)
    ratings.loc[2, "heard_until_s"] = None
    lost = call_features(consensus, utterances, outcome(37.0), ratings=ratings).iloc[0]
    assert np.isnan(lost["rater_heard_until_s"])
    whole = call_features(consensus, utterances, outcome(37.0), kind="whole").iloc[0]
    assert (whole["kind"], whole["audio_until_s"], whole["n_utterances"]) == ("whole", 96.0, 10)
    assert call_features(consensus, utterances, None)["kind"].item() == "whole"


def test_what_comes_later_never_changes_a_landmark():
    consensus, utterances = call_of(FALL)
    later = consensus["utterance_id"] > "a04"
    changed = consensus.assign(estimate=consensus["estimate"].mask(later, 0.9))
    before, after = (call_features(c, utterances, None, until_s=50.0) for c in (consensus, changed))
    pd.testing.assert_frame_equal(before, after)


def test_kinds_that_cannot_be_are_refused():
    consensus, utterances = call_of(FALL)
    with pytest.raises(InputError, match='kind is "causal" or "whole"; "both" came'):
        call_features(consensus, utterances, None, kind="both")
    with pytest.raises(InputError, match="give outcomes .* or until_s"):
        call_features(consensus, utterances, None, kind="causal")
    with pytest.raises(InputError, match='kind="whole" cuts nothing'):
        call_features(consensus, utterances, None, kind="whole", until_s=9.0)


def test_mixed_is_what_raters_set_shares_of():
    rows = [
        ("a00", "r1", "tagged", {"anger": 0.5, "relief": 0.5}, {}),
        ("a00", "r2", "tagged", {"anger": 0.5}, {}),
        ("a01", "r1", "tagged", {"anger": 0.5, "relief": 0.5}, {}),
    ]
    ratings, tags, _ = ratings_of(rows)
    tags["share"] = [0.7, 0.3, None, None, None]
    consensus, utterances = call_of([0.1, 0.2], tags={"anger": [1.0, 1.0]})
    mixed = mixed_rows(consensus, ratings, tags)
    assert mixed[["utterance_id", "estimate", "n_raters"]].values.tolist() == [["a00", 0.5, 2]]
    both = pd.concat([consensus, mixed], ignore_index=True)
    assert call_features(both, utterances, None)["mixed_share"].item() == pytest.approx(0.5)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([-0.75, -0.5, -0.2, 0.0, 0.25, 0.4, 0.9]), min_size=1, max_size=14),
    st.floats(0.25, 500),
)
def test_a_call_that_begins_later_has_the_same_features_at_later_moments(values, later):
    now, then = one(values), one(values, start_s=later)
    for name in now.index[now.index.str.startswith("valence_")]:
        moved = later if name.endswith("_at_s") else 0.0
        assert then[name] == pytest.approx(now[name] + moved, abs=1e-7, nan_ok=True), name


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-8, 8), min_size=3, max_size=14), st.sampled_from([0.03125, 0.0625]))
def test_values_twice_as_large_have_features_twice_as_large(values, scale):
    small, large = one(np.array(values) * scale), one(np.array(values) * scale * 2)
    for name in (
        "mean",
        "min",
        "end",
        "slope_per_min",
        "opening",
        "peak",
        "volatility",
        "shift_by",
    ):
        got = large[f"valence_{name}"]
        assert got == pytest.approx(2 * small[f"valence_{name}"], abs=1e-9, nan_ok=True), name
    for name in ("min_at_s", "below_zero_s", "recovered", "recovery_s", "shifts"):
        got = large[f"valence_{name}"]
        assert got == pytest.approx(small[f"valence_{name}"], nan_ok=True), name
