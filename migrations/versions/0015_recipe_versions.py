"""Versions of recipes: what each was before and after every edit, whoever made it."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# JSON's own null and no value at all are both null in `row`: `json_nulls` names the columns of the former.
VERSIONS = """
CREATE TABLE IF NOT EXISTS dashboard.recipe_version (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipe_id integer NOT NULL,
    number integer NOT NULL,
    row jsonb NOT NULL,
    json_nulls text[] NOT NULL,
    digest text NOT NULL,
    origin text NOT NULL CONSTRAINT recipe_version_origin CHECK (origin IN ('found', 'console', 'product')),
    action text,
    actor text,
    entry_id bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT recipe_version_number UNIQUE (recipe_id, number)
);
CREATE INDEX IF NOT EXISTS recipe_version_entry ON dashboard.recipe_version (entry_id)
    WHERE entry_id IS NOT NULL;
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(VERSIONS)


def downgrade() -> None:
    """Drop it; it is the console's own."""
    op.execute("DROP TABLE IF EXISTS dashboard.recipe_version")
