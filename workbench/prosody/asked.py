"""What was asked for: the utterances of a file, checked and in file time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.identifiers import utterance_id

KNOWN = (
    "utterance_id channel start_s end_s speaker_id text pause_before_s response_latency_s overlap_s"
).split()


def check_utterances(
    utterances: pd.DataFrame, owner: str, *, offset_s: float = 0.0
) -> pd.DataFrame:
    """Check a table of utterances and give it the columns that measuring needs.

    Parameters
    ----------
    utterances : DataFrame
        start_s and end_s, seconds; may have channel (default 0), utterance_id,
        speaker_id, text, and the columns of `workbench.utterances.gap_table`.
        Further columns are left out.
    owner : str
        What names an utterance that came without utterance_id.
    offset_s : float, default 0.0
        Where the recording begins in the call, seconds.

    Returns
    -------
    DataFrame
        A copy, in the same order, with utterance_id, channel, speaker_id,
        pause_before_s (the silence on the same channel, where it was the last that
        was heard, unless the column came), and
        first_s and last_s, seconds of the recording.

    Raises
    ------
    InputError
        If a column is missing, or a time is missing, negative or backwards.
    """
    for name in ("start_s", "end_s"):
        if name not in utterances.columns:
            raise InputError(
                f'The utterances have no column "{name}".{nearest(name, map(str, utterances))} '
                "Measuring needs start_s and end_s in seconds, and channel if there are several."
            )
    asked = utterances[[c for c in KNOWN if c in utterances.columns]].reset_index(drop=True)
    for name in ("start_s", "end_s"):
        asked[name] = pd.to_numeric(asked[name]).astype("float64")
    wrong = ~(np.isfinite(asked["start_s"]) & np.isfinite(asked["end_s"]))
    wrong |= asked["end_s"] <= asked["start_s"]
    if wrong.any():
        row = asked.loc[wrong].iloc[0]
        raise InputError(
            f"{int(wrong.sum())} of {len(asked)} utterances do not end after they start, first: "
            f"start_s={row['start_s']}, end_s={row['end_s']}. Times are seconds of the call."
        )
    if "channel" not in asked:
        asked["channel"] = 0
    asked["channel"] = asked["channel"].astype("Int64")
    if "utterance_id" not in asked:
        asked["utterance_id"] = [
            utterance_id(owner, -1 if pd.isna(c) else int(c), a, b, "given")
            for c, a, b in zip(asked["channel"], asked["start_s"], asked["end_s"], strict=True)
        ]
    if "speaker_id" not in asked:
        asked["speaker_id"] = None
    if "pause_before_s" not in asked:
        asked["pause_before_s"] = _pauses_before(asked)
    asked["first_s"] = asked["start_s"] - offset_s
    asked["last_s"] = asked["end_s"] - offset_s
    return asked


def channels_of_file(
    asked: pd.DataFrame, channels: Mapping[int, int] | None, n_channels: int, name: str
) -> dict[int, int]:
    """Say which channel of the file holds each channel that was asked for.

    Parameters
    ----------
    asked : DataFrame
        See `check_utterances`.
    channels : mapping of int to int, or None
        Channel of the call to channel of the file; None if they are the same.
    n_channels : int
        Number of channels in the file.
    name : str
        Name of the file, for the message.

    Returns
    -------
    dict of int to int
        Channel of the call to channel of the file, for what was asked.

    Raises
    ------
    InputError
        If the file has no such channel.
    """
    found = {}
    for channel in sorted(asked["channel"].dropna().unique()):
        own = int(channel) if channels is None else channels.get(int(channel), -1)
        if not 0 <= own < n_channels:
            raise InputError(
                f"There are utterances on channel {channel}, but {name} has {n_channels} "
                f"channel{'s' * (n_channels != 1)}, numbered from 0. If the call numbers its "
                "channels otherwise, pass channels={channel of the call: channel of the file}."
            )
        found[int(channel)] = own
    return found


def _pauses_before(asked: pd.DataFrame) -> pd.Series:
    """Silence since the same channel was heard, where no other was heard after it."""
    ordered = asked.sort_values("start_s", kind="stable")
    ended = ordered.groupby("channel", dropna=False)["end_s"].cummax().shift()
    same = ordered["channel"].eq(ordered["channel"].shift()).fillna(False).astype(bool)
    pauses = (ordered["start_s"] - ended).clip(lower=0.0).round(6)
    return pauses.where(same).reindex(asked.index)
