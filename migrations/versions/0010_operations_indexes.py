"""The indexes that queue, backlog and palette stand on and that the product does not have."""

from __future__ import annotations

from alembic import op

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
    # What an address leads to that somebody pastes into the palette; a hash takes a text of any length.
    ("console_generations_video", "generations", "USING hash (video_url)"),
    ("console_generations_image", "generations", "USING hash (image_url)"),
    # Many rows may share a thumbnail that stands for none, which would make an index of hashes slow to write.
    (
        "console_generations_thumbnail",
        "generations",
        "(hashtext(thumbnail_url)) WHERE thumbnail_url IS NOT NULL",
    ),
    ("console_user_assets_address", "user_assets", "USING hash (cdn_url)"),
    (
        "console_user_assets_thumbnail",
        "user_assets",
        "(hashtext(thumbnail_url)) WHERE thumbnail_url IS NOT NULL",
    ),
    ("console_backlog_videos_key", "backlog_videos", "USING hash (s3_key)"),
    ("console_backlog_videos_video", "backlog_videos", "USING hash (video_url)"),
    ("console_recipe_samples_file", "recipe_samples", "USING hash (high_res_url)"),
    ("console_recipe_samples_preview", "recipe_samples", "USING hash (preview_url)"),
    ("console_recipe_samples_thumbnail", "recipe_samples", "USING hash (thumbnail_url)"),
    # Names of which somebody types the beginning.
    ("console_recipes_name_start", "recipes", "(lower(left(name, 200)) text_pattern_ops)"),
    ("console_recipes_slug_start", "recipes", "(lower(slug) text_pattern_ops)"),
    ("console_tags_name_start", "tags", "(lower(name) text_pattern_ops)"),
    ("console_components_id_start", "component_registry", "(lower(component_id) text_pattern_ops)"),
    ("console_components_name_start", "component_registry", "(lower(name) text_pattern_ops)"),
    ("console_providers_title_start", "providers", "(lower(title) text_pattern_ops)"),
)

#: How the definition of an index over an expression begins.
EXPRESSION = ("(lower(", "(hashtext(")


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        for table in sorted({table for _, table, definition in INDEXES if definition.startswith(EXPRESSION)}):
            op.execute(f"ANALYZE public.{table}")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
