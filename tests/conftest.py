"""Fixtures that every test may use."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.stores import database_url, postgres, rated, ready_file, store, store_url

LONG = (
    "test_coverage",
    "test_cues_made_truth",
    "test_prosody_f0",
    "test_real_path",
    "test_prosody_measures",
    "test_prosody_recordings",
)
"""Files that take longest go first, so that no process is left alone with one at the end."""

__all__ = ["database_url", "postgres", "rated", "ready_file", "store", "store_url"]

# how long a test takes depends on what else the machine does
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items):
    """Begin with the long files; the others keep their order."""
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(autouse=True)
def widgets_alone(monkeypatch):
    """Widgets need no browser side, and answer before the next line however busy the machine."""
    for module in ("answering", "figure"):
        monkeypatch.setattr(f"workbench.widgets.{module}.bundle", lambda name: f"/* {name} */")
    monkeypatch.setattr("workbench.widgets.answering.PATIENCE_S", 60.0)
