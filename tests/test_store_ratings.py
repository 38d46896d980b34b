"""People's work in the store: appended, superseded, taken back, counted once, still there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from tests.stores import NOW, call_tables, cut, payload, unit
from workbench.errors import InputError, StoreError
from workbench.identifiers import uuid7
from workbench.store import open_store
from workbench.taxonomies import default_taxonomy, taxonomy_from_definition


def refused(store, error, sentence, **fields):
    """Check that a rating is refused in a sentence and nothing is written."""
    before = store.row_counts()
    with pytest.raises(error, match=sentence):
        store.add_rating(payload(**fields))
    pd.testing.assert_frame_equal(store.row_counts(), before)


def current(store, **arguments):
    return store.current_ratings(**arguments)[0]["rating_id"].tolist()


# ---- one rating ------------------------------------------------------------------------


def test_a_rating_comes_back_with_all_its_parts(rated):
    session = rated.add_session("r01", headphones=True)
    sent = payload(
        session_id=session,
        tags=[
            {"tag": "frustration", "intensity": 1.0, "share": 0.7, "primary": True},
            {"tag": "other", "intensity": None, "share": 0.3, "primary": False},
        ],
        scores=[{"dimension": "valence", "value": -0.5}, {"dimension": "stress", "value": 1}],
        shifts=[{"at_s": 1.5, "from_tag": "neutral", "to_tag": "frustration"}],
        note="  sighs first ",
        other_words="grim amusement",
        certainty=0.75,
        cues_named="pitch pause",
        n_plays=3,
        heard_share=1.0,
        text_seen=False,
        elapsed_ms=5400,
    )
    assert rated.add_rating(sent) == sent["rating_id"]
    ratings, tags, scores = rated.current_ratings()
    row = ratings.iloc[0]
    for name in ("rating_id", "verdict", "certainty", "cues_named", "n_plays", "session_id"):
        assert row[name] == sent[name]
    assert (row["retracted"], row["text_seen"]) == (False, False)
    assert pd.isna(row["supersedes"])
    assert tags["tag"].tolist() == ["frustration", "other"]
    assert tags["share"].tolist() == [0.7, 0.3]
    assert tags["primary"].tolist() == [True, False]
    assert scores["value"].tolist() == [1.0, -0.5]
    assert rated.read("shifts")["at_s"].tolist() == [1.5]
    notes = rated.read("notes").set_index("kind")
    assert notes["text"].to_dict() == {"note": "sighs first", "other_words": "grim amusement"}
    assert set(notes["rater_id"]) == {"r01"}


def test_what_was_not_given_is_null(rated):
    rated.add_rating(payload(tags=[{"tag": "relief"}]))
    ratings, tags, _ = rated.current_ratings()
    assert ratings[["certainty", "n_plays", "heard_share", "text_seen"]].isna().all(axis=None)
    assert tags[["intensity", "share"]].isna().all(axis=None)
    assert tags["primary"].tolist() == [False]


def test_an_id_and_the_time_are_made_where_none_came(rated):
    sent = payload(rating_id=None, created_at=None)
    made = rated.add_rating(sent)
    row = rated.read("ratings", rating_id=made).iloc[0]
    assert abs(row["created_at"] - pd.Timestamp.now("UTC")) < pd.Timedelta("1min")


def test_times_as_a_browser_sends_them(rated):
    rated.add_rating(payload(created_at="2026-03-01T12:00:00.123Z"))
    assert rated.read("ratings")["created_at"].iloc[0] == pd.Timestamp("2026-03-01T12:00:00.123Z")


@pytest.mark.parametrize("verdict", ["neutral", "unclear", "unusable"])
def test_verdicts_of_their_own(rated, verdict):
    rated.add_rating(payload(verdict=verdict, tags=[]))
    assert rated.current_ratings()[0]["verdict"].tolist() == [verdict]


def test_scores_alone_are_a_judgement(rated):
    rated.add_rating(payload(tags=None, scores=[{"dimension": "arousal", "value": 0}]))
    assert len(rated.current_ratings()[2]) == 1


def test_every_tag_may_be_given_where_the_role_is_unknown(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut(roles=["unknown"] * 4))
    store.add_rater("r01")
    store.add_taxonomy_version(default_taxonomy())
    store.add_rating(payload(tags=[{"tag": "warm"}, {"tag": "relief"}]))
    assert len(store.read("tags")) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"verdct": "x"}, 'A rating has no field "verdct". Did you mean "verdict"'),
        ({"verdict": "angry"}, '"verdict" is "angry".* Expected tagged, neutral, unclear or unus'),
        ({"pass": "voices"}, '"pass" is "voices". Did you mean "voice"'),
        ({"certainty": 1.2}, '"certainty" is 1.2; expected 0 to 1'),
        ({"heard_share": -0.1}, '"heard_share" is -0.1; expected 0 to 1'),
        ({"n_plays": -1}, '"n_plays" is -1; expected 0 or more'),
        ({"elapsed_ms": 10.5}, '"elapsed_ms" of ratings should hold int values'),
        ({"cues_named": "pitch smell"}, 'cues_named is "pitch smell"; expected words out of pitch'),
        ({"utterance_id": None}, 'ratings needs the column "utterance_id"'),
        ({"utterance_id": "utt_x"}, 'there is no utterance "utt_x". Cut the call .*ws.segment'),
        ({"version": "9"}, "no taxonomy cx of version 9. Add it first: store.add_taxonomy_ver"),
        ({"tags": []}, 'verdict is "tagged", but it has no tag and no score. Expected a tag'),
        ({"tags": "relief"}, "tags of a rating should be a list of entries with tag, intensity"),
        ({"tags": [{"tag": "relief", "level": 1}]}, "should be a list of entries"),
        ({"tags": [{"intensity": 1}]}, 'tags needs the column "tag"'),
        ({"tags": [{"tag": "relif"}]}, 'version 1, has no tag "relif". Did you mean "relief"'),
        ({"tags": [{"tag": "warm"}]}, 'tag "warm" is not for the role customer. For it .* relief'),
        ({"tags": [{"tag": "relief"}] * 2}, "rows of tags repeat a key.*relief"),
        ({"tags": [{"tag": "relief", "intensity": 3}]}, '"intensity" is 3.0; expected 0 to 1'),
        ({"tags": [{"tag": "relief", "share": 0.4}]}, "its shares sum to 0.4; they must sum to 1"),
        ({"tags": [{"tag": "relief", "share": 1.4}, {"tag": "anger", "share": -0.4}]}, "0 to 1"),
        ({"tags": [{"tag": "relief", "share": 1}, {"tag": "anger"}]}, "1 of its 2 tags have a sha"),
        ({"tags": [{"tag": "relief", "primary": True}, {"tag": "anger", "primary": True}]},
         "2 tags are primary; one may be"),
        ({"verdict": "neutral"}, 'verdict is "neutral", but it has tags. Expected the verdict'),
        ({"verdict": "unusable", "tags": [], "scores": [{"dimension": "valence", "value": 0}]},
         'verdict is "unusable", but it has scores'),
        ({"scores": [{"dimension": "valenz", "value": 0}]}, 'dimension "valenz". Did you mean "va'),
        ({"scores": [{"dimension": "arousal", "value": -0.5}]}, "arousal is -0.5; expected 0 to 1"),
        ({"scores": [{"dimension": "valence", "value": -1.5}]}, '"value" is -1.5; expected -1 to'),
        ({"scores": [{"dimension": "valence", "value": None}]}, 'have no "value"'),
        ({"shifts": [{"at_s": 9.0, "to_tag": "relief"}]}, r"at 9.0 s, outside .*\(0.0 s to 2.0 s"),
        ({"shifts": [{"at_s": 1.0, "to_tag": "relif"}]}, 'no tag "relif". Did you mean'),
        ({"tags": [{"tag": "other"}]}, 'the tag "other" and other_words belong together; write'),
        ({"other_words": "wry"}, 'belong together; add the tag "other"'),
        ({"retracted": True}, "takes a rating back without naming one; put its rating_id"),
        ({"note": "nul\x00"}, "holds a NUL character"),
    ],
)  # fmt: skip
def test_values_that_are_refused(rated, fields, sentence):
    refused(rated, InputError, sentence, **fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rater_id": "r99"}, '"r99". Add the rater first: store.add_rater'),
        ({"session_id": "s99"}, '"s99". Add the session first: store.add_session'),
        ({"assignment_id": "as9"}, '"as9". Add it to assignments first'),
        ({"supersedes": "ra9"}, 'it supersedes "ra9", which is not there'),
        ({"supersedes": "ra9", "retracted": True}, 'no rating "ra9" to take back'),
    ],
)
def test_names_that_are_not_there(rated, fields, sentence):
    refused(rated, StoreError, sentence, **fields)


def test_shares_in_thirds_and_percent(rated):
    tags = [
        {"tag": t, "share": s}
        for t, s in zip(("anger", "relief", "urgency"), (0.33, 0.33, 0.34), strict=True)
    ]
    rated.add_rating(payload(tags=tags))
    rated.add_rating(payload(tags=[t | {"share": 1 / 3} for t in tags]))
    rated.add_rating(payload(tags=[t | {"share": 0.333} for t in tags]))


# ---- counted once ----------------------------------------------------------------------


def test_the_same_rating_sent_twice_counts_once(rated):
    sent = payload(note="a", scores=[{"dimension": "valence", "value": 0.1}])
    before = rated.row_counts()["n_rows"].sum()
    assert rated.add_rating(sent) == rated.add_rating(dict(reversed(sent.items())))
    later = sent | {"created_at": NOW + timedelta(hours=1)}
    rated.add_rating(later)
    assert rated.row_counts()["n_rows"].sum() == before + 4
    assert rated.read("ratings")["created_at"].tolist() == [pd.Timestamp(NOW)]


@pytest.mark.parametrize(
    "change",
    [
        {"certainty": 0.5},
        {"tags": [{"tag": "relief"}]},
        {"tags": [{"tag": "frustration", "intensity": 1.0}]},
        {"tags": [{"tag": "frustration", "intensity": 2 / 3}, {"tag": "anger"}]},
        {"scores": [{"dimension": "valence", "value": 0.1}]},
        {"shifts": [{"at_s": 1.0}]},
        {"note": "b"},
        {"note": None},
    ],
)
def test_the_same_id_with_other_content_is_refused(rated, change):
    sent = payload(note="a")
    rated.add_rating(sent)
    with pytest.raises(StoreError, match="already, with .* A rating is never changed: send"):
        rated.add_rating(sent | change)
    assert len(rated.read("tags")) == 1


def test_threads_that_send_the_same_rating(rated):
    sent = payload(note="a", tags=[{"tag": "anger"}, {"tag": "relief"}])
    outcomes = in_threads(8, lambda i: rated.add_rating(sent))
    assert outcomes == [sent["rating_id"]] * 8
    counts = rated.row_counts().set_index("table")["n_rows"]
    assert counts[["ratings", "tags", "notes"]].tolist() == [1, 2, 1]


def test_threads_that_send_different_contents_under_one_id(rated):
    rating_id = uuid7()
    outcomes = in_threads(
        6, lambda i: rated.add_rating(payload(rating_id=rating_id, certainty=i / 10))
    )
    assert sum(outcome == rating_id for outcome in outcomes) == 1
    assert sum("is never changed" in str(outcome) for outcome in outcomes) == 5
    assert len(rated.read("ratings")) == 1


def test_threads_that_supersede_the_same_rating(rated):
    first = rated.add_rating(payload())
    outcomes = in_threads(6, lambda i: rated.add_rating(payload(supersedes=first)))
    assert sum(isinstance(outcome, StoreError) for outcome in outcomes) == 5
    assert all("supersedes already" in str(o) for o in outcomes if isinstance(o, StoreError))
    assert len(current(rated)) == 1


def test_many_threads_rate_at_the_same_time(rated):
    outcomes = in_threads(8, lambda i: [rated.add_rating(payload(j % 2)) for j in range(5)])
    assert [o for o in outcomes if isinstance(o, Exception)] == []
    assert len(current(rated)) == 40


def in_threads(n, act):
    """Run an act in n threads that start together; give what each returned or raised."""
    outcomes, start = [None] * n, threading.Barrier(n)

    def run(i):
        start.wait()
        try:
            outcomes[i] = act(i)
        except Exception as error:  # noqa: BLE001
            outcomes[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# ---- superseding and taking back -------------------------------------------------------


def test_a_change_is_a_new_rating(rated):
    first = rated.add_rating(payload())
    second = rated.add_rating(payload(supersedes=first, tags=[{"tag": "relief"}]))
    ratings, tags, _ = rated.current_ratings()
    assert ratings["rating_id"].tolist() == [second]
    assert tags["tag"].tolist() == ["relief"]
    assert len(rated.read("ratings")) == 2


def test_taking_back_and_rating_again(rated):
    first = rated.add_rating(payload())
    taken = rated.retract_rating(first)
    assert current(rated) == []
    row = rated.read("ratings", rating_id=taken).iloc[0]
    assert (row["utterance_id"], row["pass"], row["retracted"]) == (unit(), "voice", True)
    again = rated.add_rating(payload(supersedes=taken))
    assert current(rated) == [again]


def test_taking_back_twice_is_refused(rated):
    first = rated.add_rating(payload())
    rated.retract_rating(first)
    with pytest.raises(StoreError, match="supersedes already. Supersede .* instead"):
        rated.retract_rating(first)


def test_the_same_retraction_sent_twice_counts_once(rated):
    first = rated.add_rating(payload())
    back = {"rating_id": uuid7(), "supersedes": first, "retracted": True}
    assert rated.add_rating(back) == rated.add_rating(back)
    assert len(rated.read("ratings")) == 2


def test_a_retraction_with_tags_is_refused(rated):
    first = rated.add_rating(payload())
    refused(rated, InputError, "takes a rating back and has tags", supersedes=first, retracted=True)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"number": 2}, "is of another utterance"),
        ({"rater_id": "r02"}, r"is by another rater \(r01, not r02\)"),
        ({"pass": "both"}, r"was made in another pass \(voice, not both\)"),
        ({"version": "2"}, "was made with another version of the taxonomy"),
    ],
)
def test_a_rating_replaces_only_its_own_kind(rated, fields, why):
    rated.add_taxonomy_version(version_two())
    first = rated.add_rating(payload())
    refused(rated, StoreError, f"which {why}.* leave supersedes empty", supersedes=first, **fields)


def test_a_rating_that_is_superseded_cannot_be_superseded_again(rated):
    first = rated.add_rating(payload())
    second = rated.add_rating(payload(supersedes=first))
    refused(rated, StoreError, f"which {second} supersedes already", supersedes=first)


def test_a_rating_does_not_supersede_itself(rated):
    same = uuid7()
    refused(rated, InputError, "it supersedes itself", rating_id=same, supersedes=same)


def test_what_stood_at_an_earlier_moment(rated):
    def at(hours):
        return NOW + timedelta(hours=hours)

    first = rated.add_rating(payload(created_at=at(0)))
    second = rated.add_rating(payload(created_at=at(1), supersedes=first, note="n"))
    third = rated.add_rating(payload(1, created_at=at(2)))
    taken = {"supersedes": second, "retracted": True, "created_at": at(3)}
    rated.add_rating(taken)
    assert [current(rated, as_of=at(h)) for h in (-1, 0, 0.5, 1, 2.5, 3)] == [
        [], [first], [first], [second], [second, third], [third],
    ]  # fmt: skip
    assert current(rated) == [third]
    assert current(rated, as_of=at(2.5).isoformat()) == [second, third]
    assert current(rated, as_of=at(2.5).replace(tzinfo=None)) == [second, third]
    assert len(rated.read("ratings", as_of=at(1))) == 2
    assert len(rated.read("tags", as_of=at(0.5))) == 1
    assert len(rated.current_ratings(as_of=at(0.5))[1]) == 1


def test_choosing_current_ratings(rated):
    rated.add_call(call_tables("c2"))
    rated.add_segmentation(*cut("c2"))
    ids = [
        rated.add_rating(payload()),
        rated.add_rating(payload(1, "r02", **{"pass": "both"})),
        rated.add_rating(payload(utterance_id=unit(0, "c2"))),
    ]
    assert current(rated, rater_id="r02") == [ids[1]]
    assert current(rated, pass_="voice") == [ids[0], ids[2]]
    assert current(rated, call_id="c2") == [ids[2]]
    assert current(rated, call_id=["c1", "c2"], rater_id="r01") == [ids[0], ids[2]]
    many = [f"x{i}" for i in range(2000)] + [ids[1]]
    ratings, tags, _ = rated.current_ratings(rating_id=many)
    assert ratings["rating_id"].tolist() == tags["rating_id"].tolist() == [ids[1]]
    with pytest.raises(InputError, match='no column "rater". Did you mean "rater_id"'):
        rated.current_ratings(rater="r01")


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["rate", "supersede", "retract"]),
        st.integers(0, 30),
        st.integers(0, 3),
        st.sampled_from(["r01", "r02"]),
        st.integers(0, 5),
    ),
    max_size=10,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS, ask=st.integers(-1, 15))
def test_current_ratings_are_those_of_a_simple_model(rated, acts, ask):
    began = len(rated.read("ratings"))
    rows, log = {}, []
    for step, (act, target, number, rater, level) in enumerate(acts):
        moment = NOW + timedelta(minutes=began, seconds=step)
        if act == "rate":
            sent = payload(number, rater, created_at=moment, certainty=level / 5)
        elif not log:
            continue
        else:
            old = rows[log[target % len(log)]]
            sent = payload(old["number"], old["rater"], created_at=moment)
            sent["supersedes"] = old["id"]
            if act == "retract":
                sent = {k: sent[k] for k in ("rating_id", "supersedes", "created_at")}
                sent["retracted"] = True
            number, rater = old["number"], old["rater"]
            if any(row["supersedes"] == old["id"] for row in rows.values()):
                with pytest.raises(StoreError, match="supersedes already"):
                    rated.add_rating(sent)
                continue
        rated.add_rating(sent)
        log.append(sent["rating_id"])
        rows[sent["rating_id"]] = {
            "id": sent["rating_id"],
            "number": number,
            "rater": rater,
            "at": moment,
            "supersedes": sent.get("supersedes"),
            "retracted": sent.get("retracted", False),
        }
    for moment in (None, NOW + timedelta(minutes=began, seconds=ask)):
        seen = [row for row in rows.values() if moment is None or row["at"] <= moment]
        gone = {row["supersedes"] for row in seen}
        wanted = {row["id"] for row in seen if not row["retracted"] and row["id"] not in gone}
        found = {i for i in current(rated, as_of=moment) if i in rows}
        assert found == wanted


# ---- many ratings ----------------------------------------------------------------------


def many(n, number=0):
    ids = [f"{uuid7()}" for _ in range(n)]
    ratings = pd.DataFrame(
        {
            "rating_id": ids,
            "utterance_id": [unit(i % 2) for i in range(2)] * (n // 2),
            "rater_id": ["r01", "r02"] * (n // 2),
            "taxonomy": "cx",
            "version": "1",
            "pass": "voice",
            "verdict": "tagged",
            "created_at": NOW,
        }
    )
    tags = pd.DataFrame({"rating_id": ids, "tag": ["anger", "warm"] * (n // 2), "intensity": 1.0})
    scores = pd.DataFrame({"rating_id": ids, "dimension": "valence", "value": -0.25})
    return ratings, tags, scores


def test_many_ratings_at_once(rated):
    ratings, tags, scores = many(2000)
    notes = pd.DataFrame({"rating_id": ratings["rating_id"].head(3), "text": "hm"})
    assert rated.add_ratings(ratings, tags, scores, notes=notes) == 2000
    assert rated.add_ratings(ratings, tags, scores, notes=notes) == 0
    more = [pd.concat(pair) for pair in zip((ratings, tags, scores), many(2), strict=True)]
    assert rated.add_ratings(*more, notes=notes) == 2
    found = rated.current_ratings()
    assert [len(table) for table in found] == [2002, 2002, 2002]
    assert sorted(rated.read("notes")["rater_id"]) == ["r01", "r01", "r02"]


def test_one_bad_row_among_many_and_nothing_is_written(rated):
    ratings, tags, scores = many(1000)
    tags.loc[501, "tag"] = "wram"
    with pytest.raises(InputError, match=f'Rating {ratings["rating_id"][501]}: .*no tag "wram"'):
        rated.add_ratings(ratings, tags, scores)
    scores.loc[[3, 4], "value"] = 2.0
    with pytest.raises(InputError, match='"value" is 2.0; .* 2 rows are like this. Nothing was'):
        rated.add_ratings(ratings, tags, scores)
    ratings.loc[700, "rater_id"] = "nobody"
    with pytest.raises(StoreError, match='"nobody". Add the rater first'):
        rated.add_ratings(ratings, many(0)[1], scores.assign(value=0.0))
    assert rated.row_counts().set_index("table")["n_rows"][["ratings", "tags"]].sum() == 0


def test_parts_of_no_rating_are_refused(rated):
    ratings, tags, _ = many(2)
    tags.loc[0, "rating_id"] = "stray"
    with pytest.raises(InputError, match='1 rows of tags belong to no rating .* "stray"'):
        rated.add_ratings(ratings, tags)


def test_chains_within_one_import(rated):
    ratings, tags, _ = many(2)
    ratings["rater_id"], ratings["utterance_id"] = "r01", unit()
    tags["tag"] = "anger"
    first, second = ratings["rating_id"]
    ratings["supersedes"] = [second, None]
    assert rated.add_ratings(ratings, tags) == 2
    assert current(rated) == [first]


def test_circles_within_one_import(rated):
    ratings, tags, _ = many(2)
    ratings["rater_id"], ratings["utterance_id"] = "r01", unit()
    tags["tag"] = "anger"
    ratings["supersedes"] = ratings["rating_id"].tolist()[::-1]
    with pytest.raises(InputError, match="supersede each other in a circle"):
        rated.add_ratings(ratings, tags)


def test_two_of_one_import_cannot_supersede_the_same(rated):
    old = rated.add_rating(payload())
    ratings, tags, _ = many(2)
    ratings["rater_id"], ratings["utterance_id"], ratings["supersedes"] = "r01", unit(), old
    tags["tag"] = "anger"
    with pytest.raises(StoreError, match="supersedes already"):
        rated.add_ratings(ratings, tags)


# ---- raters, sessions, notes, taxonomies -----------------------------------------------


def test_raters_count_once_and_can_be_changed(store):
    store.add_rater("r01", name="Ann", kind="human")
    store.add_rater("r01")
    store.add_rater("r01", name="Ann", role="rater")
    with pytest.raises(StoreError, match='another name: "Ann" is stored, "Eve" came. Change it'):
        store.add_rater("r01", name="Eve")
    with pytest.raises(StoreError, match="another culture: nothing is stored"):
        store.add_rater("r01", culture="AT")
    store.change_rater("r01", culture="AT", active=False)
    row = store.read("raters").iloc[0]
    assert (row["name"], row["culture"], row["active"]) == ("Ann", "AT", False)
    with pytest.raises(InputError, match='The detail "kind" of a rater cannot be changed'):
        store.change_rater("r01", kind="model")
    with pytest.raises(InputError, match='"role" is "boss".* Expected rater, lead or analyst'):
        store.change_rater("r01", role="boss")
    with pytest.raises(StoreError, match='no rater "r09"; store.add_rater adds one'):
        store.change_rater("r09", name="x")
    with pytest.raises(InputError, match='"kind" is "robot"'):
        store.add_rater("r02", kind="robot")


def test_threads_that_add_the_same_rater(store):
    assert in_threads(6, lambda i: store.add_rater("r01")) == ["r01"] * 6
    assert len(store.read("raters")) == 1


def test_sessions_count_once(rated):
    session = rated.add_session("r01", order_mode="random")
    assert rated.add_session("r01", session_id=session, order_mode="random") == session
    with pytest.raises(StoreError, match='another "rater_id": "r01" is stored, "r02" came'):
        rated.add_session("r02", session_id=session, order_mode="random")
    with pytest.raises(StoreError, match='"r99". Add the rater first'):
        rated.add_session("r99")
    assert len(rated.read("sessions", as_of=NOW + timedelta(days=9999))) == 1
    assert rated.read("sessions", as_of=NOW - timedelta(days=9999)).empty


def test_a_rating_in_the_session_of_another_rater_is_refused(rated):
    session = rated.add_session("r02")
    refused(rated, InputError, "its session .* belongs to rater r02, not r01", session_id=session)


def test_notes_on_calls_and_ratings(rated):
    rating = rated.add_rating(payload())
    note = rated.add_note("long silence", call_id="c1", rater_id="r01")
    assert rated.add_note("long silence", call_id="c1", rater_id="r01", note_id=note) == note
    rated.add_note("again", rating_id=rating)
    assert sorted(rated.read("notes")["text"]) == ["again", "long silence"]
    with pytest.raises(InputError, match="about a rating or a call; give rating_id or call_id"):
        rated.add_note("x")
    with pytest.raises(InputError, match="The note has no words"):
        rated.add_note("  ", call_id="c1")
    with pytest.raises(StoreError, match='"c9". Register the call first'):
        rated.add_note("x", call_id="c9")


def version_two():
    definition = default_taxonomy().definition | {"version": "2"}
    return taxonomy_from_definition(definition)


def test_a_version_of_a_taxonomy_is_frozen_once_a_rating_names_it(rated):
    cx = default_taxonomy()
    changed = taxonomy_from_definition(dict(cx.definition) | {"tags": cx.definition["tags"][:-1]})
    rated.add_taxonomy_version(changed)
    assert rated.frozen_taxonomy("cx", "1") == changed
    rated.add_taxonomy_version(cx)
    assert rated.frozen_taxonomy("cx", "1") == cx
    rated.add_rating(payload())
    rated.add_taxonomy_version(cx)
    with pytest.raises(StoreError, match=r'frozen: 1 ratings were .* \(version: "2"\), or put'):
        rated.add_taxonomy_version(changed)
    assert rated.frozen_taxonomy("cx", "1") == cx


def test_versions_of_a_taxonomy_know_their_parents(store):
    store.add_taxonomy_version(default_taxonomy())
    store.add_taxonomy_version(version_two(), changes="nothing much")
    rows = store.read("taxonomies").set_index("version")
    assert rows["parent_version"].isna().tolist() == [True, False]
    assert rows.loc["2", "parent_version"] == "1"
    assert rows.loc["2", "changes"] == "nothing much"
    with pytest.raises(StoreError, match="no taxonomy cx of version 3. It has: cx 1, cx 2"):
        store.frozen_taxonomy("cx", "3")


def test_a_rating_is_held_against_the_text_that_is_stored_now(rated):
    cx = default_taxonomy()
    without = [tag for tag in cx.definition["tags"] if tag["tag"] != "frustration"]
    rated.add_taxonomy_version(taxonomy_from_definition(dict(cx.definition) | {"tags": without}))
    refused(rated, InputError, 'version 1, has no tag "frustration"')


def test_tags_are_those_of_the_version_that_a_rating_names(rated):
    small = {
        "taxonomy": "cx",
        "version": "2",
        "tags": [{"tag": "fed_up", "definition": "Has had enough."}],
    }
    rated.add_taxonomy_version(taxonomy_from_definition(small))
    rated.add_rating(payload(version="2", tags=[{"tag": "fed_up"}]))
    refused(rated, InputError, 'version 1, has no tag "fed_up"', tags=[{"tag": "fed_up"}])
    refused(rated, InputError, 'version 2, has no tag "anger".* It has: fed_up', version="2",
            tags=[{"tag": "anger"}])  # fmt: skip
    score = [{"dimension": "valence", "value": 0}]
    refused(rated, InputError, "has no dimension .* It has: none", version="2",
            tags=[{"tag": "fed_up"}], scores=score)  # fmt: skip


# ---- still there -----------------------------------------------------------------------


RATER = """
    import sys, time
    from tests.stores import payload
    from workbench.store import open_store
    store = open_store(sys.argv[1])
    while True:
        print("saved", store.add_rating(payload(note="n")), flush=True)
"""


def test_a_rating_that_was_saved_survives_a_killed_process(rated, store_url):
    rated.close()
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RATER), store_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as child:
        saved = [child.stdout.readline().split() for _ in range(3)]
        os.kill(child.pid, signal.SIGKILL)
        saved += [line.split() for line in child.stdout.read().splitlines()]
    assert child.returncode == -signal.SIGKILL
    ids = {words[1] for words in saved if len(words) == 2 and len(words[1]) == 36}
    assert len(ids) >= 3
    with open_store(store_url) as store:
        ratings, tags, _ = store.current_ratings()
        assert ids <= set(ratings["rating_id"])
        assert set(ratings["rating_id"]) == set(tags["rating_id"])
        assert len(store.read("notes")) == len(ratings)
        assert store.problems() == []


def test_saving_is_quick_enough_to_feel_immediate(rated):
    for _ in range(3):
        rated.add_rating(payload())
    times = []
    for _ in range(9):
        sent, began = payload(note="n"), time.process_time()
        rated.add_rating(sent)
        times.append(time.process_time() - began)
    assert sorted(times)[4] < 0.15
