"""Launches and sessions of the SMART app."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "smart_pending",
        sa.Column("lookup", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("keep_until", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "smart_session",
        sa.Column("lookup", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("record", sa.LargeBinary),
        sa.Column("answers", sa.LargeBinary),
        sa.Column("keep_until", sa.DateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("smart_session", "smart_pending"):
        op.drop_table(table)
