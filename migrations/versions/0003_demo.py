"""Which demo data the product's tables hold, so that nothing else is ever taken for them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CREATE = """
CREATE TABLE IF NOT EXISTS dashboard.demo_run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seed bigint NOT NULL,
    generations bigint NOT NULL,
    assets bigint NOT NULL,
    usage bigint NOT NULL,
    until timestamp NOT NULL,
    last_ids jsonb NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


def upgrade() -> None:
    """Create the table of demo runs."""
    op.execute(CREATE)


def downgrade() -> None:
    """Drop it; the demo rows stay, and from then on nobody can tell them from others."""
    op.execute("DROP TABLE IF EXISTS dashboard.demo_run")
