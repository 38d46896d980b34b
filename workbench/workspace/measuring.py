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
    import numpy as np
    import numpy.typing as npt

    from workbench.workspace.door import Workspace

COLUMNS = ["call_id", "path", "reason"]
GAPS = ["pause_before_s", "response_latency_s", "overlap_s"]


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


def measure(ws: Workspace) -> tuple[pd.DataFrame, list[str]]:
    """Measure every call that has not been measured; goes on where it stopped.

    Parameters
    ----------
    ws : Workspace
        The workspace.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What was done, in sentences.
    """
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    words = ws.store.read("words", kind="word")
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
            rows = _measure_call(ws, str(call_id), own, words[words["call_id"] == call_id])
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


def _measure_call(
    ws: Workspace, call_id: str, utterances: pd.DataFrame, words: pd.DataFrame
) -> pd.DataFrame:
    files = channel_files(ws, call_id)
    parts = []
    for _, group in files.groupby("recording_id"):
        own = utterances.merge(group[["channel", "recording_channel", "offset_s"]], on="channel")
        if own.empty:
            continue
        own = own.assign(
            channel=own["recording_channel"],
            start_s=own["start_s"] - own["offset_s"],
            end_s=own["end_s"] - own["offset_s"],
        )
        parts.append(prosody.measure_recording(present(ws, str(group["place"].iloc[0])), own))
    rows = pd.concat(parts, ignore_index=True)
    gaps = gap_table(utterances).set_index("utterance_id")
    rows[GAPS] = gaps.loc[rows["utterance_id"], GAPS].to_numpy()
    return rows.assign(word_rate_per_s=_word_rates(rows["utterance_id"], utterances, words))


def _word_rates(
    wanted: pd.Series, utterances: pd.DataFrame, words: pd.DataFrame
) -> npt.NDArray[np.float64]:
    middles = (words["start_s"] + words["end_s"]) / 2
    counts = [
        int(
            (
                (middles >= row["start_s"])
                & (middles < row["end_s"])
                & (words["channel"] == row["channel"])
            ).sum()
        )
        for row in utterances.to_dict(orient="records")
    ]
    lengths = utterances["end_s"] - utterances["start_s"]
    rates = pd.Series(counts, index=utterances.index) / lengths
    by_utterance = rates.where(rates > 0).set_axis(utterances["utterance_id"])
    return by_utterance.loc[wanted].to_numpy(dtype="float64")
