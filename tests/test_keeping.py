"""Saving that waits, marks, sittings, and ratings of two widgets of one rater."""

from __future__ import annotations

import queue
import sqlite3
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from tests.stores import fill, payload
from tests.test_widgets import ask, labeler, rating
from workbench.errors import InputError, StoreBusyError, StoreError
from workbench.identifiers import uuid7
from workbench.store import create_database, open_store
from workbench.widgets import answering
from workbench.workspace.saving import keep_key, save_rating

# ---- widgets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "temporary"),
    [(StoreBusyError("The database is locked."), True), (StoreError("It is damaged."), False)],
)
def test_the_browser_is_told_whether_trying_again_may_help(error, temporary):
    def refuse(payload):
        raise error

    answer, _ = ask(labeler(on_save=refuse), "save", rating=rating())
    assert (answer["ok"], answer["temporary"]) == (False, temporary)


def test_other_questions_are_answered_while_the_database_waits(monkeypatch):
    monkeypatch.setattr(answering, "PATIENCE_S", 0.05)
    go_on = threading.Event()
    heard = queue.Queue()
    widget = labeler(on_save=lambda payload: go_on.wait(60))
    widget.send = lambda answer, buffers=None: heard.put(answer["answer"])
    widget._handle_custom_msg({"ask": "save", "id": "save", "rating": rating()}, [])
    sound = {"ask": "audio", "id": "sound", "call_id": "0007", "start_s": 0, "end_s": 1}
    widget._handle_custom_msg(sound, [])
    assert heard.get(timeout=60) == "sound"
    assert heard.empty()
    go_on.set()
    assert heard.get(timeout=60) == "save"


def test_marks_go_to_the_callback_and_to_a_page_that_is_loaded_again():
    got = []
    widget = labeler(on_mark=lambda *mark: got.append(mark))
    answer, _ = ask(widget, "mark", item_id="a1", state="flagged", text="hard to hear")
    assert answer["ok"]
    ((item, state, text),) = got
    assert (item["item_id"], item["utterance_id"], item["assignment_id"]) == ("a1", "u1", "a1")
    assert (state, text) == ("flagged", "hard to hear")
    assert widget.get_state()["_marks"] == {"a1": {"state": "flagged", "text": "hard to hear"}}
    ask(widget, "mark", item_id="u2/voice", state="skipped", text="")
    assert got[1][1:] == ("skipped", None)


def test_a_rating_ends_that_its_item_is_skipped():
    widget = labeler(marks={"a1": {"state": "skipped", "text": None}})
    ask(widget, "save", rating=rating())
    assert widget._marks == {}


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ({"item_id": "u9", "state": "skipped"}, 'The item "u9" is not in this list'),
        ({"item_id": "a1", "state": "lost"}, '"lost" is no mark; these are: open, skipped'),
    ],
)
def test_a_mark_that_cannot_be_is_refused(mark, sentence):
    answer, _ = ask(labeler(on_mark=pytest.fail), "mark", **mark)
    assert sentence in answer["sentence"]


def test_what_the_rater_says_of_headphones_is_passed_on():
    got = []
    ask(labeler(on_session=got.append), "session", headphones=True, heard={"left": "left"})
    assert got == [True]
    assert ask(labeler(), "session", headphones=True)[0]["ok"]


def test_a_rating_is_taken_back_by_one_without_a_judgement():
    got = []
    widget = labeler(on_save=got.append)
    first = rating()
    ask(widget, "save", rating=first)
    back = rating(retracted=True, tags=[], scores=[], supersedes=first["rating_id"])
    assert ask(widget, "save", rating=back)[0]["ok"]
    assert (got[1]["retracted"], got[1]["supersedes"]) == (True, first["rating_id"])
    assert widget._ratings == {}
    answer, _ = ask(widget, "save", rating=rating(retracted=True))
    assert "taken back has no tags" in answer["sentence"]


def test_a_rating_that_waited_belongs_to_the_sitting_in_which_it_was_made():
    got = []
    widget = labeler(on_save=got.append, session_id="now")
    ask(widget, "save", rating=rating(session_id="yesterday"))
    ask(widget, "save", rating=rating())
    assert [one["session_id"] for one in got] == ["yesterday", "now"]


def test_the_browser_keeps_apart_what_is_of_different_raters_and_databases():
    key = labeler().get_state()["_setup"]["keep_key"]
    assert key == "r01/small/2"
    stores = [SimpleNamespace(store=SimpleNamespace(url=url)) for url in ("one", "two")]
    keys = {keep_key(ws, rater, "cx", "1") for ws in stores for rater in ("r01", "r02")}
    assert len(keys) == 4


# ---- the store ------------------------------------------------------------------------------


@pytest.fixture
def ws(tmp_path):
    """As much of a workspace as saving needs."""
    url = f"sqlite:///{tmp_path}/workbench.db"
    create_database(url).close()
    with open_store(url, wait_s=20) as store:
        fill(store)
        yield SimpleNamespace(store=store, url=url, path=tmp_path / "workbench.db")


def standing(ws):
    return ws.store.current_ratings()[0]["rating_id"].tolist()


def test_a_widget_that_does_not_know_of_another_supersedes_its_rating(ws):
    first, second, third = payload(), payload(), payload()
    save_rating(ws, first)
    save_rating(ws, second)
    assert standing(ws) == [second["rating_id"]]
    save_rating(ws, third | {"supersedes": first["rating_id"]})
    assert standing(ws) == [third["rating_id"]]
    supersedes = ws.store.read("ratings").set_index("rating_id")["supersedes"]
    assert supersedes[third["rating_id"]] == second["rating_id"]


def test_a_rating_sent_again_counts_once_whatever_it_names_now(ws):
    first, second = payload(), payload()
    for one in (first, second, first, second, second | {"supersedes": None}):
        save_rating(ws, one)
    assert len(ws.store.read("ratings")) == 2
    assert standing(ws) == [second["rating_id"]]


def test_a_rating_that_was_taken_back_may_be_given_again(ws):
    first, again = payload(), payload()
    save_rating(ws, first)
    back = payload(rating_id=uuid7(), retracted=True, tags=[], supersedes=first["rating_id"])
    save_rating(ws, back)
    assert standing(ws) == []
    save_rating(ws, again | {"supersedes": first["rating_id"]})
    assert standing(ws) == [again["rating_id"]]


def test_other_raters_and_other_items_are_left_alone(ws):
    ratings = [payload(), payload(rater_id="r02"), payload(1), payload(**{"pass": "both"})]
    for one in ratings:
        save_rating(ws, one)
    assert set(standing(ws)) == {one["rating_id"] for one in ratings}


def test_two_threads_at_once_leave_one_rating_standing(ws):
    ratings = [payload() for _ in range(4)]
    save_rating(ws, ratings[0])
    threads = [threading.Thread(target=save_rating, args=(ws, one)) for one in ratings[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ws.store.read("ratings")) == 4
    assert len(standing(ws)) == 1


def test_what_will_never_be_taken_is_refused_as_ever(ws):
    with pytest.raises(InputError, match="there is no utterance"):
        save_rating(ws, payload(utterance_id="gone"))
    with pytest.raises(StoreError, match="which is not there"):
        save_rating(ws, payload(supersedes="nothing"))


def test_a_locked_or_absent_database_is_told_from_one_that_is_damaged(ws):
    with closing(sqlite3.connect(ws.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with (
            open_store(ws.url, wait_s=0.2) as impatient,
            pytest.raises(StoreBusyError, match="held by another program"),
        ):
            impatient.add_rating(payload())
    away = ws.path.with_name("away.db")
    ws.path.rename(away)
    with pytest.raises(StoreBusyError, match="moved, deleted or replaced"):
        ws.store.add_rating(payload())
    away.rename(ws.path)
    ws.store.add_rating(payload())
    ws.store.close()
    ws.path.write_bytes(b"no database" * 500)
    with pytest.raises(StoreError) as told:
        ws.store.read("ratings")
    assert not isinstance(told.value, StoreBusyError)


def test_headphones_are_written_into_the_sitting(ws):
    session = ws.store.add_session("r01")
    ws.store.set_headphones(session, True)
    ws.store.set_headphones(session, False)
    assert ws.store.read("sessions")["headphones"].tolist() == [False]
    with pytest.raises(StoreError, match='no session "s9"'):
        ws.store.set_headphones("s9", True)
