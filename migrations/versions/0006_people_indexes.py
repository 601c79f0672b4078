"""The indexes that the pages of users and credits stand on and that the product does not have."""

from __future__ import annotations

from delula.schema.changes import create_indexes, drop_index

revision = "0006"
down_revision = "0005"
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
