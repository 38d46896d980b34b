"""Worklists, states, flags and agreed answers in the store, on SQLite and PostgreSQL."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from tests.stores import fill, payload, unit
from workbench.errors import InputError, StoreError
from workbench.identifiers import uuid7
from workbench.store import create_database, migrate_database, open_store, revisions
from workbench.store.layout import METADATA
from workbench.store.migrations.versions import __path__ as places


def assignments(*numbers, rater_id="r01", worklist="main", **columns):
    """Make rows for utterances of `fill`, in their order."""
    return pd.DataFrame(
        {
            "assignment_id": [uuid7() for _ in numbers],
            "rater_id": rater_id,
            "utterance_id": [unit(n) for n in numbers],
            "pass": "voice",
            "worklist": worklist,
            "position": range(len(numbers)),
            "purpose": "label",
            "state": "open",
        }
        | columns
    )


@pytest.fixture
def listed(rated):
    """Give a store with a worklist of two utterances, the first one twice."""
    rows = assignments(0, 2, 0, purpose=["label", "label", "repeat"])
    rated.add_worklist("main", rows, order_mode="random", seed=7, settings={"overlap": 1})
    return rated


def ids(store):
    return store.read("assignments")["assignment_id"].tolist()


def states(store):
    return store.read("assignments")["state"].tolist()


# ---- worklists -------------------------------------------------------------------------


def test_a_worklist_comes_back_with_its_order_and_seed(rated):
    rows = assignments(0, 2)
    settings = {"passes": ["voice"], "overlap": 2, "n_items": None}
    assert rated.add_worklist(
        "main", rows, order_mode="random", seed=2**40, settings=settings, created_by="lea"
    ) == 2  # fmt: skip
    about = rated.read("worklists").iloc[0]
    assert (about["order_mode"], about["seed"], about["created_by"]) == ("random", 2**40, "lea")
    assert about["settings"] == settings
    back = rated.read("assignments", worklist="main")
    assert back["assignment_id"].tolist() == rows["assignment_id"].tolist()
    assert back["position"].tolist() == [0, 1]


def test_ids_and_states_are_made_where_none_came(rated):
    rows = assignments(0, 2).drop(columns=["assignment_id", "state"])
    rated.add_worklist("main", rows, order_mode="in_call")
    assert rated.read("assignments")["assignment_id"].nunique() == 2
    assert states(rated) == ["open", "open"]


def test_a_worklist_is_written_once(listed):
    with pytest.raises(StoreError, match='There is a worklist "main" already. Give this one an'):
        listed.add_worklist("main", assignments(0), order_mode="in_call")
    assert len(listed.read("assignments")) == 3


@pytest.mark.parametrize(
    ("rows", "error", "sentence"),
    [
        (assignments(0, worklist="other"), InputError, 'an assignment of "other" came'),
        (assignments(), InputError, "no assignments came"),
        (assignments(0, rater_id="r09"), StoreError, '"r09". Add the rater first'),
        (assignments(0, utterance_id="u9"), StoreError, '"u9". Cut the call into utterances'),
        (assignments(0, state="begun"), InputError, '"state" is "begun".* open, done or skipped'),
        (assignments(0, position=-1), InputError, '"position" is -1; expected 0 or more'),
    ],
)
def test_what_is_no_worklist_is_refused_whole(rated, rows, error, sentence):
    with pytest.raises(error, match=sentence):
        rated.add_worklist("main", rows, order_mode="in_call")
    assert rated.read("worklists").empty
    assert rated.read("assignments").empty


def test_further_assignments_of_a_worklist(listed):
    more = assignments(1, rater_id="r02")
    assert listed.add_assignments(more) == 1
    assert listed.add_assignments(more) == 0
    with pytest.raises(StoreError, match='no worklist "mian". Did you mean "main"'):
        listed.add_assignments(assignments(1, worklist="mian"))


# ---- states ----------------------------------------------------------------------------


def test_a_rating_makes_its_assignment_done(listed):
    first, second, again = ids(listed)
    listed.add_rating(payload(0, assignment_id=first))
    assert states(listed) == ["done", "open", "open"]
    listed.add_rating(payload(0))
    assert states(listed) == ["done", "open", "open"]
    listed.add_rating(payload(0, assignment_id=again))
    listed.add_rating(payload(2, assignment_id=second))
    assert states(listed) == ["done", "done", "done"]


def test_a_refused_rating_leaves_its_assignment_open(listed):
    with pytest.raises(InputError):
        listed.add_rating(payload(0, assignment_id=ids(listed)[0], tags=[{"tag": "joyy"}]))
    assert states(listed) == ["open", "open", "open"]


def test_taking_back_opens_it_again_unless_another_rating_stands(listed):
    first = ids(listed)[0]
    one = listed.add_rating(payload(0, assignment_id=first))
    two = listed.add_rating(payload(0, assignment_id=first))
    listed.retract_rating(one)
    assert states(listed)[0] == "done"
    taken = listed.retract_rating(two)
    assert states(listed)[0] == "open"
    assert listed.read("ratings", rating_id=taken)["assignment_id"].item() == first
    three = listed.add_rating(payload(0, assignment_id=first))
    listed.add_rating(payload(0, assignment_id=first, supersedes=three, tags=[{"tag": "relief"}]))
    assert states(listed)[0] == "done"


def test_what_is_heard_again_does_not_replace_the_first_judgement(listed):
    first, _, again = ids(listed)
    one = listed.add_rating(payload(0, assignment_id=first))
    for other in (again, None):
        with pytest.raises(
            StoreError, match="which answers another assignment. What a rater hears"
        ):
            listed.add_rating(payload(0, assignment_id=other, supersedes=one))
    listed.add_rating(payload(0, assignment_id=again))
    assert len(listed.current_ratings(rater_id="r01")[0]) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rater_id": "r02"}, "is for rater r01, not r02"),
        ({"pass": "both"}, "is for the pass voice, not both"),
        ({"number": 2}, "is for the utterance utt_.*, not utt_"),
    ],
)
def test_a_rating_answers_its_own_assignment_only(listed, fields, sentence):
    with pytest.raises(InputError, match=sentence):
        listed.add_rating(payload(**{"number": 0, "assignment_id": ids(listed)[0]} | fields))
    assert listed.read("ratings").empty


def test_a_corrected_utterance_answers_for_the_one_before(listed):
    links = pd.DataFrame(
        {"parent_id": [unit(0), unit(4)], "child_id": [unit(4), unit(2)], "kind": "moved"}
    )
    utterances = listed.read("utterances", utterance_id=unit(2))
    listed._database.write(
        lambda c: c.execute(
            sa.insert(METADATA.tables["utterances"]),
            [utterances.iloc[0].drop("retired_at").to_dict() | {"utterance_id": unit(4)}],
        )
    )
    listed.add_rows("utterance_links", links)
    listed.add_rating(payload(2, assignment_id=ids(listed)[0]))
    assert states(listed) == ["done", "open", "open"]


def test_skipping_and_coming_back(listed):
    first = ids(listed)[0]
    assert listed.set_assignment_state(first, "skipped") == "skipped"
    assert states(listed) == ["skipped", "open", "open"]
    assert listed.set_assignment_state(first, "open") == "open"
    listed.add_rating(payload(0, assignment_id=first))
    assert listed.set_assignment_state(first, "skipped") == "done"
    with pytest.raises(InputError, match='no state "skip". Did you mean "skipped"'):
        listed.set_assignment_state(first, "skip")
    with pytest.raises(StoreError, match='no assignment "as9"; it may have been taken out'):
        listed.set_assignment_state("as9", "open")


def test_taking_a_call_out_of_a_worklist_leaves_what_was_rated(listed):
    listed.add_rating(payload(0, assignment_id=ids(listed)[0]))
    assert listed.remove_assignments("main", call_id="c9") == 0
    assert listed.remove_assignments("main", rater_id="r02") == 0
    assert listed.remove_assignments("main", call_id="c1", rater_id="r01") == 2
    assert states(listed) == ["done"]
    assert len(listed.read("ratings")) == 1


# ---- flags -----------------------------------------------------------------------------


def test_a_flag_is_a_note_on_an_utterance(rated):
    rated.add_flag(unit(0), "r01", " the caller names a card number ")
    without = rated.add_flag(unit(1), "r01")
    assert rated.add_flag(unit(1), "r01") == without
    notes = rated.read("notes")
    assert set(notes["kind"]) == {"flag"}
    assert notes["utterance_id"].tolist() == [unit(0), unit(1)]
    assert notes["text"].tolist() == ["the caller names a card number", "flagged"]
    assert notes["rating_id"].isna().all()
    with pytest.raises(StoreError, match='"u9". Cut the call'):
        rated.add_flag("u9", "r01")


# ---- gold ------------------------------------------------------------------------------

GOLD = {"taxonomy": "cx", "version": "1", "pass_": "voice", "set_by": "lea"}


def test_an_agreed_answer_comes_back(rated):
    rated.set_gold(
        unit(0), **GOLD, tags={"frustration": 2 / 3, "resignation": None},
        scores={"valence": -0.5}, tolerance={"valence": 0.25, "intensity": 1 / 3},
    )  # fmt: skip
    row = rated.read("gold").iloc[0]
    assert row["expected"] == {
        "verdict": "tagged",
        "tags": {"frustration": 2 / 3, "resignation": None},
        "scores": {"valence": -0.5},
    }
    assert row["tolerance"] == {"valence": 0.25, "intensity": 1 / 3}
    assert row["set_by"] == "lea"
    rated.set_gold(unit(2), **GOLD, verdict="neutral")
    assert rated.read("gold", utterance_id=unit(2))["expected"].item()["tags"] == {}


def test_an_agreed_answer_is_changed_only_on_purpose(rated):
    rated.set_gold(unit(0), **GOLD, tags=["frustration"])
    rated.set_gold(unit(0), **GOLD, tags=["frustration"])
    with pytest.raises(StoreError, match="with another .expected.*replace=True puts the new"):
        rated.set_gold(unit(0), **GOLD, tags=["relief"])
    rated.set_gold(unit(0), **GOLD, tags=["relief"], replace=True)
    assert rated.read("gold")["expected"].item()["tags"] == {"relief": None}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"tags": ["frustation"]}, 'no tag "frustation". Did you mean "frustration"'),
        ({"tags": ["warm"]}, 'tag "warm" is not for the role customer'),
        ({"tags": {"frustration": 2}}, '"intensity" is 2.*expected 0 to 1'),
        ({"scores": {"valence": -3}}, "expected -1 to 1"),
        ({}, 'its verdict is "tagged", but it has no tag and no score'),
        ({"verdict": "neutral", "tags": ["relief"]}, 'its verdict is "neutral", but it has tags'),
        ({"tags": ["relief"], "tolerance": {"arousal": 0.2}}, "The tolerance .* came; expected 0"),
        ({"tags": ["relief"], "pass_": "ear"}, '"pass" is "ear"'),
    ],
)
def test_an_answer_that_no_rating_could_give_is_refused(rated, answer, sentence):
    with pytest.raises(InputError, match=sentence):
        rated.set_gold(unit(0), **GOLD | answer)
    assert rated.read("gold").empty


# ---- migration -------------------------------------------------------------------------


def test_notes_of_the_first_version_are_still_there(database_url, monkeypatch):
    monkeypatch.setattr(revisions, "VERSIONS", ("0001",))
    store = create_database(database_url)

    def before(connection):
        connection.execute(sa.text("INSERT INTO calls (call_id) VALUES ('c0')"))
        connection.execute(
            sa.text(
                "INSERT INTO notes (note_id, call_id, kind, text, created_at) "
                "VALUES ('n1', 'c0', 'note', 'so glad', '2026-03-01 12:00:00')"
            )
        )

    store._database.write(before)
    store.close()
    monkeypatch.undo()
    migrate_database(database_url)
    with open_store(database_url) as newer:
        assert newer.read("notes")["text"].tolist() == ["so glad"]
        fill(newer)
        newer.add_worklist("main", assignments(2), order_mode="in_call")
        newer.add_flag(unit(0), "r01")
        assert newer.problems() == []


def test_going_back_before_worklists_is_refused():
    spec = importlib.util.spec_from_file_location("second", Path(places[0]) / "0002_worklists.py")
    second = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(second)
    with pytest.raises(StoreError, match="would delete worklists and flags"):
        second.downgrade()
