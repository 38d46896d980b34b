"""The Labeler: hear one utterance after the other and say how it sounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets

from workbench.errors import InputError, nearest
from workbench.widgets.answering import Answer, AnsweringWidget
from workbench.widgets.dialogue import check_words, dialogue_lines
from workbench.widgets.judgement import FROM_BROWSER, check_judgement, rating_payload
from workbench.widgets.picture import Picture, picture_answer
from workbench.widgets.sound import lanes_answer, sound_answer

PASSES = ("text", "masked_voice", "voice", "both")
UNIT_COLUMNS = ("utterance_id", "unit", "call_id", "channel", "role", "start_s", "end_s")
NEEDED = ("utterance_id", "call_id", "start_s", "end_s")
LONGEST_ANSWER_S = 60.0

ReadAudio = Callable[[str, int | None, float, float], tuple[npt.NDArray[np.float32], int]]
ReadPeaks = Callable[[str], Mapping[int, npt.NDArray[np.float32]]]
ReadPicture = Callable[[str, int | None, float, float], Picture]
ReadGains = Callable[[str], Mapping[int, float]]
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
        played), role and assignment_id.
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
        at once.
    masked_audio : callable, optional
        As `audio`, but without words (`workbench.masking.masked_voice`); asked for
        in the pass masked_voice.
    picture : callable, optional
        `picture(call_id, channel, start_s, end_s)` gives the `Picture` of the
        zoomed view.
    gains : callable, optional
        `gains(call_id)` gives for each channel the gain in dB with which all
        calls are about equally loud; by default 0.
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
        The pass that is stored; by default both with words and voice without.
    session_id : str, optional
        The sitting that is stored.
    autoplay : bool, default True
        Whether the next utterance plays by itself after saving.
    peaks_per_s : float, default 50
        Bins a second of `peaks`.

    Raises
    ------
    InputError
        If a column or a part of the taxonomy is missing, an utterance occurs
        twice or ends before it starts, or the pass is unknown.

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
        masked_audio: ReadAudio | None = None,
        picture: ReadPicture | None = None,
        gains: ReadGains | None = None,
        words: pd.DataFrame | None = None,
        ratings: Iterable[Mapping[str, Any]] | None = None,
        channels: pd.DataFrame | None = None,
        calls: pd.DataFrame | None = None,
        pass_: str | None = None,
        session_id: str | None = None,
        autoplay: bool = True,
        peaks_per_s: float = 50.0,
    ) -> None:
        units = check_units(utterances)
        taxonomy = check_taxonomy(taxonomy)
        self._audio, self._peaks, self._on_save = audio, peaks, on_save
        self._masked_audio, self._picture, self._gains = masked_audio, picture, gains
        self._peaks_per_s = peaks_per_s
        self._words = None if words is None else check_words(words)
        self._roles = _roles_by_call(units, channels)
        self._assignments = _assignments(units)
        self._fixed = {
            "rater_id": rater_id,
            "session_id": session_id,
            "taxonomy": taxonomy["taxonomy"],
            "version": str(taxonomy["version"]),
            "pass": _check_pass(pass_ or ("voice" if words is None else "both")),
        }
        self._tags = {tag["tag"] for tag in taxonomy["tags"]}
        self._dimensions = {
            one["dimension"]: (float(one["low"]), float(one["high"]))
            for one in taxonomy["dimensions"]
        }
        self._ids = set(units["utterance_id"])
        self._saving = threading.Lock()
        super().__init__(
            "labeler",
            {
                "call": self._call,
                "audio": self._sound,
                "picture": self._draw,
                "save": self._save,
            },
            _setup={
                "units": _columns(units),
                "taxonomy": dict(taxonomy),
                "details": _details(calls, set(units["call_id"])),
                "has_words": words is not None,
                "autoplay": autoplay,
            },
            _ratings={
                one["utterance_id"]: _for_browser(one)
                for one in ratings or ()
                if one["utterance_id"] in self._ids
            },
        )

    def _call(self, message: dict[str, Any]) -> Answer:
        call_id = message["call_id"]
        peaks = self._peaks(call_id)
        roles = self._roles.get(call_id, {})
        lanes, buffers = lanes_answer(peaks, roles, self._gains(call_id) if self._gains else {})
        lines = []
        if self._words is not None:
            lines = dialogue_lines(self._words[self._words["call_id"] == call_id], roles)
        n_bins = max((len(pairs) for pairs in peaks.values()), default=0)
        return {"duration_s": n_bins / self._peaks_per_s, "lanes": lanes, "lines": lines}, buffers

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
        check_judgement(
            rating, utterance_ids=self._ids, tags=self._tags, dimensions=self._dimensions
        )
        utterance_id = rating["utterance_id"]
        assignment = {"assignment_id": self._assignments.get(utterance_id)}
        with self._saving:
            self._on_save(rating_payload(rating, self._fixed | assignment))
            self._ratings[utterance_id] = rating
        return {"saved": rating}, []


def _window(message: dict[str, Any]) -> tuple[float, float]:
    """Read the seconds that are asked for, a minute at most."""
    start_s, end_s = float(message["start_s"]), float(message["end_s"])
    return start_s, min(end_s, start_s + LONGEST_ANSWER_S)


def check_units(utterances: pd.DataFrame) -> pd.DataFrame:
    """Check that the rows can be rated.

    Parameters
    ----------
    utterances : DataFrame
        As for `Labeler`.

    Returns
    -------
    DataFrame
        A copy with all columns of a unit, index from 0.

    Raises
    ------
    InputError
        If a column is missing, an utterance occurs twice, or ends before it
        starts.
    """
    for name in NEEDED:
        if name not in utterances.columns:
            raise InputError(
                f'The utterances need the column "{name}"; these have '
                f"{', '.join(map(str, utterances.columns))}."
                f"{nearest(name, [str(c) for c in utterances.columns])}"
            )
    units = utterances.reset_index(drop=True)
    twice = units["utterance_id"][units["utterance_id"].duplicated()]
    if len(twice):
        raise InputError(f'The utterance "{twice.iloc[0]}" is in the list more than once.')
    backwards = units[~(units["end_s"] > units["start_s"])]
    if len(backwards):
        one = backwards.iloc[0]
        raise InputError(
            f'The utterance "{one["utterance_id"]}" goes from {one["start_s"]} s to '
            f"{one['end_s']} s; it has to end after its start."
        )
    return units


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


def _check_pass(name: str) -> str:
    if name not in PASSES:
        raise InputError(
            f'There is no pass "{name}"; these are: {", ".join(PASSES)}.{nearest(name, PASSES)}'
        )
    return name


def _columns(units: pd.DataFrame) -> dict[str, list[Any]]:
    """Give the columns of the units as lists, None for gaps."""
    out = {}
    for name in UNIT_COLUMNS:
        if name in units.columns:
            values = units[name].astype("object")
            out[name] = values.where(units[name].notna(), None).tolist()
    return out


def _roles_by_call(units: pd.DataFrame, channels: pd.DataFrame | None) -> dict[str, dict[int, str]]:
    out: dict[str, dict[int, str]] = {}
    for rows in (units, channels):
        if rows is None or not {"channel", "role"} <= set(rows.columns):
            continue
        known = rows[["call_id", "channel", "role"]].dropna().drop_duplicates()
        for call_id, channel, role in known.itertuples(index=False):
            out.setdefault(str(call_id), {})[int(channel)] = str(role)
    return out


def _assignments(units: pd.DataFrame) -> dict[str, str]:
    if "assignment_id" not in units.columns:
        return {}
    known = units[units["assignment_id"].notna()]
    return dict(zip(known["utterance_id"], known["assignment_id"], strict=True))


def _details(calls: pd.DataFrame | None, call_ids: set[str]) -> dict[str, str]:
    if calls is None or "queue" not in calls.columns:
        return {}
    known = calls[calls["queue"].notna() & calls["call_id"].isin(call_ids)]
    return dict(zip(known["call_id"], known["queue"].astype(str), strict=True))


def _for_browser(rating: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rating.get(name) for name in FROM_BROWSER}
