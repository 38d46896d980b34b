"""Small calls for tests, cut from the samples: who speaks when is known."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

SAMPLES = Path(__file__).parent.parent / "data_samples"
RATE_HZ = 8000
GAP_S = 0.6
CUSTOMER_HZ, AGENT_HZ = 183.0, 128.0
"""About the F0 of the two voices of sample call s11."""

Turn = tuple[int, float, float]


@cache
def _turns_of_s11() -> list[tuple[int, npt.NDArray[np.float64]]]:
    """Read the first six utterances of a call whose sides lie in files of their own."""
    sides = {
        channel: soundfile.read(SAMPLES / "audio" / f"s11-{role}.wav")[0]
        for channel, role in ((0, "customer"), (1, "agent"))
    }
    with (SAMPLES / "truth" / "utterances.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["call_id"] == "s11"][:6]
    return [
        (
            int(row["channel"]),
            sides[int(row["channel"])][
                round(float(row["start_s"]) * RATE_HZ) : round(float(row["end_s"]) * RATE_HZ)
            ],
        )
        for row in rows
    ]


def call(seed: int = 0) -> tuple[npt.NDArray[np.float64], list[Turn]]:
    """Lay six turns on two channels (customer 0, agent 1) with faint line noise.

    Gives the samples, shape (n, 2), and the turns: channel, start_s, end_s.
    """
    turns: list[Turn] = []
    at_s = GAP_S
    for channel, piece in _turns_of_s11():
        turns.append((channel, at_s, at_s + len(piece) / RATE_HZ))
        at_s = turns[-1][2] + GAP_S
    out = np.random.default_rng(seed).normal(0, 0.0005, (round(at_s * RATE_HZ), 2))
    for (channel, start_s, _), (_, piece) in zip(turns, _turns_of_s11(), strict=True):
        first = round(start_s * RATE_HZ)
        out[first : first + len(piece), channel] += piece
    return out, turns


TURNS = call()[1]


def write_calls(folder: Path, n: int = 2) -> Path:
    """Write n stereo calls and their manifest calls.csv; give the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["call_id,path,agent_id,customer_id,started_at,queue,escalated,qa_score"]
    for i in range(n):
        soundfile.write(folder / f"{i}.wav", call(seed=i)[0], RATE_HZ, subtype="ULAW")
        lines.append(f"c{i},{i}.wav,a{i % 2},K{i},2026-03-0{i + 1}T10:00:00Z,billing,{i % 2},8{i}")
    manifest = folder / "calls.csv"
    manifest.write_text("\n".join(lines) + "\n")
    return manifest
