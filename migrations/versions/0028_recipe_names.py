"""Find recipes by a part of their name without reading all of them, where the database has pg_trgm."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index, trigram_operator_class

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEX, TABLE = "console_recipes_name_parts", "recipes"


def upgrade() -> None:
    """Build the index, without blocking the product's writers."""
    operator_class = trigram_operator_class(op.get_bind())
    if operator_class is not None:
        create_indexes([(INDEX, TABLE, f"USING gin (name {operator_class})")])


def downgrade() -> None:
    """Drop what upgrade built."""
    drop_index(INDEX)
