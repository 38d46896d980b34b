"""Syllable nuclei heard in the signal: speech rate without a transcript."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SMOOTHING_FRAMES = 1.5
RANGE_DB = 25.0
"""How far below the highest peak of an utterance a nucleus may lie, dB."""

BAND_RANGE_DB = 40.0
"""How far below the loudest band anything still shapes the envelope, dB."""

VOICED_WITHIN_FRAMES = 2


def syllable_nuclei(
    bands_db: npt.NDArray[np.float32],
    voiced: npt.NDArray[np.bool_],
    *,
    dip_db: float = 0.75,
) -> npt.NDArray[np.int64]:
    """Find the frames where syllables have their nucleus.

    The envelope is the mean level, in dB, of four bands from 250 Hz to 3.4 kHz
    (so that a vowel, strong in all of them, stands out against a nasal, strong
    in one), smoothed over 15 ms. Its peaks count where the voice is heard within
    20 ms and the envelope falls by `dip_db` on both sides [1]_ [2]_.

    Parameters
    ----------
    bands_db : ndarray of float32, shape (n_frames, n_bands)
        Level of each band, dB.
    voiced : ndarray of bool, shape (n_frames,)
        Whether a frame has F0.
    dip_db : float, default 0.75
        How far the envelope must fall on both sides of a peak, dB.

    Returns
    -------
    ndarray of int64, shape (n_syllables,)
        Frames of the nuclei, in order.

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
    >>> syllable_nuclei(bands, np.ones(200, bool)).size
    8
    """
    if not bands_db.shape[0] or not voiced.any():
        return np.zeros(0, np.int64)
    from scipy.ndimage import gaussian_filter1d, maximum_filter1d
    from scipy.signal import find_peaks

    bands = bands_db.astype(np.float64)
    envelope = np.maximum(bands, bands.max() - BAND_RANGE_DB).mean(axis=1)
    envelope = gaussian_filter1d(envelope, SMOOTHING_FRAMES)
    peaks, _ = find_peaks(envelope, prominence=dip_db)
    near_voice = maximum_filter1d(voiced, 2 * VOICED_WITHIN_FRAMES + 1)
    keep = near_voice[peaks] & (envelope[peaks] > envelope.max() - RANGE_DB)
    return np.asarray(peaks[keep], np.int64)
