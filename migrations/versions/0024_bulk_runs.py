"""Runs of a command on many rows: what was selected, and what came of each."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

RUNS = """
CREATE TABLE IF NOT EXISTS dashboard.bulk_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command text NOT NULL,
    staff_id bigint,
    actor text NOT NULL,
    ids text[] NOT NULL,
    fields jsonb NOT NULL,
    back text NOT NULL,
    takes_back bigint REFERENCES dashboard.bulk_run (id),
    selected_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX IF NOT EXISTS bulk_run_waiting ON dashboard.bulk_run (selected_at) WHERE started_at IS NULL;
CREATE TABLE IF NOT EXISTS dashboard.bulk_run_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES dashboard.bulk_run (id),
    object_id text NOT NULL,
    entry_id bigint REFERENCES dashboard.audit_log (id),
    said text NOT NULL
);
CREATE INDEX IF NOT EXISTS bulk_run_item_run ON dashboard.bulk_run_item (run_id, id);
CREATE INDEX IF NOT EXISTS bulk_run_item_entry ON dashboard.bulk_run_item (entry_id);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(RUNS)


def downgrade() -> None:
    """Drop them; they are the console's own."""
    op.execute("DROP TABLE IF EXISTS dashboard.bulk_run_item, dashboard.bulk_run")
