"""Widgets on the Python side: what is asked, what is answered, what is refused in a sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stores import cut, unit
from workbench.errors import InputError, RecordingError, StoreError, WorkbenchError
from workbench.identifiers import uuid7
from workbench.schema import table_named
from workbench.taxonomies import default_taxonomy
from workbench.widgets import CallList, Labeler, Player, answering, earlier_ratings, playable
from workbench.widgets.dialogue import dialogue_lines
from workbench.widgets.figure import figure_widget
from workbench.widgets.picture import Picture
from workbench.widgets.playable import clicked_row
from workbench.widgets.snippet import caption_of, snippet_of_samples
from workbench.widgets.sound import MAX_BINS, lanes_answer, sample_peaks, sound_answer

RATE = 8000
UTTERANCES = pd.DataFrame(
    {
        "utterance_id": ["u1", "u2", "u3"],
        "unit": ["utterance", "utterance", "call"],
        "call_id": "0007",
        "channel": pd.array([0, 1, None], dtype="Int64"),
        "role": ["customer", "agent", "unknown"],
        "start_s": [1.0, 4.0, 0.0],
        "end_s": [3.0, 5.5, 20.0],
        "assignment_id": ["a1", None, None],
    }
)
TAXONOMY = {
    "taxonomy": "small",
    "version": "2",
    "intensity_steps": 3,
    "tags": [
        {
            "tag": tag,
            "roles": [role],
            "definition": "",
            "sounds_like": "",
            "not_to_be_confused_with": "",
        }
        for tag, role in (("relief", "customer"), ("curt", "agent"))
    ],
    "dimensions": [
        {"dimension": "valence", "low": -1, "high": 1, "low_words": "bad", "high_words": "good"}
    ],
}


def audio(call_id, channel, start_s, end_s):
    frames = round((end_s - start_s) * RATE)
    return np.full((frames, 2), 0.5, np.float32), RATE


def peaks(call_id):
    return {1: np.full((1000, 2), 0.25), 0: np.tile([-0.5, 1.0], (1000, 1))}


def labeler(**changes):
    given = {
        "utterances": UTTERANCES,
        "taxonomy": TAXONOMY,
        "rater_id": "r01",
        "audio": audio,
        "peaks": peaks,
        "on_save": lambda payload: None,
    }
    return Labeler(**given | changes)


def ask(widget, question, **content):
    """Ask as the browser does; give the answer and its buffers."""
    heard = []
    widget.send = lambda answer, buffers=None: heard.append((answer, buffers or []))
    widget._handle_custom_msg({"ask": question, "id": "x-1", **content}, [])
    ((answer, buffers),) = heard
    assert answer["answer"] == "x-1"
    json.dumps(answer, default=str)
    return answer, buffers


def mixed(*shares):
    """Two tags of which both, one or none has a share."""
    return [
        {"tag": tag, "intensity": 1.0, "share": share, "primary": False}
        for tag, share in zip(("relief", "curt"), shares, strict=True)
    ]


def turn(at_s, from_tag=None, to_tag=None):
    return {"at_s": at_s, "from_tag": from_tag, "to_tag": to_tag}


def rating(**changes):
    return {
        "rating_id": uuid7(),
        "item_id": "a1",
        "utterance_id": "u1",
        "verdict": "tagged",
        "tags": [{"tag": "relief", "intensity": 1.0, "share": None, "primary": False}],
        "scores": [{"dimension": "valence", "value": 0.5}],
        "shifts": [],
        "certainty": None,
        "cues_named": None,
        "note": "so <b>glad</b>",
        "other_words": None,
        "n_plays": 2,
        "heard_share": 0.9,
        "heard_until_s": 3.0,
        "text_seen": False,
        "position": 0,
        "elapsed_ms": 4200,
        "created_at": "2026-03-01T10:00:00.123Z",
        "supersedes": None,
    } | changes


# ---- Labeler: saving -------------------------------------------------------------------


def test_a_rating_is_completed_to_what_the_store_takes():
    got = []
    one = rating()
    answer, _ = ask(labeler(on_save=got.append, session_id="s1"), "save", rating=one)
    assert (answer["ok"], answer["saved"]) == (True, one)
    (payload,) = got
    beside = {"tags", "scores", "shifts", "note", "other_words"}
    assert set(payload) == set(table_named("ratings").columns) | beside
    assert payload["rater_id"] == "r01"
    assert (payload["taxonomy"], payload["version"], payload["pass"]) == ("small", "2", "voice")
    assert (payload["session_id"], payload["assignment_id"]) == ("s1", "a1")
    assert payload["created_at"] == datetime(2026, 3, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert payload["tags"] == one["tags"]
    assert (payload["retracted"], payload["suggestion_seen"]) == (False, False)


def test_an_utterance_may_come_in_two_passes_and_again_as_a_repeat():
    twice = UTTERANCES.iloc[[0, 0, 1, 1]].assign(assignment_id=["a1", "a2", None, None])
    twice["pass"] = ["voice", "voice", "voice", "both"]
    got = []
    widget = labeler(utterances=twice, on_save=got.append)
    items = widget.get_state()["_setup"]["units"]["item_id"]
    assert items == ["a1", "a2", "u2/voice", "u2/both"]
    for item in items:
        ask(widget, "save", rating=rating(item_id=item))
    assert [(p["utterance_id"], p["assignment_id"], p["pass"]) for p in got] == [
        ("u1", "a1", "voice"),
        ("u1", "a2", "voice"),
        ("u2", None, "voice"),
        ("u2", None, "both"),
    ]


def test_saved_is_answered_only_after_on_save_has_returned():
    order = []
    widget = labeler(on_save=lambda payload: (time.sleep(0.05), order.append("committed")))
    ask(widget, "save", rating=rating())
    order.append("answered")
    assert order == ["committed", "answered"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StoreError("The database is locked."), "The database is locked."),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
def test_what_on_save_raises_is_answered_and_nothing_counts_as_saved(error, sentence):
    def refuse(payload):
        raise error

    widget = labeler(on_save=refuse)
    answer, _ = ask(widget, "save", rating=rating())
    assert (answer["ok"], answer["sentence"]) == (False, sentence)
    assert widget._ratings == {}


def test_a_page_that_is_loaded_again_is_told_what_was_saved():
    widget = labeler()
    one = rating()
    ask(widget, "save", rating=one)
    assert widget.get_state()["_ratings"] == {"a1": one}


def test_on_save_is_never_called_twice_at_once():
    inside, most = [], []

    def slow(payload):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()

    widget = labeler(on_save=slow)
    widget.send = lambda answer, buffers=None: None
    threads = [
        threading.Thread(
            target=widget._handle_custom_msg,
            args=({"ask": "save", "id": str(i), "rating": rating()}, []),
        )
        for i in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"item_id": "u9"}, '"u9" is not in this list'),
        ({"verdict": "angry"}, '"angry" is no verdict; these are: tagged, neutral'),
        ({"tags": []}, '"tagged" came with 0 tags'),
        ({"verdict": "neutral"}, '"neutral" came with 1 tags'),
        ({"tags": [{"tag": "joy"}]}, 'no tag "joy"'),
        ({"tags": [{"tag": "other"}]}, "other and its words belong together"),
        ({"other_words": "wistful"}, "other and its words belong together"),
        ({"scores": [{"dimension": "valence", "value": 1.5}]}, "no valence of 1.5"),
        ({"scores": [{"dimension": "luck", "value": 0.5}]}, "no luck of 0.5"),
        ({"tags": mixed(0.7, None)}, "1 of 2 tags came with a share of the mixture"),
        ({"tags": mixed(0.7, 0.4)}, "are 0.7, 0.4; .* together they are 1"),
        ({"tags": mixed(1.5, -0.5)}, "each goes from 0 to 1"),
        ({"shifts": [turn(0.5)]}, r"turns at 0.5 s, outside .* from 1 s to 3 s"),
        ({"shifts": [turn(2.0, "joy")]}, 'no tag "joy"'),
        ({"shifts": [turn(2.0), turn(2.0)]}, "turns twice at the same moment"),
        ({"certainty": 1.25}, "certainty of 1.25 came; it goes from 0 to 1"),
        ({"cues_named": "pitch breath"}, '"breath" came as what decided .* pitch, pace, pause'),
    ],
)
def test_a_rating_that_contradicts_itself_or_the_taxonomy_is_refused(changes, sentence):
    got = []
    answer, _ = ask(labeler(on_save=got.append), "save", rating=rating(**changes))
    assert (answer["ok"], got) == (False, [])
    assert re.search(sentence, answer["sentence"])


def test_mixture_turns_certainty_and_what_decided_it_are_passed_on():
    got = []
    own = {
        "tags": mixed(0.65, 0.35),
        "shifts": [turn(1.0, None, "relief"), turn(3.0, "neutral", "other")],
        "certainty": 0.75,
        "cues_named": "pitch words",
    }
    answer, _ = ask(labeler(on_save=got.append), "save", rating=rating(**own))
    assert answer["ok"], answer
    assert {name: got[0][name] for name in own} == own


def test_what_decides_a_rating_is_what_the_store_knows():
    from workbench.store import values
    from workbench.widgets import judgement

    assert judgement.CUES_NAMED == values.CUES_NAMED


def test_keys_of_the_taxonomy_and_of_the_settings_go_to_the_browser():
    tags = [TAXONOMY["tags"][0] | {"key": "b"}, TAXONOMY["tags"][1]]
    taxonomy = TAXONOMY | {"tags": tags, "keys": {"note": "m", "play": "Shift+Space"}}
    keys = labeler(taxonomy=taxonomy, keys={"note": "/"}).get_state()["_setup"]["keys"]
    assert keys == {"relief": "KeyB", "note": "Slash", "play": "Shift+Space"}
    assert labeler().get_state()["_setup"]["keys"] == {}


def test_other_in_words_is_a_tag_of_its_own():
    got = []
    tags = [{"tag": "other", "intensity": None, "share": None, "primary": True}]
    ask(labeler(on_save=got.append), "save", rating=rating(tags=tags, other_words="wistful"))
    assert got[0]["other_words"] == "wistful"


def test_a_corrected_utterance_takes_the_place_of_the_old_one_in_the_list():
    asked = []

    def correct(kind, utterance_id, **where):
        asked.append((kind, utterance_id, where))
        halves = UTTERANCES.iloc[[1, 1]].drop(columns="assignment_id")
        return halves.assign(utterance_id=["u2a", "u2b"], start_s=[4.0, 4.7], end_s=[4.7, 5.5])

    got = []
    widget = labeler(on_correct=correct, on_save=got.append)
    message = {"item_id": "u2/voice", "kind": "split", "at_s": 4.7}
    answer, _ = ask(widget, "correct", **message)
    assert answer["retired"] == ["u2/voice"]
    assert answer["units"]["item_id"] == ["u2a/voice", "u2b/voice"]
    assert asked == [
        ("split", "u2", {"start_s": None, "end_s": None, "at_s": 4.7, "with_id": None})
    ]
    units = widget.get_state()["_setup"]["units"]
    assert units["item_id"] == ["a1", "u2a/voice", "u2b/voice", "u3/voice"]
    assert units["start_s"] == [1.0, 4.0, 4.7, 0.0]
    ask(widget, "save", rating=rating(item_id="u2b/voice", tags=[], verdict="neutral"))
    assert got[0]["utterance_id"] == "u2b"
    answer, _ = ask(widget, "correct", **message)
    assert "was corrected already" in answer["sentence"]
    assert len(asked) == 1


def test_without_a_way_to_correct_bounds_stay():
    widget = labeler()
    assert widget.get_state()["_setup"]["can_correct"] is False
    answer, _ = ask(widget, "correct", item_id="a1", kind="split", at_s=2.0)
    assert "cannot be changed here" in answer["sentence"]


def test_an_unfinished_message_is_answered_in_a_sentence():
    answer, _ = ask(
        labeler(), "save", rating={"rating_id": "r", "utterance_id": "u1", "item_id": "a1"}
    )
    assert "The rating lacks verdict, tags" in answer["sentence"]


# ---- Labeler: what it is given ------------------------------------------------------------


def test_units_go_to_the_browser_as_lists_without_nan():
    setup = labeler().get_state()["_setup"]
    assert setup["units"]["channel"] == [0, 1, None]
    assert setup["units"]["start_s"] == [1.0, 4.0, 0.0]
    assert "assignment_id" not in setup["units"]
    json.dumps(setup, allow_nan=False)


def test_peaks_roles_and_length_of_a_call():
    channels = pd.DataFrame({"call_id": "0007", "channel": [2], "role": ["other"]})
    widget = labeler(
        peaks=lambda call_id: peaks(call_id) | {2: np.zeros((1000, 2))}, channels=channels
    )
    answer, buffers = ask(widget, "call", call_id="0007")
    assert answer["duration_s"] == 20.0
    assert [(lane["channel"], lane["role"]) for lane in answer["lanes"]] == [
        (0, "customer"),
        (1, "agent"),
        (2, "other"),
    ]
    assert list(np.frombuffer(buffers[0], np.int8)[:2]) == [-64, 127]
    assert answer["lines"] == []


def test_sound_is_sent_for_all_channels_and_for_a_minute_at_most():
    asked = []

    def listened(*where):
        asked.append(where)
        return audio(*where)

    widget = labeler(audio=listened)
    answer, buffers = ask(widget, "audio", call_id="0007", start_s=0, end_s=10)
    assert (answer["sampling_rate_hz"], answer["n_channels"]) == (RATE, 2)
    assert len(buffers[0]) == 10 * RATE * 2 * 2
    ask(widget, "audio", call_id="0007", start_s=0, end_s=1e9)
    assert asked == [("0007", None, 0.0, 10.0), ("0007", None, 0.0, 60.0)]


def test_the_masked_voice_is_sent_where_it_is_asked_for():
    def masked_audio(call_id, channel, start_s, end_s):
        return np.full((8, 1), -0.5, np.float32), 16000

    where = {"call_id": "0007", "start_s": 1.0, "end_s": 2.0}
    widget = labeler(masked_audio=masked_audio)
    answer, buffers = ask(widget, "audio", masked=True, **where)
    assert (answer["sampling_rate_hz"], answer["n_channels"]) == (16000, 1)
    assert set(np.frombuffer(buffers[0], "<i2")) == {-16384}
    answer, _ = ask(widget, "audio", masked=False, **where)
    assert answer["sampling_rate_hz"] == RATE
    answer, _ = ask(labeler(), "audio", masked=True, **where)
    assert answer["ok"] is False
    assert "There is no masked voice here" in answer["sentence"]


def test_a_picture_is_packed_frame_after_frame():
    asked = []

    def picture(*where):
        asked.append(where)
        levels = np.arange(6, dtype=np.uint8).reshape(3, 2)
        f0, level = np.array([np.nan, 100, 200]), np.array([-120.0, -20.0, -30.0])
        return Picture(where[2], 0.01, levels, 0.0, 4000.0, -90.0, -20.0, f0, level)

    where = {"call_id": "0007", "start_s": 2.0, "end_s": 1e6}
    answer, buffers = ask(labeler(picture=picture), "picture", channel=1, **where)
    assert asked == [("0007", 1, 2.0, 62.0)]
    assert {name: answer[name] for name in answer if name not in ("answer", "ok")} == {
        "start_s": 2.0,
        "hop_s": 0.01,
        "n_frames": 3,
        "n_bands": 2,
        "low_hz": 0.0,
        "high_hz": 4000.0,
        "scale": "mel",
        "floor_db": -90.0,
        "ceiling_db": -20.0,
    }
    assert list(buffers[0]) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(np.frombuffer(buffers[1], "<f4"), [np.nan, 100, 200])
    assert np.frombuffer(buffers[2], "<f4").tolist() == [-120.0, -20.0, -30.0]
    answer, _ = ask(labeler(), "picture", channel=None, **where)
    assert "There is no picture here" in answer["sentence"]


def test_each_lane_is_told_its_gain():
    answer, _ = ask(labeler(gains=lambda call_id: {1: -3.5}), "call", call_id="0007")
    assert [lane["gain_db"] for lane in answer["lanes"]] == [0.0, -3.5]
    answer, _ = ask(labeler(), "call", call_id="0007")
    assert [lane["gain_db"] for lane in answer["lanes"]] == [0.0, 0.0]


def test_why_a_call_cannot_be_heard_is_passed_on():
    def silent(*where):
        raise RecordingError("Call 0007 has no audio; it was registered from a table.")

    answer, _ = ask(labeler(peaks=silent), "call", call_id="0007")
    assert answer["sentence"].startswith("Call 0007 has no audio")


def test_words_are_shown_and_make_the_pass_both():
    got = []
    words = pd.DataFrame(
        {"call_id": ["0007", "0008"], "channel": 0, "start_s": 1.0, "end_s": 2.0, "text": "Hello"}
    )
    widget = labeler(words=words, on_save=got.append)
    answer, _ = ask(widget, "call", call_id="0007")
    assert answer["lines"] == [{"role": "customer", "start_s": 1.0, "end_s": 2.0, "text": "Hello"}]
    ask(widget, "save", rating=rating())
    assert got[0]["pass"] == "both"


def test_own_ratings_of_before_are_resumed_and_those_of_other_lists_are_not():
    assigned = rating(assignment_id="a1", **{"pass": "voice"})
    free = rating(utterance_id="u2", **{"pass": "voice"})
    others = [rating(utterance_id="u2", **{"pass": "text"}), rating(utterance_id="elsewhere")]
    state = labeler(ratings=[assigned, free, *others]).get_state()["_ratings"]
    assert {item: one["rating_id"] for item, one in state.items()} == {
        "a1": assigned["rating_id"],
        "u2/voice": free["rating_id"],
    }
    assert "created_at" not in state["a1"]
    json.dumps(state)


def test_the_queue_is_told_and_no_outcome_is():
    calls = pd.DataFrame({"call_id": ["0007", "1"], "queue": "billing", "escalated": True})
    setup = labeler(calls=calls).get_state()["_setup"]
    assert setup["details"] == {"0007": "billing"}
    assert "escalated" not in json.dumps(setup)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"utterances": UTTERANCES.rename(columns={"start_s": "start"})},
            'need the column "start_s".*Did you mean "start"',
        ),
        ({"utterances": pd.concat([UTTERANCES, UTTERANCES])}, '"u1" is in the list more than once'),
        ({"utterances": UTTERANCES.assign(end_s=0.0)}, "end after its start"),
        ({"taxonomy": {"taxonomy": "x"}}, 'has no "version"; it needs taxonomy, version'),
        ({"taxonomy": TAXONOMY | {"tags": []}}, "no tags"),
        ({"taxonomy": TAXONOMY | {"tags": [{"tag": "joy"}]}}, "entry of the taxonomy's tags has"),
        ({"pass_": "voices"}, 'no pass "voices".*Did you mean "voice"'),
        ({"keys": {"not": "m"}}, '"not" is neither a command nor a tag.*Did you mean "note"'),
        ({"keys": {"note": "ß"}}, "asks for the key 'ß', which is none. Name the position"),
        ({"keys": {"undo": "z"}}, '"undo" is the same everywhere'),
        ({"language": "fr"}, 'no words in the language "fr"; there are: en, de'),
        ({"words": pd.DataFrame({"text": []})}, 'words need the column "call_id"'),
    ],
)
def test_the_labeler_says_what_is_wrong_with_its_arguments(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        labeler(**changes)


def test_unknown_arguments_are_refused():
    for make in (lambda: labeler(colour="red"), lambda: Player(volume=3)):
        with pytest.raises(TypeError, match="unexpected keyword argument"):
            make()


def test_an_empty_list_is_shown_not_refused():
    assert labeler(utterances=UTTERANCES[:0]).get_state()["_setup"]["units"]["call_id"] == []


def test_a_missing_bundle_is_said_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setattr(answering, "STATIC", tmp_path)
    answering.bundle.cache_clear()
    with pytest.raises(WorkbenchError, match="has not been built.*pip install"):
        labeler()
    answering.bundle.cache_clear()


def test_messages_of_others_are_ignored():
    widget = labeler()
    widget.send = lambda *_: pytest.fail("answered what nobody asked")
    for content in ({"ask": "everything"}, {}, "hello", None):
        widget._handle_custom_msg(content, [])


# ---- earlier ratings -----------------------------------------------------------------------


def test_earlier_ratings_come_from_the_tables_of_a_store():
    ratings = pd.DataFrame(
        {
            "rating_id": ["r1", "r2"],
            "utterance_id": ["u1", "u2"],
            "verdict": ["tagged", "unclear"],
            "pass": "voice",
            "n_plays": pd.array([2, None], dtype="Int64"),
            "supersedes": [None, "r0"],
            "text_seen": pd.array([True, None], dtype="boolean"),
            "certainty": [0.5, np.nan],
            "cues_named": ["pitch pause", None],
        }
    )
    shifts = pd.DataFrame(
        {"rating_id": ["r2"], "at_s": [1.5], "from_tag": [None], "to_tag": ["relief"]}
    )
    tags = pd.DataFrame(
        {"rating_id": "r1", "tag": "relief", "intensity": [1.0], "share": np.nan, "primary": True}
    )
    scores = pd.DataFrame({"rating_id": ["r2"], "dimension": ["valence"], "value": [0.0]})
    notes = pd.DataFrame({"rating_id": ["r1"], "kind": ["note"], "text": ["hm"]})
    first, second = earlier_ratings(ratings, tags, scores, notes, shifts)
    assert first["tags"] == [{"tag": "relief", "intensity": 1.0, "share": None, "primary": True}]
    assert (first["note"], first["n_plays"], first["text_seen"]) == ("hm", 2, True)
    assert (second["n_plays"], second["text_seen"], second["note"]) == (None, None, None)
    assert second["scores"] == [{"dimension": "valence", "value": 0.0}]
    assert (first["shifts"], second["shifts"]) == ([], [turn(1.5, None, "relief")])
    assert (first["certainty"], first["cues_named"]) == (0.5, "pitch pause")
    assert (second["certainty"], second["cues_named"]) == (None, None)
    state = labeler(ratings=[first, second]).get_state()["_ratings"]
    assert list(state) == ["u2/voice"]
    assert state["u2/voice"]["shifts"] == second["shifts"]
    json.dumps(state, allow_nan=False)


def test_a_judgement_comes_back_from_the_store_as_it_went(rated):
    item = f"{unit(0)}/voice"
    own = {
        "tags": [
            {"tag": "frustration", "intensity": 1.0, "share": 0.65, "primary": True},
            {"tag": "other", "intensity": None, "share": 0.35, "primary": False},
        ],
        "other_words": "wistful",
        "shifts": [turn(1.25, "frustration", "other")],
        "certainty": 0.75,
        "cues_named": "pace words",
    }
    given = {"utterances": cut()[1], "taxonomy": default_taxonomy().definition}
    widget = labeler(**given, on_save=rated.add_rating)
    answer, _ = ask(widget, "save", rating=rating(item_id=item, utterance_id=unit(0), **own))
    assert answer["ok"], answer
    ratings, tags, scores = rated.current_ratings(rater_id="r01")
    earlier = earlier_ratings(ratings, tags, scores, rated.read("notes"), rated.read("shifts"))
    state = labeler(**given, ratings=earlier).get_state()["_ratings"]
    assert {name: state[item][name] for name in own} == own


# ---- dialogue ------------------------------------------------------------------------------


def words(*rows, **columns):
    named = [dict(zip(("channel", "start_s", "end_s", "text"), row, strict=True)) for row in rows]
    return pd.DataFrame(named).assign(call_id="0007", **columns)


def test_words_join_to_lines_until_a_pause_or_the_other_speaker():
    lines = dialogue_lines(
        words(
            (1, 1.2, 1.5, "mhm"), (0, 0.0, 0.4, "My"), (0, 0.5, 1.0, "parcel"), (0, 3.0, 3.5, "Is")
        ),
        {0: "customer", 1: "agent"},
    )
    assert [(line["role"], line["text"], line["end_s"]) for line in lines] == [
        ("customer", "My parcel", 1.0),
        ("agent", "mhm", 1.5),
        ("customer", "Is", 3.5),
    ]


def test_phrases_stay_lines_and_words_win_over_phrases():
    two = [(0, 0.0, 1.0, "Hello."), (0, 1.1, 2.0, "Yes?")]
    assert len(dialogue_lines(words(*two, kind="phrase"), {})) == 2
    both = pd.concat([words((0, 0.0, 1.0, "Hello yes"), kind="phrase"), words(*two, kind="word")])
    assert [line["text"] for line in dialogue_lines(both, {})] == ["Hello. Yes?"]


def test_one_transcript_is_shown_where_there_are_several():
    several = pd.concat(
        [
            words((0, 0.0, 1.0, "one"), (0, 5.0, 6.0, "two"), source="webvtt"),
            words((0, 0.0, 1.0, "uno"), source="other_tool"),
        ]
    )
    assert [line["text"] for line in dialogue_lines(several, {})] == ["one", "two"]
    assert dialogue_lines(several[:0], {}) == []


# ---- sound ---------------------------------------------------------------------------------


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=200), st.integers(1, 3))
def test_samples_survive_the_way_to_the_browser_within_a_step(values, channels):
    samples = np.tile(np.array(values, np.float32)[:, None], (1, channels))
    content, (packed,) = sound_answer(samples, 16000)
    back = np.frombuffer(packed, "<i2").reshape(-1, content["n_channels"]) / 32768
    np.testing.assert_allclose(back, np.clip(samples, -1, 32767 / 32768), atol=1 / 65536 + 1e-9)


def test_peaks_are_thinned_without_losing_a_click():
    long = np.zeros((100_000, 2), np.float32)
    long[77_777] = (-1.0, 0.5)
    _, (packed,) = lanes_answer({0: long}, {})
    pairs = np.frombuffer(packed, np.int8).reshape(-1, 2)
    assert len(pairs) == MAX_BINS
    assert pairs.min(axis=0).tolist()[0] == -127
    assert pairs[:, 1].max() == 64


def test_peaks_of_no_samples_are_flat_and_wrong_shapes_are_refused():
    assert sample_peaks(np.zeros((0, 2)))[1].tolist() == [[0.0, 0.0]]
    with pytest.raises(InputError, match=r"\(2, 2, 2\) came"):
        sound_answer(np.zeros((2, 2, 2)), 8000)


# ---- Player --------------------------------------------------------------------------------


def test_the_player_hands_out_its_samples_in_pieces():
    samples = np.linspace(-0.5, 0.5, 4 * RATE, dtype=np.float32)
    player = Player(samples, RATE, caption="Call 0007", start_s=8.0, roles=["customer"])
    state = player.get_state()["_state"]
    assert (state["duration_s"], state["start_s"], state["play"]) == (4.0, 8.0, False)
    answer, _ = ask(player, "call", call_id="1")
    assert answer["lanes"] == [{"channel": 0, "role": "customer", "gain_db": 0.0}]
    _, (packed,) = ask(player, "audio", call_id="1", start_s=1.0, end_s=2.0)
    np.testing.assert_allclose(
        np.frombuffer(packed, "<i2") / 32768, samples[RATE : 2 * RATE], atol=1e-4
    )


def test_the_player_turns_to_another_sound_and_to_a_sentence():
    player = Player(sentence="This call has no audio.")
    assert player.get_state()["_state"]["sentence"] == "This call has no audio."
    assert player.duration_s == 0.0
    player.show(snippet_of_samples(np.zeros((RATE, 2)), RATE, caption="now"))
    first = player.get_state()["_state"]
    assert (first["sentence"], first["play"], player.duration_s) == ("", True, 1.0)
    player.show(snippet_of_samples(np.zeros(RATE), RATE))
    assert player.get_state()["_state"]["key"] != first["key"]
    player.say("gone")
    assert player.get_state()["_state"]["sentence"] == "gone"
    with pytest.raises(InputError, match="without a sampling rate"):
        Player(np.zeros(8), None)


# ---- list of calls -------------------------------------------------------------------------

CALLS = pd.DataFrame(
    {
        "qa_score": [80.5, np.nan],
        "call_id": ["0007", "0008"],
        "started_at": pd.to_datetime(["2026-03-01 10:00", None], utc=True),
        "duration_s": [25.0, np.nan],
        "has_audio": [True, False],
        "escalated": pd.array([True, None], dtype="boolean"),
        "empty": [None, None],
        "attributes": [{"a": 1}, None],
    }
)


def whole(row):
    start, end = row.get("start_s", 0.0), row.get("end_s", 25.0)
    return np.full((round((end - start) * RATE), 1), 0.5), RATE


def test_columns_are_shown_by_kind_and_empty_ones_are_not():
    setup = CallList(CALLS, whole).get_state()["_setup"]
    assert [(c["name"], c["kind"]) for c in setup["columns"]] == [
        ("call_id", "text"),
        ("started_at", "time"),
        ("duration_s", "seconds"),
        ("has_audio", "bool"),
        ("escalated", "bool"),
        ("qa_score", "number"),
    ]
    assert setup["data"]["started_at"] == ["2026-03-01T10:00:00", None]
    assert setup["data"]["escalated"] == [True, None]
    json.dumps(setup, allow_nan=False)


def test_a_call_is_played_in_windows_where_its_length_is_known():
    asked = []

    def play(row):
        asked.append((row["call_id"], row["start_s"], row["end_s"]))
        return whole(row)

    view = CallList(CALLS, play)
    answer, buffers = ask(view, "call", call_id="0007")
    assert answer["duration_s"] == 25.0
    assert len(buffers[0]) == 2 * 250
    ask(view, "audio", call_id="0007", start_s=10.0, end_s=20.0)
    assert asked == [("0007", 0.0, 25.0), ("0007", 10.0, 20.0)]


def test_a_call_of_unknown_length_is_read_once():
    asked = []

    def play(row):
        asked.append(dict(row))
        return whole(row)

    view = CallList(CALLS[["call_id"]], play)
    assert ask(view, "call", call_id="0008")[0]["duration_s"] == 25.0
    ask(view, "audio", call_id="0008", start_s=0.0, end_s=10.0)
    assert asked == [{"call_id": "0008"}]


def test_peaks_spare_reading_and_channels_name_the_roles():
    channels = pd.DataFrame({"call_id": ["0007"], "channel": [1], "role": ["agent"]})
    view = CallList(CALLS, pytest.fail, peaks=peaks, channels=channels)
    answer, _ = ask(view, "call", call_id="0007")
    assert [lane["role"] for lane in answer["lanes"]] == ["unknown", "agent"]


def test_the_list_says_why_a_call_cannot_be_heard():
    view = CallList(CALLS, whole)
    assert ask(view, "call", call_id="0008")[0]["sentence"] == "This call has no audio."
    assert 'no call "9"' in ask(view, "audio", call_id="9", start_s=0, end_s=1)[0]["sentence"]
    with pytest.raises(InputError, match="need the column call_id.*Did you mean"):
        CallList(CALLS.rename(columns={"call_id": "callid"}), whole)
    with pytest.raises(InputError, match='"0007" is in the list more than once'):
        CallList(pd.concat([CALLS, CALLS]), whole)


def test_what_is_selected_comes_back_as_rows():
    view = CallList(CALLS, whole)
    assert view.selected.empty
    view.set_state({"_selected": [1, 0]})
    assert view.selected["call_id"].tolist() == ["0008", "0007"]
    assert list(view.selected.columns) == list(CALLS.columns)


# ---- playable figures ----------------------------------------------------------------------


def test_a_click_on_a_figure_plays_what_is_behind_the_point():
    import plotly.graph_objects as go

    rows = []

    def play(row):
        rows.append(row)
        if row["call_id"] == "0008":
            raise RecordingError("Call 0008 has no audio.")
        return snippet_of_samples(np.zeros(RATE), RATE, caption=caption_of(row))

    customdata = [["0007", 1, 2.0, 3.0], ["0008", None, None, None]]
    figure = go.Figure(go.Scatter(x=[1, 2], y=[1, 2], customdata=customdata))
    figure.add_scatter(x=[1], y=[1])
    box = playable(figure, play)
    widget, player = box.children
    trace = widget.data[0]
    points = SimpleNamespace(point_inds=[0])
    trace._dispatch_on_click(points, None)
    assert player.get_state()["_state"]["caption"] == "Call 0007, 0:02.0 to 0:03.0"
    trace._dispatch_on_click(SimpleNamespace(point_inds=[1]), None)
    assert player.get_state()["_state"]["sentence"] == "Call 0008 has no audio."
    trace._dispatch_on_click(SimpleNamespace(point_inds=[]), None)
    assert rows == [
        {"call_id": "0007", "channel": 1, "start_s": 2.0, "end_s": 3.0},
        {"call_id": "0008"},
    ]


def test_a_figure_turns_with_the_page_and_still_plays():
    import plotly.graph_objects as go

    def draw(theme):
        mark = go.Scatter(x=[1], y=[1], customdata=[["0007", 0, 2.0, 3.0]], name=theme)
        return go.Figure(mark)

    played = []
    box = playable(
        draw("light"),
        lambda row: played.append(row) or snippet_of_samples(np.zeros(RATE), RATE),
        redraw=draw,
    )
    player = box.children[1]
    player.set_trait("_theme", "dark")
    assert box.children[0].data[0].name == "dark"
    assert box.children[1] is player
    box.children[0].data[0]._dispatch_on_click(SimpleNamespace(point_inds=[0]), None)
    assert [row["call_id"] for row in played] == ["0007"]


def test_points_of_heat_maps_and_of_arrays_are_found():
    cells = np.empty((1, 2, 4), dtype=object)
    cells[0, 0] = ["0007", None, 1.0, 2.0]
    cells[0, 1] = [None, None, None, None]
    trace = SimpleNamespace(customdata=cells)
    assert clicked_row(trace, [(0, 0)]) == {"call_id": "0007", "start_s": 1.0, "end_s": 2.0}
    assert clicked_row(trace, [[0, 1]]) is None
    floats = SimpleNamespace(customdata=np.array([[7, np.nan, 0.0, 1.0]]))
    assert clicked_row(floats, [0]) == {"call_id": "7.0", "start_s": 0.0, "end_s": 1.0}
    assert caption_of({"call_id": "0007"}) == "Call 0007"


def test_the_code_of_plotly_goes_to_the_page_once_and_again_after_everything_was_closed():
    import ipywidgets
    import plotly.graph_objects as go

    figures = [figure_widget(go.Figure(go.Scatter(y=[n, 1]))) for n in (1, 2)]
    states = [figure.get_state() for figure in figures]
    assert states[0]["_plotly"] == states[1]["_plotly"]
    assert all(len(state["_esm"]) < 10_000 for state in states)
    (code,) = {figure._plotly for figure in figures}
    assert "Plotly" in code.code
    assert len(code.code) > 1_000_000
    ipywidgets.Widget.close_all()
    again = figure_widget(go.Figure(go.Scatter(y=[3, 1])))
    assert again.get_state()["_plotly"] != states[0]["_plotly"]
    assert again._plotly.code == code.code


def test_the_first_figure_builds_no_grammars_of_web_addresses():
    code = (
        "import sys; from workbench.widgets.figure import _light_figure; _light_figure(); "
        "print('jsonschema' in sys.modules, 'rfc3987_syntax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
