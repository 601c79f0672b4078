"""Totals of each user and of each recipe, made by SQL out of the rows themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from delula.db import session
from delula.rollups.families import NO_RECIPE
from delula.rollups.spans import FIRST, PAST

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The account that owns the stock of the backlog; what users claim is taken from it.
BACKLOG_USER = "system_backlog"
#: Of how many of a recipe's newest generations the answers are counted, and how many answers a step keeps.
NEWEST, MOST_CHOSEN = 1000, 10
#: Characters of an answer, and of the id of its step, that are kept.
LONGEST_ANSWER, LONGEST_STEP = 200, 100

_TIMES = {"first": FIRST, "past": PAST}

_STATUSES = ("pending", "processing", "completed", "failed")
_ASSET_TYPES = (("image", 1), ("video", 2), ("audio", 3), ("document", 4))

_DATED = "g.created_at >= :first AND g.created_at < :past"
_LIVE = "a.is_deleted IS NOT TRUE"
_ODD_TYPE = f"{_LIVE} AND a.asset_type NOT IN (1, 2, 3, 4)"
_BYTES = "coalesce(sum(greatest(a.file_size, 0)) FILTER (WHERE {}), 0)"

_OF_USER: dict[str, dict[str, str]] = {
    "generations g": {
        "generations": "count(*)",
        **{status: f"count(*) FILTER (WHERE g.status = '{status}')" for status in _STATUSES},
        "other_status": f"count(*) FILTER (WHERE g.status NOT IN {_STATUSES})",
        "last_generation_at": f"max(g.created_at) FILTER (WHERE {_DATED})",
    },
    "user_assets a": {
        "assets": f"count(*) FILTER (WHERE {_LIVE})",
        **{
            f"{name}s": f"count(*) FILTER (WHERE {_LIVE} AND a.asset_type = {number})"
            for name, number in _ASSET_TYPES
        },
        "other_assets": f"count(*) FILTER (WHERE {_ODD_TYPE})",
        "deleted_assets": "count(*) FILTER (WHERE a.is_deleted)",
        "bytes": _BYTES.format(_LIVE),
        **{
            f"{name}_bytes": _BYTES.format(f"{_LIVE} AND a.asset_type = {number}")
            for name, number in _ASSET_TYPES
        },
        "other_bytes": _BYTES.format(_ODD_TYPE),
    },
    "credit_transactions c": {
        "spent": "coalesce(-sum(c.amount) FILTER (WHERE c.type = 'usage'), 0)",
        "refunded": "coalesce(sum(c.amount) FILTER (WHERE c.type = 'refund'), 0)",
        "purchased": "coalesce(sum(c.amount) FILTER (WHERE c.type = 'purchase'), 0)",
        "ledger_rows": "count(*)",
        "ledger_sum": "coalesce(sum(c.amount), 0)",
    },
}

#: Of the columns of a user, those that count or weigh files.
SUMS_OF_FILES = frozenset(_OF_USER["user_assets a"])


def _count_users_statement() -> str:
    columns = [column for sums in _OF_USER.values() for column in sums]
    laterals = [
        f"CROSS JOIN LATERAL (SELECT {', '.join(f'{sql} AS {name}' for name, sql in sums.items())} "
        f"FROM public.{source} WHERE {source.split()[1]}.user_id = k.user_id) AS {source.split()[1]}"
        for source, sums in _OF_USER.items()
    ]
    fresh = ", ".join(f"n.{name}" for name in columns)
    return f"""
        UPDATE dashboard.user_totals t
        SET {", ".join(f"{name} = n.{name}" for name in columns)}
        FROM (SELECT * FROM unnest(CAST(:ids AS varchar[])) AS k (user_id) {" ".join(laterals)}) n
        WHERE t.user_id = n.user_id
          AND ({", ".join(f"t.{name}" for name in columns)}) IS DISTINCT FROM ({fresh})"""


_COUNT_USERS = text(_count_users_statement())

# Only who is not there yet: an insert that finds somebody would use up a number all the same.
_MEET_USERS = text("""
    INSERT INTO dashboard.user_totals (user_id)
    SELECT k.user_id FROM (SELECT DISTINCT unnest(CAST(:ids AS varchar[])) AS user_id) k
    WHERE NOT EXISTS (SELECT FROM dashboard.user_totals t WHERE t.user_id = k.user_id)
    ORDER BY 1 ON CONFLICT DO NOTHING""")


def _owners(source: str) -> str:
    """The next owners in a table, each found by one step in its index."""
    step = f"SELECT user_id FROM public.{source} WHERE user_id > {{}} ORDER BY user_id LIMIT 1"
    return f"""
        {source} (user_id, place) AS (
            SELECT ({step.format("CAST(:after AS varchar)")}), 1
            UNION ALL
            SELECT ({step.format("o.user_id")}), o.place + 1 FROM {source} o
            WHERE o.user_id IS NOT NULL AND o.place < :number
        )"""


_NEXT_USERS = text(f"""
    WITH RECURSIVE {", ".join(_owners(source.split()[0]) for source in _OF_USER)}
    SELECT user_id FROM (
        (SELECT id AS user_id FROM public.users WHERE id > :after ORDER BY id LIMIT :number)
        UNION
        (SELECT user_id FROM dashboard.user_totals WHERE user_id > :after ORDER BY user_id LIMIT :number)
        UNION {" UNION ".join(f"SELECT user_id FROM {source.split()[0]}" for source in _OF_USER)}
    ) found WHERE user_id IS NOT NULL ORDER BY user_id LIMIT :number""")


def users_after(user_id: str, number: int) -> list[str]:
    """The next `number` ids of users and of owners of anything, by alphabet; the empty id comes first."""
    return list(session().scalars(_NEXT_USERS, {"after": user_id, "number": number}))


def meet_users(ids: Sequence[str]) -> None:
    """Give those a row of totals, and so a number, who have none."""
    session().execute(_MEET_USERS, {"ids": list(ids)})


def count_users(ids: Sequence[str]) -> None:
    """Make the totals of these users what they are now."""
    meet_users(ids)
    session().execute(_COUNT_USERS, {"ids": list(ids), **_TIMES})


_RECIPE_SUMS = ("generations", "completed", "failed", "charged", "refunded")

_COUNT_RECIPES = text(f"""
    WITH undated AS (
        SELECT coalesce(recipe_id, {NO_RECIPE}) AS recipe_id, count(*) AS generations,
               count(*) FILTER (WHERE status = 'completed') AS completed,
               count(*) FILTER (WHERE status = 'failed') AS failed, coalesce(sum(credits_cost), 0) AS charged,
               coalesce(sum(credits_cost) FILTER (WHERE credits_refunded), 0) AS refunded
        FROM public.generations
        WHERE created_at IS NULL OR created_at < :first OR created_at >= :past GROUP BY 1
    ), sums AS (
        SELECT recipe_id, {", ".join(f"sum({name}) AS {name}" for name in _RECIPE_SUMS)}
        FROM (
            SELECT recipe_id, created AS generations, completed, failed, charged,
                   credits_refunded AS refunded
            FROM dashboard.generation_rollup WHERE span = 'month' AND recipe_id IS NOT NULL
            UNION ALL SELECT recipe_id, {", ".join(_RECIPE_SUMS)} FROM undated
            UNION ALL SELECT id, 0, 0, 0, 0, 0 FROM public.recipes
            UNION ALL SELECT recipe_id, 0, 0, 0, 0, 0 FROM dashboard.recipe_totals
        ) parts GROUP BY 1
    ), stock AS (
        SELECT coalesce(recipe_id, {NO_RECIPE}) AS recipe_id, count(*) AS stock FROM public.generations
        WHERE user_id = :backlog AND status = 'completed' GROUP BY 1
    )
    INSERT INTO dashboard.recipe_totals AS t (recipe_id, {", ".join(_RECIPE_SUMS)}, stock, last_used_at)
    SELECT s.recipe_id, {", ".join(f"s.{name}" for name in _RECIPE_SUMS)}, coalesce(k.stock, 0),
           CASE WHEN s.recipe_id = {NO_RECIPE} THEN (
               SELECT g.created_at FROM public.generations g
               WHERE g.recipe_id IS NULL AND g.created_at >= :first AND g.created_at < :past
               ORDER BY g.created_at DESC LIMIT 1
           ) ELSE (
               SELECT g.created_at FROM public.generations g
               WHERE g.recipe_id = s.recipe_id AND g.created_at >= :first AND g.created_at < :past
               ORDER BY g.created_at DESC LIMIT 1
           ) END
    FROM sums s LEFT JOIN stock k USING (recipe_id)
    ON CONFLICT (recipe_id) DO UPDATE
    SET {", ".join(f"{name} = EXCLUDED.{name}" for name in (*_RECIPE_SUMS, "stock", "last_used_at"))}
    WHERE ({", ".join(f"t.{name}" for name in (*_RECIPE_SUMS, "stock", "last_used_at"))}) IS DISTINCT FROM
          ({", ".join(f"EXCLUDED.{name}" for name in (*_RECIPE_SUMS, "stock", "last_used_at"))})""")

_STALE_OPTIONS = text("""
    SELECT recipe_id FROM dashboard.recipe_totals
    WHERE recipe_id <> 0 AND (options_at IS NULL OR :again AND last_used_at > options_at)
    ORDER BY options_at NULLS FIRST, recipe_id LIMIT :number""")

# For the backlog nobody chose anything, whoever has been given it since. Of several that were chosen at once
# each counts.
_COUNT_OPTIONS = text("""
    WITH newest AS (
        SELECT metadata -> 'formData' AS form FROM public.generations
        WHERE recipe_id = :recipe AND created_at >= :first AND created_at < :past
              AND user_id <> :backlog AND metadata ->> 'request_origin' IS DISTINCT FROM 'backlog'
        ORDER BY created_at DESC LIMIT :newest
    ), counted AS (
        SELECT left(e.key, :longest_step) AS step, left(one.value #>> '{}', :longest) AS value,
               count(*) AS chosen
        FROM newest, jsonb_each(CASE WHEN jsonb_typeof(form) = 'object' THEN form ELSE '{}' END) e,
             jsonb_path_query(e.value, 'lax $[*]') one (value)
        WHERE jsonb_typeof(one.value) IN ('string', 'number', 'boolean') GROUP BY 1, 2
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY step ORDER BY chosen DESC, value) AS place FROM counted
    ), steps AS (
        SELECT step, jsonb_agg(jsonb_build_array(value, chosen) ORDER BY place) AS choices
        FROM placed WHERE place <= :most GROUP BY step
    )
    UPDATE dashboard.recipe_totals
    SET options = coalesce((SELECT jsonb_object_agg(step, choices) FROM steps), '{}'),
        options_of = (SELECT count(*) FROM newest), options_at = now()
    WHERE recipe_id = :recipe""")


def count_recipes() -> None:
    """Make the totals of all recipes what they are now, out of the roll-ups by month and undated rows."""
    session().execute(_COUNT_RECIPES, {"backlog": BACKLOG_USER, **_TIMES})


def count_options(number: int, *, again: bool = True) -> int:
    """Count the answers of at most `number` recipes; how many there were.

    Args:
        number: how many at most.
        again: whether those are counted again that have been used since, as they always have where a
            generation says that it is of the future.
    """
    recipes = list(session().scalars(_STALE_OPTIONS, {"number": number, "again": again}))
    for recipe in recipes:
        limits = {
            "newest": NEWEST,
            "most": MOST_CHOSEN,
            "longest": LONGEST_ANSWER,
            "longest_step": LONGEST_STEP,
        }
        values: dict[str, Any] = {"recipe": recipe, "backlog": BACKLOG_USER, **limits, **_TIMES}
        session().execute(_COUNT_OPTIONS, values)
    return len(recipes)
