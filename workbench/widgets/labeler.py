"""The Labeler: hear one utterance after the other and say how it sounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets

from workbench.errors import InputError
from workbench.taxonomies import check_keys, wished_keys
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.dialogue import check_words, dialogue_lines
from workbench.widgets.items import (
    check_items,
    columns_of,
    details_of,
    ratings_by_item,
    roles_by_call,
)
from workbench.widgets.judgement import check_judgement, rating_payload
from workbench.widgets.sound import lanes_answer, sound_answer

LANGUAGES = ("en", "de")
LONGEST_ANSWER_S = 60.0

ReadAudio = Callable[[str, int | None, float, float], tuple[npt.NDArray[np.float32], int]]
ReadPeaks = Callable[[str], Mapping[int, npt.NDArray[np.float32]]]
SaveRating = Callable[[dict[str, Any]], object]


class Labeler(AnsweringWidget):
    """Play utterances, turns or whole calls one by one and rate how they sound.

    Blind: it shows no one else's ratings and no outcome. A rating leaves the
    browser with an id, goes through `on_save`, and is marked as saved only after
    `on_save` has returned; what it raises is shown under the widget and the
    rating can be sent again. A correction is a new rating that names the one it
    supersedes.

    Parameters
    ----------
    utterances : DataFrame
        What to rate, in the order of presentation: utterance_id, call_id,
        start_s, end_s, and where known unit, channel (empty: all channels are
        played), role, pass and assignment_id. With assignments the same
        utterance may come more than once.
    taxonomy : mapping
        taxonomy, version, intensity_steps, tags (each with tag, roles,
        definition, sounds_like, not_to_be_confused_with) and dimensions (each
        with dimension, low, high, low_words, high_words and, if not five,
        steps). The key of a tag, and `keys`, may ask for keys.
    rater_id : str
        Who rates.
    audio : callable
        `audio(call_id, channel, start_s, end_s)` gives samples, shape
        (n_frames, n_channels), and their rate in hertz. It is asked for all
        channels (None), in windows of ten seconds, and may be called in any
        thread.
    peaks : callable
        `peaks(call_id)` gives for each channel the lowest and highest sample of
        equal bins, shape (n, 2). They tell how long the call is.
    on_save : callable
        `on_save(payload)` stores a rating and returns once it is committed;
        `payload` holds the columns of the table ratings, and tags, scores,
        shifts, note and other_words. May be called in any thread, never twice
        at once.
    words : DataFrame, optional
        The table words; with it the dialogue is shown beside the waveform.
    ratings : iterable of dict, optional
        The rater's own current ratings (`earlier_ratings` makes them from
        tables); rating goes on at the first utterance without one.
    channels : DataFrame, optional
        The table channels, for the roles of channels without utterances.
    calls : DataFrame, optional
        The table calls; its queue is shown beside the call's id.
    pass_ : str, optional
        The pass of rows that name none; by default both with words and voice
        without.
    session_id : str, optional
        The sitting that is stored.
    autoplay : bool, default True
        Whether the next utterance plays by itself after saving.
    peaks_per_s : float, default 50
        Bins a second of `peaks`.
    language : str, default "en"
        Language of the words on the screen: en or de.
    keys : mapping of str to str, optional
        Keys by command or tag, named by what a US keyboard prints there or by
        position: `{"note": "M", "relief": "Shift+KeyB"}`. They win over those
        of the taxonomy; a clash is told under the widget.

    Raises
    ------
    InputError
        If a column or a part of the taxonomy is missing, an utterance occurs
        twice in a pass without assignments or ends before it starts, or the
        pass, the language or a key is unknown.

    See Also
    --------
    CallList : A list of calls to filter and hear.

    Examples
    --------
    >>> import pandas as pd
    >>> utterances = pd.DataFrame({"utterance_id": ["u1"], "call_id": ["0007"], "channel": [0],
    ...                            "role": ["customer"], "start_s": [1.0], "end_s": [3.5]})
    >>> Labeler(utterances, {}, rater_id="r01", audio=None, peaks=None, on_save=print)
    Traceback (most recent call last):
    ...
    workbench.errors.InputError: The taxonomy has no "taxonomy"; it needs taxonomy, version, \
intensity_steps, tags, dimensions.
    """

    _setup = traitlets.Dict().tag(sync=True)
    # Filled while rating, in place: a page that is loaded again reads it anew.
    _ratings = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        utterances: pd.DataFrame,
        taxonomy: Mapping[str, Any],
        *,
        rater_id: str,
        audio: ReadAudio,
        peaks: ReadPeaks,
        on_save: SaveRating,
        words: pd.DataFrame | None = None,
        ratings: Iterable[Mapping[str, Any]] | None = None,
        channels: pd.DataFrame | None = None,
        calls: pd.DataFrame | None = None,
        pass_: str | None = None,
        session_id: str | None = None,
        autoplay: bool = True,
        peaks_per_s: float = 50.0,
        language: str = "en",
        keys: Mapping[str, str] | None = None,
    ) -> None:
        items = check_items(utterances, pass_ or ("voice" if words is None else "both"))
        taxonomy = check_taxonomy(taxonomy)
        self._audio, self._peaks, self._on_save = audio, peaks, on_save
        self._peaks_per_s = peaks_per_s
        self._words = None if words is None else check_words(words)
        self._roles = roles_by_call(items, channels)
        self._items = {
            row["item_id"]: {
                "utterance_id": row["utterance_id"],
                "pass": row["pass"],
                "assignment_id": row["assignment_id"] or None,
            }
            for row in items[["item_id", "utterance_id", "pass", "assignment_id"]].to_dict(
                "records"
            )
        }
        ends = zip(items["start_s"].tolist(), items["end_s"].tolist(), strict=True)
        self._spans = dict(zip(items["item_id"], ends, strict=True))
        self._fixed = {
            "rater_id": rater_id,
            "session_id": session_id,
            "taxonomy": taxonomy["taxonomy"],
            "version": str(taxonomy["version"]),
        }
        self._tags = {tag["tag"] for tag in taxonomy["tags"]}
        self._dimensions = {
            one["dimension"]: (float(one["low"]), float(one["high"]))
            for one in taxonomy["dimensions"]
        }
        self._saving = threading.Lock()
        super().__init__(
            "labeler",
            {"call": self._call, "audio": self._sound, "save": self._save},
            _setup={
                "units": columns_of(items),
                "taxonomy": dict(taxonomy),
                "details": details_of(calls, set(items["call_id"])),
                "has_words": words is not None,
                "autoplay": autoplay,
                "language": _check_language(language),
                "keys": wished_keys(taxonomy) | check_keys(keys or {}, self._tags, "The Labeler"),
            },
            _ratings=ratings_by_item(ratings or (), self._items),
        )

    def _call(self, message: dict[str, Any]) -> Answer:
        call_id = message["call_id"]
        peaks = self._peaks(call_id)
        roles = self._roles.get(call_id, {})
        lanes, buffers = lanes_answer(peaks, roles)
        lines = []
        if self._words is not None:
            lines = dialogue_lines(self._words[self._words["call_id"] == call_id], roles)
        n_bins = max((len(pairs) for pairs in peaks.values()), default=0)
        return {"duration_s": n_bins / self._peaks_per_s, "lanes": lanes, "lines": lines}, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        start_s, end_s = float(message["start_s"]), float(message["end_s"])
        end_s = min(end_s, start_s + LONGEST_ANSWER_S)
        return sound_answer(*self._audio(message["call_id"], None, start_s, end_s))

    def _save(self, message: dict[str, Any]) -> Answer:
        rating = message["rating"]
        item = self._items.get(rating.get("item_id"))
        if item is None:
            raise InputError(f'The item "{rating.get("item_id")}" is not in this list.')
        span = self._spans[rating["item_id"]]
        check_judgement(rating, tags=self._tags, dimensions=self._dimensions, span=span)
        with self._saving:
            self._on_save(rating_payload(rating, self._fixed | item))
            self._ratings[rating["item_id"]] = rating
        return {"saved": rating}, []


def check_taxonomy(taxonomy: Mapping[str, Any]) -> Mapping[str, Any]:
    """Check that a taxonomy has all its parts.

    Parameters
    ----------
    taxonomy : mapping
        As for `Labeler`.

    Returns
    -------
    mapping
        The argument.

    Raises
    ------
    InputError
        If a part is missing or there are no tags.
    """
    parts = {
        "": ("taxonomy", "version", "intensity_steps", "tags", "dimensions"),
        "tags": ("tag", "roles", "definition", "sounds_like", "not_to_be_confused_with"),
        "dimensions": ("dimension", "low", "high", "low_words", "high_words"),
    }
    for part, names in parts.items():
        for entry in taxonomy[part] if part else [taxonomy]:
            missing = [name for name in names if name not in entry]
            if missing:
                what = f"An entry of the taxonomy's {part}" if part else "The taxonomy"
                raise InputError(f'{what} has no "{missing[0]}"; it needs {", ".join(names)}.')
    if not taxonomy["tags"]:
        raise InputError("The taxonomy has no tags, so nothing can be rated with it.")
    return taxonomy


def _check_language(name: str) -> str:
    if name not in LANGUAGES:
        raise InputError(
            f'There are no words in the language "{name}"; there are: {", ".join(LANGUAGES)}.'
        )
    return name
