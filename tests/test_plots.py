"""Figures: every mark names its seconds, titles say no more than intervals do, all can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.rated_calls import contact_centre, ratings_of, utterances_of
from workbench.consensus import consensus_table
from workbench.errors import InputError
from workbench.outcomes import relate
from workbench.plots import (
    baseline_figure,
    calls_heatmap_figure,
    effects_figure,
    outcome_figure,
    palette_named,
    signals_figure,
    tag_style,
    trajectory_figure,
)
from workbench.plots.theme import PALETTES
from workbench.taxonomies import default_taxonomy
from workbench.trajectories import trajectory_table

ROOT = Path(__file__).parent.parent


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rated(call_id="0007", n=20, change=-0.8, raters=3, seed=0):
    """A call of n utterances in turn; the customer's valence changes steadily."""
    rng = np.random.default_rng(seed)
    spans, rows = [], []
    for i in range(n):
        role = "customer" if i % 2 == 0 else "agent"
        name = f"{call_id}-{i:02d}"
        spans.append((name, call_id, role, i * 5.0, i * 5.0 + 4.0))
        middle = change * (i / n - 0.5) if role == "customer" else 0.2
        for rater in range(raters):
            value = float(np.clip(middle + rng.normal(0, 0.08), -1, 1))
            heard = {}
            if role == "customer" and value < -0.2:
                heard = {"frustration": 0.5}
            elif role == "agent" and rater == 0:
                heard = {"warm": 0.5}
            verdict = "tagged" if heard else "neutral"
            rows.append((name, f"r{rater}", verdict, heard, {"valence": value}))
    return spans, rows


def trajectories_of(*calls):
    spans = [span for call in calls for span in call[0]]
    rows = [row for call in calls for row in call[1]]
    return trajectory_table(consensus_table(*ratings_of(rows)), utterances_of(spans))


@pytest.fixture(scope="module")
def one_call():
    return trajectories_of(rated())


@pytest.fixture(scope="module")
def many_calls():
    calls = [
        rated(f"{i:04d}", change=-0.9 if i % 2 else 0.0, raters=2, n=12, seed=i) for i in range(20)
    ]
    outcomes = pd.DataFrame(
        {
            "call_id": [f"{i:04d}" for i in range(20)],
            "escalated": pd.array([bool(i % 2) for i in range(19)] + [None], dtype="boolean"),
            "escalated_at_s": [48.0 if i % 2 else np.nan for i in range(19)] + [np.nan],
        }
    )
    return trajectories_of(*calls), outcomes


def cues_of(*rows):
    return pd.DataFrame(
        [
            {
                "utterance_id": utterance,
                "cue": cue,
                "value": 231.0,
                "unit": "Hz",
                "strength_sd": strength,
                "threshold_sd": 2.0,
                "fired": abs(strength) >= 2,
                "baseline": {
                    "kind": "call",
                    "n": 23,
                    "centre": 193.0,
                    "spread": 1.2,
                    "spread_unit": "st",
                },
                "evidence": evidence,
            }
            for utterance, cue, strength, evidence in rows
        ]
    )


def marks_of(figure):
    """All marks that can be clicked, as rows of trace name and customdata."""
    return [
        (trace.name, row)
        for trace in figure.data
        if trace.customdata is not None
        for row in trace.customdata
    ]


def words_of(figure):
    return json.dumps(json.loads(figure.to_json())["layout"], ensure_ascii=False)


@pytest.mark.parametrize("theme", PALETTES)
def test_everything_can_be_read(theme):
    palette = palette_named(theme)
    for colour in (palette.text, palette.muted, palette.alarm, *palette.roles.values()):
        assert contrast(colour, palette.background) >= 4.5, colour
    for colour in palette.tags:
        assert contrast(colour, palette.background) >= 3.0, colour
    low, _, middle, _, high = palette.valence
    assert contrast(low, middle) >= 2.5
    assert contrast(high, middle) >= 2.5


def test_roles_have_the_colours_of_the_widgets():
    css = (ROOT / "frontend/src/workbench.css").read_text()
    for role in ("customer", "agent"):
        light, dark = re.findall(rf"--wb-{role}:\s*(#[0-9a-f]{{6}})", css)
        assert PALETTES["light"].role(role) == light
        assert PALETTES["dark"].role(role) == dark


def test_tags_are_never_told_apart_by_colour_alone():
    tags = [tag.tag for tag in default_taxonomy().tags]
    for palette in PALETTES.values():
        looks = [tag_style(tag, palette) for tag in tags]
        assert len({(look.colour, look.symbol) for look in looks}) == len(tags)
        by_colour: dict[str, set[str]] = {}
        for look in looks:
            assert look.symbol not in by_colour.setdefault(look.colour, set())
            by_colour[look.colour].add(look.symbol)
    assert tag_style("homesick", PALETTES["light"]) == tag_style("homesick", PALETTES["light"])


def test_an_unknown_theme_is_answered():
    with pytest.raises(InputError, match='no theme "drak". Did you mean "dark"'):
        palette_named("drak")


@pytest.mark.parametrize("theme", PALETTES)
def test_every_mark_of_a_call_names_its_seconds(one_call, theme):
    before = one_call.copy()
    figure = trajectory_figure(one_call, theme=theme)
    pd.testing.assert_frame_equal(one_call, before)
    marks = marks_of(figure)
    assert {name for name, _ in marks} == {
        "customer", "agent", "customer: frustration", "agent: warm"
    }  # fmt: skip
    known = {(r.call_id, r.channel, r.start_s, r.end_s) for r in one_call.itertuples(index=False)}
    for _, row in marks:
        assert tuple(row) in known
        assert [type(value) for value in row] == [str, int, float, float]
    assert figure.layout.template.layout.paper_bgcolor == palette_named(theme).background
    json.loads(figure.to_json())


def test_the_size_of_a_tag_is_its_share(one_call):
    figure = trajectory_figure(one_call)
    (trace,) = [t for t in figure.data if t.name == "customer: frustration"]
    points = one_call.query("variable == 'frustration' and estimate > 0")
    order = np.argsort(points["estimate"].to_numpy())
    assert (np.diff(np.asarray(trace.marker.size)[order]) >= 0).all()
    assert "heard by 3 of 3 raters" in " ".join(trace.hovertext)


def test_the_title_tells_a_trend_only_where_the_interval_does(one_call):
    told = trajectory_figure(one_call).layout.title
    assert re.match(r"The customer’s valence falls by 0\.\d over the call \(0\.\d to ", told.text)
    assert "20 rated utterances, 3 raters each" in told.subtitle.text
    flat = trajectory_figure(trajectories_of(rated(change=0.0))).layout.title.text
    assert flat == "How call 0007 felt"


def test_one_rater_draws_no_band():
    figure = trajectory_figure(trajectories_of(rated(raters=1)))
    assert not [trace for trace in figure.data if trace.fill == "toself"]
    assert "no intervals" in figure.layout.title.subtitle.text


def test_cues_events_and_the_escalation(one_call):
    cues = cues_of(
        ("0007-04", "high_pitch", 2.6, "F0 median 231 Hz, <usual> 193 Hz."),
        ("0007-06", "fast_speech", 0.3, ""),
    )
    events = pd.DataFrame(
        {
            "call_id": ["0007", "0007", "other"],
            "start_s": [30.0, 41.0, 1.0],
            "end_s": [36.0, np.nan, 2.0],
            "kind": ["hold", "offer", "music"],
        }
    )
    figure = trajectory_figure(one_call, cues, events, escalated_at_s=81.0)
    marks = [row for name, row in marks_of(figure) if name == "customer: high pitch"]
    assert marks == [["0007", 0, 20.0, 24.0]]
    (trace,) = [t for t in figure.data if t.name == "customer: high pitch"]
    assert "&lt;usual&gt;" in trace.hovertext[0]
    assert "fast speech" not in words_of(figure)
    for text in ("escalated, 81 s", '"hold"', '"offer"'):
        assert text in words_of(figure)
    assert "music" not in words_of(figure)


def test_cues_of_unrated_utterances_are_drawn_where_they_lie(one_call):
    utterances = utterances_of([("new", "0007", "customer", 101, 104)])
    cues = cues_of(("new", "long_pause", 3.0, "2.9 s before answering."))
    assert not [n for n, _ in marks_of(trajectory_figure(one_call, cues)) if "pause" in str(n)]
    figure = trajectory_figure(one_call, cues, utterances=utterances)
    assert ["0007", 0, 101.0, 104.0] in [row for _, row in marks_of(figure)]


def test_one_call_must_be_chosen(many_calls):
    trajectories, _ = many_calls
    with pytest.raises(InputError, match="One call is drawn, and 20 came"):
        trajectory_figure(trajectories)
    with pytest.raises(InputError, match='the call "0020". Did you mean'):
        trajectory_figure(trajectories, call_id="0020")
    assert "0003" in trajectory_figure(trajectories, call_id="0003").layout.title.subtitle.text
    with pytest.raises(InputError, match="no utterance of this call has been rated"):
        trajectory_figure(trajectories.head(0))
    with pytest.raises(InputError, match='Nobody gave "stress" or heard a tag'):
        trajectory_figure(trajectories.query("kind != 'tag'"), call_id="0003", variable="stress")


def test_names_from_outside_are_shown_as_text():
    spans, rows = rated()
    spans = [(u, "<b>7</b>", *rest) for u, _, *rest in spans]
    figure = trajectory_figure(trajectories_of((spans, rows)))
    assert "<b>7</b>" not in figure.layout.title.subtitle.text
    assert "&lt;b&gt;7" in figure.layout.title.subtitle.text
    assert marks_of(figure)[0][1][0] == "<b>7</b>"


def test_each_cell_names_its_seconds(many_calls):
    trajectories, outcomes = many_calls
    figure = calls_heatmap_figure(trajectories, outcomes, n_bins=10)
    heat, moments = figure.data
    assert np.shape(heat.customdata.tolist()) == (*np.shape(heat.z), 4)
    z = np.asarray(heat.z, dtype=float)
    for down, right in zip(*np.nonzero(np.isfinite(z)), strict=True):
        call_id, channel, start, end = heat.customdata[down][right]
        assert channel == 0
        assert end - start == pytest.approx(5.9)
        assert start == pytest.approx(right * 5.9)
    down, right = np.argwhere(~np.isfinite(z))[0]
    assert list(heat.customdata[down][right]) == [None] * 4
    assert [row[0] for row in moments.customdata] == [f"{i:04d}" for i in range(1, 19, 2)]
    assert moments.customdata[0][2:] == [38.0, 48.0]
    assert set(moments.x) == {48.0 / 59.0 * 100}


def test_escalated_calls_stand_apart_and_the_title_says_what_holds(many_calls):
    trajectories, outcomes = many_calls
    figure = calls_heatmap_figure(trajectories, outcomes)
    text = words_of(figure)
    for group in ("<b>escalated</b><br>9 calls", "not escalated</b><br>10 calls", "unknown</b>"):
        assert group in text
    assert re.match(
        r"Valence falls by 0\.\d\d from the first to the last third of escalated calls",
        figure.layout.title.text,
    )
    rows = list(figure.layout.yaxis.ticktext)
    assert rows[:9] == sorted(rows[:9], key=lambda c: int(c) % 2 == 0)
    calm = trajectories[trajectories["call_id"].isin([f"{i:04d}" for i in range(0, 6, 2)])]
    title = calls_heatmap_figure(calm).layout.title.text
    assert title == "The customer’s valence over 3 calls"


def test_a_tag_is_drawn_on_a_scale_from_nobody_to_all(many_calls):
    trajectories, _ = many_calls
    heat = calls_heatmap_figure(trajectories, variable="frustration", theme="dark").data[0]
    assert (heat.zmin, heat.zmax) == (0, 1)
    assert list(heat.colorbar.ticktext) == ["no rater", "half", "all raters"]
    signed = calls_heatmap_figure(trajectories).data[0]
    assert (signed.zmin, signed.zmax) == (-1, 1)
    with pytest.raises(InputError, match='"frustation". Did you mean "frustration"'):
        calls_heatmap_figure(trajectories, variable="frustation")


@pytest.fixture(scope="module")
def centre():
    return contact_centre()


def test_what_holds_is_filled_and_what_does_not_is_hollow(centre):
    effects = relate(**centre)
    figure = effects_figure(effects)
    held = int((effects["p_adjusted"] < 0.05).sum())
    assert figure.layout.title.text.startswith(f"{held} of 9 relations hold")
    assert "associations, not causes" in figure.layout.title.subtitle.text
    marks = [t for t in figure.data if t.mode == "markers+text"]
    bars = [t for t in figure.data if t.mode == "lines"]
    assert (len(marks), len(bars)) == (9, 9)
    filled = [t for t in marks if t.marker.color == palette_named("light").text]
    assert len(filled) == held
    text = words_of(figure)
    assert "600 calls" in text
    assert "12 agents" in text
    assert "percentage points" in text
    assert not marks_of(figure)
    assert "covariates held equal as each row says" in figure.layout.title.subtitle.text
    held = relate(**centre, covariates=["queue"], on="qa_score")
    assert "the same queue given" in effects_figure(held).layout.title.subtitle.text


def test_without_intervals_the_figure_says_so(centre):
    effects = relate(**contact_centre(n_agents=6))
    figure = effects_figure(effects, theme="dark")
    assert "no interval can be given" in figure.layout.title.text
    assert "too few agents" in figure.layout.title.subtitle.text
    assert not [t for t in figure.data if t.mode == "lines"]
    rare = centre["outcomes"].assign(escalated=np.arange(600) < 7)
    refused = relate(centre["features"], rare, centre["calls"])
    assert "10 of each are needed" in words_of(effects_figure(refused)).replace("<br>", " ")
    with pytest.raises(InputError, match="no effect to draw"):
        effects_figure(effects.head(0))


def test_none_holds_is_said_plainly(centre):
    effects = relate(**centre).assign(p_adjusted=0.4)
    assert effects_figure(effects).layout.title.text.startswith("None of 9 relations holds")


@pytest.mark.parametrize("outcome", ["escalated", "qa_score"])
def test_the_calls_behind_an_effect_can_be_heard(centre, outcome):
    figure = outcome_figure(
        centre["features"], centre["outcomes"], predictor="frustration_share", outcome=outcome
    )
    assert sorted(row[0] for _, row in marks_of(figure)) == centre["features"]["call_id"].tolist()
    assert marks_of(figure)[0][1][1:] == [None, None, None]
    with pytest.raises(InputError, match='The features have no column "frustration_shar"'):
        outcome_figure(centre["features"], centre["outcomes"], predictor="frustration_shar")
    with pytest.raises(InputError, match="No call has both"):
        outcome_figure(centre["features"], centre["outcomes"].head(0))


def tracks_of(seconds=20.0):
    time = np.arange(0, seconds, 0.01)
    f0 = np.where(time % 2 < 1.4, 180 + 20 * np.sin(time), np.nan)
    return pd.DataFrame({"time_s": time, "f0_hz": f0, "intensity_db": -30 + 5 * np.sin(time)})


def test_signals_name_the_utterance_under_each_point():
    utterances = utterances_of(
        [("a", "0007", "customer", 2, 6), ("b", "0007", "agent", 7, 11), ("c", "8", "agent", 0, 9)]
    )
    peaks = {0: np.tile([-0.1, 0.2], (500, 1)), 1: np.tile([-0.5, 0.5], (500, 1))}
    cues = cues_of(("a", "high_pitch", 2.6, "F0 high."))
    with pytest.raises(InputError, match="One call is drawn, and 2 came"):
        signals_figure({0: tracks_of()}, utterances)
    figure = signals_figure(
        {0: tracks_of(), 1: tracks_of()}, utterances, peaks=peaks, cues=cues, call_id="0007",
        end_s=12.0,
    )  # fmt: skip
    assert "0 to 12 s" in figure.layout.title.text
    assert "2 utterances shaded" in figure.layout.title.subtitle.text
    (f0,) = [t for t in figure.data if t.name == "customer, Hz"]
    assert len(f0.x) == 1200
    assert f0.customdata[300] == ["0007", 0, 2.0, 6.0]
    assert f0.customdata[100] == ["0007", 0, 0.5, 1.5]
    (level,) = [t for t in figure.data if t.name == "agent, dB"]
    assert level.customdata[800] == ["0007", 1, 7.0, 11.0]
    wave = figure.data[0]
    assert len(wave.x) == len(wave.y) == len(wave.customdata) == 1000
    assert max(wave.y) == 1.0
    assert ["0007", 0, 2.0, 6.0] in [row for n, row in marks_of(figure) if n and "pitch" in n]


def test_long_calls_are_thinned_and_empty_spans_refused():
    utterances = utterances_of([("a", "0007", "customer", 2, 6)])
    peaks = {0: np.tile([-0.1, 0.2], (50_000, 1))}
    figure = signals_figure({0: tracks_of(200.0)}, utterances, peaks=peaks)
    assert max(len(trace.x) for trace in figure.data) <= 6000
    with pytest.raises(InputError, match="none has a frame from 900 to inf s"):
        signals_figure({0: tracks_of()}, utterances, start_s=900.0)


def test_a_baseline_is_one_speakers():
    spans = [
        (f"u{i}", "0007", "customer" if i < 8 else "agent", i * 5, i * 5 + 3) for i in range(12)
    ]
    utterances = utterances_of(spans)
    utterances["speaker_id"] = np.where(utterances["role"] == "customer", "c1", "a1")
    strength = [0.1, -0.4, 2.6, 0.7, -1.1, 0.2, 3.1, 0.0, 0.5, 2.2, 0.1, np.nan]
    cues = cues_of(*[(f"u{i}", "high_pitch", s, "F0 <high>.") for i, s in enumerate(strength)])
    with pytest.raises(InputError, match="one speaker, and 2 have judgements"):
        baseline_figure(cues, utterances)
    figure = baseline_figure(cues, utterances, speaker_id="c1")
    assert figure.layout.title.text == (
        "High pitch: 2 of 8 utterances stand out from this customer’s usual"
    )
    assert figure.layout.title.subtitle.text == (
        "Usual: 193 Hz, varying by 1.2 st; each held against 23 other utterances of its call"
    )
    quiet, fired = figure.data
    assert [row[2] for row in fired.customdata] == [10.0, 30.0]
    assert "&lt;high&gt;" in fired.hovertext[0]
    assert len(quiet.x) == 6
    with pytest.raises(InputError, match='no cue "hi_pitch" here. Did you mean "high_pitch"'):
        baseline_figure(cues, utterances, cue="hi_pitch")
    with pytest.raises(InputError, match="the column abstained"):
        baseline_figure(cues, utterances, speaker_id="nobody")


def test_what_is_too_small_to_matter_stays_hollow_beyond_the_line():
    utterances = utterances_of([(f"u{i}", "0007", "customer", i * 5, i * 5 + 3) for i in range(4)])
    utterances["speaker_id"] = "c1"
    cues = cues_of(*[(f"u{i}", "flat_tone", s, "") for i, s in enumerate([0.1, 2.4, 3.3, -0.2])])
    cues.loc[1, "fired"] = False
    figure = baseline_figure(cues, utterances, cue="flat_tone")
    quiet, fired = figure.data
    assert list(quiet.y) == [0.1, 2.4, -0.2]
    assert list(fired.y) == [3.3]
    assert "from here on a cue (2)" in words_of(figure)
    assert 2.0 in [shape.y0 for shape in figure.layout.shapes]
