"""Who speaks on a mono call: the bounds of speech activity, the speakers of a tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table, check_utterances
from workbench.utterances.cutting import with_agents
from workbench.utterances.rows import Segmented, make_segmented, number_turns
from workbench.utterances.settings import UtteranceSettings
from workbench.utterances.tiers import check_intervals, check_voices

_Piece = tuple[float, float, str | None]


def assign_roles_from_tier(
    utterances: pd.DataFrame,
    intervals: pd.DataFrame,
    method: str,
    *,
    channels: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    speaker_ids: Mapping[str, str] | None = None,
    agent_id: str | None = None,
    created_at: datetime | None = None,
) -> Segmented:
    """Give speakers and roles to utterances of unknown role, cut where they change.

    For a mono call: speech activity knows when someone speaks, RTTM or a
    transcript knows who. The result is a segmentation of its own; the role of
    the channel stays unknown, since it carries several. Utterances whose role
    is known are kept.

    Parameters
    ----------
    utterances : DataFrame
        Utterances of one segmentation of one call, as from `segment_channels`.
    intervals : DataFrame
        Who speaks when, as in `from_tier`: start_s, end_s and speaker or role.
    method : str
        The format they came in, stored with the segmentation.
    channels : DataFrame, optional
        The table channels, for ids that name the recording.
    roles : mapping of str to str, optional
        Role by speaker. Speakers named after a role need none.
    speaker_ids : mapping of str to str, optional
        Who the customer and the agent are, by role.
    agent_id : str, optional
        The agent of the call.
    created_at : datetime, optional
        UTC; now if not given.

    Returns
    -------
    Segmented
        A row of segmentations (method voice_activity, with the earlier
        segmentation and `method` in the settings) and its utterances. They never
        overlap on a channel: where the tier has two speakers at once, who began
        first goes on; where it has none, the nearer speaker of the utterance is
        taken. An utterance that no interval touches stays unknown.

    Raises
    ------
    InputError
        If there are no utterances, they are of several calls or segmentations,
        or the intervals are not as documented.

    See Also
    --------
    from_tier : Take the bounds of the tier as well.

    Examples
    --------
    >>> import pandas as pd
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1"], "segmentation_id": "s1", "unit": "utterance",
    ...     "call_id": "c1", "channel": [0], "role": "unknown", "start_s": [0.2],
    ...     "end_s": [6.0], "created_at": "2026-01-01",
    ... })
    >>> turns = pd.DataFrame({"start_s": [0.0, 2.6], "end_s": [2.4, 6.1],
    ...                       "speaker": ["agent", "customer"]})
    >>> cut = assign_roles_from_tier(utterances, turns, "rttm")
    >>> cut.utterances[["role", "start_s", "end_s"]].values.tolist()
    [['agent', 0.2, 2.5], ['customer', 2.5, 6.0]]
    """
    rows = check_utterances(utterances)
    rows = rows[rows["retired_at"].isna()]
    if rows["segmentation_id"].nunique() != 1 or rows["call_id"].nunique() != 1:
        raise InputError(
            f"Utterances of {rows['segmentation_id'].nunique()} segmentations of "
            f"{rows['call_id'].nunique()} calls came; roles are given to one segmentation of one "
            "call at a time."
        )
    call_id = str(rows["call_id"].iloc[0])
    tier = check_voices(check_intervals(intervals, call_id), roles)
    tier = tier.assign(voice=tier["speaker"].where(tier["speaker"].notna(), tier["role"]))
    recordings = {}
    if channels is not None:
        here = check_table(channels, "channels").query("call_id == @call_id")
        recordings = dict(zip(here["channel"], here["recording_id"], strict=True))
    role_of = dict(zip(tier["voice"], tier["role"], strict=True))
    settings = UtteranceSettings()
    cut: list[dict[str, Any]] = []
    for row in rows.astype("object").to_dict("records"):
        owner = recordings.get(row["channel"], call_id)
        kept = {str(k): v for k, v in row.items()} | {"owner": owner, "agent_id": agent_id}
        pieces: Sequence[_Piece] = [(row["start_s"], row["end_s"], None)]
        if row["role"] == "unknown":
            on_channel = tier["channel"].isna() | (tier["channel"] == row["channel"])
            spoken = tier.loc[on_channel, ["start_s", "end_s", "voice"]]
            pieces = _pieces(
                float(row["start_s"]),
                float(row["end_s"]),
                [(float(a), float(b), str(v)) for a, b, v in spoken.to_numpy()],
                settings.min_speech_s,
            )
        for start_s, end_s, voice in pieces:
            piece = kept | {"start_s": start_s, "end_s": end_s}
            if voice is not None:
                role = role_of[voice]
                speaker = (speaker_ids or {}).get(role, f"{call_id}/{voice}")
                piece |= {"role": role, "speaker_id": speaker}
            cut.append(piece)
    nobody = all(row["role"] == "unknown" and pd.isna(row["speaker_id"]) for row in cut)
    numbered = number_turns(cut, max_backchannel_s=settings.max_backchannel_s, one_voice=nobody)
    return make_segmented(
        with_agents(numbered, call_id=call_id),
        call_id=call_id,
        unit="utterance",
        method="voice_activity",
        settings={
            "of": str(rows["segmentation_id"].iloc[0]),
            "speakers_from": method,
            "speakers": {str(voice): role for voice, role in sorted(role_of.items())},
            "max_backchannel_s": settings.max_backchannel_s,
        },
        created_at=created_at,
    )


def _pieces(
    start_s: float, end_s: float, spoken: Sequence[tuple[float, float, str]], shortest_s: float
) -> list[_Piece]:
    """Divide the time of an utterance among the speakers of a tier."""
    touching = sorted(row for row in spoken if row[0] < end_s and row[1] > start_s)
    if not touching:
        return [(start_s, end_s, None)]
    bounds = {start_s, end_s}.union(*((a, b) for a, b, _ in touching))
    edges = sorted(edge for edge in bounds if start_s <= edge <= end_s)
    covered: list[_Piece] = []
    for a, b in pairwise(edges):
        speaking = [row for row in touching if row[0] <= a and row[1] >= b]
        if speaking:
            covered.append((a, b, min(speaking)[2]))
    filled: list[_Piece] = []
    for position, (_, b, voice) in enumerate(covered):
        begin = start_s if not filled else filled[-1][1]
        until = end_s
        if position + 1 < len(covered):
            until = round((b + covered[position + 1][0]) / 2, 3)
        if filled and (filled[-1][2] == voice or until - begin < shortest_s):
            filled[-1] = (filled[-1][0], until, filled[-1][2])
        elif filled and filled[-1][1] - filled[-1][0] < shortest_s:
            filled[-1] = (filled[-1][0], until, voice)
        else:
            filled.append((begin, until, voice))
    return filled
