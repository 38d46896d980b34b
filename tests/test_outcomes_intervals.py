"""Intervals: the jackknife keeps its promise, false discovery as published, clusters drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from workbench.errors import InputError
from workbench.false_discovery import adjusted_p_values
from workbench.jackknife import (
    cluster_codes,
    cluster_draws,
    jackknife_interval,
)

BENJAMINI_HOCHBERG_1995 = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240),
    *(0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]
"""The 15 p values of the example in Benjamini and Hochberg (1995)."""


def test_false_discovery_as_in_benjamini_and_hochberg():
    adjusted = adjusted_p_values(BENJAMINI_HOCHBERG_1995)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[3:5].round(4).tolist() == [0.0356, 0.0603]
    assert adjusted == pytest.approx(multipletests(BENJAMINI_HOCHBERG_1995, method="fdr_bh")[1])
    careful = adjusted_p_values(BENJAMINI_HOCHBERG_1995, method="by")
    assert (careful <= 0.05).sum() == 3
    assert careful == pytest.approx(multipletests(BENJAMINI_HOCHBERG_1995, method="fdr_by")[1])


def test_missing_p_values_stay_missing_and_do_not_count():
    with_gaps = [np.nan, *BENJAMINI_HOCHBERG_1995, np.nan]
    adjusted = adjusted_p_values(with_gaps)
    assert np.isnan(adjusted[[0, -1]]).all()
    assert adjusted[1:-1] == pytest.approx(adjusted_p_values(BENJAMINI_HOCHBERG_1995))
    assert adjusted_p_values([]).tolist() == []
    assert np.isnan(adjusted_p_values([np.nan])).all()
    with pytest.raises(InputError, match=r"between 0 and 1; 1\.2 came"):
        adjusted_p_values([0.3, 1.2])


@settings(max_examples=100, deadline=None)
@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 1)), st.randoms())
def test_adjusting_keeps_order_and_bounds(p, random):
    adjusted = adjusted_p_values(p)
    assert ((adjusted >= p) & (adjusted <= 1)).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
    order = list(range(len(p)))
    random.shuffle(order)
    assert adjusted_p_values(p[order]) == pytest.approx(adjusted[order])


def test_the_jackknife_of_a_mean_is_the_textbook_error():
    x = np.random.default_rng(0).normal(size=12)
    interval = jackknife_interval(x.mean(), (x.sum() - x) / 11)
    assert interval.se == pytest.approx(x.std(ddof=1) / np.sqrt(12))
    assert interval.high - x.mean() == pytest.approx(2.200985 * interval.se, rel=1e-6)
    flat = jackknife_interval(0.0, np.zeros(9))
    assert np.isnan([*flat]).all()


def test_below_eight_clusters_there_is_no_interval():
    assert np.isnan([*jackknife_interval(0.5, np.linspace(0.4, 0.6, 7))]).all()
    assert np.isfinite([*jackknife_interval(0.5, np.linspace(0.4, 0.6, 8))]).all()
    assert np.isnan([*jackknife_interval(0.5, [*np.linspace(0.4, 0.6, 8), np.nan])]).all()


def test_p_and_interval_agree():
    left_out = np.linspace(-0.2, 0.2, 15)
    edge = jackknife_interval(0.0, left_out).high
    shifted = jackknife_interval(edge, edge + left_out)
    assert shifted.p == pytest.approx(0.05)
    assert shifted.low == pytest.approx(0.0)


def test_draws_are_as_many_as_clusters_and_seeded():
    draws = cluster_draws(37, 50, np.random.default_rng(0))
    assert draws.shape == (50, 37)
    assert (draws.sum(axis=1) == 37).all()
    assert (draws == cluster_draws(37, 50, np.random.default_rng(0))).all()
    expected = np.bincount(np.random.default_rng(0).integers(37, size=(1, 37))[0], minlength=37)
    assert draws[0].tolist() == expected.tolist()
    with pytest.raises(InputError, match="1 cluster and 1 draw; 0 and 5 came"):
        cluster_draws(0, 5, np.random.default_rng(0))


def test_a_gap_does_not_become_an_agent():
    with pytest.raises(InputError, match="1 of 3 rows have no agent"):
        cluster_codes(pd.Series(["a", None, "b"]), what="agent")
    codes, n = cluster_codes(pd.Series(["b", "a", "b"]))
    assert (codes.tolist(), n) == ([1, 0, 1], 2)
