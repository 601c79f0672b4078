"""Let the list of recipes be sorted by generations and by stock along indexes, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = ("generations", "stock")


def upgrade() -> None:
    """Add the indexes; the table is small and our own."""
    for column in COLUMNS:
        index = f"recipe_totals_{column}"
        op.execute(f"CREATE INDEX IF NOT EXISTS {index} ON dashboard.recipe_totals ({column}, recipe_id)")


def downgrade() -> None:
    """Drop them."""
    for column in COLUMNS:
        op.execute(f"DROP INDEX IF EXISTS dashboard.recipe_totals_{column}")
