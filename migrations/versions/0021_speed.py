"""Indexes for what was slow at a million generations: a filter on one thing under the order of another."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index, trigram_operator_class

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# As migration 0004 has it.
DURATION = """(CASE WHEN status = ANY (ARRAY['completed', 'failed'])
    AND isfinite(updated_at) AND isfinite(processing_started_at)
    THEN EXTRACT(epoch FROM updated_at - processing_started_at)::float8 END)"""

INDEXES = (
    # A month of changes, newest first, is read from the index alone.
    ("console_generations_updated_created", "generations", "(updated_at, id) INCLUDE (created_at)"),
    (
        "console_generations_started_created",
        "generations",
        "(processing_started_at, id) INCLUDE (created_at)",
    ),
    # A recipe's dearest and slowest.
    ("console_generations_recipe_cost", "generations", "(recipe_id, credits_cost, id)"),
    ("console_generations_recipe_duration", "generations", f"(recipe_id, {DURATION}, id)"),
)

#: Those of migration 0004 in whose place the first two come.
REPLACED = (
    ("console_generations_updated", "generations", "(updated_at, id)"),
    ("console_generations_started", "generations", "(processing_started_at, id)"),
)

REASON = "console_generations_reason"


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    operator_class = trigram_operator_class(op.get_bind())
    if operator_class is not None:
        definition = f"USING gin (failure_reason {operator_class}) WHERE failure_reason IS NOT NULL"
        create_indexes([(REASON, "generations", definition)])
    for name, _, _ in REPLACED:
        drop_index(name)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        op.execute("ANALYZE public.generations")


def downgrade() -> None:
    """Put back what was replaced, and drop what upgrade built."""
    create_indexes(REPLACED)
    for name in (REASON, *(name for name, _, _ in INDEXES)):
        drop_index(name)
