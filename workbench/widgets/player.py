"""The Player: a few seconds of a call or all of it, to hear and to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from workbench.errors import InputError
from workbench.widgets.answering import Answer, AnsweringWidget, sentence_of
from workbench.widgets.snippet import Snippet, snippet_of_samples
from workbench.widgets.sound import Samples, lanes_answer, sound_answer

NOTHING_YET = "Nothing to play yet."

Open = Callable[[], Snippet]


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
    below_figure : bool, default False
        Whether it stands below a Plotly figure, which then is told when the
        width of the cell or the theme of the page changes.

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
    _list = traitlets.Dict({"captions": [], "left_out": 0}).tag(sync=True)
    _below_figure = traitlets.Bool().tag(sync=True)
    _theme = traitlets.Unicode("light").tag(sync=True)

    def __init__(
        self,
        samples: Samples | None = None,
        sampling_rate_hz: int | None = None,
        *,
        caption: str = "",
        start_s: float = 0.0,
        roles: Sequence[str] = (),
        sentence: str = NOTHING_YET,
        below_figure: bool = False,
    ) -> None:
        self._lock = threading.Lock()
        self._snippet: Snippet | None = None
        self._shown = 0
        self._open: list[Open] = []
        answers = {"call": self._call, "audio": self._sound, "turn": self._turn}
        super().__init__("player", answers, _below_figure=below_figure)
        if samples is None:
            self.say(sentence)
        else:
            snippet = snippet_of_samples(
                samples, sampling_rate_hz, caption=caption, start_s=start_s, roles=roles
            )
            self.show(snippet, play=False)

    def show(self, snippet: Snippet, *, play: bool = True, at: int = 0) -> None:
        """Turn to another sound.

        Parameters
        ----------
        snippet : Snippet
            What to play.
        play : bool, default True
            Whether it begins to play at once, because someone asked for it.
        at : int, default 0
            Its place in the list, where there is one.
        """
        with self._lock:
            self._snippet = snippet
            self._shown += 1
            self._state = {
                "key": str(self._shown),
                "caption": snippet.caption,
                "start_s": snippet.start_s,
                "duration_s": snippet.duration_s,
                "sentence": "" if snippet.duration_s > 0 else NOTHING_YET,
                "play": play,
                "at": at,
            }

    def show_list(self, captions: Sequence[str], snippets: Sequence[Open], left_out: int) -> None:
        """Show several sounds as a list; one plays after the other.

        Parameters
        ----------
        captions : sequence of str
            What each is.
        snippets : sequence of callable
            Each gives its snippet when it is its turn; what it raises is shown
            in its place.
        left_out : int
            How many more there were.
        """
        self._open = list(snippets)
        self._list = {"captions": list(captions), "left_out": left_out}
        self._turn({"at": 0, "play": False})

    def say(self, sentence: str, *, at: int = 0) -> None:
        """Show a sentence instead of sound.

        Parameters
        ----------
        sentence : str
            Why there is nothing to hear.
        at : int, default 0
            Which of the list it is about, where there is one.
        """
        self._state = {
            "key": "",
            "caption": "",
            "start_s": 0.0,
            "duration_s": 0.0,
            "sentence": sentence,
            "play": False,
            "at": at,
        }

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds; 0.0 without one.

        Returns
        -------
        float
            Seconds.
        """
        return float(self._state["duration_s"])

    def _turn(self, message: dict[str, Any]) -> Answer:
        at = int(message["at"])
        try:
            self.show(self._open[at](), play=bool(message["play"]), at=at)
        except Exception as error:  # whatever is wrong with one, the others can be heard
            self.say(sentence_of(error), at=at)
        return {}, []

    def _call(self, _message: dict[str, Any]) -> Answer:
        snippet = self._now()
        lanes, buffers = lanes_answer(snippet.peaks(), snippet.roles)
        return {"duration_s": snippet.duration_s, "lanes": lanes, "lines": []}, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        return sound_answer(*self._now().read(float(message["start_s"]), float(message["end_s"])))

    def _now(self) -> Snippet:
        with self._lock:
            if self._snippet is None:
                raise InputError(NOTHING_YET)
            return self._snippet
