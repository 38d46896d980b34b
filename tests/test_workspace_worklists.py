"""Worklists through the front door: made, opened, rated, flagged, changed while open."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

import workbench as wb
from tests.speech import write_calls
from workbench.errors import InputError, StoreError
from workbench.identifiers import uuid7
from workbench.store.layout import METADATA
from workbench.workspace import assigned


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(write_calls(tmp_path / "audio"), roles={0: "customer", 1: "agent"})
    ws.segment()
    for name in ("r01", "r02", "r03"):
        ws.store.add_rater(name)
    ws.store.add_taxonomy_version(ws.taxonomy())
    return ws


def judged(item, **changes):
    """Make the rating of an item as the Labeler hands it to on_save."""
    return {
        "rating_id": uuid7(),
        "utterance_id": item["utterance_id"],
        "rater_id": "r01",
        "assignment_id": item["assignment_id"],
        "taxonomy": "cx",
        "version": "1",
        "pass": item["pass"],
        "verdict": "tagged",
        "tags": [{"tag": "relief", "intensity": None, "share": None, "primary": False}],
    } | changes


def items_of(ws, rater="r01", worklist="main"):
    return assigned.assigned_items(ws, rater, worklist, call_id=None)


def delete(ws, table, column, value):
    sql = METADATA.tables[table]
    ws.store._database.write(lambda c: c.execute(sa.delete(sql).where(sql.c[column] == value)))


# ---- making ----------------------------------------------------------------------------


def test_a_worklist_is_made_stored_and_counted(ws):
    made = ws.worklist("main", overlap=2, order="random", seed=4, by="lea")
    assert made["rater_id"].tolist() == ["r01", "r02", "r03"]
    assert made["n_assigned"].sum() == 12
    assert made.attrs["notices"][1] == "Order: at random; seed 4."
    about = ws.table("worklists").iloc[0]
    assert (about["order_mode"], about["seed"], about["created_by"]) == ("random", 4, "lea")
    assert about["settings"]["passes"] == ["voice"]
    assert about["settings"]["raters"] == ["r01", "r02", "r03"]
    heard = ws.table("assignments").groupby("utterance_id")["rater_id"].nunique()
    customers = ws.utterances().query("role == 'customer'")
    assert set(heard.index) == set(customers["utterance_id"])
    assert set(heard) == {2}
    pd.testing.assert_frame_equal(ws.progress("main"), made)
    pd.testing.assert_frame_equal(ws.progress(), made)


def test_the_same_line_again_changes_nothing_and_another_is_refused(ws):
    ws.worklist("main", overlap=2)
    before = ws.table("assignments")
    again = ws.worklist("main", overlap=2)
    pd.testing.assert_frame_equal(ws.table("assignments"), before)
    assert again.attrs["notices"] == [
        'The worklist "main" is there with these settings; nothing changed.'
    ]
    with pytest.raises(StoreError, match='"main" already, made with overlap 2; now 1 came'):
        ws.worklist("main")
    with pytest.raises(StoreError, match="made with order in_call; now random came"):
        ws.worklist("main", overlap=2, order="random")


def test_a_worklist_from_before_a_setting_was_known_is_the_same_with_its_default(ws):
    ws.worklist("main", overlap=2)
    stored = ws.table("worklists").iloc[0]
    plan = ws.table("assignments")
    ws.store.add_worklist(
        "older",
        plan.assign(worklist="older", assignment_id=[uuid7() for _ in range(len(plan))]),
        order_mode="in_call",
        seed=int(stored["seed"]),
        settings={k: v for k, v in stored["settings"].items() if k != "insiders"},
        created_by=None,
    )
    again = ws.worklist("older", overlap=2)
    assert "nothing changed" in again.attrs["notices"][0]
    with pytest.raises(StoreError, match="made with insiders 1; now 2 came"):
        ws.worklist("older", overlap=2, insiders=2)


def test_the_stored_seed_makes_the_same_worklist_again(ws):
    ws.worklist("one", order="random")
    seed = int(ws.table("worklists")["seed"].item())
    ws.worklist("two", order="random", seed=seed)
    one, two = (
        ws.table("assignments", worklist=name)[["rater_id", "utterance_id", "position"]]
        for name in ("one", "two")
    )
    pd.testing.assert_frame_equal(one, two)


def test_gold_is_hidden_in_a_worklist(ws):
    customers = ws.utterances().query("role == 'customer'")["utterance_id"].tolist()
    ws.gold(customers[0], by="lea", pass_="voice", tags={"frustration": 1.0})
    ws.worklist("main", raters=["r01"], gold_rate=0.2)
    rows = ws.table("assignments")
    assert rows["purpose"].value_counts().to_dict() == {"label": 5, "gold": 1}
    assert rows.loc[rows["purpose"] == "gold", "utterance_id"].item() == customers[0]


def test_utterances_are_chosen_by_what_is_known_of_the_call(ws):
    outcomes = pd.DataFrame({"call_id": ["c0", "c1"], "escalated": [True, False]})
    ws.store.add_rows("outcomes", outcomes)
    ws.worklist("main", n_items=4, stratify="escalated", strata="equal")
    chosen = ws.table("assignments").merge(ws.utterances(), on="utterance_id")
    assert chosen["call_id"].value_counts().to_dict() == {"c0": 2, "c1": 2}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"raters": ["r1"]}, 'no rater "r1". Did you mean "r01"'),
        ({"raters": ["r01"], "overlap": 2}, "overlap of 2 needs 2 raters; 1 came"),
        ({"call_id": "c9"}, 'no call "c9"'),
        ({"unit": "word"}, 'unit "word" came'),
        ({"role": "other"}, 'No utterance of role "other"'),
        ({"n_items": 2, "stratify": "que"}, 'no column "que" to choose by. Did you mean "queue"'),
        ({"gold_rate": 0.5}, "asks for 3 gold items for r01 in the pass voice; there are 0"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_stays(ws, options, sentence):
    with pytest.raises(InputError, match=sentence):
        ws.worklist("main", **{"raters": ["r01"]} | options)
    assert ws.table("worklists").empty
    assert ws.table("assignments").empty


def test_who_left_is_not_given_work(ws):
    ws.store.change_rater("r02", active=False)
    ws.store.add_rater("model", kind="model")
    assert ws.worklist("main")["rater_id"].tolist() == ["r01", "r03"]
    with pytest.raises(InputError, match="r02 does not take part any more"):
        ws.worklist("other", raters=["r02"])


# ---- opening ---------------------------------------------------------------------------


def test_a_worklist_opens_in_its_order_without_telling_what_is_hidden(ws):
    ws.worklist("main", raters=["r01"], order="random", repeat_rate=0.5, distance=3, seed=2)
    widget = ws.labeler("r01", worklist="main")
    units = widget._setup["units"]
    stored = ws.table("assignments").sort_values("position")
    assert units["item_id"] == stored["assignment_id"].tolist()
    assert units["utterance_id"] == stored["utterance_id"].tolist()
    assert set(units["pass"]) == {"voice"}
    assert len(units["item_id"]) == 9
    assert "purpose" not in units
    assert not {"gold", "repeat"} & {value for own in units.values() for value in own}
    assert ws.table("sessions")["order_mode"].item() == "random"


def test_a_repeat_is_offered_after_the_first_was_rated(ws):
    ws.worklist("main", raters=["r01"], order="random", repeat_rate=0.5, distance=3, seed=2)
    rows = ws.table("assignments")
    repeat = rows[rows["purpose"] == "repeat"].iloc[0]
    first = rows[(rows["utterance_id"] == repeat["utterance_id"]) & (rows["purpose"] == "label")]
    ws.labeler("r01", worklist="main")
    assigned.save_rating(ws, judged(first.iloc[0]))
    ws.store.add_rating(judged(repeat, assignment_id=None, tags=[{"tag": "anger"}]))
    widget = ws.labeler("r01", worklist="main")
    assert list(widget._ratings) == first["assignment_id"].tolist()
    assert ws.progress("main")["n_done"].item() == 1
    # without the worklist the rating that answers no assignment goes on
    alone = ws.labeler("r01", text=False)
    assert [one["tags"][0]["tag"] for one in alone._ratings.values()] == ["anger"]


def test_passes_of_one_utterance_are_items_of_their_own(ws):
    words = [
        (row.call_id, row.channel, row.start_s, "webvtt", row.end_s, "yes", "word")
        for row in ws.utterances().itertuples()
    ]
    columns = ["call_id", "channel", "start_s", "source", "end_s", "text", "kind"]
    ws.store.add_words(pd.DataFrame(words, columns=columns))
    ws.worklist("main", raters=["r01"], passes=("both", "voice"), distance=3)
    units = ws.labeler("r01", worklist="main")._setup["units"]
    assert units["pass"] == ["voice"] * 6 + ["both"] * 6
    assert sorted(units["utterance_id"][:6]) == sorted(units["utterance_id"][6:])


def test_a_widget_speaks_the_language_and_takes_the_keys_it_was_opened_with(ws):
    widget = ws.labeler("r01", language="de", keys={"note": "KeyM"})
    assert (widget._language, widget._setup["keys"]["note"]) == ("de", "KeyM")
    assert ws.labeler("r01")._language == "en"
    assert ws.tracer("r01", call_id="c0", language="de")._language == "de"
    assert ws.recorder("r01", tag="relief", language="de")._language == "de"
    sentence = 'no words in the language "fr"; there are: en, de'
    with pytest.raises(InputError, match=sentence):
        ws.tracer("r01", call_id="c0", language="fr")
    with pytest.raises(InputError, match=sentence):
        ws.recorder("r01", tag="relief", language="fr")


def test_a_worklist_of_somebody_else_is_a_sentence(ws):
    ws.worklist("main", raters=["r01", "r02"])
    with pytest.raises(InputError, match='r03 has nothing in the worklist "main".*for: r01, r02'):
        ws.labeler("r03", worklist="main")
    with pytest.raises(InputError, match='no worklist "man". Did you mean "main"'):
        ws.labeler("r01", worklist="man")
    with pytest.raises(InputError, match='no worklist "man"'):
        ws.progress("man")
    with pytest.raises(InputError, match='r01 has nothing of call c9 in the worklist "main"'):
        ws.labeler("r01", worklist="main", call_id="c9")


def test_done_and_skipped_items_are_still_there(ws):
    ws.worklist("main", raters=["r01"])
    items = items_of(ws)
    first, second, third, fourth = items.head(4).to_dict("records")
    assigned.save_rating(ws, judged(first))
    assigned.mark_item(ws, "r01", second, "skipped")
    assigned.mark_item(ws, "r01", third, "flagged", "two voices")
    assigned.mark_item(ws, "r01", second, "open")
    assigned.mark_item(ws, "r01", fourth, "skipped", "distressing")
    after = items_of(ws)
    assert after["state"].tolist() == ["done", "open", "open", "skipped", "open", "open"]
    assert ws.table("notes")["text"].tolist() == ["two voices", "distressing"]
    assert "purpose" not in after.columns
    assert assigned.marks_of(ws, "r01", after) == {
        third["assignment_id"]: {"state": "flagged", "text": "two voices"},
        fourth["assignment_id"]: {"state": "skipped", "text": "distressing"},
    }
    ws.store.remove_assignments("main")
    with pytest.raises(StoreError, match="may have been taken out of its worklist"):
        assigned.mark_item(ws, "r01", second, "skipped")


def test_marks_without_a_worklist(ws):
    items = ws.utterances().assign(**{"pass": "voice"})
    item = {"utterance_id": items["utterance_id"][0], "assignment_id": None}
    assigned.mark_item(ws, "r01", item, "flagged")
    assigned.mark_item(ws, "r01", item, "skipped")
    assert assigned.marks_of(ws, "r01", items) == {
        f"{item['utterance_id']}/voice": {"state": "flagged", "text": "flagged"}
    }
    assert assigned.marks_of(ws, "r02", items) == {}
    with pytest.raises(InputError, match='mark "done" came'):
        assigned.mark_item(ws, "r01", item, "done")


# ---- changed while open ----------------------------------------------------------------


def test_a_rating_is_kept_though_its_call_was_taken_out_of_the_worklist(ws):
    ws.worklist("main", raters=["r01"])
    items = items_of(ws)
    item = items[items["call_id"] == "c1"].iloc[0]
    ws.store.remove_assignments("main", call_id="c1")
    one = judged(item)
    assigned.save_rating(ws, one)
    assigned.save_rating(ws, one)
    better = judged(item, supersedes=one["rating_id"], tags=[{"tag": "anger"}])
    assigned.save_rating(ws, better)
    ratings, tags, _ = ws.store.current_ratings()
    assert ratings["rating_id"].tolist() == [better["rating_id"]]
    assert ratings["assignment_id"].isna().all()
    assert tags["tag"].tolist() == ["anger"]


def test_a_rating_of_an_utterance_that_is_gone_is_a_sentence(ws):
    ws.worklist("main", raters=["r01"])
    item = items_of(ws).iloc[0]
    delete(ws, "assignments", "utterance_id", item["utterance_id"])
    delete(ws, "utterances", "utterance_id", item["utterance_id"])
    with pytest.raises(StoreError, match="taken out of the database while it was open here.*keeps"):
        assigned.save_rating(ws, judged(item))
    assert ws.table("ratings").empty


def test_a_rating_that_is_wrong_is_refused_as_it_was(ws):
    ws.worklist("main", raters=["r01"])
    item = items_of(ws).iloc[0]
    with pytest.raises(InputError, match='no tag "joyy"'):
        assigned.save_rating(ws, judged(item, tags=[{"tag": "joyy"}]))
    with pytest.raises(InputError, match="is for rater r01, not r02"):
        assigned.save_rating(ws, judged(item, rater_id="r02"))


def test_an_utterance_that_was_corrected_is_not_offered_any_more(ws):
    ws.worklist("main", raters=["r01"])
    items = items_of(ws)
    sql = METADATA.tables["utterances"]
    gone = items["utterance_id"][:2].tolist()
    assigned.save_rating(ws, judged(items.iloc[0]))
    ws.store._database.write(
        lambda c: c.execute(
            sa.update(sql)
            .where(sql.c.utterance_id.in_(gone))
            .values(retired_at=pd.Timestamp.now("UTC"))
        )
    )
    assert items_of(ws)["utterance_id"].tolist() == [gone[0], *items["utterance_id"][2:]]
