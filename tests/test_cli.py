"""The command line on a new workspace, on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest
import soundfile

from tests.speech import TURNS, call, write_calls
from workbench import cli, workspace


@pytest.fixture
def calls(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return write_calls(tmp_path / "audio", n=3)


def run(*words):
    return cli.main([str(w) for w in words])


def test_the_whole_path(calls, tmp_path, database_url, capsys):
    folder = tmp_path / "ws"
    assert run("create", folder, "--db", database_url) == 0
    assert run("ingest", folder, calls, "--role", "0=customer", "--role", "1=agent") == 0
    assert "3 calls taken in" in capsys.readouterr().out
    assert run("segment", folder) == 0
    assert run("measure", folder) == 0
    assert run("table", folder, "prosody", "--out", tmp_path / "prosody.parquet") == 0
    assert len(pd.read_parquet(tmp_path / "prosody.parquet")) == 3 * len(TURNS)
    tier = tmp_path / "tier.txt"
    lines = []
    for (_, start_s, end_s), label in zip(
        [turn for turn in TURNS if turn[0] == 0], ["d", "nn", "o"], strict=True
    ):
        times = [f"00:00:{t:06.3f}\t{t:.3f}" for t in (start_s, end_s, end_s - start_s)]
        lines.append("\t".join(["default", "", *times, label]))
    tier.write_text("\n".join(lines) + "\n")
    imported = ["import", folder, tier, "--format", "elan_tab", "--call", "c0", "--labels", "utep"]
    assert run(*imported, "--rater", "r1", "--role", "customer") == 0
    assert run(*imported, "--rater", "r1", "--role", "customer") == 0
    assert len(workspace.open(folder).table("ratings")) == 2
    assert run("export", folder, tmp_path / "out", "--format", "tables") == 0
    assert (tmp_path / "out" / "data_dictionary.csv").exists()
    assert run("export", folder, tmp_path / "grids", "--format", "textgrid") == 0
    assert list((tmp_path / "grids").glob("*.TextGrid"))
    assert run("doctor", folder) == 0


def test_some_calls_failed_is_3_and_each_is_named(calls, tmp_path, capsys):
    (tmp_path / "audio" / "1.wav").write_bytes(b"")
    folder = tmp_path / "ws"
    run("create", folder)
    assert run("ingest", folder, calls, "--json") == 3
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [f["call_id"] for f in answer["failed"]] == ["c1"]
    assert "0 bytes" in answer["failed"][0]["reason"] or "empty" in answer["failed"][0]["reason"]
    assert sorted(workspace.open(folder).table("calls")["call_id"]) == ["c0", "c2"]


def test_the_users_mistakes_are_2_and_a_sentence(calls, tmp_path, capsys):
    folder = tmp_path / "ws"
    assert run("create", folder) == 0
    for words, sentence in [
        (["create", folder], "is a workspace already"),
        (["segment", tmp_path / "nowhere"], "is not a workspace"),
        (["ingest", folder, tmp_path / "no.csv"], "There is no"),
        (["ingest", folder, calls, "--role", "0=client"], "CHANNEL=ROLE was expected"),
        (["table", folder, "prosodi"], 'Did you mean "prosody"'),
        (["export", folder, tmp_path / "x", "--format", "textgird"], 'Did you mean "textgrid"'),
    ]:
        assert run(*words) == 2
        assert sentence in capsys.readouterr().err


def test_commands_that_do_not_exist_are_refused():
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", "agree", "x"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_of_files_by_a_pattern(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    audio = tmp_path / "rec"
    audio.mkdir()
    name = "x_GUID_77_AGENT_ann_DT_2026-02-19T06-01-22.wav"
    soundfile.write(audio / name, call()[0], 8000)
    folder = tmp_path / "ws"
    run("create", folder)
    pattern = r"GUID_(?P<call_id>\d+)_AGENT_(?P<agent_id>\w+)_DT_(?P<started_at>[\dT-]+)"
    assert run("ingest", folder, audio, "--pattern", pattern) == 0
    (row,) = workspace.open(folder).table("calls").itertuples()
    assert (row.call_id, row.agent_id) == ("77", "ann")
    assert row.started_at == pd.Timestamp("2026-02-19T06:01:22Z")


def test_a_worklist_is_made_and_told(calls, tmp_path, capsys):
    folder = tmp_path / "ws"
    run("create", folder)
    run("ingest", folder, calls, "--role", "0=customer", "--role", "1=agent")
    run("segment", folder)
    for rater in ("r01", "r02"):
        workspace.open(folder).store.add_rater(rater)
    capsys.readouterr()
    make = ["worklist", folder, "main", "--rater", "r01", "--rater", "r02", "--pass", "voice"]
    assert run(*make, "--overlap", "2", "--seed", "3", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["n_assigned"] for row in answer["rows"]] == [9, 9]
    assert answer["notices"][1] == "Order: whole calls, each in its order; seed 3."
    assert run(*make, "--overlap", "2") == 0
    assert "nothing changed" in capsys.readouterr().out
    assert run("worklist", folder, "more", "--overlap", "3") == 2
    assert "An overlap of 3 needs 3 raters; 2 came" in capsys.readouterr().err
