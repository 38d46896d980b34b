"""From the frames of a channel to one row of measures an utterance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import frame_levels_db, speech_activity
from workbench.errors import InputError
from workbench.prosody.asked import channels_of_file, check_utterances
from workbench.prosody.f0 import choose_path, drop_strays, speaker_range
from workbench.prosody.row import LEAST_TILT_BANDWIDTH_HZ, unmeasured, utterance_row
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.speakers import Speakers
from workbench.prosody.tracks import STEP_S, ChannelAnalysis, joined
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
    channels_heard: dict[int, tuple[int, _Channel]] = {}
    for _, samples, rate in read_blocks(path, block_s=STEP_S):
        if not channels_heard:
            wanted = channels_of_file(asked, channels, samples.shape[1], name)
            channels_heard = {
                channel: (own, _Channel(rate, asked[asked["channel"] == channel], settings))
                for channel, own in wanted.items()
            }
        for own, channel_heard in channels_heard.values():
            channel_heard.add(np.ascontiguousarray(samples[:, own]))
    rows: dict[int, dict[str, Any]] = {}
    for _, channel_heard in channels_heard.values():
        rows |= channel_heard.rows()
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
    channel = _Channel(sampling_rate_hz, asked, settings)
    channel.add(signal)
    return _table(channel.rows(), asked, settings)


def frame_tracks(
    samples: npt.ArrayLike,
    sampling_rate_hz: int,
    *,
    settings: ProsodySettings | None = None,
) -> pd.DataFrame:
    """Track F0, intensity, speech, tilt and harmonicity of one channel, for pictures.

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
        scale), speech (whether somebody speaks), spectral_tilt_db (level below 1 kHz
        minus above, dB) and hnr_db (harmonic-to-noise ratio, dB), both NaN where
        there is no voice, the tilt also where the channel is of narrow band.

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
    analysis = ChannelAnalysis(sampling_rate_hz, settings, spectrum_every=1)
    frames = joined([*analysis.add(signal), analysis.finish()])
    f0 = np.zeros(frames.numbers.size, np.float32)
    if f0.size:
        voice = speaker_range(frames.first_f0_hz, frames.first_gap, settings)
        f0, gap = choose_path(
            frames.hz,
            frames.gap,
            frames.levels_db,
            float(np.percentile(frames.levels_db, 99)),
            (voice.floor_hz, voice.ceiling_hz),
            settings,
        )
        f0 = drop_strays(f0, gap, voice.usual_hz)
    voiced = f0 > 0
    low, high = frames.tilt.T.astype("float64")
    wide = analysis.facts().bandwidth_hz >= LEAST_TILT_BANDWIDTH_HZ
    with np.errstate(divide="ignore", invalid="ignore"):
        tilt_db = np.where(
            wide & voiced & (low > 0) & (high > 0), 10 * np.log10(low / high), np.nan
        )
        hnr_db = np.where(voiced, frames.cycles[:, 5] / frames.cycles[:, 6], np.nan)
    return pd.DataFrame(
        {
            "time_s": (np.arange(f0.size) + 0.5) * HOP_S,
            "f0_hz": np.where(voiced, f0, np.nan).astype("float64"),
            "intensity_db": frames.levels_db.astype("float64"),
            "speech": np.resize(speech_activity(signal, sampling_rate_hz), f0.size),
            "spectral_tilt_db": tilt_db,
            "hnr_db": hnr_db,
        }
    )


class _Channel:
    """One channel on its way from samples to rows."""

    def __init__(self, rate: int, asked: pd.DataFrame, settings: ProsodySettings) -> None:
        self._settings = settings
        self._asked = asked
        intervals = asked[["first_s", "last_s"]].to_numpy(np.float64)
        self._analysis = ChannelAnalysis(rate, settings, intervals)
        self._speakers = Speakers(asked, settings)

    def add(self, samples: npt.NDArray[np.float32]) -> None:
        for piece in self._analysis.add(samples):
            self._speakers.take(piece, self._analysis.end)

    def rows(self) -> dict[int, dict[str, Any]]:
        self._speakers.take(self._analysis.finish(), self._analysis.end)
        heard = self._speakers.close()
        facts = self._analysis.facts()
        return {
            index: utterance_row(heard[index], facts, utterance, self._settings)
            if index in heard
            else unmeasured("It lies outside the recording.", utterance)
            for index, utterance in zip(
                self._asked.index.tolist(), _dicts(self._asked), strict=True
            )
        }


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
