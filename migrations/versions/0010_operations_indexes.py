"""The indexes that queue, backlog and palette stand on and that the product does not have."""

from __future__ import annotations

from delula.schema.changes import create_indexes, drop_index

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, str], ...] = (
    # What lies ready: a few thousand entries whatever the size of the table.
    (
        "console_generations_backlog",
        "generations",
        "(recipe_id, status, created_at) WHERE user_id = 'system_backlog'",
    ),
    ("console_backlog_videos_created", "backlog_videos", "(created_at, id)"),
    ("console_backlog_videos_given", "backlog_videos", "(used_at, id) INCLUDE (recipe_id)"),
    ("console_backlog_videos_recipe", "backlog_videos", "(recipe_id, created_at DESC)"),
    ("console_backlog_videos_used", "backlog_videos", "(is_used, created_at DESC)"),
    ("console_backlog_videos_asset", "backlog_videos", "(asset_id)"),
    ("console_backlog_videos_short_id", "backlog_videos", "(short_id)"),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
