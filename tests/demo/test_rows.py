"""What the demo data are like, read back from PostgreSQL."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from delula.demo.dataset import TABLES, blocks
from delula.demo.generations import Generations
from delula.demo.ledger import Ledger, spoil_balances
from delula.demo.people import People
from delula.demo.prompts import DISTINCTIVE, Prompts
from tests.demo.conftest import FILES, PLAN

if TYPE_CHECKING:
    from delula.demo.plan import Plan


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def number_of(url: str, of: str) -> int:
    return int(rows(url, f"SELECT count(*) FROM {of}")[0][0])  # noqa: S608 - words of these tests


def digest(plan: Plan) -> str:
    whole = hashlib.sha256()
    for block in blocks(plan, FILES):
        whole.update(repr((block.table, block.columns, block.rows)).encode() + block.data)
    return whole.hexdigest()


def test_the_same_plan_gives_the_same_rows_and_another_seed_gives_others() -> None:
    assert digest(PLAN) == digest(replace(PLAN))
    assert digest(PLAN) != digest(replace(PLAN, seed=8))


def test_every_table_has_rows_and_the_sizes_are_those_asked_for(filled_url: str) -> None:
    counts = {table: number_of(filled_url, table) for table in TABLES}
    assert counts["generations"] == PLAN.generations
    assert counts["user_assets"] == PLAN.assets
    assert counts["component_usage"] == PLAN.usage
    # An export is rare: among so few generations there may be none.
    assert [table for table, number in counts.items() if not number and table != "export_transactions"] == []


def test_every_status_occurs_and_so_do_statuses_that_no_document_lists(filled_url: str) -> None:
    found = {status for (status,) in rows(filled_url, "SELECT DISTINCT status FROM generations")}
    assert {"pending", "processing", "completed", "failed"} < found
    assert found - {"pending", "processing", "completed", "failed"}


def test_some_of_what_is_processing_is_stuck(filled_url: str) -> None:
    stuck = rows(
        filled_url,
        "SELECT count(*) FROM generations WHERE status = 'processing' "
        "AND processing_started_at < timestamp '2026-03-01 12:00' - interval '8 minutes'",
    )
    assert stuck[0][0] > 0


def test_the_ledger_explains_every_balance_but_those_spoiled_on_purpose(filled_url: str) -> None:
    people = People.of(PLAN)
    spoiled = {people.ids[person] for person in spoil_balances(PLAN, people, [0] * PLAN.people)}
    balances = rows(
        filled_url,
        """
        SELECT id, credits,
               (SELECT coalesce(sum(amount), 0) FROM credit_transactions WHERE user_id = users.id)
        FROM users""",
    )
    unexplained = {person for person, balance, total in balances if balance != total}
    assert unexplained <= spoiled
    assert unexplained
    assert any(balance < 0 for person, balance, _ in balances if person in spoiled)


def test_nobody_but_the_system_ever_spends_what_they_do_not_have() -> None:
    plan = replace(PLAN, generations=3000)
    people = People.of(plan)
    ledger = Ledger(plan, people)
    balances = dict.fromkeys(range(plan.people), 0)
    waiting: list[tuple[int, ...]] = []
    for batch in Generations(plan, people, Prompts.of(plan)).batches():
        ledger.charge(batch)
        waiting += ledger._waiting
    for _, person, amount, *_ in sorted(waiting):
        balances[person] += amount
        assert balances[person] >= 0 or people.kind[person] == 1


def test_a_charged_generation_has_one_ledger_row_and_a_refunded_one_a_second(filled_url: str) -> None:
    # Rows whose cost, owner or ledger entry is spoiled are left out.
    wrong = rows(
        filled_url,
        """
        SELECT g.id FROM generations g
        LEFT JOIN LATERAL (
            SELECT count(*) AS number, coalesce(sum(amount), 0) AS total FROM credit_transactions t
            WHERE jsonb_typeof(t.metadata) = 'object' AND (t.metadata ->> 'generationId')::int = g.id
        ) AS ledger ON true
        WHERE g.credits_cost BETWEEN 0 AND 100 AND g.status IN ('completed', 'failed')
          AND NOT (ledger.number =
                       CASE WHEN g.credits_cost = 0 THEN 0 WHEN g.credits_refunded THEN 2 ELSE 1 END
                   AND ledger.total = CASE WHEN g.credits_refunded THEN 0 ELSE -g.credits_cost END)""",
    )
    assert len(wrong) <= 25


def test_ids_that_must_be_unique_keep_their_form(filled_url: str) -> None:
    bad = rows(filled_url, "SELECT short_id FROM generations WHERE short_id !~ '^[A-Za-z0-9_-]{11}$'")
    assert bad == []


@pytest.mark.parametrize(
    "condition",
    [
        "recipe_id IS NULL",
        "NOT EXISTS (SELECT FROM recipes WHERE recipes.id = recipe_id)",
        "NOT EXISTS (SELECT FROM users WHERE users.id = user_id)",
        "created_at IS NULL",
        "metadata IS NULL",
        "jsonb_typeof(metadata) = 'array'",
        "jsonb_typeof(metadata) = 'number'",
        "prompt ~ '<script>'",
        "length(prompt) > 250000",
        "prompt ~ U&'\\202E'",
        "status NOT IN ('pending', 'processing', 'completed', 'failed')",
        "type NOT IN ('image', 'video')",
    ],
)
def test_an_ugly_case_occurs_even_in_a_small_set(filled_url: str, condition: str) -> None:
    assert number_of(filled_url, f"generations WHERE {condition}") > 0


def test_some_recipes_bear_tags_that_do_not_exist(filled_url: str) -> None:
    gone = rows(
        filled_url,
        "SELECT count(*) FROM recipes, unnest(tag_highlights) AS tag "
        "WHERE NOT EXISTS (SELECT FROM tags WHERE id = tag)",
    )
    assert gone[0][0] > 0


def test_distinctive_words_have_the_frequency_that_is_promised() -> None:
    plan = replace(PLAN, generations=40_000)
    prompts = Prompts.of(plan)
    rng = plan.rng("test")
    written = prompts.written(rng.integers(len(prompts.prompt), size=plan.generations), rng)
    for sentence, share in DISTINCTIVE[::2]:
        found = sum(sentence in prompt for prompt in written)
        assert found == pytest.approx(share * plan.generations, rel=0.5)


def test_use_grows_and_keeps_the_rhythm_of_the_day() -> None:
    plan = replace(PLAN, generations=20_000)
    moments = plan.moments(0, plan.generations, plan.generations, plan.rng("test"))
    assert (moments[1:] >= moments[:-1]).all()
    middle = (plan.start_ms + plan.until_ms) // 2
    assert (moments > middle).sum() > 2 * (moments <= middle).sum()
    hour = moments // 3_600_000 % 24
    assert (hour == 18).sum() > 2 * (hour == 5).sum()
