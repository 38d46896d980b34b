"""F0 and level of some seconds, quickly: what is drawn and masked while somebody waits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import frame_levels_db
from workbench.prosody.analysis_rate import decimation_factor, to_analysis_rate
from workbench.prosody.f0 import analyse_frames, choose_path, drop_strays, speaker_range
from workbench.prosody.measure import one_channel
from workbench.prosody.settings import HOP_S, ProsodySettings
from workbench.prosody.tracks import VOICE_RANGE_DB


def voice_curves(
    samples: npt.ArrayLike,
    sampling_rate_hz: int,
    *,
    settings: ProsodySettings | None = None,
) -> pd.DataFrame:
    """Track F0 and level of one channel, eight times as quick as `frame_tracks`.

    For a minute or so at once. The range of F0 is fitted to what is heard in
    these samples, so give some seconds around what is wanted.

    Parameters
    ----------
    samples : array of float, shape (n_samples,)
        One channel, full scale at -1..1. Values that are not finite count as 0.
    sampling_rate_hz : int
        Sampling rate, hertz; at least 4000.
    settings : ProsodySettings, optional
        Settings.

    Returns
    -------
    DataFrame
        One row each 10 ms: time_s (middle of the frame, seconds), f0_hz (hertz,
        NaN where there is no voice) and intensity_db (dB re full scale).

    Raises
    ------
    InputError
        If the samples are not one channel or the rate is too low.

    See Also
    --------
    frame_tracks : The same with speech, tilt and harmonicity.

    Examples
    --------
    >>> import numpy as np
    >>> tone = 0.1 * np.sin(2 * np.pi * 200 * np.arange(8000) / 8000)
    >>> curves = voice_curves(tone, 8000)
    >>> len(curves), round(curves["f0_hz"].median()), round(curves["intensity_db"].median())
    (100, 200, -23)
    """
    settings = settings or ProsodySettings()
    signal = np.nan_to_num(one_channel(samples, sampling_rate_hz), posinf=0.0, neginf=0.0)
    levels = frame_levels_db(signal, sampling_rate_hz, hop_s=HOP_S)
    f0 = np.zeros(levels.size, np.float32)
    middles_s = (np.arange(levels.size) + 0.5) * HOP_S
    if levels.size:
        factor = decimation_factor(sampling_rate_hz)
        rate = sampling_rate_hz / factor
        loud_db = float(np.percentile(levels, 99))
        frames = analyse_frames(
            to_analysis_rate(signal, factor),
            rate,
            middles_s * rate,
            settings,
            sounding=levels > loud_db - VOICE_RANGE_DB,
        )
        candidates = (frames.hz, frames.gap, levels, loud_db)
        widest = (settings.f0_floor_hz, settings.f0_ceiling_hz)
        voice = speaker_range(*choose_path(*candidates, widest, settings), settings)
        own = (voice.floor_hz, voice.ceiling_hz)
        f0, gap = choose_path(*candidates, own, settings, usual_hz=voice.usual_hz)
        f0 = drop_strays(f0, gap, voice.usual_hz)
    return pd.DataFrame(
        {
            "time_s": middles_s,
            "f0_hz": np.where(f0 > 0, f0, np.nan).astype("float64"),
            "intensity_db": levels.astype("float64"),
        }
    )
