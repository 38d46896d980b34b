"""From utterances to prosody, kept in the cache."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from workbench.errors import RecordingError
from workbench.workspace import tables
from workbench.workspace.batch import run_calls
from workbench.workspace.hearing import place_of, present
from workbench.workspace.prosody_tasks import CallToMeasure, calls_to_measure, measure_call

if TYPE_CHECKING:
    from distributed import Client

    from workbench.workspace.core import Core

COLUMNS = ["call_id", "path", "reason"]


def measure(
    ws: Core, *, jobs: int | None = None, scheduler: str | Client | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Measure every call that has not been measured; goes on where it stopped.

    Only this process touches the database and the cache; a call is kept as soon
    as it is measured.

    Parameters
    ----------
    ws : Core
        The workspace.
    jobs : int, optional
        Worker processes; see `run_calls`.
    scheduler : str or distributed.Client, optional
        A Dask scheduler in place of jobs.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What was done, in sentences.

    Raises
    ------
    InputError
        If jobs is not a whole number from 1 on, or came with a scheduler.
    WorkspaceError
        If workers cannot be started, the scheduler does not answer or the cache
        cannot be written to.
    """
    begun = time.monotonic()
    ws.cache.remove_unfinished()
    calls = calls_to_measure(ws, tables.utterances_in_use(ws, unit="utterance", text=False))
    done = [call for call in calls if ws.cache.has("prosody", call.call_id, *call.depends_on())]
    there = {call.call_id for call in done}
    todo, failed = [], []
    for call in calls:
        if call.call_id not in there:
            try:
                todo.append(_with_places(ws, call, look=scheduler is None))
            except RecordingError as error:
                failed.append((call.call_id, call.recordings[0].path, str(error)))
    measured_s, n_new = 0.0, 0
    with closing(
        run_calls(todo, measure_call, doing="measuring", jobs=jobs, scheduler=scheduler, done=done)
    ) as outcomes:
        for call, outcome in outcomes:
            if outcome.result is None:
                failed.append((call.call_id, call.recordings[0].path, outcome.reason))
                continue
            ws.cache.write("prosody", call.call_id, outcome.result, *call.depends_on())
            measured_s, n_new = measured_s + call.audio_s, n_new + 1
    notices = [
        f"{n_new} calls ({measured_s / 3600:.2f} hours of audio) measured in "
        f"{time.monotonic() - begun:.1f} s, {len(done)} were already."
    ]
    if n_uncut := len(set(ws.store.read("recordings")["call_id"])) - len(calls):
        notices.append(f"{n_uncut} calls have no utterances: run ws.segment(), or hold no speech.")
    return pd.DataFrame(sorted(failed), columns=COLUMNS), notices


def _with_places(ws: Core, call: CallToMeasure, *, look: bool) -> CallToMeasure:
    """Say where the recordings are; look whether they are there, if that can be seen from here."""
    places = [place_of(ws, part.root, part.path) for part in call.recordings]
    found = list(zip(call.recordings, places, strict=True))
    for part, place in found if look else []:
        present(ws, place, part.root)
    return replace(call, recordings=tuple(replace(part, place=place) for part, place in found))
