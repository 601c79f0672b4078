"""Tags put in place of others in all recipes that carry them, in one statement, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from delula.commands import Touched
from delula.db import session
from delula.models import Recipe, TagRewrite
from delula.recipes import versions
from delula.web.display import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.db import AnyRow

Entries = list[int | None]

#: Stands for the entry of the command at hand, which is appended last.
_NO_ENTRY_YET = 0

_RECIPES, _REWRITES = Recipe.__table__.c, TagRewrite.__table__.c


def replaced(tags: Sequence[int | None], old: int, new: int) -> Entries:
    """A recipe's tags with one in the place of another, there once; all else as it stands."""
    found: Entries = []
    for tag in tags:
        put = new if tag == old else tag
        if put != new or new not in found:
            found.append(put)
    return found


@dataclass(frozen=True)
class Carrier:
    """A recipe that carries a tag.

    Attributes:
        id: of the recipe.
        name: of the recipe.
        makes: its generation type.
        tags: all that it carries.
    """

    id: int
    name: str
    makes: str
    tags: Entries

    @property
    def touched(self) -> Touched:
        """The same, as a preview names it."""
        return Touched("recipe", str(self.id), named(self.name))


_CARRIERS = (
    select(_RECIPES.id, func.left(_RECIPES.name, 200), _RECIPES.generation_type, _RECIPES.tag_highlights)
    .where(_RECIPES.tag_highlights.contains(bindparam("tag", type_=ARRAY(Integer))))
    .order_by(_RECIPES.id)
)


def carriers(tag_id: int, *, lock: bool) -> Sequence[Carrier]:
    """All recipes that carry a tag, by id.

    Args:
        tag_id: the tag.
        lock: whether to lock them, since they are about to be changed.
    """
    statement = _CARRIERS.with_for_update() if lock else _CARRIERS
    return [Carrier(*row) for row in session().execute(statement, {"tag": [tag_id]})]


# Arrays of arrays have to be of one length, so each comes as PostgreSQL writes it.
_WRITTEN = """unnest(CAST(:ids AS integer[]), CAST(:former AS text[]), CAST(:later AS text[]))
    AS written (id, former, later)"""
_REWRITE = text(
    f"""UPDATE recipes SET tag_highlights = CAST(written.later AS integer[]) FROM {_WRITTEN}
    WHERE recipes.id = written.id"""  # noqa: S608 - our own text
)
_REMEMBER = text(
    f"""INSERT INTO dashboard.tag_rewrite (entry_id, recipe_id, former, later)
    SELECT :entry, written.id, CAST(written.former AS integer[]), CAST(written.later AS integer[])
    FROM {_WRITTEN}"""  # noqa: S608 - our own text
)


@dataclass(frozen=True)
class Rewriting:
    """What recipes carry before and after, all of them at once.

    Attributes:
        former: by id of recipe, as it is.
        later: the same as it will be.
    """

    former: Mapping[int, Entries]
    later: Mapping[int, Entries]

    def write(self) -> None:
        """Set `tag_highlights` of these recipes, and keep what it was; `enter` says for which entry."""
        self.put_back()
        if self.later:
            session().execute(_REMEMBER, {**self._written(), "entry": _NO_ENTRY_YET})

    def put_back(self) -> None:
        """Set `tag_highlights` of these recipes, and nothing else of them; each is kept as it was."""
        if self.later:
            with versions.kept(list(self.later)):
                session().execute(_REWRITE, self._written())

    def _written(self) -> dict[str, Any]:
        ids = list(self.later)
        return {
            "ids": ids,
            "former": [_literal(self.former[id_]) for id_ in ids],
            "later": [_literal(self.later[id_]) for id_ in ids],
        }


def enter(entry_id: int) -> None:
    """Let what was rewritten in this transaction be found by its entry of the audit log."""
    session().execute(
        update(TagRewrite).where(TagRewrite.entry_id == _NO_ENTRY_YET).values(entry_id=entry_id)
    )


def _literal(entries: Sequence[int | None]) -> str:
    return "{" + ",".join("NULL" if entry is None else str(entry) for entry in entries) + "}"


_WRITTEN_BY = (
    select(
        _REWRITES.recipe_id,
        _REWRITES.former,
        _REWRITES.later,
        _RECIPES.id,
        func.left(_RECIPES.name, 200).label("name"),
        _RECIPES.tag_highlights,
    )
    .outerjoin_from(TagRewrite.__table__, Recipe.__table__, _RECIPES.id == _REWRITES.recipe_id)
    .where(_REWRITES.entry_id == bindparam("entry"))
    .order_by(_REWRITES.recipe_id)
)
_LOCK = (
    select(_RECIPES.id)
    .where(_RECIPES.id.in_(select(_REWRITES.recipe_id).where(_REWRITES.entry_id == bindparam("entry"))))
    .order_by(_RECIPES.id)
    .with_for_update()
)


def rewritten_by(entry_id: int, *, lock: bool) -> Sequence[AnyRow]:
    """What an entry of the audit log has rewritten, beside what the recipes carry now; by id of recipe.

    Args:
        entry_id: of the audit log.
        lock: whether to lock the recipes.
    """
    if lock:
        session().execute(_LOCK, {"entry": entry_id})
    return session().execute(_WRITTEN_BY, {"entry": entry_id}).all()
