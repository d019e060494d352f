"""The decision record, and the encrypted inputs beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "decision",
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("moment", sa.DateTime, nullable=False, index=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("site", sa.String(64), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("client", sa.String(255), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("ms", sa.Float, nullable=False),
        sa.Column("knowledge", sa.String(32), nullable=False),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.Column("resources", sa.Integer, nullable=False),
        sa.Column("regimen", sa.String(64), nullable=False),
        sa.Column("set_aside", sa.Integer, nullable=False),
        sa.Column("cards", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("silent", sa.Text, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
    )
    op.create_table(
        "decision_input",
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("moment", sa.DateTime, nullable=False, index=True),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("decision_input", "decision"):
        op.drop_table(table)
