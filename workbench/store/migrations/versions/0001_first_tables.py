"""The first tables: register, people's work, outcomes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from workbench.errors import StoreError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
INT = sa.BigInteger()
LATER: Any = {"deferrable": True, "initially": "DEFERRED"}
FLOAT: sa.Double[float] = sa.Double()
BOOL = sa.Boolean()
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON()
VERSION = ["taxonomy", "version"]
TAXONOMIES = ["taxonomies.taxonomy", "taxonomies.version"]


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("agent_id", TEXT, primary_key=True),
        sa.Column("team", TEXT),
        sa.Column("languages", TEXT),
        sa.Column("culture", TEXT),
    )
    op.create_table(
        "calls",
        sa.Column("call_id", TEXT, primary_key=True),
        sa.Column("started_at", TIME),
        sa.Column("utc_offset_min", INT),
        sa.Column("agent_id", TEXT),
        sa.Column("team", TEXT),
        sa.Column("customer_id", TEXT),
        sa.Column("queue", TEXT),
        sa.Column("reason", TEXT),
        sa.Column("direction", TEXT),
        sa.Column("language", TEXT),
        sa.Column("customer_culture", TEXT),
        sa.Column("handle_s", FLOAT),
        sa.Column("hold_s", FLOAT),
        sa.Column("n_transfers", INT),
        sa.Column("consent", TEXT),
        sa.Column("attributes", JSON),
    )
    op.create_table(
        "customers",
        sa.Column("customer_id", TEXT, primary_key=True),
        sa.Column("culture", TEXT),
        sa.Column("languages", TEXT),
        sa.Column("churned_at", TIME),
        sa.Column("observed_until", TIME),
    )
    op.create_table(
        "raters",
        sa.Column("rater_id", TEXT, primary_key=True),
        sa.Column("name", TEXT),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("languages", TEXT),
        sa.Column("culture", TEXT),
        sa.Column("training", TEXT),
        sa.Column("active", BOOL, nullable=False),
    )
    op.create_table(
        "taxonomies",
        sa.Column("taxonomy", TEXT, primary_key=True),
        sa.Column("version", TEXT, primary_key=True),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("parent_version", TEXT),
        sa.Column("changes", TEXT),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("channel", INT, primary_key=True),
        sa.Column("start_s", FLOAT, primary_key=True),
        sa.Column("kind", TEXT, primary_key=True),
        sa.Column("end_s", FLOAT),
        sa.Column("source", TEXT, nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("escalated", BOOL),
        sa.Column("escalated_at_s", FLOAT),
        sa.Column("qa_score", FLOAT),
        sa.Column("csat", FLOAT),
        sa.Column("nps", INT),
        sa.Column("survey_invited", BOOL),
        sa.Column("survey_answered", BOOL),
        sa.Column("resolved", BOOL),
        sa.Column("policy_period", TEXT),
        sa.Column("attributes", JSON),
    )
    op.create_table(
        "qa_items",
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("item", TEXT, primary_key=True),
        sa.Column("score", FLOAT, nullable=False),
        sa.Column("maximum", FLOAT, nullable=False),
    )
    op.create_table(
        "recordings",
        sa.Column("recording_id", TEXT, primary_key=True),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("codec", TEXT, nullable=False),
        sa.Column("sampling_rate_hz", INT, nullable=False),
        sa.Column("n_channels", INT, nullable=False),
        sa.Column("duration_s", FLOAT, nullable=False),
        sa.Column("offset_s", FLOAT, nullable=False),
    )
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])
    op.create_table(
        "segmentations",
        sa.Column("segmentation_id", TEXT, primary_key=True),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("in_use", BOOL, nullable=False),
    )
    op.create_index(
        "ux_segmentations_in_use",
        "segmentations",
        ["call_id", "unit"],
        unique=True,
        sqlite_where=sa.text("in_use"),
        postgresql_where=sa.text("in_use"),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", TEXT, primary_key=True),
        sa.Column("rater_id", TEXT, sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("order_mode", TEXT, nullable=False),
        sa.Column("headphones", BOOL),
        sa.Column("client", TEXT),
    )
    op.create_table(
        "words",
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("channel", INT, primary_key=True),
        sa.Column("start_s", FLOAT, primary_key=True),
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("end_s", FLOAT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("sentiment", TEXT),
    )
    op.create_table(
        "channels",
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), primary_key=True),
        sa.Column("channel", INT, primary_key=True),
        sa.Column("recording_id", TEXT, sa.ForeignKey("recordings.recording_id"), nullable=False),
        sa.Column("recording_channel", INT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("speaker_id", TEXT),
    )
    op.create_table(
        "examples",
        sa.Column("taxonomy", TEXT, primary_key=True),
        sa.Column("tag", TEXT, primary_key=True),
        sa.Column("example_id", TEXT, primary_key=True),
        sa.Column("recording_id", TEXT, sa.ForeignKey("recordings.recording_id")),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id")),
        sa.Column("channel", INT),
        sa.Column("start_s", FLOAT),
        sa.Column("end_s", FLOAT),
        sa.Column("note", TEXT),
    )
    op.create_table(
        "traces",
        sa.Column("trace_id", TEXT, primary_key=True),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("channel", INT),
        sa.Column("rater_id", TEXT, sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("session_id", TEXT, sa.ForeignKey("sessions.session_id")),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("pass", TEXT, nullable=False),
        sa.Column("lag_s", FLOAT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column(
            "supersedes",
            TEXT,
            sa.ForeignKey("traces.trace_id", **LATER),
        ),
    )
    op.create_index("ix_traces_call_id", "traces", ["call_id"])
    op.create_index("ux_traces_supersedes", "traces", ["supersedes"], unique=True)
    op.create_table(
        "utterances",
        sa.Column("utterance_id", TEXT, primary_key=True),
        sa.Column(
            "segmentation_id", TEXT, sa.ForeignKey("segmentations.segmentation_id"), nullable=False
        ),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id"), nullable=False),
        sa.Column("channel", INT),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("speaker_id", TEXT),
        sa.Column("agent_id", TEXT),
        sa.Column("start_s", FLOAT, nullable=False),
        sa.Column("end_s", FLOAT, nullable=False),
        sa.Column("turn", INT),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("retired_at", TIME),
    )
    op.create_index("ix_utterances_call_id", "utterances", ["call_id"])
    op.create_index("ix_utterances_segmentation_id", "utterances", ["segmentation_id"])
    op.create_table(
        "assignments",
        sa.Column("assignment_id", TEXT, primary_key=True),
        sa.Column("rater_id", TEXT, sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("utterance_id", TEXT, sa.ForeignKey("utterances.utterance_id"), nullable=False),
        sa.Column("pass", TEXT, nullable=False),
        sa.Column("worklist", TEXT, nullable=False),
        sa.Column("position", INT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
    )
    op.create_index("ix_assignments_rater_id", "assignments", ["rater_id"])
    op.create_index("ix_assignments_utterance_id", "assignments", ["utterance_id"])
    op.create_table(
        "gold",
        sa.Column("utterance_id", TEXT, sa.ForeignKey("utterances.utterance_id"), primary_key=True),
        sa.Column("taxonomy", TEXT, primary_key=True),
        sa.Column("version", TEXT, primary_key=True),
        sa.Column("pass", TEXT, primary_key=True),
        sa.Column("expected", JSON, nullable=False),
        sa.Column("tolerance", JSON),
        sa.Column("set_by", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(VERSION, TAXONOMIES),
    )
    op.create_table(
        "trace_points",
        sa.Column("trace_id", TEXT, sa.ForeignKey("traces.trace_id"), primary_key=True),
        sa.Column("time_s", FLOAT, primary_key=True),
        sa.Column("value", FLOAT, nullable=False),
    )
    op.create_table(
        "utterance_links",
        sa.Column("parent_id", TEXT, sa.ForeignKey("utterances.utterance_id"), primary_key=True),
        sa.Column("child_id", TEXT, sa.ForeignKey("utterances.utterance_id"), primary_key=True),
        sa.Column("kind", TEXT, nullable=False),
    )
    op.create_table(
        "ratings",
        sa.Column("rating_id", TEXT, primary_key=True),
        sa.Column("utterance_id", TEXT, sa.ForeignKey("utterances.utterance_id"), nullable=False),
        sa.Column("rater_id", TEXT, sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("session_id", TEXT, sa.ForeignKey("sessions.session_id")),
        sa.Column("assignment_id", TEXT, sa.ForeignKey("assignments.assignment_id")),
        sa.Column("taxonomy", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("pass", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("certainty", FLOAT),
        sa.Column("cues_named", TEXT),
        sa.Column("n_plays", INT),
        sa.Column("heard_share", FLOAT),
        sa.Column("heard_until_s", FLOAT),
        sa.Column("text_seen", BOOL),
        sa.Column("suggestion_seen", BOOL),
        sa.Column("position", INT),
        sa.Column("elapsed_ms", INT),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column(
            "supersedes",
            TEXT,
            sa.ForeignKey("ratings.rating_id", **LATER),
        ),
        sa.Column("retracted", BOOL, nullable=False),
        sa.ForeignKeyConstraint(VERSION, TAXONOMIES),
    )
    op.create_index("ix_ratings_utterance_id", "ratings", ["utterance_id"])
    op.create_index("ix_ratings_rater_id", "ratings", ["rater_id"])
    op.create_index("ux_ratings_supersedes", "ratings", ["supersedes"], unique=True)
    op.create_table(
        "adjudications",
        sa.Column("adjudication_id", TEXT, primary_key=True),
        sa.Column("utterance_id", TEXT, sa.ForeignKey("utterances.utterance_id"), nullable=False),
        sa.Column("lead_id", TEXT, sa.ForeignKey("raters.rater_id"), nullable=False),
        sa.Column("rating_id", TEXT, sa.ForeignKey("ratings.rating_id"), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "notes",
        sa.Column("note_id", TEXT, primary_key=True),
        sa.Column("rating_id", TEXT, sa.ForeignKey("ratings.rating_id")),
        sa.Column("call_id", TEXT, sa.ForeignKey("calls.call_id")),
        sa.Column("rater_id", TEXT, sa.ForeignKey("raters.rater_id")),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("text", TEXT),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("erased_at", TIME),
    )
    op.create_index("ix_notes_rating_id", "notes", ["rating_id"])
    op.create_index("ix_notes_call_id", "notes", ["call_id"])
    op.create_table(
        "scores",
        sa.Column("rating_id", TEXT, sa.ForeignKey("ratings.rating_id"), primary_key=True),
        sa.Column("dimension", TEXT, primary_key=True),
        sa.Column("value", FLOAT, nullable=False),
        sa.Column("imported_value", TEXT),
    )
    op.create_table(
        "shifts",
        sa.Column("rating_id", TEXT, sa.ForeignKey("ratings.rating_id"), primary_key=True),
        sa.Column("at_s", FLOAT, primary_key=True),
        sa.Column("from_tag", TEXT),
        sa.Column("to_tag", TEXT),
    )
    op.create_table(
        "tags",
        sa.Column("rating_id", TEXT, sa.ForeignKey("ratings.rating_id"), primary_key=True),
        sa.Column("tag", TEXT, primary_key=True),
        sa.Column("intensity", FLOAT),
        sa.Column("share", FLOAT),
        sa.Column("primary", BOOL, nullable=False),
    )


def downgrade() -> None:
    raise StoreError(
        "There is no version before 0001; going back would delete every rating. "
        "To start again, make a new workspace."
    )
