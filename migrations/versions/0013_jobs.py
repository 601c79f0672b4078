"""Background work: procrastinate's tables in a schema of their own, and what the console adds to them."""

from __future__ import annotations

from importlib.resources import files

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: Stands on the schema: whose it is, and which release's definitions it holds. The package is pinned; a later
#: migration reads this to know which of the package's own migrations are to be applied.
MARK = "delula-console: procrastinate 3.10.0"

# Whoever queues a job does so in the transaction of a command, whose search path knows nothing of the schema.
PIN = """
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'jobs'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_temp', one);
    END LOOP;
END
$$
"""

TABLES = """
CREATE TABLE dashboard.job_progress (
    job_id bigint PRIMARY KEY REFERENCES jobs.procrastinate_jobs ON DELETE CASCADE,
    asked_by text,
    object_kind text,
    object_id text,
    attempt integer NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    saved jsonb,
    began_at timestamptz,
    began_done bigint NOT NULL DEFAULT 0,
    updated_at timestamptz,
    finished_at timestamptz
);
CREATE TABLE dashboard.job_attempt (
    job_id bigint NOT NULL REFERENCES jobs.procrastinate_jobs ON DELETE CASCADE,
    number integer NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text,
    error text,
    trace text,
    PRIMARY KEY (job_id, number)
);
"""


def upgrade() -> None:
    """Make the schema, unless somebody else has one of that name."""
    connection = op.get_bind()
    found = connection.execute(
        text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'jobs'")
    ).one_or_none()
    if found is not None and found[0] != MARK:
        raise RuntimeError("The database has a schema called jobs that is not the console's.")
    if found is None:
        definitions = files("procrastinate").joinpath("sql/schema.sql").read_text(encoding="utf-8")
        driver = connection.connection.driver_connection
        path = driver.execute("SHOW search_path").fetchone()[0]
        driver.execute("CREATE SCHEMA jobs")
        driver.execute(f"COMMENT ON SCHEMA jobs IS '{MARK}'")
        driver.execute("SET LOCAL search_path = jobs")
        driver.execute(definitions)
        driver.execute("SELECT set_config('search_path', %s, true)", [path])
        driver.execute(PIN)
    op.execute(TABLES)


def downgrade() -> None:
    """Drop it all; what was queued is lost."""
    op.execute("DROP TABLE IF EXISTS dashboard.job_attempt, dashboard.job_progress")
    op.execute("DROP SCHEMA IF EXISTS jobs CASCADE")
