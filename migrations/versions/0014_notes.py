"""Notes of staff about users."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NOTES = """
CREATE TABLE IF NOT EXISTS dashboard.user_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL CONSTRAINT user_note_key UNIQUE,
    user_id text NOT NULL,
    body text NOT NULL,
    staff_id bigint,
    author text NOT NULL,
    entry_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz
);
CREATE INDEX IF NOT EXISTS user_note_newest ON dashboard.user_note (user_id, id DESC)
    WHERE removed_at IS NULL;
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(NOTES)


def downgrade() -> None:
    """Drop it; it is the console's own."""
    op.execute("DROP TABLE IF EXISTS dashboard.user_note")
