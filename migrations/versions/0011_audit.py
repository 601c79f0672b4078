"""The audit log: every write of the console, append-only, each entry chained to the one before."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE IF NOT EXISTS dashboard.audit_day (
    day date PRIMARY KEY,
    entries integer NOT NULL,
    hash text NOT NULL
);

CREATE TABLE IF NOT EXISTS dashboard.audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    place integer NOT NULL,
    at timestamptz NOT NULL,
    staff_id bigint,
    actor text NOT NULL,
    role text,
    session_id bigint,
    address text,
    request_id text,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    input jsonb NOT NULL,
    reason text,
    takes_back bigint REFERENCES dashboard.audit_log,
    previous text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_log_place UNIQUE (day, place)
);
CREATE INDEX IF NOT EXISTS audit_log_at ON dashboard.audit_log (at, id);
CREATE INDEX IF NOT EXISTS audit_log_staff ON dashboard.audit_log (staff_id, at DESC);
CREATE INDEX IF NOT EXISTS audit_log_action ON dashboard.audit_log (action, at DESC);
CREATE INDEX IF NOT EXISTS audit_log_object ON dashboard.audit_log (object_kind, object_id, at DESC);
CREATE UNIQUE INDEX IF NOT EXISTS audit_log_takes_back ON dashboard.audit_log (takes_back)
    WHERE takes_back IS NOT NULL;
"""

# What the hash covers: every column but the hash itself. The text of jsonb is canonical.
HASH = """
CREATE OR REPLACE FUNCTION dashboard.audit_hash(entry dashboard.audit_log) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT encode(sha256(convert_to((to_jsonb(entry) - 'hash')::text, 'UTF8')), 'hex')
$$
"""

# The row of the day is locked until the transaction ends, so entries stand in the order of their commits.
CHAIN = """
CREATE OR REPLACE FUNCTION dashboard.audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last dashboard.audit_day;
BEGIN
    NEW.at := clock_timestamp();
    NEW.day := (NEW.at AT TIME ZONE 'UTC')::date;
    INSERT INTO dashboard.audit_day (day, entries, hash)
    VALUES (NEW.day, 0, coalesce(
        (SELECT hash FROM dashboard.audit_day WHERE day < NEW.day ORDER BY day DESC LIMIT 1), ''))
    ON CONFLICT (day) DO NOTHING;
    SELECT * INTO last FROM dashboard.audit_day WHERE day = NEW.day FOR UPDATE;
    NEW.at := greatest(NEW.at, (SELECT at FROM dashboard.audit_log
        WHERE day = NEW.day AND place = last.entries));
    NEW.place := last.entries + 1;
    NEW.previous := last.hash;
    NEW.hash := '';
    NEW.hash := dashboard.audit_hash(NEW);
    UPDATE dashboard.audit_day SET entries = NEW.place, hash = NEW.hash WHERE day = NEW.day;
    RETURN NEW;
END
$$
"""

KEEP = """
CREATE OR REPLACE FUNCTION dashboard.audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$
"""

TRIGGERS = """
CREATE OR REPLACE TRIGGER audit_chain BEFORE INSERT ON dashboard.audit_log
    FOR EACH ROW EXECUTE FUNCTION dashboard.audit_chain();
CREATE OR REPLACE TRIGGER audit_keep_rows BEFORE UPDATE OR DELETE ON dashboard.audit_log
    FOR EACH ROW EXECUTE FUNCTION dashboard.audit_keep();
CREATE OR REPLACE TRIGGER audit_keep_table BEFORE TRUNCATE ON dashboard.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION dashboard.audit_keep();
CREATE OR REPLACE TRIGGER audit_keep_days BEFORE DELETE ON dashboard.audit_day
    FOR EACH ROW EXECUTE FUNCTION dashboard.audit_keep();
CREATE OR REPLACE TRIGGER audit_keep_day_table BEFORE TRUNCATE ON dashboard.audit_day
    FOR EACH STATEMENT EXECUTE FUNCTION dashboard.audit_keep();
"""


def upgrade() -> None:
    """Make the log, its chain and what keeps it."""
    for statement in (TABLES, HASH, CHAIN, KEEP, TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Drop it all; the log is the console's own."""
    op.execute("DROP FUNCTION IF EXISTS dashboard.audit_hash")  # it takes a row of the table
    op.execute("DROP TABLE IF EXISTS dashboard.audit_log, dashboard.audit_day")
    op.execute("DROP FUNCTION IF EXISTS dashboard.audit_chain, dashboard.audit_keep")
