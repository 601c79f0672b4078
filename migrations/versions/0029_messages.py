"""The indexes of what failed runs say, which counts as one whoever's address stands in it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from delula.schema.changes import create_indexes, drop_index

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MESSAGE = (
    "substring(left(btrim(regexp_replace(regexp_replace(left(error_message, 2000), '"
    r'https?://\S+|[^\s@<>(),;:"]+@[^\s@<>(),;:"]+'
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|\m(?=[a-f]*\d)[0-9a-f]{8,}\M|\d{4,}', '…', 'g'), '\s+', ' ', 'g')), 200), '.+')"
)

INDEXES = (
    # Those that say the same but for ids, addresses and numbers, as the roll-ups count them; the failed ones
    # among them, of all components and of one; and the failed ones that say nothing.
    (
        "console_component_usage_message",
        "component_usage",
        f"({MESSAGE}, created_at DESC) WHERE error_message IS NOT NULL",
    ),
    (
        "console_component_usage_failed_message",
        "component_usage",
        f"({MESSAGE}, created_at DESC) WHERE NOT success",
    ),
    (
        "console_component_usage_component_message",
        "component_usage",
        f"(component_id, {MESSAGE}, created_at DESC) WHERE NOT success",
    ),
    (
        "console_component_usage_silent",
        "component_usage",
        f"(created_at DESC) WHERE NOT success AND {MESSAGE} IS NULL",
    ),
)

# Up to here they were built by 0009, where e-mail addresses told messages apart.
FORMER = text("""
    SELECT indexname FROM pg_indexes
    WHERE schemaname = 'public' AND indexname = ANY(:names) AND strpos(indexdef, '@') = 0""")


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    names = [name for name, _, _ in INDEXES]
    for name in op.get_bind().scalars(FORMER, {"names": names}).all():
        drop_index(name)
    create_indexes(INDEXES)
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        op.execute("ANALYZE public.component_usage")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in INDEXES:
        drop_index(name)
