"""Landmarks through the front door: who had heard how far, what is cut, what every output says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.speech import write_calls
from tests.test_workspace_agreement import judgement
from workbench.errors import AbstainedError, InputError


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warning")
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    ws = wb.create(folder / "ws")
    manifest = write_calls(folder / "audio", n=5)
    calls = pd.read_csv(manifest).assign(
        escalated=[0, 0, 0, 0, 1], escalated_at_s=[None] * 4 + [50]
    )
    assert ws.ingest(calls, roles={0: "customer", 1: "agent"}, root=manifest.parent).empty
    ws.segment()
    ws.store.add_taxonomy_version(ws.taxonomy())
    for name in ("r01", "r02"):
        ws.store.add_rater(name)
    yield ws
    patch.undo()


@pytest.fixture(scope="module")
def spoken(empty):
    rows = empty.utterances()
    return rows[rows["role"] == "customer"].sort_values(["call_id", "start_s"])


@pytest.fixture(scope="module")
def ws(empty, spoken):
    """Two raters: r01 hears no further than what is rated; r02 had heard all of c0 and c1."""
    rng = np.random.default_rng(3)
    for row in spoken.itertuples(index=False):
        for rater in ("r01", "r02"):
            heard = row.end_s if rater == "r01" or row.call_id not in ("c0", "c1") else 999.0
            tag = "frustration" if rng.random() < 0.5 or heard == 999.0 else None
            made = judgement(row.utterance_id, rater, tag, rng.uniform(-1, 1))
            empty.store.add_rating({**made, "heard_until_s": heard})
    return empty


def test_only_raters_who_had_heard_no_further_count(ws, spoken):
    first = spoken.groupby("call_id")["end_s"].min()
    at = float(first["c0"]) + 0.01
    rows = ws.landmarks(at).set_index("call_id")
    ratings = ws.table(
        "ratings", utterance_id=spoken.groupby("call_id")["utterance_id"].first()["c0"]
    )
    tags = ws.table("tags")
    by_r01 = ratings.loc[ratings["rater_id"] == "r01", "rating_id"].item()
    heard = ((tags["rating_id"] == by_r01) & (tags["tag"] == "frustration")).any()
    assert rows.loc["c0", "frustration_share"] == float(heard), "r02 had heard the end"
    assert rows.loc["c0", "rater_heard_until_s"] == pytest.approx(first["c0"])
    assert (rows["audio_until_s"] <= at).all()
    assert (rows["kind"] == "causal").all()


def test_at_a_landmark_inside_an_utterance_its_rating_is_not_yet_there(ws, spoken):
    one = spoken[spoken["call_id"] == "c3"].iloc[0]
    at = float(one["start_s"] + one["end_s"]) / 2
    row = ws.landmarks(at).set_index("call_id").loc["c3"]
    assert row["left_out"] == "Whoever rated what was said before this moment had heard further."


def test_cues_count_when_their_utterance_has_ended(ws, spoken, monkeypatch):
    first, second = spoken[spoken["call_id"] == "c2"].iloc[:2].to_dict("records")
    cues = pd.DataFrame(
        {
            "utterance_id": [first["utterance_id"]] * 2 + [second["utterance_id"]],
            "cue": ["volume_spike", "high_pitch", "volume_spike"],
            "fired": pd.array([True, False, True], dtype="boolean"),
            "strength_sd": [3.0, 0.5, 4.0],
        }
    )
    asked = []
    monkeypatch.setattr("workbench.workspace.tables.prosody", lambda ws, *, call_id: cues.iloc[::2])
    monkeypatch.setattr(
        "workbench.workspace.landmarking.cue_table",
        lambda prosody, spoken, *, infer_roles, baseline: asked.append(baseline) or cues,
    )
    at = (second["start_s"] + second["end_s"]) / 2
    inside = ws.landmarks(at)
    row = inside.set_index("call_id").loc["c2"]
    assert (row["volume_spike"], row["volume_spike_strongest_sd"]) == (1, 3.0)
    assert "high_pitch" not in row.index, "a cue that never fires is no column"
    assert pd.isna(inside.set_index("call_id").loc["c3", "volume_spike"]), "not measured"
    row = ws.landmarks(second["end_s"]).set_index("call_id").loc["c2"]
    assert (row["volume_spike"], row["volume_spike_strongest_sd"]) == (2, 4.0)
    assert set(asked) == {"causal"}
    scored = ws.warning_scores(inside, {"loud": "volume_spike"}, validation="none")
    ranked = ws.callback_list(scored, inside, landmark_s=at)
    assert ranked[["call_id", "start_s", "reasons"]].to_numpy().tolist() == [
        ["c2", first["start_s"], "volume spike 1 time"]
    ]


def test_nothing_after_the_landmark_changes_a_row(ws, spoken):
    at = 8.0
    before = ws.landmarks(at)
    late = spoken[spoken["start_s"] > at].iloc[0]
    made = judgement(late["utterance_id"], "r01", "anger", -1.0)
    ws.store.add_rating({**made, "heard_until_s": float(late["end_s"])})
    after = ws.landmarks(at)
    pd.testing.assert_frame_equal(after[before.columns], before)


def test_ratings_of_which_nothing_is_known_are_refused_or_told(ws, spoken):
    own = spoken[spoken["call_id"] == "c4"]
    for row in own.itertuples(index=False):
        ws.store.add_rating(judgement(row.utterance_id, "r02", "relief", 0.5))
    at = float(own["end_s"].iloc[0]) + 0.01
    refused = ws.landmarks(at).set_index("call_id").loc["c4"]
    assert refused["rater_heard_until_s"] == pytest.approx(own["end_s"].iloc[0])
    let_in = ws.landmarks(at, unknown_ratings="allow").set_index("call_id").loc["c4"]
    assert np.isnan(let_in["rater_heard_until_s"])
    counts = wb.outcomes.early_warning.landmark_counts(ws.landmarks(at, unknown_ratings="allow"))
    assert counts["note"].item() == (
        "Raters had heard further than the landmark, or it is not known how far."
    )


def test_a_list_of_calls_to_call_back_plays(ws, spoken):
    rows = ws.landmarks(8)
    scored = ws.warning_scores(rows, {"f": "frustration_share"}, validation="none")
    ranked = ws.callback_list(scored, rows, landmark_s=8, with_audio=True)
    assert (ranked["end_s"] <= 8).all()
    (player,) = ws.callbacks(ranked).children
    assert player._list["captions"][0].startswith(f"1. Call {ranked['call_id'].iloc[0]}, 0:0")
    assert player.duration_s == pytest.approx(ranked["end_s"][0] - ranked["start_s"][0], abs=0.01)
    with pytest.raises(InputError, match="this table lacks end_s, note, rank, reasons, start_s"):
        ws.callbacks(rows)
    with pytest.raises(InputError, match="it has no rows"):
        ws.callbacks(ranked.head(0))
    assert len(ws.early_warning_figure(ws.early_warning(scored)).children) == 2


def test_odd_questions_are_answered_in_sentences(ws, tmp_path):
    with pytest.raises(AbstainedError, match='role "supervisor" yet'):
        ws.landmarks(8, role="supervisor")
    with pytest.raises(InputError, match='unknown_ratings is "refuse" or "allow"; "yes" came'):
        ws.landmarks(8, unknown_ratings="yes")
    with pytest.raises(InputError, match="seconds after the start"):
        ws.landmarks([])
    with pytest.raises(InputError, match="no yes/no outcome"):
        ws.landmarks(8, on="qa_score")
    with pytest.raises(InputError, match="mean of the raters"):
        ws.landmarks(8, method="dawid_skene")
    with pytest.raises(InputError, match='"verison" came. Did you mean "version"'):
        ws.landmarks(8, verison="1")
    with pytest.raises(InputError, match='pass "both"'):
        ws.landmarks(8, pass_="both")
