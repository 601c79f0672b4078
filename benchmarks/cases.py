"""The requests to measure, made from what the database holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import func, select, text

from benchmarks.assets import asset_cases
from benchmarks.care import care_cases
from benchmarks.case import Case
from benchmarks.catalogue import catalogue_cases
from benchmarks.components import component_cases
from benchmarks.first import first_cases
from benchmarks.people import people_cases
from delula.db import session
from delula.generations.listing import GENERATIONS, LISTING
from delula.lists import Cursor, Order
from delula.search.lexer import written_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.lists import Sort

#: How deep in the list a deep page lies; half-way where there are fewer rows.
DEPTH = 500_000

#: Words of the demo's prompts (`delula.demo.prompts`) by the share of prompts that hold them.
RARE_WORD, COMMON_WORD, ABSENT_WORD = "axolotl", "cinematic", "zyzzyva"


class TooSmall(Exception):
    """The database does not hold what is to be measured."""


def make_cases(generations: int) -> list[Case]:
    """All cases, in the order in which they are shown.

    Args:
        generations: how many the database must hold.

    Raises:
        TooSmall: it holds fewer.
    """
    # Half a million rows are passed over to find the deep places; what is asked later has the usual limits.
    session().execute(text("SET LOCAL statement_timeout = 0"))
    session().execute(text("SET LOCAL enable_indexscan = off"))
    found: int = session().execute(text("SELECT count(*) FROM generations")).scalar_one()
    if found < generations:
        raise TooSmall(
            f"The database holds {found:,} generations, and {generations:,} are to be measured. "
            f"Load them with `make demo GENERATIONS={generations}`, or measure fewer with `--generations`."
        )
    sample = _sample(found)
    cases = [
        *_pages(found),
        *_sorted(found),
        *_filtered(sample),
        *_words(),
        *_details(sample),
        *_fragments(),
        *asset_cases(),
        *catalogue_cases(),
        *people_cases(),
        *first_cases(),
        *component_cases(),
        *care_cases(),
    ]
    session().rollback()
    return cases


def _list(**params: str) -> str:
    return f"/generations/?{urlencode(params)}" if params else "/generations/"


def _place(order: Order, rows: int) -> Cursor:
    """The cursor after `DEPTH` rows of an order."""
    value = order.sort.expression
    by_order = [value.desc(), GENERATIONS.id.desc()] if order.descending else [value, GENERATIONS.id]
    statement = select(value, GENERATIONS.id).where(value.is_not(None)).order_by(*by_order)
    row = session().execute(statement.offset(min(DEPTH, rows // 2) - 1).limit(1)).one_or_none()
    if row is None:
        raise TooSmall(f"Too few generations have a value to sort by {order.sort.label.lower()}.")
    return Cursor(row[0], row[1])


def _pages(rows: int) -> Iterator[Case]:
    deep = _place(LISTING.default_order, rows)
    yield Case("List", "first page", _list())
    yield Case("List", "first page, as fragment", _list(), fragment=True)
    yield Case("List", "grid", _list(view="grid"))
    every_column = [("columns", column.key) for column in LISTING.columns]
    yield Case("List", "all columns", f"/generations/?{urlencode(every_column)}")
    yield Case("List", "at depth 500,000", _list(after=deep.text))
    yield Case("List", "at depth 500,000, backwards", _list(before=deep.text))
    yield Case("List", "at depth 500,000, as fragment", _list(after=deep.text), fragment=True)
    yield Case("List", "jump to a date", _list(at=f"{deep.value:%Y-%m-%d}"))


def _sorted(rows: int) -> Iterator[Case]:
    for sort in LISTING.sorts:
        yield from _both_ways(sort, rows)


def _both_ways(sort: Sort, rows: int) -> Iterator[Case]:
    for descending in (True, False):
        order = Order(sort, descending)
        direction = "descending" if descending else "ascending"
        yield Case("Sorted", f"{sort.key}, {direction}", _list(sort=order.text))
        after = _place(order, rows).text
        yield Case("Sorted", f"{sort.key}, {direction}, deep", _list(sort=order.text, after=after))


def _sample(rows: int) -> dict[str, Any]:
    """Values that occur: of a generation in the middle, and the most frequent of some columns."""
    middle = session().execute(
        select(
            GENERATIONS.id,
            GENERATIONS.short_id,
            GENERATIONS.asset_id,
            GENERATIONS.fal_job_id,
            GENERATIONS.user_id,
            func.to_char(GENERATIONS.created_at, "YYYY-MM-DD").label("day"),
            func.to_char(GENERATIONS.created_at, "YYYY-MM").label("month"),
        )
        .where(
            GENERATIONS.id >= rows // 2,
            GENERATIONS.short_id.is_not(None),
            GENERATIONS.asset_id.is_not(None),
            GENERATIONS.fal_job_id.is_not(None),
            GENERATIONS.user_id.in_(
                text("SELECT id FROM users WHERE email IS NOT NULL AND account_type = 3")
            ),
        )
        .order_by(GENERATIONS.id)
        .limit(1)
    )
    found = dict(middle.mappings().one())
    owner = "SELECT email, handle FROM users WHERE id = :id"
    found.update(session().execute(text(owner), {"id": found["user_id"]}).mappings().one())
    frequent = (
        "SELECT user_id AS busiest FROM generations GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
        "SELECT slug AS recipe FROM recipes ORDER BY usage_count DESC LIMIT 1",
        """SELECT slug AS rare_recipe FROM recipes WHERE id IN (SELECT recipe_id FROM generations)
           ORDER BY usage_count LIMIT 1""",
        """SELECT key AS answer, value #>> '{}' AS answered
           FROM generations, jsonb_each(metadata -> 'formData')
           WHERE jsonb_typeof(metadata -> 'formData') = 'object' LIMIT 1""",
    )
    for statement in frequent:
        found.update(session().execute(text(statement)).mappings().one())
    own = """SELECT key AS own_answer, value #>> '{}' AS own_answered
             FROM generations JOIN recipes ON recipes.id = recipe_id, jsonb_each(metadata -> 'formData')
             WHERE slug = :recipe AND jsonb_typeof(metadata -> 'formData') = 'object' LIMIT 1"""
    found.update(session().execute(text(own), {"recipe": found["recipe"]}).mappings().one())
    return found


def _filtered(sample: dict[str, Any]) -> Iterator[Case]:
    def term(field: str, value: object) -> str:
        return f"{field}:{written_value(str(value))}"

    recipe = term("recipe", sample["recipe"])
    answer = term(f"meta.formData.{sample['answer']}", sample["answered"])
    own_answer = term(f"meta.formData.{sample['own_answer']}", sample["own_answered"])
    queries = (
        term("id", sample["id"]),
        "id:1000..2000",
        term("short", sample["short_id"]),
        term("asset", sample["asset_id"]),
        term("job", sample["fal_job_id"]),
        term("user", sample["user_id"]),
        term("user", sample["email"]),
        term("user", sample["busiest"]),
        recipe,
        term("recipe", sample["rare_recipe"]),
        *(f"status:{status}" for status in ("completed", "failed", "processing", "pending")),
        "status:failed,processing",
        "-status:completed",
        "type:video",
        "origin:backlog",
        "workflow:text_to_image",
        term("created", sample["day"]),
        "created:>30d",
        term("updated", sample["month"]),
        term("started", sample["day"]),
        "duration:>3m",
        "duration:none",
        "cost:>10",
        "cost:none",
        "refunded:yes",
        "retries:2",
        "public:yes",
        "published:yes",
        "error:yes",
        "reason:timeout",
        "jobstatus:FAILED",
        answer,
        "meta.isInstant:true",
        "meta.extractedVariables.NOWHERE:none",
        "meta.nowhere:1",
        f"status:completed {recipe}",
        f"status:failed {recipe} cost:>5",
        f"{term('user', sample['busiest'])} status:failed created:>90d",
        f"{recipe} {own_answer} type:video",
        # An answer that this recipe never gets.
        f"{recipe} {answer} type:video",
        f"status:completed {RARE_WORD}",
    )
    for query in queries:
        shown = query.replace(sample["user_id"], "(id)").replace(sample["email"], "(e-mail)")
        yield Case("Filtered", shown, _list(q=query))
    yield Case("Filtered", f"{recipe}, by cost", _list(q=recipe, sort="-cost"))
    yield Case("Filtered", "status:failed, by duration", _list(q="status:failed", sort="-duration"))


def _words() -> Iterator[Case]:
    for label, words in (
        ("0.1 % of prompts", RARE_WORD),
        ("31 % of prompts", COMMON_WORD),
        ("occurs nowhere", ABSENT_WORD),
        ("rare and common", f"{COMMON_WORD} {RARE_WORD}"),
        ("two common", f"{COMMON_WORD} frame"),
        ("phrase", '"the picture"'),
        ("0.002 % of prompts", "quokka"),
        ("1 % of prompts", "origami"),
    ):
        yield Case("Words", f"{words} ({label})", _list(q=words))
    yield Case("Words", f"{RARE_WORD}, by cost", _list(q=RARE_WORD, sort="-cost"))


def _details(sample: dict[str, Any]) -> Iterator[Case]:
    path = f"/generations/{sample['id']}"
    yield Case("Detail", "by id", path)
    yield Case("Detail", "by short id", f"/generations/{sample['short_id']}")
    yield Case("Detail", "by asset id", f"/generations/{sample['asset_id']}")
    for query in ("status:completed", RARE_WORD, COMMON_WORD):
        listed = urlencode({"from": urlencode({"q": query})})
        yield Case("Detail", f"with neighbours in {query}", f"{path}?{listed}")
    listed = urlencode({"from": urlencode({"sort": "-duration"})})
    yield Case("Detail", "with neighbours by duration", f"{path}?{listed}")
    yield Case("Detail", "peek", f"{path}/peek", fragment=True)


def _fragments() -> Iterator[Case]:
    newest = session().execute(
        select(GENERATIONS.created_at, GENERATIONS.id)
        .where(GENERATIONS.created_at.is_not(None))
        .order_by(GENERATIONS.created_at.desc(), GENERATIONS.id.desc())
        .offset(50)
    )
    since = Cursor(*newest.first() or (None, None)).text
    ids = ",".join(map(str, session().execute(select(GENERATIONS.id).limit(50)).scalars()))
    for query in ("", "status:failed", RARE_WORD, COMMON_WORD, "meta.isInstant:true"):
        params = urlencode({"q": query} if query else {})
        named = query or "everything"
        yield Case("Fragments", f"count of {named}", f"/generations/count?{params}", fragment=True)
        yield Case("Fragments", f"facets of {named}", f"/generations/facets?{params}", fragment=True)
    live = urlencode({"since": since, "rows": ids})
    yield Case("Fragments", "live", f"/generations/live?{live}", fragment=True)
    for typed in ("sta", "status:", "recipe:la"):
        path = f"/generations/suggestions?{urlencode({'q': typed})}"
        yield Case("Fragments", f"suggestions for {typed}", path, fragment=True)
