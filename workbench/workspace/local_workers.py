"""Worker processes on this machine, each looked after by a thread of ours.

They are started as programs of their own, neither forked (a notebook has
threads) nor by multiprocessing (which runs a user's script once more in every
worker). Each has its own pipes, so that it is known which call a killed worker
was at, and a worker ends by itself when the process that started it is gone.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from workbench.errors import WorkspaceError
from workbench.workspace.attempts import Outcome, attempt, keep_freed_memory

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 2
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
_BROKEN_OFF = (EOFError, OSError, pickle.UnpicklingError)


def on_processes(
    tasks: Sequence[Task], work: Callable[[Task], Result], n_workers: int
) -> Iterator[tuple[Task, Outcome[Result]]]:
    """Share tasks out to worker processes, in their order.

    A worker that is killed is replaced, and its task tried once more.

    Parameters
    ----------
    tasks : sequence
        What to work on; can be pickled.
    work : function
        A function of a module that takes a task.
    n_workers : int
        How many processes.

    Yields
    ------
    task : object
        A task.
    outcome : Outcome
        What became of it, in the order in which they are finished.

    Raises
    ------
    WorkspaceError
        If a process cannot be started.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    answers: queue.SimpleQueue[tuple[Task, Outcome[Result]] | Exception] = queue.SimpleQueue()
    stopping = threading.Event()
    workers = [_Worker(stopping) for _ in range(n_workers)]

    def look_after(worker: _Worker) -> None:
        try:
            while not stopping.is_set():
                task = waiting.get_nowait()
                answers.put((task, worker.outcome(work, task)))
        except queue.Empty:
            pass
        except Exception as error:  # raised again where somebody waits for it
            answers.put(error)
        finally:
            worker.end()

    threads = [threading.Thread(target=look_after, args=(w,), daemon=True) for w in workers]
    try:
        for thread in threads:
            thread.start()
        for _ in tasks:
            answer = answers.get()
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        stopping.set()
        for worker in workers:
            worker.kill()
        for thread in threads:
            thread.join()


class _Worker:
    """One place for a worker process; a new one comes in when it was killed."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._process: subprocess.Popen[bytes] | None = None

    def outcome(self, work: Callable[[Task], Result], task: Task) -> Outcome[Result]:
        """Have the task done; say so if that killed the worker each time."""
        for _ in range(TRIES):
            try:
                process = self._process or self._start()
                pickle.dump((work, task), _pipe(process.stdin))
                _pipe(process.stdin).flush()
                return cast(Outcome[Result], pickle.load(_pipe(process.stdout)))
            except _BROKEN_OFF:
                ended = self.end()
                if self._stopping.is_set():
                    break
        return Outcome(
            reason=f"The worker process {_end_in_words(ended)}, {TRIES} times at this call. "
            "If the machine ran out of memory, use fewer jobs."
        )

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(TRIES):
            process = self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": _import_path()},
            )
            if self._stopping.is_set():
                process.kill()
            with suppress(*_BROKEN_OFF):
                pickle.load(_pipe(process.stdout))
                return process
            ended = self.end()
        raise WorkspaceError(
            f"A worker process {_end_in_words(ended)} before it could begin; what it said stands "
            "in the terminal. Measure with jobs=1, or see that "
            f"\"{sys.executable} -c 'import workbench'\" works."
        )

    def end(self) -> int:
        """Tell the process that nothing more comes, and wait for it; 0 if there is none."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(OSError):
            _pipe(process.stdin).close()
        _pipe(process.stdout).close()
        return process.wait()

    def kill(self) -> None:
        """Kill the process, if there is one."""
        process = self._process
        if process is not None:
            process.kill()


def serve() -> None:
    """Work on what comes through standard input until it is closed; runs in the worker.

    Answers go to standard output, so whatever a library prints is sent to
    standard error.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def answer(value: Any) -> None:
        pickle.dump(value, answers)
        answers.flush()

    keep_freed_memory()
    with suppress(EOFError, BrokenPipeError):
        answer("ready")
        while True:
            answer(attempt(*pickle.load(sys.stdin.buffer)))


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    return cast(IO[bytes], stream)


def _import_path() -> str:
    return os.pathsep.join(str(Path(place).absolute()) for place in sys.path)


def _end_in_words(code: int) -> str:
    return f"was killed (signal {-code})" if code < 0 else f"ended with code {code}"
