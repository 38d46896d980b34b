"""Worklists know how they were made; a note may be about an utterance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workbench.errors import StoreError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.create_table(
        "worklists",
        sa.Column("worklist", TEXT, primary_key=True),
        sa.Column("order_mode", TEXT, nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("settings", sa.JSON()),
        sa.Column("created_by", TEXT),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_ratings_assignment_id", "ratings", ["assignment_id"])
    # alembic cannot add a column with a reference to a table of SQLite
    op.execute("ALTER TABLE notes ADD COLUMN utterance_id TEXT REFERENCES utterances")


def downgrade() -> None:
    raise StoreError(
        "Going back from version 0002 would delete worklists and flags. Put back the copy that "
        "was made before migrating."
    )
