"""Find the generations that changed, or began, before they were made: all others come later."""

from __future__ import annotations

from delula.schema.changes import create_indexes, drop_index

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEXES = (
    (
        "console_generations_odd_updated",
        "generations",
        "(updated_at) INCLUDE (created_at, id) WHERE created_at > updated_at",
    ),
    (
        "console_generations_odd_started",
        "generations",
        "(processing_started_at) INCLUDE (created_at, id) WHERE created_at > processing_started_at",
    ),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
