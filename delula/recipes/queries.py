"""Every question that the pages of recipes ask of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal, or_, select

from delula.db import session
from delula.models import Recipe
from delula.search import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.search import Field

#: The largest id that the column holds.
LARGEST_ID = 2**31 - 1


def resolve_recipes(names: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """The ids of recipes by id, slug or name."""
    ids = [int(name) for name in names if name.isascii() and name.isdigit() and int(name) <= LARGEST_ID]
    rows = session().execute(
        select(Recipe.id, Recipe.slug, Recipe.name).where(
            or_(Recipe.id.in_(ids), Recipe.slug.in_(names), Recipe.name.in_(names))
        )
    )
    found: dict[str, list[int]] = {}
    for id_, slug, title in rows:
        for name in names:
            if name in {str(id_), slug, title}:
                found.setdefault(name, []).append(id_)
    return found


def suggest_recipes(field: Field, prefix: str, limit: int) -> Sequence[Choice]:
    """Values of a field that begin so, for the query box; none where there are too many to choose from."""
    if field.name != "recipe":
        return []
    pattern = func.lower(literal(prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))) + "%"
    statement = (
        select(Recipe.slug, Recipe.name)
        .where(or_(func.lower(Recipe.slug).like(pattern), func.lower(Recipe.name).like(pattern)))
        .order_by(Recipe.usage_count.desc(), Recipe.id)
        .limit(limit)
    )
    return [Choice(row.slug, label=row.name) for row in session().execute(statement)]
