"""Hear a row of any table, several rows, an hour; and audio that moved."""

from __future__ import annotations

import collections
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile

import workbench as wb
from tests.speech import call, write_calls
from workbench.config import read_config
from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.workspace import hearing, listening
from workbench.workspace.rows import one_row, span_of


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listening")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        ws = wb.create(folder / "ws")
        failed = ws.ingest(write_calls(folder / "audio"), roles={0: "customer", 1: "agent"})
    assert failed.empty
    ws.segment()
    ws.measure()
    taxonomy = ws.taxonomy()
    ws.store.add_taxonomy_version(taxonomy)
    ws.store.add_rater("r01")
    own = ws.utterances(call_id="c0").query("role == 'customer'").iloc[0]
    rating = {
        "rating_id": uuid7(), "utterance_id": own["utterance_id"], "rater_id": "r01",
        "taxonomy": taxonomy.taxonomy, "version": taxonomy.version, "pass": "voice",
        "verdict": "tagged", "tags": [{"tag": "frustration", "intensity": 1.0}],
        "scores": [{"dimension": "valence", "value": -0.5}], "note": "tense",
        "shifts": [{"at_s": own["start_s"] + 0.5, "to_tag": "frustration"}],
    }  # fmt: skip
    ws.store.add_rating(rating)
    return ws


def state(player):
    return player.get_state()["_state"]


@pytest.mark.parametrize(
    "table",
    [
        "calls", "recordings", "channels", "segmentations", "utterances", "ratings",
        "tags", "scores", "shifts", "notes", "quality", "prosody", "cues", "consensus",
        "trajectories", "outcomes",
    ],
)  # fmt: skip
def test_a_row_of_any_table_can_be_heard(ws, table):
    player = ws.listen(ws.table(table).iloc[0])
    assert state(player)["sentence"] == ""
    assert player.duration_s > 0.3
    answer, buffers = player._call({})
    assert buffers
    sound, (packed,) = player._sound({"start_s": 0.0, "end_s": 0.3})
    assert len(packed) == 2 * sound["n_channels"] * round(0.3 * sound["sampling_rate_hz"])
    assert len(answer["lanes"]) == sound["n_channels"]


def test_what_is_heard_is_what_the_row_stands_for(ws):
    own = ws.table("utterances", call_id="c0", unit="utterance").iloc[0]
    player = ws.listen(own)
    _, (packed,) = player._sound({"start_s": 0.1, "end_s": 0.4})
    heard = np.frombuffer(packed, "<i2") / 32768
    first = round((own["start_s"] + 0.1) * 8000)
    made = call(0)[0][first : first + 2400, int(own["channel"])]
    assert np.corrcoef(heard, made)[0, 1] > 0.99
    clock = f"0:{own['start_s']:04.1f} to 0:{own['end_s']:04.1f}"
    assert state(player)["caption"] == f"Call c0, {own['role']}, {clock}"


def test_the_same_row_in_any_form_is_the_same_span(ws):
    row = ws.table("utterances", call_id="c1", unit="utterance").iloc[[0]]
    expected = span_of(ws, one_row(row))
    named = next(row.itertuples(index=False))
    for form in (row.iloc[0], row.iloc[0].to_dict(), named, row["utterance_id"].item()):
        assert span_of(ws, one_row(form)) == expected
    assert expected.call_id == "c1"


def test_a_moment_is_heard_with_what_is_around_it(ws):
    span = span_of(ws, {"call_id": "c0", "time_s": 5.0})
    assert (span.start_s, span.end_s) == (3.0, 7.0)
    assert (
        span_of(ws, {"call_id": "c0", "channel": -1, "start_s": 1.0, "end_s": 2.0}).channel is None
    )
    shift = ws.table("shifts").iloc[0]
    span = span_of(ws, one_row(shift))
    assert span.start_s == max(0.0, shift["at_s"] - 2)
    assert span.channel == 0


def test_a_trace_is_heard_as_its_call(ws):
    trace = {"trace_id": uuid7(), "call_id": "c1", "channel": 0}
    assert span_of(ws, trace).whole
    assert state(ws.listen({**trace, "time_s": 2.5}))["start_s"] == 0.5


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"predictor": "x", "effect": 1.0}, "names no call, utterance.*It has predictor, effect"),
        ({}, "It has no values"),
        ("c7", 'no call, utterance, example, clip, rating or trace "c7"'),
        ({"call_id": "c7"}, 'no call "c7"'),
        ({"utterance_id": "utt_x"}, 'no row of utterances with utterance_id "utt_x"'),
        ({"call_id": "c0", "channel": 5}, "Call c0 has no channel 5"),
        ({"call_id": "c0", "start_s": 900.0, "end_s": 910.0}, "900.00 s to 910.00 s; call c0 is"),
        ({"call_id": "c0", "start_s": 3.0, "end_s": 2.0}, "has to start before it ends"),
        (7, "A int came; a row of a table, a dict or an id can be heard"),
        (pd.DataFrame({"call_id": []}), "has no rows"),
    ],
)
def test_what_cannot_be_heard_is_a_sentence(ws, row, words):
    with pytest.raises(InputError, match=words):
        ws.listen(row)


# ---- several rows ----------------------------------------------------------------------


def test_several_rows_are_a_list_that_is_read_when_it_is_their_turn(ws, monkeypatch):
    read = collections.Counter()
    real = listening.snippet
    monkeypatch.setattr(listening, "snippet", lambda ws, row: read.update(["s"]) or real(ws, row))
    cues = ws.table("cues").head(3)
    player = ws.listen(cues)
    listed = player.get_state()["_list"]
    assert len(listed["captions"]) == 3
    assert listed["captions"][0].endswith(f": {cues['cue'].iloc[0]}")
    assert (read["s"], state(player)["at"], state(player)["play"]) == (1, 0, False)
    player._turn({"at": 2, "play": True})
    assert (read["s"], state(player)["at"], state(player)["play"]) == (2, 2, True)


def test_one_row_that_cannot_be_heard_does_not_silence_the_others(ws):
    rows = pd.DataFrame({"call_id": ["c7", "c0"], "start_s": [0.0, 1.0], "end_s": [1.0, 2.0]})
    player = ws.listen(rows)
    assert 'no call "c7"' in state(player)["sentence"]
    player._turn({"at": 1, "play": True})
    assert (state(player)["sentence"], player.duration_s) == ("", 1.0)


def test_a_long_table_is_cut_and_says_so(ws):
    rows = pd.DataFrame({"call_id": ["c0"] * 250, "start_s": 0.0, "end_s": 1.0})
    assert ws.listen(rows).get_state()["_list"]["left_out"] == 50


# ---- an hour ---------------------------------------------------------------------------


def test_a_long_call_is_read_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    rate, minutes = 8000, 12
    (tmp_path / "audio").mkdir()
    with soundfile.SoundFile(tmp_path / "audio" / "long.wav", "w", rate, 2, "PCM_16") as file:
        for minute in range(minutes):
            level = 0.01 * (minute + 1)
            file.write(np.full((60 * rate, 2), level))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(pd.DataFrame({"call_id": ["long"], "path": ["long.wav"]}), root=tmp_path / "audio")
    asked = []
    real = hearing.read_audio
    monkeypatch.setattr(
        hearing, "read_audio", lambda place, a, b: asked.append(b - a) or real(place, a, b)
    )
    player = ws.listen("long")
    answer, buffers = player._call({})
    assert (answer["duration_s"], asked) == (60.0 * minutes, [])
    lane = np.frombuffer(buffers[0], np.int8)[1::2]
    assert (lane[10], lane[-10]) == (round(0.01 * 127), round(0.12 * 127))
    _, (packed,) = player._sound({"start_s": 300.0, "end_s": 310.0})
    assert asked == [10.0]
    assert np.frombuffer(packed, "<i2")[0] == pytest.approx(0.06 * 32768, abs=2)


# ---- audio that moved ------------------------------------------------------------------


@pytest.fixture
def moved(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(write_calls(tmp_path / "audio"), roles={0: "customer", 1: "agent"})
    (tmp_path / "audio").rename(tmp_path / "elsewhere")
    return SimpleNamespace(ws=ws, folder=tmp_path)


def test_the_sentence_says_where_it_looked_and_what_to_do_and_that_works(moved):
    player = moved.ws.listen("c0")
    said = state(player)["sentence"]
    assert str(moved.folder / "audio" / "0.wav") in said
    assert 'ws.reroot("audio", "/where/the/audio/is")' in said
    moved.ws.reroot("audio", moved.folder / "elsewhere")
    assert moved.ws.listen("c0").duration_s > 5
    assert read_config(moved.ws.folder).roots["audio"] == str(moved.folder / "elsewhere")


@pytest.mark.parametrize(
    ("root", "folder", "words"),
    [
        ("audi", "elsewhere", 'no audio root "audi".*Did you mean "audio"'),
        ("audio", "ws", "does not hold 0.wav and 1 others, of the first 2"),
        ("audio", "wrong", "0.wav is another recording than the one that was taken in"),
    ],
)
def test_a_wrong_place_changes_nothing(moved, root, folder, words):
    (moved.folder / "wrong").mkdir()
    for name in ("0.wav", "1.wav"):
        soundfile.write(moved.folder / "wrong" / name, np.zeros(800), 8000)
    with pytest.raises(InputError, match=words):
        moved.ws.reroot(root, moved.folder / folder)
    assert read_config(moved.ws.folder).roots["audio"] == str(moved.folder / "audio")
