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
        The table prosody: one row an utterance, in the order of `utterances`. A
        measure that the signal cannot carry is NaN, and `abstained` says why.

        f0_median_hz : float
            Median F0 of clearly voiced frames at most 25 dB below the loudest, hertz;
            F0 by normalised autocorrelation and the cheapest path [1]_, floor and
            ceiling fitted to the speaker [2]_. Needs 0.05 s of voice.
        f0_range_st, f0_sd_st : float
            5th to 95th percentile, and standard deviation, of the same frames,
            semitones. Need 0.2 s of voice.
        f0_slope_st_per_s : float
            Median slope over pairs of voiced frames (Theil and Sen [3]_), semitones
            per second.
        f0_final_rise_st : float
            Median of the last 0.15 s minus that of the first 0.15 s of the last 0.6 s
            of voice, semitones; positive where F0 rises. Needs 0.3 s of voice.
        voiced_share : float
            Voiced frames over speech frames, 0..1.
        intensity_db : float
            Root-mean-square over speech frames, dB re full scale (a full-scale
            square wave is 0 dB).
        intensity_peak_db, intensity_sd_db : float
            95th percentile and standard deviation of the level of speech frames, dB.
        speech_rate_syl_per_s, articulation_rate_syl_per_s : float
            Syllable nuclei (`syllable_nuclei` [4]_) over the time from the first to
            the last speech frame, with and without pauses, per second. Need 0.5 s.
        word_rate_per_s : float
            Words of the transcript over the same time, per second.
        n_pauses, pause_total_s, pause_max_s : int, float, float
            Silences of at least `min_pause_s` (0.25 s [5]_) inside the utterance:
            how many, their sum, and the longest, seconds (`pause_statistics`).
        pause_before_s, response_latency_s, overlap_s : float
            Silence before going on; from the other's end to this start, negative
            where they overlap; time in which both speak; seconds. From the
            utterances (`workbench.utterances.gap_table`).
        jitter, shimmer : float
            Mean difference of neighbouring glottal periods, and of their amplitudes,
            over their mean (Praat's local forms), shares. Need 12 pairs of cycles.
        hnr_db : float
            Harmonic-to-noise ratio from the correlation of 13 ms with itself one
            period on [1]_, mean over voiced frames, dB. Abstains on clipped audio.
        spectral_tilt_db : float
            Level from 50 Hz to 1 kHz minus level from 1 to 5 kHz in voiced frames, dB
            (the alpha ratio of [6]_ with its sign turned). Abstains below 4.5 kHz of
            bandwidth.
        snr_db : float
            Speech over the median level between utterances, dB.
        bandwidth_hz : float
            Highest band of 250 Hz within 55 dB of the strongest and 3 dB above the
            noise, of the channel, hertz.
        clipping_share : float
            Samples at 0.979 of full scale and more over all samples, 0..1.
        usable : bool
            False where nothing could be measured.
        abstained : dict or None
            Measure: why it abstains, in a sentence.
        settings : dict
            What it was measured with; figures of other settings do not compare.

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

    Notes
    -----
    What each measure was checked against stands in docs/prosody.md.

    References
    ----------
    .. [1] Boersma, P. (1993). Accurate short-term analysis of the fundamental
       frequency and the harmonics-to-noise ratio of a sampled sound. Proc.
       Institute of Phonetic Sciences Amsterdam, 17, 97-110.
    .. [2] Hirst, D. (2011). The analysis by synthesis of speech melody: from
       data to models. Journal of Speech Sciences, 1(1), 55-83.
    .. [3] Sen, P. K. (1968). Estimates of the regression coefficient based on
       Kendall's tau. J. American Statistical Association, 63(324), 1379-1389.
    .. [4] de Jong, N. H., and Wempe, T. (2009). Praat script to detect syllable
       nuclei and measure speech rate automatically. Behavior Research Methods
       41(2), 385-390.
    .. [5] Goldman-Eisler, F. (1968). Psycholinguistics: Experiments in
       Spontaneous Speech. London: Academic Press.
    .. [6] Eyben, F., et al. (2016). The Geneva minimalistic acoustic parameter
       set (GeMAPS) for voice research and affective computing. IEEE Transactions
       on Affective Computing 7(2), 190-202.

    Examples
    --------
    >>> import fsspec, numpy as np, pandas as pd
    >>> from workbench.audio import wav_bytes
    >>> tone = 0.1 * np.sin(2 * np.pi * 200 * np.arange(8000) / 8000)
    >>> fsspec.filesystem("memory").pipe("/calls/tone.wav", wav_bytes(tone, 8000))
    >>> spoken = pd.DataFrame({"channel": [0], "start_s": [0.0], "end_s": [1.0]})
    >>> rows = measure_recording("memory://calls/tone.wav", spoken)
    >>> round(rows["f0_median_hz"].iloc[0]), rows["n_pauses"].iloc[0].item()
    (200, 0)
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
    signal = one_channel(samples, sampling_rate_hz)
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
    signal = one_channel(samples, sampling_rate_hz)
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
            usual_hz=voice.usual_hz,
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


def one_channel(samples: npt.ArrayLike, sampling_rate_hz: int) -> npt.NDArray[np.float32]:
    """Check that samples are one channel of a rate that carries a voice.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel.
    sampling_rate_hz : int
        Sampling rate, hertz.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The samples.

    Raises
    ------
    InputError
        If there are more dimensions or the rate is below 4000 Hz.
    """
    if sampling_rate_hz < 4000:
        raise InputError(
            f"A sampling rate of {sampling_rate_hz} Hz came; voices need at least 4000 Hz."
        )
    signal = np.asarray(samples, np.float32)
    frame_levels_db(signal[:0] if signal.ndim == 1 else signal, sampling_rate_hz)
    return signal
