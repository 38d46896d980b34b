"""F0: periodicity of each frame by autocorrelation, and the best path through a call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from workbench.prosody.arithmetic import power_of
from workbench.prosody.settings import CLEAR_GAP, HOP_S, WINDOW_S, ProsodySettings

Floats = npt.NDArray[np.float32]

N_CANDIDATES = 5
HIGHEST_HZ = 4000.0
"""Upper end of the band that F0 is looked for in, hertz."""

FLOOR_FACTOR = 0.45
CEILING_FACTOR = 2.25

_AT_ONCE = 128

SYLLABLE_BANDS_HZ = (250.0, 500.0, 1000.0, 2000.0, 3400.0)
"""Edges of the bands of the syllable envelope, hertz."""


@dataclass(frozen=True)
class Frames:
    """What one pass over some frames leaves.

    Parameters
    ----------
    hz, gap : ndarray of float32, shape (n_frames, N_CANDIDATES)
        Candidates of F0 in hertz, 0 where there are fewer; and one minus the
        normalised autocorrelation.
    bands_db : ndarray of float32, shape (n_frames, 4)
        Level in the bands of `SYLLABLE_BANDS_HZ`, dB re full scale.
    """

    hz: Floats
    gap: Floats
    bands_db: Floats


@dataclass(frozen=True)
class _Plan:
    width: int
    size: int
    n_lags: int
    window: Floats
    one_over_window: Floats
    cut: int
    edges: npt.NDArray[np.int64]
    sinc: Floats


@lru_cache(maxsize=16)
def _plan(sampling_rate_hz: float, floor_hz: float) -> _Plan:
    from scipy import fft

    from workbench.prosody.kernels import HALF_TAPS, sinc_table

    width = max(4, round(WINDOW_S * sampling_rate_hz))
    n_lags = int(np.ceil(sampling_rate_hz / floor_hz)) + HALF_TAPS + 2
    size = 2 * int(fft.next_fast_len(-(-(width + n_lags) // 2), real=True))
    window = np.hanning(width + 2)[1:-1].astype(np.float32)
    own = fft.irfft(np.abs(fft.rfft(window.astype(np.float64), size)) ** 2, size)[:n_lags]
    bins = np.arange(size // 2 + 1) * sampling_rate_hz / size
    edges = np.searchsorted(bins, SYLLABLE_BANDS_HZ)
    return _Plan(
        width,
        size,
        n_lags,
        window,
        (1 / np.maximum(own / own[0], 1e-4)).astype(np.float32),
        int(np.searchsorted(bins, HIGHEST_HZ, side="right")),
        edges.astype(np.int64),
        sinc_table(),
    )


def analyse_frames(
    samples: Floats,
    sampling_rate_hz: float,
    middles: npt.NDArray[np.floating],
    settings: ProsodySettings,
    *,
    sounding: npt.NDArray[np.bool_],
) -> Frames:
    """Find the candidates of F0 and the band levels of some frames.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        Signal at the analysis rate, see `to_analysis_rate`.
    sampling_rate_hz : float
        Its rate, hertz.
    middles : ndarray of float64, shape (n_frames,)
        Middles of the frames, in samples.
    settings : ProsodySettings
        Range and costs.
    sounding : ndarray of bool, shape (n_frames,)
        Frames that are worth a look; the others are taken as silent.

    Returns
    -------
    Frames
        One row a frame.

    Notes
    -----
    The normalised autocorrelation of [1]_: the autocorrelation of the windowed
    frame over that of the window, from the power spectrum up to 4 kHz, its
    maxima refined by sinc interpolation.

    References
    ----------
    .. [1] Boersma, P. (1993). Accurate short-term analysis of the fundamental
       frequency and the harmonics-to-noise ratio of a sampled sound. Proc.
       Institute of Phonetic Sciences Amsterdam, 17, 97-110.
    """
    from scipy import fft

    from workbench.prosody.frame_kernels import bin_powers, cut_frames
    from workbench.prosody.kernels import f0_candidates

    plan = _plan(sampling_rate_hz, settings.f0_floor_hz)
    every = np.flatnonzero(sounding)
    starts = np.rint(middles - plan.width / 2).astype(np.int64)
    hz = np.zeros((middles.size, N_CANDIDATES), np.float32)
    gap = np.ones((middles.size, N_CANDIDATES), np.float32)
    bands = np.zeros((middles.size, plan.edges.size - 1), np.float32)
    n_most = min(_AT_ONCE, every.size)
    frames = np.zeros((n_most, plan.size), np.float32)
    power = np.empty((n_most, plan.size // 2 + 1), np.float32)
    own = [np.empty((n_most, table.shape[1]), np.float32) for table in (bands, hz, gap)]
    for a in range(0, every.size, _AT_ONCE):
        part = every[a : a + _AT_ONCE]
        n = part.size
        cut_frames(samples, starts[part], plan.window, frames)
        spectrum = fft.rfft(frames[:n], axis=1).view(np.float32)
        bin_powers(spectrum, power, plan.edges, own[0])
        power[:, plan.cut :] = 0.0
        f0_candidates(
            fft.dct(power[:n], type=1, axis=1),
            plan.one_over_window,
            sampling_rate_hz,
            settings.f0_floor_hz,
            settings.f0_ceiling_hz,
            settings.octave_cost,
            plan.sinc,
            own[1],
            own[2],
        )
        bands[part], hz[part], gap[part] = (table[:n] for table in own)
    scale = np.float32(2.0 / (plan.size * np.sum(np.square(plan.window))))
    return Frames(hz, gap, 10 * np.log10(np.maximum(bands * scale, np.float32(1e-12))))


def choose_path(
    hz: Floats,
    gap: Floats,
    levels_db: Floats,
    loud_db: float,
    f0_range_hz: tuple[float, float],
    settings: ProsodySettings,
    *,
    usual_hz: float = 0.0,
) -> tuple[Floats, Floats]:
    """Choose the F0 of each frame of one uninterrupted stretch.

    Parameters
    ----------
    hz, gap : ndarray of float32, shape (n_frames, N_CANDIDATES)
        See `Frames`.
    levels_db : ndarray of float32, shape (n_frames,)
        Level of each frame, dB re full scale.
    loud_db : float
        Level of the speaker's loud frames, dB re full scale.
    f0_range_hz : tuple of float
        Floor and ceiling, hertz.
    settings : ProsodySettings
        The costs.
    usual_hz : float, default 0.0
        The speaker's usual F0, hertz. Two cycles taken for one lie an octave below
        it; high voices are not drawn down to it. 0 if it is not known.

    Returns
    -------
    f0_hz : ndarray of float32, shape (n_frames,)
        F0 in hertz, 0 for unvoiced frames.
    gap : ndarray of float32, shape (n_frames,)
        One minus the normalised autocorrelation at F0, 1 for unvoiced frames.
    """
    from workbench.prosody.path_kernels import best_path

    per_frame = 0.01 / HOP_S
    costs = np.array(
        [
            settings.voicing_threshold,
            max(settings.silence_threshold, 1e-6),
            settings.octave_cost,
            settings.octave_jump_cost * per_frame,
            settings.voicing_cost * per_frame,
            settings.low_cost,
        ]
    )
    loudness = np.asarray(np.sqrt(power_of(levels_db - np.float32(loud_db))), np.float32)
    usual = usual_hz if np.isfinite(usual_hz) else 0.0
    return best_path(hz, gap, loudness, *f0_range_hz, usual, costs)


@dataclass(frozen=True)
class SpeakerRange:
    """Where the F0 of one speaker lies.

    Parameters
    ----------
    floor_hz, ceiling_hz : float
        Range that is searched in the second pass, hertz.
    usual_hz : float
        Median of clearly voiced frames, hertz; NaN if there are too few.
    """

    floor_hz: float
    ceiling_hz: float
    usual_hz: float


def speaker_range(
    f0_hz: npt.NDArray[np.floating], gap: npt.NDArray[np.floating], settings: ProsodySettings
) -> SpeakerRange:
    """Fit floor and ceiling to a speaker after a first pass over the wide range.

    Parameters
    ----------
    f0_hz, gap : ndarray of float, shape (n_frames,)
        F0 of the first pass, hertz, 0 for unvoiced frames; and one minus its
        normalised autocorrelation.
    settings : ProsodySettings
        Gives the widest range.

    Returns
    -------
    SpeakerRange
        The widest range if less than half a second is clearly voiced.

    Notes
    -----
    From the quartiles of a first pass, as in [1]_, but wider: 0.45 times the
    first and 2.25 times the third. A floor above a real low voice would turn it
    into its octave, so the floor lies more than an octave below; what is far
    off and unclear is taken away afterwards by `drop_strays`.

    References
    ----------
    .. [1] Hirst, D. (2011). The analysis by synthesis of speech melody: from
       data to models. Journal of Speech Sciences, 1(1), 55-83.

    Examples
    --------
    >>> import numpy as np
    >>> speaker_range(np.full(100, 200.0), np.zeros(100), ProsodySettings())
    SpeakerRange(floor_hz=90.0, ceiling_hz=450.0, usual_hz=200.0)
    """
    clear = np.asarray(f0_hz[(f0_hz > 0) & (gap <= CLEAR_GAP)], np.float64)
    if clear.size * HOP_S < 0.5:
        return SpeakerRange(settings.f0_floor_hz, settings.f0_ceiling_hz, float("nan"))
    low, usual, high = np.percentile(clear, [25, 50, 75])
    return SpeakerRange(
        max(settings.f0_floor_hz, FLOOR_FACTOR * float(low)),
        min(settings.f0_ceiling_hz, CEILING_FACTOR * float(high)),
        float(usual),
    )


def drop_strays(f0_hz: Floats, gap: Floats, usual_hz: float) -> Floats:
    """Take away voicing that is far from the speaker's usual F0 and not clear.

    A resonance that rings after an irregular pulse, as in creak and laughter,
    looks like a weak voice far above the speaker's own. Shouting is far above,
    too, but clearly periodic, and stays.

    Parameters
    ----------
    f0_hz, gap : ndarray of float32, shape (n_frames,)
        F0 in hertz, 0 where unvoiced, and one minus the normalised
        autocorrelation there.
    usual_hz : float
        See `SpeakerRange`; NaN to leave everything.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        F0, with 0 for stretches that lie three quarters of an octave and more
        from the usual F0 with a mean autocorrelation below 0.85, and for
        stretches shorter than 30 ms.
    """
    from workbench.prosody.path_kernels import without_strays

    return np.asarray(without_strays(f0_hz, gap, usual_hz))
