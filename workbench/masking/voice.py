"""From the curves of a voice to a sound that holds nothing but these curves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

FULL_HZ = 1300.0
"""Up to here all harmonics are equally strong, hertz."""

TOP_HZ = 1600.0
"""From here on there is nothing, hertz. More harmonics sound harsh, and smear where F0 glides."""

FRAME_S = 0.01
"""Time from one row of the tracks to the next, seconds."""

NEEDED = ("time_s", "f0_hz", "intensity_db", "speech")

_LEAST_F0_HZ = 40.0
_NOISE_S = 8.0

_AROUND = 2
"""Silent frames put before and after the tracks, so that they begin and end without a click."""


def masked_voice(
    tracks: pd.DataFrame,
    sampling_rate_hz: int,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> npt.NDArray[np.float32]:
    """Make a voice without words from the curves of F0, level and speech.

    For listening to how something is said without what is said. The sound is
    made from these three curves alone: nothing else of the recording goes in, so
    nothing else can be heard. It does not make anybody anonymous: who knows a
    person may know the melody.

    Parameters
    ----------
    tracks : DataFrame
        One row each 10 ms without a gap: time_s (middle of the frame, seconds),
        f0_hz (hertz; NaN or 0 where there is no voice), intensity_db (dB re full
        scale) and speech (whether somebody speaks).
        `workbench.prosody.frame_tracks` makes it.
    sampling_rate_hz : int
        Rate of the sound, hertz; at least 4000.
    start_s : float, default 0.0
        Where the sound begins on the time scale of the tracks, seconds.
    end_s : float, optional
        Where it ends; by default with the last frame.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        Samples from -1 to 1. Voiced speech becomes harmonics of F0, all equally
        strong up to 1.3 kHz and none above 1.6 kHz; unvoiced speech becomes noise of
        that band; where nobody speaks there is silence. Level follows
        intensity_db. What lies outside the tracks is silent.

    Raises
    ------
    InputError
        If a column is missing, the frames are not 10 ms apart, the sampling
        rate is too low, or the window is empty or begins before 0.

    See Also
    --------
    workbench.prosody.frame_tracks : The curves of one channel.

    Notes
    -----
    A window is the same, sample by sample, whichever longer window it is cut
    from, if the tracks reach back to the last unvoiced frame before it. The
    harmonics begin with phases pi * g * k**2, g the golden section, which keeps the
    envelope of the sum flat at any F0.

    Examples
    --------
    Half a second at 200 Hz, and half a second in which nobody speaks:

    >>> import numpy as np, pandas as pd
    >>> tracks = pd.DataFrame({"time_s": np.arange(100) / 100 + 0.005, "f0_hz": 200.0,
    ...                        "intensity_db": -20.0, "speech": np.arange(100) < 50})
    >>> samples = masked_voice(tracks, 8000)
    >>> round(20 * np.log10(np.sqrt(np.mean(samples[:3900] ** 2))).item(), 1)
    -20.0
    >>> bool(samples[4100:].any())
    False
    """
    from workbench.masking.kernels import SILENT_DB, flat_voice

    first_frame = _check_tracks(tracks)
    if sampling_rate_hz < 4000:
        raise InputError(
            f"A sampling rate of {sampling_rate_hz} Hz came; a masked voice needs at least 4000 Hz."
        )
    stop_s = (first_frame + len(tracks)) * FRAME_S if end_s is None else end_s
    begin, end = round(start_s * sampling_rate_hz), round(stop_s * sampling_rate_hz)
    if not 0 <= begin < end:
        raise InputError(
            f"The window {start_s} to {stop_s} s came; a window begins at 0 s or later and ends "
            "after it begins."
        )
    out = np.zeros(end - begin, np.float32)
    if tracks.empty:
        return out
    speech = tracks["speech"].to_numpy(np.bool_)
    f0 = np.nan_to_num(tracks["f0_hz"].to_numpy(np.float64))
    level_db = np.maximum(tracks["intensity_db"].to_numpy(np.float64), SILENT_DB)
    k = np.arange(1, int(TOP_HZ / _LEAST_F0_HZ) + 1)
    flat_voice(
        np.pad(np.where(speech & (f0 >= _LEAST_F0_HZ), f0, 0.0), _AROUND),
        np.pad(np.where(speech, level_db, SILENT_DB), _AROUND, constant_values=SILENT_DB),
        first_frame - _AROUND,
        FRAME_S,
        begin,
        float(sampling_rate_hz),
        (FULL_HZ, TOP_HZ),
        np.exp(1j * np.pi * (np.sqrt(5) - 1) / 2 * k**2),
        _noise(sampling_rate_hz),
        out,
    )
    return out


def _check_tracks(tracks: pd.DataFrame) -> int:
    """Check the tracks; give the number of the first frame."""
    for name in NEEDED:
        if name not in tracks.columns:
            raise InputError(
                f'The tracks have no column "{name}"; a masked voice is made from '
                f"{', '.join(NEEDED)}, as workbench.prosody.frame_tracks gives them."
            )
    numbers = tracks["time_s"].to_numpy(np.float64) / FRAME_S - 0.5
    first_frame = round(float(numbers[0])) if len(numbers) else 0
    wrong = np.abs(numbers - first_frame - np.arange(len(numbers))) > 0.01
    if wrong.any():
        at = tracks["time_s"].iloc[int(wrong.argmax())]
        raise InputError(
            f"The frame at {at} s is out of step; frames lie in the middle of every 10 ms, "
            "without a gap: 0.005, 0.015, 0.025 s and so on."
        )
    return first_frame


@lru_cache(maxsize=4)
def _noise(sampling_rate_hz: int) -> npt.NDArray[np.float32]:
    """Make some seconds of noise with the band of the harmonics, whose end fits its beginning."""
    from scipy import fft

    size = fft.next_fast_len(round(_NOISE_S * sampling_rate_hz), real=True)
    hz = fft.rfftfreq(size, 1 / sampling_rate_hz)
    rng = np.random.default_rng(0)
    weights = np.clip((TOP_HZ - hz) / (TOP_HZ - FULL_HZ), 0.0, 1.0) * (hz > _LEAST_F0_HZ)
    turned = np.exp(2j * np.pi * rng.random(hz.size))
    noise = fft.irfft(weights * turned, size)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)
