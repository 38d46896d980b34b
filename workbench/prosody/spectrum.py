"""The long-term spectrum of a channel: how far it reaches and how it falls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

SPECTRUM_WINDOW_S = 0.032
TILT_EDGES_HZ = (50.0, 1000.0, 5000.0)
BAND_HZ = 250.0
"""Width of the bands in which the bandwidth is looked for, hertz."""

RANGE_DB = 55.0
"""How far below its strongest band a channel still counts as carrying speech, dB."""


@lru_cache(maxsize=16)
def _window(width: int) -> npt.NDArray[np.float32]:
    window = np.hanning(width + 2)[1:-1]
    return np.asarray(window * np.sqrt(2 / (width * np.sum(np.square(window)))), np.float32)


class LongTermSpectrum:
    """Mean power spectra of a channel, of speech and of what lies between.

    Parameters
    ----------
    sampling_rate_hz : int
        Rate of the recording, hertz.
    """

    def __init__(self, sampling_rate_hz: int) -> None:
        self.rate = sampling_rate_hz
        self._width = max(4, 2 * round(SPECTRUM_WINDOW_S * sampling_rate_hz / 2))
        n_bins = self._width // 2 + 1
        hz = np.arange(n_bins) * sampling_rate_hz / self._width
        self._edges = np.searchsorted(hz, TILT_EDGES_HZ).astype(np.int64)
        self._totals = np.zeros((2, n_bins))
        self._counts = [0, 0]

    def add(
        self,
        samples: npt.NDArray[np.float32],
        middles: npt.NDArray[np.int64],
        *,
        speech: bool = False,
    ) -> npt.NDArray[np.float32]:
        """Take in the spectra around some samples.

        Parameters
        ----------
        samples : ndarray of float32, shape (n_samples,)
            One channel at its own rate.
        middles : ndarray of int64, shape (n_spectra,)
            Middles of the windows. Where a window leaves the signal there is no
            spectrum, since its edge would sound like a click.
        speech : bool, default False
            Whether somebody speaks there.

        Returns
        -------
        ndarray of float32, shape (n_spectra, 2)
            Power from 50 Hz to 1 kHz and from 1 to 5 kHz, mean square, full scale
            being 1; 0 where there is no spectrum.
        """
        from scipy import fft

        from workbench.prosody.frame_kernels import bin_powers, cut_frames

        starts = middles - self._width // 2
        inside = np.flatnonzero((starts >= 0) & (starts + self._width <= samples.size))
        sums = np.zeros((middles.size, 2), np.float32)
        if inside.size:
            frames = np.empty((inside.size, self._width), np.float32)
            cut_frames(samples, starts[inside], _window(self._width), frames)
            spectra = fft.rfft(frames, axis=1).view(np.float32)
            power = np.empty((inside.size, self._totals.shape[1]), np.float32)
            own = np.empty((inside.size, 2), np.float32)
            bin_powers(spectra, power, self._edges, own)
            self._totals[int(speech)] += power.sum(axis=0, dtype=np.float64)
            sums[inside] = own
        self._counts[int(speech)] += inside.size
        return sums

    def mean(self, *, speech: bool) -> npt.NDArray[np.float64] | None:
        """Give the mean power spectrum.

        Parameters
        ----------
        speech : bool
            Of speech, or of what lies between.

        Returns
        -------
        ndarray of float64, shape (n_bins,), or None
            Mean square a bin; bins are one over 32 ms apart. None without any.
        """
        count = self._counts[int(speech)]
        return self._totals[int(speech)] / count if count else None

    def bandwidth(self) -> float:
        """Find the highest frequency with speech energy.

        Returns
        -------
        float
            See `bandwidth_of`, hertz; NaN without speech.
        """
        speech = self.mean(speech=True)
        if speech is None:
            return float("nan")
        return bandwidth_of(speech, self.mean(speech=False), self.rate)


def bandwidth_of(
    speech: npt.NDArray[np.float64], noise: npt.NDArray[np.float64] | None, sampling_rate_hz: int
) -> float:
    """Find the highest frequency with speech energy.

    Parameters
    ----------
    speech : ndarray of float64, shape (n_bins,)
        Mean power spectrum of the utterances of a channel.
    noise : ndarray of float64, shape (n_bins,), or None
        Mean power spectrum of what lies between them.
    sampling_rate_hz : int
        Rate of the recording, hertz.

    Returns
    -------
    float
        Upper edge of the highest band of 250 Hz that is at most 55 dB softer than
        the strongest and at least 3 dB louder than the noise, hertz; NaN without
        energy.

    Examples
    --------
    Energy up to 3 kHz in a recording of 16 kHz:

    >>> import numpy as np
    >>> spectrum = np.where(np.linspace(0, 8000, 257) < 3000, 1e-4, 1e-12)
    >>> bandwidth_of(spectrum, None, 16000)
    3000.0
    """
    per_band = max(1, round(BAND_HZ * 2 * (speech.size - 1) / sampling_rate_hz))
    n_bands = speech.size // per_band
    bands = speech[: n_bands * per_band].reshape(n_bands, per_band).mean(axis=1)
    if not bands.size or bands.max() <= 1e-14:
        return float("nan")
    heard = bands > bands.max() * 10 ** (-RANGE_DB / 10)
    if noise is not None:
        floor = noise[: n_bands * per_band].reshape(n_bands, per_band).mean(axis=1)
        heard &= bands > 2 * floor
    if not heard.any():
        return float("nan")
    top = (int(np.flatnonzero(heard)[-1]) + 1) * per_band
    return min(sampling_rate_hz / 2, top * sampling_rate_hz / (2 * (speech.size - 1)))
