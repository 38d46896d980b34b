"""Speech or not, frame by frame: above the noise, voiced somewhere, not a tone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity.frames import count_frames, decibels, one_channel, power_spectra
from workbench.errors import InputError

DETECTOR = "speech_activity 1"
"""Name and version of the detector; the version changes when decisions change."""

_LOW_HZ, _VOICE_HZ, _HIGH_HZ = 100.0, 1600.0, 3800.0
_BAND_EDGES_HZ = np.geomspace(150.0, _HIGH_HZ, 13).astype(np.float32)
_LAGS_S = (1 / np.geomspace(70.0, 400.0, 48)).astype(np.float32)
_BLOCK_S, _BLOCKS_A_STEP = 0.1, 10
_PIECE_STEPS, _MARGIN_STEPS = 120, 6
_NOTHING = 1e-11
_BIAS, _LASTING_BIAS = 1.6, 1.25
_LASTING_S = 2.0


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


class _Features(NamedTuple):
    """Per frame: distance from the noise, voicing, steadiness, level of the speech band."""

    snr_db: npt.NDArray[np.float32]
    voicing: npt.NDArray[np.float32]
    similarity: npt.NDArray[np.float32]
    level_db: npt.NDArray[np.float32]


def speech_activity(
    samples: npt.ArrayLike,
    sampling_rate_hz: int,
    *,
    hop_s: float = 0.01,
    settings: DetectionSettings | None = None,
) -> npt.NDArray[np.bool_]:
    """Decide speech or silence for each frame of one channel.

    For recordings that are complete: the noise floor at a moment is taken from
    the seconds before *and* after it. Meant for one speaker a channel at 8 kHz
    and more; several speakers on one channel are told from silence, not from
    each other. Whispering is missed, sung hold music is not told from speech.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1. Values that are not finite count as 0.
    sampling_rate_hz : int
        Sampling rate, hertz. Nothing above 3.8 kHz is looked at, so a call gives
        nearly the same answer at any rate from 8 kHz.
    hop_s : float, default 0.01
        Length of a frame, seconds; at most 0.05.
    settings : DetectionSettings, optional
        What counts as speech.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        True where there is speech. Frame `i` covers `[i * hop_s, (i + 1) * hop_s)`.
        All False for silence, steady noise, hum, hiss and signalling tones.

    Raises
    ------
    InputError
        If `samples` is not one-dimensional, a frame would be shorter than a
        sample, or `hop_s` is above 0.05.

    See Also
    --------
    frame_levels_db : Level of each frame.
    remove_crosstalk : Take back frames that are only the other channel's leak.

    Notes
    -----
    Per frame of 10 ms, on a 32 ms window:

    1. *Noise floor.* Power is averaged over 0.1 s; of each second and frequency
       the minimum is kept, and the floor is the lower quartile of these minima
       over nine seconds, or what lasts two seconds without a dip if that is
       higher (noise that sets in and stays). Digital silence does not count, so gaps of
       zeros in telephone recordings do not pull the floor down [1]_.
    2. *Distance.* dB above the floor in twelve bands, each limited to 0..25, then
       averaged: a hum or a whistle fills one band, speech fills many.
    3. *Voicing.* Autocorrelation below 1.6 kHz of what is left after the noise
       is taken off, at lags of 70 to 400 Hz.
    4. *Tones.* A spectrum that is the same 50 ms earlier or later is a dial,
       ringing or keypad tone; voices move.

    Frames that are voiced, clear of the noise and no tone are the core; what is
    above the noise around a core belongs to it, so that unvoiced consonants are
    kept and isolated hiss or clicks are not. A stretch without a core is dropped.

    References
    ----------
    .. [1] Martin, R. (2001). Noise power spectral density estimation based on
       optimal smoothing and minimum statistics. IEEE Transactions on Speech and
       Audio Processing 9(5), 504-512.

    Examples
    --------
    A buzz of a quarter of a second that glides like a voice, in a little noise:

    >>> import numpy as np
    >>> t = np.arange(16000) / 8000
    >>> glide = np.cumsum(120 + 40 * np.sin(9 * t)) / 8000
    >>> buzz = sum(np.sin(2 * np.pi * k * glide) for k in range(1, 20)) / 60
    >>> noise = np.random.default_rng(1).normal(0, 0.001, t.size)
    >>> speech = speech_activity(noise + np.where((t > 1) & (t < 1.25), buzz, 0), 8000)
    >>> bool(speech[102:123].all()), bool(speech[:90].any()), bool(speech[135:].any())
    (True, False, False)
    """
    settings = settings or DetectionSettings()
    if hop_s > 0.05:
        raise InputError(
            f"A hop of {hop_s} s is too coarse to tell syllables; use 0.01 s, at most 0.05."
        )
    signal = one_channel(samples, sampling_rate_hz, hop_s)
    if not signal.size:
        return np.zeros(0, np.bool_)
    return _decide(_measure(signal, sampling_rate_hz, hop_s), hop_s, settings)


def _measure(signal: npt.NDArray[np.float32], sampling_rate_hz: int, hop_s: float) -> _Features:
    """Measure piece by piece, so that an hour needs no more memory than minutes."""
    n_frames = count_frames(signal.size, sampling_rate_hz, hop_s)
    step = round(_BLOCK_S / hop_s) * _BLOCKS_A_STEP
    pieces = []
    for begin in range(0, n_frames, _PIECE_STEPS * step):
        end = min(begin + _PIECE_STEPS * step, n_frames)
        first = max(0, begin - _MARGIN_STEPS * step)
        last = min(n_frames, end + _MARGIN_STEPS * step)
        power, frequencies = power_spectra(
            signal, sampling_rate_hz, hop_s=hop_s, first=first, n_frames=last - first,
            low_hz=_LOW_HZ, high_hz=_HIGH_HZ,
        )  # fmt: skip
        measured = _measure_piece(power, frequencies, hop_s)
        pieces.append([track[begin - first : end - first] for track in measured])
    return _Features(*(np.concatenate(tracks) for tracks in zip(*pieces, strict=True)))


def _measure_piece(
    power: npt.NDArray[np.float32], frequencies: npt.NDArray[np.float32], hop_s: float
) -> _Features:
    from scipy.ndimage import maximum_filter1d

    block = round(_BLOCK_S / hop_s)
    floor = np.repeat(_noise_floor(power, block), block, axis=0)[: len(power)] + _NOTHING
    in_band = (frequencies[:, None] >= _BAND_EDGES_HZ[:-1]) & (
        frequencies[:, None] < _BAND_EDGES_HZ[1:]
    )
    bands = in_band.astype(np.float32)
    ratio = np.maximum(power @ bands, 1e-12) / np.maximum(floor @ bands, 1e-12)
    snr_db = np.clip(10 * np.log10(ratio), 0, 25).mean(axis=1)

    voice = frequencies < _VOICE_HZ
    cosines = np.cos(2 * np.pi * frequencies[voice][:, None] * _LAGS_S).astype(np.float32)
    cleaned = np.maximum(power[:, voice] - 2 * floor[:, voice], 0)
    total = np.maximum(power[:, voice].sum(axis=1), 1e-12)
    voicing = (cleaned @ cosines).max(axis=1) / total

    unit = power / np.maximum(np.linalg.norm(power, axis=1), 1e-15)[:, None]
    apart = max(1, round(0.05 / hop_s))
    similarity = np.zeros(len(power), np.float32)
    if len(power) > apart:
        steady = np.einsum("ij,ij->i", unit[apart:], unit[:-apart])
        similarity[apart:] = steady
        similarity[:-apart] = np.maximum(similarity[:-apart], steady)
    locked = maximum_filter1d(similarity, 7, mode="nearest") > 0.999
    similarity[locked] = 1.0  # the on- and offset of a machine's tone
    level_db = decibels(power.sum(axis=1)).astype(np.float32)
    return _Features(_smooth(snr_db), _smooth(voicing), similarity, level_db)


def _noise_floor(power: npt.NDArray[np.float32], block: int) -> npt.NDArray[np.float32]:
    """Estimate the power of the noise per block and bin; see the notes above."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    starts = np.arange(0, len(power), block)
    lengths = np.diff(np.append(starts, len(power)))[:, None]
    mean = np.add.reduceat(power, starts, axis=0) / lengths
    silent = np.maximum.reduceat(power.sum(axis=1) < 1e-10, starts)
    size = 2 * round(_LASTING_S / _BLOCK_S / 2) + 1
    lasting = minimum_filter1d(np.where(silent[:, None], 0, mean), size, axis=0, mode="nearest")
    lasting = maximum_filter1d(lasting, size, axis=0, mode="nearest")
    mean[silent] = np.inf
    n_steps = -(-len(mean) // _BLOCKS_A_STEP)
    fill = np.full((n_steps * _BLOCKS_A_STEP - len(mean), mean.shape[1]), np.inf, mean.dtype)
    lowest = np.concatenate([mean, fill]).reshape(n_steps, _BLOCKS_A_STEP, -1).min(axis=1)
    around = np.pad(lowest, ((4, 4), (0, 0)), constant_values=np.inf)
    sorted_minima = np.sort(np.lib.stride_tricks.sliding_window_view(around, 9, axis=0), axis=-1)
    quartile = np.isfinite(sorted_minima).sum(axis=-1, keepdims=True) // 4
    floor = np.take_along_axis(sorted_minima, quartile, axis=-1)[..., 0]
    floor = np.repeat(floor, _BLOCKS_A_STEP, axis=0)[: len(mean)]
    usual = np.where(np.isfinite(floor), floor, 0)
    return np.maximum(_BIAS * usual, _LASTING_BIAS * lasting).astype(np.float32)


def _decide(frames: _Features, hop_s: float, settings: DetectionSettings) -> npt.NDArray[np.bool_]:
    """Grow stretches around voiced cores, drop those without, fill short gaps."""
    n_frames = len(frames.level_db)

    def count(seconds: float) -> int:
        return round(seconds / hop_s)

    core = (
        (frames.snr_db > settings.core_snr_db)
        & (frames.voicing > settings.voicing)
        & (frames.similarity < settings.tone_similarity)
    )
    if not core.any():
        return np.zeros(n_frames, np.bool_)
    loud_db = np.percentile(frames.level_db[core], 95)
    core &= frames.level_db > loud_db - settings.range_db
    near = frames.level_db > loud_db - settings.range_db - 10
    starts, ends = _bridged(*_runs(core | near & (frames.snr_db > settings.edge_snr_db)),
                            count(settings.bridge_s))  # fmt: skip
    before = np.append(0, np.cumsum(core))
    n_core = before[ends] - before[starts]
    held = (n_core >= max(1, count(settings.min_core_s))) & (
        n_core >= settings.min_core_share * (ends - starts)
    )
    pad = count(settings.pad_s)
    starts, ends = _bridged(
        np.maximum(starts[held] - pad, 0),
        np.minimum(ends[held] + pad, n_frames),
        count(settings.hangover_s),
    )
    change = np.zeros(n_frames + 1, np.int8)
    change[starts] += 1
    change[ends] -= 1
    return np.cumsum(change[:-1]) > 0


def _runs(
    active: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    change = np.diff(np.concatenate([[0], active.astype(np.int8), [0]]))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _bridged(
    starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], longest: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Join runs with at most `longest` frames between them."""
    if not len(starts):
        return starts, ends
    apart = starts[1:] - ends[:-1] > longest
    return starts[np.append(True, apart)], ends[np.append(apart, True)]


def _smooth(track: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if len(track) < 3:
        return track.astype(np.float32)
    return np.convolve(track, np.array([0.25, 0.5, 0.25], np.float32), "same").astype(np.float32)
