"""Versions of taxonomies inside a transaction: frozen as soon as somebody's work names them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import StoreError
from workbench.store.frames import insert_rows, storable
from workbench.store.layout import METADATA
from workbench.taxonomies import Taxonomy


def put_version(connection: Connection, taxonomy: Taxonomy, changes: str | None) -> None:
    """Write a version of a taxonomy, or replace one that nobody's work names yet.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    taxonomy : Taxonomy
        The version.
    changes : str or None
        What changed against the version before.

    Raises
    ------
    StoreError
        If the version is frozen with another definition.
    """
    sql = METADATA.tables["taxonomies"]
    found = connection.execute(
        sa.select(sql.c.version, sql.c.sha256)
        .where(sql.c.taxonomy == taxonomy.taxonomy)
        .order_by(sql.c.created_at)
    ).all()
    stored = {row.version: row.sha256 for row in found}
    if stored.get(taxonomy.version) == taxonomy.sha256:
        return
    others = [version for version in stored if version != taxonomy.version]
    row = {
        "taxonomy": taxonomy.taxonomy,
        "version": taxonomy.version,
        "definition": taxonomy.definition,
        "sha256": taxonomy.sha256,
        "parent_version": others[-1] if others else None,
        "changes": changes,
        "created_at": datetime.now(UTC),
    }
    if taxonomy.version in stored:
        _refuse_frozen(connection, taxonomy, stored)
        mine = (sql.c.taxonomy == taxonomy.taxonomy) & (sql.c.version == taxonomy.version)
        connection.execute(sa.update(sql).where(mine).values(row))
    else:
        insert_rows(connection, "taxonomies", storable(pd.DataFrame([row]), "taxonomies"))


def _refuse_frozen(connection: Connection, taxonomy: Taxonomy, stored: Collection[str]) -> None:
    name, version = taxonomy.taxonomy, taxonomy.version
    for table, what in (("ratings", "ratings"), ("gold", "agreed answers")):
        sql = METADATA.tables[table]
        mine = (sql.c.taxonomy == name) & (sql.c.version == version)
        count = connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
        if count:
            raise StoreError(
                f"The taxonomy {name}, version {version}, is frozen: {count} {what} were made "
                "with another text of it and must keep their meaning. Give the changed file "
                f'another version (version: "{_next(version, stored)}"), or put the old text '
                f'back; store.frozen_taxonomy("{name}", "{version}") gives it.'
            )


def _next(version: str, taken: Collection[str]) -> str:
    head = version.rstrip("0123456789")
    after = int(version[len(head) :] or 0) + 1
    while f"{head}{after}" in taken:
        after += 1
    return f"{head}{after}"
