"""Music and signalling tones for tests, made so that their times are known."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RATE_HZ = 8000
STYLES = ("chords", "arpeggio", "drum and bass", "melody with vibrato")
TONES: dict[str, tuple[float, ...]] = {
    "European": (425,), "American": (440, 480), "British": (400, 450), "dial": (350, 440),
    "busy": (480, 620),
}  # fmt: skip
KEYS = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "#": (941, 1477)}


def _note(hz: float, seconds: float, *, decay_s: float, harmonics: int, vibrato: float) -> Floats:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    swing = 2 ** (vibrato / 12 * np.sin(2 * np.pi * 5.5 * t) * np.minimum(t / 0.2, 1))
    phase = 2 * np.pi * np.cumsum(hz * swing) / RATE_HZ
    partials = [k for k in range(1, harmonics + 1) if k * hz < 3800]
    tone = sum(np.sin(k * phase) / k for k in partials)
    fade = np.minimum(np.minimum(t, seconds - t) / 0.01, 1)
    return np.asarray(tone * np.exp(-t / decay_s) * fade)


def _laid(out: Floats, at_s: float, note: Floats) -> None:
    first = round(at_s * RATE_HZ)
    note = note[: max(0, out.size - first)]
    out[first : first + note.size] += note


def made_music(style: str, seconds: float, *, seed: int = 0) -> Floats:
    """Play one of STYLES at 8 kHz, at about -20 dB re full scale."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE_HZ))
    root = 110 * 2 ** (rng.integers(0, 12) / 12)
    beat = 60 / rng.uniform(80, 130)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])

    def hz(degree: int) -> float:
        return float(root * 2 ** (degree // 7 + scale[degree % 7] / 12))

    for k, at in enumerate(np.arange(0, seconds, beat)):
        degree = int((0, 4, 5, 3)[k // 4 % 4])
        if style == "chords" and k % 4 == 0:
            for step in (0, 2, 4, 7):
                tone = _note(hz(degree + step + 7), 4 * beat, decay_s=1.2, harmonics=8, vibrato=0)
                _laid(out, at, tone)
        elif style == "arpeggio":
            for half, step in enumerate((0, 2) if k % 2 else (4, 7)):
                tone = _note(hz(degree + step + 7), 2 * beat, decay_s=0.5, harmonics=6, vibrato=0)
                _laid(out, at + half * beat / 2, tone)
        elif style == "drum and bass":
            bass = _note(hz(degree), beat, decay_s=0.6, harmonics=20, vibrato=0)
            _laid(out, at, 1.5 * bass)
            t = np.arange(round(0.15 * RATE_HZ)) / RATE_HZ
            _laid(out, at, 2 * np.sin(2 * np.pi * (60 * t + 8 * np.exp(-t / 0.02))))
            for half in (0, 0.5):
                hat = rng.normal(size=round(0.05 * RATE_HZ)) * np.exp(-np.arange(400) / 100)
                _laid(out, at + half * beat, 0.5 * hat)
            if k % 2:
                snare = rng.normal(size=1200) * np.exp(-np.arange(1200) / 300)
                _laid(out, at, 0.8 * snare)
        elif style == "melody with vibrato":
            length = beat * float(rng.choice([1, 2]))
            tone = _note(
                hz(14 + int(rng.integers(0, 8))), length, decay_s=5, harmonics=6, vibrato=0.35
            )
            _laid(out, at, tone)
    return out * 0.1 / out.std()


def made_tone(hertz: tuple[float, ...], seconds: float, *, level_db: float = -20.0) -> Floats:
    """Sum sines of equal level, switched on and off within 5 ms."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = np.sum([np.sin(2 * np.pi * hz * t + hz) for hz in hertz], axis=0)
    fade = np.minimum(np.minimum(t, seconds - t) / 0.005, 1)
    return np.asarray(tone * fade * 10 ** (level_db / 20) / np.sqrt(len(hertz) / 2))


def line(samples: Floats, codec: str, *, noise_db: float = -60.0, seed: int = 0) -> Floats:
    """Send 8 kHz through 300 to 3400 Hz with noise, then mu-law or GSM 6.10."""
    import soundfile
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(seed)
    band = butter(4, [300, 3400], "bandpass", fs=RATE_HZ, output="sos")
    noise = rng.normal(size=samples.size) * 10 ** (noise_db / 20)
    file = BytesIO()
    subtype = {"mu-law": "ULAW", "GSM": "GSM610"}[codec]
    sent = np.clip(sosfilt(band, samples) + noise, -1, 1)
    soundfile.write(file, sent, RATE_HZ, subtype, format="WAV")
    file.seek(0)
    return np.asarray(soundfile.read(file)[0][: samples.size])
