"""How the tables of the schema lie in a database: types, references, indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from workbench.errors import InputError, nearest
from workbench.schema import TABLES, Table

PARTS = ("register", "people", "outcomes")

REFERENCES: dict[str, dict[tuple[str, ...], str]] = {
    "recordings": {("call_id",): "calls"},
    "channels": {("call_id",): "calls", ("recording_id",): "recordings"},
    "segmentations": {("call_id",): "calls"},
    "utterances": {("segmentation_id",): "segmentations", ("call_id",): "calls"},
    "utterance_links": {("parent_id",): "utterances", ("child_id",): "utterances"},
    "words": {("call_id",): "calls"},
    "events": {("call_id",): "calls"},
    "sessions": {("rater_id",): "raters"},
    "assignments": {("rater_id",): "raters", ("utterance_id",): "utterances"},
    "ratings": {
        ("utterance_id",): "utterances",
        ("rater_id",): "raters",
        ("session_id",): "sessions",
        ("assignment_id",): "assignments",
        ("taxonomy", "version"): "taxonomies",
        ("supersedes",): "ratings",
    },
    "tags": {("rating_id",): "ratings"},
    "scores": {("rating_id",): "ratings"},
    "shifts": {("rating_id",): "ratings"},
    "notes": {
        ("rating_id",): "ratings",
        ("call_id",): "calls",
        ("utterance_id",): "utterances",
        ("rater_id",): "raters",
    },
    "traces": {
        ("call_id",): "calls",
        ("rater_id",): "raters",
        ("session_id",): "sessions",
        ("supersedes",): "traces",
    },
    "trace_points": {("trace_id",): "traces"},
    "gold": {("utterance_id",): "utterances", ("taxonomy", "version"): "taxonomies"},
    "clips": {("rater_id",): "raters", ("call_id",): "calls"},
    "examples": {("clip_id",): "clips", ("call_id",): "calls"},
    "adjudications": {
        ("utterance_id",): "utterances",
        ("lead_id",): "raters",
        ("rating_id",): "ratings",
    },
    "outcomes": {("call_id",): "calls"},
    "qa_items": {("call_id",): "calls"},
}
"""Columns that must name a row of another table, by its key."""

INDEXES: dict[str, tuple[str, ...]] = {
    "recordings": ("call_id",),
    "utterances": ("call_id", "segmentation_id"),
    "ratings": ("utterance_id", "rater_id", "assignment_id"),
    "assignments": ("rater_id", "utterance_id"),
    "notes": ("rating_id", "call_id"),
    "traces": ("call_id",),
    "clips": ("call_id",),
}
"""Columns beside the key by which rows are looked up."""

REPLACED_ONCE = ("ratings", "traces")
"""Tables in which a row may be superseded by one other only."""


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC; SQLite has no zones, so it is kept there without and read back with."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment to UTC on its way in."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that a moment is UTC on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_TYPES: dict[str, Any] = {
    "str": sa.Text(),
    "int": sa.BigInteger(),
    "float": sa.Double(),
    "bool": sa.Boolean(),
    "time": UtcTime(),
    "json": sa.JSON(none_as_null=True),
}


def _sql_table(table: Table, metadata: sa.MetaData) -> sa.Table:
    columns = [
        sa.Column(
            column.name,
            _TYPES[column.kind],
            primary_key=column.name in table.key,
            nullable=not column.required,
            autoincrement=False,
        )
        for column in table.columns.values()
    ]
    references = [
        sa.ForeignKeyConstraint(
            own,
            [f"{other}.{key}" for key in TABLES[other].key],
            deferrable=True if other == table.name else None,
            initially="DEFERRED" if other == table.name else None,
        )
        for own, other in REFERENCES.get(table.name, {}).items()
    ]
    sql = sa.Table(table.name, metadata, *columns, *references)
    for name in INDEXES.get(table.name, ()):
        sa.Index(f"ix_{table.name}_{name}", sql.c[name])
    if table.name in REPLACED_ONCE:
        sa.Index(f"ux_{table.name}_supersedes", sql.c.supersedes, unique=True)
    if table.name == "segmentations":
        sa.Index(
            "ux_segmentations_in_use",
            sql.c.call_id,
            sql.c.unit,
            unique=True,
            sqlite_where=sql.c.in_use,
            postgresql_where=sql.c.in_use,
        )
    return sql


def _build() -> sa.MetaData:
    metadata = sa.MetaData()
    for table in TABLES.values():
        if table.part in PARTS:
            _sql_table(table, metadata)
    return metadata


METADATA = _build()
"""Every stored table, in SQLAlchemy's terms."""


def stored_table(name: str) -> tuple[Table, sa.Table]:
    """Find a table that the database holds.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    table : Table
        Columns, dtypes and key.
    sql : sqlalchemy.Table
        The same in the database.

    Raises
    ------
    InputError
        If there is no such table, or it is computed and not stored.
    """
    if name not in METADATA.tables:
        if name in TABLES:
            raise InputError(
                f'The table "{name}" is computed from others and not stored; '
                f'ws.table("{name}") computes it.'
            )
        raise InputError(
            f'The database has no table "{name}".{nearest(name, METADATA.tables)} '
            f"It has: {', '.join(METADATA.tables)}."
        )
    return TABLES[name], METADATA.tables[name]
