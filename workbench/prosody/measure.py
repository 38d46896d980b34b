"""From the frames of a channel to one row of measures an utterance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import SILENCE_DB, frame_levels_db, speech_activity
from workbench.errors import InputError
from workbench.prosody.asked import channels_of_file, check_utterances
from workbench.prosody.f0 import choose_path, drop_strays, speaker_range
from workbench.prosody.row import (
    DIGITAL_SILENCE_DB,
    ChannelFacts,
    Voice,
    measure_utterance,
    unmeasured,
)
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.spectrum import bandwidth
from workbench.prosody.tracks import STEP_S, ChannelAnalysis, ChannelTracks
from workbench.schema import check_table, empty_table


def measure_recording(
    path: str | Path,
    utterances: pd.DataFrame,
    *,
    settings: ProsodySettings | None = None,
    channels: Mapping[int, int] | None = None,
    offset_s: float = 0.0,
) -> pd.DataFrame:
    """Measure the prosody of the utterances of one recording.

    The file is read once, block by block, so that memory hardly grows with its
    length. Needs no workspace and no transcript.

    Parameters
    ----------
    path : str or Path
        An audio file; anything that `workbench.audio.read_blocks` reads.
    utterances : DataFrame
        One row an utterance: start_s and end_s in seconds, channel (default 0).
        utterance_id is kept if it came. Where one channel holds several people,
        speaker_id lets the range of F0 be fitted to each. Columns
        pause_before_s, response_latency_s and overlap_s
        (`workbench.utterances.gap_table`) are passed through, text gives the
        word rate.
    settings : ProsodySettings, optional
        Settings; the defaults suit speech of adults.
    channels : mapping of int to int, optional
        Channel of the call to channel of the file, where they differ.
    offset_s : float, default 0.0
        Where the recording begins in the call, seconds.

    Returns
    -------
    DataFrame
        The table prosody: one row an utterance, in the order of `utterances`.
        A measure that the signal cannot carry is empty, and the column
        abstained says why.

    Raises
    ------
    RecordingError
        If the file cannot be read.
    InputError
        If the utterances lack a column, run backwards or name a channel that
        the file does not have.

    See Also
    --------
    measure_channel : The same for samples in memory.
    workbench.cues.cue_table : Hold the measures against the speaker's own.
    """
    from workbench.audio import read_blocks

    settings = settings or ProsodySettings()
    name = Path(path).name
    asked = check_utterances(utterances, name, offset_s=offset_s)
    if asked.empty:
        return empty_table("prosody")
    analyses: dict[int, tuple[int, ChannelAnalysis]] = {}
    for _, samples, rate in read_blocks(path, block_s=STEP_S):
        if not analyses:
            wanted = channels_of_file(asked, channels, samples.shape[1], name)
            analyses = {
                channel: (own, ChannelAnalysis(rate, settings, _intervals(asked, channel)))
                for channel, own in wanted.items()
            }
        for own, analysis in analyses.values():
            analysis.add(np.ascontiguousarray(samples[:, own]))
    rows: dict[int, dict[str, Any]] = {}
    for channel, (_, analysis) in analyses.items():
        rows |= _measure(analysis.finish(), asked[asked["channel"] == channel], settings)
    return _table(rows, asked, settings)


def measure_channel(
    samples: npt.ArrayLike,
    sampling_rate_hz: int,
    utterances: pd.DataFrame,
    *,
    settings: ProsodySettings | None = None,
) -> pd.DataFrame:
    """Measure the prosody of the utterances of one channel in memory.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz; at least 4000.
    utterances : DataFrame
        As in `measure_recording`; all on this channel, whatever its number.
    settings : ProsodySettings, optional
        Settings.

    Returns
    -------
    DataFrame
        The table prosody, one row an utterance.

    Raises
    ------
    InputError
        If the samples are not one channel, the rate is too low, or the
        utterances lack a column or run backwards.

    Examples
    --------
    One second of a tone of 200 Hz at a tenth of full scale:

    >>> import numpy as np, pandas as pd
    >>> tone = 0.1 * np.sin(2 * np.pi * 200 * np.arange(8000) / 8000)
    >>> row = measure_channel(tone, 8000, pd.DataFrame({"start_s": [0.0], "end_s": [1.0]})).iloc[0]
    >>> round(row.f0_median_hz), round(float(row.intensity_db), 1)
    (200, -23.0)
    """
    settings = settings or ProsodySettings()
    signal = _one_channel(samples, sampling_rate_hz)
    asked = check_utterances(utterances, "samples")
    if asked.empty:
        return empty_table("prosody")
    asked["channel"] = 0
    analysis = ChannelAnalysis(sampling_rate_hz, settings, _intervals(asked, 0))
    analysis.add(signal)
    return _table(_measure(analysis.finish(), asked, settings), asked, settings)


def frame_tracks(
    samples: npt.ArrayLike,
    sampling_rate_hz: int,
    *,
    settings: ProsodySettings | None = None,
) -> pd.DataFrame:
    """Track F0, intensity and speech of one channel, for pictures.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1.
    sampling_rate_hz : int
        Sampling rate, hertz; at least 4000.
    settings : ProsodySettings, optional
        Settings.

    Returns
    -------
    DataFrame
        One row each 10 ms: time_s (middle of the frame, seconds), f0_hz (hertz,
        NaN where there is no voice or no speech), intensity_db (dB re full
        scale), speech (whether somebody speaks).

    Raises
    ------
    InputError
        If the samples are not one channel or the rate is too low.

    Examples
    --------
    >>> import numpy as np
    >>> frame_tracks(np.zeros(8000), 8000)["f0_hz"].notna().sum().item()
    0
    """
    settings = settings or ProsodySettings()
    signal = _one_channel(samples, sampling_rate_hz)
    analysis = ChannelAnalysis(sampling_rate_hz, settings)
    analysis.add(signal)
    tracks = analysis.finish()
    levels = tracks.levels_db
    f0 = np.zeros(levels.size, np.float32)
    if levels.size:
        voice = speaker_range(tracks.first_f0_hz, tracks.first_gap, settings)
        f0, gap = choose_path(
            tracks.hz,
            tracks.gap,
            levels,
            float(np.percentile(levels, 99)),
            (voice.floor_hz, voice.ceiling_hz),
            settings,
        )
        f0 = drop_strays(f0, gap, voice.usual_hz)
    speech = np.resize(speech_activity(signal, sampling_rate_hz), levels.size)
    return pd.DataFrame(
        {
            "time_s": (np.arange(levels.size) + 0.5) * HOP_S,
            "f0_hz": np.where(f0 > 0, f0, np.nan).astype("float64"),
            "intensity_db": levels.astype("float64"),
            "speech": speech,
        }
    )


def _measure(
    tracks: ChannelTracks, asked: pd.DataFrame, settings: ProsodySettings
) -> dict[int, dict[str, Any]]:
    facts = _facts(tracks)
    rows = {}
    for _, own in asked.groupby("speaker_id", dropna=False):
        spans = [_frames(tracks, a, b) for a, b in zip(own["first_s"], own["last_s"], strict=True)]
        first_f0 = np.concatenate([tracks.first_f0_hz[s] for s in spans])
        first_gap = np.concatenate([tracks.first_gap[s] for s in spans])
        levels = [tracks.levels_db[tracks.frames[s]] for s in spans]
        together = np.concatenate(levels)
        voice = Voice(
            speaker_range(first_f0, first_gap, settings),
            float(np.percentile(together, 99)) if together.size else SILENCE_DB,
        )
        for span, index, utterance in zip(spans, own.index.tolist(), _dicts(own), strict=True):
            rows[index] = measure_utterance(tracks, span, facts, voice, utterance, settings)
    return rows


def _facts(tracks: ChannelTracks) -> ChannelFacts:
    others = np.ones(tracks.levels_db.size, np.bool_)
    others[tracks.frames] = False
    noise = tracks.levels_db[others]
    sounding = noise[noise > DIGITAL_SILENCE_DB]
    if sounding.size * HOP_S >= 0.3:
        noise_db = float(np.median(sounding))
    elif noise.size * HOP_S >= 0.3:
        noise_db = SILENCE_DB
    else:
        noise_db = float("nan")
    width = float("nan")
    if tracks.speech_spectrum is not None:
        width = bandwidth(tracks.speech_spectrum, tracks.noise_spectrum, tracks.sampling_rate_hz)
    return ChannelFacts(noise_db, width)


def _frames(tracks: ChannelTracks, first_s: float, last_s: float) -> slice:
    first, last = (int(np.ceil(round(t / HOP_S - 0.5, 6))) for t in (first_s, last_s))
    return slice(*np.searchsorted(tracks.frames, [first, last]).tolist())


def _intervals(asked: pd.DataFrame, channel: int) -> npt.NDArray[np.float64]:
    own = asked[asked["channel"] == channel]
    return own[["first_s", "last_s"]].to_numpy(np.float64)


def _table(
    rows: dict[int, dict[str, Any]], asked: pd.DataFrame, settings: ProsodySettings
) -> pd.DataFrame:
    complete = [
        rows.get(i) or unmeasured("It covers all channels; measures belong to one speaker.", row)
        for i, row in enumerate(_dicts(asked))
    ]
    table = pd.DataFrame(complete)
    table["settings"] = pd.Series([settings.as_dict()] * len(table), dtype="object")
    return check_table(table, "prosody")


def _dicts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]


def _one_channel(samples: npt.ArrayLike, sampling_rate_hz: int) -> npt.NDArray[np.float32]:
    if sampling_rate_hz < 4000:
        raise InputError(
            f"A sampling rate of {sampling_rate_hz} Hz came; voices need at least 4000 Hz."
        )
    signal = np.asarray(samples, np.float32)
    frame_levels_db(signal[:0] if signal.ndim == 1 else signal, sampling_rate_hz)
    return signal
