"""From what was measured on a channel to a judgement: can it carry measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.quality.signals import HOP_S, ChannelSignal, level_row
from workbench.schema import check_table, empty_table

SILENT_DB = -85.0
"""Below this a frame counts as digital silence: under the step of 16-bit samples."""

MIN_CONTRAST_DB = 12.0
MIN_SPEECH_S = 0.5
MIN_SNR_DB = 6.0
MAX_CLIPPING_SHARE = 0.02
NOTED_CLIPPING_SHARE = 0.001
NOTED_CROSSTALK_DB = -15.0
SAME_VOICES_DB = -3.0
NOTED_DC_OFFSET = 0.05

_PRESENT_DB = -50.0
_PRESENT_WIDTH_HZ = 150.0

_Track = npt.NDArray[np.float32]


def quality_table(call_id: str, channels: Mapping[int, ChannelSignal]) -> pd.DataFrame:
    """Judge every channel of a call.

    Speech and pauses are told apart by level alone, which is quick enough for
    taking calls in; music and signalling tones pass for speech here.

    Parameters
    ----------
    call_id : str
        The call.
    channels : mapping of int to ChannelSignal
        What `measure_signal` kept, by channel of the call.

    Returns
    -------
    DataFrame
        The table `quality`. `music_share` is empty until the call is segmented,
        and so is `crosstalk_db` where no leak of another channel stands out of the
        noise. `reason` says why a channel is not usable, or what to know about one
        that is.

    Notes
    -----
    - `snr_db` is the mean power of speech frames less that of pause frames, over
      that of pause frames. Pauses of digital silence count as -90 dB.
    - `bandwidth_hz` is the highest frequency at which speech lies 3 dB above the
      pauses and within 50 dB of its strongest band.
    - `crosstalk_db` is the power that follows the other channel while only that
      one speaks, relative to its power there; it is given if the two levels
      correlate by 0.3 or more.
    """
    if not channels:
        return empty_table("quality")
    speech = {channel: _speech_frames(signal.levels_db) for channel, signal in channels.items()}
    rows = []
    for channel, signal in channels.items():
        snr_db = _snr_db(signal.levels_db, speech[channel])
        leaks = [
            _crosstalk_db(signal, speech[channel], other, speech[number])
            for number, other in channels.items()
            if number != channel and number != signal.same_as and other.same_as != channel
        ]
        known = [leak for leak in leaks if leak is not None]
        crosstalk_db = max(known) if known else None
        row = {
            "call_id": call_id,
            "channel": channel,
            "clipping_share": signal.clipping_share,
            "snr_db": snr_db,
            "bandwidth_hz": _bandwidth_hz(signal, speech[channel]),
            "dc_offset": signal.dc_offset,
            "crosstalk_db": crosstalk_db,
            "music_share": None,
        }
        problem = _problem(channel, signal, speech[channel], snr_db)
        row["usable"] = not problem
        twins = [number for number, other in channels.items() if other.same_as == channel]
        row["reason"] = problem or _remarks(signal, twins, crosstalk_db) or None
        rows.append(row)
    return check_table(pd.DataFrame(rows), "quality")


def _threshold_db(levels_db: _Track) -> float | None:
    """Put the line between speech and pauses; None where nothing stands out."""
    heard = levels_db[levels_db > SILENT_DB]
    if not heard.size:
        return None
    floor, top = np.percentile(heard, [10.0, 99.5])
    if np.mean(levels_db <= SILENT_DB) > 0.1:
        floor = SILENT_DB
    if top - floor < MIN_CONTRAST_DB:
        return None
    return float(max(min(floor + 10.0, top - MIN_CONTRAST_DB), top - 35.0))


def _speech_frames(levels_db: _Track) -> npt.NDArray[np.bool_]:
    threshold = _threshold_db(levels_db)
    if threshold is None:
        return np.zeros(levels_db.size, np.bool_)
    return np.asarray(levels_db > threshold)


def _power(levels_db: _Track) -> npt.NDArray[np.float64]:
    return np.asarray(10.0 ** (np.maximum(levels_db, -90.0).astype(np.float64) / 10.0))


def _snr_db(levels_db: _Track, speech: npt.NDArray[np.bool_]) -> float | None:
    if not speech.any() or speech.all():
        return None
    power = _power(levels_db)
    noise = float(power[~speech].mean())
    return float(10.0 * np.log10(max(float(power[speech].mean()) - noise, 1e-12) / noise))


def _bandwidth_hz(signal: ChannelSignal, speech: npt.NDArray[np.bool_]) -> float | None:
    threshold = _threshold_db(signal.levels_db)
    if threshold is None:
        return None
    line = int(level_row(np.array([threshold]))[0])
    loud, quiet = signal.spectra[line + 2 :], signal.spectra[: line + 1]
    if np.isnan(loud).all():
        return None
    width_hz = signal.sampling_rate_hz / (2 * (loud.shape[1] - 1))
    smooth = np.ones(max(1, round(100.0 / width_hz)))
    smooth /= smooth.size
    speech_power = np.convolve(np.nanmean(loud, axis=0), smooth, "same")
    noise_power = np.zeros_like(speech_power)
    if not np.isnan(quiet).all():
        noise_power = np.convolve(np.nanmean(quiet, axis=0), smooth, "same")
    limit = speech_power.max() * 10.0 ** (_PRESENT_DB / 10.0)
    present = (speech_power > 2.0 * noise_power) & (speech_power > limit)
    n_bins = max(1, round(_PRESENT_WIDTH_HZ / width_hz))
    runs = np.flatnonzero(np.convolve(present, np.ones(n_bins), "valid") == n_bins)
    if not runs.size:
        return None
    return float(min((runs[-1] + n_bins - 0.5) * width_hz, signal.sampling_rate_hz / 2))


def _crosstalk_db(
    own: ChannelSignal,
    own_speech: npt.NDArray[np.bool_],
    other: ChannelSignal,
    other_speech: npt.NDArray[np.bool_],
) -> float | None:
    """Level of the other speaker here, relative to the level there; None if not heard."""
    shift = round((other.offset_s - own.offset_s) / HOP_S)
    first = max(0, shift)
    n_frames = min(own.levels_db.size - first, other.levels_db.size - (first - shift))
    if n_frames <= 0:
        return None
    here = own.levels_db[first : first + n_frames]
    there = other.levels_db[first - shift : first - shift + n_frames]
    talks = other_speech[first - shift : first - shift + n_frames]
    if talks.sum() * HOP_S < 1.0:
        return None
    difference = here[talks] - there[talks]
    usual = 0.0
    if own_speech.any():
        own_db, other_db = own.levels_db[own_speech], other.levels_db[other_speech]
        usual = float(own_db.mean() - other_db.mean())
    alone = difference - usual < -6.0
    if alone.sum() * HOP_S < 1.0:
        spread = float(np.std(difference))
        follows = _correlation(here[talks], there[talks]) > 0.9
        return float(np.median(difference)) if follows and spread < 6.0 else None
    here, there = here[talks][alone], there[talks][alone]
    if _correlation(here, there) < 0.3:
        return None
    pauses = own.levels_db[~own_speech]
    noise = float(np.median(_power(pauses))) if pauses.size else 0.0
    leak = float(_power(here).mean()) - noise
    if leak <= 0.25 * noise:
        return None
    return float(10.0 * np.log10(leak / float(_power(there).mean())))


def _correlation(a: _Track, b: _Track) -> float:
    if np.std(a) < 1e-6 or np.std(b) < 1e-6:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _problem(
    channel: int, signal: ChannelSignal, speech: npt.NDArray[np.bool_], snr_db: float | None
) -> str:
    heard = signal.levels_db > SILENT_DB
    if not heard.any():
        return f"Channel {channel} is silent throughout."
    if signal.same_as is not None:
        return (
            f"Channel {channel} carries the same signal as channel {signal.same_as} (dual mono): "
            "who speaks when cannot be told from it."
        )
    if signal.peak > 8.0:
        return (
            f"Samples of channel {channel} reach {signal.peak:.0f} times full scale: "
            "the file was written without scaling."
        )
    if not speech.any():
        return (
            f"Nothing on channel {channel} stands {MIN_CONTRAST_DB:.0f} dB out of its noise: "
            "there is no speech, or it cannot be told from the noise."
        )
    if speech.sum() * HOP_S < MIN_SPEECH_S:
        return (
            f"Channel {channel} holds {speech.sum() * HOP_S:.1f} s of speech; "
            f"{MIN_SPEECH_S} s are needed."
        )
    if snr_db is not None and snr_db < MIN_SNR_DB:
        return (
            f"Speech on channel {channel} is {snr_db:.1f} dB above the noise; "
            f"{MIN_SNR_DB:.0f} dB are needed."
        )
    if signal.clipping_share > MAX_CLIPPING_SHARE:
        return (
            f"{signal.clipping_share:.1%} of the samples of channel {channel} are clipped; "
            f"{MAX_CLIPPING_SHARE:.0%} can be borne."
        )
    return ""


def _remarks(signal: ChannelSignal, twins: list[int], crosstalk_db: float | None) -> str:
    remarks = [f"Channel {twin} carries the same signal (dual mono)." for twin in twins]
    if signal.clipping_share > NOTED_CLIPPING_SHARE:
        remarks.append(f"{signal.clipping_share:.1%} of the samples are clipped.")
    if crosstalk_db is not None and crosstalk_db > SAME_VOICES_DB:
        remarks.append("Another channel holds the same voices as loud as this one.")
    elif crosstalk_db is not None and crosstalk_db > NOTED_CROSSTALK_DB:
        remarks.append(f"The other speaker is heard here at {crosstalk_db:.0f} dB.")
    if abs(signal.dc_offset) > NOTED_DC_OFFSET:
        remarks.append(f"The signal is shifted by {signal.dc_offset:+.2f} of full scale.")
    return " ".join(remarks)
