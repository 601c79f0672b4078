"""The indexes that the pages of users and credits stand on and that the product does not have.

Texts of any length stand in them cut short: an index entry has a limit of size, and the product's insert of a
longer text would fail on it. Addresses and handles are bound by the product's own unique indexes.
"""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index, trigram_operator_class

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, str], ...] = (
    # What the list of users is sorted by, beside the roll-ups.
    ("console_users_created", "users", "(created_at, id)"),
    ("console_users_seen", "users", "(last_seen_at, id)"),
    ("console_users_credits", "users", "(credits, id)"),
    ("console_users_handle", "users", "(handle, id)"),
    # How users are looked up, by the whole or the beginning in any case.
    ("console_users_email_start", "users", "(lower(email) text_pattern_ops)"),
    ("console_users_handle_start", "users", "(lower(handle) text_pattern_ops)"),
    ("console_users_provider", "users", "(oauth_provider, created_at DESC)"),
    # The ledger by what is asked of it; by time it has an index of the roll-ups.
    ("console_credit_transactions_type", "credit_transactions", "(left(type, 50), created_at DESC)"),
    ("console_credit_transactions_amount", "credit_transactions", "(amount, id)"),
    (
        "console_credit_transactions_payment",
        "credit_transactions",
        "(left(payment_id, 100) text_pattern_ops) WHERE left(payment_id, 100) IS NOT NULL",
    ),
    ("console_recipe_samples_user", "recipe_samples", "(user_id)"),
)

#: Looking inside texts, where the database has pg_trgm: without it, such a search goes on in steps.
TRIGRAMS: tuple[tuple[str, str, str], ...] = (
    (
        "console_users_names",
        "users",
        """((left(COALESCE(handle, ''), 100) || ' ' || left(COALESCE(first_name, ''), 100) || ' '
        || left(COALESCE(last_name, ''), 100)) {operator_class})""",
    ),
    ("console_credit_transactions_text", "credit_transactions", "(left(description, 300) {operator_class})"),
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    operator_class = trigram_operator_class(op.get_bind())
    if operator_class is not None:
        create_indexes(
            [
                (name, table, f"USING gin {definition.format(operator_class=operator_class)}")
                for name, table, definition in TRIGRAMS
            ]
        )
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        for table in sorted({table for _, table, _ in (*INDEXES, *TRIGRAMS)}):
            op.execute(f"ANALYZE public.{table}")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in (*INDEXES, *TRIGRAMS):
        drop_index(name)
