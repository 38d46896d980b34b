"""One utterance: every measure, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.prosody.arithmetic import percentiles, power_of
from workbench.prosody.contour import Contour, f0_contour
from workbench.prosody.f0 import SpeakerRange, choose_path, drop_strays
from workbench.prosody.pauses import pause_statistics, speech_frames
from workbench.prosody.rate import syllable_nuclei
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.tracks import DIGITAL_SILENCE_DB, ChannelFacts, Piece

LEAST_CYCLES = 12
LEAST_RATE_SPAN_S = 0.5
LEAST_TILT_BANDWIDTH_HZ = 4500.0
MOST_BROKEN_SHARE = 0.01
SAME_F0_OCTAVES = 0.15

SONOROUS_RANGE_DB = 25.0
SONOROUS_GAP = 0.3
"""Frames softer than this below the loudest, from 250 Hz to 3.4 kHz, or with a smaller
autocorrelation, do not count for F0: creak at the end, hum of the lips, breath."""

_F0 = ("f0_median_hz", "f0_range_st", "f0_sd_st", "f0_slope_st_per_s", "f0_final_rise_st")
_INTENSITY = ("intensity_db", "intensity_peak_db", "intensity_sd_db")
_RATES = ("speech_rate_syl_per_s", "articulation_rate_syl_per_s")
_PAUSES = ("n_pauses", "pause_total_s", "pause_max_s")
_QUALITY = ("jitter", "shimmer", "hnr_db")
_SIGNAL = (
    *_F0, "voiced_share", *_INTENSITY, *_RATES, *_PAUSES, *_QUALITY,
    "spectral_tilt_db", "snr_db", "bandwidth_hz", "clipping_share",
)  # fmt: skip
_GIVEN = {
    "pause_before_s": "The same speaker was not the last to be heard before it.",
    "response_latency_s": "Gaps to the other speaker did not come with the utterances.",
    "overlap_s": "Overlaps with the other speaker did not come with the utterances.",
}


class Voice(NamedTuple):
    """What is true of one speaker of a channel.

    Parameters
    ----------
    f0 : SpeakerRange
        Where the F0 lies.
    loud_db : float
        Level of the loud frames, dB re full scale.
    """

    f0: SpeakerRange
    loud_db: float


class Heard(NamedTuple):
    """What is kept of the frames of an utterance until the channel is known.

    Parameters
    ----------
    levels_db : ndarray of float32, shape (n_frames,)
        Level, dB re full scale.
    voiced : ndarray of bool, shape (n_frames,)
        Whether a frame has F0.
    contour : Contour
        F0 of the frames that a telephone carries, too.
    n_nuclei : float
        Syllable nuclei, doubtful ones in part.
    cycles : ndarray of float64, shape (7,)
        Sums over glottal cycles, see `cycle_kernels.walk_cycles`.
    tilt : ndarray of float64, shape (2,)
        Power of voiced frames below and above 1 kHz.
    n_clipped, n_broken : int
        Samples at full scale, and samples that are no numbers.
    """

    levels_db: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]
    contour: Contour
    n_nuclei: float
    cycles: npt.NDArray[np.float64]
    tilt: npt.NDArray[np.float64]
    n_clipped: int
    n_broken: int


def hear(frames: Piece, voice: Voice, settings: ProsodySettings) -> Heard:
    """Listen to the frames of one utterance, knowing its speaker.

    Parameters
    ----------
    frames : Piece
        The frames.
    voice : Voice
        What is true of the speaker.
    settings : ProsodySettings
        Settings.

    Returns
    -------
    Heard
        What the row is made of.
    """
    own = (voice.f0.floor_hz, voice.f0.ceiling_hz)
    f0, gap = choose_path(
        frames.hz, frames.gap, frames.levels_db, voice.loud_db, own, settings,
        usual_hz=voice.f0.usual_hz,
    )  # fmt: skip
    f0 = drop_strays(f0, gap, voice.f0.usual_hz)
    voiced = f0 > 0
    first = frames.first_f0_hz
    both = voiced & (first > 0)
    same = both.copy()
    same[both] = np.abs(np.log2(f0[both] / first[both])) < SAME_F0_OCTAVES
    nuclei = syllable_nuclei(frames.bands_db, voiced, dip_db=settings.syllable_dip_db)
    return Heard(
        frames.levels_db.copy(),
        voiced,
        f0_contour(_sonorous(f0, gap, frames.bands_db), HOP_S),
        float(nuclei.weights.sum()),
        frames.cycles[same].sum(axis=0, dtype=np.float64),
        frames.tilt[voiced].sum(axis=0, dtype=np.float64),
        int(frames.clipped.sum()),
        int(frames.broken.sum()),
    )


def unmeasured(reason: str, utterance: Mapping[str, Any]) -> dict[str, Any]:
    """Make the row of an utterance that cannot be measured.

    Parameters
    ----------
    reason : str
        Why, in a sentence.
    utterance : mapping
        Row of `check_utterances`.

    Returns
    -------
    dict
        The row, with every measure of the signal abstained.
    """
    values, reasons = _given(utterance)
    return {
        "utterance_id": utterance["utterance_id"],
        **values,
        "usable": False,
        "abstained": dict.fromkeys(_SIGNAL, reason) | reasons,
    }


def utterance_row(
    heard: Heard, facts: ChannelFacts, utterance: Mapping[str, Any], settings: ProsodySettings
) -> dict[str, Any]:
    """Measure one utterance.

    Parameters
    ----------
    heard : Heard
        What was kept of its frames.
    facts : ChannelFacts
        What is true of the channel.
    utterance : mapping
        Row of `check_utterances`.
    settings : ProsodySettings
        Settings.

    Returns
    -------
    dict
        A row of the table prosody, without the column settings.
    """
    levels, voiced = heard.levels_db, heard.voiced
    n_samples = levels.size * HOP_S * facts.sampling_rate_hz
    if heard.n_broken > MOST_BROKEN_SHARE * n_samples:
        return unmeasured("More than 1 % of its samples are not numbers.", utterance)
    clipping = heard.n_clipped / n_samples
    speech = speech_frames(levels, voiced, facts.noise_db)
    if speech.sum() * HOP_S < 0.05:
        return unmeasured("It holds less than 0.05 s of speech.", utterance)
    values, reasons = _given(utterance)
    for part in (
        _f0_part(heard.contour, float(np.mean(voiced[speech]))),
        _intensity_part(levels[speech & (levels > DIGITAL_SILENCE_DB)], facts.noise_db),
        _time_part(heard.n_nuclei, speech, utterance, settings),
        _cycle_part(heard.cycles, clipping, settings),
        _spectrum_part(heard.tilt, facts.bandwidth_hz),
    ):
        values |= part[0]
        reasons |= part[1]
    return {
        "utterance_id": utterance["utterance_id"],
        **values,
        "clipping_share": clipping,
        "usable": True,
        "abstained": reasons or None,
    }


_Part = tuple[dict[str, Any], dict[str, str]]


def _given(utterance: Mapping[str, Any]) -> _Part:
    values: dict[str, Any] = {}
    reasons = {}
    for name, why_not in _GIVEN.items():
        value = utterance.get(name)
        if value is None or not np.isfinite(value):
            came = name in utterance and name != "pause_before_s"
            reasons[name] = "It does not follow a turn of another speaker." if came else why_not
        else:
            values[name] = float(value)
    return values, reasons


def _sonorous(
    f0: npt.NDArray[np.float32],
    gap: npt.NDArray[np.float32],
    bands_db: npt.NDArray[np.floating],
) -> npt.NDArray[np.float32]:
    """Keep the F0 of frames that a telephone carries too, so that both give one figure."""
    level = 10 * np.log10(power_of(bands_db).sum(axis=1))
    heard = (level > level.max() - SONOROUS_RANGE_DB) & (gap <= SONOROUS_GAP)
    return np.where(heard, f0, np.float32(0))


def _f0_part(contour: Contour, voiced_share: float) -> _Part:
    values = dict(zip(_F0, contour[:5], strict=True))
    reasons = {}
    for name, need in zip(_F0, (0.05, 0.2, 0.2, 0.2, 0.3), strict=True):
        if np.isnan(values[name]):
            reasons[name] = (
                f"Only {contour.voiced_s:.2f} s are clearly voiced; {need} s are needed."
            )
    if np.isnan(contour.final_rise_st) and contour.voiced_s >= 0.3:
        reasons["f0_final_rise_st"] = "Less than 0.3 s of its end are clearly voiced."
    return values | {"voiced_share": voiced_share}, reasons


def _intensity_part(levels: npt.NDArray[np.float32], noise_db: float) -> _Part:
    power = float(np.mean(power_of(levels.astype(np.float64))))
    values = {
        "intensity_db": float(10 * np.log10(power)),
        "intensity_peak_db": percentiles(levels, (95,))[0],
        "intensity_sd_db": float(np.std(levels, dtype=np.float64)),
    }
    if np.isnan(noise_db):
        return values, {"snr_db": "The channel has no 0.3 s between utterances to measure noise."}
    noise = 10 ** (noise_db / 10)
    if noise_db < DIGITAL_SILENCE_DB:
        return values, {"snr_db": "The channel is digitally silent between utterances."}
    if power <= 1.01 * noise:
        return values, {"snr_db": "It is no louder than what lies between utterances."}
    return values | {"snr_db": float(10 * np.log10(power / noise - 1))}, {}


def _time_part(
    n_nuclei: float,
    speech: npt.NDArray[np.bool_],
    utterance: Mapping[str, Any],
    settings: ProsodySettings,
) -> _Part:
    pauses = pause_statistics(speech, hop_s=HOP_S, min_pause_s=settings.min_pause_s)
    values: dict[str, Any] = {
        "n_pauses": pauses.n_pauses,
        "pause_total_s": pauses.pause_total_s,
        "pause_max_s": pauses.pause_max_s,
    }
    reasons: dict[str, str] = {}
    speaking_s = pauses.span_s - pauses.pause_total_s
    if speaking_s < LEAST_RATE_SPAN_S:
        why = f"Only {speaking_s:.2f} s of speech; {LEAST_RATE_SPAN_S} s are needed."
        reasons |= dict.fromkeys(_RATES, why)
    else:
        values["speech_rate_syl_per_s"] = n_nuclei / pauses.span_s
        values["articulation_rate_syl_per_s"] = n_nuclei / speaking_s
    text = utterance.get("text")
    words = len(text.split()) if isinstance(text, str) else 0
    if words and pauses.span_s >= LEAST_RATE_SPAN_S:
        values["word_rate_per_s"] = words / pauses.span_s
    else:
        reasons["word_rate_per_s"] = "No words with times came for it."
    return values, reasons


def _cycle_part(sums: npt.NDArray[np.float64], clipping: float, settings: ProsodySettings) -> _Part:
    if clipping > settings.max_clipping_share:
        why = f"{clipping:.1%} of its samples are clipped."
        return {}, dict.fromkeys(_QUALITY, why)
    if sums[4] < LEAST_CYCLES:
        why = f"{int(sums[4])} regular glottal cycles; {LEAST_CYCLES} are needed."
        return {}, dict.fromkeys(_QUALITY, why)
    return {
        "jitter": float(sums[0] / sums[1]),
        "shimmer": float(sums[2] / sums[3]),
        "hnr_db": float(sums[5] / sums[6]),
    }, {}


def _spectrum_part(tilt: npt.NDArray[np.float64], bandwidth_hz: float) -> _Part:
    values: dict[str, Any] = {}
    if np.isnan(bandwidth_hz):
        why = "The spectrum of the channel does not stand out from what lies between utterances."
        return values, {"bandwidth_hz": why, "spectral_tilt_db": why}
    values["bandwidth_hz"] = bandwidth_hz
    low, high = tilt
    if bandwidth_hz < LEAST_TILT_BANDWIDTH_HZ:
        need = f"{LEAST_TILT_BANDWIDTH_HZ:.0f}"
        why = f"The channel reaches to {bandwidth_hz:.0f} Hz; tilt needs {need} Hz."
        return values, {"spectral_tilt_db": why}
    if low <= 0 or high <= 0:
        return values, {"spectral_tilt_db": "No voiced frame has a spectrum."}
    return values | {"spectral_tilt_db": float(10 * np.log10(low / high))}, {}
