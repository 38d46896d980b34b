"""Traces: worked examples, the direct sum as witness, lags found, chance level, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.agreement.concordance import concordance, lagged_concordance
from workbench.agreement.traces import trace_agreement, trace_pairs
from workbench.errors import AbstainedError, InputError

NOW = pd.Timestamp("2026-11-02", tz="UTC")


def slow(rng, n=3000, width=60):
    """Draw a feeling that moves slowly, 25 values a second."""
    walk = np.convolve(rng.normal(size=n + 4 * width), np.hanning(width), "same")[2 * width :][:n]
    return walk / walk.std() * 0.4


def traced(calls=10, raters=3, seed=0, lag=(0, 10, 20), noise=0.05, dimension="valence",
           pass_="voice"):  # fmt: skip
    """Make traces in which rater j is lag[j] samples late."""
    rng = np.random.default_rng(seed)
    traces, points = [], []
    for c in range(calls):
        felt = slow(rng)
        for j in range(raters):
            name = f"{dimension}-{pass_}-{c:02d}-{j}"
            value = np.r_[np.full(lag[j], felt[0]), felt[: len(felt) - lag[j]]]
            value = value + np.convolve(rng.normal(0, noise * 5, 3000), np.ones(25) / 25, "same")
            traces.append(
                {"trace_id": name, "call_id": f"c{c:02d}", "rater_id": f"r{j}", "lag_s": 0.0,
                 "dimension": dimension, "pass": pass_, "created_at": NOW}
            )  # fmt: skip
            time_s = np.arange(3000) / 25
            points.append(pd.DataFrame({"trace_id": name, "time_s": time_s, "value": value}))
    return pd.DataFrame(traces), pd.concat(points, ignore_index=True)


def test_worked_examples():
    assert concordance([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) == pytest.approx(0.8)
    assert concordance([1, 2, 3, 4, 5], [1, 2, 3, 4, 6]) == pytest.approx(0.96)
    assert concordance([1, 2, np.nan, 3], [1, 2, 9, 3]) == pytest.approx(1)
    assert concordance([1, 2, 3], [5, 5, 5]) == 0


def test_a_trace_40_samples_late_agrees_once_it_is_moved():
    rng = np.random.default_rng(2)
    felt = slow(rng, n=3040, width=140)
    noise = [np.convolve(rng.normal(0, 0.3, 3000), np.ones(12) / 12, "same") for _ in "ab"]
    early, late = felt[40:] + noise[0], felt[:-40] + noise[1]
    found = lagged_concordance(early, late, max_lag=100, min_overlap=250)
    assert found.lag == pytest.approx(40, abs=3)
    assert found.ccc_lag_0 < 0.75
    assert found.ccc > 0.93
    back = lagged_concordance(late, early, max_lag=100, min_overlap=250)
    assert (back.lag, back.ccc) == (-found.lag, pytest.approx(found.ccc))


series = arrays(float, st.integers(30, 60), elements=st.one_of(st.floats(-1, 1), st.just(np.nan)))


@settings(max_examples=60, deadline=None)
@given(series, series)
def test_every_lag_is_as_reckoned_directly(x, y):
    found = lagged_concordance(x, y, max_lag=8, min_overlap=10)
    direct = {}
    for lag in range(-8, 9):
        a, b = (x, y[lag:]) if lag >= 0 else (x[-lag:], y)
        m = min(len(a), len(b))
        a, b = a[:m], b[:m]
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() < 10 or np.ptp(np.r_[a[both], b[both]]) < 1e-3:
            continue
        direct[lag] = concordance(a, b)
    if direct:
        assert found.ccc == pytest.approx(max(direct.values()), abs=1e-6)
        assert direct[found.lag] == pytest.approx(found.ccc, abs=1e-6)
    if 0 in direct:
        assert found.ccc_lag_0 == pytest.approx(direct[0], abs=1e-6)


def test_lags_are_found_and_chance_is_lower():
    traces, points = traced()
    pairs = trace_pairs(traces, points, max_lag_s=2)
    lag = pairs.groupby(["rater_a", "rater_b"])["lag_s"].median()
    assert lag.round(2).to_dict() == pytest.approx(
        {("r0", "r1"): 0.4, ("r0", "r2"): 0.8, ("r1", "r2"): 0.4}, abs=0.08
    )
    assert pairs["overlap_s"].eq(120).all()
    table = trace_agreement(traces, points, max_lag_s=2)
    assert table["level"].tolist() == ["pairs", "others"]
    assert (table["value"] > 0.9).all()
    assert (table["ccc_lag_0"] < table["value"]).all()
    assert (table["chance"] < 0.5).all()
    assert (table["chance"] > 0).all()
    one = table.iloc[0]
    assert one["value"] == pytest.approx(pairs["ccc"].mean())
    assert one["ci_low"] < one["value"] < one["ci_high"]
    assert one[["n_items", "n_raters", "n_ratings", "n_pairs"]].tolist() == [10, 3, 30, 30]


def test_a_lag_of_none_is_the_plain_coefficient():
    traces, points = traced(calls=2, raters=2)
    pairs = trace_pairs(traces, points, max_lag_s=0)
    wide = points.pivot(index="time_s", columns="trace_id", values="value")
    plain = [
        concordance(wide[f"valence-voice-{c:02d}-0"], wide[f"valence-voice-{c:02d}-1"])
        for c in range(2)
    ]
    assert pairs["ccc"].tolist() == pytest.approx(plain)
    assert pairs["lag_s"].eq(0).all()


def test_passes_and_dimensions_are_never_pooled():
    parts = [
        traced(calls=2, raters=2),
        traced(calls=2, raters=2, seed=1, pass_="both"),
        traced(calls=2, raters=2, seed=2, dimension="arousal"),
    ]
    traces = pd.concat([part[0] for part in parts])
    points = pd.concat([part[1] for part in parts])
    table = trace_agreement(traces, points)
    assert table[["dimension", "pass"]].drop_duplicates().to_numpy().tolist() == [
        ["arousal", "voice"], ["valence", "both"], ["valence", "voice"],
    ]  # fmt: skip
    alone = trace_agreement(*parts[1]).iloc[0]
    assert table.query("`pass` == 'both'")["value"].iloc[0] == alone["value"]
    assert "8 are needed" in alone["note"]


def test_gaps_stay_gaps_and_a_slower_rate_is_interpolated():
    traces, points = traced(calls=1, raters=2, noise=0.0, lag=(0, 0))
    thin = points["trace_id"].str.endswith("-1") & (np.arange(len(points)) % 5 > 0)
    hole = points["trace_id"].str.endswith("-0") & points["time_s"].between(20, 60)
    pairs = trace_pairs(traces, points[~thin & ~hole], max_lag_s=0).iloc[0]
    assert pairs["ccc"] > 0.995
    assert pairs["overlap_s"] == pytest.approx(80, abs=0.3)
    assert np.isnan(pairs["chance"])


def test_superseded_traces_are_left_out():
    traces, points = traced(calls=1, raters=2)
    first = traces.iloc[[1]].assign(trace_id="old")
    traces = pd.concat([traces.assign(supersedes=[None, "old"]), first])
    old = pd.DataFrame({"trace_id": "old", "time_s": np.arange(3000) / 25, "value": 0.9})
    table = trace_pairs(traces, pd.concat([points, old]))
    assert len(table) == 1
    both = traces.assign(supersedes=None)
    with pytest.raises(InputError, match="r1 has two traces of valence of the call c00"):
        trace_pairs(both, pd.concat([points, old]))


def test_order_and_names_do_not_matter():
    traces, points = traced(calls=9)
    table = trace_agreement(traces, points)
    renamed = traces.assign(rater_id=traces["rater_id"].map({"r0": "z", "r1": "a", "r2": "m"}))
    again = trace_agreement(
        renamed.sample(frac=1, random_state=0), points.sample(frac=1, random_state=0)
    )
    pd.testing.assert_frame_equal(again, table)


def test_refusals_are_sentences():
    traces, points = traced(calls=1, raters=2)
    with pytest.raises(AbstainedError, match=r"two raters traced for 10 s in common"):
        trace_agreement(traces[:1], points[:3000])
    with pytest.raises(AbstainedError, match="for 10 s"):
        trace_agreement(traces, points[points["time_s"] < 5])
    with pytest.raises(AbstainedError, match="for 10 s"):
        trace_agreement(traces, points.assign(value=0.5))
    with pytest.raises(InputError, match="0 or more seconds; -1 came"):
        trace_agreement(traces, points, max_lag_s=-1)
    with pytest.raises(InputError, match="same length"):
        concordance([1, 2], [1, 2, 3])
    with pytest.raises(AbstainedError, match="2 pairs of values; 1 came"):
        concordance([1, np.nan], [1, 2])
    with pytest.raises(AbstainedError, match="both series are 3"):
        concordance([3, 3], [3, 3])
