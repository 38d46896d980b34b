"""Tell a speaker from the leak of another channel."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

_PIECE_S = 1200.0
_MAX_DELAY_S = 0.4
_WINDOW_S, _MOMENT_S = 0.5, 0.1
_SHORTEST_REST_S = 0.15
_SURE_S, _SPREAD_DB = 2.0, 5.0
_CLOSELY, _SAME_LOSS_DB = 0.8, 3.0

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
    loss is known: half of `min_correlation` is enough for what is as weak, and
    what follows closely with that very loss is a leak even if it is as loud as
    this channel's own, softer speaker. Delay and loss are found anew every
    twenty minutes.

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
        n_pieces = max(1, round(n_frames * hop_s / _PIECE_S))
        edges = np.linspace(0, n_frames, n_pieces + 1).astype(np.int64)
        for piece in map(slice, edges[:-1], edges[1:]):
            leak[own][piece] |= _leak_frames(
                (np.asarray(activity[own][piece], np.bool_), _levels(levels_db[own][piece])),
                (np.asarray(activity[other][piece], np.bool_), _levels(levels_db[other][piece])),
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


def _levels(levels_db: npt.NDArray[np.floating]) -> _Levels:
    return np.asarray(levels_db, np.float64)


def _leak_frames(
    here: tuple[_Frames, _Levels],
    there: tuple[_Frames, _Levels],
    *,
    hop_s: float,
    min_drop_db: float,
    min_correlation: float,
) -> _Frames:
    """Mark frames of this channel that follow the other one from well below."""
    from scipy.ndimage import maximum_filter1d

    (own, own_db), (other, other_db) = here, there
    if not (own.any() and other.any()):
        return np.zeros(len(own), np.bool_)
    window, moment = (max(3, round(length_s / hop_s)) for length_s in (_WINDOW_S, _MOMENT_S))
    delay = _best_delay(own_db, (other, other_db), round(_MAX_DELAY_S / hop_s), window, min_drop_db)
    source = maximum_filter1d(_delayed(other, delay), moment)
    source_db = _delayed(other_db, delay)
    alone = own & (own_db > source_db)
    usual_db = _mean_db(own_db[alone]) if alone.sum() * hop_s >= 1.0 else np.inf
    level_db = _rolling_db(own_db, window)
    drop_db = _rolling_db(source_db, window) - level_db
    correlation = _rolling_correlation(own_db, source_db, window)
    heard = own & source & (drop_db > min_drop_db)
    heard &= _rolling_mean(source_db - own_db, moment) > min_drop_db / 2
    softer = level_db < usual_db - min_drop_db / 2
    leak = heard & softer & (correlation > min_correlation)
    if leak.sum() * hop_s >= _SURE_S:
        # How weak the leak is, is known now; noise may hide part of its ups and downs.
        loss_db = np.median(drop_db[leak])
        weak = softer & (drop_db > loss_db - _SPREAD_DB) & (correlation > min_correlation / 2)
        alike = (np.abs(drop_db - loss_db) < _SAME_LOSS_DB) & (correlation > _CLOSELY)
        leak |= heard & (weak | alike)
    return np.asarray(leak, np.bool_)


def _best_delay(
    own_db: _Levels,
    there: tuple[_Frames, _Levels],
    longest: int,
    window: int,
    min_drop_db: float,
) -> int:
    """Find how many frames after the other channel this one follows its ups and downs best."""
    other, other_db = there
    own_moves, other_moves = _moves(own_db, window), _moves(other_db, window)
    best, best_delay = -np.inf, 0
    for delay in range(max(min(longest, len(own_db) - 3), 0) + 1):
        n_frames = len(own_db) - delay
        below = other[:n_frames] & (own_db[delay:] < other_db[:n_frames] - min_drop_db)
        if below.sum() < window:
            continue
        a, b = own_moves[delay:][below], other_moves[:n_frames][below]
        follows = float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-9)
        if follows > best:
            best, best_delay = follows, delay
    return best_delay


def _moves(levels_db: _Levels, window: int) -> _Levels:
    """Take off who speaks at all; what is left is how the level moves from syllable to syllable."""
    heard = np.maximum(levels_db, np.percentile(levels_db, 5))
    return heard - _rolling_mean(heard, window)


def _mean_db(levels_db: _Levels) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels_db / 10))))


def _rolling_db(levels_db: _Levels, window: int) -> _Levels:
    """Average power, so that the loud frames count and not the pauses between them."""
    power = np.maximum(_rolling_mean(10 ** (levels_db / 10), window), 1e-12)
    return np.asarray(10 * np.log10(power))


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
