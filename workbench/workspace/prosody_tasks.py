"""What measuring a call takes: all that its prosody depends on, and where the audio is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import prosody
from workbench.schema import empty_table
from workbench.utterances import gap_table
from workbench.workspace.fetching import as_registered

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_DEPENDED_ON = "utterance_id unit channel role speaker_id turn start_s end_s".split()
_OF_RECORDING = "recording_id sha256 root path offset_s duration_s".split()


@dataclass(frozen=True)
class RecordingPart:
    """One recording of a call.

    Parameters
    ----------
    recording_id, sha256 : str
        Its content.
    root, path : str
        Audio root and path below it.
    offset_s, duration_s : float
        Where it begins in the call and how long it is, seconds.
    channels : dict of int to int
        Channel of the call to channel of the file.
    place : str
        Path or URL; empty until somebody looked it up.
    """

    recording_id: str
    sha256: str
    root: str
    path: str
    offset_s: float
    duration_s: float
    channels: dict[int, int]
    place: str = ""


@dataclass(frozen=True)
class CallToMeasure:
    """A call with all that its prosody depends on; goes to workers as it is.

    Parameters
    ----------
    call_id : str
        The call.
    recordings : tuple of RecordingPart
        Its recordings.
    utterances : DataFrame
        Its utterances in use.
    settings : ProsodySettings
        What to measure with.
    """

    call_id: str
    recordings: tuple[RecordingPart, ...]
    utterances: pd.DataFrame
    settings: prosody.ProsodySettings

    @property
    def audio_s(self) -> float:
        """Seconds of audio in its recordings."""
        return sum(part.duration_s for part in self.recordings)

    def depends_on(self) -> list[Any]:
        """Name everything that the result depends on, for the name of its file in the cache.

        Pauses, latencies and overlaps are made of the utterances, so these stand
        for them. Where the audio lies is left out: a recording that moved is the
        same.

        Returns
        -------
        list
            Settings, recordings (id, hash, offset, channels) and utterances.
        """
        recordings = [
            [part.recording_id, part.sha256, part.offset_s, sorted(part.channels.items())]
            for part in self.recordings
        ]
        utterances = [self.utterances[column].tolist() for column in _DEPENDED_ON]
        return [self.settings.as_dict(), recordings, utterances]


def calls_to_measure(
    ws: Core, utterances: pd.DataFrame, *, call_id: str | list[str] | None = None
) -> list[CallToMeasure]:
    """Put together what measuring needs, for all calls at once.

    Parameters
    ----------
    ws : Core
        The workspace.
    utterances : DataFrame
        Utterances in use.
    call_id : str or list of str, optional
        Only this call, or these; then the utterances are of them.

    Returns
    -------
    list of CallToMeasure
        One a call that has audio and utterances.
    """
    where: dict[str, Any] = {"call_id": call_id} if call_id is not None else {}
    channels: dict[str, dict[int, int]] = {}
    for row in ws.store.read("channels", **where).to_dict("records"):
        of_file = channels.setdefault(row["recording_id"], {})
        of_file[row["channel"]] = row["recording_channel"]
    recordings: dict[str, list[RecordingPart]] = {}
    for row in ws.store.read("recordings", **where).to_dict("records"):
        known = {name: row[name] for name in _OF_RECORDING}
        part = RecordingPart(**known, channels=channels.get(row["recording_id"], {}))
        recordings.setdefault(row["call_id"], []).append(part)
    settings = prosody.ProsodySettings()
    return [
        CallToMeasure(
            str(call),
            tuple(sorted(recordings[str(call)], key=lambda part: part.recording_id)),
            own.reset_index(drop=True),
            settings,
        )
        for call, own in utterances.groupby("call_id")
        if call in recordings
    ]


def measure_call(call: CallToMeasure) -> pd.DataFrame:
    """Measure one call; touches nothing but its audio.

    Parameters
    ----------
    call : CallToMeasure
        With the places of its recordings.

    Returns
    -------
    DataFrame
        Rows of the table prosody.

    Raises
    ------
    RecordingError
        If a recording cannot be read, or is not the one that was registered.
    """
    asked = call.utterances.merge(
        gap_table(call.utterances), on="utterance_id", validate="one_to_one"
    )
    rows = [empty_table("prosody")]
    for part in call.recordings:
        here = asked[asked["channel"].isin(list(part.channels))]
        if here.empty:
            continue
        with as_registered(part.place, part.sha256) as path:
            rows.append(
                prosody.measure_recording(
                    path,
                    here,
                    settings=call.settings,
                    channels=part.channels,
                    offset_s=part.offset_s,
                )
            )
    return pd.concat(rows, ignore_index=True)
