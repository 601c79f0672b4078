"""`create_index`, which later migrations build on."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from delula.schema.changes import create_index, drop_index
from tests.migrating import upgrade


@pytest.fixture
def url(older_live_database_url: str) -> Iterator[str]:
    """A live database in a migration's transaction: operations of alembic apply to it."""
    upgrade(older_live_database_url, "0000")
    address = make_url(older_live_database_url).set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(migration), migration.begin_transaction(_per_migration=True):
            yield older_live_database_url
        connection.invalidate()
    engine.dispose()


def _indexes(url: str, table: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
        return {name: definition.partition(" USING ")[2] for name, definition in rows}


OTHER_SHAPES = (
    "(user_id)",
    "(user_id, created_at)",
    "(user_id, created_at DESC NULLS LAST)",
    "(created_at DESC, user_id)",
    "(user_id, created_at DESC) WHERE amount > 0",
    "(user_id, created_at DESC) INCLUDE (amount)",
    "(user_id text_pattern_ops, created_at DESC)",
    '(user_id COLLATE "POSIX", created_at DESC)',
    "(lower(user_id), created_at DESC)",
    "USING hash (user_id)",
    "(user_id, created_at DESC) WHERE description LIKE '%:x%'",
)


def test_an_index_of_another_shape_does_not_count(url: str) -> None:
    for number, definition in enumerate(OTHER_SHAPES):
        create_index(f"wanted_{number}", "credit_transactions", definition)
    built = {name for name in _indexes(url, "credit_transactions") if name.startswith("wanted")}
    assert built == {f"wanted_{number}" for number in range(len(OTHER_SHAPES))}


def test_an_index_of_the_same_shape_is_enough_whatever_its_name(url: str) -> None:
    before = _indexes(url, "credit_transactions")
    assert "made_by_hand" in before
    create_index("wanted", "credit_transactions", "(user_id, created_at DESC)")
    create_index("wanted", "credit_transactions", 'USING btree ("user_id","created_at" DESC NULLS FIRST)')
    assert _indexes(url, "credit_transactions") == before


def test_a_plain_index_does_not_stand_in_for_a_unique_one(url: str) -> None:
    create_index("wanted", "recipe_usage", "(usage_count)")
    create_index("wanted_unique", "recipe_usage", "(usage_count)", unique=True)
    create_index("again", "recipe_usage", "(usage_count)", unique=True)
    assert set(_indexes(url, "recipe_usage")) == {"recipe_usage_pkey", "wanted", "wanted_unique"}


def test_an_invalid_index_of_somebody_else_is_left_alone_and_not_relied_on(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE INDEX wanted ON recipe_usage (last_used_at)")
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'wanted'::regclass")
    create_index("wanted", "recipe_usage", "(last_used_at)")
    assert set(_indexes(url, "recipe_usage")) == {"recipe_usage_pkey", "wanted", "wanted_console"}
    drop_index("wanted")
    assert set(_indexes(url, "recipe_usage")) == {"recipe_usage_pkey", "wanted"}


def test_only_an_index_that_was_built_here_is_dropped(url: str) -> None:
    create_index("of_ours", "credit_transactions", "(amount)")
    drop_index("made_by_hand")
    drop_index("of_ours")
    assert set(_indexes(url, "credit_transactions")) == {"credit_transactions_pkey", "made_by_hand"}


def test_a_row_too_big_for_an_index_leaves_the_index_out_and_says_so(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("""
            UPDATE generations
            SET recipe_title = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 500) n)
            WHERE id = 3""")
    create_index("wanted", "generations", "(recipe_title)")
    create_index("next_one", "generations", "(queue_position)")
    assert "Left out: index wanted, because a row does not fit" in capsys.readouterr().out
    assert "wanted" not in _indexes(url, "generations")
    assert "next_one" in _indexes(url, "generations")
