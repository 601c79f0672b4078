"""Staff accounts, sessions, second factors and the counts of failed attempts."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CREATE = """
CREATE TABLE IF NOT EXISTS dashboard.staff (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CONSTRAINT staff_role_known
        CHECK (role IN ('admin', 'moderator', 'support', 'viewer')),
    password text NOT NULL,
    fs_uniquifier text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    active boolean NOT NULL,
    password_is_temporary boolean NOT NULL,
    totp_secret text,
    totp_last_counter bigint,
    last_sign_in_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_email_unique ON dashboard.staff (lower(email));

CREATE TABLE IF NOT EXISTS dashboard.staff_session (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES dashboard.staff ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    address text NOT NULL,
    browser text NOT NULL,
    kept_form jsonb
);
CREATE INDEX IF NOT EXISTS staff_session_staff ON dashboard.staff_session (staff_id);
CREATE INDEX IF NOT EXISTS staff_session_seen ON dashboard.staff_session (seen_at);

CREATE TABLE IF NOT EXISTS dashboard.staff_recovery_code (
    staff_id bigint NOT NULL REFERENCES dashboard.staff ON DELETE CASCADE,
    code_hash text NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
);

CREATE TABLE IF NOT EXISTS dashboard.role_policy (
    role text PRIMARY KEY,
    second_factor_required boolean NOT NULL
);

CREATE TABLE IF NOT EXISTS dashboard.attempt_count (
    kind text NOT NULL,
    subject text NOT NULL,
    failures integer NOT NULL,
    blocked_until timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX IF NOT EXISTS attempt_count_last ON dashboard.attempt_count (last_at);
"""

DROP = """
DROP TABLE IF EXISTS dashboard.attempt_count;
DROP TABLE IF EXISTS dashboard.role_policy;
DROP TABLE IF EXISTS dashboard.staff_recovery_code;
DROP TABLE IF EXISTS dashboard.staff_session;
DROP TABLE IF EXISTS dashboard.staff;
"""


def upgrade() -> None:
    """Create what is absent; the schema `dashboard` is the console's own."""
    op.execute(CREATE)


def downgrade() -> None:
    """Remove staff with everything that belongs to them."""
    op.execute(DROP)
