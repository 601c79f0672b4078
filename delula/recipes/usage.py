"""How often recipes were used, counted anew from their generations, beside a product that counts on.

The product adds one to `recipes.usage_count` and to `recipe_usage` with each run. So a recipe's rows are
locked before what is newest is counted: whoever has added one by then is counted, and whoever adds one later
adds it to what was counted. What lies further back is counted before the lock, so that it is short.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from delula.access.actor import CONSOLE
from delula.commands import Change, note
from delula.db import atomic, session
from delula.recipes import versions
from delula.rollups.totals import BACKLOG_USER
from delula.work import Changed, Outcome, Promise, Task

if TYPE_CHECKING:
    from delula.db import AnyRow
    from delula.models import JsonValue
    from delula.work import Run

#: What is older was committed long ago.
SETTLED = timedelta(hours=1)
#: Recipes of one look of the job that notices changes.
STRETCH = 500
#: Changed counts that the page of a job shows.
SHOWN = 100

_IDS = text("SELECT id FROM public.recipes WHERE id > :after ORDER BY id LIMIT 1")
_NUMBER = text("SELECT count(*), count(*) FILTER (WHERE id <= :after) FROM public.recipes")
_OLDER = text(
    """
SELECT count(*), max(created_at) FILTER (WHERE isfinite(created_at)) FROM public.generations
WHERE recipe_id = :id AND (created_at < :settled OR created_at IS NULL)"""
)
_LOCK = text("SELECT usage_count FROM public.recipes WHERE id = :id FOR NO KEY UPDATE")
_LOCK_USAGE = text("SELECT usage_count FROM public.recipe_usage WHERE recipe_id = :id FOR NO KEY UPDATE")
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
# A later attempt that counts a recipe once more knows what stood there at first from the earlier one.
_NOTE_CHANGE = text(
    """
INSERT INTO dashboard.usage_recount AS it (job_id, recipe_id, before, before_in_usage, after)
SELECT :job, :id, :before, :before_in_usage, :uses
WHERE :before <> :uses OR coalesce(CAST(:before_in_usage AS integer), 0) <> :uses
ON CONFLICT (job_id, recipe_id) DO UPDATE SET after = EXCLUDED.after"""
)
_CHANGES = text(
    """
SELECT it.recipe_id, r.name, it.before, it.before_in_usage, it.after, count(*) OVER () AS number
FROM dashboard.usage_recount it LEFT JOIN public.recipes r ON r.id = it.recipe_id WHERE it.job_id = :job
ORDER BY abs(it.after - it.before) DESC, it.recipe_id LIMIT :shown"""
)


def recount(recipe_id: int, now: datetime, job_id: int | None = None) -> int:
    """Count the uses of one recipe anew; how many there are.

    Args:
        recipe_id: which.
        now: the present time, aware.
        job_id: the job that does it, for its page to tell what was changed.
    """
    keys = {
        "id": recipe_id,
        "settled": (now - SETTLED).replace(tzinfo=None),
        "backlog": BACKLOG_USER,
    }
    older, last_older = session().execute(_OLDER, keys).one()
    with atomic():
        before = session().scalar(_LOCK, keys)
        in_usage = session().scalar(_LOCK_USAGE, keys)
        newer, last_newer = session().execute(_NEWER, keys).one()
        stocked: int = session().execute(_STOCKED, keys).scalar_one()
        values = {"id": recipe_id, "uses": max(older + newer - stocked, 0), "last": last_newer or last_older}
        session().execute(_WRITE, values)
        session().execute(_WRITE_USAGE, values)
        if job_id is not None and before is not None:
            was = {"job": job_id, "before": before, "before_in_usage": in_usage}
            session().execute(_NOTE_CHANGE, values | was)
    uses: int = values["uses"]
    return uses


def _recount_all(run: Run) -> None:
    """Recipe by recipe in the order of their ids; a later attempt goes on behind the last one."""
    after = run.saved if isinstance(run.saved, int) else 0
    while (id_ := session().scalars(_IDS, {"after": after}).one_or_none()) is not None:
        recount(id_, datetime.now(UTC), run.job_id)
        with atomic():
            total, done = session().execute(_NUMBER, {"after": id_}).one()
            run.step(done, total, saved=id_)
        after = id_
    with atomic():
        told = outcome(run.job_id, run.done)
        said: dict[str, JsonValue] = {"job": run.job_id, "counted": run.done, "changed": told.number}
        run.hold()
        note("recipes.recounted", Change("recipe_usage", "all", {}, said), CONSOLE)


def outcome(job_id: int, done: int) -> Outcome:
    """Which counts a job has changed, and from what.

    Args:
        job_id: the job.
        done: recipes that it has counted.
    """
    rows = session().execute(_CHANGES, {"job": job_id, "shown": SHOWN}).all()
    number: int = rows[0].number if rows else 0
    recipes = "1 recipe" if done == 1 else f"{done:,} recipes"
    were = f"{number:,} {'count was' if number == 1 else 'counts were'} corrected"
    return Outcome(
        f"{were if number else 'No count was wrong'}, of {recipes}.",
        number,
        [
            Changed(
                "recipe",
                str(row.recipe_id),
                row.name or f"Recipe {row.recipe_id}",
                _was(row),
                f"{row.after:,}",
            )
            for row in rows
        ],
    )


def _was(row: AnyRow) -> str:
    """What was counted before, in the recipe and, where that said something else, beside it."""
    beside = row.before_in_usage
    if (beside or 0) == row.before:
        return f"{row.before:,}"
    return f"{row.before:,}; {'none' if beside is None else f'{beside:,}'} in recipe_usage"


def _notice(run: Run) -> None:
    """Keep versions of all recipes that something past the console has changed."""
    after: int | None = run.saved if isinstance(run.saved, int) else 0
    while after is not None:
        with atomic():
            after = versions.notice_after(after, STRETCH)
            if after is not None:
                run.step(run.done + 1, saved=after)


RECOUNT = Task(
    "recipes.recount",
    "Rebuild usage counts",
    _recount_all,
    Promise.AT_LEAST_ONCE,
    attempts=3,
    alone=True,
    outcome=outcome,
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
