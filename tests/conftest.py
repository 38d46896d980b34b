"""Fixtures that every test may use."""

from __future__ import annotations

from tests.stores import database_url, postgres, rated, ready_file, store, store_url

__all__ = ["database_url", "postgres", "rated", "ready_file", "store", "store_url"]
