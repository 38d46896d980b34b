"""Calls, segmentations, roles, words, events and outcomes in the store."""

from __future__ import annotations

import threading

import pandas as pd
import pytest

from tests.stores import NOW, call_tables, cut
from workbench.errors import InputError, StoreError
from workbench.store import open_store


def n_rows(store, *tables):
    return store.row_counts().set_index("table")["n_rows"][list(tables)].tolist()


# ---- calls -----------------------------------------------------------------------------


def test_a_call_goes_in_whole(store):
    assert store.add_call(call_tables()) == 1
    assert n_rows(store, "calls", "recordings", "channels", "agents", "customers") == [
        1,
        1,
        2,
        1,
        1,
    ]


def test_many_calls_go_in_together(store):
    calls = pd.concat([call_tables(c)["calls"] for c in ("c1", "c2", "c3")])
    outcomes = pd.concat([outcome("c1", nps=3), outcome("c3", nps=9)])
    assert store.add_calls({"calls": calls, "outcomes": outcomes}) == 3
    assert store.add_calls({"calls": calls}) == 0
    with pytest.raises(InputError, match="No row of the table calls came; expected one a call"):
        store.add_calls({"outcomes": outcomes})


def test_the_same_call_again_changes_nothing(store):
    store.add_call(call_tables())
    assert store.add_call(call_tables()) == 0
    assert n_rows(store, "calls", "recordings", "channels") == [1, 1, 2]


def test_the_same_id_with_other_content_is_refused_whole(store):
    store.add_call(call_tables())
    other = call_tables(team="south") | {"agents": pd.DataFrame({"agent_id": ["a9"]})}
    with pytest.raises(StoreError, match='call_id c1 already, with another "team".*another call'):
        store.add_call(other)
    assert store.read("agents")["agent_id"].tolist() == ["a1"]


def test_the_same_audio_in_two_calls_is_refused_whole(store):
    store.add_call(call_tables())
    again = call_tables("c2")
    again["recordings"]["recording_id"] = "rec_c1"
    again["channels"]["recording_id"] = "rec_c1"
    with pytest.raises(StoreError, match='recording_id rec_c1 already, with another "call_id"'):
        store.add_call(again)
    assert store.read("calls")["call_id"].tolist() == ["c1"]


def test_a_call_without_audio(store):
    tables = {"calls": call_tables()["calls"], "outcomes": outcome(escalated=True)}
    store.add_call(tables)
    assert store.read("outcomes")["escalated"].tolist() == [True]


def test_a_call_with_a_broken_row_leaves_nothing(store):
    tables = call_tables()
    tables["channels"]["recording_id"] = ["rec_c1", "rec_none"]
    with pytest.raises(StoreError, match='1 recording_id of channels is not in .*"rec_none"'):
        store.add_call(tables)
    assert store.row_counts()["n_rows"].sum() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"calls": pd.DataFrame()}, "came with 0 rows of the table calls; expected one"),
        ({"chanels": pd.DataFrame()}, '"chanels" does not belong here. Did you mean "channels"'),
        ({"quality": pd.DataFrame()}, '"quality" does not belong here'),
        ({"events": pd.DataFrame([dict(call_id="c2", channel=0, start_s=0.0, kind="hold",
          source="manifest")])}, "Rows of events belong to the call c2, which did not come"),
        ({"events": pd.DataFrame([dict(call_id="c1", channel=0, start_s=0.0, kind="holt",
          source="manifest")])}, '"kind" is "holt". Did you mean "hold"'),
    ],
)  # fmt: skip
def test_calls_that_are_refused(store, change, sentence):
    with pytest.raises(InputError, match=sentence):
        store.add_call(call_tables() | change)
    assert store.row_counts()["n_rows"].sum() == 0


def test_what_becomes_known_of_agents_and_customers_is_filled_in(store):
    store.add_call(call_tables())
    later = call_tables("c2")
    later["customers"] = pd.DataFrame({"customer_id": ["k1"], "churned_at": [NOW]})
    later["agents"] = pd.DataFrame({"agent_id": ["a1"], "team": ["south"]})
    store.add_call(later)
    customer = store.read("customers").iloc[0]
    assert (customer["languages"], customer["churned_at"]) == ("de en", pd.Timestamp(NOW))
    assert store.read("agents")["team"].tolist() == ["south"]


# ---- rows ------------------------------------------------------------------------------


def test_rows_count_once(store):
    rows = pd.DataFrame({"call_id": ["a", "b"]})
    assert store.add_rows("calls", rows) == 2
    assert store.add_rows("calls", pd.DataFrame({"call_id": ["b", "c"]})) == 1
    assert store.add_rows("calls", rows.head(0)) == 0


def test_raters_that_are_there_are_left_as_they_are(store):
    store.add_rater("r01", name="Ann", culture="AT")
    new = pd.DataFrame(
        {"rater_id": ["r01", "r02"], "role": "rater", "kind": "human", "active": True}
    )
    assert store.add_rows("raters", new) == 1
    assert store.read("raters", rater_id="r01")["name"].tolist() == ["Ann"]


@pytest.mark.parametrize(
    ("table", "way"),
    [("ratings", "add_ratings"), ("tags", "add_ratings"), ("utterances", "add_segmentation"),
     ("taxonomies", "add_taxonomy_version"), ("notes", "add_note")],
)  # fmt: skip
def test_tables_with_a_way_of_their_own(store, table, way):
    with pytest.raises(InputError, match=f"Rows of {table} are added with store.{way}"):
        store.add_rows(table, pd.DataFrame())


def test_rows_of_a_derived_table_are_refused(store):
    with pytest.raises(InputError, match='"cues" is computed from others and not stored'):
        store.add_rows("cues", pd.DataFrame())


def test_rows_that_name_what_is_not_there(store):
    rows = pd.DataFrame({"call_id": ["x", "y"], "item": "greeting", "score": 1.0, "maximum": 2.0})
    with pytest.raises(StoreError, match="2 call_id of qa_items are not in .*Register the call"):
        store.add_rows("qa_items", rows)


# ---- outcomes --------------------------------------------------------------------------


def outcome(call_id="c1", **columns):
    return pd.DataFrame([{"call_id": call_id, **columns}])


def test_outcomes_become_known_later(store):
    store.add_call(call_tables())
    store.add_outcomes(outcome(escalated=True, escalated_at_s=40.0))
    store.add_outcomes(outcome(qa_score=81.5, attributes={"form": "B"}))
    store.add_outcomes(outcome(escalated=False))
    row = store.read("outcomes").iloc[0]
    assert (row["escalated"], row["escalated_at_s"], row["qa_score"]) == (False, 40.0, 81.5)
    assert row["attributes"] == {"form": "B"}


def test_outcomes_with_items_and_customers(store):
    store.add_call(call_tables())
    items = pd.DataFrame([{"call_id": "c1", "item": "greeting", "score": 1.0, "maximum": 2.0}])
    churn = pd.DataFrame({"customer_id": ["k1"], "observed_until": [NOW]})
    tables = call_tables() | {"outcomes": outcome(nps=9), "qa_items": items, "customers": churn}
    assert store.add_outcomes(tables) == 4
    assert n_rows(store, "calls", "outcomes", "qa_items", "customers") == [1, 1, 1, 1]
    assert store.read("customers")["languages"].tolist() == ["de en"]


@pytest.mark.parametrize(
    ("columns", "error", "sentence"),
    [
        ({"nps": 11}, InputError, 'In outcomes, call_id c1: "nps" is 11; expected 0 to 10'),
        ({"qa_score": 101.0}, InputError, '"qa_score" is 101.0; expected 0 to 100'),
        ({"call_id": "c9"}, StoreError, '"c9". Register the call first'),
    ],
)
def test_outcomes_that_are_refused(store, columns, error, sentence):
    store.add_call(call_tables())
    with pytest.raises(error, match=sentence):
        store.add_outcomes(outcome(**columns))
    assert store.read("outcomes").empty


# ---- words and events ------------------------------------------------------------------


def words(call_id="c1", source="webvtt", text="hello there"):
    return pd.DataFrame(
        [
            {"call_id": call_id, "channel": 0, "start_s": float(i), "end_s": i + 0.5,
             "source": source, "text": word, "kind": "word"}
            for i, word in enumerate(text.split())
        ]
    )  # fmt: skip


def test_words_of_a_transcript_belong_together(store):
    for call in ("c1", "c2"):
        store.add_call(call_tables(call))
    both = pd.concat([words(), words("c2"), words(source="csv")])
    assert store.add_words(both) == 6
    assert store.add_words(both) == 0
    with pytest.raises(StoreError, match=r"transcript from webvtt already \(2 words stored, 3"):
        store.add_words(words(text="well hello there"))
    assert store.add_words(words(text="well hello there"), replace=True) == 3
    now = store.read("words", call_id="c1", source="webvtt")
    assert now["text"].tolist() == ["well", "hello", "there"]
    assert len(store.read("words")) == 7
    assert store.add_words(words(text="well hello there"), replace=True) == 0


def test_a_shorter_transcript_is_another_one(store):
    store.add_call(call_tables())
    store.add_words(words())
    with pytest.raises(StoreError, match="2 words stored, 1 came"):
        store.add_words(words(text="hello"))


def test_no_words(store):
    assert store.add_words(words().head(0)) == 0


def test_words_of_an_unknown_call(store):
    with pytest.raises(StoreError, match='"c1". Register the call first'):
        store.add_words(words())


def test_words_that_end_before_they_start(store):
    store.add_call(call_tables())
    with pytest.raises(InputError, match="starts at 1.0 s and ends at 0.5 s; the end must"):
        store.add_words(words().assign(end_s=0.5))


def test_events_count_once(store):
    store.add_call(call_tables())
    event = pd.DataFrame(
        [{"call_id": "c1", "channel": -1, "start_s": 3.0, "kind": "hold", "source": "manifest"}]
    )
    assert store.add_events(event) == 1
    assert store.add_events(event) == 0
    with pytest.raises(StoreError, match='another "end_s": nothing is stored, 9.0 came'):
        store.add_events(event.assign(end_s=9.0))


# ---- segmentations ---------------------------------------------------------------------


def in_use(store):
    rows = store.read("segmentations", in_use=True)
    return sorted(zip(rows["unit"], rows["method"], strict=True))


def test_one_segmentation_is_in_use_a_call_and_unit(store):
    store.add_call(call_tables())
    assert store.add_segmentation(*cut()) == 1
    store.add_segmentation(*cut(unit="turn"))
    store.add_segmentation(*cut(method="elan", n=3))
    assert in_use(store) == [("turn", "voice_activity"), ("utterance", "elan")]
    store.add_segmentation(*cut(method="rttm"), in_use=False)
    assert in_use(store) == [("turn", "voice_activity"), ("utterance", "elan")]
    store.set_in_use(cut()[0]["segmentation_id"].iloc[0])
    assert in_use(store) == [("turn", "voice_activity"), ("utterance", "voice_activity")]
    assert n_rows(store, "segmentations", "utterances") == [4, 15]


def test_segmenting_again_changes_nothing(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut())
    store.add_segmentation(*cut(method="elan"))
    assert store.add_segmentation(*cut()) == 0
    assert in_use(store) == [("utterance", "elan")]


def test_the_first_is_always_in_use(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut(), in_use=False)
    assert in_use(store) == [("utterance", "voice_activity")]


def test_many_calls_at_once(store):
    parts = []
    for i in range(5):
        store.add_call(call_tables(f"c{i}"))
        parts += [cut(f"c{i}"), cut(f"c{i}", unit="turn")]
    cuts, units = (pd.concat(part) for part in zip(*parts, strict=True))
    assert store.add_segmentation(cuts, units) == 10
    assert len(in_use(store)) == 10


def test_the_same_id_with_other_utterances_is_refused(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut(n=3))
    with pytest.raises(StoreError, match=r"other utterances \(3 stored, 4 came\). Cut with other"):
        store.add_segmentation(*cut(n=4))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"call_id": "c2"}, "does not belong to the segmentation .* of call c1"),
        ({"unit": "turn"}, r"\(turn of call c1\) does not belong .*\(utterance of call c1\)"),
        ({"segmentation_id": "seg_x"}, "the segmentation seg_x, which did not come with it"),
        ({"end_s": 0.0}, "starts at 0.0 s and ends at 0.0 s; the end must come after"),
        ({"role": "custmer"}, '"role" is "custmer". Did you mean "customer"'),
        ({"start_s": -1.0}, '"start_s" is -1.0; expected 0 or more'),
    ],
)
def test_utterances_that_are_refused(store, change, sentence):
    store.add_call(call_tables())
    cuts, units = cut(n=2)
    with pytest.raises(InputError, match=sentence):
        store.add_segmentation(cuts, units.assign(**change))
    assert n_rows(store, "segmentations", "utterances") == [0, 0]


def test_two_for_the_same_unit_cannot_both_be_in_use(store):
    store.add_call(call_tables())
    both = [pd.concat(part) for part in zip(cut(), cut(method="elan"), strict=True)]
    with pytest.raises(InputError, match="several segmentations for the unit utterance; one may"):
        store.add_segmentation(*both)
    store.add_segmentation(*both, in_use=False)
    assert in_use(store) == [("utterance", "voice_activity")]


def test_a_segmentation_that_is_not_there(store):
    with pytest.raises(StoreError, match='no segmentation "seg_x"'):
        store.set_in_use("seg_x")


def test_a_segmentation_of_an_unknown_call(store):
    with pytest.raises(StoreError, match='"c1". Register the call first'):
        store.add_segmentation(*cut())


def test_threads_never_leave_two_in_use(store, store_url):
    store.add_call(call_tables())
    methods = [f"m{i}" for i in range(6)]
    errors = []

    def add(method):
        try:
            with open_store(store_url, wait_s=20) as own:
                own.add_segmentation(*cut(method=method))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(m,)) for m in methods]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(in_use(store)) == 1
    assert n_rows(store, "segmentations") == [6]


# ---- roles -----------------------------------------------------------------------------


def roles(*rows):
    return pd.DataFrame(rows, columns=["call_id", "channel", "role"])


def test_confirmed_roles_reach_the_utterances(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut(roles=["unknown"] * 4))
    store.add_segmentation(*cut(unit="turn", roles=["unknown"] * 4))
    assert store.set_roles(roles(("c1", 0, "customer"), ("c1", 1, "agent"))) == 2
    channels = store.read("channels")
    assert channels["role"].tolist() == ["customer", "agent"]
    assert channels["speaker_id"].tolist() == ["k1", "a1"]
    for unit in ("utterance", "turn"):
        rows = store.read("utterances", unit=unit)
        assert rows["role"].tolist() == ["customer", "agent"] * 2
        assert rows["speaker_id"].tolist() == ["k1", "a1"] * 2
    assert store.set_roles(roles(("c1", 0, "customer"))) == 0


def test_roles_that_were_wrong_can_be_swapped(store):
    store.add_call(call_tables())
    store.set_roles(roles(("c1", 0, "agent"), ("c1", 1, "customer")))
    store.add_segmentation(*cut(roles=["agent", "customer"] * 2))
    store.set_roles(roles(("c1", 0, "customer"), ("c1", 1, "agent")))
    assert store.read("utterances")["role"].tolist() == ["customer", "agent"] * 2
    assert store.read("channels")["speaker_id"].tolist() == ["k1", "a1"]


def test_an_utterance_with_a_role_of_its_own_keeps_it(store):
    store.add_call(call_tables())
    store.add_segmentation(*cut(method="rttm", roles=["agent", "other", "unknown", "customer"]))
    store.set_roles(roles(("c1", 0, "customer"), ("c1", 1, "agent")))
    found = store.read("utterances")["role"].tolist()
    assert found == ["agent", "other", "customer", "customer"]


def test_a_named_speaker_and_a_third_party(store):
    store.add_call(call_tables())
    named = roles(("c1", 0, "customer")).assign(speaker_id="k1-wife")
    store.set_roles(named)
    store.set_roles(roles(("c1", 1, "other")))
    assert store.read("channels")["speaker_id"].tolist() == ["k1-wife", "c1/1"]
    store.set_roles(roles(("c1", 0, "customer")))
    assert store.read("channels")["speaker_id"].iloc[0] == "k1-wife"


@pytest.mark.parametrize(
    ("rows", "error", "sentence"),
    [
        (roles(("c1", 0, "costumer")), InputError, 'no role "costumer". Did you mean "customer"'),
        (roles(("c1", 7, "agent")), StoreError, "Call c1 has no channel 7"),
        (roles(("c9", 0, "agent")), StoreError, "Call c9 has no channel 0"),
        (roles(("c1", 0, "agent"), ("c1", 0, "other")), InputError, "Channel 0 of call c1 came tw"),
        (roles(("c1", 0, None)), InputError, 'Every row of roles needs a "role"'),
        (roles().assign(chanel=1), InputError, '"chanel". Did you mean "channel"'),
    ],
)
def test_roles_that_are_refused(store, rows, error, sentence):
    store.add_call(call_tables())
    with pytest.raises(error, match=sentence):
        store.set_roles(rows)


def test_roles_are_set_all_or_none(store):
    store.add_call(call_tables())
    with pytest.raises(StoreError, match="Nothing was written"):
        store.set_roles(roles(("c1", 0, "customer"), ("c1", 7, "agent")))
    assert store.read("channels")["role"].tolist() == ["unknown", "unknown"]
