"""From utterances to prosody, kept in the cache."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from workbench import prosody
from workbench.errors import WorkbenchError
from workbench.utterances import gap_table
from workbench.workspace import tables
from workbench.workspace.hearing import channel_files, present
from workbench.workspace.progress import with_progress

if TYPE_CHECKING:
    from workbench.workspace.core import Core

COLUMNS = ["call_id", "path", "reason"]


def depends_on(utterances: pd.DataFrame) -> tuple[str, ...]:
    """Name everything that the prosody of a call depends on.

    Parameters
    ----------
    utterances : DataFrame
        The call's utterances in use.

    Returns
    -------
    tuple of str
        For the names of cache files.
    """
    who = utterances[["utterance_id", "role"]].astype(str).sort_values("utterance_id")
    settings = json.dumps(prosody.ProsodySettings().as_dict(), sort_keys=True)
    return (settings, *who["utterance_id"], *who["role"])


def measure(ws: Core) -> tuple[pd.DataFrame, list[str]]:
    """Measure every call that has not been measured; goes on where it stopped.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What was done, in sentences.
    """
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    recordings = ws.store.read("recordings")
    calls = sorted(set(recordings["call_id"]))
    failed, n_new, n_uncut = [], 0, 0
    for call_id in with_progress(calls, total=len(calls), doing="measuring", unit="call"):
        own = utterances[utterances["call_id"] == call_id]
        if own.empty:
            n_uncut += 1
            continue
        if ws.cache.has("prosody", call_id, *depends_on(own)):
            continue
        try:
            rows = _measure_call(ws, str(call_id), own)
        except WorkbenchError as error:
            path = recordings.loc[recordings["call_id"] == call_id, "path"].iloc[0]
            failed.append((call_id, path, str(error)))
            continue
        ws.cache.write("prosody", call_id, rows, *depends_on(own))
        n_new += 1
    done = len(calls) - n_new - len(failed) - n_uncut
    notices = [f"{n_new} calls measured, {done} were already."]
    if n_uncut:
        notices.append(f"{n_uncut} calls have no utterances: run ws.segment(), or hold no speech.")
    return pd.DataFrame(failed, columns=COLUMNS), notices


def _measure_call(ws: Core, call_id: str, utterances: pd.DataFrame) -> pd.DataFrame:
    gaps = gap_table(utterances)
    own = utterances.merge(gaps, on="utterance_id", validate="one_to_one")
    parts = []
    for _, files in channel_files(ws, call_id).groupby("recording_id"):
        here = own[own["channel"].isin(files["channel"])]
        if len(here):
            rows = prosody.measure_recording(
                present(ws, str(files["place"].iloc[0])),
                here,
                channels=dict(zip(files["channel"], files["recording_channel"], strict=True)),
                offset_s=float(files["offset_s"].iloc[0]),
            )
            parts.append(rows)
    return pd.concat(parts, ignore_index=True)
