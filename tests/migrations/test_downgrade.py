"""`flask db downgrade base` takes away what is the console's, and nothing else."""

import psycopg
import pytest

from tests.migrating import changes, downgrade, picture, upgrade


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _schema_exists(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regnamespace('dashboard')").fetchone() != (None,)


def test_an_older_live_database_is_afterwards_what_it_was(older_live_database_url: str) -> None:
    before = picture(older_live_database_url)
    upgrade(older_live_database_url)
    downgrade(older_live_database_url)
    assert changes(before, picture(older_live_database_url)) == (set(), set())
    assert not _schema_exists(older_live_database_url)


def test_an_empty_database_is_empty_again_and_can_be_upgraded_again(database_url: str) -> None:
    before = picture(database_url)
    upgrade(database_url)
    downgrade(database_url)
    assert changes(before, picture(database_url)) == (set(), set())
    upgrade(database_url)
    assert _schema_exists(database_url)


def test_a_downgrade_of_what_was_never_upgraded_changes_nothing(live_database_url: str) -> None:
    before = picture(live_database_url)
    downgrade(live_database_url)
    assert changes(before, picture(live_database_url)) == (set(), set())
    assert not _schema_exists(live_database_url)


@pytest.mark.slow
def test_a_table_that_has_been_used_or_changed_stays_and_that_is_said(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrade(database_url)
    _run(database_url, "INSERT INTO type_user VALUES (1, 'System')")
    with psycopg.connect(database_url, autocommit=True) as product:
        product.execute("INSERT INTO tags (name) VALUES ('was here')")
        product.execute("TRUNCATE tags")
        product.execute("ALTER TABLE providers ADD COLUMN region text")
        product.execute("CREATE VIEW live_services AS SELECT id FROM services")
        product.execute("CREATE INDEX of_the_product ON user_assets (cdn_url)")
    downgrade(database_url)
    said = capsys.readouterr().out
    left = {
        line.split()[4].rstrip(",") for line in said.splitlines() if line.startswith("Left in place: table")
    }
    assert left == {"type_user", "tags", "providers", "services", "user_assets"}
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        assert {name for (name,) in tables} == left
    assert not _schema_exists(database_url)


def test_what_an_interrupted_upgrade_has_built_goes_too(older_live_database_url: str) -> None:
    before = picture(older_live_database_url)
    upgrade(older_live_database_url, "0001")
    # As if the process had died in the second migration, with one index half built.
    _run(older_live_database_url, "UPDATE dashboard.alembic_version SET version_num = '0000'")
    _run(
        older_live_database_url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_generations_status'::regclass",
    )
    downgrade(older_live_database_url)
    assert changes(before, picture(older_live_database_url)) == (set(), set())


@pytest.mark.slow
def test_an_extension_that_the_product_relies_on_stays(
    live_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrade(live_database_url)
    _run(live_database_url, "CREATE INDEX by_trigram ON tags USING gin (name dashboard.gin_trgm_ops)")
    downgrade(live_database_url)
    assert "Left in place: extension pg_trgm" in capsys.readouterr().out
    assert any("by_trigram" in line for line in picture(live_database_url)["indexes"])
    assert not _schema_exists(live_database_url)
