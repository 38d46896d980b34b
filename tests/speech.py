"""Small made-up calls for tests: buzzing syllables on two channels, silence between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE_HZ = 8000


def voice(
    seconds: float, *, f0_hz: float = 180.0, level: float = 0.2, seed: int = 0
) -> npt.NDArray[np.float64]:
    """Make harmonics under a syllable-shaped envelope, four syllables a second."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(seed)
    f0 = f0_hz * (1 + 0.06 * np.sin(2 * np.pi * 0.7 * t + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(f0) / RATE_HZ
    buzz = sum(np.sin(k * phase) / k for k in range(1, int(3400 / (f0_hz * 1.1))))
    syllables = 0.25 + 0.75 * np.sin(np.pi * 4 * t) ** 2
    return np.asarray(level * buzz * syllables / 2)


def call(
    turns: list[tuple[int, float, float]], seconds: float, *, n_channels: int = 2, seed: int = 0
) -> npt.NDArray[np.float64]:
    """Lay turns (channel, start_s, end_s) on channels with faint line noise."""
    rng = np.random.default_rng(seed)
    out = rng.normal(0, 0.0005, (round(seconds * RATE_HZ), n_channels))
    for i, (channel, start_s, end_s) in enumerate(turns):
        f0 = 190.0 if channel == 0 else 115.0
        piece = voice(end_s - start_s, f0_hz=f0, seed=seed + i)
        at = round(start_s * RATE_HZ)
        out[at : at + len(piece), channel] += piece
    return out


TURNS = [(1, 0.5, 3.0), (0, 3.6, 6.4), (1, 7.0, 9.0), (0, 9.5, 12.5), (1, 13.0, 14.5), (0, 15, 18)]
"""Customer on channel 0, agent on channel 1, taking turns."""


def write_calls(folder: Path, n: int = 2) -> Path:
    """Write n stereo calls and their manifest calls.csv; give the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["call_id,path,agent_id,customer_id,started_at,queue,escalated,qa_score"]
    for i in range(n):
        samples = call(TURNS, 20.0, seed=i)
        soundfile.write(folder / f"{i}.wav", samples, RATE_HZ, subtype="ULAW")
        lines.append(f"c{i},{i}.wav,a{i % 2},K{i},2026-03-0{i + 1}T10:00:00Z,billing,{i % 2},8{i}")
    manifest = folder / "calls.csv"
    manifest.write_text("\n".join(lines) + "\n")
    return manifest
