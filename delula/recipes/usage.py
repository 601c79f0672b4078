"""How often recipes were used, counted anew from their generations, beside a product that counts on.

The product adds one to `recipes.usage_count` and to `recipe_usage` with each run. So a recipe's rows are
locked before what is newest is counted: whoever has added one by then is counted, and whoever adds one later
adds it to what was counted. What lies further back is counted before the lock, so that it is short.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.db import atomic, session
from delula.recipes import versions
from delula.rollups.totals import BACKLOG_USER
from delula.work import Promise, Task

if TYPE_CHECKING:
    from delula.work import Run

#: What is older was committed long ago.
SETTLED = timedelta(hours=1)
#: Recipes of one look of the job that notices changes.
STRETCH = 500

_IDS = text("SELECT id FROM public.recipes WHERE id > :after ORDER BY id LIMIT 1")
_NUMBER = text("SELECT count(*), count(*) FILTER (WHERE id <= :after) FROM public.recipes")
_OLDER = text(
    """
SELECT count(*), max(created_at) FILTER (WHERE isfinite(created_at)) FROM public.generations
WHERE recipe_id = :id AND (created_at < :settled OR created_at IS NULL)"""
)
_LOCK = text("SELECT id FROM public.recipes WHERE id = :id FOR NO KEY UPDATE")
_LOCK_USAGE = text("SELECT recipe_id FROM public.recipe_usage WHERE recipe_id = :id FOR NO KEY UPDATE")
_NEWER = text(
    """
SELECT count(*), max(created_at) FILTER (WHERE isfinite(created_at)) FROM public.generations
WHERE recipe_id = :id AND created_at >= :settled"""
)
# What nobody has asked for yet: it becomes a use when the product gives it to somebody.
_STOCKED = text("SELECT count(*) FROM public.generations WHERE recipe_id = :id AND user_id = :backlog")
_WRITE = text(
    "UPDATE public.recipes SET usage_count = :uses WHERE id = :id AND usage_count IS DISTINCT FROM :uses"
)
_WRITE_USAGE = text(
    """
INSERT INTO public.recipe_usage AS it (recipe_id, usage_count, last_used_at)
SELECT :id, :uses, CAST(:last AS timestamp) WHERE :uses > 0
    OR EXISTS (SELECT FROM public.recipe_usage u WHERE u.recipe_id = :id)
ON CONFLICT (recipe_id) DO UPDATE
SET usage_count = EXCLUDED.usage_count, last_used_at = greatest(it.last_used_at, EXCLUDED.last_used_at)"""
)


def recount(recipe_id: int, now: datetime) -> int:
    """Count the uses of one recipe anew; how many there are.

    Args:
        recipe_id: which.
        now: the present time, aware.
    """
    keys = {
        "id": recipe_id,
        "settled": (now - SETTLED).replace(tzinfo=None),
        "backlog": BACKLOG_USER,
    }
    older, last_older = session().execute(_OLDER, keys).one()
    with atomic():
        session().execute(_LOCK, keys)
        session().execute(_LOCK_USAGE, keys)
        newer, last_newer = session().execute(_NEWER, keys).one()
        stocked: int = session().execute(_STOCKED, keys).scalar_one()
        values = {"id": recipe_id, "uses": max(older + newer - stocked, 0), "last": last_newer or last_older}
        session().execute(_WRITE, values)
        session().execute(_WRITE_USAGE, values)
    uses: int = values["uses"]
    return uses


def _recount_all(run: Run) -> None:
    """Recipe by recipe in the order of their ids; a later attempt goes on behind the last one."""
    after = run.saved if isinstance(run.saved, int) else 0
    while (id_ := session().scalars(_IDS, {"after": after}).one_or_none()) is not None:
        recount(id_, datetime.now(UTC))
        with atomic():
            total, done = session().execute(_NUMBER, {"after": id_}).one()
            run.step(done, total, saved=id_)
        after = id_


def _notice(run: Run) -> None:
    """Keep versions of all recipes that something past the console has changed."""
    after: int | None = run.saved if isinstance(run.saved, int) else 0
    while after is not None:
        with atomic():
            after = versions.notice_after(after, STRETCH)
            if after is not None:
                run.step(run.done + 1, saved=after)


RECOUNT = Task(
    "recipes.recount", "Rebuild usage counts", _recount_all, Promise.AT_LEAST_ONCE, attempts=3, alone=True
)
NOTICE = Task(
    "recipes.notice",
    "Notice changes of recipes",
    _notice,
    Promise.AT_LEAST_ONCE,
    attempts=1,
    every="*/10 * * * *",
    alone=True,
)
