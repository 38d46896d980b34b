"""Traces: what the browser sends, what the store takes, what is drawn."""

from __future__ import annotations

import json
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.speech import write_calls
from tests.stores import NOW, fill
from tests.test_widgets import TAXONOMY, ask, audio, peaks
from workbench.errors import AbstainedError, InputError, StoreError
from workbench.identifiers import uuid7
from workbench.plots import traces_figure
from workbench.widgets import Tracer
from workbench.widgets.tracer import points_of, trace_message

CALL_S = 20.0
DIMENSIONS = [
    *TAXONOMY["dimensions"],
    {"dimension": "stress", "low": 0, "high": 1, "low_words": "at ease", "high_words": "tense"},
]


def tracer(**changes):
    given = {
        "call_id": "0007",
        "dimensions": DIMENSIONS,
        "rater_id": "r01",
        "audio": audio,
        "peaks": peaks,
        "on_save": lambda payload: None,
    }
    return Tracer(**given | changes)


def sent(**changes):
    return {
        "trace_id": uuid7(),
        "dimension": "valence",
        "supersedes": None,
        "created_at": "2026-03-01T10:00:00.123Z",
        "lag_s": 0.0,
        "rate_hz": 25,
        "runs": [[0, [0, 250, 500]], [100, [-1000]]],
    } | changes


# ---- what the browser sends ----------------------------------------------------------------


def test_a_trace_is_completed_to_what_the_store_takes():
    got = []
    widget = tracer(on_save=got.append, session_id="s1", channel=0)
    one = sent(lag_s=0.04)
    answer, _ = ask(widget, "save", trace=one)
    assert (answer["ok"], answer["refused"]) == (True, "The trace goes from -0.04 to 3.96 s; "
        "the call from 0 to 20 s. Run the cell again.")  # fmt: skip
    assert got == []
    one["runs"][0] = [1, [250, 500]]
    answer, _ = ask(widget, "save", trace=one)
    assert (answer["ok"], answer["refused"]) == (True, None)
    (payload,) = got
    assert payload.pop("points").to_dict("list") == {
        "time_s": [0.0, 0.04, 3.96],
        "value": [0.25, 0.5, -1.0],
    }
    assert payload.pop("created_at") == pd.Timestamp("2026-03-01T10:00:00.123Z")
    assert payload == {
        "trace_id": one["trace_id"],
        "call_id": "0007",
        "channel": 0,
        "rater_id": "r01",
        "session_id": "s1",
        "dimension": "valence",
        "pass": "voice",
        "lag_s": 0.04,
        "supersedes": None,
    }
    answer, _ = ask(widget, "trace", dimension="valence")
    assert answer["trace"] == one
    assert ask(widget, "trace", dimension="stress")[0]["trace"] is None


def test_saved_is_answered_only_after_on_save_has_returned():
    order = []
    widget = tracer(on_save=lambda payload: (time.sleep(0.05), order.append("committed")))
    ask(widget, "save", trace=sent())
    order.append("answered")
    assert order == ["committed", "answered"]


def test_what_the_database_says_is_tried_again_and_what_is_wrong_is_not():
    def locked(payload):
        raise StoreError("The database is locked.")

    def wrong(payload):
        raise InputError("That call is not there.")

    answer, _ = ask(tracer(on_save=locked), "save", trace=sent())
    assert (answer["ok"], answer["sentence"]) == (False, "The database is locked.")
    answer, _ = ask(tracer(on_save=wrong), "save", trace=sent())
    assert (answer["ok"], answer["refused"]) == (True, "That call is not there.")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"runs": []}, "0 points came; from 1 to 500,000 can be kept"),
        ({"runs": [[0, [0] * 500_001]]}, "500,001 points came"),
        ({"runs": [[5, [0]], [5, [0]]]}, "must rise; at 0.2 s they do not"),
        ({"runs": [[500, [0, 0]]]}, "from 20 to 20.04 s; the call from 0 to 20 s"),
        ({"runs": [[0, [0, 1001]]]}, "the value 1; the scale goes from -1 to 1|1.001"),
        ({"runs": [[0, [float("nan")]]]}, "the value nan"),
        ({"lag_s": 5.1}, "lag of 5.1 s came; expected 0 to 5 s"),
        ({"lag_s": -1}, "lag of -1.0 s came"),
    ],
)
def test_what_cannot_be_a_trace_is_refused_in_a_sentence(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        points_of(sent(**changes), low=-1, high=1, length_s=CALL_S)


@given(
    st.lists(st.integers(0, 400), unique=True, min_size=1).map(sorted),
    st.integers(0, 50).map(lambda tenths: tenths / 10),
    st.integers(-1000, 1000),
)
def test_points_go_to_the_browser_and_come_back_the_same(numbers, lag_s, value):
    points = pd.DataFrame({"time_s": np.round(np.array(numbers) / 25, 3), "value": value / 1000})
    trace = {"trace_id": "t", "dimension": "valence", "lag_s": lag_s, "created_at": NOW}
    # times that the browser can have sent: on its grid once the lag is put back
    shifted = np.ceil(lag_s * 25) / 25 - lag_s
    points["time_s"] = np.round(points["time_s"] + shifted, 3)
    message = json.loads(json.dumps(trace_message(trace, points)))
    back = points_of(message, low=-1, high=1, length_s=30.0)
    pd.testing.assert_frame_equal(back, points)


def test_a_widget_is_refused_what_it_cannot_show():
    with pytest.raises(InputError, match='A dimension has no "low_words"'):
        tracer(dimensions=[{"dimension": "valence", "low": -1, "high": 1}])
    with pytest.raises(InputError, match='no pass "voic".*Did you mean "voice"'):
        tracer(pass_="voic")
    words = pd.DataFrame(columns=["call_id", "channel", "start_s", "end_s", "text"])
    with pytest.raises(InputError, match='The pass "voice" is without the words'):
        tracer(pass_="voice", words=words)
    assert tracer(words=words)._fixed["pass"] == "both"


def test_the_call_comes_with_roles_and_only_its_own_words():
    words = pd.DataFrame(
        {"call_id": ["0007", "0008"], "channel": 0, "start_s": 1.0, "end_s": 2.0, "text": "Hi"}
    )
    channels = pd.DataFrame({"call_id": "0007", "channel": [0, 1], "role": ["customer", "agent"]})
    widget = tracer(words=words, channels=channels, channel=1)
    answer, buffers = ask(widget, "call", call_id="0007")
    assert (answer["duration_s"], len(answer["lines"]), len(buffers)) == (CALL_S, 1, 2)
    assert [lane["role"] for lane in answer["lanes"]] == ["customer", "agent"]
    answer, _ = ask(widget, "audio", call_id="0007", start_s=0, end_s=10)
    assert answer["n_channels"] == 2
    setup = widget.get_state()["_setup"]
    assert (setup["role"], setup["has_words"]) == ("agent", True)


# ---- the store -----------------------------------------------------------------------------


def trace(**changes):
    return {
        "trace_id": uuid7(),
        "call_id": "c1",
        "channel": 0,
        "rater_id": "r01",
        "dimension": "valence",
        "pass": "voice",
        "lag_s": 0.4,
        "created_at": NOW,
        "points": pd.DataFrame({"time_s": [0.0, 0.04, 1.0], "value": [0.0, -0.5, 1.0]}),
    } | changes


def refused(store, error, sentence, **changes):
    before = store.row_counts()
    with pytest.raises(error, match=sentence):
        store.add_trace(trace(**changes))
    pd.testing.assert_frame_equal(store.row_counts(), before)


def test_a_trace_comes_back_with_its_points_and_counts_once(rated):
    one = trace(session_id=rated.add_session("r01"))
    assert rated.add_trace(one) == one["trace_id"]
    later = {**one, "created_at": NOW + pd.Timedelta("1min")}
    threads = [threading.Thread(target=rated.add_trace, args=(later,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = rated.read("traces").iloc[0]
    assert len(rated.read("traces")) == 1
    for name in ("trace_id", "call_id", "channel", "dimension", "pass", "lag_s", "session_id"):
        assert row[name] == one[name]
    assert row["created_at"] == NOW
    points = rated.read("trace_points", trace_id=one["trace_id"])
    assert points[["time_s", "value"]].equals(one["points"])


def test_what_the_browser_does_not_know_is_filled_in(rated):
    points = trace()["points"]
    least = {"call_id": "c1", "rater_id": "r01", "dimension": "stress", "pass": "both"}
    with pytest.raises(InputError, match="stress goes from 0 to 1; -0.5 came"):
        rated.add_trace(least | {"points": points})
    made = rated.add_trace(least | {"points": points.assign(value=points["value"].abs())})
    row = rated.read("traces", trace_id=made).iloc[0]
    assert (row["lag_s"], pd.isna(row["channel"])) == (0.0, True)


def test_a_trace_is_superseded_once_by_the_same_rater_of_the_same_thing(rated):
    first, second = trace(), trace()
    rated.add_trace(first)
    rated.add_trace(trace(rater_id="r02"))
    rated.add_trace(trace(channel=None))
    old = {"supersedes": first["trace_id"]}
    fill(rated, "c2", n=1)
    for changes, why in (
        ({"rater_id": "r02"}, r"is by another rater \(r01, not r02\)"),
        ({"call_id": "c2"}, r"is of another call \(c1, not c2\)"),
        ({"channel": None}, "is of another channel"),
        ({"dimension": "arousal", "points": trace()["points"].abs()}, "is of another dimension"),
        ({"pass": "both"}, "was made in another pass"),
    ):
        refused(rated, StoreError, why, **old, **changes)
    refused(rated, StoreError, "which is not there", supersedes="nothing")
    rated.add_trace(second | old)
    refused(rated, StoreError, f"{second['trace_id']} supersedes already", **old)
    rated.add_trace(second | old)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"points": None}, InputError, "came without points"),
        ({"points": pd.DataFrame({"time_s": [1.0, 0.5], "value": 0.0})}, InputError, "must rise"),
        (
            {"points": pd.DataFrame({"time_s": [1.0, 1.0], "value": 0.0})},
            InputError,
            "repeat a key",
        ),
        ({"points": pd.DataFrame({"time_s": [-1.0], "value": 0.0})}, InputError, "0 or more"),
        ({"points": pd.DataFrame({"time_s": [1.0], "value": 1.5})}, InputError, "expected -1 to 1"),
        ({"points": pd.DataFrame({"time_s": [1.0], "value": None})}, InputError, 'no "value"'),
        ({"lag_s": -0.1}, InputError, "0 or more"),
        ({"pass": "text"}, InputError, "masked_voice, voice or both"),
        ({"call_id": "c9"}, StoreError, "not in the table calls"),
        ({"rater_id": "r09"}, StoreError, "not in the table raters"),
        ({"dimenson": "valence"}, InputError, 'no field "dimenson". Did you mean "dimension"'),
    ],
)
def test_what_the_store_refuses(rated, changes, error, sentence):
    refused(rated, error, sentence, **changes)


def test_the_same_id_with_other_content_and_another_ones_session_are_refused(rated):
    one = trace()
    rated.add_trace(one)
    same = {"trace_id": one["trace_id"]}
    refused(rated, StoreError, 'another "lag_s"', **same, lag_s=1.0)
    refused(rated, StoreError, "with other points", **same, points=one["points"].iloc[:2])
    session = rated.add_session("r02")
    refused(rated, InputError, "belongs to rater r02, not r01", session_id=session)


def test_an_hour_at_25_points_a_second_is_kept_whole(rated):
    times = np.arange(90_000) / 25
    points = pd.DataFrame({"time_s": times, "value": np.round(np.sin(times / 20), 3)})
    one = trace(points=points)
    rated.add_trace(one)
    back = rated.read("trace_points", trace_id=one["trace_id"])
    assert back[["time_s", "value"]].equals(points)


# ---- workspace and figure ------------------------------------------------------------------


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(write_calls(tmp_path / "audio"), roles={0: "customer", 1: "agent"})
    return ws


def save(widget, **changes):
    answer, _ = ask(widget, "save", trace=sent(**changes))
    assert answer == {"refused": None, "ok": True, "answer": "x-1"}


def test_a_trace_goes_from_the_widget_to_table_and_figure_and_back(ws):
    widget = ws.tracer("ann", call_id="c0", dimension=["valence", "arousal"], channel=0)
    first = uuid7()
    save(widget, trace_id=first)
    again = ws.tracer("ann", call_id="c0", channel=0)
    answer, _ = ask(again, "trace", dimension="valence")
    assert answer["trace"]["runs"] == sent()["runs"]
    second = uuid7()
    save(again, trace_id=second, supersedes=first, lag_s=0.2, runs=[[50, [100, 200, 300]]])
    save(ws.tracer("bob", call_id="c0", channel=0), runs=[[0, [-500] * 50], [75, [-250] * 10]])
    traces = ws.table("traces", call_id="c0")
    assert sorted(traces["rater_id"]) == ["ann", "ann", "bob"]
    assert ws.table("trace_points", trace_id=second)["time_s"].tolist() == [1.8, 1.84, 1.88]
    assert len(ws.table("trace_points")) == 4 + 3 + 60
    figure, player = ws.traces_figure("c0", "valence", channel=0).children
    ann, bob = figure.data
    assert (ann.name, bob.name) == ("ann", "bob")
    assert list(ann.x) == [1.8, 1.84, 1.88]
    assert np.isnan(bob.y[50]) and not np.isnan(bob.y[[49, 51]]).any()
    assert "2 raters" in figure.layout.title.text
    assert "ann 0.2 s, bob 0 s" in figure.layout.title.text
    ann._dispatch_on_click(SimpleNamespace(point_inds=[0]), None)
    assert player.get_state()["_state"]["caption"] == "Call c0, customer, 0:00.0 to 0:03.8"


def test_a_workspace_says_what_it_cannot_open(ws):
    with pytest.raises(InputError, match='no dimension "valance". Did you mean "valence"'):
        ws.tracer("ann", call_id="c0", dimension="valance")
    with pytest.raises(InputError, match='There is no call "s99"'):
        ws.tracer("ann", call_id="s99")
    with pytest.raises(InputError, match="has no channel 7"):
        ws.tracer("ann", call_id="c0", channel=7)
    with pytest.raises(InputError, match="one of masked_voice, voice, both was expected"):
        ws.tracer("ann", call_id="c0", pass_="text")
    with pytest.raises(AbstainedError, match="Nobody has traced stress in call c0 yet"):
        ws.traces_figure("c0", "stress")


def drawn(points, **changes):
    traces = pd.DataFrame([{k: v for k, v in trace(**changes).items() if k != "points"}])
    return traces_figure(traces, points.assign(trace_id=traces["trace_id"].iloc[0]))


def test_a_long_trace_is_drawn_as_means_of_equal_steps_with_its_gaps():
    times = np.arange(0, 3600, 0.04)
    times = times[(times < 1000) | (times > 1100)]
    points = pd.DataFrame({"time_s": times, "value": np.where(times < 1800, 0.5, -0.5)})
    figure = drawn(points)
    (line,) = figure.data
    assert 1400 < len(line.x) < 1600
    assert np.isnan(line.y).sum() == 1
    assert set(np.round(line.y[~np.isnan(line.y)], 6)) >= {0.5, -0.5}
    assert "means of 2.4 s" in figure.layout.title.subtitle.text
    assert list(line.customdata[0][:2]) == ["c1", 0]


def test_names_of_raters_are_text_in_the_figure():
    points = pd.DataFrame({"time_s": [0.0, 0.04], "value": 0.0})
    figure = drawn(points, rater_id="<b>r</b>")
    shown = " ".join([a.text for a in figure.layout.annotations] + [figure.data[0].hovertemplate])
    assert "&lt;b&gt;r" in shown and "<b><b>" not in shown


def test_traces_that_do_not_belong_together_are_not_drawn_together():
    rows = [{k: v for k, v in trace(**c).items() if k != "points"} for c in ({}, {"pass": "both"})]
    points = pd.DataFrame({"trace_id": rows[0]["trace_id"], "time_s": [0.0], "value": 0.0})
    with pytest.raises(InputError, match="Traces of one pass.*voice, both. Choose one with pass_"):
        traces_figure(pd.DataFrame(rows), points)
    with pytest.raises(InputError, match="nothing to draw"):
        traces_figure(pd.DataFrame(rows[:1]), points.iloc[:0])
