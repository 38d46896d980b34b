"""Syllable nuclei heard in the signal: speech rate without a transcript."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.prosody.arithmetic import power_of
from workbench.prosody.settings import HOP_S

SMOOTHING_FRAMES = 1.5
USUAL_PER_VOICED_S = 7.5
"""Nuclei a second of voice at which the envelope is smoothed by `SMOOTHING_FRAMES`."""

LEAST_SMOOTHING, MOST_SMOOTHING = 0.8, 2.2
SMOOTHING_EXPONENT = 0.75
"""How far the smoothing follows the pace: 1 would be in proportion."""

SURE_DB, POSSIBLE_DB = 20.0, 30.0
"""How far below the highest peak of an utterance a nucleus counts whole, and at all, dB."""

BAND_RANGE_DB = 40.0
"""How far below the loudest band anything still shapes the envelope, dB."""

VOICED_WITHIN_FRAMES = 2


class Nuclei(NamedTuple):
    """Syllable nuclei of an utterance.

    Parameters
    ----------
    frames : ndarray of int64, shape (n_nuclei,)
        Frames where they lie, in order.
    weights : ndarray of float64, shape (n_nuclei,)
        How far each counts, above 0 to 1; their sum is the number of syllables.
    """

    frames: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]


def syllable_nuclei(
    bands_db: npt.NDArray[np.float32],
    voiced: npt.NDArray[np.bool_],
    *,
    dip_db: float = 0.75,
) -> Nuclei:
    """Find the frames where syllables have their nucleus.

    Two envelopes are averaged: the mean level, in dB, of four bands from 250 Hz to
    3.4 kHz (so that a vowel, strong in all of them, stands out against a nasal,
    strong in one), and the level of all four together. Smoothed over about 15 ms
    (less the faster the speech, so that fast syllables do not melt together), its
    peaks count where the voice is heard within 20 ms [1]_ [2]_. Whether a shallow
    swell is a syllable of its own cannot be known, so that a peak counts the more
    the deeper the envelope falls on both sides, and the less the softer it is:
    that agrees better with vowels timed by hand than any sharp limit.

    Parameters
    ----------
    bands_db : ndarray of float32, shape (n_frames, n_bands)
        Level of each band, dB.
    voiced : ndarray of bool, shape (n_frames,)
        Whether a frame has F0.
    dip_db : float, default 0.75
        How far the envelope must fall on both sides for a peak to count half, dB;
        it counts whole from five thirds of it, not at all below a third.

    Returns
    -------
    Nuclei
        Frames and weights.

    References
    ----------
    .. [1] Mermelstein, P. (1975). Automatic segmentation of speech into
       syllabic units. J. Acoust. Soc. Am. 58(4), 880-883.
    .. [2] de Jong, N. H., and Wempe, T. (2009). Praat script to detect syllable
       nuclei and measure speech rate automatically. Behavior Research Methods
       41(2), 385-390.

    Examples
    --------
    Four swells a second for two seconds:

    >>> import numpy as np
    >>> swell = -30 + 10 * np.sin(2 * np.pi * 4 * np.arange(200) / 100)
    >>> bands = np.repeat(swell[:, None], 4, axis=1).astype(np.float32)
    >>> float(syllable_nuclei(bands, np.ones(200, bool)).weights.sum())
    8.0
    """
    if not bands_db.shape[0] or not voiced.any():
        return Nuclei(np.zeros(0, np.int64), np.zeros(0))
    from workbench.prosody.path_kernels import smoothed

    together = 10 * np.log10(power_of(bands_db).sum(axis=1))
    floor = np.float32(BAND_RANGE_DB)
    each = np.maximum(bands_db, bands_db.max() - floor).mean(axis=1)
    together = np.maximum(together, together.max() - floor)
    envelope = 0.5 * (each + together).astype(np.float64)
    near = _near(voiced, VOICED_WITHIN_FRAMES)
    voiced_s = float(voiced.sum()) * HOP_S
    smoothing = SMOOTHING_FRAMES
    for _ in range(2):
        found = _counted(smoothed(envelope, _window(smoothing)), near, dip_db)
        pace = max(float(found.weights.sum()) / voiced_s / USUAL_PER_VOICED_S, 0.1)
        smoothing = SMOOTHING_FRAMES * pace**-SMOOTHING_EXPONENT
        smoothing = min(max(smoothing, LEAST_SMOOTHING), MOST_SMOOTHING)
    return _counted(smoothed(envelope, _window(smoothing)), near, dip_db)


def _counted(
    envelope: npt.NDArray[np.float64], near: npt.NDArray[np.bool_], dip_db: float
) -> Nuclei:
    from workbench.prosody.path_kernels import prominent_peaks

    frames, fall_db = prominent_peaks(envelope)
    deep = np.clip((fall_db / dip_db - 1 / 3) * 0.75, 0, 1) if dip_db > 0 else fall_db > 0
    below_db = envelope.max() - envelope[frames]
    loud = np.clip((POSSIBLE_DB - below_db) / (POSSIBLE_DB - SURE_DB), 0, 1)
    weights = deep * loud * near[frames]
    return Nuclei(frames[weights > 0], weights[weights > 0])


def _window(smoothing: float) -> npt.NDArray[np.float64]:
    weights = np.exp(-0.5 * np.square(np.arange(int(4 * smoothing) + 2) / smoothing))
    return np.asarray(weights / (2 * weights.sum() - weights[0]), np.float64)


def _near(marks: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Mark what lies within `reach` frames of a mark."""
    before = np.concatenate([np.zeros(reach + 1, np.int64), np.cumsum(marks)])
    before = np.concatenate([before, np.full(reach, before[-1])])
    return np.asarray(before[2 * reach + 1 :] > before[: marks.size])
