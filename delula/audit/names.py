"""What the entries of the audit log are about, by name: what is there, and what is gone since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from flask import url_for
from sqlalchemy import Integer, Text, any_, bindparam, cast, func, literal, null, select, text, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from delula.access.guard import may
from delula.access.permissions import Permission
from delula.db import by_key, session
from delula.models import (
    ComponentRegistry,
    MarketAsset,
    Provider,
    Recipe,
    RecipeOptionTagIcon,
    RecipeSample,
    RemovedAsset,
    Staff,
    SystemAsset,
    Tag,
    TagNamespace,
    Upload,
    User,
    UserAsset,
    id_in,
)
from delula.web.lists import in_filter
from delula.web.masking import masked_email, shown_text
from delula.web.references import hrefs_of, object_href, object_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement, Select

    from delula.db import AnyRow

    #: A thing as the log has it: its kind and its id.
    Thing = tuple[str, str]

#: Characters of a name that are shown.
_LONGEST = 200


class Called(NamedTuple):
    """A thing as a page names it.

    Attributes:
        name: with its kind: `Recipe Lava`; by its id where nobody knows another name.
        href: its page; of what is gone what the log has of it; None where the person may open none.
    """

    name: str
    href: str | None


@dataclass(frozen=True)
class _Source:
    """Where things of a kind stand that have a name.

    Attributes:
        kind: as the log calls it.
        model: their table.
        name: the column of their name, which entries about them call so too.
        key: the column of their id.
        prefix: stands before it in the log.
        is_open: whether who reads the log may read the name as it stands, addresses in it included.
        is_removed: whether these are no longer where the product has them.
    """

    kind: str
    model: Any
    name: str
    key: str = "id"
    prefix: str = ""
    is_open: bool = False
    is_removed: bool = False

    @property
    def parameter(self) -> str:
        """The parameter with the ids that are asked for."""
        return f"{self.model.__tablename__}_ids"

    @property
    def is_numbered(self) -> bool:
        """Whether the ids are numbers."""
        return isinstance(self.model.__table__.c[self.key].type, Integer)

    def ids(self, of_kind: Iterable[str]) -> list[str | int]:
        """The ids that can stand in this table, of those of the kind as the log writes them."""
        bare = [id_.removeprefix(self.prefix) for id_ in of_kind if id_.startswith(self.prefix)]
        return [id_ for one in bare if (id_ := id_in(one)) is not None] if self.is_numbered else list(bare)

    def select(self, place: int) -> Select[*tuple[Any, ...]]:
        """The names of those with the ids that are asked for, with this source's place among all."""
        columns = self.model.__table__.c
        key: ColumnElement[Any] = columns[self.key]
        return select(
            literal(place, Integer).label("source"),
            func.concat(self.prefix, cast(key, Text)).label("id"),
            func.left(columns[self.name], _LONGEST).label("name"),
            (columns.email if self.model is User else null()).label("email"),
        ).where(key == any_(bindparam(self.parameter, type_=ARRAY(key.type))))


#: Of several that know a thing, the first is right.
_SOURCES = (
    _Source("asset", UserAsset, "display_name", prefix="user-"),
    _Source("asset", SystemAsset, "name", prefix="system-"),
    _Source("asset", MarketAsset, "name", prefix="market-"),
    _Source("asset", RemovedAsset, "name", "reference", is_removed=True),
    _Source("component", ComponentRegistry, "name", "component_id", is_open=True),
    _Source("option_icon", RecipeOptionTagIcon, "display", is_open=True),
    _Source("provider", Provider, "title", is_open=True),
    _Source("recipe", Recipe, "name", is_open=True),
    _Source("sample", RecipeSample, "title"),
    _Source("staff", Staff, "email", is_open=True),
    _Source("tag", Tag, "name", is_open=True),
    _Source("tag_namespace", TagNamespace, "name", "name", is_open=True),
    _Source("upload", Upload, "name"),
    _Source("user", User, "handle"),
)
_NAMES = by_key(union_all(*(source.select(place) for place, source in enumerate(_SOURCES))))
# What the newest entry that tells a name has left, or taken away.
_FORMER_NAMES = text("""
    SELECT asked.kind, asked.id, told.name
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[]), CAST(:columns AS text[])) asked (kind, id, name)
    CROSS JOIN LATERAL (
        SELECT coalesce(entry.after ->> asked.name, entry.before ->> asked.name) AS name
        FROM dashboard.audit_log entry
        WHERE entry.object_kind = asked.kind AND entry.object_id = asked.id
            AND coalesce(entry.after ->> asked.name, entry.before ->> asked.name) IS NOT NULL
        ORDER BY entry.at DESC, entry.id DESC LIMIT 1) told""")


def called(things: Iterable[Thing]) -> Mapping[Thing, Called]:
    """What things are called and where they are found; two questions at most, however many they are."""
    asked = dict.fromkeys(things)
    there = _there(asked)
    gone = {thing: source for thing in asked if thing not in there and (source := _source_of(thing))}
    former = _former_names(gone)
    return {
        thing: there[thing]
        if thing in there
        else Called(f"{object_name(*thing, former.get(thing))} (gone)", entries_href(*thing))
        if thing in gone
        else Called(object_name(*thing), object_href(*thing))
        for thing in asked
    }


def entries_href(kind: str, id_: str) -> str:
    """The list of all entries about a thing."""
    return f"{url_for('audit.index')}?q=kind:{in_filter(kind)}+object:{in_filter(id_)}"


def _there(things: Iterable[Thing]) -> dict[Thing, Called]:
    """Those that stand in a table."""
    of_kind: dict[str, list[str]] = {}
    for kind, id_ in things:
        of_kind.setdefault(kind, []).append(id_)
    ids = {source.parameter: source.ids(of_kind.get(source.kind, ())) for source in _SOURCES}
    if not any(ids.values()):
        return {}
    found: dict[Thing, Called] = {}
    for row in sorted(session().execute(_NAMES, ids), key=lambda row: row.source):
        source = _SOURCES[row.source]
        thing = (source.kind, row.id)
        name = object_name(*thing, _shown(source, row))
        found.setdefault(
            thing,
            Called(f"{name} (gone)", hrefs_of("removed_assets")(row.id))
            if source.is_removed
            else Called(name, object_href(*thing)),
        )
    return found


def _former_names(gone: Mapping[Thing, _Source]) -> dict[Thing, str]:
    """What things were called that stand in no table, as far as the log tells."""
    if not gone:
        return {}
    values: dict[str, Sequence[str]] = {
        "kinds": [kind for kind, _ in gone],
        "ids": [id_ for _, id_ in gone],
        "columns": [source.name for source in gone.values()],
    }
    rows = session().execute(_FORMER_NAMES, values)
    return {(row.kind, row.id): _open(gone[row.kind, row.id], row.name) for row in rows}


def _source_of(thing: Thing) -> _Source | None:
    """Where a thing would stand."""
    kind, id_ = thing
    return next((one for one in _SOURCES if one.kind == kind and id_.startswith(one.prefix)), None)


def _shown(source: _Source, row: AnyRow) -> str | None:
    """A name as the person of this request may see it; of users without a handle their address."""
    name = _open(source, row.name)
    if name or row.email is None:
        return name
    email: str = row.email
    return email if may(Permission.USERS_READ_EMAIL) else masked_email(email)


def _open(source: _Source, name: str | None) -> str:
    return (name or "") if source.is_open else shown_text(name)
