"""The front door: what an analyst does in a notebook, and what happens on a bad day."""

from __future__ import annotations

import sqlite3

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.recorded import wav
from tests.speech import AGENT_HZ, CUSTOMER_HZ, TURNS, write_calls
from workbench.audio import read_audio
from workbench.config import read_config
from workbench.errors import RecordingError, StoreError, WorkspaceError
from workbench.workspace import tables


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    failed = ws.ingest(write_calls(tmp_path / "audio"), roles={0: "customer", 1: "agent"})
    assert failed.empty
    return ws


def test_segment_finds_the_turns_that_were_made(ws):
    ws.segment()
    found = ws.utterances(call_id="c0")
    assert list(found["role"]) == ["agent", "customer"] * 3
    for row, (channel, start_s, end_s) in zip(found.itertuples(), TURNS, strict=True):
        assert row.channel == channel
        assert row.start_s == pytest.approx(start_s, abs=0.15)
        assert row.end_s == pytest.approx(end_s, abs=0.25)
    assert len(ws.utterances(call_id="c0", unit="turn")) == 6


def test_running_a_stage_again_changes_nothing(ws):
    ws.segment()
    ws.measure()
    utterances, prosody = ws.table("utterances"), ws.table("prosody")
    ws.segment()
    ws.measure()
    pd.testing.assert_frame_equal(ws.table("utterances"), utterances)
    pd.testing.assert_frame_equal(ws.table("prosody"), prosody)


def test_another_silence_is_another_segmentation_and_one_is_in_use(ws):
    ws.segment()
    ws.segment(min_silence_s=0.4)
    segmentations = ws.table("segmentations", call_id="c0", unit="utterance")
    assert len(segmentations) == 2
    assert segmentations["in_use"].sum() == 1
    assert segmentations.loc[segmentations["in_use"], "settings"].item()["min_silence_s"] == 0.4


def test_prosody_hears_who_is_who(ws):
    ws.segment()
    ws.measure()
    both = ws.table("prosody").merge(ws.utterances(), on="utterance_id")
    medians = both.groupby("role")["f0_median_hz"].median()
    assert medians["customer"] == pytest.approx(CUSTOMER_HZ, rel=0.05)
    assert medians["agent"] == pytest.approx(AGENT_HZ, rel=0.05)


def test_cues_are_for_customers_until_the_policy_says_otherwise(ws):
    ws.segment()
    ws.measure()
    roles = ws.table("cues").merge(ws.utterances(), on="utterance_id")["role"]
    assert set(roles) == {"customer"}


def test_customer_ids_are_hidden_and_the_key_lies_outside(ws, tmp_path):
    stored = ws.table("calls")["customer_id"]
    assert stored.str.startswith("cust_").all()
    assert (tmp_path / "home" / "customer.key").exists()
    assert b"K0" not in (ws.folder / "workbench.db").read_bytes()


def test_audio_that_moved_is_a_sentence(ws, tmp_path):
    ws.segment()
    (tmp_path / "audio").rename(tmp_path / "elsewhere")
    ws = wb.open(ws.folder)
    failed = ws.measure()
    assert set(failed["call_id"]) == {"c0", "c1"}
    assert failed["reason"].str.contains("audio.roots").all()
    from workbench.workspace.hearing import read_call

    with pytest.raises(RecordingError, match="If it moved, say where its root is now: ws.reroot"):
        read_call(ws, "c0", 0, 0.0, 1.0)


def test_the_file_behind_a_call_holds_the_samples_that_are_read(ws, tmp_path):
    from workbench.workspace.hearing import call_file, read_call

    path = tmp_path / "audio" / "0.wav"
    file, content = call_file(ws, "c0"), path.read_bytes()
    assert (file["path"], file["encoding"]) == (path.as_posix(), "mulaw")
    assert file["check"]["n_bytes"] == len(content)
    assert content[file["check"]["start"] :].hex().startswith(file["check"]["hex"])
    samples, rate = read_call(ws, "c0", None, 1.0, 1.5)
    first = file["data_start"] + rate * file["bytes_per_frame"]
    window = content[first : first + len(samples) * file["bytes_per_frame"]]
    alone = wav(tmp_path / "window.wav", window, tag=7, rate=rate, n_channels=2, bits=8)
    np.testing.assert_array_equal(read_audio(alone)[0], samples)
    path.unlink()
    assert call_file(ws, "c0") is None


def test_a_workspace_that_exists_is_not_made_again(ws):
    with pytest.raises(WorkspaceError, match="is a workspace already"):
        wb.create(ws.folder)


def test_a_folder_without_permission_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WorkspaceError, match="cannot be written to"):
        wb.create(tmp_path / "file" / "ws")


def test_a_database_that_cannot_be_made_leaves_nothing(tmp_path):
    with pytest.raises(StoreError):
        wb.create(tmp_path / "ws", db="postgresql://nobody@127.0.0.1:1/none")
    assert not (tmp_path / "ws").exists()


def test_a_password_does_not_go_into_the_settings(tmp_path):
    with pytest.raises(StoreError, match="password"):
        wb.create(tmp_path / "ws", db="postgresql://me:secret@server/calls")
    assert not (tmp_path / "ws").exists()


def test_a_database_of_a_newer_version_is_refused(ws):
    with sqlite3.connect(ws.folder / "workbench.db") as db:
        db.execute("update workbench_version set version_num = '9999'")
    with pytest.raises(StoreError, match="newer"):
        wb.open(ws.folder)


def test_settings_survive_being_written(ws):
    config = read_config(ws.folder)
    assert list(config.roots) == ["audio"]
    assert config.policy.infer_roles == ("customer",)


def test_settings_that_make_no_sense_are_a_sentence(ws):
    (ws.folder / "workbench.toml").write_text("[database\n")
    with pytest.raises(WorkspaceError, match="cannot be understood"):
        wb.open(ws.folder)


def test_roles_that_nobody_gave_are_suggested_and_confirmed(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    ws.ingest(write_calls(tmp_path / "audio"))
    assert set(ws.table("channels")["role"]) == {"unknown"}
    ws.segment()
    suggested = ws.suggest_roles()
    assert suggested.query("channel == 1")["role"].eq("agent").all()
    ws.confirm_roles(suggested)
    assert set(ws.table("channels")["role"]) == {"agent", "customer"}
    assert set(ws.utterances()["role"]) == {"agent", "customer"}


def test_every_table_of_the_data_dictionary_can_be_had(ws):
    ws.segment()
    ws.measure()
    for name, table in wb.schema.TABLES.items():
        assert list(ws.table(name).columns) == list(table.columns), name


def test_a_call_is_held_against_earlier_calls_of_its_customer(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    manifest = pd.read_csv(write_calls(tmp_path / "audio", n=3)).assign(customer_id=["A", "B", "A"])
    ws.ingest(manifest, roles={0: "customer", 1: "agent"}, root=tmp_path / "audio")
    ws.segment()
    ws.measure()
    pause = wb.cues.default_thresholds().query("kind == 'inside'").assign(min_others=3)
    cues = tables.cues(ws, call_id="c2", thresholds=pause, baseline="speaker_history")
    assert len(cues) == 3
    assert [row["n"] for row in cues["baseline"]] == [3, 3, 3]
    first = tables.cues(ws, call_id="c0", thresholds=pause, baseline="speaker_history")
    assert first["speaker_history_sd"].isna().all()
    causal = ws.cues(thresholds=pause, baseline="causal")
    assert causal["strength_sd"].equals(causal["causal_sd"].rename("strength_sd"))
