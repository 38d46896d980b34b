"""AUC: ties, clusters, and the published calls with a script that was set to fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from tests.rated_calls import ratings_of, utterances_of
from workbench.consensus import consensus_table
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import auc_table
from workbench.trajectories import share_of_time

UTEP = Path(__file__).parents[2] / "shared" / "data" / "utep"
UTEP_VERDICTS = {
    "d": ("tagged", {"dissatisfaction": 0.5}),
    "dd": ("tagged", {"dissatisfaction": 1.0}),
    "n": ("neutral", {}),
    "nn": ("tagged", {"pleasure": None}),
    "?": ("unclear", {}),
    "o": ("unusable", {}),
}


def test_ties_count_half():
    score = [1, 1, 2, 2, 2, 3]
    event = [0, 1, 0, 1, 1, 0]
    expected = mannwhitneyu([1, 2, 2], [1, 2, 3]).statistic / 9
    assert auc_table(score, event, range(6))["auc"].item() == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=4, max_size=30))
def test_reversing_and_rescaling_the_score(rows):
    score, event = np.array(rows, dtype=float).T
    if event.min() == event.max():
        with pytest.raises(AbstainedError, match="calls on both sides"):
            auc_table(score, event, np.zeros(len(score)))
        return
    one = np.zeros(len(score))
    auc = auc_table(score, event, one)["auc"].item()
    assert 0 <= auc <= 1
    assert auc_table(-score, event, one)["auc"].item() == pytest.approx(1 - auc)
    assert auc_table(np.exp(score), event, one)["auc"].item() == pytest.approx(auc)
    assert auc_table(score[::-1], event[::-1], one)["auc"].item() == pytest.approx(auc)


def test_whole_clusters_are_drawn():
    rng = np.random.default_rng(2)
    customer = np.repeat(np.arange(20), 10)
    score = np.repeat(rng.normal(size=20), 10)
    event = np.repeat(rng.uniform(size=20) < 0.5, 10)
    clustered = auc_table(score, event, customer).iloc[0]
    alone = auc_table(score, event, np.arange(200)).iloc[0]
    assert clustered["auc"] == alone["auc"]
    wide = clustered["ci_high"] - clustered["ci_low"]
    assert wide > 2 * (alone["ci_high"] - alone["ci_low"])


def test_a_constant_score_carries_no_information():
    row = auc_table(np.zeros(40), np.arange(40) % 2, np.arange(40)).iloc[0]
    assert row["auc"] == 0.5
    assert np.isnan(row["ci_low"])
    assert "no information" in row["note"]


def test_calls_without_score_or_event_are_left_out():
    score = pd.Series([0.1, None, 0.3, 0.4, 0.2])
    event = pd.Series([False, True, True, None, False], dtype="boolean")
    row = auc_table(score, event, list("abcde")).iloc[0]
    assert (row["n_calls"], row["n_events"], row["auc"]) == (3, 1, 1.0)


def test_draws_with_one_kind_of_call_are_skipped_and_counted():
    event = np.arange(9) == 0
    row = auc_table(np.arange(9.0) % 5, event, np.arange(9), draws=500).iloc[0]
    assert 0 < row["n_draws"] < 500


def test_bad_input_is_answered_in_a_sentence():
    with pytest.raises(InputError, match="3 scores and 2 clusters"):
        auc_table([1, 2, 3], [0, 1, 0], ["a", "b"])
    with pytest.raises(InputError, match="yes or no .* 2"):
        auc_table([1, 2, 3], [0, 1, 2], ["a", "b", "c"])
    with pytest.raises(InputError, match="1 of 3 rows have no customer"):
        auc_table([1, 2, 3], [0, 1, 0], ["a", None, "c"])
    with pytest.raises(AbstainedError, match="0 of 2 calls have the event"):
        auc_table([1, 2], [0, 0], ["a", "b"])


@pytest.fixture(scope="module")
def utep():
    if not UTEP.is_dir():
        pytest.skip("the real calls of ../shared/data are not here; they are not in the project")
    heard, spans = [], []
    for path in sorted((UTEP / "annotations").glob("*.txt")):
        rows = pd.read_csv(path, sep="\t", header=None, keep_default_na=False)
        for number, row in enumerate(rows.itertuples(index=False)):
            utterance = f"{path.stem}-{number:03d}"
            verdict, tags = UTEP_VERDICTS[str(row[8]).strip()]
            heard.append((utterance, "utep", verdict, tags, {}))
            spans.append((utterance, path.stem, "customer", row[3], row[5]))
    shares = share_of_time(consensus_table(*ratings_of(heard)), utterances_of(spans))
    shares = shares[shares["tag"] == "dissatisfaction"]
    return pd.read_csv(UTEP / "calls.csv").merge(shares, on="call_id")


@pytest.mark.real
@pytest.mark.parametrize(
    ("event", "n_events", "auc", "low", "high"),
    [("set_to_fail", 71, 0.668, 0.586, 0.740), ("annoyed", 42, 0.803, 0.712, 0.883)],
)
def test_dissatisfied_time_and_calls_set_to_fail(utep, event, n_events, auc, low, high):
    table = auc_table(utep["share"], utep[event] == "y", utep["customer_id"])
    row = table.iloc[0]
    assert (row["n_calls"], row["n_events"], row["n_clusters"]) == (109, n_events, 37)
    assert row[["auc", "ci_low", "ci_high"]].astype(float).round(3).tolist() == [auc, low, high]
    assert row["n_draws"] == 2000


@pytest.mark.real
def test_six_agents_are_too_few_for_an_interval(utep):
    table = auc_table(utep["share"], utep["annoyed"] == "y", utep["agent_id"], cluster_name="agent")
    row = table.iloc[0]
    assert np.isnan(row["ci_low"])
    assert row["note"] == (
        "No interval: 6 agents are too few to tell how much another set of agents would differ; "
        "8 are needed."
    )
