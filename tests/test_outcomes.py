"""Outcomes: nothing after the escalation counts, effects in points, honest refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rated_calls import consensus_of, utterances_of, value_of
from workbench.errors import InputError
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
