"""The Player: a few seconds of a call, to hear and to look at."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import traitlets

from workbench.errors import InputError
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.sound import Samples, columns_of, lanes_answer, sample_peaks, sound_answer

NOTHING_YET = "Nothing to play yet."


class Player(AnsweringWidget):
    """Play samples, with their waveform, a caption and the time.

    Parameters
    ----------
    samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels), optional
        What to play, from -1 to 1; without it the player shows `sentence`.
    sampling_rate_hz : int, optional
        Sampling rate, hertz.
    caption : str, default ""
        What it is.
    start_s : float, default 0.0
        Second of the call at which the samples begin; for the times shown.
    roles : sequence of str, optional
        Who speaks on each channel, for the colours.
    sentence : str, optional
        What to say where there is nothing to play, for example that the call
        has no audio.

    Raises
    ------
    InputError
        If samples come without a sampling rate, or with more than two
        dimensions.

    Examples
    --------
    >>> import numpy as np
    >>> Player(np.zeros(8000), 8000, caption="Silence").duration_s
    1.0
    """

    _state = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        samples: Samples | None = None,
        sampling_rate_hz: int | None = None,
        *,
        caption: str = "",
        start_s: float = 0.0,
        roles: Sequence[str] = (),
        sentence: str = NOTHING_YET,
    ) -> None:
        self._lock = threading.Lock()
        self._sounds = 0
        super().__init__("player", {"call": self._call, "audio": self._sound})
        if samples is None:
            self.say(sentence)
        else:
            self.load(
                samples, sampling_rate_hz, caption=caption, start_s=start_s, roles=roles, play=False
            )

    def load(
        self,
        samples: Samples,
        sampling_rate_hz: int | None,
        *,
        caption: str = "",
        start_s: float = 0.0,
        roles: Sequence[str] = (),
        play: bool = True,
    ) -> None:
        """Turn to another sound.

        Parameters
        ----------
        samples : ndarray of float, shape (n_frames,) or (n_frames, n_channels)
            What to play, from -1 to 1.
        sampling_rate_hz : int
            Sampling rate, hertz.
        caption : str, default ""
            What it is.
        start_s : float, default 0.0
            Second of the call at which the samples begin.
        roles : sequence of str, optional
            Who speaks on each channel.
        play : bool, default True
            Whether it begins to play at once, because someone asked for it.

        Raises
        ------
        InputError
            As for the player itself.
        """
        if not sampling_rate_hz:
            raise InputError("Samples came without a sampling rate; give sampling_rate_hz.")
        columns = columns_of(samples)
        with self._lock:
            self._samples, self._rate = columns, int(sampling_rate_hz)
            self._roles = dict(enumerate(roles))
            self._sounds += 1
            self._state = {
                "key": str(self._sounds),
                "caption": caption,
                "start_s": float(start_s),
                "duration_s": self.duration_s,
                "sentence": "" if len(columns) else NOTHING_YET,
                "play": play,
            }

    def say(self, sentence: str) -> None:
        """Show a sentence instead of sound.

        Parameters
        ----------
        sentence : str
            Why there is nothing to hear.
        """
        self._state = {
            "key": "",
            "caption": "",
            "start_s": 0.0,
            "duration_s": 0.0,
            "sentence": sentence,
            "play": False,
        }

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds; 0.0 without one.

        Returns
        -------
        float
            Seconds.
        """
        return len(self._samples) / self._rate if self._sounds else 0.0

    def _call(self, _message: dict[str, Any]) -> Answer:
        with self._lock:
            lanes, buffers = lanes_answer(sample_peaks(self._samples), self._roles)
            return {"duration_s": self.duration_s, "lanes": lanes, "lines": []}, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        with self._lock:
            first = round(float(message["start_s"]) * self._rate)
            last = round(float(message["end_s"]) * self._rate)
            return sound_answer(self._samples[first:last], self._rate)
