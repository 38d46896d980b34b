"""From audio to utterances, turns and whole calls in the register."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.quality import event_table, music_shares
from workbench.utterances import UtteranceSettings, segment_channels, turns_of, whole_call
from workbench.workspace.activity_tasks import Activity, CallToHear, call_to_hear, hear_call
from workbench.workspace.batch import run_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from distributed import Client

    from workbench.activity import HeardChannel
    from workbench.utterances import Segmented, TierUtterances
    from workbench.workspace.core import Core

SHORTEST_S = 0.001
METHOD = "voice_activity"
COLUMNS = ["call_id", "path", "reason"]


def segment(
    ws: Core,
    *,
    min_silence_s: float | None,
    jobs: int | None = None,
    scheduler: str | Client | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Cut every call with audio by speech activity; goes on where it stopped.

    A tier that somebody imported stays in use; what speech activity finds is
    then kept beside it. Only this process touches the database.

    Parameters
    ----------
    ws : Core
        The workspace.
    min_silence_s : float or None
        Silence that ends an utterance, seconds; None for the workspace's setting.
    jobs : int, optional
        Worker processes that listen; see `run_calls`.
    scheduler : str or distributed.Client, optional
        A Dask scheduler in place of jobs.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What was done, in sentences.
    """
    settings = UtteranceSettings(min_silence_s=min_silence_s or ws.config.min_silence_s)
    paths = ws.store.read("recordings").groupby("call_id")["path"].first()
    agents = ws.store.read("calls").set_index("call_id")["agent_id"]
    there = ws.store.read("segmentations", unit="utterance")
    todo, failed, beside = [], [], set()
    for call_id, own in _of_each(there, paths.index.tolist()):
        alike = own["settings"].map(lambda stored: stored == settings.as_dict()).astype(bool)
        same = own[(own["method"] == METHOD) & alike]
        tier_in_use = bool((own["in_use"] & (own["method"] != METHOD)).any())
        if len(same):
            if not tier_in_use and not same["in_use"].item():
                ws.store.set_in_use(same["segmentation_id"].item())
            continue
        beside |= {call_id} if tier_in_use else set()
        try:
            todo.append(call_to_hear(ws, call_id, look=scheduler is None))
        except WorkbenchError as error:
            failed.append((call_id, paths[call_id], str(error)))
    cut = set()
    with closing(
        run_calls(todo, hear_call, doing="segmenting", jobs=jobs, scheduler=scheduler)
    ) as outcomes:
        for call, outcome in outcomes:
            if outcome.result is None:
                failed.append((call.call_id, paths[call.call_id], outcome.reason))
                continue
            in_use, agent = call.call_id not in beside, agents.get(call.call_id)
            try:
                _cut_call(ws, call, *outcome.result, settings, agent, in_use=in_use)
            except WorkbenchError as error:
                failed.append((call.call_id, paths[call.call_id], str(error)))
                continue
            cut.add(call.call_id)
    notices = [f"{len(cut)} calls segmented, {len(paths) - len(cut) - len(failed)} were already."]
    if n_beside := len(cut & beside):
        notices.append(f"In {n_beside} of them an imported tier stays in use.")
    return pd.DataFrame(sorted(failed), columns=COLUMNS), notices


def _of_each(rows: pd.DataFrame, calls: list[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    by_call = dict(iter(rows.groupby("call_id")))
    for call_id in calls:
        yield call_id, by_call.get(call_id, rows.head(0))


def _cut_call(
    ws: Core,
    call: CallToHear,
    activity: Activity,
    heard: dict[int, HeardChannel],
    settings: UtteranceSettings,
    agent_id: Any,
    *,
    in_use: bool,
) -> None:
    files, call_id = call.files, call.call_id
    channels = ws.store.read("channels", call_id=call_id)
    agent = None if pd.isna(agent_id) else str(agent_id)
    ends = files["offset_s"] + files["duration_s"]
    cut = segment_channels(
        activity,
        channels,
        call_id=call_id,
        settings=settings,
        end_s=dict(zip(files["channel"], ends, strict=True)),
        agent_id=agent,
    )
    parts = [cut, *further_units(cut.utterances, channels, call_id, float(ends.max()), agent)]
    add_all(ws, parts, in_use=in_use)
    _keep_sounds(ws, call_id, activity, heard)


def further_units(
    utterances: pd.DataFrame,
    channels: pd.DataFrame,
    call_id: str,
    end_s: float,
    agent_id: str | None,
) -> list[Segmented]:
    """Make the turns of utterances, and the units for judging the whole call.

    Parameters
    ----------
    utterances : DataFrame
        Utterances of one call.
    channels : DataFrame
        Its channels; no rows for a call without audio.
    call_id : str
        The call.
    end_s : float
        Where it ends, seconds.
    agent_id : str or None
        Its agent.

    Returns
    -------
    list of Segmented
        The turns, where there are utterances, and the whole call; nothing for
        a call without audio, or of less than a millisecond, which nobody can rate.
    """
    if channels.empty or end_s < SHORTEST_S:
        return []
    whole = whole_call(
        call_id,
        end_s=end_s,
        channels=channels,
        roles=sorted(set(utterances["role"]) - {"unknown"}) or None,
        agent_id=agent_id,
    )
    return [turns_of(utterances, channels), whole] if len(utterances) else [whole]


def add_all(ws: Core, parts: Sequence[Segmented | TierUtterances], *, in_use: bool) -> None:
    """Write several segmentations in one transaction.

    Parameters
    ----------
    ws : Core
        The workspace.
    parts : sequence of Segmented or TierUtterances
        Segmentations with their utterances.
    in_use : bool
        Whether they take the place of those in use now.
    """
    ws.store.add_segmentation(
        pd.concat([part.segmentation for part in parts], ignore_index=True),
        pd.concat([part.utterances for part in parts], ignore_index=True),
        in_use=in_use,
    )


def _keep_sounds(
    ws: Core, call_id: str, activity: Activity, heard: dict[int, HeardChannel]
) -> None:
    """Keep what is in the call besides speech: events, and the share of music."""
    events = event_table(
        call_id,
        heard,
        {channel: frames for channel, (frames, _, _) in activity.items()},
        {channel: offset_s for channel, (_, _, offset_s) in activity.items()},
    )
    ws.store.replace_events(call_id, events, source="signal")
    quality = ws.cache.read("quality", [(call_id,)])
    if len(quality):
        shares = quality["channel"].map(music_shares(heard))
        ws.cache.write("quality", call_id, quality.assign(music_share=shares))
