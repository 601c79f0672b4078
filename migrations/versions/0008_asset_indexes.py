"""The indexes that the asset library stands on and that the product does not have.

Texts and tags stand in them cut short: an index entry has a limit of size, and the product's insert of a
longer one would fail on it. Hashes of keys have no such limit.
"""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index, trigram_operator_class

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _name(expression: str) -> str:
    return f'left(lower({expression}), 100) COLLATE "C"'


def _tags(column: str) -> str:
    return f"USING gin ((({column}::varchar(100)[])::text[]))"


def _side(side: str) -> str:
    text = f"dimensions ->> '{side}'"
    return rf"((CASE WHEN {text} ~ '^\d{{1,9}}$' THEN ({text})::integer END), id)"


LIBRARY_NAME = _name("coalesce(nullif(normalized_name, ''), display_name)")
LIBRARY_TYPE = """(CASE asset_type WHEN 1 THEN 'image' WHEN 2 THEN 'video' WHEN 3 THEN 'audio'
    WHEN 4 THEN 'document' ELSE asset_type::text END)"""
PUBLIC_TYPE = """(CASE WHEN mime_type LIKE 'image/%' THEN 'image' WHEN mime_type LIKE 'video/%' THEN 'video'
    WHEN mime_type LIKE 'audio/%' THEN 'audio' WHEN mime_type LIKE 'application/pdf%' THEN 'document'
    ELSE 'other' END)"""

LIBRARY = (
    # What the list is sorted by.
    ("created", "(created_at, id)"),
    ("bytes", "(file_size, id)"),
    ("usage", "(usage_count, id)"),
    ("used", "(last_used_at, id)"),
    ("name", f"(({LIBRARY_NAME}), id)"),
    ("duration", "(duration, id)"),
    # What one value of a field leaves, newest first.
    ("user", "(user_id, created_at DESC)"),
    ("type", f"({LIBRARY_TYPE}, created_at DESC)"),
    ("mime", "(left(mime_type, 100), created_at DESC)"),
    ("origin", "(source, created_at DESC)"),
    ("deleted", "(created_at, id) WHERE is_deleted"),
    # What else is looked for.
    ("deleted_at", "(deleted_at) WHERE deleted_at IS NOT NULL"),
    ("key", "USING hash (s3_key)"),
    ("width", _side("width")),
    ("height", _side("height")),
    ("tags", _tags("user_tags")),
    ("system_tags", _tags("system_tags")),
    ("auto", "USING gin (auto_classification jsonb_path_ops)"),
    ("ai", "USING gin (ai_classification jsonb_path_ops)"),
)
PUBLIC = (
    ("created", "(created_at, id)"),
    ("bytes", "(file_size, id)"),
    ("name", f"(({_name('name')}), id)"),
    ("type", f"({PUBLIC_TYPE}, created_at DESC)"),
    ("mime", "(left(mime_type, 100), created_at DESC)"),
    ("key", "USING hash (url)"),
    ("tags", _tags("tags")),
)
MARKET = (
    ("user", "(creator_id, created_at DESC)"),
    ("public", "(is_public, created_at DESC)"),
)

INDEXES = (
    *((f"console_user_assets_{name}", "user_assets", definition) for name, definition in LIBRARY),
    *((f"console_system_assets_{name}", "system_assets", definition) for name, definition in PUBLIC),
    *(
        (f"console_market_assets_{name}", "market_assets", definition)
        for name, definition in (*PUBLIC, *MARKET)
    ),
    ("console_generations_key", "generations", "USING hash (s3_key)"),
)

#: Parts of names and likenesses to them, where the database has pg_trgm.
TRIGRAMS = tuple(
    (f"console_{table}_likeness", table, expression)
    for table, expression in (
        ("user_assets", LIBRARY_NAME),
        ("system_assets", _name("name")),
        ("market_assets", _name("name")),
    )
)


def upgrade() -> None:
    """Build what is absent, without blocking the product's writers."""
    create_indexes(INDEXES)
    operator_class = trigram_operator_class(op.get_bind())
    if operator_class is not None:
        create_indexes(
            [(name, table, f"USING gin (({names}) {operator_class})") for name, table, names in TRIGRAMS]
        )
    # The planner knows nothing of an expression until its table has been analysed.
    with op.get_context().autocommit_block():
        for table in sorted({table for _, table, _ in INDEXES} - {"generations"}):
            op.execute(f"ANALYZE public.{table}")


def downgrade() -> None:
    """Drop what upgrade built."""
    for name, _, _ in (*TRIGRAMS, *INDEXES):
        drop_index(name)
