"""What pages of many rows are made of: sums by hour and coarser spans, and totals of users and recipes."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SPAN = """
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    span text NOT NULL,
    start timestamp NOT NULL
"""


def _times(name: str) -> str:
    return f"""
    {name}_count integer NOT NULL,
    {name}_total bigint NOT NULL,
    {name}_least bigint,
    {name}_most bigint,
    {name}_sketch bytea"""


CREATE = f"""
CREATE TABLE IF NOT EXISTS dashboard.usage_rollup ({_SPAN},
    component_id varchar(100),
    executions integer NOT NULL,
    succeeded integer NOT NULL,
    failed integer NOT NULL,
    unfinished integer NOT NULL,
    credits bigint NOT NULL,
    {_times("time")},
    users bytea
);
CREATE INDEX IF NOT EXISTS usage_rollup_component ON dashboard.usage_rollup (component_id, span, start);
CREATE INDEX IF NOT EXISTS usage_rollup_start ON dashboard.usage_rollup (span, start);
CREATE INDEX IF NOT EXISTS usage_rollup_heat ON dashboard.usage_rollup (component_id, start)
    INCLUDE (executions, failed) WHERE span = 'hour';
CREATE INDEX IF NOT EXISTS usage_rollup_unfinished ON dashboard.usage_rollup (start)
    INCLUDE (unfinished) WHERE span = 'hour' AND component_id IS NULL AND unfinished > 0;

CREATE TABLE IF NOT EXISTS dashboard.usage_failure ({_SPAN},
    component_id varchar(100) NOT NULL,
    message text NOT NULL,
    failures integer NOT NULL,
    example text NOT NULL
);
CREATE INDEX IF NOT EXISTS usage_failure_component ON dashboard.usage_failure (component_id, span, start);
CREATE INDEX IF NOT EXISTS usage_failure_start ON dashboard.usage_failure (span, start);

CREATE TABLE IF NOT EXISTS dashboard.generation_rollup ({_SPAN},
    recipe_id integer,
    created integer NOT NULL,
    pending integer NOT NULL,
    processing integer NOT NULL,
    completed integer NOT NULL,
    failed integer NOT NULL,
    other integer NOT NULL,
    refunded integer NOT NULL,
    charged bigint NOT NULL,
    credits_refunded bigint NOT NULL,
    from_user integer NOT NULL,
    from_backlog integer NOT NULL,
    {_times("run")},
    {_times("wait")}
);
CREATE INDEX IF NOT EXISTS generation_rollup_recipe ON dashboard.generation_rollup (recipe_id, span, start);
CREATE INDEX IF NOT EXISTS generation_rollup_start ON dashboard.generation_rollup (span, start);

CREATE TABLE IF NOT EXISTS dashboard.generation_failure ({_SPAN},
    recipe_id integer NOT NULL,
    message text NOT NULL,
    failures integer NOT NULL,
    example text NOT NULL
);
CREATE INDEX IF NOT EXISTS generation_failure_recipe ON dashboard.generation_failure (recipe_id, span, start);
CREATE INDEX IF NOT EXISTS generation_failure_start ON dashboard.generation_failure (span, start);

CREATE TABLE IF NOT EXISTS dashboard.ledger_rollup ({_SPAN},
    type text NOT NULL,
    rows integer NOT NULL,
    positive bigint NOT NULL,
    negative bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ledger_rollup_start ON dashboard.ledger_rollup (span, start);

CREATE TABLE IF NOT EXISTS dashboard.user_totals (
    user_id varchar PRIMARY KEY,
    number integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    generations bigint NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0,
    processing bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    other_status bigint NOT NULL DEFAULT 0,
    last_generation_at timestamp,
    assets bigint NOT NULL DEFAULT 0,
    images bigint NOT NULL DEFAULT 0,
    videos bigint NOT NULL DEFAULT 0,
    audios bigint NOT NULL DEFAULT 0,
    documents bigint NOT NULL DEFAULT 0,
    other_assets bigint NOT NULL DEFAULT 0,
    deleted_assets bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    image_bytes bigint NOT NULL DEFAULT 0,
    video_bytes bigint NOT NULL DEFAULT 0,
    audio_bytes bigint NOT NULL DEFAULT 0,
    document_bytes bigint NOT NULL DEFAULT 0,
    other_bytes bigint NOT NULL DEFAULT 0,
    spent bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    purchased bigint NOT NULL DEFAULT 0,
    ledger_rows bigint NOT NULL DEFAULT 0,
    ledger_sum bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS user_totals_generations ON dashboard.user_totals (generations, user_id);
CREATE INDEX IF NOT EXISTS user_totals_failed ON dashboard.user_totals (failed, user_id);
CREATE INDEX IF NOT EXISTS user_totals_last ON dashboard.user_totals (last_generation_at, user_id);
CREATE INDEX IF NOT EXISTS user_totals_assets ON dashboard.user_totals (assets, user_id);
CREATE INDEX IF NOT EXISTS user_totals_bytes ON dashboard.user_totals (bytes, user_id);
CREATE INDEX IF NOT EXISTS user_totals_spent ON dashboard.user_totals (spent, user_id);

CREATE TABLE IF NOT EXISTS dashboard.recipe_totals (
    recipe_id integer PRIMARY KEY,
    generations bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    last_used_at timestamp,
    charged bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    stock bigint NOT NULL DEFAULT 0,
    options jsonb NOT NULL DEFAULT '{{}}',
    options_of integer NOT NULL DEFAULT 0,
    options_at timestamptz
);

CREATE TABLE IF NOT EXISTS dashboard.rollup_state (
    family text PRIMARY KEY,
    settled_id bigint NOT NULL DEFAULT 0,
    pending jsonb NOT NULL DEFAULT '[]',
    filling text,
    checked text,
    as_of timestamptz
);
"""

DROP = """
DROP TABLE IF EXISTS dashboard.rollup_state;
DROP TABLE IF EXISTS dashboard.recipe_totals;
DROP TABLE IF EXISTS dashboard.user_totals;
DROP TABLE IF EXISTS dashboard.ledger_rollup;
DROP TABLE IF EXISTS dashboard.generation_failure;
DROP TABLE IF EXISTS dashboard.generation_rollup;
DROP TABLE IF EXISTS dashboard.usage_failure;
DROP TABLE IF EXISTS dashboard.usage_rollup;
"""

INDEXES = (
    # The ledger by time, whose rows the product finds by user only.
    ("console_credit_transactions_created", "credit_transactions", "(created_at, id)"),
    # What changed since the last look.
    ("console_user_assets_updated", "user_assets", "(updated_at)"),
    # Executions that have no end yet; there are few.
    ("console_component_usage_unfinished", "component_usage", "(created_at) WHERE success IS NULL"),
)


def upgrade() -> None:
    """Create what is absent; the indexes without blocking the product's writers."""
    op.execute(CREATE)
    create_indexes(INDEXES)


def downgrade() -> None:
    """Remove the roll-ups, of which nothing is lost that the product does not have, and the indexes."""
    for name, _, _ in INDEXES:
        drop_index(name)
    op.execute(DROP)
