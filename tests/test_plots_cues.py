"""Figures about cues: opposites share a lane, baselines side by side, strengths of all calls."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.rated_calls import utterances_of
from tests.test_cues import call_of
from workbench.cues import cue_table
from workbench.cues.baseline import KINDS
from workbench.errors import InputError
from workbench.plots import signals_figure, strengths_figure, three_baselines_figure
from workbench.plots.cue_lanes import cue_lanes
from workbench.widgets import ThresholdExplorer


@pytest.fixture(scope="module")
def call():
    prosody, utterances = call_of(16)
    prosody.loc[[9, 12], "f0_median_hz"] = [300.0, 110.0]
    return prosody, utterances


def test_a_cue_and_its_opposite_share_a_lane_and_point_up_and_down():
    utterances = utterances_of([(f"u{i}", "7", "customer", 5 * i, 5 * i + 3) for i in range(3)])
    cues = pd.DataFrame(
        {"utterance_id": ["u0", "u1", "u2"], "cue": ["low_pitch", "high_pitch", "soft_voice"],
         "fired": True, "evidence": "", "strength_sd": 3.0}
    )  # fmt: skip
    track = pd.DataFrame({"time_s": [0.0, 1.0], "f0_hz": [200.0, 201.0], "intensity_db": -20.0})
    figure = signals_figure({0: track}, utterances, cues=cues, start_s=0, end_s=15)
    names = [t for a in figure.select_yaxes() for t in a.ticktext or ()]
    assert names[-2:] == ["high pitch ▲ low pitch ▼", "soft voice"]
    marks = {t.name: t for t in figure.data if t.name and "customer: " in t.name}
    high, low, soft = (marks[f"customer: {n}"] for n in ("high pitch", "low pitch", "soft voice"))
    assert high.y[0] == low.y[0] > soft.y[0]
    assert (high.marker.symbol, low.marker.symbol) == ("triangle-up", "triangle-down")
    assert cue_lanes(cues.head(1)) == {"low_pitch": "low pitch"}


def test_the_three_baselines_side_by_side(call):
    tables = {kind: cue_table(*call, baseline=kind) for kind in KINDS}
    figure = three_baselines_figure(tables, call[1], cue="high_pitch")
    assert figure.layout.title.text == "High pitch: what is usual for this customer of call c1"
    heads = [a.text for a in figure.layout.annotations]
    assert [head.split("</b>")[0] for head in heads] == [
        "<b>call", "<b>causal", "<b>speaker history",
    ]  # fmt: skip
    assert "0 utterances of this caller are known from earlier calls" in heads[2]
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [len(trace.x) for trace in marks] == [16] * 3
    assert [list(trace.marker.symbol).count("triangle-up") for trace in marks] == [1, 1, 0]
    assert marks[0].customdata[9] == ["c1", 0, 36.0, 39.0]
    lines = [trace for trace in figure.data if trace.line.width == 1.5 and trace.mode == "lines"]
    assert [len(line.x) for line in lines] == [17, 12, 0]
    with pytest.raises(InputError, match='no cue "hihg_pitch".*Did you mean "high_pitch"'):
        three_baselines_figure(tables, call[1], cue="hihg_pitch")
    with pytest.raises(InputError, match="Nothing was measured for quick answer"):
        three_baselines_figure({"call": tables["call"].head(0)}, call[1], cue="quick_answer")


def test_strengths_of_all_utterances_with_the_threshold(call):
    figure = strengths_figure(cue_table(*call), call[1], cue="low_pitch")
    assert figure.layout.title.text == "Low pitch: 1 of 16 utterances"
    (marks,) = figure.data
    assert len(marks.x) == len(marks.customdata) == 16
    assert 2.5 in [shape.x0 for shape in figure.layout.shapes]
    with pytest.raises(InputError, match="No utterance has a judgement"):
        strengths_figure(cue_table(*call).head(0), call[1], cue="low_pitch")


def test_a_moved_threshold_shows_at_once_what_it_finds(call):
    from workbench.cues import default_thresholds

    prosody, utterances = call
    explorer = ThresholdExplorer(
        default_thresholds(),
        lambda thresholds: cue_table(prosody, utterances, thresholds=thresholds),
        lambda cues, cue: strengths_figure(cues, utterances, cue=cue),
        lambda row: None,
    )
    assert explorer.told.value == "<b>1</b> of 16 utterances have this cue; 1 at the start."
    explorer.threshold.value = 6.0
    explorer.cue.value = "volume_spike"
    assert explorer.threshold.value == 2.15
    explorer.cue.value = "high_pitch"
    assert explorer.threshold.value == 6.0
    moved = explorer.thresholds.set_index("cue")["threshold_sd"]
    assert (moved["high_pitch"], moved["volume_spike"]) == (6.0, 2.15)
    with pytest.raises(InputError, match="nothing to move"):
        ThresholdExplorer(default_thresholds().head(0), None, None, None)
