"""Stand-ins for what the listening booth asks of Python: masked voice, pictures, corrections."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.browser.call_of_tones import (
    DURATION_S,
    RATE,
    TAXONOMY,
    UTTERANCES,
    WORDS,
    Desk,
    audio,
    peaks,
    tones,
)
from workbench.widgets import Labeler
from workbench.widgets.answering import Answer
from workbench.widgets.sound import sound_answer

MASKED_HZ = 660.0
HOP_S, N_BANDS, HIGH_HZ = 0.01, 64, 4000.0


class Booth(Labeler):
    """The Labeler over the call of tones, which notes all that it is asked."""

    def __init__(self, items: pd.DataFrame | None = None, **changes: Any) -> None:
        self.sounds: list[tuple[bool, float, float]] = []
        self.pictures: list[tuple[int, float, float]] = []
        self.corrections: list[dict[str, Any]] = []
        self.desk = Desk()
        flags = changes.pop("flags", {})
        self.gains = changes.pop("gains", {})
        fixed = {"rater_id": "r01", "audio": audio, "peaks": peaks, "on_save": self.desk.save}
        fixed |= {"words": WORDS, "autoplay": False}
        fixed |= {"on_correct": self._cut, "picture": _no_picture}
        super().__init__(UTTERANCES if items is None else items, TAXONOMY, **(fixed | changes))
        self._answers |= {"picture": self._paint}
        self._setup = self._setup | flags
        self.rows = pd.DataFrame(self._setup["units"])

    def _call(self, message: dict[str, Any]) -> Answer:
        content, buffers = super()._call(message)
        for lane in content["lanes"]:
            if lane["channel"] in self.gains:
                lane["gain_db"] = self.gains[lane["channel"]]
        return content, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        masked, start_s, end_s = (message[name] for name in ("masked", "start_s", "end_s"))
        self.sounds.append((masked, start_s, end_s))
        if not masked:
            return super()._sound(message)
        time_s = np.arange(round(start_s * RATE), round(end_s * RATE)) / RATE
        sounding = np.abs(tones(start_s, end_s)) > 0
        tone = 0.5 * np.sin(2 * np.pi * MASKED_HZ * time_s)
        return sound_answer(sounding.cumsum(0).clip(0, 1) * tone[:, None], RATE)

    def _paint(self, message: dict[str, Any]) -> Answer:
        channel, start_s, end_s = (message[name] for name in ("channel", "start_s", "end_s"))
        self.pictures.append((channel, start_s, end_s))
        time_s = np.arange(start_s, end_s, HOP_S) + HOP_S / 2
        own = UTTERANCES[UTTERANCES["channel"] == channel]
        voiced = np.zeros(len(time_s), bool)
        for row in own.itertuples():
            voiced |= (time_s >= row.start_s) & (time_s < row.end_s)
        f0 = np.where(voiced, 180 + 60 * np.sin(9 * time_s), np.nan).astype("<f4")
        level = np.where(voiced, -22 + 8 * np.sin(23 * time_s), -66.0).astype("<f4")
        band_hz = np.linspace(0, HIGH_HZ, N_BANDS)
        ripples = np.cos(np.pi * band_hz / np.nan_to_num(f0, nan=1.0)[:, None]) ** 8
        bands = np.where(voiced[:, None], 230 * ripples * np.exp(-band_hz / 1800), 12)
        content = {"start_s": start_s, "hop_s": HOP_S, "n_frames": len(time_s)}
        content |= {"n_bands": N_BANDS, "low_hz": 0.0, "high_hz": HIGH_HZ, "scale": "linear"}
        content |= {"floor_db": -90.0, "ceiling_db": -10.0}
        return content, [bands.astype(np.uint8).tobytes(), f0.tobytes(), level.tobytes()]

    def _correct(self, message: dict[str, Any]) -> Answer:
        asked = {name: message[name] for name in ("item_id", "kind", "start_s", "end_s")}
        asked |= {name: message[name] for name in ("at_s", "with_item_id")}
        self.corrections.append(asked)
        answer, buffers = super()._correct(message)
        retired, n_new = len(answer["retired"]), len(answer["units"]["item_id"])
        return answer | {"sentence": f"{n_new} instead of {retired}."}, buffers

    def _cut(self, kind: str, utterance_id: str, **where: Any) -> pd.DataFrame:
        rows = self.rows.set_index("utterance_id", drop=False)
        old = rows.loc[utterance_id]
        spans = {
            "moved": [(where["start_s"], where["end_s"])],
            "split": [(old["start_s"], where["at_s"]), (where["at_s"], old["end_s"])],
        }
        if kind == "merge":
            spans["merge"] = [(old["start_s"], rows.loc[where["with_id"], "end_s"])]
        new = pd.DataFrame(
            [
                old.to_dict() | {"utterance_id": f"{utterance_id}-{i}", "start_s": a, "end_s": b}
                for i, (a, b) in enumerate(spans[kind], start=1)
            ]
        )
        self.rows = pd.concat([self.rows, new], ignore_index=True)
        return new.drop(columns="item_id")


def _no_picture(*_: object) -> Any:
    """Pictures are painted by `_paint`."""


def hour(n_utterances: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A call of an hour with many utterances, and how it sounds."""
    start_s = np.arange(n_utterances) * (3600 / n_utterances)
    items = pd.DataFrame(
        {
            "utterance_id": [f"u{i}" for i in range(n_utterances)],
            "call_id": "long",
            "channel": np.arange(n_utterances) % 2,
            "role": np.where(np.arange(n_utterances) % 2, "agent", "customer"),
            "start_s": start_s,
            "end_s": start_s + 0.8 * 3600 / n_utterances,
        }
    )
    words = items[["call_id", "channel", "start_s", "end_s"]].assign(text="Something was said.")
    loud = np.random.default_rng(1).gamma(2, 0.12, (2, 3600 * 50)).clip(0, 1).astype(np.float32)
    time_s = np.arange(3600 * 50) / 50
    for channel in (0, 1):
        loud[channel] *= (time_s // (3600 / n_utterances)) % 2 == channel
    lanes = {channel: np.stack([-loud[channel], loud[channel]], 1) for channel in (0, 1)}

    def an_hour_of_tones(call_id: str, channel: int | None, start_s: float, end_s: float) -> Any:
        time_s = np.arange(round(start_s * RATE), round(end_s * RATE)) / RATE
        return np.stack([np.sin(2 * np.pi * 440 * time_s) * 0.5] * 2, axis=1), RATE

    return items, {"audio": an_hour_of_tones, "peaks": lambda call_id: lanes, "words": words}


__all__ = ["DURATION_S", "MASKED_HZ", "UTTERANCES", "Booth", "hour", "pd"]
