"""What telling speech from silence takes: where a call's audio is, on which channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from workbench import activity as speech
from workbench.workspace.fetching import as_registered
from workbench.workspace.hearing import channel_files, present

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from workbench.activity import HeardChannel
    from workbench.workspace.core import Core

HOP_S = 0.01

Activity = dict[int, "tuple[npt.NDArray[np.bool_], float, float]"]


@dataclass(frozen=True)
class CallToHear:
    """A call with audio; goes to workers as it is.

    Parameters
    ----------
    call_id : str
        The call.
    files : DataFrame
        From `channel_files`.
    """

    call_id: str
    files: pd.DataFrame

    @property
    def audio_s(self) -> float:
        """Seconds of audio in its recordings."""
        return float(self.files.drop_duplicates("recording_id")["duration_s"].sum())


def call_to_hear(ws: Core, call_id: str, *, look: bool) -> CallToHear:
    """Put together what hearing a call needs.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    look : bool
        Whether to look if the files are where they were.

    Returns
    -------
    CallToHear
        The call.

    Raises
    ------
    RecordingError
        If a file is not there any more.
    """
    files = channel_files(ws, call_id)
    parts = files[["place", "root"]].drop_duplicates()
    for place, root in parts.itertuples(index=False) if look else ():
        present(ws, str(place), str(root))
    return CallToHear(call_id, files)


def hear_call(call: CallToHear) -> tuple[Activity, dict[int, HeardChannel]]:
    """Tell speech from silence on every channel of a call, without crosstalk.

    Parameters
    ----------
    call : CallToHear
        The call.

    Returns
    -------
    activity : dict of int to tuple
        By channel: speech activity, hop in seconds, offset in seconds.
    heard : dict of int to HeardChannel
        By channel: what was heard, with music, ringing and beeps.

    Raises
    ------
    RecordingError
        If a recording cannot be read, or is not the one that was registered.
    """
    out: Activity = {}
    heard: dict[int, HeardChannel] = {}
    for _, together in call.files.groupby("offset_s"):
        side: dict[int, HeardChannel] = {}
        for _, group in together.groupby("recording_id"):
            where = zip(group["channel"], group["recording_channel"], strict=True)
            with as_registered(str(group["place"].iloc[0]), group["sha256"].iloc[0]) as path:
                side |= speech.listen_to_recording(path, channels=dict(where), hop_s=HOP_S)
        clean = speech.remove_crosstalk(
            {channel: one.speech for channel, one in side.items()},
            {channel: one.levels_db for channel, one in side.items()},
            hop_s=HOP_S,
        )
        offset = float(together["offset_s"].iloc[0])
        out |= {channel: (frames, HOP_S, offset) for channel, frames in clean.items()}
        heard |= side
    return out, heard
