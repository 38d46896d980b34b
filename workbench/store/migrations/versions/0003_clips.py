"""Recordings made with the microphone, and examples that name them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workbench.errors import StoreError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clips",
        sa.Column("clip_id", sa.Text(), primary_key=True),
        sa.Column("rater_id", sa.Text(), sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("sampling_rate_hz", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Text(), sa.ForeignKey("calls.call_id")),
        sa.Column("note", sa.Text()),
    )
    op.create_index("ix_clips_call_id", "clips", ["call_id"])
    # an example that named a recording of a call is the same seconds of that call
    op.execute(
        "UPDATE examples SET (call_id, start_s, end_s) = "
        "(SELECT call_id, offset_s, offset_s + duration_s FROM recordings "
        "WHERE recordings.recording_id = examples.recording_id) "
        "WHERE recording_id IS NOT NULL AND call_id IS NULL"
    )
    with op.batch_alter_table("examples") as examples:
        examples.drop_column("recording_id")
        examples.add_column(sa.Column("clip_id", sa.Text()))
        examples.create_foreign_key("fk_examples_clip_id", "clips", ["clip_id"], ["clip_id"])


def downgrade() -> None:
    raise StoreError(
        "Version 0003 keeps recordings that 0001 has no place for. To go back, open the copy "
        "that was put beside the database when it was migrated."
    )
