"""Feedback, cards shown, values of the site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("outcome_at", sa.DateTime, nullable=False),
        sa.Column("reason_system", sa.String(255), nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=False),
        sa.Column("commented", sa.Boolean, nullable=False),
        sa.Column("suggestions", sa.String(1000), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("card", "outcome", "outcome_at", "reason_system", "reason_code", "suggestions", name="feedback_once"),
    )
    op.create_table(
        "shown",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("indicator", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "service", "topic", "indicator", name="shown_pk"),
    )
    op.create_table("site", sa.Column("name", sa.String(32), primary_key=True), sa.Column("value", sa.String(200), nullable=False))


def downgrade() -> None:
    """Drop them."""
    for table in ("site", "shown", "feedback"):
        op.drop_table(table)
