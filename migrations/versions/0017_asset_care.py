"""Care of assets: corrections of classifications, holds, what was removed, and objects that are to go."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE IF NOT EXISTS dashboard.asset_correction (
    user_asset_id integer NOT NULL,
    classification text NOT NULL CONSTRAINT asset_correction_classification
        CHECK (classification IN ('auto', 'ai')),
    name text NOT NULL,
    value jsonb,
    overruled jsonb,
    staff_id bigint,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kept_at timestamptz,
    PRIMARY KEY (user_asset_id, classification, name)
);

CREATE TABLE IF NOT EXISTS dashboard.asset_hold (
    reference text PRIMARY KEY,
    reason text NOT NULL,
    staff_id bigint,
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS dashboard.removed_asset (
    reference text PRIMARY KEY,
    source text NOT NULL,
    asset_id text NOT NULL,
    name text NOT NULL,
    owner_id text,
    mime_type text NOT NULL,
    bytes bigint NOT NULL,
    key text,
    created_at timestamp,
    state text NOT NULL CONSTRAINT removed_asset_state CHECK (state IN ('retired', 'purging', 'purged')),
    kept jsonb,
    staff_id bigint,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    purged_at timestamptz,
    CONSTRAINT removed_asset_kept CHECK ((state = 'retired') = (kept IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS removed_asset_at ON dashboard.removed_asset (at, reference);
CREATE INDEX IF NOT EXISTS removed_asset_asset_id ON dashboard.removed_asset (asset_id);
CREATE INDEX IF NOT EXISTS removed_asset_key ON dashboard.removed_asset USING hash (key);
CREATE INDEX IF NOT EXISTS removed_asset_owner ON dashboard.removed_asset (owner_id, at);

CREATE TABLE IF NOT EXISTS dashboard.object_removal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text NOT NULL,
    key text NOT NULL,
    beside text[] NOT NULL,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT object_removal_state
        CHECK (state IN ('waiting', 'deleted', 'missing', 'kept')),
    bytes bigint,
    sha256 text,
    error text,
    done_at timestamptz
);
CREATE INDEX IF NOT EXISTS object_removal_due ON dashboard.object_removal (due_at, id)
    WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS object_removal_key ON dashboard.object_removal USING hash (key);
CREATE INDEX IF NOT EXISTS object_removal_reference ON dashboard.object_removal (reference);

CREATE TABLE IF NOT EXISTS dashboard.asset_retention (
    single boolean PRIMARY KEY DEFAULT true CONSTRAINT asset_retention_single CHECK (single),
    days integer
);
INSERT INTO dashboard.asset_retention (single, days) VALUES (true, NULL) ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    """Make the tables; nothing is purged by itself until an admin says after how many days."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them; what was retired is put back into the product's tables first."""
    for source in ("system", "market"):
        op.execute(
            f"INSERT INTO public.{source}_assets SELECT row.* FROM dashboard.removed_asset removed,"  # noqa: S608
            f" jsonb_populate_record(NULL::public.{source}_assets, removed.kept) row"
            f" WHERE removed.source = '{source}' AND removed.state = 'retired' ON CONFLICT DO NOTHING"
        )
    op.execute(
        "DROP TABLE IF EXISTS dashboard.asset_retention, dashboard.object_removal, dashboard.removed_asset,"
        " dashboard.asset_hold, dashboard.asset_correction"
    )
