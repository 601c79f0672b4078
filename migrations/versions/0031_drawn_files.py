"""Of which files the scan of the bucket expects pictures."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; each scan fills the table anew."""
    op.execute(
        "ALTER TABLE dashboard.stored_reference"
        " ADD COLUMN IF NOT EXISTS is_drawn boolean NOT NULL DEFAULT false"
    )


def downgrade() -> None:
    """Drop it; the table is the console's own."""
    op.execute("ALTER TABLE dashboard.stored_reference DROP COLUMN IF EXISTS is_drawn")
