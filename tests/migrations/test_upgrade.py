"""`flask db upgrade` on databases of every kind."""

import subprocess
import time

import click
import psycopg
import pytest
from sqlalchemy.engine import make_url

from delula.schema.lock import LOCK_KEY
from tests.conftest import drop_database
from tests.migrating import changes, downgrade, picture, upgrade, upgrade_process


def _scalar(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def _finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def test_an_empty_database_gets_every_table_and_index(database_url: str) -> None:
    upgrade(database_url)
    tables = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    assert _scalar(database_url, tables) == 28
    assert _scalar(database_url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    assert _scalar(database_url, "SELECT to_regclass('public.alembic_version')::text") is None
    assert _scalar(database_url, "SELECT to_regclass('dashboard.alembic_version')::text") is not None


def test_nothing_that_is_there_changes_in_an_older_live_database(older_live_database_url: str) -> None:
    before = picture(older_live_database_url)
    upgrade(older_live_database_url)
    gone, come = changes(before, picture(older_live_database_url))
    assert gone == set()
    unexpected = {
        line
        for line in come
        if "system_assets" not in line
        and "market_assets" not in line
        and not line.startswith(("CREATE INDEX idx_", "CREATE INDEX console_"))
    }
    # pg_trgm lives in the console's schema; the list of extensions is the database's.
    assert unexpected == {"pg_trgm"}


def test_a_live_database_at_the_documents_level_gets_only_the_consoles_own_indexes(
    live_database_url: str,
) -> None:
    before = picture(live_database_url)
    upgrade(live_database_url)
    gone, come = changes(before, picture(live_database_url))
    assert gone == set()
    assert {line for line in come if not line.startswith("CREATE INDEX console_")} == {"pg_trgm"}


def test_an_upgrade_that_runs_again_changes_nothing(older_live_database_url: str) -> None:
    upgrade(older_live_database_url)
    before = picture(older_live_database_url)
    upgrade(older_live_database_url)
    assert changes(before, picture(older_live_database_url)) == (set(), set())


def test_an_incompatible_database_is_refused_with_every_reason_and_left_alone(
    older_live_database_url: str,
) -> None:
    with psycopg.connect(older_live_database_url) as connection:
        connection.execute("""
            ALTER TABLE generations DROP CONSTRAINT generations_pkey;
            ALTER TABLE generations DROP COLUMN prompt;
            ALTER TABLE users ALTER COLUMN credits DROP DEFAULT, ALTER COLUMN credits TYPE text;
            ALTER TABLE credit_transactions ALTER COLUMN metadata TYPE text;
            DROP VIEW active_recipes;
            DROP TABLE tags; CREATE VIEW tags AS SELECT 1 AS id;""")
    before = picture(older_live_database_url)
    with pytest.raises(click.ClickException) as refusal:
        upgrade(older_live_database_url)
    lines = refusal.value.message.splitlines()
    assert "nothing was changed" in lines[0]
    for expected in (
        "tags: expected a table, found a view",
        "tags.name: expected character varying(50), found no such column",
        "generations.prompt: expected text, found no such column",
        "users.credits: expected integer, found text",
        "credit_transactions.metadata: expected jsonb, found text",
        "generations: expected primary key (id), found no primary key",
    ):
        assert f"  {expected}" in lines
    assert changes(before, picture(older_live_database_url)) == (set(), set())
    assert _scalar(older_live_database_url, "SELECT to_regnamespace('dashboard')::text") is None


def test_a_database_that_cannot_hold_every_letter_is_refused(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        # Up to PostgreSQL 14 there is but one provider, and no word for it.
        provider = "LOCALE_PROVIDER libc" if connection.info.server_version >= 150_000 else ""
        how = f"ENCODING LATIN1 {provider} LOCALE 'C' TEMPLATE template0"
        connection.execute(f"CREATE DATABASE of_one_alphabet {how}")
    try:
        with pytest.raises(click.ClickException, match="LATIN1, and nothing was changed"):
            upgrade(make_url(postgres_url).set(database="of_one_alphabet").render_as_string(False))
    finally:
        drop_database(postgres_url, "of_one_alphabet")


def test_compatible_types_of_another_product_version_are_accepted(live_database_url: str) -> None:
    with psycopg.connect(live_database_url) as connection:
        connection.execute("""
            ALTER TABLE generations ALTER COLUMN status TYPE varchar(30),
                                    ALTER COLUMN created_at TYPE timestamptz,
                                    ALTER COLUMN credits_cost TYPE bigint;
            ALTER TABLE users ALTER COLUMN email TYPE text, ALTER COLUMN is_ephemeral SET DEFAULT true;
            UPDATE generations SET error_details = NULL;
            ALTER TABLE recipes ALTER COLUMN tag_highlights TYPE bigint[];""")
    upgrade(live_database_url)
    assert _scalar(live_database_url, "SELECT count(*) FROM dashboard.alembic_version") == 1


@pytest.mark.slow
def test_an_upgrade_killed_while_it_builds_blocks_no_writer_and_is_taken_up_again(
    older_live_database_url: str,
) -> None:
    building = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONC%'"
    with psycopg.connect(older_live_database_url) as product:
        # An open transaction that has written makes every concurrent build on the table wait.
        product.execute("UPDATE generations SET like_count = 1 WHERE id = 1")
        process = upgrade_process(older_live_database_url)
        with psycopg.connect(older_live_database_url, autocommit=True) as observer:
            deadline = time.monotonic() + 90
            waiting = f"SELECT pid {building} AND query LIKE '%generations%' AND wait_event_type = 'Lock'"
            while (row := observer.execute(waiting).fetchone()) is None:
                assert time.monotonic() < deadline, "the build was never seen to wait"
                time.sleep(0.05)
            # The product goes on writing meanwhile.
            observer.execute("SET lock_timeout = '1s'")
            observer.execute("UPDATE generations SET like_count = 2 WHERE id = 2")
            process.kill()
            process.communicate()
            observer.execute("SELECT pg_terminate_backend(%s, 5000)", row)
            leftovers = observer.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone()
            assert leftovers == (1,)
    upgrade(older_live_database_url)
    assert _scalar(older_live_database_url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    unfinished = "SELECT count(*) FROM dashboard.created_object WHERE at IS NULL"
    assert _scalar(older_live_database_url, unfinished) == 0
    declared = "SELECT count(*) FROM pg_indexes WHERE indexname = 'idx_generations_asset_id'"
    assert _scalar(older_live_database_url, declared) == 1


@pytest.mark.slow
def test_two_upgrades_at_once_follow_each_other(older_live_database_url: str) -> None:
    with psycopg.connect(older_live_database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        processes = [upgrade_process(older_live_database_url) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert "waiting for it to end" in process.stdout.readline()
        assert _scalar(older_live_database_url, "SELECT to_regnamespace('dashboard')::text") is None
    outputs = [_finish(process) for process in processes]
    # One of them did everything, the other found nothing left to do.
    assert sorted("Building index idx_generations_status on" in output for output in outputs) == [False, True]
    assert _scalar(older_live_database_url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


def test_a_role_that_owns_no_table_gets_the_console_without_indexes_and_extension(
    live_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    role = f"limited_{live_database_url.rsplit('_', 1)[1]}"
    with psycopg.connect(live_database_url, autocommit=True) as owner:
        owner.execute("DROP INDEX idx_generations_recipe")
        owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        owner.execute(f"CREATE SCHEMA dashboard AUTHORIZATION {role}")
        owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    try:
        upgrade(
            f"{live_database_url}{'&' if '?' in live_database_url else '?'}options=-crole%3D{role}", "0001"
        )
        said = capsys.readouterr().out
        assert "because the database user does not own the table" in said
        assert "Going on without pg_trgm" in said
        assert _scalar(live_database_url, "SELECT count(*) FROM dashboard.alembic_version") == 1
    finally:
        with psycopg.connect(live_database_url, autocommit=True) as owner:
            owner.execute(f"DROP OWNED BY {role} CASCADE")
            owner.execute(f"DROP ROLE {role}")


def test_tables_made_beside_live_ones_hang_no_trigger_on_them(live_database_url: str) -> None:
    with psycopg.connect(live_database_url) as connection:
        for table in ("usage", "dependencies", "input_channels", "output_channels", "registry"):
            connection.execute(f"DROP TABLE component_{table}")
    before = picture(live_database_url)
    upgrade(live_database_url, "0001")
    _, come = changes(before, picture(live_database_url))
    foreign = {line for line in come if "FOREIGN KEY" in line}
    assert len(foreign) == 5
    assert not any("REFERENCES users" in line for line in foreign)
    assert not any(line.startswith("users ") for line in come)
    downgrade(live_database_url)
    assert changes(before, picture(live_database_url)) == (set(), set())
