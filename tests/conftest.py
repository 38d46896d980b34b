"""Fixtures that every test may use."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.stores import database_url, postgres, rated, ready_file, store, store_url

__all__ = ["database_url", "postgres", "rated", "ready_file", "store", "store_url"]

# how long a test takes depends on what else the machine does
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Widgets answer before the next line of a test, however busy the machine."""
    monkeypatch.setattr("workbench.widgets.answering.PATIENCE_S", 60.0)
