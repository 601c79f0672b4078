"""`flask schema check` and `flask schema repair`."""

import json

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from delula.schema.check import database_differences
from delula.schema.compare import Difference, Kind
from tests.migrating import application, picture, upgrade


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _check(url: str, *arguments: str) -> tuple[int, str]:
    result = application(url).test_cli_runner().invoke(args=["schema", "check", *arguments])
    return result.exit_code, result.output


def _found(url: str) -> list[Difference]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found = database_differences(connection)
    engine.dispose()
    return found["public"]


def test_models_and_migrations_agree(database_url: str) -> None:
    upgrade(database_url)
    code, output = _check(database_url)
    assert output.splitlines() == [
        "public: no differences",
        "dashboard: no differences",
        "The console can work.",
    ]
    assert code == 0


def test_the_models_agree_with_what_the_product_itself_makes(live_database_url: str) -> None:
    assert [(found.kind, found.table) for found in _found(live_database_url)] == [
        (Kind.TABLE_EXTRA, "brand_assets"),
        (Kind.TABLE_EXTRA, "sessions"),
    ]


def test_an_empty_database_lacks_what_the_console_needs(database_url: str) -> None:
    code, output = _check(database_url)
    assert code == 1
    assert "! generations: expected a table, found no such table" in output
    assert "`flask db upgrade` creates them" in output


def test_every_kind_of_difference_is_reported(live_database_url: str) -> None:
    _run(
        live_database_url,
        """
        DROP TABLE sample_likes;
        ALTER TABLE tags RENAME TO former_tags;
        CREATE VIEW tags AS SELECT * FROM former_tags;
        ALTER TABLE users DROP COLUMN handle, ALTER COLUMN credits DROP NOT NULL, ADD COLUMN phone text,
                          ALTER COLUMN credits SET DEFAULT 25;
        ALTER TABLE recipes ALTER COLUMN slug TYPE varchar(80);
        ALTER TABLE generations DROP COLUMN status, ADD COLUMN status integer;
        ALTER TABLE recipe_usage DROP CONSTRAINT recipe_usage_pkey, ADD PRIMARY KEY (recipe_id, usage_count);
        ALTER TABLE component_dependencies DROP CONSTRAINT no_self_dependency;
        ALTER TABLE component_usage DROP CONSTRAINT component_usage_user_id_users_id_fk;
        DROP INDEX idx_user_assets_normalized_name;
        CREATE INDEX by_name ON user_assets (display_name);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_recipes_category'::regclass;
        """,
    )
    found = {
        (it.kind, it.table, it.name, it.expected, it.found, it.blocking) for it in _found(live_database_url)
    }
    assert {
        (Kind.TABLE_MISSING, "sample_likes", None, "a table", "no such table", True),
        (Kind.NOT_A_TABLE, "tags", None, "a table", "a view", True),
        (Kind.COLUMN_MISSING, "users", "handle", "character varying", "no such column", True),
        (Kind.COLUMN_TYPE, "recipes", "slug", "character varying(255)", "character varying(80)", False),
        (Kind.COLUMN_TYPE, "generations", "status", "text", "integer", True),
        (Kind.NULLABILITY, "users", "credits", "not null", "nullable", False),
        (Kind.DEFAULT, "users", "credits", "default 10", "default 25", False),
        (Kind.COLUMN_EXTRA, "users", "phone", "no such column", "text", False),
        (Kind.INDEX_EXTRA, "user_assets", "by_name", "no such index", "btree (display_name)", False),
        (Kind.TABLE_EXTRA, "former_tags", None, "no such table", "a table", False),
    } <= found
    assert (Kind.PRIMARY_KEY, "recipe_usage") in {(kind, table) for kind, table, *_ in found}
    constraints = {expected for kind, _, _, expected, *_ in found if kind is Kind.CONSTRAINT}
    assert constraints == {
        "CHECK component_id <> depends_on_component_id",
        "FOREIGN KEY (user_id) REFERENCES users(id)",
    }
    missing = {name for kind, _, name, *_ in found if kind is Kind.INDEX_MISSING}
    assert {"idx_user_assets_normalized_name", "idx_recipes_category"} <= missing
    assert "idx_recipes_category" in {name for kind, _, name, *_ in found if kind is Kind.INDEX_INVALID}


INTERCHANGEABLE = (
    "users ALTER COLUMN email TYPE text",
    "users ALTER COLUMN oauth_provider TYPE varchar(500)",
    "generations ALTER COLUMN credits_cost TYPE bigint",
    "generations ALTER COLUMN created_at TYPE timestamptz",
    "generations ALTER COLUMN updated_at TYPE timestamp(3)",
    "services ALTER COLUMN base_cost TYPE numeric(10,2)",
    "recipes ALTER COLUMN tag_highlights TYPE bigint[]",
    "user_assets ALTER COLUMN user_tags TYPE varchar[]",
)
DIFFERENT = (
    "generations ALTER COLUMN metadata TYPE json",
    "component_usage ALTER COLUMN processing_time_ms TYPE double precision",
    "user_assets ALTER COLUMN system_tags TYPE text USING ''",
    "generations ALTER COLUMN refunded_at TYPE date",
    "users ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN created_at TYPE time",
)


def test_types_that_can_stand_for_each_other_are_told_from_those_that_cannot(live_database_url: str) -> None:
    _run(live_database_url, "TRUNCATE users, generations, services, recipes, user_assets CASCADE")
    for change in INTERCHANGEABLE + DIFFERENT:
        _run(live_database_url, f"ALTER TABLE {change}")

    def columns(changes: tuple[str, ...]) -> set[tuple[str, str | None]]:
        words = (change.split() for change in changes)
        return {(table, column.rstrip(",")) for table, _, _, column, *_ in words}

    found = [it for it in _found(live_database_url) if it.kind is Kind.COLUMN_TYPE]
    assert {(it.table, it.name) for it in found if not it.blocking} == columns(INTERCHANGEABLE)
    assert {(it.table, it.name) for it in found if it.blocking} == columns(DIFFERENT)


def test_the_check_leaves_no_trace(live_database_url: str) -> None:
    before = picture(live_database_url)
    _check(live_database_url)
    assert picture(live_database_url) == before


def test_the_check_speaks_json(older_live_database_url: str) -> None:
    code, output = _check(older_live_database_url, "--json")
    report = json.loads(output)
    assert (code, report["compatible"]) == (1, False)
    assert {
        "kind": "missing tables",
        "table": "market_assets",
        "name": None,
        "expected": "a table",
        "found": "no such table",
        "blocking": True,
    } in report["differences"]["public"]


@pytest.mark.slow
def test_an_index_that_the_products_schema_push_has_dropped_is_reported_and_built_again(
    older_live_database_url: str,
) -> None:
    upgrade(older_live_database_url)
    _run(older_live_database_url, "DROP INDEX idx_recipes_creator_id; DROP INDEX idx_generations_recipe")
    # The second of them has come back under another name.
    _run(older_live_database_url, "CREATE INDEX came_back ON generations (recipe_id, created_at DESC)")
    code, output = _check(older_live_database_url)
    assert code == 0
    assert "`flask schema repair` builds them again" in output
    runner = application(older_live_database_url).test_cli_runner()
    repaired = runner.invoke(args=["schema", "repair"])
    assert repaired.output.splitlines() == ["Building index idx_recipes_creator_id.", "Built 1."]
    assert runner.invoke(args=["schema", "repair"]).output.splitlines() == ["Nothing to repair."]
    assert not [it for it in _found(older_live_database_url) if it.kind is Kind.INDEX_MISSING]


def test_a_role_without_temporary_tables_is_told_what_it_needs(live_database_url: str) -> None:
    before = picture(live_database_url)
    _run(
        live_database_url,
        "ALTER DATABASE "
        + (make_url(live_database_url).database or "")
        + " SET default_transaction_read_only = on",
    )
    code, output = _check(live_database_url)
    assert code == 1
    assert "must be allowed to make temporary tables" in output
    assert picture(live_database_url) == before


def test_what_the_account_may_not_do_and_see_is_reported(live_database_url: str) -> None:
    url = make_url(live_database_url)
    _run(
        live_database_url,
        """
        CREATE ROLE narrow LOGIN PASSWORD 'x';
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO narrow;
        REVOKE DELETE ON recipes FROM narrow;
        REVOKE SELECT ON tags FROM narrow;
        ALTER TABLE users ENABLE ROW LEVEL SECURITY""",
    )
    try:
        narrow = url.set(username="narrow", password="x").render_as_string(hide_password=False)
        found = {str(it): it.blocking for it in _found(narrow) if it.kind is Kind.RIGHTS}
        assert found == {
            "recipes: expected every right to read and write, found no right to delete": False,
            "tags: expected every right to read and write, found no right to select": True,
            "users: expected every row, found row-level security, which may hide some": False,
        }
        assert not [it for it in _found(live_database_url) if it.kind is Kind.RIGHTS]
    finally:
        _run(live_database_url, "DROP OWNED BY narrow; DROP ROLE narrow")
