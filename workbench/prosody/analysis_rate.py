"""The lower rate at which voices are analysed: F0 needs far less band than recordings have."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

LOWEST_RATE_HZ = 8000


def decimation_factor(sampling_rate_hz: int) -> int:
    """Choose how many samples become one; telephone audio is left as it is.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.

    Returns
    -------
    int
        Factor that leads to 8 to 16 kHz; 1 below 16 kHz.

    Examples
    --------
    >>> [decimation_factor(rate) for rate in (4000, 8000, 16000, 44100, 48000)]
    [1, 1, 2, 5, 6]
    """
    return max(1, sampling_rate_hz // LOWEST_RATE_HZ)


@lru_cache(maxsize=16)
def _low_pass(factor: int) -> tuple[npt.NDArray[np.float32], int]:
    """Design the filter, filled up with zeros to whole vectors, and name its middle tap."""
    from scipy.signal import firwin

    n_taps = 20 * factor + 1
    taps = np.zeros(-(-n_taps // 32) * 32, np.float32)
    taps[:n_taps] = firwin(n_taps, 0.9 / factor, window=("kaiser", 5.0))
    return taps, n_taps // 2


def to_analysis_rate(samples: npt.NDArray[np.float32], factor: int) -> npt.NDArray[np.float32]:
    """Bring a signal to the analysis rate, without delay.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    factor : int
        See `decimation_factor`.

    Returns
    -------
    ndarray of float32
        Every `factor`-th sample of the low-passed signal.
    """
    if factor == 1:
        return samples
    from workbench.prosody.kernels import decimate

    return decimate(np.ascontiguousarray(samples), *_low_pass(factor), factor)
