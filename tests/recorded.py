"""Recordings for tests: three short tone bursts at known times, in any format."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

BURSTS_S = (0.5, 1.7, 3.2)
REAL = Path(__file__).parents[2] / "shared" / "data"

needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real speech in ../shared/data is not here"
)


def bursts(rate: int, seconds: float = 4.0, n_channels: int = 1) -> npt.NDArray[np.float32]:
    """Make bursts of 1 kHz, 4 ms long, that begin at BURSTS_S."""
    out = np.zeros(round(rate * seconds), np.float32)
    n = round(rate * 0.004)
    burst = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(n) / rate) * np.hanning(n)
    for at in BURSTS_S:
        out[round(at * rate) : round(at * rate) + n] += burst.astype(np.float32)
    return np.stack([out] * n_channels, axis=1)


def late_ms(samples: npt.NDArray[np.float32], rate: int) -> list[float]:
    """Say how much later than made each burst is, by its centre of energy, in ms."""
    out = []
    for at in BURSTS_S:
        first = round((at - 0.2) * rate)
        power = np.square(samples[first : round((at + 0.2) * rate)], dtype=np.float64)
        centre = (np.arange(len(power)) * power).sum() / power.sum()
        out.append(1000 * ((first + centre) / rate - at - 0.002))
    return out


def encode(
    path: Path,
    samples: npt.NDArray[np.float32],
    rate: int,
    codec: str,
    *,
    container: str | None = None,
    bit_rate: int | None = None,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    gap_s: tuple[float, float] | None = None,
) -> Path:
    """Write samples with FFmpeg; gap_s = (at, length) leaves packets out and shifts the times."""
    import av

    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot encode {codec}")
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        stream = out.add_stream(codec, rate=rate, options=codec_options or {})
        stream.layout = "mono" if samples.shape[1] == 1 else "stereo"
        if bit_rate:
            stream.bit_rate = bit_rate
        pcm = np.ascontiguousarray((samples * 32767).astype(np.int16).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=stream.layout.name)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            if gap_s and packet.pts * packet.time_base >= gap_s[0]:
                shift = round(gap_s[1] / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            out.mux(packet)
    return path


def wav(
    path: Path,
    data: bytes,
    *,
    claimed: int | None = None,
    tag: int = 1,
    rate: int = 8000,
    n_channels: int = 1,
    bits: int = 16,
) -> Path:
    """Write a WAV file by hand, so that its header can lie."""
    size = len(data) if claimed is None else claimed
    width = n_channels * bits // 8
    header = struct.pack("<4sI4s", b"RIFF", min(36 + size, 0xFFFFFFFF), b"WAVE")
    header += struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, tag, n_channels, rate, rate * width, width, bits
    )
    path.write_bytes(header + struct.pack("<4sI", b"data", size) + data)
    return path


def speech(
    rate: int, seconds: float, turns: list[tuple[float, float]], *, noise: float = 1e-3,
    f0_hz: float = 140.0, seed: int = 0,
) -> npt.NDArray[np.float32]:  # fmt: skip
    """Make noise with stretches (start, end) of a voice whose pitch and formant move."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(rate * seconds)) / rate
    pitch = f0_hz * (1 + 0.12 * np.sin(2 * np.pi * 1.3 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    formant_hz = 900 + 600 * np.sin(2 * np.pi * 2.7 * t)
    buzz = np.zeros(t.size)
    for k in range(1, int(0.4 * min(rate, 16000) / f0_hz)):
        near = 1 / (1 + ((k * pitch - formant_hz) / 350) ** 2)
        buzz += np.sin(k * phase) * (near + 0.3 / k)
    envelope = 0.2 + 0.8 * np.sin(np.pi * 4 * t) ** 2
    on = np.zeros(t.size, bool)
    for start, end in turns:
        on |= (t >= start) & (t < end)
    return (0.1 * buzz * envelope * on + rng.normal(0, noise, t.size)).astype(np.float32)
