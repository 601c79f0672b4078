"""What recipes were before: kept whole at every edit, compared, and put back exactly.

Before a command of this console writes a recipe, what stands there is kept, and what it wrote is kept after.
So the newest version is the recipe as it is, unless something past the console has changed it since: that is
noticed before the next edit, and by a job every few minutes, and becomes a version of its own.

PostgreSQL takes rows apart and puts them together (`to_jsonb`, `jsonb_populate_record`): nothing is rounded.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer, String

from delula.commands import looked_up_by, occasion
from delula.db import session
from delula.models import AuditEntry, id_in
from delula.recipes.columns import BY_NAME, COLUMNS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from delula.commands import Change
    from delula.db import AnyRow
    from delula.recipes.checks import Value

#: What a version says of the recipe's origin.
FOUND, CONSOLE, PRODUCT = "found", "console", "product"
#: The column that the product writes with every run; a recipe is the same whatever it says.
COUNTED = "usage_count"

_DOCUMENTS = [column.name for column in COLUMNS if column.kind is Kind.JSON]
_NULLS = f"""array_remove(ARRAY[{
    ", ".join(f"CASE WHEN jsonb_typeof(r.{name}) = 'null' THEN '{name}' END" for name in _DOCUMENTS)
}]::text[], NULL)"""
_DIGEST = f"md5((to_jsonb(r) - '{COUNTED}')::text || {_NULLS}::text)"


def _as_text(name: str, kind: Kind, nulls: str) -> str:
    """The expression of a column's stored value as text."""
    match kind:
        case Kind.JSON:
            return f"CASE WHEN '{name}' = ANY({nulls}) THEN 'null' ELSE jsonb_pretty(r.{name}) END"
        case Kind.FLAG:
            return f"CASE WHEN r.{name} THEN 'yes' WHEN NOT r.{name} THEN 'no' END"
        case Kind.TAGS:
            return f"to_json(r.{name})::text"
    return f"r.{name}::text"


def _texts(nulls: str) -> str:
    return ", ".join(f"{_as_text(one.name, one.kind, nulls)} AS {one.name}" for one in COLUMNS)


_CURRENT = f"SELECT r.id, {_texts(_NULLS)} FROM public.recipes r WHERE r.id = :id"  # noqa: S608 - as above
_STORED = {False: text(_CURRENT), True: text(f"{_CURRENT} FOR NO KEY UPDATE")}
_VERSION = text(
    f"""
SELECT v.number, {_texts("v.json_nulls")}
FROM dashboard.recipe_version v, LATERAL jsonb_populate_record(NULL::public.recipes, v.row) r
WHERE v.recipe_id = :id AND v.number = :number"""  # noqa: S608 - as above
)

# A recipe whose newest version is something else gets another one.
_KEEP = text(
    f"""
INSERT INTO dashboard.recipe_version (recipe_id, number, row, json_nulls, digest, origin, action, actor)
SELECT r.id, coalesce(last.number, 0) + 1, to_jsonb(r), {_NULLS}, {_DIGEST},
    CASE WHEN CAST(:origin AS text) IS NOT NULL THEN :origin
        WHEN last.number IS NULL THEN '{FOUND}' ELSE '{PRODUCT}' END, :action, :actor
FROM public.recipes r
LEFT JOIN LATERAL (
    SELECT number, digest FROM dashboard.recipe_version v
    WHERE v.recipe_id = r.id ORDER BY number DESC LIMIT 1
) last ON true
WHERE r.id = ANY(:ids) AND last.digest IS DISTINCT FROM {_DIGEST}
ON CONFLICT (recipe_id, number) DO NOTHING
RETURNING id"""  # noqa: S608 - as above
).bindparams(
    bindparam("ids", type_=ARRAY(Integer)),
    bindparam("origin", type_=String()),
    bindparam("action", type_=String()),
    bindparam("actor", type_=String()),
)
_ENTER = text("UPDATE dashboard.recipe_version SET entry_id = :entry WHERE id = ANY(:versions)").bindparams(
    bindparam("versions", type_=ARRAY(Integer))
)


def stored(recipe_id: int, *, lock: bool = False) -> dict[str, str | None] | None:
    """What a recipe holds, by column; None where there is no such recipe.

    Args:
        recipe_id: which.
        lock: whether to keep others from changing it until the transaction ends.
    """
    return _columns(session().execute(_STORED[lock], {"id": recipe_id}).one_or_none())


def of_version(recipe_id: int, number: int) -> dict[str, str | None] | None:
    """What a recipe held in one of its versions; None where there is none."""
    return _columns(session().execute(_VERSION, {"id": recipe_id, "number": number}).one_or_none())


def _columns(row: AnyRow | None) -> dict[str, str | None] | None:
    return None if row is None else {column.name: getattr(row, column.name) for column in COLUMNS}


def notice(ids: Sequence[int]) -> None:
    """Keep what stands in these recipes where their newest version is something else."""
    session().execute(_KEEP, {"ids": list(ids), "origin": None, "action": None, "actor": None})


@contextmanager
def kept(ids: Sequence[int]) -> Iterator[None]:
    """Keep these recipes as they are before the block and after it, for the command at hand.

    Args:
        ids: of recipes that are locked; those that there are not yet are kept after it alone.
    """
    notice(ids)
    yield
    at_hand = occasion()
    values = {"ids": list(ids), "origin": CONSOLE, "action": at_hand.command, "actor": at_hand.actor.label}
    made = list(session().scalars(_KEEP, values))
    if made:
        at_hand.once_recorded.append(partial(_enter, made))


def _enter(made: Sequence[int], entry_id: int) -> None:
    session().execute(_ENTER, {"entry": entry_id, "versions": made})


#: How a value is written into a column of each kind: PostgreSQL reads JSON and times itself.
_CASTS: Mapping[Kind, str] = {Kind.JSON: "jsonb", Kind.TIME: "timestamp", Kind.TAGS: "integer[]"}


def _parameter(name: str) -> str:
    cast = _CASTS.get(BY_NAME[name].kind) if name in BY_NAME else None
    return f"CAST(:{name} AS {cast})" if cast else f":{name}"


def update(recipe_id: int, values: Mapping[str, Value]) -> None:
    """Write these columns of a recipe, and no others."""
    assignments = ", ".join(f"{name} = {_parameter(name)}" for name in values)
    statement = f"UPDATE public.recipes SET {assignments} WHERE id = :id_"  # noqa: S608 - names of columns
    session().execute(text(statement), {**values, "id_": recipe_id})


def insert(values: Mapping[str, Value]) -> None:
    """Add a recipe; columns that are not named are left to the database."""
    names = ", ".join(values)
    parameters = ", ".join(map(_parameter, values))
    statement = f"INSERT INTO public.recipes ({names}) VALUES ({parameters})"  # noqa: S608 - as above
    session().execute(text(statement), dict(values))


def copy(recipe_id: int, values: Mapping[str, Value]) -> None:
    """Add a recipe like another but for these columns."""
    taken = [column.name for column in COLUMNS if column.name not in values and column.name != "created_at"]
    statement = f"""
        INSERT INTO public.recipes ({", ".join([*values, *taken])})
        SELECT {", ".join([*map(_parameter, values), *(f"r.{name}" for name in taken)])}
        FROM public.recipes r WHERE r.id = :id_"""  # noqa: S608 - names of columns
    session().execute(text(statement), {**values, "id_": recipe_id})


def put_back(recipe_id: int, number: int, names: Sequence[str]) -> None:
    """Make these columns of a recipe what they were in a version."""
    was = ", ".join(
        f"CASE WHEN '{name}' = ANY(v.json_nulls) THEN 'null'::jsonb ELSE was.{name} END"
        if name in _DOCUMENTS
        else f"was.{name}"
        for name in names
    )
    statement = f"""
        UPDATE public.recipes SET ({", ".join(names)}) = ROW({was})
        FROM dashboard.recipe_version v, LATERAL jsonb_populate_record(NULL::public.recipes, v.row) was
        WHERE recipes.id = :id AND v.recipe_id = :id AND v.number = :number"""  # noqa: S608 - names of columns
    session().execute(text(statement), {"id": recipe_id, "number": number})


#: JSON's own nulls cannot pass through a row; a list holds their place until they are put back.
_BRING_BACK = text(
    """
INSERT INTO public.recipes
SELECT was.* FROM dashboard.recipe_version v, LATERAL jsonb_populate_record(
    NULL::public.recipes,
    v.row || (SELECT coalesce(jsonb_object_agg(name, '[]'::jsonb), '{}') FROM unnest(v.json_nulls) name)
) was
WHERE v.recipe_id = :id AND v.number = :number"""
)


def bring_back(recipe_id: int, number: int) -> None:
    """Add a recipe that is gone again, with its id, as it was in a version."""
    session().execute(_BRING_BACK, {"id": recipe_id, "number": number})
    put_back(recipe_id, number, _DOCUMENTS)


def remove(recipe_id: int) -> None:
    """Delete a recipe; its versions stay."""
    session().execute(text("DELETE FROM public.recipes WHERE id = :id"), {"id": recipe_id})


_LISTED = text(
    """
SELECT v.number, v.origin, v.action, v.actor, v.entry_id, v.at, entry.reason,
    ARRAY(SELECT part.key FROM jsonb_each(v.row) part
        WHERE before.row IS NOT NULL AND part.value IS DISTINCT FROM before.row -> part.key
            AND part.key <> :counted ORDER BY part.key) AS changed
FROM dashboard.recipe_version v
LEFT JOIN dashboard.recipe_version before ON before.recipe_id = v.recipe_id AND before.number = v.number - 1
LEFT JOIN dashboard.audit_log entry ON entry.id = v.entry_id
WHERE v.recipe_id = :id AND v.number < :below
ORDER BY v.number DESC LIMIT :most"""
)
_NOTICED = text(
    f"""
SELECT (SELECT last.digest FROM dashboard.recipe_version last
        WHERE last.recipe_id = r.id ORDER BY last.number DESC LIMIT 1) IS NOT DISTINCT FROM {_DIGEST}
FROM public.recipes r WHERE r.id = :id"""  # noqa: S608 - as above
)


def listed(recipe_id: int, below: int, most: int) -> Sequence[AnyRow]:
    """Versions of a recipe, newest first, with the columns that each changed.

    Args:
        recipe_id: which.
        below: only those with a lower number.
        most: how many.
    """
    values = {"id": recipe_id, "below": below, "most": most, "counted": COUNTED}
    return session().execute(_LISTED, values).all()


def is_kept(recipe_id: int) -> bool | None:
    """Whether the newest version is what the recipe is now; None where there is no such recipe."""
    found: Any = session().execute(_NOTICED, {"id": recipe_id}).scalar_one_or_none()
    return None if found is None else bool(found)


_LEFT = text(
    """
SELECT v.entry_id FROM dashboard.recipe_version v
JOIN public.recipes r ON r.id = v.recipe_id
LEFT JOIN dashboard.recipe_version before ON before.recipe_id = v.recipe_id AND before.number = v.number - 1
WHERE v.recipe_id = :id AND v.entry_id IS NOT NULL AND EXISTS (
    SELECT FROM unnest(CAST(:names AS text[])) name
    WHERE v.row -> name IS DISTINCT FROM before.row -> name
        AND v.row -> name IS NOT DISTINCT FROM to_jsonb(r) -> name)
ORDER BY v.number DESC LIMIT 1"""
)


def _left_by(change: Change) -> AuditEntry | None:
    """The entry that left a value of a recipe as it is now; commands on tags change recipes too."""
    found = session().scalar(_LEFT, {"id": id_in(change.id), "names": list(change.before)})
    return None if found is None else session().get(AuditEntry, found)


looked_up_by("recipe", _left_by)

_MADE_BY = text(
    "SELECT recipe_id, number FROM dashboard.recipe_version WHERE entry_id = :entry ORDER BY id LIMIT 1"
)
_NEWEST = text("SELECT max(number) FROM dashboard.recipe_version WHERE recipe_id = :id")


def made_by(entry_id: int) -> AnyRow | None:
    """Recipe and number of the version that an entry of the audit log has made; None where it made none."""
    return session().execute(_MADE_BY, {"entry": entry_id}).one_or_none()


def newest(recipe_id: int) -> int | None:
    """The number of the newest version of a recipe; None where none was kept."""
    found: int | None = session().execute(_NEWEST, {"id": recipe_id}).scalar_one()
    return found


# In steps of so many recipes, each its own transaction.
_STRETCH = text(
    f"""
SELECT r.id, last.digest IS DISTINCT FROM {_DIGEST} AS is_new
FROM public.recipes r
LEFT JOIN LATERAL (
    SELECT v.digest FROM dashboard.recipe_version v
    WHERE v.recipe_id = r.id ORDER BY v.number DESC LIMIT 1
) last ON true
WHERE r.id > :after ORDER BY r.id LIMIT :most"""  # noqa: S608 - as above
)
# Whoever is writing a recipe keeps it by himself.
_HOLD = text("SELECT id FROM public.recipes WHERE id = ANY(:ids) FOR NO KEY UPDATE SKIP LOCKED")


def notice_after(recipe_id: int, most: int) -> int | None:
    """Notice what was changed past the console in the next recipes.

    Args:
        recipe_id: only recipes with a higher id.
        most: how many are looked at.

    Returns:
        The id of the last of them; None where none is left.
    """
    found = session().execute(_STRETCH, {"after": recipe_id, "most": most}).all()
    if new := [row.id for row in found if row.is_new]:
        notice(session().scalars(_HOLD, {"ids": new}).all())
    return found[-1].id if found else None
