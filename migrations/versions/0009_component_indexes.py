"""The indexes that the pages of components stand on and that the product does not have."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The runs of components are the largest table: each index stands for a question that is asked every day.
INDEXES = (
    # The runs of one component, newest first, and by how long they took. Equal durations share an entry,
    # which they could not with the id behind them: so these are a fifth and a third as large. And if only
    # that of all durations ended in the id, the planner would walk it for the slowest runs of a quick
    # component, past millions of others.
    ("console_component_usage_component", "component_usage", "(component_id, created_at DESC)"),
    (
        "console_component_usage_component_duration",
        "component_usage",
        "(component_id, processing_time_ms)",
    ),
    # All runs by how long they took.
    ("console_component_usage_duration", "component_usage", "(processing_time_ms)"),
    # The failed ones, of which there are few: of all components, of one, and by what went wrong.
    ("console_component_usage_failed", "component_usage", "(created_at, id) WHERE NOT success"),
    (
        "console_component_usage_component_failed",
        "component_usage",
        "(component_id, created_at DESC) WHERE NOT success",
    ),
    (
        "console_component_usage_error",
        "component_usage",
        "(left(error_message, 500), created_at DESC) WHERE error_message IS NOT NULL",
    ),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        op.execute("ANALYZE public.component_usage")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
