"""The indexes that the pages of generations stand on and that the product does not have.

Texts stand in them cut short: an index entry has a limit of size, and the product's insert of a longer text
would fail on it.
"""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Seconds from the start of the work to its end. An infinite time cannot be subtracted before PostgreSQL 17,
# where it would fail the product's write.
DURATION_AND_ID = """((CASE WHEN status = ANY (ARRAY['completed', 'failed'])
    AND isfinite(updated_at) AND isfinite(processing_started_at)
    THEN EXTRACT(epoch FROM updated_at - processing_started_at)::float8 END), id)"""

INDEXES = (
    # Full text of the prompt, and any value in the metadata.
    ("console_generations_prompt", "generations", "USING gin (to_tsvector('english', left(prompt, 50000)))"),
    ("console_generations_metadata", "generations", "USING gin (metadata jsonb_path_ops)"),
    # What one value of a field leaves, newest first.
    ("console_generations_type", "generations", "(type, created_at DESC)"),
    (
        "console_generations_origin",
        "generations",
        "(left(metadata ->> 'request_origin', 50), created_at DESC)",
    ),
    (
        "console_generations_workflow",
        "generations",
        "(left(metadata ->> 'workflowType', 50), created_at DESC)",
    ),
    ("console_generations_job_status", "generations", "(left(fal_job_status, 50), created_at DESC)"),
    ("console_generations_retries", "generations", "(retry_count, created_at DESC)"),
    ("console_generations_public", "generations", "(is_public, created_at DESC)"),
    ("console_generations_published", "generations", "(is_published, created_at DESC)"),
    # What the list is sorted by.
    ("console_generations_created", "generations", "(created_at, id)"),
    ("console_generations_updated", "generations", "(updated_at, id)"),
    ("console_generations_started", "generations", "(processing_started_at, id)"),
    ("console_generations_cost", "generations", "(credits_cost, id)"),
    (
        "console_generations_duration",
        "generations",
        DURATION_AND_ID,
    ),
    # What hangs together with one generation, and who owns it.
    ("console_users_email", "users", "(lower(email))"),
    ("console_backlog_videos_generation", "backlog_videos", "(generation_id)"),
    ("console_recipe_samples_generation", "recipe_samples", "(generation_id)"),
    (
        "console_credit_transactions_generation",
        "credit_transactions",
        "(left(metadata ->> 'generationId', 20))",
    ),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        for table in sorted({table for _, table, _ in INDEXES}):
            op.execute(f"ANALYZE public.{table}")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
