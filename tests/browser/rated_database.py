"""The call of tones in a database of its own, with a Labeler that can be held up or refused."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd

from tests.browser.call_of_tones import TAXONOMY, UTTERANCES, WORDS, audio, peaks
from tests.stores import NOW, call_tables
from workbench.errors import InputError
from workbench.store import Store, create_database, open_store
from workbench.taxonomies import taxonomy_from_definition
from workbench.widgets import Labeler, earlier_ratings
from workbench.workspace.saving import save_rating

__all__ = ["commit", "opened", "os", "refused", "seen", "write"]

commit = threading.Event()
"""While it is clear nothing is written."""
write = threading.Event()
"""While it is clear nobody is told of what was written."""
refused: set[str] = set()
seen: dict[str, Any] = {"marks": [], "sessions": []}
for event in (commit, write):
    event.set()


class Place:
    """As much of a workspace as saving needs."""

    def __init__(self, store: Store) -> None:
        self.store = store


def made(path: Path) -> Store:
    """Open the database; make it with the utterances when it is not there."""
    url = f"sqlite:///{path}"
    if path.exists():
        return open_store(url, wait_s=1)
    create_database(url).close()
    store = open_store(url, wait_s=1)
    store.add_call(call_tables("0007"))
    segmentation = {
        "segmentation_id": "seg",
        "call_id": "0007",
        "unit": "utterance",
        "method": "by hand",
        "settings": {},
        "created_by": "tests",
        "created_at": NOW,
        "in_use": True,
    }
    utterances = UTTERANCES.assign(segmentation_id="seg", turn=range(5), created_at=NOW)
    store.add_segmentation(pd.DataFrame([segmentation]), utterances)
    store.add_rater("r01")
    store.add_taxonomy_version(taxonomy_from_definition(TAXONOMY))
    return store


def opened(path: str, **settings: Any) -> Labeler:
    """Open a Labeler on the database, as the workspace does."""
    store = made(Path(path))
    place = Place(store)

    def save(payload: dict[str, Any]) -> None:
        commit.wait(60)
        if payload["utterance_id"] in refused:
            raise InputError(
                f"The utterance {payload['utterance_id']} was taken out of the list while it was "
                "open."
            )
        save_rating(place, payload)  # type: ignore[arg-type]
        write.wait(60)

    ratings, tags, scores = store.current_ratings(rater_id="r01")
    notes = store.read("notes", rater_id="r01")
    return Labeler(
        UTTERANCES,
        TAXONOMY,
        rater_id="r01",
        audio=audio,
        peaks=peaks,
        words=WORDS,
        on_save=save,
        on_mark=lambda *mark: seen["marks"].append(mark),
        on_session=seen["sessions"].append,
        ratings=earlier_ratings(ratings, tags, scores, notes),
        autoplay=False,
        **{"keep_key": path} | settings,
    )
