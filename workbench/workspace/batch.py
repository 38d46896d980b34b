"""Many calls, each on its own: in this process, in worker processes or on a Dask scheduler."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Protocol, TypeVar

from workbench.errors import InputError
from workbench.workspace.attempts import Outcome, attempt
from workbench.workspace.progress import hours_bar

if TYPE_CHECKING:
    from distributed import Client


class CallTask(Protocol):
    """What must be known of a call to put it in its place; all of it can be pickled."""

    @property
    def call_id(self) -> str:
        """The call."""

    @property
    def audio_s(self) -> float:
        """Seconds of audio, by which the time left is estimated."""


Task = TypeVar("Task", bound=CallTask)
Result = TypeVar("Result")


def run_calls(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    *,
    doing: str,
    jobs: int | None = None,
    scheduler: str | Client | None = None,
    done: Sequence[CallTask] = (),
) -> Generator[tuple[Task, Outcome[Result]], None, None]:
    """Do the same work on many calls, the longest first, and show how far it is.

    A call that fails, or whose worker is killed twice, is told with a reason and
    stops nobody.

    Parameters
    ----------
    tasks : sequence of CallTask
        One a call.
    work : function
        Takes a task and returns a result, without touching anything else: a
        function of a module, since workers import it.
    doing : str
        What is being done, for the progress bar, for example "measuring".
    jobs : int, optional
        Worker processes on this machine; 1, the default, works in this process.
    scheduler : str or distributed.Client, optional
        A Dask scheduler to do it on, in place of jobs: its address, for example
        "tcp://10.0.0.5:8786", or a client of it.
    done : sequence of CallTask
        Calls that were done before; the bar counts them.

    Returns
    -------
    generator of (CallTask, Outcome)
        As they are finished. Closing it stops the workers.

    Raises
    ------
    InputError
        If jobs is not a whole number from 1 on, or came with a scheduler.
    WorkspaceError
        While iterating: if workers cannot be started or the scheduler does not
        answer.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> calls = [SimpleNamespace(call_id=str(n), audio_s=60.0 * n) for n in (1, 2)]
    >>> for task, outcome in run_calls(calls, lambda task: 2 * task.audio_s, doing="doubling"):
    ...     print(task.call_id, outcome.result)
    2 240.0
    1 120.0
    """
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1):
        raise InputError(
            f"jobs={jobs!r} came; a number of worker processes from 1 on was expected, usually "
            "as many as the machine has cores."
        )
    if jobs is not None and scheduler is not None:
        raise InputError(
            f"jobs={jobs} and a scheduler came together. Leave jobs out: how many workers a Dask "
            "scheduler has is decided where they are started."
        )
    ordered = sorted(tasks, key=lambda task: -task.audio_s)
    return _with_bar(_outcomes(ordered, work, jobs or 1, scheduler), tasks, doing, done)


def _outcomes(
    tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int, scheduler: str | Client | None
) -> Generator[tuple[Task, Outcome[Result]], None, None]:
    if not tasks:
        return
    if scheduler is not None:
        from workbench.workspace.dask_workers import on_scheduler

        yield from on_scheduler(tasks, work, scheduler)
    elif jobs > 1:
        from workbench.workspace.local_workers import on_processes

        yield from on_processes(tasks, work, min(jobs, len(tasks)))
    else:
        for task in tasks:
            yield task, attempt(work, task)


def _with_bar(
    outcomes: Generator[tuple[Task, Outcome[Result]], None, None],
    tasks: Sequence[Task],
    doing: str,
    done: Sequence[CallTask],
) -> Generator[tuple[Task, Outcome[Result]], None, None]:
    lengths, before = [task.audio_s for task in tasks], [task.audio_s for task in done]
    with closing(outcomes), hours_bar(lengths, doing=doing, before=before) as advance:
        for task, outcome in outcomes:
            yield task, outcome
            advance(task.audio_s)
