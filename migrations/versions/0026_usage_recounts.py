"""Which usage counts a rebuild has changed."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CHANGES = """
CREATE TABLE IF NOT EXISTS dashboard.usage_recount (
    job_id bigint NOT NULL REFERENCES jobs.procrastinate_jobs ON DELETE CASCADE,
    recipe_id integer NOT NULL,
    before integer NOT NULL,
    before_in_usage integer,
    after integer NOT NULL,
    PRIMARY KEY (job_id, recipe_id)
)
"""


def upgrade() -> None:
    """Make the table; its rows go with their job."""
    op.execute(CHANGES)


def downgrade() -> None:
    """Drop it; it is the console's own."""
    op.execute("DROP TABLE IF EXISTS dashboard.usage_recount")
