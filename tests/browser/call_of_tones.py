"""A call made of tones, so that what is heard says which second and channel it is."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import StoreError

RATE = 8000
DURATION_S = 32.0
CUSTOMER_HZ, AGENT_HZ = 440.0, 1000.0

UTTERANCES = pd.DataFrame(
    {
        "utterance_id": ["u1", "u2", "u3", "u4", "u5"],
        "unit": "utterance",
        "call_id": "0007",
        "channel": [0, 1, 0, 1, 0],
        "role": ["customer", "agent", "customer", "agent", "customer"],
        "start_s": [1.0, 3.0, 8.5, 13.0, 20.0],
        "end_s": [1.6, 4.0, 11.5, 14.0, 21.0],
    }
)
WORDS = pd.DataFrame(
    {
        "call_id": "0007",
        "channel": UTTERANCES["channel"],
        "start_s": UTTERANCES["start_s"],
        "end_s": UTTERANCES["end_s"],
        "text": ["Hello?", "Good morning.", "My parcel <b>again</b>.", "I see.", "Thanks."],
    }
)
TAXONOMY: dict[str, Any] = {
    "taxonomy": "small",
    "version": "1",
    "intensity_steps": 3,
    "tags": [
        {
            "tag": tag,
            "roles": [role],
            "definition": f"What {tag} is.",
            "sounds_like": "A tone.",
            "not_to_be_confused_with": "Another tone.",
        }
        for role, tags in (
            ("customer", ["frustration", "resignation", "relief"]),
            ("agent", ["warm", "curt"]),
        )
        for tag in tags
    ],
    "dimensions": [
        {"dimension": "valence", "low": -1, "high": 1, "low_words": "bad", "high_words": "good"},
        {"dimension": "arousal", "low": 0, "high": 1, "low_words": "calm", "high_words": "wild"},
        {"dimension": "stress", "low": 0, "high": 1, "low_words": "at ease", "high_words": "tense"},
    ],
}


def tones(start_s: float, end_s: float, utterances: pd.DataFrame = UTTERANCES) -> np.ndarray:
    """Sound where somebody speaks, silence elsewhere."""
    time_s = np.arange(round(start_s * RATE), round(end_s * RATE)) / RATE
    out = np.zeros((len(time_s), 2), dtype=np.float32)
    for row in utterances.itertuples():
        on = (time_s >= row.start_s) & (time_s < row.end_s)
        hertz = CUSTOMER_HZ if row.channel == 0 else AGENT_HZ
        out[on, row.channel] = 0.5 * np.sin(2 * np.pi * hertz * time_s[on])
    return out


asked: list[tuple[float, float]] = []


def audio(call_id: str, channel: int | None, start_s: float, end_s: float) -> Any:
    """As the Labeler asks for it."""
    asked.append((start_s, end_s))
    samples = tones(start_s, end_s)
    return (samples if channel is None else samples[:, [channel]]), RATE


def peaks(call_id: str) -> dict[int, np.ndarray]:
    """As the Labeler asks for them."""
    samples = tones(0.0, DURATION_S).reshape(-1, RATE // 50, 2)
    return {c: np.stack([samples[:, :, c].min(1), samples[:, :, c].max(1)], 1) for c in (0, 1)}


class Desk:
    """A store that can be slow, refuse, and be looked at."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.tried: list[str] = []
        self.open = threading.Event()
        self.open.set()
        self.refusals = 0

    def save(self, payload: dict[str, Any]) -> None:
        """Take a rating when the desk is open."""
        self.tried.append(payload["rating_id"])
        self.open.wait(20)
        time.sleep(0.02)
        if self.refusals:
            self.refusals -= 1
            raise StoreError("The database is locked; try again in a moment.")
        self.got.append(payload)


CHANNELS = pd.DataFrame({"call_id": "0007", "channel": [0, 1], "role": ["customer", "agent"]})
BEEPS_S = [1.0 + 1.5 * number for number in range(9)]


def beeps(call_id: str, channel: int | None, start_s: float, end_s: float) -> Any:
    """Tones of 0.6 s, each 200 Hz above the one before, so that the pitch says which it is."""
    time_s = np.arange(round(start_s * RATE), round(end_s * RATE)) / RATE
    out = np.zeros((len(time_s), 2), dtype=np.float32)
    for number, at in enumerate(BEEPS_S):
        on = (time_s >= at) & (time_s < at + 0.6)
        tone = 0.5 * np.sin(2 * np.pi * (400 + 200 * number) * (time_s[on] - at))
        out[on] = tone[:, None]
    return out, RATE


class TraceDesk(Desk):
    """The same for traces."""

    def save(self, payload: dict[str, Any]) -> None:
        """Take a trace when the desk is open."""
        super().save({**payload, "rating_id": payload["trace_id"]})
