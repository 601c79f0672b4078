"""Rows of tags as commands read and write them, and the names that they had before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    DateTime,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import LARGEST_ID, Tag, TagAlias, TagNamespace, id_in
from delula.tags.queries import FORMER, absence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import JsonValue

_TAGS, _ALIASES, _SPACES = Tag.__table__.c, TagAlias.__table__.c, TagNamespace.__table__.c

#: When it was made stands as the database writes it, whatever it is.
_WHOLE = select(
    _TAGS.id,
    _TAGS.name,
    _TAGS.description,
    _TAGS.color,
    _TAGS.is_active,
    _TAGS.is_hidden,
    cast(_TAGS.created_at, Text).label("created_at"),
)


def tag(id_: int, *, lock: bool) -> AnyRow:
    """A tag, whole.

    Raises:
        Refused: there is none.
    """
    statement = _WHOLE.where(_TAGS.id == id_)
    row = None
    if 0 < id_ <= LARGEST_ID:
        row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise Refused(absence(id_))
    return row


def pair(id_: int, typed: str, field: str, *, lock: bool) -> tuple[AnyRow, AnyRow]:
    """A tag, and another that somebody has named; locked in one order, so that nobody waits in a ring.

    Args:
        id_: the first.
        typed: name, former name or id of the second.
        field: in which that stands.
        lock: whether to lock both.

    Raises:
        Refused: there is no first one.
        InvalidInput: there is no second one, or it is the first.
    """
    other = called(typed)
    if other is None:
        raise InvalidInput(field, f"There is no tag called “{typed[:80]}”." if typed else "Name a tag.")
    if other == id_:
        raise InvalidInput(field, "That is the tag itself.")
    rows = {one: tag(one, lock=lock) for one in sorted((id_, other))}
    return rows[id_], rows[other]


def called(typed: str) -> int | None:
    """The id of the tag that has this name, or had it, or has this number; tried in this order."""
    typed = typed.strip()
    if not typed:
        return None
    folded = func.lower(typed)
    named = select(_TAGS.id).where(func.lower(_TAGS.name) == folded)
    former = select(_ALIASES.tag_id).join(Tag, _TAGS.id == _ALIASES.tag_id)
    for statement in (
        named.order_by((_TAGS.name == typed).desc(), _TAGS.id),
        former.where(func.lower(_ALIASES.name) == folded),
    ):
        if (found := session().scalar(statement.limit(1))) is not None:
            return int(found)
    id_ = id_in(typed)
    return None if id_ is None else session().scalar(select(_TAGS.id).where(_TAGS.id == id_))


def exists(id_: int) -> bool:
    """Whether there is a tag with this id."""
    return session().scalar(select(_TAGS.id).where(_TAGS.id == id_)) is not None


def hold(name: str) -> None:
    """Keep everybody else from taking a name until the transaction ends."""
    session().execute(select(func.pg_advisory_xact_lock(func.hashtext(func.lower(f"tag name {name}")))))


def taken_by(name: str, but: int | None) -> AnyRow | None:
    """The other tag that has this name, in whatever case."""
    statement = select(_TAGS.id, _TAGS.name).where(func.lower(_TAGS.name) == func.lower(name))
    if but is not None:
        statement = statement.where(_TAGS.id != but)
    return session().execute(statement.order_by(_TAGS.id).limit(1)).one_or_none()


def bearer(name: str) -> AnyRow | None:
    """The tag that had this name before."""
    return (
        session()
        .execute(
            select(_TAGS.id, _TAGS.name)
            .join(TagAlias, _ALIASES.tag_id == _TAGS.id)
            .where(func.lower(_ALIASES.name) == func.lower(name))
        )
        .one_or_none()
    )


def former_names(tag_id: int) -> Sequence[str]:
    """What a tag was called before, and tags that were merged into it."""
    return session().scalars(FORMER, {"tag_id": tag_id}).all()


def whole(row: AnyRow) -> dict[str, JsonValue]:
    """All that a tag holds but its id, as the audit log keeps it."""
    return {name: getattr(row, name) for name in row._fields if name != "id"}


def next_id() -> int:
    """An id for a new tag, as the database gives them out."""
    statement = text("SELECT nextval(pg_get_serial_sequence('tags', 'id'))")
    return int(session().execute(statement).scalar_one())


def insert_tag(values: Mapping[str, Any]) -> None:
    """Make a tag, with the time of a former one where that is among the values."""
    made = dict(values)
    if made.get("created_at") is not None:
        made["created_at"] = cast(made["created_at"], DateTime)
    session().execute(insert(Tag).values(**made))


def delete_tag(id_: int) -> None:
    """Take the row of a tag away."""
    session().execute(delete(Tag).where(Tag.id == id_))


def aliases(tag_ids: Sequence[int], names: Sequence[str]) -> dict[str, int]:
    """Former names, with the tags that they lead to: those of these tags, and these names."""
    statement = select(_ALIASES.name, _ALIASES.tag_id).where(
        or_(
            _ALIASES.tag_id == any_(bindparam("ids", list(tag_ids), type_=ARRAY(_ALIASES.tag_id.type))),
            func.lower(_ALIASES.name)
            == any_(bindparam("names", [name.lower() for name in names], type_=ARRAY(Text))),
        )
    )
    return {row.name: row.tag_id for row in session().execute(statement)}


def set_aliases(before: Mapping[str, Any], after: Mapping[str, int]) -> None:
    """Let these former names lead where `after` says; those of `before` alone lead nowhere."""
    if gone := [name.lower() for name in (*before, *after)]:
        session().execute(delete(TagAlias).where(func.lower(_ALIASES.name).in_(gone)))
    # Of two that differ in case alone, one says enough.
    once = {name.lower(): (name, id_) for name, id_ in after.items()}
    if once:
        rows = [{"name": name, "tag_id": id_} for name, id_ in once.values()]
        session().execute(insert(TagAlias), rows)


def rename(tag_id: int, former: str, later: str) -> None:
    """Let the former name of a tag find it; the later one is its own now, and nobody else's former one."""
    session().execute(delete(TagAlias).where(func.lower(_ALIASES.name) == func.lower(later)))
    if former and former.lower() != later.lower():
        put = upsert(TagAlias).values(name=former, tag_id=tag_id)
        session().execute(
            put.on_conflict_do_update(index_elements=[text("lower(name)")], set_={"tag_id": tag_id})
        )


def move_choice(former: str, later: str) -> None:
    """Let what a namespace says of one of its choices hold for its new name."""
    space, _, value = former.partition(":")
    new_space, _, new_value = later.partition(":")
    if not value or not new_value:
        return
    found = (
        select(_SPACES.name, _SPACES.choices).where(_SPACES.name.in_({space, new_space})).with_for_update()
    )
    choices = {row.name: dict(row.choices) for row in session().execute(found)}
    if new_space in choices and value in choices.get(space, {}):
        choices[new_space][new_value] = choices[space].pop(value)
        for name, changed in choices.items():
            session().execute(update(TagNamespace).where(_SPACES.name == name).values(choices=changed))
