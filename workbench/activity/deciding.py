"""From the measures of frames to stretches of speech."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity.features import FrameFeatures
from workbench.errors import InputError


@dataclass(frozen=True)
class DetectionSettings:
    """What counts as speech. The defaults suit calls; change them knowingly.

    Parameters
    ----------
    core_snr_db : float
        Mean distance from the noise floor, over twelve bands, from which a voiced
        frame is taken as the core of a stretch of speech, dB.
    edge_snr_db : float
        The same for the frames around a core, dB.
    voicing : float
        Autocorrelation from which a frame is voiced, 0..1.
    tone_similarity : float
        Cosine similarity of two spectra 50 ms apart from which a frame belongs to
        a steady tone, 0..1.
    min_core_s : float
        Voiced time that a stretch of speech must hold, seconds.
    min_core_share : float
        Voiced share that a stretch of speech must hold, 0..1.
    range_db : float
        How far below the loud voiced frames of the channel a core may lie, dB.
        Stretches that nowhere come nearer are not the speaker at the microphone.
    bridge_s : float
        Longest dip to `edge_snr_db` inside a stretch, seconds.
    pad_s : float
        Time added at both ends of a stretch, for soft onsets, seconds.
    hangover_s : float
        Longest silence between two stretches that is filled, seconds: the closure
        of a plosive is no pause.
    """

    core_snr_db: float = 4.0
    edge_snr_db: float = 2.0
    voicing: float = 0.45
    tone_similarity: float = 0.985
    min_core_s: float = 0.04
    min_core_share: float = 0.1
    range_db: float = 32.0
    bridge_s: float = 0.06
    pad_s: float = 0.04
    hangover_s: float = 0.2

    def __post_init__(self) -> None:
        """Refuse settings without meaning."""
        for name in ("voicing", "tone_similarity", "min_core_share"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InputError(f"The setting {name} is {value}; it lies between 0 and 1.")
        for name in ("min_core_s", "bridge_s", "pad_s", "hangover_s", "range_db"):
            value = getattr(self, name)
            if not value >= 0:
                raise InputError(f"The setting {name} is {value}; it cannot be negative.")


class FrameMarks(NamedTuple):
    """What is kept of a frame until the whole channel has been heard."""

    core: npt.NDArray[np.bool_]
    """Voiced, clear of the noise, no tone."""

    edge: npt.NDArray[np.bool_]
    """Above the noise."""

    level_db: npt.NDArray[np.float32]
    """Level of the speech band, dB re full scale."""


def mark_frames(frames: FrameFeatures, settings: DetectionSettings) -> FrameMarks:
    """Hold the measures of frames against the settings.

    Parameters
    ----------
    frames : FrameFeatures
        The measures.
    settings : DetectionSettings
        What counts as speech.

    Returns
    -------
    FrameMarks
        One a frame.
    """
    core = (
        (frames.snr_db > settings.core_snr_db)
        & (frames.voicing > settings.voicing)
        & (frames.similarity < settings.tone_similarity)
    )
    return FrameMarks(core, frames.snr_db > settings.edge_snr_db, frames.level_db)


def decide(
    frames: FrameMarks,
    no_speech: npt.NDArray[np.bool_],
    hop_s: float,
    settings: DetectionSettings,
) -> npt.NDArray[np.bool_]:
    """Grow stretches around voiced cores, drop those without, fill short gaps.

    Parameters
    ----------
    frames : FrameMarks
        The frames of a whole channel.
    no_speech : ndarray of bool, shape (n_frames,)
        Frames that are known to be something else.
    hop_s : float
        Length of a frame, seconds.
    settings : DetectionSettings
        What counts as speech.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        Where there is speech.
    """

    def count(seconds: float) -> int:
        return round(seconds / hop_s)

    n_frames = len(frames.level_db)
    core = frames.core & ~no_speech
    if not core.any():
        return np.zeros(n_frames, np.bool_)
    loud_db = np.percentile(frames.level_db[core], 95)
    core &= frames.level_db > loud_db - settings.range_db
    near = (frames.level_db > loud_db - settings.range_db - 10) & ~no_speech
    starts, ends = bridged(*runs(core | near & frames.edge), count(settings.bridge_s))
    before = np.append(np.int32(0), np.cumsum(core, dtype=np.int32))
    n_core = before[ends] - before[starts]
    held = (n_core >= max(1, count(settings.min_core_s))) & (
        n_core >= settings.min_core_share * (ends - starts)
    )
    pad = count(settings.pad_s)
    starts, ends = bridged(
        np.maximum(starts[held] - pad, 0),
        np.minimum(ends[held] + pad, n_frames),
        count(settings.hangover_s),
    )
    change = np.zeros(n_frames + 1, np.int8)
    change[starts] += 1
    change[ends] -= 1
    return (np.cumsum(change[:-1], dtype=np.int8) > 0) & ~no_speech


def runs(
    active: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find where something is so without a break.

    Parameters
    ----------
    active : ndarray of bool, shape (n_frames,)
        Frame by frame.

    Returns
    -------
    starts, ends : ndarray of int, shape (n_runs,)
        First frame of each run, and the one after its last.
    """
    change = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def bridged(
    starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], longest: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Join runs that are close.

    Parameters
    ----------
    starts, ends : ndarray of int, shape (n_runs,)
        From `runs`.
    longest : int
        Most frames that may lie between two that are joined.

    Returns
    -------
    starts, ends : ndarray of int
        Of what remains.
    """
    if not len(starts):
        return starts, ends
    apart = starts[1:] - ends[:-1] > longest
    return starts[np.append(True, apart)], ends[np.append(apart, True)]
