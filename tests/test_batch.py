"""Many calls at once: in this process, in worker processes, on a Dask scheduler."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.batch_work import Call, work
from workbench.errors import InputError, WorkspaceError
from workbench.workspace import local_workers
from workbench.workspace.batch import run_calls
from workbench.workspace.progress import hours_bar


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    options = {"distributed.scheduler.allowed-failures": 1}
    import dask

    with (
        dask.config.set(options),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
    ):
        yield cluster


@pytest.fixture(params=["one process", "two processes", "dask"])
def where(request):
    if request.param == "dask":
        return {"scheduler": request.getfixturevalue("cluster").scheduler_address}
    return {"jobs": 1 if request.param == "one process" else 2}


def outcomes(calls, **where):
    return {
        call.call_id: outcome for call, outcome in run_calls(calls, work, doing="testing", **where)
    }


def test_a_call_that_fails_stops_nobody_and_says_why(where):
    found = outcomes([Call("a"), Call("unreadable"), Call("bug"), Call("b")], **where)
    assert found["unreadable"].reason == "There is no file."
    assert found["bug"].reason.endswith("ZeroDivisionError: division by zero")
    assert found["bug"].result is None
    assert found["a"].result and found["b"].result


@pytest.mark.parametrize("where", ["two processes", "dask"], indirect=True)
def test_a_killed_worker_costs_only_its_calls(where, tmp_path):
    calls = [Call(f"{n}") for n in range(6)]
    calls += [Call("kills always", 2.0), Call("kills once", 2.0, str(tmp_path))]
    found = outcomes(calls, **where)
    assert len(found) == 8
    assert "was killed" in found.pop("kills always").reason
    assert all(outcome.result and not outcome.reason for outcome in found.values())
    assert os.getpid() not in {outcome.result for outcome in found.values()}


def test_the_longest_calls_come_first():
    calls = [Call("short", 1.0), Call("long", 9.0), Call("middle", 5.0)]
    assert list(outcomes(calls, jobs=1)) == ["long", "middle", "short"]


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True])
def test_other_numbers_of_jobs_are_refused(jobs):
    with pytest.raises(InputError, match="worker processes from 1 on was expected"):
        run_calls([], work, doing="testing", jobs=jobs)


def test_jobs_and_a_scheduler_do_not_go_together():
    with pytest.raises(InputError, match="Leave jobs out"):
        run_calls([], work, doing="testing", jobs=2, scheduler="tcp://127.0.0.1:1")


def test_a_scheduler_that_does_not_answer_is_a_sentence(monkeypatch):
    monkeypatch.setattr("workbench.workspace.dask_workers.ANSWER_WITHIN_S", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(WorkspaceError, match="No Dask scheduler answers at"):
            outcomes([Call("a")], scheduler=address)
    with pytest.raises(WorkspaceError, match="the address of a Dask scheduler was expected"):
        outcomes([Call("a")], scheduler=8786)


def test_a_scheduler_without_workers_is_a_sentence(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("workbench.workspace.dask_workers.WORKERS_WITHIN_S", 0.2)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        with pytest.raises(WorkspaceError, match="has no workers. Start some with"):
            outcomes([Call("a")], scheduler=empty.scheduler_address)


def test_a_scheduler_that_is_lost_is_a_sentence():
    distributed = pytest.importorskip("distributed")
    calls = [Call("first", 2.0), Call("slow 1"), Call("slow 2")]
    cluster = distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=":0")
    run = run_calls(calls, work, doing="testing", scheduler=cluster.scheduler_address)
    with pytest.raises(WorkspaceError, match="The Dask scheduler is gone"):
        for _ in run:
            cluster.close()


def test_a_client_of_the_users_own_stays_open(cluster):
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster, set_as_default=False) as client:
        assert outcomes([Call("a")], scheduler=client)["a"].result
        assert client.submit(len, "still here").result() == 10


def test_a_missing_extra_names_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkspaceError, match=r'pip install "audio-sentiment-workbench\[dask\]"'):
        outcomes([Call("a")], scheduler="tcp://127.0.0.1:1")


def test_workers_that_cannot_start_stop_the_run(monkeypatch):
    monkeypatch.setattr(local_workers, "_import_path", lambda: "/nowhere")
    monkeypatch.chdir("/")
    monkeypatch.setattr(local_workers, "__name__", "no_such_module")
    with pytest.raises(WorkspaceError, match="ended with code 1 before it could begin"):
        outcomes([Call("a")], jobs=2)


def test_a_script_without_a_main_guard_runs_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from tests.batch_work import Call, work\n"
        "from workbench.workspace.batch import run_calls\n"
        "print('once')\n"
        "found = run_calls([Call('a'), Call('b')], work, doing='testing', jobs=2)\n"
        "print(sorted(call.call_id for call, _ in found))\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": local_workers._import_path()},
    )
    assert done.stdout.splitlines() == ["once", "['a', 'b']"], done.stderr


def test_a_run_that_is_given_up_leaves_no_process(tmp_path):
    calls = [Call(f"{n}") for n in range(20)]
    run = run_calls(calls, work, doing="testing", jobs=2)
    _, outcome = next(run)
    run.close()
    with pytest.raises(ProcessLookupError):
        os.kill(outcome.result, 0)


def test_the_bar_counts_calls_and_hours_and_is_silent_in_a_pipe(monkeypatch, capsys):
    with hours_bar([3600.0, 1800.0], doing="measuring", before=[5400.0]) as advance:
        advance(3600.0)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("workbench.workspace.progress._is_watched", lambda: True)
    with hours_bar([3600.0, 1800.0], doing="measuring", before=[5400.0]) as advance:
        time.sleep(0.2)  # a bar is drawn ten times a second at most
        advance(3600.0)
    shown = capsys.readouterr().err
    assert "measuring: 1/3 calls, 1.50/3.00 h  50%" in shown
    assert "measuring: 2/3 calls, 2.50/3.00 h  83%" in shown
    assert "left" in shown
