"""Curves over a call: kernel, gaps, what a causal one may know, bands of raters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.rated_calls import NOW, ratings_of, utterances_of
from workbench.errors import InputError
from workbench.trajectories import curve_table, points_table, rater_values, trace_values


def values_of(rows, *, variable="valence", kind="dimension", heard=None):
    """Make values of (start_s, end_s, [value of each rater])."""
    return pd.DataFrame(
        [
            {
                "call_id": "a",
                "role": "customer",
                "variable": variable,
                "kind": kind,
                "utterance_id": f"u{i:02}",
                "channel": 0,
                "start_s": float(start),
                "end_s": float(end),
                "rater_id": f"r{r}",
                "value": float(value),
                "heard_until_s": np.nan if heard is None else heard(end, r),
            }
            for i, (start, end, given) in enumerate(rows)
            for r, value in enumerate(given)
        ]
    )


def at(curve, time_s):
    return curve[(curve["time_s"] - time_s).abs() < 1e-9].iloc[0]


def test_each_second_of_speech_weighs_by_its_distance():
    curve = curve_table(values_of([(0, 2, [1.0]), (6, 7, [0.0])]), width_s=10.0)

    def weight(start, end, t):
        seconds = np.linspace(start, end, 20_001)
        return np.trapezoid(0.75 * np.clip(1 - ((seconds - t) / 10) ** 2, 0, None), seconds)

    for t in (0.0, 4.0, 9.0):
        first, second = weight(0, 2, t), weight(6, 7, t)
        assert at(curve, t)["estimate"] == pytest.approx(first / (first + second), abs=1e-6)
    row = at(curve, 9.0)
    assert (row["weight_s"], row["width_s"], row["reach"]) == (3.0, 10.0, "whole")
    assert (row["utterance_id"], row["start_s"], row["end_s"]) == ("u01", 6.0, 7.0)


def test_silence_is_a_gap():
    rows = [(0, 4, [0.5]), (60, 64, [-0.5])]
    whole = curve_table(values_of(rows), width_s=5.0)
    assert whole["time_s"].tolist() == [*range(0, 9), *range(56, 69)]
    causal = curve_table(values_of(rows), width_s=5.0, reach="causal")
    assert causal["time_s"].tolist() == [*range(4, 9), *range(64, 69)]
    assert set(whole["estimate"]) == {0.5, -0.5}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(5, 60), st.floats(2, 30))
def test_a_causal_curve_does_not_know_what_comes_later(seed, moment, width):
    rng = np.random.default_rng(seed)
    start = np.cumsum(rng.uniform(1, 8, 12))
    rows = [(s, s + rng.uniform(0.5, 3), rng.uniform(-1, 1, 3)) for s in start]
    values = values_of(rows)
    later = values["end_s"] > moment
    changed = values.assign(value=values["value"].where(~later, -values["value"] / 2 + 0.3))
    both = []
    for known in (values, changed, values[~later]):
        curve = curve_table(known, width_s=width, reach="causal")
        both.append(curve[curve["time_s"] <= moment])
    pd.testing.assert_frame_equal(both[0], both[1])
    pd.testing.assert_frame_equal(both[0], both[2])
    assert (both[0]["audio_until_s"] <= both[0]["time_s"] + 1e-9).all()


def test_a_whole_curve_looks_ahead():
    values = values_of([(0, 4, [0.5]), (8, 12, [-0.5])])
    changed = values.assign(value=values["value"].where(values["end_s"] < 9, 0.9))
    now, then = (at(curve_table(v, width_s=10.0), 4.0)["estimate"] for v in (values, changed))
    assert then > now
    assert at(curve_table(values, width_s=10.0), 4.0)["audio_until_s"] == 12.0


def test_a_rating_counts_from_when_its_rater_had_heard_so_far():
    rows = [(0, 4, [0.5, -0.5]), (8, 12, [0.0, 0.0])]
    values = values_of(rows, heard=lambda end, r: end if r == 0 else end + 4.0)
    causal = curve_table(values, width_s=10.0, reach="causal")
    assert (at(causal, 5.0)["estimate"], at(causal, 5.0)["n_raters"]) == (0.5, 1)
    assert (at(causal, 8.0)["estimate"], at(causal, 8.0)["rater_heard_until_s"]) == (0.0, 8.0)
    unknown = values.assign(heard_until_s=np.nan)
    row = at(curve_table(unknown, width_s=10.0, reach="causal"), 5.0)
    assert row["estimate"] == 0.0
    assert np.isnan(row["rater_heard_until_s"])


def test_the_band_is_the_interval_of_the_mean_of_the_raters():
    """Student's interval as SciPy has it, where all raters rated the same utterances."""
    given = [0.1, 0.4, -0.2, 0.3]
    row = at(curve_table(values_of([(0, 4, given)]), width_s=5.0), 2.0)
    low, high = stats.ttest_1samp(given, 0.0).confidence_interval(0.95)
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low), pytest.approx(high))
    point = points_table(values_of([(0, 4, given)])).iloc[0]
    assert (point["ci_low"], point["ci_high"]) == (pytest.approx(low), pytest.approx(high))
    assert (point["time_s"], point["reach"], point["width_s"]) == (2.0, "causal", 0.0)


def test_no_band_without_a_second_rater_or_a_spread():
    one = curve_table(values_of([(0, 4, [0.1])]), width_s=5.0)
    assert one[["ci_low", "ci_high"]].isna().all(axis=None)
    assert set(one["note"]) == {"One rater, so no band."}
    same = curve_table(values_of([(0, 4, [0.1, 0.1])]), width_s=5.0)
    assert same["ci_low"].isna().all()
    assert "gave the same" in same["note"].iloc[0]
    alone = values_of([(0, 4, [0.1])]).drop(columns="rater_id")
    points = alone.rename(columns={"value": "estimate"}).assign(n_raters=3)
    curve = curve_table(points, width_s=5.0)
    assert set(curve["note"]) == {"Made from a consensus without its raters, so no band."}
    assert set(curve["n_raters"]) == {3}


def test_a_share_of_raters_keeps_an_interval_where_all_agree():
    """Wilson's interval of 0 of 3."""
    row = at(curve_table(values_of([(0, 4, [0, 0, 0])], variable="anger", kind="tag")), 2.0)
    expected = stats.binomtest(0, 3).proportion_ci(method="wilson")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0, abs=1e-12),
        pytest.approx(expected.high),
    )


def test_row_order_does_not_matter():
    rng = np.random.default_rng(2)
    values = values_of([(6 * i, 6 * i + 3, rng.uniform(-1, 1, 3)) for i in range(8)])
    shuffled = values.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(curve_table(values), curve_table(shuffled))
    pd.testing.assert_frame_equal(points_table(values), points_table(shuffled))


def test_mistakes_are_answered_with_a_sentence():
    values = values_of([(0, 4, [0.1])])
    with pytest.raises(InputError, match="width_s is a number of seconds above 0; 0 came"):
        curve_table(values, width_s=0)
    with pytest.raises(InputError, match='no reach "casual". Did you mean "causal"'):
        curve_table(values, reach="casual")
    with pytest.raises(InputError, match='column "role" is missing'):
        curve_table(values.drop(columns="role"))
    with pytest.raises(InputError, match="Rater r0 gave valence of utterance u00 twice"):
        curve_table(pd.concat([values, values]))
    assert curve_table(values.head(0)).empty


def test_values_of_raters_lie_where_the_utterances_do():
    spans = utterances_of([("u1", "a", "customer", 0, 4), ("u2", "a", "agent", 5, 9)])
    rows = [
        ("u1", "r1", "tagged", {"anger": 0.8}, {"valence": -0.5}),
        ("u1", "r2", "neutral", {}, {"valence": 0.0}),
        ("u2", "r1", "unclear", {}, {}),
    ]
    values = rater_values(*ratings_of(rows), spans)
    assert values.groupby("variable")["value"].apply(list).to_dict() == {
        "anger": [1.0, 0.0],
        "valence": [-0.5, 0.0],
    }
    strongly = rater_values(*ratings_of(rows), spans, ["anger_intensity"])
    assert strongly[["value", "kind", "rater_id"]].values.tolist() == [[0.8, "intensity", "r1"]]
    with pytest.raises(InputError, match='"angr". Did you mean "anger"'):
        rater_values(*ratings_of(rows), spans, ["angr"])
    both = [pd.concat(t) for t in zip(ratings_of(rows), ratings_of(rows, "voice"), strict=True)]
    with pytest.raises(InputError, match="pass both; cx 1, pass voice"):
        rater_values(*both, spans)


def test_a_trace_counts_only_while_the_judged_side_speaks():
    spans = utterances_of(
        [("u1", "a", "customer", 0, 4), ("u2", "a", "agent", 5, 9), ("u3", "a", "customer", 8, 12)]
    )
    trace = {"trace_id": "t", "call_id": "a", "channel": 0, "rater_id": "r1", "lag_s": 2.0}
    traces = pd.DataFrame([trace | {"dimension": "valence", "pass": "voice", "created_at": NOW}])
    points = pd.DataFrame({"trace_id": "t", "time_s": [0.0, 2.0, 10.0], "value": [0.0, 1.0, 0.2]})
    values = trace_values(traces, points, spans)
    assert values["utterance_id"].tolist() == ["u1"]
    assert values["value"].item() == pytest.approx((1.0 + (1.0 + 0.8) / 2 * 2) / 4)
    assert values["heard_until_s"].item() == 6.0


def test_the_figure_states_the_width_and_leaves_the_gap():
    from workbench.plots import trajectory_figure

    values = values_of([(0, 4, [0.5, 0.3]), (60, 64, [-0.5, -0.3])])
    curve = curve_table(values, width_s=5.0, reach="causal")
    figure = trajectory_figure(points_table(values), curves=curve)
    assert "rated speech within 5 s before each moment" in figure.layout.title.subtitle.text
    band, line, _ = figure.data
    assert None in line.x
    assert len(line.customdata) == len(line.x)
    assert line.customdata[0] == ["a", 0, 0.0, 4.0]
    assert [x for x in line.x if x is not None and 9 < x < 63] == []
    assert None in band.x


def test_the_figure_draws_where_it_turns_and_what_raters_marked():
    from workbench.plots import trajectory_figure
    from workbench.trajectories import shift_table

    turns = [0.3, 0.2, 0.25, 0.3, 0.35, 0.2, -0.4, -0.5, -0.45, -0.3, -0.5, -0.4]
    values = values_of([(10 * i, 10 * i + 4, [v, v + 0.1]) for i, v in enumerate(turns)])
    points = points_table(values)
    mark = {"call_id": "a", "role": "customer", "channel": 0, "at_s": 61.0, "rater_id": "<r>"}
    mark |= {"from_tag": "relief", "to_tag": None, "start_s": 60.0, "end_s": 64.0}
    figure = trajectory_figure(points, shifts=shift_table(points), marks=pd.DataFrame([mark]))
    by_name = {trace.name: trace for trace in figure.data if trace.name}
    assert list(by_name["customer: shift"].customdata[0]) == ["a", 0, 50.0, 64.0]
    assert "falls by 0.69" in by_name["customer: shift"].hovertext[0]
    told = by_name["shift marked by a rater"].hovertext[0]
    assert "&lt;r&gt;" in told
    assert "relief to ?" in told
    calm = trajectory_figure(points, shifts=shift_table(points).assign(p_value=0.4))
    assert "customer: shift" not in {trace.name for trace in calm.data}
