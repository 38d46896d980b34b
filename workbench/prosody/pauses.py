"""Speech and silence inside an utterance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError
from workbench.prosody.arithmetic import percentiles, power_of

_WINDOW = np.full(3, 0.2)
"""Levels are smoothed over five frames."""

MARGIN_DB = 8.0
"""How far above the noise of the channel speech must be, dB."""

UNKNOWN_NOISE_DB = 3.0
"""How far above its softest moment speech is taken to be if the noise is not known, dB."""

RANGE_DB = 40.0
LEAST_RANGE_DB = 12.0
"""Speech reaches between these two below the loud frames of its utterance, dB."""

SHORTEST_SPEECH_FRAMES = 4


class PauseStatistics(NamedTuple):
    """Counts and durations of the pauses inside one utterance.

    Parameters
    ----------
    n_pauses : int
        Number of pauses.
    pause_total_s : float
        Summed length, seconds; 0.0 without a pause.
    pause_max_s : float
        Longest pause, seconds; 0.0 without a pause.
    span_s : float
        Time from the first to the last speech frame, seconds; 0.0 without speech.
    """

    n_pauses: int
    pause_total_s: float
    pause_max_s: float
    span_s: float


def speech_frames(
    levels_db: npt.NDArray[np.float32], voiced: npt.NDArray[np.bool_], noise_db: float
) -> npt.NDArray[np.bool_]:
    """Decide speech or silence for each frame inside one utterance.

    `workbench.activity.speech_activity` decides where utterances are; this
    looks closer, knowing that somebody speaks.

    Parameters
    ----------
    levels_db : ndarray of float32, shape (n_frames,)
        Level of each frame of the utterance, dB re full scale.
    voiced : ndarray of bool, shape (n_frames,)
        Whether a frame has F0; voiced frames are speech.
    noise_db : float
        Level of the channel between utterances, dB re full scale; NaN if it is
        not known, so that only the softest moments of the utterance are silence.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        True where the utterance is at least 8 dB above the noise (but not asking
        more than 12 dB below its own loud frames) and at most 40 dB below its
        loud frames. Sounds shorter than 40 ms between silences do not count.

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.repeat(np.float32([-20, -70, -20]), 20)
    >>> int(speech_frames(levels, np.zeros(60, bool), -72.0).sum())
    44
    """
    if not levels_db.size:
        return np.zeros(0, np.bool_)
    from workbench.prosody.path_kernels import smoothed, without_splinters

    power = smoothed(np.asarray(power_of(levels_db), np.float64), _WINDOW)
    smooth = 10 * np.log10(np.maximum(power, 1e-12))
    loud = percentiles(smooth, (95,))[0]
    if loud < -100:
        return np.zeros(levels_db.size, np.bool_)
    if np.isnan(noise_db):
        noise_db = float(smooth.min()) + UNKNOWN_NOISE_DB - MARGIN_DB
    threshold = max(min(noise_db + MARGIN_DB, loud - LEAST_RANGE_DB), loud - RANGE_DB)
    heard = (smooth > threshold) | voiced
    return np.asarray(without_splinters(heard, SHORTEST_SPEECH_FRAMES))


def pause_statistics(
    speech: npt.NDArray[np.bool_], *, hop_s: float, min_pause_s: float = 0.25
) -> PauseStatistics:
    """Measure the silent pauses inside one utterance.

    A pause is a run of non-speech frames that lasts at least `min_pause_s` and
    has speech on both sides. Silence before the first and after the last speech
    frame is left out: it belongs to the gap between two turns. Shorter silences
    count as speaking time, because the closure of a plosive is silent too.

    Parameters
    ----------
    speech : ndarray of bool, shape (n_frames,)
        Speech activity of one utterance, one value a frame.
    hop_s : float
        Time from one frame to the next, seconds; greater than 0.
    min_pause_s : float, default 0.25
        Shortest silence that counts as a pause, seconds; at least `hop_s`.

    Returns
    -------
    PauseStatistics
        Counts and durations.

    Raises
    ------
    InputError
        If `speech` is not a one-dimensional boolean array, or a pause would be
        shorter than a frame.

    Notes
    -----
    Lengths are whole frames, so each is off by at most one `hop_s`. 250 ms
    divides articulatory from hesitation pauses in [1]_; published cut-offs run
    from 100 to 1000 ms, and figures made with different ones must not be
    compared.

    References
    ----------
    .. [1] Goldman-Eisler, F. (1968). Psycholinguistics: Experiments in
       Spontaneous Speech. London: Academic Press.

    Examples
    --------
    Half a second of silence between two words, ten frames a second:

    >>> import numpy as np
    >>> speech = np.array([0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0], dtype=bool)
    >>> pauses = pause_statistics(speech, hop_s=0.1)
    >>> pauses.n_pauses, pauses.pause_total_s, pauses.span_s
    (1, 0.5, 0.9)
    """
    if speech.ndim != 1 or speech.dtype != np.bool_:
        raise InputError(
            f"Speech of shape {speech.shape} and dtype {speech.dtype} came; one boolean a frame "
            "is needed. speech_frames makes them."
        )
    if not 0 < hop_s <= min_pause_s:
        raise InputError(
            f"A pause of {min_pause_s} s cannot be seen on frames of {hop_s} s; "
            "min_pause_s must be at least hop_s, and hop_s greater than 0."
        )
    where = np.flatnonzero(speech)
    if not where.size:
        return PauseStatistics(0, 0.0, 0.0, 0.0)
    gaps = np.diff(where) - 1
    pauses = gaps[gaps >= round(min_pause_s / hop_s)]
    return PauseStatistics(
        int(pauses.size),
        round(float(pauses.sum()) * hop_s, 6),
        round(float(pauses.max(initial=0)) * hop_s, 6),
        round(float(where[-1] - where[0] + 1) * hop_s, 6),
    )
