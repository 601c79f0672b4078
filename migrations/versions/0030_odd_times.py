"""Find the generations that changed, or began, before they were made: all others come later."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from delula.db import PRODUCT_SCHEMA
from delula.schema.changes import create_indexes, drop_index

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

#: By the column with the later time.
INDEXES = {
    "updated_at": "console_generations_odd_updated",
    "processing_started_at": "console_generations_odd_started",
}


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(
        [
            (name, "generations", f"({later}) INCLUDE (created_at, id) WHERE created_at > {later}")
            for later, name in INDEXES.items()
            if _are_comparable(later)
        ]
    )


def _are_comparable(later: str) -> bool:
    """Whether both times are of one type: no index can tell a time with a zone from one without."""
    types = text("""
        SELECT count(DISTINCT atttypid) FROM pg_attribute
        WHERE attrelid = to_regclass(:table) AND attname IN ('created_at', :later)""")
    table = f"{PRODUCT_SCHEMA}.generations"
    return op.get_bind().scalar(types, {"table": table, "later": later}) == 1


def downgrade() -> None:
    """Drop what upgrade built."""
    for name in INDEXES.values():
        drop_index(name)
