"""Workers of a Dask scheduler, on this machine or on many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from workbench.errors import WorkspaceError
from workbench.workspace.attempts import Outcome, attempt, keep_freed_memory

if TYPE_CHECKING:
    from distributed import Client, Future

Task = TypeVar("Task")
Result = TypeVar("Result")

ANSWER_WITHIN_S = 10
WORKERS_WITHIN_S = 60
AT_ONCE = 1000
KILLED = (
    "Every worker that tried this call was killed, also with no other call beside it. If they ran "
    "out of memory, start workers with more."
)


def on_scheduler(
    tasks: Sequence[Task], work: Callable[[Task], Result], scheduler: str | Client
) -> Iterator[tuple[Task, Outcome[Result]]]:
    """Share tasks out to the workers of a Dask scheduler, in their order.

    Dask gives the task of a killed worker to another, as often as its setting
    distributed.scheduler.allowed-failures says, and counts a task that only
    waited at that worker too. So a task that Dask gave up is tried once more at
    the end, with no other beside it.

    Parameters
    ----------
    tasks : sequence
        What to work on; can be pickled.
    work : function
        A function of a module that the workers have too.
    scheduler : str or distributed.Client
        Address of the scheduler, or a client of it, which stays open.

    Yields
    ------
    task : object
        A task.
    outcome : Outcome
        What became of it, in the order in which they are finished.

    Raises
    ------
    WorkspaceError
        If the extra dask is missing, or the scheduler does not answer, has no
        workers or is lost.
    """
    try:
        from distributed import as_completed
    except ImportError as error:
        raise WorkspaceError(
            "Working on a Dask scheduler needs the package distributed. Install it: "
            'pip install "audio-sentiment-workbench[dask]"'
        ) from error

    with _client(scheduler) as client:
        coming = iter(tasks)
        flying: dict[Future, Task] = {}
        suspects: list[Task] = []

        def send(some: Iterable[Task]) -> list[Future]:
            sent = {client.submit(_in_worker, work, task, pure=False): task for task in some}
            flying.update(sent)
            return list(sent)

        try:
            finished = as_completed(send(islice(coming, AT_ONCE)), loop=client.loop)
            for future in finished:
                task = flying.pop(future)
                outcome: Outcome[Result] | None = _outcome(future)
                if outcome is None:
                    suspects.append(task)
                else:
                    yield task, outcome
                finished.update(send(islice(coming, 1)))
            for task in suspects:
                (future,) = send([task])
                yield task, _outcome(future) or Outcome(reason=KILLED)
        finally:
            client.cancel(list(flying))


def _in_worker(work: Callable[[Task], Result], task: Task) -> Outcome[Result]:
    keep_freed_memory()
    return attempt(work, task)


def _outcome(future: Future) -> Outcome[Result] | None:
    """Wait for an outcome; None if its workers were killed."""
    from distributed import KilledWorker

    try:
        outcome: Outcome[Result] = future.result()
    except KilledWorker:
        return None
    except Exception as error:
        if future.cancelled():
            raise WorkspaceError(
                "The Dask scheduler is gone, or cancelled our tasks. What was done is kept; "
                "start it again and do the same once more."
            ) from error
        return Outcome(reason=f"The worker could not begin: {type(error).__name__}: {error}")
    return outcome


@contextmanager
def _client(scheduler: str | Client) -> Iterator[Client]:
    from distributed import Client

    if not isinstance(scheduler, (str, Client)):
        raise WorkspaceError(
            f"scheduler={scheduler!r} came; the address of a Dask scheduler was expected, for "
            'example "tcp://10.0.0.5:8786", or a distributed.Client.'
        )
    if isinstance(scheduler, Client):
        yield _with_workers(scheduler)
        return
    try:
        client = Client(scheduler, timeout=ANSWER_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"No Dask scheduler answers at {scheduler} ({error}). Start one with "
            '"dask scheduler", or give the address that it printed.'
        ) from error
    with client:
        yield _with_workers(client)


def _with_workers(client: Client) -> Client:
    try:
        client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
    except TimeoutError as error:
        address = client.scheduler.address
        raise WorkspaceError(
            f"The Dask scheduler at {address} has no workers. Start some with "
            f'"dask worker {address} --nthreads 1" where the workbench is installed.'
        ) from error
    return client
