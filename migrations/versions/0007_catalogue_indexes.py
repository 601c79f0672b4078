"""The indexes that the pages of recipes, tags and samples stand on and that the product does not have."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, str], ...] = (
    # The recipes that carry a tag.
    ("console_recipes_tags", "recipes", "USING gin (tag_highlights)"),
    # What the list of samples is sorted by, and what one value of a field leaves, newest first.
    ("console_recipe_samples_created", "recipe_samples", "(created_at, id)"),
    ("console_recipe_samples_updated", "recipe_samples", "(updated_at, id)"),
    ("console_recipe_samples_likes", "recipe_samples", "(like_count, id)"),
    ("console_recipe_samples_downloads", "recipe_samples", "(download_count, id)"),
    ("console_recipe_samples_size", "recipe_samples", "(file_size, id)"),
    ("console_recipe_samples_status", "recipe_samples", "(moderation_status, created_at DESC)"),
    ("console_recipe_samples_type", "recipe_samples", "(type, created_at DESC)"),
    ("console_recipe_samples_recipe", "recipe_samples", "(recipe_id, created_at DESC)"),
    ("console_recipe_samples_user", "recipe_samples", "(user_id, created_at DESC)"),
    (
        "console_recipe_samples_prompt",
        "recipe_samples",
        "USING gin (to_tsvector('english', left(original_prompt, 50000)))",
    ),
    # The recipes that have an option.
    ("console_recipes_steps", "recipes", "USING gin (recipe_steps jsonb_path_ops)"),
    # What the list of recipes is sorted by at first, and what its filter searches. Counts have none: an index
    # on what changes with every generation would cost the product more than it saves here.
    ("console_recipes_created", "recipes", "(created_at, id)"),
    ("console_recipes_name", "recipes", "(left(name, 200), id)"),
    ("console_recipes_cost", "recipes", "(credit_cost, id)"),
    ("console_recipes_slug", "recipes", "(slug)"),
    ("console_recipes_prompt", "recipes", "USING gin (to_tsvector('english', left(prompt, 50000)))"),
    ("console_recipes_odd_steps", "recipes", "(created_at, id) WHERE jsonb_typeof(recipe_steps) <> 'array'"),
    # What the creators of a recipe earned.
    ("console_revenue_shares_recipe", "revenue_shares", "(recipe_id, created_at, creator_earnings)"),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        for table in sorted({table for _, table, _ in INDEXES}):
            op.execute(f"ANALYZE public.{table}")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
