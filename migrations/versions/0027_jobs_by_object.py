"""What was done in the background to one object, found without going through all jobs."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the objects of jobs; the table is the console's own."""
    op.execute(
        "CREATE INDEX IF NOT EXISTS job_progress_object"
        " ON dashboard.job_progress (object_kind, object_id, job_id) WHERE object_kind IS NOT NULL"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("DROP INDEX IF EXISTS dashboard.job_progress_object")
