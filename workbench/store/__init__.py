"""The store: calls, how they were cut, and people's work, in SQLite or PostgreSQL.

The only place of the workbench that opens a database. `open_store` gives a
`Store`; its methods take and return the tables of `workbench.schema`.
"""

from __future__ import annotations

from workbench.store.opening import create_database, migrate_database, open_store
from workbench.store.store import Store
from workbench.store.urls import check_database_url

__all__ = ["Store", "check_database_url", "create_database", "migrate_database", "open_store"]
