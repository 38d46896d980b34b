"""The Recorder without a browser: states, trimming, what is kept and where."""

from __future__ import annotations

import io
import sqlite3
import time

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.speech import write_calls
from workbench.audio import file_sha256, read_audio
from workbench.errors import InputError, StoreError, WorkspaceError
from workbench.store import create_database, open_store, revisions
from workbench.widgets import Recorder
from workbench.widgets.microphone import decoded
from workbench.widgets.recorder import sounding_part

RATE = 48000
TAGS = [{"tag": "resignation", "definition": "Has given up.", "sounds_like": "Flat."}]


def tone(seconds, *, before=0.0, after=0.0, hertz=440.0, level=0.5):
    time_s = np.arange(round((before + seconds + after) * RATE)) / RATE
    on = (time_s >= before) & (time_s < before + seconds)
    return (level * np.sin(2 * np.pi * hertz * time_s) * on)[:, None].astype(np.float32)


def webm(samples):
    """As a browser writes it: Opus in WebM."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        track = container.add_stream("libopus", rate=RATE)
        track.layout = "mono"
        whole = np.round(samples[:, 0] * 32767).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*track.encode(frame), *track.encode(None)]:
            container.mux(packet)
    return out.getvalue()


def ask(widget, question, **content):
    answers = []
    widget.send = lambda message, buffers=None: answers.append(message)
    widget._hear(widget, {"ask": question, "id": "1", **content}, [])
    return answers[0]


def recorded(recorder, data):
    """Let a recording run and arrive, as ipywebrtc's browser side does it."""
    assert ask(recorder, "record", container="webm", codecs="opus")["ok"]
    source = recorder._source._recorder
    assert source.recording
    assert ask(recorder, "stop")["ok"]
    assert not source.recording
    source.audio.value = data
    return recorder


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(write_calls(tmp_path / "audio"), roles={0: "customer", 1: "agent"})
    return ws


# ---- the widget ------------------------------------------------------------------------


def test_a_recording_is_trimmed_to_where_it_sounds_and_kept_as_it_was_heard():
    kept = []
    recorder = recorded(Recorder(kept.append, tags=TAGS, tag="resignation"),
                        webm(tone(1.0, before=0.8, after=0.6)))  # fmt: skip
    state = recorder.get_state()["_state"]
    assert (recorder.phase, recorder.problem) == ("clip", "")
    assert state["start_s"] == pytest.approx(0.65, abs=0.04)
    assert state["end_s"] == pytest.approx(1.95, abs=0.04)
    part = {"key": state["key"], "start_s": 0.9, "end_s": 1.5, "tag": "resignation"}
    assert ask(recorder, "save", **part, note=" the fall ")["ok"]
    assert recorder.phase == "saved"
    (clip,) = kept
    assert (clip["tag"], clip["note"], clip["sampling_rate_hz"]) == (
        "resignation", "the fall", RATE,
    )  # fmt: skip
    np.testing.assert_array_equal(clip["samples"], recorder._samples[43200:72000])


def test_the_microphone_is_let_go_as_soon_as_the_bytes_are_here():
    recorder = Recorder(print, tags=TAGS)
    ask(recorder, "record", container="webm", codecs="opus")
    source = recorder._source._recorder
    stream = source.stream
    assert stream.comm is not None
    ask(recorder, "stop")
    source.audio.value = webm(tone(1.0))
    assert (source.comm, source.audio.comm, stream.comm) == (None, None, None)
    assert stream.constraints["video"] is False
    assert stream.constraints["audio"]["noiseSuppression"] is False


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (webm(np.zeros((RATE, 1), np.float32)), "silent"),
        (webm(tone(1.0, level=0.0005)), "silent"),
        (webm(tone(0.1)), "too_short"),
        (b"\x1aE\xdf\xa3" + bytes(106), "too_short"),
        (bytes(range(256)) * 40, "unreadable"),
    ],
)
def test_what_holds_no_voice_is_not_kept(data, problem):
    recorder = recorded(Recorder(print, tags=TAGS), data)
    assert (recorder.phase, recorder.problem) == ("ready", problem)
    assert not ask(recorder, "save", key="", start_s=0, end_s=1, tag="resignation")["ok"]


def test_bytes_that_never_come_are_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr("workbench.widgets.recorder.PATIENCE_S", 0.05)
    recorder = Recorder(print, tags=TAGS)
    ask(recorder, "record", container="webm", codecs="opus")
    ask(recorder, "stop")
    until = time.monotonic() + 5
    while recorder.phase == "waiting" and time.monotonic() < until:
        time.sleep(0.01)
    assert (recorder.phase, recorder.problem) == ("ready", "nothing_came")
    assert recorder._source._recorder is None


def test_the_browser_may_say_that_a_recording_is_lost():
    recorder = Recorder(print, tags=TAGS)
    ask(recorder, "abandon", problem="lost")
    assert recorder.problem == ""
    ask(recorder, "record", container="webm", codecs="opus")
    ask(recorder, "abandon", problem="lost")
    assert (recorder.phase, recorder.problem) == ("ready", "lost")
    assert recorded(recorder, webm(tone(1.0))).phase == "clip"


def test_a_save_that_fails_says_why_and_can_be_tried_again_under_the_same_id():
    tried = []

    def refuse_once(clip):
        tried.append(clip["clip_id"])
        if len(tried) == 1:
            raise StoreError("The database is locked; try again in a moment.")

    recorder = recorded(Recorder(refuse_once, tags=TAGS), webm(tone(1.0)))
    part = {"key": recorder.get_state()["_state"]["key"], "start_s": 0, "end_s": 0.8,
            "tag": "resignation"}  # fmt: skip
    answer = ask(recorder, "save", **part)
    assert answer["sentence"] == "The database is locked; try again in a moment."
    assert recorder.phase == "clip"
    assert ask(recorder, "save", **part)["ok"]
    assert tried[0] == tried[1]


def test_what_cannot_be_saved_is_said():
    recorder = recorded(Recorder(print, tags=TAGS), webm(tone(1.0)))
    part = {"key": recorder.get_state()["_state"]["key"], "start_s": 0.2, "end_s": 0.9}
    assert "Choose the tag" in ask(recorder, "save", **part, tag="")["sentence"]
    assert "Choose the tag" in ask(recorder, "save", **part, tag="joy")["sentence"]
    short = ask(recorder, "save", **(part | {"end_s": 0.3}), tag="resignation")
    assert "0.10 s long; 0.3 s is the least" in short["sentence"]


def test_a_recorder_is_for_tags_or_for_a_call():
    for wrong in ({}, {"tags": TAGS, "call_id": "0007"}):
        with pytest.raises(InputError, match="give tags or call_id"):
            Recorder(print, **wrong)
    with pytest.raises(InputError, match='no tag "resignaton".*Did you mean "resignation"'):
        Recorder(print, tags=TAGS, tag="resignaton")


def test_opus_comes_back_as_it_went_in():
    samples, rate = decoded(webm(tone(1.0)))
    spectrum = np.abs(np.fft.rfft(samples[:, 0]))
    assert rate == RATE
    assert np.fft.rfftfreq(len(samples), 1 / rate)[spectrum.argmax()] == pytest.approx(440, abs=2)


def test_a_quiet_beginning_is_left_out_but_not_a_quiet_word():
    quiet = tone(0.5, level=0.02)
    start_s, end_s = sounding_part(np.concatenate([np.zeros((RATE, 1)), quiet, tone(1.0)]), RATE)
    assert (start_s, end_s) == (pytest.approx(0.85, abs=0.03), pytest.approx(2.5, abs=0.03))


# ---- what is kept ----------------------------------------------------------------------


def save(ws, recorder, data, **content):
    recorded(recorder, data)
    key = recorder.get_state()["_state"]["key"]
    return ask(recorder, "save", key=key, start_s=0.2, end_s=1.2, **content)


def test_an_example_is_a_file_of_the_workspace_and_a_row_and_can_be_heard(ws):
    samples = tone(1.5)
    answer = save(ws, ws.recorder("me", tag="resignation"), webm(samples),
                  tag="resignation", note="flat")  # fmt: skip
    assert answer["ok"]
    (clip,) = ws.table("clips").to_dict("records")
    path = ws.folder / "recordings" / clip["path"]
    heard, rate = read_audio(path)
    assert clip["sha256"] == file_sha256(path)
    assert (clip["codec"], clip["sampling_rate_hz"], clip["duration_s"]) == ("flac/pcm_16", rate, 1)
    assert len(heard) == rate
    (example,) = ws.examples("resignation").to_dict("records")
    assert (example["clip_id"], example["note"], example["duration_s"]) == (
        clip["clip_id"], "flat", 1.0,
    )  # fmt: skip
    player = ws.listen(ws.examples().iloc[0])
    assert player.get_state()["_state"]["caption"] == "Recorded by me: flat"
    assert ws.listen(example["example_id"]).duration_s == 1.0
    assert list(path.parent.iterdir()) == [path]


def test_a_clip_is_never_taken_for_a_call(ws):
    calls = ws.table("recordings")
    save(ws, ws.recorder("me", tag="relief"), webm(tone(1.5)), tag="relief")
    pd.testing.assert_frame_equal(ws.table("recordings"), calls)
    ws.segment()
    assert set(ws.table("utterances")["call_id"]) == {"c0", "c1"}


def test_a_voice_note_belongs_to_a_call_and_is_no_example(ws):
    assert save(ws, ws.recorder("me", call_id="c1"), webm(tone(1.5)), tag="", note="hm")["ok"]
    (clip,) = ws.table("clips", call_id="c1").to_dict("records")
    assert clip["note"] == "hm"
    assert ws.examples().empty
    assert ws.listen(ws.table("clips").iloc[0]).duration_s == 1.0


def test_the_workspace_can_be_moved_with_its_recordings(ws, tmp_path):
    save(ws, ws.recorder("me", tag="relief"), webm(tone(1.5)), tag="relief")
    ws.store.close()
    ws.folder.rename(tmp_path / "moved")
    moved = wb.open(tmp_path / "moved")
    assert moved.listen(moved.examples().iloc[0]).duration_s == 1.0


def test_nothing_stays_behind_when_it_cannot_be_saved(ws, monkeypatch):
    recorder = ws.recorder("me", tag="relief")
    with sqlite3.connect(ws.folder / "workbench.db") as other:
        other.execute(
            "CREATE TRIGGER no BEFORE INSERT ON clips BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    answer = save(ws, recorder, webm(tone(1.5)), tag="relief")
    assert not answer["ok"]
    assert recorder.phase == "clip"
    assert list((ws.folder / "recordings").iterdir()) == []

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("soundfile.write", full)
    key = recorder.get_state()["_state"]["key"]
    again = ask(recorder, "save", key=key, start_s=0.2, end_s=1.2, tag="relief")
    assert "No space left on device). Make room" in again["sentence"]
    assert list((ws.folder / "recordings").iterdir()) == []


def test_seconds_of_a_call_are_an_example_without_a_microphone(ws):
    ws.segment()
    first = ws.utterances().iloc[0]
    example_id = ws.add_example("curt", first, note="the clipped ends")
    ws.add_example("curt", {"call_id": "c0", "start_s": 0.5, "end_s": 1.0})
    (row, other) = ws.examples("curt").to_dict("records")
    assert (row["example_id"], row["start_s"]) == (example_id, first["start_s"])
    assert other["duration_s"] == 0.5
    assert ws.listen(ws.examples("curt").iloc[0]).duration_s == pytest.approx(
        first["end_s"] - first["start_s"]
    )


def test_examples_that_make_no_sense_are_sentences(ws):
    with pytest.raises(InputError, match='has no tag "curtt".*Did you mean "curt"'):
        ws.add_example("curtt", {"call_id": "c0", "start_s": 0.5, "end_s": 1.0})
    with pytest.raises(InputError, match="stands for the whole of call c0; an example needs"):
        ws.add_example("curt", "c0")
    with pytest.raises(InputError, match='has no tag "joyy"'):
        ws.examples("joyy")
    with pytest.raises(InputError, match='no call "c9"'):
        ws.recorder("me", call_id="c9")
    with pytest.raises(InputError, match="give one of them"):
        ws.recorder("me", call_id="c0", tag="relief")
    with pytest.raises(InputError, match="call_id, start_s came"):
        ws.store.add_example({"taxonomy": "cx", "tag": "relief", "call_id": "c0", "start_s": 1.0})
    with pytest.raises(StoreError, match="not in the table clips"):
        ws.store.add_example({"taxonomy": "cx", "tag": "relief", "clip_id": "none"})


def test_a_folder_that_cannot_be_written_to_is_a_sentence(ws):
    recorder = ws.recorder("me", tag="relief")
    (ws.folder / "recordings").write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot be made"):
        from workbench.workspace.examples import keep_clip

        keep_clip(ws, {}, rater="me", call_id=None, example=None)
    assert not save(ws, recorder, webm(tone(1.5)), tag="relief")["ok"]


# ---- the database ----------------------------------------------------------------------


def test_the_same_clip_twice_counts_once(store):
    store.add_rater("r01")
    clip = {"clip_id": "c", "rater_id": "r01", "root": "recordings", "path": "c.flac",
            "sha256": "0" * 64, "codec": "flac", "sampling_rate_hz": 48000,
            "duration_s": 1.0}  # fmt: skip
    example = {"taxonomy": "cx", "tag": "relief", "example_id": "e"}
    for _ in range(2):
        assert store.add_clip(clip, example=example) == "c"
    assert (len(store.read("clips")), len(store.read("examples"))) == (1, 1)
    with pytest.raises(StoreError, match='another "path"'):
        store.add_clip(clip | {"path": "other.flac"}, example=example)
    with pytest.raises(StoreError, match="not in the table raters"):
        store.add_clip(clip | {"clip_id": "d", "rater_id": "nobody"}, example=example)
    assert len(store.read("clips")) == 1


def test_an_example_that_named_a_recording_is_the_same_seconds_of_its_call(
    database_url, monkeypatch
):
    import sqlalchemy as sa

    monkeypatch.setattr(revisions, "VERSIONS", ("0001",))
    create_database(database_url).close()
    engine = sa.create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO calls (call_id) VALUES ('c0')",
            "INSERT INTO recordings VALUES "
            "('rec', 'c0', 'audio', 'a.wav', 'x', 'wav', 8000, 1, 7.5, 2)",
            "INSERT INTO examples (taxonomy, tag, example_id, recording_id) "
            "VALUES ('cx', 'curt', 'e1', 'rec')",
            "INSERT INTO examples (taxonomy, tag, example_id, call_id, start_s, end_s) "
            "VALUES ('cx', 'curt', 'e2', 'c0', 1, 2)",
        ):
            connection.execute(sa.text(statement))
    engine.dispose()
    monkeypatch.undo()
    from workbench.store import migrate_database

    migrate_database(database_url)
    with open_store(database_url) as store:
        rows = store.read("examples").sort_values("example_id")
    assert rows["start_s"].tolist() == [2.0, 1.0]
    assert rows["end_s"].tolist() == [9.5, 2.0]
    assert rows["clip_id"].isna().all()
