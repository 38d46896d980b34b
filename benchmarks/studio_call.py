"""A call of an hour with a click every second, cut into a thousand utterances, in a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile

import workbench as wb
from workbench.identifiers import segmentation_id, utterance_id

RATE_HZ = 8000
LENGTH_S = 3600
N_UTTERANCES = 1000
UTTERANCE_S, PERIOD_S, FIRST_S = 3.0, 3.6, 0.05
"""So no utterance begins or ends within a tenth of a second of a click."""

CLICK_AT_S, CLICK_S, QUIET_S = 0.35, 0.005, 0.05
N_PITCHES = 17
N_LISTED = 10_000
ROLES = ("customer", "agent")


def click_hz(second: int) -> float:
    """Pitch of the click of a second, by which it is told from its neighbours."""
    return 800.0 + 100.0 * (second % N_PITCHES)


def make_workspace(folder: Path) -> wb.Workspace:
    """Make a workspace with the hour, and nine calls without audio that fill the list.

    Parameters
    ----------
    folder : Path
        Where.

    Returns
    -------
    Workspace
        The call "hour" of 1,000 utterances, and 9,000 utterances of other calls.
    """
    ws = wb.create(folder / "calls")
    soundfile.write(folder / "calls" / "hour.wav", _hour(), RATE_HZ, subtype="PCM_16")
    others = [f"other-{n}" for n in range(1, N_LISTED // N_UTTERANCES)]
    failed = ws.ingest(
        pd.DataFrame({"call_id": ["hour", *others], "path": ["calls/hour.wav"] + [None] * 9}),
        root=folder,
        roles=dict(enumerate(ROLES)),
    )
    if len(failed):
        raise RuntimeError(f"The benchmark's own call failed: {failed['reason'].iloc[0]}")
    parts = [_cut(call_id) for call_id in ("hour", *others)]
    segmentations, utterances = (
        pd.concat(rows, ignore_index=True) for rows in zip(*parts, strict=True)
    )
    ws.store.add_segmentation(segmentations, utterances)
    return ws


def _hour() -> npt.NDArray[np.float32]:
    """Speak on one side after the other, with a click on both every second, alone for a moment."""
    rng = np.random.default_rng(5)
    out = 0.002 * rng.standard_normal((LENGTH_S * RATE_HZ, 2), np.float32)
    for n in range(N_UTTERANCES):
        first = round((FIRST_S + n * PERIOD_S) * RATE_HZ)
        size = round(UTTERANCE_S * RATE_HZ)
        loudness = 0.05 * np.abs(np.sin(np.pi * 4 * np.arange(size) / RATE_HZ))
        out[first : first + size, n % 2] += loudness * rng.standard_normal(size)
    t = np.arange(round(CLICK_S * RATE_HZ)) / RATE_HZ
    quiet = round(QUIET_S * RATE_HZ)
    for second in range(LENGTH_S):
        at = round((second + CLICK_AT_S) * RATE_HZ)
        out[at - quiet : at + t.size + quiet] *= 0.02
        click = 0.8 * np.hanning(t.size) * np.sin(2 * np.pi * click_hz(second) * t)
        out[at : at + t.size] += click.astype(np.float32)[:, None]
    return out


def _cut(call_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    now = datetime.now(UTC)
    own = segmentation_id(call_id, "utterance", "benchmark", "{}")
    segmentation = {
        "segmentation_id": own, "call_id": call_id, "unit": "utterance", "method": "benchmark",
        "settings": {}, "created_by": "benchmark", "created_at": now, "in_use": True,
    }  # fmt: skip
    starts = [FIRST_S + n * PERIOD_S for n in range(N_UTTERANCES)]
    utterances = [
        {
            "utterance_id": utterance_id(call_id, n % 2, start, start + UTTERANCE_S, own),
            "segmentation_id": own, "unit": "utterance", "call_id": call_id, "channel": n % 2,
            "role": ROLES[n % 2], "start_s": start, "end_s": start + UTTERANCE_S, "turn": n,
            "created_at": now,
        }
        for n, start in enumerate(starts)
    ]  # fmt: skip
    return pd.DataFrame([segmentation]), pd.DataFrame(utterances)
