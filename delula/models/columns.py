"""Column types that read whatever a live database holds, and the base of the product's tables."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sqlalchemy import Dialect, Integer, String, Text, inspect
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from delula.db import Base

if TYPE_CHECKING:
    from collections.abc import Callable

#: The largest id of the product's tables, whose ids are 32-bit integers, and of the console's own.
LARGEST_ID, LARGEST_OWN_ID = 2**31 - 1, 2**63 - 1


def id_in(text: str, largest: int = LARGEST_ID) -> int | None:
    """The id of a row that a text writes; None where it can be none, however long it is.

    Args:
        text: as a form or an address has it.
        largest: id that the table can have.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(largest))):
        return None
    id_ = int(text)
    return id_ if 0 < id_ <= largest else None


#: What a JSON column can hold. Nothing promises an object: scalars and lists occur.
JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

#: JSON columns. Python's None is written as SQL NULL, not as the JSON word `null`; both read as None.
Json = JSONB(none_as_null=True)

IntMember = TypeVar("IntMember", bound=IntEnum)
TextMember = TypeVar("TextMember", bound=StrEnum)


class UtcDateTime(TypeDecorator[datetime]):
    """`timestamp without time zone` that holds UTC.

    Reads as a datetime aware of UTC. Takes an aware datetime of any zone, or a naive one as UTC.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The naive UTC datetime that goes to the database."""
        if value is None or value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(
        self, _dialect: Dialect, _coltype: object
    ) -> Callable[[datetime | None], datetime | None]:
        """What makes the aware datetime of the one that comes from it."""
        return _aware


def _aware(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    # A live column may be `timestamp with time zone` after all; then the driver gives a zone.
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    # Lists read thousands of these, and `replace` takes five times as long.
    return datetime.combine(value, value.time(), UTC)


class _Members(dict[Any, Any]):
    """The members of an enum by value; what is no member, None too, reads as it is.

    Asked for each value of a column, of which lists read thousands: the enum itself takes ten times as long.
    """

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__((member.value, member) for member in enum)

    def __missing__(self, value: object) -> object:
        return value


class Ids(TypeDecorator["list[int | None]"]):
    """`integer[]` of ids. PostgreSQL lets arrays nest: such read as what they hold, one after another."""

    impl = ARRAY(Integer)
    cache_ok = True

    def process_result_value(self, value: list[Any] | None, _dialect: Dialect) -> list[int | None] | None:
        """The ids alone."""
        return flat(value)


def flat(value: list[Any] | None) -> list[int | None] | None:
    """What an array of arrays holds, one after another; any other as it is."""
    while value and isinstance(value[0], list):
        value = [entry for inner in value for entry in inner]
    return value


class IntegerEnum(TypeDecorator[IntMember | int]):
    """An integer with a meaning: reads as the member of the enum, or as the bare int where there is none.

    Parameters may be either: a filter looks for unknown values too. What the console may write is said by
    the insert types in `delula.types`.
    """

    impl = Integer
    cache_ok = True

    def __init__(self, enum: type[IntMember]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: IntMember | int | None, _dialect: Dialect) -> int | None:
        """The plain integer."""
        return None if value is None else int(value)

    def result_processor(
        self, _dialect: Dialect, _coltype: object
    ) -> Callable[[int | None], IntMember | int | None]:
        """What gives the member, or the integer itself."""
        return _Members(self.enum).__getitem__


class TextEnum(TypeDecorator[TextMember | str]):
    """A word with a meaning: reads as the member of the enum, or as the bare text where there is none.

    Args:
        enum: the words that the documents list.
        length: of a varchar column; None for `text`.
    """

    impl: TypeEngine[str] | type[TypeEngine[str]] = Text
    cache_ok = True

    def __init__(self, enum: type[TextMember], length: int | None = None) -> None:
        super().__init__()
        self.impl = Text() if length is None else String(length)
        self.enum = enum
        self.length = length

    def process_bind_param(self, value: TextMember | str | None, _dialect: Dialect) -> str | None:
        """The plain text."""
        return None if value is None else str(value)

    def result_processor(
        self, _dialect: Dialect, _coltype: object
    ) -> Callable[[str | None], TextMember | str | None]:
        """What gives the member, or the text itself."""
        return _Members(self.enum).__getitem__


class ProductTable(Base, kw_only=True, eq=False, repr=False):
    """Base of the tables in `public`, which belong to the product.

    Rows compare by identity, and their repr is class and key only, so that no log shows what they hold.
    """

    __abstract__ = True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {inspect(self).identity}>"

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__
