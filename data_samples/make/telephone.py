"""What a telephone line and a contact centre's recorder do to speech, at 8 kHz."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import butter, sosfilt, sosfiltfilt

Floats = npt.NDArray[np.float64]
RATE_HZ = 8_000
_BAND = butter(4, (300.0, 3400.0), btype="bandpass", fs=RATE_HZ, output="sos")
# One bar a row: notes in Hz (A minor pentatonic), made up for these samples.
_MELODY = (
    (440.0, 523.25, 659.25, 523.25),
    (392.0, 493.88, 587.33, 493.88),
    (349.23, 440.0, 523.25, 440.0),
    (392.0, 587.33, 493.88, 392.0),
)


def gain_of(level_db: float) -> float:
    """Turn decibels into a factor.

    Parameters
    ----------
    level_db : float
        Level, dB.

    Returns
    -------
    float
        Amplitude factor.
    """
    return float(10.0 ** (level_db / 20.0))


def band_limited(samples: Floats, rate_hz: int) -> Floats:
    """Bring speech to 8 kHz and to the telephone band, without delay.

    Parameters
    ----------
    samples : ndarray of float64
        One channel.
    rate_hz : int
        Its sampling rate.

    Returns
    -------
    ndarray of float64
        300 to 3400 Hz at 8 kHz.
    """
    low = soxr.resample(samples, rate_hz, RATE_HZ, quality="VHQ")
    return np.asarray(sosfiltfilt(_BAND, low))


def active_level_db(samples: Floats) -> float:
    """Measure the level of the loud parts of an utterance.

    Parameters
    ----------
    samples : ndarray of float64
        One utterance at 8 kHz.

    Returns
    -------
    float
        Root mean square over frames within 25 dB of the loudest, dB re full scale.
    """
    count = max(len(samples) // 160, 1)
    frames = samples[: count * 160].reshape(count, -1) if len(samples) >= 160 else samples[None]
    power = np.mean(frames**2, axis=1) + 1e-12
    return float(10 * np.log10(np.mean(power[power > power.max() * 10**-2.5])))


def line_noise(rng: np.random.Generator, count: int, level_db: float) -> Floats:
    """Make the hiss of a line.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    count : int
        Samples.
    level_db : float
        Level, dB re full scale.

    Returns
    -------
    ndarray of float64
        Noise in the telephone band, a little darker than white.
    """
    white = rng.normal(0.0, 1.0, count)
    dark = sosfilt(butter(1, 1200.0, btype="lowpass", fs=RATE_HZ, output="sos"), white)
    noise = sosfilt(_BAND, white + 2.0 * dark)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)) * gain_of(level_db))


def street(rng: np.random.Generator, count: int, level_db: float) -> Floats:
    """Make the noise of a street: hiss whose loudness comes and goes.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    count : int
        Samples.
    level_db : float
        Mean level, dB re full scale.

    Returns
    -------
    ndarray of float64
        Noise in the telephone band.
    """
    knots = rng.normal(0.0, 4.0, count // RATE_HZ + 3)
    swell_db = np.interp(np.arange(count) / RATE_HZ, np.arange(len(knots)), knots)
    return line_noise(rng, count, level_db) * 10.0 ** (swell_db / 20.0)


def hold_music(count: int, level_db: float = -27.0) -> Floats:
    """Play the waiting melody.

    Parameters
    ----------
    count : int
        Samples.
    level_db : float
        Level, dB re full scale.

    Returns
    -------
    ndarray of float64
        Plucked notes over a bass, 96 beats a minute.
    """
    beat = round(RATE_HZ * 60 / 96)
    bar = np.zeros((len(_MELODY), 4 * beat))
    time_s = np.arange(2 * beat) / RATE_HZ
    for number, notes in enumerate(_MELODY):
        bass = np.sin(2 * np.pi * notes[0] / 2 * np.arange(4 * beat) / RATE_HZ)
        bar[number] += 0.5 * bass * np.exp(-np.arange(4 * beat) / (2.5 * beat))
        for place, hertz in enumerate(notes):
            harmonics = sum(np.sin(2 * np.pi * k * hertz * time_s) / k**1.5 for k in (1, 2, 3, 4))
            tone = harmonics * np.exp(-time_s / 0.35) * np.minimum(time_s / 0.01, 1.0)
            room = min(4 * beat - place * beat, len(tone))
            bar[number, place * beat : place * beat + room] += tone[:room]
    music = np.resize(bar.ravel(), count)
    fade = np.minimum(np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.3 * RATE_HZ), 1.0)
    music = sosfilt(_BAND, music * fade)
    return np.asarray(music / np.sqrt(np.mean(music**2)) * gain_of(level_db))


def beep(count: int, level_db: float = -24.0) -> Floats:
    """Make the tone that tells of a recording.

    Parameters
    ----------
    count : int
        Samples.
    level_db : float
        Level, dB re full scale.

    Returns
    -------
    ndarray of float64
        A 1400 Hz tone with soft edges.
    """
    time_s = np.arange(count) / RATE_HZ
    edge = np.minimum(np.minimum(np.arange(count), np.arange(count)[::-1]) / 80.0, 1.0)
    return np.sqrt(2.0) * gain_of(level_db) * np.sin(2 * np.pi * 1400.0 * time_s) * edge


def through_exchange(samples: Floats) -> Floats:
    """Limit peaks softly and pass G.711 mu-law there and back, as a line does.

    Parameters
    ----------
    samples : ndarray of float64
        One channel.

    Returns
    -------
    ndarray of float64
        What the recorder gets; below full scale.
    """
    knee = gain_of(-8.0)
    over = np.abs(samples) > knee
    room = 0.75 - knee
    limited = np.where(
        over,
        np.sign(samples) * (knee + room * np.tanh((np.abs(samples) - knee) / room)),
        samples,
    )
    compressed = np.sign(limited) * np.log1p(255.0 * np.abs(limited)) / np.log(256.0)
    steps = np.round(compressed * 127.0) / 127.0
    return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log(256.0)) / 255.0)
