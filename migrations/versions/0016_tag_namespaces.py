"""Namespaces of hidden tags with their rules, former names of tags, and what merges have rewritten."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE IF NOT EXISTS dashboard.tag_namespace (
    name text PRIMARY KEY,
    description text NOT NULL DEFAULT '',
    at_least integer NOT NULL DEFAULT 0 CONSTRAINT tag_namespace_at_least CHECK (at_least >= 0),
    at_most integer CONSTRAINT tag_namespace_at_most CHECK (at_most >= greatest(at_least, 1)),
    generation_types text[] NOT NULL DEFAULT '{}',
    choices jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS dashboard.tag_alias (
    name text PRIMARY KEY,
    tag_id integer NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS tag_alias_folded ON dashboard.tag_alias (lower(name));
CREATE INDEX IF NOT EXISTS tag_alias_tag ON dashboard.tag_alias (tag_id);
CREATE TABLE IF NOT EXISTS dashboard.tag_rewrite (
    entry_id bigint NOT NULL,
    recipe_id integer NOT NULL,
    former integer[] NOT NULL,
    later integer[] NOT NULL,
    PRIMARY KEY (entry_id, recipe_id)
);
"""

# What the product's own hidden tags mean: every recipe stands on one shelf and is made in one way, and the
# way has to fit what the recipe makes. Whether it is fit for all ages may be left unsaid.
NAMESPACES = """
INSERT INTO dashboard.tag_namespace (name, description, at_least, at_most, choices) VALUES
    ('category', 'The shelf on which a recipe stands.', 1, 1, '{"video": ["video"], "image": ["image"]}'),
    ('workflow', 'How a recipe makes what it makes.', 1, 1,
        '{"text_to_video": ["video"], "image_to_video": ["video"], "text_to_image": ["image"]}'),
    ('rating', 'For whom it is fit.', 0, 1, '{}')
ON CONFLICT (name) DO NOTHING;
"""


def upgrade() -> None:
    """Make the tables, with the namespaces that the product has."""
    op.execute(TABLES)
    op.execute(NAMESPACES)


def downgrade() -> None:
    """Drop them; they are the console's own."""
    op.execute("DROP TABLE IF EXISTS dashboard.tag_rewrite, dashboard.tag_alias, dashboard.tag_namespace")
