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
MarkItem = Callable[[dict[str, Any], str, str | None], object]
NoteSession = Callable[[bool], object]
MARKS = ("open", "skipped", "flagged")


class Labeler(AnsweringWidget):
    """Play utterances, turns or whole calls one by one and rate how they sound.

    Blind: it shows no one else's ratings and no outcome. A rating leaves the
    browser with an id, goes through `on_save`, and is marked as saved only after
    `on_save` has returned. Until then it waits in the browser's own database,
    which outlives the page and the kernel: what `on_save` raises as
    StoreBusyError is tried again by itself, anything else is shown under the
    widget while the others go on. A correction is a new rating that names the
    one it supersedes; a rating is taken back by one that is retracted.

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
        with dimension, low, high, low_words, high_words).
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
        at once, and again with the same rating_id if an answer was lost.
    on_mark : callable, optional
        `on_mark(item, state, text)` stores that an item was skipped or flagged
        for the lead, or is open again; `item` holds item_id, utterance_id,
        assignment_id and pass, `text` the rater's words, or "distressing" where
        the rater left a call.
    on_session : callable, optional
        `on_session(headphones)` stores what the rater said at the start.
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
    marks : mapping of str to mapping, optional
        What is skipped or flagged already: {state, text} by item_id.
    session_id : str, optional
        The sitting that is stored.
    session_check : bool, default False
        Whether a sitting begins with a card that asks for headphones and checks
        the level, once a day.
    rest_after_min : float, default 45
        After how many minutes a quiet line proposes a rest.
    keep_key : str, optional
        Under which name the browser keeps what is not saved yet; by default the
        rater and the taxonomy. Labelers of different databases need different
        ones.
    autoplay : bool, default True
        Whether the next utterance plays by itself after saving.
    peaks_per_s : float, default 50
        Bins a second of `peaks`.
    language : str, default "en"
        Language of the words on the screen: en or de.

    Raises
    ------
    InputError
        If a column or a part of the taxonomy is missing, an utterance occurs
        twice in a pass without assignments or ends before it starts, or the
        pass or language is unknown.

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
    # Both are filled while rating, in place: a page that is loaded again reads it anew.
    _ratings = traitlets.Dict().tag(sync=True)
    _marks = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        utterances: pd.DataFrame,
        taxonomy: Mapping[str, Any],
        *,
        rater_id: str,
        audio: ReadAudio,
        peaks: ReadPeaks,
        on_save: SaveRating,
        on_mark: MarkItem | None = None,
        on_session: NoteSession | None = None,
        words: pd.DataFrame | None = None,
        ratings: Iterable[Mapping[str, Any]] | None = None,
        channels: pd.DataFrame | None = None,
        calls: pd.DataFrame | None = None,
        pass_: str | None = None,
        marks: Mapping[str, Mapping[str, Any]] | None = None,
        session_id: str | None = None,
        session_check: bool = False,
        rest_after_min: float = 45.0,
        keep_key: str | None = None,
        autoplay: bool = True,
        peaks_per_s: float = 50.0,
        language: str = "en",
    ) -> None:
        items = check_items(utterances, pass_ or ("voice" if words is None else "both"))
        taxonomy = check_taxonomy(taxonomy)
        self._audio, self._peaks = audio, peaks
        self._on_save, self._on_mark, self._on_session = on_save, on_mark, on_session
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
            {
                "call": self._call,
                "audio": self._sound,
                "save": self._save,
                "mark": self._mark,
                "session": self._note_session,
            },
            writing=("save", "mark", "session"),
            _setup={
                "units": columns_of(items),
                "taxonomy": dict(taxonomy),
                "details": details_of(calls, set(items["call_id"])),
                "has_words": words is not None,
                "autoplay": autoplay,
                "language": _check_language(language),
                "keep_key": keep_key
                or "/".join((rater_id, self._fixed["taxonomy"], self._fixed["version"])),
                "session_id": session_id,
                "session_check": session_check,
                "rest_after_min": rest_after_min,
            },
            _marks={item: dict(mark) for item, mark in (marks or {}).items()},
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
        item = self._item(rating.get("item_id"))
        check_judgement(rating, tags=self._tags, dimensions=self._dimensions)
        # What waited in the browser belongs to the sitting in which it was said.
        sitting = {"session_id": rating.get("session_id") or self._fixed["session_id"]}
        with self._saving:
            self._on_save(rating_payload(rating, self._fixed | item | sitting))
            if rating.get("retracted"):
                self._ratings.pop(rating["item_id"], None)
            else:
                self._ratings[rating["item_id"]] = rating
                if self._marks.get(rating["item_id"], {}).get("state") == "skipped":
                    del self._marks[rating["item_id"]]
        return {"saved": rating}, []

    def _mark(self, message: dict[str, Any]) -> Answer:
        item_id, state, text = str(message["item_id"]), message.get("state"), message.get("text")
        item = self._item(item_id)
        if state not in MARKS:
            raise InputError(f'"{state}" is no mark; these are: {", ".join(MARKS)}.')
        with self._saving:
            if self._on_mark is not None:
                self._on_mark({"item_id": item_id, **item}, state, text or None)
            self._marks[item_id] = {"state": state, "text": text or None}
        return {"marked": {"item_id": item_id, "state": state, "text": text or None}}, []

    def _note_session(self, message: dict[str, Any]) -> Answer:
        if self._on_session is not None:
            self._on_session(bool(message["headphones"]))
        return {}, []

    def _item(self, item_id: Any) -> dict[str, Any]:
        item = self._items.get(item_id)
        if item is None:
            raise InputError(f'The item "{item_id}" is not in this list.')
        return item


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
