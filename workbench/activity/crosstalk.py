"""Tell a speaker from the leak of another channel."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

_MAX_DELAY_S = 0.4
_WINDOW_S = 0.5
_SHORTEST_REST_S = 0.15
_SURE_S, _SPREAD_DB = 2.0, 5.0

_T = TypeVar("_T", bound=np.generic)
_Levels = npt.NDArray[np.float64]
_Frames = npt.NDArray[np.bool_]


def remove_crosstalk(
    activity: Mapping[int, npt.NDArray[np.bool_]],
    levels_db: Mapping[int, npt.NDArray[np.floating]],
    *,
    hop_s: float = 0.01,
    min_drop_db: float = 6.0,
    min_correlation: float = 0.6,
) -> dict[int, npt.NDArray[np.bool_]]:
    """Take back speech frames that are only the leak of another channel.

    Telephone sets, headsets and conference bridges let some of one speaker into
    the other's channel, directly or as an echo. A frame is a leak if another
    channel speaks at that time (or up to 0.4 s before, for an echo), is much
    louder, and this channel's level follows the other's ups and downs. Speech of
    this channel's own speaker, who talks at the same time, does not follow them
    and stays, even if it is quiet. Once two seconds of leak are found, its
    loss is known, and half of `min_correlation` is enough for what is as weak.

    Parameters
    ----------
    activity : mapping of int to ndarray of bool, shape (n_frames,)
        Speech activity by channel, as from `speech_activity`. All channels begin
        at the same time; they may differ in length.
    levels_db : mapping of int to ndarray of float, shape (n_frames,)
        Levels by channel, as from `frame_levels_db` with the same hop.
    hop_s : float, default 0.01
        Length of a frame, seconds.
    min_drop_db : float, default 6.0
        How much weaker than its source a leak is, and at least half as much
        weaker than this channel's own speaker, dB.
    min_correlation : float, default 0.6
        Correlation of the two levels in dB over half a second from which one
        follows the other.

    Returns
    -------
    dict of int to ndarray of bool
        Speech activity by channel without leaks. With a single channel, the same
        as came; the arguments are not changed.

    Raises
    ------
    InputError
        If a channel has no levels, or activity and levels of a channel differ in
        length.

    See Also
    --------
    speech_activity : Decide speech or silence for each frame of a waveform.

    Examples
    --------
    Channel 1 hears channel 0 some 30 dB weaker and says nothing itself:

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> speech = np.repeat(rng.random(40) < 0.6, 25)
    >>> loud = np.where(speech, rng.normal(-20, 5, 1000), -70.0)
    >>> quiet = np.maximum(loud - 30, -75) + rng.normal(0, 0.5, 1000)
    >>> clean = remove_crosstalk({0: speech, 1: speech}, {0: loud, 1: quiet})
    >>> bool(clean[0].any()), bool(clean[1].any())
    (True, False)
    """
    for channel, frames in activity.items():
        if channel not in levels_db:
            raise InputError(
                f"Channel {channel} has speech activity but no levels; hand over "
                "frame_levels_db of the same samples."
            )
        if len(frames) != len(levels_db[channel]):
            raise InputError(
                f"Channel {channel} has {len(frames)} frames of speech activity and "
                f"{len(levels_db[channel])} of levels; make both with the same hop_s."
            )
    leak = {channel: np.zeros(len(frames), np.bool_) for channel, frames in activity.items()}
    for own, other in permutations(activity, 2):
        n_frames = min(len(activity[own]), len(activity[other]))
        if not (activity[own][:n_frames].any() and activity[other][:n_frames].any()):
            continue
        leak[own][:n_frames] |= _leak_frames(
            np.asarray(activity[own][:n_frames], np.bool_),
            np.asarray(activity[other][:n_frames], np.bool_),
            np.asarray(levels_db[own][:n_frames], np.float64),
            np.asarray(levels_db[other][:n_frames], np.float64),
            hop_s=hop_s,
            min_drop_db=min_drop_db,
            min_correlation=min_correlation,
        )
    return {
        channel: _without(
            np.asarray(frames, np.bool_), leak[channel], round(_SHORTEST_REST_S / hop_s)
        )
        for channel, frames in activity.items()
    }


def _leak_frames(
    own: _Frames,
    other: _Frames,
    own_db: _Levels,
    other_db: _Levels,
    *,
    hop_s: float,
    min_drop_db: float,
    min_correlation: float,
) -> _Frames:
    """Mark frames of `own` that follow `other` from well below."""
    from scipy.ndimage import maximum_filter1d

    window = max(3, round(_WINDOW_S / hop_s))
    delay = _best_delay(own_db, other_db, round(_MAX_DELAY_S / hop_s))
    source = maximum_filter1d(_delayed(other, delay), max(3, window // 5))
    source_db = _delayed(other_db, delay)
    alone = own & ~source
    usual_db = np.median(own_db[alone]) if alone.sum() * hop_s >= 1.0 else np.inf
    drop_db = _rolling_mean(source_db - own_db, window)
    below = (drop_db > min_drop_db) & (_rolling_mean(own_db, window) < usual_db - min_drop_db / 2)
    correlation = _rolling_correlation(own_db, source_db, window)
    leak = own & source & below & (correlation > min_correlation)
    if leak.sum() * hop_s >= _SURE_S:
        # How weak the leak is, is known now; noise may hide part of its ups and downs.
        expected = drop_db > np.median(drop_db[leak]) - _SPREAD_DB
        leak |= own & source & below & expected & (correlation > min_correlation / 2)
    return np.asarray(leak, np.bool_)


def _best_delay(own_db: _Levels, other_db: _Levels, longest: int) -> int:
    """Find how many frames after the other channel this one follows it best."""
    longest = min(longest, len(own_db) - 3)
    correlations = []
    for delay in range(max(longest, 0) + 1):
        a, b = own_db[delay:], other_db[: len(other_db) - delay]
        a, b = a - a.mean(), b - b.mean()
        correlations.append(float(a @ b / max(np.sqrt((a @ a) * (b @ b)), 1e-9)))
    return int(np.argmax(correlations))


def _delayed(track: npt.NDArray[_T], frames: int) -> npt.NDArray[_T]:
    if not frames:
        return track
    return np.concatenate([np.repeat(track[:1], frames), track[:-frames]])


def _rolling_mean(track: _Levels, window: int) -> _Levels:
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(track, window, mode="nearest"))


def _rolling_correlation(a: _Levels, b: _Levels, window: int) -> _Levels:
    mean_a, mean_b = _rolling_mean(a, window), _rolling_mean(b, window)
    spread_a = np.maximum(_rolling_mean(a * a, window) - mean_a**2, 1e-6)
    spread_b = np.maximum(_rolling_mean(b * b, window) - mean_b**2, 1e-6)
    together = _rolling_mean(a * b, window) - mean_a * mean_b
    return np.asarray(together / np.sqrt(spread_a * spread_b))


def _without(own: _Frames, leak: _Frames, shortest: int) -> _Frames:
    """Clear the leak, and the splinters that it leaves of a stretch of speech."""
    rest = own & ~leak
    change = np.diff(np.concatenate([[0], rest.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    beside = np.concatenate([[False], leak, [False]])
    splinter = (ends - starts < shortest) & (beside[starts] | beside[ends + 1])
    for start, end in zip(starts[splinter], ends[splinter], strict=True):
        rest[start:end] = False
    return rest
