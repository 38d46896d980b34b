"""Voices for tests: made vowels with known jitter and noise, real speech, telephone lines."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"
Floats = npt.NDArray[np.float64]


def real_speech(name: str) -> tuple[npt.NDArray[np.float32], int]:
    """Read real speech, shape (n_frames, n_channels); skip where it is absent."""
    import soundfile

    path = DATA / name
    if not path.exists():
        pytest.skip(f"real speech is absent: ../shared/data/{name}")
    return soundfile.read(path, dtype="float32", always_2d=True)


def real_files(**wanted: object) -> pd.DataFrame:
    """List real speech by columns of its index; skip where it is absent."""
    path = DATA / "index.csv"
    if not path.exists():
        pytest.skip("real speech is absent: ../shared/data/index.csv")
    index = pd.read_csv(path)
    index["duration_s"] = pd.to_numeric(index["duration_s"])
    for column, value in wanted.items():
        index = index[index[column] == value]
    return index


def vowel(
    rate: int,
    f0_hz: float,
    *,
    jitter: float = 0.0,
    shimmer: float = 0.0,
    noise: float = 0.0,
    seconds: float = 2.0,
    seed: int = 0,
) -> Floats:
    """Pulses of a glottis through the formants of an [a]."""
    from scipy.signal import lfilter, resample_poly

    rng = np.random.default_rng(seed)
    fine = rate * 8
    pulses = np.zeros(int(seconds * fine))
    at = 0.01
    while at < seconds - 0.03:
        period = (1 + jitter * rng.standard_normal()) / f0_hz
        phase = np.arange(int(0.6 * period * fine)) / int(0.6 * period * fine)
        pulse = np.diff((1 + shimmer * rng.standard_normal()) * phase**2 * (1 - phase), prepend=0)
        first = round(at * fine)
        pulses[first : first + pulse.size] += pulse
        at += period
    out = resample_poly(pulses, 1, 8)
    for hz, width in ((700, 80), (1200, 90), (2600, 120), (3300, 180)):
        radius = np.exp(-np.pi * width / rate)
        out = lfilter([1], [1, -2 * radius * np.cos(2 * np.pi * hz / rate), radius**2], out)
    out /= 2 * np.abs(out).max()
    return np.asarray(out + noise * out.std() * rng.standard_normal(out.size))


def telephone(samples: npt.NDArray[np.floating], rate: int) -> tuple[Floats, int]:
    """Band of 300 to 3400 Hz, 8 kHz, mu-law with 8 bit."""
    import soxr
    from scipy.signal import butter, sosfilt

    line = soxr.resample(np.asarray(samples, np.float64), rate, 8000)
    line = sosfilt(butter(4, [300, 3400], "bandpass", fs=8000, output="sos"), line)
    peak = np.abs(line).max() * 2 + 1e-12
    code = np.round(127 * np.sign(line) * np.log1p(255 * np.abs(line / peak)) / np.log(256)) / 127
    return np.sign(code) * (256 ** np.abs(code) - 1) / 255 * peak, 8000


def praat_f0(
    samples: npt.NDArray[np.floating],
    rate: int,
    times: Floats,
    floor: float,
    ceiling: float,
    *,
    silence_threshold: float = 0.03,
) -> Floats:
    """F0 by Praat's autocorrelation method, 0 where unvoiced; its defaults otherwise."""
    parselmouth = pytest.importorskip("parselmouth")
    pitch = parselmouth.Sound(np.asarray(samples, np.float64), rate).to_pitch_ac(
        time_step=0.01,
        pitch_floor=floor,
        pitch_ceiling=ceiling,
        silence_threshold=silence_threshold,
    )
    return np.nan_to_num(np.array([pitch.get_value_at_time(t) for t in times]))


@cache
def speech_of_many(n: int = 4, seed: int = 3) -> tuple[tuple[str, Floats, int], ...]:
    """A few files of every corpus, drawn at random."""
    import soundfile

    corpora = ("emodb", "ravdess", "emovo", "emotale", "ased", "urdu", "asterisk_prompts")
    index = real_files()
    index = index[index["corpus"].isin(corpora) & (index["duration_s"] > 1)]
    drawn = index.groupby("corpus").sample(n=n, random_state=seed)
    read = [soundfile.read(DATA / f, always_2d=True) for f in drawn["file"]]
    return tuple(
        (corpus, samples[:, 0], rate)
        for corpus, (samples, rate) in zip(drawn["corpus"], read, strict=True)
    )


def sentence(rate: int, f0_hz: float, seconds: float, *, seed: int = 0) -> Floats:
    """A vowel with about four syllables a second and an F0 that moves."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    melody = 2 ** (0.25 * np.sin(2 * np.pi * 0.7 * t + rng.uniform(0, 6)))
    warped = np.cumsum(melody) / melody.mean() / rate
    plain = vowel(rate, f0_hz, jitter=0.005, noise=0.01, seconds=seconds + 0.5, seed=seed)
    moved = np.interp(warped, np.arange(plain.size) / rate, plain)
    return np.asarray(0.3 * moved * (0.1 + 0.9 * np.sin(np.pi * 4 * t) ** 2))


def made_call(
    turns: list[tuple[int, float, float]], seconds: float, rate: int = 8000
) -> npt.NDArray[np.float32]:
    """Lay turns (channel, start_s, end_s) of two voices over faint line noise."""
    out = np.random.default_rng(0).normal(0, 0.0005, (round(seconds * rate), 2))
    for i, (channel, start_s, end_s) in enumerate(turns):
        piece = sentence(rate, (190.0, 115.0)[channel], end_s - start_s, seed=i)
        at = round(start_s * rate)
        out[at : at + piece.size, channel] += piece
    return out.astype(np.float32)
