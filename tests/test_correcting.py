"""Corrected bounds: the stage, the store, the front door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import soundfile

import workbench as wb
from tests.stores import payload, unit
from workbench.errors import InputError, StoreError
from workbench.identifiers import uuid7
from workbench.utterances import corrected
from workbench.utterances.rows import make_segmented


def rows():
    """Customer 1 to 4 s and 5 to 6 s and 8 to 9 s, agent 2 to 3 s."""
    places = [(0, 1.0, 4.0), (1, 2.0, 3.0), (0, 5.0, 6.0), (0, 8.0, 9.0)]
    made = [
        {
            "owner": "rec_1",
            "channel": channel,
            "role": "agent" if channel else "customer",
            "speaker_id": f"s{channel}",
            "agent_id": None,
            "start_s": start_s,
            "end_s": end_s,
            "turn": turn,
        }
        for turn, (channel, start_s, end_s) in enumerate(places)
    ]
    return make_segmented(
        made, call_id="7", unit="utterance", method="by_hand", settings={}
    ).utterances


def id_at(table, start_s):
    return table.loc[table["start_s"] == start_s, "utterance_id"].item()


def test_a_split_keeps_who_speaks_and_leaves_no_gap():
    table = rows()
    parts = corrected(table, "split", id_at(table, 1.0), owner="rec_1", at_s=2.3456)
    assert parts[["start_s", "end_s"]].to_numpy().tolist() == [[1.0, 2.346], [2.346, 4.0]]
    assert set(parts["role"]) == {"customer"}
    assert parts["utterance_id"].is_unique
    assert set(parts["segmentation_id"]) == set(table["segmentation_id"])


def test_neighbours_merge_over_the_other_channel():
    table = rows()
    one = corrected(table, "merge", id_at(table, 5.0), owner="rec_1", with_id=id_at(table, 1.0))
    assert one[["start_s", "end_s", "channel"]].to_numpy().tolist() == [[1.0, 6.0, 0]]


def test_a_moved_utterance_keeps_what_is_not_given():
    table = rows()
    one = corrected(table, "moved", id_at(table, 5.0), owner="rec_1", end_s=6.5)
    assert one[["start_s", "end_s"]].to_numpy().tolist() == [[5.0, 6.5]]
    again = corrected(
        pd.concat([table[table["start_s"] != 5.0], one]),
        "moved",
        one["utterance_id"].item(),
        owner="rec_1",
        end_s=6.0,
    )
    assert again["utterance_id"].item() == id_at(table, 5.0)


@pytest.mark.parametrize(
    ("kind", "at", "where", "sentence"),
    [
        ("cut", 1.0, {}, "expected one of moved, split, merge"),
        ("split", 1.0, {"at_s": 4.5}, "between 1.00 and 4.00 s"),
        ("split", 1.0, {}, "A split at None s came"),
        ("split", 1.0, {"at_s": 1.05}, "shorter than 0.1 s"),
        ("moved", 1.0, {"end_s": 5.5}, "reaches into the utterance from 5.00 to 6.00 s"),
        ("moved", 8.0, {"end_s": 10.5}, "leave the call, which lasts 10.00 s"),
        ("moved", 1.0, {"start_s": -0.5}, "leave the call"),
        ("merge", 1.0, {"with": 2.0}, "same channel"),
        ("merge", 1.0, {"with": 8.0}, "Only neighbours can be merged"),
        ("merge", 1.0, {}, "not in use in this call"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(kind, at, where, sentence):
    table = rows()
    if "with" in where:
        where = {"with_id": id_at(table, where["with"])}
    with pytest.raises(InputError, match=sentence):
        corrected(table, kind, id_at(table, at), owner="rec_1", until_s=10.0, **where)


# ---- the store -----------------------------------------------------------------------------


def children(store, parent, *bounds):
    own = store.read("utterances", utterance_id=parent).iloc[0].to_dict()
    return pd.DataFrame(
        [own | {"utterance_id": f"{parent}_{i}", "start_s": a, "end_s": b} for i, (a, b) in bounds]
    )


def test_the_old_one_is_retired_with_its_ratings_and_its_open_assignments_pass_on(rated):
    old = unit(0)
    own = rated.read("utterances", utterance_id=old).iloc[0]
    middle = (own["start_s"] + own["end_s"]) / 2
    rating_id = rated.add_rating(payload())
    rated.add_rows(
        "assignments",
        pd.DataFrame(
            {
                "assignment_id": [uuid7(), uuid7(), uuid7()],
                "rater_id": ["r01", "r02", "r02"],
                "utterance_id": old,
                "pass": "voice",
                "worklist": "main",
                "position": [4, 7, 9],
                "purpose": ["label", "label", "repeat"],
                "state": ["done", "open", "open"],
            }
        ),
    )
    two = children(rated, old, (0, (own["start_s"], middle)), (1, (middle, own["end_s"])))
    rated.correct_utterances([old], two, kind="split")
    first, second = two["utterance_id"]
    units = rated.read("utterances").set_index("utterance_id")
    assert pd.notna(units.loc[old, "retired_at"])
    assert units.loc[[first, second], "retired_at"].isna().all()
    links = rated.read("utterance_links")
    assert links.to_numpy().tolist() == [[old, first, "split"], [old, second, "split"]]
    assert rated.read("ratings", rating_id=rating_id)["utterance_id"].item() == old
    work = rated.read("assignments")
    assert work.groupby("state")["utterance_id"].agg(sorted).to_dict() == {
        "done": [old],
        "skipped": [old, old],
        "open": sorted([first, first, second, second]),
    }
    passed_on = work[work["state"] == "open"]
    assert sorted(passed_on["purpose"]) == ["label", "label", "repeat", "repeat"]

    with pytest.raises(StoreError, match="not in use any more"):
        rated.correct_utterances([old], two, kind="split")
    # back to what it was: the first one is in use again
    rated.correct_utterances([first, second], pd.DataFrame([own.to_dict()]), kind="merge")
    units = rated.read("utterances").set_index("utterance_id")
    assert units.loc[[first, second], "retired_at"].notna().all()
    assert pd.isna(units.loc[old, "retired_at"])


def test_an_utterance_cannot_take_its_own_place(rated):
    same = rated.read("utterances", utterance_id=unit(0))
    with pytest.raises(InputError, match="cannot take its own place"):
        rated.correct_utterances([unit(0)], same, kind="moved")


# ---- the front door ------------------------------------------------------------------------


@pytest.fixture
def ws(tmp_path):
    time_s = np.arange(8 * 8000) / 8000
    voiced = np.sin(2 * np.pi * 150 * time_s) * ((time_s > 1) & (time_s < 6))
    soundfile.write(tmp_path / "c1.wav", np.stack([voiced * 0.3, voiced * 0], 1), 8000)
    manifest = pd.DataFrame({"call_id": ["c1"], "path": [str(tmp_path / "c1.wav")]})
    space = wb.create(tmp_path / "calls")
    assert space.ingest(manifest, roles={0: "customer", 1: "agent"}).empty
    made = make_segmented(
        [
            {
                "owner": space.table("recordings")["recording_id"].item(),
                "channel": 0,
                "role": "customer",
                "speaker_id": "c1/0",
                "agent_id": None,
                "start_s": 1.0,
                "end_s": 6.0,
                "turn": 0,
            }
        ],
        call_id="c1",
        unit="utterance",
        method="by_hand",
        settings={},
    )
    space.store.add_segmentation(made.segmentation, made.utterances)
    return space


def test_from_the_labeler_to_the_table(ws):
    labeler = ws.labeler("r01", call_id="c1")
    heard = []
    labeler.send = lambda answer, buffers=None: heard.append(answer)
    item = labeler.get_state()["_setup"]["units"]["item_id"][0]
    split = {"ask": "correct", "id": "1", "item_id": item, "kind": "split", "at_s": 3.0}
    labeler._handle_custom_msg(split, [])
    assert heard[0]["ok"], heard[0]
    now = ws.utterances()
    assert now[["start_s", "end_s"]].to_numpy().tolist() == [[1.0, 3.0], [3.0, 6.0]]
    assert heard[0]["units"]["utterance_id"] == now["utterance_id"].tolist()
    labeler._handle_custom_msg(split, [])
    assert "was corrected already" in heard[1]["sentence"]
