"""What the console does with credits: its operations, the reasons and limits of adjustments, its checks."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPERATIONS = """
CREATE TABLE IF NOT EXISTS dashboard.credit_operation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL CONSTRAINT credit_operation_key UNIQUE,
    fingerprint text NOT NULL,
    kind text NOT NULL CONSTRAINT credit_operation_kind
        CHECK (kind IN ('adjust', 'refund', 'reverse', 'refresh')),
    state text NOT NULL CONSTRAINT credit_operation_state CHECK (state IN ('done', 'waiting', 'refused')),
    user_id text NOT NULL,
    amount integer NOT NULL,
    balance integer NOT NULL,
    sentence text NOT NULL,
    ledger_id integer,
    generation_id integer,
    code text,
    note text,
    message text,
    about text,
    reverses bigint REFERENCES dashboard.credit_operation,
    requester_id bigint,
    requester text NOT NULL,
    decider_id bigint,
    decider text,
    entry_id bigint REFERENCES dashboard.audit_log,
    decision_entry_id bigint REFERENCES dashboard.audit_log,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    decided_at timestamptz,
    CONSTRAINT credit_operation_booked CHECK ((state = 'done') = (ledger_id IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS credit_operation_at ON dashboard.credit_operation (at, id);
CREATE INDEX IF NOT EXISTS credit_operation_user ON dashboard.credit_operation (user_id, at DESC);
CREATE INDEX IF NOT EXISTS credit_operation_entry ON dashboard.credit_operation (entry_id);
CREATE INDEX IF NOT EXISTS credit_operation_decision ON dashboard.credit_operation (decision_entry_id);
CREATE INDEX IF NOT EXISTS credit_operation_ledger ON dashboard.credit_operation (ledger_id);
CREATE INDEX IF NOT EXISTS credit_operation_requester ON dashboard.credit_operation (requester_id, at)
    WHERE kind = 'adjust';
CREATE INDEX IF NOT EXISTS credit_operation_waiting ON dashboard.credit_operation (at)
    WHERE state = 'waiting';
CREATE UNIQUE INDEX IF NOT EXISTS credit_operation_reverses ON dashboard.credit_operation (reverses)
    WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS credit_operation_refund ON dashboard.credit_operation (generation_id)
    WHERE kind = 'refund';
"""

RULES = """
CREATE TABLE IF NOT EXISTS dashboard.credit_reason (
    code text PRIMARY KEY,
    label text NOT NULL,
    active boolean NOT NULL
);
INSERT INTO dashboard.credit_reason (code, label, active) VALUES
    ('goodwill', 'Goodwill', true),
    ('outage', 'Outage', true),
    ('bug', 'Bug', true),
    ('fraud', 'Fraud', true),
    ('chargeback', 'Chargeback', true),
    ('test', 'Test', true),
    ('other', 'Other', true)
ON CONFLICT (code) DO NOTHING;

CREATE TABLE IF NOT EXISTS dashboard.credit_limit (
    role text PRIMARY KEY CONSTRAINT credit_limit_role CHECK (role IN ('admin', 'support')),
    per_operation integer NOT NULL,
    per_day integer NOT NULL,
    expires_hours integer NOT NULL
);
INSERT INTO dashboard.credit_limit (role, per_operation, per_day, expires_hours) VALUES
    ('admin', 1000, 10000, 48),
    ('support', 100, 1000, 48)
ON CONFLICT (role) DO NOTHING;
"""

CHECKS = """
CREATE TABLE IF NOT EXISTS dashboard.balance_seen (
    user_id text PRIMARY KEY,
    balance integer NOT NULL,
    ledger_sum bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS dashboard.reconciliation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    accounts integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS dashboard.credit_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES dashboard.reconciliation ON DELETE CASCADE,
    kind text NOT NULL,
    user_id text NOT NULL,
    amount bigint NOT NULL,
    ledger_id integer,
    generation_id integer
);
CREATE INDEX IF NOT EXISTS credit_finding_kind ON dashboard.credit_finding (run_id, kind, id);
"""


def upgrade() -> None:
    """Make the tables, with the reasons and limits to begin with."""
    for statement in (OPERATIONS, RULES, CHECKS):
        op.execute(statement)


def downgrade() -> None:
    """Drop them; they are the console's own."""
    op.execute(
        "DROP TABLE IF EXISTS dashboard.credit_finding, dashboard.reconciliation, dashboard.balance_seen,"
        " dashboard.credit_limit, dashboard.credit_reason, dashboard.credit_operation"
    )
