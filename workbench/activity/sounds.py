"""Music, ringing and beeps: from rows of 50 ms to spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.activity.deciding import bridged, runs
from workbench.activity.steadiness import ROW_S, RowFeatures

MIN_MUSIC_S = 3.0
"""Music that is shorter is not told from a sustained word, seconds."""

_MUSIC_WINDOW_S = 4.0
_MUSIC, _STILL_MUSIC = 0.42, 0.32
_MUSIC_GAP_S, _MUSIC_EDGE_S = 2.0, 1.0
_MUSIC_ONSET_S, _EDGE_SHARE = 0.5, 0.5
_MELODY, _STILL_MELODY, _MELODY_RANGE_DB = 0.65, 0.5, 30.0
_NOTE_ROWS, _NOTE_WIDTH, _MIN_NOTES = 8, 1.06, 3
_TONE_FROM_HZ, _STEADY_HZ, _SAME_HZ = 330.0, 1.5, 12.0
_TONE_ROWS, _KEY_ROWS = 3, 2
_KEYS_HZ = np.array([697, 770, 852, 941, 1209, 1336, 1477, 1633], np.float32)
_MIN_TONE_S, _TONE_DROP_DB = 0.08, 6.0
_RING_TO_HZ, _RING_GAP_S, _LONG_RING_S = 640.0, 6.0, 1.2

_Levels = npt.NDArray[np.float32]
Span = tuple[float, float]
"""Start and end, seconds."""


class Sound(NamedTuple):
    """A span of a channel that holds something else than speech.

    Parameters
    ----------
    kind : str
        music, ring or beep.
    start_s, end_s : float
        Seconds of the recording.
    """

    kind: str
    start_s: float
    end_s: float


class _Tone(NamedTuple):
    low_hz: float
    high_hz: float
    start_s: float
    end_s: float


def find_sounds(
    rows: RowFeatures, levels_db: _Levels, hop_s: float
) -> tuple[list[Sound], list[Span]]:
    """Find music, ringing and beeps on a channel.

    Parameters
    ----------
    rows : RowFeatures
        Of the whole channel.
    levels_db : ndarray of float32, shape (n_frames,)
        Level of each frame, dB re full scale.
    hop_s : float
        Length of a frame, seconds.

    Returns
    -------
    sounds : list of Sound
        In order of their start. A ringing tone is one from its first burst to
        its last.
    spans : list of tuple
        Start and end of the music and of each tone, seconds: where nobody speaks.

    Notes
    -----
    - *Music* by its lines: the share of power that stays within 8 Hz from row to
      row for a quarter of a second, averaged over four seconds. Notes stay, the
      harmonics of a voice glide. Lines that are always there, such as hum, are
      taken for noise.
    - *Music* by its melody: the strongest line stays within half a semitone for
      0.4 s, again and again, on three notes or more: a single instrument, also
      with vibrato.
    - *Tones*: one or two lines above 330 Hz that hold 94 % of the power and keep
      their frequency within 1.5 Hz. Tones up to 640 Hz that come again within six
      seconds, or last 1.2 s, are `ring` (ringing, busy and dial tones); others
      are `beep`.
    """
    end_s = len(levels_db) * hop_s
    middles = ((np.arange(len(rows.music)) + 0.5) * ROW_S / hop_s).astype(np.int64)
    row_levels = levels_db[np.minimum(middles, len(levels_db) - 1)]
    music = [(start, min(end, end_s)) for start, end in _music_spans(rows, row_levels)]
    tones = [
        tone
        for tone in _tones(rows, levels_db, hop_s)
        if not any(start < tone.end_s and tone.start_s < end for start, end in music)
    ]
    sounds = [*(Sound("music", *span) for span in music), *_named(tones)]
    spans = [*music, *((tone.start_s, tone.end_s) for tone in tones)]
    return sorted(sounds, key=lambda sound: sound.start_s), spans


def _music_spans(rows: RowFeatures, row_levels: _Levels) -> list[Span]:
    lines = rows.music.astype(np.float32)
    notes = _on_a_note(rows.low_hz) & (
        row_levels > np.percentile(row_levels, 99) - _MELODY_RANGE_DB
    )
    found = _stretches(lines, _MUSIC, _STILL_MUSIC)
    found += [
        (start, end)
        for start, end in _stretches(notes.astype(np.float32), _MELODY, _STILL_MELODY)
        if _is_melody(rows, slice(start, end), notes)
    ]
    marks = np.zeros(len(lines), np.bool_)
    for start, end in found:
        marks[start:end] = True
    starts, ends = bridged(*runs(marks), round(_MUSIC_GAP_S / ROW_S))
    return [
        (start * ROW_S, end * ROW_S)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if (end - start) * ROW_S >= MIN_MUSIC_S
    ]


def _stretches(evidence: _Levels, enough: float, still: float) -> list[tuple[int, int]]:
    """Find rows around which the evidence is high for seconds, as exactly as it sets in."""
    from scipy.ndimage import uniform_filter1d

    mean = uniform_filter1d(evidence, round(_MUSIC_WINDOW_S / ROW_S), mode="nearest")
    short = uniform_filter1d(evidence, round(_MUSIC_ONSET_S / ROW_S), mode="nearest")
    edge = round(_MUSIC_EDGE_S / ROW_S)
    out = []
    for start, end in zip(*runs(mean > still), strict=True):
        if mean[start:end].max() < enough:
            continue
        first, last = max(0, start - edge), min(len(evidence), end + edge)
        heard = np.flatnonzero(short[first:last] > _EDGE_SHARE * np.median(short[start:end]))
        out.append((first + int(heard[0]), first + int(heard[-1]) + 1))
    return out


def _on_a_note(hz: _Levels) -> npt.NDArray[np.bool_]:
    """Mark rows in which the strongest line stays on a note."""
    if len(hz) < _NOTE_ROWS:
        return np.zeros(len(hz), np.bool_)
    near = np.lib.stride_tricks.sliding_window_view(hz, _NOTE_ROWS)
    stays = near.max(axis=1) < _NOTE_WIDTH * near.min(axis=1)
    marks = np.zeros(len(hz), np.bool_)
    for k in range(_NOTE_ROWS):
        marks[k : k + len(stays)] |= stays
    return marks


def _is_melody(rows: RowFeatures, span: slice, notes: npt.NDArray[np.bool_]) -> bool:
    """Tell a melody from hum and ringing, which stay on one note, and from keys."""
    on = notes[span]
    semitones = np.round(12 * np.log2(rows.low_hz[span][on]))
    _, counts = np.unique(semitones, return_counts=True)
    keys = [
        _is_key(low_hz, high_hz)
        for low_hz, high_hz in zip(rows.low_hz[span], rows.high_hz[span], strict=True)
    ]
    return bool((counts >= _NOTE_ROWS).sum() >= _MIN_NOTES and np.mean(keys) < 0.3)


def _tones(rows: RowFeatures, levels_db: _Levels, hop_s: float) -> Iterator[_Tone]:
    tonal = rows.tonal & (rows.low_hz >= _TONE_FROM_HZ)
    same = tonal[1:] & tonal[:-1]
    same &= np.abs(np.diff(rows.low_hz)) < _STEADY_HZ
    same &= np.abs(np.diff(rows.high_hz)) < _STEADY_HZ
    for start, end in zip(*runs(same), strict=True):
        low_hz = float(np.median(rows.low_hz[start : end + 1]))
        high_hz = float(np.median(rows.high_hz[start : end + 1]))
        n_rows = end + 1 - start
        if n_rows < _TONE_ROWS and not (n_rows >= _KEY_ROWS and _is_key(low_hz, high_hz)):
            continue
        if high_hz and abs(high_hz / low_hz - 2) < 0.03:
            continue  # the lowest harmonics of a voice
        first = max(0, round((start - 1) * ROW_S / hop_s))
        last = min(len(levels_db), round((end + 2) * ROW_S / hop_s))
        around = levels_db[first:last]
        loud = around > np.percentile(around, 75) - _TONE_DROP_DB
        begins, stops = bridged(*runs(loud), round(0.03 / hop_s))
        longest = int(np.argmax(stops - begins))
        span_s = (stops[longest] - begins[longest]) * hop_s
        if span_s >= _MIN_TONE_S:
            start_s = (first + int(begins[longest])) * hop_s
            yield _Tone(low_hz, high_hz, start_s, start_s + span_s)


def _is_key(low_hz: float, high_hz: float) -> bool:
    """Tell the two tones of a telephone's key."""
    off = [np.abs(_KEYS_HZ / hz - 1).min() if hz else 1.0 for hz in (low_hz, high_hz)]
    return max(off) < 0.015 and low_hz < 1000 < high_hz


def _named(tones: Sequence[_Tone]) -> Iterator[Sound]:
    """Join the bursts of a ringing tone; every other tone is a beep."""
    group: list[_Tone] = []
    for tone in tones:
        if group and _rings_on(group[-1], tone):
            group.append(tone)
            continue
        yield from _told(group)
        group = [tone]
    yield from _told(group)


def _rings_on(before: _Tone, tone: _Tone) -> bool:
    return (
        max(before.low_hz, before.high_hz, tone.low_hz, tone.high_hz) <= _RING_TO_HZ
        and abs(before.low_hz - tone.low_hz) < _SAME_HZ
        and abs(before.high_hz - tone.high_hz) < _SAME_HZ
        and tone.start_s - before.end_s <= _RING_GAP_S
    )


def _told(group: Sequence[_Tone]) -> Iterator[Sound]:
    if not group:
        return
    first, last = group[0], group[-1]
    long = last.end_s - first.start_s >= _LONG_RING_S
    if long and max(first.low_hz, first.high_hz) <= _RING_TO_HZ:
        yield Sound("ring", first.start_s, last.end_s)
    else:
        yield from (Sound("beep", tone.start_s, tone.end_s) for tone in group)


def frames_of(spans: Sequence[Span], hop_s: float, n_frames: int) -> npt.NDArray[np.bool_]:
    """Mark the frames of spans.

    Parameters
    ----------
    spans : sequence of tuple
        Start and end of each, seconds.
    hop_s : float
        Length of a frame, seconds.
    n_frames : int
        How many frames the channel has.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        True within a span.
    """
    marks = np.zeros(n_frames, np.bool_)
    for start_s, end_s in spans:
        marks[round(start_s / hop_s) : round(end_s / hop_s)] = True
    return marks
