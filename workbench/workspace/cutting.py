"""From audio to utterances, turns and whole calls in the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import activity as speech
from workbench.errors import WorkbenchError
from workbench.quality import event_table, music_shares
from workbench.utterances import UtteranceSettings, segment_channels, turns_of, whole_call
from workbench.workspace.hearing import channel_files, present
from workbench.workspace.progress import with_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from workbench.activity import HeardChannel
    from workbench.utterances import Segmented, TierUtterances
    from workbench.workspace.core import Core

HOP_S = 0.01
SHORTEST_S = 0.001
METHOD = "voice_activity"
COLUMNS = ["call_id", "path", "reason"]

Activity = dict[int, "tuple[npt.NDArray[np.bool_], float, float]"]


def segment(ws: Core, *, min_silence_s: float | None) -> tuple[pd.DataFrame, list[str]]:
    """Cut every call with audio by speech activity.

    A tier that somebody imported stays in use; what speech activity finds is
    then kept beside it.

    Parameters
    ----------
    ws : Core
        The workspace.
    min_silence_s : float or None
        Silence that ends an utterance, seconds; None for the workspace's setting.

    Returns
    -------
    failed : DataFrame
        Columns call_id, path, reason.
    notices : list of str
        What was done, in sentences.
    """
    settings = UtteranceSettings(min_silence_s=min_silence_s or ws.config.min_silence_s)
    recordings = ws.store.read("recordings")
    agents = ws.store.read("calls").set_index("call_id")["agent_id"]
    there = ws.store.read("segmentations", unit="utterance")
    calls = sorted(set(recordings["call_id"]))
    failed, n_new, n_beside = [], 0, 0
    for call_id in with_progress(calls, total=len(calls), doing="segmenting", unit="call"):
        own = there[there["call_id"] == call_id]
        alike = own["settings"].map(lambda stored: stored == settings.as_dict()).astype(bool)
        same = own[(own["method"] == METHOD) & alike]
        tier_in_use = bool((own["in_use"] & (own["method"] != METHOD)).any())
        if len(same):
            if not tier_in_use and not same["in_use"].item():
                ws.store.set_in_use(same["segmentation_id"].item())
            continue
        try:
            _cut_call(ws, str(call_id), settings, agents.get(call_id), in_use=not tier_in_use)
        except WorkbenchError as error:
            path = recordings.loc[recordings["call_id"] == call_id, "path"].iloc[0]
            failed.append((call_id, path, str(error)))
            continue
        n_new += 1
        n_beside += tier_in_use
    notices = [f"{n_new} calls segmented, {len(calls) - n_new - len(failed)} were already."]
    if n_beside:
        notices.append(f"In {n_beside} of them an imported tier stays in use.")
    return pd.DataFrame(failed, columns=COLUMNS), notices


def _cut_call(
    ws: Core, call_id: str, settings: UtteranceSettings, agent_id: Any, *, in_use: bool
) -> None:
    files = channel_files(ws, call_id)
    channels = ws.store.read("channels", call_id=call_id)
    agent = None if pd.isna(agent_id) else str(agent_id)
    ends = files["offset_s"] + files["duration_s"]
    activity, heard = call_activity(ws, files)
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


def call_activity(ws: Core, files: pd.DataFrame) -> tuple[Activity, dict[int, HeardChannel]]:
    """Tell speech from silence on every channel of a call, without crosstalk.

    Parameters
    ----------
    ws : Core
        The workspace.
    files : DataFrame
        From `channel_files`.

    Returns
    -------
    activity : dict of int to tuple
        By channel: speech activity, hop in seconds, offset in seconds.
    heard : dict of int to HeardChannel
        By channel: what was heard, with music, ringing and beeps.
    """
    out: Activity = {}
    heard: dict[int, HeardChannel] = {}
    for _, together in files.groupby("offset_s"):
        side: dict[int, HeardChannel] = {}
        for _, group in together.groupby("recording_id"):
            side |= speech.listen_to_recording(
                present(ws, str(group["place"].iloc[0])),
                channels=dict(zip(group["channel"], group["recording_channel"], strict=True)),
                hop_s=HOP_S,
            )
        clean = speech.remove_crosstalk(
            {channel: one.speech for channel, one in side.items()},
            {channel: one.levels_db for channel, one in side.items()},
            hop_s=HOP_S,
        )
        offset = float(together["offset_s"].iloc[0])
        out |= {channel: (frames, HOP_S, offset) for channel, frames in clean.items()}
        heard |= side
    return out, heard


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
