"""Utterances wait until enough of their speaker was heard to know the range of F0."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.activity import SILENCE_DB
from workbench.prosody.f0 import speaker_range
from workbench.prosody.row import Heard, Voice, hear
from workbench.prosody.settings import CLEAR_GAP, HOP_S, ProsodySettings
from workbench.prosody.tracks import Piece, joined

ENOUGH_S = 30.0
"""How much clear voice settles the range of a speaker, seconds."""


class Speakers:
    """Takes the frames of one channel, gives what was heard of each utterance.

    The range of F0 of a speaker is fitted to the first `ENOUGH_S` of clear voice,
    or to all there is. Until then the frames of that speaker's utterances wait;
    afterwards each utterance is listened to when it has ended and its frames are
    let go. So memory does not grow with the length of a call, and it does not
    matter how the recording was cut into pieces.

    Parameters
    ----------
    asked : DataFrame
        Rows of `check_utterances` on this channel; their index names them.
    settings : ProsodySettings
        Settings.
    """

    def __init__(self, asked: pd.DataFrame, settings: ProsodySettings) -> None:
        self._settings = settings
        self._edges = _frame_numbers(asked[["first_s", "last_s"]].to_numpy(np.float64))
        self._index = asked.index.tolist()
        self._speaker = asked["speaker_id"].where(asked["speaker_id"].notna(), None).tolist()
        self._order = np.argsort(self._edges[:, 1], kind="stable").tolist()
        self._next = 0
        self._held: list[Piece] = []
        self._known: dict[Any, Voice] = {}
        self._waiting: dict[Any, list[tuple[int, Piece]]] = {}
        self._voiced_s: dict[Any, float] = {}
        self.heard: dict[int, Heard] = {}

    def take(self, piece: Piece, end: int) -> None:
        """Take in the next frames and listen to the utterances that are complete.

        Parameters
        ----------
        piece : Piece
            The frames.
        end : int
            Number of the first frame that is still to come.
        """
        self._held.append(piece)
        while self._next < len(self._order) and self._edges[self._order[self._next], 1] <= end:
            self._complete(self._order[self._next])
            self._next += 1
        rest = self._edges[self._order[self._next :], 0]
        oldest = int(rest.min()) if rest.size else end
        self._held = [p for p in self._held if p.numbers.size and p.numbers[-1] >= oldest]

    def close(self) -> dict[int, Heard]:
        """Listen to what is left, after the last frames.

        Returns
        -------
        dict of int to Heard
            By the index of the utterance; none for those outside the recording.
        """
        for number in self._order[self._next :]:
            self._complete(number)
        for speaker in list(self._waiting):
            self._settle(speaker)
        return self.heard

    def _complete(self, number: int) -> None:
        first, last = self._edges[number].tolist()
        parts = [
            piece.between(first, last)
            for piece in self._held
            if piece.numbers.size and piece.numbers[0] < last and piece.numbers[-1] >= first
        ]
        if not parts:
            return
        frames = joined(parts)
        speaker, index = self._speaker[number], self._index[number]
        if speaker in self._known:
            self.heard[index] = hear(frames, self._known[speaker], self._settings)
            return
        self._waiting.setdefault(speaker, []).append((index, frames))
        clear = (frames.first_f0_hz > 0) & (frames.first_gap <= CLEAR_GAP)
        self._voiced_s[speaker] = self._voiced_s.get(speaker, 0.0) + float(clear.sum()) * HOP_S
        if self._voiced_s[speaker] >= ENOUGH_S:
            self._settle(speaker)

    def _settle(self, speaker: Any) -> None:
        waiting = self._waiting.pop(speaker)
        levels = np.concatenate([frames.levels_db for _, frames in waiting])
        f0 = np.concatenate([frames.first_f0_hz for _, frames in waiting])
        gap = np.concatenate([frames.first_gap for _, frames in waiting])
        voice = Voice(
            speaker_range(f0, gap, self._settings),
            float(np.percentile(levels, 99)) if levels.size else SILENCE_DB,
        )
        self._known[speaker] = voice
        for index, frames in waiting:
            self.heard[index] = hear(frames, voice, self._settings)


def _frame_numbers(times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Find the first frame whose middle does not lie before each moment."""
    return np.ceil(np.round(times_s / HOP_S - 0.5, 6)).astype(np.int64)
