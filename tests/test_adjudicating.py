"""Decisions on disputes: in the store, in the widget, in the workspace, in the taxonomy's notes."""

from __future__ import annotations

import pandas as pd
import pytest

import workbench as wb
from tests.rated_calls import ratings_of
from tests.stores import call_tables, cut, fill, payload, unit
from tests.test_widgets import TAXONOMY, ask, rating
from workbench.agreement.disputes import dispute_table
from workbench.errors import InputError, StoreError
from workbench.taxonomies import (
    decision_notes,
    default_taxonomy,
    read_taxonomy,
    taxonomy_text,
    with_decisions,
)
from workbench.widgets import Adjudicator
from workbench.widgets.readings import readings_of, shuffled
from workbench.worklists import worklist_progress
from workbench.workspace.adjudicating import worst_first

EVIL = "<img src=x onerror=alert(1)>"
REASON = "The voice gives up; nothing in it struggles."


def decision(number=0, lead="lead", **fields):
    return payload(number, lead, reason=REASON, **fields)


def standing(store, **choice):
    return store.current_ratings(**choice)[0]["rating_id"].tolist()


@pytest.fixture
def led(rated):
    rated.add_rater("lead", role="lead")
    return rated


# ---- the store ------------------------------------------------------------------------------


def test_a_decision_is_a_rating_with_an_assignment_and_a_reason_written_together(led):
    rating_id = led.add_adjudication(decision(note="heard twice"))
    assert standing(led) == []
    assert standing(led, adjudications="only") == [rating_id]
    (row,) = led.read("adjudications").to_dict("records")
    assert (row["rating_id"], row["lead_id"], row["reason"]) == (rating_id, "lead", REASON)
    (rating,) = led.read("ratings").to_dict("records")
    (given,) = led.read("assignments").to_dict("records")
    assert rating["assignment_id"] == given["assignment_id"]
    assert (given["purpose"], given["state"], given["rater_id"]) == ("adjudicate", "done", "lead")
    assert led.read("tags")["tag"].tolist() == ["frustration"]


def test_nothing_is_written_when_a_part_is_refused(led):
    with pytest.raises(InputError, match="no tag"):
        led.add_adjudication(decision(tags=[{"tag": "sleepy"}]))
    with pytest.raises(InputError, match="has no reason"):
        led.add_adjudication(decision() | {"reason": "  "})
    with pytest.raises(StoreError, match='not in the table raters: "nobody"'):
        led.add_adjudication(decision(lead="nobody"))
    for name in ("ratings", "adjudications", "assignments"):
        assert led.read(name).empty


def test_the_leads_own_blind_rating_stays_beside_the_decision(led):
    blind = payload(rater_id="lead")
    led.add_rating(blind)
    decided = decision(verdict="unclear", tags=[])
    led.add_adjudication(decided)
    assert standing(led) == [blind["rating_id"]]
    assert standing(led, adjudications="only") == [decided["rating_id"]]
    assert set(standing(led, adjudications=True)) == {blind["rating_id"], decided["rating_id"]}
    assert led.standing_rating(payload(rater_id="lead")) == blind["rating_id"]


def test_a_later_decision_supersedes_the_earlier_and_one_sent_twice_counts_once(led):
    first, second = decision(), decision(verdict="neutral", tags=[])
    for one in (first, second, first, second):
        led.add_adjudication(one)
    assert standing(led, adjudications="only") == [second["rating_id"]]
    assert len(led.read("adjudications")) == len(led.read("ratings")) == 2
    assert len(led.read("assignments")) == 1
    supersedes = led.read("ratings").set_index("rating_id")["supersedes"]
    assert supersedes[second["rating_id"]] == first["rating_id"]
    with pytest.raises(StoreError, match='already, with another "reason"'):
        led.add_adjudication(first | {"reason": "Another one came."})


def test_decisions_of_two_leads_in_two_passes_stand_beside_each_other(led):
    led.add_rater("other", role="lead")
    for one in (decision(), decision(lead="other"), decision(**{"pass": "both"})):
        led.add_adjudication(one)
    assert len(standing(led, adjudications="only")) == 3
    assert len(led.read("assignments")) == 3


def test_a_decision_can_be_taken_back_and_made_anew(led):
    first, again = decision(), decision()
    led.add_adjudication(first)
    back = payload(rater_id="lead", retracted=True, tags=[])
    for _ in range(2):
        led.add_adjudication(back)
    assert standing(led, adjudications="only") == []
    assert led.read("assignments")["state"].tolist() == ["open"]
    led.add_adjudication(again)
    assert standing(led, adjudications="only") == [again["rating_id"]]
    with pytest.raises(InputError, match="no decision of this lead"):
        led.add_adjudication(payload(1, "lead", retracted=True, tags=[]))


def test_what_decisions_answer_is_counted_in_no_worklist(led):
    led.add_adjudication(decision())
    assert worklist_progress(led.read("assignments")).empty


def test_decisions_are_read_as_of_a_moment(led):
    led.add_adjudication(decision())
    assert standing(led, adjudications="only", as_of="2026-02-01") == []
    assert led.read("adjudications", as_of="2026-02-01").empty
    assert unit() in set(led.read("adjudications", as_of=pd.Timestamp.now("UTC"))["utterance_id"])


# ---- readings -------------------------------------------------------------------------------


def rated_as(*tags, verdict="tagged", **fields):
    """A rating of tags, or of (tag, intensity, share, primary)."""
    names = ("tag", "intensity", "share", "primary")
    entries = [(tag,) if isinstance(tag, str) else tag for tag in tags]
    return {
        "rating_id": str(fields.pop("rating_id", 0)),
        "verdict": verdict if tags else fields.pop("instead", "neutral"),
        "tags": [
            dict(zip(names, (*entry, None, None, False)[:4], strict=True)) for entry in entries
        ],
        "scores": [{"dimension": k, "value": v} for k, v in fields.pop("scores", {}).items()],
        "other_words": None,
        **fields,
    }


def test_the_reading_of_most_raters_comes_first_and_order_of_tags_is_no_difference():
    found = readings_of(
        [rated_as("b", "a"), rated_as(), rated_as("c"), rated_as("a", "b"), rated_as("c"),
         rated_as("a", "b")]
    )  # fmt: skip
    told = [(one["verdict"], [tag["tag"] for tag in one["tags"]], one["raters"]) for one in found]
    assert told == [
        ("tagged", ["a", "b"], [0, 3, 5]),
        ("tagged", ["c"], [2, 4]),
        ("neutral", [], [1]),
    ]


def test_a_reading_takes_the_medians_of_those_who_heard_it_and_nothing_that_nobody_gave():
    (found,) = readings_of(
        [
            rated_as(("a", 1 / 3, 0.2, True), ("b", 1.0, 0.8), scores={"valence": -1}),
            rated_as(("a", 2 / 3, 0.4, True), ("b", None, 0.6), scores={"valence": -0.5}),
            rated_as(("a", 1.0, None), ("b", None, None, True)),
        ]
    )
    a, b = found["tags"]
    assert (a["intensity"], b["intensity"]) == (2 / 3, 1.0)
    assert (a["share"], b["share"]) == (pytest.approx(0.3), pytest.approx(0.7))
    assert (a["primary"], b["primary"]) == (True, False)
    assert found["scores"] == [{"dimension": "valence", "value": -0.75}]
    (silent,) = readings_of([rated_as("a"), rated_as("a")])
    assert silent["tags"] == [{"tag": "a", "intensity": None, "share": None, "primary": False}]
    assert silent["scores"] == []


def test_columns_are_in_an_order_of_their_own_that_stays():
    ratings = [rated_as("a", rating_id=number) for number in range(6)]
    orders = [[one["rating_id"] for one in shuffled(ratings, f"u{number}")] for number in range(9)]
    assert len({tuple(order) for order in orders}) > 5
    assert orders[0] == [one["rating_id"] for one in shuffled(ratings[::-1], "u0")]


# ---- the taxonomy's notes -------------------------------------------------------------------


def test_reasons_name_what_was_decided_against_and_become_a_next_version(led, tmp_path):
    led.add_rating(payload())
    led.add_rating(payload(rater_id="r02", tags=[{"tag": "resignation"}, {"tag": "anger"}]))
    led.add_adjudication(decision(tags=[{"tag": "resignation"}]))
    led.add_adjudication(decision(1, verdict="neutral", tags=[]))
    ratings, tags, _ = led.current_ratings()
    decisions, decided, _ = led.current_ratings(adjudications="only")
    tables = (led.read("adjudications"), decisions, decided, ratings, tags)
    notes = decision_notes(*tables, led.read("utterances"))
    told = notes[["tag", "against_tag", "n", "reason"]].fillna("").to_numpy().tolist()
    assert sorted(told) == [
        ["neutral", "", 0, REASON],
        ["resignation", "anger", 1, REASON],
        ["resignation", "frustration", 1, REASON],
    ]
    assert notes["utterance_id"].isin([unit(0), unit(1)]).all()
    assert (notes["end_s"] - notes["start_s"] == 2).all()
    old = default_taxonomy()
    new, changes = with_decisions(old, notes)
    assert (old.version, new.version) == ("1", "2")
    assert changes == "Reasons of leads from version 1: anger, frustration, resignation."
    said = {tag.tag: tag.not_to_be_confused_with for tag in new.tags}
    was = {tag.tag: tag.not_to_be_confused_with for tag in old.tags}
    sentence = f'Decided for resignation instead: "{REASON.rstrip(".")}".'
    assert said["frustration"] == f"{was['frustration']} {sentence}"
    assert said["relief"] == was["relief"]
    with pytest.raises(InputError, match="says anything new"):
        with_decisions(new, notes)
    led.add_taxonomy_version(new, changes=changes)
    stored = led.read("taxonomies").set_index("version")
    assert (stored["parent_version"]["2"], stored["changes"]["2"]) == ("1", changes)
    assert stored["sha256"]["1"] == old.sha256
    path = tmp_path / "cx-2.yaml"
    path.write_text(taxonomy_text(new, comment=changes), encoding="utf-8")
    assert read_taxonomy(path).sha256 == new.sha256


def test_notes_without_two_tags_make_no_version():
    with pytest.raises(InputError, match="None of 0 notes"):
        with_decisions(default_taxonomy(), pd.DataFrame(columns=["tag", "against_tag", "reason"]))
    with pytest.raises(InputError, match="is the one that came"):
        with_decisions(default_taxonomy(), pd.DataFrame(), version="1")


# ---- the widget -----------------------------------------------------------------------------

DISPUTED = pd.DataFrame(
    {
        "utterance_id": ["u1", "u2"],
        "call_id": "0007",
        "start_s": [1.0, 5.0],
        "end_s": [2.0, 9.0],
        "pass": "voice",
        "dispute_bits": [0.9, None],
    }
)
PANEL = [
    rated_as("relief", rating_id=n, utterance_id=u, rater_id=f"r{n}", **{"pass": "voice"})
    for u in ("u1", "u2")
    for n in (1, 2)
]


def adjudicator(**changes):
    fixed = {"lead_id": "lead", "rated": PANEL, "on_decide": print, "audio": None, "peaks": None}
    return Adjudicator(changes.pop("items", DISPUTED), TAXONOMY, **fixed | changes)


def test_the_browser_gets_raters_and_readings_and_no_ids_of_people():
    widget = adjudicator(names={"r1": "Ann"})
    one = widget.get_state()["_disputes"]["u1/voice"]
    assert (one["dispute_bits"], one["mixture_bits"]) == (0.9, None)
    assert sorted(rater["name"] for rater in one["raters"]) == ["Ann", "r2"]
    assert [reading["raters"] for reading in one["readings"]] == [[0, 1]]
    assert one["mixture"] is None
    assert "rater_id" not in one["raters"][0]


def test_a_decision_reaches_the_callback_with_its_reason():
    got = []
    widget = adjudicator(on_decide=got.append)
    sent = rating(item_id="u1/voice", utterance_id="u1", note="  Sighs,\n then nothing ")
    answer, _ = ask(widget, "save", rating=sent)
    assert answer["ok"]
    (payload_,) = got
    assert (payload_["reason"], payload_["note"]) == ("Sighs, then nothing", None)
    assert (payload_["rater_id"], payload_["pass"]) == ("lead", "voice")
    assert widget._ratings["u1/voice"]["rating_id"] == sent["rating_id"]


@pytest.mark.parametrize("note", [None, "  ", "clear"])
def test_a_decision_without_a_reason_is_refused(note):
    sent = rating(item_id="u1/voice", utterance_id="u1", note=note)
    answer, _ = ask(adjudicator(on_decide=pytest.fail), "save", rating=sent)
    assert "say in a few words why" in answer["sentence"]
    taken_back = []
    widget = adjudicator(on_decide=taken_back.append)
    back = rating(item_id="u1/voice", utterance_id="u1", retracted=True, tags=[], scores=[])
    assert ask(widget, "save", rating=back)[0]["ok"]
    assert taken_back[0]["retracted"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"items": DISPUTED.head(0)}, "There are no disputes to decide"),
        ({"items": DISPUTED.drop(columns="pass")}, 'need the column "pass"'),
        ({"rated": PANEL[:3]}, "u2 has 1 ratings in the pass voice; a dispute needs those of two"),
        ({"language": "fr"}, 'no words in the language "fr"'),
    ],
)
def test_what_cannot_be_adjudicated_is_told_in_a_sentence(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        adjudicator(**changes)


# ---- the workspace --------------------------------------------------------------------------


def tables_of(rows):
    """Ratings, tags and scores of (utterance, rater, tags, valence)."""
    ratings, tags, scores = ratings_of(
        [
            (u, r, "tagged" if heard else "neutral", dict.fromkeys(heard, 1.0),
             {} if valence is None else {"valence": valence})
            for u, r, heard, valence in rows
        ]
    )  # fmt: skip
    return ratings, tags.assign(share=None), scores


def test_the_worst_comes_first_and_what_all_heard_alike_is_none():
    ratings, tags, scores = tables_of(
        [
            *[("alike", r, ["relief"], 0.5) for r in "abc"],
            ("one against two", "a", ["anger"], None),
            *[("one against two", r, ["relief"], None) for r in "bc"],
            *[("all apart", r, [tag], None) for r, tag in zip("abc", ["x", "y", "z"], strict=True)],
            ("opposite", "a", ["relief"], -1.0),
            ("opposite", "b", ["relief"], 1.0),
            ("apart and opposite", "a", ["relief"], 1.0),
            ("apart and opposite", "b", [], -0.5),
            ("no shares", "a", ["x", "y"], None),
            ("no shares", "b", ["x"], None),
            ("alone", "a", ["x"], None),
        ]
    )
    found = worst_first(dispute_table(ratings, tags), ratings, tags, scores)
    assert found["utterance_id"].tolist() == [
        "apart and opposite",
        "all apart",
        "no shares",
        "opposite",
        "one against two",
    ]
    assert found.set_index("utterance_id")["valence_range"].to_dict()["opposite"] == 2.0
    three = worst_first(dispute_table(ratings, tags), ratings, tags, scores, min_raters=3)
    assert three["utterance_id"].tolist() == ["all apart", "one against two"]


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    opened = wb.create(tmp_path / "ws")
    fill(opened.store)
    opened.store.add_rater("lead", name="Lea", role="lead")
    return opened


def disputed(ws):
    ws.store.add_rating(payload(note=EVIL))
    ws.store.add_rating(payload(rater_id="r02", tags=[{"tag": "resignation"}]))
    ws.store.add_rating(payload(2))
    ws.store.add_rating(payload(2, "r02"))


def decide(widget, number=0, **fields):
    sent = rating(item_id=f"{unit(number)}/voice", utterance_id=unit(number), scores=[])
    sent |= {"tags": [{"tag": "resignation", "intensity": 1.0, "share": None, "primary": False}]}
    return ask(widget, "save", rating=sent | {"note": REASON, "shifts": []} | fields)[0]


def test_a_lead_decides_and_finds_the_decision_again(ws):
    disputed(ws)
    widget = ws.adjudicator("lead")
    assert list(widget._disputes) == [f"{unit()}/voice"]
    assert {rater["name"] for rater in widget._disputes[f"{unit()}/voice"]["raters"]} == {
        "Ann",
        "r02",
    }
    before = ws.table("consensus")
    assert decide(widget)["ok"]
    again = ws.adjudicator("lead")
    assert again._ratings[f"{unit()}/voice"]["note"] == REASON
    pd.testing.assert_frame_equal(ws.table("consensus"), before)
    assert ws.progress().empty
    notes = ws.decision_notes()
    assert notes[["tag", "against_tag", "n"]].to_numpy().tolist() == [
        ["resignation", "frustration", 1]
    ]
    new, changes = with_decisions(ws.taxonomy(), notes)
    path = ws.save_taxonomy(new, changes)
    assert read_taxonomy(path) == new
    assert ws.taxonomy().version == "1"
    with pytest.raises(InputError, match="is there already"):
        ws.save_taxonomy(new)
    ws.store.add_rater("other", role="lead")
    with pytest.raises(InputError, match="All 1 disputes are decided by other leads"):
        ws.adjudicator("other")
    assert len(ws.adjudicator("other", decided=True)._disputes) == 1


def test_exports_of_labels_carry_no_decisions(ws, tmp_path):
    disputed(ws)
    decide(ws.adjudicator("lead"))
    ws.export(tmp_path / "out", format="textgrid")
    (written,) = (tmp_path / "out").glob("*.TextGrid")
    assert "r01" in written.read_text() and "lead" not in written.read_text()


def test_a_decision_on_what_was_corrected_meanwhile_is_kept_out(ws):
    disputed(ws)
    widget = ws.adjudicator("lead")
    old = ws.store.read("utterances", utterance_id=unit())
    moved = old.assign(utterance_id="moved", end_s=1.5)
    ws.store.correct_utterances([unit()], moved, kind="moved")
    answer = decide(widget)
    assert "was corrected while it was open here" in answer["sentence"]
    assert ws.store.read("adjudications").empty
    with pytest.raises(InputError, match="were corrected since"):
        ws.adjudicator("lead")


def test_what_cannot_be_heard_comes_last(ws):
    disputed(ws)
    mute = call_tables("c0")
    ws.store.add_call({"calls": mute["calls"], "agents": mute["agents"]})
    ws.store.add_segmentation(*cut("c0"))
    there = unit(0, "c0")
    ws.store.add_rating(payload(utterance_id=there, scores=[{"dimension": "valence", "value": 1}]))
    ws.store.add_rating(
        payload(
            rater_id="r02",
            utterance_id=there,
            tags=[{"tag": "anger"}],
            scores=[{"dimension": "valence", "value": -1}],
        )
    )
    assert list(ws.adjudicator("lead")._disputes) == [f"{unit()}/voice", f"{there}/voice"]
    assert list(ws.adjudicator("lead", limit=1)._disputes) == [f"{unit()}/voice"]
    assert list(ws.adjudicator("lead", call_id="c0")._disputes) == [f"{there}/voice"]


def test_a_call_without_audio_says_why_nothing_plays(ws):
    disputed(ws)
    answer, _ = ask(ws.adjudicator("lead"), "call", call_id="c1")
    assert 'The audio root "audio" is not in' in answer["sentence"]


def test_without_disputes_there_is_a_sentence(ws):
    with pytest.raises(InputError, match="There are no ratings here yet"):
        ws.adjudicator("lead")
    ws.store.add_rating(payload())
    with pytest.raises(InputError, match=r"rated by 2 raters in the same pass \(the most is 1\)"):
        ws.adjudicator("lead")
    ws.store.add_rating(payload(rater_id="r02"))
    with pytest.raises(InputError, match="of 1 utterances with 2 raters or more, all were heard"):
        ws.adjudicator("lead")
    with pytest.raises(InputError, match="min_raters is 1"):
        ws.adjudicator("lead", min_raters=1)


def test_only_a_lead_decides(ws):
    with pytest.raises(InputError, match='There is no lead "leed". Did you mean "lead"'):
        ws.adjudicator("leed")
    with pytest.raises(InputError, match=r'r02 is no lead.*change_rater\("r02", role="lead"\)'):
        ws.adjudicator("r02")
