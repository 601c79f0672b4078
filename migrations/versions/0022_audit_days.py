"""Chain the audit log across midnight whoever is slow, and let nobody write its notes of days by hand."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Whoever appends holds the log until the transaction ends, so entries stand in the order of commits. The
# day of an entry is told once the log is held: one that waits over midnight follows on what came meanwhile.
CHAIN = """
CREATE OR REPLACE FUNCTION dashboard.audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last dashboard.audit_day;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('dashboard.audit_log', 0));
    SELECT * INTO last FROM dashboard.audit_day ORDER BY day DESC LIMIT 1;
    NEW.at := clock_timestamp();
    NEW.day := greatest((NEW.at AT TIME ZONE 'UTC')::date, last.day);
    NEW.place := 1;
    IF NEW.day = last.day THEN
        NEW.place := last.entries + 1;
        NEW.at := greatest(NEW.at, (SELECT at FROM dashboard.audit_log
            WHERE day = last.day AND place = last.entries));
    END IF;
    NEW.previous := coalesce(last.hash, '');
    NEW.hash := '';
    NEW.hash := dashboard.audit_hash(NEW);
    INSERT INTO dashboard.audit_day (day, entries, hash) VALUES (NEW.day, NEW.place, NEW.hash)
    ON CONFLICT (day) DO UPDATE SET entries = excluded.entries, hash = excluded.hash;
    RETURN NEW;
END
$$
"""

# What the chain itself notes of a day comes from within its trigger.
KEEP = """
CREATE OR REPLACE TRIGGER audit_keep_notes BEFORE INSERT OR UPDATE ON dashboard.audit_day
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION dashboard.audit_keep();
"""


def upgrade() -> None:
    """Replace the function, and add the trigger."""
    op.execute(CHAIN)
    op.execute(KEEP)


def downgrade() -> None:
    """Drop the trigger; the function does what the former did, and more."""
    op.execute("DROP TRIGGER IF EXISTS audit_keep_notes ON dashboard.audit_day")
