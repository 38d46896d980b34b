"""Where calls turn: planted shifts, exact segmentation, chance, raters' marks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from tests.rated_calls import ratings_of, utterances_of
from tests.test_trajectories import line_of
from workbench.errors import InputError
from workbench.trajectories import curve_table, marked_shifts, shift_table
from workbench.trajectories.kernels import best_segments

TURNS = [0.3, 0.2, 0.25, 0.3, 0.35, 0.2, -0.4, -0.5, -0.45, -0.3, -0.5, -0.4]


def test_a_planted_shift_is_found_in_its_place():
    row = shift_table(line_of(TURNS)).iloc[0]
    assert (row["at_s"], row["at_low_s"], row["at_high_s"]) == (60.0, 60.0, 60.0)
    assert row["before"] == pytest.approx(np.mean(TURNS[:6]))
    assert row["change"] == pytest.approx(np.mean(TURNS[6:]) - np.mean(TURNS[:6]))
    assert row["p_value"] < 0.02
    assert (row["start_s"], row["end_s"], row["channel"]) == (50.0, 70.0, 0)


def test_segments_are_the_best_of_all():
    rng = np.random.default_rng(4)
    value, weight = rng.normal(size=12), rng.uniform(1, 5, 12)

    def rss(edges):
        parts = [slice(a, b) for a, b in zip((0, *edges), (*edges, 12), strict=True)]
        mean = [np.average(value[p], weights=weight[p]) for p in parts]
        return sum(
            (weight[p] * (value[p] - m) ** 2).sum() for p, m in zip(parts, mean, strict=True)
        )

    found, cuts = best_segments(value, weight, 3, 2)
    for k in (1, 2):
        allowed = [c for c in combinations(range(3, 10), k) if (np.diff((0, *c, 12)) >= 3).all()]
        best = min(allowed, key=rss)
        assert found[k] == pytest.approx(rss(best))
        assert tuple(cuts[k, :k]) == best


def test_shuffled_calls_raise_few_alarms_and_resembling_ones_not_many():
    rng = np.random.default_rng(9)
    independent = rng.normal(0, 0.3, (150, 14))
    p = shift_table(line_of(*independent), draws=99)["p_value"]
    assert (p <= 0.05).mean() < 0.1
    alike = independent.copy()
    for i in range(1, 14):
        alike[:, i] = 0.4 * alike[:, i - 1] + np.sqrt(1 - 0.16) * alike[:, i]
    p = shift_table(line_of(*alike), draws=99)["p_value"]
    assert (p <= 0.05).mean() < 0.2


def test_p_values_are_adjusted_over_all_calls():
    rng = np.random.default_rng(1)
    calls = [TURNS, [0.1] * 3, *rng.normal(0, 0.3, (6, 9))]
    table = shift_table(line_of(*calls), draws=99)
    told = table["p_value"].notna()
    expected = multipletests(table.loc[told, "p_value"], method="fdr_bh")[1]
    assert table.loc[told, "p_adjusted"].tolist() == pytest.approx(list(expected))
    assert table.loc[1, "note"] == "3 rated utterances; 8 are needed."
    assert np.isnan(table.loc[1, "p_adjusted"])


def test_a_call_without_any_change_says_so():
    row = shift_table(line_of([0.2] * 9)).iloc[0]
    assert row["note"] == "All utterances have the same value: nothing turns."
    assert np.isnan(row["p_value"])


def test_marks_of_raters_stand_beside():
    points = line_of(TURNS)
    spans = utterances_of([("0-5", "000", "customer", 50, 60), ("0-7", "000", "customer", 70, 80)])
    ratings, *_ = ratings_of([(u, "r1", "neutral", {}, {}) for u in ("0-5", "0-7")])
    shifts = pd.DataFrame({"rating_id": ratings["rating_id"], "at_s": [58.5, 77.0]})
    marks = marked_shifts(shifts, ratings, spans)
    assert marks[["call_id", "at_s", "rater_id"]].values.tolist() == [
        ["000", 58.5, "r1"],
        ["000", 77.0, "r1"],
    ]
    row = shift_table(points, marks=marks).iloc[0]
    assert (row["n_marks"], row["nearest_mark_s"], row["mark_distance_s"]) == (2, 58.5, -1.5)
    none = shift_table(points).iloc[0]
    assert (none["n_marks"], np.isnan(none["nearest_mark_s"])) == (0, True)


def test_smoothed_curves_and_few_shuffles_are_refused():
    points = line_of(TURNS)
    with pytest.raises(InputError, match="in points, and a smoothed curve came"):
        shift_table(curve_table(points, width_s=20.0))
    with pytest.raises(InputError, match="99 shuffles or more; draws=10 came"):
        shift_table(points, draws=10)


def test_the_same_whatever_the_order_of_rows():
    points = line_of(TURNS, TURNS[::-1])
    shuffled = points.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(shift_table(points), shift_table(shuffled))
