"""What the pages of many rows are made of: sums by hour and day, and totals of each user."""

from __future__ import annotations

from delula.schema.changes import create_indexes, drop_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, str], ...] = ()


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
