"""Measuring a workspace: workers, resuming, changed and moved files, what is kept."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

import workbench as wb
from tests.speech import RATE_HZ, TURNS, call, write_calls
from workbench import cli, prosody
from workbench.audio import file_sha256
from workbench.errors import WorkspaceError
from workbench.workspace import cutting, fetching, prosody_tasks
from workbench.workspace.cache import Cache

N_CALLS = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace of four calls that are cut but not measured, and their prosody."""
    folder = tmp_path_factory.mktemp("measuring")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        ws = wb.create(folder / "ws")
    manifest = write_calls(folder / "audio", n=N_CALLS)
    assert ws.ingest(manifest, roles={0: "customer", 1: "agent"}).empty
    assert ws.segment().empty
    shutil.copytree(folder / "ws", folder / "undisturbed")
    undisturbed = wb.open(folder / "undisturbed")
    assert undisturbed.measure().empty
    return folder, undisturbed.table("prosody")


@pytest.fixture
def ws(made, tmp_path):
    return wb.open(shutil.copytree(made[0] / "ws", tmp_path / "ws"))


@pytest.fixture
def own_audio(ws, made, tmp_path):
    """The audio of `ws` in a folder that a test may spoil."""
    shutil.copytree(made[0] / "audio", tmp_path / "audio")
    return root_moved(ws, tmp_path / "audio")


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster


def root_moved(ws, place):
    """Write another place of the audio into workbench.toml; give the place and the workspace."""
    settings = ws.folder / "workbench.toml"
    (old,) = ws.config.roots.values()
    settings.write_text(settings.read_text().replace(json.dumps(old), json.dumps(str(place))))
    return place, wb.open(ws.folder)


def same(ws, made):
    pd.testing.assert_frame_equal(ws.table("prosody"), made[1], check_exact=True)


def kept(ws):
    return sorted((ws.folder / "cache" / "prosody").glob("*.parquet"))


def test_the_fixture_has_something_to_measure(made):
    assert len(made[1]) == N_CALLS * len(TURNS)
    assert made[1]["f0_median_hz"].notna().all()


def test_two_processes_measure_exactly_the_same(ws, made):
    failed = ws.measure(jobs=2)
    assert failed.empty
    assert failed.attrs["notices"][0].startswith(f"{N_CALLS} calls (0.0")
    same(ws, made)


def test_a_call_that_cannot_be_written_does_not_stop_the_others(made, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    assert ws.ingest(made[0] / "audio" / "calls.csv", roles={0: "customer", 1: "agent"}).empty
    real = cutting.add_all

    def refuse(ws, parts, *, in_use):
        if parts[0].segmentation["call_id"].iloc[0] == "c1":
            raise WorkspaceError("The database refused this call.")
        real(ws, parts, in_use=in_use)

    monkeypatch.setattr(cutting, "add_all", refuse)
    failed = ws.segment()
    assert failed["call_id"].tolist() == ["c1"]
    assert failed["reason"].tolist() == ["The database refused this call."]
    assert ws.utterances()["call_id"].nunique() == N_CALLS - 1


@pytest.mark.parametrize("how", ["jobs", "dask", "dask over http"])
def test_workers_cut_calls_exactly_as_this_process_does(how, made, tmp_path, request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
        ws = wb.create(tmp_path / "ws")
    assert ws.ingest(made[0] / "audio" / "calls.csv", roles={0: "customer", 1: "agent"}).empty
    cluster = None if how == "jobs" else request.getfixturevalue("cluster").scheduler_address
    serve = functools.partial(Quiet, directory=str(made[0] / "audio"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        if how == "dask over http":
            _, ws = root_moved(ws, f"http://127.0.0.1:{server.server_port}")
        failed = ws.segment(jobs=2) if cluster is None else ws.segment(scheduler=cluster)
        server.shutdown()
    assert failed.empty
    assert failed.attrs["notices"][0] == f"{N_CALLS} calls segmented, 0 were already."
    columns = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]
    there = wb.open(made[0] / "ws")
    pd.testing.assert_frame_equal(ws.utterances()[columns], there.utterances()[columns])
    pd.testing.assert_frame_equal(ws.table("events"), there.table("events"))
    assert ws.segment().attrs["notices"][0] == f"0 calls segmented, {N_CALLS} were already."


def test_dask_workers_measure_exactly_the_same_on_local_paths(ws, made, cluster):
    assert ws.measure(scheduler=cluster.scheduler_address).empty
    same(ws, made)


def test_dask_workers_measure_exactly_the_same_over_http(ws, made, cluster):
    pytest.importorskip("aiohttp")
    serve = functools.partial(Quiet, directory=str(made[0] / "audio"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, ws = root_moved(ws, f"http://127.0.0.1:{server.server_port}")
        assert ws.measure(scheduler=cluster.scheduler_address).empty
        server.shutdown()
    same(ws, made)


def test_a_server_that_does_not_answer_is_a_sentence(ws):
    pytest.importorskip("aiohttp")
    _, ws = root_moved(ws, "http://127.0.0.1:9/audio")
    failed = ws.measure()
    assert len(failed) == N_CALLS
    assert failed["reason"].str.contains("Check the address and the access rights").all()


def test_a_transfer_that_breaks_off_is_a_sentence(ws, made):
    pytest.importorskip("aiohttp")
    serve = functools.partial(BreaksOff, directory=str(made[0] / "audio"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, ws = root_moved(ws, f"http://127.0.0.1:{server.server_port}")
        failed = ws.measure()
        server.shutdown()
    assert len(failed) == N_CALLS
    assert failed["reason"].str.contains("could not be fetched").all()
    assert not kept(ws)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain server: no ranges, no log."""

    def log_message(self, *_):
        pass


class BreaksOff(Quiet):
    """Sends half of what it promised."""

    def copyfile(self, source, outputfile):
        outputfile.write(source.read(10_000))


def test_a_large_file_is_fetched_from_a_server_without_ranges(tmp_path):
    pytest.importorskip("aiohttp")
    (tmp_path / "large.wav").write_bytes(np.random.default_rng(0).bytes(12_000_000))
    serve = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{server.server_port}/large.wav"
        with fetching.as_registered(place, file_sha256(tmp_path / "large.wav")) as path:
            assert path.name == "large.wav"
        server.shutdown()
    assert not path.exists()


def test_a_url_that_needs_another_package_names_it(ws):
    _, ws = root_moved(ws, "s3://recordings/2026")
    assert ws.measure()["reason"].str.contains("s3fs").all()


KILLED_AT_THE_THIRD = """
import os, signal, sys
from pathlib import Path
from workbench import cli

written, replace = [], Path.replace

def replace_or_die(path, target):
    written.append(target)
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(path, target)

Path.replace = replace_or_die
sys.exit(cli.main(["measure", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_killed_in_the_middle_the_next_run_goes_on(ws, made, jobs):
    words = [sys.executable, "-c", KILLED_AT_THE_THIRD, str(ws.folder), *jobs]
    assert subprocess.run(words, env={**os.environ, "PYTHONPATH": str(Path.cwd())}).returncode == -9
    cache = ws.folder / "cache" / "prosody"
    assert len(kept(ws)) == 2
    assert len(list(cache.glob("*.new"))) == 1
    assert cli.main(["measure", str(ws.folder), *jobs]) == 0
    assert len(list(cache.iterdir())) == N_CALLS
    same(ws, made)


def test_a_second_run_opens_no_recording(ws, monkeypatch):
    ws.measure()
    monkeypatch.setattr(prosody_tasks, "measure_call", None)
    monkeypatch.setattr(fetching, "file_sha256", None)
    monkeypatch.setattr("workbench.audio.reading.read_blocks", None)
    again = ws.measure()
    assert again.empty
    assert again.attrs["notices"][0].startswith("0 calls")
    assert f"{N_CALLS} were already" in again.attrs["notices"][0]


def test_audio_that_moved_is_not_measured_again(own_audio, tmp_path, monkeypatch):
    _, ws = own_audio
    ws.measure()
    _, ws = root_moved(ws, (tmp_path / "audio").rename(tmp_path / "elsewhere"))
    monkeypatch.setattr(prosody, "measure_recording", None)
    assert ws.measure().empty
    assert len(ws.table("prosody")) == N_CALLS * len(TURNS)


def test_other_settings_are_measured_anew(ws, monkeypatch):
    ws.measure()
    monkeypatch.setattr(
        prosody, "ProsodySettings", functools.partial(prosody.ProsodySettings, min_pause_s=0.4)
    )
    assert ws.table("prosody").empty
    ws.measure()
    assert {s["min_pause_s"] for s in ws.table("prosody")["settings"]} == {0.4}


def test_another_role_changes_the_gaps_and_is_measured_anew(ws):
    ws.measure()
    ws.confirm_roles(pd.DataFrame({"call_id": "c0", "channel": [0, 1], "role": ["agent"] * 2}))
    assert len(ws.table("prosody")) == (N_CALLS - 1) * len(TURNS)
    assert ws.measure().attrs["notices"][0].startswith("1 calls")


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_unreadable_file_stops_nobody(own_audio, jobs):
    audio, ws = own_audio
    (audio / "1.wav").unlink()
    (audio / "2.wav").write_text("There was an error on the server.")
    failed = ws.measure(jobs=jobs)
    assert list(failed["call_id"]) == ["c1", "c2"]
    assert list(failed["path"]) == ["1.wav", "2.wav"]
    assert "audio.roots" in failed["reason"][0]
    assert "its content has changed" in failed["reason"][1]
    assert len(kept(ws)) == N_CALLS - 2


def test_another_file_in_its_place_is_refused_and_as_a_call_of_its_own_measured(own_audio, made):
    audio, ws = own_audio
    old = (audio / "0.wav").read_bytes()
    soundfile.write(audio / "0.wav", call(seed=9)[0] * 0.5, RATE_HZ, subtype="ULAW")
    failed = ws.measure()
    assert list(failed["call_id"]) == ["c0"]
    assert "is not the recording that was taken in" in failed["reason"][0]
    shutil.copy(audio / "0.wav", audio / "new.wav")
    (audio / "0.wav").write_bytes(old)
    manifest = pd.DataFrame({"call_id": ["new"], "path": ["new.wav"]})
    assert ws.ingest(manifest, root=audio, roles={0: "customer", 1: "agent"}).empty
    ws.segment()
    assert ws.measure().attrs["notices"][0].startswith("2 calls")
    louder, softer = (
        ws.table("prosody", call_id=name)["intensity_db"].median() for name in ("c0", "new")
    )
    assert louder - softer == pytest.approx(6.0, abs=0.5)


def test_json_and_exit_codes(own_audio, capsys):
    audio, ws = own_audio

    def run(*words):
        code = cli.main(["measure", str(ws.folder), "--json", *words])
        answer = json.loads(capsys.readouterr().out)
        assert answer["exit"] == code
        return code, answer

    code, answer = run("--jobs", "0")
    assert code == 2
    assert "worker processes from 1 on" in answer["error"]
    code, answer = run("--scheduler", "nonsense://x")
    assert code == 2
    assert "No Dask scheduler answers" in answer["error"]
    (audio / "3.wav").rename(audio / "3.away")
    code, answer = run()
    assert code == 3
    assert [f["call_id"] for f in answer["failed"]] == ["c3"]
    (audio / "3.away").rename(audio / "3.wav")
    code, answer = run()
    assert code == 0
    assert answer["failed"] == []
    assert "1 calls (" in answer["notices"][0]
    assert "hours of audio) measured in" in answer["notices"][0]


def rows(n):
    table = wb.schema.empty_table("prosody").reindex(range(n))
    return table.assign(utterance_id=[f"u{i}" for i in range(n)], usable=True, settings=[{}] * n)


def test_a_file_taken_away_while_it_is_written_is_written_again(tmp_path, monkeypatch):
    cache, taken = Cache(tmp_path), []
    fsync = os.fsync

    def and_take_away(handle):
        fsync(handle)
        if not taken:
            taken.extend(tmp_path.glob("*/*.new"))
            Cache(tmp_path).remove_unfinished()

    monkeypatch.setattr(os, "fsync", and_take_away)
    cache.write("prosody", "c1", rows(3), "key")
    assert len(taken) == 1
    assert len(cache.read("prosody", [("c1", "key")])) == 3
    assert [path.suffix for path in tmp_path.glob("*/*")] == [".parquet"]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match=r"cannot be written to \(No space left"):
        Cache(tmp_path).write_array("peaks", "c1", np.zeros((2, 2), np.float32))
    assert not list(tmp_path.glob("*/*"))
