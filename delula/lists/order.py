"""The order of a list, and the cursors that say where in it one stands."""

from __future__ import annotations

import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from delula.errors import InvalidInput

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

#: A value that a list can be sorted by.
SortValue = datetime | int | float | str
#: What tells one row of a list from all others.
RowId = int | str

BIGGEST_ID = 2**63 - 1


class SortKind(StrEnum):
    """What the values of a sort are."""

    TIME = "time"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"


@dataclass(frozen=True)
class Sort:
    """Something that a list can be sorted by; an index must answer it.

    Attributes:
        key: its name in the URL.
        label: what the page calls it.
        expression: the SQL to sort by; rows in which it is null come last in either direction.
        kind: what its values are.
        nullable: whether it can be null.
        descending_first: the direction that people want first.
        jumps: whether one can jump to a value of it; not where its values are made to put rows into groups.
        id: the id of the row as the index of this sort has it, where that index lies on a joined table; None
            for that of the source.
        of: the rows that may stand in its order, where these are not all; most must, wherever one looks.
    """

    key: str
    label: str
    expression: ColumnElement[Any]
    kind: SortKind
    nullable: bool = True
    descending_first: bool = True
    jumps: bool = True
    id: ColumnElement[Any] | None = None
    of: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Order:
    """A sort and its direction."""

    sort: Sort
    descending: bool

    @property
    def text(self) -> str:
        """Its form in the URL: `created`, or `-created` for descending."""
        return f"-{self.sort.key}" if self.descending else self.sort.key


@dataclass(frozen=True)
class Column:
    """One column of a list's table.

    Attributes:
        key: its name in the URL and in the template.
        label: its heading.
        sort: key of the sort that its heading offers, if any.
        shown: whether it stands there before anybody chooses.
        numeric: whether its values stand right-aligned under each other.
        width: class of its width in the style sheet; None for what its content takes.
    """

    key: str
    label: str
    sort: str | None = None
    shown: bool = True
    numeric: bool = False
    width: str | None = None


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list: just after, or just before, one row.

    Attributes:
        value: the row's sort value; None where it is null.
        id: the row's id, the tiebreak; None means "at this value, whatever the id".
        backward: whether the rows before it are meant.
    """

    value: SortValue | None
    id: RowId | None
    backward: bool = False

    @property
    def text(self) -> str:
        """Its form in the URL."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        packed = json.dumps([value, self.id], separators=(",", ":")).encode()
        return urlsafe_b64encode(packed).decode().rstrip("=")

    def reversed(self) -> Cursor:
        """The same place, looking the other way."""
        return replace(self, backward=not self.backward)


def parse_cursor(text: str, sort: Sort, id_type: type[RowId] = int, *, backward: bool) -> Cursor:
    """Read a cursor from a URL.

    Args:
        text: what stands in the URL.
        sort: by which the list is sorted.
        id_type: of the ids of its rows.
        backward: whether the rows before the place are meant.

    Raises:
        InvalidInput: the text is not a cursor of this sort.
    """
    field = "before" if backward else "after"
    refused = InvalidInput(field, "is not a place in this list; start again from its first page.")
    try:
        unpacked = json.loads(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (Base64Error, ValueError, RecursionError) as error:
        raise refused from error
    match unpacked:
        case [value, int(id_)] if id_type is int and not isinstance(id_, bool) and abs(id_) <= BIGGEST_ID:
            pass
        case [value, str(id_)] if id_type is str and "\0" not in id_:
            pass
        case _:
            raise refused
    if value is None and sort.nullable:
        return Cursor(None, id_, backward)
    try:
        return Cursor(_value_of_kind(value, sort.kind), id_, backward)
    except (TypeError, ValueError, OverflowError) as error:
        raise refused from error


def _value_of_kind(value: object, kind: SortKind) -> SortValue:
    match kind, value:
        case SortKind.TIME, str(text):
            time = datetime.fromisoformat(text)
            return time if time.tzinfo else time.replace(tzinfo=UTC)
        case SortKind.INTEGER, int(number) if not isinstance(number, bool) and abs(number) <= BIGGEST_ID:
            return number
        case SortKind.DECIMAL, int(number) | float(number) if math.isfinite(number):
            return float(number)
        case SortKind.TEXT, str(text) if "\0" not in text:
            return text
    raise TypeError("not a value of this sort")
