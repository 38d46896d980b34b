"""The call of tones rated by five in a database of its own, and the Adjudicator on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.browser.call_of_tones import TAXONOMY, UTTERANCES, WORDS, audio, peaks
from tests.browser.rated_database import made
from tests.stores import NOW
from workbench.agreement.disputes import dispute_table
from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.store import Store
from workbench.widgets import Adjudicator, earlier_ratings
from workbench.workspace.adjudicating import save_decision, worst_first

EVIL = "<img src=x onerror=\"document.body.dataset.hacked='1'\">"
NAMES = {"r01": "Ann", "r02": "Ben", "r03": "Chloé", "r04": "Dmitri", "r05": EVIL}

Tags = dict[str, tuple[float | None, float | None]]
HEARD: dict[str, list[tuple[str, Tags, dict[str, float], dict[str, Any]]]] = {
    "u1": [
        ("tagged", {"frustration": (2 / 3, None)}, {"valence": -0.5, "arousal": 0.75}, {}),
        ("tagged", {"frustration": (1.0, None)}, {"valence": -1.0, "arousal": 1.0},
         {"certainty": 0.75, "cues_named": "pitch volume", "note": EVIL}),
        ("tagged", {"frustration": (1 / 3, None)}, {"valence": -0.5}, {"certainty": 0.5}),
        ("tagged", {"resignation": (2 / 3, None)}, {"valence": 0.0, "arousal": 0.0},
         {"certainty": 1.0, "cues_named": "pause", "note": "Lets the last word fall. " * 400}),
        ("tagged", {"resignation": (1.0, None)}, {"valence": 0.5, "arousal": 0.25}, {}),
    ],
    "u3": [
        ("tagged", {"frustration": (1.0, 0.6), "resignation": (2 / 3, 0.4)}, {"valence": -0.5}, {}),
        ("tagged", {"frustration": (2 / 3, 0.5), "resignation": (1 / 3, 0.5)}, {}, {}),
        ("neutral", {}, {"valence": 0.0}, {"note": "Reads the parcel number, no more."}),
        ("unclear", {}, {}, {}),
        ("tagged", {"relief": (1 / 3, None)}, {"valence": 0.5}, {}),
    ],
    "u4": [
        ("tagged", {"warm": (1.0, None)}, {"valence": 0.5}, {}),
        ("tagged", {"curt": (1.0, None)}, {"valence": 0.0}, {}),
    ],
    "u5": [("neutral", {}, {"valence": -1.0}, {}), ("neutral", {}, {"valence": 1.0}, {})],
    "u2": [("tagged", {"warm": (1.0, None)}, {}, {}), ("tagged", {"warm": (2 / 3, None)}, {}, {})],
}  # fmt: skip
"""By utterance what r01, r02 ... heard: verdict, (intensity, share) by tag, scores, and more."""


def rated(path: Path, pass_: str = "both") -> Store:
    """Open the database; make it with everybody's ratings when it is not there."""
    fresh = not path.exists()
    store = made(path)
    if not fresh:
        return store
    store.change_rater("r01", name=NAMES["r01"])
    for rater, name in list(NAMES.items())[1:]:
        store.add_rater(rater, name=name)
    store.add_rater("lead", role="lead")
    for utterance, ratings in HEARD.items():
        for number, (verdict, tags, scores, fields) in enumerate(ratings, start=1):
            store.add_rating(
                {
                    "rating_id": uuid7(),
                    "utterance_id": utterance,
                    "rater_id": f"r{number:02}",
                    "taxonomy": "small",
                    "version": "1",
                    "pass": pass_,
                    "verdict": verdict,
                    "tags": [
                        {"tag": tag, "intensity": how, "share": share}
                        for tag, (how, share) in tags.items()
                    ],
                    "scores": [{"dimension": d, "value": v} for d, v in scores.items()],
                    "created_at": NOW,
                    **fields,
                }
            )
    return store


def adjudicated(path: str, *, pass_: str = "both", **settings: Any) -> Adjudicator:
    """Open the Adjudicator on the database, as the workspace does."""
    store = rated(Path(path), pass_)
    place: Any = SimpleNamespace(store=store)
    ratings, tags, scores = store.current_ratings()
    disputes = dispute_table(ratings, tags)
    items = worst_first(disputes, ratings, tags, scores).merge(UTTERANCES, on="utterance_id")
    reasons = store.read("adjudications").set_index("rating_id")["reason"]
    decisions = earlier_ratings(*store.current_ratings(adjudications="only", rater_id="lead"))
    return Adjudicator(
        items,
        TAXONOMY,
        lead_id="lead",
        rated=earlier_ratings(ratings, tags, scores, store.read("notes")),
        decisions=[one | {"note": reasons[one["rating_id"]]} for one in decisions],
        names=NAMES,
        on_decide=lambda payload: save_decision(place, payload),
        **{"audio": audio, "peaks": peaks, "words": WORDS, "keep_key": path, "autoplay": False}
        | settings,
    )


def no_audio(call_id: str, *_: object) -> Any:
    """Stand in for a call whose recording is missing."""
    raise InputError(f"Call {call_id} has no audio, so nothing can be played.")
