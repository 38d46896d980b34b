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
    items_by_id,
    ratings_by_item,
    replace_columns,
    roles_by_call,
    spans_by_id,
)
from workbench.widgets.judgement import check_judgement, rating_payload
from workbench.widgets.picture import Picture, picture_answer
from workbench.widgets.sound import lanes_answer, sound_answer

LONGEST_ANSWER_S = 60.0

ReadAudio = Callable[[str, int | None, float, float], tuple[npt.NDArray[np.float32], int]]
ReadWords = Callable[[str], pd.DataFrame]
ReadPeaks = Callable[[str], Mapping[int, npt.NDArray[np.float32]]]
FindFile = Callable[[str], Mapping[str, Any] | None]
ReadPicture = Callable[[str, int | None, float, float], Picture]
ReadGains = Callable[[str], Mapping[int, float]]
SaveRating = Callable[[dict[str, Any]], object]
Correct = Callable[..., pd.DataFrame]
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
        at once, and again with the same rating_id if an answer was lost.
    on_mark : callable, optional
        `on_mark(item, state, text)` stores that an item was skipped or flagged
        for the lead, or is open again; `item` holds item_id, utterance_id,
        assignment_id and pass, `text` the rater's words, or "distressing" where
        the rater left a call.
    on_session : callable, optional
        `on_session(headphones)` stores what the rater said at the start.
    on_correct : callable, optional
        `on_correct(kind, utterance_id, start_s=, end_s=, at_s=, with_id=)` moves,
        splits or merges utterances and gives the rows that take their place,
        like `utterances`. Without it bounds cannot be changed.
    file : callable, optional
        `file(call_id)` says where the samples of a call lie, if that is one
        uncompressed WAV file: path, home and notebook (paths by which the page
        finds the file below its server's root), encoding (s16, u8, mulaw,
        alaw), sampling_rate_hz, n_channels, data_start, bytes_per_frame,
        n_frames, and check (n_bytes of the file, and the bytes hex from the
        byte start on). Where the page's own server serves that path, windows
        are fetched from it, and `audio` is asked only where that fails.
    masked_audio : callable, optional
        As `audio`, but without words (`workbench.masking.masked_voice`); asked for
        in the pass masked_voice.
    picture : callable, optional
        `picture(call_id, channel, start_s, end_s)` gives the `Picture` of the
        zoomed view.
    gains : callable, optional
        `gains(call_id)` gives for each channel the gain in dB with which all
        calls are about equally loud; by default 0.
    words : DataFrame or callable, optional
        The table words, or `words(call_id)` that gives those of a call; with it
        the dialogue is shown beside the waveform.
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

    _drawn_as = "labeler"
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
        on_correct: Correct | None = None,
        file: FindFile | None = None,
        masked_audio: ReadAudio | None = None,
        picture: ReadPicture | None = None,
        gains: ReadGains | None = None,
        on_mark: MarkItem | None = None,
        on_session: NoteSession | None = None,
        words: pd.DataFrame | ReadWords | None = None,
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
        keys: Mapping[str, str] | None = None,
    ) -> None:
        items = check_items(utterances, pass_ or ("voice" if words is None else "both"))
        taxonomy = check_taxonomy(taxonomy)
        self._audio, self._peaks = audio, peaks
        self._on_save, self._on_mark, self._on_session = on_save, on_mark, on_session
        self._masked_audio, self._picture, self._gains = masked_audio, picture, gains
        self._on_correct = on_correct
        self._file = file
        self._peaks_per_s = peaks_per_s
        self._words = words if callable(words) or words is None else _by_call(check_words(words))
        self._roles = roles_by_call(items, channels)
        self._items = items_by_id(items)
        self._spans = spans_by_id(items)
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
            self._drawn_as,
            {
                "call": self._call,
                "audio": self._sound,
                "save": self._save,
                "correct": self._correct,
                "picture": self._draw,
                "mark": self._mark,
                "session": self._note_session,
            },
            writing=("save", "mark", "session", "correct"),
            language=language,
            _setup={
                "units": columns_of(items),
                "taxonomy": dict(taxonomy),
                "details": details_of(calls, set(items["call_id"])),
                "has_words": words is not None,
                "autoplay": autoplay,
                "can_correct": on_correct is not None,
                "has_pictures": picture is not None,
                "keys": wished_keys(taxonomy) | check_keys(keys or {}, self._tags, "The Labeler"),
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
        lanes, buffers = lanes_answer(peaks, roles, self._gains(call_id) if self._gains else {})
        lines = []
        if self._words is not None:
            lines = dialogue_lines(check_words(self._words(call_id)), roles)
        n_bins = max((len(pairs) for pairs in peaks.values()), default=0)
        return {
            "duration_s": n_bins / self._peaks_per_s,
            "lanes": lanes,
            "lines": lines,
            "file": self._file(call_id) if self._file else None,
        }, buffers

    def _sound(self, message: dict[str, Any]) -> Answer:
        read = self._audio
        if message.get("masked"):
            if self._masked_audio is None:
                raise InputError(
                    "There is no masked voice here: the Labeler was made without masked_audio."
                )
            read = self._masked_audio
        return sound_answer(*read(message["call_id"], None, *_window(message)))

    def _draw(self, message: dict[str, Any]) -> Answer:
        if self._picture is None:
            raise InputError("There is no picture here: the Labeler was made without picture.")
        channel = message.get("channel")
        channel = None if channel is None else int(channel)
        return picture_answer(self._picture(message["call_id"], channel, *_window(message)))

    def _save(self, message: dict[str, Any]) -> Answer:
        rating = message["rating"]
        item = self._item(rating.get("item_id"))
        span = self._spans[rating["item_id"]]
        check_judgement(rating, tags=self._tags, dimensions=self._dimensions, span=span)
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

    def _correct(self, message: dict[str, Any]) -> Answer:
        item = self._item(message["item_id"])
        if self._on_correct is None:
            raise InputError("The bounds of this item cannot be changed here.")
        other = self._items.get(message.get("with_item_id") or "")
        with self._saving:
            for name in (message["item_id"], message.get("with_item_id")):
                if name in self._items and name not in self._setup["units"]["item_id"]:
                    raise InputError(f'The item "{name}" was corrected already.')
            rows = self._on_correct(
                message["kind"],
                item["utterance_id"],
                start_s=message.get("start_s"),
                end_s=message.get("end_s"),
                at_s=message.get("at_s"),
                with_id=other and other["utterance_id"],
            )
            items = check_items(rows, item["pass"])
            gone = {item["utterance_id"], other and other["utterance_id"]}
            passes = set(items["pass"])
            retired = [
                name
                for name, one in self._items.items()
                if one["utterance_id"] in gone and one["pass"] in passes
            ]
            # a rating of the old one may still wait in the browser
            self._items |= items_by_id(items)
            self._spans |= spans_by_id(items)
            self._setup["units"] = replace_columns(self._setup["units"], retired, columns_of(items))
        return {"units": columns_of(items), "retired": retired}, []

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


def _window(message: dict[str, Any]) -> tuple[float, float]:
    """Read the seconds that are asked for, a minute at most."""
    start_s, end_s = float(message["start_s"]), float(message["end_s"])
    return start_s, min(end_s, start_s + LONGEST_ANSWER_S)


def _by_call(words: pd.DataFrame) -> ReadWords:
    return lambda call_id: words[words["call_id"] == call_id]


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
