"""Speech or not, frame by frame: above the noise, voiced somewhere, not a tone, not music."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.activity.deciding import DetectionSettings
from workbench.activity.listening import ChannelListener

DETECTOR = "speech_activity 2"
"""Name and version of the detector; the version changes when decisions change."""


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
    each other. Whispering is missed. Music and signalling tones are no speech where
    they are found (see `ChannelListener`); a song without instruments passes for
    speech.

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
    listener = ChannelListener(sampling_rate_hz, hop_s=hop_s, settings=settings)
    listener.add(samples)
    return listener.finish().speech
