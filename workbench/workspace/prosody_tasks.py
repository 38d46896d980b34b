"""What measuring a call takes: all that its prosody depends on, and where the audio is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import prosody
from workbench.audio import file_sha256
from workbench.audio.sources import is_url, open_bytes
from workbench.errors import RecordingError
from workbench.utterances import gap_table

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_ASKED = (
    "utterance_id channel role speaker_id start_s end_s pause_before_s response_latency_s overlap_s"
).split()
_OF_RECORDING = "recording_id sha256 root path offset_s duration_s".split()
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class RecordingPart:
    """One recording of a call, with the utterances that are heard on it.

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
    utterances : DataFrame
        Columns of utterances and of `workbench.utterances.gap_table`.
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
    utterances: pd.DataFrame
    place: str = ""


@dataclass(frozen=True)
class CallToMeasure:
    """A call with all that its prosody depends on; goes to workers as it is.

    Parameters
    ----------
    call_id : str
        The call.
    parts : tuple of RecordingPart
        Its recordings.
    settings : ProsodySettings
        What to measure with.
    """

    call_id: str
    parts: tuple[RecordingPart, ...]
    settings: prosody.ProsodySettings

    @property
    def audio_s(self) -> float:
        """Seconds of audio in its recordings."""
        return sum(part.duration_s for part in self.parts)

    def depends_on(self) -> list[Any]:
        """Name everything that the result depends on, for the name of its file in the cache.

        Where the audio lies is left out: a recording that moved is the same.

        Returns
        -------
        list
            Settings; for each recording its id and hash, offset, channels and
            utterances.
        """
        parts = [
            {
                "recording_id": part.recording_id,
                "sha256": part.sha256,
                "offset_s": part.offset_s,
                "channels": sorted(part.channels.items()),
                "utterances": part.utterances.to_numpy(dtype=object).tolist(),
            }
            for part in self.parts
        ]
        return [self.settings.as_dict(), parts]


def calls_to_measure(
    ws: Core, utterances: pd.DataFrame, *, call_id: str | None = None
) -> list[CallToMeasure]:
    """Put together what measuring needs, for all calls at once.

    Parameters
    ----------
    ws : Core
        The workspace.
    utterances : DataFrame
        Utterances in use.
    call_id : str, optional
        Only this call; then the utterances are of this call.

    Returns
    -------
    list of CallToMeasure
        One a call that has audio and utterances on it.
    """
    where = {"call_id": call_id} if call_id is not None else {}
    signals = ws.store.read("channels", **where)
    numbers: dict[Any, Any] = {
        recording: own.set_index("channel")["recording_channel"].to_dict()
        for recording, own in signals.groupby("recording_id")
    }
    heard = utterances.merge(gap_table(utterances), on="utterance_id", validate="one_to_one")
    heard = heard.merge(
        signals[["call_id", "channel", "recording_id"]],
        on=["call_id", "channel"],
        validate="many_to_one",
    )
    asked = dict(list(heard.groupby("recording_id")[_ASKED]))
    parts: dict[str, list[RecordingPart]] = {}
    recordings = ws.store.read("recordings", **where).sort_values(["call_id", "recording_id"])
    for row in recordings[recordings["recording_id"].isin(list(asked))].to_dict("records"):
        part = RecordingPart(
            **{name: row[name] for name in _OF_RECORDING},
            channels=numbers[row["recording_id"]],
            utterances=asked[row["recording_id"]].reset_index(drop=True),
        )
        parts.setdefault(str(row["call_id"]), []).append(part)
    settings = prosody.ProsodySettings()
    return [CallToMeasure(call, tuple(own), settings) for call, own in parts.items()]


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
    rows = []
    for part in call.parts:
        with _as_registered(part.place, part.sha256) as path:
            rows.append(
                prosody.measure_recording(
                    path,
                    part.utterances,
                    settings=call.settings,
                    channels=part.channels,
                    offset_s=part.offset_s,
                )
            )
    return pd.concat(rows, ignore_index=True)


@contextmanager
def _as_registered(place: str, sha256: str) -> Iterator[Path]:
    """Give the path of a recording with the registered content; what is remote is fetched."""
    if not is_url(place):
        _check_content(place, file_sha256(place), sha256)
        yield Path(place.removeprefix("file://"))
        return
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / Path(place).name
        digest = hashlib.sha256()
        with open_bytes(place) as source, path.open("wb") as target:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                target.write(chunk)
        _check_content(place, digest.hexdigest(), sha256)
        yield path


def _check_content(place: str, found: str, registered: str) -> None:
    if found != registered:
        raise RecordingError(
            f"{place} is not the recording that was taken in: its content has changed since. "
            "Utterances and ratings belong to the old one, so put that back, or take the new "
            "one in as a call of its own."
        )
